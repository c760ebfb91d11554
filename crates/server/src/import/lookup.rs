//! What is there already: asked for many records at once.

use std::collections::{BTreeMap, BTreeSet};

use kernel::CiId;
use ports::{Fault, Query, Value};

use super::mapping::RecordKind;
use crate::read::{ANY_MAX, Statement};
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
    let numbers = by_source(db, table, source, &wanted.numbers)?;
    let cis = find_cis(db, &wanted.cis)?;
    Ok(Known {
        numbers: numbers.into_keys().collect(),
        cis: cis.into_iter().map(|(name, id)| (name.to_owned(), id)).collect(),
        changes: by_source(db, "changes", source, &wanted.changes)?,
    })
}

/// The number here of each record that came from a source.
fn by_source(
    db: &mut dyn Query,
    table: &str,
    source: &str,
    numbers: &[String],
) -> Result<BTreeMap<String, String>, Fault> {
    let mut found = BTreeMap::new();
    for slice in numbers.chunks(ANY_MAX) {
        let sql = format!("SELECT source_number, number FROM {table} WHERE ");
        let mut statement = Statement::new(&sql);
        statement.bind("source = ? AND ", [Value::from(source)]);
        statement.bind_any("source_number", slice.iter().map(Value::from));
        for row in statement.query(db)? {
            found.insert(row.text(0)?.to_owned(), row.text(1)?.to_owned());
        }
    }
    Ok(found)
}
