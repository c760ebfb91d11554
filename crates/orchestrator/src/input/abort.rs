//! Aborting begins nothing new and ends the run once nothing is in flight and it is known what was
//! reached. What was reached stands, until someone takes it back.

use crate::event::RunEvent;
use crate::input::{Decided, need_reason};
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::Phase;

pub(super) fn abort(draft: &mut Draft, reason: &str) -> Decided {
    need_reason(reason)?;
    if draft.run.phase != Phase::Running {
        return Err(Refusal::WrongPhase(draft.run.phase));
    }
    if draft.run.ending.is_some() {
        return Err(Refusal::Ending);
    }
    draft.push(RunEvent::AbortAsked { reason: reason.to_owned() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, forward, ok, step, why};
    use crate::{Act, Input, Scope, Undo, Work, work};

    fn abort() -> Input {
        Input::Abort { reason: why() }
    }

    #[test]
    fn it_ends_once_nothing_is_in_flight() {
        let mut story = Story::of(vec![step("a", &[]), step("b", &["a"])]).after([abort()]);
        assert_eq!(work(&story.run)[0], Work::Cancel(forward("a")));
        assert_eq!(story.refusal(abort()), Refusal::Ending);
        let events = story.tell(ok(forward("a")));
        assert_eq!(events.last(), Some(&RunEvent::Stopped {}));
        assert_eq!(story.refusal(abort()), Refusal::WrongPhase(Phase::Stopped));
    }

    #[test]
    fn a_wait_ends_at_once() {
        let mut wait = step("a", &[]);
        (wait.act, wait.undo) = (Act::Wait { seconds: 600 }, Undo::Nothing);
        let story = Story::of(vec![wait, step("b", &["a"])]).after([abort()]);
        assert_eq!(story.run.phase, Phase::Stopped);
    }

    #[test]
    fn what_was_reached_can_be_taken_back_later() {
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        let story = story.after([abort(), ok(forward("a")), rollback]);
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["a"]);
    }
}
