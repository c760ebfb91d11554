//! Committing a window, and moving it.

use super::*;
use crate::approval::RoundEvent;

fn placed(change: &Change, facts: &Facts) -> Decision<ChangeEvent> {
    super::schedule(change, None, facts, &stamp())
}

fn placed_at(change: &Change, wanted: &Window) -> Decision<ChangeEvent> {
    super::schedule(change, Some(wanted), &facts(), &stamp())
}

#[test]
fn an_approved_change_is_scheduled_in_the_window_given() {
    let wanted = window(200, 300);
    let change = approved_without_window();
    let change = after(&change, placed_at(&change, &wanted));
    assert_eq!((change.phase, change.content.window), (Phase::Scheduled, Some(wanted)));
}

#[test]
fn the_planned_window_is_committed_once_nothing_blocks_it() {
    let change = authorising();
    let cast_by = by(OWNER, &change, Answer::Approve);
    let change = after(&change, cast(&change, &cast_by, &blocked(facts()), &stamp()));
    let scheduled = ChangeEvent::Scheduled { window: Some(window(60, 120)), under: vec![] };
    assert_eq!(placed(&change, &facts()), Ok(vec![scheduled]));
}

#[test]
fn scheduling_the_same_window_again_is_no_event() {
    assert_eq!(placed(&scheduled(), &facts()), Ok(vec![]));
    assert_eq!(placed_at(&scheduled(), &window(60, 120)), Ok(vec![]));
}

#[test]
fn a_window_that_no_vote_covers_is_moved_at_once() {
    let change = after(&scheduled(), placed_at(&scheduled(), &window(200, 300)));
    assert_eq!((change.phase, change.is_approved()), (Phase::Scheduled, true));
    assert_eq!(change.content.window, Some(window(200, 300)));
}

#[test]
fn a_window_that_votes_cover_is_approved_anew_when_it_moves() {
    let scheduled = approved_by(&asked(with_cab()), &[OWNER, CAB[0], CAB[1]]);
    let events = placed_at(&scheduled, &window(200, 300)).expect("allowed");
    assert!(matches!(events[1], ChangeEvent::Round(RoundEvent::ContentEdited { .. })));
    assert!(matches!(events[2], ChangeEvent::Unscheduled { .. }));
    let change = after(&scheduled, Ok(events));
    assert_eq!((change.phase, change.is_approved()), (Phase::Authorise, false));
    assert_eq!(approved_by(&change, &[CAB[0], CAB[2]]).phase, Phase::Scheduled);
}

#[test]
fn an_unapproved_change_is_not_scheduled() {
    assert_eq!(code(placed(&authorising(), &facts())), "change.not_approved");
}

#[test]
fn a_change_without_a_window_is_not_scheduled() {
    assert_eq!(code(placed(&approved_without_window(), &facts())), "change.window_missing");
}

#[test]
fn a_window_that_has_passed_is_not_committed() {
    assert_eq!(code(placed(&scheduled(), &at(120))), "change.window_not_open");
    assert!(placed(&scheduled(), &at(119)).is_ok());
}

#[test]
fn a_conflict_blocks() {
    let refused = placed(&scheduled(), &blocked(facts())).expect_err("blocked");
    assert_eq!(refused.code, "calendar.conflict_blocks");
    assert_eq!(refused.missing[0].detail, "REL-9 touches db-1");
}

#[test]
fn a_change_in_a_release_is_scheduled_by_it() {
    assert_eq!(code(placed(&scheduled(), &travelling(facts()))), "change.in_release");
}

/// Policy that wants what customers meet in a release.
fn strict() -> Facts {
    Facts { outside_release: OutsideRelease::Refuse, ..facts() }
}

fn met_by_customers(mut change: Change) -> Change {
    change.content.customer_impact = Some(CustomerImpact::Degraded);
    change
}

#[test]
fn what_customers_meet_is_not_scheduled_alone_where_policy_wants_it_in_a_release() {
    let change = met_by_customers(approved_without_window());
    let wanted = window(200, 300);
    let refusal = super::schedule(&change, Some(&wanted), &strict(), &stamp()).expect_err("alone");
    assert_eq!(refusal.code, "change.outside_release");
    assert!(super::schedule(&change, Some(&wanted), &facts(), &stamp()).is_ok());
    let unmet = approved_without_window();
    assert!(super::schedule(&unmet, Some(&wanted), &strict(), &stamp()).is_ok());
}

#[test]
fn the_last_yes_does_not_schedule_what_policy_wants_in_a_release() {
    let change = met_by_customers(authorising());
    let cast_by = by(OWNER, &change, Answer::Approve);
    let change = after(&change, cast(&change, &cast_by, &strict(), &stamp()));
    assert_eq!((change.phase, change.is_approved()), (Phase::Authorise, true));
}

#[test]
fn a_flag_is_for_what_customers_meet_outside_any_release() {
    let change = met_by_customers(authorising());
    assert_eq!(outside_release(&change, &facts()), OutsideRelease::Flag);
    assert_eq!(outside_release(&change, &travelling(facts())), OutsideRelease::Allow);
    assert_eq!(outside_release(&authorising(), &facts()), OutsideRelease::Allow);
}

#[test]
fn work_past_the_end_of_its_window_is_overdue_once_until_it_is_lengthened_or_ends() {
    let change = implementing();
    assert_eq!(overrun(&change, minute(119)), []);
    let met = ChangeEvent::WindowOverrun { end: minute(120) };
    assert_eq!(overrun(&change, minute(120)), [met]);
    let overdue = after(&change, Ok(overrun(&change, minute(125))));
    assert_eq!(overdue.overdue_since, Some(minute(120)));
    assert_eq!(overrun(&overdue, minute(500)), [], "it is said once");
    let longer = ChangeEvent::Extended {
        window: window(60, 180),
        reason: "the copy is slow".to_owned(),
        asked_by: None,
        under: vec![],
    };
    let longer = after(&overdue, Ok(vec![longer]));
    assert_eq!((longer.overdue_since, longer.runs_until()), (None, Some(minute(180))));
    let done = complete(&overdue, Outcome::Successful, None, &at(130));
    assert_eq!(after(&overdue, done).overdue_since, None);
    assert_eq!(overrun(&scheduled(), minute(500)), [], "it never began");
}
