//! What happens to a run. Each event has a name with a version, and golden files.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{Choice, Plan};
use crate::state::{Attempt, Way};
use crate::trigger::{Consequence, Value};

/// An event of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum RunEvent {
    /// It began.
    #[serde(rename = "run.began.v1")]
    Began {
        /// What is carried out.
        plan: Plan,
    },
    /// An attempt at a step is made: what follows may have an effect.
    #[serde(rename = "run.step_started.v1")]
    StepStarted {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
        /// When it counts as lost; of a wait, when it is over.
        until: Timestamp,
    },
    /// An attempt succeeded.
    #[serde(rename = "run.step_succeeded.v1")]
    StepSucceeded {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
        /// What came of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An attempt failed.
    #[serde(rename = "run.step_failed.v1")]
    StepFailed {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
        /// Why.
        reason: String,
        /// When it is tried again by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
    },
    /// Nobody knows what became of an attempt.
    #[serde(rename = "run.step_lost.v1")]
    StepLost {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
        /// It exceeded its time; else whoever waited for it is gone.
        late: bool,
        /// When the world is asked; else it is repeated, or a person says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ask_at: Option<Timestamp>,
    },
    /// The world was asked about an attempt, and does not know.
    #[serde(rename = "run.step_unknown.v1")]
    StepUnknown {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
        /// When it is asked again; else a person says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ask_at: Option<Timestamp>,
    },
    /// An attempt turned out never to have begun.
    #[serde(rename = "run.step_not_begun.v1")]
    StepNotBegun {
        /// Which.
        #[serde(flatten)]
        attempt: Attempt,
    },
    /// A failed step is to be tried again.
    #[serde(rename = "run.step_retried.v1")]
    StepRetried {
        /// Its key.
        step: String,
        /// Which way.
        way: Way,
    },
    /// A step is left out.
    #[serde(rename = "run.step_skipped.v1")]
    StepSkipped {
        /// Its key.
        step: String,
        /// Which way.
        way: Way,
        /// Why.
        reason: String,
    },
    /// Nothing new is begun for now.
    #[serde(rename = "run.paused.v1")]
    Paused {},
    /// It goes on.
    #[serde(rename = "run.resumed.v1")]
    Resumed {},
    /// A decision is asked for, or more is known about the one that is.
    #[serde(rename = "run.decision_asked.v1")]
    DecisionAsked {
        /// Why.
        why: Why,
        /// Until when.
        until: Timestamp,
        /// What happens then.
        default: Choice,
    },
    /// A decision was taken.
    #[serde(rename = "run.decision_taken.v1")]
    DecisionTaken {
        /// What.
        choice: Choice,
        /// By whom.
        by: By,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It ends once nothing is in flight.
    #[serde(rename = "run.abort_asked.v1")]
    AbortAsked {
        /// Why.
        reason: String,
    },
    /// It is taken back, whole or in part, or further than before.
    #[serde(rename = "run.rollback_decided.v1")]
    RollbackDecided {
        /// How far.
        scope: Scope,
        /// Why.
        reason: String,
        /// What is taken back.
        steps: BTreeSet<String>,
        /// What was reached and stands, and why.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        stands: BTreeMap<String, String>,
    },
    /// The way back ends once nothing is in flight; what was not taken back stands.
    #[serde(rename = "run.give_up_asked.v1")]
    GiveUpAsked {
        /// Why.
        reason: String,
    },
    /// What a trigger watches became another, or was seen for the first time.
    #[serde(rename = "run.trigger_turned.v1")]
    TriggerTurned {
        /// Its key.
        trigger: String,
        /// What it is now.
        value: Value,
        /// What was seen.
        note: String,
    },
    /// It was so for long enough: its consequence is drawn.
    #[serde(rename = "run.trigger_fired.v1")]
    TriggerFired {
        /// Its key.
        trigger: String,
        /// The consequence.
        then: Consequence,
    },
    /// The effect was verified, and nobody watches any more.
    #[serde(rename = "run.watch_ended.v1")]
    WatchEnded {},
    /// Every step is done or skipped.
    #[serde(rename = "run.finished.v1")]
    Finished {},
    /// It was aborted.
    #[serde(rename = "run.stopped.v1")]
    Stopped {},
    /// What was to be taken back is.
    #[serde(rename = "run.rolled_back.v1")]
    RolledBack {},
    /// Taking it back was given up.
    #[serde(rename = "run.given_up.v1")]
    GivenUp {},
}

/// Why a decision is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A step failed.
    Failed {
        /// Its key.
        step: String,
    },
    /// A trigger fired.
    Alarm {
        /// What it says.
        reason: String,
    },
}

/// Who took a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Whoever was asked.
    Owner,
    /// Nobody, in time.
    Clock,
}

/// How far something is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything that was reached; refused once a point of no return was.
    Whole,
    /// Everything but the points of no return that were reached, and what lies before them.
    AsFarAsPossible,
    /// Parts of it, with what they drag along.
    Groups(BTreeSet<String>),
}
