//! Voting on a bundle.

use super::*;
use crate::approval::{Condition, RoundState};
use crate::refusal::Missing;

#[test]
fn the_go_is_given_by_every_stage_in_order() {
    let release = asked();
    assert_eq!(code(vote(&release, CAB[0], Answer::Approve)), "approval.not_a_voter");
    let release = approved_by(&release, &[MANAGERS[0], CAB[0]]);
    assert!(!release.is_approved());
    let release = approved_by(&release, &[CAB[1]]);
    assert_eq!((release.is_approved(), release.phase), (true, P::Approval));
    assert_eq!(code(vote(&release, CAB[2], Answer::Approve)), "approval.no_round");
}

#[test]
fn a_rejection_sends_it_back_to_planning_and_frees_its_window() {
    let release = asked();
    let release = after(&release, super::schedule(&release, None, &facts(&release), &stamp()));
    let events = vote(&release, MANAGERS[0], Answer::Abstain).expect("allowed");
    assert!(!events.iter().any(|event| matches!(event, ReleaseEvent::ReturnedToPlanning { .. })));
    let release = after(&release, Ok(events));
    let events = vote(&release, MANAGERS[1], Answer::Reject).expect("allowed");
    let returned = ReleaseEvent::ReturnedToPlanning { reason: "not now".to_owned() };
    assert_eq!(events.last(), Some(&returned));
    let release = after(&release, Ok(events));
    assert_eq!((release.phase, release.state.as_str()), (P::Planning, "planning"));
    assert!(!release.scheduled);
    assert_eq!(release.round().expect("a round").state, RoundState::Rejected);
}

#[test]
fn a_rejected_release_is_asked_again_in_another_round() {
    let release = approved_by(&asked(), &[MANAGERS[0], CAB[0]]);
    let release = after(&release, vote(&release, CAB[1], Answer::Reject));
    let release = after(&release, vote(&release, CAB[2], Answer::Reject));
    assert_eq!(release.phase, P::Planning);
    let release = after(&release, submit(&release, &facts(&release), &stamp()));
    assert_eq!(release.round().expect("a round").number, 2);
    assert!(approved_by(&release, EVERYONE).is_approved());
}

#[test]
fn a_quorum_out_of_reach_without_a_no_says_so() {
    let release = approved_by(&asked(), &[MANAGERS[0]]);
    let release = after(&release, vote(&release, CAB[0], Answer::Abstain));
    let events = vote(&release, CAB[1], Answer::Abstain).expect("allowed");
    let reason = "the quorum is out of reach".to_owned();
    assert_eq!(events.last(), Some(&ReleaseEvent::ReturnedToPlanning { reason }));
}

#[test]
fn a_rejection_needs_a_reason() {
    let release = asked();
    let silent = Cast { reason: None, ..by(MANAGERS[0], &release, Answer::Reject) };
    assert_eq!(code(cast(&release, &silent, &facts(&release))), "approval.reason_missing");
}

#[test]
fn nobody_votes_on_a_bundle_that_holds_their_own_work() {
    let release = asked();
    for own in [CREATOR, IMPLEMENTER, REQUESTER] {
        let facts = Facts { roles: roles(MANAGERS[0]), ..as_voter(own, facts(&release)) };
        let refused = cast(&release, &by(own, &release, Answer::Approve), &facts);
        assert_eq!(code(refused), "approval.own_work");
    }
}

#[test]
fn one_person_counts_once() {
    let release = approved_by(&asked(), &[MANAGERS[0], CAB[0]]);
    assert_eq!(code(vote(&release, CAB[0], Answer::Approve)), "approval.voted_already");
}

#[test]
fn a_vote_names_the_round_and_the_content_it_saw() {
    let release = asked();
    let seen = by(MANAGERS[0], &release, Answer::Approve);
    let other_round = Cast { round: 7, ..seen.clone() };
    assert_eq!(code(cast(&release, &other_round, &facts(&release))), "approval.round_moved");
    let grown = with(&release, 43);
    assert_eq!(code(cast(&grown, &seen, &facts(&grown))), "approval.content_moved");
}

#[test]
fn nothing_is_deployed_before_every_condition_is_met() {
    let asked = asked();
    let text = "the pilot is content".to_owned();
    let condition = Condition { text, person: person(CREATOR), met: None };
    let first = Cast { condition: Some(condition), ..by(EVERYONE[0], &asked, Answer::Approve) };
    let voted = cast(&asked, &first, &as_voter(EVERYONE[0], facts(&asked)));
    let approved = approved_by(&after(&asked, voted), &EVERYONE[1..]);
    let scheduled =
        after(&approved, super::super::schedule(&approved, None, &facts(&approved), &stamp()));
    let conditions = |facts: &Facts| {
        let points = points(&scheduled, facts).into_iter();
        let of_conditions = points.filter(|point| point.about == About::Condition);
        of_conditions.map(|point| point.stand).collect::<Vec<_>>()
    };
    let mut facts = at(60, &scheduled);
    assert_eq!(code(deploy(&scheduled, &facts)), "approval.condition_open");
    assert_eq!(conditions(&facts), [Stand::Blocks]);
    facts.changes[0].conditions = vec![Missing::new("/conditions/0", "if it is tried")];
    assert_eq!(
        pointers(deploy(&scheduled, &facts)),
        ["/conditions/0", "/changes/CHG-41/conditions/0"]
    );
    assert_eq!(conditions(&facts).len(), 2);
    let named = Facts { person: Some(person(CREATOR)), ..at(60, &scheduled) };
    let met = after(&scheduled, meet_condition(&scheduled, None, "", &named));
    assert!(deploy(&met, &at(60, &met)).is_ok());
}
