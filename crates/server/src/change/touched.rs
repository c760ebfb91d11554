//! The services that changes touch: those that they name, and those of the CIs that they name.

use std::collections::BTreeSet;

use kernel::{ChangeId, ServiceId};
use ports::{Fault, Query, Value};

use crate::read::{ANY_MAX, Statement};

/// The services that some changes touch.
pub fn touched(
    db: &mut dyn Query,
    changes: impl IntoIterator<Item = ChangeId>,
) -> Result<BTreeSet<ServiceId>, Fault> {
    let changes: Vec<Value> = changes.into_iter().map(|id| id.to_string().into()).collect();
    let mut services = BTreeSet::new();
    for slice in changes.chunks(ANY_MAX) {
        for (sql, column) in [
            ("SELECT DISTINCT service FROM change_services WHERE ", "change"),
            (
                "SELECT DISTINCT cis.service FROM change_cis JOIN cis ON cis.id = change_cis.ci \
                WHERE cis.service IS NOT NULL AND ",
                "change_cis.change",
            ),
        ] {
            let mut statement = Statement::new(sql);
            statement.bind_any(column, slice.iter().cloned());
            for row in statement.query(db)? {
                services.insert(row.parsed(0)?);
            }
        }
    }
    Ok(services)
}
