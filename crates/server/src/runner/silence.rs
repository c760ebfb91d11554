//! A runner that is not heard. Its lease is a durable timer that each of its requests sets anew.
//! When it runs out, the runner gets the same time once more before its jobs count as lost: a
//! server that was stopped for a while must not take its own silence for theirs.

use domain::runner::{self, Job, Runner};
use kernel::{JobId, RunnerId};

use crate::bus::{Loaded, Stop, Work};
use crate::follow::timers;
use crate::runner::read::held_jobs;

/// How long a runner counts as heard after a request, in seconds.
pub const LEASE_SECONDS: i64 = 45;
/// The kind of the timer of a lease.
pub const QUIET: &str = "runner.quiet";
/// The kind of the timer after which what a silent runner has is lost.
pub const GIVE_UP: &str = "runner.give_up";

/// A lease ran out; called by its timer.
pub fn quiet(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let until = work.now.plus_seconds(LEASE_SECONDS);
    Ok(timers::keep(work.tx, stream, GIVE_UP, Some(until))?)
}

/// A runner was silent for too long; called by its timer, with its stream locked.
pub fn give_up(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<RunnerId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    lose_jobs(work, id, "its runner is not heard any more")?;
    let mut runner: Loaded<Runner> = work.load(id)?;
    let seen_at = work.now.plus_seconds(-2 * LEASE_SECONDS);
    let events = runner::fall_silent(&runner.state, seen_at);
    work.append(&mut runner, events)
}

/// Gives up what a runner has.
pub(super) fn lose_jobs(work: &mut Work<'_>, id: RunnerId, reason: &str) -> Result<(), Stop> {
    let jobs: Vec<JobId> = held_jobs(work.tx, id)?;
    for job in jobs {
        let mut job: Loaded<Job> = work.load(job)?;
        let events = runner::fall_silent_with(&job.state, reason);
        work.append(&mut job, events)?;
    }
    Ok(())
}
