//! A runner says who it is; somebody takes it out of work.

use api::common::Written;
use api::runner::RunnerFields;
use domain::identity::Permission;
use domain::runner::{self, Allowed, Runner, Standing, Told};
use domain::{Aggregate as _, General};
use kernel::{RunnerId, Timestamp};
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work, who_is};
use crate::follow::timers;
use crate::runner::Regexes;
use crate::runner::hold::{heard, seen_at};
use crate::runner::read::find_runner;
use crate::runner::silence::{GIVE_UP, LEASE_SECONDS, QUIET, lose_jobs};

fn written(runner: &Loaded<Runner>) -> Written {
    Written { id: runner.id.to_string(), number: None, version: runner.version.0 }
}

/// Registers a runner, or takes up what it tells anew.
pub(super) struct RegisterRunner {
    pub(super) name: String,
    pub(super) fields: RunnerFields,
}

impl Command for RegisterRunner {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "runner.register"
    }

    fn permission(&self) -> Permission {
        Permission::Runner
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(find_runner(db, &self.name)?.map(Runner::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::name("runner", &self.name))?;
        let mut loaded: Loaded<Runner> = match find_runner(work.tx, &self.name)? {
            Some(id) => work.load_subject(id)?,
            None => work.fresh(),
        };
        let standing = standing(work, &loaded)?;
        let events = runner::register(&loaded.state, self.told(work), standing, &Regexes)?;
        let was = loaded.state.instance.clone();
        work.append(&mut loaded, events)?;
        if !was.is_empty() && was != loaded.state.instance {
            lose_jobs(work, loaded.id, "its runner was replaced by one with another journal")?;
        }
        heard(work, loaded.id)?;
        Ok(written(&loaded))
    }
}

impl RegisterRunner {
    fn told(&self, work: &Work<'_>) -> Told {
        let fields = &self.fields;
        let commands = fields.commands.iter().map(|command| Allowed {
            name: command.name.clone(),
            program: command.program.clone(),
            args: command.args.clone(),
            patterns: command.patterns.clone(),
            time_limit_seconds: command.time_limit_seconds,
            has_status: command.has_status,
        });
        Told {
            name: self.name.clone(),
            labels: fields.labels.iter().cloned().collect(),
            commands: commands.collect(),
            program: fields.program.clone(),
            instance: fields.instance.clone(),
            holder: work.actor.clone(),
        }
    }
}

fn standing(work: &mut Work<'_>, loaded: &Loaded<Runner>) -> Result<Standing, Stop> {
    let holder_ended = match &loaded.state.holder {
        None => false,
        Some(holder) => {
            let permissions = who_is(work.tx, holder, work.now)?.permissions;
            !permissions.contains(&Permission::Runner)
        }
    };
    Ok(Standing { is_heard: is_heard(work.tx, loaded.id, work.now)?, holder_ended })
}

fn is_heard(db: &mut dyn Query, id: RunnerId, now: Timestamp) -> Result<bool, Stop> {
    Ok(seen_at(db, id)?.is_some_and(|seen| now < seen.plus_seconds(LEASE_SECONDS)))
}

/// Takes a runner out of work: its token is not believed under this name again.
pub(super) struct RevokeRunner {
    pub(super) name: String,
    pub(super) reason: String,
}

impl Command for RevokeRunner {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "runner.revoke"
    }

    fn permission(&self) -> Permission {
        Permission::RunnerWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(find_runner(db, &self.name)?.map(Runner::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let unknown = || General::Unknown { kind: "runner", name: self.name.clone() };
        let id = find_runner(work.tx, &self.name)?.ok_or_else(unknown)?;
        let mut loaded: Loaded<Runner> = work.load_subject(id)?;
        let events = runner::revoke(&loaded.state, &self.reason)?;
        work.append(&mut loaded, events)?;
        lose_jobs(work, id, "its runner was revoked")?;
        let stream = Runner::stream(id);
        timers::keep(work.tx, &stream, QUIET, None)?;
        timers::keep(work.tx, &stream, GIVE_UP, None)?;
        Ok(written(&loaded))
    }
}
