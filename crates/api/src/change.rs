//! Changes on the wire. `POST/GET /changes`, `GET/PATCH /changes/{id}`,
//! `GET /changes/{id}/advice`,
//! `POST /changes/{id}/{submit|assess|approve|reject|schedule|start|extend|complete|close|hold|
//! resume|cancel|clone}`, `POST /changes/{id}/schedule/preview`, `POST /changes/{id}/comments`,
//! `POST /changes/{id}/tasks`,
//! `PATCH/DELETE /changes/{id}/tasks/{number}`, `PUT/DELETE /changes/{id}/watch`,
//! `PUT /changes/{id}/links`, `POST /changes/bulk`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approval::{Extension, Round};
use crate::common::{
    Action, Artifact, Comment, CountsAs, Hold, Lamp, Ref, Refusal, Rehearsals, Task, Window, patch,
};
use crate::risk::Risk;

/// The fields of a change that people write. A new change needs `title` and `type`; a submission
/// needs the rest that its type asks for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeFields {
    /// What, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// `standard`, `normal` or `emergency`; fixed once submitted.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// What is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub description: Option<String>,
    /// Why it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub reason: Option<String>,
    /// `application`, `infrastructure`, `hardware`, `data`, `configuration` or `third_party`;
    /// null for none yet.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub category: Option<Option<String>>,
    /// Services touched, by id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub services: Option<Vec<String>>,
    /// CIs touched, by id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 2000)]
    pub cis: Option<Vec<String>>,
    /// Where: `production`, `staging`, `test` or `development`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// `none`, `degraded` or `outage`, as customers meet it; null for not said.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub customer_impact: Option<Option<String>>,
    /// Expected outage per service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub outages: Option<Vec<Outage>>,
    /// People needed; null for not said.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub people_needed: Option<Option<u32>>,
    /// Effort in minutes; null for not said.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub effort_minutes: Option<Option<u32>>,
    /// Who does it, by id or login; null for nobody yet.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub implementer: Option<Option<String>>,
    /// The team that owns it, by id or name; null for none.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<String>>,
    /// How it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub implementation_plan: Option<String>,
    /// How success is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub test_plan: Option<String>,
    /// How it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub backout_plan: Option<String>,
    /// How long taking it back takes.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub backout_minutes: Option<Option<u32>>,
    /// What cannot be undone, in words; empty when all can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub cannot_be_undone: Option<String>,
    /// Regulatory tags, such as `SOX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub tags: Option<Vec<String>>,
    /// What it ships, to the byte: the gate lets nothing else through for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub artifacts: Option<Vec<Artifact>>,
    /// The planned window; null for none. A change in a release takes the release's.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Window>)]
    pub window: Option<Option<Window>>,
}

/// Expected outage of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// The service, by id or name.
    pub service: String,
    /// How long.
    pub minutes: u32,
}

/// One line of the list of changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeRow {
    /// Its id.
    pub id: String,
    /// `CHG-…`.
    pub number: String,
    /// What, in one line.
    pub title: String,
    /// `standard`, `normal` or `emergency`.
    #[serde(rename = "type")]
    pub change_type: String,
    /// `draft`, `assess`, `authorise`, `scheduled`, `implement`, `review`, `closed`, `cancelled`.
    pub phase: String,
    /// True while it is on hold.
    pub held: bool,
    /// `low`, `moderate`, `high` or `very_high`, once assessed.
    pub tier: Option<String>,
    /// Where.
    pub environment: String,
    /// The owning team.
    pub team: Option<Ref>,
    /// Who asked.
    pub requester: Option<Ref>,
    /// Who does it.
    pub implementer: Option<Ref>,
    /// The release it travels in.
    pub release: Option<Ref>,
    /// The window in force.
    pub window: Option<Window>,
    /// The end of its window, RFC 3339, while work is still under way after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overdue_since: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Open conflicts.
    pub conflicts_open: u32,
    /// Those of them that block; the others warn.
    pub conflicts_blocking: u32,
    /// True when customers meet it and it travels in no release.
    pub outside_release: bool,
    /// The record's number in the system it was imported from.
    pub source_number: Option<String>,
    /// When it was last written, RFC 3339.
    pub updated_at: String,
}

/// A change, whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// `CHG-…`.
    pub number: String,
    /// Its version; send it as `If-Match`.
    pub version: i64,
    /// What, in one line.
    pub title: String,
    /// `standard`, `normal` or `emergency`.
    #[serde(rename = "type")]
    pub change_type: String,
    /// `draft`, `assess`, `authorise`, `scheduled`, `implement`, `review`, `closed`, `cancelled`.
    pub phase: String,
    /// True while it is on hold.
    pub held: bool,
    /// Since when, by whom and why.
    pub hold: Option<Hold>,
    /// What is done.
    pub description: String,
    /// Why it is done.
    pub reason: String,
    /// `application`, `infrastructure`, `hardware`, `data`, `configuration`, `third_party`.
    pub category: Option<String>,
    /// Services touched.
    pub services: Vec<Ref>,
    /// The first hundred CIs touched; the rest at `GET /changes/{id}/cis`.
    pub cis: Vec<Ref>,
    /// How many CIs are touched.
    pub cis_total: u32,
    /// Where, as it states.
    pub environment: String,
    /// What it counts as, where one of its CIs stands in a more critical environment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counts_as: Option<CountsAs>,
    /// `none`, `degraded` or `outage`.
    pub customer_impact: Option<String>,
    /// Expected outage per service.
    pub outages: Vec<Outage>,
    /// People needed.
    pub people_needed: Option<u32>,
    /// Effort in minutes.
    pub effort_minutes: Option<u32>,
    /// Who asked.
    pub requester: Option<Ref>,
    /// Who does it.
    pub implementer: Option<Ref>,
    /// The owning team.
    pub team: Option<Ref>,
    /// How it is done.
    pub implementation_plan: String,
    /// How success is checked.
    pub test_plan: String,
    /// How it is taken back.
    pub backout_plan: String,
    /// How long taking it back takes.
    pub backout_minutes: Option<u32>,
    /// What cannot be undone.
    pub cannot_be_undone: String,
    /// Regulatory tags.
    pub tags: Vec<String>,
    /// What it ships.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub artifacts: Vec<Artifact>,
    /// How it was found done without authority.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unauthorised: Option<String>,
    /// The window in force.
    pub window: Option<Window>,
    /// The release it travels in.
    pub release: Option<Ref>,
    /// The recorded risk, once assessed; a live preview before.
    pub risk: Risk,
    /// The approval rounds, newest first.
    pub rounds: Vec<Round>,
    /// The end of its window, RFC 3339, while work is still under way after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overdue_since: Option<String>,
    /// The longer window that is asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
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
    /// When work began, RFC 3339.
    pub started_at: Option<String>,
    /// When work ended, RFC 3339.
    pub finished_at: Option<String>,
    /// How it ended: `successful`, `successful_with_issues`, `partially_successful`,
    /// `failed_backed_out`, `failed_not_backed_out`.
    pub outcome: Option<String>,
    /// The remark at the end.
    pub outcome_note: Option<String>,
    /// The review it owes or has.
    pub review: Option<Ref>,
    /// Where it came from, when it was imported.
    pub imported: Option<Imported>,
    /// The lamps from here to done.
    pub route: Vec<Lamp>,
    /// What may be done now.
    pub actions: Vec<Action>,
    /// When it was raised, RFC 3339.
    pub created_at: String,
    /// When it was last written, RFC 3339.
    pub updated_at: String,
}

/// Where an imported record came from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The system, as the mapping names it.
    pub source: String,
    /// The record's number there.
    pub number: String,
    /// The zone of the source's wall times.
    pub zone: String,
}

/// A link to a record here or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// `incident`, `problem`, `request`, `knowledge`, `commit`, `pull_request`, `build`,
    /// `artifact` or `ticket`.
    pub kind: String,
    /// A number here (`INC-7`) or the name elsewhere.
    #[schema(min_length = 1, max_length = 200)]
    pub target: String,
    /// An http or https address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// Of a problem or a request: to whom it is told that the work is done. A login here, or an
    /// e-mail address, is told by a notice; for any other name a person does that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(max_length = 200)]
    pub tell: Option<String>,
    /// Of a problem or a request: whether they were told, or the problem moved on. It is ticked off
    /// once the work has been completed successfully.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub done: bool,
    /// Who was told by a notice, and when; what a request says here is left aside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(read_only)]
    pub told: Option<LinkTold>,
    /// Why no notice reached them, as long as nobody ticked it off; what a request says here is
    /// left aside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(read_only)]
    pub untold: Option<LinkUntold>,
}

/// That no notice reached someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkUntold {
    /// Why.
    pub reason: String,
    /// What was written for them, and can be sent again: `POST /notices/{id}/retry`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notice: Option<String>,
}

/// Who was told that the work is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkTold {
    /// Their name, or their address.
    pub whom: String,
    /// When.
    pub at: String,
}

impl Link {
    /// A link to something, without more.
    pub fn new(kind: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            target: target.into(),
            url: None,
            tell: None,
            done: false,
            told: None,
            untold: None,
        }
    }
}

/// The links of a record, all of them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// The links.
    #[schema(max_items = 100)]
    pub links: Vec<Link>,
}

/// `schedule`: sets or moves the window. Without one the planned window is taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// The window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// What moving the window would do; nothing is saved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeMovePreview {
    /// The window that was asked about.
    pub window: Window,
    /// What would happen.
    pub effect: ChangeMoveEffect,
}

/// What moving a change would do, found by deciding on a copy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeMoveEffect {
    /// Why it cannot be done, when it cannot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Refusal>,
    /// How many votes would be void.
    pub votes_voided: u32,
    /// The phase, as it is.
    pub phase_now: String,
    /// The same as it would be: `authorise` where the approval has to be given again.
    pub phase: String,
}

/// `extend`: a later end for a running window.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// The new end, RFC 3339.
    pub end: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// `complete`: how the work ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// `successful`, `successful_with_issues`, `partially_successful`, `failed_backed_out`,
    /// `failed_not_backed_out`.
    pub outcome: String,
    /// A remark; required unless successful.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// The same edit or verb on several changes, each on its own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// The changes.
    #[schema(min_items = 1, max_items = 200)]
    pub changes: Vec<String>,
    /// New values.
    #[serde(default)]
    pub fields: Option<ChangeFields>,
    /// Or a verb: `submit`, `hold`, `resume` or `cancel`.
    #[serde(default)]
    pub verb: Option<String>,
    /// The reason the verb asks for.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Whether a release or a single change fits, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Advice {
    /// `join` a release that takes changes in, `bundle` it with other drafts in a new one, a
    /// `release` of its own because policy wants one, `single`, or `unknown` before its CIs and its
    /// window are named.
    pub fits: String,
    /// What to do, in a sentence.
    pub detail: String,
    /// What belongs with it, the strongest ties first; at most 10.
    pub with: Vec<AdvisedWith>,
}

/// A change or release that belongs with a change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AdvisedWith {
    /// Which.
    pub record: Ref,
    /// Why, a sentence each.
    pub because: Vec<String>,
    /// For a release, whether the reader may `attach` the change to it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
}

/// A line of the report of traceability: a change that customers meet, and the release it travels
/// in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Traced {
    /// Its id.
    pub id: String,
    /// `CHG-…`.
    pub number: String,
    /// What, in one line.
    pub title: String,
    /// `standard`, `normal` or `emergency`.
    #[serde(rename = "type")]
    pub change_type: String,
    /// `degraded` or `outage`.
    pub customer_impact: String,
    /// When: the start of the window in force, or of the work where there is none; RFC 3339.
    pub at: String,
    /// Where it stands.
    pub phase: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// The owning team.
    pub team: Option<Ref>,
    /// The release it travels in; none is what this report looks for.
    pub release: Option<Ref>,
}
