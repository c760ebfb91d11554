//! What a release does to a change.

use super::*;

fn joined(change: &Change) -> Change {
    after(change, Ok(attach(change, release(51))))
}

fn stepped(change: &Change, step: Step) -> Change {
    after(change, Ok(follow(change, step)))
}

/// Approved, in a release, not scheduled yet.
fn aboard() -> Change {
    joined(&scheduled())
}

#[test]
fn a_scheduled_change_gives_its_window_up_for_that_of_the_release() {
    let change = aboard();
    assert_eq!((change.phase, change.release), (Phase::Authorise, Some(release(51))));
    assert!(change.is_approved());
    assert_eq!(attach(&change, release(51)), []);
}

#[test]
fn a_draft_joins_as_it_is() {
    assert_eq!(attach(&draft(), release(51)), [ChangeEvent::Attached { release: release(51) }]);
}

#[test]
fn an_approved_change_is_scheduled_with_its_release_and_leaves_its_own_window_alone() {
    let change = stepped(&aboard(), Step::Scheduled);
    assert_eq!(change.phase, Phase::Scheduled);
    assert_eq!(change.content.window, Some(window(60, 120)));
    let change = stepped(&change, Step::Unscheduled);
    assert_eq!(change.phase, Phase::Authorise);
}

#[test]
fn a_change_whose_approval_does_not_stand_is_not_scheduled_with_its_release() {
    let change = joined(&authorising());
    assert_eq!(follow(&change, Step::Scheduled), []);
    assert_eq!(follow(&change, Step::Deployed), []);
}

#[test]
fn a_change_approved_after_the_release_was_scheduled_is_deployed_with_it() {
    let change = stepped(&aboard(), Step::Deployed);
    assert_eq!((change.phase, change.started_at), (Phase::Implement, Some(minute(0))));
}

#[test]
fn a_change_goes_through_the_steps_of_its_release() {
    let change = stepped(&stepped(&aboard(), Step::Scheduled), Step::Deployed);
    assert_eq!(change.phase, Phase::Implement);
    let change = stepped(&change, Step::Ended(Outcome::FailedBackedOut));
    assert_eq!((change.phase, change.outcome), (Phase::Review, Some(Outcome::FailedBackedOut)));
    assert!(!owes_review(&change), "it is looked back on with its release");
    assert_eq!(stepped(&change, Step::Closed).phase, Phase::Closed);
}

#[test]
fn a_change_whose_step_was_never_begun_is_given_up_with_its_release() {
    let change = stepped(&stepped(&aboard(), Step::Scheduled), Step::Deployed);
    let change = stepped(&change, Step::NotBegun);
    assert_eq!((change.phase, change.outcome), (Phase::Cancelled, None));
    assert!(change.outcome_note.is_some_and(|note| note.contains("taken back")));
}

#[test]
fn a_step_that_does_not_concern_a_change_is_no_event() {
    for step in [
        Step::Scheduled,
        Step::Unscheduled,
        Step::Deployed,
        Step::Ended(Outcome::Successful),
        Step::NotBegun,
        Step::Closed,
    ] {
        assert_eq!(follow(&draft(), step), [], "{step:?}");
        assert_eq!(follow(&closed(), step), [], "{step:?}");
    }
}

#[test]
fn a_change_that_leaves_keeps_its_approval_and_loses_the_window() {
    let change = stepped(&aboard(), Step::Scheduled);
    let same = change.round().expect("a round").plan.clone();
    let change = after(&change, Ok(detach(&change, &same)));
    assert_eq!((change.phase, change.release), (Phase::Authorise, None));
    assert!(change.is_approved());
    assert_eq!(detach(&change, &same), []);
}

#[test]
fn an_approval_that_is_too_small_outside_the_release_does_not_leave_with_the_change() {
    let change = aboard();
    let change = after(&change, Ok(detach(&change, &with_cab())));
    assert_eq!((change.phase, change.release), (Phase::Draft, None));
    assert!(!change.is_approved());
}

#[test]
fn the_window_in_force_is_the_releases() {
    let change = scheduled();
    assert_eq!(travelling(facts()).window(&change), Some(window(60, 120)));
    let waiting = ReleaseFact { number: "REL-1".to_owned(), window: None };
    assert_eq!(Facts { release: Some(waiting), ..facts() }.window(&change), None);
    assert_eq!(facts().window(&change), change.content.window);
}

#[test]
fn the_way_back_is_that_of_the_plan() {
    let way_back = draft().way_back(id());
    assert!(way_back.is_planned());
    assert_eq!((way_back.change, way_back.minutes), (id(), Some(10)));
}
