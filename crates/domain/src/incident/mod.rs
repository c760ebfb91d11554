//! An interruption of a service, linked to the changes before and after it.
//!
//! ```text
//! open ── resolve ──► resolved ── close ──► closed
//!   ▲                    │                     │
//!   └────── reopen ──────┴─────────────────────┘
//! ```
//! Invariants: 1. one that was resolved here says when, not before it began; 2. an imported one
//! keeps its number in the system it came from, and what that system did not know stays unknown.

mod alert;
mod event;
mod import;
mod near;
mod refusal;
mod save;
mod state;

pub use alert::{ALERTS_MAX, Alert, Alerts, Notification, alerted};
pub use event::IncidentEvent;
pub use import::{Imported, import};
pub use near::{AFTER_HOURS, Causality, NEAR_HOURS_DEFAULT, NEAR_HOURS_MAX, Nearness, Touch};
pub use refusal::IncidentRefusal;
pub use save::{Request, SaveFacts, comment, may_move, save};
pub use state::{Content, Edit, Incident, Priority, State};

/// The most CIs of one incident.
pub const CIS_MAX: usize = 500;
/// The most services of one incident.
pub const SERVICES_MAX: usize = 200;
