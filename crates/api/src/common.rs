//! Shapes that several features share on the wire.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A page of a list. `next` continues it; absent on the last page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The records.
    pub items: Vec<T>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// A record named beside another: what a page needs to show and link it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ref {
    /// Its id, such as `chg_…`.
    pub id: String,
    /// Its number, such as `CHG-1042`, for records that have one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
    /// Its title or name.
    pub name: String,
}

/// The environment by which conflicts, risk and approval of a record go, where it is not the one
/// that is stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountsAs {
    /// `production`, `staging`, `test` or `development`.
    pub environment: String,
    /// The name of a CI that stands there.
    pub ci: String,
}

/// What is shipped, to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// Which bytes exactly, such as `sha256:9f2e…`, or `gitCommit:` and the commit.
    #[schema(min_length = 3, max_length = 200)]
    pub digest: String,
}

/// That a delivery of another system was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Taken {
    /// What was made of it, in a sentence.
    pub taken: String,
    /// The incident that it opened or is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<Ref>,
}

/// A verb of a record and whether it may be done now, found by the command's own guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Action {
    /// The verb, as it is written in the path.
    pub name: String,
    /// Whether the reader may do it now.
    pub allowed: bool,
    /// Why not, when it is not allowed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Refusal>,
}

/// Why a rule says no, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// The stable code, such as `change.incomplete`.
    pub code: String,
    /// One sentence that says how to mend it.
    pub detail: String,
    /// What is missing, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

/// What became of one of several records that were written with one request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BulkOutcome {
    /// The record, as it was named.
    pub record: String,
    /// The version it was left at, when it was written.
    pub version: Option<i64>,
    /// Why not, when it was not.
    pub refusal: Option<Refusal>,
}

/// One thing that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the request or the record.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// What a lamp of the route shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LampState {
    /// It holds.
    Clear,
    /// Nothing to do but wait.
    Waiting,
    /// It blocks.
    Stop,
    /// The record's model does not ask for it.
    NotNeeded,
}

/// One lamp of the route from here to done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Lamp {
    /// `scope`, `plans`, `risk`, `conflicts`, `approvals`, `window`, `deployment`, `review`.
    pub name: String,
    /// What it shows.
    pub state: LampState,
    /// Who or what says so, for whom to wait, or what blocks and how to mend it.
    pub detail: String,
    /// The verb that mends it, when there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<String>,
    /// What is missing, field by field, when that is what blocks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<FieldError>,
}

/// A window: when work may happen, and the zone its people read it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// RFC 3339.
    pub start: String,
    /// RFC 3339; after the start.
    pub end: String,
    /// IANA zone; UTC when absent.
    #[serde(default = "utc")]
    pub zone: String,
}

pub(crate) fn utc() -> String {
    "UTC".to_owned()
}

/// A remark on a record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Comment {
    /// Who wrote it.
    pub author: String,
    /// When, RFC 3339.
    pub at: String,
    /// The text.
    pub text: String,
}

/// A rehearsal of the way back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rehearsal {
    /// Where: `staging`, `test` or `development`.
    pub environment: String,
    /// When it ended, RFC 3339.
    pub at: String,
    /// How long it took.
    pub minutes: u32,
    /// Whether everything was as before in the end.
    pub passed: bool,
    /// What it covered beside the deployment itself: `data_migration`, `configuration`.
    pub covers: Vec<String>,
    /// A remark.
    pub note: String,
    /// Who wrote it down.
    pub by: String,
    /// When, RFC 3339.
    pub recorded_at: String,
}

/// A rehearsal to write down.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RehearsalFields {
    /// Where: `staging`, `test` or `development`.
    pub environment: String,
    /// When it ended, RFC 3339; now when absent.
    #[serde(default)]
    pub at: Option<String>,
    /// How long it took.
    pub minutes: u32,
    /// False when it went wrong; a note then says what.
    #[serde(default)]
    pub passed: Option<bool>,
    /// What it covered beside the deployment itself: `data_migration`, `configuration`.
    #[serde(default)]
    pub covers: Vec<String>,
    /// A remark.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}

/// How fresh the proof is that a way back can be gone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rehearsals {
    /// Whole days since the last one that passed; absent when there is none. A release without one
    /// of its own is as fresh as the oldest among its changes, a change as its release.
    pub days: Option<i64>,
    /// Those that were written down on the record itself, the newest first.
    pub items: Vec<Rehearsal>,
}

/// A new remark.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// The text.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// A task on a change or a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its number on the record, from 1.
    pub number: u32,
    /// What is to be done.
    pub title: String,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<Ref>,
    /// The team that does it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Ref>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due_at: Option<String>,
    /// The tasks that must be done before it.
    pub after: Vec<u32>,
    /// Whether it must be done before the work is complete.
    pub required: bool,
    /// Whether it is done.
    pub done: bool,
    /// When it was done, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_at: Option<String>,
}

/// A new task, or new values for one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFields {
    /// What is to be done; required for a new task.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// Id or login of the person who does it; null for nobody.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Option<String>>,
    /// Id or name of the team that does it; null for none.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<String>>,
    /// RFC 3339; null for no time.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Option<String>>,
    /// The numbers of the tasks before it.
    #[serde(default)]
    pub after: Option<Vec<u32>>,
    /// Whether the work may not complete without it.
    #[serde(default)]
    pub required: Option<bool>,
    /// Whether it is done.
    #[serde(default)]
    pub done: Option<bool>,
}

/// A verb that needs no more than, perhaps, a reason.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
}

/// The answer to a write: where the record is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Written {
    /// The record's id.
    pub id: String,
    /// The record's number, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
    /// The version the write left it at; send it as `If-Match`.
    pub version: i64,
}

/// Reads a field that may be absent (keep), null (clear) or set.
pub fn patch<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// That a record is on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Since when, RFC 3339.
    pub since: String,
    /// Who put it on hold.
    pub by: String,
    /// Why.
    pub reason: String,
}
