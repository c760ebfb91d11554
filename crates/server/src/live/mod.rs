//! What moves, told to every page that listens: server-sent events out of the log. One follower
//! reads the log for all of them; a connection that reads too slowly is cut off and resumes where
//! it was. An event says that a record moved, and nothing that the record says.

mod hub;
mod read;
mod stream;

use api::live::Moved;

use crate::http::Routes;

pub use hub::{CONNECTIONS_MAX, Live, PER_ACTOR_MAX, QUEUE_MAX};
pub use stream::HEARTBEAT;

/// The most events that one question to the log answers.
const SLICE_MAX: i64 = 500;
/// The most events that are told again to someone who comes back; beyond, everything is read anew.
pub const RESUME_MAX: i64 = 2_000;

/// The route.
pub fn routes(routes: Routes) -> Routes {
    routes.stream::<Moved, _, _>(
        "/events",
        "Streams what moves, as server-sent events named `moved`; `reset` says to read everything \
         anew, `hello` and `heartbeat` that the line is alive. Resumes by `Last-Event-ID`",
        "after,kind,subject",
        stream::listen,
    )
}
