//! Creating a release, editing it, moving it towards its go, submitting it.

use super::*;
use crate::approval::{RoundEvent, RoundState};
use crate::policy::{Assign, MilestoneTemplate, TaskTemplate, tasks};
use crate::record::{DueBy, ExtraCommand, ExtraEvent};

fn edited(release: &Release, wanted: &Edit) -> Decision<ReleaseEvent> {
    super::edit(release, wanted, None, &facts(release), &stamp())
}

fn described() -> Edit {
    Edit { description: Some("A new database.".to_owned()), ..Edit::default() }
}

#[test]
fn a_release_begins_in_the_first_state_of_its_model_with_its_tasks() {
    let title = "Write the plan of communication".to_owned();
    let template =
        TaskTemplate { title, assign: Assign::Owner, required: true, after: vec![], due: None };
    let events = create(
        "REL-1".to_owned(),
        &model(),
        &titled(),
        Some(person(CREATOR)),
        tasks(&[template], None, |_| Some(person(NOBODY))),
    );
    let release = after(&Release::default(), events);
    assert_eq!((release.phase, release.state.as_str()), (P::Planning, "planning"));
    assert_eq!((release.model.as_str(), release.model_version), ("major", 1));
    assert_eq!(release.extras.tasks_missing()[0].1.assignee, Some(person(NOBODY)));
}

#[test]
fn a_release_needs_a_title() {
    let refused = create("REL-1".to_owned(), &model(), &Edit::default(), None, vec![]);
    assert_eq!(pointers(refused), ["/title"]);
}

#[test]
fn fields_have_bounds() {
    let item = PackageItem {
        kind: ItemKind::Artifact,
        name: " ".to_owned(),
        version: "x".repeat(201),
        digest: None,
        service: None,
        ci: None,
    };
    let wild = Edit {
        title: Some("x".repeat(201)),
        rollout: Some("x".repeat(20_001)),
        objectives: Some(vec!["x".repeat(1_001)]),
        kpis: Some(vec![Kpi { name: String::new(), target: "x".repeat(201) }]),
        milestones: Some(vec![Milestone {
            name: String::new(),
            at: Some(minute(0)),
            by: None,
            reached: false,
        }]),
        members: Some(vec![Member { person: person(NOBODY), role: "x".repeat(201) }]),
        package: Some(vec![item]),
        tags: Some(["t".repeat(51)].into()),
        ..Edit::default()
    };
    assert_eq!(
        pointers(edited(&empty(), &wild)),
        [
            "/title",
            "/rollout",
            "/objectives/0",
            "/kpis/0/name",
            "/kpis/0/target",
            "/milestones/0/name",
            "/members/0/role",
            "/package/0/name",
            "/package/0/version",
            "/tags",
        ]
    );
}

#[test]
fn an_edit_that_changes_nothing_is_no_event() {
    let same = Edit { title: Some(planned().content.title), ..Edit::default() };
    assert_eq!(edited(&planned(), &same), Ok(vec![]));
    assert_eq!(edited(&planned(), &described()).map(|events| events.len()), Ok(1));
}

#[test]
fn an_edit_of_what_is_approved_voids_exactly_the_votes_that_cover_it() {
    let approved = approved();
    let resources = Edit { resources: Some("Two engineers.".to_owned()), ..Edit::default() };
    assert!(after(&approved, edited(&approved, &resources)).is_approved());
    let release = after(&approved, edited(&approved, &described()));
    assert!(release.round().expect("a round").votes.iter().all(|vote| !vote.counts()));
    let rewindowed = Edit { window: Some(Some(window(200, 300))), ..Edit::default() };
    let release = after(&approved, edited(&approved, &rewindowed));
    let counts: Vec<bool> =
        release.round().expect("a round").votes.iter().map(crate::approval::Vote::counts).collect();
    assert_eq!((release.is_approved(), counts), (false, vec![true, false, false]));
    let rollout = Edit { rollout: Some("All at once.".to_owned()), ..Edit::default() };
    let release = after(&approved, edited(&approved, &rollout));
    assert!(release.round().expect("a round").votes.iter().all(|vote| !vote.counts()));
}

#[test]
fn a_committed_window_is_moved_by_scheduling() {
    let rewindowed = Edit { window: Some(Some(window(200, 300))), ..Edit::default() };
    assert_eq!(code(edited(&scheduled(), &rewindowed)), "calendar.window_committed");
}

#[test]
fn a_release_under_way_or_ended_is_not_edited() {
    for release in [deploying(), verifying(), reviewing()] {
        assert_eq!(code(edited(&release, &described())), "release.wrong_phase");
    }
    assert_eq!(code(edited(&closed(), &described())), "release.ended");
    assert_eq!(code(edited(&cancelled(), &described())), "release.ended");
    assert!(edited(&held(), &described()).is_ok());
}

#[test]
fn a_release_goes_through_the_states_of_its_model_up_to_the_go() {
    let building = after(&planned(), advance(&planned(), &facts(&planned())));
    assert_eq!((building.phase, building.state.as_str()), (P::Build, "build"));
    let testing = after(&building, advance(&building, &facts(&building)));
    assert_eq!((testing.phase, testing.state.as_str()), (P::Test, "rehearsal"));
    assert_eq!(code(advance(&testing, &facts(&testing))), "release.wrong_phase");
    assert!(submit(&testing, &facts(&testing), &stamp()).is_ok());
}

#[test]
fn a_submission_records_the_tier_of_the_bundle_and_opens_a_round() {
    let release = planned();
    let events = submit(&release, &facts(&release), &stamp()).expect("allowed");
    let due = jiff::civil::date(1970, 1, 8);
    let review_due_on = Some(due);
    let [submitted, opened] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*submitted, ReleaseEvent::Submitted { tier: Tier::Low, review_due_on });
    assert!(matches!(opened, ReleaseEvent::Round(RoundEvent::Opened(_))));
    let release = after(&release, Ok(events));
    assert_eq!((release.phase, release.state.as_str()), (P::Approval, "go or no-go"));
    assert_eq!(release.round().expect("a round").state, RoundState::Open);
}

#[test]
fn whose_work_any_part_is_may_not_vote_on_the_whole() {
    let barred = |release: &Release| -> Vec<PersonId> {
        release.round().expect("a round").barred.iter().map(|barred| barred.person).collect()
    };
    let own = [CREATOR, IMPLEMENTER, REQUESTER, NOBODY].map(person);
    assert_eq!(barred(&asked()), own);
    // Whoever writes in it, or hands it in, makes it theirs; who moves its window does not.
    let by = Stamp { at: minute(0), by: Actor::Person { id: person(MANAGERS[0]) } };
    let planned = planned();
    let rewindowed = Edit { window: Some(Some(window(200, 300))), ..Edit::default() };
    for (edit, wrote) in [(described(), true), (rewindowed, false)] {
        let events =
            super::super::edit(&planned, &edit, None, &facts(&planned), &by).expect("allowed");
        let release = events.iter().fold(planned.clone(), |state, event| state.evolve(event, &by));
        let asked = after(&release, submit(&release, &facts(&release), &stamp()));
        assert_eq!(barred(&asked).contains(&person(MANAGERS[0])), wrote);
    }
    let submitted = submit(&planned, &facts(&planned), &by).expect("allowed");
    let asked = submitted.iter().fold(planned, |state, event| state.evolve(event, &by));
    assert!(barred(&asked).contains(&person(MANAGERS[0])));
}

#[test]
fn a_submission_names_everything_that_is_missing() {
    let nothing = create("REL-1".to_owned(), &model(), &titled(), None, vec![]);
    let mut release = after(&Release::default(), nothing);
    release.content.owner = None;
    let refused = submit(&release, &facts(&release), &stamp());
    assert_eq!(refused.clone().expect_err("empty").code, "release.incomplete");
    assert_eq!(pointers(refused), ["/changes", "/owner"]);
}

#[test]
fn a_submission_names_each_change_that_is_not_ready() {
    let mut release = planned();
    let artifact = PackageItem {
        kind: ItemKind::Artifact,
        name: "checkout".to_owned(),
        version: "4.2".to_owned(),
        digest: None,
        service: None,
        ci: None,
    };
    let rack = PackageItem { kind: ItemKind::Hardware, ..artifact.clone() };
    release.content.package = vec![rack, artifact];
    let mut facts = facts(&release);
    facts.changes[0].approved = false;
    facts.changes[1].way_back.minutes = None;
    let refused = submit(&release, &facts, &stamp());
    let expected = ["/changes/CHG-41", "/changes/CHG-42/backout_plan", "/package/1/digest"];
    assert_eq!(pointers(refused), expected);
}

#[test]
fn nothing_is_asked_of_a_board_in_which_nobody_may_vote() {
    let facts = Facts { electorate: Electorate::default(), ..facts(&planned()) };
    assert_eq!(code(submit(&planned(), &facts, &stamp())), "approval.nobody_can_vote");
}

#[test]
fn a_remark_is_made_even_after_the_end() {
    let text = "It held.".to_owned();
    let remarked = ReleaseEvent::Annotated(ExtraEvent::CommentAdded { text: text.clone() });
    assert_eq!(extra(&closed(), &ExtraCommand::Comment { text }), Ok(vec![remarked]));
}

#[test]
fn what_makes_a_version_available_says_which() {
    let item = PackageItem {
        kind: ItemKind::Configuration,
        name: "limits".to_owned(),
        version: " ".to_owned(),
        digest: None,
        service: Some(kernel::ServiceId::from_uuid(uuid::Uuid::from_u128(21))),
        ci: None,
    };
    let wanted = Edit { package: Some(vec![item]), ..Edit::default() };
    let refused = edit(&planned(), &wanted, None, &facts(&planned()), &stamp());
    assert_eq!(pointers(refused), ["/package/0/version"]);
}

#[test]
fn the_review_is_due_some_days_after_the_window_as_its_people_read_it() {
    let mut release = planned();
    release.content.window = Some(window(60, 24 * 60 * 2));
    let events = submit(&release, &facts(&release), &stamp()).expect("allowed");
    let after = after(&release, Ok(events));
    assert_eq!(after.review_due_on, Some(jiff::civil::date(1970, 1, 10)));
}

#[test]
fn the_timeline_of_the_model_follows_the_window_and_what_is_late_is_told() {
    let due = DueBy::HoursBeforeStart(1);
    let freeze = MilestoneTemplate { name: "Code freeze".to_owned(), due };
    let model = ReleaseModel { milestones: vec![freeze], ..model() };
    let made = |edit: &Edit| {
        let created = create("REL-1".to_owned(), &model, edit, Some(person(CREATOR)), vec![]);
        after(&Release::default(), created)
    };
    let release = made(&titled());
    let [milestone] = &release.content.milestones[..] else { panic!("one milestone") };
    assert_eq!(milestone.due(release.content.window.as_ref()), Some(minute(0)));
    let late = |release: &Release| {
        let points = points(release, &facts(release)).into_iter();
        points.filter(|point| point.about == About::Milestone).collect::<Vec<_>>()
    };
    let [point] = &late(&release)[..] else { panic!("it is late") };
    assert_eq!(point.stand, Stand::Waits);
    assert!(point.detail.starts_with("the milestone \"Code freeze\" is late since"));
    let reached = Milestone { reached: true, ..milestone.clone() };
    let edit = Edit { milestones: Some(vec![reached]), ..Edit::default() };
    let release = after(&release, edited(&release, &edit));
    assert_eq!(late(&release), []);
    let own = Milestone { name: "Ours".to_owned(), at: None, by: None, reached: false };
    let named = Edit { milestones: Some(vec![own]), ..titled() };
    let refused = create("REL-2".to_owned(), &model, &named, None, vec![]);
    assert_eq!(pointers(refused), ["/milestones/0/at"]);
    let none = made(&Edit { milestones: Some(vec![]), ..titled() });
    assert_eq!(none.content.milestones, []);
}
