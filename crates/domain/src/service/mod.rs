//! Services, the configuration items behind them, and the relations between those.
//!
//! Invariants: 1. a name is unique among services, and among CIs, whatever its case (kept by the
//! read model, asked as a fact); 2. a CI has no relation to itself. Relations may lead in a circle:
//! in the real world they do.

mod ci;
mod event;
mod kind;
mod state;

pub use ci::{Ci, CiContent, CiEdit, CiFacts, import_ci, save_ci, set_ci_version, set_relations};
pub use event::{CiEvent, ServiceEvent};
pub use kind::{Criticality, Relation, RelationKind};
pub use state::{Content, Edit, SaveFacts, Service, save, set_version};

/// The most relations from one CI to others.
pub const RELATIONS_MAX: usize = 500;
/// The most minutes of data that a service may say it can lose: ten years.
pub const DATA_LOSS_MINUTES_MAX: u32 = 10 * 366 * 24 * 60;
