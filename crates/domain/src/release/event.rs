//! What happens to a release. Version 1 of each; golden files under `crates/domain/golden/`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{ChangeId, PersonId, ReleaseId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::RoundEvent;
use crate::deployment::{DeploymentEvent, UpdatePlan};
use crate::policy::{ModelState, ReleasePhase};
use crate::record::ExtraEvent;
use crate::release::{
    AskedTeam, Content, Contribution, Edit, Outcome, StatementEdit, WindowAnswer,
};
use crate::vocabulary::{Tier, Window};

/// An event of a release's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ReleaseEvent {
    /// It was created.
    #[serde(rename = "release.created.v1")]
    Created {
        /// `REL-…`.
        number: String,
        /// Its model.
        model: String,
        /// The model's version.
        model_version: u32,
        /// The model's states.
        states: Vec<ModelState>,
        /// What was written.
        content: Box<Content>,
        /// Who created it.
        requester: Option<PersonId>,
        /// The start of the window for which the cadence of its model opened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        occurrence: Option<Timestamp>,
    },
    /// Some of it was edited.
    #[serde(rename = "release.edited.v1")]
    Edited {
        /// The new values.
        edit: Box<Edit>,
    },
    /// A change joined it, last in the order.
    #[serde(rename = "release.change_attached.v1")]
    ChangeAttached {
        /// Which.
        change: ChangeId,
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
    },
    /// A change left it.
    #[serde(rename = "release.change_detached.v1")]
    ChangeDetached {
        /// Which.
        change: ChangeId,
    },
    /// The deploy order was set.
    #[serde(rename = "release.reordered.v1")]
    Reordered {
        /// First to deploy first.
        changes: Vec<ChangeId>,
    },
    /// What it includes and leaves out, and who answers for that, was stated.
    #[serde(rename = "release.scope_stated.v1")]
    ScopeStated {
        /// The new values.
        edit: Box<StatementEdit>,
    },
    /// A team signed off its part.
    #[serde(rename = "release.part_signed_off.v1")]
    PartSignedOff {
        /// The part as it was stated.
        part: Contribution,
        /// The team's changes in it.
        changes: BTreeSet<ChangeId>,
        /// A word to it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// Nothing joins it any more without an exception.
    #[serde(rename = "release.scope_frozen.v1")]
    ScopeFrozen {
        /// Why.
        reason: String,
    },
    /// Changes may join again; a date at which its scope froze is taken away with that.
    #[serde(rename = "release.scope_reopened.v1")]
    ScopeReopened {
        /// Why.
        reason: String,
    },
    /// Something in its frozen scope grew under exceptions.
    #[serde(rename = "release.scope_grown.v1")]
    ScopeGrown {
        /// The change that gained CIs or services; the package when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// The exceptions, `EXC-…`.
        under: Vec<String>,
    },
    /// What must be over before it begins was set.
    #[serde(rename = "release.dependencies_set.v1")]
    DependenciesSet {
        /// The releases that it depends on.
        after: Vec<ReleaseId>,
    },
    /// How it is carried out by itself was written, as a file; or that it is carried out by hand.
    #[serde(rename = "release.plan_set.v1")]
    PlanSet {
        /// The file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// How status updates are given while it is carried out was set, or that none are.
    #[serde(rename = "release.updates_planned.v1")]
    UpdatesPlanned {
        /// How.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<UpdatePlan>,
    },
    /// It went on to another state of its model.
    #[serde(rename = "release.advanced.v1")]
    Advanced {
        /// The phase.
        phase: ReleasePhase,
        /// The state.
        state: String,
    },
    /// It was submitted for its go.
    #[serde(rename = "release.submitted.v1")]
    Submitted {
        /// The tier of the bundle.
        tier: Tier,
        /// By when its review is due; absent in events of before it was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_due_on: Option<Date>,
    },
    /// The tier of the bundle changed with its scope.
    #[serde(rename = "release.tier_recorded.v1")]
    TierRecorded {
        /// The tier now.
        tier: Tier,
    },
    /// Its approval moved.
    #[serde(rename = "release.approval_moved.v1")]
    Round(RoundEvent),
    /// It was rejected, and is being planned again.
    #[serde(rename = "release.returned.v1")]
    ReturnedToPlanning {
        /// Why.
        reason: String,
    },
    /// Its window is committed.
    #[serde(rename = "release.scheduled.v1")]
    Scheduled {
        /// Which.
        window: Window,
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
    },
    /// Its window is no longer committed.
    #[serde(rename = "release.unscheduled.v1")]
    Unscheduled {
        /// Why.
        reason: String,
    },
    /// Teams that own what it touches are asked about a window, in place of what they were asked.
    #[serde(rename = "release.window_asked.v1")]
    WindowAsked {
        /// Which.
        window: Window,
        /// The teams.
        teams: Vec<AskedTeam>,
        /// A word to them.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A team answered.
    #[serde(rename = "release.window_answered.v1")]
    WindowAnswered {
        /// Which.
        team: TeamId,
        /// What it said.
        answer: WindowAnswer,
        /// The window that would suit it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Window>,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A longer window is asked for, in place of one that was asked for before.
    #[serde(rename = "release.extension_asked.v1")]
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
    #[serde(rename = "release.extension_refused.v1")]
    ExtensionRefused {
        /// Why.
        reason: String,
    },
    /// Its running window was lengthened.
    #[serde(rename = "release.extended.v1")]
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
    /// Work is still under way at the end of its window.
    #[serde(rename = "release.window_overrun.v1")]
    WindowOverrun {
        /// That end.
        end: Timestamp,
    },
    /// Its deployment moved.
    #[serde(rename = "release.deployment_moved.v1")]
    Deployment(DeploymentEvent),
    /// It is over.
    #[serde(rename = "release.closed.v1")]
    Closed {
        /// How.
        outcome: Outcome,
        /// A remark.
        note: Option<String>,
    },
    /// It waits.
    #[serde(rename = "release.held.v1")]
    Held {
        /// Why.
        reason: String,
    },
    /// It goes on.
    #[serde(rename = "release.resumed.v1")]
    Resumed {},
    /// It was given up.
    #[serde(rename = "release.cancelled.v1")]
    Cancelled {
        /// Why.
        reason: String,
    },
    /// A task, remark, watcher or link.
    #[serde(rename = "release.annotated.v1")]
    Annotated(ExtraEvent),
}

impl ReleaseEvent {
    /// Whether it writes what is approved, or hands it in. When it takes place, and who takes part
    /// in it, is planning, not writing.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::Edited { edit } => {
                let planning = ["window", "owner", "release_manager", "team", "members"];
                edit.fields().iter().any(|field| !planning.contains(field))
            }
            Self::ChangeAttached { .. }
            | Self::ChangeDetached { .. }
            | Self::Reordered { .. }
            | Self::ScopeStated { .. }
            | Self::DependenciesSet { .. }
            | Self::PlanSet { .. }
            | Self::Submitted { .. } => true,
            _ => false,
        }
    }
}
