//! Putting a policy in force.

use api::common::Written;
use domain::calendar::ConflictKind;
use domain::identity::{Permission, Role};
use domain::policy::{ActivateFacts, ChangeType, ConditionalStage, Files, Policy, activate};
use domain::vocabulary::Environment;
use domain::{Aggregate as _, Missing};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::policy::conflicts::{ConflictCase, ConflictRecord, Succession};
use crate::policy::document::Finding;
use crate::policy::force::{in_force, policy_id};
use crate::policy::set::{CONFLICTS, PolicySet};

/// Puts a set of files in force, whole.
pub struct ActivatePolicy {
    /// Every file, by path.
    pub files: Files,
    /// What is new.
    pub note: String,
}

impl Command for ActivatePolicy {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "policy.activate"
    }

    fn permission(&self) -> Permission {
        Permission::PolicyWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Policy::stream(policy_id())))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        // Which conflicts block is policy, so whoever places a window waits (ADR 0004).
        work.lock(Lock::calendar())?;
        let mut policy: Loaded<Policy> = work.load_single(policy_id())?;
        let before = in_force(work.tx)?.set;
        let administrator = work.who.roles.contains(&Role::Administrator);
        let flaws = flaws(work.tx, &before, &self.files, administrator)?;
        let flaws = flaws.iter().map(Missing::from).collect();
        let facts = ActivateFacts { flaws, in_force: before.files().clone() };
        let events = activate(&policy.state, &self.files, &self.note, &facts)?;
        work.append(&mut policy, events)?;
        Ok(Written { id: policy.id.to_string(), number: None, version: policy.version.0 })
    }
}

/// Everything that keeps a set of files from following the one in force, by the hand of an
/// administrator or of someone else.
pub(super) fn flaws(
    db: &mut dyn Query,
    before: &PolicySet,
    files: &Files,
    administrator: bool,
) -> Result<Vec<Finding>, Fault> {
    let set = match PolicySet::read(files) {
        Ok(set) => set,
        Err(findings) => return Ok(findings),
    };
    let mut flaws = Vec::new();
    if !administrator {
        let free_already = unapproved(before);
        let free = unapproved(&set).into_iter().filter(|model| !free_already.contains(model));
        flaws.extend(free.map(|model| {
            let detail = format!(
                "`{model}` could be approved by nobody at all: give it a stage without `when`, or \
                let an administrator put it in force"
            );
            Finding::of_file("", detail)
        }));
        let rules = Succession { before: &before.conflicts, after: &set.conflicts };
        flaws.extend(freed(&rules).into_iter().map(|(environment, emergency)| {
            let who = if emergency { "an emergency" } else { "a record that is no emergency" };
            let detail = format!(
                "a blackout would not stop {who} in {environment}: let the first rule that holds \
                for it block, or let an administrator put it in force"
            );
            Finding::of_file(CONFLICTS, detail)
        }));
    }
    for gone in before.release_types() {
        if set.release(gone).is_none() {
            flaws.extend(still_used(db, gone)?);
        }
    }
    Ok(flaws)
}

/// Where some record that a blackout stops would not be stopped any more: the environment, and
/// whether it is an emergency.
fn freed(rules: &Succession<'_>) -> Vec<(Environment, bool)> {
    let all = Environment::ALL.iter().flat_map(|place| [(*place, false), (*place, true)]);
    // A blackout is a decision, so always committed, and hits the CI itself.
    let passes = |(place, emergency): &(Environment, bool)| {
        let record = ConflictRecord::at(*place, *emergency);
        let kind = ConflictKind::Blackout;
        rules.frees(&ConflictCase { kind, committed: true, relations: 0, record })
    };
    all.filter(passes).collect()
}

/// The models whose records may come to need no approval: every stage of theirs has a condition or
/// is only observed. Standard changes are approved beforehand; of the others this is said by
/// someone whose own work it does not free.
fn unapproved(set: &PolicySet) -> Vec<String> {
    let always = |stages: &[ConditionalStage]| {
        stages.iter().any(|stage| stage.when.is_none() && !stage.observe)
    };
    let releases = set
        .release_types()
        .into_iter()
        .filter(|name| set.release(name).is_some_and(|model| !always(&model.approval)));
    let changes = [ChangeType::Normal, ChangeType::Emergency];
    let changes = changes.into_iter().filter(|kind| !always(&set.change(*kind).approval));
    releases.map(str::to_owned).chain(changes.map(|kind| kind.word().to_owned())).collect()
}

/// A release type stays while a release that is under way has it.
fn still_used(db: &mut dyn Query, model: &str) -> Result<Option<Finding>, Fault> {
    let sql = "SELECT MIN(number), COUNT(*) FROM releases \
        WHERE model = $1 AND phase NOT IN ('closed', 'cancelled')";
    let Some(row) = db.query_one(sql, &[model.into()])? else { return Ok(None) };
    let Some(number) = row.opt_text(0)? else { return Ok(None) };
    let more = row.int(1)? - 1;
    let more = if more > 0 { format!(" and {more} more are") } else { " is".to_owned() };
    let detail = format!(
        "the release type `{model}` is missing, and {number}{more} still under way with it: keep \
        its model until they are closed"
    );
    Ok(Some(Finding::of_file("", detail)))
}
