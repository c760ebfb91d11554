//! The server engine: parallel writers, one sequencer for the log, readers on snapshots. The
//! driver blocks, so connections live on threads of our own, never on a caller's.

mod readers;
mod sequencer;
mod session;
mod trouble;
mod tx;
mod values;
mod writers;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};
use ports::{Engine, Fault, Job, Lane, Query, ReadJob, Store};

use crate::backup::archive;
use crate::head::Head;
use crate::queue::{Queues, Receivers, Threads};
use crate::{OpenOptions, log, migrate};
pub(crate) use trouble::fault;

use session::{Connector, Session};
use tx::PgTx;

/// What the lock of a migration is called among the server's advisory locks.
const MIGRATION_LOCK: &str = "1229870923, 2";
/// One writer of this many takes bulk work.
const WRITERS_PER_BULK: usize = 4;

/// A database on a server.
pub(crate) struct PostgresStore {
    connector: Arc<Connector>,
    queues: Queues,
    workers: Threads,
    sequencer: Threads,
    bell: Mutex<Option<Sender<()>>>,
    head: Arc<Head>,
    /// Says which shape is used, from when that was said until the store is closed.
    saying: Mutex<Option<Session>>,
}

impl PostgresStore {
    pub(crate) fn open(url: &str, options: &OpenOptions) -> Result<Self, Fault> {
        let connector = Arc::new(Connector::new(url)?);
        let (queues, receivers) = Queues::new(options.queue_max, options.read_only);
        let head = Arc::new(Head::default());
        head.raise(on_own_thread(|| prepare(&connector, options.read_only))?);
        let (bell, rung) = bounded(1);
        let store = Self {
            connector: Arc::clone(&connector),
            queues,
            workers: Threads::default(),
            sequencer: Threads::default(),
            bell: Mutex::new(Some(bell.clone())),
            head: Arc::clone(&head),
            saying: Mutex::new(None),
        };
        store.start(&receivers, &bell, options)?;
        let name = "store-sequencer".to_owned();
        let numbers = !options.read_only;
        store.sequencer.spawn(name, move || sequencer::serve(&connector, &rung, &head, numbers))?;
        Ok(store)
    }

    fn start(
        &self,
        receivers: &Receivers,
        bell: &Sender<()>,
        options: &OpenOptions,
    ) -> Result<(), Fault> {
        let writers = if options.read_only { 0 } else { options.writers.max(1) };
        for number in 0..writers {
            let (connector, record) = (Arc::clone(&self.connector), options.record.clone());
            let writer = writers::Writer::new(connector, bell.clone(), record, number);
            let receivers = receivers.clone();
            let takes_bulk = number % WRITERS_PER_BULK == 0;
            let name = format!("store-writer-{number}");
            self.workers.spawn(name, move || writer.serve(&receivers, takes_bulk))?;
        }
        for number in 0..options.readers.max(1) {
            let (connector, reads) = (Arc::clone(&self.connector), receivers.reads.clone());
            let name = format!("store-reader-{number}");
            self.workers.spawn(name, move || readers::serve(&connector, &reads))?;
        }
        Ok(())
    }
}

impl Store for PostgresStore {
    fn submit(&self, lane: Lane, job: Box<dyn Job>) {
        self.queues.submit(lane, job);
    }

    fn read(&self, job: ReadJob) {
        self.queues.read(job);
    }

    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn commits(&self) -> Option<u64> {
        None
    }

    fn log_head(&self) -> Result<i64, Fault> {
        Ok(self.head.get())
    }

    fn wait_for_log(&self, after: i64, patience: Duration) -> Result<i64, Fault> {
        Ok(self.head.wait(after, patience))
    }

    fn agree(&self, shape: u32) -> Result<bool, Fault> {
        self.connector.say_shape(shape);
        on_own_thread(|| {
            let mut session = self.connector.session()?;
            let others = session.query(&session::other_shapes(shape), &[]);
            let others = others.map_err(|trouble| trouble.fault)?;
            *self.saying.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
            Ok(others.is_empty())
        })
    }

    fn close(&self) {
        let saying = self.saying.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(session) = saying {
            let _ = on_own_thread(|| {
                drop(session);
                Ok(())
            });
        }
        self.queues.close();
        self.workers.join();
        drop(self.bell.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.sequencer.join();
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.close();
    }
}

/// Writes the archive of a database that may be in use.
pub(crate) fn backup(url: &str, to: &Path) -> Result<(), Fault> {
    let connector = Connector::new(url)?;
    on_own_thread(|| archive::write(connector.client()?, to))
}

/// Fills an empty database from an archive.
pub(crate) fn restore(from: &Path, url: &str) -> Result<(), Fault> {
    let connector = Connector::new(url)?;
    on_own_thread(|| archive::restore(from, connector.client()?))
}

/// The driver must not be called on a thread of an asynchronous runtime.
pub(crate) fn on_own_thread<T: Send>(
    work: impl FnOnce() -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    std::thread::scope(|scope| {
        scope
            .spawn(work)
            .join()
            .unwrap_or_else(|_| Err(Fault::Panicked("while using the database".to_owned())))
    })
}

/// Migrates the database, or only looks at it; answers the log's head.
fn prepare(connector: &Connector, read_only: bool) -> Result<i64, Fault> {
    let mut session = connector.session()?;
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
         SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
    );
    session.control(&begin).map_err(|trouble| trouble.fault)?;
    let mut tx = PgTx::new(&mut session, connector, None);
    let encoding = tx.query_one("SELECT current_setting('server_encoding')", &[])?;
    if encoding.is_none_or(|row| row.text(0).ok() != Some("UTF8")) {
        let why = "the database must be created with the encoding UTF8";
        return Err(Fault::permanent("opening the database", why));
    }
    if read_only {
        migrate::verify(&mut tx, migrate::POSTGRES)?;
    } else {
        migrate::apply(&mut tx, migrate::POSTGRES, PgTx::script)?;
    }
    let head = log::head(&mut tx)?;
    session.control("COMMIT").map_err(|trouble| trouble.fault)?;
    Ok(head)
}
