//! Delegation: someone who is absent for a span of time names a deputy, who may vote in their place
//! in the groups where they themselves could.
//!
//! Invariants: 1. a person has one deputy at a time; 2. a deputy votes only by roles that the
//! absent person holds in person, so deputies form no chain; 3. nobody makes themselves a deputy.

mod event;
mod save;
mod state;

pub use event::DelegationEvent;
pub use save::{SetFacts, Wanted, revoke, set};
pub use state::{DELEGATIONS_MAX, Delegation};
