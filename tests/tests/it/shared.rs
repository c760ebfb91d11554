//! What the end-to-end tests share: databases of both engines, the folder of real records, and the
//! program itself. What is missing is skipped by hand, loudly, and fails with `CI=true`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ports::{Store, SystemChance, SystemClock};
use server::bus::{Bus, World};
use server::policy::Models;
use server::read_models::prepare;
use store::OpenOptions;
use tempfile::TempDir;

/// A fresh database of one engine.
pub(crate) struct Database {
    /// Its address.
    pub(crate) address: String,
    /// Where files may be put beside it.
    pub(crate) folder: TempDir,
}

impl Database {
    /// Opens it for writing.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        let store = store::open(&self.address, OpenOptions::default()).unwrap();
        prepare(&*store).unwrap();
        store
    }
}

/// A bus over a store.
pub(crate) fn bus(store: &Arc<dyn Store>) -> Bus {
    Bus::new(World {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        models: Arc::new(Models::built_in().unwrap()),
    })
}

/// Plays a story on SQLite, and on PostgreSQL where there is a cluster.
pub(crate) fn on_both(story: impl Fn(&Database)) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("interlock.db").display());
    story(&Database { address, folder });
    if let Some(address) = store::testing::postgres_database() {
        story(&Database { address, folder: tempfile::tempdir().unwrap() });
    }
}

/// A file of the folder of real records.
pub(crate) fn data(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("INTERLOCK_DATA").map_or(root, PathBuf::from);
    found(folder.join(path), "the real records: name their folder in INTERLOCK_DATA")
}

/// The program: the one named in `INTERLOCK_BIN`, else the one built beside this test.
pub(crate) fn program() -> Option<Command> {
    let beside = || {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.join("interlock"))
    };
    let path = std::env::var_os("INTERLOCK_BIN").map(PathBuf::from).or_else(beside)?;
    found(path, "the program: build it, or name it in INTERLOCK_BIN").map(Command::new)
}

fn found(path: PathBuf, what: &str) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "{} is missing, and with CI=true nothing is skipped", path.display());
    eprintln!("!! SKIPPED without {what} ({} is missing)", path.display());
    None
}
