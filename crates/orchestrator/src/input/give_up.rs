//! The way back is given up once a step of it has failed.

use crate::event::RunEvent;
use crate::input::{Decided, need_reason};
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::{LegState, Phase};

pub(super) fn give_up(draft: &mut Draft, reason: &str) -> Decided {
    need_reason(reason)?;
    let run = &draft.run;
    if run.phase != Phase::RollingBack {
        return Err(Refusal::WrongPhase(run.phase));
    }
    if run.ending.is_some() {
        return Err(Refusal::Ending);
    }
    if !run.back.values().any(|leg| leg.state == LegState::Failed) {
        return Err(Refusal::NothingFailedBack);
    }
    draft.push(RunEvent::GiveUpAsked { reason: reason.to_owned() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, back, failed, forward, ok, step, why};
    use crate::{Input, Scope};

    fn give_up() -> Input {
        Input::GiveUp { reason: why() }
    }

    #[test]
    fn it_is_given_up_once_a_step_back_failed_and_nothing_is_in_flight() {
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = Story::of(vec![step("a", &[]), step("b", &[])]);
        assert_eq!(story.refusal(give_up()), Refusal::WrongPhase(Phase::Running));
        let story = story.after([ok(forward("a")), ok(forward("b")), rollback]);
        assert_eq!(story.refusal(give_up()), Refusal::NothingFailedBack);
        let mut story = story.after([failed(back("a")), give_up()]);
        assert_eq!(story.refusal(give_up()), Refusal::Ending);
        assert_eq!(story.tell(ok(back("b"))).last(), Some(&RunEvent::GivenUp {}));
        assert!(story.run.has_ended());
    }
}
