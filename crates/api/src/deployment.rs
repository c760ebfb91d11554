//! A deployment on the wire, carried out by hand: `POST /releases/{id}/deploy`, then
//! `POST /releases/{id}/deployment/steps/{change}` for each change, then `verify`.
//! `GET /deployments` lists what is under way and what was last, `GET /deployments/{id}` reads
//! that of a release.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Ref, Window};
use crate::rollback::RollbackPlan;

/// The deployment of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// `running`, `finished`, `verified`, `rolling_back`, `rolled_back` or `rollback_failed`.
    pub state: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// Who began it.
    pub started_by: String,
    /// When it ended, RFC 3339.
    pub finished_at: Option<String>,
    /// The changes in deploy order.
    pub steps: Vec<DeploymentStep>,
    /// The rollback, once decided.
    pub rollback: Option<Rollback>,
}

/// A deployment with the release that it carries out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CarriedOut {
    /// The release; it has one deployment, which goes by its number.
    pub release: Ref,
    /// The window.
    pub window: Option<Window>,
    /// What was carried out.
    pub deployment: Deployment,
    /// How to take it back: what was reached, in reverse.
    pub rollback_plan: RollbackPlan,
}

/// One change within a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeploymentStep {
    /// The change.
    pub change: Ref,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    /// When it was reported, RFC 3339.
    pub at: Option<String>,
    /// Who reported it.
    pub by: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// A report on one step, forward or back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepReport {
    /// `done` or `failed`.
    pub result: String,
    /// A remark; required when it failed.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// A rollback that was decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rollback {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When, RFC 3339.
    pub decided_at: String,
    /// The reached changes in reverse order.
    pub steps: Vec<DeploymentStep>,
    /// Why it was given up before its last step.
    pub given_up: Option<String>,
}

/// A line of the deployments page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeploymentRow {
    /// The release.
    pub release: Ref,
    /// Its type.
    #[serde(rename = "type")]
    pub release_type: String,
    /// As in [`Deployment::state`].
    pub state: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// The window.
    pub window: Option<Window>,
    /// Steps done.
    pub done: u32,
    /// Steps failed.
    pub failed: u32,
    /// Steps in all.
    pub total: u32,
}
