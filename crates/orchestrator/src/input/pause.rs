//! Pausing begins nothing new, forward or back; what is in flight comes to its end.

use crate::event::RunEvent;
use crate::input::Decided;
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::Phase;

pub(super) fn pause(draft: &mut Draft) -> Decided {
    need_moving(draft)?;
    if draft.run.is_paused {
        return Err(Refusal::Paused);
    }
    draft.push(RunEvent::Paused {});
    Ok(())
}

pub(super) fn resume(draft: &mut Draft) -> Decided {
    need_moving(draft)?;
    if !draft.run.is_paused {
        return Err(Refusal::NotPaused);
    }
    draft.push(RunEvent::Resumed {});
    Ok(())
}

fn need_moving(draft: &Draft) -> Decided {
    match draft.run.phase {
        Phase::Running | Phase::RollingBack => Ok(()),
        phase => Err(Refusal::WrongPhase(phase)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, forward, ok, step};
    use crate::{Input, Waits, waits};

    #[test]
    fn nothing_new_begins_until_it_goes_on() {
        let mut story = Story::of(vec![step("a", &[]), step("b", &["a"])]).after([Input::Pause]);
        assert_eq!(Story::begun(&story.tell(ok(forward("a")))), [""; 0]);
        assert_eq!(waits(&story.run), [Waits::Resume]);
        assert_eq!(story.refusal(Input::Pause), Refusal::Paused);
        assert_eq!(Story::begun(&story.tell(Input::Resume)), ["b:forward:1"]);
        assert_eq!(story.refusal(Input::Resume), Refusal::NotPaused);
    }

    #[test]
    fn what_has_ended_is_not_paused() {
        let story = Story::of(vec![step("a", &[])]).after([ok(forward("a"))]);
        assert_eq!(story.refusal(Input::Pause), Refusal::WrongPhase(Phase::Finished));
    }
}
