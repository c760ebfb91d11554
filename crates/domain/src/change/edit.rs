//! Raising a change, editing it, and what hangs on it.

use kernel::{LONG_TEXT_MAX, NAME_MAX, NOTE_MAX, PersonId};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{self, PartName, RoundEvent};
use crate::calendar;
use crate::change::facts::missing;
use crate::change::submit::{ask_for_approval, barred};
use crate::change::{
    ARTIFACTS_MAX, CIS_MAX, Change, ChangeEvent, Content, Edit, Facts, MINUTES_MAX, Phase, Refusal,
    SERVICES_MAX, TAGS_MAX, Verb, guard,
};
use crate::record::{ExtraCommand, ExtraEvent, settle};
use crate::refusal::Check;

/// Raises a change with what is known of it so far, and the tasks of its model.
pub fn raise(
    number: String,
    edit: &Edit,
    requester: Option<PersonId>,
    tasks: Vec<ExtraEvent>,
) -> Decision<ChangeEvent> {
    let mut content = Content::default();
    content.apply(edit);
    let mut check = checked(&content);
    if content.change_type.is_none() {
        check.wrong("/type", "is missing: standard, normal or emergency");
    }
    check.end()?;
    let raised = ChangeEvent::Raised { number, content: Box::new(content), requester };
    let tasks = tasks.into_iter().map(ChangeEvent::Annotated);
    Ok(std::iter::once(raised).chain(tasks).collect())
}

/// Raises a change for what was seen to be done without anyone having authorised it. It is a draft
/// that those who answer for it complete, and have approved or taken back.
pub fn raise_unauthorised(number: String, edit: &Edit, reason: String) -> Decision<ChangeEvent> {
    let mut events = raise(number, edit, None, Vec::new())?;
    events.push(ChangeEvent::FoundUnauthorised { reason });
    Ok(events)
}

/// What an edit led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The events.
    pub events: Vec<ChangeEvent>,
    /// Whether the calendar must look again.
    pub moved: bool,
}

/// Edits a change. Votes that covered what was edited are voided; a scheduled change whose approval
/// no longer stands waits for it again.
pub fn edit(
    change: &Change,
    edit: &Edit,
    facts: &Facts,
    stamp: &Stamp,
) -> Result<Edited, crate::Refusal> {
    guard(Verb::Edit, change, facts)?;
    let edit = edit.clone().against(&change.content);
    if edit.is_empty() {
        return Ok(Edited { events: vec![], moved: false });
    }
    if edit.change_type.is_some() && change.phase != Phase::Draft {
        return Err(Refusal::TypeFixed.into());
    }
    if edit.window.is_some() {
        may_move_window(change, facts)?;
    }
    // Rules about conflicts read a type and a team: in a release those of the release.
    let told_apart = edit.change_type.is_some() || edit.team.is_some();
    let moved = edit.window.is_some()
        || edit.cis.is_some()
        || edit.services.is_some()
        || edit.environment.is_some()
        || (told_apart && change.release.is_none());
    let event = ChangeEvent::Edited { edit: Box::new(edit) };
    let after = change.clone().evolve(&event, stamp);
    let mut check = checked(&after.content);
    nothing_taken_away(change, &after, &mut check);
    check.end()?;
    let mut events = vec![event];
    events.extend(hold_against_approval(change, &after, facts, stamp)?);
    Ok(Edited { events, moved })
}

/// A change past `draft` keeps what its submission needed.
fn nothing_taken_away(before: &Change, after: &Change, check: &mut Check) {
    if before.phase == Phase::Draft {
        return;
    }
    if after.content.cis.is_empty() && !before.content.cis.is_empty() {
        let detail = "what this change was submitted for: it may not be emptied now";
        check.wrong("/cis", detail);
    }
    let absent_before = missing(before);
    for absent in missing(after).into_iter().filter(|absent| !absent_before.contains(absent)) {
        let detail = "was asked for when this change was submitted: it may not be emptied now";
        check.wrong(&absent.pointer, detail);
    }
}

/// The change as an edit would leave it; what facts about it are asked of then.
#[must_use]
pub fn edited(change: &Change, edit: &Edit, stamp: &Stamp) -> Change {
    let edit = Box::new(edit.clone().against(&change.content));
    change.clone().evolve(&ChangeEvent::Edited { edit }, stamp)
}

/// Whether a change works on CIs or services after an edit that it did not name before.
pub fn gains(before: &Change, after: &Change) -> bool {
    let (before, after) = (&before.content, &after.content);
    !after.services.is_subset(&before.services)
        || after.cis.iter().any(|ci| !before.cis.contains(ci))
}

/// What an edit does to the approval: votes are voided, and a commitment that rested on them ends.
/// Whoever asks for the change or carries it out now may not vote on it from here on. An edit that
/// moves the tier, or leads to another approval for another reason, is judged anew.
pub(super) fn hold_against_approval(
    before: &Change,
    after: &Change,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ChangeEvent> {
    let content = after.approval_content();
    if after.round().is_none() && after.origin.is_some() && before.phase >= Phase::Authorise {
        let touched = before.approval_content().touched(&content);
        if touched.iter().all(|part| *part == PartName::Window) {
            return Ok(vec![]);
        }
        let reason = "what was approved in the system it came from was edited".to_owned();
        return Ok(vec![ChangeEvent::ReturnedToDraft { reason }]);
    }
    if before.phase >= Phase::Authorise && (tier_moved(after, facts) || facts.rerouted) {
        let withdrawn = approval::withdraw(after.round()).into_iter().map(ChangeEvent::Round);
        let mut events: Vec<ChangeEvent> = withdrawn.collect();
        if before.phase == Phase::Scheduled {
            let reason = "it needs another approval than the one that it had".to_owned();
            events.push(ChangeEvent::Unscheduled { reason });
        }
        let again = events.iter().fold(after.clone(), |state, event| state.evolve(event, stamp));
        events.extend(ask_for_approval(&again, facts, stamp)?);
        return Ok(events);
    }
    let rounds = approval::edit(after.round(), content, barred(after), &facts.electorate)?;
    let reopened = rounds.iter().any(|event| match event {
        RoundEvent::ContentEdited { reopened, .. } => !reopened.is_empty(),
        _ => false,
    });
    let mut events: Vec<ChangeEvent> = rounds.into_iter().map(ChangeEvent::Round).collect();
    if reopened && before.phase == Phase::Scheduled {
        let reason = "what was approved was edited".to_owned();
        events.push(ChangeEvent::Unscheduled { reason });
    }
    Ok(events)
}

fn tier_moved(change: &Change, facts: &Facts) -> bool {
    change.risk.as_ref().is_some_and(|recorded| recorded.tier != facts.risk.tier)
}

fn may_move_window(change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    if let Some(release) = &facts.release {
        return Err(Refusal::InRelease { release: release.number.clone() }.into());
    }
    if change.phase == Phase::Scheduled {
        return Err(calendar::Refusal::WindowCommitted.into());
    }
    Ok(())
}

/// A task, remark, watcher or link.
pub fn extra(change: &Change, command: &ExtraCommand) -> Decision<ChangeEvent> {
    if change.extras.settles(command) {
        settle(change.succeeded())?;
    }
    let events = change.extras.decide(command)?;
    Ok(events.into_iter().map(ChangeEvent::Annotated).collect())
}

pub(super) fn checked(content: &Content) -> Check {
    let mut check = Check::default();
    check.name("/title", &content.title, NAME_MAX);
    for (pointer, text) in [
        ("/description", &content.description),
        ("/reason", &content.reason),
        ("/implementation_plan", &content.implementation_plan),
        ("/test_plan", &content.test_plan),
        ("/backout_plan", &content.backout_plan),
    ] {
        check.text(pointer, text, LONG_TEXT_MAX);
    }
    check.text("/cannot_be_undone", &content.cannot_be_undone, NOTE_MAX);
    for (pointer, minutes) in [
        ("/backout_minutes", content.backout_minutes),
        ("/effort_minutes", content.effort_minutes),
        ("/outages", content.outages.iter().map(|outage| outage.minutes).max()),
    ] {
        if minutes > Some(MINUTES_MAX) {
            check.wrong(pointer, format!("is at most {MINUTES_MAX} minutes, a year"));
        }
    }
    check.count("/cis", content.cis.len(), CIS_MAX);
    check.count("/services", content.services.len(), SERVICES_MAX);
    check.count("/outages", content.outages.len(), SERVICES_MAX);
    check.count("/artifacts", content.artifacts.len(), ARTIFACTS_MAX);
    for (index, artifact) in content.artifacts.iter().enumerate() {
        let name = artifact.name.as_deref().unwrap_or_default();
        check.text(&format!("/artifacts/{index}/name"), name, NAME_MAX);
    }
    check.count("/tags", content.tags.len(), TAGS_MAX);
    for tag in &content.tags {
        check.name("/tags", tag, 50);
    }
    let mut seen = std::collections::BTreeSet::new();
    if !content.cis.iter().all(|ci| seen.insert(*ci)) {
        check.wrong("/cis", "names a CI twice");
    }
    check
}
