//! How many conflicts stand open, and how many of them block, for lines of lists.

use std::collections::{BTreeMap, BTreeSet};

use ports::{Fault, Query, Row, Value};

use crate::calendar::conflict::{Stands, blocks, blocks_as_found};
use crate::placement::{environments, side_of};
use crate::policy::{ConflictCase, ConflictRecord, in_force, of_side};
use crate::read::{ANY_MAX, Statement};

/// The open conflicts of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// All of them.
    pub all: u32,
    /// Those that block it as things stand.
    pub blocking: u32,
}

const SQL: &str = "SELECT conflict_sides.side, conflict_sides.kind, conflict_sides.relations, \
    conflict_sides.blocks, COALESCE(changes.committed, releases.committed, 0), \
    COALESCE(own_changes.change_type, own_releases.model, ''), COUNT(*) \
    FROM conflict_sides LEFT JOIN changes ON changes.id = conflict_sides.other \
    LEFT JOIN releases ON releases.id = conflict_sides.other \
    LEFT JOIN changes AS own_changes ON own_changes.id = conflict_sides.side \
    LEFT JOIN releases AS own_releases ON own_releases.id = conflict_sides.side \
    WHERE conflict_sides.state = 'open' AND ";

/// The open conflicts of each of some records, by id; one without any is absent.
pub fn conflicts_open(
    db: &mut dyn Query,
    sides: &[String],
) -> Result<BTreeMap<String, Open>, Fault> {
    let mut open: BTreeMap<String, Open> = BTreeMap::new();
    let mut rows = Vec::new();
    for slice in sides.chunks(ANY_MAX) {
        let mut statement = Statement::new(SQL);
        statement.bind_any("conflict_sides.side", slice.iter().map(Value::from));
        statement.push(" GROUP BY 1, 2, 3, 4, 5, 6");
        rows.extend(statement.query(db)?);
    }
    if rows.is_empty() {
        return Ok(open);
    }
    let policy = in_force(db)?.set;
    let ids: BTreeSet<String> =
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
    let environments = environments(db, &ids.into_iter().collect::<Vec<_>>())?;
    let mut records: BTreeMap<(String, bool), ConflictRecord> = BTreeMap::new();
    for row in rows {
        let id = row.text(0)?;
        let count = u32::try_from(row.int(6)?).unwrap_or(u32::MAX);
        let line = open.entry(id.to_owned()).or_default();
        line.all = line.all.saturating_add(count);
        let environment = environments.get(id).copied().unwrap_or_default();
        let emergency = row.text(5)? == "emergency";
        let key = (id.to_owned(), emergency);
        // The rules are asked anew about some kinds only.
        if !blocks_as_found(row.parsed(1)?) && !records.contains_key(&key) {
            let record = match side_of(id) {
                Some(side) => of_side(db, &policy, side, (environment, emergency))?,
                None => ConflictRecord::at(environment, emergency),
            };
            records.insert(key.clone(), record);
        }
        let record = records.get(&key).cloned().unwrap_or_default();
        if blocks(&policy, &stands(&row, record)?) {
            line.blocking = line.blocking.saturating_add(count);
        }
    }
    Ok(open)
}

fn stands(row: &Row, record: ConflictRecord) -> Result<Stands, Fault> {
    let case = ConflictCase {
        kind: row.parsed(1)?,
        relations: usize::try_from(row.int(2)?).unwrap_or(usize::MAX),
        committed: row.bool(4)?,
        record,
    };
    Ok(Stands { as_found: row.bool(3)?, case })
}
