//! What happens to a change. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::{PersonId, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::RoundEvent;
use crate::change::{Content, Edit, Imported, Outcome};
use crate::record::ExtraEvent;
use crate::risk::Assessment;
use crate::vocabulary::Window;

/// An event of a change's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ChangeEvent {
    /// It was raised.
    #[serde(rename = "change.raised.v1")]
    Raised {
        /// `CHG-…`.
        number: String,
        /// What was written.
        content: Box<Content>,
        /// Who asked.
        requester: Option<PersonId>,
    },
    /// It came from another system.
    #[serde(rename = "change.imported.v1")]
    Imported(Box<Imported>),
    /// Some of it was edited.
    #[serde(rename = "change.edited.v1")]
    Edited {
        /// The new values.
        edit: Box<Edit>,
    },
    /// It was submitted for assessment.
    #[serde(rename = "change.submitted.v1")]
    Submitted {},
    /// Its risk was recorded; its approval is awaited.
    #[serde(rename = "change.risk_recorded.v1")]
    RiskRecorded {
        /// Tier, points, factors.
        risk: Assessment,
    },
    /// Its approval moved.
    #[serde(rename = "change.approval_moved.v1")]
    Round(RoundEvent),
    /// It was rejected, and is a draft again.
    #[serde(rename = "change.returned.v1")]
    ReturnedToDraft {
        /// Why.
        reason: String,
    },
    /// Its window is committed; a release's change takes the release's window.
    #[serde(rename = "change.scheduled.v1")]
    Scheduled {
        /// Its own window.
        window: Option<Window>,
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
    },
    /// Its window is no longer committed.
    #[serde(rename = "change.unscheduled.v1")]
    Unscheduled {
        /// Why.
        reason: String,
    },
    /// A longer window is asked for, in place of one that was asked for before.
    #[serde(rename = "change.extension_asked.v1")]
    ExtensionAsked {
        /// The new end.
        end: Timestamp,
        /// Why.
        reason: String,
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_by: Option<PersonId>,
    },
    /// The longer window was turned down.
    #[serde(rename = "change.extension_refused.v1")]
    ExtensionRefused {
        /// Why.
        reason: String,
    },
    /// Its running window was lengthened.
    #[serde(rename = "change.extended.v1")]
    Extended {
        /// The longer window.
        window: Window,
        /// Why.
        reason: String,
        /// Who asked for it; absent in events of before it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_by: Option<PersonId>,
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
    },
    /// Work began.
    #[serde(rename = "change.started.v1")]
    Started {
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
        /// The window that work takes, when it began in none: others must see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
    },
    /// Work is still under way at the end of its window.
    #[serde(rename = "change.window_overrun.v1")]
    WindowOverrun {
        /// That end.
        end: Timestamp,
    },
    /// Work ended.
    #[serde(rename = "change.completed.v1")]
    Completed {
        /// How.
        outcome: Outcome,
        /// A remark.
        note: Option<String>,
    },
    /// It is over.
    #[serde(rename = "change.closed.v1")]
    Closed {},
    /// It waits.
    #[serde(rename = "change.held.v1")]
    Held {
        /// Why.
        reason: String,
    },
    /// It goes on.
    #[serde(rename = "change.resumed.v1")]
    Resumed {},
    /// It was given up.
    #[serde(rename = "change.cancelled.v1")]
    Cancelled {
        /// Why.
        reason: String,
    },
    /// It joined a release.
    #[serde(rename = "change.attached.v1")]
    Attached {
        /// Which.
        release: ReleaseId,
    },
    /// It left its release.
    #[serde(rename = "change.detached.v1")]
    Detached {
        /// Which.
        release: ReleaseId,
    },
    /// It was seen to be done, and nothing had authorised it.
    #[serde(rename = "change.found_unauthorised.v1")]
    FoundUnauthorised {
        /// What was seen, and what was missing.
        reason: String,
    },
    /// A task, remark, watcher or link.
    #[serde(rename = "change.annotated.v1")]
    Annotated(ExtraEvent),
}
