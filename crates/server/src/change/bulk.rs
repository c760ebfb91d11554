//! The same edit or verb on several changes: each is a command of its own, so that one refusal
//! leaves the others be.

use api::change::{Bulk, BulkOutcome};
use api::common::{Reason, Written};
use api::problem::Problem;
use domain::{General, Missing, Refusal};

use crate::bus::{Bus, Envelope, IdempotencyKey};
use crate::change::save::EditChange;
use crate::change::verbs::{MoveChange, Verb};
use crate::http::session_hash;
use crate::problem::{Answer, of_failure};

/// The most changes of one request.
pub const BULK_MAX: usize = 200;

/// Carries it out, change by change.
pub(super) async fn bulk(
    bus: &Bus,
    envelope: &Envelope,
    request: &Bulk,
) -> Result<Vec<BulkOutcome>, Answer> {
    check(request)?;
    let mut outcomes = Vec::with_capacity(request.changes.len());
    for change in &request.changes {
        let envelope = Envelope { key: key(envelope, change), expected: None, ..envelope.clone() };
        let end = one(bus, envelope, change, request).await;
        outcomes.push(match end {
            Ok(written) => BulkOutcome {
                change: change.clone(),
                version: Some(written.version),
                refusal: None,
            },
            Err(problem) => {
                let refusal = api::common::Refusal {
                    code: problem.code,
                    detail: problem.detail,
                    errors: problem.errors,
                };
                BulkOutcome { change: change.clone(), version: None, refusal: Some(refusal) }
            }
        });
    }
    Ok(outcomes)
}

/// Each change's own key, so that a request sent again does nothing twice.
fn key(envelope: &Envelope, change: &str) -> Option<IdempotencyKey> {
    let key = envelope.key.as_ref()?;
    let request_hash = key.request_hash.clone();
    let change = session_hash(change);
    Some(IdempotencyKey { key: format!("{} {change}", key.key), request_hash })
}

fn check(request: &Bulk) -> Result<(), Refusal> {
    let mut missing = Vec::new();
    if request.changes.is_empty() || request.changes.len() > BULK_MAX {
        missing.push(Missing::new("/changes", "names 1 to 200 changes"));
    }
    if request.fields.is_some() == request.verb.is_some() {
        missing.push(Missing::new("/verb", "either `fields` or `verb` says what to do"));
    }
    if request.verb.is_some() && verb(request).is_none() {
        missing.push(Missing::new("/verb", "is `submit`, `hold`, `resume` or `cancel`"));
    }
    if missing.is_empty() { Ok(()) } else { Err(General::Invalid(missing).into()) }
}

fn verb(request: &Bulk) -> Option<Verb> {
    let reason = Reason { reason: request.reason.clone() };
    match request.verb.as_deref()? {
        "submit" => Some(Verb::Submit),
        "hold" => Some(Verb::Hold(reason)),
        "resume" => Some(Verb::Resume),
        "cancel" => Some(Verb::Cancel(reason)),
        _ => None,
    }
}

async fn one(
    bus: &Bus,
    envelope: Envelope,
    change: &str,
    request: &Bulk,
) -> Result<Written, Problem> {
    let change = change.to_owned();
    let end = match (&request.fields, verb(request)) {
        (None, Some(verb)) => bus.send(envelope, MoveChange { change, verb }).await,
        (fields, _) => {
            let fields = fields.clone().unwrap_or_default();
            bus.send(envelope, EditChange { change, fields }).await
        }
    };
    end.map(|reply| reply.answer).map_err(of_failure)
}
