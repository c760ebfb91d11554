//! The one who gives committed events their place in the log. Every process runs one; an advisory
//! lock for the length of a batch lets one of them work at a time, so that a process that hangs
//! between batches holds nobody up.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use ports::Fault;

use super::session::{Connector, Session};
use crate::head::Head;

/// How often the table is looked at when nobody rings: what other processes committed.
const POLL: Duration = Duration::from_millis(50);
/// What the lock of the sequencer is called among the server's advisory locks.
const LOCK: &str = "1229870923, 1";

const LOOK: &str = "SELECT coalesce((SELECT max(position) FROM log), 0), \
     EXISTS (SELECT 1 FROM unnumbered)";

/// Events that were committed out of order are numbered when they are seen; none is lost and none
/// is numbered twice, because a row leaves `unnumbered` in the transaction that numbers it. The
/// lock is a statement of its own, so that the next one sees what the previous holder committed.
fn batch() -> String {
    format!(
        "BEGIN; SELECT pg_advisory_xact_lock({LOCK}); \
         WITH batch AS (DELETE FROM unnumbered WHERE seq IN \
         (SELECT seq FROM unnumbered ORDER BY seq LIMIT 1000) RETURNING seq, event_id) \
         INSERT INTO log (position, event_id) SELECT (SELECT coalesce(max(position), 0) FROM log) \
         + row_number() OVER (ORDER BY seq), event_id FROM batch; \
         NOTIFY interlock_log; COMMIT"
    )
}

/// Follows the head of the log until the bell is gone, then once more. With `numbers`, it gives
/// events their place; a store that only reads just looks.
pub(super) fn serve(connector: &Arc<Connector>, bell: &Receiver<()>, head: &Head, numbers: bool) {
    let mut session = None;
    let mut ended = false;
    while !ended {
        ended = bell.recv_timeout(POLL) == Err(RecvTimeoutError::Disconnected);
        if let Err(fault) = follow(connector, &mut session, head, numbers) {
            tracing::warn!(%fault, "the log was not numbered; it will be tried again");
            session = None;
        }
    }
}

fn follow(
    connector: &Connector,
    kept: &mut Option<Session>,
    head: &Head,
    numbers: bool,
) -> Result<(), Fault> {
    let batch = batch();
    let session = match kept {
        Some(session) => session,
        None => kept.insert(connector.session()?),
    };
    loop {
        let rows = session.query(LOOK, &[]).map_err(|trouble| trouble.fault)?;
        let Some(row) = rows.first() else { return Ok(()) };
        head.raise(row.int(0)?);
        if !numbers || !row.bool(1)? {
            return Ok(());
        }
        session.control(&batch).map_err(|trouble| trouble.fault)?;
    }
}
