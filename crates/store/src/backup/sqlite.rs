//! A copy of a database file, and the way back.

use std::path::Path;

use ports::Fault;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{BACKING_UP, PARTIAL, RESTORING, VERIFYING};
use crate::files;
use crate::migrate;
use crate::sqlite::{LockFile, Role, connect, fault, snapshot};

/// What SQLite keeps beside a database file while it is in use, or after a crash.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Copies the database file as of one moment: all pages in one step, on a connection of its own,
/// beside the writer.
pub(crate) fn backup(database: &Path, to: &Path) -> Result<(), Fault> {
    let from = connect(database, Role::ReadOnly)?;
    let partial = files::with_suffix(to, PARTIAL);
    copy(&from, &partial).inspect_err(|_| files::remove(&partial))?;
    files::settle(&partial, to).map_err(|error| Fault::permanent(BACKING_UP, error))
}

/// Copies a backup into a place where no database is yet.
pub(crate) fn restore(from: &Path, database: &Path) -> Result<(), Fault> {
    // Before the lock, whose file stays: a restore that cannot be leaves nothing behind.
    let source = connect(from, Role::ReadOnly)?;
    verify(&source)?;
    let _lock = LockFile::take(database)?;
    if std::fs::metadata(database).is_ok_and(|file| file.len() > 0) {
        let why = format!(
            "{} already exists: restore into a new place, then move it there",
            database.display()
        );
        return Err(Fault::permanent(RESTORING, why));
    }
    nothing_is_left(database)?;
    let partial = files::with_suffix(database, PARTIAL);
    copy(&source, &partial).inspect_err(|_| files::remove(&partial))?;
    files::settle(&partial, database).map_err(|error| Fault::permanent(RESTORING, error))?;
    // As whoever opens it finds it.
    let restored = connect(database, Role::ReadOnly).and_then(|conn| verify(&conn));
    restored.inspect_err(|_| files::remove(database))
}

/// SQLite would take what another database left beside this place for a part of the restored one.
fn nothing_is_left(database: &Path) -> Result<(), Fault> {
    for suffix in BESIDE {
        let left = files::with_suffix(database, suffix);
        if left.exists() {
            let why = format!(
                "{} was left by another database: move it, and the database it belongs to, to \
                 another place, or restore into a new one",
                left.display()
            );
            return Err(Fault::permanent(RESTORING, why));
        }
    }
    Ok(())
}

fn copy(from: &Connection, to: &Path) -> Result<(), Fault> {
    files::remove(to);
    BESIDE.iter().for_each(|suffix| files::remove(&files::with_suffix(to, suffix)));
    files::create(to).map_err(|error| Fault::permanent(BACKING_UP, error))?;
    let mut target = Connection::open(to).map_err(|error| fault(BACKING_UP, error))?;
    let copy = Backup::new(from, &mut target).map_err(|error| fault(BACKING_UP, error))?;
    // A copy in several steps would start over after each commit of the writer.
    let done = copy.step(-1).map_err(|error| fault(BACKING_UP, error))?;
    if done != StepResult::Done {
        return Err(Fault::transient(BACKING_UP, "another program holds the database file"));
    }
    drop(copy);
    verify(&target)?;
    // One file, without a write-ahead log beside it.
    target
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .map_err(|error| fault(BACKING_UP, error))?;
    target.close().map_err(|(_, error)| fault(BACKING_UP, error))
}

/// A backup is whole, of a version known here or older, and every place in the log has its event.
fn verify(conn: &Connection) -> Result<(), Fault> {
    let ask = |sql: &str| {
        conn.query_row(sql, [], |row| row.get::<_, String>(0))
            .map_err(|error| fault(VERIFYING, error))
    };
    if ask("PRAGMA integrity_check(1)")? != "ok" {
        return Err(Fault::permanent(VERIFYING, "the file is damaged"));
    }
    migrate::applied(&mut snapshot(conn), migrate::SQLITE)?;
    let lost = "SELECT CAST(count(*) AS TEXT) FROM log LEFT JOIN events ON events.id = \
         log.event_id WHERE events.id IS NULL";
    if ask(lost)? != "0" {
        return Err(Fault::permanent(VERIFYING, "the log names events that are not there"));
    }
    Ok(())
}
