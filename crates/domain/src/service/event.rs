//! What happens to services and CIs. Golden files under `crates/domain/golden/`.

use std::collections::BTreeSet;

use kernel::ReleaseId;
use serde::{Deserialize, Serialize};

use crate::service::{CiContent, CiEdit, Content, Edit, Relation};

/// An event of a service's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ServiceEvent {
    /// It was set up.
    #[serde(rename = "service.created.v1")]
    Created {
        /// What is known of it.
        content: Content,
    },
    /// Some of it was edited.
    #[serde(rename = "service.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
    /// A release that was verified made a version available.
    #[serde(rename = "service.version_set.v1")]
    VersionSet {
        /// Which.
        version: String,
        /// By which release.
        release: ReleaseId,
    },
}

/// An event of a CI's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum CiEvent {
    /// It was written down.
    #[serde(rename = "ci.created.v1")]
    Created {
        /// What is known of it.
        content: CiContent,
    },
    /// Some of it was edited.
    #[serde(rename = "ci.edited.v1")]
    Edited {
        /// The new values.
        edit: CiEdit,
    },
    /// What it needs was written down anew.
    #[serde(rename = "ci.relations_set.v1")]
    RelationsSet {
        /// All of it.
        relations: BTreeSet<Relation>,
    },
    /// A release that was verified made a version available.
    #[serde(rename = "ci.version_set.v1")]
    VersionSet {
        /// Which.
        version: String,
        /// By which release.
        release: ReleaseId,
    },
}
