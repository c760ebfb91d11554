//! Which changes travel, in which order, and what that does to the go.

use super::*;
use crate::approval::{RoundEvent, RoundState};

fn attached(release: &Release, fact: &ChangeFact, phase: change::Phase) -> Decision<ReleaseEvent> {
    attach(release, joining(fact, phase), &facts(release), &stamp())
}

#[test]
fn changes_are_deployed_in_the_order_in_which_they_joined() {
    assert_eq!(planned().changes, [change(41), change(42)]);
}

#[test]
fn a_change_joins_once() {
    let release = planned();
    assert_eq!(attached(&release, &fact(41), change::Phase::Authorise), Ok(vec![]));
}

#[test]
fn a_change_travels_in_one_release() {
    let release = planned();
    let elsewhere = Some("REL-2".to_owned());
    let fact = fact(43);
    let joining = Joining { elsewhere, ..joining(&fact, change::Phase::Draft) };
    let refused = attach(&release, joining, &facts(&release), &stamp());
    let refusal = refused.expect_err("elsewhere");
    assert_eq!(refusal.code, "release.change_elsewhere");
    assert_eq!(refusal.detail, "this change travels in REL-2: detach it there first");
}

#[test]
fn work_that_began_or_ended_cannot_join() {
    use change::Phase as C;
    for phase in [C::Draft, C::Assess, C::Authorise, C::Scheduled] {
        assert!(attached(&planned(), &fact(43), phase).is_ok(), "{phase}");
    }
    for phase in [C::Implement, C::Review, C::Closed, C::Cancelled] {
        let refused = attached(&planned(), &fact(43), phase);
        assert_eq!(code(refused), "release.change_not_attachable", "{phase}");
    }
}

#[test]
fn a_release_carries_a_bounded_number_of_changes() {
    let mut release = planned();
    release.changes = (100..300).map(change).collect();
    let refused = attached(&release, &fact(43), change::Phase::Draft);
    assert_eq!(pointers(refused), ["/changes"]);
}

#[test]
fn a_change_leaves() {
    let release = planned();
    let left = detach(&release, change(41), &facts(&release), &stamp());
    assert_eq!(after(&release, left).changes, [change(42)]);
    assert_eq!(detach(&release, change(49), &facts(&release), &stamp()), Ok(vec![]));
}

#[test]
fn the_order_names_every_change_once() {
    let release = planned();
    let ordered = |changes: &[u128]| {
        let changes: Vec<ChangeId> = changes.iter().copied().map(change).collect();
        reorder(&release, &changes, &facts(&release), &stamp())
    };
    assert_eq!(after(&release, ordered(&[42, 41])).changes, [change(42), change(41)]);
    assert_eq!(ordered(&[41, 42]), Ok(vec![]));
    for wrong in [&[41][..], &[41, 43], &[41, 42, 42], &[41, 42, 43]] {
        assert_eq!(pointers(ordered(wrong)), ["/changes"], "{wrong:?}");
    }
}

#[test]
fn any_move_of_the_scope_voids_the_go() {
    let release = approved();
    let joined = with(&release, 43);
    assert!(!joined.is_approved());
    let left = detach(&release, change(42), &facts(&release), &stamp());
    assert!(!after(&release, left).is_approved());
    let turned = reorder(&release, &[change(42), change(41)], &facts(&release), &stamp());
    assert!(!after(&release, turned).is_approved());
}

#[test]
fn a_riskier_scope_is_recorded_with_its_tier() {
    let release = approved();
    let mut risky = fact(43);
    risky.risk = crate::risk::Assessment {
        tier: Tier::High,
        points: 60,
        factors: vec![crate::risk::Factor {
            name: "criticality".to_owned(),
            points: 60,
            points_max: 60,
            evidence: String::new(),
        }],
    };
    let events = attached(&release, &risky, change::Phase::Authorise).expect("allowed");
    assert_eq!(events[1], ReleaseEvent::TierRecorded { tier: Tier::High });
    assert_eq!(after(&release, Ok(events)).tier, Some(Tier::High));
}

#[test]
fn a_change_brings_its_people_and_they_may_not_vote_any_more() {
    let release = approved_by(&asked(), &[MANAGERS[0]]);
    let joining = ChangeFact { requester: Some(person(MANAGERS[0])), ..fact(43) };
    let release = after(&release, attached(&release, &joining, change::Phase::Authorise));
    assert!(!release.round().expect("a round").has_voted(person(MANAGERS[0])));
    let refused = vote(&release, MANAGERS[0], Answer::Approve);
    assert_eq!(code(refused), "approval.own_work");
    assert!(vote(&release, MANAGERS[1], Answer::Approve).is_ok());
}

#[test]
fn who_comes_to_answer_for_a_release_loses_their_vote_though_nothing_else_moved() {
    let release = approved();
    for (voter, edit) in [
        (MANAGERS[0], Edit { release_manager: Some(Some(person(MANAGERS[0]))), ..Edit::default() }),
        (CAB[0], Edit { owner: Some(Some(person(CAB[0]))), ..Edit::default() }),
    ] {
        let edited = edit_of(&release, &edit);
        assert!(!edited.is_approved(), "{voter}");
        assert!(!edited.round().expect("a round").has_voted(person(voter)));
        assert_eq!(code(vote(&edited, voter, Answer::Approve)), "approval.own_work");
    }
    let written = Edit { objectives: Some(vec!["Fewer calls".to_owned()]), ..Edit::default() };
    let by = Stamp { at: minute(0), by: Actor::Person { id: person(MANAGERS[0]) } };
    let events = super::edit(&release, &written, None, &facts(&release), &by).expect("allowed");
    let edited = events.iter().fold(release, |release, event| release.evolve(event, &by));
    assert!(!edited.is_approved(), "who writes what is approved does not approve it");
}

fn edit_of(release: &Release, edit: &Edit) -> Release {
    after(release, super::edit(release, edit, None, &facts(release), &stamp()))
}

#[test]
fn what_was_handed_in_stays_complete() {
    let release = asked();
    let bare = ChangeFact { approved: false, ..fact(43) };
    let refused = attached(&release, &bare, change::Phase::Draft);
    assert_eq!(pointers(refused), ["/changes/CHG-43"]);
    assert!(attached(&planned(), &bare, change::Phase::Draft).is_ok(), "before it is handed in");
    let nobody = Edit { owner: Some(None), ..Edit::default() };
    let refused = super::edit(&release, &nobody, None, &facts(&release), &stamp());
    assert_eq!(pointers(refused), ["/owner"]);
}

#[test]
fn a_bundle_is_not_approved_while_a_change_of_it_is_not() {
    let release = asked();
    let mut facts = as_voter(MANAGERS[0], facts(&release));
    facts.changes[0].approved = false;
    let refused = cast(&release, &by(MANAGERS[0], &release, Answer::Approve), &facts);
    assert_eq!(pointers(refused), ["/changes/CHG-41"]);
    assert!(cast(&release, &by(MANAGERS[0], &release, Answer::Reject), &facts).is_ok());
}

#[test]
fn a_change_that_would_leave_nobody_to_decide_does_not_join() {
    let joining = ChangeFact {
        requester: Some(person(MANAGERS[0])),
        implementer: Some(person(MANAGERS[1])),
        ..fact(43)
    };
    let refused = attached(&asked(), &joining, change::Phase::Authorise);
    assert_eq!(code(refused), "approval.nobody_can_vote");
}

#[test]
fn a_replanned_change_voids_the_go_and_an_unchanged_one_does_not() {
    let release = approved();
    assert_eq!(reapprove(&release, &facts(&release)), Ok(vec![]));
    let mut facts = facts(&release);
    facts.changes[0].plans = json!({ "implementation": "do it otherwise" });
    assert!(!after(&release, reapprove(&release, &facts)).is_approved());
    assert_eq!(reapprove(&planned(), &facts), Ok(vec![]));
}

#[test]
fn the_scope_is_fixed_once_deployment_begins() {
    for release in [deploying(), verifying(), reviewing()] {
        let refused = attached(&release, &fact(43), change::Phase::Authorise);
        assert_eq!(code(refused), "release.scope_fixed");
        let refused = detach(&release, change(41), &facts(&release), &stamp());
        assert_eq!(code(refused), "release.scope_fixed");
        let refused = reorder(&release, &[change(41)], &facts(&release), &stamp());
        assert_eq!(code(refused), "release.scope_fixed");
    }
    assert_eq!(code(attached(&closed(), &fact(43), change::Phase::Draft)), "release.ended");
}

#[test]
fn a_scope_that_policy_asks_more_for_is_asked_anew() {
    let release = approved();
    assert_eq!(reroute(&release, &facts(&release), &stamp()), Ok(vec![]));
    let mut more = facts(&release);
    more.plan.stages.push(group(Role::ReleaseAuthority, Quorum::First, &[]));
    let authority = (person(NOBODY - 1), [Role::ReleaseAuthority].into());
    let held = (CREATOR..=NOBODY).map(|number| (person(number), roles(number)));
    let held = held.filter(|(_, roles): &(PersonId, BTreeSet<Role>)| !roles.is_empty());
    more.electorate = Electorate::of(held.chain([authority]).collect::<BTreeMap<_, _>>());
    let events = reroute(&release, &more, &stamp());
    let closed = RoundEvent::Closed { round: 1, state: RoundState::Withdrawn };
    assert!(events.as_ref().expect("decided").contains(&ReleaseEvent::Round(closed)));
    let rerouted = after(&release, events);
    let round = rerouted.round().expect("a round");
    assert_eq!((round.number, round.state), (2, RoundState::Open));
    assert_eq!((round.plan.stages.len(), round.votes.len()), (3, 0));
    assert_eq!(reroute(&planned(), &more, &stamp()), Ok(vec![]));
}
