//! Reading the log, the latest first.

use std::collections::BTreeMap;

use api::audit::Event;
use api::common::Page;
use axum::Json;
use axum::extract::State;
use ports::{Fault, Query, Row, Value};

use crate::audit::filter::{Filter, Found};
use crate::audit::subject::find_stream;
use crate::audit::telling::{COLUMNS, Stored, Teller};
use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed};
use crate::problem::Answer;
use crate::read::{Statement, ask, of_any, refused};
use crate::withheld::LogReader;

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Event>>, Answer> {
    let (limit, span) = (query.limit()?, (query.time("from")?, query.time("to")?));
    let now = app.bus.world().clock.now();
    let page = ask(&*app.bus.world().store, move |db| {
        let reader = LogReader::of(db, &signed.actor, now)?;
        let filter = match refused(Filter::of(db, &query, span))? {
            Ok(filter) => filter,
            Err(refusal) => return Ok(Err(refusal)),
        };
        refused(page(db, &query, &filter, limit, reader))
    });
    Ok(Json(page.await??))
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    filter: &Filter,
    limit: u32,
    reader: LogReader,
) -> Result<Page<Event>, Stop> {
    let cursor = query.get("cursor");
    // A page that holds what is others' own is shorter, so that its cursor stays what it is.
    let (stored, next) = match query.get("subject") {
        Some(name) => {
            let stream = find_stream(db, name)?;
            let page = of_subject(db, filter, &stream, cursor, limit)?;
            let mut stored = Vec::with_capacity(page.items.len());
            for row in &page.items {
                stored.push(Stored::of(row)?);
            }
            stored.retain(|one| reader.sees(&one.stream, &one.name, &one.actor));
            (stored, page.next)
        }
        None => {
            let mut page = filter.page(db, cursor, limit)?;
            page.items.retain(|one| reader.sees(&one.stream, &one.name, &one.actor));
            (load(db, &page.items)?, page.next)
        }
    };
    let mut teller = Teller::load(db, &stored)?;
    let mut items = Vec::with_capacity(stored.len());
    for event in stored {
        items.push(teller.tell(db, event)?);
    }
    Ok(Page { items, next })
}

/// Events that were found, whole, in their order.
fn load(db: &mut dyn Query, found: &[Found]) -> Result<Vec<Stored>, Fault> {
    let mut stored: BTreeMap<String, Stored> = BTreeMap::new();
    let sql = &format!("SELECT {COLUMNS} FROM events JOIN log ON log.event_id = events.id WHERE ");
    for row in of_any(db, sql, "events.id", found.iter().map(|one| Value::from(&one.id)))? {
        stored.insert(row.text(0)?.to_owned(), Stored::of(&row)?);
    }
    Ok(found.iter().filter_map(|one| stored.remove(&one.id)).collect())
}

/// What is told of a record: its own events, what was refused on it, who accepted a conflict of it,
/// and how the run of a release went, each from a place on.
enum Lane {
    Stream(String),
    Accepted(String),
}

/// The lanes of a record merged by time. The cursor is the place in each of them.
fn of_subject(
    db: &mut dyn Query,
    filter: &Filter,
    stream: &str,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Row>, Fault> {
    let id = stream.split_once(':').map_or("", |(_, id)| id);
    let attempts = Lane::Stream(format!("attempt:{stream}"));
    let mut lanes = vec![Lane::Stream(stream.to_owned()), attempts, Lane::Accepted(id.to_owned())];
    if stream.starts_with("release:") {
        lanes.push(Lane::Stream(format!("run:{id}")));
    }
    let mut places: Vec<String> =
        cursor.unwrap_or_default().split('.').map(str::to_owned).collect();
    places.resize(lanes.len(), String::new());
    let mut rows = Vec::with_capacity(lanes.len());
    for (lane, place) in lanes.iter().zip(&places) {
        rows.push(lane.read(db, filter, place, limit)?.into_iter().peekable());
    }
    let mut items = Vec::new();
    while items.len() < limit as usize {
        let mut latest: Option<(i64, usize)> = None;
        for (index, rows) in rows.iter_mut().enumerate() {
            let Some(row) = rows.peek() else { continue };
            let at = row.int(5)?;
            if latest.is_none_or(|(last, _)| at > last) {
                latest = Some((at, index));
            }
        }
        let Some((_, index)) = latest else { break };
        let Some(row) = rows[index].next() else { break };
        places[index] = lanes[index].place(&row)?;
        items.push(row);
    }
    let more = rows.iter_mut().any(|rows| rows.peek().is_some());
    Ok(Page { items, next: more.then(|| places.join(".")) })
}

impl Lane {
    /// One row more than a page holds, so that it shows whether there are more.
    fn read(
        &self,
        db: &mut dyn Query,
        filter: &Filter,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Row>, Fault> {
        let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM "));
        let log = "LEFT JOIN log ON log.event_id = events.id";
        let order = match self {
            Self::Stream(stream) => {
                let before = after.parse().unwrap_or(i64::MAX);
                let piece = format!("events {log} WHERE events.stream = ? AND events.version < ?");
                statement.bind(&piece, [stream.into(), before.into()]);
                "events.version"
            }
            // SQLite keeps the order of the tables in a CROSS JOIN.
            Self::Accepted(side) => {
                let piece = format!(
                    "conflict_sides CROSS JOIN events {log} WHERE conflict_sides.side = ? \
                    AND events.stream = 'conflict:' || conflict_sides.conflict \
                    AND (events.name IN ('conflict.accepted.v1', 'conflict.acceptance_ended.v1') \
                    OR 1 = 0)"
                );
                statement.bind(&piece, [side.into()]);
                if !after.is_empty() {
                    statement.bind(" AND events.id < ?", [after.into()]);
                }
                "events.id"
            }
        };
        filter.narrow(&mut statement);
        filter.narrow_to_person(&mut statement);
        statement.push(&format!(" ORDER BY {order} DESC"));
        statement.bind(" LIMIT ?", [Value::from(i64::from(limit) + 1)]);
        statement.query(db)
    }

    fn place(&self, row: &Row) -> Result<String, Fault> {
        Ok(match self {
            Self::Stream(_) => row.int(3)?.to_string(),
            Self::Accepted(_) => row.text(0)?.to_owned(),
        })
    }
}
