//! What happens to boards and meetings. Version 1 of each; golden files under
//! `crates/domain/golden/`.

use kernel::{BoardId, ChangeId, PersonId, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::cab::{Content, Edit, Outcome};
use crate::edit::is_default;
use crate::vocabulary::Window;

/// What an item of an agenda is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A change.
    Change(ChangeId),
    /// A release.
    Release(ReleaseId),
}

impl Subject {
    /// The id as text.
    pub fn id(&self) -> String {
        match self {
            Self::Change(id) => id.to_string(),
            Self::Release(id) => id.to_string(),
        }
    }

    /// `change` or `release`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Change(_) => "change",
            Self::Release(_) => "release",
        }
    }
}

/// An item as the agenda was closed with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// What it is about.
    pub subject: Subject,
    /// Whether someone put it on, instead of its waiting for the board's vote.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_hand: bool,
    /// How long it may take, in minutes.
    pub minutes: u32,
}

/// An event of a board's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum BoardEvent {
    /// It was set up.
    #[serde(rename = "board.created.v1")]
    Created {
        /// What is known of it.
        content: Content,
    },
    /// Some of it was edited.
    #[serde(rename = "board.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
}

/// An event of a meeting's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum MeetingEvent {
    /// It was planned.
    #[serde(rename = "meeting.planned.v1")]
    Planned {
        /// `CAB-…`.
        number: String,
        /// Whose.
        board: BoardId,
        /// When.
        window: Window,
        /// When its agenda is closed.
        cut_off: Timestamp,
        /// Whether the board's schedule asked for it.
        #[serde(default, skip_serializing_if = "is_default")]
        scheduled: bool,
    },
    /// Items were put in order.
    #[serde(rename = "meeting.arranged.v1")]
    Arranged {
        /// Those that come first, in their order.
        order: Vec<Subject>,
    },
    /// Someone put an item on the agenda.
    #[serde(rename = "meeting.item_added.v1")]
    ItemAdded {
        /// Which.
        subject: Subject,
    },
    /// An item was put off to a later meeting.
    #[serde(rename = "meeting.item_deferred.v1")]
    ItemDeferred {
        /// Which.
        subject: Subject,
        /// Why.
        reason: String,
    },
    /// The cut-off passed: this is the agenda.
    #[serde(rename = "meeting.frozen.v1")]
    Frozen {
        /// In order.
        agenda: Vec<AgendaItem>,
    },
    /// It began.
    #[serde(rename = "meeting.started.v1")]
    Started {},
    /// An item was put on the table; the one before it was taken off.
    #[serde(rename = "meeting.item_opened.v1")]
    ItemOpened {
        /// Which.
        subject: Subject,
    },
    /// An item was given another length.
    #[serde(rename = "meeting.time_set.v1")]
    TimeSet {
        /// Which.
        subject: Subject,
        /// In minutes.
        minutes: u32,
    },
    /// Someone came or went.
    #[serde(rename = "meeting.presence_set.v1")]
    PresenceSet {
        /// Who.
        person: PersonId,
        /// Came, or went.
        present: bool,
        /// Since when, where a vote tells of it afterwards.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Timestamp>,
    },
    /// Something was noted for the minutes.
    #[serde(rename = "meeting.remarked.v1")]
    Remarked {
        /// On which item; on the meeting when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// The note.
        text: String,
    },
    /// It ended; the minutes are fixed.
    #[serde(rename = "meeting.ended.v1")]
    Ended {
        /// What became of each item.
        outcomes: Vec<Outcome>,
        /// Whether nobody ended it, so that the clock did.
        #[serde(default, skip_serializing_if = "is_default")]
        overrun: bool,
    },
    /// Its time passed and nobody had begun it: it was not held.
    #[serde(rename = "meeting.lapsed.v1")]
    Lapsed {},
    /// It does not take place.
    #[serde(rename = "meeting.cancelled.v1")]
    Cancelled {
        /// Why.
        reason: String,
    },
}
