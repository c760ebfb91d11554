//! Committing a release's window, moving it, lengthening it.

use kernel::Timestamp;

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval;
use crate::calendar;
use crate::refusal::reasoned;
use crate::release::approve::reapprove;
use crate::release::facts::decides_extension;
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

/// Asks for a longer window of running work. `facts.blocking` was gathered for the longer one.
pub fn extend(
    release: &Release,
    end: Timestamp,
    reason: &str,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Extend, release, facts)?;
    reasoned(reason)?;
    longer(release, end, facts)?;
    let (reason, asked_by) = (reason.to_owned(), facts.person);
    Ok(vec![ReleaseEvent::ExtensionAsked { end, reason, asked_by }])
}

/// Lengthens the running window as it was asked for and `seen`.
pub fn grant_extension(
    release: &Release,
    seen: Timestamp,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::GrantExtension, release, facts)?;
    let asked = decides_extension(release, facts)?;
    approval::decided_as_seen(asked, seen)?;
    let window = longer(release, asked.end, facts)?;
    let (reason, asked_by) = (asked.reason.clone(), asked.asked_by);
    Ok(vec![ReleaseEvent::Extended { window, reason, asked_by, under: facts.under.clone() }])
}

/// Turns the longer window down.
pub fn refuse_extension(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::RefuseExtension, release, facts)?;
    reasoned(reason)?;
    Ok(vec![ReleaseEvent::ExtensionRefused { reason: reason.to_owned() }])
}

/// Says that work is still under way at the end of its window, once for each end. It goes on:
/// ending it by itself would leave nobody to answer for what was reached.
pub fn overrun(release: &Release, now: Timestamp) -> Vec<ReleaseEvent> {
    let met = release.runs_until().filter(|end| *end <= now);
    met.map(|end| ReleaseEvent::WindowOverrun { end }).into_iter().collect()
}

/// The window with a later end, in which nothing blocks.
fn longer(release: &Release, end: Timestamp, facts: &Facts) -> Result<Window, crate::Refusal> {
    let window = release.content.window.clone().ok_or(Refusal::WindowMissing)?;
    if end <= window.interval.end || end <= facts.now {
        return Err(Refusal::NotLonger { end: window.interval.end }.into());
    }
    calendar::not_blocked(&facts.blocking, facts.stands)?;
    Ok(window.until(end)?)
}
