//! Deploying, reporting, verifying, taking back, closing.

use super::*;
use crate::deployment::{DeploymentEvent, DeploymentState};
use crate::record::{ExtraCommand, TaskEdit};
use crate::refusal::Missing;

#[test]
fn a_deployment_begins_within_the_window_and_not_at_its_end() {
    let release = scheduled();
    let changes = vec![change(41), change(42)];
    let started = ReleaseEvent::Deployment(DeploymentEvent::Started { changes, under: vec![] });
    assert_eq!(code(deploy(&release, &at(59, &release))), "release.window_not_open");
    assert_eq!(deploy(&release, &at(60, &release)), Ok(vec![started]));
    assert_eq!(code(deploy(&release, &at(120, &release))), "release.window_not_open");
}

#[test]
fn nothing_is_deployed_without_the_go_the_window_or_into_a_conflict() {
    let unapproved = asked();
    assert_eq!(code(deploy(&unapproved, &at(60, &unapproved))), "release.not_approved");
    let unscheduled = approved();
    assert_eq!(code(deploy(&unscheduled, &at(60, &unscheduled))), "release.not_scheduled");
    let release = scheduled();
    let refused = deploy(&release, &blocked(at(60, &release)));
    assert_eq!(code(refused), "calendar.conflict_blocks");
    assert_eq!(code(deploy(&held(), &at(60, &held()))), "release.held");
}

#[test]
fn nothing_is_deployed_whose_own_approval_fell_since_the_go() {
    let release = scheduled();
    let mut facts = at(60, &release);
    facts.changes[1].approved = false;
    let refused = deploy(&release, &facts);
    assert_eq!(refused.clone().expect_err("unapproved").code, "release.incomplete");
    assert_eq!(pointers(refused), ["/changes/CHG-42"]);
}

#[test]
fn nothing_is_deployed_with_a_change_on_hold() {
    let release = scheduled();
    let mut facts = at(60, &release);
    facts.changes[0].held = true;
    assert_eq!(pointers(deploy(&release, &facts)), ["/changes/CHG-41"]);
}

#[test]
fn who_approved_a_change_neither_deploys_it_nor_reports_its_step() {
    let release = scheduled();
    let approved_by = |release: &Release, number: u128| {
        let mut facts = at(60, release);
        let fact = facts.changes.iter_mut().find(|fact| fact.id == change(number));
        fact.expect("a change").approvers = [person(MANAGERS[1])].into();
        facts
    };
    let own = "approval.approved_by_you";
    assert_eq!(code(deploy(&release, &approved_by(&release, 41))), own);
    let release = deploying();
    let facts = approved_by(&release, 41);
    assert_eq!(code(step(&release, named(change(41)), StepState::Done, None, &facts)), own);
    let release = reported(&release, 41, StepState::Done);
    assert!(step(&release, named(change(42)), StepState::Done, None, &facts).is_ok());
}

#[test]
fn who_gave_the_go_neither_deploys_nor_reports_but_may_take_it_back() {
    let release = scheduled();
    let refused = deploy(&release, &as_voter(CAB[0], at(60, &release)));
    assert_eq!(code(refused), "approval.approved_by_you");
    let running = deploying();
    let voter = as_voter(MANAGERS[0], facts(&running));
    let refused = step(&running, named(change(41)), StepState::Done, None, &voter);
    assert_eq!(code(refused), "approval.approved_by_you");
    let reached = reported(&running, 41, StepState::Done);
    let voter = as_voter(MANAGERS[0], facts(&reached));
    assert!(roll_back(&reached, "errors everywhere", &voter).is_ok());
}

#[test]
fn required_tasks_come_before_the_deployment() {
    let title = Some("Tell the shops".to_owned());
    let edit = TaskEdit { title, required: Some(true), ..TaskEdit::default() };
    let release = scheduled();
    let release = after(&release, extra(&release, &ExtraCommand::AddTask { edit }));
    let refused = deploy(&release, &at(60, &release));
    assert_eq!(refused.clone().expect_err("open").code, "release.tasks_open");
    assert_eq!(pointers(refused), ["/tasks/1"]);
}

#[test]
fn a_step_is_reported_once_and_again_after_another_try() {
    let release = reported(&deploying(), 41, StepState::Failed);
    let again =
        step(&release, named(change(41)), StepState::Failed, Some("disk full"), &facts(&release));
    assert_eq!(again, Ok(vec![]));
    let release = reported(&release, 41, StepState::Done);
    let deployment = release.deployment.expect("under way");
    assert_eq!(deployment.steps[0].state, StepState::Done);
}

#[test]
fn a_step_is_of_a_change_of_the_release_and_a_failure_is_explained() {
    let release = deploying();
    let report =
        |number, state, note| step(&release, named(change(number)), state, note, &facts(&release));
    assert_eq!(code(report(49, StepState::Done, None)), "request.unknown_record");
    assert_eq!(pointers(report(41, StepState::Waiting, None)), ["/result"]);
    assert_eq!(pointers(report(41, StepState::Failed, Some(" "))), ["/note"]);
}

#[test]
fn a_step_waits_for_its_turn_and_is_told_whose_it_is() {
    let release = deploying();
    let early = step(&release, named(change(42)), StepState::Done, None, &facts(&release));
    let refusal = early.expect_err("out of turn");
    assert_eq!(refusal.code, "release.out_of_turn");
    assert!(refusal.detail.contains("CHG-41"), "{}", refusal.detail);
    let release = reported(&release, 41, StepState::Failed);
    let release = reported(&release, 42, StepState::Done);
    reported(&release, 41, StepState::Done);
}

#[test]
fn a_deployment_ends_once_every_change_is_reported() {
    let release = reported(&deploying(), 41, StepState::Done);
    assert_eq!(code(verify(&release, None, None, &facts(&release))), "release.steps_open");
    let release = reported(&release, 42, StepState::Failed);
    let finished = ReleaseEvent::Deployment(DeploymentEvent::Finished {});
    assert_eq!(verify(&release, None, None, &facts(&release)), Ok(vec![finished]));
}

#[test]
fn verification_passes_or_leads_to_a_rollback() {
    let release = verifying();
    assert_eq!((release.phase, release.state.as_str()), (P::Verification, "verification"));
    for unsaid in [None, Some(false)] {
        assert_eq!(pointers(verify(&release, unsaid, None, &facts(&release))), ["/passed"]);
    }
    let release = reviewing();
    assert_eq!(release.phase, P::Review);
    assert_eq!(release.deployment.expect("done").state, DeploymentState::Verified);
}

#[test]
fn what_its_run_still_does_holds_verification_up() {
    let reported = reported(&reported(&deploying(), 41, StepState::Done), 42, StepState::Done);
    for release in [reported, verifying()] {
        let mut facts = facts(&release);
        facts.run_open = vec![Missing::new("/run/steps/quiet", "step `quiet` is in flight")];
        let refused = verify(&release, Some(true), None, &facts);
        assert_eq!(pointers(refused.clone()), ["/run/steps/quiet"]);
        assert_eq!(code(refused), "release.run_open");
    }
}

#[test]
fn exactly_what_was_reached_is_taken_back_in_reverse() {
    let release = reported(&deploying(), 41, StepState::Done);
    let release = reported(&release, 42, StepState::Failed);
    let decided = roll_back(&release, "errors", &facts(&release)).expect("allowed");
    let (reason, changes) = ("errors".to_owned(), vec![change(42), change(41)]);
    let expected = DeploymentEvent::RollbackDecided { reason, changes };
    assert_eq!(decided, [ReleaseEvent::Deployment(expected)]);
}

#[test]
fn a_verified_effect_that_turns_out_wrong_is_taken_back_before_the_review_only() {
    let release = verifying();
    assert!(roll_back(&release, "errors", &facts(&release)).is_ok());
    let release = reviewing();
    assert_eq!(code(roll_back(&release, "x", &facts(&release))), "release.wrong_phase");
}

#[test]
fn a_rollback_is_decided_with_a_reason() {
    let release = deploying();
    assert_eq!(pointers(roll_back(&release, "", &facts(&release))), ["/reason"]);
}

#[test]
fn nothing_goes_forward_while_it_is_taken_back() {
    let release = going_back();
    let forward = step(&release, named(change(42)), StepState::Done, None, &facts(&release));
    assert_eq!(code(forward), "release.wrong_phase");
    assert_eq!(code(verify(&release, None, None, &facts(&release))), "release.wrong_phase");
    assert_eq!(code(roll_back(&release, "x", &facts(&release))), "release.wrong_phase");
    let elsewhere = back(&release, named(change(49)), StepState::Done, None, &facts(&release));
    assert_eq!(code(elsewhere), "request.unknown_record");
}

#[test]
fn nothing_goes_back_before_it_is_decided() {
    let release = reported(&deploying(), 41, StepState::Done);
    let early = back(&release, named(change(41)), StepState::Done, None, &facts(&release));
    assert_eq!(code(early), "release.wrong_phase");
}

#[test]
fn the_last_step_back_leads_to_the_review() {
    let release = going_back();
    let early = back(&release, named(change(41)), StepState::Done, None, &facts(&release));
    assert_eq!(code(early), "release.out_of_turn");
    let first = back(&release, named(change(42)), StepState::NotBegun, None, &facts(&release));
    let release = after(&release, first);
    let failed =
        back(&release, named(change(41)), StepState::Failed, Some("stuck"), &facts(&release));
    assert_eq!(after(&release, failed).phase, P::Deployment);
    let known = back(&release, named(change(41)), StepState::NotBegun, None, &facts(&release));
    assert_eq!(pointers(known), ["/result"]);
    let release = taken_back();
    assert_eq!(release.phase, P::Review);
    assert_eq!(release.deployment.expect("done").state, DeploymentState::RolledBack);
}

fn closing(release: &Release, outcome: Option<Outcome>) -> Decision<ReleaseEvent> {
    close(release, outcome, None, &reviewed(release))
}

#[test]
fn a_release_closes_only_with_its_review() {
    let release = reviewing();
    let refused = close(&release, Some(Outcome::Successful), None, &facts(&release));
    assert_eq!(code(refused), "release.review_missing");
    let release = after(&release, closing(&release, Some(Outcome::Successful)));
    assert_eq!((release.phase, release.state.as_str()), (P::Closed, "closed"));
    assert_eq!(release.outcome, Some(Outcome::Successful));
}

#[test]
fn the_outcome_fits_what_happened() {
    assert_eq!(code(closing(&reviewing(), None)), "release.outcome_wrong");
    let taken_back = taken_back();
    for outcome in Outcome::ALL.iter().copied() {
        let was_back = outcome == Outcome::RolledBack;
        assert_eq!(closing(&reviewing(), Some(outcome)).is_err(), was_back, "{outcome}");
        assert_eq!(closing(&taken_back, Some(outcome)).is_ok(), was_back, "{outcome}");
    }
    let some = reported(&reported(&deploying(), 41, StepState::Done), 42, StepState::Failed);
    let some = after(&some, verify(&some, None, None, &facts(&some)));
    let some = after(&some, verify(&some, Some(true), None, &facts(&some)));
    for outcome in Outcome::ALL.iter().copied() {
        let fits = matches!(outcome, Outcome::PartiallySuccessful | Outcome::Failed);
        assert_eq!(closing(&some, Some(outcome)).is_ok(), fits, "{outcome}, one of two failed");
    }
    let release = reviewing();
    let long = "x".repeat(4_001);
    let refused = close(&release, Some(Outcome::Failed), Some(&long), &reviewed(&release));
    assert_eq!(pointers(refused), ["/note"]);
}

#[test]
fn a_deployment_past_the_end_of_its_window_is_overdue_until_it_ends() {
    let release = deploying();
    assert_eq!(overrun(&release, minute(119)), []);
    let release = after(&release, Ok(overrun(&release, minute(120))));
    assert_eq!(release.overdue_since, Some(minute(120)));
    assert_eq!(overrun(&release, minute(500)), [], "it is said once");
    let verified = [DeploymentEvent::Finished {}, DeploymentEvent::Verified { note: None }];
    let verified = verified.map(ReleaseEvent::Deployment);
    let verifying = after(&release, Ok(verified[..1].to_vec()));
    assert_eq!(verifying.overdue_since, Some(minute(120)), "verification is part of it");
    assert_eq!(after(&verifying, Ok(verified[1..].to_vec())).overdue_since, None);
    assert_eq!(overrun(&scheduled(), minute(500)), [], "it never began");
}
