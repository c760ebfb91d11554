//! Opening a round, and voting in it.

use std::collections::BTreeSet;

use kernel::{NOTE_MAX, PersonId};

use crate::approval::reach::{count, settle, short, within_reach};
use crate::approval::{
    Answer, Barred, Condition, Content, Electorate, Opened, Plan, Refusal, Round, RoundEvent,
    RoundState, StagePlan, evolve,
};
use crate::identity::Role;
use crate::refusal::Check;

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
    /// What a yes holds under.
    pub condition: Option<Condition>,
}

/// Opens a round. A plan without stages is approved at once; one that nobody could decide is
/// refused.
pub fn open(
    before: Option<&Round>,
    plan: Plan,
    content: Content,
    barred: Vec<Barred>,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let number = before.map_or(1, |round| round.number + 1);
    let at_once = plan.stages.is_empty();
    let opened = RoundEvent::Opened(Box::new(Opened { number, plan, content, barred }));
    if let Some(after) = evolve(None, &opened, kernel::Timestamp::from_micros(0)) {
        within_reach(&after, electorate)?;
    }
    let mut events = vec![opened];
    if at_once {
        events.push(RoundEvent::Closed { round: number, state: RoundState::Approved });
    }
    Ok(events)
}

/// Where someone may vote now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The index of the stage.
    pub stage: usize,
    /// The index of the group within it.
    pub group: usize,
    /// In whose place.
    pub on_behalf_of: Option<PersonId>,
}

/// Whether a person may vote now, and in which group; `actions` asks this too.
pub fn seat(
    round: Option<&Round>,
    person: Option<PersonId>,
    roles: &BTreeSet<Role>,
    electorate: &Electorate,
) -> Result<Seat, Refusal> {
    seats(round, person, roles, electorate).map(|seats| seats[0])
}

/// The groups in which a person may vote, at least one: their own first, then those of the people
/// they stand in for. A deputy votes only by the roles that the absent person holds, so no chain
/// of deputies can arise.
fn seats(
    round: Option<&Round>,
    person: Option<PersonId>,
    roles: &BTreeSet<Role>,
    electorate: &Electorate,
) -> Result<Vec<Seat>, Refusal> {
    let round = round.filter(|round| round.state == RoundState::Open).ok_or(Refusal::NoRound)?;
    let stage = round.stage().ok_or(Refusal::NoRound)?;
    let Some(person) = person else { return Err(not_a_voter(&round.plan.stages[stage])) };
    if let Some(why) = round.barred(person) {
        return Err(Refusal::OwnWork { why });
    }
    if round.has_voted(person) {
        return Err(Refusal::VotedAlready);
    }
    let of = |roles: &BTreeSet<Role>, on_behalf_of: Option<PersonId>| {
        let open = round.open_groups().into_iter();
        let asked = open.filter(|(stage, group)| !round.roles(*stage, *group).is_disjoint(roles));
        asked.map(|(stage, group)| Seat { stage, group, on_behalf_of }).collect::<Vec<_>>()
    };
    let mut seats = of(roles, None);
    let mut barred = None;
    for absent in electorate.absent_for(person) {
        let Some(held) = electorate.holders.get(&absent) else { continue };
        match round.barred(absent) {
            Some(why) => barred = barred.or(Some(why)),
            None if round.has_voted(absent) => {}
            None => seats.extend(of(held, Some(absent))),
        }
    }
    match (seats.is_empty(), barred) {
        (false, _) => Ok(seats),
        (true, Some(why)) => Err(Refusal::OwnWork { why }),
        (true, None) => Err(not_a_voter(&round.plan.stages[stage])),
    }
}

fn not_a_voter(stage: &StagePlan) -> Refusal {
    let roles: BTreeSet<Role> = stage.groups.iter().flat_map(|group| group.roles.clone()).collect();
    Refusal::NotAVoter { stage: stage.name.clone(), roles: role_words(&roles) }
}

pub(super) fn role_words(roles: &BTreeSet<Role>) -> String {
    let words: Vec<String> = roles.iter().map(|role| role.word().replace('_', " ")).collect();
    words.join(" or ")
}

/// Takes a vote, and says what follows from it for its group and the round. Of several groups that
/// ask the person it goes to the first that leaves the others enough people.
pub fn vote(
    round: Option<&Round>,
    cast: &Cast,
    roles: &BTreeSet<Role>,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let seats = seats(round, Some(cast.person), roles, electorate)?;
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
    if cast.condition.is_some() && cast.answer != Answer::Approve {
        return Err(Refusal::ConditionOfNo.into());
    }
    let mut check = Check::default();
    check.text("/reason", reason.as_deref().unwrap_or_default(), NOTE_MAX);
    if let Some(condition) = &cast.condition {
        check.name("/condition/text", &condition.text, NOTE_MAX);
    }
    check.end()?;
    let mut refused = None;
    for seat in seats {
        match consequences(round, cast, reason.clone(), seat, electorate) {
            Ok(events) => return Ok(events),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    Err(refused.unwrap_or(Refusal::VotedAlready).into())
}

/// The vote, the groups that have their quorum with it, and the end of the round where it brings it
/// about. A yes that would leave another group without its last voter is refused.
fn consequences(
    round: &Round,
    cast: &Cast,
    reason: Option<String>,
    seat: Seat,
    electorate: &Electorate,
) -> Result<Vec<RoundEvent>, Refusal> {
    let Seat { stage, group, on_behalf_of } = seat;
    let number = round.number;
    let mut events = vec![RoundEvent::VoteCast {
        round: number,
        person: cast.person,
        on_behalf_of,
        stage,
        group,
        answer: cast.answer,
        reason,
        condition: cast.condition.clone(),
        content_hash: cast.content_hash.clone(),
    }];
    let after = round.after(&events);
    let plan = &round.plan.stages[stage].groups[group];
    let vetoed = plan.veto && cast.answer == Answer::Reject;
    let counted = count(&after, (stage, group), electorate);
    let rejected = RoundEvent::Closed { round: number, state: RoundState::Rejected };
    if vetoed || counted.yes + counted.silent < counted.needed {
        events.push(rejected);
        return Ok(events);
    }
    events.extend(settle(&after, electorate));
    let lost = short(&round.after(&events), electorate);
    match lost.filter(|_| short(round, electorate).is_none()) {
        None => Ok(events),
        Some(lost) if cast.answer == Answer::Approve => Err(Refusal::NeededElsewhere {
            group: round.plan.stages[lost.stage].groups[lost.group].name.clone(),
            roles: role_words(&round.roles(stage, group)),
        }),
        Some(_) => {
            events.push(rejected);
            Ok(events)
        }
    }
}

#[cfg(test)]
mod tests;
