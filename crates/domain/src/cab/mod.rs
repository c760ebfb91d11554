//! Boards that advise and decide together, such as the change advisory board (CAB), and their
//! meetings. A meeting decides nothing by itself: people vote in the round of the change or the
//! release, and what became of an item is read from that round.
//!
//! ```text
//! planned ──cut-off──► frozen ──start──► in session ──end──► ended
//!    └──────cancel────────┼──► cancelled         │
//!    └───its end passed───┴──► lapsed            └─four hours past its end──► ended
//! ```
//!
//! Invariants: 1. the agenda does not move once the cut-off has passed: what comes later goes to
//! the next meeting; 2. the minutes of an ended meeting are never written again; 3. one item is on
//! the table at a time, and it stands on the agenda.

mod agenda;
mod board;
mod event;
mod guard;
mod lead;
mod meeting;
mod refusal;
mod schedule;
#[cfg(test)]
mod tests;

pub use agenda::{
    AGENDA_MAX, Candidate, Decision, MinuteVote, Named, Outcome, awaits, compose, outcome,
};
pub use board::{Board, Content, Edit, MEMBERS_MAX, SaveFacts, save};
pub use event::{AgendaItem, BoardEvent, MeetingEvent, Subject};
pub use guard::{Facts, Verb, guard};
pub use lead::{
    add, arrange, attend, cancel, defer, end, freeze, open_item, plan, remark, run_out, set_time,
    start,
};
pub use meeting::{
    Attendance, Deferral, ITEM_MINUTES, Item, Meeting, MeetingState, OVERRUN_MINUTES, REMARKS_MAX,
    Remark,
};
pub use refusal::Refusal;
pub use schedule::{ByRule, CUT_OFF_MINUTES_MAX, Occurrence, Schedule, Weekly};
