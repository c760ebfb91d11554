//! What voting guarantees, case by case and over random rounds.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, PersonId, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::approval::{GroupPlan, PartName, Quorum, Why, edit, evolve, meet};

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(number))
}

fn group(name: &str, role: Role, quorum: Quorum) -> GroupPlan {
    let roles = [role].into();
    GroupPlan { name: name.to_owned(), roles, quorum, ..GroupPlan::default() }
}

fn plan(groups: Vec<GroupPlan>) -> Plan {
    let stages =
        groups.into_iter().map(|group| StagePlan { name: group.name.clone(), groups: vec![group] });
    Plan { policy: "test 1".to_owned(), stages: stages.collect(), observed: vec![] }
}

fn content(window: &str) -> Content {
    Content::new([(PartName::Window, json!(window)), (PartName::Plans, json!("plan"))])
}

fn cab(count: u128) -> Electorate {
    Electorate::of((1..=count).map(|n| (person(n), [Role::CabMember].into())).collect())
}

fn opened(plan: Plan, electorate: &Electorate, barred: Vec<Barred>) -> Round {
    let events = open(None, plan, content("w"), barred, electorate).expect("opens");
    fold(None, &events)
}

fn fold(mut round: Option<Round>, events: &[RoundEvent]) -> Round {
    for event in events {
        round = evolve(round, event, Timestamp::from_micros(0));
    }
    round.expect("a round")
}

fn cast(person: PersonId, answer: Answer, round: &Round) -> Cast {
    let reason = (answer == Answer::Reject).then(|| "no".to_owned());
    let content_hash = round.content.hash();
    Cast { person, answer, round: round.number, content_hash, reason, condition: None }
}

fn voted(round: Round, who: u128, answer: Answer, electorate: &Electorate) -> Round {
    let roles = electorate.holders[&person(who)].clone();
    let events = vote(Some(&round), &cast(person(who), answer, &round), &roles, electorate);
    fold(Some(round), &events.expect("a vote"))
}

#[test]
fn a_majority_of_five_is_three() {
    let five = cab(5);
    let mut round =
        opened(plan(vec![group("CAB", Role::CabMember, Quorum::Majority)]), &five, vec![]);
    round = voted(round, 1, Answer::Approve, &five);
    round = voted(round, 2, Answer::Approve, &five);
    assert_eq!(round.state, RoundState::Open);
    round = voted(round, 3, Answer::Approve, &five);
    assert_eq!(round.state, RoundState::Approved);
}

#[test]
fn a_quorum_out_of_reach_ends_the_round_early() {
    let three = cab(3);
    let mut round =
        opened(plan(vec![group("CAB", Role::CabMember, Quorum::Count(2))]), &three, vec![]);
    round = voted(round, 1, Answer::Reject, &three);
    assert_eq!(round.state, RoundState::Open);
    round = voted(round, 2, Answer::Reject, &three);
    assert_eq!(round.state, RoundState::Rejected);
}

#[test]
fn one_veto_ends_the_round() {
    let five = cab(5);
    let vetoing = GroupPlan { veto: true, ..group("CAB", Role::CabMember, Quorum::Majority) };
    let round = opened(plan(vec![vetoing]), &five, vec![]);
    assert_eq!(voted(round, 4, Answer::Reject, &five).state, RoundState::Rejected);
}

#[test]
fn the_requester_cannot_vote() {
    let five = cab(5);
    let barred = vec![Barred { person: person(1), why: Why::Requested }];
    let round = opened(plan(vec![group("CAB", Role::CabMember, Quorum::First)]), &five, barred);
    let roles = [Role::CabMember].into();
    let refusal = vote(Some(&round), &cast(person(1), Answer::Approve, &round), &roles, &five);
    assert_eq!(refusal.expect_err("own work").code, "approval.own_work");
}

#[test]
fn nobody_counts_twice_in_a_round_whatever_roles_they_hold() {
    let both: BTreeSet<Role> = [Role::CabMember, Role::ReleaseAuthority].into();
    let electorate = Electorate::of([(person(1), both.clone()), (person(2), both.clone())].into());
    let stages = vec![
        group("CAB", Role::CabMember, Quorum::First),
        group("Authority", Role::ReleaseAuthority, Quorum::First),
    ];
    let round = voted(opened(plan(stages), &electorate, vec![]), 1, Answer::Approve, &electorate);
    assert_eq!(round.stage(), Some(1));
    let again = vote(Some(&round), &cast(person(1), Answer::Approve, &round), &both, &electorate);
    assert_eq!(again.expect_err("twice").code, "approval.voted_already");
}

#[test]
fn a_vote_for_content_that_moved_is_refused() {
    let five = cab(5);
    let round = opened(plan(vec![group("CAB", Role::CabMember, Quorum::First)]), &five, vec![]);
    let stale =
        Cast { content_hash: content("other").hash(), ..cast(person(1), Answer::Approve, &round) };
    let roles = [Role::CabMember].into();
    let refusal = vote(Some(&round), &stale, &roles, &five).expect_err("moved");
    assert_eq!(refusal.code, "approval.content_moved");
}

#[test]
fn a_rejection_needs_a_reason() {
    let five = cab(5);
    let round = opened(plan(vec![group("CAB", Role::CabMember, Quorum::First)]), &five, vec![]);
    let silent = Cast { reason: Some("  ".to_owned()), ..cast(person(1), Answer::Reject, &round) };
    let refusal = vote(Some(&round), &silent, &[Role::CabMember].into(), &five);
    assert_eq!(refusal.expect_err("silent").code, "approval.reason_missing");
}

#[test]
fn an_edit_voids_exactly_the_votes_that_cover_it() {
    let electorate = Electorate::of(BTreeMap::from([
        (person(1), [Role::ServiceOwner].into()),
        (person(2), [Role::ReleaseAuthority].into()),
        (person(3), [Role::CabMember].into()),
    ]));
    let stages = vec![
        GroupPlan {
            covers: [PartName::Plans].into(),
            ..group("Technical", Role::ServiceOwner, Quorum::First)
        },
        group("Authority", Role::ReleaseAuthority, Quorum::First),
        group("CAB", Role::CabMember, Quorum::First),
    ];
    let mut round = opened(plan(stages), &electorate, vec![]);
    round = voted(round, 1, Answer::Approve, &electorate);
    round = voted(round, 2, Answer::Approve, &electorate);
    let events = edit(Some(&round), content("moved"), vec![], &electorate).expect("an edit");
    let round = fold(Some(round), &events);
    assert!(round.votes[0].counts());
    assert_eq!(round.votes[1].voided, [PartName::Window]);
    assert_eq!(round.stage(), Some(1));
    assert_eq!(round.state, RoundState::Open);
}

#[test]
fn a_round_that_nobody_could_decide_is_not_opened() {
    let barred = vec![Barred { person: person(1), why: Why::Implements }];
    let asked = plan(vec![group("ECAB", Role::CabMember, Quorum::Count(2))]);
    let refusal = open(None, asked, content("w"), barred, &cab(2)).expect_err("too few");
    assert_eq!(refusal.code, "approval.nobody_can_vote");
}

#[test]
fn who_voted_and_left_does_not_end_a_round_that_others_can_still_decide() {
    let three = cab(3);
    let asked = plan(vec![group("CAB", Role::CabMember, Quorum::Count(2))]);
    let round = voted(opened(asked, &three, vec![]), 1, Answer::Abstain, &three);
    let mut left = three;
    left.holders.remove(&person(1));
    let round = voted(round, 2, Answer::Approve, &left);
    assert_eq!(round.state, RoundState::Open);
    assert_eq!(voted(round, 3, Answer::Approve, &left).state, RoundState::Approved);
}

fn implementer(number: u128) -> Vec<Barred> {
    vec![Barred { person: person(number), why: Why::Implements }]
}

#[test]
fn who_comes_to_do_the_work_loses_a_vote_given_before() {
    let two = cab(2);
    let covers = [PartName::Plans].into();
    let asked = GroupPlan { covers, ..group("CAB", Role::CabMember, Quorum::First) };
    let round = voted(opened(plan(vec![asked]), &two, vec![]), 1, Answer::Approve, &two);
    let events = edit(Some(&round), content("moved"), implementer(1), &two).expect("an edit");
    let round = fold(Some(round), &events);
    assert_eq!(round.state, RoundState::Open);
    assert!(!round.votes[0].counts());
    let roles = [Role::CabMember].into();
    let again = vote(Some(&round), &cast(person(1), Answer::Approve, &round), &roles, &two);
    assert_eq!(again.expect_err("own work").code, "approval.own_work");
}

#[test]
fn a_quorum_that_stands_without_the_lost_vote_still_stands() {
    let five = cab(5);
    let covers = [PartName::Plans].into();
    let asked = GroupPlan { covers, ..group("CAB", Role::CabMember, Quorum::Majority) };
    let mut round = opened(plan(vec![asked]), &five, vec![]);
    for voter in 1..=3 {
        round = voted(round, voter, Answer::Approve, &five);
    }
    let lost = edit(Some(&round), content("moved"), implementer(1), &five).expect("an edit");
    assert_eq!(fold(Some(round.clone()), &lost).state, RoundState::Open);
    let kept = edit(Some(&round), content("moved"), implementer(5), &five).expect("an edit");
    assert_eq!(fold(Some(round), &kept).state, RoundState::Approved);
}

#[test]
fn an_edit_that_leaves_too_few_voters_is_refused() {
    let two = cab(2);
    let asked = plan(vec![group("ECAB", Role::CabMember, Quorum::Count(2))]);
    let round = opened(asked, &two, vec![]);
    let refusal = edit(Some(&round), content("moved"), implementer(1), &two).expect_err("too few");
    assert_eq!(refusal.code, "approval.nobody_can_vote");
}

proptest! {
    #[test]
    fn every_round_ends_once_everyone_has_answered(
        size in 1_u128..8,
        answers in proptest::collection::vec(0_u8..3, 8),
        quorum in prop_oneof![
            Just(Quorum::First), Just(Quorum::Majority), Just(Quorum::All),
            (1_u32..100).prop_map(Quorum::Percent),
        ],
        veto: bool,
    ) {
        let electorate = cab(size);
        let asked = GroupPlan { veto, ..group("CAB", Role::CabMember, quorum) };
        let mut round = opened(plan(vec![asked]), &electorate, vec![]);
        for (index, answer) in (1..=size).zip(answers) {
            if round.state != RoundState::Open {
                break;
            }
            let answer = [Answer::Approve, Answer::Reject, Answer::Abstain][answer as usize];
            round = voted(round, index, answer, &electorate);
        }
        prop_assert_ne!(round.state, RoundState::Open);
    }

    #[test]
    fn no_approval_survives_a_change_of_what_it_covers(first in "[a-z]{1,4}", second in "[a-z]{1,4}") {
        prop_assume!(first != second);
        let electorate = cab(1);
        let asked = plan(vec![group("CAB", Role::CabMember, Quorum::First)]);
        let events = open(None, asked, content(&first), vec![], &electorate).expect("opens");
        let round = voted(fold(None, &events), 1, Answer::Approve, &electorate);
        prop_assert_eq!(round.state, RoundState::Approved);
        let events = edit(Some(&round), content(&second), vec![], &electorate).expect("an edit");
        let round = fold(Some(round), &events);
        prop_assert_eq!(round.state, RoundState::Open);
        prop_assert!(!round.votes[0].counts());
    }
}

/// A yes of one person under a condition that names another.
fn if_met(round: &Round, voter: u128, names: u128) -> Cast {
    let text = "the restore is tried".to_owned();
    let condition = Condition { text, person: person(names), met: None };
    Cast { condition: Some(condition), ..cast(person(voter), Answer::Approve, round) }
}

#[test]
fn a_yes_under_a_condition_counts_and_leaves_the_condition_open() {
    let two = cab(2);
    let mut round = opened(plan(vec![group("CAB", Role::CabMember, Quorum::All)]), &two, vec![]);
    for voter in [1, 2] {
        let roles = two.holders[&person(voter)].clone();
        let events = vote(Some(&round), &if_met(&round, voter, 9), &roles, &two);
        round = fold(Some(round), &events.expect("a vote"));
    }
    assert_eq!((round.state, round.conditions_open().len()), (RoundState::Approved, 2));
    let code =
        |events: Result<Vec<RoundEvent>, crate::Refusal>| events.expect_err("a refusal").code;
    let by = |round: &Round, who: u128, voter: Option<u128>| {
        meet(Some(round), Some(person(who)), voter.map(person), "")
    };
    assert_eq!(code(by(&round, 8, None)), "approval.condition_of_another");
    assert_eq!(code(by(&round, 9, None)), "request.invalid", "there are two");
    assert_eq!(code(by(&round, 1, Some(2))), "approval.condition_of_another");
    assert_eq!(code(meet(Some(&round), None, None, "")), "identity.people_only");
    // Whoever made it may mark it, and it alone.
    let met = fold(Some(round.clone()), &by(&round, 1, None).expect("met"));
    assert_eq!(met.conditions_open().len(), 1);
    let met = fold(Some(met.clone()), &by(&met, 9, None).expect("met"));
    assert_eq!(met.conditions_open(), []);
    assert_eq!(met.state, RoundState::Approved);
    assert_eq!(code(by(&met, 9, None)), "approval.no_condition");
}

#[test]
fn a_condition_goes_with_the_vote_that_made_it() {
    let one = cab(1);
    let round = opened(plan(vec![group("CAB", Role::CabMember, Quorum::First)]), &one, vec![]);
    let roles = one.holders[&person(1)].clone();
    let no = Cast { answer: Answer::Reject, reason: Some("no".to_owned()), ..if_met(&round, 1, 9) };
    let refused = vote(Some(&round), &no, &roles, &one).expect_err("only a yes");
    assert_eq!(refused.code, "approval.condition_of_no");
    let events = vote(Some(&round), &if_met(&round, 1, 9), &roles, &one).expect("a vote");
    let mut round = fold(Some(round), &events);
    assert_eq!(round.conditions_open().len(), 1);
    round.votes[0].voided = vec![PartName::Plans];
    assert_eq!(round.conditions_open(), []);
}
