//! A deployment carried out by hand: the changes of a release in deploy order, each reported done
//! or failed, and the way back once it is decided. Whoever reports a step as done goes on to the
//! next, so the step whose turn it is counts as begun: it may have had an effect that nobody has
//! reported yet.
//!
//! Invariants: 1. a step is reported once; 2. a rollback holds exactly the steps that were reported
//! or begun, in reverse; 3. nothing goes forward once a rollback is decided; 4. a rollback ends
//! with its last step, or is given up with a reason after a step failed.

mod event;
mod report;
mod update;

use kernel::{Actor, ChangeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vocabulary::words;

pub use event::{DeploymentEvent, evolve};
pub use report::{
    Named, Refusal, decide_rollback, finish, give_up, report, report_back, report_back_of_run,
    report_of_run, take_back, verify,
};
pub use update::{
    EVERY_MINUTES_MAX, PLACEHOLDERS, UPDATES_MAX, Update, UpdatePlan, remind_of_update, send_update,
};

words! {
    /// Where a step stands.
    StepState {
        /// Not reported.
        Waiting = "waiting",
        /// Carried out.
        Done = "done",
        /// Tried, and failed.
        Failed = "failed",
        /// Found untouched on the way back: it was never begun.
        NotBegun = "not_begun",
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

impl DeploymentState {
    /// Whether someone is still to act, forward or back.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Finished | Self::RollingBack)
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

    /// Whether it was said what became of it.
    pub fn is_reported(&self) -> bool {
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
    /// The status updates that were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<Update>,
    /// When its owner was last reminded of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_reminded_at: Option<Timestamp>,
}

/// What became of a change once its deployment is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Carried out.
    CarriedOut,
    /// It failed, or was to be taken back, and stands as it is.
    Stands,
    /// Taken back.
    TakenBack,
    /// Never begun.
    NotBegun,
}

impl Deployment {
    /// The changes that may have had an effect, in deploy order: every one up to the last that was
    /// reported, and the one after it, which was begun then; after a failure nobody goes on.
    pub fn reached(&self) -> Vec<ChangeId> {
        let last = self.steps.iter().rposition(Step::is_reported);
        let reached = match last {
            Some(last) if self.steps[last].state == StepState::Failed => last + 1,
            Some(last) => last + 2,
            None => 1,
        };
        self.steps.iter().take(reached).map(|step| step.change).collect()
    }

    /// The change whose turn it is, forward or back.
    pub fn current(&self) -> Option<ChangeId> {
        let steps = self.rollback.as_ref().map_or(&self.steps, |rollback| &rollback.steps);
        steps.iter().find(|step| !step.is_reported()).map(|step| step.change)
    }

    /// Whether a change was begun and not reported, so that nobody knows what it did.
    pub fn is_uncertain(&self, change: ChangeId) -> bool {
        let is_step = |step: &&Step| step.change == change;
        let unreported = self.steps.iter().find(is_step).is_some_and(|step| !step.is_reported());
        let reached = || match &self.rollback {
            // Until it turns out that it never was.
            Some(rollback) => rollback
                .steps
                .iter()
                .any(|step| step.change == change && step.state != StepState::NotBegun),
            None => self.reached().contains(&change),
        };
        unreported && reached()
    }

    /// Whether a change of it failed, the last time that it was tried.
    pub fn has_failed(&self) -> bool {
        self.steps.iter().any(|step| step.state == StepState::Failed)
    }

    /// What became of a change. Of one that was to be taken back and was not, it stands.
    pub fn fate(&self, change: ChangeId) -> Fate {
        let of = |step: &&Step| step.change == change;
        let state = |steps: &[Step]| steps.iter().find(of).map(|step| step.state);
        let back = self.rollback.as_ref().map(|rollback| state(&rollback.steps));
        match (back, state(&self.steps).unwrap_or(StepState::Waiting)) {
            (Some(Some(StepState::Done)), _) => Fate::TakenBack,
            (Some(Some(StepState::NotBegun)), _) => Fate::NotBegun,
            (Some(Some(StepState::Waiting | StepState::Failed)), _) => Fate::Stands,
            // Left out of a way back that covers a part.
            (None | Some(None), StepState::Done) => Fate::CarriedOut,
            (None | Some(None), StepState::Failed) => Fate::Stands,
            (None | Some(None), StepState::Waiting | StepState::NotBegun) => Fate::NotBegun,
        }
    }
}
