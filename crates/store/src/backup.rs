//! Backups: a consistent copy while the store is in use, and the way back into an empty database.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ports::Fault;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::migrate;
use crate::sqlite::{LockFile, Role, connect, fault};

const BACKING_UP: &str = "writing the backup";
const RESTORING: &str = "restoring the backup";

/// Copies the database file as of one moment: all pages in one step, on a connection of its own,
/// beside the writer.
pub(crate) fn backup_sqlite(database: &Path, to: &Path) -> Result<(), Fault> {
    let from = connect(database, Role::ReadOnly)?;
    let partial = partial(to);
    copy(&from, &partial).inspect_err(|_| remove(&partial))?;
    settle(&partial, to).map_err(|error| Fault::permanent(BACKING_UP, error))
}

/// Copies a backup into a place where no database is yet.
pub(crate) fn restore_sqlite(from: &Path, database: &Path) -> Result<(), Fault> {
    let _lock = LockFile::take(database)?;
    if std::fs::metadata(database).is_ok_and(|file| file.len() > 0) {
        let why = format!(
            "{} already exists: restore into a new place, then move it there",
            database.display()
        );
        return Err(Fault::permanent(RESTORING, why));
    }
    let source = connect(from, Role::ReadOnly)?;
    verify(&source)?;
    let partial = partial(database);
    copy(&source, &partial).inspect_err(|_| remove(&partial))?;
    settle(&partial, database).map_err(|error| Fault::permanent(RESTORING, error))
}

fn copy(from: &Connection, to: &Path) -> Result<(), Fault> {
    remove(to);
    let mut target = Connection::open(to).map_err(|error| fault(BACKING_UP, error))?;
    let copy = Backup::new(from, &mut target).map_err(|error| fault(BACKING_UP, error))?;
    // A copy in several steps would start over after each commit of the writer.
    copy.run_to_completion(-1, Duration::ZERO, None).map_err(|error| fault(BACKING_UP, error))?;
    drop(copy);
    verify(&target)?;
    // One file, without a write-ahead log beside it.
    target
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .map_err(|error| fault(BACKING_UP, error))?;
    target.close().map_err(|(_, error)| fault(BACKING_UP, error))
}

/// A backup is whole, of a known version, and every place in the log has its event.
fn verify(conn: &Connection) -> Result<(), Fault> {
    let attempted = "verifying the backup";
    let ask = |sql: &str| {
        conn.query_row(sql, [], |row| row.get::<_, String>(0))
            .map_err(|error| fault(attempted, error))
    };
    if ask("PRAGMA integrity_check(1)")? != "ok" {
        return Err(Fault::permanent(attempted, "the file is damaged"));
    }
    migrate::verify(&mut crate::sqlite::snapshot(conn), migrate::SQLITE)?;
    let lost = "SELECT CAST(count(*) AS TEXT) FROM log LEFT JOIN events ON events.id = \
         log.event_id WHERE events.id IS NULL";
    if ask(lost)? != "0" {
        return Err(Fault::permanent(attempted, "the log names events that are not there"));
    }
    Ok(())
}

pub(crate) fn backup_postgres(_from: postgres::Client, _to: &Path) -> Result<(), Fault> {
    Err(Fault::permanent(BACKING_UP, "PostgreSQL is not served yet"))
}

pub(crate) fn restore_postgres(_from: &Path, _to: postgres::Client) -> Result<(), Fault> {
    Err(Fault::permanent(RESTORING, "PostgreSQL is not served yet"))
}

/// The file under which a copy is written until it is whole.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    PathBuf::from(partial)
}

/// Makes a finished file durable and gives it its name.
pub(crate) fn settle(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::rename(partial, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}
