//! Finding conflicts: the claims of others on the CIs concerned and on those connected with them,
//! through an index by CI and end, so that a draft in the future never looks at the past.

use std::collections::BTreeSet;

use api::common::Ref;
use domain::calendar::{
    Acceptance, Conflict, Direction, Found, Neighbour, PathStep, Period, PeriodFact, Placed, Reach,
    Side, detect, key, not_blocked, occurrences,
};
use domain::service::RelationKind;
use domain::vocabulary::Environment;
use kernel::{CiId, Interval, Timestamp};
use ports::{Fault, Query, Value};

use crate::bus::{Stop, Work, find_state};
use crate::calendar::exempt::exemption;
use crate::calendar::order::order;
use crate::calendar::placement::{Placement, change_cis, placement, services, window};
use crate::names::Names;
use crate::read::{ANY_MAX, Statement};
use crate::service::{self, neighbourhood};

/// How many relations are followed from a CI, either way.
pub(super) const DEPTH_MAX: u32 = 2;
/// The most CIs that are looked at around a record's own.
pub(super) const REACH_MAX: usize = 1_000;
/// The most claims that one question looks at.
pub(super) const CLAIMS_MAX: i64 = 5_000;
/// The most periods that are looked at.
pub(super) const PERIODS_MAX: i64 = 1_000;

/// What a record would collide with in a window.
pub(super) fn find(
    db: &mut dyn Query,
    placement: &Placement,
    interval: Interval,
) -> Result<Vec<Found>, Fault> {
    let placed = placement.placed(interval);
    find_placed(db, &placed, placement.environment)
}

/// The same for something that is not stored.
pub(super) fn find_placed(
    db: &mut dyn Query,
    placed: &Placed,
    environment: Environment,
) -> Result<Vec<Found>, Fault> {
    let reaches = reaches(db, &placed.cis)?;
    let mut cis: BTreeSet<CiId> = placed.cis.clone();
    cis.extend(reaches.iter().map(|reach| reach.ci));
    let neighbours = neighbours(db, &cis, placed.interval, environment)?;
    let periods = periods(db, placed, environment)?;
    Ok(detect(placed, &neighbours, &reaches, &periods))
}

fn reaches(db: &mut dyn Query, cis: &BTreeSet<CiId>) -> Result<Vec<Reach>, Fault> {
    let cis: Vec<CiId> = cis.iter().copied().collect();
    let found = neighbourhood(db, &cis, DEPTH_MAX, REACH_MAX)?;
    let reach = |found: service::Reach| {
        let (direction, phrase): (_, fn(RelationKind) -> &'static str) = match found.direction {
            service::Direction::Upstream => (Direction::Upstream, RelationKind::phrase),
            service::Direction::Downstream => (Direction::Downstream, RelationKind::phrase_back),
        };
        let steps = found.path.into_iter();
        let path = steps.map(|s| PathStep { relation: phrase(s.kind).to_owned(), ci: s.ci });
        Reach { from: found.from, ci: found.ci, direction, path: path.collect() }
    };
    Ok(found.into_iter().map(reach).collect())
}

fn neighbours(
    db: &mut dyn Query,
    cis: &BTreeSet<CiId>,
    interval: Interval,
    environment: Environment,
) -> Result<Vec<Neighbour>, Fault> {
    let mut found = Vec::new();
    let cis: Vec<String> = cis.iter().map(CiId::to_string).collect();
    for table in ["change_claims", "release_claims"] {
        for slice in cis.chunks(ANY_MAX) {
            let sql =
                format!("SELECT subject, ci, start_at, end_at, committed FROM {table} WHERE ");
            let mut statement = Statement::new(&sql);
            statement.bind_any("ci", slice.iter().map(Value::from));
            let values = [interval.start.into(), interval.end.into(), environment.word().into()];
            let piece = " AND end_at > ? AND start_at < ? AND environment = ?";
            statement.bind(piece, values);
            statement.bind(" LIMIT ?", [CLAIMS_MAX.into()]);
            for row in statement.query(db)? {
                let subject = if table == "change_claims" {
                    Side::Change(row.parsed(0)?)
                } else {
                    Side::Release(row.parsed(0)?)
                };
                let interval = Interval { start: row.time(2)?, end: row.time(3)? };
                let (ci, committed) = (row.parsed(1)?, row.bool(4)?);
                found.push(Neighbour { subject, ci, interval, committed });
            }
        }
    }
    Ok(found)
}

fn periods(
    db: &mut dyn Query,
    placed: &Placed,
    environment: Environment,
) -> Result<Vec<PeriodFact>, Fault> {
    let sql = "SELECT id, kind, services, start_at, end_at, zone, repeats FROM periods \
        WHERE last_end > $1 AND start_at < $2 AND (environment IS NULL OR environment = $3) \
        ORDER BY last_end, id LIMIT $4";
    let params = [
        placed.interval.start.into(),
        placed.interval.end.into(),
        environment.word().into(),
        PERIODS_MAX.into(),
    ];
    let mut found = Vec::new();
    for row in db.query(sql, &params)? {
        let Some(window) = window(&row, 3)? else { continue };
        found.push(PeriodFact {
            id: row.parsed(0)?,
            kind: row.parsed(1)?,
            services: crate::bus::words(row.text(2)?),
            occurrences: occurrences(&window, row.parsed(6)?, placed.interval),
        });
    }
    // A maintenance window that began after the draft still tells that its service has windows.
    let sql = "SELECT id, services FROM periods WHERE kind = 'window' AND start_at >= $1 \
        AND (environment IS NULL OR environment = $2) ORDER BY start_at, id LIMIT $3";
    let params = [placed.interval.end.into(), environment.word().into(), PERIODS_MAX.into()];
    for row in db.query(sql, &params)? {
        found.push(PeriodFact {
            id: row.parsed(0)?,
            kind: domain::calendar::PeriodKind::MaintenanceWindow,
            services: crate::bus::words(row.text(1)?),
            occurrences: Vec::new(),
        });
    }
    Ok(found)
}

/// What blocks a window, and what does not because an exception lets it pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Each conflict that blocks, in words.
    pub by: Vec<String>,
    /// The exceptions without which more would block, `EXC-…`.
    pub under: Vec<String>,
}

/// The conflicts that block a record in a window, without those someone answers for.
pub fn blocking(
    db: &mut dyn Query,
    side: Side,
    interval: Option<Interval>,
    now: Timestamp,
) -> Result<Blocked, Fault> {
    match placement(db, side)? {
        Some(placement) => blocked(db, &placement, interval, now),
        None => Ok(Blocked::default()),
    }
}

/// The same for a release as if it carried other changes.
pub fn blocking_without(
    db: &mut dyn Query,
    side: Side,
    changes: &[String],
    now: Timestamp,
) -> Result<Blocked, Fault> {
    let Some(mut placement) = placement(db, side)? else { return Ok(Blocked::default()) };
    placement.cis = change_cis(db, changes)?;
    placement.services = services(db, changes, &placement.cis)?;
    blocked(db, &placement, None, now)
}

fn blocked(
    db: &mut dyn Query,
    placement: &Placement,
    interval: Option<Interval>,
    now: Timestamp,
) -> Result<Blocked, Fault> {
    let side = placement.side;
    let planned = placement.window.as_ref().map(|window| window.interval);
    let Some(interval) = interval.or(planned) else { return Ok(Blocked::default()) };
    let mut all = find(db, placement, interval)?;
    all.extend(order(db, side, Some(interval))?);
    let mut blocked = Blocked::default();
    for found in all.into_iter().filter(|found| found.blocking && found.subject == side) {
        if acceptance(db, &found, now)?.is_some() {
            continue;
        }
        match exemption(db, found.kind.class(), (found.subject, found.with), now)? {
            Some(number) => blocked.under.push(number),
            None => blocked.by.push(detail(db, &mut Names::default(), &found)?),
        }
    }
    Ok(blocked)
}

/// Refuses when a committed record no longer fits its window: it was placed where nothing stood in
/// its way, and whatever it takes up later is held against the same calendar.
pub fn still_fits(work: &mut Work<'_>, side: Side) -> Result<(), Stop> {
    let blocked = blocking(work.tx, side, None, work.now)?;
    Ok(not_blocked(&blocked.by).map_err(domain::Refusal::from)?)
}

/// Who answers for exactly what was found, if someone does.
pub(super) fn acceptance(
    db: &mut dyn Query,
    found: &Found,
    now: Timestamp,
) -> Result<Option<Acceptance>, Fault> {
    let key = key(found.kind, found.subject, found.with);
    let sql = "SELECT id FROM conflicts WHERE conflict_key = $1";
    let Some(row) = db.query_one(sql, &[key.into()])? else { return Ok(None) };
    let conflict = find_state::<Conflict>(db, row.parsed(0)?)?.map(|conflict| conflict.state);
    let covering = conflict.filter(|conflict| conflict.covers(&found.fingerprint, now));
    Ok(covering.and_then(|conflict| conflict.accepted))
}

/// How a side is called; a period that was taken away still has its name.
pub fn side_ref(db: &mut dyn Query, names: &mut Names, side: Side) -> Result<Ref, Fault> {
    let id = side.id();
    if let Some(found) = names.get(db, &id)? {
        return Ok(found);
    }
    let name = match side {
        Side::Period(period) => find_state::<Period>(db, period)?,
        Side::Change(_) | Side::Release(_) => None,
    };
    let name = name.map_or_else(|| id.clone(), |period| period.state.content.name);
    Ok(Ref { id, number: None, name })
}

/// A conflict in words: what, with whom, when, and the first CI that is hit.
pub(super) fn detail(
    db: &mut dyn Query,
    names: &mut Names,
    found: &Found,
) -> Result<String, Fault> {
    use domain::calendar::ConflictKind as K;
    let with = side_ref(db, names, found.with)?;
    let with = match with.number {
        Some(number) => format!("{number} \"{}\"", with.name),
        None => format!("\"{}\"", with.name),
    };
    let first = match found.hits.first() {
        Some(hit) => hit_words(db, names, hit)?,
        None => String::new(),
    };
    let more = found.hits.len().saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more CIs") } else { String::new() };
    let (start, end) = (found.overlap.start, found.overlap.end);
    Ok(match found.kind {
        K::ReleaseOrder if found.blocking => {
            format!("{with} comes first and is not over when this begins, at {start}")
        }
        K::ReleaseOrder => {
            format!("{with} waits for this and begins before it is over, at {start}")
        }
        K::SameCi => format!("{with} works on {first}{more} too, from {start} to {end}"),
        K::UpstreamCi | K::DownstreamCi => {
            format!("{with} works on a connected CI ({first}{more}), from {start} to {end}")
        }
        K::Blackout => format!("the blackout {with} allows nothing from {start} to {end}"),
        K::OutsideWindow => {
            format!("{start} to {end} is outside the maintenance window {with}")
        }
    })
}

/// A hit in words: `web-01 → runs on → vm-7`.
pub(super) fn hit_words(
    db: &mut dyn Query,
    names: &mut Names,
    hit: &domain::calendar::Hit,
) -> Result<String, Fault> {
    let mut words = name(db, names, hit.ci)?;
    for step in &hit.path {
        for word in [step.relation.as_str(), &name(db, names, step.ci)?] {
            words.push_str(" → ");
            words.push_str(word);
        }
    }
    Ok(words)
}

fn name(db: &mut dyn Query, names: &mut Names, ci: CiId) -> Result<String, Fault> {
    let found = names.get(db, &ci.to_string())?;
    Ok(found.map_or_else(|| ci.to_string(), |found| found.name))
}
