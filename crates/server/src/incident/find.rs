//! From ids and numbers to incidents, and to the changes that caused them.

use domain::General;
use kernel::{ChangeId, IncidentId};
use ports::Query;

use crate::bus::Stop;

/// The incident of an id or a number.
pub fn find_incident(db: &mut dyn Query, name: &str) -> Result<IncidentId, Stop> {
    let sql = "SELECT id FROM incidents WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "incident", name: name.to_owned() }.into()),
    }
}

/// The change of an id or a number.
pub fn find_change(db: &mut dyn Query, name: &str) -> Result<ChangeId, Stop> {
    let sql = "SELECT id FROM changes WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "change", name: name.to_owned() }.into()),
    }
}
