//! Assessing a change, and voting on it.

use kernel::PersonId;

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{self, Answer, Cast, RoundEvent, RoundState};
use crate::change::submit::ask_for_approval;
use crate::change::{Change, ChangeEvent, Facts, Phase, Verb, guard};

/// Records the risk, and asks for the approval that it calls for.
pub fn assess(change: &Change, facts: &Facts, stamp: &Stamp) -> Decision<ChangeEvent> {
    guard(Verb::Assess, change, facts)?;
    ask_for_approval(change, facts, stamp)
}

/// Takes a vote. The last yes schedules the change if its window is set and free; a no that ends
/// the round makes it a draft again.
pub fn cast(change: &Change, cast: &Cast, facts: &Facts, stamp: &Stamp) -> Decision<ChangeEvent> {
    let verb = match cast.answer {
        Answer::Approve => Verb::Approve,
        Answer::Reject => Verb::Reject,
        Answer::Abstain => Verb::Abstain,
    };
    guard(verb, change, facts)?;
    let voted = approval::vote(change.round(), cast, &facts.roles, &facts.electorate)?;
    let reason = cast.reason.clone().unwrap_or_else(|| "the quorum is out of reach".to_owned());
    Ok(follow_round(change, voted, &reason, facts, stamp))
}

/// Marks the condition of an approval met: that of `voter`, where there are several.
pub fn meet_condition(
    change: &Change,
    voter: Option<PersonId>,
    note: &str,
    facts: &Facts,
) -> Decision<ChangeEvent> {
    guard(Verb::MeetCondition, change, facts)?;
    let met = approval::meet(change.round(), facts.person, voter, note)?;
    Ok(met.into_iter().map(ChangeEvent::Round).collect())
}

/// What is due by the time limits of its round: reminders, escalations, its end.
pub fn call(change: &Change, facts: &Facts, stamp: &Stamp) -> Vec<ChangeEvent> {
    let due = change.round().map(|round| approval::call(round, facts.now)).unwrap_or_default();
    follow_round(change, due, "nobody answered in time", facts, stamp)
}

/// Someone left or lost a role: what that does to the approval of a change that is not under way.
pub fn lapse(
    change: &Change,
    person: PersonId,
    active: bool,
    facts: &Facts,
    stamp: &Stamp,
) -> Vec<ChangeEvent> {
    if change.phase > Phase::Scheduled {
        return Vec::new();
    }
    let lapsed = approval::lapse(change.round(), person, active, &facts.electorate);
    follow_round(change, lapsed, "the quorum is out of reach", facts, stamp)
}

/// What becomes of the change when its round moves: a no makes it a draft again, the last yes
/// schedules it where its window is set and free, and a yes that is taken back ends a commitment.
fn follow_round(
    change: &Change,
    rounds: Vec<RoundEvent>,
    reason: &str,
    facts: &Facts,
    stamp: &Stamp,
) -> Vec<ChangeEvent> {
    let rejected = closes(&rounds, RoundState::Rejected);
    let approved = closes(&rounds, RoundState::Approved);
    let mut events: Vec<ChangeEvent> = rounds.into_iter().map(ChangeEvent::Round).collect();
    if rejected {
        events.push(ChangeEvent::ReturnedToDraft { reason: reason.to_owned() });
    }
    let after = events.iter().fold(change.clone(), |change, event| change.evolve(event, stamp));
    if approved && guard(Verb::Schedule, &after, facts).is_ok() && after.phase != Phase::Scheduled {
        let (window, under) = (after.content.window.clone(), facts.under.clone());
        events.push(ChangeEvent::Scheduled { window, under });
    }
    if after.phase == Phase::Scheduled && !after.is_approved() {
        let reason = "an approval that it rested on lapsed".to_owned();
        events.push(ChangeEvent::Unscheduled { reason });
    }
    events
}

fn closes(events: &[RoundEvent], end: RoundState) -> bool {
    let closed =
        |event: &RoundEvent| matches!(event, RoundEvent::Closed { state, .. } if *state == end);
    events.iter().any(closed)
}
