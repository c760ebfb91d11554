//! A failed step is tried again, whichever way it goes.

use crate::event::RunEvent;
use crate::input::{Decided, leg_now};
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::LegState;

pub(super) fn retry(draft: &mut Draft, step: &str) -> Decided {
    let leg = leg_now(&draft.run, step)?;
    if draft.run.ending.is_some() {
        return Err(Refusal::Ending);
    }
    if !matches!(leg.state, LegState::Failed | LegState::Retrying { .. }) {
        let is = "has not failed: only what failed is tried again";
        return Err(Refusal::WrongStep { step: step.to_owned(), is });
    }
    if leg.attempts >= crate::ATTEMPTS_MAX {
        return Err(Refusal::TriedTooOften(step.to_owned()));
    }
    let way = draft.run.way();
    draft.push(RunEvent::StepRetried { step: step.to_owned(), way });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Input;
    use crate::testing::{Story, failed, forward, ok, step};

    fn retry() -> Input {
        Input::Retry { step: "a".to_owned() }
    }

    #[test]
    fn a_retry_answers_what_was_asked() {
        let mut story = Story::of(vec![step("a", &[])]).after([failed(forward("a"))]);
        assert_eq!(Story::begun(&story.tell(retry())), ["a:forward:2"]);
        assert_eq!(story.run.decision, None);
    }

    #[test]
    fn only_what_failed_is_tried_again() {
        let story = Story::of(vec![step("a", &[]), step("b", &[])]);
        assert!(matches!(story.refusal(retry()), Refusal::WrongStep { .. }));
        let story = story.after([ok(forward("a"))]);
        assert!(matches!(story.refusal(retry()), Refusal::WrongStep { .. }));
        let unknown = Input::Retry { step: "z".to_owned() };
        assert_eq!(story.refusal(unknown), Refusal::UnknownStep("z".to_owned()));
    }
}
