//! `interlock backup` and `interlock restore`.

use std::path::PathBuf;

use clap::Args;

use crate::context::Global;
use crate::database::{DatabaseArgs, make_folder};
use crate::failure::Result;
use crate::output::say;

/// Where a backup is written.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; nothing may be there yet.
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Where a backup is read from.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that `backup` wrote, of the same kind of database.
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Copies a database as of one moment; a server may run beside it.
pub(crate) fn backup(backup: &Backup, global: &Global) -> Result {
    if backup.file.exists() {
        let there = format!("{} is there already: name a new file", backup.file.display());
        return Err(crate::failure::Failure::usage(there));
    }
    let verb = format!("backup {}", backup.file.display());
    let database = backup.database.needed(global, &verb)?;
    store::backup(&database.address()?, &backup.file)?;
    let bytes = std::fs::metadata(&backup.file)?.len().to_string();
    let file = backup.file.display().to_string();
    global.out().rows(&[row(["file", "bytes"]), vec![file, bytes]])
}

/// Fills an empty database from a backup.
pub(crate) fn restore(restore: &Restore, global: &Global) -> Result {
    let verb = format!("restore {}", restore.file.display());
    let address = restore.database.needed(global, &verb)?.address()?;
    make_folder(&address)?;
    store::restore(&restore.file, &address)?;
    say(format!("restored from {}", restore.file.display()));
    Ok(())
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
