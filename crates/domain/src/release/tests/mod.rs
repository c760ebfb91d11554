//! What the rules of a release guarantee: case by case beside each other, and over random commands.
//! Here are the people, the changes and the way to each phase that the cases share.

mod agree;
mod cadence;
mod carry_out;
mod order;
mod parts;
mod plan;
mod property;
mod schedule;
mod scope;
mod statement;
mod suspend;
mod verbs;
mod vote;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, ChangeId, Id, Interval, PersonId, ReleaseId, Timestamp, Zone};
use serde_json::json;

use super::*;
use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{Answer, Cast, Electorate, GroupPlan, PartName, Plan, Quorum, StagePlan};
use crate::calendar::Stands;
use crate::change;
use crate::deployment::StepState;
use crate::identity::Role;
use crate::policy::{
    ConditionalStage, IrreversibleSteps, ModelState, NotesRule, ReleaseModel, ReleasePhase as P,
    ReviewForm, TeamSay,
};
use crate::risk::Assessment;
use crate::rollback::WayBack;
use crate::vocabulary::{Tier, Window};

const CREATOR: u128 = 1;
const IMPLEMENTER: u128 = 2;
const REQUESTER: u128 = 3;
const MANAGERS: [u128; 2] = [4, 5];
const CAB: [u128; 3] = [6, 7, 8];
const NOBODY: u128 = 9;

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(number))
}

fn named(change: ChangeId) -> (ChangeId, &'static str) {
    (change, "CHG-1")
}

fn change(number: u128) -> ChangeId {
    ChangeId::from_uuid(uuid(number))
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minute)
}

fn window(start: i64, end: i64) -> Window {
    Window::try_new(minute(start), minute(end), Zone::utc()).expect("a window")
}

fn stamp() -> Stamp {
    Stamp { at: minute(0), by: Actor::Person { id: person(CREATOR) } }
}

fn group(role: Role, quorum: Quorum, covers: &[PartName]) -> StagePlan {
    let covers = covers.iter().copied().collect();
    let name = role.word().to_owned();
    let roles = [role].into();
    let group = GroupPlan { name: name.clone(), roles, quorum, covers, ..GroupPlan::default() };
    StagePlan { name, groups: vec![group] }
}

const CONTENT: &[PartName] =
    &[PartName::Bundle, PartName::Plans, PartName::Package, PartName::Risk];

/// A release manager, whom the window does not concern; then the board, who look at everything.
fn approval() -> Plan {
    Plan {
        policy: "major 1".to_owned(),
        stages: vec![
            group(Role::ReleaseManager, Quorum::First, CONTENT),
            group(Role::CabMember, Quorum::Majority, &[]),
        ],
        observed: vec![],
    }
}

/// A model that builds and rehearses before the go.
fn model() -> ReleaseModel {
    let states = [
        ("planning", P::Planning),
        ("build", P::Build),
        ("rehearsal", P::Test),
        ("go or no-go", P::Approval),
        ("deployment", P::Deployment),
        ("verification", P::Verification),
        ("review", P::Review),
        ("closed", P::Closed),
    ];
    let state = |(name, phase): (&str, P)| ModelState { name: name.to_owned(), phase };
    ReleaseModel {
        review_days: 7,
        review: ReviewForm::Full,
        window_answer: TeamSay::Informs,
        notes: NotesRule::Optional,
        sign_off: TeamSay::Informs,
        irreversible_steps: IrreversibleSteps::Allowed,
        refuses: Vec::new(),
        name: "major".to_owned(),
        title: "Major release".to_owned(),
        description: String::new(),
        version: 1,
        window_minutes: 60,
        extension: [Role::ReleaseManager].into(),
        owner: None,
        review_on: None,
        applies_when: None,
        milestones: vec![],
        states: states.map(state).into(),
        approval: approval()
            .stages
            .into_iter()
            .map(|stage| ConditionalStage { when: None, observe: false, stage })
            .collect(),
        tasks: vec![],
    }
}

fn roles(number: u128) -> BTreeSet<Role> {
    match number {
        n if MANAGERS.contains(&n) => [Role::ReleaseManager].into(),
        n if CAB.contains(&n) => [Role::CabMember].into(),
        _ => BTreeSet::new(),
    }
}

fn electorate() -> Electorate {
    let everyone = CREATOR..=NOBODY;
    let held = everyone.map(|number| (person(number), roles(number)));
    Electorate::of(held.filter(|(_, roles)| !roles.is_empty()).collect::<BTreeMap<_, _>>())
}

/// A change as its release sees it: approved, planned, of low risk.
fn fact(number: u128) -> ChangeFact {
    let id = change(number);
    let plan = "undo it".to_owned();
    let cannot_be_undone = String::new();
    ChangeFact {
        awaits: vec![],
        id,
        number: format!("CHG-{number}"),
        approved: true,
        way_back: WayBack { change: id, plan, minutes: Some(10), cannot_be_undone },
        plans: json!({ "implementation": "do it" }),
        scope: json!({ "cis": ["ci_1"] }),
        conditions: vec![],
        held: false,
        risk: Assessment { tier: Tier::Low, points: 10, factors: vec![] },
        requester: Some(person(REQUESTER)),
        implementer: Some(person(IMPLEMENTER)),
        rehearsed_at: None,
        approvers: BTreeSet::new(),
    }
}

/// The world as it is at minute 0 around a release: its changes are ready, nothing collides; the
/// manager who did not vote asks.
fn facts(release: &Release) -> Facts {
    let number = |id: &ChangeId| id.uuid().as_u128();
    Facts {
        now: minute(0),
        person: Some(person(MANAGERS[1])),
        roles: roles(MANAGERS[1]),
        changes: release.changes.iter().map(|id| fact(number(id))).collect(),
        blocking: vec![],
        stands: Stands::Planned,
        under: vec![],
        before: vec![],
        owning: vec![],
        window_answer_required: false,
        notes_published: None,
        parts: vec![],
        sign_off_required: false,
        plan: approval(),
        scale: crate::risk::tests::scale(),
        electorate: electorate(),
        review_completed: false,
        extension_roles: [Role::ReleaseManager].into(),
        plan_flaws: Vec::new(),
        run_open: Vec::new(),
        refused: Vec::new(),
        review_days: 7,
    }
}

fn at(now: i64, release: &Release) -> Facts {
    Facts { now: minute(now), ..facts(release) }
}

fn blocked(facts: Facts) -> Facts {
    Facts { blocking: vec!["CHG-9 touches db-1".to_owned()], ..facts }
}

fn as_voter(voter: u128, facts: Facts) -> Facts {
    Facts { person: Some(person(voter)), roles: roles(voter), ..facts }
}

/// The release after what was decided; no invariant may be broken on the way.
fn after(release: &Release, decided: Decision<ReleaseEvent>) -> Release {
    let events = decided.expect("allowed");
    let fold = |release: Release, event: &ReleaseEvent| release.evolve(event, &stamp());
    let after = events.iter().fold(release.clone(), fold);
    assert_eq!(after.broken_invariant(), None);
    after
}

fn code<T: std::fmt::Debug>(decided: Result<T, crate::Refusal>) -> &'static str {
    decided.expect_err("a refusal").code
}

fn pointers<T: std::fmt::Debug>(decided: Result<T, crate::Refusal>) -> Vec<String> {
    let refusal = decided.expect_err("a refusal");
    refusal.missing.into_iter().map(|missing| missing.pointer).collect()
}

fn titled() -> Edit {
    Edit {
        title: Some("Payments, fourth quarter".to_owned()),
        owner: Some(Some(person(NOBODY))),
        window: Some(Some(window(60, 120))),
        ..Edit::default()
    }
}

/// Being planned, with a window from minute 60 to 120 and no change.
fn empty() -> Release {
    let created = create("REL-1".to_owned(), &model(), &titled(), Some(person(CREATOR)), vec![]);
    after(&Release::default(), created)
}

fn joining(fact: &ChangeFact, phase: change::Phase) -> Joining<'_> {
    Joining { fact, phase, elsewhere: None, exception: None }
}

fn with(release: &Release, number: u128) -> Release {
    let facts = facts(release);
    let phase = change::Phase::Authorise;
    after(release, attach(release, joining(&fact(number), phase), &facts, &stamp()))
}

/// Being planned, with the changes 41 and 42.
fn planned() -> Release {
    with(&with(&empty(), 41), 42)
}

/// Submitted, and not approved.
fn asked() -> Release {
    let planned = planned();
    after(&planned, submit(&planned, &facts(&planned), &stamp()))
}

fn by(voter: u128, release: &Release, answer: Answer) -> Cast {
    let round = release.round().expect("a round");
    Cast {
        person: person(voter),
        answer,
        round: round.number,
        content_hash: round.content.hash(),
        reason: (answer == Answer::Reject).then(|| "not now".to_owned()),
        condition: None,
    }
}

fn vote(release: &Release, voter: u128, answer: Answer) -> Decision<ReleaseEvent> {
    cast(release, &by(voter, release, answer), &as_voter(voter, facts(release)))
}

fn approved_by(release: &Release, voters: &[u128]) -> Release {
    voters.iter().fold(release.clone(), |release, voter| {
        after(&release, vote(&release, *voter, Answer::Approve))
    })
}

const EVERYONE: &[u128] = &[MANAGERS[0], CAB[0], CAB[1]];

/// With its go, and no window committed.
fn approved() -> Release {
    approved_by(&asked(), EVERYONE)
}

/// With its go and its window committed.
fn scheduled() -> Release {
    let approved = approved();
    after(&approved, super::schedule(&approved, None, &facts(&approved), &stamp()))
}

fn deploying() -> Release {
    let scheduled = scheduled();
    after(&scheduled, deploy(&scheduled, &at(60, &scheduled)))
}

fn reported(release: &Release, number: u128, state: StepState) -> Release {
    let note = (state == StepState::Failed).then_some("disk full");
    after(release, step(release, named(change(number)), state, note, &facts(release)))
}

fn verifying() -> Release {
    let all = reported(&reported(&deploying(), 41, StepState::Done), 42, StepState::Done);
    after(&all, verify(&all, None, None, &facts(&all)))
}

fn reviewing() -> Release {
    let verifying = verifying();
    after(&verifying, verify(&verifying, Some(true), Some("looked"), &facts(&verifying)))
}

/// Its first change was carried out and its second begun, and it is being taken back.
fn going_back() -> Release {
    let reached = reported(&deploying(), 41, StepState::Done);
    after(&reached, roll_back(&reached, "errors everywhere", &facts(&reached)))
}

fn taken_back() -> Release {
    let back = going_back();
    let steps = [(42, StepState::NotBegun), (41, StepState::Done)];
    steps.into_iter().fold(back, |back, (number, state)| {
        after(&back, super::back(&back, named(change(number)), state, None, &facts(&back)))
    })
}

fn reviewed(release: &Release) -> Facts {
    Facts { review_completed: true, ..facts(release) }
}

fn closed() -> Release {
    let reviewing = reviewing();
    let outcome = Some(Outcome::Successful);
    after(&reviewing, close(&reviewing, outcome, None, &reviewed(&reviewing)))
}

fn cancelled() -> Release {
    let planned = planned();
    after(&planned, cancel(&planned, "merged into another", &facts(&planned)))
}

fn held() -> Release {
    let scheduled = scheduled();
    after(&scheduled, hold(&scheduled, "the supplier is late", &facts(&scheduled)))
}
