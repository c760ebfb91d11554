//! Editing what a round is about, and taking a round back.

use std::collections::BTreeSet;

use kernel::PersonId;

use crate::approval::reach::{settle, within_reach};
use crate::approval::{
    Answer, Barred, Content, Electorate, PartName, Round, RoundEvent, RoundState, Vote,
};

/// Holds new content, and who may not vote on it, against the newest round, if it is open or
/// approved: the votes whose groups cover an edited part are voided, and so are the votes of those
/// who may not vote any more, whether or not a part was edited; their groups must say yes again. An
/// edit that would leave a group without enough voters is refused.
pub fn edit(
    round: Option<&Round>,
    content: Content,
    barred: Vec<Barred>,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let Some(round) = round else { return Ok(Vec::new()) };
    let live = matches!(round.state, RoundState::Open | RoundState::Approved);
    let touched = round.content.touched(&content);
    if !live || (touched.is_empty() && barred == round.barred) {
        return Ok(Vec::new());
    }
    let covers = |stage: usize, group: usize| {
        let covered = &round.plan.stages[stage].groups[group].covers;
        let covers = |part: &PartName| covered.is_empty() || covered.contains(part);
        touched.iter().any(covers)
    };
    let lost = |vote: &&Vote| {
        let own_work = barred.iter().any(|barred| vote.uses_up(barred.person));
        vote.counts() && (covers(vote.stage, vote.group) || own_work)
    };
    let lost: Vec<&Vote> = round.votes.iter().filter(lost).collect();
    let reopens = |seat: &(usize, usize)| {
        covers(seat.0, seat.1) || falls_short(round, *seat, &lost, &barred, electorate)
    };
    let reopened: BTreeSet<_> = round.approved.iter().copied().filter(reopens).collect();
    let barred = Some(barred).filter(|barred| *barred != round.barred);
    let voided: Vec<PersonId> = lost.iter().map(|vote| vote.person).collect();
    let reopened = reopened.into_iter().collect();
    let number = round.number;
    let checked = barred.is_some();
    let edited =
        RoundEvent::ContentEdited { round: number, content, touched, voided, reopened, barred };
    let mut events = vec![edited];
    if checked {
        let after = round.after(&events);
        within_reach(&after, electorate)?;
        // Where fewer may vote, the votes that stand may be enough.
        events.extend(settle(&after, electorate));
    }
    Ok(events)
}

/// Whether a group lost votes and no longer reaches its quorum without them.
pub(super) fn falls_short(
    round: &Round,
    (stage, group): (usize, usize),
    lost: &[&Vote],
    barred: &[Barred],
    electorate: &Electorate,
) -> bool {
    let plan = &round.plan.stages[stage].groups[group];
    let mine = |vote: &&&Vote| (vote.stage, vote.group) == (stage, group);
    let yes = round.tally(stage, group).get(&Answer::Approve).copied().unwrap_or(0);
    let lost = lost.iter().filter(mine).filter(|vote| vote.answer == Answer::Approve).count();
    let needed = plan.quorum.needed(electorate.voters(plan, barred).len());
    lost > 0 && yes - lost < needed
}

/// Takes an open or approved round back.
pub fn withdraw(round: Option<&Round>) -> Vec<RoundEvent> {
    match round {
        Some(round) if matches!(round.state, RoundState::Open | RoundState::Approved) => {
            vec![RoundEvent::Closed { round: round.number, state: RoundState::Withdrawn }]
        }
        _ => Vec::new(),
    }
}
