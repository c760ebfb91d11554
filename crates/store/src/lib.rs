//! The event log and the read database on SQLite and on PostgreSQL. This is the only crate with
//! SQL drivers; it knows no feature and no rule.

mod backup;
mod files;
mod head;
mod job;
mod log;
mod migrate;
mod postgres;
mod queue;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod words;

use std::path::Path;
use std::sync::Arc;

use ports::{Fault, Store, Value};

/// How a store is opened.
#[derive(Clone)]
pub struct OpenOptions {
    /// Opens for reading only: no lock is taken, nothing is migrated, no job may write.
    pub read_only: bool,
    /// How many threads serve read jobs.
    pub readers: usize,
    /// How many threads serve write jobs on PostgreSQL; SQLite has one writer.
    pub writers: usize,
    /// How many jobs may wait in each queue before more are refused.
    pub queue_max: usize,
    /// Is shown every statement that write jobs run.
    pub record: Option<Arc<dyn Recorder>>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { read_only: false, readers: 6, writers: 8, queue_max: 1024, record: None }
    }
}

/// Is shown what write jobs do, so that a bare loop can replay the same statements.
pub trait Recorder: Send + Sync {
    /// A statement, transaction control included, before it runs. Called on the writer's thread.
    fn statement(&self, sql: &str, params: &[Value]);
}

/// Opens a database: `sqlite:PATH`, or `postgres://…` with the usual parts of such an address.
/// It is migrated first, unless it is opened for reading only.
pub fn open(database: &str, options: OpenOptions) -> Result<Arc<dyn Store>, Fault> {
    match Address::parse(database)? {
        Address::Sqlite(path) => Ok(Arc::new(sqlite::SqliteStore::open(path, options)?)),
        Address::Postgres(url) => Ok(Arc::new(postgres::PostgresStore::open(url, &options)?)),
    }
}

/// Writes a consistent copy of a database that may be in use, of this version or an older one: of
/// SQLite a database file, of PostgreSQL an archive. [`restore`] takes either.
pub fn backup(database: &str, to: &Path) -> Result<(), Fault> {
    match Address::parse(database)? {
        Address::Sqlite(path) => backup::sqlite::backup(Path::new(path), to),
        Address::Postgres(url) => postgres::backup(url, to),
    }
}

/// Fills an empty database from a backup of the same engine, which is verified before the first
/// write. A database that holds anything is refused.
pub fn restore(from: &Path, database: &str) -> Result<(), Fault> {
    match Address::parse(database)? {
        Address::Sqlite(path) => backup::sqlite::restore(from, Path::new(path)),
        Address::Postgres(url) => postgres::restore(from, url),
    }
}

enum Address<'a> {
    Sqlite(&'a str),
    Postgres(&'a str),
}

impl<'a> Address<'a> {
    /// The address itself is never repeated in a fault: it may hold a password.
    fn parse(database: &'a str) -> Result<Self, Fault> {
        if let Some(path) = database.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(path));
        }
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            return Ok(Self::Postgres(database));
        }
        let expected = "the address must be sqlite:PATH or postgres://USER@HOST/NAME";
        Err(Fault::permanent("opening the database", expected))
    }
}
