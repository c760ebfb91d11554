//! Approval: who is asked, how a round is shown, and the list of what waits. Votes are verbs of
//! their subjects.

mod projection;
mod shown;

pub use projection::{CHANGE_ROUNDS, RELEASE_ROUNDS, RoundTables, project_rounds};
pub use shown::{electorate, plan_roles, shown_round};

/// The most people who may be asked in one role.
pub const VOTERS_MAX: i64 = 2_000;
