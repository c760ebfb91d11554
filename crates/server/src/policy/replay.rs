//! How stored records would be routed under a set of files, compared with how they were: what an
//! edit of the policy would have meant, before it is one. Facts are those of today.

use std::collections::BTreeMap;

use api::common::Ref;
use api::policy::{Difference, Replay, ReplayGroup, Routed};
use domain::approval::{Plan, Round};
use domain::change::Change;
use domain::policy::Files;
use domain::release::Release;
use domain::risk::{Assessment, combine};
use domain::{General, Missing};
use kernel::Timestamp;
use ports::{Fault, Query};

use crate::bus::{Stop, find_state};
use crate::policy::explain::{carried, stage_words};
use crate::policy::force::{InForce, in_force, tried};
use crate::policy::gather;

/// The most days that a replay looks back.
pub const REPLAY_DAYS_MAX: u32 = 20_000;
/// The most records that a replay looks at, the newest first.
pub const REPLAY_RECORDS_MAX: u32 = 20_000;
/// How many records one slice looks at, so that others are served in between.
const SLICE: u32 = 100;
/// The most differences that are listed one by one; all are counted.
const LISTED_MAX: usize = 200;
/// The most kinds of difference that are counted on their own.
const GROUPS_MAX: usize = 100;
const DAY_MINUTES: i64 = 24 * 60;

/// The tables that are read, and what each record of them is.
const TABLES: [&str; 2] = ["changes", "releases"];

/// A replay under way, slice by slice.
pub struct Replaying {
    files: Option<Files>,
    /// Now.
    now: Timestamp,
    since: Timestamp,
    /// The table that is read, and the last record of it that was.
    table: usize,
    before: Option<(Timestamp, String)>,
    sets: Option<Sets>,
    replay: Replay,
    groups: BTreeMap<Group, u32>,
}

/// What kind of record went from where to where.
type Group = (String, Vec<String>, Vec<String>);

/// The policy in force, and the one that is tried.
#[derive(Clone)]
struct Sets {
    now: InForce,
    tried: InForce,
}

impl Replaying {
    /// A replay over the records that were raised in the last days, under some files or, without
    /// any, under the policy in force.
    pub fn new(days: u32, files: Option<Files>, now: Timestamp) -> Result<Self, General> {
        if !(1..=REPLAY_DAYS_MAX).contains(&days) {
            let wrong = format!("is a number from 1 to {REPLAY_DAYS_MAX}");
            return Err(General::Invalid(vec![Missing::new("/days", wrong)]));
        }
        let since = now.plus_minutes(-i64::from(days) * DAY_MINUTES);
        let replay = Replay {
            since: since.to_string(),
            version: 0,
            changes: 0,
            releases: 0,
            different: 0,
            complete: true,
            groups: vec![],
            differences: vec![],
        };
        let (table, before, sets) = (0, None, None);
        Ok(Self { files, now, since, table, before, sets, replay, groups: BTreeMap::new() })
    }

    /// Looks at the next records; answers whether there are more.
    pub fn slice(&mut self, db: &mut dyn Query) -> Result<bool, Stop> {
        let sets = self.sets(db)?;
        let table = TABLES[self.table];
        let ids = self.next(db, table)?;
        for id in &ids {
            match table {
                "changes" => self.change(db, &sets, id)?,
                _ => self.release(db, &sets, id)?,
            }
        }
        let seen = self.replay.changes + self.replay.releases;
        if seen >= REPLAY_RECORDS_MAX {
            self.replay.complete = false;
            return Ok(false);
        }
        if ids.len() < SLICE as usize {
            (self.table, self.before) = (self.table + 1, None);
        }
        Ok(self.table < TABLES.len())
    }

    /// What it came to.
    pub fn end(mut self) -> Replay {
        let mut groups: Vec<(Group, u32)> = self.groups.into_iter().collect();
        groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let group = |((kind, was, would), count)| ReplayGroup { kind, was, would, count };
        self.replay.groups = groups.into_iter().take(GROUPS_MAX).map(group).collect();
        self.replay
    }

    fn sets(&mut self, db: &mut dyn Query) -> Result<Sets, Stop> {
        if let Some(sets) = &self.sets {
            return Ok(sets.clone());
        }
        let now = in_force(db)?;
        let set = tried(&now, self.files.as_ref())?;
        self.replay.version = now.version;
        let sets = Sets { tried: InForce { version: now.version, set }, now };
        self.sets = Some(sets.clone());
        Ok(sets)
    }

    fn next(&mut self, db: &mut dyn Query, table: &str) -> Result<Vec<String>, Fault> {
        let sql = format!(
            "SELECT id, created_at FROM {table} WHERE created_at >= $1 \
            AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        let last = self.before.clone().unwrap_or((Timestamp::from_micros(i64::MAX), String::new()));
        let params = [self.since.into(), last.0.into(), last.1.into(), i64::from(SLICE).into()];
        let rows = db.query(&sql, &params)?;
        if let Some(row) = rows.last() {
            self.before = Some((row.time(1)?, row.text(0)?.to_owned()));
        }
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    fn change(&mut self, db: &mut dyn Query, sets: &Sets, id: &str) -> Result<(), Stop> {
        let Some(loaded) = id.parse().ok().map(|id| find_state::<Change>(db, id)).transpose()?
        else {
            return Ok(());
        };
        let Some(change) = loaded.map(|loaded| loaded.state) else { return Ok(()) };
        self.replay.changes += 1;
        let kind = change.change_type();
        let mut reads = sets.now.set.reads(sets.now.set.change_ruled(kind), true);
        reads.extend(sets.tried.set.reads(sets.tried.set.change_ruled(kind), true));
        let facts = gather::of_change(db, &change, &reads)?;
        let under = |policy: &InForce| {
            let risk = policy.set.assess(&facts);
            let in_release = change.release.is_some();
            let plan = policy.change_plan(kind, facts.clone(), &risk, in_release);
            (plan, risk)
        };
        let would = under(&sets.tried);
        let was = match change.round() {
            Some(round) => {
                let risk = change.risk.clone();
                (round.plan.clone(), risk.unwrap_or_else(|| would.1.clone()))
            }
            None => under(&sets.now),
        };
        let record = Ref {
            id: id.to_owned(),
            number: Some(change.number.clone()),
            name: change.content.title.clone(),
        };
        let decided = change.round().is_some();
        self.compare(record, format!("{kind} change"), decided, &was, &would);
        Ok(())
    }

    fn release(&mut self, db: &mut dyn Query, sets: &Sets, id: &str) -> Result<(), Stop> {
        let Some(loaded) = id.parse().ok().map(|id| find_state::<Release>(db, id)).transpose()?
        else {
            return Ok(());
        };
        let Some(release) = loaded.map(|loaded| loaded.state) else { return Ok(()) };
        self.replay.releases += 1;
        let would = bundle(db, &sets.tried, &release, self.now)?;
        let was = match release.round() {
            Some(round) => decided(round, &release, &would.1),
            None => bundle(db, &sets.now, &release, self.now)?,
        };
        let record = Ref {
            id: id.to_owned(),
            number: Some(release.number.clone()),
            name: release.content.title.clone(),
        };
        let kind = format!("{} release", release.model);
        self.compare(record, kind, release.round().is_some(), &was, &would);
        Ok(())
    }

    fn compare(
        &mut self,
        record: Ref,
        kind: String,
        decided: bool,
        was: &(Plan, Assessment),
        would: &(Plan, Assessment),
    ) {
        if was.0.stages == would.0.stages {
            return;
        }
        self.replay.different += 1;
        let (was, would) = (routed(was), routed(would));
        let group = (kind.clone(), was.approval.clone(), would.approval.clone());
        *self.groups.entry(group).or_default() += 1;
        if self.replay.differences.len() < LISTED_MAX {
            self.replay.differences.push(Difference { record, kind, decided, was, would });
        }
    }
}

/// How a release would be routed, with the risks of its changes assessed anew.
fn bundle(
    db: &mut dyn Query,
    policy: &InForce,
    release: &Release,
    now: Timestamp,
) -> Result<(Plan, Assessment), Fault> {
    let carried = carried(db, policy, release)?;
    let (plan, _) = policy.release_plan(db, release, &carried, now)?;
    let risks: Vec<Assessment> = carried.into_iter().map(|(_, risk)| risk).collect();
    Ok((plan, combine(&risks, policy.set.scale())))
}

fn decided(round: &Round, release: &Release, now: &Assessment) -> (Plan, Assessment) {
    let tier = release.tier.unwrap_or(now.tier);
    (round.plan.clone(), Assessment { tier, ..now.clone() })
}

fn routed((plan, risk): &(Plan, Assessment)) -> Routed {
    Routed {
        policy: plan.policy.clone(),
        tier: risk.tier.word().to_owned(),
        approval: plan.stages.iter().map(stage_words).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_looks_back_at_least_a_day_and_not_for_ever() {
        let now = Timestamp::from_micros(0);
        assert!(Replaying::new(0, None, now).is_err());
        assert!(Replaying::new(REPLAY_DAYS_MAX + 1, None, now).is_err());
        let replaying = Replaying::new(1, None, now).expect("a day");
        assert_eq!(replaying.since, now.plus_minutes(-DAY_MINUTES));
    }
}
