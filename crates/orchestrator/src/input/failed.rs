//! A call failed: it is tried again, and once no retry is left the plan says what happens.

use crate::event::{RunEvent, Why};
use crate::input::{Decided, alarm, open};
use crate::plan::OnFailure;
use crate::settle::Draft;
use crate::state::{Attempt, Way};
use crate::way_back::turn_back;

pub(super) fn failed(draft: &mut Draft, attempt: &Attempt, reason: &str) -> Decided {
    if open(draft, attempt)?.is_some() {
        fail(draft, attempt.clone(), reason);
    }
    Ok(())
}

/// A check that came to no verdict failed too; what then happens may be stated on its own.
pub(super) fn no_data(draft: &mut Draft, attempt: &Attempt, reason: &str) -> Decided {
    if open(draft, attempt)?.is_some() {
        fail_without_verdict(draft, attempt.clone(), reason);
    }
    Ok(())
}

/// An attempt failed since it said nothing.
pub(crate) fn fail_without_verdict(draft: &mut Draft, attempt: Attempt, reason: &str) {
    let step = draft.run.plan.step(&attempt.step);
    let then = step.map_or(OnFailure::Ask, |step| step.on_no_data.unwrap_or(step.on_failure));
    fail_with(draft, attempt, reason, then);
}

/// An attempt failed. What nobody wants any more is not tried again, and leads to nothing.
pub(crate) fn fail(draft: &mut Draft, attempt: Attempt, reason: &str) {
    let then = draft.run.plan.step(&attempt.step).map_or(OnFailure::Ask, |step| step.on_failure);
    fail_with(draft, attempt, reason, then);
}

fn fail_with(draft: &mut Draft, attempt: Attempt, reason: &str, then: OnFailure) {
    let run = &draft.run;
    let known = run.plan.step(&attempt.step).zip(run.leg(&attempt.step, attempt.way));
    let Some((step, leg)) = known else { return };
    let is_wanted = !run.is_unwanted(&attempt) && run.ending.is_none();
    let is_left = leg.retried < step.retries.limit && leg.attempts < crate::ATTEMPTS_MAX;
    let delay = i64::from(step.retries.delay_seconds(leg.retried + 1));
    let retry_at = (is_wanted && is_left).then(|| draft.now.plus_seconds(delay));
    let key = step.key.clone();
    let is_over = is_wanted && retry_at.is_none() && attempt.way == Way::Forward;
    draft.push(RunEvent::StepFailed { attempt, reason: reason.to_owned(), retry_at });
    if !is_over {
        return;
    }
    let because = format!("step `{key}` failed: {reason}");
    match then {
        OnFailure::Ask => alarm::ask(draft, Why::Failed { step: key }),
        OnFailure::Stop => draft.push(RunEvent::AbortAsked { reason: because }),
        OnFailure::Rollback => {
            let back = turn_back(&draft.run, &because);
            draft.push(back.unwrap_or(RunEvent::AbortAsked { reason: because }));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{OnFailure, Retries};
    use crate::testing::{Story, back, but, failed, forward, ok, point, second, step, why};
    use crate::{Input, LegState, Phase, Scope, Waits, Way, waits};

    #[test]
    fn a_retry_waits_longer_each_time_and_has_a_key_of_its_own() {
        let retries = Retries { limit: 2, delay_seconds: 10, factor: 3 };
        let mut story = Story::of(vec![but(step("a", &[]), |step| step.retries = retries)]);
        story.tell(failed(forward("a")));
        assert_eq!(Story::begun(&story.wait(9).tell(Input::Tick)), [""; 0]);
        assert_eq!(Story::begun(&story.wait(1).tell(Input::Tick)), ["a:forward:2"]);
        story.tell(failed(second(forward("a"))));
        assert_eq!(Story::begun(&story.wait(29).tell(Input::Tick)), [""; 0]);
        assert_eq!(Story::begun(&story.wait(1).tell(Input::Tick)), ["a:forward:3"]);
    }

    #[test]
    fn a_failure_asks_and_holds_what_would_begin() {
        let steps = vec![step("a", &[]), step("b", &[]), step("c", &["b"])];
        let mut story = Story::of(steps).after([failed(forward("a"))]);
        assert_eq!(Story::begun(&story.tell(ok(forward("b")))), [""; 0]);
        assert_eq!(waits(&story.run), [Waits::Decision]);
    }

    #[test]
    fn a_failure_may_turn_back_or_stop_by_itself() {
        let on = |then| move |step: &mut crate::Step| step.on_failure = then;
        let steps = |then| vec![step("a", &[]), but(step("b", &["a"]), on(then))];
        let events = || [ok(forward("a")), failed(forward("b"))];
        let turned = Story::of(steps(OnFailure::Rollback)).after(events());
        assert_eq!(turned.run.phase, Phase::RollingBack);
        assert!(turned.run.back["b"].is_running(), "what failed was reached");
        let stopped = Story::of(steps(OnFailure::Stop)).after(events());
        assert_eq!(stopped.run.phase, Phase::Stopped);
    }

    #[test]
    fn no_verdict_has_a_consequence_of_its_own() {
        let checked = |step: &mut crate::Step| {
            (step.on_failure, step.on_no_data) = (OnFailure::Rollback, Some(OnFailure::Ask));
        };
        let silent = |key: &str| Input::NoData { attempt: forward(key), reason: why() };
        let steps = || vec![but(step("a", &[]), checked)];
        assert_eq!(waits(&Story::of(steps()).after([silent("a")]).run), [Waits::Decision]);
        let story = Story::of(steps()).after([failed(forward("a"))]);
        assert_eq!(story.run.phase, Phase::RollingBack);
        let rolls = |step: &mut crate::Step| step.on_failure = OnFailure::Rollback;
        let story = Story::of(vec![but(step("a", &[]), rolls)]).after([silent("a")]);
        assert_eq!(story.run.phase, Phase::RollingBack, "where nothing else is stated");
    }

    #[test]
    fn where_nothing_can_be_taken_back_a_failure_stops() {
        let rolls = |step: &mut crate::Step| step.on_failure = OnFailure::Rollback;
        let story = Story::of(vec![but(point("a", &[]), rolls)]).after([failed(forward("a"))]);
        assert_eq!(story.run.phase, Phase::Stopped);
    }

    #[test]
    fn a_failed_step_back_waits_for_a_person() {
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = Story::of(vec![step("a", &[])]);
        let story = story.after([ok(forward("a")), rollback, failed(back("a"))]);
        assert_eq!(story.state("a", Way::Back), LegState::Failed);
        assert_eq!(waits(&story.run), [Waits::Mend(back("a"))]);
    }
}
