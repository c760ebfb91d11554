//! Why a change does not move.

use kernel::Timestamp;
use thiserror::Error;

use crate::change::{Phase, Verb};
use crate::refusal::{Missing, Refuse, count_tasks, told};

/// Why a rule of a change says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is closed or cancelled.
    #[error("this change is {phase}: clone it to do it again")]
    Ended {
        /// Which.
        phase: Phase,
    },
    /// The verb belongs to other phases.
    #[error("`{verb}` is done in {}; this change is in {phase}", list(.allowed))]
    WrongPhase {
        /// The verb.
        verb: Verb,
        /// Where the change is.
        phase: Phase,
        /// Where the verb belongs.
        allowed: Vec<Phase>,
    },
    /// It is on hold.
    #[error("this change is on hold: resume it first")]
    Held,
    /// It is not on hold.
    #[error("this change is not on hold")]
    NotHeld,
    /// It travels in a release.
    #[error("this change travels in {release}, which schedules, carries out and closes it")]
    InRelease {
        /// `REL-…`.
        release: String,
    },
    /// Fields are missing.
    #[error("{} must be filled in before this change can be submitted; see `errors`", count(.missing))]
    Incomplete {
        /// Each.
        missing: Vec<Missing>,
    },
    /// Its approval does not stand.
    #[error("this change is not approved yet{}", told(.0))]
    NotApproved(Vec<Missing>),
    /// It has no window.
    #[error("this change has no window: set one first")]
    WindowMissing,
    /// Its window is over.
    #[error("the window has passed: choose one that ends in the future")]
    WindowPast,
    /// Its window is not open.
    #[error("the window runs from {start} to {end}: start within it, or move it")]
    WindowNotOpen {
        /// From.
        start: Timestamp,
        /// To.
        end: Timestamp,
    },
    /// The new end is not later.
    #[error("the window ends at {end}: an extension ends later")]
    NotLonger {
        /// The end in force.
        end: Timestamp,
    },
    /// Required tasks are open.
    #[error("{} open: finish them first", count_tasks(.missing))]
    TasksOpen {
        /// Each.
        missing: Vec<Missing>,
    },
    /// The outcome needs a remark.
    #[error("this outcome needs a remark: say what happened")]
    OutcomeNoteMissing,
    /// Its review is not completed.
    #[error("this change owes a review: complete it first")]
    ReviewMissing,
    /// Its type cannot change any more.
    #[error("the type is fixed once a change is submitted: cancel it and raise another")]
    TypeFixed,
    /// Customers meet it, and policy wants it in a release.
    #[error("customers meet this change and it travels in no release: attach it to one first")]
    OutsideRelease,
}

fn list(phases: &[Phase]) -> String {
    let words: Vec<&str> = phases.iter().map(|phase| phase.word()).collect();
    words.join(", ")
}

fn count(missing: &[Missing]) -> String {
    if missing.len() == 1 { "one field".to_owned() } else { format!("{} fields", missing.len()) }
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "change.ended",
        "change.wrong_phase",
        "change.held",
        "change.in_release",
        "change.incomplete",
        "change.not_approved",
        "change.window_missing",
        "change.window_not_open",
        "change.tasks_open",
        "change.outcome_note_missing",
        "change.review_missing",
        "change.type_fixed",
        "change.outside_release",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "change.ended",
            Self::WrongPhase { .. } | Self::NotHeld => "change.wrong_phase",
            Self::Held => "change.held",
            Self::InRelease { .. } => "change.in_release",
            Self::Incomplete { .. } => "change.incomplete",
            Self::NotApproved(_) => "change.not_approved",
            Self::WindowMissing => "change.window_missing",
            Self::WindowPast | Self::WindowNotOpen { .. } | Self::NotLonger { .. } => {
                "change.window_not_open"
            }
            Self::TasksOpen { .. } => "change.tasks_open",
            Self::OutcomeNoteMissing => "change.outcome_note_missing",
            Self::ReviewMissing => "change.review_missing",
            Self::TypeFixed => "change.type_fixed",
            Self::OutsideRelease => "change.outside_release",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Incomplete { missing }
            | Self::TasksOpen { missing }
            | Self::NotApproved(missing) => missing.clone(),
            _ => Vec::new(),
        }
    }
}
