//! The one thread that writes. It takes what waits, runs each job in a savepoint of one
//! transaction, numbers the new events, commits once, and answers them all.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, never, select_biased};
use ports::{Fault, Flow, GROUP_JOBS_MAX, GROUP_WAIT_MICROS_MAX, Job, Tx};
use rusqlite::Connection;

use super::connection::{BUSY_TIMEOUT, fault};
use super::tx::SqliteTx;
use crate::files;
use crate::head::Head;
use crate::migrate;
use crate::queue::Receivers;
use crate::{Recorder, job, log};

/// The most bulk jobs that one slice takes between two groups of commands.
const SLICE_JOBS_MAX: usize = 64;
/// A slice takes no further job after this time, so that commands wait little.
const SLICE_TIME_MAX: Duration = Duration::from_millis(20);
const GROUP_TIME_MAX: Duration = Duration::from_micros(GROUP_WAIT_MICROS_MAX);

const NUMBER: &str = "INSERT INTO log (position, event_id) \
     SELECT (SELECT coalesce(max(position), 0) FROM log) + row_number() OVER (ORDER BY seq), \
     event_id FROM unnumbered ORDER BY seq";
const NUMBERED: &str = "DELETE FROM unnumbered";

type Work = Box<dyn Job>;
type Ended = Vec<(Work, Result<(), Fault>)>;

/// What the jobs of a group leave in it.
#[derive(Debug, Default, Clone, Copy)]
struct Left {
    /// Something; the commit of a group that leaves nothing counts for nobody.
    kept: bool,
    /// Events, which are to be numbered.
    appended: bool,
}

/// Migrates the database and finishes what an earlier process left; answers the log's head.
pub(super) fn prepare(conn: &Connection) -> Result<i64, Fault> {
    let attempted = "migrating the database";
    conn.execute_batch("BEGIN IMMEDIATE").map_err(|error| fault(attempted, error))?;
    let mut tx = SqliteTx::new(conn, None);
    let prepared = migrate::apply(&mut tx, migrate::SQLITE, |_, script| {
        conn.execute_batch(script).map_err(|error| fault(attempted, error))
    })
    .and_then(|()| number(&mut tx))
    .and_then(|()| log::head(&mut tx));
    let end = if prepared.is_ok() { "COMMIT" } else { "ROLLBACK" };
    conn.execute_batch(end).map_err(|error| fault(attempted, error))?;
    prepared
}

/// Gives each waiting event its place in the log, in insert order.
fn number(tx: &mut SqliteTx<'_>) -> Result<(), Fault> {
    if tx.execute(NUMBER, &[])? > 0 {
        tx.execute(NUMBERED, &[])?;
    }
    Ok(())
}

/// The write-ahead log is moved into the database file by force when it is this long: readers
/// that overlap without end would otherwise let it grow without end.
const WAL_BYTES_MAX: u64 = 64 << 20;
/// How long that waits for readers of old snapshots.
const WAL_PATIENCE: Duration = Duration::from_millis(250);

/// The writer's connection and its queues.
pub(super) struct Writer {
    conn: Connection,
    wal: PathBuf,
    /// The length of the write-ahead log at which it is moved next.
    wal_limit: Cell<u64>,
    commands: Receiver<Work>,
    bulk: Receiver<Work>,
    head: Arc<Head>,
    record: Option<Arc<dyn Recorder>>,
}

impl Writer {
    pub(super) fn new(
        conn: Connection,
        database: &Path,
        receivers: &Receivers,
        head: Arc<Head>,
        record: Option<Arc<dyn Recorder>>,
    ) -> Self {
        let (commands, bulk) = (receivers.commands.clone(), receivers.bulk.clone());
        let wal = files::with_suffix(database, "-wal");
        let wal_limit = Cell::new(WAL_BYTES_MAX);
        Self { conn, wal, wal_limit, commands, bulk, head, record }
    }

    /// Serves until both queues are closed and empty.
    pub(super) fn serve(self) {
        let (mut commands, mut bulk) = (self.commands.clone(), self.bulk.clone());
        let mut open = 2;
        while open > 0 {
            select_biased! {
                recv(commands) -> work => if let Ok(work) = work {
                    self.command_group(work);
                    if let Ok(work) = self.bulk.try_recv() {
                        self.bulk_slice(work);
                    }
                } else {
                    commands = never();
                    open -= 1;
                },
                recv(bulk) -> work => if let Ok(work) = work {
                    self.bulk_slice(work);
                } else {
                    bulk = never();
                    open -= 1;
                },
            }
        }
        self.let_go();
    }

    fn command_group(&self, first: Work) {
        let begun = now();
        self.group(first, |taken| {
            let full = taken >= GROUP_JOBS_MAX || begun.elapsed() >= GROUP_TIME_MAX;
            if full { None } else { self.commands.try_recv().ok() }
        });
    }

    fn bulk_slice(&self, first: Work) {
        let begun = now();
        self.group(first, |taken| {
            let full = taken >= SLICE_JOBS_MAX || begun.elapsed() >= SLICE_TIME_MAX;
            let yields = full || !self.commands.is_empty();
            if yields { None } else { self.bulk.try_recv().ok() }
        });
    }

    /// Runs jobs in one transaction and answers each of them.
    fn group(&self, first: Work, mut next: impl FnMut(usize) -> Option<Work>) {
        if let Err(fault) = self.control("BEGIN IMMEDIATE") {
            return job::done(first, Err(fault));
        }
        let mut ended = Ended::new();
        let mut left = Left::default();
        let mut waiting = Some(first);
        while let Some(mut work) = waiting.take() {
            let end = self.run(work.as_mut(), &mut left);
            if self.conn.is_autocommit() {
                return self.after_loss(work, end, ended);
            }
            ended.push((work, end));
            waiting = next(ended.len());
        }
        self.finish(ended, left);
    }

    /// One job in its savepoint. It is kept, or leaves nothing behind.
    fn run(&self, work: &mut dyn Job, left: &mut Left) -> Result<(), Fault> {
        for _ in 0..=job::AGAIN_MAX {
            self.control("SAVEPOINT job")?;
            let mut tx = SqliteTx::new(&self.conn, self.record.as_deref());
            let flow = match job::run(work, &mut tx) {
                Ok(Flow::Commit) => tx.check_whole().map(|()| Flow::Commit),
                other => other,
            };
            if let Ok(Flow::Commit) = flow {
                left.kept = true;
                left.appended |= tx.has_appended();
                return self.control("RELEASE job");
            }
            if !self.conn.is_autocommit() {
                self.control("ROLLBACK TO job")?;
                self.control("RELEASE job")?;
            }
            match flow? {
                Flow::Again => {}
                Flow::Commit | Flow::Rollback => return Ok(()),
            }
        }
        Err(job::again_too_often())
    }

    /// The whole transaction vanished under a job: that job is answered with its fault, and the
    /// ones before it, which nobody has been told about, run again, each on its own.
    fn after_loss(&self, culprit: Work, end: Result<(), Fault>, earlier: Ended) {
        let fault = end.err().unwrap_or_else(|| {
            Fault::permanent("running the work", "it ended the transaction that carried it")
        });
        tracing::warn!(%fault, again = earlier.len(), "a job ended the transaction of its group");
        job::done(culprit, Err(fault));
        self.run_alone(earlier);
    }

    fn run_alone(&self, ended: Ended) {
        for (work, _) in ended {
            self.group(work, |_| None);
        }
    }

    fn finish(&self, ended: Ended, left: Left) {
        let committed = self.commit(left);
        match committed {
            Ok(head) => {
                if let Some(head) = head {
                    self.head.raise(head);
                }
                for (work, end) in ended {
                    job::done(work, end);
                }
                self.bound_wal();
            }
            Err(fault) => self.after_refusal(&fault, ended),
        }
    }

    /// Numbers what was appended and commits; answers the new head.
    fn commit(&self, left: Left) -> Result<Option<i64>, Fault> {
        let mut head = None;
        if left.appended {
            let mut tx = SqliteTx::new(&self.conn, self.record.as_deref());
            number(&mut tx)?;
            head = Some(log::head(&mut tx)?);
        }
        let end = self.control("COMMIT");
        // Also when it failed: what became of it is not known for certain then.
        if left.kept {
            self.head.committed();
        }
        end.map(|()| head)
    }

    /// COMMIT was refused. While the transaction is still open nothing was written for certain,
    /// so the jobs run again, each on its own, and only the one at fault is answered with it.
    fn after_refusal(&self, fault: &Fault, ended: Ended) {
        let open = !self.conn.is_autocommit();
        let undone = open && self.control("ROLLBACK").is_ok();
        tracing::warn!(%fault, undone, jobs = ended.len(), "a group was not committed");
        if undone && ended.len() > 1 {
            return self.run_alone(ended);
        }
        for (work, _) in ended {
            job::done(work, Err(repeat(fault)));
        }
    }

    /// After the answers are sent. A reader that is slower than our patience, such as a backup,
    /// lets the log grow by as much again before the next try.
    fn bound_wal(&self) {
        let length = std::fs::metadata(&self.wal).map_or(0, |file| file.len());
        if length <= self.wal_limit.get() {
            return;
        }
        let moved = self.conn.busy_timeout(WAL_PATIENCE).is_ok() && self.empty_wal();
        let next = if moved { WAL_BYTES_MAX } else { length + WAL_BYTES_MAX };
        self.wal_limit.set(next);
        if let Err(error) = self.conn.busy_timeout(BUSY_TIMEOUT) {
            tracing::warn!(%error, "the patience of the writer was not restored");
        }
    }

    /// Moves the write-ahead log into the database file; true when nothing of it is left.
    fn empty_wal(&self) -> bool {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        match self.conn.query_row(sql, [], |row| row.get::<_, i64>(0)) {
            Ok(busy) => busy == 0,
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log was not emptied");
                false
            }
        }
    }

    fn control(&self, sql: &str) -> Result<(), Fault> {
        if let Some(record) = &self.record {
            record.statement(sql, &[]);
        }
        let attempted = "controlling the transaction";
        let mut statement =
            self.conn.prepare_cached(sql).map_err(|error| fault(attempted, error))?;
        statement.raw_execute().map(drop).map_err(|error| fault(attempted, error))
    }

    /// Leaves one tidy file behind.
    fn let_go(self) {
        self.empty_wal();
        self.conn.flush_prepared_statement_cache();
        if let Err((_, error)) = self.conn.close() {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }
}

/// The same fault for another job of the group.
fn repeat(fault: &Fault) -> Fault {
    if fault.is_transient() {
        Fault::transient("committing a group", fault.to_string())
    } else {
        Fault::permanent("committing a group", fault.to_string())
    }
}

#[expect(clippy::disallowed_methods, reason = "measures how long a group is open, no fact")]
fn now() -> Instant {
    Instant::now()
}
