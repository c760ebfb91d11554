//! The number of events in a stream: the optimistic lock of every record.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many events a stream holds; 0 before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// Before the first event.
    pub const NONE: Self = Self(0);

    /// The version after `events` more events.
    #[must_use]
    pub fn plus(self, events: usize) -> Self {
        Self(self.0 + i64::try_from(events).expect("a command appends few events"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
