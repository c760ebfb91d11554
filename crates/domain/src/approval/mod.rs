//! Approval: a round belongs to its subject's stream. It is made from policy: ordered stages,
//! parallel groups inside a stage. It is bound to a content hash; an edit voids exactly the votes
//! whose parts it touches.
//!
//! Invariants: 1. nobody votes on their own work; 2. nobody counts twice in a round, whatever roles
//! they hold; 3. no vote counts for content that its group covers and that was edited since;
//! 4. a round that cannot reach its quorum ends or says who must act, it does not wait for ever;
//! 5. a deputy votes only where the absent person could, and uses both of them up; 6. nothing that
//! is approved under a condition begins before the condition is marked met.

mod condition;
mod content;
mod delegation;
mod difference;
mod edit;
mod electorate;
mod event;
mod extension;
mod lapse;
mod limit;
mod reach;
mod refusal;
mod round;
mod vote;

pub use condition::{Condition, Met, conditions_met, markable, meet};
pub use content::{Content, Part, PartName};
pub use delegation::{DELEGATIONS_MAX, Delegation, DelegationEvent, SetFacts, Wanted, revoke, set};
pub use difference::{Edited, differences};
pub use edit::{edit, withdraw};
pub use electorate::Electorate;
pub use event::{Opened, RoundEvent, evolve, evolve_held, pause};
pub use extension::{
    Decider, EXTENSION_ROLES, Extension, ExtensionRoles, decided_as_seen, decides,
};
pub use lapse::lapse;
pub use limit::{LIMIT_HOURS_MAX, call, due_at, limit_at};
pub use reach::{Short, settle, short, stuck};
pub use refusal::Refusal;
pub use round::{
    Answer, Barred, Call, GroupPlan, GroupState, Lapse, OnLimit, Plan, Quorum, Round, RoundState,
    StagePlan, Vote, Why,
};
pub use vote::{Cast, Seat, open, seat, vote};

#[cfg(test)]
mod tests;
