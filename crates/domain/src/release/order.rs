//! Releases that wait for others: a release begins when those it depends on are over. Setting that,
//! without ever leading back; and what slips when one of them moves.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Interval, ReleaseId};

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::release::{Facts, Refusal, Release, ReleaseEvent, Verb, guard};

/// The most releases that one depends on.
pub const AFTER_MAX: usize = 50;
/// The most releases that are looked at along dependencies, either way.
pub const REACH_MAX: usize = 1_000;

/// Which release depends on which, as far as it matters: each with those it waits for.
pub type Waits = BTreeMap<ReleaseId, Vec<ReleaseId>>;

/// Sets what a release depends on. `waits` holds everything that is reached from there, `number`
/// says what a release is called.
pub fn depend(
    release: &Release,
    id: ReleaseId,
    after: &[ReleaseId],
    waits: &Waits,
    number: impl Fn(ReleaseId) -> String,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Depend, release, facts)?;
    let mut check = Check::default();
    check.count("/after", after.len(), AFTER_MAX);
    let unique: BTreeSet<_> = after.iter().collect();
    if unique.len() != after.len() {
        check.wrong("/after", "names a release twice");
    }
    check.end()?;
    for first in after {
        if let Some(way) = way(waits, *first, id) {
            let way = std::iter::once(id).chain(way).map(&number);
            return Err(Refusal::Cycle(way.collect::<Vec<_>>().join(" → ")).into());
        }
    }
    if after == release.after {
        return Ok(vec![]);
    }
    Ok(vec![ReleaseEvent::DependenciesSet { after: after.to_vec() }])
}

/// The shortest way along dependencies from one release to another, both ends included.
fn way(waits: &Waits, from: ReleaseId, to: ReleaseId) -> Option<Vec<ReleaseId>> {
    let mut came: BTreeMap<ReleaseId, Option<ReleaseId>> = [(from, None)].into();
    let mut frontier = vec![from];
    while !frontier.is_empty() && !came.contains_key(&to) {
        let mut next = Vec::new();
        for at in frontier {
            for before in waits.get(&at).into_iter().flatten() {
                if !came.contains_key(before) {
                    came.insert(*before, Some(at));
                    next.push(*before);
                }
            }
        }
        frontier = next;
    }
    let mut way = vec![to];
    let mut at = *came.get(&to)?;
    while let Some(previous) = at {
        way.push(previous);
        at = came[&previous];
    }
    way.reverse();
    Some(way)
}

/// A follower that would have to begin later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Which.
    pub release: ReleaseId,
    /// When it is planned.
    pub from: Interval,
    /// When it could be at the earliest, as long as it is.
    pub to: Interval,
    /// The one it has to wait for longest.
    pub because: ReleaseId,
}

/// What slips, directly and through others, when a release moves. `planned` holds the windows of
/// those that follow, `waits` what each of them depends on. It tells; nothing is moved.
pub fn slips(
    moved: ReleaseId,
    interval: Interval,
    planned: &BTreeMap<ReleaseId, Interval>,
    waits: &Waits,
) -> Vec<Slip> {
    let mut now: BTreeMap<ReleaseId, Interval> = planned.clone();
    now.insert(moved, interval);
    let mut because: BTreeMap<ReleaseId, ReleaseId> = BTreeMap::new();
    // Each round settles at least one more release, since nothing waits for itself.
    for _ in 0..=waits.len() {
        let mut settled = true;
        for (release, after) in waits.iter().filter(|(release, _)| **release != moved) {
            let Some(mine) = now.get(release).copied() else { continue };
            let moving = |id: &&ReleaseId| **id == moved || because.contains_key(*id);
            let moving = after.iter().filter(moving);
            let ends = moving.filter_map(|id| Some((now.get(id)?.end, *id)));
            let Some((end, latest)) = ends.max() else { continue };
            if end > mine.start {
                let to = Interval { start: end, end: end.plus_minutes(mine.minutes()) };
                now.insert(*release, to);
                because.insert(*release, latest);
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    let slip = |(release, because): (ReleaseId, ReleaseId)| Slip {
        release,
        from: planned[&release],
        to: now[&release],
        because,
    };
    let mut slips: Vec<Slip> = because.into_iter().map(slip).collect();
    slips.sort_by_key(|slip| (slip.to.start, slip.release));
    slips
}
