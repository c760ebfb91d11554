//! A delegation and the fold of its events.

use kernel::{DelegationId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::approval::DelegationEvent;
use crate::edit::is_default;

/// The most delegations of one person that are in force or to come.
pub const DELEGATIONS_MAX: usize = 20;

/// A delegation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Who is absent.
    pub person: Option<PersonId>,
    /// Who votes in their place.
    pub deputy: Option<PersonId>,
    /// From when.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<Timestamp>,
    /// Until when, exclusive.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revoked: bool,
}

impl Aggregate for Delegation {
    type Id = DelegationId;
    type Event = DelegationEvent;
    const KIND: &'static str = "delegation";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &DelegationEvent, _: &Stamp) -> Self {
        match event {
            DelegationEvent::Set { person, deputy, from, until, reason } => {
                self.person = Some(*person);
                self.deputy = Some(*deputy);
                self.from = *from;
                self.until = *until;
                self.reason.clone_from(reason);
            }
            DelegationEvent::Revoked {} => self.revoked = true,
        }
        self
    }
}
