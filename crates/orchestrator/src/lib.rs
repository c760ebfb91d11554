//! The engine of durable runs: steps with dependencies and parallel branches, started once,
//! retried, asked about when nobody knows what became of them, and taken back exactly as far as
//! they were reached. Pure: time comes in as an argument, what is called is the driver's business.
//!
//! The driver loops: [`decide`] turns an [`Input`] into events, they are committed, [`Run::evolve`]
//! folds them, and [`work`] says what should be in flight now. Work is level-triggered: it is asked
//! for after every commit and at the start, and is the same whoever asks. So the intent to call is
//! committed before the call, and what was in flight when a driver ended is reported as lost.
//!
//! Invariants: 1. a call is begun only under a committed attempt, and an attempt has one key: a new
//! key is used only after the outcome of the last one is known; 2. nothing is begun before what it
//! needs, and nothing is taken back before what needed it; 3. a way back holds exactly what was
//! begun and can be taken back; 4. nothing goes forward once a way back was decided; 5. a run that
//! has not ended has work, or [`waits`] for something that an input can give.

mod event;
mod figures;
mod graph;
mod input;
mod plan;
mod refusal;
mod settle;
mod state;
#[cfg(test)]
mod testing;
mod trigger;
mod way_back;
mod work;

pub use event::{By, RunEvent, Scope, Why};
pub use figures::{
    minutes_back, minutes_forward, minutes_to_point_of_no_return, minutes_to_take_back,
    rollback_fits_until,
};
pub use graph::{backwards, drag_along};
pub use input::{Answer, Input, Report, decide};
pub use plan::{
    Act, Ask, Choice, FACTOR_MAX, Flaw, IfLost, KEY_MAX, MINUTES_MAX, OnFailure, Plan, RETRIES_MAX,
    Retries, SECONDS_MAX, STEPS_MAX, Step, Undo,
};
pub use refusal::Refusal;
pub use state::{Attempt, Decision, Leg, LegState, Phase, Rollback, Run, Way};
pub use trigger::{Consequence, TRIGGERS_MAX, Trigger, Value, Watched};
pub use way_back::{Compiled, compile};
pub use work::{Waits, Work, waits, work};

/// The most attempts at a step, one way.
pub const ATTEMPTS_MAX: u32 = 100;
/// How often a step is asked about before a person has to say.
pub const ASKS_MAX: u32 = 5;
/// How long until a step is asked about again, in seconds.
pub const ASK_AGAIN_SECONDS: i64 = 30;
/// How often a call that exceeded its time is repeated under its key before a person has to say;
/// one that changes nothing has failed then.
pub const REPEATS_MAX: u32 = 3;
