//! A team and the fold of its events.

use std::collections::BTreeSet;

use kernel::{PersonId, TeamId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::editable;
use crate::team::TeamEvent;

/// The most people in a team.
pub const MEMBERS_MAX: usize = 500;

editable! {
    /// What is known of a team.
    Content, Edit {
        /// Unique.
        name: String,
        /// What it does.
        description: String,
        /// Its people.
        members: BTreeSet<PersonId>,
    }
}

/// A team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// What is known of it.
    pub content: Content,
}

impl Aggregate for Team {
    type Id = TeamId;
    type Event = TeamEvent;
    const KIND: &'static str = "team";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &TeamEvent, _: &Stamp) -> Self {
        match event {
            TeamEvent::Created { content } => self.content = content.clone(),
            TeamEvent::Edited { edit } => self.content.apply(edit),
        }
        self
    }
}
