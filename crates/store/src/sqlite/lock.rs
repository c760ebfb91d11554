//! The lock file beside a database: one process writes at a time. The operating system lets go of
//! the lock when the process ends, however it ends.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use ports::Fault;

use crate::files;

/// Holds the database for this process until it is dropped.
#[derive(Debug)]
pub(crate) struct LockFile(File);

impl LockFile {
    pub(crate) fn take(database: &Path) -> Result<Self, Fault> {
        let path = files::with_suffix(database, ".lock");
        let attempted = "taking the lock of the database";
        let mut file = files::create(&path).map_err(|error| Fault::permanent(attempted, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, database, &path)),
            Err(TryLockError::Error(error)) => return Err(Fault::permanent(attempted, error)),
        }
        sign(&mut file).map_err(|error| Fault::permanent(attempted, error))?;
        Ok(Self(file))
    }
}

impl Drop for LockFile {
    /// The file stays: to remove it could take the lock from under one who has just opened it.
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "process {}", std::process::id())
}

fn held(file: &mut File, database: &Path, path: &Path) -> Fault {
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
    Fault::Held(format!(
        "{} is in use by {holder}, which holds {}: stop it, or send the work to the running server",
        database.display(),
        path.display()
    ))
}
