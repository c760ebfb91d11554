//! What happens to conflicts, periods, feeds and external calendars. Version 1 of each; golden
//! files under `crates/domain/golden/`.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::{
    Content as PeriodContent, Edit as PeriodEdit, Entries, FeedFilter, Found, PeriodKind,
};

/// An event of a conflict's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ConflictEvent {
    /// It was found, or found again after it had ended.
    #[serde(rename = "conflict.found.v1")]
    Found {
        /// What.
        found: Found,
    },
    /// Windows or CIs moved; an acceptance lapsed with that.
    #[serde(rename = "conflict.moved.v1")]
    Moved {
        /// What it is now.
        found: Found,
    },
    /// Someone answers for it.
    #[serde(rename = "conflict.accepted.v1")]
    Accepted {
        /// Why.
        reason: String,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// The acceptance reached its end.
    #[serde(rename = "conflict.acceptance_ended.v1")]
    AcceptanceEnded {},
    /// It is no more.
    #[serde(rename = "conflict.resolved.v1")]
    Resolved {},
}

/// An event of a period's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum PeriodEvent {
    /// It was set.
    #[serde(rename = "period.created.v1")]
    Created {
        /// What it is.
        kind: PeriodKind,
        /// What is known of it.
        content: PeriodContent,
    },
    /// Some of it was edited.
    #[serde(rename = "period.edited.v1")]
    Edited {
        /// The new values.
        edit: PeriodEdit,
    },
    /// It was taken away.
    #[serde(rename = "period.removed.v1")]
    Removed {},
}

/// An event of a feed's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum FeedEvent {
    /// It was made.
    #[serde(rename = "feed.created.v1")]
    Created {
        /// What it is called.
        name: String,
        /// Whose it is.
        person: PersonId,
        /// What it is narrowed down to.
        filter: FeedFilter,
    },
    /// It was taken back.
    #[serde(rename = "feed.revoked.v1")]
    Revoked {},
}

/// An event of an external calendar's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ExternalEvent {
    /// A file was read.
    #[serde(rename = "external.imported.v1")]
    Imported {
        /// What it is called.
        name: String,
        /// The entries that are new or changed.
        set: Entries,
        /// The entries that the file no longer holds.
        gone: BTreeSet<String>,
    },
    /// It was taken away.
    #[serde(rename = "external.removed.v1")]
    Removed {},
}
