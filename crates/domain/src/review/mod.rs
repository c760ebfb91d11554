//! The post-implementation review (PIR): what went well, what went wrong, what follows. Every
//! release ends with one; so do emergency and failed changes.
//!
//! Invariants: 1. a completed review is not edited, only its action items are ticked off; 2. after
//! a failure or a rollback it names a root cause; 3. the measures that it judges are those that
//! were set at planning.

mod annotate;
mod complete;
mod event;
mod refusal;
mod remind;
mod save;
mod state;

pub use annotate::{ANNOTATIONS_MAX, annotate, guard_annotate};
pub use complete::{complete, guard_complete};
pub use event::ReviewEvent;
pub use refusal::Refusal;
pub use remind::{day_of, is_overdue, remind};
pub use save::{edit, open};
pub use state::{
    ACTIONS_MAX, ActionItem, Annotation, Content, DueItem, Edit, Kpi, Planned, Review, Short,
    Subject, Why,
};
