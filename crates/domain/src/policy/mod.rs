//! The policy: the rules, as readable files, that say which approval, evidence and window a record
//! needs. Its models tell which states a release goes through, which approval a record needs, which
//! tasks it begins with; here is what they mean. What an expression of a file comes to for a record
//! is a fact that the rules are given.
//!
//! Invariants: 1. a model's states are in the order of the phases; 2. each release model has a
//! state in every phase a release must pass; 3. only a set of files without a flaw is in force:
//! a broken one never replaces a good one; 4. version 0 is the set that the program brings along.

mod activate;
mod event;
mod model;
mod refusal;
mod route;
mod state;

pub use activate::{ActivateFacts, activate};
pub use event::PolicyEvent;
pub use model::{
    Assign, ChangeModel, ChangeType, ConditionalStage, IrreversibleSteps, MilestoneTemplate,
    ModelError, ModelFlaw, ModelState, NotesRule, OutsideRelease, Refuses, ReleaseModel,
    ReleasePhase, ReviewForm, TaskTemplate, TeamSay,
};
pub use refusal::Refusal;
pub use route::{plan, policy_version, reference, tasks};
pub use state::{Files, Policy};

/// The most files of a policy.
pub const FILES_MAX: usize = 60;
/// The most characters of one file.
pub const FILE_MAX: usize = 20_000;
