//! Approval: who is asked, how a round is shown, and the list of what waits. Votes are verbs of
//! their subjects.

mod projection;
mod read;
mod shown;

use api::approval::ApprovalRow;
use api::common::Page;

use crate::http::Routes;

pub use projection::{CHANGE_ROUNDS, RELEASE_ROUNDS, RoundTables, project_rounds};
pub use shown::{electorate, plan_roles, shown_round};

/// The most people who may be asked in one role.
pub const VOTERS_MAX: i64 = 2_000;

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    routes.get::<Page<ApprovalRow>, _, _>(
        "/approvals",
        "Lists approvals: those that wait, the longest waiting first, or those given, the last first",
        "state,mine,limit,cursor",
        read::list,
    )
}
