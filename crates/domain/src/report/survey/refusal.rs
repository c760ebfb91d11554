//! Why a survey takes no answer.

use kernel::Timestamp;
use thiserror::Error;

use crate::refusal::Refuse;

/// Why the question after a release takes no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SurveyRefusal {
    /// Others were asked.
    #[error("you are not asked about this release: those are who use or run what it changed")]
    NotAsked,
    /// An answer is given once.
    #[error("you answered already: an answer is given once")]
    Answered,
    /// It is over.
    #[error("answers were taken until {until}")]
    Over {
        /// Its end.
        until: Timestamp,
    },
}

impl SurveyRefusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] =
        &["survey.not_asked", "survey.answered", "survey.over"];
}

impl Refuse for SurveyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAsked => "survey.not_asked",
            Self::Answered => "survey.answered",
            Self::Over { .. } => "survey.over",
        }
    }
}
