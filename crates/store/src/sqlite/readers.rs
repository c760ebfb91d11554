//! Threads that serve read jobs, each job in one snapshot.

use crossbeam_channel::Receiver;
use ports::ReadJob;
use rusqlite::Connection;

use super::connection::fault;
use super::tx::SqliteTx;
use crate::job;

/// Serves read jobs until the queue is closed and empty.
pub(super) fn serve(conn: &Connection, jobs: &Receiver<ReadJob>) {
    for work in jobs {
        match conn.execute_batch("BEGIN DEFERRED") {
            Ok(()) => {
                job::read(work, Ok(&mut SqliteTx::new(conn, None)));
                if let Err(error) = conn.execute_batch("ROLLBACK") {
                    tracing::error!(%error, "a snapshot did not end");
                }
            }
            Err(error) => job::read(work, Err(fault("opening a snapshot", error))),
        }
    }
}
