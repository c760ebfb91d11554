//! The same edit or verb on several records: each is a command of its own, so that one refusal
//! leaves the others be.

use api::common::{BulkOutcome, Reason, Refusal, Written};
use api::problem::Problem;
use domain::{General, Missing};

use crate::bus::{Bus, Command, Envelope, IdempotencyKey};
use crate::http::session_hash;
use crate::problem::of_failure;

/// The most records of one request.
pub const BULK_MAX: usize = 200;

/// A verb that several records may be asked at once.
pub(crate) enum BulkVerb {
    /// Hand it in.
    Submit,
    /// Let it wait.
    Hold(Reason),
    /// Let it go on.
    Resume,
    /// Give it up.
    Cancel(Reason),
}

impl BulkVerb {
    /// The verb that a request names, if it names one; checks how many records it names and that it
    /// has either a verb or fields. `pointer` is where it names its records.
    pub(crate) fn of(
        (pointer, records): (&str, usize),
        has_fields: bool,
        verb: Option<&str>,
        reason: Option<&String>,
    ) -> Result<Option<Self>, domain::Refusal> {
        let mut missing = Vec::new();
        if records == 0 || records > BULK_MAX {
            missing.push(Missing::new(pointer, "names 1 to 200 records"));
        }
        if has_fields == verb.is_some() {
            missing.push(Missing::new("/verb", "either `fields` or `verb` says what to do"));
        }
        let reason = || Reason { reason: reason.cloned() };
        let found = match verb {
            Some("submit") => Some(Self::Submit),
            Some("hold") => Some(Self::Hold(reason())),
            Some("resume") => Some(Self::Resume),
            Some("cancel") => Some(Self::Cancel(reason())),
            _ => None,
        };
        if verb.is_some() && found.is_none() {
            missing.push(Missing::new("/verb", "is `submit`, `hold`, `resume` or `cancel`"));
        }
        if missing.is_empty() { Ok(found) } else { Err(General::Invalid(missing).into()) }
    }
}

/// Sends a command for each record, one after the other.
pub(crate) async fn each<C: Command<Answer = Written>>(
    bus: &Bus,
    envelope: &Envelope,
    records: &[String],
    command: impl Fn(String) -> C,
) -> Vec<BulkOutcome> {
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let envelope = Envelope { key: key(envelope, record), expected: None, ..envelope.clone() };
        let end = bus.send(envelope, command(record.clone())).await.map_err(of_failure);
        let (version, refusal) = match end {
            Ok(reply) => (Some(reply.answer.version), None),
            Err(problem) => (None, Some(refusal(problem))),
        };
        outcomes.push(BulkOutcome { record: record.clone(), version, refusal });
    }
    outcomes
}

fn refusal(problem: Problem) -> Refusal {
    Refusal { code: problem.code, detail: problem.detail, errors: problem.errors }
}

/// Each record's own key, so that a request sent again does nothing twice.
fn key(envelope: &Envelope, record: &str) -> Option<IdempotencyKey> {
    let key = envelope.key.as_ref()?;
    let request_hash = key.request_hash.clone();
    Some(IdempotencyKey { key: format!("{} {}", key.key, session_hash(record)), request_hash })
}
