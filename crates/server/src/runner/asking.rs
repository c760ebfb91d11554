//! The face of runners for other parts of the server: to ask for a job, to ask what became of one,
//! to cancel it, and to know beforehand whether a runner would do it.

use std::collections::BTreeMap;

use domain::Aggregate as _;
use domain::identity::Permission;
use domain::runner::{self, Ask, Job, Runner, State, Target};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::runner::Regexes;
use crate::runner::read::{find_job, find_runner};

/// The most runners that are looked through for a label.
const RUNNERS_MAX: i64 = 2_000;

/// Where a job stands, as far as whoever asked for it must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits for a runner.
    Queued,
    /// A runner has it.
    Running,
    /// It ended.
    Ended {
        /// With this exit code; 128 and the signal's number when a signal ended it.
        exit: i32,
    },
    /// It was not begun, and never will be under this key.
    NeverBegun,
    /// Nobody can say now. A later report of its runner may still tell.
    Unknown,
}

/// Asks for a job, in the caller's transaction. The same key again is the same job.
fn ask(work: &mut Work<'_>, ask: Ask) -> Result<(), Stop> {
    work.lock(Lock::name("job", &ask.key))?;
    let mut job: Loaded<Job> = match find_job(work.tx, &ask.key)? {
        Some(id) => work.peek(id)?,
        None => work.fresh(),
    };
    let events = runner::ask(&job.state, ask)?;
    work.append(&mut job, events)
}

/// Where the job of a key stands. A key that was never asked for was never begun.
pub fn status(db: &mut dyn Query, key: &str) -> Result<Status, Fault> {
    let Some(id) = find_job(db, key)? else { return Ok(Status::NeverBegun) };
    let Some(job) = find_state::<Job>(db, id)? else { return Ok(Status::NeverBegun) };
    Ok(match job.state.state {
        Some(State::Queued) => Status::Queued,
        Some(State::Claimed) => Status::Running,
        Some(State::Ended) => Status::Ended { exit: job.state.exit.unwrap_or_default() },
        Some(State::NotBegun) | None => Status::NeverBegun,
        Some(State::Lost) => Status::Unknown,
    })
}

/// Cancels a job, if one was asked for under the key: one that waits is not begun, one that runs is
/// stopped by its runner.
pub(crate) fn cancel_job(work: &mut Work<'_>, key: &str, reason: &str) -> Result<(), Stop> {
    cancel(work, key, reason, false)
}

fn cancel(work: &mut Work<'_>, key: &str, reason: &str, if_queued: bool) -> Result<(), Stop> {
    let Some(id) = find_job(work.tx, key)? else { return Ok(()) };
    let mut job: Loaded<Job> = work.load(id)?;
    if if_queued && job.state.state != Some(State::Queued) {
        return Ok(());
    }
    let events = runner::cancel(&job.state, reason);
    work.append(&mut job, events)
}

/// Why no runner that is meant would carry a command out, if none would.
pub fn allows(
    db: &mut dyn Query,
    target: &Target,
    command: &str,
    arguments: &BTreeMap<String, String>,
) -> Result<Result<(), String>, Fault> {
    match target {
        Target::Runner(name) => {
            let found = match find_runner(db, name)? {
                Some(id) => find_state::<Runner>(db, id)?,
                None => None,
            };
            let unknown = || {
                format!("there is no runner `{name}`: start it once, so that it tells what it does")
            };
            let Some(runner) = found else { return Ok(Err(unknown())) };
            Ok(would(&runner.state, command, arguments))
        }
        Target::Label(label) => {
            let sql = "SELECT id FROM runners WHERE revoked = 0 ORDER BY name_key LIMIT $1";
            let mut why = format!("no runner has the label `{label}`");
            for row in db.query(sql, &[RUNNERS_MAX.into()])? {
                let Some(runner) = find_state::<Runner>(db, row.parsed(0)?)? else { continue };
                if runner.state.is_meant(target) {
                    match would(&runner.state, command, arguments) {
                        Ok(()) => return Ok(Ok(())),
                        Err(reason) => why = reason,
                    }
                }
            }
            Ok(Err(why))
        }
    }
}

fn would(
    runner: &Runner,
    command: &str,
    arguments: &BTreeMap<String, String>,
) -> Result<(), String> {
    let name = &runner.name;
    if runner.revoked.is_some() {
        return Err(format!("the runner `{name}` was revoked"));
    }
    let Some(allowed) = runner.command(command) else {
        let names: Vec<&str> = runner.commands.iter().map(|one| one.name.as_str()).collect();
        let list = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        return Err(format!("the runner `{name}` does not carry out `{command}`; it does {list}"));
    };
    runner::permits(allowed, arguments, &Regexes).map_err(|why| format!("on `{name}` {why}"))
}

/// Asks for a job as a command of its own.
#[derive(Debug, Clone)]
pub struct AskForJob {
    /// What is asked for.
    pub ask: Ask,
}

impl Command for AskForJob {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "job.ask"
    }

    fn permission(&self) -> Permission {
        Permission::RunnerWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        ask(work, self.ask.clone())
    }
}

/// Cancels a job as a command of its own.
#[derive(Debug, Clone)]
pub struct CancelJob {
    /// Its key.
    pub key: String,
    /// Why.
    pub reason: String,
    /// Whether it is left once a runner has it.
    pub if_queued: bool,
}

impl Command for CancelJob {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "job.cancel"
    }

    fn permission(&self) -> Permission {
        Permission::RunnerWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(find_job(db, &self.key)?.map(Job::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        cancel(work, &self.key, &self.reason, self.if_queued)
    }
}
