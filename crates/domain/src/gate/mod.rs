//! The place where a pipeline asks whether an artifact may go to an environment now.
//!
//! ```text
//! asked ─► allow   approved for exactly these bytes, in its window, nothing in the way
//!      ─► wait     it may come: until when, and for whom
//!      ─► deny     asking again changes nothing
//! ```
//!
//! Invariants: 1. what is unknown, or approved for other bytes or another environment, is never
//! allowed; 2. the answer follows from the facts alone, so asking twice at one instant answers the
//! same; 3. a verdict never lasts longer than what it rests on; 4. what was asked and seen is kept
//! where the answer changes, not each time.

mod candidate;
mod event;
mod judge;
mod request;
mod state;

pub use candidate::{Block, Candidate, Changed, Newer, Standing};
pub use event::{GateEvent, GateRequestEvent};
pub use judge::{GateFacts, Other, Purpose, Reason, ReasonCode, Verdict, Word, judge};
pub use request::{GateRequest, Pending, STATUSES_MAX, Telling, give_up, receive, tell, told};
pub use state::{Answered, Gate, SEEN_MAX, Seen, answer, seen};

/// The longest that a verdict lasts, in minutes.
pub const VERDICT_MINUTES: i64 = 5;

#[cfg(test)]
mod tests;
