//! An exception and the fold of its events.

use kernel::{Actor, ExceptionId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::calendar::{ConflictKind, Side};
use crate::edit::is_default;
use crate::exception::ExceptionEvent;
use crate::vocabulary::words;

words! {
    /// The rules that an exception can be from. The kinds of conflict are called as their classes.
    Rule {
        /// Nothing may ship in a blackout.
        Blackout = "blackout",
        /// Work belongs into the maintenance windows of its service.
        OutsideWindow = "outside_window",
        /// Work stays out of the peak hours of its service.
        PeakHours = "peak_hours",
        /// Work stays out of the business events of its service.
        BusinessEvent = "business_event",
        /// Two records do not work on one CI at a time.
        SameCi = "same_ci",
        /// Two records do not work on connected CIs at a time.
        Dependency = "dependency",
        /// A release begins when those before it are over and verified.
        ReleaseOrder = "release_order",
        /// Nothing joins a release whose scope is frozen, and nothing in it grows.
        ScopeFreeze = "scope_freeze",
    }
}

impl Rule {
    /// The rule behind a kind of conflict.
    pub fn of(kind: ConflictKind) -> Self {
        match kind {
            ConflictKind::SameCi => Self::SameCi,
            ConflictKind::UpstreamCi | ConflictKind::DownstreamCi => Self::Dependency,
            ConflictKind::Blackout => Self::Blackout,
            ConflictKind::OutsideWindow => Self::OutsideWindow,
            ConflictKind::PeakHours => Self::PeakHours,
            ConflictKind::BusinessEvent => Self::BusinessEvent,
            ConflictKind::ReleaseOrder => Self::ReleaseOrder,
        }
    }
}

words! {
    /// Where an exception stands.
    State {
        /// It waits for someone with the authority.
        Requested = "requested",
        /// It lets its record pass.
        Granted = "granted",
        /// It was turned down.
        Refused = "refused",
        /// It was taken back.
        Revoked = "revoked",
        /// Its end was reached.
        Expired = "expired",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for State {
    fn default() -> Self {
        Self::Requested
    }
}

/// Who decided, when, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// A reason or remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An exception.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// `EXC-…`.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// The rule.
    pub rule: Option<Rule>,
    /// The record that may pass.
    pub subject: Option<Side>,
    /// What the rule holds against it.
    pub with: Option<Side>,
    /// Why.
    pub reason: String,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked_by: Option<PersonId>,
    /// When.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked_at: Option<Timestamp>,
    /// How it was granted or refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decided: Option<Decided>,
    /// How it was taken back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revoked: Option<Decided>,
}

impl Exception {
    /// Where it stands at an instant: from its end on it is over, whether or not that is written.
    pub fn state_at(&self, now: Timestamp) -> State {
        let over = self.until.is_some_and(|until| until <= now);
        match self.state {
            State::Requested | State::Granted if over => State::Expired,
            state => state,
        }
    }
}

impl Aggregate for Exception {
    type Id = ExceptionId;
    type Event = ExceptionEvent;
    const KIND: &'static str = "exception";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ExceptionEvent, stamp: &Stamp) -> Self {
        use ExceptionEvent as E;
        let decided = |note: Option<&String>| {
            Some(Decided { by: stamp.by.clone(), at: stamp.at, note: note.cloned() })
        };
        match event {
            E::Requested { number, rule, subject, with, reason, until, asked_by } => {
                self.number.clone_from(number);
                self.rule = Some(*rule);
                self.subject = Some(*subject);
                self.with = Some(*with);
                self.reason.clone_from(reason);
                self.until = Some(*until);
                self.asked_by = *asked_by;
                self.asked_at = Some(stamp.at);
            }
            E::Granted { note, .. } => {
                self.state = State::Granted;
                self.decided = decided(note.as_ref());
            }
            E::Refused { reason } => {
                self.state = State::Refused;
                self.decided = decided(Some(reason));
            }
            E::Revoked { reason } => {
                self.state = State::Revoked;
                self.revoked = decided(Some(reason));
            }
            E::Expired {} => self.state = State::Expired,
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let granter = self.decided.as_ref().and_then(|decided| decided.by.person());
        let own = self.state == State::Granted && granter.is_some() && granter == self.asked_by;
        own.then(|| "it was granted by the one who asked for it".to_owned())
    }
}
