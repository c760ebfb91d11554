//! Opening a round, and voting in it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{NOTE_MAX, PersonId};

use crate::approval::{
    Answer, Barred, Content, GroupPlan, Opened, Plan, Refusal, Round, RoundEvent, RoundState,
    StagePlan,
};
use crate::identity::Role;
use crate::refusal::Check;

/// Who holds which of the roles that a plan names; only people who may sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Electorate(pub BTreeMap<PersonId, BTreeSet<Role>>);

impl Electorate {
    /// Who may vote in a group: those with its roles, without those who are barred or whose vote
    /// counts in another group of the round.
    pub fn voters(&self, group: &GroupPlan, barred: &[Barred]) -> Vec<PersonId> {
        let is_barred = |person: &PersonId| barred.iter().any(|b| b.person == *person);
        let holders = self.0.iter().filter(|(_, roles)| !roles.is_disjoint(&group.roles));
        holders.map(|(person, _)| *person).filter(|person| !is_barred(person)).collect()
    }
}

/// A vote as it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// Who.
    pub person: PersonId,
    /// What.
    pub answer: Answer,
    /// The round it names.
    pub round: u32,
    /// The hash it names.
    pub content_hash: String,
    /// Why.
    pub reason: Option<String>,
}

/// Opens a round. A plan without stages is approved at once.
pub fn open(
    rounds: &[Round],
    plan: Plan,
    content: Content,
    barred: Vec<Barred>,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let groups = plan.stages.iter().flat_map(|stage| &stage.groups);
    within_reach(groups, &barred, electorate)?;
    let number = rounds.last().map_or(1, |round| round.number + 1);
    let at_once = plan.stages.is_empty();
    let opened = Opened { number, plan, content, barred };
    let mut events = vec![RoundEvent::Opened(Box::new(opened))];
    if at_once {
        events.push(RoundEvent::Closed { round: number, state: RoundState::Approved });
    }
    Ok(events)
}

/// Refuses when a group has fewer voters than it needs: its round could only wait for ever.
pub(super) fn within_reach<'a>(
    groups: impl Iterator<Item = &'a GroupPlan>,
    barred: &[Barred],
    electorate: &Electorate,
) -> Result<(), Refusal> {
    for group in groups {
        let voters = electorate.voters(group, barred).len();
        let needed = group.quorum.needed(voters);
        if voters < needed {
            let (group, roles) = (group.name.clone(), role_words(&group.roles));
            return Err(Refusal::NobodyCanVote { group, needed, roles, voters });
        }
    }
    Ok(())
}

/// Whether a person may vote now, and in which group; `actions` asks this too.
pub fn seat(
    round: Option<&Round>,
    person: Option<PersonId>,
    roles: &BTreeSet<Role>,
) -> Result<(usize, usize), Refusal> {
    let round = round.filter(|round| round.state == RoundState::Open).ok_or(Refusal::NoRound)?;
    let stage = round.stage().ok_or(Refusal::NoRound)?;
    if let Some(why) = person.and_then(|person| round.barred(person)) {
        return Err(Refusal::OwnWork { why });
    }
    if person.is_some_and(|person| round.has_voted(person)) {
        return Err(Refusal::VotedAlready);
    }
    let plan = &round.plan.stages[stage];
    let open = |group: usize| !round.approved.contains(&(stage, group));
    let seat = plan.groups.iter().enumerate().find_map(|(index, group)| {
        (open(index) && !group.roles.is_disjoint(roles)).then_some((stage, index))
    });
    match (seat, person) {
        (Some(seat), Some(_)) => Ok(seat),
        _ => Err(not_a_voter(plan)),
    }
}

fn not_a_voter(stage: &StagePlan) -> Refusal {
    let roles: BTreeSet<Role> = stage.groups.iter().flat_map(|group| group.roles.clone()).collect();
    Refusal::NotAVoter { stage: stage.name.clone(), roles: role_words(&roles) }
}

fn role_words(roles: &BTreeSet<Role>) -> String {
    let words: Vec<String> = roles.iter().map(|role| role.word().replace('_', " ")).collect();
    words.join(" or ")
}

/// Takes a vote, and says what follows from it for its group and the round.
pub fn vote(
    round: Option<&Round>,
    cast: &Cast,
    roles: &BTreeSet<Role>,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let (stage, group) = seat(round, Some(cast.person), roles)?;
    let round = round.ok_or(Refusal::NoRound)?;
    if round.number != cast.round {
        return Err(Refusal::RoundMoved { open: round.number, named: cast.round }.into());
    }
    if round.content.hash() != cast.content_hash {
        return Err(Refusal::ContentMoved.into());
    }
    let reason = cast.reason.clone().filter(|reason| !reason.trim().is_empty());
    if cast.answer == Answer::Reject && reason.is_none() {
        return Err(Refusal::ReasonMissing.into());
    }
    let mut check = Check::default();
    check.text("/reason", reason.as_deref().unwrap_or_default(), NOTE_MAX);
    check.end()?;
    let mut events = vec![RoundEvent::VoteCast {
        round: round.number,
        person: cast.person,
        stage,
        group,
        answer: cast.answer,
        reason,
        content_hash: cast.content_hash.clone(),
    }];
    events.extend(consequences(round, cast, (stage, group), electorate));
    Ok(events)
}

fn consequences(
    round: &Round,
    cast: &Cast,
    seat: (usize, usize),
    electorate: &Electorate,
) -> Vec<RoundEvent> {
    let number = round.number;
    let plan = &round.plan.stages[seat.0].groups[seat.1];
    let mut tally = round.tally(seat.0, seat.1);
    *tally.entry(cast.answer).or_default() += 1;
    let count = |answer| tally.get(&answer).copied().unwrap_or(0);
    let mut voters = electorate.voters(plan, &round.barred);
    let elsewhere = |person: &PersonId| {
        round
            .votes
            .iter()
            .any(|vote| vote.person == *person && vote.counts() && (vote.stage, vote.group) != seat)
    };
    voters.retain(|person| !elsewhere(person));
    let needed = plan.quorum.needed(voters.len());
    let yes = count(Answer::Approve);
    // Asked of the voters, not of the votes: who voted may have left since.
    let silent = |person: &&PersonId| **person != cast.person && !round.has_voted(**person);
    let undecided = voters.iter().filter(silent).count();
    let vetoed = plan.veto && count(Answer::Reject) > 0;
    if vetoed || yes + undecided < needed {
        return vec![RoundEvent::Closed { round: number, state: RoundState::Rejected }];
    }
    if yes < needed {
        return Vec::new();
    }
    let (stage, group) = seat;
    let mut events = vec![RoundEvent::GroupApproved { round: number, stage, group }];
    let mut after = round.clone();
    after.approved.insert(seat);
    if after.stage().is_none() {
        events.push(RoundEvent::Closed { round: number, state: RoundState::Approved });
    }
    events
}

#[cfg(test)]
mod tests;
