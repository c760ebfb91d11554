//! What a command is to the bus, what travels with it, and how it can end.

use domain::Refusal;
use domain::identity::Permission;
use kernel::{Actor, Version};
use ports::{Fault, Lane, Query};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bus::{Lock, Work};

/// A wish of an actor. `run` may be called again from the start.
pub trait Command: Send + 'static {
    /// What the sender is told.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Its registered name, such as `change.submit`.
    fn verb(&self) -> &'static str;

    /// What the actor must be permitted.
    fn permission(&self) -> Permission;

    /// The stream of the record it is about, where one who may not do it leaves an attempt. Nothing
    /// where it names none, as what makes one does: the attempt is then left beside their own.
    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop>;

    /// Loads, gathers facts, decides, appends.
    fn run(&self, work: &mut Work<'_>) -> Result<Self::Answer, Stop>;
}

/// Why a run ended before its answer.
#[derive(Debug)]
pub enum Stop {
    /// A rule says no.
    Refused(Refusal),
    /// The world failed.
    Fault(Fault),
    /// It needs a lock that comes before one it holds: start again with it.
    Again(Lock),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<domain::General> for Stop {
    fn from(refusal: domain::General) -> Self {
        Self::Refused(refusal.into())
    }
}

/// What travels with a command.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Who.
    pub actor: Actor,
    /// So that sending it twice does it once.
    pub key: Option<IdempotencyKey>,
    /// The version the sender saw of the record it writes.
    pub expected: Option<Version>,
    /// Which queue it waits in.
    pub lane: Lane,
}

/// A key that belongs to an actor, and what it was first sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key.
    pub key: String,
    /// A hash of the whole request.
    pub request_hash: String,
}

/// A command's good end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<A> {
    /// The answer.
    pub answer: A,
    /// True when an earlier sending with the same key was answered.
    pub replayed: bool,
}

/// A command's bad end.
#[derive(Debug)]
pub enum Failure {
    /// A rule says no.
    Refused(Refusal),
    /// The same key was used before, and refused: the problem as it was then.
    ReplayedRefusal(api::problem::Problem),
    /// The same key was used before with another request.
    KeyReused,
    /// The world failed.
    Fault(Fault),
}
