//! Starting, extending, completing and closing.

use super::*;
use crate::record::{ExtraCommand, TaskEdit};

#[test]
fn work_begins_within_the_window_and_not_at_its_end() {
    assert_eq!(code(start(&scheduled(), &at(59))), "change.window_not_open");
    assert_eq!(
        start(&scheduled(), &at(60)),
        Ok(vec![ChangeEvent::Started { under: vec![], window: None }])
    );
    assert_eq!(
        start(&scheduled(), &at(119)),
        Ok(vec![ChangeEvent::Started { under: vec![], window: None }])
    );
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
    let begun = after(&approved, start(&approved, &facts()));
    assert_eq!(begun.content.window, Some(window(0, 240)), "others see it");
    let known = Content { effort_minutes: Some(30), ..approved.content.clone() };
    let known = Change { content: known, ..approved };
    assert_eq!(after(&known, start(&known, &facts())).content.window, Some(window(0, 30)));
}

#[test]
fn an_emergency_that_begins_sooner_than_planned_stands_on_the_calendar_from_now() {
    let planned = approved_by(&emergency(Some(window(60, 120))), &ECAB);
    let early = Change { phase: Phase::Authorise, ..planned };
    assert_eq!(after(&early, start(&early, &facts())).content.window, Some(window(0, 60)));
    let in_time = start(&early, &Facts { now: minute(60), ..facts() });
    assert_eq!(in_time, Ok(vec![ChangeEvent::Started { under: vec![], window: None }]));
}

#[test]
fn an_emergency_does_not_begin_into_what_nobody_can_accept() {
    let planned = approved_by(&emergency(Some(window(60, 120))), &ECAB);
    let approved = Change { phase: Phase::Authorise, ..planned };
    let facts = Facts { blocking_now: vec!["the year end".to_owned()], ..facts() };
    assert_eq!(code(start(&approved, &facts)), "calendar.conflict_blocks");
    let under_now = vec!["EXC-1".to_owned()];
    let facts = Facts { blocking_now: vec![], under_now: under_now.clone(), ..facts };
    let begun = ChangeEvent::Started { under: under_now, window: Some(window(0, 60)) };
    assert_eq!(start(&approved, &facts), Ok(vec![begun]));
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
    let asked = asked(150);
    assert_eq!(asked.content.window, implementing().content.window);
    let longer = grant_extension(&asked, minute(150), &manager(111));
    let change = after(&asked, longer);
    assert_eq!((change.phase, &change.content.window), (Phase::Implement, &Some(window(60, 150))));
    assert_eq!(change.extension, None);
}

/// A release manager, who neither asked nor implements.
fn manager(now: i64) -> Facts {
    Facts { person: Some(person(NOBODY)), roles: [Role::ReleaseManager].into(), ..at(now) }
}

fn asked(end: i64) -> Change {
    let implementer = Facts { person: Some(person(IMPLEMENTER)), ..at(110) };
    let asked = extend(&implementing(), minute(end), "the copy is slow", &implementer);
    after(&implementing(), asked)
}

#[test]
fn a_longer_window_is_decided_by_another_as_it_was_seen() {
    let asked = asked(150);
    let granted = |seen: i64, facts: &Facts| code(grant_extension(&asked, minute(seen), facts));
    assert_eq!(granted(140, &manager(111)), "approval.content_moved");
    let own = Facts { person: Some(person(IMPLEMENTER)), ..manager(111) };
    assert_eq!(granted(150, &own), "approval.own_work");
    let other = Facts { roles: roles(CAB[0]), ..manager(111) };
    assert_eq!(granted(150, &other), "approval.not_a_voter");
    assert_eq!(granted(150, &manager(150)), "change.window_not_open");
    assert_eq!(granted(150, &blocked(manager(111))), "calendar.conflict_blocks");
    let none = grant_extension(&implementing(), minute(150), &manager(111));
    assert_eq!(code(none), "approval.no_extension");
}

#[test]
fn a_longer_window_is_turned_down_with_a_reason_and_may_be_asked_for_again() {
    let first = asked(150);
    assert_eq!(pointers(refuse_extension(&first, " ", &manager(111))), ["/reason"]);
    let refused = after(&first, refuse_extension(&first, "the shop opens", &manager(111)));
    assert_eq!((refused.extension, refused.content.window), (None, Some(window(60, 120))));
    let again = after(&first, extend(&first, minute(140), "it is quicker now", &at(112)));
    assert_eq!(again.extension.map(|asked| asked.end), Some(minute(140)));
    let done = after(&first, complete(&first, Outcome::Successful, None, &at(115)));
    assert_eq!(done.extension, None);
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
fn an_emergency_that_began_without_a_window_may_take_longer() {
    let approved = approved_by(&emergency(None), &ECAB);
    let running = after(&approved, start(&approved, &facts()));
    assert_eq!(code(extend(&running, minute(9), "x", &facts())), "change.window_not_open");
    assert!(extend(&running, minute(300), "x", &facts()).is_ok());
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
