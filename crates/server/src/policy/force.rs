//! Which policy is in force: its version and its rules, read in the transaction that decides by
//! them. Reading the files of a set is done once for each set and remembered by their hash.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use domain::approval::Plan;
use domain::change::{Change, Phase};
use domain::policy::{ChangeType, Files, Policy, PolicyEvent, ReleaseModel};
use domain::release::Release;
use domain::risk::Assessment;
use domain::{Aggregate, Missing, canonical};
use kernel::{Id, PolicyId, Timestamp, Version};
use ports::{Fault, Query, Tx};

use crate::bus::Record;
use crate::policy::cadence;
use crate::policy::document::broken;
use crate::policy::facts::Facts;
use crate::policy::files::Ruled;
use crate::policy::gather;
use crate::policy::set::{PolicySet, built_in, route};

/// The most sets that are kept ready.
const READY_MAX: usize = 8;

/// The sets that were read last, by the hash of their files; the newest first.
static READY: Mutex<VecDeque<(String, Arc<PolicySet>)>> = Mutex::new(VecDeque::new());
static BUILT_IN: LazyLock<String> = LazyLock::new(|| canonical::hash(&built_in()));

/// A policy with its version.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Its version; 0 for the set that the program brings along.
    pub version: i64,
    /// Its rules.
    pub set: Arc<PolicySet>,
}

/// The id of the one policy.
pub(super) fn policy_id() -> PolicyId {
    PolicyId::from_uuid(uuid::Uuid::nil())
}

/// The policy in force.
pub fn in_force(db: &mut dyn Query) -> Result<InForce, Fault> {
    let id = policy_id().to_string();
    let sql = "SELECT version, digest FROM policies WHERE id = $1";
    let Some(row) = db.query_one(sql, &[(&id).into()])? else { return first() };
    let (version, digest) = (row.int(0)?, row.text(1)?.to_owned());
    let set = ready(&digest, || {
        let row = db.query_one("SELECT files FROM policies WHERE id = $1", &[(&id).into()])?;
        let row = row.ok_or_else(|| unreadable("it is gone"))?;
        serde_json::from_str(row.text(0)?).map_err(unreadable)
    })?;
    Ok(InForce { version, set })
}

/// The set that is tried: what some files make, as if they were put in force, or else what is.
pub fn tried(now: &InForce, files: Option<&Files>) -> Result<Arc<PolicySet>, domain::Refusal> {
    match files {
        Some(files) => Ok(Arc::new(PolicySet::read(files).map_err(|found| broken(&found))?)),
        None => Ok(Arc::clone(&now.set)),
    }
}

/// The version of the policy in force.
pub fn version_in_force(db: &mut dyn Query) -> Result<i64, Fault> {
    let sql = "SELECT version FROM policies WHERE id = $1";
    let row = db.query_one(sql, &[policy_id().to_string().into()])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The policy of a version, if there was one.
pub(super) fn of_version(db: &mut dyn Query, version: i64) -> Result<Option<InForce>, Fault> {
    if version == 0 {
        return first().map(Some);
    }
    let sql = "SELECT payload FROM events WHERE stream = $1 AND version = $2";
    let stream = Policy::stream(policy_id());
    let Some(row) = db.query_one(sql, &[stream.into(), version.into()])? else { return Ok(None) };
    let files = files_of(row.text(0)?)?;
    let set = ready(&canonical::hash(&files), || Ok(files))?;
    Ok(Some(InForce { version, set }))
}

/// The files in the payload of an activation.
pub(super) fn files_of(payload: &str) -> Result<Files, Fault> {
    let data: serde_json::Value = serde_json::from_str(payload).map_err(unreadable)?;
    let event = serde_json::json!({"type": "policy.activated.v1", "data": data});
    match serde_json::from_value(event).map_err(unreadable)? {
        PolicyEvent::Activated { files, .. } => Ok(files),
    }
}

fn first() -> Result<InForce, Fault> {
    let set = ready(&BUILT_IN, || Ok(built_in()))?;
    Ok(InForce { version: 0, set })
}

/// The set with a hash, read from its files when it is not ready.
fn ready(
    digest: &str,
    files: impl FnOnce() -> Result<Files, Fault>,
) -> Result<Arc<PolicySet>, Fault> {
    let mut known = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(place) = known.iter().position(|(hash, _)| hash == digest) {
        return Ok(Arc::clone(&known[place].1));
    }
    let set = PolicySet::stored(&files()?).map_err(|findings| {
        let first = findings.first().map(|finding| format!("{}, {finding}", finding.file));
        unreadable(first.unwrap_or_default())
    })?;
    let set = Arc::new(set);
    known.push_front((digest.to_owned(), Arc::clone(&set)));
    known.truncate(READY_MAX);
    Ok(set)
}

fn unreadable(error: impl ToString) -> Fault {
    Fault::permanent("reading a policy", std::io::Error::other(error.to_string()))
}

impl InForce {
    /// What the rules for a change read, its risk and its release aside. `assessing` tells whether
    /// its risk is asked for too.
    pub fn facts(
        &self,
        db: &mut dyn Query,
        change: &Change,
        assessing: bool,
    ) -> Result<Facts, Fault> {
        let reads = self.set.reads(self.set.change_ruled(change.change_type()), assessing);
        gather::of_change(db, change, &reads)
    }

    /// The risk of a change: as it was recorded, once it is no longer being assessed; until then as
    /// it is now.
    pub fn current_risk(&self, db: &mut dyn Query, change: &Change) -> Result<Assessment, Fault> {
        match change.risk.as_ref().filter(|_| change.phase > Phase::Assess) {
            Some(recorded) => Ok(recorded.clone()),
            None => Ok(self.set.assess(&self.facts(db, change, true)?)),
        }
    }

    /// The approval that a change needs.
    pub fn change_plan(
        &self,
        change_type: ChangeType,
        facts: Facts,
        risk: &Assessment,
        in_release: bool,
    ) -> Plan {
        let facts = gather::routing(facts, risk, in_release);
        route(self.set.change_ruled(change_type), &facts, self.version)
    }

    /// The approval that a release needs, with the changes that travel in it, and what its model
    /// refuses it for.
    pub fn release_plan(
        &self,
        db: &mut dyn Query,
        release: &Release,
        changes: &[(Change, Assessment)],
        now: Timestamp,
    ) -> Result<(Plan, Vec<Missing>), Fault> {
        let Some(ruled) = self.set.releases.get(&release.model) else {
            // A type is only taken away when no release that is under way has it.
            return Ok((Plan::default(), Vec::new()));
        };
        let reads = self.set.reads(ruled, false);
        let facts = gather::of_release(db, release, changes, self.set.scale(), &reads, now)?;
        Ok((route(ruled, &facts, self.version), refusals(ruled, &facts)))
    }
}

/// What the model of a release refuses it for, each in its sentence.
fn refusals(ruled: &Ruled<ReleaseModel>, facts: &Facts) -> Vec<Missing> {
    if ruled.refusals.is_empty() {
        return Vec::new();
    }
    let context = facts.context();
    let rules = ruled.refusals.iter().zip(&ruled.model.refuses);
    let held = rules.filter(|(rule, _)| rule.expression.holds(&context));
    held.map(|(_, refuses)| Missing::new("/policy", facts.fill(&refuses.sentence))).collect()
}

impl Record for Policy {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["policies"];
    const TABLES: &'static [&'static str] = &["CREATE TABLE policies (id TEXT PRIMARY KEY, \
        version BIGINT NOT NULL, digest TEXT NOT NULL, files TEXT NOT NULL)"];

    fn project(
        &self,
        id: PolicyId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let digest = canonical::hash(&self.files);
        let set = ready(&digest, || Ok(self.files.clone()))?;
        cadence::arm(tx, &set, at)?;
        tx.execute(
            "INSERT INTO policies (id, version, digest, files) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
            digest = excluded.digest, files = excluded.files",
            &[
                id.to_string().into(),
                version.into(),
                digest.into(),
                canonical::text(&self.files).into(),
            ],
        )
        .map(|_| ())
    }
}
