//! Threads that serve read jobs, each job in one snapshot.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use ports::{Fault, ReadJob};

use super::session::{Connector, Session};
use super::trouble::Remedy;
use super::tx::PgTx;
use crate::job;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A connection that was found dead is replaced this often before the job is refused.
const CONNECT_TRIES: usize = 2;

/// Serves read jobs until the queue is closed and empty.
pub(super) fn serve(connector: &Arc<Connector>, jobs: &Receiver<ReadJob>) {
    let mut session = None;
    for work in jobs {
        match begin(connector, session.take()) {
            Ok(mut begun) => {
                let mut tx = PgTx::new(&mut begun, connector, None);
                job::read(work, Ok(&mut tx));
                let broken = tx.remedy() == Some(Remedy::Reconnect);
                if begun.control("ROLLBACK").is_ok() && !broken {
                    session = Some(begun);
                }
            }
            Err(fault) => job::read(work, Err(fault)),
        }
    }
}

fn begin(connector: &Connector, mut kept: Option<Session>) -> Result<Session, Fault> {
    let mut failed = None;
    for _ in 0..CONNECT_TRIES {
        let mut session = match kept.take() {
            Some(session) => session,
            None => connector.session()?,
        };
        match session.control(BEGIN) {
            Ok(()) => return Ok(session),
            Err(trouble) => failed = Some(trouble.fault),
        }
    }
    Err(failed.unwrap_or(Fault::Busy))
}
