//! What every kind of record is: a fold of its events. Pure: no clock, no chance, no I/O.

use kernel::{Actor, Id, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// When an event was decided and for whom: the part of the envelope that a fold may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
}

/// A kind of record. Its state is the fold of its events, and nothing else.
pub trait Aggregate: Default + Clone + PartialEq + Serialize + DeserializeOwned + Send {
    /// The id of one record.
    type Id: Id;
    /// What can happen to it. Serialised as `{"type": name, "data": payload}`.
    type Event: Clone + Serialize + DeserializeOwned + Send;
    /// The first part of a stream's name: `change` in `change:chg_…`.
    const KIND: &'static str;
    /// The format of the cached state: raise it when the state's shape changes.
    const FORMAT: i64;

    /// The state after an event. It decides nothing and accepts every stored event.
    #[must_use]
    fn evolve(self, event: &Self::Event, stamp: &Stamp) -> Self;

    /// What is wrong with a state that new events lead to; asked before they are appended, never
    /// in replay.
    fn broken_invariant(&self) -> Option<String> {
        None
    }

    /// The name of a record's stream.
    fn stream(id: Self::Id) -> String {
        format!("{}:{id}", Self::KIND)
    }
}

/// What a rule answers: the events that follow, or why not.
pub type Decision<E> = Result<Vec<E>, crate::Refusal>;
