//! Releases on the wire. `POST/GET /releases`, `GET/PATCH /releases/{id}`,
//! `POST /releases/bulk`,
//! `PUT/DELETE /releases/{id}/changes/{change}`, `PUT /releases/{id}/order`,
//! `POST /releases/{id}/{advance|submit|approve|reject|abstain|schedule|extend|deploy|verify|
//! rollback|close|hold|resume|cancel|clone}`, `PUT /releases/{id}/review`, comments, tasks, watch
//! and links as on changes, `GET /releases/board`. `GET/PATCH /releases/{id}/scope`,
//! `POST /releases/{id}/{freeze|unfreeze}`, `PUT /releases/{id}/dependencies`,
//! `POST /releases/{id}/schedule/preview`, `GET /releases/{id}/readiness`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approval::{Extension, Round};
use crate::calendar::Conflict;
use crate::change::{ChangeRow, Link};
use crate::common::{
    Action, Comment, CountsAs, Hold, Lamp, LampState, Ref, Refusal, Rehearsals, Task, Window, patch,
};
use crate::deployment::{Deployment, UpdatePlan};
use crate::risk::Risk;
use crate::rollback::RollbackPlan;

pub use crate::scope::{
    Contribution, ContributionFields, Frozen, ImpactedService, Included, Neighbour, Outside,
    OutsideFields, ProposedPart, ScopeDocument, ScopeFields, SharedCi, SignOff,
};

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
    #[schema(value_type = Option<PlannedWindow>)]
    pub window: Option<Option<PlannedWindow>>,
}

/// The planned window of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedWindow {
    /// RFC 3339.
    pub start: String,
    /// RFC 3339, after the start; as long after it as the model has it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// IANA zone; UTC when absent.
    #[serde(default = "crate::common::utc")]
    pub zone: String,
}

impl From<Window> for PlannedWindow {
    fn from(window: Window) -> Self {
        Self { start: window.start, end: Some(window.end), zone: window.zone }
    }
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
    /// When, RFC 3339. Where it follows the window that is when it falls now, and is not read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<String>,
    /// So many hours before the window begins: it moves along.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours_before_start: Option<u32>,
    /// So many hours after the window ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours_after_end: Option<u32>,
    /// Whether it was reached.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub reached: bool,
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
    /// The service that runs this version once the release is verified, by id or name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<String>,
    /// The CI that runs it then, by id or name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ci: Option<String>,
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
    /// Those of them that block; the others warn.
    pub conflicts_blocking: u32,
    /// The end of its window, RFC 3339, while work is still under way after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overdue_since: Option<String>,
    /// Where its deployment stands, once it began: a release that was taken back says so here.
    pub deployment: Option<String>,
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
    /// Since when, by whom and why.
    pub hold: Option<Hold>,
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
    /// Where, as it states.
    pub environment: String,
    /// What it counts as, where a CI of its changes stands in a more critical environment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counts_as: Option<CountsAs>,
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
    /// The end of its window, RFC 3339, while work is still under way after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overdue_since: Option<String>,
    /// What the teams that own the affected services say of the window.
    pub window_answers: Vec<WindowAgreement>,
    /// The longer window that is asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
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
    /// Rehearsals of its way back.
    pub rehearsals: Rehearsals,
    /// How status updates are given while it is carried out.
    pub updates: Option<UpdatePlan>,
    /// `successful`, `successful_with_issues`, `partially_successful`, `rolled_back` or `failed`.
    pub outcome: Option<String>,
    /// The outcomes that what happened leaves; none before it is deployed.
    pub outcomes: Vec<String>,
    /// The review it owes or has.
    pub review: Option<Ref>,
    /// By when its review is due, a date; set when it is submitted.
    pub review_due_on: Option<String>,
    /// The lamps from here to done.
    pub route: Vec<Lamp>,
    /// What may be done now.
    pub actions: Vec<Action>,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it was last written, RFC 3339.
    pub updated_at: String,
}

/// What a team that owns affected services says of the window of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WindowAgreement {
    /// The team.
    pub team: Ref,
    /// Its services that the release touches.
    pub services: Vec<Ref>,
    /// `not_asked`, `lapsed`, `asked`, `accepted`, `countered` or `refused`.
    pub state: String,
    /// The window that it was asked about; an answer names it.
    pub window: Option<Window>,
    /// Who asked.
    pub asked_by: Option<String>,
    /// When it was asked, RFC 3339.
    pub asked_at: Option<String>,
    /// What it was told with that.
    pub note: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When, RFC 3339.
    pub answered_at: Option<String>,
    /// Why it answered so.
    pub reason: Option<String>,
    /// The window that would suit it instead.
    pub instead: Option<Window>,
    /// Whether the reader may answer for it.
    pub yours: bool,
}

/// `window/ask`: asks the teams that own the affected services about the window.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AskWindow {
    /// Another window than the planned one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The teams that are asked; every one that does not agree to it yet, when none is named.
    #[schema(max_items = 50)]
    pub teams: Vec<String>,
    /// A word to them.
    #[schema(max_length = 2000)]
    pub note: String,
}

/// `window/accept`, `window/counter`, `window/refuse`: answers for a team.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerWindow {
    /// The team; needed where the reader may answer for more than one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<String>,
    /// The window that was seen: another one that is asked about meanwhile is not answered.
    pub seen: Window,
    /// The window that would suit instead; for `counter`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window: Option<Window>,
    /// Why; needed unless the window is accepted.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// `window/take`: takes the window that a team proposes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeWindow {
    /// The team.
    pub team: String,
}

/// A window that is asked of a team of the reader: one line of the list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AskedWindow {
    /// The release.
    pub release: Ref,
    /// The team.
    pub team: Ref,
    /// The window.
    pub window: Window,
    /// Who asked.
    pub asked_by: String,
    /// When, RFC 3339.
    pub asked_at: String,
    /// What the team was told with that.
    pub note: String,
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

/// The same edit or verb on several releases, each on its own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBulk {
    /// The releases.
    #[schema(min_items = 1, max_items = 200)]
    pub releases: Vec<String>,
    /// New values.
    #[serde(default)]
    pub fields: Option<ReleaseFields>,
    /// Or a verb: `submit`, `hold`, `resume` or `cancel`.
    #[serde(default)]
    pub verb: Option<String>,
    /// The reason the verb asks for.
    #[serde(default)]
    pub reason: Option<String>,
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

/// The releases that must be over before this one; replaces the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependencies {
    /// By number or id.
    #[schema(max_items = 50)]
    pub after: Vec<String>,
}

/// What moving the window would do; nothing is saved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MovePreview {
    /// The window that was asked about.
    pub window: Window,
    /// What would happen.
    pub effect: Effect,
}

/// What a way out would do, found by deciding on a copy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Effect {
    /// Why it cannot be done, when it cannot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Refusal>,
    /// How many things would still block.
    pub blocked: u32,
    /// Minutes to take everything back, as it is.
    pub rollback_minutes_now: u32,
    /// The same as it would be.
    pub rollback_minutes: u32,
    /// The combined tier, as it is.
    pub tier_now: String,
    /// The same as it would be.
    pub tier: String,
    /// How many votes would be void.
    pub votes_voided: u32,
    /// The changes of this release that rest on the one that is dropped.
    pub dependants: Vec<Ref>,
    /// The releases that would have to begin later, directly or through others.
    pub slips: Vec<Slip>,
}

/// A release that would have to begin later.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Slip {
    /// Which.
    pub release: Ref,
    /// Its window.
    pub from: Window,
    /// The earliest in which it is in order again.
    pub to: Window,
    /// The release it has to wait for.
    pub because: Ref,
}

/// The readiness board: everything that the date depends on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// The release.
    pub release: Ref,
    /// Its version.
    pub version: i64,
    /// The date.
    pub window: Option<Window>,
    /// How many things block it.
    pub blocked: u32,
    /// How many things are waited for.
    pub waiting: u32,
    /// Everything, what blocks first.
    pub items: Vec<ReadinessItem>,
}

/// One thing that the date depends on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReadinessItem {
    /// `scope`, `change`, `dependency`, `task`, `conflict`, `approval` or `window`.
    pub kind: String,
    /// The record that it is about.
    pub record: Option<Ref>,
    /// Whether it is ready.
    pub state: LampState,
    /// What says so, what is waited for, or what blocks.
    pub detail: String,
    /// Who must act.
    pub who: Vec<String>,
    /// The ways out, each with what it would do.
    pub ways: Vec<WayOut>,
}

/// A way out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WayOut {
    /// `drop`, `move` or `exception`.
    pub kind: String,
    /// In words.
    pub detail: String,
    /// The change that is dropped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub change: Option<Ref>,
    /// The window that it is moved to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window: Option<Window>,
    /// The exception to ask for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exception: Option<ExceptionOffer>,
    /// What it would do.
    pub effect: Effect,
}

/// The exception that would let the release pass.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExceptionOffer {
    /// The rule.
    pub rule: String,
    /// The record that is to pass.
    pub subject: String,
    /// What the rule holds against it.
    pub with: String,
}
