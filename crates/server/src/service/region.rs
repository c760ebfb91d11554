//! Regions: where services and CIs stand, as people wrote it, compared as names are.

use std::collections::BTreeSet;

use api::common::Page;
use api::service::Region;
use axum::Json;
use axum::extract::State;
use domain::General;
use kernel::ServiceId;
use ports::{Fault, Query, Value};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed};
use crate::problem::Answer;
use crate::read::ask;
use crate::service::name_key;

/// The most services of one region that are told apart from those of others.
const REGION_SERVICES_MAX: usize = 5_000;

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Region>>, Answer> {
    let limit = query.limit()?;
    let page = ask(&*app.bus.world().store, move |db| {
        page(db, query.get("cursor").unwrap_or_default(), limit)
    });
    Ok(Json(page.await?))
}

/// A page of regions. Each is looked up after the one before it, so that a region of many CIs is
/// read once.
fn page(db: &mut dyn Query, after: &str, limit: u32) -> Result<Page<Region>, Fault> {
    let mut items = Vec::new();
    let mut last = after.to_owned();
    while let Some((key, name)) = following(db, &last)? {
        if items.len() == limit as usize {
            return Ok(Page { items, next: Some(last) });
        }
        items.push(Region { name });
        last = key;
    }
    Ok(Page { items, next: None })
}

/// The region that comes next: how it is compared, and how it is written.
fn following(db: &mut dyn Query, after: &str) -> Result<Option<(String, String)>, Fault> {
    let mut found = Vec::new();
    for table in ["services", "cis"] {
        let sql = format!(
            "SELECT region_key, region FROM {table} WHERE region_key > $1 ORDER BY region_key \
            LIMIT 1"
        );
        if let Some(row) = db.query_one(&sql, &[after.into()])? {
            found.push((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        }
    }
    Ok(found.into_iter().min())
}

/// A region by its name, as it is compared; some service or CI stands there.
pub fn find_region(db: &mut dyn Query, name: &str) -> Result<String, Stop> {
    let key = name_key(name);
    for table in ["services", "cis"] {
        let sql = format!("SELECT 1 FROM {table} WHERE region_key = $1 LIMIT 1");
        if db.query_one(&sql, &[(&key).into()])?.is_some() {
            return Ok(key);
        }
    }
    Err(General::Unknown { kind: "region", name: name.to_owned() }.into())
}

/// The services that stand in a region, themselves or with a CI; nothing when they are too many.
pub fn region_services(
    db: &mut dyn Query,
    key: &str,
) -> Result<Option<BTreeSet<ServiceId>>, Fault> {
    let most = Value::from(i64::try_from(REGION_SERVICES_MAX + 1).unwrap_or(i64::MAX));
    let mut services = BTreeSet::new();
    for sql in [
        "SELECT id FROM services WHERE region_key = $1 LIMIT $2",
        "SELECT DISTINCT service FROM cis WHERE region_key = $1 AND service IS NOT NULL LIMIT $2",
    ] {
        for row in db.query(sql, &[key.into(), most.clone()])? {
            services.insert(row.parsed(0)?);
        }
    }
    Ok(Some(services).filter(|services| services.len() <= REGION_SERVICES_MAX))
}
