//! The store: an append-only event log, a cache of states, and tables for reading, behind one
//! portable SQL text. Work runs on the store's own threads, as plain synchronous code.

use std::time::Duration;

use kernel::{EventId, Timestamp, Version};
use sha2::{Digest, Sha256};

use crate::{Fault, Row, Value};

/// The most jobs that one commit of the single writer carries.
pub const GROUP_JOBS_MAX: usize = 64;
/// The longest that a group stays open for more jobs, in microseconds.
pub const GROUP_WAIT_MICROS_MAX: u64 = 5_000;

/// Which database serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one writer.
    Sqlite,
    /// A server; parallel writers.
    Postgres,
}

/// Reads rows. One SQL text serves both engines: `$n` placeholders that first appear in order,
/// `BIGINT` and `TEXT` columns only.
pub trait Query {
    /// The rows that a statement answers.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault>;

    /// The records whose indexed text holds every word of `words` (the last one as a prefix),
    /// best first, as stream names. `kind` limits them to streams that start with `kind:`.
    fn search(
        &mut self,
        kind: Option<&str>,
        words: &str,
        limit: usize,
    ) -> Result<Vec<String>, Fault>;

    /// The first row, if there is one.
    fn query_one(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
}

/// A write transaction.
pub trait Tx: Query {
    /// Runs a statement; answers how many rows it touched.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault>;

    /// Takes named locks until the end of the transaction, in the order given. The single writer
    /// of SQLite needs none.
    fn lock(&mut self, names: &[String]) -> Result<(), Fault>;

    /// Marks a point to return to. Points nest; each is ended by exactly one of the two below.
    fn savepoint(&mut self) -> Result<(), Fault>;

    /// Undoes what happened since the last open point, and ends the point.
    fn rollback_to_savepoint(&mut self) -> Result<(), Fault>;

    /// Keeps what happened since the last open point, and ends the point.
    fn release_savepoint(&mut self) -> Result<(), Fault>;

    /// The next number of a series: unique and rising, gaps allowed.
    fn next_number(&mut self, series: &str) -> Result<i64, Fault>;

    /// Appends events to a stream that must be at `expected`; each waits in `unnumbered` for its
    /// place in the log. [`Fault::WrongVersion`] when the stream is elsewhere.
    fn append(&mut self, stream: &str, expected: Version, events: &[NewEvent])
    -> Result<(), Fault>;

    /// The cached state of a stream.
    fn load_state(&mut self, stream: &str) -> Result<Option<StoredState>, Fault>;

    /// Writes the cached state of a stream.
    fn save_state(&mut self, stream: &str, state: &StoredState) -> Result<(), Fault>;

    /// The events of a stream after a version, oldest first.
    fn events(&mut self, stream: &str, after: Version) -> Result<Vec<LoggedEvent>, Fault>;

    /// Replaces the indexed text of a stream; empty text removes it.
    fn index_text(&mut self, stream: &str, text: &str) -> Result<(), Fault>;
}

/// An event on its way into the log. The payload's digest is salted, so that the payload can be
/// erased by law with the proof kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id.
    pub id: EventId,
    /// Its name with its version, such as `change.submitted.v1`.
    pub name: String,
    /// Its payload as JSON text.
    pub payload: String,
    /// Who, as [`kernel::Actor::label`] writes it.
    pub actor: String,
    /// When the command was decided.
    pub at: Timestamp,
    /// What all events of one command share.
    pub correlation: String,
    /// Salt of the digest, 32 hexadecimal digits.
    pub salt: String,
    /// SHA-256 over salt and payload, hexadecimal.
    pub digest: String,
}

impl NewEvent {
    /// The salt as text and the salted digest of a payload: SHA-256(salt bytes ‖ payload bytes).
    pub fn seal(salt: [u8; 16], payload: &str) -> (String, String) {
        let mut hasher = Sha256::new();
        hasher.update(salt);
        hasher.update(payload.as_bytes());
        (hex(&salt), hex(&hasher.finalize()))
    }
}

/// An event as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// The stream it belongs to.
    pub stream: String,
    /// Its place in the stream, from 1.
    pub version: Version,
    /// The event.
    pub event: NewEvent,
}

/// The cached fold of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// How many events are folded in.
    pub version: Version,
    /// The format of the text; another format is folded anew.
    pub format: i64,
    /// The state as canonical JSON (RFC 8785).
    pub text: String,
}

/// What a job asks of the transaction it ran in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Keep what was written.
    Commit,
    /// Keep nothing.
    Rollback,
    /// Keep nothing and run the job again: it needs more locks than it took.
    Again,
}

/// Work that writes. `run` may be called again from the start, on a fresh transaction.
pub trait Job: Send {
    /// Does the work inside the transaction.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault>;

    /// Asked in a new transaction when the connection broke during COMMIT: is what the last run
    /// wrote there?
    fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault>;

    /// Called exactly once: after the commit is durable, after a rollback that `run` asked for,
    /// or with the fault that ended the job.
    fn done(self: Box<Self>, end: Result<(), Fault>);
}

/// Which queue a job waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A person or a pipeline waits for the answer.
    Command,
    /// Imports and other long work, taken in slices between the others.
    Bulk,
}

/// Work that only reads, in one snapshot.
pub type ReadJob = Box<dyn FnOnce(Result<&mut dyn Query, Fault>) + Send>;

/// The event store and read database.
pub trait Store: Send + Sync {
    /// Queues work that writes. When the queue is full the job's `done` is called at once with
    /// [`Fault::Busy`].
    fn submit(&self, lane: Lane, job: Box<dyn Job>);

    /// Queues work that reads; it is called with [`Fault::Busy`] when the queue is full.
    fn read(&self, job: ReadJob);

    /// Which database serves.
    fn engine(&self) -> Engine;

    /// The last position of the log.
    fn log_head(&self) -> Result<i64, Fault>;

    /// How often this store has committed, where nobody else can write to its database; nothing
    /// where others may. A figure that was read before a question, and still stands, says that
    /// what was answered still holds, whatever the time has made of it.
    fn commits(&self) -> Option<u64>;

    /// Waits until the log is longer than `after`, at most `patience`; answers its head.
    fn wait_for_log(&self, after: i64, patience: Duration) -> Result<i64, Fault>;

    /// Says, for as long as it is open, of which shape the tables are that this process reads and
    /// writes beside the log; answers whether every process that said so of this database said the
    /// same. A process says one shape. Where one process at a time may write, all agree.
    fn agree(&self, shape: u32) -> Result<bool, Fault>;

    /// Finishes what is queued and lets go of the database.
    fn close(&self);
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes from hexadecimal digits; nothing where it is none, or half a byte.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
