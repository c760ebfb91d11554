//! Reading runners and jobs, and finding them by name and key.

use api::common::{Page, Ref};
use api::runner as wire;
use domain::General;
use domain::identity::Permission;
use domain::runner::{Allowed, How, Job, Runner, State, Target};
use kernel::{JobId, RunnerId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::http::ListQuery;
use crate::listing::{word, wrong_cursor};
use crate::names::Names;
use crate::read::{Statement, action, wrong_name};
use crate::runner::hold::seen_at;

/// How many jobs of one runner are given up at once.
const HELD_MAX: i64 = 1_000;
/// How many pieces one part of the output holds.
const PIECES_MAX: i64 = 16;

/// The runner of a name or an id.
pub(super) fn find_runner(db: &mut dyn Query, name: &str) -> Result<Option<RunnerId>, Fault> {
    let sql = "SELECT id FROM runners WHERE name_key = $1 OR id = $2";
    let row = db.query_one(sql, &[name.to_lowercase().into(), name.into()])?;
    row.map(|row| row.parsed(0)).transpose()
}

/// The job of a key or an id.
pub(super) fn find_job(db: &mut dyn Query, key: &str) -> Result<Option<JobId>, Fault> {
    let sql = "SELECT id FROM jobs WHERE key = $1 OR id = $2";
    let row = db.query_one(sql, &[key.into(), key.into()])?;
    row.map(|row| row.parsed(0)).transpose()
}

/// The jobs that a runner has.
pub(super) fn held_jobs(db: &mut dyn Query, id: RunnerId) -> Result<Vec<JobId>, Fault> {
    let sql = "SELECT id FROM jobs WHERE runner = $1 AND state = 'claimed' ORDER BY id LIMIT $2";
    let rows = db.query(sql, &[id.to_string().into(), HELD_MAX.into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// How much of what a job said is known, in bytes.
pub(super) fn output_bytes(db: &mut dyn Query, id: JobId) -> Result<i64, Fault> {
    let sql = "SELECT start + bytes FROM job_output WHERE job = $1 ORDER BY start DESC LIMIT 1";
    let row = db.query_one(sql, &[id.to_string().into()])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// One runner, with what the reader may do.
pub(super) fn runner(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<wire::Runner, Stop> {
    let unknown = || General::Unknown { kind: "runner", name: name.to_owned() };
    let id = find_runner(db, name)?.ok_or_else(unknown)?;
    let loaded = find_state::<Runner>(db, id)?.ok_or_else(unknown)?;
    let shown = shown(db, &mut Names::default(), loaded)?;
    let actions = vec![action("revoke", asking.permit(Permission::RunnerWrite))];
    Ok(wire::Runner { actions, ..shown })
}

/// A page of runners, by name.
pub(super) fn runners(
    db: &mut dyn Query,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<wire::Runner>, Fault> {
    let mut statement = Statement::new("SELECT id, name_key FROM runners");
    if let Some(after) = after {
        statement.bind(" WHERE name_key > ?", [after.into()]);
    }
    statement.push(" ORDER BY name_key");
    let page = statement.page(db, limit, |row| Ok(row.text(1)?.to_owned()))?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        if let Some(loaded) = find_state::<Runner>(db, row.parsed(0)?)? {
            items.push(shown(db, &mut names, loaded)?);
        }
    }
    Ok(Page { items, next: page.next })
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    loaded: Loaded<Runner>,
) -> Result<wire::Runner, Fault> {
    let seen = seen_at(db, loaded.id)?;
    let runner = loaded.state;
    let state = match (&runner.revoked, runner.silent_since, seen) {
        (Some(_), ..) => "revoked",
        (None, None, Some(_)) => "working",
        _ => "silent",
    };
    let holder = match &runner.holder {
        Some(holder) => names.actor(db, holder)?,
        None => String::new(),
    };
    Ok(wire::Runner {
        id: loaded.id.to_string(),
        version: loaded.version.0,
        name: runner.name,
        state: state.to_owned(),
        labels: runner.labels.into_iter().collect(),
        program: runner.program,
        seen_at: seen.or(runner.silent_since).map(|at| at.to_string()),
        registered_at: time(runner.registered_at),
        holder,
        commands: runner.commands.into_iter().map(command).collect(),
        revoked: runner.revoked.map(|revoked| revoked.reason),
        actions: Vec::new(),
    })
}

fn command(allowed: Allowed) -> wire::AllowedCommand {
    let Allowed { name, program, args, patterns, time_limit_seconds, has_status } = allowed;
    wire::AllowedCommand { name, program, args, patterns, time_limit_seconds, has_status }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// One job.
pub(super) fn job(db: &mut dyn Query, key: &str) -> Result<wire::Job, Stop> {
    let loaded = known(db, key)?;
    Ok(shown_job(db, &mut Names::default(), loaded)?)
}

fn known(db: &mut dyn Query, key: &str) -> Result<Loaded<Job>, Stop> {
    let unknown = || General::Unknown { kind: "job", name: key.to_owned() };
    let id = find_job(db, key)?.ok_or_else(unknown)?;
    Ok(find_state::<Job>(db, id)?.ok_or_else(unknown)?)
}

/// A page of jobs, newest first.
pub(super) fn jobs(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
) -> Result<Page<wire::Job>, Stop> {
    let state: Option<State> = word(query, "state")?;
    let runner = query.get("runner").map(|name| wrong_name("runner", named(db, name)));
    let runner = runner.transpose()?;
    let mut statement = Statement::new("SELECT id FROM jobs WHERE version > 0");
    if let Some(runner) = runner {
        statement.bind(" AND runner = ?", [runner.to_string().into()]);
    }
    if let Some(state) = state {
        statement.bind(" AND state = ?", [state.word().into()]);
    }
    if let Some(after) = query.get("cursor") {
        after.parse::<JobId>().map_err(|_| wrong_cursor())?;
        statement.bind(" AND id < ?", [after.into()]);
    }
    statement.push(" ORDER BY id DESC");
    let page = statement.page(db, limit, |row| Ok(row.text(0)?.to_owned()))?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        if let Some(loaded) = find_state::<Job>(db, row.parsed(0)?)? {
            items.push(shown_job(db, &mut names, loaded)?);
        }
    }
    Ok(Page { items, next: page.next })
}

fn named(db: &mut dyn Query, name: &str) -> Result<RunnerId, Stop> {
    let unknown = || General::Unknown { kind: "runner", name: name.to_owned() };
    Ok(find_runner(db, name)?.ok_or_else(unknown)?)
}

fn shown_job(
    db: &mut dyn Query,
    names: &mut Names,
    loaded: Loaded<Job>,
) -> Result<wire::Job, Fault> {
    let said = output_bytes(db, loaded.id)?;
    let job = loaded.state;
    let runner: Option<Ref> = names.opt(db, job.runner)?;
    let (target, by_label) = match job.target {
        Some(Target::Label(label)) => (label, true),
        Some(Target::Runner(name)) => (name, false),
        None => (String::new(), false),
    };
    Ok(wire::Job {
        id: loaded.id.to_string(),
        version: loaded.version.0,
        key: job.key,
        state: job.state.map_or("", State::word).to_owned(),
        command: job.command,
        arguments: job.arguments,
        target,
        by_label,
        runner,
        queued_at: time(job.queued_at),
        claimed_at: job.claimed_at.map(|at| at.to_string()),
        stop_asked: job.stop_asked,
        how: job.how.map(|how: How| how.word().to_owned()),
        exit: job.exit,
        began_at: job.began_at.map(|at| at.to_string()),
        ended_at: job.ended_at.map(|at| at.to_string()),
        output_bytes: said,
        tail: job.tail,
        reason: job.reason,
    })
}

/// A part of what a job said, from a piece's beginning on.
pub(super) fn output(db: &mut dyn Query, key: &str, after: i64) -> Result<wire::JobOutput, Stop> {
    let job = known(db, key)?;
    let sql = "SELECT start + bytes, text FROM job_output \
        WHERE job = $1 AND start >= $2 ORDER BY start LIMIT $3";
    let rows = db.query(sql, &[job.id.to_string().into(), after.into(), PIECES_MAX.into()])?;
    let (mut text, mut next) = (String::new(), after);
    for row in &rows {
        next = row.int(0)?;
        text.push_str(row.text(1)?);
    }
    let open = matches!(job.state.state, Some(State::Queued | State::Claimed | State::Lost));
    let more = open || next < output_bytes(db, job.id)?;
    Ok(wire::JobOutput { text, next, more })
}
