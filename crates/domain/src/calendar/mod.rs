//! The calendar: who claims which CI when, what may not happen then, and what collides.
//!
//! Invariants: 1. intervals are half-open, touching windows do not collide; 2. a collision with a
//! record blocks only once that record's window is committed (ADR 0005), so that of two people who
//! schedule at once exactly one wins; 3. an acceptance holds for the windows and CIs it was given
//! for, and lapses when any of them moves; 4. every CI that is hit is listed;
//! 5. no conflict blocks a slot that is offered, and one blocks each earlier start of its grid;
//! 6. what repeats keeps its wall time in its own zone, right across clock changes; 7. no two slots
//! of one plan collide, and a release has its slot after those that it depends on.

mod backlog;
mod conflict;
mod detect;
mod event;
mod external;
mod feed;
mod order;
mod period;
mod refusal;
mod rule;
mod schedule;
mod slots;

pub use backlog::{BACKLOG_MAX, Placing, Waiting, plan_backlog};
pub use conflict::{
    Acceptance, Conflict, ConflictState, accept, found, lapse, may_accept, resolve,
};
pub use detect::{
    Blocking, ConflictKind, Direction, Found, Hit, Neighbour, PathStep, PeriodFact, Placed, Reach,
    Side, detect, key,
};
pub use event::{ConflictEvent, ExternalEvent, FeedEvent, PeriodEvent};
pub use external::{
    ENTRIES_MAX, EXTERNAL_MAX, Entries, External, ExternalEntry, import, remove_external,
};
pub use feed::{FEEDS_MAX, Feed, FeedFilter, FeedKind, create_feed, revoke_feed};
pub use order::out_of_order;
pub use period::{Content, Edit, Period, PeriodKind, SaveFacts, drafted, remove, save};
pub use refusal::{Refusal, Stands, not_blocked};
pub use rule::{COUNT_MAX, RULE_MAX, Rule, RuleError};
pub use schedule::{Occasion, Repeats, Schedule, clock_change};
pub use slots::{
    Ahead, HORIZON_DAYS, NEAR_MINUTES, PeriodAhead, REFUSED_MAX, Refused, SLOTS_MAX, STEP_MINUTES,
    Searched, Slot, Wanted, slots,
};

#[cfg(test)]
mod tests;
