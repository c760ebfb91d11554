//! The database of a verb that works without a server, and of the server itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;
use kernel::Actor;
use ports::{Store, SystemChance, SystemClock};
use server::bus::{Bus, World};
use store::OpenOptions;

use crate::failure::Result;

/// Names the database in the environment.
pub(crate) const DATABASE: &str = "INTERLOCK_DATABASE";

/// Which database.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseArgs {
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`; a file in your data folder when absent.
    #[arg(long, value_name = "ADDRESS", env = DATABASE, hide_env_values = true)]
    pub(crate) database: Option<String>,
}

/// What a verb does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It only reads, and may do so beside a server.
    Read,
    /// It writes, which on SQLite only one process may do at a time.
    Write,
}

impl DatabaseArgs {
    /// The address, the default one in place of none.
    pub(crate) fn address(&self) -> Result<String> {
        match &self.database {
            Some(address) => Ok(address.clone()),
            None => Ok(format!("sqlite:{}", data_folder()?.join("interlock.db").display())),
        }
    }

    /// Opens it.
    pub(crate) fn open(&self, access: Access) -> Result<Arc<dyn Store>> {
        open(&self.address()?, access)
    }
}

/// Opens a database; for writing it is made when it is not there, and its tables brought up to
/// date.
pub(crate) fn open(address: &str, access: Access) -> Result<Arc<dyn Store>> {
    let read_only = access == Access::Read;
    if !read_only {
        make_folder(address)?;
    }
    let store = store::open(address, OpenOptions { read_only, ..OpenOptions::default() })?;
    if !read_only {
        server::read_models::prepare(&*store)?;
    }
    Ok(store)
}

/// The bus over a database, with the machine's clock and chance.
pub(crate) fn bus(store: Arc<dyn Store>) -> Bus {
    Bus::new(World { store, clock: Arc::new(SystemClock), chance: Arc::new(SystemChance) })
}

/// Someone with a shell on this machine.
pub(crate) fn operator() -> Actor {
    let known = ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Actor::Operator { name: known.unwrap_or_else(|| "unknown".to_owned()) }
}

/// The user's folder for our data (XDG Base Directory).
pub(crate) fn data_folder() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_DATA_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .ok_or_else(|| anyhow!("there is no HOME to keep data in: give --database"))?;
    Ok(folder.join("interlock"))
}

/// Makes the folder of a database that is a file.
pub(crate) fn make_folder(address: &str) -> Result {
    let file = address.strip_prefix("sqlite:").map(Path::new);
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    let made = std::fs::create_dir_all(folder);
    Ok(made.with_context(|| format!("making the folder {}", folder.display()))?)
}
