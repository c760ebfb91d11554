//! The world failed: what was attempted, whether trying again can help, and the cause.

use std::error::Error as StdError;

use thiserror::Error;

type Source = Box<dyn StdError + Send + Sync>;

/// A failure of the world, never of a rule.
#[derive(Debug, Error)]
pub enum Fault {
    /// A deadlock, a serialization failure, a lost connection: the same work may succeed again.
    #[error("{attempted}: {source}")]
    Transient {
        /// What was being done.
        attempted: &'static str,
        /// The cause.
        source: Source,
    },
    /// Trying again changes nothing.
    #[error("{attempted}: {source}")]
    Permanent {
        /// What was being done.
        attempted: &'static str,
        /// The cause.
        source: Source,
    },
    /// A queue is full.
    #[error("too much work is waiting")]
    Busy,
    /// Another process holds the database.
    #[error("{0}")]
    Held(String),
    /// The stream was not at the version that the append expected.
    #[error("stream {stream} is at another version than expected")]
    WrongVersion {
        /// The stream.
        stream: String,
    },
    /// The work panicked; it was rolled back.
    #[error("the work panicked: {0}")]
    Panicked(String),
}

impl Fault {
    /// A permanent fault from any error.
    pub fn permanent(attempted: &'static str, source: impl Into<Source>) -> Self {
        Self::Permanent { attempted, source: source.into() }
    }

    /// A transient fault from any error.
    pub fn transient(attempted: &'static str, source: impl Into<Source>) -> Self {
        Self::Transient { attempted, source: source.into() }
    }

    /// True when the same work may succeed later: it was in the way of other work, or the database
    /// was not to be had.
    pub fn is_passing(&self) -> bool {
        self.is_transient() || matches!(self, Self::Busy | Self::Held(_))
    }

    /// True when the same work may succeed if it is run again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. } | Self::WrongVersion { .. })
    }
}
