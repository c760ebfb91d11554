//! Raising, importing, submitting and assessing a change.

use super::*;
use crate::approval::{Barred, RoundEvent, RoundState, Why};
use crate::policy::{Assign, TaskTemplate, tasks};

#[test]
fn a_change_is_raised_with_the_tasks_of_its_model() {
    let title = "Tell the shops".to_owned();
    let template =
        TaskTemplate { title, assign: Assign::Nobody, required: true, after: vec![], due: None };
    let edit = Edit {
        title: Some("Move the database".to_owned()),
        change_type: Some(Some(ChangeType::Normal)),
        ..Edit::default()
    };
    let events = raise("CHG-1".to_owned(), &edit, None, tasks(&[template], None, |_| None));
    let change = after(&Change::default(), events);
    assert_eq!((change.number.as_str(), change.phase), ("CHG-1", Phase::Draft));
    assert_eq!(change.extras.tasks_missing().len(), 1);
    assert_eq!(change.created_at, Some(minute(0)));
}

#[test]
fn a_change_without_title_and_type_is_not_raised() {
    let refused = raise("CHG-1".to_owned(), &Edit::default(), None, vec![]);
    assert_eq!(pointers(refused), ["/title", "/type"]);
}

#[test]
fn a_normal_change_is_submitted_for_assessment() {
    assert_eq!(submit(&draft(), &facts(), &stamp()), Ok(vec![ChangeEvent::Submitted {}]));
    assert_eq!(assessing().phase, Phase::Assess);
}

#[test]
fn a_normal_change_cannot_be_submitted_unplanned() {
    let empty = Content {
        title: "x".to_owned(),
        change_type: Some(ChangeType::Normal),
        ..Content::default()
    };
    let refused = submit(&drafted(empty), &facts(), &stamp());
    assert_eq!(refused.clone().expect_err("unplanned").code, "change.incomplete");
    assert_eq!(
        pointers(refused),
        [
            "/reason",
            "/cis",
            "/implementer",
            "/backout_plan",
            "/backout_minutes",
            "/description",
            "/category",
            "/customer_impact",
            "/implementation_plan",
            "/test_plan",
        ]
    );
}

#[test]
fn an_emergency_may_be_described_later_but_not_taken_back_later() {
    let empty = Content {
        title: "x".to_owned(),
        change_type: Some(ChangeType::Emergency),
        ..Content::default()
    };
    let refused = submit(&drafted(empty), &facts(), &stamp());
    let expected = ["/reason", "/cis", "/implementer", "/backout_plan", "/backout_minutes"];
    assert_eq!(pointers(refused), expected);
}

#[test]
fn an_emergency_and_a_standard_change_go_straight_to_approval() {
    for change_type in [ChangeType::Emergency, ChangeType::Standard] {
        let events = submit(&drafted(content(change_type)), &facts(), &stamp()).expect("allowed");
        let [submitted, recorded, opened] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(*submitted, ChangeEvent::Submitted {});
        assert_eq!(*recorded, ChangeEvent::RiskRecorded { risk: risk(Tier::Low) });
        assert!(matches!(opened, ChangeEvent::Round(RoundEvent::Opened(_))), "{opened:?}");
    }
}

#[test]
fn an_assessment_records_the_risk_and_asks_for_approval() {
    let facts = Facts { risk: risk(Tier::High), plan: with_cab(), ..facts() };
    let change = assessing();
    let change = after(&change, assess(&change, &facts, &stamp()));
    assert_eq!(change.phase, Phase::Authorise);
    assert_eq!(change.risk, Some(risk(Tier::High)));
    let round = change.round().expect("a round");
    assert_eq!((round.number, round.state, &round.plan), (1, RoundState::Open, &with_cab()));
}

#[test]
fn who_asks_and_who_carries_it_out_may_not_vote() {
    let requested = Barred { person: person(REQUESTER), why: Why::Requested };
    let implements = Barred { person: person(IMPLEMENTER), why: Why::Implements };
    let change = authorising();
    assert_eq!(change.round().expect("a round").barred, [requested, implements]);
}

#[test]
fn a_plan_without_stages_is_approved_at_once() {
    let plan = Plan { policy: "standard 1".to_owned(), stages: vec![], observed: vec![] };
    let draft = drafted(content(ChangeType::Standard));
    let change = after(&draft, submit(&draft, &Facts { plan, ..facts() }, &stamp()));
    assert!(change.is_approved());
}

#[test]
fn nothing_is_asked_of_a_group_in_which_nobody_may_vote() {
    let facts = Facts { electorate: Electorate::default(), ..facts() };
    let refused = assess(&assessing(), &facts, &stamp());
    assert_eq!(code(refused), "approval.nobody_can_vote");
}

fn imported() -> Imported {
    Imported {
        number: "CHG-2".to_owned(),
        origin: Origin {
            source: "tracker".to_owned(),
            number: "C-7".to_owned(),
            zone: Zone::utc(),
        },
        title: "Replace the disk".to_owned(),
        description: "It clicks.".to_owned(),
        change_type: ChangeType::Normal,
        environment: crate::vocabulary::Environment::Production,
        artifacts: vec![],
        cis: vec![ci(31)],
        window: Some(window(-120, -60)),
        started_at: Some(minute(-120)),
        finished_at: Some(minute(-70)),
        created_at: Some(minute(-9_000)),
        outcome: Some(Outcome::Successful),
        incidents: None,
        scheduled: false,
    }
}

#[test]
fn an_imported_change_is_history_as_it_was_there() {
    let change = after(&Change::default(), import(imported()));
    assert_eq!((change.phase, change.outcome), (Phase::Closed, Some(Outcome::Successful)));
    assert_eq!(change.created_at, Some(minute(-9_000)));
    assert_eq!(change.content.window, Some(window(-120, -60)));
    let undated = Imported { created_at: None, ..imported() };
    let undated = after(&Change::default(), import(undated));
    assert_eq!(undated.created_at, Some(stamp().at), "it is known since it came here");
}

#[test]
fn an_imported_change_to_come_is_scheduled_without_a_vote_here() {
    let to_come = Imported { scheduled: true, outcome: None, ..imported() };
    assert_eq!(after(&Change::default(), import(to_come)).phase, Phase::Scheduled);
}

#[test]
fn who_takes_work_to_come_over_vouches_for_it_and_does_not_carry_it_out() {
    let to_come = Imported { scheduled: true, outcome: None, ..imported() };
    let to_come = Imported { window: Some(window(60, 120)), ..to_come };
    // The stamp of these stories is the requester's.
    let change = after(&Change::default(), import(to_come));
    let by = |who: u128| start(&change, &as_voter(who, at(60)));
    assert_eq!(code(by(REQUESTER)), "approval.approved_by_you");
    assert!(by(IMPLEMENTER).is_ok());
    // In a release it wants a way back, and with one it is approved here like any other.
    assert!(!change.way_back(id()).is_planned());
    let plan = Edit { backout_plan: Some("Put the old one back.".to_owned()), ..Edit::default() };
    let edited = edit(&change, &plan, &facts(), &stamp()).expect("an edit");
    let change = after(&change, Ok(edited.events));
    assert_eq!((change.phase, change.is_approved()), (Phase::Draft, false));
}

#[test]
fn work_to_come_has_no_outcome() {
    let refused = import(Imported { scheduled: true, ..imported() });
    assert_eq!(pointers(refused), ["/outcome"]);
}

#[test]
fn an_imported_change_is_named_there_and_here() {
    let mut nameless = Imported { title: String::new(), ..imported() };
    nameless.origin.number = " ".to_owned();
    nameless.origin.source = String::new();
    assert_eq!(pointers(check_import(&nameless)), ["/title", "/number", "/source"]);
}

#[test]
fn a_service_does_not_stand_in_for_its_cis() {
    let content = Content { cis: vec![], ..content(ChangeType::Normal) };
    let served = drafted(content);
    assert!(submit(&served, &facts(), &stamp()).is_ok(), "it has none");
    let refused = submit(&served, &Facts { services_have_cis: true, ..facts() }, &stamp());
    assert_eq!(pointers(refused), ["/cis"]);
    let without = Edit { cis: Some(vec![]), ..Edit::default() };
    let refused = super::edit(&assessing(), &without, &facts(), &stamp());
    assert_eq!(pointers(refused), ["/cis"], "nor later");
}
