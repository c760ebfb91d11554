//! What is there already: asked for many records at once.

use std::collections::{BTreeMap, BTreeSet};

use kernel::CiId;
use ports::{Fault, Query};

use super::mapping::RecordKind;
use super::take::by_source;
use crate::service::find_cis;

/// What the records of a slice ask for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The numbers of the records themselves in the source.
    pub(super) numbers: Vec<String>,
    /// The names of their CIs.
    pub(super) cis: Vec<String>,
    /// The numbers of changes in the source.
    pub(super) changes: Vec<String>,
}

/// What of it is there.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) numbers: BTreeSet<String>,
    pub(super) cis: BTreeMap<String, CiId>,
    /// The number here of each change in the source.
    pub(super) changes: BTreeMap<String, String>,
}

pub(super) fn look_up(
    db: &mut dyn Query,
    kind: RecordKind,
    source: &str,
    wanted: &Wanted,
) -> Result<Known, Fault> {
    let table = match kind {
        RecordKind::Change => "changes",
        RecordKind::Incident => "incidents",
    };
    let numbers = by_source(db, table, source, wanted.numbers.iter().map(String::as_str))?;
    let changes = by_source(db, "changes", source, wanted.changes.iter().map(String::as_str))?;
    let cis = find_cis(db, &wanted.cis)?;
    Ok(Known {
        numbers: numbers.into_keys().collect(),
        cis: cis.into_iter().map(|(name, id)| (name.to_owned(), id)).collect(),
        changes: changes
            .into_iter()
            .filter_map(|(there, here)| Some((there, here.number?)))
            .collect(),
    })
}
