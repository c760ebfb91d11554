//! What happens to a deployment. Its release embeds each under a name of its own.

use kernel::{ChangeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::Stamp;
use crate::deployment::{Deployment, DeploymentState, Rollback, Step, StepState, Update};

/// An event of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentEvent {
    /// It began.
    Started {
        /// The changes in deploy order.
        changes: Vec<ChangeId>,
        /// The exceptions that it needed, `EXC-…`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        under: Vec<String>,
    },
    /// A step was reported.
    StepReported {
        /// The change.
        change: ChangeId,
        /// How it went.
        state: StepState,
        /// A remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// All steps are reported.
    Finished {},
    /// Verification passed.
    Verified {
        /// What was checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It is taken back.
    RollbackDecided {
        /// Why.
        reason: String,
        /// The reached changes in reverse.
        changes: Vec<ChangeId>,
    },
    /// A step back was reported.
    StepBackReported {
        /// The change.
        change: ChangeId,
        /// How it went.
        state: StepState,
        /// A remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Every step back is reported.
    RolledBack {},
    /// A status update was given.
    UpdateSent {
        /// What it said.
        text: String,
    },
    /// A status update is due and was not given: its owner is reminded.
    UpdateOverdue {
        /// Since when.
        due: Timestamp,
    },
    /// The way back ended before its last step: what was not taken back stands.
    RollbackFailed {
        /// Why.
        reason: String,
    },
}

/// The deployment after an event.
pub fn evolve(
    deployment: Option<Deployment>,
    event: &DeploymentEvent,
    stamp: &Stamp,
) -> Option<Deployment> {
    if let DeploymentEvent::Started { changes, .. } = event {
        return Some(Deployment {
            state: DeploymentState::Running,
            started_at: stamp.at,
            started_by: stamp.by.clone(),
            finished_at: None,
            steps: changes.iter().copied().map(Step::waiting).collect(),
            rollback: None,
            updates: Vec::new(),
            update_reminded_at: None,
        });
    }
    let mut deployment = deployment?;
    match event {
        DeploymentEvent::Started { .. } => {}
        DeploymentEvent::StepReported { change, state, note } => {
            mark(&mut deployment.steps, *change, *state, note.as_deref(), stamp);
        }
        DeploymentEvent::Finished {} => {
            deployment.state = DeploymentState::Finished;
            deployment.finished_at = Some(stamp.at);
        }
        DeploymentEvent::Verified { .. } => deployment.state = DeploymentState::Verified,
        DeploymentEvent::RollbackDecided { reason, changes } => {
            deployment.state = DeploymentState::RollingBack;
            deployment.rollback = Some(Rollback {
                reason: reason.clone(),
                decided_by: stamp.by.clone(),
                decided_at: stamp.at,
                steps: changes.iter().copied().map(Step::waiting).collect(),
                given_up: None,
            });
        }
        DeploymentEvent::StepBackReported { change, state, note } => {
            if let Some(rollback) = &mut deployment.rollback {
                mark(&mut rollback.steps, *change, *state, note.as_deref(), stamp);
            }
        }
        DeploymentEvent::UpdateSent { text } => deployment.updates.push(Update {
            at: stamp.at,
            by: stamp.by.clone(),
            text: text.clone(),
        }),
        DeploymentEvent::UpdateOverdue { .. } => deployment.update_reminded_at = Some(stamp.at),
        DeploymentEvent::RolledBack {} => {
            deployment.state = DeploymentState::RolledBack;
            deployment.finished_at = Some(stamp.at);
        }
        DeploymentEvent::RollbackFailed { reason } => {
            deployment.state = DeploymentState::RollbackFailed;
            deployment.finished_at = Some(stamp.at);
            if let Some(rollback) = &mut deployment.rollback {
                rollback.given_up = Some(reason.clone());
            }
        }
    }
    Some(deployment)
}

fn mark(steps: &mut [Step], change: ChangeId, state: StepState, note: Option<&str>, stamp: &Stamp) {
    if let Some(step) = steps.iter_mut().find(|step| step.change == change) {
        step.state = state;
        step.at = Some(stamp.at);
        step.by = Some(stamp.by.clone());
        step.note = note.map(str::to_owned);
    }
}
