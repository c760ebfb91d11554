//! Why an article does not move.

use thiserror::Error;

use crate::knowledge::{State, VERSIONS_MAX};
use crate::refusal::Refuse;

/// Why a rule of articles says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Separation of duties.
    #[error("nobody approves what they wrote in: ask someone else who may")]
    OwnDraft,
    /// A machine or an operator has no name to answer with.
    #[error("an article is approved by a person: sign in as one")]
    NoPerson,
    /// It is not where the verb begins.
    #[error("this article is {is}: {mend}")]
    WrongState {
        /// Where it is.
        is: State,
        /// How to go on.
        mend: &'static str,
    },
    /// No more versions are kept.
    #[error("an article has at most {VERSIONS_MAX} versions: write another one")]
    TooManyVersions,
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] =
        &["knowledge.no_person", "knowledge.own_draft", "knowledge.wrong_state"];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::OwnDraft => "knowledge.own_draft",
            Self::NoPerson => "knowledge.no_person",
            Self::WrongState { .. } | Self::TooManyVersions => "knowledge.wrong_state",
        }
    }
}
