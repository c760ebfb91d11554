//! Whether a round can still be decided: each group needs enough people who have not answered yet,
//! and nobody counts twice, so that two groups cannot both wait for the same last person.

use std::collections::{BTreeMap, BTreeSet};

use kernel::PersonId;

use crate::approval::vote::role_words;
use crate::approval::{Answer, Electorate, Refusal, Round, RoundEvent, RoundState};

/// A group that cannot reach its quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// The index of the stage.
    pub stage: usize,
    /// The index of the group within it.
    pub group: usize,
    /// Whether it has enough people by itself, and shares them with another group.
    pub shared: bool,
}

/// Where a group stands, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// Approvals needed.
    pub needed: usize,
    /// Approvals given.
    pub yes: usize,
    /// Those who may still answer.
    pub silent: usize,
}

pub(super) fn count(round: &Round, seat: (usize, usize), electorate: &Electorate) -> Count {
    let quorum = round.plan.stages[seat.0].groups[seat.1].quorum;
    let needed = quorum.needed(electorate.counted(round, seat).len());
    let yes = round.tally(seat.0, seat.1).get(&Answer::Approve).copied().unwrap_or(0);
    Count { needed, yes, silent: electorate.silent(round, seat).len() }
}

/// The first group that cannot say yes any more, if any.
pub fn short(round: &Round, electorate: &Electorate) -> Option<Short> {
    let seats: Vec<_> = waiting(round);
    for (stage, group) in &seats {
        let Count { needed, yes, silent } = count(round, (*stage, *group), electorate);
        if yes + silent < needed {
            return Some(Short { stage: *stage, group: *group, shared: false });
        }
    }
    let demands: Vec<Demand> = seats.iter().map(|seat| demand(round, *seat, electorate)).collect();
    let missed = unplaced(&demands)?;
    let (stage, group) = seats[missed];
    Some(Short { stage, group, shared: true })
}

/// The groups that have yet to say yes, in the order of their stages.
fn waiting(round: &Round) -> Vec<(usize, usize)> {
    let stages = round.plan.stages.iter().enumerate();
    let seats =
        stages.flat_map(|(stage, plan)| (0..plan.groups.len()).map(move |group| (stage, group)));
    seats.filter(|seat| !round.approved.contains(seat)).collect()
}

/// How many more people a group needs at least, and who they could be.
struct Demand {
    count: usize,
    people: Vec<PersonId>,
}

/// A share of those asked falls when some of them answer elsewhere, so the least is asked for.
fn demand(round: &Round, seat: (usize, usize), electorate: &Electorate) -> Demand {
    let quorum = round.plan.stages[seat.0].groups[seat.1].quorum;
    let people = electorate.silent(round, seat);
    let here = electorate.counted(round, seat);
    let answered = here.iter().filter(|person| round.has_voted(**person)).count();
    let yes = count(round, seat, electorate).yes;
    let enough = |more: &usize| yes + more >= quorum.needed(answered + more);
    let count = (0..=people.len()).find(enough).unwrap_or(people.len());
    Demand { count, people }
}

/// Gives each group people of its own; the index of one that goes without.
fn unplaced(demands: &[Demand]) -> Option<usize> {
    let mut taken = BTreeMap::new();
    (0..demands.len()).find(|index| {
        let needed = 0..demands[*index].count;
        !needed.into_iter().all(|_| place(*index, demands, &mut taken, &mut BTreeSet::new()))
    })
}

/// Finds one more person for a group, moving others to another person where that helps.
fn place(
    index: usize,
    demands: &[Demand],
    taken: &mut BTreeMap<PersonId, usize>,
    seen: &mut BTreeSet<PersonId>,
) -> bool {
    for person in &demands[index].people {
        if taken.get(person) == Some(&index) || !seen.insert(*person) {
            continue;
        }
        let free = match taken.get(person).copied() {
            None => true,
            Some(other) => place(other, demands, taken, seen),
        };
        if free {
            taken.insert(*person, index);
            return true;
        }
    }
    false
}

/// Refuses a round that could only wait for ever.
pub(super) fn within_reach(round: &Round, electorate: &Electorate) -> Result<(), Refusal> {
    match short(round, electorate) {
        Some(short) => Err(refusal(round, &short, electorate)),
        None => Ok(()),
    }
}

fn refusal(round: &Round, short: &Short, electorate: &Electorate) -> Refusal {
    let seat = (short.stage, short.group);
    let group = round.plan.stages[short.stage].groups[short.group].name.clone();
    let roles = role_words(&round.roles(short.stage, short.group));
    if short.shared {
        return Refusal::CountsOnce { group, roles };
    }
    let Count { needed, yes, silent } = count(round, seat, electorate);
    Refusal::NobodyCanVote { group, needed, roles, voters: yes + silent }
}

/// What is the matter with an open round that nobody can decide any more, and who must act.
pub fn stuck(round: &Round, electorate: &Electorate) -> Option<String> {
    if round.state != RoundState::Open {
        return None;
    }
    let short = short(round, electorate)?;
    let what = refusal(round, &short, electorate);
    Some(format!(
        "{what}. An administrator gives the role to someone else, or the record is edited or cancelled"
    ))
}

/// What the counted votes amount to: the groups that have their quorum, and the end of the round
/// when all have. Asked for whenever votes or voters changed.
pub fn settle(round: &Round, electorate: &Electorate) -> Vec<RoundEvent> {
    let mut after = round.clone();
    let mut events = Vec::new();
    if after.state != RoundState::Open {
        return events;
    }
    while let Some(stage) = after.stage() {
        let counted = |seat: &(usize, usize)| {
            let Count { needed, yes, .. } = count(&after, *seat, electorate);
            seat.0 == stage && yes >= needed
        };
        let said: Vec<_> = waiting(&after).into_iter().filter(counted).collect();
        if said.is_empty() {
            return events;
        }
        for (stage, group) in said {
            after.approved.insert((stage, group));
            events.push(RoundEvent::GroupApproved { round: round.number, stage, group });
        }
    }
    let (round, state) = (round.number, RoundState::Approved);
    events.push(RoundEvent::Closed { round, state });
    events
}
