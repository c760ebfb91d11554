//! Approval: who is asked, how a round is shown, the list of what waits, and the deputies of those
//! who are absent. Votes are verbs of their subjects.

mod delegate;
mod delegations;
mod difference;
mod extensions;
mod past;
mod projection;
mod read;
mod shown;
mod vote;

use api::approval::{ApprovalRow, ContentDifferences, Delegation, ExtensionRow, NewDelegation};
use api::common::{Page, Written};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;

pub use delegate::{RevokeDelegation, SetDelegation};
pub use extensions::shown_extension;
pub use past::{Subject, past_rounds};
pub use projection::{
    CHANGE_ROUNDS, DUE, RELEASE_ROUNDS, RoundTables, project_newest, project_round,
};
pub use shown::{electorate, shown_round};
pub use vote::{cast, voter};

/// The most people who may be asked in one role.
pub const VOTERS_MAX: i64 = 2_000;
/// The most delegations that are in force at once.
pub const ABSENT_MAX: i64 = 2_000;

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<ApprovalRow>, _, _>(
            "/approvals",
            "Lists approvals: those that wait, the longest waiting first, or those given, the last \
            first",
            "state,mine,limit,cursor",
            read::list,
        )
        .get::<ContentDifferences, _, _>(
            "/changes/{id}/approvals/difference",
            "Tells what was edited in a change since it was approved or seen",
            "seen",
            difference::of_change,
        )
        .get::<ContentDifferences, _, _>(
            "/releases/{id}/approvals/difference",
            "Tells what was edited in a release since it was approved or seen",
            "seen",
            difference::of_release,
        )
        .get::<Page<ExtensionRow>, _, _>(
            "/extensions",
            "Lists the longer windows that wait for a decision, the longest waiting first",
            "limit,cursor",
            extensions::list,
        )
        .get::<Page<Delegation>, _, _>(
            "/delegations",
            "Lists who is absent and who votes in their place, the last set first",
            "person,deputy,state,limit,cursor",
            delegations::list,
        )
        .write::<NewDelegation, Written, _, _>(
            HttpMethod::Post,
            "/delegations",
            "Names a deputy for a span of time",
            delegate::set,
        )
        .bare::<Written, _, _>(
            HttpMethod::Delete,
            "/delegations/{id}",
            "Takes a delegation back",
            delegate::revoke,
        )
}
