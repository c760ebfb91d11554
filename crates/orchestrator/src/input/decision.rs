//! A decision is taken: by whoever was asked, or by the clock.

use crate::event::{By, RunEvent, Why};
use crate::input::{Decided, need_reason};
use crate::plan::Choice;
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::{Phase, Run, Way};
use crate::way_back::turn_back;

/// Why the clock decided.
const TOO_LATE: &str = "nobody decided in time";

pub(super) fn decide(draft: &mut Draft, choice: Choice, reason: &str) -> Decided {
    need_reason(reason)?;
    if draft.run.decision.is_none() {
        return Err(Refusal::NothingAsked);
    }
    let back = match choice {
        Choice::Rollback => Some(turn_back(&draft.run, reason).ok_or(Refusal::NothingToTakeBack)?),
        Choice::Continue => None,
    };
    take(draft, back, By::Owner, Some(reason));
    Ok(())
}

/// Nobody answered in time: what was stated happens. Where nothing can be taken back, or only
/// someone's word would let it go on, a run that is under way stops, and one that has ended stays
/// as it is.
pub(crate) fn time_ran_out(draft: &mut Draft, default: Choice) {
    let back = match default {
        Choice::Rollback => turn_back(&draft.run, TOO_LATE),
        Choice::Continue => None,
    };
    let unsigned = unsigned(&draft.run).filter(|_| default == Choice::Continue);
    if back.is_some() || (default == Choice::Continue && unsigned.is_none()) {
        return take(draft, back, By::Clock, None);
    }
    let reason = match unsigned {
        Some(step) => format!("nobody decided in time, and no clock signs `{step}` off"),
        None => "nobody decided in time, and nothing of it can be taken back".to_owned(),
    };
    let choice = Choice::Continue;
    draft.push(RunEvent::DecisionTaken { choice, by: By::Clock, reason: Some(reason.clone()) });
    if draft.run.phase == Phase::Running {
        draft.push(RunEvent::AbortAsked { reason });
    }
}

/// A sign-off that was refused, or came too late.
fn unsigned(run: &Run) -> Option<&str> {
    let why = run.decision.iter().flat_map(|decision| &decision.why);
    let mut failed = why.filter_map(|why| match why {
        Why::Failed { step } => run.plan.step(step),
        Why::Alarm { .. } => None,
    });
    failed.find(|step| step.is_word()).map(|step| step.key.as_str())
}

/// Goes back, where a way back is given; else goes on.
fn take(draft: &mut Draft, back: Option<RunEvent>, by: By, reason: Option<&str>) {
    let Some(decision) = draft.run.decision.clone() else { return };
    let choice = if back.is_some() { Choice::Rollback } else { Choice::Continue };
    draft.push(RunEvent::DecisionTaken { choice, by, reason: reason.map(str::to_owned) });
    if let Some(back) = back {
        return draft.push(back);
    }
    for why in decision.why {
        let Why::Failed { step } = why else { continue };
        let (way, reason) = (Way::Forward, reason.unwrap_or(TOO_LATE).to_owned());
        draft.push(RunEvent::StepSkipped { step, way, reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Act, Undo};
    use crate::testing::{Story, but, failed, forward, ok, point, step, why};
    use crate::{Ask, Input, LegState, Plan, Report, Step};

    fn decide(choice: Choice) -> Input {
        Input::Decide { choice, reason: why() }
    }

    fn alarm() -> Input {
        Input::Alarm { reason: why() }
    }

    #[test]
    fn going_on_skips_what_failed() {
        let story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        let mut story = story.after([failed(forward("a"))]);
        assert_eq!(Story::begun(&story.tell(decide(Choice::Continue))), ["b:forward:1"]);
        assert_eq!(story.state("a", Way::Forward), LegState::Skipped);
        assert_eq!(story.refusal(decide(Choice::Continue)), Refusal::NothingAsked);
    }

    #[test]
    fn nobody_answers_and_the_default_is_taken() {
        let mut story = Story::of(vec![step("a", &[])]).after([failed(forward("a"))]);
        assert_eq!(story.wait(599).tell(Input::Tick), []);
        let events = story.wait(1).tell(Input::Tick);
        let (choice, by) = (Choice::Rollback, By::Clock);
        assert_eq!(events[0], RunEvent::DecisionTaken { choice, by, reason: None });
        assert_eq!(story.run.phase, Phase::RollingBack);
    }

    #[test]
    fn the_clock_goes_on_without_a_step_and_never_without_a_sign_off() {
        let sign_off = |step: &mut Step| {
            (step.act, step.undo) = (Act::Person, Undo::Nothing);
        };
        for (first, phase) in [
            (but(step("a", &[]), |a| a.act = Act::Person), Phase::Running),
            (but(step("a", &[]), sign_off), Phase::Stopped),
        ] {
            let ask = Ask { seconds: 600, default: Choice::Continue };
            let plan = Plan { steps: vec![first, step("b", &["a"])], ask, ..Plan::default() };
            let no = Report::Failed("the totals differ".to_owned());
            let refused = Input::Reported { attempt: forward("a"), report: no };
            let mut story = Story::on(plan).after([refused]);
            story.wait(600).tell(Input::Tick);
            assert_eq!(story.run.phase, phase);
            assert_eq!(story.run.forward["b"].was_begun(), phase == Phase::Running);
        }
    }

    #[test]
    fn an_answer_after_the_deadline_is_too_late() {
        let mut story = Story::of(vec![step("a", &[])]).after([failed(forward("a"))]);
        let refusal = story.wait(600).refusal(decide(Choice::Continue));
        assert_eq!(refusal, Refusal::NothingAsked);
    }

    #[test]
    fn where_nothing_can_be_taken_back_the_clock_stops_the_run() {
        let steps = || vec![point("a", &[]), step("b", &["a"])];
        let mut story = Story::of(steps()).after([failed(forward("a"))]);
        assert_eq!(story.refusal(decide(Choice::Rollback)), Refusal::NothingToTakeBack);
        story.wait(600).tell(Input::Tick);
        assert_eq!(story.run.phase, Phase::Stopped);
        let mut story = Story::of(vec![point("a", &[])]).after([ok(forward("a")), alarm()]);
        story.wait(600).tell(Input::Tick);
        assert_eq!((story.run.phase, story.run.has_ended()), (Phase::Finished, true));
    }
}
