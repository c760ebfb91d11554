//! Whoever waited for a call is gone: it may have happened or not.

use crate::input::{Decided, open};
use crate::plan::Act;
use crate::settle::{Draft, lose};
use crate::state::Attempt;

/// Waits and people are not lost with whoever drives the run.
pub(super) fn lost(draft: &mut Draft, attempt: &Attempt) -> Decided {
    match open(draft, attempt)? {
        Some((step, leg)) if leg.is_running() && step.act == Act::Call => {
            lose(draft, &step, attempt.clone(), false);
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::plan::{Act, IfLost, OnFailure, Undo};
    use crate::testing::{Story, but, failed, forward, ok, step};
    use crate::{Input, LegState, Phase, REPEATS_MAX, Waits, Way, Work, waits, work};

    fn lost(if_lost: IfLost) -> Story {
        let steps = vec![but(step("a", &[]), |step| step.if_lost = if_lost)];
        Story::of(steps).after([Input::Lost(forward("a"))])
    }

    #[test]
    fn a_lost_call_is_asked_about() {
        let story = lost(IfLost::Ask);
        let at = story.now();
        assert_eq!(work(&story.run), [Work::Ask { attempt: forward("a"), at }]);
    }

    #[test]
    fn a_lost_call_is_repeated_under_its_key_where_that_is_safe() {
        let story = lost(IfLost::Repeat);
        assert_eq!(work(&story.run)[0], Work::Start(forward("a")));
    }

    #[test]
    fn else_a_person_says_what_became_of_it() {
        let story = lost(IfLost::Person);
        assert_eq!(waits(&story.run), [Waits::Tell(forward("a"))]);
    }

    #[test]
    fn a_call_that_exceeds_its_time_is_repeated_a_few_times() {
        let steps = vec![but(step("a", &[]), |step| step.if_lost = IfLost::Repeat)];
        let mut story = Story::of(steps);
        for _ in 0..REPEATS_MAX {
            assert_eq!(Story::begun(&story.wait(60).tell(Input::Tick)), ["a:forward:1"]);
        }
        assert_eq!(Story::begun(&story.wait(60).tell(Input::Tick)), [""; 0]);
        assert_eq!(waits(&story.run), [Waits::Tell(forward("a"))]);
    }

    fn looks(then: OnFailure) -> Story {
        let look = |step: &mut crate::Step| {
            (step.undo, step.if_lost) = (Undo::Nothing, IfLost::Repeat);
            step.on_failure = then;
        };
        let steps = vec![step("a", &[]), but(step("look", &["a"]), look)];
        let mut story = Story::of(steps).after([ok(forward("a"))]);
        for _ in 0..REPEATS_MAX {
            assert_eq!(Story::begun(&story.wait(60).tell(Input::Tick)), ["look:forward:1"]);
        }
        story
    }

    #[test]
    fn what_changes_nothing_and_never_comes_to_an_end_has_failed() {
        let mut asks = looks(OnFailure::Ask);
        asks.wait(60).tell(Input::Tick);
        assert_eq!(asks.state("look", Way::Forward), LegState::Failed);
        assert_eq!(waits(&asks.run), [Waits::Decision]);
        let mut turns = looks(OnFailure::Rollback);
        turns.wait(60).tell(Input::Tick);
        assert_eq!(turns.run.phase, Phase::RollingBack);
        assert!(turns.run.back["a"].is_running());
    }

    #[test]
    fn a_look_that_says_after_its_time_that_nothing_got_well_leads_on() {
        let story = looks(OnFailure::Rollback).after([failed(forward("look"))]);
        assert_eq!(story.run.phase, Phase::RollingBack);
    }

    #[test]
    fn a_notice_that_is_left_after_its_time_holds_nothing_up() {
        let story = looks(OnFailure::Ask).after([ok(forward("look"))]);
        assert_eq!(story.run.phase, Phase::Finished);
    }

    #[test]
    fn a_call_that_was_never_sent_has_failed_although_its_time_was_exceeded() {
        for (then, phase) in [
            (OnFailure::Ask, Phase::Running),
            (OnFailure::Stop, Phase::Stopped),
            (OnFailure::Rollback, Phase::RollingBack),
        ] {
            let one = but(step("a", &[]), |step| {
                (step.if_lost, step.on_failure) = (IfLost::Repeat, then);
            });
            let mut story = Story::of(vec![one]);
            story.wait(60).tell(Input::Tick);
            let story = story.after([failed(forward("a"))]);
            assert_eq!(story.run.phase, phase);
            assert_eq!(waits(&story.run).contains(&Waits::Decision), then == OnFailure::Ask);
        }
    }

    #[test]
    fn an_outcome_that_comes_after_all_is_taken() {
        let story = lost(IfLost::Person).after([ok(forward("a"))]);
        assert!(story.run.has_ended());
    }

    #[test]
    fn people_and_waits_are_not_lost() {
        let acts = [Act::Person, Act::Wait { seconds: 5 }];
        for act in acts {
            let undo = Undo::Nothing;
            let one = but(step("a", &[]), |step| (step.act, step.undo) = (act, undo));
            assert_eq!(Story::of(vec![one]).tell(Input::Lost(forward("a"))), []);
        }
    }
}
