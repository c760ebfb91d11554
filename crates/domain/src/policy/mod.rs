//! Models: which states a release goes through, which approval a record needs, which tasks it
//! begins with. They are data, read from files; here is what they mean.
//!
//! Invariants: 1. a model's states are in the order of the phases; 2. each release model has a
//! state in every phase a release must pass.

mod model;
mod route;

pub use model::{
    Assign, ChangeModel, ChangeType, Condition, ConditionalStage, ModelError, ModelState,
    OutsideRelease, ReleaseModel, ReleasePhase, TaskTemplate,
};
pub use route::{RouteFacts, change_plan, release_plan, tasks};
