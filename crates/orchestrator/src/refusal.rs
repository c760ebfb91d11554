//! Why an input is not taken.

use thiserror::Error;

use crate::plan::Flaw;
use crate::state::Phase;

/// Why an input is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The plan has flaws.
    #[error("the plan cannot be carried out: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Flawed(Vec<Flaw>),
    /// The run is elsewhere.
    #[error("the run is {0}")]
    WrongPhase(Phase),
    /// The plan has no such step, or it has no way back in this run.
    #[error("`{0}` is not a step of this run")]
    UnknownStep(String),
    /// The plan has no such group.
    #[error("`{0}` is not a part of this run")]
    UnknownGroup(String),
    /// The plan has no such trigger.
    #[error("`{0}` is not a trigger of this run")]
    UnknownTrigger(String),
    /// The step is elsewhere.
    #[error("step `{step}` {is}")]
    WrongStep {
        /// Its key.
        step: String,
        /// What is the matter, as the end of a sentence.
        is: &'static str,
    },
    /// A step was tried too often.
    #[error("step `{0}` was tried {max} times: skip it, or take it back", max = crate::ATTEMPTS_MAX)]
    TriedTooOften(String),
    /// A person has to say why.
    #[error("say why: a reason is missing")]
    ReasonMissing,
    /// No decision is asked for.
    #[error("no decision is asked for")]
    NothingAsked,
    /// It is paused already.
    #[error("the run is paused already")]
    Paused,
    /// It is not paused.
    #[error("the run is not paused")]
    NotPaused,
    /// It is ending already.
    #[error("the run is being ended already")]
    Ending,
    /// No step back has failed.
    #[error("no step back has failed: go on, or wait until one has")]
    NothingFailedBack,
    /// What lies before a point of no return stands.
    #[error("`{step}` was reached, and what lies before it stands: {reason}")]
    PointOfNoReturn {
        /// The point.
        step: String,
        /// Why, as the plan says.
        reason: String,
    },
    /// Nothing is left to take back.
    #[error("nothing of it was reached that can be taken back")]
    NothingToTakeBack,
}
