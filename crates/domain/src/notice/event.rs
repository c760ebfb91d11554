//! What happens to user groups, channels, and what is told. Version 1 of each; golden files under
//! `crates/domain/golden/`.

use std::collections::BTreeMap;

use kernel::{PersonId, ReleaseId};
use serde::{Deserialize, Serialize};

use crate::notice::{ChannelContent, ChannelEdit, GroupContent, GroupEdit, PlanEdit, Text};
use crate::record::Awaited;
use crate::vocabulary::{Audience, Moment, Window};

/// An event of a user group's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum UserGroupEvent {
    /// It was set up.
    #[serde(rename = "user_group.created.v1")]
    Created {
        /// What is known of it.
        content: GroupContent,
    },
    /// Some of it was edited.
    #[serde(rename = "user_group.edited.v1")]
    Edited {
        /// The new values.
        edit: GroupEdit,
    },
}

/// An event of a channel's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ChannelEvent {
    /// It was set up.
    #[serde(rename = "channel.created.v1")]
    Created {
        /// What is known of it.
        content: ChannelContent,
    },
    /// Some of it was edited.
    #[serde(rename = "channel.edited.v1")]
    Edited {
        /// The new values.
        edit: ChannelEdit,
    },
    /// It was given another secret, which stays out of the log.
    #[serde(rename = "channel.secret_set.v1")]
    SecretSet {},
}

/// An event of the stream of what a release's people plan to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum CommunicationEvent {
    /// Some of it was edited.
    #[serde(rename = "communication.edited.v1")]
    Edited {
        /// The new values.
        edit: PlanEdit,
    },
}

/// An event of a notice's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum NoticeEvent {
    /// It was written, and waits to be sent.
    #[serde(rename = "notice.prepared.v1")]
    Prepared {
        /// The release that it tells of.
        release: ReleaseId,
        /// Its place among the notices of the release, from 1.
        place: u32,
        /// What happened, or is about to.
        moment: Moment,
        /// The window as it was then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
        /// The texts, as they are sent.
        texts: Vec<Text>,
        /// How many it is for, by audience.
        people: BTreeMap<Audience, u32>,
    },
    /// It was written for the people of a record that moved on, and waits to be sent.
    #[serde(rename = "notice.moved_on.v1")]
    MovedOn {
        /// The id of the change or the release.
        record: String,
        /// The place in the log of what moved it.
        place: u32,
        /// Where it stands since, in words.
        state: String,
        /// The texts, as they are sent.
        texts: Vec<Text>,
        /// How many it is for, by audience.
        people: BTreeMap<Audience, u32>,
    },
    /// It was written for one who waited for the work of a record, and waits to be sent.
    #[serde(rename = "notice.work_done.v1")]
    WorkDone {
        /// The id of the change or the release.
        record: String,
        /// What waited for it.
        link: Awaited,
        /// The name or the address of whom it is for.
        whom: String,
        /// The texts, as they are sent.
        texts: Vec<Text>,
        /// How many it is for, by audience.
        people: BTreeMap<Audience, u32>,
    },
    /// It was written for one who wants to know once a week where releases stand, and waits to be
    /// sent.
    #[serde(rename = "notice.digest_written.v1")]
    DigestWritten {
        /// Whom it is for.
        person: PersonId,
        /// Its place among the digests of that person, from 1.
        place: u32,
        /// The releases that it lists, as it lists them.
        releases: Vec<ReleaseId>,
        /// The texts, as they are sent.
        texts: Vec<Text>,
        /// How many it is for, by audience.
        people: BTreeMap<Audience, u32>,
    },
}
