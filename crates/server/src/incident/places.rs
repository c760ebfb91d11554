//! The places around what an incident or a release meets: CIs, their services, what they need and
//! what needs them, each with how far away it is.

use std::collections::BTreeMap;

use domain::incident::Nearness;
use domain::service::RelationKind;
use kernel::{CiId, ServiceId};
use ports::{Fault, Query};

use crate::names::Names;
use crate::service::{Direction, Reach, SERVICE_CIS_MAX, neighbourhood};

/// How many relations away a place may be.
pub(super) const DEPTH_MAX: u32 = 2;
/// The most places along relations.
pub(super) const REACH_MAX: usize = 200;
/// The most services whose CIs are looked at.
const SERVICES_MAX: usize = 20;

/// A place and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) nearness: Nearness,
    /// How many relations away it is; a CI of the same service counts as one away.
    pub(super) steps: u32,
    /// The way, as one reads it; empty for what is met itself.
    pub(super) path: String,
}

/// The places around some CIs and services, by id; each by its nearest way.
pub(super) fn around(
    db: &mut dyn Query,
    cis: &[CiId],
    services: &[ServiceId],
) -> Result<BTreeMap<String, Place>, Fault> {
    let mut places = BTreeMap::new();
    let place = |nearness, steps| Place { nearness, steps, path: String::new() };
    for ci in cis {
        places.insert(ci.to_string(), place(Nearness::SameCi, 0));
    }
    let mut ends = cis.to_vec();
    for service in services.iter().take(SERVICES_MAX) {
        places.insert(service.to_string(), place(Nearness::SameService, 0));
        for ci in cis_of(db, *service)? {
            ends.push(ci);
            places.entry(ci.to_string()).or_insert_with(|| place(Nearness::SameService, 1));
        }
    }
    let near = neighbourhood(db, &ends, DEPTH_MAX, REACH_MAX)?;
    let named = Names::default().all(db, &ends)?;
    let names: BTreeMap<String, String> = named.into_iter().map(|ci| (ci.id, ci.name)).collect();
    for reach in near.reaches.iter().take(REACH_MAX) {
        let steps = u32::try_from(reach.path.len()).unwrap_or(u32::MAX);
        let nearness = match reach.direction {
            Direction::Upstream => Nearness::Upstream,
            Direction::Downstream => Nearness::Downstream,
        };
        let found = Place { nearness, steps, path: way(reach, &names) };
        places.entry(reach.ci.to_string()).or_insert(found);
    }
    Ok(places)
}

fn cis_of(db: &mut dyn Query, service: ServiceId) -> Result<Vec<CiId>, Fault> {
    let sql = "SELECT id FROM cis WHERE service = $1 ORDER BY name_key LIMIT $2";
    let rows = db.query(sql, &[service.to_string().into(), SERVICE_CIS_MAX.into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// `web-01 runs on db-01 uses disk-7`
fn way(reach: &Reach, names: &BTreeMap<String, String>) -> String {
    let phrase = match reach.direction {
        Direction::Upstream => RelationKind::phrase,
        Direction::Downstream => RelationKind::phrase_back,
    };
    let mut way = names.get(&reach.from.to_string()).cloned().unwrap_or_default();
    for (place, step) in reach.path.iter().enumerate() {
        let and = if place == 0 { "" } else { ", which" };
        way.push_str(&format!("{and} {} {}", phrase(step.kind), step.name));
    }
    way
}
