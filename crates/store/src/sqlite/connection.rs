//! Connections to a database file, set up for their role.

use std::path::Path;
use std::time::Duration;

use ports::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::tx::SqliteTx;
use crate::files;

/// How long a connection waits for another one, such as a shell that an operator left open.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared.
const STATEMENTS_MAX: usize = 512;
/// Pages of 4 KiB after which the write-ahead log is moved into the database file.
const WAL_PAGES_MAX: i64 = 4_000;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// Reads beside the writer.
    Reader,
    /// Reads a database that another process may be writing.
    ReadOnly,
}

/// As large as no database becomes. SQLite bounds it again: by what `.cargo/config.toml` tells its
/// build, else by 2 GiB, beyond which pages would be copied one by one.
const MAPPED_BYTES_MAX: i64 = 1 << 40;

/// Opens a connection.
pub(crate) fn connect(path: &Path, role: Role) -> Result<Connection, Fault> {
    if role == Role::Writer {
        files::create(path).map_err(|error| Fault::permanent("creating the database", error))?;
    }
    let access = match role {
        Role::Writer | Role::Reader => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Role::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| fault("opening the database file", error))?;
    set_up(&conn, role).map_err(|error| fault("setting up a connection", error))?;
    Ok(conn)
}

fn set_up(conn: &Connection, role: Role) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Else a statement with a parameter in its LIMIT is planned anew each time it is run.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    if role == Role::Writer {
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        // A commit is on the disk before it is answered.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update_and_check(None, "wal_autocheckpoint", WAL_PAGES_MAX, |_| Ok(()))?;
        // KiB, by the minus sign: the writer touches the inner pages of every index.
        conn.pragma_update(None, "cache_size", -65_536)
    } else {
        conn.pragma_update(None, "cache_size", -8_192)?;
        // Pages are read where the system holds them, not copied; all that SQLite lets be mapped.
        // Nothing truncates the file while it is open, so that no mapped page can vanish.
        conn.pragma_update_and_check(None, "mmap_size", MAPPED_BYTES_MAX, |_| Ok(()))?;
        conn.pragma_update(None, "query_only", true)
    }
}

/// A fault of the driver. Only a wait for another connection is worth trying again.
pub(crate) fn fault(attempted: &'static str, error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Fault::transient(attempted, error)
        }
        _ => Fault::permanent(attempted, error),
    }
}

/// A connection as one that reads.
pub(crate) fn snapshot(conn: &Connection) -> SqliteTx<'_> {
    SqliteTx::new(conn, None)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_parameters_are() {
        let conn = Connection::open_in_memory().expect("a database");
        set_up(&conn, Role::Writer).expect("a connection");
        let mut statement = conn.prepare("SELECT 1 WHERE 1 = $1 LIMIT $2").expect("a statement");
        for limit in 1..4 {
            assert!(statement.exists([1, limit]).expect("an answer"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
