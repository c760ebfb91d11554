//! The log of everything that happened: reading it, and proving that it was not touched. What is
//! proved to whom is told in `docs/features/audit.md`.

mod fields;
mod filter;
#[cfg(test)]
mod golden;
mod list;
mod offline;
mod pack;
mod subject;
mod telling;
mod themes;
pub(crate) mod tree;
mod values;
mod verify;
mod words;

use api::audit::{Checkpoint, Consistency, Event, Inclusion, Pack, PackChecked, Standing};
use api::common::Page;
use utoipa::openapi::path::HttpMethod as M;

use crate::http::Routes;

pub use offline::{ExportReport, verify_export};
pub use pack::{EVENTS_MAX, PACK_BYTES_MAX, check as check_pack, page as pack_page};
pub(crate) use tree::keep_signing;
pub use tree::{
    AGAIN_SECONDS, CHECKPOINT_MINUTES, Tree, Verifier, holds_consistency, holds_inclusion,
    write_due,
};
pub use verify::{Known, SLICE_MAX, VerifyReport, Wrong, verify};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<Event>, _, _>(
            "/audit/events",
            "Reads the log, the latest first: of one record with what was refused on it, or all of \
            it; by kind of record, event or theme, person, and time",
            "subject,kind,event,person,from,to,limit,cursor",
            list::list,
        )
        .get::<Standing, _, _>(
            "/audit/checkpoint",
            "Reads how the tree over the log stands, and its latest signed checkpoint",
            "",
            tree::checkpoint::get,
        )
        .bare::<Checkpoint, _, _>(
            M::Post,
            "/audit/checkpoint",
            "Signs the tree over the log as it is now",
            tree::checkpoint::write,
        )
        .get::<Page<Checkpoint>, _, _>(
            "/audit/checkpoints",
            "Lists the signed checkpoints, the latest first",
            "limit,cursor",
            tree::checkpoint::list,
        )
        .get::<Inclusion, _, _>(
            "/audit/inclusion",
            "Proves that an event is in the tree, named by its id or its position in the log",
            "event,size",
            tree::proof::inclusion,
        )
        .get::<Consistency, _, _>(
            "/audit/consistency",
            "Proves that the tree of one size is the beginning of the tree of another",
            "from,to",
            tree::proof::consistency,
        )
        .file::<Pack, _, _>(
            "application/json,text/html",
            "/releases/{id}/evidence",
            "Takes the evidence of a release: as JSON with proofs, or as a page",
            "format",
            pack::evidence,
        )
        .check::<Pack, PackChecked, _, _>(
            "/audit/packs/verify",
            "Checks the evidence of a release: its proofs, and that it is of this log",
            PACK_BYTES_MAX,
            pack::verify,
        )
}
