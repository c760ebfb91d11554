//! A deployment on the wire, carried out by hand: `POST /releases/{id}/deploy`, then
//! `POST /releases/{id}/deployment/steps/{change}` for each change, then `verify`.
//! `GET /deployments?state=&under_way=` lists what is under way and what was last,
//! `GET /deployments/{id}` reads that of a release.

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
    /// `waiting`, `done`, `failed`, or on the way back `not_begun`.
    pub state: String,
    /// True when it was begun and not reported: nobody knows what it did. On the way back it is
    /// checked first.
    pub uncertain: bool,
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
    /// `done` or `failed`; on the way back of a step that is `uncertain` also `not_begun`, when
    /// there turns out to be nothing to take back.
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
    /// The changes that were reported or begun, in reverse order.
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
    /// The change whose turn it is, forward or back, while it is under way.
    pub current: Option<Ref>,
    /// True when the reader carries out one of its changes, owns or leads the release, or owns a
    /// service that it touches; only told while it is under way.
    pub yours: bool,
}
