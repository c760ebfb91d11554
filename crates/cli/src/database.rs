//! The database of a verb that works without a server, and of the server itself.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;
use kernel::Actor;
use ports::{Store, SystemChance, SystemClock};
use server::bus::{Bus, World};
use server::read::wait;
use server::read_models::{Filled, SLICE_MAX, is_prepared, prepare_telling};
use store::OpenOptions;

use crate::failure::Result;
use crate::output::say;

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
    /// It writes, and fills itself what is missing of the tables that lists are read from.
    Serve,
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
    match access {
        Access::Read if !wait(&*store, is_prepared)? => {
            let why = "the tables that lists are read from are of another version, or are being \
                filled: start the server, or wait until it is ready";
            return Err(anyhow!(why).into());
        }
        Access::Write => {
            let mut tenth = 0;
            prepare_telling(&*store, &mut |filled| {
                if filled.total > SLICE_MAX
                    && std::mem::replace(&mut tenth, filled.tenth()) != tenth
                {
                    let Filled { kind, done, total } = filled;
                    say(format!("filling the rows of {kind}: {done} of {total}"));
                }
                ControlFlow::Continue(())
            })?;
        }
        Access::Read | Access::Serve => {}
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
