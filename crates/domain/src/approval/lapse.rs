//! What someone's leaving, or the loss of a role, does to a round: votes that rest on it lapse, and
//! the groups that fall short without them must say yes again.

use kernel::PersonId;

use crate::approval::edit::falls_short;
use crate::approval::reach::settle;
use crate::approval::{Electorate, Lapse, Round, RoundEvent, RoundState, Vote};

/// Holds someone's vote in the newest round, and the voters that are left, against the world as it
/// is now. `active` says whether they may still sign in.
pub fn lapse(
    round: Option<&Round>,
    person: PersonId,
    active: bool,
    electorate: &Electorate,
) -> Vec<RoundEvent> {
    let live = |round: &&Round| matches!(round.state, RoundState::Open | RoundState::Approved);
    let Some(round) = round.filter(live) else { return Vec::new() };
    let mut votes = round.votes.iter().filter(|vote| vote.counts() && vote.uses_up(person));
    let lapsed = votes.find_map(|vote| Some((vote, why(round, vote, person, active, electorate)?)));
    let mut events: Vec<RoundEvent> = lapsed
        .map(|(vote, why)| {
            let reopened = reopened(round, vote, electorate);
            RoundEvent::VoteLapsed { round: round.number, person, why, reopened }
        })
        .into_iter()
        .collect();
    events.extend(settle(&round.after(&events), electorate));
    events
}

/// Why a vote does not stand any more, if so.
fn why(
    round: &Round,
    vote: &Vote,
    person: PersonId,
    active: bool,
    electorate: &Electorate,
) -> Option<Lapse> {
    if !active {
        return Some(Lapse::Left);
    }
    let group = &round.plan.stages[vote.stage].groups[vote.group];
    let roles = group.roles.union(&group.escalate_to).copied().collect();
    let lost = vote.holder() == person && !electorate.holds(person, &roles);
    lost.then_some(Lapse::RoleLost)
}

/// A yes that is taken back opens its group again, unless the others reach the quorum.
fn reopened(round: &Round, vote: &Vote, electorate: &Electorate) -> Vec<(usize, usize)> {
    let seat = (vote.stage, vote.group);
    let falls = round.approved.contains(&seat)
        && falls_short(round, seat, &[vote], &round.barred, electorate);
    falls.then_some(seat).into_iter().collect()
}
