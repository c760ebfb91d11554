//! Where a record stands on the calendar, read from the tables that its own projection keeps: so a
//! change and a release are looked at alike, before and after a command.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Blocking, Placed, Schedule, Side};
use domain::vocabulary::{Environment, Window};
use kernel::{ChangeId, CiId, Interval, ReleaseId, ServiceId};
use ports::{Fault, Query, Row};

use crate::read::of_any;

/// Windows longer than this are found through an index of their own, so that a month of calendar
/// looks back no further, in minutes (a week).
pub const LONG_MINUTES: i64 = 7 * 24 * 60;

/// A record with what it claims.
#[derive(Debug, Clone)]
pub struct Placement {
    /// Which.
    pub side: Side,
    /// `CHG-…` or `REL-…`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its window, planned or committed.
    pub window: Option<Window>,
    /// Where, as it states.
    pub environment: Environment,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// Whether it still claims anything: not over, and for a change, not inside a release.
    pub live: bool,
    /// The CIs it touches.
    pub cis: BTreeSet<CiId>,
    /// The services it touches, by name or through its CIs.
    pub services: BTreeSet<ServiceId>,
}

impl Placement {
    /// As detection sees it, in a window.
    pub fn placed(&self, interval: Interval) -> Placed {
        Placed {
            subject: self.side,
            interval,
            cis: self.cis.clone(),
            services: self.services.clone(),
            environment: self.environment,
            emergency: self.emergency,
            blocking: Blocking::default(),
        }
    }
}

/// The change or release of an id.
pub(crate) fn side_of(id: &str) -> Option<Side> {
    let change = id.parse::<ChangeId>().map(Side::Change).ok();
    change.or_else(|| id.parse::<ReleaseId>().map(Side::Release).ok())
}

/// Where a record stands.
pub fn placement(db: &mut dyn Query, side: Side) -> Result<Option<Placement>, Fault> {
    match side {
        Side::Change(_) => of_change(db, side),
        Side::Release(_) => of_release(db, side),
        Side::Period(_) => Ok(None),
    }
}

fn of_change(db: &mut dyn Query, side: Side) -> Result<Option<Placement>, Fault> {
    let sql = "SELECT number, title, start_at, end_at, zone, environment, change_type, \
        live FROM changes WHERE id = $1";
    let id = side.id();
    let Some(row) = db.query_one(sql, &[(&id).into()])? else { return Ok(None) };
    let mut placement = of_row(side, &row)?;
    placement.cis = change_cis(db, std::slice::from_ref(&id))?;
    placement.services = services(db, &[id], &placement.cis)?;
    Ok(Some(placement))
}

fn of_release(db: &mut dyn Query, side: Side) -> Result<Option<Placement>, Fault> {
    let sql = "SELECT number, title, start_at, end_at, zone, environment, model, live \
        FROM releases WHERE id = $1";
    let id = side.id();
    let Some(row) = db.query_one(sql, &[(&id).into()])? else { return Ok(None) };
    let mut placement = of_row(side, &row)?;
    let sql = "SELECT change FROM release_changes WHERE release = $1";
    let rows = db.query(sql, &[id.into()])?;
    let changes: Vec<String> =
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
    placement.cis = change_cis(db, &changes)?;
    placement.services = services(db, &changes, &placement.cis)?;
    Ok(Some(placement))
}

fn of_row(side: Side, row: &Row) -> Result<Placement, Fault> {
    Ok(Placement {
        side,
        number: row.text(0)?.to_owned(),
        title: row.text(1)?.to_owned(),
        window: window(row, 2)?,
        environment: row.parsed(5)?,
        emergency: row.text(6)? == "emergency",
        live: row.bool(7)?,
        cis: BTreeSet::new(),
        services: BTreeSet::new(),
    })
}

/// A window kept in three columns: start, end, zone.
pub fn window(row: &Row, column: usize) -> Result<Option<Window>, Fault> {
    let (Some(start), Some(end)) = (row.opt_time(column)?, row.opt_time(column + 1)?) else {
        return Ok(None);
    };
    let interval = Interval { start, end };
    Ok(Some(Window { interval, zone: row.parsed(column + 2)? }))
}

/// A schedule kept in six columns: a window's three, the rule, the days left out and those added.
pub(crate) fn schedule(row: &Row, column: usize) -> Result<Option<Schedule>, Fault> {
    let Some(window) = window(row, column)? else { return Ok(None) };
    let days = |column| row.text(column).map(crate::bus::words);
    let (except, also) = (days(column + 4)?, days(column + 5)?);
    Ok(Some(Schedule { window, repeats: row.parsed(column + 3)?, except, also }))
}

/// The environment that counts for each of some records, by id.
pub fn environments(
    db: &mut dyn Query,
    ids: &[String],
) -> Result<BTreeMap<String, Environment>, Fault> {
    const STATED: [&str; 2] = [
        "SELECT id, environment FROM changes WHERE ",
        "SELECT id, environment FROM releases WHERE ",
    ];
    const OF_CIS: [&str; 2] = [
        "SELECT DISTINCT change_cis.change, cis.environment FROM change_cis \
            CROSS JOIN cis WHERE cis.id = change_cis.ci AND ",
        "SELECT DISTINCT release_changes.release, cis.environment FROM release_changes \
            CROSS JOIN change_cis CROSS JOIN cis WHERE cis.id = change_cis.ci \
            AND change_cis.change = release_changes.change AND ",
    ];
    let columns = ["id", "id", "change_cis.change", "release_changes.release"];
    let mut found: BTreeMap<String, Environment> = BTreeMap::new();
    for (sql, column) in STATED.into_iter().chain(OF_CIS).zip(columns) {
        for row in of_any(db, sql, column, ids.iter().map(Into::into))? {
            let there: Environment = row.parsed(1)?;
            let counts = found.entry(row.text(0)?.to_owned()).or_insert(there);
            *counts = counts.counting([there]);
        }
    }
    Ok(found)
}

/// The CIs of some changes.
pub fn change_cis(db: &mut dyn Query, changes: &[String]) -> Result<BTreeSet<CiId>, Fault> {
    ids(db, "SELECT ci FROM change_cis WHERE ", "change", changes.iter())
}

/// The services of some changes, by name or through CIs.
pub(crate) fn services(
    db: &mut dyn Query,
    changes: &[String],
    cis: &BTreeSet<CiId>,
) -> Result<BTreeSet<ServiceId>, Fault> {
    let own = "SELECT service FROM change_services WHERE ";
    let mut services: BTreeSet<ServiceId> = ids(db, own, "change", changes.iter())?;
    let through = "SELECT DISTINCT service FROM cis WHERE service IS NOT NULL AND ";
    let cis: Vec<String> = cis.iter().map(CiId::to_string).collect();
    services.extend(ids::<ServiceId>(db, through, "id", cis.iter())?);
    Ok(services)
}

/// The services that some changes touch: those that they name, and those of the CIs that they name.
pub fn touched(
    db: &mut dyn Query,
    changes: impl IntoIterator<Item = ChangeId>,
) -> Result<BTreeSet<ServiceId>, Fault> {
    let changes: Vec<String> = changes.into_iter().map(|id| id.to_string()).collect();
    let mut services = services(db, &changes, &BTreeSet::new())?;
    let through = "SELECT DISTINCT cis.service FROM change_cis JOIN cis ON cis.id = change_cis.ci \
        WHERE cis.service IS NOT NULL AND ";
    services.extend(ids::<ServiceId>(db, through, "change_cis.change", changes.iter())?);
    Ok(services)
}

/// The services that the changes of a release touch.
pub fn touched_by_release(
    db: &mut dyn Query,
    release: ReleaseId,
) -> Result<BTreeSet<ServiceId>, Fault> {
    let sql = "SELECT change FROM release_changes WHERE release = $1";
    let rows = db.query(sql, &[release.to_string().into()])?;
    let changes: Result<Vec<ChangeId>, Fault> = rows.iter().map(|row| row.parsed(0)).collect();
    touched(db, changes?)
}

fn ids<'a, I: std::str::FromStr + Ord>(
    db: &mut dyn Query,
    sql: &str,
    column: &str,
    values: impl Iterator<Item = &'a String>,
) -> Result<BTreeSet<I>, Fault> {
    of_any(db, sql, column, values.map(Into::into))?.iter().map(|row| row.parsed(0)).collect()
}
