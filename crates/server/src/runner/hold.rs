//! What every request of a runner's program begins with: who it is, that it speaks for the runner,
//! and that it was heard.

use domain::Aggregate as _;
use domain::runner::{self, Refusal, Runner};
use kernel::{RunnerId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Loaded, Stop, Work};
use crate::follow::timers;
use crate::runner::read::find_runner;
use crate::runner::silence::{GIVE_UP, LEASE_SECONDS, QUIET};

/// The runner that somebody speaks for; heard from now on for another while.
pub(super) fn held_by(
    work: &mut Work<'_>,
    name: &str,
    instance: &str,
) -> Result<Loaded<Runner>, Stop> {
    let Some(id) = find_runner(work.tx, name)? else {
        return Err(Stop::Refused(Refusal::NotRegistered(name.to_owned()).into()));
    };
    let mut runner: Loaded<Runner> = work.peek(id)?;
    if !runner::holds(&runner.state, &work.actor, instance)?.is_empty() {
        runner = work.load(id)?;
        let events = runner::holds(&runner.state, &work.actor, instance)?;
        work.append(&mut runner, events)?;
    }
    heard(work, id)?;
    Ok(runner)
}

/// Begins the lease of a runner anew.
pub(super) fn heard(work: &mut Work<'_>, id: RunnerId) -> Result<(), Stop> {
    let stream = Runner::stream(id);
    let until = work.now.plus_seconds(LEASE_SECONDS);
    timers::keep(work.tx, &stream, QUIET, Some(until))?;
    timers::keep(work.tx, &stream, GIVE_UP, None)?;
    work.touched();
    Ok(())
}

/// When a runner was last heard, as long as its lease lasts.
pub(super) fn seen_at(db: &mut dyn Query, id: RunnerId) -> Result<Option<Timestamp>, Fault> {
    let row = db.query_one(
        "SELECT due_at FROM timers WHERE stream = $1 AND kind = $2",
        &[Runner::stream(id).into(), QUIET.into()],
    )?;
    let due = row.map(|row| row.time(0)).transpose()?;
    Ok(due.map(|due| due.plus_seconds(-LEASE_SECONDS)))
}
