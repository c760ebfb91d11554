//! The next free slots of a record, or of some CIs and services: facts from now to the horizon, the
//! search of the domain, and its answer in words.

use std::collections::BTreeSet;

use api::calendar as shown;
use domain::calendar::{
    Ahead, Blocking, HORIZON_DAYS, NEAR_MINUTES, PeriodAhead, PeriodFact, PeriodKind, Placed,
    Refused, SLOTS_MAX, Schedule, Searched, Side, Slot, Wanted, slots as search,
};
use domain::vocabulary::{Environment, Window};
use domain::{General, Missing};
use kernel::{ChangeId, CiId, Id, Interval, PeriodId, ServiceId, Timestamp, Zone};
use ports::{Fault, Query, Value};

use crate::bus::Stop;
use crate::calendar::conflict::{Shower, find_side};
use crate::calendar::find::{Around, around, judged, side_ref};
use crate::calendar::order::predecessors;
use crate::calendar::projection::last_end;
use crate::names::{Names, Resolver, shown_window};
use crate::placement::{placement, services};
use crate::policy::in_force;
use crate::read::{ANY_MAX, Statement};
use crate::service::{find_service, known_cis};

/// The longest slot that is looked for, in minutes (two weeks).
pub(super) const DURATION_MAX: i64 = 14 * 24 * 60;
/// How many slots are told when nothing is said.
const SLOTS_DEFAULT: usize = 5;
/// The most conflicts that are told of one refused stretch.
const WHY_MAX: usize = 5;
/// The most CIs or services that a search names, and CIs behind services.
pub(super) const NAMED_MAX: usize = 2_000;
const DAY_MINUTES: i64 = 24 * 60;

/// What is asked, as it is written in the address.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    pub(super) subject: Option<String>,
    pub(super) services: Vec<String>,
    pub(super) cis: Vec<String>,
    pub(super) duration: Option<String>,
    pub(super) after: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) limit: Option<String>,
}

/// What is touched by name, the CIs and the services.
struct Touched {
    cis: BTreeSet<CiId>,
    services: BTreeSet<ServiceId>,
}

/// The slots.
pub(super) fn slots(
    db: &mut dyn Query,
    question: &Question,
    now: Timestamp,
) -> Result<shown::Slots, Stop> {
    let (wanted, found) = searched(db, question, None, now)?;
    Ok(show(db, &wanted, &found)?)
}

/// A period that is not saved, as the search takes it.
pub(super) struct Drafted<'a> {
    pub(super) id: PeriodId,
    pub(super) kind: PeriodKind,
    pub(super) services: &'a BTreeSet<ServiceId>,
    pub(super) environment: Option<Environment>,
    pub(super) schedule: &'a Schedule,
}

/// The first slot that is free for a record once a draft is in force, from its window on.
pub(super) fn next_free(
    db: &mut dyn Query,
    side: Side,
    draft: &Drafted<'_>,
    now: Timestamp,
) -> Result<Option<api::common::Window>, Stop> {
    let limit = Some("1".to_owned());
    let question = Question { subject: Some(side.id()), limit, ..Question::default() };
    let (wanted, found) = searched(db, &question, Some(draft), now)?;
    Ok(earliest(&found).map(|slot| window_of(slot.interval, &wanted.zone)))
}

/// The first slot from an instant on that is free for a record, as long as its window; none where
/// what it touches or how long it is leaves nothing to look through.
pub fn next_slot(
    db: &mut dyn Query,
    side: Side,
    after: Timestamp,
    now: Timestamp,
) -> Result<Option<Window>, Stop> {
    let (after, limit) = (Some(after.to_string()), Some("1".to_owned()));
    let question = Question { subject: Some(side.id()), after, limit, ..Question::default() };
    let (wanted, found) = match searched(db, &question, None, now) {
        Err(Stop::Refused(_)) => return Ok(None),
        found => found?,
    };
    Ok(earliest(&found).map(|slot| Window { interval: slot.interval, zone: wanted.zone.clone() }))
}

/// The slot that comes first.
fn earliest(found: &Searched) -> Option<&Slot> {
    found.slots.iter().find(|slot| slot.earliest).or(found.slots.first())
}

fn searched(
    db: &mut dyn Query,
    question: &Question,
    draft: Option<&Drafted<'_>>,
    now: Timestamp,
) -> Result<(Wanted, Searched), Stop> {
    let wanted = wanted(db, question, now)?;
    let wanted = Wanted { placed: judged(db, wanted.placed.clone())?, ..wanted };
    let placed = &wanted.placed;
    let ahead = Interval { start: placed.interval.start, end: wanted.until };
    let around = around(db, &placed.cis, ahead)?;
    if let Some(why) = around.beyond {
        return Err(General::Invalid(vec![Missing::new("/cis", why)]).into());
    }
    let mut ahead_of_it = facts(db, placed.subject, around)?;
    if let Some(draft) = draft {
        let periods = &mut ahead_of_it.periods;
        periods.retain(|period| period.fact.id != draft.id);
        let (id, kind, services) = (draft.id, draft.kind, draft.services.clone());
        let occurrences = draft.schedule.occurrences(ahead);
        let environment = draft.environment;
        let fact = PeriodFact { id, kind, services, environment, occurrences };
        periods.push(PeriodAhead { fact, ends: Timestamp::from_micros(last_end(draft.schedule)) });
    }
    let found = search(&wanted, &ahead_of_it);
    Ok((wanted, found))
}

/// What surrounds a record, as the search takes it.
pub(super) fn facts(db: &mut dyn Query, side: Side, around: Around) -> Result<Ahead, Fault> {
    let before = match side {
        Side::Release(release) => predecessors(db, release)?,
        Side::Change(_) | Side::Period(_) => Vec::new(),
    };
    let Around { neighbours, reaches, periods, .. } = around;
    Ok(Ahead { neighbours, reaches, periods, before, ..Ahead::default() })
}

/// The question, read: what is placed, how long, from when on.
pub(super) fn wanted(
    db: &mut dyn Query,
    question: &Question,
    now: Timestamp,
) -> Result<Wanted, Stop> {
    let standing = match &question.subject {
        Some(name) => {
            let unknown = || General::Unknown { kind: "change or release", name: name.clone() };
            let side = find_side(db, name)?;
            Some(placement(db, side)?.ok_or_else(unknown)?)
        }
        None => None,
    };
    let planned = standing.as_ref().and_then(|standing| standing.window.as_ref());
    let mut resolver = Resolver::default();
    let minutes = resolver.parse::<i64>("/duration", question.duration.as_deref());
    let minutes = minutes.or_else(|| planned.map(|window| window.interval.minutes()));
    let minutes = match (minutes, &standing) {
        (None, Some(standing)) => usual_minutes(db, standing.side)?,
        _ => minutes,
    };
    match minutes {
        None => resolver.wrong("/duration", "say how long the slot is, in minutes"),
        Some(minutes) if !(1..=DURATION_MAX).contains(&minutes) => {
            resolver.wrong("/duration", format!("is from 1 to {DURATION_MAX} minutes"));
        }
        Some(_) => {}
    }
    let after = resolver.parse::<Timestamp>("/after", question.after.as_deref());
    let environment = resolver.parse("/environment", question.environment.as_deref());
    let zone = resolver.parse::<Zone>("/zone", question.zone.as_deref());
    let limit = resolver.parse::<usize>("/limit", question.limit.as_deref());
    if limit.is_some_and(|limit| !(1..=SLOTS_MAX).contains(&limit)) {
        resolver.wrong("/limit", format!("is from 1 to {SLOTS_MAX}"));
    }
    let touched = touched(db, question, &mut resolver)?;
    resolver.end()?;
    let start = after.or_else(|| planned.map(|window| window.interval.start)).unwrap_or(now);
    // What is over cannot be had any more.
    let start = start.max(now);
    let end = start.plus_minutes(minutes.unwrap_or(1));
    let interval = Interval { start, end };
    let zone = zone.or_else(|| planned.map(|window| window.zone.clone()));
    let subject = standing.as_ref().map(|standing| standing.side);
    let mut placed = match &standing {
        Some(standing) => standing.placed(interval),
        None => {
            let subject = Side::Change(ChangeId::from_uuid(uuid::Uuid::nil()));
            let (cis, services) = (BTreeSet::new(), BTreeSet::new());
            let (emergency, blocking) = (false, Blocking::default());
            let environment = Environment::default();
            Placed { subject, interval, cis, services, environment, emergency, blocking }
        }
    };
    placed.environment = environment.unwrap_or(placed.environment);
    if let Some(touched) = touched {
        let own: Vec<String> = subject.iter().map(Side::id).collect();
        placed.services = services(db, &own, &touched.cis)?;
        placed.services.extend(touched.services);
        placed.cis = touched.cis;
    }
    Ok(Wanted {
        placed,
        until: start.plus_minutes(HORIZON_DAYS * DAY_MINUTES),
        zone: zone.unwrap_or_else(Zone::utc),
        limit: limit.unwrap_or(SLOTS_DEFAULT),
    })
}

/// How long the window of a release is where nothing is said, as its model has it.
pub(super) fn usual_minutes(db: &mut dyn Query, side: Side) -> Result<Option<i64>, Fault> {
    let Side::Release(release) = side else { return Ok(None) };
    let sql = "SELECT model FROM releases WHERE id = $1";
    let Some(row) = db.query_one(sql, &[release.to_string().into()])? else { return Ok(None) };
    let policy = in_force(db)?.set;
    let model = policy.release(row.text(0)?);
    Ok(model.map(|model| i64::from(model.window_minutes)))
}

/// The CIs and services that are named, in place of a record's own. Services alone stand for all
/// their CIs: nothing else may go on there.
fn touched(
    db: &mut dyn Query,
    question: &Question,
    resolver: &mut Resolver,
) -> Result<Option<Touched>, Stop> {
    for (pointer, names) in [("/cis", &question.cis), ("/services", &question.services)] {
        if names.len() > NAMED_MAX {
            resolver.wrong(pointer, format!("names {}; at most {NAMED_MAX} fit", names.len()));
            return Ok(None);
        }
    }
    let mut cis: BTreeSet<CiId> = known_cis(db, resolver, &question.cis)?.into_iter().collect();
    let by_name = resolver.many(db, "/services", &question.services, find_service)?;
    if question.cis.is_empty() && !by_name.is_empty() {
        cis = of_services(db, &by_name)?;
        if cis.len() > NAMED_MAX {
            let detail = format!("have more than {NAMED_MAX} CIs: name the CIs that are touched");
            resolver.wrong("/services", detail);
        }
    }
    if cis.is_empty() && by_name.is_empty() {
        if question.subject.is_none() && question.cis.is_empty() {
            let detail = "name a change or release, or the CIs or services that are touched";
            resolver.wrong("/subject", detail);
        }
        return Ok(None);
    }
    Ok(Some(Touched { cis, services: by_name.into_iter().collect() }))
}

fn of_services(db: &mut dyn Query, services: &[ServiceId]) -> Result<BTreeSet<CiId>, Fault> {
    let mut cis = BTreeSet::new();
    for slice in services.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT id FROM cis WHERE ");
        statement.bind_any("service", slice.iter().map(|id| Value::from(id.to_string())));
        statement.bind(" LIMIT ?", [Value::from(i64::try_from(NAMED_MAX + 1).unwrap_or(i64::MAX))]);
        for row in statement.query(db)? {
            cis.insert(row.parsed(0)?);
        }
    }
    Ok(cis)
}

fn show(db: &mut dyn Query, wanted: &Wanted, found: &Searched) -> Result<shown::Slots, Fault> {
    let mut shower = Shower::default();
    let warned = found.slots.iter().flat_map(|slot| slot.warnings.iter().take(WHY_MAX));
    let why = found.refused.iter().flat_map(|refused| refused.why.iter().take(WHY_MAX));
    shower.load(db, warned.chain(why), None)?;
    let mut names = Names::default();
    let mut slots = Vec::with_capacity(found.slots.len());
    for one in &found.slots {
        slots.push(slot(db, &mut names, &mut shower, one, &wanted.zone)?);
    }
    let mut stretches = Vec::with_capacity(found.refused.len());
    for one in &found.refused {
        stretches.push(refused(db, &mut shower, one, &wanted.zone)?);
    }
    Ok(shown::Slots { slots, refused: stretches, until: found.until.to_string() })
}

/// A free slot in words; what it would collide with is loaded.
pub(super) fn slot(
    db: &mut dyn Query,
    names: &mut Names,
    shower: &mut Shower,
    slot: &Slot,
    zone: &Zone,
) -> Result<shown::Slot, Fault> {
    let reasons = reasons(db, names, slot)?;
    let warnings = conflicts(db, shower, &slot.warnings, false)?;
    let window = window_of(slot.interval, zone);
    Ok(shown::Slot { window, earliest: slot.earliest, reasons, warnings })
}

/// Refused starts in words; what refuses them is loaded.
pub(super) fn refused(
    db: &mut dyn Query,
    shower: &mut Shower,
    Refused { first, until, why }: &Refused,
    zone: &Zone,
) -> Result<shown::RefusedSlot, Fault> {
    let conflicts = conflicts(db, shower, why, true)?;
    let (window, until) = (window_of(*first, zone), until.to_string());
    Ok(shown::RefusedSlot { window, until, conflicts })
}

fn window_of(interval: Interval, zone: &Zone) -> api::common::Window {
    shown_window(&Window { interval, zone: zone.clone() })
}

fn conflicts(
    db: &mut dyn Query,
    shower: &mut Shower,
    found: &[domain::calendar::Found],
    refuses: bool,
) -> Result<Vec<shown::Conflict>, Fault> {
    let told = found.iter().take(WHY_MAX);
    told.map(|found| shower.of_found(db, found, found.overlap.end, refuses, None)).collect()
}

fn reasons(
    db: &mut dyn Query,
    names: &mut Names,
    slot: &Slot,
) -> Result<Vec<shown::SlotReason>, Fault> {
    let mut reasons = Vec::new();
    let mut say = |kind: &str, good, detail: String| {
        reasons.push(shown::SlotReason { kind: kind.to_owned(), good, detail });
    };
    if slot.earliest {
        say("earliest", true, "nothing before it is free".to_owned());
    }
    if let Some(period) = slot.inside {
        let name = side_ref(db, names, Side::Period(period))?.name;
        say("inside_window", true, format!("inside the maintenance window \"{name}\""));
    }
    if slot.warnings.is_empty() && slot.near.is_empty() {
        let hours = NEAR_MINUTES / 60;
        say("quiet", true, format!("nothing tentative within {hours} hours of it"));
    }
    if !slot.warnings.is_empty() {
        let count = slot.warnings.len();
        let what = if count == 1 { "warning" } else { "warnings" };
        say("warnings", false, format!("{count} {what} that would not block it"));
    }
    if !slot.near.is_empty() {
        let mut near = Vec::new();
        for side in slot.near.iter().take(WHY_MAX) {
            let with = side_ref(db, names, *side)?;
            near.push(with.number.unwrap_or(with.name));
        }
        say("tentative_near", false, format!("close to what is only planned: {}", near.join(", ")));
    }
    if slot.later_minutes > 0 {
        let detail = format!("{} after the wanted time", long(slot.later_minutes));
        say("later", false, detail);
    }
    Ok(reasons)
}

/// A length in its two largest units.
fn long(minutes: i64) -> String {
    let (days, hours, minutes) = (minutes / DAY_MINUTES, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::long;

    #[test]
    fn a_length_is_told_in_its_two_largest_units() {
        assert_eq!(
            [45, 120, 135, 2880, 3070].map(long),
            ["45 min", "2 h", "2 h 15 min", "2 d", "2 d 3 h"]
        );
    }
}
