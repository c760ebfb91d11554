//! What happens to the policy. Golden files under `crates/domain/golden/`.

use serde::{Deserialize, Serialize};

use crate::edit::is_default;
use crate::policy::Files;

/// An event of the policy's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum PolicyEvent {
    /// A set of files came into force; the event's place in the stream is its version.
    #[serde(rename = "policy.activated.v1")]
    Activated {
        /// Every file, by path.
        files: Files,
        /// What is new, in the words of who put it in force.
        #[serde(default, skip_serializing_if = "is_default")]
        note: String,
    },
}
