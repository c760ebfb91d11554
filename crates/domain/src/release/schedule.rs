//! Committing a release's window, moving it, lengthening it.

use kernel::{NOTE_MAX, Timestamp};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar;
use crate::refusal::Check;
use crate::release::approve::reapprove;
use crate::release::{Facts, Refusal, Release, ReleaseEvent, Verb, guard};
use crate::vocabulary::Window;

/// Commits the planned window, or the one given. `facts.blocking` was gathered for that window.
/// Votes that covered the window are voided when it moves.
pub fn schedule(
    release: &Release,
    window: Option<&Window>,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    let mut wanted = release.clone();
    if let Some(window) = window {
        wanted.content.window = Some(window.clone());
    }
    guard(Verb::Schedule, &wanted, facts)?;
    let window = wanted.content.window.ok_or(Refusal::WindowMissing)?;
    let moved = release.content.window.as_ref() != Some(&window);
    if release.scheduled && !moved {
        return Ok(vec![]);
    }
    let event = ReleaseEvent::Scheduled { window, under: facts.under.clone() };
    let after = release.clone().evolve(&event, stamp);
    let consequences = reapprove(&after, facts)?;
    Ok(std::iter::once(event).chain(consequences).collect())
}

/// Lengthens the running window. `facts.blocking` was gathered for the longer one.
pub fn extend(
    release: &Release,
    end: Timestamp,
    reason: &str,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Extend, release, facts)?;
    let mut check = Check::default();
    check.name("/reason", reason, NOTE_MAX);
    check.end()?;
    let mut window = release.content.window.clone().ok_or(Refusal::WindowMissing)?;
    if end <= window.interval.end || end <= facts.now {
        return Err(Refusal::NotLonger { end: window.interval.end }.into());
    }
    calendar::not_blocked(&facts.blocking)?;
    window.interval.end = end;
    Ok(vec![ReleaseEvent::Extended { window, reason: reason.to_owned() }])
}
