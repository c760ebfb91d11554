//! Committing a window, beginning work in it, lengthening it.

use kernel::{NOTE_MAX, Timestamp};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::change::edit::hold_against_approval;
use crate::change::facts::not_blocked;
use crate::change::{Change, ChangeEvent, Edit, Facts, Refusal, Verb, guard};
use crate::refusal::Check;
use crate::vocabulary::Window;

/// Commits the planned window, or the one given. `facts.blocking` was gathered for that window.
/// Where an approval covers the window and it moved, that approval is asked for again instead.
pub fn schedule(
    change: &Change,
    window: Option<&Window>,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ChangeEvent> {
    let mut wanted = change.clone();
    if let Some(window) = window {
        wanted.content.window = Some(window.clone());
    }
    guard(Verb::Schedule, &wanted, facts)?;
    let moved = wanted.content.window != change.content.window;
    if moved {
        let edit = Edit { window: Some(wanted.content.window.clone()), ..Edit::default() };
        let edited = ChangeEvent::Edited { edit: Box::new(edit) };
        let after = change.clone().evolve(&edited, stamp);
        let consequences = hold_against_approval(change, &after, facts, stamp)?;
        let events: Vec<ChangeEvent> = std::iter::once(edited).chain(consequences).collect();
        let end = events.iter().fold(change.clone(), |change, event| change.evolve(event, stamp));
        if !end.is_approved() {
            return Ok(events);
        }
    }
    if !moved && change.phase == crate::change::Phase::Scheduled {
        return Ok(vec![]);
    }
    let mut events = vec![ChangeEvent::Scheduled {
        window: wanted.content.window.clone(),
        under: facts.under.clone(),
    }];
    if moved {
        let after = change.clone().evolve(&events[0], stamp);
        events.extend(hold_against_approval(change, &after, facts, stamp)?);
    }
    Ok(events)
}

/// Begins work.
pub fn start(change: &Change, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Start, change, facts)?;
    Ok(vec![ChangeEvent::Started { under: facts.under.clone() }])
}

/// Lengthens the running window. `facts.blocking` was gathered for the longer one.
pub fn extend(
    change: &Change,
    end: Timestamp,
    reason: &str,
    facts: &Facts,
) -> Decision<ChangeEvent> {
    guard(Verb::Extend, change, facts)?;
    let mut check = Check::default();
    check.name("/reason", reason, NOTE_MAX);
    check.end()?;
    let mut window = facts.window(change).ok_or(Refusal::WindowMissing)?;
    if end <= window.interval.end || end <= facts.now {
        return Err(Refusal::NotLonger { end: window.interval.end }.into());
    }
    not_blocked(facts)?;
    window.interval.end = end;
    Ok(vec![ChangeEvent::Extended { window, reason: reason.to_owned() }])
}
