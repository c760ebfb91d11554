//! Listing incidents, the latest first when nothing else is said.

use api::common::Page;
use api::incident::IncidentRow;
use axum::Json;
use axum::extract::State as Shared;
use domain::incident::State;
use kernel::Timestamp;
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed};
use crate::incident::find::find_change;
use crate::listing::order;
use crate::names::{Names, find_person};
use crate::problem::Answer;
use crate::read::{Statement, ask, cursor_parts, cursor_text, found, present, refused, wrong_name};
use crate::service::{find_ci, find_service};

const COLUMNS: &str = "incidents.id, incidents.number, incidents.title, incidents.priority, \
    incidents.state, incidents.opened_at, incidents.resolved_at, incidents.ci, \
    incidents.caused_by, incidents.source_number, incidents.assignee, incidents.urgency";

/// The orders of the list, each with its column and that column's place in a row. The most urgent
/// are those of priority 1, the oldest of them first.
const ORDERS: &[(&str, (&str, usize))] =
    &[("opened_at", ("opened_at", 5)), ("priority", ("urgency", 11))];

pub(super) async fn list(
    Shared(app): Shared<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<IncidentRow>>, Answer> {
    let limit = query.limit()?;
    let plain = Plain {
        state: query.parsed("state", "is `open`, `resolved` or `closed`")?,
        priority: query.parsed::<u8>("priority", "is a number from 1 to 5")?,
        from: query.time("from")?,
        to: query.time("to")?,
    };
    let found = ask(&*app.bus.world().store, move |db| refused(page(db, &query, &plain, limit)));
    Ok(Json(found.await??))
}

/// The filters that name no other record.
struct Plain {
    state: Option<State>,
    priority: Option<u8>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    plain: &Plain,
    limit: u32,
) -> Result<Page<IncidentRow>, Stop> {
    let filter = Filter::of(db, query, plain)?;
    let (order, descending) = order(query, ORDERS, "-opened_at")?;
    // Among those of one priority, urgency is age.
    let order = if plain.priority.is_some() { ("opened_at", 5) } else { *order };
    let page = match query.get("q") {
        Some(words) => Page { items: by_words(db, &filter, words, limit)?, next: None },
        None => in_order(db, &filter, (order, descending), query.get("cursor"), limit)?,
    };
    let mut names = Names::default();
    Ok(present(page, |row| shown(db, &mut names, &row))?)
}

/// The filters that are set.
struct Filter {
    /// The table that leads, and its rows' column for the incident.
    ci: Option<Value>,
    service: Option<Value>,
    /// Column of the incident, its place in a row, value.
    equal: Vec<(&'static str, usize, Value)>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Filter {
    fn of(db: &mut dyn Query, query: &ListQuery, plain: &Plain) -> Result<Self, Stop> {
        let mut equal = Vec::new();
        equal.extend(plain.state.map(|state| ("state", 4, state.word().into())));
        equal.extend(plain.priority.map(|number| ("priority", 3, i64::from(number).into())));
        if let Some(name) = query.get("caused_by") {
            let change = wrong_name("caused_by", find_change(db, name))?;
            equal.push(("caused_by", 8, change.to_string().into()));
        }
        if let Some(name) = query.get("assignee") {
            let person = wrong_name("assignee", find_person(db, name))?;
            equal.push(("assignee", 10, person.to_string().into()));
        }
        let ci = query.get("ci").map(|name| wrong_name("ci", find_ci(db, name))).transpose()?;
        let service = query.get("service");
        let service = service.map(|name| wrong_name("service", find_service(db, name)));
        Ok(Self {
            ci: ci.map(|id| id.to_string().into()),
            service: service.transpose()?.map(|id| id.to_string().into()),
            equal,
            from: plain.from,
            to: plain.to,
        })
    }

    /// The table whose index leads, and its column that names the incident.
    fn leader(&self) -> (&'static str, &'static str) {
        match (&self.ci, &self.service) {
            (Some(_), _) => ("incident_cis", "incident"),
            (None, Some(_)) => ("incident_services", "incident"),
            (None, None) => ("incidents", "id"),
        }
    }

    /// `FROM` and `WHERE`, all filters applied. SQLite keeps the order of a `CROSS JOIN`, so that
    /// the rows come as the leading index has them and need no sorting.
    fn apply(&self, statement: &mut Statement) {
        match (&self.ci, &self.service) {
            (Some(ci), _) => statement.bind(
                " FROM incident_cis CROSS JOIN incidents \
                WHERE incidents.id = incident_cis.incident AND incident_cis.ci = ?",
                [ci.clone()],
            ),
            (None, Some(service)) => statement.bind(
                " FROM incident_services CROSS JOIN incidents \
                WHERE incidents.id = incident_services.incident \
                AND incident_services.service = ?",
                [service.clone()],
            ),
            (None, None) => statement.push(" FROM incidents WHERE 1 = 1"),
        }
        if let (Some(_), Some(service)) = (&self.ci, &self.service) {
            let hit = " AND EXISTS (SELECT 1 FROM incident_services \
                WHERE incident_services.incident = incidents.id AND service = ?)";
            statement.bind(hit, [service.clone()]);
        }
        for (column, _, value) in &self.equal {
            statement.bind(&format!(" AND incidents.{column} = ?"), [value.clone()]);
        }
        let (table, _) = self.leader();
        if let Some(from) = self.from {
            statement.bind(&format!(" AND {table}.opened_at >= ?"), [from.into()]);
        }
        if let Some(to) = self.to {
            statement.bind(&format!(" AND {table}.opened_at < ?"), [to.into()]);
        }
    }
}

fn in_order(
    db: &mut dyn Query,
    filter: &Filter,
    ((column, place), descending): ((&str, usize), bool),
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Row>, Fault> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS}"));
    filter.apply(&mut statement);
    let (table, id) = filter.leader();
    let (than, way) = if descending { ("<", " DESC") } else { (">", "") };
    if let Some((key, last)) = cursor.and_then(cursor_parts) {
        let beyond = format!(" AND ({table}.{column}, {table}.{id}) {than} (?, ?)");
        statement.bind(&beyond, [key.into(), last.into()]);
    }
    statement.push(&format!(" ORDER BY {table}.{column}{way}, {table}.{id}{way}"));
    statement.page(db, limit, |row| Ok(cursor_text(row.int(place)?, row.text(0)?)))
}

/// The incidents of a number, here or in the system they came from, then those whose text holds
/// the words, best first; all filters applied.
fn by_words(
    db: &mut dyn Query,
    filter: &Filter,
    words: &str,
    limit: u32,
) -> Result<Vec<Row>, Fault> {
    let sql = "SELECT id FROM incidents WHERE number = $1 OR source_number = $2 LIMIT $3";
    let params = [words.to_uppercase().into(), words.trim().into(), i64::from(limit).into()];
    let mut ids = Vec::new();
    for row in db.query(sql, &params)? {
        ids.push(row.text(0)?.to_owned());
    }
    ids.extend(found(db, "incident", words, limit)?);
    let mut rows: Vec<Row> = Vec::new();
    for id in ids {
        if rows.len() >= limit as usize || rows.iter().any(|row| row.0[0] == Value::from(&id)) {
            continue;
        }
        let mut statement = Statement::new(&format!("SELECT {COLUMNS}"));
        filter.apply(&mut statement);
        statement.bind(" AND incidents.id = ?", [id.into()]);
        rows.extend(statement.query(db)?);
    }
    Ok(rows)
}

fn shown(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<IncidentRow, Fault> {
    Ok(IncidentRow {
        id: row.text(0)?.to_owned(),
        number: row.text(1)?.to_owned(),
        title: row.text(2)?.to_owned(),
        priority: u8::try_from(row.int(3)?).unwrap_or(u8::MAX),
        state: row.text(4)?.to_owned(),
        opened_at: row.time(5)?.to_string(),
        resolved_at: row.opt_time(6)?.map(|at| at.to_string()),
        ci: names.opt(db, row.opt_text(7)?)?,
        caused_by: names.opt(db, row.opt_text(8)?)?,
        source_number: row.opt_text(9)?.map(str::to_owned),
    })
}
