//! What each kind of record says.

use kernel::{Actor, ChangeId, Id, IncidentId, PersonId, ReleaseId, Timestamp, Zone};

use crate::approval::{RoundEvent, RoundState};
use crate::change::{Change, Origin, Outcome, Phase};
use crate::deployment::{Deployment, DeploymentState, Rollback, Step};
use crate::incident::Incident;
use crate::policy::{ChangeType, ReleasePhase};
use crate::record::Standing;
use crate::release::Release;
use crate::report::{
    Blamed, CAUSE_DAYS, ChangeSeen, Course, Fact, Figure, Harm, IncidentSeen, ReleaseSeen, SIZES,
    Said, size_of,
};
use crate::vocabulary::{Environment, Window};

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minute)
}

fn day(day: i64) -> Timestamp {
    minute(day * 24 * 60)
}

fn window(start: i64, end: i64) -> Option<Window> {
    Window::try_new(minute(start), minute(end), Zone::utc()).ok()
}

fn actor() -> Actor {
    Actor::Person { id: PersonId::from_uuid(uuid::Uuid::from_u128(1)) }
}

fn harm(opened_at: Timestamp, priority: i64, resolved: Option<Timestamp>) -> Harm {
    let incident = IncidentId::from_uuid(uuid::Uuid::from_u128(9));
    Harm { incident, opened_at, resolved_at: resolved, priority }
}

fn said(facts: &[Fact], figure: Figure) -> Vec<(Timestamp, Said)> {
    facts.iter().filter(|fact| fact.figure == figure).map(|fact| (fact.at, fact.said)).collect()
}

/// A change alone that was carried out from minute 60 to 100 in a window from 60 to 120.
fn carried_out() -> Change {
    let mut change = Change {
        phase: Phase::Closed,
        started_at: Some(minute(60)),
        finished_at: Some(minute(100)),
        outcome: Some(Outcome::Successful),
        created_at: Some(minute(0)),
        ..Change::default()
    };
    change.content.window = window(60, 120);
    change
}

fn facts(change: &Change, harms: &[Harm]) -> Vec<Fact> {
    facts_on(change, harms, &Course::default())
}

fn facts_on(change: &Change, harms: &[Harm], course: &Course<Phase>) -> Vec<Fact> {
    ChangeSeen { change, course, harms, collided: false }.facts()
}

#[test]
fn a_successful_change_counts_at_the_end_of_its_work() {
    let facts = facts(&carried_out(), &[]);
    let at = minute(100);
    assert_eq!(said(&facts, Figure::ChangeSuccessRate), [(at, Said::Yes)]);
    assert_eq!(said(&facts, Figure::FailedChangeRate), [(at, Said::No)]);
    assert_eq!(said(&facts, Figure::DegradingChangeRate), [(at, Said::No)]);
    assert_eq!(said(&facts, Figure::RequestLeadTime), [(at, Said::Value(6_000))]);
    assert_eq!(said(&facts, Figure::ScheduleAdherence), [(minute(60), Said::Yes)]);
    assert_eq!(said(&facts, Figure::EmergencyShare), [(minute(0), Said::No)]);
}

#[test]
fn an_incident_counts_from_the_beginning_of_work_for_thirty_days() {
    let degraded = |opened: Timestamp| {
        let facts = facts(&carried_out(), &[harm(opened, 3, None)]);
        said(&facts, Figure::DegradingChangeRate)[0].1 == Said::Yes
    };
    assert!(!degraded(minute(59)), "it was there before");
    assert!(degraded(minute(60)));
    let end = minute(60).plus_minutes(CAUSE_DAYS * 24 * 60);
    assert!(degraded(end.plus_minutes(-1)) && !degraded(end));
}

#[test]
fn an_imported_change_degraded_a_service_where_its_source_counted_incidents() {
    let origin = Origin { source: "old".to_owned(), number: "C1".to_owned(), zone: Zone::utc() };
    let mut change = Change { origin: Some(origin), incidents: Some(2), ..carried_out() };
    let yes = [(minute(100), Said::Yes)];
    assert_eq!(said(&facts(&change, &[]), Figure::DegradingChangeRate), yes);
    assert_eq!(said(&facts(&change, &[]), Figure::CollisionRate), []);
    change.outcome = None;
    assert_eq!(said(&facts(&change, &[]), Figure::ChangeSuccessRate), [], "it does not say");
    (change.finished_at, change.started_at) = (None, None);
    let at_its_window = [(minute(120), Said::Yes)];
    assert_eq!(said(&facts(&change, &[]), Figure::DegradingChangeRate), at_its_window);
}

#[test]
fn a_change_that_failed_is_counted_by_its_outcome_alone() {
    let change = Change { outcome: Some(Outcome::FailedBackedOut), ..carried_out() };
    let facts = facts(&change, &[]);
    assert_eq!(said(&facts, Figure::FailedChangeRate)[0].1, Said::Yes);
    assert_eq!(said(&facts, Figure::DegradingChangeRate)[0].1, Said::No);
}

#[test]
fn a_cancelled_change_leaves_the_backlog_and_says_nothing_else_of_its_end() {
    let change = Change {
        phase: Phase::Cancelled,
        started_at: None,
        finished_at: None,
        outcome: None,
        ..carried_out()
    };
    let mut course = Course::default();
    course.see(None, minute(0));
    course.see(Some(Phase::Draft), minute(30));
    course.end(Phase::Cancelled);
    let facts = facts_on(&change, &[], &course);
    let backlog = [(minute(0), Said::No), (minute(30), Said::Closed)];
    assert_eq!(said(&facts, Figure::BacklogThroughput), backlog);
    assert_eq!(said(&facts, Figure::DegradingChangeRate), []);
}

#[test]
fn a_longer_window_is_no_adherence_to_schedule() {
    let mut course = Course::default();
    course.see_extension();
    let facts = facts_on(&carried_out(), &[], &course);
    assert_eq!(said(&facts, Figure::ScheduleAdherence)[0].1, Said::No);
    let late = Change { finished_at: Some(minute(121)), ..carried_out() };
    assert_eq!(said(&facts_of(&late), Figure::ScheduleAdherence)[0].1, Said::No);
}

fn facts_of(change: &Change) -> Vec<Fact> {
    facts(change, &[])
}

#[test]
fn an_emergency_and_an_unauthorised_change_are_told_apart() {
    let mut change = carried_out();
    change.content.change_type = Some(ChangeType::Emergency);
    change.unauthorised =
        Some(Standing { by: actor(), at: minute(200), reason: "seen".to_owned() });
    let facts = facts_of(&change);
    assert_eq!(said(&facts, Figure::EmergencyShare), [(minute(0), Said::Yes)]);
    assert_eq!(said(&facts, Figure::UnauthorisedShare), [(minute(60), Said::Yes)]);
    change.started_at = None;
    let found = [(minute(200), Said::Yes)];
    assert_eq!(said(&facts_of(&change), Figure::UnauthorisedShare), found);
}

#[test]
fn the_stages_of_a_change_add_up_to_its_way() {
    let mut course = Course::default();
    let steps = [
        (None, 0),
        (Some(Phase::Draft), 10),
        (Some(Phase::Assess), 25),
        (Some(Phase::Authorise), 25),
        (Some(Phase::Authorise), 70),
        (Some(Phase::Scheduled), 100),
        (Some(Phase::Implement), 140),
        (Some(Phase::Review), 200),
    ];
    for (before, at) in steps {
        course.see(before, minute(at));
    }
    course.end(Phase::Closed);
    let change = carried_out();
    let facts = facts_on(&change, &[], &course);
    let spent = |figure| match said(&facts, figure)[..] {
        [(at, Said::Value(seconds))] => {
            assert_eq!(at, minute(200));
            seconds / 60
        }
        ref other => panic!("{other:?}"),
    };
    assert_eq!(spent(Figure::TimeInDraft), 10);
    assert_eq!(spent(Figure::TimeInAssess), 15);
    assert_eq!(spent(Figure::TimeInAuthorise), 45);
    assert_eq!(spent(Figure::TimeInScheduled), 30);
    assert_eq!(spent(Figure::TimeInImplement), 40);
    assert_eq!(spent(Figure::TimeInReview), 60);
}

#[test]
fn a_round_waits_until_it_is_decided_and_a_withdrawn_one_is_no_wait() {
    let mut course: Course<Phase> = Course::default();
    let closed = |state| RoundEvent::Closed { round: 1, state };
    let opened = || {
        RoundEvent::Opened(Box::new(crate::approval::Opened {
            number: 1,
            plan: crate::approval::Plan { policy: String::new(), stages: vec![], observed: vec![] },
            content: crate::approval::Content::default(),
            barred: vec![],
        }))
    };
    course.see_round(&opened(), minute(0));
    course.see_round(&closed(RoundState::Withdrawn), minute(5));
    course.see_round(&opened(), minute(10));
    course.see_round(&closed(RoundState::Rejected), minute(40));
    course.see_round(&opened(), minute(50));
    let facts = facts_on(&carried_out(), &[], &course);
    assert_eq!(said(&facts, Figure::ApprovalWait), [(minute(40), Said::Value(1_800))]);
}

fn deployed(state: DeploymentState) -> Release {
    let change = ChangeId::from_uuid(uuid::Uuid::from_u128(3));
    let deployment = Deployment {
        state,
        started_at: minute(60),
        started_by: actor(),
        finished_at: (state != DeploymentState::Running).then(|| minute(100)),
        steps: vec![Step::waiting(change)],
        rollback: None,
        updates: Vec::new(),
        update_reminded_at: None,
    };
    let mut release = Release { deployment: Some(deployment), ..Release::default() };
    release.content.window = window(60, 120);
    release
}

fn release_facts(release: &Release, harms: &[Harm], review: Option<bool>) -> Vec<Fact> {
    let course: Course<ReleasePhase> = Course::default();
    let review = review.map(|completed| ("rev_1".to_owned(), completed));
    ReleaseSeen { release, course: &course, harms, review, collided: true }.facts()
}

#[test]
fn a_release_has_the_size_of_the_changes_that_travel_in_it() {
    let with = |changes: u128| {
        let changes = (0..changes).map(|number| ChangeId::from_uuid(uuid::Uuid::from_u128(number)));
        size_of(&Release { changes: changes.collect(), ..Release::default() })
    };
    assert_eq!(with(0), None);
    let sizes = [1, 2, 5, 6, 20, 21].map(with);
    let [one, few, some, many] = SIZES.map(Some);
    assert_eq!(sizes, [one, few, few, some, some, many]);
}

#[test]
fn a_deployment_counts_when_it_begins_and_its_release_when_it_is_over() {
    let running = release_facts(&deployed(DeploymentState::Running), &[], None);
    assert_eq!(said(&running, Figure::DeploymentFrequency), [(minute(60), Said::Yes)]);
    assert_eq!(said(&running, Figure::CollisionRate), [(minute(60), Said::Yes)]);
    assert_eq!(said(&running, Figure::ReleaseSuccessRate), []);
    let finished = release_facts(&deployed(DeploymentState::Finished), &[], None);
    assert_eq!(said(&finished, Figure::PirCompletion), [], "verification is awaited");
    let verified = release_facts(&deployed(DeploymentState::Verified), &[], None);
    assert_eq!(said(&verified, Figure::ReleaseSuccessRate), [(minute(100), Said::Yes)]);
    assert_eq!(said(&verified, Figure::PirCompletion), [(minute(100), Said::No)]);
    assert_eq!(said(&verified, Figure::ScheduleAdherence), [(minute(60), Said::Yes)]);
}

#[test]
fn only_a_completed_review_counts() {
    let release = deployed(DeploymentState::Verified);
    let completed = |review| said(&release_facts(&release, &[], review), Figure::PirCompletion);
    assert_eq!(completed(Some(false))[0].1, Said::No);
    assert_eq!(completed(Some(true))[0].1, Said::Yes);
}

#[test]
fn a_major_incident_spoils_a_release_and_any_incident_a_deployment() {
    let release = deployed(DeploymentState::Verified);
    let facts = |harm| release_facts(&release, &[harm], None);
    let minor = facts(harm(minute(90), 3, None));
    assert_eq!(said(&minor, Figure::ReleaseSuccessRate)[0].1, Said::Yes);
    assert_eq!(said(&minor, Figure::ChangeFailureRate)[0].1, Said::Yes);
    assert_eq!(said(&minor, Figure::ReleaseDefectRate)[0].1, Said::Value(1));
    assert_eq!(said(&minor, Figure::FailedDeploymentRecoveryTime), [], "it is not resolved");
    let major = facts(harm(minute(90), 2, Some(minute(150))));
    assert_eq!(said(&major, Figure::ReleaseSuccessRate)[0].1, Said::No);
    let recovered = said(&major, Figure::FailedDeploymentRecoveryTime);
    assert_eq!(recovered, [(minute(60), Said::Value(3_600))]);
    let before = facts(harm(minute(59), 1, None));
    assert_eq!(said(&before, Figure::ReleaseSuccessRate)[0].1, Said::Yes);
    assert_eq!(said(&before, Figure::ChangeFailureRate)[0].1, Said::No);
}

#[test]
fn a_rollback_is_a_failure_that_ends_with_the_way_back() {
    let mut release = deployed(DeploymentState::RolledBack);
    let rollback = Rollback {
        reason: "errors".to_owned(),
        decided_by: actor(),
        decided_at: minute(80),
        steps: vec![],
        given_up: None,
    };
    if let Some(deployment) = &mut release.deployment {
        deployment.rollback = Some(rollback);
    }
    let facts = release_facts(&release, &[], None);
    assert_eq!(said(&facts, Figure::RollbackRate)[0].1, Said::Yes);
    assert_eq!(said(&facts, Figure::ReleaseSuccessRate)[0].1, Said::No);
    let recovered = said(&facts, Figure::FailedDeploymentRecoveryTime);
    assert_eq!(recovered, [(minute(60), Said::Value(1_200))]);
    if let Some(deployment) = &mut release.deployment {
        deployment.state = DeploymentState::RollbackFailed;
    }
    let given_up = release_facts(&release, &[], None);
    assert_eq!(said(&given_up, Figure::FailedDeploymentRecoveryTime), []);
}

#[test]
fn a_deployment_elsewhere_than_in_production_is_no_deployment_to_production() {
    let mut release = deployed(DeploymentState::Verified);
    release.content.environment = Environment::Staging;
    let facts = release_facts(&release, &[], None);
    assert_eq!(said(&facts, Figure::DeploymentFrequency), []);
    assert_eq!(said(&facts, Figure::ReleaseSuccessRate)[0].1, Said::Yes);
}

#[test]
fn an_incident_is_a_releases_when_it_was_opened_after_its_change_began() {
    let mut incident = Incident::default();
    incident.content.opened_at = Some(day(10));
    incident.resolved_at = Some(day(11));
    let release = Some(ReleaseId::from_uuid(uuid::Uuid::from_u128(5)));
    let facts = |cause: Option<Blamed>| IncidentSeen { incident: &incident, cause }.facts();
    let blamed = |began| Some(Blamed { started_at: Some(began), release });
    let counts = |cause| said(&facts(cause), Figure::IncidentsFromReleases)[0].1;
    assert_eq!(counts(None), Said::No);
    assert_eq!(counts(blamed(day(9))), Said::Yes);
    assert_eq!(counts(blamed(day(10).plus_minutes(1))), Said::No);
    assert_eq!(counts(Some(Blamed { started_at: None, release })), Said::No);
    assert_eq!(counts(Some(Blamed { started_at: Some(day(9)), release: None })), Said::No);
    let restored = said(&facts(None), Figure::TimeToRestore);
    assert_eq!(restored, [(day(10), Said::Value(24 * 3_600))]);
}
