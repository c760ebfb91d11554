//! Why the calendar says no.

use thiserror::Error;

use crate::refusal::{Missing, Refuse};

/// Why the calendar says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Open conflicts block the window.
    #[error("{}: move the window, or have each conflict accepted with a reason", count(.0))]
    ConflictBlocks(Vec<Missing>),
    /// The conflict is resolved.
    #[error("this conflict has ended: nothing is left to accept")]
    ConflictEnded,
    /// Others count on the window; it is moved by the verb that looks for conflicts.
    #[error("the window is committed: move it with `schedule`, which looks for conflicts")]
    WindowCommitted,
    /// Separation of duties.
    #[error("nobody accepts a conflict of their own work: ask another release manager")]
    OwnConflict,
    /// What nobody answers for by a word.
    #[error("{0} is passed by an exception alone, which ends by itself: ask for one")]
    ExceptionNeeded(&'static str),
}

fn count(conflicts: &[Missing]) -> String {
    if conflicts.len() == 1 {
        "a conflict blocks this window".to_owned()
    } else {
        format!("{} conflicts block this window", conflicts.len())
    }
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "calendar.conflict_blocks",
        "calendar.conflict_ended",
        "calendar.own_conflict",
        "calendar.window_committed",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::ConflictBlocks(_) => "calendar.conflict_blocks",
            Self::ConflictEnded => "calendar.conflict_ended",
            Self::OwnConflict => "calendar.own_conflict",
            Self::ExceptionNeeded(_) => "calendar.exception_needed",
            Self::WindowCommitted => "calendar.window_committed",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::ConflictBlocks(conflicts) => conflicts.clone(),
            _ => Vec::new(),
        }
    }
}

/// Fine, or the refusal that names every conflict that blocks.
pub fn not_blocked(blocking: &[String]) -> Result<(), Refusal> {
    if blocking.is_empty() {
        return Ok(());
    }
    let conflicts = blocking.iter().map(|words| Missing::new("/window", words));
    Err(Refusal::ConflictBlocks(conflicts.collect()))
}
