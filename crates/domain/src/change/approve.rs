//! Assessing a change, and voting on it.

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{self, Answer, Cast, RoundEvent, RoundState};
use crate::change::submit::ask_for_approval;
use crate::change::{Change, ChangeEvent, Facts, Verb, guard};

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
    let rejected = closes(&voted, RoundState::Rejected);
    let approved = closes(&voted, RoundState::Approved);
    let mut events: Vec<ChangeEvent> = voted.into_iter().map(ChangeEvent::Round).collect();
    if rejected {
        let reason = cast.reason.clone().unwrap_or_else(|| "the quorum is out of reach".to_owned());
        events.push(ChangeEvent::ReturnedToDraft { reason });
    }
    if approved {
        let after = events.iter().fold(change.clone(), |change, event| change.evolve(event, stamp));
        if guard(Verb::Schedule, &after, facts).is_ok() {
            events.push(ChangeEvent::Scheduled {
                window: after.content.window.clone(),
                under: facts.under.clone(),
            });
        }
    }
    Ok(events)
}

fn closes(events: &[RoundEvent], end: RoundState) -> bool {
    let closed =
        |event: &RoundEvent| matches!(event, RoundEvent::Closed { state, .. } if *state == end);
    events.iter().any(closed)
}
