//! Problems (RFC 9457) and the one table of their codes. Each code has a page at
//! `docs/problems/<code>.md`, served at `/problems/<code>`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::FieldError;

/// A problem, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// One sentence that says how to mend it.
    pub detail: String,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// Names a fault in the server's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<String>,
}

impl Problem {
    /// A problem of a registered code.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let (status, title) = entry(code).map_or((500, "Unregistered code"), |(_, s, t)| (*s, *t));
        Self {
            kind: format!("/problems/{code}"),
            title: title.to_owned(),
            status,
            code: code.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            incident: None,
        }
    }
}

/// Every code with its status and title. A rule's no is 409, a missing permission or broken
/// separation of duties 403, bad input 422 or 400, an unknown record 404, a stale version 412.
pub const CODES: &[(&str, u16, &str)] = &[
    ("approval.approved_by_you", 403, "Who approves does not carry out"),
    ("approval.condition_of_another", 403, "The condition names someone else"),
    ("approval.condition_of_no", 422, "Only a yes has a condition"),
    ("approval.condition_open", 409, "A condition is not met"),
    ("approval.content_moved", 409, "The content changed since it was read"),
    ("approval.deputy_named", 409, "A deputy is named already"),
    ("approval.deputy_unfit", 409, "The deputy may not vote"),
    ("approval.needed_elsewhere", 409, "Another group needs this vote"),
    ("approval.no_condition", 409, "No condition stands open"),
    ("approval.no_extension", 409, "No longer window is asked for"),
    ("approval.no_round", 409, "Nothing waits for a vote"),
    ("approval.nobody_can_vote", 409, "Too few people may vote"),
    ("approval.not_a_voter", 403, "Another role decides here"),
    ("approval.nothing_to_delegate", 409, "There is nothing to delegate"),
    ("approval.own_deputy", 403, "Nobody makes themselves a deputy"),
    ("approval.own_work", 403, "Nobody approves their own work"),
    ("approval.reason_missing", 422, "A refusal needs a reason"),
    ("approval.round_moved", 409, "Another round is open"),
    ("approval.voted_already", 409, "One person counts once"),
    ("audit.no_checkpoint", 409, "No checkpoint holds it yet"),
    ("audit.pack_too_large", 409, "There is too much for a pack"),
    ("cab.agenda_frozen", 409, "The agenda is closed"),
    ("cab.agenda_full", 409, "The agenda is full"),
    ("cab.not_a_member", 403, "Only the board takes part"),
    ("cab.not_on_agenda", 409, "Not on this agenda"),
    ("cab.not_the_chair", 403, "Someone else leads the meeting"),
    ("cab.nothing_waits", 409, "Nothing of it waits for the board"),
    ("cab.on_agenda", 409, "On the agenda already"),
    ("cab.reason_missing", 422, "Say why"),
    ("cab.wrong_state", 409, "The meeting is not so far"),
    ("calendar.conflict_blocks", 409, "A conflict blocks"),
    ("calendar.conflict_ended", 409, "The conflict has ended"),
    ("calendar.exception_needed", 409, "Only an exception passes this"),
    ("calendar.feed_ended", 404, "This feed has ended"),
    ("calendar.own_conflict", 403, "Nobody accepts a conflict of their own work"),
    ("calendar.window_committed", 409, "The window is committed"),
    ("change.ended", 409, "The change has ended"),
    ("change.held", 409, "The change is on hold"),
    ("change.in_release", 409, "The change travels in a release"),
    ("change.incomplete", 409, "The change is not complete"),
    ("change.not_approved", 409, "The change is not approved"),
    ("change.outcome_note_missing", 422, "This outcome needs a remark"),
    ("change.outside_release", 409, "Customers meet it outside any release"),
    ("change.review_missing", 409, "The review is missing"),
    ("change.tasks_open", 409, "Required tasks are open"),
    ("change.type_fixed", 409, "The type is fixed"),
    ("change.window_missing", 409, "The window is missing"),
    ("change.window_not_open", 409, "The window is not open"),
    ("change.wrong_phase", 409, "Not in this phase"),
    ("deployment.not_now", 409, "The run is not so far"),
    ("deployment.nothing_to_take_back", 409, "Nothing is left to take back"),
    ("deployment.plan_flawed", 422, "The plan has flaws"),
    ("deployment.point_of_no_return", 409, "A point of no return was reached"),
    ("deployment.run_carries_out", 409, "A run carries it out"),
    ("deployment.signs_off", 403, "Someone else signs off"),
    ("exception.no_person", 403, "A person answers for it"),
    ("exception.own_request", 403, "Nobody decides about their own exception"),
    ("exception.wrong_state", 409, "The exception is decided or over"),
    ("gate.not_set_up", 404, "No sender is set up"),
    ("gate.signature_wrong", 401, "The signature is wrong"),
    ("identity.last_administrator", 409, "Someone must keep the accounts"),
    ("identity.people_only", 403, "A person must do this"),
    ("identity.sign_in_required", 401, "Sign in first"),
    ("identity.token_ended", 401, "The token is wrong or has ended"),
    ("identity.too_many_attempts", 429, "Too many attempts"),
    ("identity.wrong_credentials", 401, "Login or password is wrong"),
    ("identity.wrong_origin", 403, "The request came from another site"),
    ("import.malformed", 422, "The file cannot be taken"),
    ("incident.wrong_state", 409, "Not in this state"),
    ("knowledge.no_person", 403, "A person answers for it"),
    ("knowledge.own_draft", 403, "Nobody approves their own draft"),
    ("knowledge.wrong_state", 409, "The article is not so far"),
    ("live.too_many", 503, "Too many pages listen"),
    ("notice.no_channel", 409, "There is nothing to send it by"),
    ("notice.not_dead", 409, "Nothing was given up"),
    ("notice.outdated", 409, "A later notice says otherwise"),
    ("policy.broken", 422, "The policy has flaws"),
    ("release.change_elsewhere", 409, "The change travels in another release"),
    ("release.change_not_attachable", 409, "The change cannot join"),
    ("release.cycle", 409, "A release waits for itself"),
    ("release.ended", 409, "The release has ended"),
    ("release.held", 409, "The release is on hold"),
    ("release.incomplete", 409, "The release is not complete"),
    ("release.nobody_to_ask", 409, "Nobody can be asked about the window"),
    ("release.not_approved", 409, "The go is not given"),
    ("release.not_of_team", 403, "Someone else answers for the team"),
    ("release.not_scheduled", 409, "The release is not scheduled"),
    ("release.notes_missing", 409, "Release notes are missing"),
    ("release.nothing_to_sign", 409, "No part is to be signed off"),
    ("release.out_of_order", 409, "A release before this one is not verified"),
    ("release.out_of_turn", 409, "Another change comes first"),
    ("release.outcome_wrong", 422, "Another outcome is asked for"),
    ("release.review_missing", 409, "The review is missing"),
    ("release.run_open", 409, "The run is not over"),
    ("release.scope_fixed", 409, "The scope is fixed"),
    ("release.scope_frozen", 409, "The scope is frozen"),
    ("release.scope_owner", 403, "The scope owner decides"),
    ("release.steps_open", 409, "Steps are not reported"),
    ("release.tasks_open", 409, "Required tasks are open"),
    ("release.window_missing", 409, "The window is missing"),
    ("release.window_not_agreed", 409, "A team has not accepted the window"),
    ("release.window_not_asked", 409, "The window is not asked of a team"),
    ("release.window_not_open", 409, "The window is not open"),
    ("release.wrong_phase", 409, "Not in this phase"),
    ("request.cycle", 422, "A dependency leads back to itself"),
    ("request.invalid", 422, "Fields cannot be taken"),
    ("request.key_reused", 422, "The key was used for another request"),
    ("request.malformed", 400, "The body cannot be read"),
    ("request.name_taken", 409, "The name is taken"),
    ("request.not_permitted", 403, "The permission is missing"),
    ("request.stale", 412, "The record moved on"),
    ("request.too_large", 413, "The request is too large"),
    ("request.unknown_path", 404, "There is no such address"),
    ("request.unknown_record", 404, "There is no such record"),
    ("request.version_missing", 428, "Say which version you saw"),
    ("request.wrong_method", 405, "This address has other methods"),
    ("request.wrong_type", 415, "Send JSON"),
    ("review.completed", 409, "The review is completed"),
    ("review.incomplete", 409, "The review is not complete"),
    ("review.owner_confirms", 403, "Its owner confirms it"),
    ("rollback.no_step_failed", 409, "No step back has failed"),
    ("rollback.not_decided", 409, "No rollback was decided"),
    ("runner.fenced", 409, "The claim is not yours"),
    ("runner.job_over", 409, "The job is over"),
    ("runner.key_reused", 409, "The key names another job"),
    ("runner.name_taken", 409, "The name is in use"),
    ("runner.not_registered", 409, "The runner is not registered"),
    ("runner.other_token", 403, "Another token speaks for this runner"),
    ("runner.revoked", 403, "The runner was revoked"),
    ("server.busy", 503, "Too much work is waiting"),
    ("server.fault", 500, "The server failed"),
    ("survey.answered", 409, "You answered already"),
    ("survey.not_asked", 403, "You are not asked"),
    ("survey.over", 409, "The survey is over"),
];

/// The status of a code.
pub fn status(code: &str) -> Option<u16> {
    entry(code).map(|(_, status, _)| *status)
}

fn entry(code: &str) -> Option<&'static (&'static str, u16, &'static str)> {
    CODES.iter().find(|(known, _, _)| *known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
