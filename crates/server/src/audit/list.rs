//! Reading the log, the latest first.

use api::audit::Event;
use api::common::Page;
use axum::Json;
use axum::extract::State;
use kernel::Actor;
use ports::{Fault, Query, Row, Value};

use crate::audit::subject::find_stream;
use crate::audit::words::words_of;
use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, ask, present, refused};
use crate::withheld::LogReader;

const COLUMNS: &str = "events.id, log.position, events.stream, events.version, events.name, \
    events.at, events.actor, events.payload, events.digest";

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Event>>, Answer> {
    let limit = query.limit()?;
    let now = app.bus.world().clock.now();
    let page = ask(&*app.bus.world().store, move |db| {
        let reader = LogReader::of(db, &signed.actor, now)?;
        refused(page(db, &query, limit, reader))
    });
    Ok(Json(page.await??))
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    reader: LogReader,
) -> Result<Page<Event>, Stop> {
    let cursor = query.get("cursor");
    let mut page = match query.get("subject") {
        Some(name) => {
            let stream = find_stream(db, name)?;
            of_subject(db, &stream, cursor, limit)?
        }
        None => of_all(db, cursor, limit)?,
    };
    // A page that holds what is others' own is shorter, so that its cursor stays what it is.
    let mut seen = Vec::with_capacity(page.items.len());
    for row in page.items {
        if reader.sees(row.text(2)?, row.text(4)?, row.text(6)?) {
            seen.push(row);
        }
    }
    page.items = seen;
    let mut names = Names::default();
    Ok(present(page, |row| event(db, &mut names, &row))?)
}

fn of_all(db: &mut dyn Query, cursor: Option<&str>, limit: u32) -> Result<Page<Row>, Fault> {
    let mut statement = Statement::new(&format!(
        "SELECT {COLUMNS} FROM log JOIN events ON events.id = log.event_id WHERE 1 = 1"
    ));
    if let Some(position) = cursor.and_then(|cursor| cursor.parse::<i64>().ok()) {
        statement.bind(" AND log.position < ?", [position.into()]);
    }
    statement.push(" ORDER BY log.position DESC");
    statement.page(db, limit, |row| Ok(row.int(1)?.to_string()))
}

/// The events of a record, and what was refused on it, merged by time. The cursor is the place in
/// each of the two streams.
fn of_subject(
    db: &mut dyn Query,
    stream: &str,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Row>, Fault> {
    let places = cursor.and_then(|cursor| cursor.split_once('.'));
    let place = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let (mut before, mut attempts_before) =
        (place(places.map(|p| p.0)), place(places.map(|p| p.1)));
    let attempt_stream = format!("attempt:{stream}");
    let mut own = slice(db, stream, before, limit)?.into_iter().peekable();
    let mut attempts = slice(db, &attempt_stream, attempts_before, limit)?.into_iter().peekable();
    let mut items = Vec::new();
    while items.len() < limit as usize {
        let own_is_later = match (own.peek(), attempts.peek()) {
            (Some(left), Some(right)) => left.int(5)? >= right.int(5)?,
            (left, right) => left.is_some() || right.is_none(),
        };
        let Some(row) = (if own_is_later { own.next() } else { attempts.next() }) else { break };
        let place = if own_is_later { &mut before } else { &mut attempts_before };
        *place = row.int(3)?;
        items.push(row);
    }
    let more = own.peek().is_some() || attempts.peek().is_some();
    Ok(Page { items, next: more.then(|| format!("{before}.{attempts_before}")) })
}

/// One row more than a page holds, so that it shows whether there are more.
fn slice(db: &mut dyn Query, stream: &str, before: i64, limit: u32) -> Result<Vec<Row>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events LEFT JOIN log ON log.event_id = events.id \
        WHERE events.stream = $1 AND events.version < $2 ORDER BY events.version DESC LIMIT $3"
    );
    db.query(&sql, &[stream.into(), before.into(), Value::from(i64::from(limit) + 1)])
}

fn event(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Event, Fault> {
    let text = |column| row.text(column).map(str::to_owned);
    let payload: serde_json::Value = serde_json::from_str(row.text(7)?)
        .map_err(|error| Fault::permanent("reading an event", error))?;
    let (name, actor) = (text(4)?, text(6)?);
    Ok(Event {
        id: text(0)?,
        position: row.opt_int(1)?,
        stream: text(2)?,
        version: row.int(3)?,
        what: words_of(&name, &payload),
        name,
        at: row.time(5)?.to_string(),
        who: names.actor(db, &Actor::of_label(&actor))?,
        actor,
        payload,
        digest: text(8)?,
    })
}
