//! Letting a release wait, go on, or giving it up.

use super::*;
use crate::approval::RoundState;

#[test]
fn a_release_on_hold_keeps_its_place_and_does_not_move() {
    let release = held();
    assert_eq!(
        (release.phase, release.held.is_some(), release.scheduled),
        (P::Approval, true, true)
    );
    assert_eq!(code(hold(&release, "again", &facts(&release))), "release.held");
    let asked = asked();
    let waiting = after(&asked, hold(&asked, "wait", &facts(&asked)));
    assert_eq!(code(vote(&waiting, MANAGERS[0], Answer::Approve)), "release.held");
}

#[test]
fn its_scope_may_move_meanwhile() {
    assert_eq!(with(&held(), 43).changes.len(), 3);
}

#[test]
fn a_release_goes_on_where_it_was() {
    let release = held();
    let release = after(&release, resume(&release, &facts(&release)));
    assert_eq!((release.phase, release.held.is_some()), (P::Approval, false));
    assert_eq!(code(resume(&release, &facts(&release))), "release.wrong_phase");
}

#[test]
fn holding_and_giving_up_need_a_reason() {
    let release = planned();
    assert_eq!(pointers(hold(&release, " ", &facts(&release))), ["/reason"]);
    assert_eq!(pointers(cancel(&release, "", &facts(&release))), ["/reason"]);
}

#[test]
fn a_release_under_way_is_taken_back_and_not_given_up() {
    for release in [deploying(), verifying(), reviewing()] {
        assert_eq!(code(cancel(&release, "no", &facts(&release))), "release.wrong_phase");
        assert_eq!(code(hold(&release, "no", &facts(&release))), "release.wrong_phase");
    }
}

#[test]
fn giving_up_takes_the_round_back_and_frees_the_window() {
    let release = scheduled();
    let release = after(&release, cancel(&release, "no", &facts(&release)));
    assert_eq!((release.phase, release.scheduled), (P::Cancelled, false));
    assert_eq!(release.round().expect("a round").state, RoundState::Withdrawn);
    assert_eq!(release.state, "cancelled");
}

#[test]
fn an_ended_release_stays_ended() {
    for release in [closed(), cancelled()] {
        assert_eq!(code(resume(&release, &facts(&release))), "release.ended");
        assert_eq!(code(submit(&release, &facts(&release), &stamp())), "release.ended");
        assert_eq!(code(deploy(&release, &facts(&release))), "release.ended");
    }
}

#[test]
fn an_edit_on_hold_asks_anew_and_its_time_stands_still() {
    let approved = approved();
    let held = after(&approved, hold(&approved, "the vendor is late", &facts(&approved)));
    let edit = Edit { rollout: Some("All at once.".to_owned()), ..Edit::default() };
    let edited = after(&held, super::super::edit(&held, &edit, None, &facts(&held), &stamp()));
    let round = edited.round().expect("a round");
    assert_eq!((round.state, round.paused_at), (RoundState::Open, Some(minute(0))));
    assert_eq!(crate::approval::due_at(round), None);
    let resumed = after(&edited, resume(&edited, &facts(&edited)));
    assert_eq!(resumed.round().expect("a round").paused_at, None);
}
