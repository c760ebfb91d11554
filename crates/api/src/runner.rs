//! Runners and jobs on the wire. For people `GET /runners`, `GET /runners/{name}`,
//! `POST /runners/{name}/revoke`, `GET /jobs`, `GET /jobs/{key}`, `GET /jobs/{key}/output`; for the
//! runner's program `POST /runners/{name}/{register|claim}`, `POST /jobs/{key}/{output|report}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref};

/// A command that a runner carries out, as its own list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowedCommand {
    /// Its name.
    #[schema(max_length = 63)]
    pub name: String,
    /// The program, by an absolute path.
    #[schema(max_length = 1000)]
    pub program: String,
    /// Its arguments; `{word}` stands for a value.
    #[serde(default)]
    pub args: Vec<String>,
    /// Each placeholder and the regular expression that its values match as a whole.
    #[serde(default)]
    pub patterns: BTreeMap<String, String>,
    /// How long it may run.
    #[schema(minimum = 1, maximum = 86400)]
    pub time_limit_seconds: u32,
    /// Whether the runner can ask afterwards if it happened.
    #[serde(default)]
    pub has_status: bool,
}

/// What a runner tells of itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunnerFields {
    /// Whose journal it keeps.
    #[schema(min_length = 1, max_length = 200)]
    pub instance: String,
    /// By what it can be chosen.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What it may do.
    #[serde(default)]
    pub commands: Vec<AllowedCommand>,
    /// The version of its program.
    #[schema(min_length = 1, max_length = 200)]
    pub program: String,
}

/// A job that a runner has, as it asks for more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldJob {
    /// Its key.
    #[schema(max_length = 200)]
    pub key: String,
    /// Whether the runner knows that it is to be stopped.
    #[serde(default)]
    pub stopping: bool,
}

/// A runner asks for work.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimFields {
    /// Whose journal it keeps.
    #[schema(max_length = 200)]
    pub instance: String,
    /// What is in that journal and not yet reported; at most 200.
    #[serde(default)]
    pub holding: Vec<HeldJob>,
    /// How many jobs it takes now; at most 50.
    #[serde(default)]
    #[schema(maximum = 50)]
    pub room: u32,
    /// How long it waits for work, in seconds; at most 20.
    #[serde(default)]
    #[schema(maximum = 20)]
    pub wait_seconds: u32,
}

/// A job for a runner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimedJob {
    /// Its key.
    pub key: String,
    /// The number of the claim; reports name it.
    pub fence: i64,
    /// The name of the command.
    pub command: String,
    /// Values for its placeholders.
    pub arguments: BTreeMap<String, String>,
    /// How long it may run, where that is shorter than what the command allows.
    pub time_limit_seconds: Option<u32>,
}

/// What a runner is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claims {
    /// To begin.
    pub jobs: Vec<ClaimedJob>,
    /// To stop, by key.
    pub stop: Vec<String>,
}

/// A piece of what a job said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputPiece {
    /// The runner.
    #[schema(max_length = 63)]
    pub runner: String,
    /// Whose journal it keeps.
    #[schema(max_length = 200)]
    pub instance: String,
    /// The number of the claim.
    pub fence: i64,
    /// Where the piece begins, in bytes from the first.
    #[schema(minimum = 0)]
    pub start: i64,
    /// The piece, at most 65,536 bytes.
    #[schema(max_length = 65536)]
    pub text: String,
}

/// How far the output of a job is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutputTaken {
    /// Where the next piece begins.
    pub next: i64,
}

/// What a runner found out about a job that it claimed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobReport {
    /// The runner.
    #[schema(max_length = 63)]
    pub runner: String,
    /// Whose journal it keeps.
    #[schema(max_length = 200)]
    pub instance: String,
    /// The number of the claim.
    pub fence: i64,
    /// `ended`, `not_begun` or `unknown`.
    pub found: String,
    /// Of an end: `exited`, `timed_out`, `stopped`, or `settled` where the program that is asked
    /// afterwards says that it happened.
    #[serde(default)]
    pub how: Option<String>,
    /// Of an end: the exit code; 128 and the signal's number when a signal ended it.
    #[serde(default)]
    pub exit: Option<i32>,
    /// When it began, RFC 3339.
    #[serde(default)]
    pub began_at: Option<String>,
    /// When it ended, RFC 3339.
    #[serde(default)]
    pub ended_at: Option<String>,
    /// Why it was not begun, or why nobody can say.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
}

/// A runner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Runner {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// `working`, `silent` or `revoked`.
    pub state: String,
    /// By what it can be chosen.
    pub labels: Vec<String>,
    /// The version of its program.
    pub program: String,
    /// When it was last heard, RFC 3339.
    pub seen_at: Option<String>,
    /// When it first registered, RFC 3339.
    pub registered_at: String,
    /// Who speaks for it.
    pub holder: String,
    /// What it may do, as it told.
    pub commands: Vec<AllowedCommand>,
    /// Why it was revoked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked: Option<String>,
    /// What may be done now; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
}

/// A job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// The key of whoever asked.
    pub key: String,
    /// `queued`, `claimed`, `ended`, `not_begun` or `lost`.
    pub state: String,
    /// The name of the command.
    pub command: String,
    /// Values for its placeholders.
    pub arguments: BTreeMap<String, String>,
    /// Who is to do it: the name of a runner, or a label.
    pub target: String,
    /// Whether that is a label.
    pub by_label: bool,
    /// Who has it.
    pub runner: Option<Ref>,
    /// When it was asked for, RFC 3339.
    pub queued_at: String,
    /// When a runner took it, RFC 3339.
    pub claimed_at: Option<String>,
    /// Whether its runner is to stop it.
    pub stop_asked: bool,
    /// How it ended: `exited`, `timed_out`, `stopped` or `settled`.
    pub how: Option<String>,
    /// Its exit code.
    pub exit: Option<i32>,
    /// When it began, by the runner's clock, RFC 3339.
    pub began_at: Option<String>,
    /// When it ended, by the runner's clock, RFC 3339.
    pub ended_at: Option<String>,
    /// How much it said, in bytes.
    pub output_bytes: i64,
    /// The last of what it said, once it has ended.
    pub tail: String,
    /// Why it was not begun, or is lost.
    pub reason: String,
}

/// A part of what a job said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobOutput {
    /// The text.
    pub text: String,
    /// Where the next part begins, in bytes.
    pub next: i64,
    /// Whether more may follow: there is more now, or the job has not ended.
    pub more: bool,
}
