//! Committing a release's window, moving it, lengthening it.

use super::*;
use crate::approval::RoundEvent;

fn placed(release: &Release, facts: &Facts) -> Decision<ReleaseEvent> {
    super::schedule(release, None, facts, &stamp())
}

fn placed_at(release: &Release, wanted: &Window) -> Decision<ReleaseEvent> {
    super::schedule(release, Some(wanted), &facts(release), &stamp())
}

#[test]
fn a_window_may_be_committed_before_the_go_and_after() {
    let scheduled = ReleaseEvent::Scheduled { window: window(60, 120), under: vec![] };
    for release in [asked(), approved()] {
        assert_eq!(placed(&release, &facts(&release)), Ok(vec![scheduled.clone()]));
    }
    assert!(scheduled_release_is_committed());
}

fn scheduled_release_is_committed() -> bool {
    scheduled().is_committed() && !approved().is_committed() && !closed().is_committed()
}

#[test]
fn scheduling_the_same_window_again_is_no_event() {
    let release = scheduled();
    assert_eq!(placed(&release, &facts(&release)), Ok(vec![]));
    assert_eq!(placed_at(&release, &window(60, 120)), Ok(vec![]));
}

#[test]
fn a_moved_window_voids_the_votes_that_covered_it() {
    let release = scheduled();
    let events = placed_at(&release, &window(200, 300)).expect("allowed");
    assert_eq!(events[0], ReleaseEvent::Scheduled { window: window(200, 300), under: vec![] });
    assert!(matches!(events[1], ReleaseEvent::Round(RoundEvent::ContentEdited { .. })));
    let release = after(&release, Ok(events));
    assert_eq!((release.scheduled, release.is_approved()), (true, false));
    assert!(approved_by(&release, &[CAB[0], CAB[2]]).is_approved());
}

#[test]
fn a_release_without_a_window_is_not_scheduled() {
    let mut release = approved();
    release.content.window = None;
    assert_eq!(code(placed(&release, &facts(&release))), "release.window_missing");
}

#[test]
fn a_window_that_has_passed_is_not_committed() {
    let release = approved();
    assert_eq!(code(placed(&release, &at(120, &release))), "release.window_not_open");
}

#[test]
fn a_conflict_blocks() {
    let release = approved();
    let refused = placed(&release, &blocked(facts(&release)));
    assert_eq!(code(refused), "calendar.conflict_blocks");
}

#[test]
fn a_running_window_is_lengthened_with_a_reason() {
    let release = deploying();
    let asked = extend(&release, minute(150), "the copy is slow", &at(110, &release));
    let asked = after(&release, asked);
    assert_eq!(asked.content.window, release.content.window);
    let manager =
        Facts { person: Some(person(77)), roles: [Role::ReleaseManager].into(), ..at(111, &asked) };
    let own = Facts { person: at(110, &release).person, ..manager.clone() };
    if own.person.is_some() {
        assert_eq!(code(grant_extension(&asked, minute(150), &own)), "approval.own_work");
    }
    let refused = after(&asked, refuse_extension(&asked, "too late", &manager));
    assert_eq!((refused.extension, refused.content.window), (None, release.content.window));
    let longer = after(&asked, grant_extension(&asked, minute(150), &manager));
    assert_eq!((longer.extension, longer.content.window), (None, Some(window(60, 150))));
}

#[test]
fn an_extension_ends_later_than_the_window_and_than_now() {
    let release = deploying();
    let refused = extend(&release, minute(120), "x", &at(110, &release));
    assert_eq!(code(refused), "release.window_not_open");
    let refused = extend(&release, minute(150), "x", &at(150, &release));
    assert_eq!(code(refused), "release.window_not_open");
}

#[test]
fn the_added_minutes_may_collide_too() {
    let release = deploying();
    let refused = extend(&release, minute(150), "x", &blocked(at(110, &release)));
    assert_eq!(code(refused), "calendar.conflict_blocks");
    assert_eq!(pointers(extend(&release, minute(150), "", &at(110, &release))), ["/reason"]);
}
