//! What a record says to a figure.

use kernel::{IncidentId, Timestamp};

use crate::report::{CAUSE_DAYS, Figure};

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// It is one of all, and does not count.
    No,
    /// It is one of all, and counts.
    Yes,
    /// It counts without being one of all: closed where others are opened.
    Closed,
    /// A value.
    Value(i64),
}

/// A fact: what one record says to one figure, and when that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// To which.
    pub figure: Figure,
    /// The instant that places it.
    pub at: Timestamp,
    /// What.
    pub said: Said,
    /// The records that it rests on besides its own, by id.
    pub because: Vec<String>,
}

impl Fact {
    /// A fact that rests on its own record alone.
    pub(super) fn new(figure: Figure, at: Timestamp, said: Said) -> Self {
        Self { figure, at, said, because: Vec::new() }
    }

    /// One of all, that counts or does not.
    pub(super) fn whether(figure: Figure, at: Timestamp, counts: bool) -> Self {
        Self::new(figure, at, if counts { Said::Yes } else { Said::No })
    }

    /// A time between two instants.
    pub(super) fn time(figure: Figure, at: Timestamp, from: Timestamp, to: Timestamp) -> Self {
        Self::new(figure, at, Said::Value(seconds(from, to)))
    }

    /// The same, resting on other records.
    pub(super) fn because(self, because: Vec<String>) -> Self {
        debug_assert!(self.figure.rests_on_others(), "{:?} is asked for none", self.figure);
        Self { because, ..self }
    }
}

/// Whole seconds from one instant to another, below zero when it is before.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.micros() - from.micros()).div_euclid(1_000_000)
}

/// An incident that names a change as its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Harm {
    /// Which.
    pub incident: IncidentId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When service was restored.
    pub resolved_at: Option<Timestamp>,
    /// How bad, 1 to 5.
    pub priority: i64,
}

impl Harm {
    /// Whether it counts against work that began then.
    pub(super) fn counts_against(&self, began: Timestamp) -> bool {
        counts_against(self.opened_at, began)
    }

    /// Whether it is a major incident.
    pub(super) fn is_major(&self) -> bool {
        self.priority <= 2
    }
}

/// Whether something that was opened then counts against work that began then. What was there
/// before the work began was not brought by it.
pub(super) fn counts_against(opened_at: Timestamp, began: Timestamp) -> bool {
    began <= opened_at && opened_at < began.plus_minutes(CAUSE_DAYS * 24 * 60)
}

/// The ids of incidents.
pub(super) fn ids<'a>(harms: impl IntoIterator<Item = &'a Harm>) -> Vec<String> {
    harms.into_iter().map(|harm| harm.incident.to_string()).collect()
}
