//! What should be in flight now, and what a run waits for. Both follow from the state alone, so
//! whoever starts anew asks again and goes on.

use kernel::Timestamp;

use crate::plan::{Act, Step};
use crate::state::{Attempt, Leg, LegState, Phase, Run, Way};

/// What a driver does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Make the call of an attempt, unless it was made: one that another driver may have made is
    /// to be reported as lost.
    Start(Attempt),
    /// Ask the world what became of an attempt.
    Ask {
        /// Which.
        attempt: Attempt,
        /// Not before.
        at: Timestamp,
    },
    /// Break the call of an attempt off, if that can be done, and say what became of it.
    Cancel(Attempt),
    /// Say when this time has come.
    Wake(Timestamp),
}

/// What a run waits for that only a person can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// A decision, or the time when the default is taken.
    Decision,
    /// A step that a person does and reports.
    Act(Attempt),
    /// Someone who says what became of an attempt.
    Tell(Attempt),
    /// A step back that failed: to be retried, skipped, or the whole given up.
    Mend(Attempt),
    /// It is paused.
    Resume,
}

/// What should be in flight now.
pub fn work(run: &Run) -> Vec<Work> {
    let mut work: Vec<Work> = Vec::new();
    for (step, leg, attempt) in open(run) {
        match leg.state {
            LegState::Running { .. } if step.act == Act::Call => {
                let is_unwanted = run.is_unwanted(&attempt);
                work.push(if is_unwanted { Work::Cancel(attempt) } else { Work::Start(attempt) });
            }
            LegState::Uncertain { ask_at: Some(at) } if is_asked(run, step, attempt.way) => {
                work.push(Work::Ask { attempt, at });
            }
            _ => {}
        }
    }
    work.extend(wake(run).map(Work::Wake));
    work
}

/// The legs with an attempt, both ways.
fn open(run: &Run) -> impl Iterator<Item = (&Step, &Leg, Attempt)> {
    let ways = [Way::Forward, Way::Back].into_iter();
    let legs = ways.flat_map(|way| run.legs(way).map(move |(step, leg)| (way, step, leg)));
    legs.filter(|(_, _, leg)| leg.was_begun()).map(|(way, step, leg)| {
        (step, leg, Attempt { step: step.key.clone(), way, number: leg.attempts })
    })
}

/// Whether anyone needs to know what became of an uncertain step. Once the run ends or turns back
/// that is so only where something may have to be taken back, or stands.
fn is_asked(run: &Run, step: &Step, way: Way) -> bool {
    let goes_on = run.phase == Phase::Running && run.ending.is_none();
    match way {
        Way::Forward => !run.has_ended() && (goes_on || run.has_to_be_known(step)),
        Way::Back => run.phase == Phase::RollingBack,
    }
}

/// The next time at which something happens by itself.
fn wake(run: &Run) -> Option<Timestamp> {
    let is_held = run.is_paused || run.decision.is_some() || run.ending.is_some();
    let legs = open(run).filter_map(|(_, leg, attempt)| match leg.state {
        LegState::Running { until } => Some(until),
        LegState::Retrying { at } if !is_held && attempt.way == run.way() => Some(at),
        _ => None,
    });
    let decision = run.decision.as_ref().map(|decision| decision.until);
    legs.chain(decision).chain(run.fires_at()).min()
}

/// What it waits for that only a person can give.
pub fn waits(run: &Run) -> Vec<Waits> {
    let is_going_back = run.phase == Phase::RollingBack && run.ending.is_none();
    let mut waits = Vec::new();
    if run.decision.is_some() {
        waits.push(Waits::Decision);
    }
    for (step, leg, attempt) in open(run) {
        match leg.state {
            LegState::Running { .. } if step.act == Act::Person => waits.push(Waits::Act(attempt)),
            LegState::Uncertain { ask_at: None } if is_asked(run, step, attempt.way) => {
                let is_repeated = leg.is_repeated(step) && !run.is_unwanted(&attempt);
                if !is_repeated || run.ending.is_some() {
                    waits.push(Waits::Tell(attempt));
                }
            }
            LegState::Failed if attempt.way == Way::Back && is_going_back => {
                waits.push(Waits::Mend(attempt));
            }
            _ => {}
        }
    }
    if run.is_paused {
        waits.push(Waits::Resume);
    }
    waits
}
