//! Approval: a round belongs to its subject's stream. It is made from policy: ordered stages,
//! parallel groups inside a stage. It is bound to a content hash; an edit voids exactly the votes
//! whose parts it touches.
//!
//! Invariants: 1. nobody votes on their own work; 2. nobody counts twice in a round, whatever roles
//! they hold; 3. no vote counts for content that its group covers and that was edited since;
//! 4. a round that cannot reach its quorum ends, it does not wait for ever.

mod content;
mod edit;
mod event;
mod refusal;
mod round;
mod vote;

pub use content::{Content, Part, PartName};
pub use edit::{edit, withdraw};
pub use event::{Opened, RoundEvent, evolve};
pub use refusal::Refusal;
pub use round::{
    Answer, Barred, GroupPlan, GroupState, Plan, Quorum, Round, RoundState, StagePlan, Vote, Why,
};
pub use vote::{Cast, Electorate, open, seat, vote};
