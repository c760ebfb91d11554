//! Why an exception is not granted.

use thiserror::Error;

use crate::exception::State;
use crate::refusal::Refuse;

/// Why a rule of exceptions says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Separation of duties: who asked.
    #[error("nobody grants or refuses an exception they asked for: ask someone else who may")]
    OwnRequest,
    /// Separation of duties: whose work it is.
    #[error("nobody decides about an exception for their own work: ask someone else who may")]
    OwnWork,
    /// A machine or an operator has no name to answer with.
    #[error("an exception is answered for by a person: sign in as one")]
    NoPerson,
    /// It is decided or over.
    #[error("this exception is {0}: ask for another one")]
    Decided(State),
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] =
        &["exception.no_person", "exception.own_request", "exception.wrong_state"];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::OwnRequest | Self::OwnWork => "exception.own_request",
            Self::NoPerson => "exception.no_person",
            Self::Decided(_) => "exception.wrong_state",
        }
    }
}
