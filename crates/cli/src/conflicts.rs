//! `interlock calendar conflicts --imported`: which imported changes were on one CI at the same
//! time.

use clap::{Args, ValueEnum};
use server::import::{self, Basis};
use server::read::wait;

use crate::context::Global;
use crate::database::{Access, DatabaseArgs};
use crate::failure::{Failure, Result};

const COLUMNS: &[&str] =
    &["change_a", "change_b", "ci", "overlap_start_local", "overlap_end_local"];

/// Which intervals are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compared {
    /// The planned windows.
    Planned,
    /// When work began and ended.
    Actual,
}

/// The part of `calendar conflicts` about imported changes.
#[derive(Debug, Args)]
pub(crate) struct Imported {
    /// Compares imported changes, all of them, in a database: with the numbers they have in their
    /// source, and wall times in its zone.
    #[arg(long, help_heading = "Imported changes")]
    pub(crate) imported: bool,
    /// What is compared.
    #[arg(
        long,
        value_enum,
        default_value = "planned",
        requires = "imported",
        help_heading = "Imported changes"
    )]
    basis: Compared,
    /// The source, when changes were imported from several.
    #[arg(long, value_name = "SOURCE", requires = "imported", help_heading = "Imported changes")]
    from: Option<String>,
}

/// Lists the conflicts among the imported changes of one source.
pub(crate) fn list(wanted: &Imported, database: &DatabaseArgs, global: &Global) -> Result {
    let store = database.open(Access::Read)?;
    let source = match &wanted.from {
        Some(source) => source.clone(),
        None => only(wait(&*store, import::sources)?)?,
    };
    let basis = match wanted.basis {
        Compared::Planned => Basis::Planned,
        Compared::Actual => Basis::Actual,
    };
    let found = wait(&*store, move |db| import::conflicts(db, &source, basis))?;
    global.out().list(&found, COLUMNS)
}

/// The one source there is.
fn only(sources: Vec<String>) -> Result<String> {
    match &sources[..] {
        [source] => Ok(source.clone()),
        [] => Err(Failure::usage("no change was imported into this database")),
        several => {
            let several = several.join(", ");
            Err(Failure::usage(format!("say which source with --from: {several}")))
        }
    }
}
