//! A run begins, once, on a plan without flaws.

use crate::event::RunEvent;
use crate::input::Decided;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::Phase;

pub(super) fn begin(draft: &mut Draft, plan: &Plan) -> Decided {
    if draft.run.phase != Phase::New {
        return Err(Refusal::WrongPhase(draft.run.phase));
    }
    let flaws = plan.flaws();
    if !flaws.is_empty() {
        return Err(Refusal::Flawed(flaws));
    }
    draft.push(RunEvent::Began { plan: plan.clone() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, step};
    use crate::{Input, Run, decide};

    #[test]
    fn what_needs_nothing_begins_at_once() {
        let story = Story::of(vec![step("a", &[]), step("b", &[]), step("c", &["a", "b"])]);
        let begun = |key: &str| story.run.forward[key].is_running();
        assert_eq!([begun("a"), begun("b"), begun("c")], [true, true, false]);
    }

    #[test]
    fn a_run_begins_once() {
        let story = Story::of(vec![step("a", &[])]);
        let again = Input::Begin(story.run.plan.clone());
        assert_eq!(story.refusal(again), Refusal::WrongPhase(Phase::Running));
    }

    #[test]
    fn a_plan_with_flaws_does_not_begin() {
        let plan = Plan { steps: vec![step("a", &["z"])], ..Plan::default() };
        let now = kernel::Timestamp::from_micros(0);
        let refused = decide(&Run::default(), &Input::Begin(plan), now).expect_err("flawed");
        assert!(refused.to_string().contains("`a` needs `z`"), "{refused}");
    }
}
