//! Reporting steps, finishing, verifying, and taking it back.

use kernel::{ChangeId, NOTE_MAX};
use thiserror::Error;

use crate::deployment::{Deployment, DeploymentEvent, DeploymentState, Step, StepState};
use crate::refusal::{Check, General, Refuse};

/// Why a deployment does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Steps are not reported yet.
    #[error("{0} of the changes are not reported yet: report each as done or failed")]
    StepsOpen(usize),
    /// Another change comes first.
    #[error("{0} comes first: report it as done or failed before this one")]
    OutOfTurn(String),
    /// No rollback is under way.
    #[error("no rollback was decided: use `rollback` with a reason first")]
    NotDecided,
    /// No step back has failed.
    #[error(
        "no step back has failed: report the one that cannot be taken as failed first, or go on"
    )]
    NoStepFailed,
    /// The deployment is elsewhere.
    #[error("the deployment is {0}")]
    WrongState(DeploymentState),
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "release.steps_open",
        "release.out_of_turn",
        "rollback.not_decided",
        "rollback.no_step_failed",
        "release.wrong_phase",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::StepsOpen(_) => "release.steps_open",
            Self::OutOfTurn(_) => "release.out_of_turn",
            Self::NotDecided => "rollback.not_decided",
            Self::NoStepFailed => "rollback.no_step_failed",
            Self::WrongState(_) => "release.wrong_phase",
        }
    }
}

type Decided = Result<Vec<DeploymentEvent>, crate::Refusal>;

/// The change of a step, and what people call it.
pub type Named<'a> = (ChangeId, &'a str);

/// Reports a step of the way forward, in order. Reporting the same again changes nothing; a failed
/// step may be reported done after another try. `call` says what people call another change.
pub fn report(
    deployment: &Deployment,
    named: Named<'_>,
    state: StepState,
    note: Option<&str>,
    call: impl Fn(ChangeId) -> String,
) -> Decided {
    let events = report_of_run(deployment, named, state, note)?;
    in_turn(&deployment.steps, find(&deployment.steps, named)?, call)?;
    Ok(events)
}

/// The same for a run, which keeps the order itself: its branches go side by side.
pub fn report_of_run(
    deployment: &Deployment,
    named: Named<'_>,
    state: StepState,
    note: Option<&str>,
) -> Decided {
    if deployment.state != DeploymentState::Running {
        return Err(Refusal::WrongState(deployment.state).into());
    }
    let (change, _) = named;
    let step = find(&deployment.steps, named)?;
    check(state, note, false)?;
    let note = note.map(str::to_owned);
    let repeated = step.state == state && step.note == note;
    Ok(if repeated { vec![] } else { vec![DeploymentEvent::StepReported { change, state, note }] })
}

/// Ends the way forward.
pub fn finish(deployment: &Deployment) -> Decided {
    if deployment.state != DeploymentState::Running {
        return Err(Refusal::WrongState(deployment.state).into());
    }
    let open = deployment.steps.iter().filter(|step| !step.is_reported()).count();
    if open > 0 {
        return Err(Refusal::StepsOpen(open).into());
    }
    Ok(vec![DeploymentEvent::Finished {}])
}

/// Says that the effect was checked and is as it should be.
pub fn verify(deployment: &Deployment, note: Option<&str>) -> Decided {
    if deployment.state != DeploymentState::Finished {
        return Err(Refusal::WrongState(deployment.state).into());
    }
    let mut checked = Check::default();
    checked.text("/note", note.unwrap_or_default(), NOTE_MAX);
    checked.end()?;
    Ok(vec![DeploymentEvent::Verified { note: note.map(str::to_owned) }])
}

/// Decides to take back what was reached, the step in progress first. Asked by `actions` too.
pub fn decide_rollback(deployment: &Deployment, reason: &str) -> Decided {
    let mut changes = deployment.reached();
    changes.reverse();
    take_back(deployment, reason, changes)
}

/// Decides to take back what a run has reached, in the order given; the rest stays as it is.
pub fn take_back(deployment: &Deployment, reason: &str, changes: Vec<ChangeId>) -> Decided {
    let running = [DeploymentState::Running, DeploymentState::Finished];
    if !running.contains(&deployment.state) {
        return Err(Refusal::WrongState(deployment.state).into());
    }
    let mut checked = Check::default();
    checked.name("/reason", reason, NOTE_MAX);
    checked.end()?;
    Ok(vec![DeploymentEvent::RollbackDecided { reason: reason.to_owned(), changes }])
}

/// Reports a step of the way back, in order; the last one ends it. Of a step that was begun and not
/// reported, it may turn out that it never was.
pub fn report_back(
    deployment: &Deployment,
    named: Named<'_>,
    state: StepState,
    note: Option<&str>,
    call: impl Fn(ChangeId) -> String,
) -> Decided {
    let events = report_back_of_run(deployment, named, state, note)?;
    let back = deployment.rollback.as_ref().ok_or(Refusal::NotDecided)?;
    in_turn(&back.steps, find(&back.steps, named)?, call)?;
    Ok(events)
}

/// The same for a run, which keeps the order itself.
pub fn report_back_of_run(
    deployment: &Deployment,
    named: Named<'_>,
    state: StepState,
    note: Option<&str>,
) -> Decided {
    let rolling = deployment.state == DeploymentState::RollingBack;
    let rollback = deployment.rollback.as_ref().filter(|_| rolling).ok_or(Refusal::NotDecided)?;
    let (change, _) = named;
    find(&rollback.steps, named)?;
    let unreported = !find(&deployment.steps, named)?.is_reported();
    check(state, note, unreported)?;
    let note = note.map(str::to_owned);
    let mut events = vec![DeploymentEvent::StepBackReported { change, state, note }];
    let ends = |state| matches!(state, StepState::Done | StepState::NotBegun);
    let others_end = |step: &Step| step.change == change || ends(step.state);
    if ends(state) && rollback.steps.iter().all(others_end) {
        events.push(DeploymentEvent::RolledBack {});
    }
    Ok(events)
}

/// Ends a rollback that cannot be completed. What was not taken back stands, and someone says why.
/// Asked by `actions` too.
pub fn give_up(deployment: &Deployment, reason: &str) -> Decided {
    let rolling = deployment.state == DeploymentState::RollingBack;
    let rollback = deployment.rollback.as_ref().filter(|_| rolling).ok_or(Refusal::NotDecided)?;
    if !rollback.steps.iter().any(|step| step.state == StepState::Failed) {
        return Err(Refusal::NoStepFailed.into());
    }
    let mut checked = Check::default();
    checked.name("/reason", reason, NOTE_MAX);
    checked.end()?;
    Ok(vec![DeploymentEvent::RollbackFailed { reason: reason.to_owned() }])
}

fn find<'a>(steps: &'a [Step], (change, number): Named<'_>) -> Result<&'a Step, crate::Refusal> {
    let found = steps.iter().find(|step| step.change == change);
    found.ok_or_else(|| General::Unknown { kind: "step", name: number.to_owned() }.into())
}

/// What was reached is known by how far the reports have come, so a step waits until those before
/// it are reported.
fn in_turn(steps: &[Step], step: &Step, call: impl Fn(ChangeId) -> String) -> Result<(), Refusal> {
    let turn = steps.iter().find(|step| !step.is_reported()).map(|step| step.change);
    match turn {
        Some(turn) if turn != step.change && !step.is_reported() => {
            Err(Refusal::OutOfTurn(call(turn)))
        }
        _ => Ok(()),
    }
}

fn check(state: StepState, note: Option<&str>, uncertain: bool) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    check.text("/note", note.unwrap_or_default(), NOTE_MAX);
    match state {
        StepState::Waiting => check.wrong("/result", "is `done` or `failed`"),
        StepState::NotBegun if !uncertain => check.wrong(
            "/result",
            "is `done` or `failed`: only on the way back, a step that was begun and not reported \
            may turn out to be `not_begun`",
        ),
        _ => {}
    }
    if state == StepState::Failed && note.is_none_or(|note| note.trim().is_empty()) {
        check.wrong("/note", "says what failed");
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Stamp;
    use crate::deployment::{Fate, evolve};
    use kernel::{Actor, Id, Timestamp};
    use proptest::prelude::*;

    fn change(number: u128) -> ChangeId {
        ChangeId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn named(number: u128) -> Named<'static> {
        (change(number), "CHG-1")
    }

    fn call(change: ChangeId) -> String {
        format!("CHG-{}", change.uuid().as_u128())
    }

    fn stamp() -> Stamp {
        let by = Actor::System { part: "test".to_owned() };
        Stamp { at: Timestamp::from_micros(0), by }
    }

    fn folded(events: &[DeploymentEvent]) -> Deployment {
        let fold = |deployment, event: &DeploymentEvent| evolve(deployment, event, &stamp());
        events.iter().fold(None, fold).expect("started")
    }

    fn after(events: &[DeploymentEvent]) -> Deployment {
        let started = DeploymentEvent::Started {
            changes: vec![change(1), change(2), change(3)],
            under: vec![],
        };
        folded(&[&[started], events].concat())
    }

    fn reported(number: u128, state: StepState) -> DeploymentEvent {
        DeploymentEvent::StepReported { change: change(number), state, note: None }
    }

    fn taken_back(deployment: &Deployment) -> Vec<ChangeId> {
        let events = decide_rollback(deployment, "errors").expect("decided");
        match &events[..] {
            [DeploymentEvent::RollbackDecided { changes, .. }] => changes.clone(),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn after_any_prefix_what_was_reported_or_begun_goes_back_in_reverse(
            all in 1_u128..20,
            reports in proptest::collection::vec(
                (any::<prop::sample::Index>(), any::<bool>()), 0..20
            ),
            in_order in any::<bool>(),
        ) {
            let changes: Vec<ChangeId> = (1..=all).map(change).collect();
            let start = DeploymentEvent::Started { changes: changes.clone(), under: vec![] };
            let mut events = vec![start];
            let mut reported = vec![None; changes.len()];
            for (count, (index, done)) in reports.into_iter().enumerate() {
                let at = if in_order { count } else { index.index(changes.len()) };
                let Some(change) = changes.get(at) else { break };
                let state = if done { StepState::Done } else { StepState::Failed };
                reported[at] = Some(state);
                let (change, note) = (*change, None);
                events.push(DeploymentEvent::StepReported { change, state, note });
            }
            let deployment = folded(&events);
            // Begun are those that were passed over, and the one whose turn it is: nobody goes on
            // after a failure.
            let last = reported.iter().rposition(Option::is_some);
            let turn = match last.map(|last| (last, reported[last])) {
                Some((last, Some(StepState::Failed))) => last,
                Some((last, _)) => last + 1,
                None => 0,
            };
            let touched = |at: usize| at <= turn;
            let reported: Vec<bool> = reported.iter().map(Option::is_some).collect();
            let mut expected: Vec<ChangeId> =
                (0..changes.len()).filter(|at| touched(*at)).map(|at| changes[at]).collect();
            expected.reverse();
            prop_assert_eq!(taken_back(&deployment), expected.clone());

            let decided = DeploymentEvent::RollbackDecided {
                reason: "errors".to_owned(),
                changes: expected.clone(),
            };
            let mut back = folded(&[&events[..], &[decided]].concat());
            for (at, change) in changes.iter().enumerate() {
                let uncertain = touched(at) && !reported[at];
                prop_assert_eq!(back.is_uncertain(*change), uncertain);
                let never = report_back(&back, (*change, "CHG-1"), StepState::NotBegun, None, call);
                let turn = back.current() == Some(*change);
                prop_assert_eq!(never.is_ok(), uncertain && turn, "in turn");
            }
            for change in &expected {
                prop_assert_eq!(back.state, DeploymentState::RollingBack);
                let never = back.is_uncertain(*change);
                let state = if never { StepState::NotBegun } else { StepState::Done };
                for event in report_back(&back, (*change, "CHG-1"), state, None, call).expect("allowed") {
                    back = evolve(Some(back), &event, &stamp()).expect("there");
                }
                let fate = if never { Fate::NotBegun } else { Fate::TakenBack };
                prop_assert_eq!(back.fate(*change), fate);
                prop_assert!(!back.is_uncertain(*change));
            }
            prop_assert_eq!(back.state, DeploymentState::RolledBack);
            for change in changes.iter().filter(|change| !expected.contains(change)) {
                prop_assert_eq!(back.fate(*change), Fate::NotBegun);
            }
        }
    }

    #[test]
    fn the_step_in_progress_is_taken_back_first() {
        assert_eq!(taken_back(&after(&[])), [change(1)]);
        let partial = after(&[reported(1, StepState::Done)]);
        assert_eq!(taken_back(&partial), [change(2), change(1)]);
        assert!(partial.is_uncertain(change(2)) && !partial.is_uncertain(change(3)));
        let failed = after(&[reported(1, StepState::Done), reported(2, StepState::Failed)]);
        assert_eq!(taken_back(&failed), [change(2), change(1)], "nobody goes on after a failure");
        let never = report(&partial, named(2), StepState::NotBegun, None, call);
        assert_eq!(never.expect_err("forward").missing[0].pointer, "/result");
    }

    #[test]
    fn it_is_not_finished_while_a_step_is_open() {
        let partial = after(&[reported(1, StepState::Done)]);
        assert_eq!(finish(&partial).expect_err("open").code, "release.steps_open");
    }

    #[test]
    fn nothing_goes_forward_once_a_rollback_is_decided() {
        let decided = DeploymentEvent::RollbackDecided {
            reason: "errors".to_owned(),
            changes: vec![change(1)],
        };
        let back = after(&[reported(1, StepState::Done), decided]);
        let refusal = report(&back, named(2), StepState::Done, None, call).expect_err("back");
        assert_eq!(refusal.code, "release.wrong_phase");
    }

    #[test]
    fn the_last_step_back_ends_the_rollback() {
        let decided = DeploymentEvent::RollbackDecided {
            reason: "errors".to_owned(),
            changes: vec![change(1)],
        };
        let back = after(&[reported(1, StepState::Done), decided]);
        let events = report_back(&back, named(1), StepState::Done, None, call).expect("reported");
        assert_eq!(events.last(), Some(&DeploymentEvent::RolledBack {}));
    }

    fn going_back(state: StepState) -> Deployment {
        let decided = DeploymentEvent::RollbackDecided {
            reason: "errors".to_owned(),
            changes: vec![change(2), change(1)],
        };
        let note = Some("the backup is gone".to_owned());
        let back = DeploymentEvent::StepBackReported { change: change(2), state, note };
        let forward = [reported(1, StepState::Done), reported(2, StepState::Done)];
        after(&[&forward[..], &[decided, back]].concat())
    }

    #[test]
    fn a_rollback_is_given_up_with_a_reason_once_a_step_back_has_failed() {
        let refusal = give_up(&going_back(StepState::Done), "we stop").expect_err("going well");
        assert_eq!(refusal.code, "rollback.no_step_failed");
        let refusal = give_up(&after(&[]), "we stop").expect_err("not decided");
        assert_eq!(refusal.code, "rollback.not_decided");
        let failed = going_back(StepState::Failed);
        assert_eq!(give_up(&failed, " ").expect_err("silent").missing[0].pointer, "/reason");
        let events = give_up(&failed, "no backup").expect("given up");
        assert_eq!(events, [DeploymentEvent::RollbackFailed { reason: "no backup".to_owned() }]);
    }

    #[test]
    fn nothing_goes_back_once_a_rollback_was_given_up() {
        let stamp =
            Stamp { at: Timestamp::from_micros(9), by: Actor::System { part: "test".to_owned() } };
        let end = DeploymentEvent::RollbackFailed { reason: "no backup".to_owned() };
        let ended = evolve(Some(going_back(StepState::Failed)), &end, &stamp).expect("there");
        assert_eq!(ended.state, DeploymentState::RollbackFailed);
        assert_eq!(ended.finished_at, Some(stamp.at));
        let rollback = ended.rollback.as_ref().expect("decided");
        assert_eq!(rollback.given_up.as_deref(), Some("no backup"));
        assert_eq!(
            [1, 2, 3].map(|number| ended.fate(change(number))),
            [Fate::Stands, Fate::Stands, Fate::NotBegun]
        );
        let refusal = report_back(&ended, named(1), StepState::Done, None, call).expect_err("over");
        assert_eq!(refusal.code, "rollback.not_decided");
    }

    #[test]
    fn a_step_that_is_none_is_called_by_its_number() {
        let refusal =
            report(&after(&[]), named(9), StepState::Done, None, call).expect_err("no step");
        assert_eq!(refusal.code, "request.unknown_record");
        assert!(refusal.detail.contains("CHG-1"), "{}", refusal.detail);
    }

    #[test]
    fn a_failure_says_what_failed() {
        let refusal = report(&after(&[]), named(1), StepState::Failed, Some(" "), call);
        assert_eq!(refusal.expect_err("silent").missing[0].pointer, "/note");
    }
}
