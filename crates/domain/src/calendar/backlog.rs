//! A plan for what waits for a date: a slot for each of many records at once, those that come first
//! in the backlog first. A release has its slot after the releases that it depends on, so these are
//! drawn forward with it. Nothing is saved.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Interval, Timestamp};

use crate::calendar::{Ahead, Blocking, Neighbour, Refused, SLOTS_MAX, Side, Slot, Wanted, slots};

/// The most records of one plan.
pub const BACKLOG_MAX: usize = 100;

/// A record that waits for a date.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// What is placed, from when on; its limit does not matter.
    pub wanted: Wanted,
    /// What stands. `before` names all releases that it depends on, those of the backlog too.
    pub ahead: Ahead,
}

/// Where a record of the backlog is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    /// Which.
    pub subject: Side,
    /// The slot that ranks best; none where none is free.
    pub slot: Option<Slot>,
    /// What was refused before it.
    pub refused: Vec<Refused>,
    /// Every start before this was looked at.
    pub until: Timestamp,
}

/// Places the records, which are given in the order of the backlog. The answer is in the order in
/// which they were placed. The same records over the same facts are placed alike.
pub fn plan_backlog(waiting: &[Waiting]) -> Vec<Placing> {
    let mut plan = Plan::new(waiting);
    for place in 0..waiting.len() {
        plan.place(place);
    }
    plan.placed
}

struct Plan<'a> {
    waiting: &'a [Waiting],
    places: BTreeMap<Side, usize>,
    begun: BTreeSet<usize>,
    placed: Vec<Placing>,
    /// What has a slot, and what blocks it.
    taken: BTreeMap<Side, Blocking>,
}

impl<'a> Plan<'a> {
    fn new(waiting: &'a [Waiting]) -> Self {
        let places = waiting.iter().enumerate();
        let places = places.map(|(place, one)| (one.wanted.placed.subject, place)).collect();
        let (begun, placed, taken) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        Self { waiting, places, begun, placed, taken }
    }

    /// Places a record, and before it what it depends on.
    fn place(&mut self, place: usize) {
        let waiting = self.waiting;
        let Some(one) = waiting.get(place) else { return };
        if !self.begun.insert(place) {
            return;
        }
        for (before, _) in &one.ahead.before {
            if let Some(before) = self.places.get(&Side::Release(*before)) {
                self.place(*before);
            }
        }
        let wanted = Wanted { limit: SLOTS_MAX, ..one.wanted.clone() };
        let found = slots(&wanted, &self.ahead(one));
        let slot = found.slots.into_iter().next();
        let subject = one.wanted.placed.subject;
        let mut refused = found.refused;
        if let Some(slot) = &slot {
            refused.retain(|refused| refused.first.start < slot.interval.start);
            self.taken.insert(subject, one.wanted.placed.blocking.clone());
        }
        self.placed.push(Placing { subject, slot, refused, until: found.until });
    }

    /// What stands, with what has a slot already. What the backlog holds stands nowhere else.
    fn ahead(&self, one: &Waiting) -> Ahead {
        let mut ahead = one.ahead.clone();
        ahead.neighbours.retain(|other| !self.places.contains_key(&other.subject));
        ahead.followers.retain(|(id, _)| !self.places.contains_key(&Side::Release(*id)));
        for (before, planned) in &mut ahead.before {
            let side = Side::Release(*before);
            if self.places.contains_key(&side) {
                *planned = self.slot_of(side);
            }
        }
        let mut cis = one.wanted.placed.cis.clone();
        cis.extend(ahead.reaches.iter().map(|reach| reach.ci));
        for placing in &self.placed {
            let other = self.places.get(&placing.subject).and_then(|at| self.waiting.get(*at));
            let Some((other, slot)) = other.zip(placing.slot.as_ref()) else { continue };
            let touched = other.wanted.placed.cis.intersection(&cis);
            let (subject, interval) = (placing.subject, slot.interval);
            let claims =
                touched.map(|ci| Neighbour { subject, ci: *ci, interval, committed: false });
            ahead.neighbours.extend(claims);
        }
        ahead.plan = Some(self.taken.clone());
        ahead
    }

    fn slot_of(&self, side: Side) -> Option<Interval> {
        let placing = self.placed.iter().find(|placing| placing.subject == side)?;
        placing.slot.as_ref().map(|slot| slot.interval)
    }
}
