//! Releases that wait for others: setting that, what the rules must know of it, and who slips.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Written;
use api::release as wire;
use domain::calendar::{ConflictKind, Side};
use domain::identity::Permission;
use domain::release::{self, AFTER_MAX, Before, REACH_MAX, Release, Waits, slips};
use domain::vocabulary::Window;
use domain::{Aggregate as _, General, Missing};
use kernel::{Interval, ReleaseId, Timestamp, Zone};
use ports::{Fault, Query, Value};

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::{Exemption, exemption, refresh, window};
use crate::names::{Names, Resolver, find_release, shown_window};
use crate::read::{ANY_MAX, Statement, of_any};
use crate::release::facts::gather;
use crate::release::save::written;
use crate::release::scope::write;

/// Sets which releases must be over before one.
pub struct SetDependencies {
    /// The release.
    pub release: String,
    /// Those it waits for.
    pub after: Vec<String>,
}

impl Command for SetDependencies {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.depend"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        // Under the calendar's lock no two dependencies close a circle between them.
        work.lock(Lock::calendar())?;
        let id = find_release(work.tx, &self.release)?;
        let mut loaded: Loaded<Release> = work.load_subject(id)?;
        if self.after.len() > AFTER_MAX {
            let many = Missing::new("/after", format!("names at most {AFTER_MAX} releases"));
            return Err(General::Invalid(vec![many]).into());
        }
        let mut resolver = Resolver::default();
        let after = resolver.many(work.tx, "/after", &self.after, known_release)?;
        resolver.end()?;
        let waits = along(work.tx, &after, Way::Before)?;
        let mut names = Names::default();
        let ids: BTreeSet<String> =
            waits.keys().chain(&after).chain([&id]).map(ToString::to_string).collect();
        names.load(work.tx, &ids.into_iter().collect::<Vec<_>>())?;
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &loaded.state, None)?;
        let number = |id: ReleaseId| names.number(&id.to_string());
        let events = release::depend(&loaded.state, id, &after, &waits, number, &facts)?;
        write(work, &mut loaded, events)?;
        refresh(work, Side::Release(id))?;
        Ok(written(&loaded))
    }
}

/// A release that exists: an id alone proves nothing.
fn known_release(db: &mut dyn Query, name: &str) -> Result<ReleaseId, Stop> {
    let id = find_release(db, name)?;
    let sql = "SELECT 1 FROM releases WHERE id = $1";
    match db.query_one(sql, &[id.to_string().into()])? {
        Some(_) => Ok(id),
        None => Err(General::Unknown { kind: "release", name: name.to_owned() }.into()),
    }
}

/// Which way dependencies are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To what a release waits for.
    Before,
    /// To what waits for it.
    After,
}

/// Every dependency that is reached from some releases, level by level.
fn along(db: &mut dyn Query, from: &[ReleaseId], way: Way) -> Result<Waits, Stop> {
    let column = match way {
        Way::Before => "release",
        Way::After => "predecessor",
    };
    let mut waits = Waits::new();
    let mut seen: BTreeSet<ReleaseId> = from.iter().copied().collect();
    let mut frontier: Vec<ReleaseId> = from.to_vec();
    while !frontier.is_empty() {
        let mut next = Vec::new();
        let sql = "SELECT release, predecessor FROM release_after WHERE ";
        for row in of_any(db, sql, column, frontier.iter().map(|id| id.to_string().into()))? {
            let (release, before): (ReleaseId, ReleaseId) = (row.parsed(0)?, row.parsed(1)?);
            waits.entry(release).or_default().push(before);
            let reached = if way == Way::Before { before } else { release };
            if seen.insert(reached) {
                next.push(reached);
            }
        }
        if seen.len() > REACH_MAX {
            let many = format!("leads along more than {REACH_MAX} releases: name fewer");
            return Err(General::Invalid(vec![Missing::new("/after", many)]).into());
        }
        frontier = next;
    }
    Ok(waits)
}

/// The releases that must be over first, as facts.
pub(super) fn before(
    db: &mut dyn Query,
    id: ReleaseId,
    release: &Release,
    now: Timestamp,
) -> Result<Vec<Before>, Fault> {
    let mut found = Vec::with_capacity(release.after.len());
    for other in &release.after {
        let sql = "SELECT number, phase, deployment_state FROM releases WHERE id = $1";
        let Some(row) = db.query_one(sql, &[other.to_string().into()])? else { continue };
        let sides = (Side::Release(id), Side::Release(*other));
        let exempt = exemption(db, ConflictKind::ReleaseOrder.class(), sides, now)?;
        let window = release.content.window.as_ref();
        let lasts = |exempt: &Exemption| window.is_none_or(|window| exempt.lasts(window.interval));
        found.push(Before {
            id: *other,
            number: row.text(0)?.to_owned(),
            phase: row.parsed(1)?,
            verified: row.opt_text(2)? == Some("verified"),
            exception: exempt.filter(lasts).map(|exempt| exempt.number),
        });
    }
    Ok(found)
}

/// The releases beside one, to be shown: those before it, or those that wait for it.
pub(super) fn neighbours(
    db: &mut dyn Query,
    names: &mut Names,
    ids: &[ReleaseId],
) -> Result<Vec<wire::Neighbour>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let id = id.to_string();
        let sql = "SELECT phase, deployment_state, start_at, end_at, zone FROM releases \
            WHERE id = $1";
        let Some(row) = db.query_one(sql, &[(&id).into()])? else { continue };
        let Some(release) = names.get(db, &id)? else { continue };
        found.push(wire::Neighbour {
            release,
            phase: row.text(0)?.to_owned(),
            window: window(&row, 2)?.as_ref().map(shown_window),
            verified: row.opt_text(1)? == Some("verified"),
        });
    }
    Ok(found)
}

/// The releases that wait for one directly.
pub(super) fn followers(db: &mut dyn Query, id: ReleaseId) -> Result<Vec<ReleaseId>, Fault> {
    let sql = "SELECT release FROM release_after WHERE predecessor = $1 ORDER BY release LIMIT $2";
    let most = Value::from(i64::try_from(REACH_MAX).unwrap_or(i64::MAX));
    let rows = db.query(sql, &[id.to_string().into(), most])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// Who would have to begin later when a release moves to a window.
pub(super) fn slipping(
    db: &mut dyn Query,
    names: &mut Names,
    id: ReleaseId,
    interval: Interval,
) -> Result<Vec<wire::Slip>, Stop> {
    let waits = along(db, &[id], Way::After)?;
    let mut planned: BTreeMap<ReleaseId, Interval> = BTreeMap::new();
    let mut zones: BTreeMap<ReleaseId, Zone> = BTreeMap::new();
    let followers: Vec<ReleaseId> = waits.keys().copied().collect();
    for slice in followers.chunks(ANY_MAX) {
        let sql = "SELECT id, start_at, end_at, zone FROM releases WHERE live = 1 \
            AND deployed_at IS NULL AND ";
        let mut statement = Statement::new(sql);
        statement.bind_any("id", slice.iter().map(|id| id.to_string().into()));
        for row in statement.query(db)? {
            if let Some(window) = window(&row, 1)? {
                let id: ReleaseId = row.parsed(0)?;
                planned.insert(id, window.interval);
                zones.insert(id, window.zone);
            }
        }
    }
    let mut shown = Vec::new();
    for slip in slips(id, interval, &planned, &waits) {
        let zone = zones.get(&slip.release).cloned().unwrap_or_else(Zone::utc);
        let window = |interval| shown_window(&Window { interval, zone: zone.clone() });
        let release = names.get(db, &slip.release.to_string())?;
        let because = names.get(db, &slip.because.to_string())?;
        let Some((release, because)) = release.zip(because) else { continue };
        shown.push(wire::Slip { release, from: window(slip.from), to: window(slip.to), because });
    }
    Ok(shown)
}
