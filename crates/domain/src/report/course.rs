//! The way of a change or release so far, gathered while its events are read.

use std::collections::BTreeMap;

use kernel::Timestamp;

use crate::approval::{RoundEvent, RoundState};
use crate::report::fact::seconds;
use crate::report::{Fact, Figure};

/// The way of a record through its phases.
#[derive(Debug, Clone)]
pub struct Course<P> {
    last: Option<(P, Timestamp)>,
    previous: Option<Timestamp>,
    spent: BTreeMap<P, i64>,
    asked_at: Option<Timestamp>,
    decided: Vec<(Timestamp, Timestamp)>,
    pub(super) extended: bool,
}

impl<P> Default for Course<P> {
    fn default() -> Self {
        Self {
            last: None,
            previous: None,
            spent: BTreeMap::new(),
            asked_at: None,
            decided: Vec::new(),
            extended: false,
        }
    }
}

impl<P: Copy + Ord> Course<P> {
    /// The phase in which the record was when something happened at an instant; `None` before its
    /// first event.
    pub fn see(&mut self, before: Option<P>, at: Timestamp) {
        if let (Some(phase), Some(previous)) = (before, self.previous) {
            self.enter(phase, previous);
        }
        self.previous = Some(at);
    }

    /// Something happened to its approval.
    pub fn see_round(&mut self, event: &RoundEvent, at: Timestamp) {
        match event {
            RoundEvent::Opened(_) => self.asked_at = Some(at),
            RoundEvent::Closed { state: RoundState::Approved | RoundState::Rejected, .. } => {
                self.decided.extend(self.asked_at.take().map(|asked| (asked, at)));
            }
            RoundEvent::Closed { .. } => self.asked_at = None,
            // Asked again: the wait begins anew.
            RoundEvent::ContentEdited { reopened, .. }
            | RoundEvent::VoteLapsed { reopened, .. }
                if !reopened.is_empty() =>
            {
                self.asked_at = self.asked_at.or(Some(at));
            }
            _ => {}
        }
    }

    /// A longer window was granted.
    pub fn see_extension(&mut self) {
        self.extended = true;
    }

    /// The phase in which it is after its last event.
    pub fn end(&mut self, phase: P) {
        if let Some(previous) = self.previous {
            self.enter(phase, previous);
        }
    }

    fn enter(&mut self, phase: P, at: Timestamp) {
        match self.last {
            Some((last, _)) if last == phase => {}
            Some((last, since)) => {
                *self.spent.entry(last).or_default() += seconds(since, at);
                self.last = Some((phase, at));
            }
            None => self.last = Some((phase, at)),
        }
    }

    /// Since when it is in the phase in which it is.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.last.map(|(_, since)| since)
    }

    /// The seconds that it spent in a phase and left again.
    pub(super) fn spent(&self, phase: P) -> Option<i64> {
        self.spent.get(&phase).copied()
    }

    /// How long each round waited for its decision.
    pub(super) fn waits(&self) -> impl Iterator<Item = Fact> + '_ {
        let wait = |(asked, at): &(Timestamp, Timestamp)| {
            Fact::time(Figure::ApprovalWait, *at, *asked, *at)
        };
        self.decided.iter().map(wait)
    }
}
