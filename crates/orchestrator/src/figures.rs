//! How long it takes, each way, on the critical path. Minutes are those that the plan states.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;

use crate::event::Scope;
use crate::graph::Graph;
use crate::plan::Step;
use crate::state::{Leg, LegState, Phase, Run, Way};
use crate::way_back::compile;

/// The minutes until the last step is done.
pub fn minutes_forward(run: &Run, now: Timestamp) -> i64 {
    if run.phase != Phase::Running {
        return 0;
    }
    forward(run, now).into_values().max().unwrap_or(0)
}

/// The minutes that the way back takes: what is left of it once it was decided, else as far as it
/// could be taken back if that were decided now.
pub fn minutes_back(run: &Run, now: Timestamp) -> i64 {
    let weigh = |step: &Step, leg: Option<&Leg>| {
        let minutes = i64::from(step.undo_minutes);
        leg.map_or(minutes, |leg| left(leg, minutes, now))
    };
    let steps: BTreeMap<&str, i64> = if run.rollback.is_some() {
        let legs = run.legs(Way::Back);
        legs.map(|(step, leg)| (step.key.as_str(), weigh(step, Some(leg)))).collect()
    } else {
        let compiled = compile(run, &Scope::AsFarAsPossible).unwrap_or_default();
        let is_back = |step: &&Step| compiled.steps.contains(&step.key);
        let steps = run.plan.steps.iter().filter(is_back);
        steps.map(|step| (step.key.as_str(), weigh(step, None))).collect()
    };
    longest(run, &|key| steps.get(key).copied().unwrap_or(0))
}

/// The last moment at which a way back that is decided then still fits into the window, with what
/// is reached now.
pub fn rollback_fits_until(run: &Run, window_end: Timestamp, now: Timestamp) -> Timestamp {
    window_end.plus_minutes(-minutes_back(run, now))
}

/// The minutes until the first point of no return can be reached, if one lies ahead.
pub fn minutes_to_point_of_no_return(run: &Run, now: Timestamp) -> Option<i64> {
    if run.phase != Phase::Running {
        return None;
    }
    let until_done = forward(run, now);
    let ahead = run.legs(Way::Forward).filter(|(step, leg)| {
        step.is_point_of_no_return() && !leg.was_begun() && !leg.is_settled()
    });
    ahead.map(|(step, _)| until_done[step.key.as_str()] - i64::from(step.minutes())).min()
}

/// For each step the minutes until it is done.
fn forward(run: &Run, now: Timestamp) -> BTreeMap<&str, i64> {
    let weigh = |key: &str| {
        let step = run.plan.step(key).map_or(0, |step| i64::from(step.minutes()));
        run.forward.get(key).map_or(step, |leg| left(leg, step, now))
    };
    Graph::of(&run.plan).longest(&weigh)
}

/// The minutes that taking some steps back takes, on the longest way.
pub fn minutes_to_take_back(run: &Run, steps: &BTreeSet<String>) -> i64 {
    let weigh = |key: &str| {
        let step = run.plan.step(key).filter(|_| steps.contains(key));
        step.map_or(0, |step| i64::from(step.undo_minutes))
    };
    longest(run, &weigh)
}

fn longest(run: &Run, weigh: &dyn Fn(&str) -> i64) -> i64 {
    Graph::of(&run.plan).longest(weigh).into_values().max().unwrap_or(0)
}

/// What is left of a step's minutes: an attempt in flight counts from when it began.
fn left(leg: &Leg, minutes: i64, now: Timestamp) -> i64 {
    match (leg.state, leg.started_at) {
        _ if leg.is_settled() => 0,
        (LegState::Running { .. }, Some(since)) => {
            (minutes - now.minutes_since(since).max(0)).max(0)
        }
        _ => minutes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Input;
    use crate::testing::{Story, back, but, forward, ok, point, step, why};

    #[test]
    fn minutes_add_up_on_the_longest_way() {
        let steps = vec![
            step("a", &[]),
            but(step("b", &["a"]), |step| step.minutes = 30),
            step("c", &["a"]),
            point("d", &["b", "c"]),
        ];
        let mut story = Story::of(steps);
        let now = story.now();
        assert_eq!(minutes_forward(&story.run, now), 50);
        assert_eq!(minutes_to_point_of_no_return(&story.run, now), Some(40));
        story.wait(4 * 60);
        let now = story.now();
        assert_eq!(minutes_forward(&story.run, now), 46, "four of the first ten are over");
        assert_eq!(minutes_to_point_of_no_return(&story.run, now), Some(36));
    }

    #[test]
    fn the_way_back_grows_with_what_is_reached() {
        let mut story = Story::of(vec![step("a", &[]), step("b", &["a"]), step("c", &["a"])]);
        let now = story.now();
        assert_eq!(minutes_back(&story.run, now), 5);
        story.tell(ok(forward("a")));
        assert_eq!(minutes_back(&story.run, now), 10);
        let end = now.plus_minutes(60);
        assert_eq!(rollback_fits_until(&story.run, end, now), now.plus_minutes(50));
    }

    #[test]
    fn the_way_back_shrinks_once_it_is_taken() {
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = Story::of(vec![step("a", &[]), step("b", &["a"])]);
        let story = story.after([ok(forward("a")), ok(forward("b")), rollback, ok(back("b"))]);
        assert_eq!(minutes_back(&story.run, story.now()), 5);
        assert_eq!(minutes_forward(&story.run, story.now()), 0);
    }

    #[test]
    fn behind_the_point_of_no_return_no_minutes_lead_to_it() {
        let story = Story::of(vec![point("a", &[]), step("b", &["a"])]);
        assert_eq!(minutes_to_point_of_no_return(&story.run, story.now()), None);
    }
}
