//! From ids and numbers to incidents, and to the changes that caused them.

use domain::General;
use kernel::{ChangeId, IncidentId};
use ports::{Fault, Query};

use crate::bus::Stop;

/// The incident of an id or a number.
pub fn find_incident(db: &mut dyn Query, name: &str) -> Result<IncidentId, Stop> {
    let sql = "SELECT id FROM incidents WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "incident", name: name.to_owned() }.into()),
    }
}

/// The incident that came from another system under a number, with its number here and version.
pub fn find_imported(
    db: &mut dyn Query,
    source: &str,
    number: &str,
) -> Result<Option<(IncidentId, String, i64)>, Fault> {
    let sql = "SELECT id, number, version FROM incidents WHERE source = $1 AND source_number = $2";
    let row = db.query_one(sql, &[source.into(), number.into()])?;
    row.map(|row| Ok((row.parsed(0)?, row.text(1)?.to_owned(), row.int(2)?))).transpose()
}

/// The change of an id or a number.
pub fn find_change(db: &mut dyn Query, name: &str) -> Result<ChangeId, Stop> {
    let sql = "SELECT id FROM changes WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "change", name: name.to_owned() }.into()),
    }
}
