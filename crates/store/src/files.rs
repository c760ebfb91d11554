//! Files that hold the database or a copy of it: readable by their owner alone, and never seen
//! half written under their final name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Creates a file, or opens an existing one for writing. It holds hashes of passwords.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The same path with more at its end.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut longer = path.as_os_str().to_owned();
    longer.push(suffix);
    PathBuf::from(longer)
}

/// Makes a finished file durable and gives it its name.
pub(crate) fn settle(partial: &Path, to: &Path) -> io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::rename(partial, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}
