//! A person says what became of a step: of their own, of one of which nobody knows, or of one that
//! failed and was mended by hand.

use crate::event::RunEvent;
use crate::input::{Decided, Report, fail, find, need_reason};
use crate::plan::Act;
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::{Attempt, LegState, Phase};

/// Reporting the same again changes nothing.
pub(super) fn report(draft: &mut Draft, attempt: &Attempt, report: &Report) -> Decided {
    let (step, leg) = find(draft, attempt)?;
    if !matches!(draft.run.phase, Phase::Running | Phase::RollingBack) {
        return Err(Refusal::WrongPhase(draft.run.phase));
    }
    let refuse = |is| Err(Refusal::WrongStep { step: step.key.clone(), is });
    if leg.attempts != attempt.number || leg.attempts == 0 {
        return refuse("has another attempt now: look again");
    }
    let is_theirs = leg.is_uncertain() || (leg.is_running() && step.act == Act::Person);
    let attempt = attempt.clone();
    match report {
        Report::Done(_) if leg.state == LegState::Done => {}
        Report::Done(note) => {
            let is_failed = matches!(leg.state, LegState::Failed | LegState::Retrying { .. });
            if !is_theirs && !is_failed {
                return refuse("is not for a person to report");
            }
            draft.push(RunEvent::StepSucceeded { attempt, note: note.clone() });
        }
        Report::Failed(reason) => {
            need_reason(reason)?;
            if matches!(leg.state, LegState::Failed | LegState::Retrying { .. }) {
                return Ok(());
            }
            if !is_theirs {
                return refuse("is not for a person to report");
            }
            fail(draft, attempt, reason);
        }
        Report::NotBegun => {
            let is_unwanted = draft.run.is_unwanted(&attempt);
            let is_open = leg.is_uncertain() || (is_theirs && is_unwanted);
            if !is_open {
                return refuse("is not one of which nobody knows");
            }
            draft.push(RunEvent::StepNotBegun { attempt });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::IfLost;
    use crate::testing::{Story, back, but, failed, forward, second, step, why};
    use crate::{Input, Phase, Scope, Way};

    fn by_hand(key: &str) -> crate::Step {
        but(step(key, &[]), |step| step.act = Act::Person)
    }

    fn reports(attempt: Attempt, report: Report) -> Input {
        Input::Reported { attempt, report }
    }

    fn rollback() -> Input {
        Input::Rollback { scope: Scope::Whole, reason: why() }
    }

    #[test]
    fn a_person_reports_their_step_both_ways() {
        let done = || Report::Done(Some("checked".to_owned()));
        let story = Story::of(vec![by_hand("a")]).after([reports(forward("a"), done())]);
        assert_eq!(story.run.forward["a"].note.as_deref(), Some("checked"));
        let story = story.after([rollback(), reports(back("a"), done())]);
        assert_eq!(story.run.phase, Phase::RolledBack);
    }

    #[test]
    fn a_call_in_flight_is_not_for_a_person() {
        let story = Story::of(vec![step("a", &[])]);
        let refusal = story.refusal(reports(forward("a"), Report::Done(None)));
        assert!(matches!(refusal, Refusal::WrongStep { .. }), "{refusal}");
    }

    #[test]
    fn what_was_mended_by_hand_is_done_and_nobody_is_asked_any_more() {
        let story = Story::of(vec![step("a", &[])]);
        let story = story.after([failed(forward("a")), reports(forward("a"), Report::Done(None))]);
        assert!(story.run.has_ended());
    }

    #[test]
    fn another_attempt_is_not_meant() {
        let story = Story::of(vec![by_hand("a")]);
        let refusal = story.refusal(reports(second(forward("a")), Report::Done(None)));
        assert!(matches!(refusal, Refusal::WrongStep { .. }), "{refusal}");
    }

    #[test]
    fn on_the_way_back_a_step_that_was_not_begun_is_left() {
        let mut story = Story::of(vec![by_hand("a")]);
        let report = || reports(forward("a"), Report::NotBegun);
        let refusal = story.refusal(report());
        assert!(matches!(refusal, Refusal::WrongStep { .. }), "{refusal}");
        story.tell(rollback());
        story.tell(report());
        assert_eq!(story.state("a", Way::Back), LegState::NotBegun);
        assert_eq!(story.run.phase, Phase::RolledBack);
    }

    #[test]
    fn what_nobody_knows_is_known_before_it_is_taken_back() {
        let steps = vec![but(step("a", &[]), |step| step.if_lost = IfLost::Person)];
        let mut story = Story::of(steps).after([Input::Lost(forward("a")), rollback()]);
        assert_eq!(story.state("a", Way::Back), LegState::Waiting);
        story.tell(reports(forward("a"), Report::Failed("half done".to_owned())));
        assert!(story.run.back["a"].is_running());
    }

    #[test]
    fn nobody_reports_in_time_and_it_failed() {
        let mut story = Story::of(vec![by_hand("a")]);
        story.wait(60).tell(Input::Tick);
        assert_eq!(story.state("a", Way::Forward), LegState::Failed);
    }
}
