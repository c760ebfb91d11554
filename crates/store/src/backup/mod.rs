//! Backups: a consistent copy while the store is in use, and the way back into an empty database.

pub(crate) mod archive;
mod catalogue;
pub(crate) mod sqlite;

use std::fs::File;
use std::path::{Path, PathBuf};

const BACKING_UP: &str = "writing the backup";
const RESTORING: &str = "restoring the backup";
const VERIFYING: &str = "verifying the backup";

/// The file under which a copy is written until it is whole.
fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    PathBuf::from(partial)
}

/// Makes a finished file durable and gives it its name.
fn settle(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::rename(partial, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that may not be there.
fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}
