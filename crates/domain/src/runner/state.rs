//! A runner, a job, and the folds of their events.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, JobId, RunnerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::is_default;
use crate::runner::{Allowed, JobEvent, RunnerEvent};
use crate::vocabulary::words;

/// That a runner gets no more work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// A runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// Its name.
    pub name: String,
    /// By what it can be chosen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub labels: BTreeSet<String>,
    /// What it may do, as it told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commands: Vec<Allowed>,
    /// The version of its program.
    pub program: String,
    /// Whose journal it keeps.
    pub instance: String,
    /// Who speaks for it.
    pub holder: Option<Actor>,
    /// When it registered first.
    pub registered_at: Option<Timestamp>,
    /// When it was last heard before it fell silent; nothing while it is heard.
    #[serde(default, skip_serializing_if = "is_default")]
    pub silent_since: Option<Timestamp>,
    /// That it gets no more work.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revoked: Option<Revoked>,
    /// Who is not believed under this name any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub barred: BTreeSet<Actor>,
}

impl Runner {
    /// The command of a name.
    pub fn command(&self, name: &str) -> Option<&Allowed> {
        self.commands.iter().find(|command| command.name == name)
    }

    /// Whether it is the one that a job asks for.
    pub fn is_meant(&self, target: &Target) -> bool {
        match target {
            Target::Runner(name) => name.eq_ignore_ascii_case(&self.name),
            Target::Label(label) => self.labels.contains(label),
        }
    }
}

impl Aggregate for Runner {
    type Id = RunnerId;
    type Event = RunnerEvent;
    const KIND: &'static str = "runner";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &RunnerEvent, stamp: &Stamp) -> Self {
        use RunnerEvent as E;
        match event {
            E::Registered { name, labels, commands, program, instance, holder } => {
                self.name.clone_from(name);
                self.labels.clone_from(labels);
                self.commands.clone_from(commands);
                self.program.clone_from(program);
                self.instance.clone_from(instance);
                self.holder = Some(holder.clone());
                self.registered_at.get_or_insert(stamp.at);
                self.silent_since = None;
                self.revoked = None;
            }
            E::FellSilent { seen_at } => self.silent_since = Some(*seen_at),
            E::CameBack {} => self.silent_since = None,
            E::Revoked { reason } => {
                let (by, at) = (stamp.by.clone(), stamp.at);
                self.revoked = Some(Revoked { by, at, reason: reason.clone() });
                self.barred.extend(self.holder.clone());
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let free = self.revoked.is_none();
        let barred = self.holder.as_ref().is_some_and(|holder| self.barred.contains(holder));
        (free && barred).then(|| "a token that was taken from it speaks for it".to_owned())
    }
}

/// Who is to carry a job out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The runner of a name.
    Runner(String),
    /// The first runner with a label that is free.
    Label(String),
}

words! {
    /// Where a job stands.
    State {
        /// It waits for a runner.
        Queued = "queued",
        /// A runner has it.
        Claimed = "claimed",
        /// It ran, and ended.
        Ended = "ended",
        /// It was not begun, and never will be.
        NotBegun = "not_begun",
        /// Nobody can say now what became of it.
        Lost = "lost",
    }
}

words! {
    /// How a command ended.
    How {
        /// By itself.
        Exited = "exited",
        /// It ran too long, and was ended.
        TimedOut = "timed_out",
        /// Somebody asked that it be ended.
        Stopped = "stopped",
        /// The runner did not see its end; the program that is asked afterwards says it happened.
        Settled = "settled",
    }
}

/// A job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The key of whoever asked.
    pub key: String,
    /// Who is to do it.
    pub target: Option<Target>,
    /// The name of the command.
    pub command: String,
    /// Values for its placeholders.
    pub arguments: BTreeMap<String, String>,
    /// How long it may run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_limit_seconds: Option<u32>,
    /// Where it stands; nothing before it was asked for.
    pub state: Option<State>,
    /// When it was asked for.
    pub queued_at: Option<Timestamp>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub runner: Option<RunnerId>,
    /// Whose journal it is in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub instance: String,
    /// The number of the claim.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fence: i64,
    /// When it was claimed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub claimed_at: Option<Timestamp>,
    /// Whether its runner is to end it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_asked: bool,
    /// How it ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub how: Option<How>,
    /// The exit code.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exit: Option<i32>,
    /// When it began, by the runner's clock.
    #[serde(default, skip_serializing_if = "is_default")]
    pub began_at: Option<Timestamp>,
    /// When it ended, by the runner's clock.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ended_at: Option<Timestamp>,
    /// How much it said, in bytes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub output_bytes: i64,
    /// The last of what it said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tail: String,
    /// Why it was not begun, or is lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reason: String,
}

impl Aggregate for Job {
    type Id = JobId;
    type Event = JobEvent;
    const KIND: &'static str = "job";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &JobEvent, stamp: &Stamp) -> Self {
        use JobEvent as E;
        match event {
            E::Queued { key, target, command, arguments, time_limit_seconds } => {
                self.key.clone_from(key);
                self.target = Some(target.clone());
                self.command.clone_from(command);
                self.arguments.clone_from(arguments);
                self.time_limit_seconds = *time_limit_seconds;
                self.queued_at = Some(stamp.at);
                self.state = Some(State::Queued);
            }
            E::Claimed { runner, instance, fence } => {
                self.runner = Some(*runner);
                self.instance.clone_from(instance);
                self.fence = *fence;
                self.claimed_at = Some(stamp.at);
                self.state = Some(State::Claimed);
            }
            E::StopAsked {} => self.stop_asked = true,
            E::Ended { how, exit, began_at, ended_at, output_bytes, tail, .. } => {
                self.how = Some(*how);
                self.exit = Some(*exit);
                self.began_at = *began_at;
                self.ended_at = *ended_at;
                self.output_bytes = *output_bytes;
                self.tail.clone_from(tail);
                self.reason.clear();
                self.state = Some(State::Ended);
            }
            E::NotBegun { reason, .. } => {
                self.reason.clone_from(reason);
                self.state = Some(State::NotBegun);
            }
            E::Lost { reason, .. } => {
                self.reason.clone_from(reason);
                self.state = Some(State::Lost);
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let held = matches!(self.state, Some(State::Claimed | State::Ended | State::Lost));
        (held && self.runner.is_none()).then(|| "it went on and no runner has it".to_owned())
    }
}
