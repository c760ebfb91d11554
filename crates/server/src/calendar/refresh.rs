//! Keeping the records of conflicts in step with the calendar: after a record moved, in the same
//! transaction; after a period or a relation changed, by the reactor, record by record. Deciding
//! never rests on them: guards look at the calendar itself.

use std::collections::BTreeMap;

use domain::calendar::{Conflict, Found, Side, found, key, lapse, resolve};
use kernel::ConflictId;
use ports::{Fault, Query};

use crate::bus::{Loaded, Lock, Stop, Work};
use crate::calendar::find::find;
use crate::calendar::order::order;
use crate::placement::placement;

/// The most conflicts that are begun for one record at once; guards look at all of them.
pub(super) const CONFLICTS_MAX: usize = 500;

/// Brings the conflicts of a record in step. The calendar lock is held.
pub fn refresh(work: &mut Work<'_>, side: Side) -> Result<(), Stop> {
    work.lock(Lock::calendar())?;
    let mut now_found: BTreeMap<String, Found> = BTreeMap::new();
    if let Some(placement) = placement(work.tx, side)?.filter(|placement| placement.live) {
        let planned = placement.window.as_ref().map(|window| window.interval);
        let mut all = order(work.tx, side, planned)?;
        if let Some(interval) = planned.filter(|interval| interval.end > work.now) {
            all.extend(find(work.tx, &placement, interval)?.found);
        }
        for found in all {
            now_found.insert(key(found.kind, found.subject, found.with), found);
        }
    }
    for (id, key) in known(work.tx, side)? {
        if !now_found.contains_key(&key) {
            let mut conflict: Loaded<Conflict> = work.peek(id)?;
            let events = resolve(&conflict.state);
            work.append(&mut conflict, events)?;
        }
    }
    let mut kept = 0;
    for (key, now_is) in now_found {
        let mut conflict: Loaded<Conflict> = match by_key(work.tx, &key)? {
            Some(id) => work.peek(id)?,
            None if kept < CONFLICTS_MAX => work.fresh(),
            None => continue,
        };
        kept += 1;
        let events = found(&conflict.state, &now_is);
        work.append(&mut conflict, events)?;
    }
    Ok(())
}

fn known(db: &mut dyn Query, side: Side) -> Result<Vec<(ConflictId, String)>, Fault> {
    let sql = "SELECT conflicts.id, conflicts.conflict_key FROM conflict_sides \
        JOIN conflicts ON conflicts.id = conflict_sides.conflict \
        WHERE conflict_sides.side = $1 AND conflict_sides.state IN ('open', 'accepted')";
    let rows = db.query(sql, &[side.id().into()])?;
    rows.iter().map(|row| Ok((row.parsed(0)?, row.text(1)?.to_owned()))).collect()
}

fn by_key(db: &mut dyn Query, key: &str) -> Result<Option<ConflictId>, Fault> {
    let row = db.query_one("SELECT id FROM conflicts WHERE conflict_key = $1", &[key.into()])?;
    row.map(|row| row.parsed(0)).transpose()
}

/// Ends an acceptance whose time has come; called by its timer.
pub fn acceptance_ends(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut conflict: Loaded<Conflict> = work.peek(id)?;
    let events = lapse(&conflict.state, work.now);
    work.append(&mut conflict, events)
}
