//! What the log is asked for: every event by its name, in the themes that people ask for.

/// Events of the one theme that is a wall of its own; the index of all the others leaves them out.
pub(super) const SIGN_INS: &[&str] = &["person.signed_in.v1", "person.signed_out.v1"];
/// What was refused; it stands beside records of every kind.
pub(super) const ATTEMPTS: &[&str] = &["attempt.refused.v1", "attempt.repeated.v1"];

/// The themes and their events. Each event has one.
pub(super) const THEMES: &[(&str, &[&str])] = &[
    (
        "approval",
        &[
            "change.approval_moved.v1",
            "change.returned.v1",
            "change.submitted.v1",
            "conflict.acceptance_ended.v1",
            "conflict.accepted.v1",
            "exception.expired.v1",
            "exception.granted.v1",
            "exception.refused.v1",
            "exception.requested.v1",
            "exception.revoked.v1",
            "release.approval_moved.v1",
            "release.part_signed_off.v1",
            "release.returned.v1",
            "release.submitted.v1",
        ],
    ),
    (
        "record",
        &[
            "article.approved.v1",
            "article.edited.v1",
            "article.published.v1",
            "article.retired.v1",
            "article.written.v1",
            "change.annotated.v1",
            "change.attached.v1",
            "change.cancelled.v1",
            "change.detached.v1",
            "change.edited.v1",
            "change.found_unauthorised.v1",
            "change.held.v1",
            "change.imported.v1",
            "change.raised.v1",
            "change.resumed.v1",
            "change.risk_recorded.v1",
            "ci.created.v1",
            "ci.edited.v1",
            "ci.relations_set.v1",
            "ci.version_set.v1",
            "incident.alerted.v1",
            "incident.closed.v1",
            "incident.comment_added.v1",
            "incident.edited.v1",
            "incident.imported.v1",
            "incident.links_set.v1",
            "incident.reopened.v1",
            "incident.reported.v1",
            "incident.resolution_corrected.v1",
            "incident.resolved.v1",
            "release.annotated.v1",
            "release.cancelled.v1",
            "release.change_attached.v1",
            "release.change_detached.v1",
            "release.created.v1",
            "release.dependencies_set.v1",
            "release.edited.v1",
            "release.held.v1",
            "release.plan_set.v1",
            "release.reordered.v1",
            "release.resumed.v1",
            "release.scope_frozen.v1",
            "release.scope_grown.v1",
            "release.scope_reopened.v1",
            "release.scope_stated.v1",
            "release.tier_recorded.v1",
            "review.actions_due.v1",
            "review.completed.v1",
            "review.edited.v1",
            "review.opened.v1",
            "review.remarked.v1",
            "service.created.v1",
            "service.edited.v1",
            "service.version_set.v1",
            "survey.answered.v1",
            "survey.opened.v1",
        ],
    ),
    (
        "calendar",
        &[
            "change.extended.v1",
            "change.extension_asked.v1",
            "change.extension_refused.v1",
            "change.scheduled.v1",
            "change.unscheduled.v1",
            "conflict.found.v1",
            "conflict.moved.v1",
            "conflict.resolved.v1",
            "external.imported.v1",
            "external.removed.v1",
            "period.created.v1",
            "period.edited.v1",
            "period.removed.v1",
            "release.extended.v1",
            "release.extension_asked.v1",
            "release.extension_refused.v1",
            "release.scheduled.v1",
            "release.unscheduled.v1",
        ],
    ),
    (
        "work",
        &[
            "change.closed.v1",
            "change.completed.v1",
            "change.started.v1",
            "change.window_overrun.v1",
            "gate.answered.v1",
            "gate.deployment_seen.v1",
            "gate_request.given_up.v1",
            "gate_request.received.v1",
            "gate_request.told.v1",
            "job.claimed.v1",
            "job.ended.v1",
            "job.lost.v1",
            "job.not_begun.v1",
            "job.queued.v1",
            "job.stop_asked.v1",
            "release.advanced.v1",
            "release.closed.v1",
            "release.deployment_moved.v1",
            "release.updates_planned.v1",
            "release.window_answered.v1",
            "release.window_asked.v1",
            "release.window_overrun.v1",
            "run.abort_asked.v1",
            "run.began.v1",
            "run.decision_asked.v1",
            "run.decision_taken.v1",
            "run.finished.v1",
            "run.give_up_asked.v1",
            "run.given_up.v1",
            "run.paused.v1",
            "run.resumed.v1",
            "run.rollback_decided.v1",
            "run.rolled_back.v1",
            "run.step_failed.v1",
            "run.step_lost.v1",
            "run.step_not_begun.v1",
            "run.step_retried.v1",
            "run.step_skipped.v1",
            "run.step_started.v1",
            "run.step_succeeded.v1",
            "run.step_unknown.v1",
            "run.stopped.v1",
            "run.trigger_fired.v1",
            "run.trigger_turned.v1",
            "run.watch_ended.v1",
            "runner.came_back.v1",
            "runner.fell_silent.v1",
            "runner.registered.v1",
            "runner.revoked.v1",
        ],
    ),
    (
        "meeting",
        &[
            "board.created.v1",
            "board.edited.v1",
            "meeting.arranged.v1",
            "meeting.cancelled.v1",
            "meeting.ended.v1",
            "meeting.frozen.v1",
            "meeting.item_added.v1",
            "meeting.item_deferred.v1",
            "meeting.item_opened.v1",
            "meeting.lapsed.v1",
            "meeting.planned.v1",
            "meeting.presence_set.v1",
            "meeting.remarked.v1",
            "meeting.started.v1",
            "meeting.time_set.v1",
        ],
    ),
    (
        "account",
        &[
            "delegation.revoked.v1",
            "delegation.set.v1",
            "feed.created.v1",
            "feed.revoked.v1",
            "person.created.v1",
            "person.edited.v1",
            "person.filters_saved.v1",
            "person.password_set.v1",
            "team.created.v1",
            "team.edited.v1",
            "token.created.v1",
            "token.revoked.v1",
        ],
    ),
    (
        "notice",
        &[
            "channel.created.v1",
            "channel.edited.v1",
            "channel.secret_set.v1",
            "communication.edited.v1",
            "notice.digest_written.v1",
            "notice.moved_on.v1",
            "notice.prepared.v1",
            "notice.work_done.v1",
            "user_group.created.v1",
            "user_group.edited.v1",
        ],
    ),
    ("policy", &["policy.activated.v1"]),
    ("refused", ATTEMPTS),
    ("sign_in", SIGN_INS),
];

/// The name of every event.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    THEMES.iter().flat_map(|(_, names)| names.iter().copied())
}

/// The events of a theme, of an event's name such as `change.submitted`, or of everything but
/// sign-ins, which needs no list.
pub(super) fn asked(word: &str) -> Option<Asked> {
    if word == GOVERNANCE {
        return Some(Asked::Governance);
    }
    if let Some((_, names)) = THEMES.iter().find(|(theme, _)| *theme == word) {
        return Some(Asked::Names(names.to_vec()));
    }
    let stem = |name: &str| name.rsplit_once(".v").map_or(name.len(), |(stem, _)| stem.len());
    let meant = |name: &&str| *name == word || name[..stem(name)] == *word;
    let names: Vec<&'static str> = names().filter(meant).collect();
    (!names.is_empty()).then_some(Asked::Names(names))
}

/// Everything but sign-ins.
pub(super) const GOVERNANCE: &str = "governance";

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// All but sign-ins.
    Governance,
    /// Those of these names.
    Names(Vec<&'static str>),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audit::golden;

    #[test]
    fn every_event_that_is_written_has_one_theme() {
        let known: BTreeSet<&str> = names().collect();
        assert_eq!(known.len(), names().count(), "an event stands in two themes");
        let written = golden::all().into_iter().map(|(_, name, _)| name);
        let written: BTreeSet<String> =
            written.chain(ATTEMPTS.iter().map(|name| (*name).to_owned())).collect();
        let known: BTreeSet<String> = known.into_iter().map(str::to_owned).collect();
        assert_eq!(known, written);
    }

    #[test]
    fn a_theme_and_an_event_are_asked_for_by_their_words() {
        assert_eq!(asked("policy"), Some(Asked::Names(vec!["policy.activated.v1"])));
        assert_eq!(asked("change.submitted"), Some(Asked::Names(vec!["change.submitted.v1"])));
        assert_eq!(asked("change.submitted.v1"), Some(Asked::Names(vec!["change.submitted.v1"])));
        assert_eq!(asked("governance"), Some(Asked::Governance));
        assert_eq!(asked("change"), None);
    }
}
