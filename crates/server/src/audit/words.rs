//! What happened, in a sentence for each kind of event. A sentence stands behind who did it and
//! names what it was done to: `{release}` is what the event says there, with names in place of ids;
//! `{on?joined:left}` chooses; `{#set}` counts; a part in `[…]` is left out when what it names is
//! not said.

use ports::Fault;

/// The sentence of each event: of `kind.verb` or of a verb that kinds share, and for an event that
/// holds another one, of `verb/inner`. Sorted, so that they are found.
const SENTENCES: &[(&str, &str)] = &[
    ("activated", "put version {version} of the policy in force"),
    ("advanced", "moved it on to {state}, phase {phase}"),
    (
        "annotated/task_added",
        "added task {number}, {task.title}[, for {task.assignee}][, for {task.team}]\
        [, due {task.due_at}][, due {task.due_by}]",
    ),
    ("annotated/task_edited", "edited {fields}"),
    ("annotated/task_removed", "removed task {number}, {title}"),
    ("annotated/watch_set", "{person} {on?watches:no longer watches} it"),
    ("approval_moved/closed", "round {round} of the approval ended: {state}"),
    ("approval_moved/condition_met", "marked the condition of {person} met"),
    (
        "approval_moved/content_edited",
        "edited what is being approved[ ({touched})] in round {round}[, which voids the votes of \
        {voided}]",
    ),
    ("approval_moved/group_approved", "{where} has agreed, round {round}"),
    ("approval_moved/limit_reached", "time ran out for {where}: {then}[, {roles} may answer too]"),
    ("approval_moved/opened", "asked for approval, round {number}: {plan.stages.*.name}"),
    ("approval_moved/reminded", "reminded {where}"),
    (
        "approval_moved/vote_cast",
        "{answer} in {where}, round {round}[, in place of {on_behalf_of}][, if {condition.text}]",
    ),
    ("approval_moved/vote_lapsed", "the vote of {person}, who {why}, lapsed in round {round}"),
    ("article.approved", "found that it may be published"),
    ("article.published", "published it as version {version}"),
    ("article.retired", "took it out of force"),
    ("article.written", "wrote it down"),
    ("attached", "put it in {release}"),
    ("board.created", "set up the board"),
    ("cancelled", "cancelled it"),
    ("change.found_unauthorised", "found it done, and nothing had authorised it"),
    ("change.returned", "sent it back to draft"),
    ("change_attached", "took in {change}[ under {under}]"),
    ("change_detached", "let {change} go"),
    ("channel.created", "set up the channel"),
    ("channel.secret_set", "gave it another secret"),
    ("ci.created", "wrote it down"),
    ("ci.relations_set", "set what it needs"),
    ("closed", "closed it[ as {outcome}]"),
    ("comment_added", "remarked"),
    ("completed", "ended the work: {outcome}"),
    ("conflict.acceptance_ended", "the acceptance of the conflict of {between} reached its end"),
    ("conflict.accepted", "accepted the conflict of {between}[, until {until}]"),
    ("conflict.found", "found a conflict ({found.kind}) of {between}[, {found.overlap}]"),
    ("conflict.moved", "the conflict ({found.kind}) of {between} moved[ to {found.overlap}]"),
    ("conflict.resolved", "the conflict of {between} is resolved"),
    ("created", "created it"),
    ("delegation.revoked", "took {born.deputy} back as the deputy of {born.person}"),
    ("delegation.set", "named {deputy} the deputy of {person}[ from {from}][ until {until}]"),
    ("dependencies_set", "set what it waits for"),
    ("deployment_moved/finished", "the last step was reported: the deployment is finished"),
    ("deployment_moved/rollback_decided", "decided to roll back {changes}"),
    ("deployment_moved/rollback_failed", "gave the rollback up"),
    ("deployment_moved/rolled_back", "everything reached is taken back"),
    ("deployment_moved/started", "began to deploy {changes}[ under {under}]"),
    ("deployment_moved/step_back_reported", "reported the way back of {change} as {state}"),
    ("deployment_moved/step_reported", "reported the step of {change} as {state}"),
    ("deployment_moved/update_overdue", "a status update is overdue since {due}"),
    ("deployment_moved/update_sent", "gave a status update: {text}"),
    ("deployment_moved/verified", "verified it"),
    ("detached", "took it out of {release}"),
    ("edited", "edited {fields}"),
    ("exception.expired", "the exception from {born.rule} for {born.subject.id} reached its end"),
    (
        "exception.granted",
        "granted the exception from {born.rule} for {born.subject.id}, against {born.with.id}, \
        until {born.until}",
    ),
    (
        "exception.refused",
        "refused the exception from {born.rule} for {born.subject.id}, against {born.with.id}",
    ),
    (
        "exception.requested",
        "asked for an exception from {rule} for {subject.id}, against {with.id}, until {until}",
    ),
    ("exception.revoked", "took the exception from {born.rule} for {born.subject.id} back"),
    ("extended", "lengthened the window to {window}[, asked for by {asked_by}][ under {under}]"),
    ("extension_asked", "asked for a longer window, until {end}"),
    ("extension_refused", "turned the longer window down"),
    ("external.imported", "read {#set} new or changed entries, {#gone} are gone"),
    ("external.removed", "took the calendar away"),
    ("feed.created", "made the feed"),
    ("feed.revoked", "took the feed back"),
    ("filters_saved", "saved filters[: {filters.*.name}]"),
    (
        "gate.answered",
        "the gate answers {answer} to {purpose} {artifact.digest} in {environment}: \
        {reasons.*.code}",
    ),
    (
        "gate.deployment_seen",
        "saw {artifact.digest} deployed to {environment} at {deployed_at}[ on {ci}]\
        [ by {deployed_by}][; nothing authorised it: {unauthorised}]",
    ),
    ("gate_request.given_up", "gave up answering {born.repository}"),
    (
        "gate_request.received",
        "{repository} asks whether {artifact.digest} may go to {environment}",
    ),
    ("gate_request.told", "told {born.repository}: {answer}"),
    ("held", "put it on hold"),
    ("imported", "took it over from {origin.source}, where it is {origin.number}"),
    ("incident.alerted", "monitoring told of {#alerts} alerts"),
    ("incident.reopened", "opened it again"),
    ("incident.reported", "reported it"),
    ("incident.resolution_corrected", "corrected when service was restored to {resolved_at}"),
    ("incident.resolved", "service was restored at {resolved_at}"),
    ("job.claimed", "took it for {runner}"),
    ("job.ended", "it ended: {how}, exit code {exit}"),
    ("job.lost", "nobody can say what became of it"),
    ("job.not_begun", "it was not begun"),
    (
        "job.queued",
        "asked for {command}[ on {target.runner}][ on a runner with the label {target.label}]",
    ),
    ("job.stop_asked", "asked its runner to stop it"),
    ("link_told", "told {whom} that the work for {link.kind} {link.target} is done"),
    (
        "link_untold",
        "could not tell {link.tell} that the work for {link.kind} {link.target} is done: {untold.reason}",
    ),
    ("links_set", "set the links"),
    ("meeting.arranged", "put the agenda in order: {order.*.id}"),
    ("meeting.cancelled", "called the meeting off"),
    ("meeting.ended", "ended the meeting[: {outcomes}]"),
    ("meeting.frozen", "closed the agenda[: {agenda.*.subject.id}]"),
    ("meeting.item_added", "put {subject.id} on the agenda"),
    ("meeting.item_deferred", "put {subject.id} off to a later meeting"),
    ("meeting.item_opened", "put {subject.id} on the table"),
    ("meeting.lapsed", "the meeting was not held: nobody began it before its planned end"),
    ("meeting.planned", "planned the meeting for {window}, agenda until {cut_off}"),
    ("meeting.presence_set", "{person} {present?came:went}"),
    ("meeting.remarked", "remarked[ on {subject.id}]"),
    ("meeting.started", "opened the meeting"),
    ("meeting.time_set", "gave {subject.id} {minutes} minutes"),
    ("notice.digest_written", "wrote to {person} where releases stand: {releases}"),
    ("notice.moved_on", "wrote to the people of {record}: {state}"),
    ("notice.prepared", "wrote notice {place} of {release}: {moment}[, window {window}]"),
    (
        "notice.work_done",
        "wrote to {whom} that the work of {record} for {link.kind} {link.target} is done",
    ),
    ("part_signed_off", "signed off the part of {part.team}: {part.owns}"),
    ("period.created", "set up the {kind}"),
    ("person.created", "made the account"),
    ("person.password_set", "set the password; other sessions ended"),
    ("plan_set", "{text?wrote:took away} the plan by which it carries itself out"),
    ("raised", "raised it[, asked for by {requester}]"),
    ("refused", "tried to {verb}, and was refused"),
    (
        "rehearsal_recorded",
        "wrote down a rehearsal of the way back in {rehearsal.environment}, \
        {rehearsal.minutes} minutes[, covering {rehearsal.covers}]",
    ),
    (
        "release.created",
        "created it as a {model} release[, by the cadence of its model for {occurrence}]",
    ),
    ("release.returned", "sent it back to planning"),
    ("removed", "took it away"),
    ("reordered", "set the order of deployment"),
    ("repeated", "tried to {verb} again, {count} more times, and was refused"),
    ("resumed", "resumed it"),
    ("review.actions_due", "{#items} action items of {born.subject.id} are due: {items.*.title}"),
    ("review.completed", "completed the review of {born.subject.id}"),
    ("review.opened", "opened the review of {subject.id}: {why}[, due {due_on}]"),
    ("review.remarked", "remarked on what happened at {at}, in the review of {born.subject.id}"),
    ("risk_recorded", "recorded the risk: {risk.tier}, {risk.points} points"),
    ("run.abort_asked", "let the run end once nothing is in flight"),
    ("run.began", "began the run: {plan.steps.*.key}"),
    ("run.decision_asked", "asked for a decision, until {until}, or else {default}"),
    ("run.decision_taken", "decided: {choice}, by the {by}"),
    ("run.finished", "every step of the run is done"),
    ("run.give_up_asked", "gave the way back of the run up"),
    ("run.given_up", "the way back of the run was given up"),
    ("run.paused", "paused the run"),
    ("run.resumed", "let the run go on"),
    ("run.rollback_decided", "decided to take back the steps {steps}"),
    ("run.rolled_back", "the steps of the run are taken back"),
    (
        "run.step_failed",
        "step {step}, {way}, attempt {attempt}, failed[, and is tried again at {retry_at}]",
    ),
    ("run.step_lost", "nobody knows what became of step {step}, {way}, attempt {attempt}"),
    ("run.step_not_begun", "step {step}, {way}, attempt {attempt}, was never begun"),
    ("run.step_retried", "let step {step}, {way}, be tried again"),
    ("run.step_skipped", "left step {step}, {way}, out"),
    ("run.step_started", "began step {step}, {way}, attempt {attempt}"),
    ("run.step_succeeded", "step {step}, {way}, attempt {attempt}, is done"),
    (
        "run.step_unknown",
        "asked about step {step}, {way}, attempt {attempt}, and nobody knows[; asked again at \
        {ask_at}]",
    ),
    ("run.stopped", "the run was aborted: what was reached stands"),
    ("run.trigger_fired", "trigger {trigger} fired: {then}"),
    ("run.trigger_turned", "trigger {trigger} is {value}: {note}"),
    ("run.watch_ended", "the triggers of the run are not watched any more"),
    ("runner.came_back", "it is heard again"),
    ("runner.fell_silent", "it was last heard at {seen_at}"),
    ("runner.registered", "registered it: {#commands} commands, program {program}"),
    ("runner.revoked", "took it out of work"),
    ("scheduled", "committed the window[ {window}][ under {under}]"),
    ("scope_frozen", "froze the scope"),
    ("scope_grown", "the frozen scope grew[ by {change}] under {under}"),
    ("scope_reopened", "opened the scope again"),
    ("scope_stated", "stated {fields}"),
    ("signed_in", "signed in"),
    ("signed_out", "signed out"),
    ("started", "began the work[ in the window {window}][ under {under}]"),
    ("submitted", "submitted it[, risk {tier}][, review due {review_due_on}]"),
    ("survey.answered", "said {score} of 5 about {born.release}"),
    ("survey.opened", "asked {asked} about {release}, until {until}"),
    ("tier_recorded", "the risk of the bundle is {tier} now"),
    ("token.created", "made the token for {person}: {scopes}, until {expires_at}"),
    ("token.revoked", "took the token back"),
    ("unscheduled", "gave the window up"),
    (
        "updates_planned",
        "set the status updates[: every {plan.every_minutes} minutes at {plan.place}]",
    ),
    ("user_group.created", "set up the user group"),
    ("version_set", "version {version} runs since {release}"),
    ("window_answered", "{answer} the window for {team}[, and proposes {instead}]"),
    ("window_asked", "asked {teams.*.team} about the window {window}"),
    ("window_overrun", "work is still under way at the end of its window, {end}"),
];

/// The sentence of an event by its name and, where it holds another one, by that; without any, the
/// words that its name is made of.
pub(super) fn sentence(name: &str, inner: Option<&str>) -> String {
    let known = known(name, inner).map(|index| SENTENCES[index].1.to_owned());
    known.unwrap_or_else(|| parts(name).1.replace(['_', '.'], " "))
}

/// The name without its version, and that without the kind.
fn parts(name: &str) -> (&str, &str) {
    let stem = name.rsplit_once(".v").map_or(name, |(stem, _)| stem);
    (stem, stem.split_once('.').map_or(stem, |(_, verb)| verb))
}

fn known(name: &str, inner: Option<&str>) -> Option<usize> {
    let (stem, verb) = parts(name);
    let held = inner.map(|inner| format!("{verb}/{inner}"));
    let mut keys = held.as_deref().into_iter().chain([stem]).chain(inner).chain([verb]);
    keys.find_map(|key| SENTENCES.iter().position(|(known, _)| *known == key))
}

/// A sentence with what is said in place of each `{…}`.
pub(super) fn fill(
    sentence: &str,
    say: &mut dyn FnMut(&str) -> Result<Option<String>, Fault>,
) -> Result<String, Fault> {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some(open) = rest.find('[') {
        text.push_str(&filled(&rest[..open], say)?.text);
        let close = rest[open..].find(']').map_or(rest.len(), |close| open + close);
        let part = filled(&rest[open + 1..close], say)?;
        if !part.lacks {
            text.push_str(&part.text);
        }
        rest = rest.get(close + 1..).unwrap_or_default();
    }
    text.push_str(&filled(rest, say)?.text);
    Ok(text)
}

struct Filled {
    text: String,
    lacks: bool,
}

fn filled(
    part: &str,
    say: &mut dyn FnMut(&str) -> Result<Option<String>, Fault>,
) -> Result<Filled, Fault> {
    let mut filled = Filled { text: String::new(), lacks: false };
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        filled.text.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        match say(place)? {
            Some(said) => filled.text.push_str(&said),
            None => {
                filled.lacks = true;
                filled.text.push_str("nothing");
            }
        }
        rest = after;
    }
    filled.text.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::golden;
    use crate::audit::telling::inner_of;
    use crate::audit::themes::ATTEMPTS;

    #[test]
    fn every_event_has_a_sentence_and_every_sentence_an_event() {
        assert!(SENTENCES.windows(2).all(|pair| pair[0].0 < pair[1].0), "keep them in order");
        let mut unused: Vec<&str> = SENTENCES.iter().map(|(key, _)| *key).collect();
        let golden = golden::all();
        let of_golden = golden.iter().map(|(_, name, data)| (name.as_str(), inner_of(name, data)));
        for (name, inner) in of_golden.chain(ATTEMPTS.iter().map(|name| (*name, None))) {
            let index = known(name, inner).unwrap_or_else(|| panic!("{name} has no sentence"));
            unused.retain(|unused| *unused != SENTENCES[index].0);
        }
        assert_eq!(unused, Vec::<&str>::new(), "sentences of no event");
    }

    #[test]
    fn a_name_without_a_sentence_is_read_out() {
        assert_eq!(sentence("change.something_new.v2", None), "something new");
    }

    #[test]
    fn a_part_that_lacks_something_is_left_out() {
        let mut say = |place: &str| Ok((place == "a").then(|| "one".to_owned()));
        assert_eq!(fill("did {a}[ with {b}][ by {a}]", &mut say).unwrap(), "did one by one");
        assert_eq!(fill("did {b}", &mut say).unwrap(), "did nothing");
    }
}
