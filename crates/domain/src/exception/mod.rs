//! A permission to deviate from one rule, for one record, until an instant.
//!
//! ```text
//! requested ─grant─► granted ─its end─► expired
//!     │  └──refuse──► refused └─revoke──► revoked
//!     └──its end──► expired (and revoke: revoked)
//! ```
//!
//! Invariants: 1. it names one rule, the record that may pass it, and what the rule holds against
//! that record; 2. nobody grants what they asked for, or what their own work profits from; 3. it
//! ends at its instant, half-open: at the end it lets nothing pass any more.

mod command;
mod event;
mod refusal;
mod state;

pub use command::{
    Ask, Judge, UNTIL_DAYS_MAX, Verb, expire, grant, guard, refuse, request, revoke,
};
pub use event::ExceptionEvent;
pub use refusal::Refusal;
pub use state::{Decided, Exception, Rule, State};
