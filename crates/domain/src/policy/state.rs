//! The policy in force and the fold of its events.

use std::collections::BTreeMap;

use kernel::PolicyId;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::is_default;
use crate::policy::PolicyEvent;

/// The files of a policy, by path.
pub type Files = BTreeMap<String, String>;

/// The policy in force. Before the first activation it holds nothing, and the built-in set rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its files.
    #[serde(default, skip_serializing_if = "is_default")]
    pub files: Files,
}

impl Aggregate for Policy {
    type Id = PolicyId;
    type Event = PolicyEvent;
    const KIND: &'static str = "policy";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &PolicyEvent, _: &Stamp) -> Self {
        match event {
            PolicyEvent::Activated { files, .. } => self.files.clone_from(files),
        }
        self
    }
}
