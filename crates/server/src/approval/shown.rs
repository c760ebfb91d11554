//! A round as it is shown: its stages and groups with who may answer, and what was answered.

use std::collections::BTreeSet;

use api::approval::{Barred, CastVote, Deputy, Group, Part, Round, Stage, VoteCondition};
use domain::approval::{
    self, Answer, Call, Electorate, GroupState, Lapse, OnLimit, PartName, RoundState,
};
use domain::identity::Role;
use kernel::{PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::approval::VOTERS_MAX;
use crate::approval::delegations::{absent_now, named};
use crate::names::Names;

/// Who may sign in and holds one of the roles, and who stands in for those of them who are absent.
pub fn electorate(
    db: &mut dyn Query,
    plan_roles: &BTreeSet<Role>,
    now: Timestamp,
) -> Result<Electorate, Fault> {
    let sql = "SELECT people_roles.person FROM people_roles \
        JOIN people ON people.id = people_roles.person \
        WHERE people_roles.role = $1 AND people.inactive = 0 \
        ORDER BY people_roles.person LIMIT $2";
    let mut electorate = Electorate::default();
    for role in plan_roles {
        for row in db.query(sql, &[role.word().into(), Value::from(VOTERS_MAX)])? {
            electorate.holders.entry(row.parsed(0)?).or_default().insert(*role);
        }
    }
    if electorate.holders.is_empty() {
        return Ok(electorate);
    }
    for absent in absent_now(db, now)? {
        if electorate.holders.contains_key(&absent.person) {
            electorate.deputies.insert(absent.person, absent.deputy);
        }
    }
    Ok(electorate)
}

/// A round.
pub fn shown_round(
    db: &mut dyn Query,
    names: &mut Names,
    round: &approval::Round,
    electorate: &Electorate,
) -> Result<Round, Fault> {
    let barred = round.barred.iter().map(|barred| barred.person);
    let cast = round.votes.iter().flat_map(|vote| [vote.person, vote.holder()]);
    let deputies = electorate.deputies.values().copied();
    let people = electorate.holders.keys().copied().chain(deputies).chain(barred).chain(cast);
    names.load(db, &people.map(|person| person.to_string()).collect::<Vec<_>>())?;
    let part = |(name, part): (&PartName, &approval::Part)| Part {
        name: name.word().to_owned(),
        hash: part.hash.clone(),
        content: part.says.clone(),
    };
    Ok(Round {
        number: round.number,
        state: round.state.word().to_owned(),
        policy: round.plan.policy.clone(),
        content_hash: round.content.hash(),
        parts: round.content.parts.iter().map(part).collect(),
        stages: (0..round.plan.stages.len())
            .map(|stage| shown_stage(db, names, round, electorate, stage))
            .collect::<Result<_, _>>()?,
        observed: round.plan.observed.clone(),
        opened_at: round.opened_at.to_string(),
        barred: round
            .barred
            .iter()
            .map(|barred| {
                let why = barred.why.word().to_owned();
                Ok(Barred { person: named(db, names, barred.person)?, why })
            })
            .collect::<Result<_, Fault>>()?,
        stuck: approval::stuck(round, electorate),
    })
}

fn shown_stage(
    db: &mut dyn Query,
    names: &mut Names,
    round: &approval::Round,
    electorate: &Electorate,
    stage: usize,
) -> Result<Stage, Fault> {
    let plan = &round.plan.stages[stage];
    let states: Vec<GroupState> =
        (0..plan.groups.len()).map(|group| round.group_state(stage, group)).collect();
    Ok(Stage {
        name: plan.name.clone(),
        state: stage_state(&states).word().to_owned(),
        groups: (0..plan.groups.len())
            .map(|group| shown_group(db, names, round, electorate, (stage, group)))
            .collect::<Result<_, _>>()?,
    })
}

fn stage_state(groups: &[GroupState]) -> GroupState {
    let any = |state| groups.contains(&state);
    match () {
        () if any(GroupState::Rejected) => GroupState::Rejected,
        () if any(GroupState::Open) => GroupState::Open,
        () if any(GroupState::Waiting) => GroupState::Waiting,
        () => GroupState::Approved,
    }
}

fn shown_group(
    db: &mut dyn Query,
    names: &mut Names,
    round: &approval::Round,
    electorate: &Electorate,
    seat: (usize, usize),
) -> Result<Group, Fault> {
    let plan = &round.plan.stages[seat.0].groups[seat.1];
    let counted = electorate.counted(round, seat);
    let votes = round.votes.iter().filter(|vote| (vote.stage, vote.group) == seat);
    let mut cast = Vec::new();
    for vote in votes {
        cast.push(shown_vote(db, names, vote)?);
    }
    let waits = round.state == RoundState::Open && !round.approved.contains(&seat);
    let silent = if waits { electorate.silent(round, seat) } else { Vec::new() };
    let stands_in = |absent: &PersonId| {
        let deputy = electorate.deputies.get(absent).copied();
        let free = |deputy: &PersonId| {
            round.barred(*deputy).is_none() && !round.has_voted(*deputy) && !silent.contains(deputy)
        };
        deputy.filter(free).map(|deputy| (*absent, deputy))
    };
    let deputies = silent.iter().filter_map(stands_in).collect::<Vec<_>>();
    let called = |limit: bool| {
        let mut calls = round.calls.iter().filter(|call| (call.stage, call.group) == seat);
        let escalates = |call: &&Call| call.limit == Some(OnLimit::Escalate);
        calls.find(|call| limit == escalates(call)).map(|call| call.at.to_string())
    };
    Ok(Group {
        name: plan.name.clone(),
        roles: round.roles(seat.0, seat.1).iter().map(|role| role.word().to_owned()).collect(),
        voters: names.all(db, &silent)?,
        deputies: deputies
            .into_iter()
            .map(|(absent, deputy)| {
                let on_behalf_of = named(db, names, absent)?;
                Ok(Deputy { person: named(db, names, deputy)?, on_behalf_of })
            })
            .collect::<Result<_, Fault>>()?,
        limit_at: approval::limit_at(round, seat).map(|at| at.to_string()),
        reminded_at: called(false),
        escalated_at: called(true),
        quorum: plan.quorum.words(counted.len()),
        needed: needed(round, electorate, seat),
        state: round.group_state(seat.0, seat.1).word().to_owned(),
        votes: cast,
    })
}

/// How many approvals a group still needs.
pub(super) fn needed(
    round: &approval::Round,
    electorate: &Electorate,
    seat: (usize, usize),
) -> u32 {
    if round.state != RoundState::Open || round.approved.contains(&seat) {
        return 0;
    }
    let plan = &round.plan.stages[seat.0].groups[seat.1];
    let needed = plan.quorum.needed(electorate.counted(round, seat).len());
    let yes = round.tally(seat.0, seat.1).get(&Answer::Approve).copied().unwrap_or(0);
    u32::try_from(needed.saturating_sub(yes)).unwrap_or(u32::MAX)
}

fn shown_vote(
    db: &mut dyn Query,
    names: &mut Names,
    vote: &approval::Vote,
) -> Result<CastVote, Fault> {
    let parts: Vec<&str> = vote.voided.iter().map(|part| part.word()).collect();
    let gone = vote.lapsed.map(|why| match why {
        Lapse::Left => "someone it rested on left".to_owned(),
        Lapse::RoleLost => "the role it rested on was taken away".to_owned(),
        Lapse::OwnWork => "its voter has a part in the work now".to_owned(),
    });
    let condition = match &vote.condition {
        Some(condition) => Some(VoteCondition {
            text: condition.text.clone(),
            person: named(db, names, condition.person)?,
            met_by: condition.met.as_ref().map(|met| named(db, names, met.by)).transpose()?,
            met_at: condition.met.as_ref().map(|met| met.at.to_string()),
            note: condition
                .met
                .as_ref()
                .map(|met| met.note.clone())
                .filter(|note| !note.is_empty()),
            open: vote.condition_open().is_some(),
        }),
        None => None,
    };
    Ok(CastVote {
        person: named(db, names, vote.person)?,
        on_behalf_of: vote.on_behalf_of.map(|absent| named(db, names, absent)).transpose()?,
        answer: vote.answer.word().to_owned(),
        reason: vote.reason.clone(),
        condition,
        at: vote.at.to_string(),
        content_hash: vote.content_hash.clone(),
        voided: gone.or_else(|| (!vote.counts()).then(|| parts.join(", "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::approval::{Content, GroupPlan, Plan, Quorum, Round, StagePlan, Vote};
    use kernel::{Id, Timestamp};

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn board(quorum: Quorum) -> GroupPlan {
        GroupPlan {
            name: "board".to_owned(),
            roles: [Role::CabMember].into(),
            quorum,
            ..GroupPlan::default()
        }
    }

    fn round(votes: &[(u128, usize, Answer)]) -> Round {
        let groups = vec![board(Quorum::Majority), board(Quorum::First)];
        let stages = vec![StagePlan { name: "board".to_owned(), groups }];
        let at = Timestamp::from_micros(0);
        let vote = |(number, group, answer): &(u128, usize, Answer)| Vote {
            person: person(*number),
            on_behalf_of: None,
            stage: 0,
            group: *group,
            answer: *answer,
            reason: None,
            condition: None,
            at,
            content_hash: String::new(),
            voided: vec![],
            lapsed: None,
        };
        Round {
            number: 1,
            state: RoundState::Open,
            plan: Plan { policy: "normal 1".to_owned(), stages, observed: vec![] },
            content: Content::default(),
            barred: vec![],
            votes: votes.iter().map(vote).collect(),
            approved: BTreeSet::new(),
            opened_at: at,
            asked_since: None,
            paused_at: None,
            calls: vec![],
        }
    }

    fn five() -> Electorate {
        Electorate::of((1..=5).map(|number| (person(number), [Role::CabMember].into())).collect())
    }

    #[test]
    fn what_is_needed_falls_with_each_yes_and_counts_nobody_twice() {
        assert_eq!(needed(&round(&[]), &five(), (0, 0)), 3);
        let voted = round(&[(1, 0, Answer::Approve), (2, 0, Answer::Abstain)]);
        assert_eq!(needed(&voted, &five(), (0, 0)), 2);
        let elsewhere = round(&[(1, 1, Answer::Reject), (2, 1, Answer::Reject)]);
        assert_eq!(five().counted(&elsewhere, (0, 0)), [person(3), person(4), person(5)]);
        assert_eq!(needed(&elsewhere, &five(), (0, 0)), 2);
    }

    #[test]
    fn a_stage_is_open_while_one_of_its_groups_is() {
        let states = [GroupState::Approved, GroupState::Open];
        assert_eq!(stage_state(&states), GroupState::Open);
        assert_eq!(stage_state(&[GroupState::Approved; 2]), GroupState::Approved);
    }
}
