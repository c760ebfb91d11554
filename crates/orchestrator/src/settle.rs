//! What follows by itself: time that has passed, steps that became ready, and the end.

use std::cell::LazyCell;

use kernel::Timestamp;

use crate::event::RunEvent;
use crate::graph::Graph;
use crate::input::{fail, fail_without_verdict, time_ran_out};
use crate::plan::{Act, IfLost, Step, Undo};
use crate::state::{Attempt, Leg, LegState, Phase, Run, Way};
use crate::trigger::fire;

/// A run with the events that were decided and not committed yet.
pub(crate) struct Draft {
    pub(crate) run: Run,
    pub(crate) now: Timestamp,
    pub(crate) events: Vec<RunEvent>,
}

impl Draft {
    pub(crate) fn of(run: &Run, now: Timestamp) -> Self {
        Self { run: run.clone(), now, events: Vec::new() }
    }

    pub(crate) fn push(&mut self, event: RunEvent) {
        self.run = std::mem::take(&mut self.run).evolve(&event, self.now);
        self.events.push(event);
    }
}

/// What time has brought about since the last input.
pub(crate) fn pass_time(draft: &mut Draft) {
    for way in [Way::Forward, Way::Back] {
        let is_over =
            |leg: &Leg| matches!(leg.state, LegState::Running { until } if until <= draft.now);
        let over = draft.run.legs(way).filter(|(_, leg)| is_over(leg));
        let over: Vec<(Step, Attempt)> =
            over.map(|(step, leg)| (step.clone(), attempt(step, way, leg.attempts))).collect();
        for (step, attempt) in over {
            match step.act {
                Act::Wait { .. } => draft.push(RunEvent::StepSucceeded { attempt, note: None }),
                Act::Call if is_spent(&draft.run, &step, &attempt) => {
                    let seconds = step.time_limit_seconds;
                    let reason = format!("it came to no end within {seconds} s, several times");
                    fail_without_verdict(draft, attempt, &reason);
                }
                Act::Call => lose(draft, &step, attempt, true),
                Act::Person => {
                    let seconds = step.time_limit_seconds;
                    fail(draft, attempt, &format!("nobody reported it within {seconds} s"));
                }
            }
        }
    }
    let due = draft.run.decision.as_ref().filter(|decision| decision.until <= draft.now);
    if let Some(choice) = due.map(|decision| decision.default) {
        time_ran_out(draft, choice);
    }
    fire(draft);
}

/// Whether a call that exceeds its time again has failed: it changes nothing, so that there is
/// nothing to be known of it, and was repeated often enough.
fn is_spent(run: &Run, step: &Step, attempt: &Attempt) -> bool {
    let was_late = |leg: &Leg| leg.late >= crate::REPEATS_MAX;
    step.undo == Undo::Nothing
        && step.if_lost == IfLost::Repeat
        && run.leg(&step.key, attempt.way).is_some_and(was_late)
}

/// Nobody knows what became of a call.
pub(crate) fn lose(draft: &mut Draft, step: &Step, attempt: Attempt, late: bool) {
    let ask_at = (step.if_lost == IfLost::Ask).then_some(draft.now);
    draft.push(RunEvent::StepLost { attempt, late, ask_at });
}

/// Begins what became ready, and ends what is over.
pub(crate) fn settle(draft: &mut Draft) {
    if draft.run.phase == Phase::New {
        return;
    }
    drop_waits(draft);
    for (step, attempt) in ready(&draft.run, draft.now) {
        let seconds = match (step.act, attempt.way) {
            (Act::Wait { seconds }, Way::Forward) => seconds,
            _ => step.time_limit_seconds,
        };
        let until = draft.now.plus_seconds(i64::from(seconds));
        draft.push(RunEvent::StepStarted { attempt, until });
    }
    if let Some(end) = end(&draft.run) {
        draft.push(end);
    }
}

/// A wait that nobody wants any more ends at once.
fn drop_waits(draft: &mut Draft) {
    if draft.run.way() == Way::Forward && draft.run.ending.is_none() {
        return;
    }
    let is_wait =
        |(step, leg): &(&Step, &Leg)| matches!(step.act, Act::Wait { .. }) && leg.is_running();
    let waits = draft.run.legs(Way::Forward).filter(is_wait);
    let waits: Vec<String> = waits.map(|(step, _)| step.key.clone()).collect();
    for step in waits {
        let reason = "nobody waits for it any more".to_owned();
        draft.push(RunEvent::StepSkipped { step, way: Way::Forward, reason });
    }
}

/// The attempts that can be made now.
fn ready(run: &Run, now: Timestamp) -> Vec<(Step, Attempt)> {
    if run.is_paused || run.ending.is_some() || run.decision.is_some() {
        return Vec::new();
    }
    let way = match run.phase {
        Phase::Running => Way::Forward,
        Phase::RollingBack => Way::Back,
        _ => return Vec::new(),
    };
    // Only the way back asks who needed whom.
    let graph = LazyCell::new(|| Graph::of(&run.plan));
    let is_free = |step: &Step| match way {
        Way::Forward => step.needs.iter().all(|need| run.forward[need].is_settled()),
        Way::Back => is_free_back(run, &graph, step),
    };
    run.legs(way)
        .filter_map(|(step, leg)| {
            let number = match leg.state {
                LegState::Waiting if is_free(step) => leg.attempts + 1,
                LegState::Retrying { at } if at <= now => leg.attempts + 1,
                LegState::Uncertain { .. } if leg.is_repeated(step) => leg.attempts,
                _ => return None,
            };
            Some((step.clone(), attempt(step, way, number)))
        })
        .collect()
}

/// Whether nothing that needed the step is left, in flight or uncertain, and it is known what
/// became of the step itself.
fn is_free_back(run: &Run, graph: &Graph, step: &Step) -> bool {
    let is_quiet = |step: &Step| !run.forward[&step.key].is_running() && !run.has_to_be_known(step);
    let is_gone = |key: &&str| {
        run.back.get(*key).is_none_or(Leg::is_settled) && run.plan.step(key).is_none_or(is_quiet)
    };
    is_quiet(step) && graph.after(&step.key).iter().all(is_gone)
}

fn attempt(step: &Step, way: Way, number: u32) -> Attempt {
    Attempt { step: step.key.clone(), way, number }
}

/// The end, if this is it.
fn end(run: &Run) -> Option<RunEvent> {
    let is_running = |way| run.legs(way).any(|(_, leg)| leg.is_running());
    let is_known = || run.plan.steps.iter().all(|step| !run.has_to_be_known(step));
    match run.phase {
        Phase::Running if run.forward.values().all(Leg::is_settled) => Some(RunEvent::Finished {}),
        Phase::Running if run.ending.is_some() => {
            (!is_running(Way::Forward) && is_known()).then_some(RunEvent::Stopped {})
        }
        Phase::RollingBack if is_running(Way::Forward) => None,
        Phase::RollingBack if is_known() && run.back.values().all(Leg::is_settled) => {
            Some(RunEvent::RolledBack {})
        }
        Phase::RollingBack if run.ending.is_some() && !is_running(Way::Back) => {
            Some(RunEvent::GivenUp {})
        }
        _ => None,
    }
}
