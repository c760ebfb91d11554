//! Releases on the wire. `POST/GET /releases`, `GET/PATCH /releases/{id}`,
//! `PUT/DELETE /releases/{id}/changes/{change}`, `PUT /releases/{id}/order`,
//! `POST /releases/{id}/{advance|submit|approve|reject|abstain|schedule|extend|deploy|verify|
//! rollback|close|hold|resume|cancel|clone}`, `PUT /releases/{id}/review`, comments, tasks, watch
//! and links as on changes, `GET /releases/board`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approval::Round;
use crate::calendar::Conflict;
use crate::change::{ChangeRow, Link};
use crate::common::{Action, Comment, Lamp, Ref, Task, Window, patch};
use crate::deployment::Deployment;
use crate::risk::Risk;
use crate::rollback::RollbackPlan;

/// The fields of a release that people write. A new release needs `title` and `type`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseFields {
    /// What, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// The model: `major`, `minor`, `emergency`; fixed at creation.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub release_type: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub description: Option<String>,
    /// The objectives, one a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub objectives: Option<Vec<String>>,
    /// The success measures with their targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub kpis: Option<Vec<Kpi>>,
    /// The milestones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub milestones: Option<Vec<Milestone>>,
    /// People and things needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub resources: Option<String>,
    /// How it is rolled out, in phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub rollout: Option<String>,
    /// What is done when it does not go as planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub contingency: Option<String>,
    /// How the bundle as a whole is taken back, beyond each change's own plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub rollback_note: Option<String>,
    /// Where: `production`, `staging`, `test` or `development`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Who answers for it, by id or login.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// Who leads it, by id or login.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub release_manager: Option<Option<String>>,
    /// The owning team, by id or name.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<String>>,
    /// Who else takes part, and as what.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub members: Option<Vec<Member>>,
    /// What is shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub package: Option<Vec<PackageItem>>,
    /// Regulatory tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub tags: Option<Vec<String>>,
    /// The planned window; null for none.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Window>)]
    pub window: Option<Option<Window>>,
}

/// A measure of success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Kpi {
    /// What is measured.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The value that counts as success.
    #[schema(max_length = 200)]
    pub target: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// What is reached.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// When, RFC 3339.
    pub at: String,
}

/// A member of the release team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The person, by id or login.
    pub person: String,
    /// As what.
    #[schema(max_length = 200)]
    pub role: String,
    /// The name, in answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// An item of the package. Hardware and configuration carry no digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageItem {
    /// `artifact`, `hardware` or `configuration`.
    pub kind: String,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The version it makes available.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub version: String,
    /// Such as `sha256:…`; required of an artifact on submission.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(max_length = 200)]
    pub digest: Option<String>,
}

/// One line of the list of releases, and one card of the board.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRow {
    /// Its id.
    pub id: String,
    /// `REL-…`.
    pub number: String,
    /// What, in one line.
    pub title: String,
    /// The model.
    #[serde(rename = "type")]
    pub release_type: String,
    /// `planning`, `build`, `test`, `approval`, `deployment`, `verification`, `review`, `closed`,
    /// `cancelled`.
    pub phase: String,
    /// The model's own state within the phase.
    pub state: String,
    /// True while it is on hold.
    pub held: bool,
    /// True once the go is given.
    pub approved: bool,
    /// True once its window is committed.
    pub scheduled: bool,
    /// Who answers for it.
    pub owner: Option<Ref>,
    /// The owning team.
    pub team: Option<Ref>,
    /// The window.
    pub window: Option<Window>,
    /// How many changes it carries.
    pub changes: u32,
    /// The combined tier.
    pub tier: Option<String>,
    /// Open conflicts.
    pub conflicts_open: u32,
    /// How it ended.
    pub outcome: Option<String>,
    /// When it was last written, RFC 3339.
    pub updated_at: String,
}

/// A release, whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// `REL-…`.
    pub number: String,
    /// Its version; send it as `If-Match`.
    pub version: i64,
    /// What, in one line.
    pub title: String,
    /// The model.
    #[serde(rename = "type")]
    pub release_type: String,
    /// The model's version pinned on this release.
    pub model_version: String,
    /// The phase.
    pub phase: String,
    /// The model's own state within the phase.
    pub state: String,
    /// All states of the model in order, with their phase.
    pub states: Vec<ModelState>,
    /// True while it is on hold.
    pub held: bool,
    /// True once the go is given.
    pub approved: bool,
    /// True once its window is committed.
    pub scheduled: bool,
    /// What it is for.
    pub description: String,
    /// The objectives.
    pub objectives: Vec<String>,
    /// The measures of success.
    pub kpis: Vec<Kpi>,
    /// The milestones.
    pub milestones: Vec<Milestone>,
    /// People and things needed.
    pub resources: String,
    /// How it is rolled out.
    pub rollout: String,
    /// What is done when it does not go as planned.
    pub contingency: String,
    /// How the bundle as a whole is taken back.
    pub rollback_note: String,
    /// Where.
    pub environment: String,
    /// Who created it.
    pub requester: Option<Ref>,
    /// Who answers for it.
    pub owner: Option<Ref>,
    /// Who leads it.
    pub release_manager: Option<Ref>,
    /// The owning team.
    pub team: Option<Ref>,
    /// Who else takes part.
    pub members: Vec<Member>,
    /// What is shipped.
    pub package: Vec<PackageItem>,
    /// Regulatory tags.
    pub tags: Vec<String>,
    /// The window.
    pub window: Option<Window>,
    /// The changes in deploy order.
    pub changes: Vec<ChangeRow>,
    /// The combined risk.
    pub risk: Risk,
    /// The approval rounds, newest first.
    pub rounds: Vec<Round>,
    /// The conflicts, open ones first.
    pub conflicts: Vec<Conflict>,
    /// What taking it back would do, compiled in reverse.
    pub rollback_plan: RollbackPlan,
    /// The deployment, once begun.
    pub deployment: Option<Deployment>,
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The remarks, oldest first.
    pub comments: Vec<Comment>,
    /// Who watches it.
    pub watchers: Vec<Ref>,
    /// True when the reader watches it.
    pub watched: bool,
    /// Links to other records.
    pub links: Vec<Link>,
    /// `successful`, `successful_with_issues`, `partially_successful`, `rolled_back` or `failed`.
    pub outcome: Option<String>,
    /// The review it owes or has.
    pub review: Option<Ref>,
    /// The lamps from here to done.
    pub route: Vec<Lamp>,
    /// What may be done now.
    pub actions: Vec<Action>,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it was last written, RFC 3339.
    pub updated_at: String,
}

/// A state of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelState {
    /// What it is called.
    pub name: String,
    /// The phase it belongs to.
    pub phase: String,
}

/// The deploy order, all changes of the release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The changes, first to deploy first.
    #[schema(max_items = 200)]
    pub changes: Vec<String>,
}

/// `verify`: from deployment to verification, then with `passed` to review.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Verify {
    /// Whether verification passed; asked in the verification phase.
    pub passed: Option<bool>,
    /// What was checked.
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// `close`: how the release ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Close {
    /// `successful`, `successful_with_issues`, `partially_successful`, `rolled_back` or `failed`.
    pub outcome: Option<String>,
    /// A remark.
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// The board: releases by phase, at most fifty a column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// The columns in the order of the work.
    pub columns: Vec<BoardColumn>,
}

/// A column of the board.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BoardColumn {
    /// The phase.
    pub phase: String,
    /// The cards.
    pub releases: Vec<ReleaseRow>,
    /// True when there are more than are shown.
    pub more: bool,
}
