//! The calendar: who claims which CI when, what may not happen then, and what collides.
//!
//! Invariants: 1. intervals are half-open, touching windows do not collide; 2. a collision with a
//! record blocks only once that record's window is committed (ADR 0005), so that of two people who
//! schedule at once exactly one wins; 3. an acceptance holds for the windows and CIs it was given
//! for, and lapses when any of them moves; 4. every CI that is hit is listed;
//! 5. no conflict blocks a slot that is offered, and one blocks each earlier start of its grid.

mod conflict;
mod detect;
mod event;
mod order;
mod period;
mod refusal;
mod slots;

pub use conflict::{Acceptance, Conflict, ConflictState, accept, found, lapse, resolve};
pub use detect::{
    ConflictKind, Direction, Found, Hit, Neighbour, PathStep, PeriodFact, Placed, Reach, Side,
    detect, key,
};
pub use event::{ConflictEvent, PeriodEvent};
pub use order::out_of_order;
pub use period::{
    Content, Edit, Period, PeriodKind, Repeats, SaveFacts, covers, occurrences, remove, save,
};
pub use refusal::{Refusal, not_blocked};
pub use slots::{
    Ahead, HORIZON_DAYS, NEAR_MINUTES, PeriodAhead, REFUSED_MAX, Refused, SLOTS_MAX, STEP_MINUTES,
    Searched, Slot, Wanted, slots,
};

#[cfg(test)]
mod tests;
