//! From refusals and faults to problems: the one mapping to HTTP.

use api::common::FieldError;
use api::problem::Problem;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use ports::Fault;

use crate::bus::Failure;

/// A refusal as a problem.
pub fn of_refusal(refusal: &Refusal) -> Problem {
    let errors = refusal.missing.iter().map(|missing| FieldError {
        pointer: missing.pointer.clone(),
        detail: missing.detail.clone(),
    });
    Problem { errors: errors.collect(), ..Problem::new(refusal.code, &refusal.detail) }
}

/// A failure as a problem. A fault is logged here, once, under the id that the user is shown.
pub fn of_failure(failure: Failure) -> Problem {
    match failure {
        Failure::Refused(refusal) => of_refusal(&refusal),
        Failure::ReplayedRefusal(problem) => problem,
        Failure::KeyReused => Problem::new(
            "request.key_reused",
            "this Idempotency-Key was used for another request within a day: use a fresh key",
        ),
        Failure::Fault(fault) => of_fault(&fault),
    }
}

/// A fault as a problem.
pub fn of_fault(fault: &Fault) -> Problem {
    if matches!(fault, Fault::Busy) {
        return Problem::new("server.busy", "too much work is waiting: try again in a second");
    }
    if fault.is_transient() {
        tracing::warn!(error = %fault, "a request met a fault that passes: {fault}");
        let detail = "the database could not do this just now: try again in a second";
        return Problem::new("server.busy", detail);
    }
    let incident = incident_id();
    tracing::error!(incident.id = %incident, error = %fault, "a request met a fault: {fault}");
    let detail = format!("the server could not do this; its log tells more under {incident}");
    Problem { incident: Some(incident), ..Problem::new("server.fault", detail) }
}

/// An id under which the log tells what went wrong.
pub(crate) fn incident_id() -> String {
    uuid::Uuid::from_u128(rand::random()).simple().to_string()
}

/// A problem as an HTTP answer.
pub struct Answer(pub Problem);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(self.0.status, 429 | 503) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self(of_failure(failure))
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        Self(of_fault(&fault))
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self(of_refusal(&refusal))
    }
}

impl From<domain::General> for Answer {
    fn from(refusal: domain::General) -> Self {
        Self(of_refusal(&refusal.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(fault: Fault) -> (u16, String, bool) {
        let answer = Answer::from(fault);
        let code = answer.0.code.clone();
        let response = answer.into_response();
        let retry = response.headers().contains_key(header::RETRY_AFTER);
        (response.status().as_u16(), code, retry)
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_told_by_an_id() {
        let busy = || (503, "server.busy".to_owned(), true);
        assert_eq!(answered(Fault::Busy), busy());
        let passing = Fault::transient("taking locks", "the work kept needing other locks");
        assert_eq!(answered(passing), busy());
        let lost = Fault::WrongVersion { stream: "change:chg_1".to_owned() };
        assert_eq!(answered(lost), busy());
        let fault = answered(Fault::permanent("reading", "the disk is broken"));
        assert_eq!(fault, (500, "server.fault".to_owned(), false));
    }
}
