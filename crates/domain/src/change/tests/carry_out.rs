//! Starting, extending, completing and closing.

use super::*;
use crate::record::{ExtraCommand, TaskEdit};

#[test]
fn work_begins_within_the_window_and_not_at_its_end() {
    assert_eq!(code(start(&scheduled(), &at(59))), "change.window_not_open");
    assert_eq!(start(&scheduled(), &at(60)), Ok(vec![ChangeEvent::Started { under: vec![] }]));
    assert_eq!(start(&scheduled(), &at(119)), Ok(vec![ChangeEvent::Started { under: vec![] }]));
    assert_eq!(code(start(&scheduled(), &at(120))), "change.window_not_open");
}

#[test]
fn work_does_not_begin_into_a_conflict_or_on_hold_or_apart_from_its_release() {
    let refused = start(&scheduled(), &blocked(at(60)));
    assert_eq!(code(refused), "calendar.conflict_blocks");
    assert_eq!(code(start(&held(), &at(60))), "change.held");
    assert_eq!(code(start(&scheduled(), &travelling(at(60)))), "change.in_release");
}

#[test]
fn an_approved_emergency_begins_without_a_window() {
    let waiting = emergency(None);
    assert_eq!(code(start(&waiting, &facts())), "change.not_approved");
    let approved = approved_by(&waiting, &ECAB);
    assert_eq!(start(&approved, &facts()), Ok(vec![ChangeEvent::Started { under: vec![] }]));
}

#[test]
fn a_normal_change_begins_only_once_it_is_scheduled() {
    assert_eq!(code(start(&approved_without_window(), &facts())), "change.wrong_phase");
}

#[test]
fn a_scheduled_change_whose_window_was_lost_does_not_begin() {
    let mut change = scheduled();
    change.content.window = None;
    assert_eq!(code(start(&change, &at(60))), "change.window_missing");
}

#[test]
fn a_running_window_is_lengthened_with_a_reason() {
    let longer = extend(&implementing(), minute(150), "the copy is slow", &at(110));
    let change = after(&implementing(), longer);
    assert_eq!((change.phase, change.content.window), (Phase::Implement, Some(window(60, 150))));
}

#[test]
fn a_running_window_is_not_shortened_or_lengthened_into_the_past() {
    let change = implementing();
    assert_eq!(code(extend(&change, minute(120), "x", &at(110))), "change.window_not_open");
    assert_eq!(code(extend(&change, minute(150), "x", &at(150))), "change.window_not_open");
}

#[test]
fn the_added_minutes_may_collide_too() {
    let refused = extend(&implementing(), minute(150), "x", &blocked(at(110)));
    assert_eq!(code(refused), "calendar.conflict_blocks");
    assert_eq!(pointers(extend(&implementing(), minute(150), " ", &at(110))), ["/reason"]);
}

#[test]
fn an_emergency_without_a_window_has_none_to_lengthen() {
    let approved = approved_by(&emergency(None), &ECAB);
    let running = after(&approved, start(&approved, &facts()));
    assert_eq!(code(extend(&running, minute(9), "x", &facts())), "change.window_missing");
}

#[test]
fn work_ends_with_an_outcome() {
    let ended = complete(&implementing(), Outcome::Successful, None, &at(90));
    let change = after(&implementing(), ended);
    assert_eq!((change.phase, change.outcome), (Phase::Review, Some(Outcome::Successful)));
}

#[test]
fn every_outcome_but_success_is_explained() {
    for outcome in Outcome::ALL.iter().copied().filter(|o| *o != Outcome::Successful) {
        let refused = complete(&implementing(), outcome, Some(" "), &at(90));
        assert_eq!(code(refused), "change.outcome_note_missing");
        assert_eq!(reviewing(outcome).outcome_note.as_deref(), Some("as noted"));
    }
}

#[test]
fn a_remark_at_the_end_has_a_bound() {
    let long = "x".repeat(4_001);
    let refused = complete(&implementing(), Outcome::Successful, Some(&long), &at(90));
    assert_eq!(pointers(refused), ["/note"]);
}

#[test]
fn required_tasks_come_before_the_end() {
    let title = Some("Tell the shops".to_owned());
    let edit = TaskEdit { title, required: Some(true), ..TaskEdit::default() };
    let change = implementing();
    let change = after(&change, extra(&change, &ExtraCommand::AddTask { edit }));
    let refused = complete(&change, Outcome::Successful, None, &at(90));
    assert_eq!(refused.clone().expect_err("open").code, "change.tasks_open");
    assert_eq!(pointers(refused), ["/tasks/1"]);
    let edit = TaskEdit { done_at: Some(Some(minute(80))), ..TaskEdit::default() };
    let change = after(&change, extra(&change, &ExtraCommand::EditTask { number: 1, edit }));
    assert!(complete(&change, Outcome::Successful, None, &at(90)).is_ok());
}

#[test]
fn a_successful_change_closes_without_a_review() {
    for outcome in [Outcome::Successful, Outcome::SuccessfulWithIssues] {
        assert!(!owes_review(&reviewing(outcome)));
        assert_eq!(close(&reviewing(outcome), &at(130)), Ok(vec![ChangeEvent::Closed {}]));
    }
}

#[test]
fn a_failed_change_closes_only_with_its_review() {
    for outcome in
        [Outcome::PartiallySuccessful, Outcome::FailedBackedOut, Outcome::FailedNotBackedOut]
    {
        let change = reviewing(outcome);
        assert_eq!(code(close(&change, &at(130))), "change.review_missing");
        let looked_back = Facts { review_completed: true, ..at(130) };
        assert_eq!(after(&change, close(&change, &looked_back)).phase, Phase::Closed);
    }
}

#[test]
fn an_emergency_owes_a_review_whatever_its_outcome() {
    let approved = approved_by(&emergency(None), &ECAB);
    let running = after(&approved, start(&approved, &facts()));
    let ended = after(&running, complete(&running, Outcome::Successful, None, &facts()));
    assert!(owes_review(&ended));
    assert_eq!(code(close(&ended, &facts())), "change.review_missing");
}
