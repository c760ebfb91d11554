//! What can be told to a run, a file each.

mod abort;
mod alarm;
mod answered;
mod begin;
mod decision;
mod failed;
mod give_up;
mod lost;
mod observed;
mod pause;
mod report;
mod retry;
mod rollback;
mod skip;
mod succeeded;
mod unknown;

use kernel::Timestamp;

use crate::event::{RunEvent, Scope};
use crate::plan::{Choice, Plan, Step};
use crate::refusal::Refusal;
use crate::settle::{Draft, pass_time, settle};
use crate::state::{Attempt, Leg, Phase, Run};
use crate::trigger::Value;

pub(crate) use alarm::ask;
pub(crate) use decision::time_ran_out;
pub(crate) use failed::{fail, fail_without_verdict};

/// Something that a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Carry this out.
    Begin(Plan),
    /// Time has passed.
    Tick,
    /// A call succeeded.
    Succeeded {
        /// Which.
        attempt: Attempt,
        /// What came of it.
        note: Option<String>,
    },
    /// A call failed: it is known that it did not do what it should.
    Failed {
        /// Which.
        attempt: Attempt,
        /// Why.
        reason: String,
    },
    /// A check came to no verdict.
    NoData {
        /// Which.
        attempt: Attempt,
        /// Why.
        reason: String,
    },
    /// Whoever waited for a call is gone, or got no answer.
    Lost(Attempt),
    /// A call came to an end of which nobody can say what it was: it is not made again.
    Unknown(Attempt),
    /// The world was asked about a lost call.
    Answered {
        /// Which.
        attempt: Attempt,
        /// What it said.
        answer: Answer,
    },
    /// A person says what became of a step.
    Reported {
        /// Which attempt.
        attempt: Attempt,
        /// What.
        report: Report,
    },
    /// Try a failed step again, or one that waits for its retry at once.
    Retry {
        /// Its key.
        step: String,
    },
    /// Leave a step out.
    Skip {
        /// Its key.
        step: String,
        /// Why.
        reason: String,
    },
    /// Begin nothing new.
    Pause,
    /// Go on.
    Resume,
    /// End it once nothing is in flight.
    Abort {
        /// Why.
        reason: String,
    },
    /// A trigger fired.
    Alarm {
        /// What it says.
        reason: String,
    },
    /// What a trigger watches was looked at.
    Observed {
        /// The trigger.
        trigger: String,
        /// What the look said.
        value: Value,
        /// What was seen.
        note: String,
    },
    /// The effect was verified: nobody watches any more.
    EndWatch,
    /// The answer to the decision that is asked for.
    Decide {
        /// What.
        choice: Choice,
        /// Why.
        reason: String,
    },
    /// Take it back.
    Rollback {
        /// How far.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// End the way back where it stands.
    GiveUp {
        /// Why.
        reason: String,
    },
}

/// What the world says about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It happened, and succeeded.
    Succeeded(Option<String>),
    /// It happened, and failed.
    Failed(String),
    /// It never arrived.
    NeverBegun,
    /// It cannot tell.
    Unknown,
}

/// What a person says about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It is done.
    Done(Option<String>),
    /// It failed.
    Failed(String),
    /// It was never begun.
    NotBegun,
}

/// Whether an input is taken.
pub(crate) type Decided = Result<(), Refusal>;

/// What follows from an input: the events to commit, or why it is not taken. What became ready is
/// begun in the same breath, so that the intent is committed before the call. An input that comes
/// twice, or too late, changes nothing.
pub fn decide(run: &Run, input: &Input, now: Timestamp) -> Result<Vec<RunEvent>, Refusal> {
    let mut draft = Draft::of(run, now);
    pass_time(&mut draft);
    match input {
        Input::Begin(plan) => begin::begin(&mut draft, plan)?,
        Input::Tick => {}
        Input::Succeeded { attempt, note } => {
            succeeded::succeeded(&mut draft, attempt, note.as_deref())?;
        }
        Input::Failed { attempt, reason } => failed::failed(&mut draft, attempt, reason)?,
        Input::NoData { attempt, reason } => failed::no_data(&mut draft, attempt, reason)?,
        Input::Lost(attempt) => lost::lost(&mut draft, attempt)?,
        Input::Unknown(attempt) => unknown::unknown(&mut draft, attempt)?,
        Input::Answered { attempt, answer } => answered::answered(&mut draft, attempt, answer)?,
        Input::Reported { attempt, report } => report::report(&mut draft, attempt, report)?,
        Input::Retry { step } => retry::retry(&mut draft, step)?,
        Input::Skip { step, reason } => skip::skip(&mut draft, step, reason)?,
        Input::Pause => pause::pause(&mut draft)?,
        Input::Resume => pause::resume(&mut draft)?,
        Input::Abort { reason } => abort::abort(&mut draft, reason)?,
        Input::Alarm { reason } => alarm::alarm(&mut draft, reason)?,
        Input::Observed { trigger, value, note } => {
            observed::observed(&mut draft, trigger, *value, note)?;
        }
        Input::EndWatch => observed::end_watch(&mut draft),
        Input::Decide { choice, reason } => decision::decide(&mut draft, *choice, reason)?,
        Input::Rollback { scope, reason } => rollback::rollback(&mut draft, scope, reason)?,
        Input::GiveUp { reason } => give_up::give_up(&mut draft, reason)?,
    }
    settle(&mut draft);
    Ok(draft.events)
}

/// The step and leg of an attempt, if it is still open: in flight, or nobody knows.
fn open(draft: &Draft, attempt: &Attempt) -> Result<Option<(Step, Leg)>, Refusal> {
    let (step, leg) = find(draft, attempt)?;
    let is_open = leg.attempts == attempt.number && (leg.is_running() || leg.is_uncertain());
    Ok(is_open.then_some((step, leg)))
}

fn find(draft: &Draft, attempt: &Attempt) -> Result<(Step, Leg), Refusal> {
    let step = draft.run.plan.step(&attempt.step);
    let leg = draft.run.leg(&attempt.step, attempt.way);
    let both = step.zip(leg).map(|(step, leg)| (step.clone(), leg.clone()));
    both.ok_or_else(|| Refusal::UnknownStep(attempt.step.clone()))
}

/// The leg that a person means when they name a step: the one that is on its way now.
fn leg_now(run: &Run, step: &str) -> Result<Leg, Refusal> {
    if !matches!(run.phase, Phase::Running | Phase::RollingBack) {
        return Err(Refusal::WrongPhase(run.phase));
    }
    let leg = run.leg(step, run.way()).cloned();
    leg.ok_or_else(|| Refusal::UnknownStep(step.to_owned()))
}

fn need_reason(reason: &str) -> Decided {
    if reason.trim().is_empty() { Err(Refusal::ReasonMissing) } else { Ok(()) }
}
