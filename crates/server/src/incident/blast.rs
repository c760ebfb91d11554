//! The blast radius of a release: the CIs and services that its changes reach, and the incidents
//! that began on them since its deployment did.

use std::collections::{BTreeMap, BTreeSet};

use api::incident::{BlastIncident, BlastRadius};
use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::incident::{AFTER_HOURS, Causality};
use kernel::{CiId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::http::{App, Signed};
use crate::incident::places::{DEPTH_MAX, REACH_MAX};
use crate::names::{Names, find_release};
use crate::placement::{services as services_of, touched_by_release};
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, ask, of_any, refused};
use crate::service::{Direction, neighbourhood};

/// The most CIs of a release that are looked at.
const CIS_MAX: i64 = 500;
/// The most incidents that are told.
const INCIDENTS_MAX: usize = 50;

pub(super) async fn get(
    Shared(app): Shared<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<BlastRadius>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| refused(blast(db, &id)));
    Ok(Json(found.await??))
}

fn blast(db: &mut dyn Query, name: &str) -> Result<BlastRadius, Stop> {
    let id = find_release(db, name)?;
    let release = id.to_string();
    let sql = "SELECT deployed_at, deployment_ended_at FROM releases WHERE id = $1";
    let row = db.query_one(sql, &[(&release).into()])?;
    let unknown = || domain::General::Unknown { kind: "release", name: name.to_owned() };
    let row = row.ok_or_else(unknown)?;
    let (since, ended) = (row.opt_time(0)?, row.opt_time(1)?);
    let cis = cis(db, &release)?;
    let own: BTreeSet<CiId> = cis.iter().copied().collect();
    let near = neighbourhood(db, &cis, DEPTH_MAX, REACH_MAX)?;
    let reached: BTreeSet<CiId> = near
        .reaches
        .iter()
        .filter(|reach| reach.direction == Direction::Downstream && !own.contains(&reach.ci))
        .map(|reach| reach.ci)
        .take(REACH_MAX)
        .collect();
    let services = touched_by_release(db, id)?;
    let mut reached_services = services_of(db, &[], &reached)?;
    reached_services.retain(|service| !services.contains(service));
    let mut names = Names::default();
    let (mut incidents, mut truncated) = (Vec::new(), false);
    if let Some(since) = since {
        let mut hits = BTreeMap::new();
        let all = own.iter().chain(&reached).map(ToString::to_string);
        incidents_on(db, "ci", all, since, &mut hits)?;
        let all = services.iter().map(ToString::to_string);
        incidents_on(db, "service", all, since, &mut hits)?;
        let caused = caused(db, &release, since)?;
        (incidents, truncated) = told(db, &mut names, &hits, &caused, ended)?;
    }
    Ok(BlastRadius {
        since: since.map(|at| at.to_string()),
        after_hours: AFTER_HOURS,
        cis: names.all(db, &own)?,
        services: names.all(db, &services)?,
        reached_cis: names.all(db, &reached)?,
        reached_services: names.all(db, &reached_services)?,
        incidents,
        truncated,
    })
}

fn cis(db: &mut dyn Query, release: &str) -> Result<Vec<CiId>, Fault> {
    let sql = "SELECT DISTINCT change_cis.ci FROM release_changes \
        JOIN change_cis ON change_cis.change = release_changes.change \
        WHERE release_changes.release = $1 ORDER BY change_cis.ci LIMIT $2";
    let rows = db.query(sql, &[release.into(), CIS_MAX.into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// The first incidents that began on some places, by when: their ids, and the place of each.
fn incidents_on(
    db: &mut dyn Query,
    kind: &str,
    places: impl Iterator<Item = String>,
    since: Timestamp,
    hits: &mut BTreeMap<(Timestamp, String), String>,
) -> Result<(), Fault> {
    let places: Vec<Value> = places.map(Value::from).collect();
    for slice in places.chunks(ANY_MAX) {
        let mut statement = Statement::new(&format!(
            "SELECT incident, {kind}, opened_at FROM incident_{kind}s WHERE "
        ));
        statement.bind_any(kind, slice.iter().cloned());
        statement.bind(" AND opened_at >= ?", [since.into()]);
        let most = i64::try_from(INCIDENTS_MAX + 1).unwrap_or(i64::MAX);
        statement.bind(" ORDER BY opened_at, incident LIMIT ?", [most.into()]);
        for row in statement.query(db)? {
            let key = (row.time(2)?, row.text(0)?.to_owned());
            hits.entry(key).or_insert(row.text(1)?.to_owned());
        }
    }
    Ok(())
}

/// The incidents that somebody put down to one of its changes, with that change. One that began
/// before the deployment is none of its doing, whatever else the change did.
fn caused(
    db: &mut dyn Query,
    release: &str,
    since: Timestamp,
) -> Result<BTreeMap<String, Cause>, Fault> {
    let sql = "SELECT incidents.id, incidents.caused_by, incidents.opened_at FROM release_changes \
        JOIN incidents ON incidents.caused_by = release_changes.change \
        WHERE release_changes.release = $1 AND incidents.opened_at >= $2 \
        ORDER BY incidents.opened_at, incidents.id LIMIT $3";
    let most = i64::try_from(INCIDENTS_MAX + 1).unwrap_or(i64::MAX);
    let mut found = BTreeMap::new();
    for row in db.query(sql, &[release.into(), since.into(), most.into()])? {
        let cause = Cause { change: row.text(1)?.to_owned(), opened_at: row.time(2)? };
        found.insert(row.text(0)?.to_owned(), cause);
    }
    Ok(found)
}

struct Cause {
    change: String,
    opened_at: Timestamp,
}

fn told(
    db: &mut dyn Query,
    names: &mut Names,
    hits: &BTreeMap<(Timestamp, String), String>,
    caused: &BTreeMap<String, Cause>,
    ended: Option<Timestamp>,
) -> Result<(Vec<BlastIncident>, bool), Fault> {
    let mut order: BTreeSet<(Timestamp, &str)> =
        hits.keys().map(|(at, id)| (*at, id.as_str())).collect();
    order.extend(caused.iter().map(|(id, cause)| (cause.opened_at, id.as_str())));
    let truncated = order.len() > INCIDENTS_MAX;
    let rows = rows(db, order.iter().take(INCIDENTS_MAX).map(|(_, id)| *id))?;
    let until = ended.map(|at| at.plus_minutes(60 * i64::from(AFTER_HOURS)));
    let mut items = Vec::with_capacity(rows.len());
    for (at, id) in order.into_iter().take(INCIDENTS_MAX) {
        let (Some(row), Some(incident)) = (rows.get(id), names.get(db, id)?) else { continue };
        let hit = hits.get(&(at, id.to_owned()));
        let (causality, why) = match (caused.get(id), hit) {
            (Some(cause), _) => {
                let number = names.get(db, &cause.change)?.and_then(|change| change.number);
                let number = number.unwrap_or_else(|| cause.change.clone());
                (Some(Causality::Explicit), format!("put down to {number}"))
            }
            (None, hit) => {
                let place = names.opt(db, hit)?.map_or_else(String::new, |place| place.name);
                let soon = until.is_none_or(|until| at < until);
                (soon.then_some(Causality::Inferred), format!("hits {place}"))
            }
        };
        items.push(BlastIncident {
            incident,
            priority: u8::try_from(row.int(1)?).unwrap_or(u8::MAX),
            state: row.text(2)?.to_owned(),
            opened_at: at.to_string(),
            causality: causality.map(|label| label.word().to_owned()),
            why,
        });
    }
    Ok((items, truncated))
}

fn rows<'a>(
    db: &mut dyn Query,
    ids: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Row>, Fault> {
    let sql = "SELECT id, priority, state FROM incidents WHERE ";
    let rows = of_any(db, sql, "id", ids.map(Value::from))?;
    rows.into_iter().map(|row| Ok((row.text(0)?.to_owned(), row))).collect()
}
