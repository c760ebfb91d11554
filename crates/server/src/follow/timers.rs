//! Durable timers. One is set in a command's transaction; when it is due, taking it away and doing
//! what it asks are one transaction, so it fires once, restarts included.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::identity::Permission;
use kernel::{TimerId, Timestamp};
use ports::{Fault, Query, Tx, Value};

use crate::approval::DUE;
use crate::bus::{Bus, Command, Envelope, Failure, Lock, Stop, Work, flush_attempts, forget_keys};
use crate::cab::RUNS_OUT;
use crate::deployment::WAKES;
use crate::follow::overrun::OVERRUN;
use crate::identity::DIGEST_DUE;
use crate::release::UPDATE_DUE;
use crate::review::ACTIONS_DUE;
use crate::runner::{GIVE_UP, QUIET};

/// The timer that opens the next release of the models with a cadence.
pub const CADENCE: &str = "release.cadence";
/// The most timers taken at once.
pub const TIMERS_MAX: i64 = 100;
/// How often what is past its time is forgotten, in minutes.
pub const FORGET_MINUTES: i64 = 60;
const PAUSE: Duration = Duration::from_millis(500);
/// How long a timer that failed rests, in seconds: this, and twice as long each time.
const REST_SECONDS: i64 = 1;
/// How often that is doubled; then it rests for a little more than an hour.
const REST_DOUBLED_MAX: i64 = 12;

/// Sets a timer.
pub fn set(
    work: &mut Work<'_>,
    due: Timestamp,
    stream: &str,
    kind: &str,
    payload: &str,
) -> Result<(), Fault> {
    let id: TimerId = work.new_id();
    let sql = "INSERT INTO timers (id, due_at, stream, kind, payload, lease_until, attempts) \
        VALUES ($1, $2, $3, $4, $5, 0, 0)";
    let params = [id.to_string().into(), due.into(), stream.into(), kind.into(), payload.into()];
    work.tx.execute(sql, &params).map(|_| ())
}

/// Keeps the one timer of a kind that a stream has: sets it, moves it, or takes it away.
pub fn keep(
    tx: &mut dyn Tx,
    stream: &str,
    kind: &str,
    due: Option<Timestamp>,
) -> Result<(), Fault> {
    let id = format!("{kind}:{stream}");
    let Some(due) = due else {
        return tx.execute("DELETE FROM timers WHERE id = $1", &[id.into()]).map(|_| ());
    };
    let sql = "INSERT INTO timers (id, due_at, stream, kind, payload, lease_until, attempts) \
        VALUES ($1, $2, $3, $4, '{}', 0, 0) ON CONFLICT (id) DO UPDATE \
        SET due_at = excluded.due_at, lease_until = 0, attempts = 0";
    tx.execute(sql, &[id.into(), due.into(), stream.into(), kind.into()]).map(|_| ())
}

/// A timer that is due.
#[derive(Debug, Clone)]
pub struct Fire {
    id: String,
    stream: String,
    kind: String,
    payload: String,
    attempts: i64,
}

impl Command for Fire {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "timer.fire"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        if matches!(self.kind.as_str(), "conflict.acceptance_ends" | CADENCE | DUE | WAKES) {
            work.lock(Lock::calendar())?;
        } else {
            work.lock(Lock::stream(&self.stream))?;
        }
        // One that was moved meanwhile is not due any more.
        let sql = "DELETE FROM timers WHERE id = $1 AND due_at <= $2";
        let taken = work.tx.execute(sql, &[(&self.id).into(), work.now.into()])?;
        if taken == 0 {
            return Ok(());
        }
        work.touched();
        match self.kind.as_str() {
            "attempt.flush" => flush_attempts(work, &self.payload),
            "conflict.acceptance_ends" => crate::calendar::acceptance_ends(work, &self.stream),
            "exception.ends" => crate::exception::exception_ends(work, &self.stream),
            "meeting.cut_off" => crate::cab::cut_off(work, &self.stream),
            CADENCE => crate::release::open_next(work),
            UPDATE_DUE => crate::release::update_overdue(work, &self.stream),
            OVERRUN => crate::follow::overrun::overrun(work, &self.stream),
            RUNS_OUT => crate::cab::time_ran_out(work, &self.stream),
            ACTIONS_DUE => crate::review::actions_due(work, &self.stream),
            WAKES => crate::deployment::wakes(work, &self.stream),
            QUIET => crate::runner::quiet(work, &self.stream),
            GIVE_UP => crate::runner::give_up(work, &self.stream),
            DUE => crate::follow::rounds::due(work, &self.stream),
            crate::notice::DUE => crate::notice::due(work, &self.stream),
            DIGEST_DUE => crate::notice::digest_due(work, &self.stream),
            other => {
                tracing::error!(timer.kind = other, "a timer of an unknown kind was dropped");
                Ok(())
            }
        }
    }
}

/// Lets a timer that failed rest, the longer the more often it did.
struct Rest {
    id: String,
    attempts: i64,
}

impl Rest {
    fn until(&self, now: Timestamp) -> Timestamp {
        let seconds = REST_SECONDS << self.attempts.clamp(0, REST_DOUBLED_MAX);
        now.plus_seconds(seconds)
    }
}

impl Command for Rest {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "timer.rest"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        // One that was moved meanwhile has not failed at its new time.
        let sql = "UPDATE timers SET attempts = attempts + 1, lease_until = $1 \
            WHERE id = $2 AND attempts = $3";
        let until = self.until(work.now);
        work.tx.execute(sql, &[until.into(), (&self.id).into(), self.attempts.into()])?;
        work.touched();
        Ok(())
    }
}

/// Fires what is due now and does not rest; answers how many did what they ask.
pub fn fire_due(bus: &Bus) -> Result<usize, Failure> {
    let now = bus.world().clock.now();
    let due = crate::read::wait(&*bus.world().store, move |db| {
        let sql = "SELECT id, stream, kind, payload, attempts FROM timers WHERE due_at <= $1 \
            AND (lease_until IS NULL OR lease_until <= $2) ORDER BY due_at LIMIT $3";
        let rows = db.query(sql, &[now.into(), now.into(), Value::from(TIMERS_MAX)])?;
        rows.iter()
            .map(|row| {
                Ok(Fire {
                    id: row.text(0)?.to_owned(),
                    stream: row.text(1)?.to_owned(),
                    kind: row.text(2)?.to_owned(),
                    payload: row.text(3)?.to_owned(),
                    attempts: row.int(4)?,
                })
            })
            .collect::<Result<Vec<Fire>, Fault>>()
    })
    .map_err(Failure::Fault)?;
    let mut fired = 0;
    for fire in due {
        let rest = Rest { id: fire.id.clone(), attempts: fire.attempts };
        let (kind, stream) = (fire.kind.clone(), fire.stream.clone());
        match bus.call(Envelope::system("timer"), fire) {
            Ok(_) => fired += 1,
            Err(failure) => {
                let (attempts, again_at) = (rest.attempts + 1, rest.until(now).to_string());
                tracing::error!(?failure, kind, stream, attempts, again_at, "a timer failed");
                bus.call(Envelope::system("timer"), rest)?;
            }
        }
    }
    Ok(fired)
}

/// Forgets what is kept for a time only: answered idempotency keys and ended sessions.
struct ForgetOld;

impl Command for ForgetOld {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "timer.forget"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let sql = "DELETE FROM sessions WHERE expires_at < $1";
        let sessions = work.tx.execute(sql, &[work.now.into()])?;
        if forget_keys(work.tx, work.now)? + sessions > 0 {
            work.touched();
        }
        Ok(())
    }
}

/// Forgets what is past its time now.
pub fn forget_old(bus: &Bus) -> Result<(), Failure> {
    bus.call(Envelope::system("timer"), ForgetOld).map(|_| ())
}

/// Fires timers until told to stop.
pub fn run(bus: &Bus, stop: &Arc<AtomicBool>) {
    let mut forgotten_at = bus.world().clock.now();
    while !stop.load(Ordering::SeqCst) {
        let now = bus.world().clock.now();
        if now.minutes_since(forgotten_at) >= FORGET_MINUTES {
            forgotten_at = now;
            if let Err(failure) = forget_old(bus) {
                tracing::error!(?failure, "what is past its time could not be forgotten");
            }
        }
        match fire_due(bus) {
            Ok(count) if count > 0 => {}
            Ok(_) => std::thread::sleep(PAUSE),
            Err(failure) => {
                tracing::error!(?failure, "timers must wait");
                std::thread::sleep(PAUSE);
            }
        }
    }
}
