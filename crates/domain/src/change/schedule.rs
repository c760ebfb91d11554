//! Committing a window, beginning work in it, lengthening it.

use kernel::{Timestamp, Zone};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval;
use crate::change::edit::hold_against_approval;
use crate::change::facts::{decides_extension, not_blocked};
use crate::change::{Change, ChangeEvent, Edit, Facts, Phase, Refusal, Verb, guard};
use crate::policy::ChangeType;
use crate::refusal::reasoned;
use crate::vocabulary::{WINDOW_DAYS_MAX, Window};

/// How long an emergency takes on the calendar when nobody said how long it takes, in minutes.
const EMERGENCY_MINUTES: i64 = 240;

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
    if !moved && change.phase == Phase::Scheduled {
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

/// Begins work. An emergency that begins in no window takes one from now on, as long as the one
/// that was planned, or as the work is thought to take: what runs is on the calendar, and others
/// find it there.
pub fn start(change: &Change, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Start, change, facts)?;
    let window = window_from_now(change, facts.now);
    let mut under = facts.under.clone();
    under.extend(facts.under_now.iter().filter(|one| !facts.under.contains(one)).cloned());
    Ok(vec![ChangeEvent::Started { under, window }])
}

/// The window that an emergency takes when it begins now; none where its own is open, or where it
/// is committed and waits for it.
pub fn window_from_now(change: &Change, now: Timestamp) -> Option<Window> {
    let planned = change.content.window.as_ref();
    let open = planned.is_some_and(|window| window.interval.includes(now));
    if open || change.phase != Phase::Authorise || change.change_type() != ChangeType::Emergency {
        return None;
    }
    let minutes = planned.map(|window| window.interval.minutes());
    let effort = change.content.effort_minutes.filter(|effort| *effort > 0).map(i64::from);
    let minutes = minutes.or(effort).unwrap_or(EMERGENCY_MINUTES);
    let zone = planned.map_or_else(Zone::utc, |window| window.zone.clone());
    let until = now.plus_minutes(minutes.min(WINDOW_DAYS_MAX * 24 * 60));
    Window::try_new(now, until, zone).ok()
}

/// Asks for a longer window of running work. `facts.blocking` was gathered for the longer one.
pub fn extend(
    change: &Change,
    end: Timestamp,
    reason: &str,
    facts: &Facts,
) -> Decision<ChangeEvent> {
    guard(Verb::Extend, change, facts)?;
    reasoned(reason)?;
    longer(change, end, facts)?;
    let (reason, asked_by) = (reason.to_owned(), facts.person);
    Ok(vec![ChangeEvent::ExtensionAsked { end, reason, asked_by }])
}

/// Lengthens the running window as it was asked for and `seen`.
pub fn grant_extension(change: &Change, seen: Timestamp, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::GrantExtension, change, facts)?;
    let asked = decides_extension(change, facts)?;
    approval::decided_as_seen(asked, seen)?;
    let window = longer(change, asked.end, facts)?;
    let (reason, asked_by) = (asked.reason.clone(), asked.asked_by);
    Ok(vec![ChangeEvent::Extended { window, reason, asked_by, under: facts.under.clone() }])
}

/// Turns the longer window down.
pub fn refuse_extension(change: &Change, reason: &str, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::RefuseExtension, change, facts)?;
    reasoned(reason)?;
    Ok(vec![ChangeEvent::ExtensionRefused { reason: reason.to_owned() }])
}

/// Says that work is still under way at the end of its window, once for each end. It goes on:
/// ending it by itself would leave nobody to answer for what was reached.
pub fn overrun(change: &Change, now: Timestamp) -> Vec<ChangeEvent> {
    let met = change.runs_until().filter(|end| *end <= now);
    met.map(|end| ChangeEvent::WindowOverrun { end }).into_iter().collect()
}

/// The window with a later end, in which nothing blocks.
fn longer(change: &Change, end: Timestamp, facts: &Facts) -> Result<Window, crate::Refusal> {
    let window = facts.window(change).ok_or(Refusal::WindowMissing)?;
    if end <= window.interval.end || end <= facts.now {
        return Err(Refusal::NotLonger { end: window.interval.end }.into());
    }
    not_blocked(facts)?;
    Ok(window.until(end)?)
}
