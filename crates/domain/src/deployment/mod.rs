//! A deployment carried out by hand: the changes of a release in deploy order, each reported done
//! or failed, and the way back once it is decided.
//!
//! Invariants: 1. a step is reported once; 2. a rollback holds exactly the reached steps, in
//! reverse; 3. nothing goes forward once a rollback is decided; 4. a rollback ends with its last
//! step, or is given up with a reason after a step failed.

mod event;
mod report;

use kernel::{Actor, ChangeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vocabulary::words;

pub use event::{DeploymentEvent, evolve};
pub use report::{Refusal, decide_rollback, finish, give_up, report, report_back, verify};

words! {
    /// Where a step stands.
    StepState {
        /// Not reported.
        Waiting = "waiting",
        /// Carried out.
        Done = "done",
        /// Tried, and failed.
        Failed = "failed",
    }
}

words! {
    /// Where a deployment stands.
    DeploymentState {
        /// Steps are carried out.
        Running = "running",
        /// All steps are reported; verification is awaited.
        Finished = "finished",
        /// Verification passed.
        Verified = "verified",
        /// It is being taken back.
        RollingBack = "rolling_back",
        /// It was taken back.
        RolledBack = "rolled_back",
        /// Taking it back was given up; what was not taken back stands.
        RollbackFailed = "rollback_failed",
    }
}

/// One change within a deployment, forward or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The change.
    pub change: ChangeId,
    /// Where it stands.
    pub state: StepState,
    /// When it was reported.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: Option<Actor>,
    /// A remark.
    pub note: Option<String>,
}

impl Step {
    /// A step that waits.
    pub fn waiting(change: ChangeId) -> Self {
        Self { change, state: StepState::Waiting, at: None, by: None, note: None }
    }

    /// Whether it may have had an effect.
    pub fn is_reached(&self) -> bool {
        self.state != StepState::Waiting
    }
}

/// A rollback that was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// Why.
    pub reason: String,
    /// By whom.
    pub decided_by: Actor,
    /// When.
    pub decided_at: Timestamp,
    /// The steps back.
    pub steps: Vec<Step>,
    /// Why it was given up before its last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
}

impl Rollback {
    /// Whether a change was taken back.
    pub fn took_back(&self, change: ChangeId) -> bool {
        let done = |step: &Step| step.change == change && step.state == StepState::Done;
        self.steps.iter().any(done)
    }
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Where it stands.
    pub state: DeploymentState,
    /// When it began.
    pub started_at: Timestamp,
    /// Who began it.
    pub started_by: Actor,
    /// When its last step was reported, or its rollback ended.
    pub finished_at: Option<Timestamp>,
    /// The steps in deploy order.
    pub steps: Vec<Step>,
    /// The way back, once decided.
    pub rollback: Option<Rollback>,
}

impl Deployment {
    /// The changes that may have had an effect, in deploy order.
    pub fn reached(&self) -> Vec<ChangeId> {
        self.steps.iter().filter(|step| step.is_reached()).map(|step| step.change).collect()
    }
}
