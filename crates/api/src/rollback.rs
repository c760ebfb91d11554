//! A rollback plan on the wire: what taking a release back would do, compiled from what was reached
//! (or from the whole scope before deployment), in reverse. `POST /releases/{id}/rollback` decides
//! it, `POST /releases/{id}/rollback/steps/{change}` reports each step of the checklist.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;

/// What taking the release back would do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RollbackPlan {
    /// The changes in the order they are taken back.
    pub steps: Vec<RollbackStep>,
    /// Minutes of all steps together.
    pub minutes: u32,
    /// The last moment at which it still fits in the window, RFC 3339.
    pub latest_start: Option<String>,
    /// What cannot be undone, change by change; shown first.
    pub cannot_be_undone: Vec<CannotBeUndone>,
    /// What is known of the limits of the services that are touched, such as messages that stay
    /// sent.
    pub known_limits: Vec<KnownLimits>,
    /// Changes whose plan is missing.
    pub missing: Vec<Ref>,
}

/// One step back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RollbackStep {
    /// The change.
    pub change: Ref,
    /// How.
    pub plan: String,
    /// How long.
    pub minutes: u32,
    /// True when it was begun and not reported: check what it did, and take that back.
    pub uncertain: bool,
}

/// What cannot be undone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CannotBeUndone {
    /// The change.
    pub change: Ref,
    /// In words.
    pub what: String,
}

/// What is known of a service's limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownLimits {
    /// The service.
    pub service: Ref,
    /// In words.
    pub what: String,
}
