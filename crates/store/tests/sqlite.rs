//! The story of a store, told by SQLite, and what only SQLite has: groups, a lock file, one file.

use std::path::Path;
use std::sync::Arc;

use interlock_store::{OpenOptions, open, restore};
use ports::Store;
use ports::conformance::{self, contents};
use tempfile::TempDir;

fn address(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("store.db").display())
}

fn options() -> OpenOptions {
    OpenOptions { readers: 2, queue_max: 512, ..OpenOptions::default() }
}

#[test]
fn sqlite_tells_the_whole_story() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    conformance::run(&|| {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("{}.db", number.get()));
        open(&format!("sqlite:{}", path.display()), options()).unwrap()
    });
}
