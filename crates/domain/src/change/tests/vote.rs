//! Voting on a change.

use super::*;
use crate::approval::Condition;
use crate::approval::{RoundEvent, RoundState};

fn closed_as(events: &[ChangeEvent]) -> Option<RoundState> {
    events.iter().find_map(|event| match event {
        ChangeEvent::Round(RoundEvent::Closed { state, .. }) => Some(*state),
        _ => None,
    })
}

#[test]
fn the_last_yes_schedules_a_change_whose_window_is_free() {
    let events = vote(&authorising(), OWNER, Answer::Approve).expect("allowed");
    assert_eq!(closed_as(&events), Some(RoundState::Approved));
    assert_eq!(
        events.last(),
        Some(&ChangeEvent::Scheduled { window: Some(window(60, 120)), under: vec![] })
    );
}

#[test]
fn the_last_yes_schedules_nothing_that_a_conflict_blocks() {
    let change = authorising();
    let cast_by = by(OWNER, &change, Answer::Approve);
    for facts in [blocked(facts()), travelling(facts()), as_voter(OWNER, at(120))] {
        let change = after(&change, cast(&change, &cast_by, &facts, &stamp()));
        assert_eq!((change.phase, change.is_approved()), (Phase::Authorise, true));
    }
    assert_eq!(approved_without_window().phase, Phase::Authorise);
}

#[test]
fn the_stages_answer_in_order() {
    let change = asked(with_cab());
    assert_eq!(code(vote(&change, CAB[0], Answer::Approve)), "approval.not_a_voter");
    let change = approved_by(&change, &[OWNER, CAB[0]]);
    assert_eq!(change.phase, Phase::Authorise);
    assert_eq!(approved_by(&change, &[CAB[1]]).phase, Phase::Scheduled);
}

#[test]
fn a_rejection_makes_it_a_draft_again_with_the_reason() {
    let change = authorising();
    let events = vote(&change, OWNER, Answer::Reject).expect("allowed");
    assert_eq!(closed_as(&events), Some(RoundState::Rejected));
    let returned = ChangeEvent::ReturnedToDraft { reason: "not now".to_owned() };
    assert_eq!(events.last(), Some(&returned));
    assert_eq!(after(&change, Ok(events)).phase, Phase::Draft);
}

#[test]
fn a_quorum_out_of_reach_by_abstention_returns_it_too() {
    let change = authorising();
    let change = after(&change, vote(&change, OWNER, Answer::Abstain));
    assert_eq!(change.phase, Phase::Draft);
}

#[test]
fn a_rejected_change_is_asked_again_in_another_round() {
    let change = authorising();
    let change = after(&change, vote(&change, OWNER, Answer::Reject));
    let change = after(&change, submit(&change, &facts(), &stamp()));
    let change = after(&change, assess(&change, &facts(), &stamp()));
    assert_eq!(change.round().expect("a round").number, 2);
    assert_eq!(approved_by(&change, &[OWNER]).phase, Phase::Scheduled);
}

#[test]
fn a_rejection_needs_a_reason() {
    let change = authorising();
    let silent = Cast { reason: None, ..by(OWNER, &change, Answer::Reject) };
    let refused = cast(&change, &silent, &facts(), &stamp());
    assert_eq!(code(refused), "approval.reason_missing");
}

#[test]
fn nobody_votes_on_their_own_work() {
    let change = authorising();
    for own in [REQUESTER, IMPLEMENTER] {
        let facts = Facts { roles: roles(OWNER), ..as_voter(own, facts()) };
        let refused = cast(&change, &by(own, &change, Answer::Approve), &facts, &stamp());
        assert_eq!(code(refused), "approval.own_work");
    }
}

#[test]
fn only_the_roles_of_the_stage_vote() {
    let change = authorising();
    assert_eq!(code(vote(&change, NOBODY, Answer::Approve)), "approval.not_a_voter");
    let machine = Facts { person: None, ..facts() };
    let refused = cast(&change, &by(OWNER, &change, Answer::Approve), &machine, &stamp());
    assert_eq!(code(refused), "approval.not_a_voter");
}

#[test]
fn one_person_counts_once() {
    let change = approved_by(&asked(with_cab()), &[OWNER, CAB[0]]);
    assert_eq!(code(vote(&change, CAB[0], Answer::Approve)), "approval.voted_already");
}

#[test]
fn a_vote_names_the_round_and_the_content_it_saw() {
    let change = authorising();
    let other_round = Cast { round: 7, ..by(OWNER, &change, Answer::Approve) };
    assert_eq!(code(cast(&change, &other_round, &facts(), &stamp())), "approval.round_moved");
    let seen_before = by(OWNER, &change, Answer::Approve);
    let edit = Edit { test_plan: Some("Look twice.".to_owned()), ..Edit::default() };
    let decided = super::edit(&change, &edit, &facts(), &stamp()).map(|edited| edited.events);
    let change = after(&change, decided);
    assert_eq!(code(cast(&change, &seen_before, &facts(), &stamp())), "approval.content_moved");
}

#[test]
fn an_approved_change_waits_for_no_vote() {
    let change = approved_without_window();
    assert_eq!(code(vote(&change, OWNER, Answer::Approve)), "approval.no_round");
}

#[test]
fn an_emergency_needs_two_of_its_board() {
    let change = approved_by(&emergency(Some(window(60, 120))), &[ECAB[0]]);
    assert_eq!(change.phase, Phase::Authorise);
    assert_eq!(approved_by(&change, &[ECAB[1]]).phase, Phase::Scheduled);
}

#[test]
fn work_does_not_begin_before_the_condition_of_its_approval_is_met() {
    let asked = authorising();
    let text = "the restore is tried".to_owned();
    let condition = Condition { text, person: person(IMPLEMENTER), met: None };
    let cast_if = Cast { condition: Some(condition), ..by(OWNER, &asked, Answer::Approve) };
    let voted = cast(&asked, &cast_if, &as_voter(OWNER, facts()), &stamp());
    let scheduled = after(&asked, voted);
    assert_eq!(scheduled.phase, Phase::Scheduled, "the yes counts");
    let refused = start(&scheduled, &at(60));
    assert_eq!(refused.clone().expect_err("open").code, "approval.condition_open");
    assert_eq!(pointers(refused), ["/conditions/0"]);
    let named = Facts { person: Some(person(IMPLEMENTER)), ..at(60) };
    let other = Facts { person: Some(person(REQUESTER)), ..at(60) };
    let refused = meet_condition(&scheduled, None, "", &other);
    assert_eq!(code(refused), "approval.condition_of_another");
    let met = after(&scheduled, meet_condition(&scheduled, None, "nine minutes", &named));
    assert!(start(&met, &at(60)).is_ok());
}
