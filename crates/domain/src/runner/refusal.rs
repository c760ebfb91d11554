//! Why a runner or a job is refused.

use thiserror::Error;

use crate::refusal::Refuse;

/// Why a rule of runners says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Another machine carries this name.
    #[error(
        "a runner `{0}` with another journal was heard within the last minute: stop that one, or \
         choose another name"
    )]
    NameTaken(String),
    /// Another token speaks for this name.
    #[error(
        "the runner `{0}` was registered with another token: use that one, or revoke the runner \
         first"
    )]
    OtherToken(String),
    /// It was revoked.
    #[error("the runner `{0}` was revoked: register it with a fresh token")]
    Revoked(String),
    /// It did not say who it is.
    #[error("the runner `{0}` is not registered from here: register it first")]
    NotRegistered(String),
    /// The claim is not the reporter's.
    #[error("job `{0}` was not claimed under this number: what is reported of it does not count")]
    Fenced(String),
    /// The key names another job.
    #[error(
        "job `{0}` was asked for before with another command, target or arguments: use a key \
             of its own"
    )]
    KeyReused(String),
    /// The state does not allow it.
    #[error("job `{0}` has ended or was not begun, and nothing more happens to it")]
    Over(String),
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "runner.fenced",
        "runner.job_over",
        "runner.key_reused",
        "runner.name_taken",
        "runner.not_registered",
        "runner.other_token",
        "runner.revoked",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken(_) => "runner.name_taken",
            Self::OtherToken(_) => "runner.other_token",
            Self::Revoked(_) => "runner.revoked",
            Self::NotRegistered(_) => "runner.not_registered",
            Self::Fenced(_) => "runner.fenced",
            Self::KeyReused(_) => "runner.key_reused",
            Self::Over(_) => "runner.job_over",
        }
    }
}
