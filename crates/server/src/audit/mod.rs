//! The log of everything that happened: reading it, and proving that it was not touched.

mod fields;
mod filter;
#[cfg(test)]
mod golden;
mod list;
mod subject;
mod telling;
mod themes;
mod values;
mod verify;
mod words;

use api::audit::Event;
use api::common::Page;

use crate::http::Routes;

pub use verify::{SLICE_MAX, VerifyReport, Wrong, verify};

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    routes.get::<Page<Event>, _, _>(
        "/audit/events",
        "Reads the log, the latest first: of one record with what was refused on it, or all of it; \
        by kind of record, event or theme, person, and time",
        "subject,kind,event,person,from,to,limit,cursor",
        list::list,
    )
}
