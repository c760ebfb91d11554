//! A step is left out, with a reason: what needs it goes on. One that was tried before counts as
//! reached all the same.

use crate::event::RunEvent;
use crate::input::{Decided, leg_now, need_reason};
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::LegState;

pub(super) fn skip(draft: &mut Draft, step: &str, reason: &str) -> Decided {
    need_reason(reason)?;
    let leg = leg_now(&draft.run, step)?;
    let is = match leg.state {
        LegState::Waiting | LegState::Retrying { .. } | LegState::Failed => {
            let (step, reason) = (step.to_owned(), reason.to_owned());
            let way = draft.run.way();
            draft.push(RunEvent::StepSkipped { step, way, reason });
            return Ok(());
        }
        LegState::Running { .. } => "is in flight: wait for its outcome",
        LegState::Uncertain { .. } => "may have happened: say first what became of it",
        LegState::Done | LegState::Skipped | LegState::NotBegun => "is settled already",
    };
    Err(Refusal::WrongStep { step: step.to_owned(), is })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, failed, forward, step, why};
    use crate::{Input, Scope};

    fn skip(step: &str) -> Input {
        Input::Skip { step: step.to_owned(), reason: why() }
    }

    #[test]
    fn what_needs_a_skipped_step_goes_on() {
        let mut story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        assert!(matches!(story.refusal(skip("a")), Refusal::WrongStep { .. }), "in flight");
        story.tell(failed(forward("a")));
        assert_eq!(Story::begun(&story.tell(skip("a"))), ["b:forward:1"]);
    }

    #[test]
    fn a_skipped_step_is_taken_back_if_it_was_tried() {
        let steps = vec![step("a", &[]), step("b", &[]), step("c", &["b"])];
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = Story::of(steps).after([failed(forward("a")), skip("a"), skip("c"), rollback]);
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_reason_is_given() {
        let story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        let silent = Input::Skip { step: "b".to_owned(), reason: " ".to_owned() };
        assert_eq!(story.refusal(silent), Refusal::ReasonMissing);
    }
}
