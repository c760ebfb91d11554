//! What happens to an incident. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::incident::{Alert, Content, Edit, Imported};
use crate::record::{ExtraEvent, Link};

/// An event of an incident's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum IncidentEvent {
    /// It was reported.
    #[serde(rename = "incident.reported.v1")]
    Reported {
        /// `INC-…`.
        number: String,
        /// What was known.
        content: Box<Content>,
    },
    /// It came from another system.
    #[serde(rename = "incident.imported.v1")]
    Imported(Box<Imported>),
    /// Monitoring told of alerts.
    #[serde(rename = "incident.alerted.v1")]
    Alerted {
        /// What they have in common, as monitoring calls it.
        group: String,
        /// What is new of them.
        alerts: Vec<Alert>,
    },
    /// Some of it was edited.
    #[serde(rename = "incident.edited.v1")]
    Edited {
        /// The new values.
        edit: Box<Edit>,
    },
    /// Service was restored.
    #[serde(rename = "incident.resolved.v1")]
    Resolved {
        /// When.
        resolved_at: Timestamp,
    },
    /// Service was restored at another time than was said.
    #[serde(rename = "incident.resolution_corrected.v1")]
    ResolutionCorrected {
        /// When.
        resolved_at: Timestamp,
    },
    /// It is over.
    #[serde(rename = "incident.closed.v1")]
    Closed {},
    /// It is not over after all.
    #[serde(rename = "incident.reopened.v1")]
    Reopened {},
    /// A remark was made.
    #[serde(rename = "incident.comment_added.v1")]
    CommentAdded {
        /// What it says.
        text: String,
    },
    /// The links were replaced.
    #[serde(rename = "incident.links_set.v1")]
    LinksSet {
        /// All of them.
        links: Vec<Link>,
    },
}

impl IncidentEvent {
    /// The event of a remark or of links; an incident has neither tasks nor watchers,
    /// and tells nobody.
    pub(super) fn of_extra(extra: ExtraEvent) -> Option<Self> {
        match extra {
            ExtraEvent::CommentAdded { text } => Some(Self::CommentAdded { text }),
            ExtraEvent::LinksSet { links } => Some(Self::LinksSet { links }),
            ExtraEvent::TaskAdded { .. }
            | ExtraEvent::TaskEdited { .. }
            | ExtraEvent::TaskRemoved { .. }
            | ExtraEvent::WatchSet { .. }
            | ExtraEvent::LinkTold { .. }
            | ExtraEvent::LinkUntold { .. }
            | ExtraEvent::RehearsalRecorded { .. } => None,
        }
    }
}
