//! What happens to a team. Version 1 of each; golden files under `crates/domain/golden/`.

use serde::{Deserialize, Serialize};

use crate::team::{Content, Edit};

/// An event of a team's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum TeamEvent {
    /// It was set up.
    #[serde(rename = "team.created.v1")]
    Created {
        /// What is known of it.
        content: Content,
    },
    /// Some of it was edited.
    #[serde(rename = "team.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
}
