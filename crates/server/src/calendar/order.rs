//! Releases that stand out of the order they depend on: those before a release that are not over
//! when it begins, and those after it that begin before it is over.

use domain::calendar::{Found, Side, out_of_order};
use kernel::{Interval, ReleaseId};
use ports::{Fault, Query, Row};

/// The most dependencies of one release that are looked at, either way.
const ORDER_MAX: i64 = 500;

/// What is out of order around a record in a window; nothing around a change. The conflicts are the
/// followers', whichever side is looked from.
pub(super) fn order(
    db: &mut dyn Query,
    side: Side,
    interval: Option<Interval>,
) -> Result<Vec<Found>, Fault> {
    let Side::Release(id) = side else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if let Some(interval) = interval {
        for (before, planned) in predecessors(db, id)? {
            found.extend(out_of_order(id, interval, before, planned));
        }
    }
    for (follower, its) in followers(db, id)? {
        found.extend(out_of_order(follower, its, id, interval));
    }
    Ok(found)
}

/// What waits for a release and has a window.
pub(super) fn followers(
    db: &mut dyn Query,
    id: ReleaseId,
) -> Result<Vec<(ReleaseId, Interval)>, Fault> {
    let sql = "SELECT releases.id, releases.start_at, releases.end_at FROM release_after \
        JOIN releases ON releases.id = release_after.release \
        WHERE release_after.predecessor = $1 AND releases.live = 1 LIMIT $2";
    let rows = db.query(sql, &[id.to_string().into(), ORDER_MAX.into()])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let (follower, planned) = planned(row)?;
        found.extend(planned.map(|its| (follower, its)));
    }
    Ok(found)
}

/// What a release depends on and is not over, and where that is planned.
pub(super) fn predecessors(
    db: &mut dyn Query,
    id: ReleaseId,
) -> Result<Vec<(ReleaseId, Option<Interval>)>, Fault> {
    let sql = "SELECT releases.id, releases.start_at, releases.end_at FROM release_after \
        JOIN releases ON releases.id = release_after.predecessor \
        WHERE release_after.release = $1 AND releases.phase <> 'cancelled' \
        AND COALESCE(releases.deployment_state, '') <> 'verified' LIMIT $2";
    let rows = db.query(sql, &[id.to_string().into(), ORDER_MAX.into()])?;
    rows.iter().map(planned).collect()
}

fn planned(row: &Row) -> Result<(ReleaseId, Option<Interval>), Fault> {
    let window = row.opt_time(1)?.zip(row.opt_time(2)?);
    Ok((row.parsed(0)?, window.map(|(start, end)| Interval { start, end })))
}
