//! What happens to a review. Version 1 of each; golden files under `crates/domain/golden/`.

use jiff::civil::Date;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::review::{DueItem, Edit, Planned, Subject, Why};

/// An event of a review's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ReviewEvent {
    /// It was opened by its subject.
    #[serde(rename = "review.opened.v1")]
    Opened {
        /// `PIR-…`.
        number: String,
        /// What it looks back on.
        subject: Subject,
        /// Why.
        why: Why,
        /// What was set before; nothing in events of before there was such.
        #[serde(flatten)]
        planned: Planned,
    },
    /// Something was written.
    #[serde(rename = "review.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
    /// Someone remarked on what happened at an instant.
    #[serde(rename = "review.remarked.v1")]
    Remarked {
        /// The instant.
        at: Timestamp,
        /// What is to be known about it.
        text: String,
    },
    /// The day came on which action items are due.
    #[serde(rename = "review.actions_due.v1")]
    ActionsDue {
        /// The day.
        on: Date,
        /// Those that are not done.
        items: Vec<DueItem>,
    },
    /// It was completed.
    #[serde(rename = "review.completed.v1")]
    Completed {},
}
