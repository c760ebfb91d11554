//! Imports on the wire. `POST /imports?mapping=&dry_run=`, with the bytes of a CSV file: JSON lines
//! of the shapes below, as the import goes on. `GET /imports/mappings`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// One line of what an import tells. The last is its report or the problem that ended it; what
/// has neither was cut off, and the import goes on all the same.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum ImportLine {
    /// How far it is.
    Progress(Progress),
    /// Something was found about a row.
    Finding(Finding),
    /// It is done.
    Report(ImportReport),
    /// It ended early. What was taken over stays; sent again, it does the rest.
    Problem(Problem),
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Rows that are done.
    pub done: u64,
    /// Rows of the file, the header left out.
    pub rows: u64,
}

/// A mapping that is built in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BuiltInMapping {
    /// What `mapping` takes.
    pub mapping: String,
    /// What it reads.
    pub reads: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// The mapping that was used.
    pub mapping: String,
    /// True when nothing was written.
    pub dry_run: bool,
    /// How the file's bytes were read: `utf-8` or `windows-1252`.
    pub encoding: String,
    /// Rows read, the header left out.
    pub rows: u64,
    /// Records that the rows told of.
    pub records: u64,
    /// Records written for the first time.
    pub created: u64,
    /// Records that were there already.
    pub unchanged: u64,
    /// Records that were not taken.
    pub rejected: u64,
    /// CIs made because a row named them.
    pub cis_created: u64,
    /// How often each thing was found.
    pub findings: Vec<FindingCount>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Rows divided by that time.
    pub rows_per_second: u64,
}

impl ImportReport {
    /// With how long it took, in microseconds.
    #[must_use]
    pub fn timed(self, micros: i64) -> Self {
        let took_ms = u64::try_from(micros / 1000).unwrap_or(0);
        let rows_per_second = self.rows * 1000 / took_ms.max(1);
        Self { took_ms, rows_per_second, ..self }
    }
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingCount {
    /// The stable code, such as `import.window_empty`.
    pub code: String,
    /// `noted`, `repaired` or `rejected`.
    pub kind: String,
    /// How often.
    pub count: u64,
}

/// One thing found about a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The line of the file on which the row begins, the header being line 1.
    pub line: u64,
    /// The record's number in the source.
    pub record: String,
    /// `noted` (taken as it is), `repaired` (taken in part) or `rejected` (not taken).
    pub kind: String,
    /// The stable code, such as `import.window_empty`.
    pub code: String,
    /// What was wrong and what was done about it.
    pub detail: String,
}

/// Two imported changes that are carried out on one CI at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedConflict {
    /// The one whose number in the source comes first.
    pub change_a: String,
    /// The other one.
    pub change_b: String,
    /// The name of the CI.
    pub ci: String,
    /// When both are first at work: wall time in the zone of the source.
    pub overlap_start_local: String,
    /// When they no longer are.
    pub overlap_end_local: String,
}
