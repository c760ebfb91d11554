//! The embedded engine: one writer that commits in groups, readers on snapshots of their own, and
//! a lock file that keeps a second writer out.

mod connection;
mod lock;
mod readers;
mod tx;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ports::{Engine, Fault, Job, Lane, ReadJob, Store};

pub(crate) use connection::{Role, connect, fault, snapshot};
pub(crate) use lock::LockFile;

use crate::OpenOptions;
use crate::head::Head;
use crate::log;
use crate::migrate;
use crate::queue::{Queues, Threads};
use tx::SqliteTx;

/// How often a store that only reads looks whether the log has grown.
const POLL: Duration = Duration::from_millis(50);

/// A database file.
pub(crate) struct SqliteStore {
    path: PathBuf,
    queues: Queues,
    threads: Threads,
    head: Arc<Head>,
    read_only: bool,
    lock: std::sync::Mutex<Option<LockFile>>,
}

impl SqliteStore {
    pub(crate) fn open(path: &str, options: OpenOptions) -> Result<Self, Fault> {
        let path = PathBuf::from(path);
        let (queues, receivers) = Queues::new(options.queue_max, options.read_only);
        let threads = Threads::default();
        let head = Arc::new(Head::default());
        let lock = if options.read_only { None } else { Some(LockFile::take(&path)?) };
        if options.read_only {
            let conn = connect(&path, Role::ReadOnly)?;
            let mut tx = SqliteTx::new(&conn, None);
            migrate::verify(&mut tx, migrate::SQLITE)?;
            head.raise(log::head(&mut tx)?);
        } else {
            let conn = connect(&path, Role::Writer)?;
            head.raise(writer::prepare(&conn)?);
            let writer =
                writer::Writer::new(conn, &path, &receivers, Arc::clone(&head), options.record);
            threads.spawn("store-writer".to_owned(), move || writer.serve())?;
        }
        for number in 0..options.readers.max(1) {
            let role = if options.read_only { Role::ReadOnly } else { Role::Reader };
            let conn = connect(&path, role)?;
            let reads = receivers.reads.clone();
            threads
                .spawn(format!("store-reader-{number}"), move || readers::serve(&conn, &reads))?;
        }
        let lock = std::sync::Mutex::new(lock);
        Ok(Self { path, queues, threads, head, read_only: options.read_only, lock })
    }

    /// Another process may have written what this one only reads.
    fn look(&self) -> Result<i64, Fault> {
        if self.read_only {
            let conn = connect(&self.path, Role::ReadOnly)?;
            self.head.raise(log::head(&mut SqliteTx::new(&conn, None))?);
        }
        Ok(self.head.get())
    }
}

impl Store for SqliteStore {
    fn submit(&self, lane: Lane, job: Box<dyn Job>) {
        self.queues.submit(lane, job);
    }

    fn read(&self, job: ReadJob) {
        self.queues.read(job);
    }

    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn log_head(&self) -> Result<i64, Fault> {
        self.look()
    }

    fn commits(&self) -> Option<u64> {
        (!self.read_only).then(|| self.head.commits())
    }

    fn wait_for_log(&self, after: i64, patience: Duration) -> Result<i64, Fault> {
        if !self.read_only {
            return Ok(self.head.wait(after, patience));
        }
        let mut left = patience;
        loop {
            let head = self.look()?;
            if head > after || left.is_zero() {
                return Ok(head);
            }
            let step = left.min(POLL);
            self.head.wait(after, step);
            left -= step;
        }
    }

    fn agree(&self, _: u32) -> Result<bool, Fault> {
        Ok(true)
    }

    fn close(&self) {
        self.queues.close();
        self.threads.join();
        drop(self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}
