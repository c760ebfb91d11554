//! From ids and names to services and CIs. Names are compared whatever their case and the space
//! around them, and kept as they were written.

use std::collections::BTreeMap;

use kernel::{CiId, ServiceId};
use ports::{Fault, Query, Value};

use crate::bus::Stop;
use crate::names::{Named, Resolver};
use crate::read::of_any;

/// What a name is compared by.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

const SERVICES: Named =
    Named { kind: "service", table: "services", key: "name_key", shown: "name" };
/// CIs, by their names.
pub(super) const CIS: Named = Named { kind: "CI", table: "cis", key: "name_key", shown: "name" };

/// The service of an id or a name.
pub fn find_service(db: &mut dyn Query, name: &str) -> Result<ServiceId, Stop> {
    if name.parse::<ServiceId>().is_ok() {
        let sql = "SELECT id FROM services WHERE id = $1";
        if let Some(row) = db.query_one(sql, &[name.into()])? {
            return Ok(row.parsed(0)?);
        }
    }
    let sql = "SELECT id FROM services WHERE name_key = $1";
    match db.query_one(sql, &[name_key(name).into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(SERVICES.unknown(db, name)?.into()),
    }
}

/// The CI of an id or a name.
pub fn find_ci(db: &mut dyn Query, name: &str) -> Result<CiId, Stop> {
    if name.parse::<CiId>().is_ok() {
        let sql = "SELECT id FROM cis WHERE id = $1";
        if let Some(row) = db.query_one(sql, &[name.into()])? {
            return Ok(row.parsed(0)?);
        }
    }
    let sql = "SELECT id FROM cis WHERE name_key = $1";
    match db.query_one(sql, &[name_key(name).into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(CIS.unknown(db, name)?.into()),
    }
}

/// The CIs of many ids or names, in slices; one that does not exist is absent.
pub fn find_cis<'a>(
    db: &mut dyn Query,
    names: &'a [String],
) -> Result<BTreeMap<&'a str, CiId>, Fault> {
    let all = || names.iter().map(String::as_str);
    let ids: Vec<&str> = all().filter(|name| name.parse::<CiId>().is_ok()).collect();
    let mut found = look_up(db, "id", &ids, str::to_owned)?;
    let others: Vec<&str> = all().filter(|name| !found.contains_key(name)).collect();
    found.extend(look_up(db, "name_key", &others, name_key)?);
    Ok(found)
}

/// The CIs that a field names, in its order; each that is none is told where it stands.
pub fn known_cis(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    names: &[String],
) -> Result<Vec<CiId>, Fault> {
    let known = find_cis(db, names)?;
    let mut found = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match known.get(name.as_str()) {
            Some(ci) => found.push(*ci),
            None => resolver.unknown(db, &format!("/cis/{index}"), &CIS, name)?,
        }
    }
    Ok(found)
}

fn look_up<'a>(
    db: &mut dyn Query,
    column: &str,
    names: &[&'a str],
    key: impl Fn(&str) -> String,
) -> Result<BTreeMap<&'a str, CiId>, Fault> {
    let mut ids: BTreeMap<String, CiId> = BTreeMap::new();
    let sql = &format!("SELECT {column}, id FROM cis WHERE ");
    for row in of_any(db, sql, column, names.iter().map(|name| Value::from(key(name))))? {
        ids.insert(row.text(0)?.to_owned(), row.parsed(1)?);
    }
    Ok(names.iter().filter_map(|name| Some((*name, *ids.get(&key(name))?))).collect())
}

pub(super) fn service_name_taken(
    db: &mut dyn Query,
    name: &str,
    by: ServiceId,
) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM services WHERE name_key = $1 AND id <> $2";
    Ok(db.query_one(sql, &[name_key(name).into(), by.to_string().into()])?.is_some())
}

pub(super) fn ci_name_taken(db: &mut dyn Query, name: &str, by: CiId) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM cis WHERE name_key = $1 AND id <> $2";
    Ok(db.query_one(sql, &[name_key(name).into(), by.to_string().into()])?.is_some())
}
