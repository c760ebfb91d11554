//! One connection with its prepared statements, and the knowledge of how to make more.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ports::{Fault, Row, Value};
use postgres::config::SslMode;
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Config, NoTls, Statement};

use super::trouble::{Trouble, fault};
use super::values::{Cell, Param};

/// Prepared statements that a connection keeps.
const STATEMENTS_MAX: usize = 512;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a dead connection may go unnoticed.
const WIRE_TIMEOUT: Duration = Duration::from_secs(15);
/// How often, and how long apart, a lost backend is asked for before its work is run again.
const EVICT_TRIES: usize = 250;
const EVICT_PAUSE: Duration = Duration::from_millis(20);

const SET_UP: &str = "SET statement_timeout = '60s'; SET lock_timeout = '20s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = 'warning'; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'";
const WHO: &str = "SELECT pid, CAST(backend_start AS TEXT) FROM pg_stat_activity \
     WHERE pid = pg_backend_pid()";
const EVICT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE pid = $1 AND CAST(backend_start AS TEXT) = $2";

/// Which server process serves a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Backend {
    pid: i32,
    started: String,
}

/// What the locks of shapes are called among the server's advisory locks: this and the shape. Every
/// connection that is made once a shape was said holds its lock, shared, until it ends.
const SHAPE_LOCK: u32 = 1_229_870_924;

/// The shapes other than one that are said of this database now.
pub(super) fn other_shapes(shape: u32) -> String {
    format!(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND classid = CAST({SHAPE_LOCK} AS OID) AND objid <> CAST({shape} AS OID) LIMIT 1"
    )
}

/// Makes connections, and knows the series that have a sequence.
pub(super) struct Connector {
    config: Config,
    series: Mutex<HashSet<String>>,
    shape: AtomicU32,
}

impl Connector {
    pub(super) fn new(url: &str) -> Result<Self, Fault> {
        // The parser's own words may quote the address, and with it a password.
        let mut config = Config::from_str(url).map_err(|_| {
            Fault::permanent("reading the address of the database", "it is not well-formed")
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            let why = "sslmode=require is not served: use a local socket or a tunnel";
            return Err(Fault::permanent("reading the address of the database", why));
        }
        if config.get_application_name().is_none() {
            config.application_name("interlock");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(WIRE_TIMEOUT).tcp_user_timeout(WIRE_TIMEOUT);
        Ok(Self { config, series: Mutex::default(), shape: AtomicU32::new(0) })
    }

    /// Opens a connection. Only on a thread of our own: the driver blocks.
    pub(super) fn client(&self) -> Result<Client, Fault> {
        self.config.connect(NoTls).map_err(|error| fault("connecting to the database", &error))
    }

    pub(super) fn session(&self) -> Result<Session, Fault> {
        let attempted = "setting up a connection";
        let mut client = self.client()?;
        client.batch_execute(SET_UP).map_err(|error| fault(attempted, &error))?;
        let shape = self.shape.load(Ordering::SeqCst);
        if shape != 0 {
            // The server wants both parts of the name as signed numbers.
            let (lock, shape) = (SHAPE_LOCK.cast_signed(), shape.cast_signed());
            let hold = format!("SELECT pg_advisory_lock_shared({lock}, {shape})");
            client.batch_execute(&hold).map_err(|error| fault(attempted, &error))?;
        }
        let row = client.query_one(WHO, &[]).map_err(|error| fault(attempted, &error))?;
        let backend = Backend { pid: row.get(0), started: row.get(1) };
        Ok(Session { client, statements: HashMap::new(), backend })
    }

    /// Says the shape on every connection that is made from now on.
    pub(super) fn say_shape(&self, shape: u32) {
        self.shape.store(shape, Ordering::SeqCst);
    }

    /// A connection that takes over from a lost one: the lost one's server process is ended and
    /// gone, so that what it had begun is either committed or undone, and holds no lock.
    pub(super) fn successor(&self, lost: &Backend) -> Result<Session, Fault> {
        let attempted = "ending a lost connection";
        let mut session = self.session()?;
        for _ in 0..EVICT_TRIES {
            let client = &mut session.client;
            let alive = client
                .query(EVICT, &[&lost.pid, &lost.started])
                .map_err(|error| fault(attempted, &error))?;
            if alive.is_empty() {
                return Ok(session);
            }
            std::thread::sleep(EVICT_PAUSE);
        }
        Err(Fault::transient(attempted, "its server process does not end"))
    }

    /// Makes sure that a series has its sequence. On a connection of its own, so that the
    /// sequence exists at once and for all.
    pub(super) fn ensure_sequence(&self, name: &str) -> Result<(), Fault> {
        let attempted = "making a series of numbers";
        if self.series.lock().unwrap_or_else(PoisonError::into_inner).contains(name) {
            return Ok(());
        }
        let mut client = self.client()?;
        let made = client.batch_execute(&format!("CREATE SEQUENCE IF NOT EXISTS \"{name}\""));
        if let Err(error) = made {
            // Two who create at once: one of them is told that the name is taken.
            let taken = error.code().is_some_and(|code| ["23505", "42P07"].contains(&code.code()));
            if !taken {
                return Err(fault(attempted, &error));
            }
        }
        self.series.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Ok(())
    }
}

/// A connection.
pub(super) struct Session {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
    pub(super) backend: Backend,
}

impl Session {
    /// Statements without parameters, several at a time.
    pub(super) fn control(&mut self, sql: &str) -> Result<(), Trouble> {
        let attempted = "controlling the transaction";
        self.client.batch_execute(sql).map_err(|error| Trouble::new(attempted, &error))
    }

    pub(super) fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Trouble> {
        let trouble = |error| Trouble::new("running a query", &error);
        let statement = self.prepare(sql, params.len())?;
        let mut found = Vec::new();
        let mut rows =
            self.client.query_raw(&statement, params.iter().map(Param)).map_err(trouble)?;
        while let Some(row) = rows.next().map_err(trouble)? {
            let mut values = Vec::with_capacity(row.len());
            for column in 0..row.len() {
                values.push(row.try_get::<_, Cell>(column).map_err(trouble)?.0);
            }
            found.push(Row(values));
        }
        Ok(found)
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Trouble> {
        let trouble = |error| Trouble::new("running a statement", &error);
        let statement = self.prepare(sql, params.len())?;
        let mut rows =
            self.client.query_raw(&statement, params.iter().map(Param)).map_err(trouble)?;
        while rows.next().map_err(trouble)?.is_some() {}
        Ok(rows.rows_affected().unwrap_or(0))
    }

    fn prepare(&mut self, sql: &str, params: usize) -> Result<Statement, Trouble> {
        let attempted = "preparing a statement";
        let statement = if let Some(known) = self.statements.get(sql) {
            known.clone()
        } else {
            if !appear_in_order(sql) {
                let why = format!("parameters must first appear in order, in: {sql}");
                return Err(Trouble::misuse(attempted, why));
            }
            let made = self.client.prepare(sql).map_err(|error| Trouble::new(attempted, &error))?;
            if self.statements.len() >= STATEMENTS_MAX {
                self.statements.clear();
            }
            self.statements.insert(sql.to_owned(), made.clone());
            made
        };
        if statement.params().len() != params {
            let why = format!("{params} parameters were given for: {sql}");
            return Err(Trouble::misuse(attempted, why));
        }
        Ok(statement)
    }
}

/// SQLite numbers parameters by their first appearance, so `$n` must appear in order there.
fn appear_in_order(sql: &str) -> bool {
    let mut highest = 0;
    for part in sql.split('$').skip(1) {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(number) = part[..digits].parse::<usize>() else { continue };
        if number > highest + 1 {
            return false;
        }
        highest = highest.max(number);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_must_first_appear_in_order() {
        assert!(appear_in_order("SELECT $1, $2, $1, $3 || '$'"));
        assert!(!appear_in_order("SELECT $2, $1"));
        assert!(!appear_in_order("SELECT $1, $3"));
    }

    #[test]
    fn a_malformed_address_is_not_repeated() {
        let fault = Connector::new("postgres://me:hunter2@host:port/db").err().unwrap();
        assert!(!format!("{fault} {fault:?}").contains("hunter2"));
    }
}
