//! Bringing in the records of another system from its CSV export: once or again, without harm.
//!
//! ```text
//! bytes ─check─► Sheet ─records─► Draft + findings ─look up─► command each ─bus─► events
//!         │ nothing is written before the whole structure holds
//! ```
//! A mapping says which column becomes which field. Each record is a command of its own feature
//! and so is there whole or not at all; one that is there already, by its source and its number
//! there, is left as it is, so that a repetition completes what an interruption left undone.

mod conflicts;
mod draft;
mod finding;
mod flight;
mod lookup;
mod mapping;
mod plan;
mod reading;
mod rows;
mod run;
mod serve;
mod sheet;
mod take;
mod value;

use std::fmt;

pub use conflicts::{Basis, conflicts, sources};
pub use finding::{Code, Finding, Kind, Tally};
pub use mapping::{Mapping, RecordKind};
pub use run::{Target, Watch, run};
pub use serve::routes;
pub use sheet::Sheet;
pub use take::{Import, Takeable, Taken};

/// The most bytes of one file: 1 GiB. It is held in memory, so that what was checked is what is
/// imported.
pub const FILE_BYTES_MAX: usize = 1 << 30;
/// The most bytes of a file that is sent to a server: 64 MiB.
pub const SENT_BYTES_MAX: usize = 1 << 26;
/// The most bytes of one field.
pub const FIELD_BYTES_MAX: usize = 100_000;
/// The most columns of one file.
pub const COLUMNS_MAX: usize = 1_000;
/// The most records that are looked up together.
pub const SLICE_MAX: usize = 500;
/// The most records of one command.
pub const TAKEN_MAX: usize = 32;
/// The most CIs of one command, so that several writers share the CIs of a slice.
pub const CIS_MAX: usize = 64;
/// The most commands on their way at once, so that the writers always find one.
pub const IN_FLIGHT_MAX: usize = 24;
/// How often a record is sent again when the store is busy with others and nothing of ours is on
/// its way.
pub const BUSY_TRIES_MAX: u32 = 500;
/// How long it waits before that.
pub const BUSY_WAIT: std::time::Duration = std::time::Duration::from_millis(20);

/// A file or a mapping that cannot be taken: nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The line, when there is one.
    pub line: Option<u64>,
    /// What is wrong, and how to mend it.
    pub what: String,
}

impl Malformed {
    fn at(line: u64, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }

    fn whole(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Malformed {}
