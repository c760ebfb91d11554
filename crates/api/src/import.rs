//! Imports on the wire: the report that `interlock import` prints.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rows read, the header left out.
    pub rows: u64,
    /// Records written for the first time.
    pub created: u64,
    /// Records that were there already.
    pub unchanged: u64,
    /// CIs made because a row named them.
    pub cis_created: u64,
    /// Rows that were repaired or rejected, each with its line.
    pub findings: Vec<Finding>,
}

/// One repaired or rejected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The line in the file, the header being line 1.
    pub line: u64,
    /// The record's number in the source.
    pub record: String,
    /// `repaired` or `rejected`.
    pub kind: String,
    /// The stable code, such as `import.window_empty`.
    pub code: String,
    /// What was wrong and what was done about it.
    pub detail: String,
}
