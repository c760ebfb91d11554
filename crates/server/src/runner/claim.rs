//! A runner asks for work. Where there is none it waits for a while, so that a job begins at once
//! and nobody has to reach the target machine from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use api::runner::{ClaimFields, ClaimedJob, Claims};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use domain::runner::{self, Job, Runner, Target};
use domain::{Aggregate as _, Check};
use kernel::JobId;
use ports::{Fault, Query};

use crate::bus::{Command, Envelope, Loaded, Lock, Stop, Work, find_state};
use crate::http::{App, Write};
use crate::problem::Answer;
use crate::read::{Statement, ask};
use crate::runner::Regexes;
use crate::runner::hold::held_by;
use crate::runner::projection::target_text;
use crate::runner::read::find_runner;

/// The longest that a request waits for work, in seconds.
pub const WAIT_SECONDS_MAX: u32 = 20;
/// The most jobs that one request takes.
pub const ROOM_MAX: u32 = 50;
/// The most jobs that a runner has at once.
pub const HOLDING_MAX: usize = 200;
/// How often a request that waits looks by itself, whether or not it heard something.
const LOOK: Duration = Duration::from_secs(1);

pub(super) async fn claim(
    State(app): State<App>,
    Path(name): Path<String>,
    write: Write<ClaimFields>,
) -> Result<Json<Claims>, Answer> {
    let fields = write.body;
    let wait = Duration::from_secs(u64::from(fields.wait_seconds.min(WAIT_SECONDS_MAX)));
    let again = Envelope::new(write.envelope.actor.clone());
    let command = ClaimJobs { name: name.clone(), fields: fields.clone() };
    let found = app.bus.send(write.envelope, command.clone()).await?.answer;
    if !found.jobs.is_empty() || !found.stop.is_empty() || wait.is_zero() {
        return Ok(Json(found));
    }
    match tokio::time::timeout(wait, until_work(&app, &name, &fields)).await {
        Ok(there_is) => {
            there_is?;
            Ok(Json(app.bus.send(again, command).await?.answer))
        }
        Err(_) => Ok(Json(found)),
    }
}

/// Waits until there may be work.
async fn until_work(app: &App, name: &str, fields: &ClaimFields) -> Result<(), Fault> {
    let mut ear = app.live.ear();
    loop {
        let (name, fields) = (name.to_owned(), fields.clone());
        let there_is = ask(&*app.bus.world().store, move |db| {
            let Some(id) = find_runner(db, &name)? else { return Ok(true) };
            let Some(runner) = find_state::<Runner>(db, id)? else { return Ok(true) };
            let found = Waiting::of(db, &runner, &fields)?;
            Ok(runner.state.revoked.is_some() || !found.is_empty())
        });
        if there_is.await? {
            return Ok(());
        }
        tokio::select! {
            goes_on = ear.hears(Job::KIND) => if !goes_on { return Ok(()) },
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// What waits for a runner.
#[derive(Default)]
struct Waiting {
    /// To be given to it, those first that it was given before and does not know of.
    jobs: Vec<JobId>,
    /// To be stopped, by key.
    stop: Vec<String>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.stop.is_empty()
    }

    fn of(
        db: &mut dyn Query,
        runner: &Loaded<Runner>,
        fields: &ClaimFields,
    ) -> Result<Self, Fault> {
        let mut waiting = Self::default();
        let holding: BTreeMap<&str, bool> =
            fields.holding.iter().map(|held| (held.key.as_str(), held.stopping)).collect();
        let mut had = Statement::new("SELECT id FROM jobs WHERE ");
        had.bind("runner = ?", [runner.id.to_string().into()]);
        had.push(" AND state IN ('claimed', 'lost') ORDER BY id");
        had.bind(" LIMIT ?", [limit(HOLDING_MAX * 2)]);
        for row in had.query(db)? {
            let Some(job) = find_state::<Job>(db, row.parsed(0)?)? else { continue };
            let is_claimed = runner::claim(&job.state, runner.id, &runner.state).is_ok();
            match holding.get(job.state.key.as_str()) {
                None if is_claimed => waiting.jobs.push(job.id),
                Some(false) if job.state.stop_asked => waiting.stop.push(job.state.key),
                _ => {}
            }
        }
        waiting.fresh(db, runner, fields)?;
        Ok(waiting)
    }

    /// Jobs that no runner has, and that this one may do. One that was asked for by its name gets
    /// them all: its own list tells why not.
    fn fresh(
        &mut self,
        db: &mut dyn Query,
        runner: &Loaded<Runner>,
        fields: &ClaimFields,
    ) -> Result<(), Fault> {
        let room = HOLDING_MAX.saturating_sub(fields.holding.len() + self.jobs.len());
        let room = room.min(fields.room.min(ROOM_MAX) as usize);
        if room == 0 {
            return Ok(());
        }
        let state = &runner.state;
        let own = [Target::Runner(state.name.clone())];
        let labels = state.labels.iter().cloned().map(Target::Label);
        let targets = own.into_iter().chain(labels).map(|target| target_text(&target).into());
        let mut free = Statement::new("SELECT id FROM jobs WHERE state = 'queued' AND ");
        free.bind_any("target", targets);
        free.bind(" ORDER BY id LIMIT ?", [limit(HOLDING_MAX)]);
        let mut left = room;
        for row in free.query(db)? {
            let Some(job) = find_state::<Job>(db, row.parsed(0)?)? else { continue };
            if left > 0 && may_do(state, &job.state) {
                self.jobs.push(job.id);
                left -= 1;
            }
        }
        Ok(())
    }
}

fn may_do(runner: &Runner, job: &Job) -> bool {
    let allows = |command| runner::permits(command, &job.arguments, &Regexes).is_ok();
    matches!(job.target, Some(Target::Runner(_)))
        || runner.command(&job.command).is_some_and(allows)
}

fn limit(most: usize) -> ports::Value {
    i64::try_from(most).unwrap_or(i64::MAX).into()
}

/// Gives a runner what waits for it.
#[derive(Clone)]
struct ClaimJobs {
    name: String,
    fields: ClaimFields,
}

impl Command for ClaimJobs {
    type Answer = Claims;

    fn verb(&self) -> &'static str {
        "runner.claim"
    }

    fn permission(&self) -> Permission {
        Permission::Runner
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(find_runner(db, &self.name)?.map(Runner::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Claims, Stop> {
        let mut check = Check::default();
        check.count("/holding", self.fields.holding.len(), HOLDING_MAX);
        check.end()?;
        let runner = held_by(work, &self.name, &self.fields.instance)?;
        let waiting = Waiting::of(work.tx, &runner, &self.fields)?;
        let locks: BTreeSet<Lock> =
            waiting.jobs.iter().map(|id| Lock::stream(&Job::stream(*id))).collect();
        work.lock_all(locks)?;
        let mut claims = Claims { jobs: Vec::new(), stop: waiting.stop };
        for id in waiting.jobs {
            let mut job: Loaded<Job> = work.load(id)?;
            // Another runner may have been quicker.
            let Ok(events) = runner::claim(&job.state, runner.id, &runner.state) else { continue };
            work.append(&mut job, events)?;
            claims.jobs.push(ClaimedJob {
                key: job.state.key,
                fence: job.state.fence,
                command: job.state.command,
                arguments: job.state.arguments,
                time_limit_seconds: job.state.time_limit_seconds,
            });
        }
        Ok(claims)
    }
}
