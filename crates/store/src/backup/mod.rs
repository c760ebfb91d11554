//! Backups: a consistent copy while the store is in use, and the way back into an empty database.

pub(crate) mod archive;
mod catalogue;
pub(crate) mod sqlite;

const BACKING_UP: &str = "writing the backup";
const RESTORING: &str = "restoring the backup";
const VERIFYING: &str = "verifying the backup";
/// A copy is written under a name with this end until it is whole.
const PARTIAL: &str = ".partial";
