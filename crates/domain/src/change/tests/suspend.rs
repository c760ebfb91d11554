//! Letting a change wait, go on, or giving it up.

use super::*;
use crate::approval::RoundState;

#[test]
fn a_change_on_hold_keeps_its_place_and_does_not_move() {
    let change = held();
    assert_eq!((change.phase, change.held.is_some()), (Phase::Scheduled, true));
    assert_eq!(code(hold(&change, "again", &facts())), "change.held");
    assert_eq!(code(super::schedule(&change, None, &facts(), &stamp())), "change.held");
}

#[test]
fn nobody_votes_on_a_change_on_hold() {
    let change = authorising();
    let change = after(&change, hold(&change, "wait", &facts()));
    assert_eq!(code(vote(&change, OWNER, Answer::Approve)), "change.held");
}

#[test]
fn holding_and_giving_up_need_a_reason() {
    assert_eq!(pointers(hold(&assessing(), "", &facts())), ["/reason"]);
    assert_eq!(pointers(cancel(&assessing(), " ", &facts())), ["/reason"]);
}

#[test]
fn a_change_goes_on_where_it_was() {
    let change = after(&held(), resume(&held(), &facts()));
    assert_eq!((change.phase, change.held.is_some()), (Phase::Scheduled, false));
    assert_eq!(code(resume(&change, &facts())), "change.wrong_phase");
}

#[test]
fn work_under_way_is_neither_held_nor_given_up() {
    assert_eq!(code(hold(&implementing(), "wait", &facts())), "change.wrong_phase");
    assert_eq!(code(cancel(&implementing(), "no", &facts())), "change.wrong_phase");
}

#[test]
fn giving_up_takes_the_round_back() {
    let open = after(&authorising(), cancel(&authorising(), "no", &facts()));
    assert_eq!(open.phase, Phase::Cancelled);
    assert_eq!(open.round().expect("a round").state, RoundState::Withdrawn);
    let held = after(&held(), cancel(&held(), "no", &facts()));
    assert_eq!(held.round().expect("a round").state, RoundState::Withdrawn);
}

#[test]
fn a_change_in_a_release_leaves_it_before_it_is_given_up() {
    assert_eq!(code(cancel(&authorising(), "no", &travelling(facts()))), "change.in_release");
}

#[test]
fn an_ended_change_stays_ended() {
    for change in [closed(), cancelled()] {
        assert_eq!(code(resume(&change, &facts())), "change.ended");
        assert_eq!(code(submit(&change, &facts(), &stamp())), "change.ended");
        assert_eq!(code(cancel(&change, "no", &facts())), "change.ended");
    }
}
