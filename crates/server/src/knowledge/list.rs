//! Listing articles: by words, by what they are, and those that apply to a record: the workarounds
//! and known limitations in force of the services that it touches.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Page;
use api::knowledge::ArticleRow;
use axum::Json;
use axum::extract::State as Shared;
use domain::General;
use domain::knowledge::{Audience, Kind, State};
use kernel::{ArticleId, ServiceId};
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed};
use crate::knowledge::APPLIES_MAX;
use crate::listing::{word, wrong_cursor};
use crate::names::{Names, find_change, find_release};
use crate::placement::{touched, touched_by_release};
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, ask, found, present, refused, wrong_name};
use crate::service::find_service;

const COLUMNS: &str = "articles.id, articles.number, articles.kind, articles.audience, \
    articles.title, articles.state, articles.in_force, articles.release, articles.updated_at, \
    articles.serial";

/// The most articles that words find before the filters are asked.
const FOUND_MAX: u32 = 5_000;

pub(super) async fn list(
    Shared(app): Shared<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<ArticleRow>>, Answer> {
    let limit = query.limit()?;
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, limit)));
    Ok(Json(page.await??))
}

fn page(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<ArticleRow>, Stop> {
    let rows = match (query.get("applies_to"), query.get("q")) {
        (Some(record), _) => {
            let services = wrong_name("applies_to", services_of(db, record))?;
            let ids = applying(db, &services)?;
            Page { items: of_ids(db, query, ids.iter().map(ToString::to_string))?, next: None }
        }
        (None, Some(words)) => Page { items: by_words(db, query, words, limit)?, next: None },
        (None, None) => in_order(db, query, limit)?,
    };
    let mut names = Names::default();
    Ok(present(rows, |row| shown(db, &mut names, &row))?)
}

/// What the words find, the best first. The search knows nothing of the filters: it is asked for
/// more until the page is full.
fn by_words(
    db: &mut dyn Query,
    query: &ListQuery,
    words: &str,
    limit: u32,
) -> Result<Vec<Row>, Stop> {
    let mut most = limit;
    loop {
        let mut ids = numbered(db, words)?;
        let found = found(db, "article", words, most)?;
        let is_all = found.len() < most as usize || most >= FOUND_MAX;
        ids.extend(found);
        let mut rows = of_ids(db, query, ids.into_iter())?;
        if is_all || rows.len() >= limit as usize {
            rows.truncate(limit as usize);
            return Ok(rows);
        }
        most = most.saturating_mul(4).min(FOUND_MAX);
    }
}

fn numbered(db: &mut dyn Query, words: &str) -> Result<Vec<String>, Fault> {
    let sql = "SELECT id FROM articles WHERE number = $1";
    let row = db.query_one(sql, &[words.trim().to_uppercase().into()])?;
    row.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

fn in_order(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<Row>, Stop> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM articles"));
    filtered(db, query, &mut statement)?;
    if let Some(cursor) = query.get("cursor") {
        let after: i64 = cursor.parse().map_err(|_| wrong_cursor())?;
        statement.bind(" AND articles.serial < ?", [after.into()]);
    }
    statement.push(" ORDER BY articles.serial DESC");
    Ok(statement.page(db, limit, |row| Ok(row.int(9)?.to_string()))?)
}

/// The articles of some ids that pass the filters, in the order of the ids.
fn of_ids(
    db: &mut dyn Query,
    query: &ListQuery,
    ids: impl Iterator<Item = String>,
) -> Result<Vec<Row>, Stop> {
    let mut seen = BTreeSet::new();
    let ids: Vec<String> = ids.filter(|id| seen.insert(id.clone())).collect();
    let mut rows = BTreeMap::new();
    for slice in ids.chunks(ANY_MAX) {
        let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM articles"));
        filtered(db, query, &mut statement)?;
        statement.push(" AND ");
        statement.bind_any("articles.id", slice.iter().map(Value::from));
        for row in statement.query(db)? {
            rows.insert(row.text(0)?.to_owned(), row);
        }
    }
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn filtered(db: &mut dyn Query, query: &ListQuery, statement: &mut Statement) -> Result<(), Stop> {
    if let Some(name) = query.get("service") {
        let service = wrong_name("service", find_service(db, name))?;
        let joined = " CROSS JOIN article_services WHERE article_services.article = articles.id \
            AND article_services.service = ?";
        statement.bind(joined, [service.to_string().into()]);
    } else {
        statement.push(" WHERE 1 = 1");
    }
    let kind: Option<Kind> = word(query, "kind")?;
    let audience: Option<Audience> = word(query, "audience")?;
    let state: Option<State> = word(query, "state")?;
    let words = [
        ("kind", kind.map(Kind::word)),
        ("audience", audience.map(Audience::word)),
        ("state", state.map(State::word)),
    ];
    for (column, value) in words {
        if let Some(value) = value {
            statement.bind(&format!(" AND articles.{column} = ?"), [value.into()]);
        }
    }
    if let Some(name) = query.get("release") {
        let release = wrong_name("release", find_release(db, name))?;
        statement.bind(" AND articles.release = ?", [release.to_string().into()]);
    }
    if query.flag("in_force") {
        statement.push(" AND articles.in_force > 0");
    }
    Ok(())
}

/// The services that a record touches: a change, a release, or a service itself.
fn services_of(db: &mut dyn Query, name: &str) -> Result<BTreeSet<ServiceId>, Stop> {
    match find_service(db, name) {
        Ok(service) => return Ok([service].into()),
        Err(Stop::Refused(_)) => {}
        Err(stop) => return Err(stop),
    }
    match find_release(db, name) {
        Ok(release) => {
            return Ok(touched_by_release(db, release)?);
        }
        Err(Stop::Refused(_)) => {}
        Err(stop) => return Err(stop),
    }
    let unknown = || General::Unknown { kind: "change, release or service", name: name.to_owned() };
    match find_change(db, name) {
        Ok(change) => Ok(touched(db, [change])?),
        Err(Stop::Refused(_)) => Err(unknown().into()),
        Err(stop) => Err(stop),
    }
}

/// The workarounds and known limitations in force of some services, the newest first.
pub(super) fn applying(
    db: &mut dyn Query,
    services: &BTreeSet<ServiceId>,
) -> Result<Vec<ArticleId>, Fault> {
    let services: Vec<Value> = services.iter().map(|id| Value::from(id.to_string())).collect();
    let mut found: BTreeSet<(i64, ArticleId)> = BTreeSet::new();
    for slice in services.chunks(ANY_MAX) {
        let mut statement = Statement::new(
            "SELECT DISTINCT articles.serial, articles.id FROM article_services \
            JOIN articles ON articles.id = article_services.article \
            WHERE articles.in_force > 0 AND articles.kind IN ('known_limitation', 'workaround') \
            AND ",
        );
        statement.bind_any("article_services.service", slice.iter().cloned());
        statement.bind(" ORDER BY articles.serial DESC LIMIT ?", [APPLIES_MAX.into()]);
        for row in statement.query(db)? {
            found.insert((row.int(0)?, row.parsed(1)?));
        }
    }
    let most = usize::try_from(APPLIES_MAX).unwrap_or(usize::MAX);
    Ok(found.into_iter().rev().take(most).map(|(_, id)| id).collect())
}

fn shown(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<ArticleRow, Fault> {
    Ok(ArticleRow {
        id: row.text(0)?.to_owned(),
        number: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        audience: row.text(3)?.to_owned(),
        title: row.text(4)?.to_owned(),
        state: row.text(5)?.to_owned(),
        in_force: u32::try_from(row.int(6)?).ok().filter(|version| *version > 0),
        release: names.opt(db, row.opt_text(7)?)?,
        updated_at: row.time(8)?.to_string(),
    })
}
