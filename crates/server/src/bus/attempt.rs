//! A command refused for a reason of governance is evidence: it is appended to the subject's own
//! attempt stream, whose version is not the subject's. Equal attempts within a minute are one
//! event, followed by one that counts the rest.

use kernel::{Actor, Timestamp};
use ports::{Fault, Tx, Value};
use serde::{Deserialize, Serialize};

use crate::bus::{Lock, Stop, Work};
use crate::follow::timers;

/// How long equal attempts are gathered, in minutes.
pub const ATTEMPT_WINDOW_MINUTES: i64 = 1;

/// What an attempt stream holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptEvent {
    /// The command, such as `change.approve`.
    pub verb: String,
    /// Why it was refused.
    pub code: String,
    /// The same in words.
    pub detail: String,
    /// How many equal attempts this stands for.
    pub count: i64,
}

const COUNT: &str = "UPDATE attempts SET count = count + 1 \
    WHERE actor = $1 AND verb = $2 AND subject = $3 AND code = $4";
const OPEN: &str = "INSERT INTO attempts (actor, verb, subject, code, since, count) \
    VALUES ($1, $2, $3, $4, $5, 1)";
const CLOSE: &str = "DELETE FROM attempts \
    WHERE actor = $1 AND verb = $2 AND subject = $3 AND code = $4 RETURNING count";

/// Records a refusal on its subject.
pub(super) fn record(
    work: &mut Work<'_>,
    subject: &str,
    verb: &str,
    refusal: &domain::Refusal,
) -> Result<(), Stop> {
    let stream = format!("attempt:{subject}");
    work.tx.lock(&[Lock::stream(&stream).as_str().to_owned()])?;
    let key = [work.actor.label(), verb.to_owned(), subject.to_owned(), refusal.code.to_owned()];
    let mut params: Vec<Value> = key.iter().map(Value::from).collect();
    if work.tx.execute(COUNT, &params)? > 0 {
        return Ok(());
    }
    params.push(work.now.into());
    work.tx.execute(OPEN, &params)?;
    let (code, detail) = (refusal.code.to_owned(), refusal.detail.clone());
    let event = AttemptEvent { verb: verb.to_owned(), code, detail, count: 1 };
    work.append_loose(&stream, "attempt.refused.v1", &text(&event))?;
    let due = work.now.plus_minutes(ATTEMPT_WINDOW_MINUTES);
    let payload = serde_json::json!({ "key": key, "detail": event.detail }).to_string();
    timers::set(work, due, &stream, "attempt.flush", &payload)?;
    Ok(())
}

/// Ends the minute of an attempt: the repetitions become one event.
pub fn flush_attempts(work: &mut Work<'_>, payload: &str) -> Result<(), Stop> {
    #[derive(Deserialize)]
    struct Flush {
        key: [String; 4],
        detail: String,
    }
    let flush: Flush = serde_json::from_str(payload)
        .map_err(|error| Fault::permanent("reading a timer", error))?;
    let stream = format!("attempt:{}", flush.key[2]);
    work.lock(Lock::stream(&stream))?;
    let params: Vec<Value> = flush.key.iter().map(Value::from).collect();
    let row = work.tx.query_one(CLOSE, &params)?;
    let count = row.map(|row| row.int(0)).transpose()?.unwrap_or(1) - 1;
    if count > 0 {
        let [actor, verb, _, code] = flush.key;
        let event = AttemptEvent { verb, code, detail: flush.detail, count };
        work.actor = Actor::of_label(&actor);
        work.append_loose(&stream, "attempt.repeated.v1", &text(&event))?;
    }
    Ok(())
}

fn text(event: &AttemptEvent) -> String {
    domain::canonical::text(event)
}

/// Whether a refusal is one of governance: a rule, a permission or separation of duties said no.
/// Bad input, unknown records and stale versions are not.
pub(super) fn is_governance(refusal: &domain::Refusal) -> bool {
    matches!(api::problem::status(refusal.code), Some(403 | 409))
}

/// Forgets idempotency keys that are older than a day.
pub(crate) fn forget_keys(tx: &mut dyn Tx, now: Timestamp) -> Result<u64, Fault> {
    let before = now.plus_minutes(-crate::bus::IDEMPOTENCY_MINUTES);
    tx.execute("DELETE FROM idempotency WHERE at < $1", &[before.into()])
}
