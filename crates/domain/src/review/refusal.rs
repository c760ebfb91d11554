//! Why a review does not move.

use thiserror::Error;

use crate::refusal::{Missing, Refuse};

/// Why a rule of a review says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Something must be written first.
    #[error("this review is not complete; see `errors`")]
    Incomplete(Vec<Missing>),
    /// Its text is fixed.
    #[error("this review is completed: only its action items may be ticked off")]
    Completed,
    /// What was filled in from the record is somebody's to confirm.
    #[error(
        "it was filled in from the record, and its owner confirms that: ask them, or write what went \
         well and what went wrong yourself"
    )]
    OwnerConfirms,
    /// Its subject has not come so far.
    #[error(
        "there is no review of {subject} yet: a release's is opened when its deployment has ended, \
         a change's when an emergency or a failure has"
    )]
    NotOpened {
        /// `REL-…` or `CHG-…`.
        subject: String,
    },
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "review.incomplete",
        "review.completed",
        "review.owner_confirms",
        "request.unknown_record",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Incomplete(_) => "review.incomplete",
            Self::Completed => "review.completed",
            Self::OwnerConfirms => "review.owner_confirms",
            Self::NotOpened { .. } => "request.unknown_record",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Incomplete(missing) => missing.clone(),
            Self::Completed | Self::OwnerConfirms | Self::NotOpened { .. } => Vec::new(),
        }
    }
}
