//! What a record says to the figures, asked of the record as it is now and of what hangs together
//! with it.

use std::collections::BTreeSet;

use domain::Aggregate;
use domain::change::{Change, ChangeEvent};
use domain::incident::Incident;
use domain::release::{Release, ReleaseEvent};
use domain::report::{
    Blamed, ChangeSeen, Course, Fact, Harm, IncidentSeen, ReleaseSeen, Survey, size_of,
};
use kernel::Timestamp;
use ports::{Fault, Query, Value};

use crate::bus::{find_state, fold_watched};
use crate::placement::touched;
use crate::read::{ANY_MAX, Statement};

/// What a figure is told apart by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facets {
    pub(super) team: Option<String>,
    /// Such as `normal change`.
    pub(super) kind: String,
    /// Those that the record names, and those of its CIs, by id.
    pub(super) services: BTreeSet<String>,
    /// How many changes travel in a release, in steps; nothing for anything else.
    pub(super) size: Option<String>,
}

/// All that a record says.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) facts: Vec<Fact>,
    pub(super) facets: Facets,
    /// The records whose moves it must be asked again after, by id.
    pub(super) rests_on: BTreeSet<String>,
}

/// Asks the record of an id; nothing when there is none, or none that figures ask.
pub(super) fn told(db: &mut dyn Query, id: &str) -> Result<Option<Told>, Fault> {
    match id.split_once('_') {
        Some(("chg", _)) => of_change(db, id),
        Some(("rel", _)) => of_release(db, id),
        Some(("inc", _)) => of_incident(db, id),
        Some(("srv", _)) => of_survey(db, id),
        _ => Ok(None),
    }
}

fn of_change(db: &mut dyn Query, text: &str) -> Result<Option<Told>, Fault> {
    let Ok(id) = text.parse() else { return Ok(None) };
    let mut course = Course::default();
    let loaded = fold_watched::<Change>(db, id, |before, event, stamp| {
        course.see((!before.number.is_empty()).then_some(before.phase), stamp.at);
        match event {
            ChangeEvent::Round(event) => course.see_round(event, stamp.at),
            ChangeEvent::Extended { .. } => course.see_extension(),
            _ => {}
        }
    })?;
    if loaded.version == kernel::Version::NONE {
        return Ok(None);
    }
    let change = &loaded.state;
    course.end(change.phase);
    let harms = harms(db, &[text.to_owned()])?;
    let collided = match change.started_at {
        Some(began) if change.release.is_none() => collided(db, text, began)?,
        _ => false,
    };
    let seen = ChangeSeen { change, course: &course, harms: &harms, collided };
    let facets = Facets {
        team: change.content.team.map(|team| team.to_string()),
        kind: format!("{} change", change.change_type().word()),
        services: touched(db, [id])?.iter().map(ToString::to_string).collect(),
        size: None,
    };
    Ok(Some(Told { facts: seen.facts(), facets, rests_on: ids(&harms) }))
}

fn of_release(db: &mut dyn Query, text: &str) -> Result<Option<Told>, Fault> {
    let Ok(id) = text.parse() else { return Ok(None) };
    let mut course = Course::default();
    let loaded = fold_watched::<Release>(db, id, |before, event, stamp| {
        course.see((!before.number.is_empty()).then_some(before.phase), stamp.at);
        match event {
            ReleaseEvent::Round(event) => course.see_round(event, stamp.at),
            ReleaseEvent::Extended { .. } => course.see_extension(),
            _ => {}
        }
    })?;
    if loaded.version == kernel::Version::NONE {
        return Ok(None);
    }
    let release = &loaded.state;
    course.end(release.phase);
    let changes: Vec<String> = release.changes.iter().map(ToString::to_string).collect();
    let harms = harms(db, &changes)?;
    let review = "SELECT id, state FROM reviews WHERE subject = $1";
    let review = match db.query_one(review, &[text.into()])? {
        Some(row) => Some((row.text(0)?.to_owned(), row.text(1)? == "completed")),
        None => None,
    };
    let collided = match &release.deployment {
        Some(deployment) => collided(db, text, deployment.started_at)?,
        None => false,
    };
    let mut rests_on = ids(&harms);
    rests_on.extend(review.iter().map(|(id, _)| id.clone()));
    let seen = ReleaseSeen { release, course: &course, harms: &harms, review, collided };
    let facets = facets_of(db, release)?;
    Ok(Some(Told { facts: seen.facts(), facets, rests_on }))
}

fn facets_of(db: &mut dyn Query, release: &Release) -> Result<Facets, Fault> {
    let services = touched(db, release.changes.iter().copied())?;
    Ok(Facets {
        team: release.content.team.map(|team| team.to_string()),
        kind: format!("{} release", release.model),
        services: services.iter().map(ToString::to_string).collect(),
        size: size_of(release).map(str::to_owned),
    })
}

fn of_incident(db: &mut dyn Query, text: &str) -> Result<Option<Told>, Fault> {
    let Ok(id) = text.parse() else { return Ok(None) };
    let Some(loaded) = find_state::<Incident>(db, id)? else { return Ok(None) };
    let incident = &loaded.state;
    let mut rests_on = BTreeSet::new();
    let mut team = None;
    let cause = match incident.content.caused_by {
        None => None,
        Some(change) => {
            let change = change.to_string();
            let sql = "SELECT started_at, release, team FROM changes WHERE id = $1";
            let row = db.query_one(sql, &[(&change).into()])?;
            rests_on.insert(change);
            match row {
                None => None,
                Some(row) => {
                    team = row.opt_text(2)?.map(str::to_owned);
                    let release = row.opt_text(1)?.and_then(|id| id.parse().ok());
                    Some(Blamed { started_at: row.opt_time(0)?, release })
                }
            }
        }
    };
    let mut services: BTreeSet<String> =
        incident.content.services.iter().map(ToString::to_string).collect();
    let of_cis = "SELECT DISTINCT cis.service FROM incident_cis \
        JOIN cis ON cis.id = incident_cis.ci \
        WHERE incident_cis.incident = $1 AND cis.service IS NOT NULL";
    services.extend(texts(db, of_cis, text)?);
    let kind = format!("priority {} incident", incident.content.priority.number());
    let seen = IncidentSeen { incident, cause };
    let facets = Facets { team, kind, services, size: None };
    Ok(Some(Told { facts: seen.facts(), facets, rests_on }))
}

/// An answer is its release's, and tells that release's team, type and services.
fn of_survey(db: &mut dyn Query, text: &str) -> Result<Option<Told>, Fault> {
    let Ok(id) = text.parse() else { return Ok(None) };
    let Some(loaded) = find_state::<Survey>(db, id)? else { return Ok(None) };
    let Some(release) = loaded.state.release else { return Ok(None) };
    let facets = match find_state::<Release>(db, release)? {
        Some(found) => facets_of(db, &found.state)?,
        None => Facets::default(),
    };
    let (facts, rests_on) = (loaded.state.facts(), [release.to_string()].into());
    Ok(Some(Told { facts, facets, rests_on }))
}

/// The incidents that name one of some changes as their cause.
fn harms(db: &mut dyn Query, changes: &[String]) -> Result<Vec<Harm>, Fault> {
    let mut harms = Vec::new();
    for slice in changes.chunks(ANY_MAX) {
        let columns = "SELECT id, opened_at, resolved_at, priority FROM incidents WHERE ";
        let mut statement = Statement::new(columns);
        statement.bind_any("caused_by", slice.iter().map(Value::from));
        for row in statement.query(db)? {
            harms.push(Harm {
                incident: row.parsed(0)?,
                opened_at: row.time(1)?,
                resolved_at: row.opt_time(2)?,
                priority: row.int(3)?,
            });
        }
    }
    harms.sort_by_key(|harm| (harm.opened_at, harm.incident));
    Ok(harms)
}

fn ids(harms: &[Harm]) -> BTreeSet<String> {
    harms.iter().map(|harm| harm.incident.to_string()).collect()
}

/// Whether a conflict of a record with other work stood at an instant.
fn collided(db: &mut dyn Query, side: &str, at: Timestamp) -> Result<bool, Fault> {
    let sql = "SELECT conflict FROM conflict_sides WHERE side = $1 \
        AND (other LIKE 'chg_%' OR other LIKE 'rel_%')";
    for conflict in texts(db, sql, side)? {
        let stream = format!("{}:{conflict}", domain::calendar::Conflict::KIND);
        let sql = "SELECT name FROM events WHERE stream = $1 AND at <= $2 \
            ORDER BY version DESC LIMIT 1";
        let last = db.query_one(sql, &[stream.into(), at.into()])?;
        if last.is_some_and(|row| row.text(0).is_ok_and(|name| name != "conflict.resolved.v1")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The texts that a question about one id is answered with.
fn texts(db: &mut dyn Query, sql: &str, id: &str) -> Result<BTreeSet<String>, Fault> {
    let rows = db.query(sql, &[id.into()])?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}
