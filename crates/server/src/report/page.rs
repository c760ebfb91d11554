//! The records behind a figure: the latest first, or those of the highest value first.

use api::common::Page;
use api::report::ReportRecord;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::report::Figure;
use kernel::Timestamp;
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, ask, refused};
use crate::report::answer::{has_values, named, wants_csv};
use crate::report::csv;
use crate::report::scope::Scope;
use crate::report::told::told;

/// What is asked of the list beside days and filters.
struct Asked {
    figure: Figure,
    limit: u32,
    counted: Option<bool>,
    /// The highest value first.
    by_value: bool,
}

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    Path(name): Path<String>,
    query: ListQuery,
) -> Result<Response, Answer> {
    let figure = named(&name)?;
    let by_value = match query.get("sort") {
        None | Some("-at") => false,
        Some("-value") if has_values(figure) => true,
        _ if has_values(figure) => {
            return Err(wrong_parameter("sort", "is `-at` or `-value`"));
        }
        _ => return Err(wrong_parameter("sort", "is `-at`: this figure has no values")),
    };
    let counted = query.parsed("counted", "is `true` or `false`")?;
    let asked = Asked { figure, limit: query.limit()?, counted, by_value };
    let (now, as_csv) = (app.bus.world().clock.now(), wants_csv(&query)?);
    let store = &*app.bus.world().store;
    let page = ask(store, move |db| refused(page(db, &asked, &query, now))).await??;
    Ok(if as_csv {
        csv::records(figure, &page.items).into_response()
    } else {
        Json(page).into_response()
    })
}

fn page(
    db: &mut dyn Query,
    asked: &Asked,
    query: &ListQuery,
    now: Timestamp,
) -> Result<Page<ReportRecord>, Stop> {
    let scope = Scope::of(db, query, now)?;
    let rows = rows(db, asked, &scope, query.get("cursor"))?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        items.extend(shown(db, &mut names, asked.figure, row)?);
    }
    Ok(Page { items, next: rows.next })
}

/// The rows: subject, instant, value or marks, team, type.
fn rows(
    db: &mut dyn Query,
    asked: &Asked,
    scope: &Scope,
    cursor: Option<&str>,
) -> Result<Page<Row>, Fault> {
    let bounds = scope.days.instants().map(Value::from);
    let key = if asked.by_value { "value" } else { "at" };
    let mut statement;
    if has_values(asked.figure) {
        let columns = "SELECT subject, at, value, team, kind, part FROM report_values";
        statement = Statement::new(columns);
        let figure = i64::try_from(asked.figure.place()).unwrap_or(i64::MAX);
        statement.bind(" WHERE figure = ?", [figure.into()]);
        statement.bind(" AND at >= ? AND at < ?", bounds);
    } else {
        let columns = "SELECT subject, at, counted, team, kind, 0 FROM report_facts";
        statement = Statement::new(columns);
        statement.bind(" WHERE at >= ? AND at < ?", bounds);
        let bit = asked.figure.bit();
        statement.bind(" AND ((asked & ?) <> 0", [bit.into()]);
        statement.bind(" OR (counted & ?) <> 0)", [bit.into()]);
        match asked.counted {
            Some(true) => statement.bind(" AND (counted & ?) <> 0", [bit.into()]),
            Some(false) => statement.bind(" AND (counted & ?) = 0", [bit.into()]),
            None => {}
        }
    }
    scope.filter.apply(&mut statement);
    if let Some((after, subject, part)) = cursor.and_then(place) {
        // The first part alone is what an index can begin at.
        statement.bind(&format!(" AND {key} <= ?"), [after.into()]);
        let parts = if has_values(asked.figure) { "part" } else { "0" };
        let beyond = format!(" AND ({key}, subject, {parts}) < (?, ?, ?)");
        statement.bind(&beyond, [after.into(), subject.into(), part.into()]);
    }
    let last = if has_values(asked.figure) { ", part DESC" } else { "" };
    statement.push(&format!(" ORDER BY {key} DESC, subject DESC{last}"));
    let column = if asked.by_value { 2 } else { 1 };
    statement.page(db, asked.limit, |row| {
        Ok(format!("{}.{}.{}", row.int(column)?, row.text(0)?, row.int(5)?))
    })
}

/// A cursor, read back.
fn place(cursor: &str) -> Option<(i64, &str, i64)> {
    let (key, rest) = cursor.split_once('.')?;
    let (subject, part) = rest.split_once('.')?;
    Some((key.parse().ok()?, subject, part.parse().ok()?))
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    figure: Figure,
    row: &Row,
) -> Result<Option<ReportRecord>, Fault> {
    let (id, at) = (row.text(0)?, row.time(1)?);
    let of = if id.starts_with("srv_") { release_of(db, id)? } else { id.to_owned() };
    let Some(record) = names.get(db, &of)? else { return Ok(None) };
    let because = if figure.rests_on_others() { because(db, figure, id, at)? } else { vec![] };
    let kind = match of.split('_').next() {
        Some("chg") => "change",
        Some("rel") => "release",
        _ => "incident",
    };
    let measured = row.int(2)?;
    let valued = has_values(figure);
    Ok(Some(ReportRecord {
        kind: kind.to_owned(),
        record,
        at: at.to_string(),
        counted: (!valued).then_some(measured & figure.bit() != 0),
        value: valued.then_some(measured),
        record_type: row.text(4)?.to_owned(),
        team: names.opt(db, row.opt_text(3)?)?,
        because: names.all(db, because)?,
    }))
}

/// What a figure rests on is asked of the record itself.
fn because(
    db: &mut dyn Query,
    figure: Figure,
    id: &str,
    at: Timestamp,
) -> Result<Vec<String>, Fault> {
    let facts = told(db, id)?.map(|told| told.facts).unwrap_or_default();
    let fact = facts.into_iter().find(|fact| fact.figure == figure && fact.at == at);
    Ok(fact.map(|fact| fact.because).unwrap_or_default())
}

/// The release that a survey asks about.
fn release_of(db: &mut dyn Query, survey: &str) -> Result<String, Fault> {
    let row = db.query_one("SELECT release FROM surveys WHERE id = $1", &[survey.into()])?;
    row.map_or_else(|| Ok(survey.to_owned()), |row| row.text(0).map(str::to_owned))
}
