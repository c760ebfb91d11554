//! Teams: who works together, and so who owns a service or a change.
//!
//! Invariants: 1. a name is unique among teams (kept by the read model, asked as a fact).

mod event;
mod save;
mod state;

pub use event::TeamEvent;
pub use save::{SaveFacts, save};
pub use state::{Content, Edit, MEMBERS_MAX, Team};
