//! What was changed lately near an incident: on the CIs and services that it hits, on what those
//! need and on what needs them, within some hours before it began. The cost is bounded by the CIs
//! that are looked at and the works that are read of them, not by how many changes there are.

use std::collections::BTreeMap;

use api::incident::{Near, NearChange};
use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::change::{Change, Outcome};
use domain::incident::{Incident, NEAR_HOURS_DEFAULT, NEAR_HOURS_MAX, Nearness as Where, Touch};
use domain::record::{Link, LinkKind};
use domain::{General, Missing};
use kernel::{ChangeId, CiId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Loaded, Stop, find_state};
use crate::change::STILL;
use crate::http::{App, ListQuery, Signed};
use crate::incident::find::find_incident;
use crate::incident::places::{DEPTH_MAX, Place, around};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, ask, of_any, refused};

/// The most changes that are told.
const NEAR_MAX: usize = 25;
/// The most changes whose own links are read, the likeliest first.
const LINKING_MAX: usize = 200;
/// The most works that are read of one place, the latest first.
const WORKS_MAX: i64 = 250;
/// How many places one statement reads, each by its own run of the index.
const PLACES_AT_ONCE: usize = 32;
/// Work that began longer ago than this before the hours asked for is not looked for.
const LONGEST_DAYS: i64 = 30;

pub(super) async fn get(
    Shared(app): Shared<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Near>, Answer> {
    let hours = query.parsed::<u32>("hours", "is a number of hours")?;
    let found = ask(&*app.bus.world().store, move |db| refused(near(db, &id, hours)));
    Ok(Json(found.await??))
}

fn near(db: &mut dyn Query, name: &str, hours: Option<u32>) -> Result<Near, Stop> {
    let hours = hours.unwrap_or(NEAR_HOURS_DEFAULT);
    if !(1..=NEAR_HOURS_MAX).contains(&hours) {
        let wrong = Missing::new("/hours", format!("goes from 1 to {NEAR_HOURS_MAX}"));
        return Err(General::Invalid(vec![wrong]).into());
    }
    let id = find_incident(db, name)?;
    let found: Option<Loaded<Incident>> = find_state(db, id)?;
    let incident = found.ok_or(Fault::permanent("reading an incident", "its state is gone"))?;
    let content = &incident.state.content;
    let began = content.opened_at.unwrap_or_else(|| Timestamp::from_micros(0));
    let from = began.plus_minutes(-60 * i64::from(hours));
    let places = around(db, &content.cis, &content.services)?;
    let (works, truncated) = works(db, &places, from, began)?;
    let mut told = touches(db, &incident.state, works, &places)?;
    told.extend(cause_elsewhere(db, &incident.state, &told)?);
    told.sort_by_key(|one| (one.touch.rank(began), one.change));
    for one in told.iter_mut().take(LINKING_MAX).filter(|one| !one.touch.linked) {
        one.touch.linked = links_to(db, one.change, &incident.state.number)?;
    }
    told.sort_by_key(|one| (one.touch.rank(began), one.change));
    let truncated = truncated || told.len() > NEAR_MAX;
    told.truncate(NEAR_MAX);
    let mut names = Names::default();
    let mut items = Vec::with_capacity(told.len());
    for one in &told {
        items.push(shown(db, &mut names, one, began, hours)?);
    }
    let ci = |hit: &&String| hit.parse::<CiId>().is_ok();
    let cis = places.keys().filter(ci).count();
    Ok(Near { hours, from: from.to_string(), to: began.to_string(), cis, items, truncated })
}

/// Work on one of the places.
struct Work {
    change: ChangeId,
    hit: String,
    began: Timestamp,
    ended: Option<Timestamp>,
}

/// What was worked on between the two instants, of each change where it comes nearest.
fn works(
    db: &mut dyn Query,
    places: &BTreeMap<String, Place>,
    from: Timestamp,
    to: Timestamp,
) -> Result<(Vec<Work>, bool), Fault> {
    let earliest = from.plus_minutes(-24 * 60 * LONGEST_DAYS);
    let mut nearest: BTreeMap<ChangeId, Work> = BTreeMap::new();
    let mut truncated = false;
    let hits: Vec<&String> = places.keys().collect();
    for slice in hits.chunks(PLACES_AT_ONCE) {
        let rows = latest(slice, earliest, from, to).query(db)?;
        let mut of_place: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &rows {
            *of_place.entry(row.text(1)?).or_default() += 1;
        }
        truncated |= of_place.values().any(|count| *count >= WORKS_MAX);
        for row in &rows {
            let work = work(row)?;
            let steps = |hit: &String| places.get(hit).map_or(u32::MAX, |place| place.steps);
            let nearer = |known: &Work| steps(&known.hit) <= steps(&work.hit);
            if !nearest.get(&work.change).is_some_and(nearer) {
                nearest.insert(work.change, work);
            }
        }
    }
    Ok((nearest.into_values().collect(), truncated))
}

/// The latest works on each of some places. Each place is a walk of its own along the index, which
/// ends when enough is found. Places that are none fill up to a power of two, so that few texts
/// serve all lengths.
fn latest(hits: &[&String], earliest: Timestamp, from: Timestamp, to: Timestamp) -> Statement {
    let mut statement = Statement::default();
    for at in 0..hits.len().next_power_of_two() {
        let hit = hits.get(at).map_or("", |hit| hit.as_str());
        let before = if at == 0 { "" } else { " UNION ALL " };
        let one = "SELECT change, hit, began_at, ended_at FROM (\
            SELECT change, hit, began_at, ended_at FROM change_work \
            WHERE hit = ? AND began_at >= ? AND began_at <= ? AND ended_at >= ? \
            ORDER BY began_at DESC LIMIT ?) AS latest";
        let params: [Value; 5] =
            [hit.into(), earliest.into(), to.into(), from.into(), WORKS_MAX.into()];
        statement.bind(&format!("{before}{one}"), params);
    }
    statement
}

fn work(row: &Row) -> Result<Work, Fault> {
    let ended = row.int(3)?;
    Ok(Work {
        change: row.parsed(0)?,
        hit: row.text(1)?.to_owned(),
        began: row.time(2)?,
        ended: (ended != STILL).then(|| Timestamp::from_micros(ended)),
    })
}

/// A change near the incident.
struct Told {
    change: ChangeId,
    touch: Touch,
    /// Where the two meet; nothing when they meet nowhere.
    hit: Option<String>,
    nearness: Where,
    path: String,
    row: ChangeRow,
}

/// What is known of a change beside its work.
#[derive(Clone, Default)]
struct ChangeRow {
    number: String,
    release: Option<String>,
    outcome: Option<Outcome>,
}

fn touches(
    db: &mut dyn Query,
    incident: &Incident,
    works: Vec<Work>,
    places: &BTreeMap<String, Place>,
) -> Result<Vec<Told>, Fault> {
    let ids: Vec<ChangeId> = works.iter().map(|work| work.change).collect();
    let rows = rows(db, &ids)?;
    let mut told = Vec::with_capacity(works.len());
    for work in works {
        let Some(place) = places.get(&work.hit) else { continue };
        let row = rows.get(&work.change).cloned().unwrap_or_default();
        let is_cause = incident.content.caused_by == Some(work.change);
        let linked = is_cause || has_link(&incident.extras.links, LinkKind::Change, &row.number);
        told.push(Told {
            change: work.change,
            touch: touch((work.began, work.ended), place.steps, linked, row.outcome),
            nearness: place.nearness,
            path: place.path.clone(),
            hit: Some(work.hit),
            row,
        });
    }
    Ok(told)
}

fn touch(
    (began_at, ended_at): (Timestamp, Option<Timestamp>),
    steps: u32,
    linked: bool,
    outcome: Option<Outcome>,
) -> Touch {
    Touch {
        began_at,
        ended_at,
        steps,
        failed: outcome.is_some_and(|outcome| !outcome.is_success()),
        taken_back: outcome == Some(Outcome::FailedBackedOut),
        linked,
    }
}

/// The change that is named as the cause, where it is not among those found near: somebody said so,
/// whatever it touched and however long ago. One that was never worked on changed nothing.
fn cause_elsewhere(
    db: &mut dyn Query,
    incident: &Incident,
    told: &[Told],
) -> Result<Option<Told>, Fault> {
    let cause = incident.content.caused_by;
    let cause = cause.filter(|cause| told.iter().all(|one| one.change != *cause));
    let Some(cause) = cause else { return Ok(None) };
    let found: Option<Loaded<Change>> = find_state(db, cause)?;
    let Some(worked) = found.and_then(|change| change.state.worked()) else { return Ok(None) };
    let row = rows(db, &[cause])?.remove(&cause).unwrap_or_default();
    Ok(Some(Told {
        change: cause,
        touch: touch(worked, DEPTH_MAX + 1, true, row.outcome),
        hit: None,
        nearness: Where::Elsewhere,
        path: String::new(),
        row,
    }))
}

fn rows(db: &mut dyn Query, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, ChangeRow>, Fault> {
    let mut rows = BTreeMap::new();
    let sql = "SELECT id, number, release, outcome FROM changes WHERE ";
    for row in of_any(db, sql, "id", ids.iter().map(|id| Value::from(id.to_string())))? {
        let outcome = row.opt_text(3)?.and_then(|word| word.parse().ok());
        let number = row.text(1)?.to_owned();
        let release = row.opt_text(2)?.map(str::to_owned);
        rows.insert(row.parsed(0)?, ChangeRow { number, release, outcome });
    }
    Ok(rows)
}

/// Whether a change links to an incident.
fn links_to(db: &mut dyn Query, change: ChangeId, incident: &str) -> Result<bool, Fault> {
    let change: Option<Loaded<Change>> = find_state(db, change)?;
    let links = change.map(|change| change.state.extras.links).unwrap_or_default();
    Ok(has_link(&links, LinkKind::Incident, incident))
}

/// Whether some links name a record.
fn has_link(links: &[Link], kind: LinkKind, number: &str) -> bool {
    let mut links = links.iter().filter(|link| link.kind == kind);
    links.any(|link| link.target.eq_ignore_ascii_case(number))
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    told: &Told,
    began: Timestamp,
    hours: u32,
) -> Result<NearChange, Fault> {
    let touch = &told.touch;
    let known = names.get(db, &told.change.to_string())?;
    let change = known.unwrap_or_else(|| api::common::Ref {
        id: told.change.to_string(),
        number: Some(told.row.number.clone()),
        name: told.row.number.clone(),
    });
    let hit = names.opt(db, told.hit.as_ref())?;
    let place = hit.as_ref().map(|hit| hit.name.as_str()).or(told.hit.as_deref());
    let outcome = told.row.outcome.map(|outcome| outcome.word().to_owned());
    Ok(NearChange {
        change,
        release: names.opt(db, told.row.release.as_ref())?,
        began_at: touch.began_at.to_string(),
        ended_at: touch.ended_at.map(|at| at.to_string()),
        under_way: touch.was_under_way(began),
        minutes_before: touch.minutes_before(began),
        why: why(told, place.unwrap_or_default(), began),
        outcome,
        nearness: told.nearness.word().to_owned(),
        path: told.path.clone(),
        causality: touch.causality(began).word().to_owned(),
        within_hours: hours,
        hit,
    })
}

/// Why a change stands there, as one reads it.
fn why(told: &Told, place: &str, began: Timestamp) -> String {
    let touch = &told.touch;
    let met = match told.nearness {
        Where::SameCi => format!("worked on {place}, which this incident hits"),
        Where::SameService => format!("worked on {place}, of a service that this incident hits"),
        Where::Upstream => format!("worked on {place}, which is needed: {}", told.path),
        Where::Downstream => format!("worked on {place}, which needs it: {}", told.path),
        Where::Elsewhere => "is named as the cause, and was not found near".to_owned(),
    };
    let when = if touch.was_under_way(began) {
        "was under way when it began".to_owned()
    } else if touch.began_at > began {
        format!("began {} after it did", span(touch.began_at.minutes_since(began)))
    } else {
        format!("ended {} before it began", span(touch.minutes_before(began)))
    };
    let end = told.row.outcome.map(|outcome| outcome.word().replace('_', " "));
    let end = end.map_or_else(String::new, |end| format!("; {end}"));
    format!("{met}; {when}{end}")
}

fn span(minutes: i64) -> String {
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}
