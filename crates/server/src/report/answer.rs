//! Answering a report: all figures of a time, or one.

use api::report::{
    ControlLimits, Figure as Shown, FigureDefinition, FigureGroup, FigurePoint, FigureValue, Report,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::General;
use domain::report::{Cause, Days, Figure, Limits, Shape, Value, ZONE, limits};
use kernel::Timestamp;
use ports::{Fault, Query};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{ask, refused};
use crate::report::csv;
use crate::report::read::{ByDay, by_day, value};
use crate::report::scope::{By, Filter, Scope, kinds};

pub(super) async fn all(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Response, Answer> {
    report(&app, Figure::ALL.to_vec(), query).await
}

pub(super) async fn one(
    State(app): State<App>,
    _: Signed,
    Path(name): Path<String>,
    query: ListQuery,
) -> Result<Response, Answer> {
    report(&app, vec![named(&name)?], query).await
}

/// The figure of a name.
pub(super) fn named(name: &str) -> Result<Figure, General> {
    let unknown = |_| General::Unknown { kind: "figure", name: name.to_owned() };
    name.parse().map_err(unknown)
}

/// Whether CSV is asked for.
pub(super) fn wants_csv(query: &ListQuery) -> Result<bool, Answer> {
    match query.get("format") {
        None | Some("json") => Ok(false),
        Some("csv") => Ok(true),
        Some(_) => Err(wrong_parameter("format", "is `json` or `csv`")),
    }
}

async fn report(app: &App, figures: Vec<Figure>, query: ListQuery) -> Result<Response, Answer> {
    let (now, as_csv) = (app.bus.world().clock.now(), wants_csv(&query)?);
    let store = &*app.bus.world().store;
    let found = ask(store, move |db| refused(whole(db, &figures, &query, now)));
    let report = found.await??;
    Ok(if as_csv { csv::figures(&report).into_response() } else { Json(report).into_response() })
}

fn whole(
    db: &mut dyn Query,
    figures: &[Figure],
    query: &ListQuery,
    now: Timestamp,
) -> Result<Report, Stop> {
    let scope = Scope::of(db, query, now)?;
    let with_before = Days { from: scope.days.before().from, to: scope.days.to };
    let kept = by_day(db, &scope.filter, with_before)?;
    let mut items = Vec::with_capacity(figures.len());
    for figure in figures {
        items.push(shown(db, &scope, &kept, *figure)?);
    }
    if let By::Facet(facet) = scope.by {
        groups(db, &scope, facet, (figures, &mut items))?;
    }
    Ok(Report { asked: scope.told(db)?, items, types: kinds(db)? })
}

fn shown(db: &mut dyn Query, scope: &Scope, kept: &ByDay, figure: Figure) -> Result<Shown, Fault> {
    let mut at = |days: Days| value(db, figure, (kept, &scope.filter), days, days.until(scope.now));
    let (is, was) = (at(scope.days)?, at(scope.days.before())?);
    let mut points = Vec::new();
    for days in scope.days.split(scope.by.span()) {
        points.push((days, at(days)?));
    }
    // A time that has not ended is no point to judge by.
    let ended = |days: &Days| days.until(scope.now) == *days;
    let judged: Vec<(Days, Value)> =
        points.iter().copied().filter(|(days, _)| ended(days)).collect();
    let mut limits = limits(&figure.definition(), &judged).into_iter();
    let history = points.into_iter().map(|(days, value)| {
        let (from, to) = days.dates();
        let limits = if ended(&days) { limits.next().flatten() } else { None };
        FigurePoint {
            from: from.to_string(),
            to: to.to_string(),
            value: told(value),
            limits: limits.map(shown_limits),
        }
    });
    Ok(Shown {
        name: figure.word().to_owned(),
        definition: definition(figure),
        value: told(is),
        before: told(was),
        history: history.collect(),
        groups: Vec::new(),
    })
}

/// The same figures of each team, service, type or size.
fn groups(
    db: &mut dyn Query,
    scope: &Scope,
    facet: &str,
    (figures, items): (&[Figure], &mut [Shown]),
) -> Result<(), Fault> {
    let mut names = Names::default();
    let with_before = Days { from: scope.days.before().from, to: scope.days.to };
    for key in scope.keys(db, facet)? {
        let filter = scope.filter.with(facet, &key);
        let kept = by_day(db, &filter, with_before)?;
        let record = names.get(db, &key)?;
        for (figure, item) in figures.iter().zip(&mut *items) {
            let group = group(db, scope, (&filter, &kept), *figure)?;
            let Some((value, before)) = group else { continue };
            let (record, key) = (record.clone(), key.clone());
            item.groups.push(FigureGroup { record, key, value, before });
        }
    }
    Ok(())
}

fn group(
    db: &mut dyn Query,
    scope: &Scope,
    (filter, kept): (&Filter, &ByDay),
    figure: Figure,
) -> Result<Option<(FigureValue, FigureValue)>, Fault> {
    let mut at = |days: Days| value(db, figure, (kept, filter), days, days.until(scope.now));
    let (is, was) = (at(scope.days)?, at(scope.days.before())?);
    let said = is != Value::default() || was != Value::default();
    Ok(said.then(|| (told(is), told(was))))
}

/// The definition as it is shown.
fn definition(figure: Figure) -> FigureDefinition {
    let meant = figure.definition();
    FigureDefinition {
        title: meant.title.to_owned(),
        says: meant.says.to_owned(),
        shape: meant.shape.word().to_owned(),
        unit: meant.unit.word().to_owned(),
        counts: meant.counts.to_owned(),
        placed: meant.placed.to_owned(),
        zone: ZONE.to_owned(),
        causes: meant.causes.iter().map(|cause: &Cause| cause.word().to_owned()).collect(),
        source: meant.source.to_owned(),
        better: meant.better.word().to_owned(),
    }
}

fn told(value: Value) -> FigureValue {
    FigureValue {
        n: value.n,
        counted: value.counted,
        value: value.value,
        low: value.interval.map(|(low, _)| low),
        high: value.interval.map(|(_, high)| high),
        p50: value.p50,
        p90: value.p90,
        mean: value.mean,
    }
}

fn shown_limits(limits: Limits) -> ControlLimits {
    ControlLimits { low: limits.low, middle: limits.middle, high: limits.high }
}

/// Whether a figure is told by many values.
pub(super) fn has_values(figure: Figure) -> bool {
    matches!(figure.definition().shape, Shape::Spread | Shape::Mean)
}
