//! A call succeeded. The first outcome of an attempt counts.

use crate::event::RunEvent;
use crate::input::{Decided, open};
use crate::settle::Draft;
use crate::state::Attempt;

pub(super) fn succeeded(draft: &mut Draft, attempt: &Attempt, note: Option<&str>) -> Decided {
    if open(draft, attempt)?.is_some() {
        let (attempt, note) = (attempt.clone(), note.map(str::to_owned));
        draft.push(RunEvent::StepSucceeded { attempt, note });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Story, failed, forward, ok, step};
    use crate::{Phase, RunEvent};

    #[test]
    fn what_becomes_ready_begins_in_the_same_breath() {
        let mut story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        assert_eq!(Story::begun(&story.tell(ok(forward("a")))), ["b:forward:1"]);
        assert_eq!(story.tell(ok(forward("b"))).last(), Some(&RunEvent::Finished {}));
        assert_eq!(story.run.phase, Phase::Finished);
    }

    #[test]
    fn the_first_outcome_counts() {
        let mut story = Story::of(vec![step("a", &[])]).after([ok(forward("a"))]);
        assert_eq!(story.tell(ok(forward("a"))), []);
        assert_eq!(story.tell(failed(forward("a"))), []);
    }
}
