//! The next free slots. The search walks the starts of a quarter-hour grid, asks detection itself
//! at each, and jumps over the starts that the same conflict blocks: so what it offers is free by
//! the very rule that scheduling asks, and no earlier start was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use kernel::{CiId, Interval, MICROS_PER_MINUTE, PeriodId, ReleaseId, ServiceId, Timestamp, Zone};

use crate::calendar::{
    Blocking, ConflictKind, Found, Neighbour, PeriodFact, PeriodKind, Placed, Reach, Side, detect,
    out_of_order,
};

/// Slots begin on multiples of this, in minutes; every zone in use is off by a multiple of it.
pub const STEP_MINUTES: i64 = 15;
/// How far ahead is looked, in days.
pub const HORIZON_DAYS: i64 = 90;
/// The most slots that are asked for.
pub const SLOTS_MAX: usize = 50;
/// The most refused stretches that are told.
pub const REFUSED_MAX: usize = 50;
/// How near something tentative counts against a slot, in minutes.
pub const NEAR_MINUTES: i64 = 120;

/// The most slots that are ranked.
const OFFERS_MAX: usize = 200;
/// The most starts at which detection is asked.
const ASKED_MAX: usize = 20_000;
/// What a warning counts in the ranking, in minutes: rather later than over somebody's plan.
const WARNED_COST: i64 = 2 * 24 * 60;
/// What something tentative nearby counts in the ranking, in minutes.
const NEAR_COST: i64 = 6 * 60;

/// A period with its occurrences up to the horizon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodAhead {
    /// As detection takes it.
    pub fact: PeriodFact,
    /// When it ends for good: a maintenance window that is over binds nobody any more.
    pub ends: Timestamp,
}

/// What is planned from the wanted time to the horizon.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// The claims of others.
    pub neighbours: Vec<Neighbour>,
    /// How the CIs are connected.
    pub reaches: Vec<Reach>,
    /// The periods.
    pub periods: Vec<PeriodAhead>,
    /// The releases that a release depends on, and where they are planned.
    pub before: Vec<(ReleaseId, Option<Interval>)>,
    /// The releases that wait for a release and have a window that they keep.
    pub followers: Vec<(ReleaseId, Interval)>,
    /// In a plan of many, those that have a slot in it, each with what blocks it. What is only
    /// planned is kept clear there as what is committed is.
    pub plan: Option<BTreeMap<Side, Blocking>>,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is to be placed; its interval is the earliest that is wanted, and how long it is.
    pub placed: Placed,
    /// Slots end by then.
    pub until: Timestamp,
    /// Whose wall time a day later keeps.
    pub zone: Zone,
    /// How many slots are told.
    pub limit: usize,
}

/// A free slot, with what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// When.
    pub interval: Interval,
    /// The maintenance window it lies in.
    pub inside: Option<PeriodId>,
    /// How long after the wanted start, in minutes.
    pub later_minutes: i64,
    /// What it would collide with, without being blocked.
    pub warnings: Vec<Found>,
    /// Whose tentative windows are near without touching it.
    pub near: BTreeSet<Side>,
    /// Whether nothing before it was free.
    pub earliest: bool,
}

impl Slot {
    /// By what slots are ranked: how late it is, with what else speaks against it as lateness.
    fn cost(&self) -> i64 {
        let warned = if self.warnings.is_empty() { 0 } else { WARNED_COST };
        let near = if self.near.is_empty() { 0 } else { NEAR_COST };
        self.later_minutes + warned + near
    }
}

/// Starts that were refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The first of them, as a slot.
    pub first: Interval,
    /// The next start that was looked at.
    pub until: Timestamp,
    /// What blocks all of them.
    pub why: Vec<Found>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// Free slots, best first.
    pub slots: Vec<Slot>,
    /// What was refused before the last of them, in order, at most [`REFUSED_MAX`].
    pub refused: Vec<Refused>,
    /// Every start before this was looked at.
    pub until: Timestamp,
}

/// Searches.
pub fn slots(wanted: &Wanted, ahead: &Ahead) -> Searched {
    let mut search = Search::new(wanted, ahead);
    let mut found = Searched { slots: Vec::new(), refused: Vec::new(), until: wanted.until };
    let mut start = aligned(wanted.placed.interval.start);
    let mut offered: Option<Timestamp> = None;
    for _ in 0..ASKED_MAX {
        let Some(interval) = search.at(start) else { break };
        let (blocking, warnings): (Vec<Found>, Vec<Found>) =
            search.conflicts(interval).into_iter().partition(stops);
        if blocking.is_empty() {
            // A long free stretch is offered once a day, not every quarter of an hour.
            let again = offered.map(|offered| search.day_after(offered));
            if again.is_none_or(|again| start >= again) {
                let earliest = found.slots.is_empty();
                found.slots.push(search.slot(interval, warnings, earliest));
                offered = Some(start);
            }
            let next_day = offered.map_or(wanted.until, |offered| search.day_after(offered));
            start = search.next_edge(interval).min(next_day).max(after(start));
        } else {
            let next = search.free_again(interval, &blocking).max(after(start));
            if found.refused.len() < REFUSED_MAX {
                found.refused.push(Refused { first: interval, until: next, why: blocking });
            }
            offered = None;
            start = next;
        }
        if found.slots.len() >= OFFERS_MAX {
            break;
        }
    }
    found.until = start.min(wanted.until);
    rank(&mut found, wanted.limit.clamp(1, SLOTS_MAX));
    found
}

/// Whether a slot is refused for it. A release that waits for this one and keeps its window is
/// blocked itself, and nothing is offered over that.
fn stops(found: &Found) -> bool {
    found.blocking || found.kind == ConflictKind::ReleaseOrder
}

fn rank(found: &mut Searched, limit: usize) {
    found.slots.sort_by_key(|slot| (slot.cost(), slot.interval));
    // The first one that is free is always told, wherever it ranks.
    if let Some(place) = found.slots.iter().position(|slot| slot.earliest).filter(|p| *p >= limit) {
        found.slots.swap(place, limit - 1);
    }
    found.slots.truncate(limit);
    let last = found.slots.iter().map(|slot| slot.interval.start).max();
    found.refused.retain(|refused| last.is_none_or(|last| refused.first.start < last));
}

/// The first start of the grid at or after an instant.
fn aligned(at: Timestamp) -> Timestamp {
    let step = STEP_MINUTES * MICROS_PER_MINUTE;
    let over = at.micros().rem_euclid(step);
    if over == 0 { at } else { Timestamp::from_micros(at.micros() + step - over) }
}

/// The first start of the grid after an instant.
fn after(at: Timestamp) -> Timestamp {
    aligned(Timestamp::from_micros(at.micros() + 1))
}

/// The facts, arranged for a walk forward in time.
struct Search<'a> {
    wanted: &'a Wanted,
    length: i64,
    /// By their start.
    neighbours: Vec<&'a Neighbour>,
    /// How many of them began before the end of the interval that is looked at.
    begun: usize,
    /// Those of them that are not over.
    running: Vec<&'a Neighbour>,
    reaches: BTreeMap<CiId, Vec<&'a Reach>>,
    ahead: &'a Ahead,
    blackouts: Vec<&'a PeriodAhead>,
    /// Peak hours and business events.
    busy: Vec<&'a PeriodAhead>,
    /// The maintenance windows of each service that is touched.
    windows: BTreeMap<ServiceId, Vec<&'a PeriodAhead>>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a Wanted, ahead: &'a Ahead) -> Self {
        let placed = &wanted.placed;
        let others = ahead.neighbours.iter().filter(|other| other.subject != placed.subject);
        let mut neighbours: Vec<&Neighbour> = others.collect();
        neighbours.sort_by_key(|neighbour| neighbour.interval);
        let mut reaches: BTreeMap<CiId, Vec<&Reach>> = BTreeMap::new();
        for reach in &ahead.reaches {
            reaches.entry(reach.ci).or_default().push(reach);
        }
        let concerns = |period: &&PeriodAhead| period.fact.concerns(placed);
        let is = |kind| move |period: &&PeriodAhead| period.fact.kind == kind;
        let blackouts = ahead.periods.iter().filter(is(PeriodKind::Blackout)).filter(concerns);
        let is_busy = |period: &&PeriodAhead| {
            matches!(period.fact.kind, PeriodKind::PeakHours | PeriodKind::BusinessEvent)
        };
        let busy = ahead.periods.iter().filter(is_busy).filter(concerns);
        let mut windows: BTreeMap<ServiceId, Vec<&PeriodAhead>> = BTreeMap::new();
        let maintenance = ahead.periods.iter().filter(is(PeriodKind::MaintenanceWindow));
        for period in maintenance.filter(concerns) {
            for service in period.fact.services.intersection(&placed.services) {
                windows.entry(*service).or_default().push(period);
            }
        }
        Self {
            wanted,
            length: placed.interval.end.micros() - placed.interval.start.micros(),
            neighbours,
            begun: 0,
            running: Vec::new(),
            reaches,
            ahead,
            blackouts: blackouts.collect(),
            busy: busy.collect(),
            windows,
        }
    }

    /// The slot that begins then, while it ends before the horizon.
    fn at(&self, start: Timestamp) -> Option<Interval> {
        let end = Timestamp::from_micros(start.micros() + self.length);
        (end <= self.wanted.until).then_some(Interval { start, end })
    }

    /// What detection finds there. Intervals are asked in order.
    fn conflicts(&mut self, interval: Interval) -> Vec<Found> {
        while let Some(next) = self.neighbours.get(self.begun) {
            if next.interval.start >= interval.end {
                break;
            }
            self.running.push(next);
            self.begun += 1;
        }
        self.running.retain(|neighbour| neighbour.interval.end > interval.start);
        let neighbours: Vec<Neighbour> = self.running.iter().copied().cloned().collect();
        let cis: BTreeSet<CiId> = neighbours.iter().map(|neighbour| neighbour.ci).collect();
        let near = cis.iter().filter_map(|ci| self.reaches.get(ci)).flatten();
        let reaches: Vec<Reach> = near.copied().cloned().collect();
        let mut periods: BTreeMap<PeriodId, PeriodFact> = BTreeMap::new();
        let others = self.busy.iter().chain(self.windows.values().flatten());
        for period in self.blackouts.iter().chain(others) {
            if holds(period, interval.start) {
                periods.entry(period.fact.id).or_insert_with(|| narrowed(&period.fact, interval));
            }
        }
        let periods: Vec<PeriodFact> = periods.into_values().collect();
        let placed = Placed { interval, ..self.wanted.placed.clone() };
        let mut found = detect(&placed, &neighbours, &reaches, &periods);
        for one in found.iter_mut().filter(|one| !matches!(one.with, Side::Period(_))) {
            one.blocking |= self.keeps_clear(one);
        }
        found.extend(self.too_early(interval));
        found.extend(self.too_late(interval));
        found
    }

    /// Whether a record is kept clear of in a plan of many: by the rules of either side, as if it
    /// were committed.
    fn keeps_clear(&self, found: &Found) -> bool {
        let Some(plan) = &self.ahead.plan else { return false };
        let (kind, relations) = (found.kind, found.relations());
        let theirs = plan.get(&found.with);
        self.wanted.placed.blocking.says(kind, true, relations)
            || theirs.is_some_and(|theirs| theirs.says(kind.turned(), true, relations))
    }

    /// What the release depends on and is not over yet.
    fn too_early(&self, interval: Interval) -> Vec<Found> {
        let Side::Release(release) = self.wanted.placed.subject else { return Vec::new() };
        let order = |(before, planned): &(ReleaseId, Option<Interval>)| {
            out_of_order(release, interval, *before, *planned)
        };
        self.ahead.before.iter().filter_map(order).collect()
    }

    /// What waits for the release, keeps its window, and would begin before it is over.
    fn too_late(&self, interval: Interval) -> Vec<Found> {
        let Side::Release(release) = self.wanted.placed.subject else { return Vec::new() };
        let order = |(follower, its): &(ReleaseId, Interval)| {
            let found = out_of_order(*follower, *its, release, Some(interval))?;
            let (subject, with) = (found.with, found.subject);
            Some(Found { subject, with, blocking: false, ..found })
        };
        self.ahead.followers.iter().filter_map(order).collect()
    }

    /// The first start at which none of some conflicts that block an interval needs to be there
    /// any more. Each blocks every start until then.
    fn free_again(&self, interval: Interval, blocking: &[Found]) -> Timestamp {
        let ends = blocking.iter().map(|found| match (found.kind, found.with) {
            (
                ConflictKind::Blackout | ConflictKind::PeakHours | ConflictKind::BusinessEvent,
                Side::Period(id),
            ) => {
                let apart = self.blackouts.iter().chain(&self.busy);
                let same = apart.filter(|period| period.fact.id == id);
                first(same.flat_map(|period| &period.fact.occurrences).filter_map(|at| {
                    at.overlap(interval)?;
                    Some(at.end)
                }))
            }
            (ConflictKind::OutsideWindow, _) => self.inside_again(interval),
            (ConflictKind::ReleaseOrder, with) => {
                let is = |one: &&(ReleaseId, _)| Side::Release(one.0) == with;
                self.ahead.before.iter().find(is).and_then(|(_, planned)| Some((*planned)?.end))
            }
            (_, with) => {
                let own = self.running.iter().filter(|neighbour| neighbour.subject == with);
                first(own.map(|neighbour| neighbour.interval.end))
            }
        });
        // What has no end in sight blocks up to the horizon.
        let latest = ends.map(|end| end.unwrap_or(self.wanted.until)).max();
        aligned(latest.unwrap_or(self.wanted.until))
    }

    /// The first start at which each service that is outside its maintenance windows now may lie in
    /// one of them, or has none any more.
    fn inside_again(&self, interval: Interval) -> Option<Timestamp> {
        let mut latest = None;
        for windows in self.windows.values() {
            let holding = windows.iter().filter(|period| holds(period, interval.start));
            let holding: Vec<_> = holding.collect();
            let occurrences = || holding.iter().flat_map(|period| &period.fact.occurrences);
            if holding.is_empty() || occurrences().any(|at| at.contains(interval)) {
                continue;
            }
            let fits = first(occurrences().filter_map(|at| {
                let start = aligned(at.start.max(interval.start));
                at.contains(self.at(start)?).then_some(start)
            }));
            let over = holding.iter().map(|period| period.ends).max();
            let free = [fits, over].into_iter().flatten().min();
            latest = latest.max(free);
        }
        latest
    }

    /// The first start after a free one at which something may be different: the next claim,
    /// blackout, peak hours or business event begins before the slot ends, or the maintenance
    /// window is over.
    fn next_edge(&self, free: Interval) -> Timestamp {
        let claim = self.neighbours.get(self.begun).map(|neighbour| neighbour.interval.start);
        let apart = self.blackouts.iter().chain(&self.busy);
        let blackouts = apart.flat_map(|period| &period.fact.occurrences);
        let blackout = first(blackouts.map(|at| at.start).filter(|start| *start >= free.end));
        let window = self.windows.values().filter_map(|windows| {
            let occurrences = windows.iter().flat_map(|period| &period.fact.occurrences);
            occurrences.filter(|at| at.contains(free)).map(|at| at.end).max()
        });
        let edge = [claim, blackout, first(window)].into_iter().flatten().min();
        edge.map_or(self.wanted.until, |edge| {
            after(Timestamp::from_micros(edge.micros() - self.length))
        })
    }

    /// The same wall time a day later.
    fn day_after(&self, start: Timestamp) -> Timestamp {
        let zone = &self.wanted.zone;
        let next = zone.civil(start).checked_add(1.day());
        next.map_or(self.wanted.until, |next| aligned(zone.instant(next)))
    }

    fn slot(&self, interval: Interval, warnings: Vec<Found>, earliest: bool) -> Slot {
        let around = Interval {
            start: interval.start.plus_minutes(-NEAR_MINUTES),
            end: interval.end.plus_minutes(NEAR_MINUTES),
        };
        let beside = |other: &&&Neighbour| {
            let touches = other.interval.overlap(interval).is_some();
            !other.committed && !touches && other.interval.overlap(around).is_some()
        };
        let near = self.neighbours.iter().filter(beside).map(|neighbour| neighbour.subject);
        let windows = self.windows.values().flatten();
        let mut inside = windows.filter(|period| {
            period.fact.occurrences.iter().any(|occurrence| occurrence.contains(interval))
        });
        Slot {
            interval,
            inside: inside.next().map(|period| period.fact.id),
            later_minutes: interval.start.minutes_since(self.wanted.placed.interval.start),
            warnings,
            near: near.collect(),
            earliest,
        }
    }
}

fn first(times: impl Iterator<Item = Timestamp>) -> Option<Timestamp> {
    times.min()
}

/// Whether a period still says anything to a slot that begins then.
fn holds(period: &PeriodAhead, start: Timestamp) -> bool {
    period.ends > start
}

fn narrowed(period: &PeriodFact, interval: Interval) -> PeriodFact {
    let touching = period.occurrences.iter().filter(|at| at.overlap(interval).is_some());
    PeriodFact { occurrences: touching.copied().collect(), ..period.clone() }
}
