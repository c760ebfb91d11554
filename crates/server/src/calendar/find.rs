//! Finding conflicts: the claims of others on the CIs concerned and on those connected with them,
//! through an index by CI and end, so that a draft in the future never looks at the past. All of
//! them are read; where that is more than can be, the finding says so and scheduling is refused.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use api::common::Ref;
use domain::calendar::{
    Acceptance, Conflict, ConflictKind, Direction, Found, Neighbour, PathStep, Period, PeriodAhead,
    PeriodFact, PeriodKind, Placed, Reach, Side, Stands, detect, key, not_blocked,
};
use domain::service::RelationKind;
use kernel::{CiId, Interval, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Stop, Work, find_state};
use crate::calendar::exempt::{Exemption, exemption};
use crate::calendar::order::order;
use crate::names::Names;
use crate::placement::{Placement, change_cis, placement, schedule, services};
use crate::policy::{in_force, of_conflict};
use crate::read::{ANY_MAX, Statement};
use crate::service::{self, NEAREST_MAX, counted, neighbourhood};

/// How many relations are followed from a CI, either way.
pub(super) const DEPTH_MAX: u32 = 2;
/// The most CIs that are looked at around a record's own, those one relation away apart: these may
/// block, so all of them are looked at.
pub(super) const REACH_MAX: usize = 1_000;
/// How many rows of the calendar are read at once.
const PAGE: usize = 1_000;
/// How many pages one question reads of a slice of CIs, or of the periods.
const PAGES_MAX: usize = 100;

/// What surrounds a place on the calendar.
pub(super) struct Around {
    pub(super) neighbours: Vec<Neighbour>,
    pub(super) reaches: Vec<Reach>,
    pub(super) periods: Vec<PeriodAhead>,
    /// What could not be looked at: too much to be sure that nothing blocks.
    pub(super) beyond: Option<String>,
}

/// What was found, and why that may not be all.
pub(super) struct Looked {
    pub(super) found: Vec<Found>,
    pub(super) beyond: Option<String>,
}

/// What a record would collide with in a window.
pub(super) fn find(
    db: &mut dyn Query,
    placement: &Placement,
    interval: Interval,
) -> Result<Looked, Fault> {
    find_placed(db, placement.placed(interval))
}

/// The same for something that is not stored. What blocks comes first.
pub(super) fn find_placed(db: &mut dyn Query, placed: Placed) -> Result<Looked, Fault> {
    let placed = judged(db, placed)?;
    let around = around(db, &placed.cis, placed.interval)?;
    let periods: Vec<PeriodFact> = around.periods.into_iter().map(|period| period.fact).collect();
    let mut found = detect(&placed, &around.neighbours, &around.reaches, &periods);
    found.sort_by_key(|found| !found.blocking);
    Ok(Looked { found, beyond: around.beyond })
}

/// What is placed where its record says, as it is judged: in the environment that counts for it, by
/// what blocks there.
pub(super) fn judged(db: &mut dyn Query, placed: Placed) -> Result<Placed, Fault> {
    let environment = counted(db, placed.environment, &placed.cis)?.environment;
    let (set, placed) = (in_force(db)?.set, Placed { environment, ..placed });
    let record = of_conflict(db, &set, &placed)?;
    let blocking = set.blocking(&record).into_owned();
    Ok(Placed { blocking, ..placed })
}

/// Everything that some CIs may collide with in an interval, and the periods that touch it.
pub(super) fn around(
    db: &mut dyn Query,
    cis: &BTreeSet<CiId>,
    interval: Interval,
) -> Result<Around, Fault> {
    let own: Vec<CiId> = cis.iter().copied().collect();
    let near = neighbourhood(db, &own, DEPTH_MAX, REACH_MAX)?;
    let reaches: Vec<Reach> = near.reaches.into_iter().map(reach).collect();
    let mut all = cis.clone();
    all.extend(reaches.iter().map(|reach| reach.ci));
    let (neighbours, all_claims) = neighbours(db, &all, interval)?;
    let (periods, all_periods) = periods(db, interval)?;
    let beyond = match (near.nearest_whole, all_claims, all_periods) {
        (false, _, _) => Some(format!("{NEAREST_MAX} connected CIs")),
        (_, false, _) => Some(format!("{} claims on these CIs", PAGE * PAGES_MAX)),
        (_, _, false) => Some(format!("{} periods of the calendar", PAGE * PAGES_MAX)),
        (true, true, true) => None,
    };
    Ok(Around { neighbours, reaches, periods, beyond: beyond.map(|what| too_much(&what)) })
}

fn too_much(what: &str) -> String {
    format!(
        "there is more than can be looked at ({what}), so that a conflict might be missed: choose \
        a shorter window, or spread the CIs over several records"
    )
}

fn reach(found: service::Reach) -> Reach {
    let (direction, phrase): (_, fn(RelationKind) -> &'static str) = match found.direction {
        service::Direction::Upstream => (Direction::Upstream, RelationKind::phrase),
        service::Direction::Downstream => (Direction::Downstream, RelationKind::phrase_back),
    };
    let steps = found.path.into_iter();
    let path = steps.map(|s| PathStep { relation: phrase(s.kind).to_owned(), ci: s.ci });
    Reach { from: found.from, ci: found.ci, direction, path: path.collect() }
}

/// Reads page after page, each from after the last row of the one before; whether that was all.
fn pages(
    mut read: impl FnMut(Option<&Row>) -> Result<Vec<Row>, Fault>,
    mut take: impl FnMut(&Row) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    let mut last = None;
    for _ in 0..PAGES_MAX {
        let rows = read(last.as_ref())?;
        rows.iter().try_for_each(&mut take)?;
        if rows.len() < PAGE {
            return Ok(true);
        }
        last = rows.into_iter().last();
    }
    Ok(false)
}

fn limit() -> Value {
    Value::from(i64::try_from(PAGE).unwrap_or(i64::MAX))
}

/// The claims on some CIs, and whether these are all. A CI stands in one environment: whoever works
/// on it works there, whatever is stated.
fn neighbours(
    db: &mut dyn Query,
    cis: &BTreeSet<CiId>,
    interval: Interval,
) -> Result<(Vec<Neighbour>, bool), Fault> {
    let mut found = Vec::new();
    let mut whole = true;
    let cis: Vec<String> = cis.iter().map(CiId::to_string).collect();
    for table in ["change_claims", "release_claims"] {
        for slice in cis.chunks(ANY_MAX) {
            let read = |after: Option<&Row>| {
                let sql =
                    format!("SELECT ci, end_at, subject, start_at, committed FROM {table} WHERE ");
                let mut statement = Statement::new(&sql);
                statement.bind_any("ci", slice.iter().map(Value::from));
                let values = [interval.start.into(), interval.end.into()];
                statement.bind(" AND end_at > ? AND start_at < ?", values);
                if let Some(Row(place)) = after {
                    let place = place.iter().take(3).cloned();
                    statement.bind(" AND (ci, end_at, subject) > (?, ?, ?)", place);
                }
                statement.push(" ORDER BY ci, end_at, subject");
                statement.bind(" LIMIT ?", [limit()]);
                statement.query(db)
            };
            whole &= pages(read, |row| {
                let interval = Interval { start: row.time(3)?, end: row.time(1)? };
                let subject = match table {
                    "change_claims" => Side::Change(row.parsed(2)?),
                    _ => Side::Release(row.parsed(2)?),
                };
                let (ci, committed) = (row.parsed(0)?, row.bool(4)?);
                found.push(Neighbour { subject, ci, interval, committed });
                Ok(())
            })?;
        }
    }
    Ok((found, whole))
}

/// The periods that may collide with an interval, and the maintenance windows that begin after it:
/// these still tell that their service has windows. And whether these are all.
pub(super) fn periods(
    db: &mut dyn Query,
    interval: Interval,
) -> Result<(Vec<PeriodAhead>, bool), Fault> {
    let mut found = Vec::new();
    let mut whole = true;
    let touching = ["last_end > ? AND start_at < ?", "last_end, id"];
    let later = ["kind = ? AND start_at >= ?", "start_at, id"];
    let values = [
        [interval.start.into(), interval.end.into()],
        [PeriodKind::MaintenanceWindow.word().into(), interval.end.into()],
    ];
    for ([holds, order], values) in [touching, later].into_iter().zip(values) {
        let first = order.split(',').next().unwrap_or(order);
        let read = |after: Option<&Row>| {
            let columns = "id, kind, services, start_at, end_at, zone, repeats, except_on, \
                also_on, last_end, environment";
            let sql = format!("SELECT {first}, {columns} FROM periods WHERE ");
            let mut statement = Statement::new(&sql);
            statement.bind(holds, values.clone());
            let sprint = PeriodKind::Sprint.word().into();
            statement.bind(" AND (kind <> ? OR 1 = 0)", [sprint]);
            if let Some(Row(place)) = after {
                let place = place.iter().take(2).cloned();
                statement.bind(&format!(" AND ({order}) > (?, ?)"), place);
            }
            statement.push(&format!(" ORDER BY {order}"));
            statement.bind(" LIMIT ?", [limit()]);
            statement.query(db)
        };
        whole &= pages(read, |row| {
            found.extend(period(row, interval)?);
            Ok(())
        })?;
    }
    Ok((found, whole))
}

/// The one place where detection and the search for slots ask when a period occurs.
fn period(row: &Row, range: Interval) -> Result<Option<PeriodAhead>, Fault> {
    let Some(schedule) = schedule(row, 4)? else { return Ok(None) };
    let fact = PeriodFact {
        id: row.parsed(1)?,
        kind: row.parsed(2)?,
        services: crate::bus::words(row.text(3)?),
        environment: row.opt_text(11)?.and_then(|word| word.parse().ok()),
        occurrences: schedule.occurrences(range),
    };
    Ok(Some(PeriodAhead { fact, ends: row.time(10)? }))
}

/// What blocks a window, and what does not because an exception lets it pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Each conflict that blocks, in words.
    pub by: Vec<String>,
    /// The kind and the overlap of each of them, in the same order.
    pub found: Vec<(ConflictKind, Interval)>,
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

/// Of what blocks a record in an interval that is not its window, what nobody could have accepted:
/// the blackouts, and what could not be looked at.
pub fn blackouts(
    db: &mut dyn Query,
    side: Side,
    interval: Interval,
    now: Timestamp,
) -> Result<Blocked, Fault> {
    let Blocked { by, found, under } = blocking(db, side, Some(interval), now)?;
    let is_blackout = |found: &(ConflictKind, Interval)| found.0 == ConflictKind::Blackout;
    let kept = found.iter().map(is_blackout).chain(std::iter::repeat(true));
    let by = by.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(words, _)| words).collect();
    Ok(Blocked { by, found: found.into_iter().filter(is_blackout).collect(), under })
}

/// What blocks a release in its window as if it carried other changes.
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
    let looked = find(db, placement, interval)?;
    let mut all = looked.found;
    all.extend(order(db, side, Some(interval))?);
    let mut blocked = Blocked::default();
    for found in all.into_iter().filter(|found| found.blocking && found.subject == side) {
        let accepted = acceptance(db, &found, now)?;
        let accepted = accepted.map(|accepted| accepted.until);
        if accepted.is_some_and(|until| until.is_none_or(|until| until >= interval.end)) {
            continue;
        }
        let sides = (found.subject, found.with);
        let exempt = exemption(db, found.kind.class(), sides, now)?;
        if let Some(exempt) = exempt.as_ref().filter(|exempt| exempt.lasts(interval)) {
            blocked.under.push(exempt.number.clone());
            continue;
        }
        let mut words = detail(db, &mut Names::default(), &found)?;
        if let Some(Exemption { number, until }) = exempt {
            let _ = write!(words, "; {number} ends before the window does, at {until}");
        }
        if let Some(until) = accepted.flatten() {
            let _ = write!(words, "; it is accepted only until {until}, before the window ends");
        }
        blocked.by.push(words);
        blocked.found.push((found.kind, found.overlap));
    }
    blocked.by.extend(looked.beyond);
    Ok(blocked)
}

/// Refuses when a committed record no longer fits its window: it was placed where nothing stood in
/// its way, and whatever it takes up later is held against the same calendar.
pub fn still_fits(work: &mut Work<'_>, side: Side) -> Result<(), Stop> {
    let blocked = blocking(work.tx, side, None, work.now)?;
    Ok(not_blocked(&blocked.by, Stands::Ahead).map_err(domain::Refusal::from)?)
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
    let more = match more {
        0 => String::new(),
        1 => " and one more CI".to_owned(),
        more => format!(" and {more} more CIs"),
    };
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
        K::PeakHours => format!("the peak hours {with} last from {start} to {end}"),
        K::BusinessEvent => format!("the business event {with} lasts from {start} to {end}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize) -> Row {
        Row(vec![Value::from(i64::try_from(number).expect("a small number"))])
    }

    #[test]
    fn every_page_is_read_from_after_the_last_row() {
        let mut taken = Vec::new();
        let read = |after: Option<&Row>| {
            let from = after.map_or(0, |row| row.int(0).expect("a number") + 1);
            let from = usize::try_from(from).expect("a number");
            Ok((from..(from + PAGE).min(2 * PAGE + 7)).map(row).collect())
        };
        let whole = pages(read, |row| {
            taken.push(row.int(0)?);
            Ok(())
        });
        assert!(whole.expect("rows"));
        assert_eq!(taken.len(), 2 * PAGE + 7);
    }

    #[test]
    fn what_has_no_end_is_not_taken_for_all() {
        let mut taken = 0;
        let read = |_: Option<&Row>| Ok((0..PAGE).map(row).collect());
        let whole = pages(read, |_| {
            taken += 1;
            Ok(())
        });
        assert!(!whole.expect("rows"));
        assert_eq!(taken, PAGE * PAGES_MAX);
        assert!(too_much("100 claims").contains("choose a shorter window"));
    }
}
