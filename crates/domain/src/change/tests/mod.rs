//! What the rules of a change guarantee: case by case beside each other, and over random commands.
//! Here are the people, the plans and the way to each phase that the cases share.

mod carry_out;
mod edit;
mod property;
mod release;
mod schedule;
mod submit;
mod suspend;
mod verbs;
mod vote;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, ChangeId, CiId, Id, PersonId, ReleaseId, ServiceId, Timestamp, Zone};

use super::*;
use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{Answer, Cast, Electorate, GroupPlan, PartName, Plan, Quorum, StagePlan};
use crate::calendar::Stands;
use crate::identity::Role;
use crate::policy::{ChangeType, OutsideRelease};
use crate::risk::{Assessment, CustomerImpact};
use crate::vocabulary::{Tier, Window};

const REQUESTER: u128 = 1;
const IMPLEMENTER: u128 = 2;
const OWNER: u128 = 3;
const CAB: [u128; 3] = [4, 5, 6];
const ECAB: [u128; 2] = [7, 8];
const NOBODY: u128 = 9;

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(number))
}

fn ci(number: u128) -> CiId {
    CiId::from_uuid(uuid(number))
}

fn release(number: u128) -> ReleaseId {
    ReleaseId::from_uuid(uuid(number))
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minute)
}

fn window(start: i64, end: i64) -> Window {
    Window::try_new(minute(start), minute(end), Zone::utc()).expect("a window")
}

fn stamp() -> Stamp {
    Stamp { at: minute(0), by: Actor::Person { id: person(REQUESTER) } }
}

fn group(role: Role, quorum: Quorum, covers: &[PartName]) -> StagePlan {
    let covers = covers.iter().copied().collect();
    let name = role.word().to_owned();
    let roles = [role].into();
    let group = GroupPlan { name: name.clone(), roles, quorum, covers, ..GroupPlan::default() };
    StagePlan { name, groups: vec![group] }
}

const TECHNICAL: &[PartName] = &[PartName::Bundle, PartName::Plans, PartName::Risk];

/// The service owner alone, whom the window does not concern.
fn technical() -> Plan {
    let stages = vec![group(Role::ServiceOwner, Quorum::First, TECHNICAL)];
    Plan { policy: "normal 1".to_owned(), stages, observed: vec![] }
}

/// The service owner, then two of the board, who look at everything.
fn with_cab() -> Plan {
    let mut plan = technical();
    plan.stages.push(group(Role::CabMember, Quorum::Majority, &[]));
    plan
}

fn emergency_board() -> Plan {
    let stages = vec![group(Role::EcabMember, Quorum::Count(2), TECHNICAL)];
    Plan { policy: "emergency 1".to_owned(), stages, observed: vec![] }
}

fn roles(number: u128) -> BTreeSet<Role> {
    match number {
        OWNER => [Role::ServiceOwner].into(),
        n if CAB.contains(&n) => [Role::CabMember].into(),
        n if ECAB.contains(&n) => [Role::EcabMember].into(),
        _ => BTreeSet::new(),
    }
}

fn electorate() -> Electorate {
    let everyone = REQUESTER..=NOBODY;
    let held = everyone.map(|number| (person(number), roles(number)));
    Electorate::of(held.filter(|(_, roles)| !roles.is_empty()).collect::<BTreeMap<_, _>>())
}

fn risk(tier: Tier) -> Assessment {
    Assessment { tier, points: 0, factors: vec![] }
}

/// The world as it is at minute 0: nothing collides, the service owner decides.
fn facts() -> Facts {
    Facts {
        now: minute(0),
        person: Some(person(OWNER)),
        roles: roles(OWNER),
        release: None,
        blocking: vec![],
        stands: Stands::Planned,
        under: vec![],
        blocking_now: vec![],
        under_now: vec![],
        plan: technical(),
        electorate: electorate(),
        risk: risk(Tier::Low),
        review_completed: false,
        extension_roles: [Role::ReleaseManager].into(),
        outside_release: OutsideRelease::Flag,
        rerouted: false,
        services_have_cis: false,
    }
}

/// Later, as whoever carries it out asks.
fn at(now: i64) -> Facts {
    Facts { now: minute(now), ..as_voter(IMPLEMENTER, facts()) }
}

fn blocked(facts: Facts) -> Facts {
    Facts { blocking: vec!["REL-9 touches db-1".to_owned()], ..facts }
}

fn travelling(facts: Facts) -> Facts {
    let release = ReleaseFact { number: "REL-1".to_owned(), window: Some(window(60, 120)) };
    Facts { release: Some(release), ..facts }
}

/// Everything that a submission may ask for, with a window from minute 60 to 120.
fn content(change_type: ChangeType) -> Content {
    Content {
        title: "Move the database".to_owned(),
        change_type: Some(change_type),
        description: "Upgrade in place.".to_owned(),
        reason: "It leaves support.".to_owned(),
        category: Some(Category::Infrastructure),
        services: [ServiceId::from_uuid(uuid(21))].into(),
        cis: vec![ci(31)],
        customer_impact: Some(CustomerImpact::None),
        implementer: Some(person(IMPLEMENTER)),
        implementation_plan: "Do it.".to_owned(),
        test_plan: "Look.".to_owned(),
        backout_plan: "Undo it.".to_owned(),
        backout_minutes: Some(10),
        window: Some(window(60, 120)),
        ..Content::default()
    }
}

/// The change after what was decided; no invariant may be broken on the way.
fn after(change: &Change, decided: Decision<ChangeEvent>) -> Change {
    let events = decided.expect("allowed");
    let after = events.iter().fold(change.clone(), |change, event| change.evolve(event, &stamp()));
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

fn drafted(content: Content) -> Change {
    let number = "CHG-1".to_owned();
    let requester = Some(person(REQUESTER));
    let raised = ChangeEvent::Raised { number, content: Box::new(content), requester };
    after(&Change::default(), Ok(vec![raised]))
}

fn draft() -> Change {
    drafted(content(ChangeType::Normal))
}

fn assessing() -> Change {
    let draft = draft();
    after(&draft, submit(&draft, &facts(), &stamp()))
}

/// A normal change whose approval is awaited under a plan.
fn asked(plan: Plan) -> Change {
    let assessing = assessing();
    after(&assessing, assess(&assessing, &Facts { plan, ..facts() }, &stamp()))
}

fn authorising() -> Change {
    asked(technical())
}

fn by(voter: u128, change: &Change, answer: Answer) -> Cast {
    let round = change.round().expect("a round");
    Cast {
        person: person(voter),
        answer,
        round: round.number,
        content_hash: round.content.hash(),
        reason: (answer == Answer::Reject).then(|| "not now".to_owned()),
        condition: None,
    }
}

/// The facts as a voter asks.
fn as_voter(voter: u128, facts: Facts) -> Facts {
    Facts { person: Some(person(voter)), roles: roles(voter), ..facts }
}

fn vote(change: &Change, voter: u128, answer: Answer) -> Decision<ChangeEvent> {
    cast(change, &by(voter, change, answer), &as_voter(voter, facts()), &stamp())
}

fn approved_by(change: &Change, voters: &[u128]) -> Change {
    voters.iter().fold(change.clone(), |change, voter| {
        after(&change, vote(&change, *voter, Answer::Approve))
    })
}

/// Approved, and for want of a window not scheduled.
fn approved_without_window() -> Change {
    let draft = drafted(Content { window: None, ..content(ChangeType::Normal) });
    let assessing = after(&draft, submit(&draft, &facts(), &stamp()));
    let asked = after(&assessing, assess(&assessing, &facts(), &stamp()));
    approved_by(&asked, &[OWNER])
}

fn scheduled() -> Change {
    approved_by(&authorising(), &[OWNER])
}

fn implementing() -> Change {
    let scheduled = scheduled();
    after(&scheduled, start(&scheduled, &at(60)))
}

fn reviewing(outcome: Outcome) -> Change {
    let implementing = implementing();
    after(&implementing, complete(&implementing, outcome, Some("as noted"), &at(90)))
}

fn closed() -> Change {
    let reviewing = reviewing(Outcome::Successful);
    after(&reviewing, close(&reviewing, &at(130)))
}

fn cancelled() -> Change {
    let draft = draft();
    after(&draft, cancel(&draft, "no longer needed", &facts()))
}

fn held() -> Change {
    let scheduled = scheduled();
    after(&scheduled, hold(&scheduled, "the supplier is late", &facts()))
}

/// An emergency that waits for its board, with or without a window.
fn emergency(window: Option<Window>) -> Change {
    let draft = drafted(Content { window, ..content(ChangeType::Emergency) });
    let facts = Facts { plan: emergency_board(), ..facts() };
    after(&draft, submit(&draft, &facts, &stamp()))
}

fn id() -> ChangeId {
    ChangeId::from_uuid(uuid(41))
}
