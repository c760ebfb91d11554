//! How many conflicts stand open, and how many of them block, for lines of lists.

use std::collections::BTreeMap;

use ports::{Fault, Query, Row, Value};

use crate::calendar::conflict::{Stands, blocks};
use crate::policy::{ConflictCase, in_force};
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
    COALESCE(changes.environment, releases.environment, 'production'), COUNT(*) \
    FROM conflict_sides LEFT JOIN changes ON changes.id = conflict_sides.other \
    LEFT JOIN releases ON releases.id = conflict_sides.other \
    WHERE conflict_sides.state = 'open' AND ";

/// The open conflicts of each of some records, by id; one without any is absent. Only records of
/// one environment meet, so the other's is the record's own.
pub fn conflicts_open(
    db: &mut dyn Query,
    sides: &[String],
) -> Result<BTreeMap<String, Open>, Fault> {
    let mut open: BTreeMap<String, Open> = BTreeMap::new();
    let mut policy = None;
    for slice in sides.chunks(ANY_MAX) {
        let mut statement = Statement::new(SQL);
        statement.bind_any("conflict_sides.side", slice.iter().map(Value::from));
        statement.push(" GROUP BY 1, 2, 3, 4, 5, 6");
        let rows = statement.query(db)?;
        if policy.is_none() && !rows.is_empty() {
            policy = Some(in_force(db)?.set);
        }
        for row in rows {
            let count = u32::try_from(row.int(6)?).unwrap_or(u32::MAX);
            let line = open.entry(row.text(0)?.to_owned()).or_default();
            line.all = line.all.saturating_add(count);
            let stands = stands(&row)?;
            if policy.as_ref().is_some_and(|policy| blocks(policy, &stands)) {
                line.blocking = line.blocking.saturating_add(count);
            }
        }
    }
    Ok(open)
}

fn stands(row: &Row) -> Result<Stands, Fault> {
    let case = ConflictCase {
        kind: row.parsed(1)?,
        relations: usize::try_from(row.int(2)?).unwrap_or(usize::MAX),
        committed: row.bool(4)?,
        environment: row.parsed(5)?,
        emergency: false,
    };
    Ok(Stands { as_found: row.bool(3)?, case })
}
