//! Why the calendar says no.

use kernel::Interval;
use thiserror::Error;

use crate::refusal::{Missing, Refuse};

/// Why the calendar says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Open conflicts block the planned window.
    #[error(
        "{}: move the window, or have each conflict accepted with a reason, or ask for an \
         exception",
        count(.0)
    )]
    ConflictBlocks(Vec<Missing>),
    /// Conflicts block a window that nobody has planned, and they are kept of planned ones alone.
    #[error(
        "{}: choose another; or plan this window first with an edit of the record, have each \
         conflict accepted with a reason, and schedule it then; or ask for an exception",
        count(.0)
    )]
    UnplannedBlocked(Vec<Missing>),
    /// Conflicts block a window that is not planned beforehand.
    #[error("{}: choose another, or ask for an exception from each rule", count(.0))]
    ExceptionsAlone(Vec<Missing>),
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
            Self::ConflictBlocks(_) | Self::UnplannedBlocked(_) | Self::ExceptionsAlone(_) => {
                "calendar.conflict_blocks"
            }
            Self::ConflictEnded => "calendar.conflict_ended",
            Self::OwnConflict => "calendar.own_conflict",
            Self::ExceptionNeeded(_) => "calendar.exception_needed",
            Self::WindowCommitted => "calendar.window_committed",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::ConflictBlocks(conflicts)
            | Self::UnplannedBlocked(conflicts)
            | Self::ExceptionsAlone(conflicts) => conflicts.clone(),
            _ => Vec::new(),
        }
    }
}

/// How what blocks a window can be passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It is the planned one, whose conflicts are kept and can be accepted.
    Planned,
    /// It is another one, which could be planned.
    Unplanned,
    /// No edit plans it: the record holds a committed one, or begins now.
    Ahead,
}

impl Stands {
    /// How the window that is asked about stands to the one of the record.
    pub fn of(asked: Option<Interval>, planned: Option<Interval>, committed: bool) -> Self {
        match asked {
            None => Self::Planned,
            asked if asked == planned => Self::Planned,
            Some(_) if committed => Self::Ahead,
            Some(_) => Self::Unplanned,
        }
    }
}

/// Fine, or the refusal that names every conflict that blocks.
pub fn not_blocked(blocking: &[String], stands: Stands) -> Result<(), Refusal> {
    if blocking.is_empty() {
        return Ok(());
    }
    let conflicts = blocking.iter().map(|words| Missing::new("/window", words)).collect();
    Err(match stands {
        Stands::Planned => Refusal::ConflictBlocks(conflicts),
        Stands::Unplanned => Refusal::UnplannedBlocked(conflicts),
        Stands::Ahead => Refusal::ExceptionsAlone(conflicts),
    })
}
