//! What happens to runners and their jobs. Version 1 of each; golden files under
//! `crates/domain/golden/`.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, RunnerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::runner::{Allowed, How, Target};

/// An event of a runner's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum RunnerEvent {
    /// It told who it is and what it does, for the first time or anew.
    #[serde(rename = "runner.registered.v1")]
    Registered {
        /// Its name.
        name: String,
        /// By what it can be chosen.
        labels: BTreeSet<String>,
        /// What it may do.
        commands: Vec<Allowed>,
        /// The version of its program.
        program: String,
        /// Whose journal it keeps: another one knows nothing of the jobs of this.
        instance: String,
        /// Who speaks for it.
        holder: Actor,
    },
    /// Nothing was heard of it for too long.
    #[serde(rename = "runner.fell_silent.v1")]
    FellSilent {
        /// When it was last heard.
        seen_at: Timestamp,
    },
    /// It was heard again.
    #[serde(rename = "runner.came_back.v1")]
    CameBack {},
    /// It gets no more work, and its token is not believed again.
    #[serde(rename = "runner.revoked.v1")]
    Revoked {
        /// Why.
        reason: String,
    },
}

/// An event of a job's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum JobEvent {
    /// It waits for a runner.
    #[serde(rename = "job.queued.v1")]
    Queued {
        /// The key of whoever asked.
        key: String,
        /// Who is to do it.
        target: Target,
        /// The name of the command.
        command: String,
        /// Values for its placeholders.
        arguments: BTreeMap<String, String>,
        /// How long it may run, where that is shorter than what the command allows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time_limit_seconds: Option<u32>,
    },
    /// A runner took it.
    #[serde(rename = "job.claimed.v1")]
    Claimed {
        /// Which.
        runner: RunnerId,
        /// Whose journal it is in.
        instance: String,
        /// The number of the claim; reports name it.
        fence: i64,
    },
    /// Its runner is to end it.
    #[serde(rename = "job.stop_asked.v1")]
    StopAsked {},
    /// It ran, and ended.
    #[serde(rename = "job.ended.v1")]
    Ended {
        /// Its key.
        key: String,
        /// How it ended.
        how: How,
        /// The exit code; 128 and the signal's number when a signal ended it.
        exit: i32,
        /// When it began, by the runner's clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began_at: Option<Timestamp>,
        /// When it ended, by the runner's clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_at: Option<Timestamp>,
        /// How much it said, in bytes.
        output_bytes: i64,
        /// The last of what it said.
        tail: String,
    },
    /// It is certain that it was not begun, and it never will be.
    #[serde(rename = "job.not_begun.v1")]
    NotBegun {
        /// Its key.
        key: String,
        /// Why.
        reason: String,
    },
    /// Nobody can say now what became of it.
    #[serde(rename = "job.lost.v1")]
    Lost {
        /// Its key.
        key: String,
        /// Why.
        reason: String,
    },
}
