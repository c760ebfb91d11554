//! The life of a conflict.

use super::*;

fn seen(fingerprint: &str) -> Found {
    Found {
        kind: ConflictKind::SameCi,
        subject: change(1),
        with: change(2),
        overlap: minutes(0, 60),
        fingerprint: fingerprint.to_owned(),
        hits: vec![Hit { ci: ci(31), path: vec![] }],
        blocking: true,
    }
}

fn after(conflict: &Conflict, events: &[ConflictEvent]) -> Conflict {
    events.iter().fold(conflict.clone(), |conflict, event| conflict.evolve(event, &stamp()))
}

fn open() -> Conflict {
    after(&Conflict::default(), &found(&Conflict::default(), &seen("a")))
}

fn accepting(conflict: &Conflict, until: Option<Timestamp>) -> Decision<ConflictEvent> {
    accept(conflict, "both teams agreed", until, Some(person(3)), &[person(1)], minute(0))
}

fn accepted() -> Conflict {
    after(&open(), &accepting(&open(), Some(minute(60))).expect("allowed"))
}

fn resolved() -> Conflict {
    after(&accepted(), &resolve(&accepted()))
}

#[test]
fn what_is_found_for_the_first_time_is_open() {
    let conflict = open();
    assert_eq!(conflict.state(), ConflictState::Open);
    assert_eq!(
        (conflict.kind(), conflict.overlap()),
        (Some(ConflictKind::SameCi), Some(minutes(0, 60)))
    );
    assert_eq!((conflict.sides(), conflict.hits().len()), (Some((change(1), change(2))), 1));
}

#[test]
fn its_name_is_the_same_whichever_side_looks() {
    let turned = Found { subject: change(2), with: change(1), ..seen("a") };
    let other = after(&Conflict::default(), &[ConflictEvent::Found { found: turned }]);
    assert_eq!(open().key(), other.key());
    assert_eq!(Conflict::default().key(), None);
    let upstream = key(ConflictKind::UpstreamCi, change(1), change(2));
    assert_eq!(upstream, key(ConflictKind::DownstreamCi, change(2), change(1)));
    assert_ne!(upstream, key(ConflictKind::SameCi, change(1), change(2)));
}

#[test]
fn what_ended_and_comes_back_is_found_anew_and_not_accepted() {
    let conflict = after(&resolved(), &found(&resolved(), &seen("a")));
    assert_eq!(conflict.state(), ConflictState::Open);
    assert!(!conflict.covers("a", minute(0)));
}

#[test]
fn whoever_accepts_answers_for_it_until_a_time() {
    let accepted = accepted().accepted.expect("accepted");
    assert_eq!(accepted.by, stamp().by);
    assert_eq!((accepted.reason.as_str(), accepted.until), ("both teams agreed", Some(minute(60))));
}

#[test]
fn an_acceptance_covers_only_what_was_found() {
    assert!(accepted().covers("a", minute(59)));
    assert!(!accepted().covers("b", minute(59)));
    assert!(!open().covers("a", minute(59)));
    assert!(!resolved().covers("a", minute(59)));
}

#[test]
fn an_acceptance_ends_once() {
    assert_eq!(lapse(&accepted(), minute(59)), []);
    let lapsed = after(&accepted(), &lapse(&accepted(), minute(60)));
    assert_eq!(lapsed.state(), ConflictState::Open);
    assert_eq!(lapse(&lapsed, minute(60)), []);
    assert_eq!(lapse(&resolved(), minute(60)), []);
    let forever = after(&open(), &accepting(&open(), None).expect("allowed"));
    assert_eq!(lapse(&forever, minute(9_999_999)), []);
}

#[test]
fn what_is_no_more_is_resolved_once() {
    assert_eq!(resolve(&open()), [ConflictEvent::Resolved {}]);
    assert_eq!(resolved().state(), ConflictState::Resolved);
    assert_eq!(resolve(&resolved()), []);
}

#[test]
fn nothing_is_accepted_that_has_ended() {
    assert_eq!(code(accepting(&resolved(), None)), "calendar.conflict_ended");
    assert_eq!(code(accepting(&Conflict::default(), None)), "calendar.conflict_ended");
}

#[test]
fn nobody_accepts_what_their_own_work_causes() {
    let own = accept(&open(), "mine", None, Some(person(1)), &[person(1)], minute(0));
    assert_eq!(code(own), "calendar.own_conflict");
}

#[test]
fn an_acceptance_says_why_and_ends_in_the_future() {
    let silent = accept(&open(), " ", Some(minute(0)), None, &[], minute(0));
    assert_eq!(pointers(silent), ["/reason", "/until"]);
}

#[test]
fn every_conflict_that_blocks_is_named() {
    let blocking = ["REL-9 touches db-1".to_owned(), "a blackout".to_owned()];
    let refusal: crate::Refusal =
        not_blocked(&blocking, Stands::Planned).expect_err("blocked").into();
    assert_eq!(refusal.code, "calendar.conflict_blocks");
    assert!(refusal.detail.starts_with("2 conflicts block this window"), "{}", refusal.detail);
    assert_eq!(refusal.missing[1].detail, "a blackout");
    assert_eq!(not_blocked(&[], Stands::Planned), Ok(()));
}

#[test]
fn only_a_planned_window_can_be_accepted_as_it_is() {
    let (planned, other) = (Some(minutes(0, 60)), Some(minutes(30, 90)));
    let says = |asked, committed| {
        let stands = Stands::of(asked, planned, committed);
        not_blocked(&["a blackout".to_owned()], stands).expect_err("blocked").to_string()
    };
    for (asked, committed) in [(None, false), (None, true), (planned, false), (planned, true)] {
        assert!(says(asked, committed).contains("or have each conflict accepted"));
    }
    assert!(says(other, false).contains("plan this window first"));
    assert!(!says(other, true).contains("accepted"), "no edit plans beside a committed window");
}
