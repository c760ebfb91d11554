//! How many conflicts stand open, for lines of lists.

use std::collections::BTreeMap;

use ports::{Fault, Query, Value};

use crate::read::{ANY_MAX, Statement};

/// The open conflicts of each of some records, by id; one without any is absent.
pub fn conflicts_open(
    db: &mut dyn Query,
    sides: &[String],
) -> Result<BTreeMap<String, u32>, Fault> {
    let mut open = BTreeMap::new();
    for slice in sides.chunks(ANY_MAX) {
        let mut statement =
            Statement::new("SELECT side, COUNT(*) FROM conflict_sides WHERE state = 'open' AND ");
        statement.bind_any("side", slice.iter().map(Value::from));
        statement.push(" GROUP BY side");
        for row in statement.query(db)? {
            open.insert(row.text(0)?.to_owned(), u32::try_from(row.int(1)?).unwrap_or(u32::MAX));
        }
    }
    Ok(open)
}
