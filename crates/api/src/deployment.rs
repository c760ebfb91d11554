//! A deployment on the wire, carried out by hand: `POST /releases/{id}/deploy`, then
//! `POST /releases/{id}/deployment/steps/{change}` for each change, then `verify`. A release with a
//! plan, `PUT /releases/{id}/plan`, is carried out by a run instead, which is steered by
//! `POST /deployments/{id}/{verb}`; `POST /deployments/{id}/rollback/preview` changes nothing.
//! `GET /deployments?state=&under_way=` lists what is under way and what was last,
//! `GET /deployments/{id}` reads that of a release.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, Refusal, Rehearsals, Window};
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
    /// Rehearsals of the way back.
    pub rehearsals: Rehearsals,
    /// Status updates.
    pub updates: Updates,
    /// The run that carries it out; absent when it is carried out by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<Run>,
}

/// How status updates are given while a release is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePlan {
    /// How often, in minutes.
    pub every_minutes: u32,
    /// Where they stand, such as a channel or an address.
    #[schema(max_length = 200)]
    pub place: String,
    /// For whom.
    #[schema(max_length = 200)]
    pub audience: String,
    /// What they say, with words in braces for what is known: `{release}`, `{title}`, `{state}`,
    /// `{done}`, `{total}`, `{now}`, `{minutes_back}`, `{window_end}`.
    #[schema(max_length = 4000)]
    pub template: String,
}

/// Sets how status updates are given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatesFields {
    /// How; without it none are given.
    #[serde(default)]
    pub plan: Option<UpdatePlan>,
}

/// A status update to give.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendUpdate {
    /// What it says; what the template says now when absent.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub text: Option<String>,
}

/// The status updates of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Updates {
    /// How they are given; absent when nothing was said.
    pub plan: Option<UpdatePlan>,
    /// Who is reminded of one that was not given: the owner of the release.
    pub owner: Option<Ref>,
    /// When the next one is due, RFC 3339.
    pub due_at: Option<String>,
    /// True when the owner was reminded of one that was not given since.
    pub overdue: bool,
    /// What the next one would say now.
    pub draft: String,
    /// Those that were given, the newest first.
    pub sent: Vec<StatusUpdate>,
}

/// A status update that was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusUpdate {
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What it said.
    pub text: String,
}

/// The plan file of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanText {
    /// The file, as TOML. Without one, or with an empty one, the release is carried out by hand.
    #[serde(default)]
    #[schema(max_length = 100_000)]
    pub text: Option<String>,
}

/// A plan file and what is wrong with it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanDocument {
    /// The file; absent when the release is carried out by hand.
    pub text: Option<String>,
    /// What is wrong with it, as the changes of the release are now.
    pub flaws: Vec<PlanFlaw>,
}

/// Something that a plan cannot have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanFlaw {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong, and how to mend it.
    pub detail: String,
}

/// A run that carries a deployment out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// `running`, `finished`, `stopped`, `rolling_back`, `rolled_back` or `given_up`.
    pub phase: String,
    /// True while nothing new is begun.
    pub paused: bool,
    /// Why it ends before its time.
    pub ending: Option<String>,
    /// The decision that is asked for.
    pub decision: Option<RunDecision>,
    /// What only a person can give.
    pub waits: Vec<RunWait>,
    /// The steps, in the plan's order.
    pub steps: Vec<RunStep>,
    /// What was reached and stands, once it is taken back.
    pub stands: Vec<RunStands>,
    /// Minutes until the last step is done, on the longest way.
    pub minutes_forward: i64,
    /// Minutes that taking it back takes, as far as that can be done.
    pub minutes_back: i64,
    /// The last moment at which a way back still fits into the window, RFC 3339.
    pub rollback_fits_until: Option<String>,
    /// Minutes until the first point of no return can be reached, if one lies ahead.
    pub minutes_to_point_of_no_return: Option<i64>,
    /// True while its triggers are watched: until it is taken back, or its effect was verified.
    pub watched: bool,
    /// What is watched in the background.
    pub triggers: Vec<RunTrigger>,
    /// The keys of the steps that are taken back, once that was decided, in the order in which it
    /// begins.
    pub taken_back: Vec<String>,
    /// What taking it back as far as can be would do now.
    pub way_back: RunWayBack,
    /// `pause`, `resume`, `abort`, `alarm`, `decide`, `rollback` and `give_up`, each with whether
    /// the reader may do it now.
    pub actions: Vec<Action>,
}

/// Something that is watched in the background of a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunTrigger {
    /// Its key.
    pub key: String,
    /// What is looked at, in words.
    pub what: String,
    /// `good`, `bad` or `no_data`; absent until it was looked at.
    pub value: Option<String>,
    /// Since when it is so, RFC 3339.
    pub since: Option<String>,
    /// What was seen then.
    pub note: Option<String>,
    /// What follows when it stays bad: `rollback`, `ask` or `note`.
    pub on_bad: String,
    /// For how long it has to be bad.
    pub bad_seconds: u32,
    /// What follows when nothing is known of it for long: `rollback`, `ask` or `note`.
    pub on_no_data: String,
    /// For how long nothing has to be known of it.
    pub no_data_seconds: u32,
    /// When that follows, should it stay as it is, RFC 3339.
    pub fires_at: Option<String>,
    /// Whether that followed already.
    pub fired: bool,
}

/// What taking a run back would do. Nothing is decided by asking.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunWayBack {
    /// The keys of the steps that would be taken back, in the order in which that begins.
    pub steps: Vec<String>,
    /// What was reached and would stand.
    pub stands: Vec<RunStands>,
    /// The changes that go with those that were named, because they need them.
    pub dragged: Vec<String>,
    /// Minutes that it takes, on the longest way.
    pub minutes: i64,
    /// Why it cannot be decided so, when it cannot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Refusal>,
}

/// A decision about a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunDecision {
    /// Why it is asked for.
    pub why: Vec<String>,
    /// Who decides: the owner of the release.
    pub owner: Option<Ref>,
    /// Since when, RFC 3339.
    pub asked_at: String,
    /// Until when, RFC 3339.
    pub until: String,
    /// What happens then: `continue` or `rollback`.
    pub default: String,
}

/// Something that a run waits for from a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunWait {
    /// `decision`, `act` (do a step and report it), `tell` (say what became of a step), `mend`
    /// (retry or skip a step back that failed, or give up) or `resume`.
    pub what: String,
    /// The step.
    pub step: Option<String>,
    /// `forward` or `back`.
    pub way: Option<String>,
    /// Which attempt; a report names it.
    pub attempt: Option<u32>,
}

/// A step of a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunStep {
    /// Its key.
    pub key: String,
    /// `http`, `weight`, `command`, `wait`, `manual`, `signoff`, `probe`, `query` or `notice`.
    pub kind: String,
    /// The change that it belongs to.
    pub change: Option<String>,
    /// The steps that are done before.
    pub needs: Vec<String>,
    /// What a person is to do.
    pub text: Option<String>,
    /// `nothing`, `reversible`, `compensating`, `irreversible` or `point_of_no_return`.
    pub undo: String,
    /// What a person is to do to take it back, or why it cannot be.
    pub undo_text: Option<String>,
    /// How it went.
    pub forward: RunLeg,
    /// How taking it back went; absent when it is not taken back.
    pub back: Option<RunLeg>,
    /// What can be answered about it now: `done`, `failed` and `not_begun` are results of a report,
    /// beside `retry` and `skip`; each with whether the reader may.
    pub actions: Vec<Action>,
}

/// A step, one way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunLeg {
    /// `waiting`, `running`, `uncertain`, `retrying`, `done`, `failed`, `skipped` or `not_begun`.
    pub state: String,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When the last one began, RFC 3339.
    pub started_at: Option<String>,
    /// When it came to where it stands, RFC 3339.
    pub at: Option<String>,
    /// When something happens by itself: it counts as lost, is over, or is tried again. RFC 3339.
    pub next_at: Option<String>,
    /// What came of it, or why.
    pub note: Option<String>,
}

/// A step that stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunStands {
    /// Its key.
    pub step: String,
    /// Why it cannot be taken back.
    pub why: String,
}

/// Which step of a run is meant, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepAsk {
    /// Its key.
    pub step: String,
    /// Why; required to skip it.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
}

/// The answer to a decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRun {
    /// `continue` or `rollback`.
    pub choice: String,
    /// Why; required.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
}

/// How far a run is taken back, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackRun {
    /// The changes that are taken back, with those they drag along; all of them when absent.
    #[serde(default)]
    pub changes: Option<Vec<String>>,
    /// True to take back what comes behind a point of no return that was reached.
    #[serde(default)]
    pub as_far_as_possible: bool,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
}

/// What a person says about a step of a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRun {
    /// Its key.
    pub step: String,
    /// `forward` or `back`; the way that the run goes when absent.
    #[serde(default)]
    pub way: Option<String>,
    /// Which attempt; the last one when absent.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// `done`, `failed` or `not_begun`.
    pub result: String,
    /// A remark; required when it failed.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
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
    /// What its run asks to be decided; only told while it is under way.
    pub decision: Option<RunDecision>,
    /// What its run waits for from the reader, in sentences: a step that takes a role of theirs,
    /// and where they own the release each that waits for a person; only told while it is under
    /// way.
    pub waits: Vec<String>,
    /// True when a status update is due that was not given; only told while it is under way.
    pub update_overdue: bool,
    /// True when the reader carries out one of its changes, owns or leads the release, owns a
    /// service that it touches, or is waited for; only told while it is under way.
    pub yours: bool,
}
