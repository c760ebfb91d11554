//! What changes and releases have in common on the command line: verbs with a reason, windows,
//! tasks, remarks, and how a record is shown.

use api::change::{Extend, Schedule};
use api::common::{
    Action, Comment, Lamp, LampState, NewComment, Reason, Task, TaskFields, Written,
};
use clap::Args;
use ports::Method;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Expect, Query, segment};
use crate::failure::Result;
use crate::given::{WindowArgs, instant};

/// A record.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its number or id.
    pub(crate) record: String,
}

/// The version that a write is bound to.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct IfVersion {
    /// Refuses unless the record is still at this version, as `show` tells it.
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
}

impl IfVersion {
    /// What a verb expects: its own rules look at the record.
    pub(crate) fn expect(self) -> Expect {
        self.if_version.map_or(Expect::Any, Expect::Version)
    }

    /// What an edit expects: the version that is read now, when none is given.
    pub(crate) fn or_read(self, client: &Client, path: &str) -> Result<Expect> {
        #[derive(Deserialize)]
        struct Versioned {
            version: i64,
        }
        if let Some(version) = self.if_version {
            return Ok(Expect::Version(version));
        }
        let found: Versioned = client.get(path, &Query::default())?;
        Ok(Expect::Version(found.version))
    }
}

/// A verb that needs no more than, perhaps, a reason.
#[derive(Debug, Args)]
pub(crate) struct Step {
    /// Its number or id.
    record: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// A window for a record.
#[derive(Debug, Args)]
pub(crate) struct Scheduled {
    /// Its number or id.
    record: String,
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// A later end.
#[derive(Debug, Args)]
pub(crate) struct Extended {
    /// Its number or id.
    record: String,
    /// The new end, RFC 3339.
    #[arg(long, value_name = "TIME")]
    end: String,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    version: IfVersion,
}

/// A remark.
#[derive(Debug, Args)]
pub(crate) struct Remark {
    /// Its number or id.
    record: String,
    /// The text.
    text: String,
}

/// A task: a new one, or the one with a number.
#[derive(Debug, Args)]
pub(crate) struct Tasked {
    /// The number or id of the record.
    record: String,
    /// The task's number, to write an existing one.
    #[arg(long)]
    number: Option<u32>,
    /// What is to be done.
    #[arg(long)]
    title: Option<String>,
    /// Who does it, by login.
    #[arg(long, value_name = "LOGIN")]
    assignee: Option<String>,
    /// Due at this time, RFC 3339.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,
    /// After this task; give it again for more.
    #[arg(long, value_name = "NUMBER")]
    after: Vec<u32>,
    /// Whether the work may not complete without it.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    required: Option<bool>,
    /// Whether it is done.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    done: Option<bool>,
    #[command(flatten)]
    version: IfVersion,
}

impl Tasked {
    fn fields(&self) -> Result<TaskFields> {
        Ok(TaskFields {
            title: self.title.clone(),
            assignee: self.assignee.clone(),
            due_at: self.due.as_ref().map(|due| instant(due, "UTC")).transpose()?,
            after: (!self.after.is_empty()).then(|| self.after.clone()),
            required: self.required,
            done: self.done,
        })
    }
}

/// The records of one kind, at `/changes` or `/releases`.
pub(crate) struct Records<'a> {
    /// The way to the server.
    pub(crate) client: &'a Client,
    /// Where they are.
    pub(crate) folder: &'static str,
}

impl Records<'_> {
    /// Where a record is.
    pub(crate) fn path(&self, record: &str) -> String {
        format!("{}/{}", self.folder, segment(record))
    }

    /// Sends a verb with a body.
    pub(crate) fn post<B: Serialize>(
        &self,
        record: &str,
        verb: &str,
        version: Expect,
        body: &B,
    ) -> Result<Written> {
        self.client.post(&format!("{}/{verb}", self.path(record)), version, body)
    }

    /// Sends a verb with a reason.
    pub(crate) fn step(&self, step: &Step, verb: &str) -> Result<Written> {
        let body = Reason { reason: step.reason.clone() };
        self.post(&step.record, verb, step.version.expect(), &body)
    }

    /// Sets or moves the window.
    pub(crate) fn schedule(&self, scheduled: &Scheduled) -> Result<Written> {
        let body = Schedule { window: scheduled.window.window()? };
        self.post(&scheduled.record, "schedule", scheduled.version.expect(), &body)
    }

    /// Lengthens the window.
    pub(crate) fn extend(&self, extended: &Extended) -> Result<Written> {
        let end = instant(&extended.end, "UTC")?;
        let body = Extend { end, reason: extended.reason.clone() };
        self.post(&extended.record, "extend", extended.version.expect(), &body)
    }

    /// Makes a draft with the same content.
    pub(crate) fn copy(&self, named: &Named) -> Result<Written> {
        self.post(&named.record, "clone", Expect::Any, &Reason::default())
    }

    /// Adds a remark.
    pub(crate) fn comment(&self, remark: &Remark) -> Result<Written> {
        let body = NewComment { text: remark.text.clone() };
        self.post(&remark.record, "comments", Expect::Any, &body)
    }

    /// Adds a task, or writes one.
    pub(crate) fn task(&self, tasked: &Tasked) -> Result<Written> {
        let (path, body) = (self.path(&tasked.record), tasked.fields()?);
        let Some(number) = tasked.number else {
            return self.client.post(&format!("{path}/tasks"), tasked.version.expect(), &body);
        };
        let expect = tasked.version.or_read(self.client, &path)?;
        self.client.write(Method::Patch, &format!("{path}/tasks/{number}"), expect, &body)
    }
}

/// The lamps from here to done, a line each.
pub(crate) fn lamp_lines(route: &[Lamp]) -> Vec<String> {
    let line = |lamp: &Lamp| {
        let shown = match lamp.state {
            LampState::Clear => "clear     ",
            LampState::Waiting => "waiting   ",
            LampState::Stop => "STOP      ",
            LampState::NotNeeded => "not needed",
        };
        format!("{shown}  {}: {}", lamp.name, lamp.detail)
    };
    route.iter().map(line).collect()
}

/// Tasks, a line each.
pub(crate) fn task_lines(tasks: &[Task]) -> Vec<String> {
    let line = |task: &Task| {
        let done = if task.done { "done" } else { "open" };
        let who = task.assignee.as_ref().map_or(String::new(), |who| format!(" ({})", who.name));
        format!("{} {done} {}{who}", task.number, task.title)
    };
    tasks.iter().map(line).collect()
}

/// Remarks, a line each.
pub(crate) fn comment_lines(comments: &[Comment]) -> Vec<String> {
    comments.iter().map(|one| format!("{} {}: {}", one.at, one.author, one.text)).collect()
}

/// What may be done now, and why the rest may not.
pub(crate) fn action_lines(actions: &[Action]) -> Vec<String> {
    let line = |action: &Action| match &action.refusal {
        Some(refusal) if !action.allowed => format!("not {}: {}", action.name, refusal.detail),
        _ => action.name.clone(),
    };
    actions.iter().map(line).collect()
}
