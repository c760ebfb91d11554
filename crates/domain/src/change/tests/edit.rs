//! Editing a change, and what hangs on it.

use super::*;
use crate::approval::{RoundEvent, RoundState};
use crate::record::{ExtraCommand, ExtraEvent};

fn edited(change: &Change, wanted: &Edit, facts: &Facts) -> Decision<ChangeEvent> {
    super::edit(change, wanted, facts, &stamp()).map(|edited| edited.events)
}

fn retitled() -> Edit {
    Edit { title: Some("Move both databases".to_owned()), ..Edit::default() }
}

fn replanned() -> Edit {
    Edit { backout_plan: Some("Undo it twice.".to_owned()), ..Edit::default() }
}

fn rewindowed(start: i64, end: i64) -> Edit {
    Edit { window: Some(Some(window(start, end))), ..Edit::default() }
}

#[test]
fn a_draft_is_edited_freely() {
    let edit = Edit { implementer: Some(None), window: Some(None), ..retitled() };
    let change = after(&draft(), edited(&draft(), &edit, &facts()));
    assert_eq!(change.content.title, "Move both databases");
    assert_eq!((change.content.implementer, change.content.window), (None, None));
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    let same = Edit { title: Some(draft().content.title), ..Edit::default() };
    assert_eq!(edited(&draft(), &same, &facts()), Ok(vec![]));
}

#[test]
fn the_calendar_looks_again_only_when_what_conflicts_rest_on_moves() {
    let moved =
        |edit: &Edit| super::edit(&draft(), edit, &facts(), &stamp()).expect("allowed").moved;
    assert!(!moved(&retitled()));
    assert!(moved(&rewindowed(200, 300)));
    assert!(moved(&Edit { cis: Some(vec![ci(32)]), ..Edit::default() }));
    assert!(moved(&Edit { services: Some(BTreeSet::new()), ..Edit::default() }));
    let environment = Some(crate::vocabulary::Environment::Test);
    assert!(moved(&Edit { environment, ..Edit::default() }));
    let team = Some(Some(kernel::TeamId::from_uuid(uuid(7))));
    let handed_over = Edit { team, ..Edit::default() };
    assert!(moved(&handed_over));
    assert!(moved(&Edit { change_type: Some(Some(ChangeType::Emergency)), ..Edit::default() }));
    let travels = Change { release: Some(release(8)), ..draft() };
    let edited = super::edit(&travels, &handed_over, &facts(), &stamp()).expect("allowed");
    assert!(!edited.moved, "the team of its release counts");
}

#[test]
fn the_type_is_fixed_once_it_is_submitted() {
    let emergency = Some(Some(ChangeType::Emergency));
    let edit = Edit { change_type: emergency, ..Edit::default() };
    assert!(edited(&draft(), &edit, &facts()).is_ok());
    assert_eq!(code(edited(&assessing(), &edit, &facts())), "change.type_fixed");
}

#[test]
fn what_a_submission_needed_may_not_be_emptied_afterwards() {
    let emptied =
        Edit { backout_plan: Some(String::new()), backout_minutes: Some(None), ..Edit::default() };
    assert!(edited(&draft(), &emptied, &facts()).is_ok());
    let refused = edited(&authorising(), &emptied, &facts());
    assert_eq!(pointers(refused), ["/backout_plan", "/backout_minutes"]);
}

#[test]
fn fields_have_bounds() {
    let wild = Edit {
        title: Some("x".repeat(201)),
        description: Some("x".repeat(20_001)),
        cannot_be_undone: Some("a\0b".to_owned()),
        cis: Some(vec![ci(1); 2]),
        tags: Some(["t".repeat(51)].into()),
        backout_minutes: Some(Some(u32::MAX)),
        ..Edit::default()
    };
    let expected =
        ["/title", "/description", "/cannot_be_undone", "/backout_minutes", "/tags", "/cis"];
    assert_eq!(pointers(edited(&draft(), &wild, &facts())), expected);
    let many = Edit { cis: Some((0..2_001).map(ci).collect()), ..Edit::default() };
    assert_eq!(pointers(edited(&draft(), &many, &facts())), ["/cis"]);
}

#[test]
fn an_edit_of_what_was_approved_takes_a_scheduled_change_back() {
    let scheduled = scheduled();
    let events = edited(&scheduled, &replanned(), &facts()).expect("allowed");
    assert!(matches!(events[1], ChangeEvent::Round(RoundEvent::ContentEdited { .. })));
    assert!(matches!(events[2], ChangeEvent::Unscheduled { .. }));
    let change = after(&scheduled, Ok(events));
    assert_eq!((change.phase, change.is_approved()), (Phase::Authorise, false));
}

#[test]
fn an_edit_of_what_nobody_approved_leaves_it_scheduled() {
    let edit = Edit { people_needed: Some(Some(3)), ..Edit::default() };
    let change = after(&scheduled(), edited(&scheduled(), &edit, &facts()));
    assert_eq!((change.phase, change.is_approved()), (Phase::Scheduled, true));
}

#[test]
fn an_edit_that_moves_the_tier_asks_for_the_approval_of_that_tier() {
    let riskier = Facts { risk: risk(Tier::High), plan: with_cab(), ..facts() };
    let edit = Edit { cis: Some(vec![ci(32)]), ..Edit::default() };
    let change = after(&scheduled(), edited(&scheduled(), &edit, &riskier));
    let round = change.round().expect("a round");
    assert_eq!((round.number, round.state, &round.plan), (2, RoundState::Open, &with_cab()));
    assert_eq!(change.phase, Phase::Authorise);
    assert_eq!(change.risk.map(|risk| risk.tier), Some(Tier::High));
}

#[test]
fn work_that_was_scheduled_elsewhere_is_approved_until_it_is_edited_here() {
    let origin = Origin {
        source: "old desk".to_owned(),
        number: "C1".to_owned(),
        zone: kernel::Zone::utc(),
    };
    let draft = draft();
    let scheduled = Change { origin: Some(origin), phase: Phase::Scheduled, ..draft };
    assert!(scheduled.is_approved());
    assert!(start(&scheduled, &at(60)).is_ok());
    let people = Edit { people_needed: Some(Some(3)), ..Edit::default() };
    assert!(after(&scheduled, edited(&scheduled, &people, &facts())).is_approved());
    let change = after(&scheduled, edited(&scheduled, &replanned(), &facts()));
    assert_eq!((change.phase, change.is_approved()), (Phase::Draft, false));
}

#[test]
fn a_voter_who_becomes_the_implementer_loses_the_vote() {
    let edit = Edit { implementer: Some(Some(person(CAB[0]))), ..Edit::default() };
    let change = approved_by(&asked(with_cab()), &[OWNER, CAB[0]]);
    let change = after(&change, edited(&change, &edit, &facts()));
    let round = change.round().expect("a round");
    assert_eq!(round.state, RoundState::Open);
    assert!(round.votes.iter().all(|vote| !vote.counts()));
    let change = approved_by(&change, &[OWNER]);
    assert_eq!(code(vote(&change, CAB[0], Answer::Approve)), "approval.own_work");
}

#[test]
fn nobody_becomes_implementer_whose_vote_is_needed() {
    let edit = Edit { implementer: Some(Some(person(OWNER))), ..Edit::default() };
    let refused = edited(&authorising(), &edit, &facts());
    assert_eq!(code(refused), "approval.nobody_can_vote");
}

#[test]
fn a_committed_window_is_moved_by_scheduling() {
    let refused = edited(&scheduled(), &rewindowed(200, 300), &facts());
    assert_eq!(code(refused), "calendar.window_committed");
}

#[test]
fn a_change_in_a_release_has_the_window_of_the_release() {
    let refused = edited(&authorising(), &rewindowed(200, 300), &travelling(facts()));
    assert_eq!(code(refused), "change.in_release");
}

#[test]
fn work_under_way_and_ended_changes_are_not_edited() {
    assert_eq!(code(edited(&implementing(), &retitled(), &facts())), "change.wrong_phase");
    assert_eq!(code(edited(&closed(), &retitled(), &facts())), "change.ended");
    assert_eq!(code(edited(&cancelled(), &retitled(), &facts())), "change.ended");
}

#[test]
fn a_change_on_hold_may_be_edited() {
    assert!(edited(&held(), &retitled(), &facts()).is_ok());
}

#[test]
fn a_remark_is_made_even_after_the_end() {
    let text = "It held.".to_owned();
    let remarked = ChangeEvent::Annotated(ExtraEvent::CommentAdded { text: text.clone() });
    assert_eq!(extra(&closed(), &ExtraCommand::Comment { text }), Ok(vec![remarked]));
    let empty = ExtraCommand::Comment { text: String::new() };
    assert_eq!(pointers(extra(&closed(), &empty)), ["/text"]);
}

#[test]
fn a_change_gains_what_it_did_not_name_before() {
    let before = draft();
    let with = |cis: &[u128]| {
        let mut after = before.clone();
        after.content.cis = cis.iter().copied().map(ci).collect();
        after
    };
    let two = with(&[11, 12]);
    assert!(gains(&with(&[11]), &two) && gains(&with(&[13]), &two));
    assert!(!gains(&two, &with(&[12, 11])) && !gains(&two, &with(&[11])));
    let mut served = two.clone();
    served.content.services.insert(kernel::ServiceId::from_uuid(uuid(99)));
    assert!(gains(&two, &served) && !gains(&served, &two));
}
