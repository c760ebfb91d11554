//! The facts of a record, gathered from what is known of it: only those that are read.

use std::collections::BTreeSet;

use domain::calendar::{Placed, Side};
use domain::change::Change;
use domain::policy::ChangeType;
use domain::record::{bundle_rehearsed_at, days_since};
use domain::release::Release;
use domain::risk::{Assessment, CustomerImpact, Scale, combine};
use domain::vocabulary::Environment;
use kernel::{Interval, ServiceId, TeamId, Timestamp};
use ports::{Fault, Query};

use crate::names::Names;
use crate::placement::placement;
use crate::policy::conflicts::ConflictRecord;
use crate::policy::facts::{Facts, NEVER_DAYS, UNKNOWN};
use crate::policy::set::PolicySet;
use crate::risk;

type Reads = BTreeSet<&'static str>;

/// What is known of a change, its risk and its release aside.
pub(super) fn of_change(
    db: &mut dyn Query,
    change: &Change,
    reads: &Reads,
) -> Result<Facts, Fault> {
    let content = &change.content;
    let category = content.category.map_or(UNKNOWN, |category| category.word());
    let outage = content.outages.iter().map(|outage| i64::from(outage.minutes)).max();
    let mut facts = Facts::default()
        .with("change.type", change.change_type().word())
        .with("change.customer_impact", impact(content.customer_impact))
        .with("change.category", category)
        .with("change.has_backout", !content.backout_plan.trim().is_empty())
        .with("change.backout_timed", content.backout_minutes.is_some())
        .with("change.irreversible", !content.cannot_be_undone.trim().is_empty())
        .with("change.outage_minutes", outage.unwrap_or(0))
        .with("change.tags", content.tags.iter().cloned().collect::<Vec<_>>());
    if reads.contains("change.environment") {
        let counts = risk::environment(db, content.environment, &content.cis)?;
        facts = facts.with("change.environment", counts.word());
    }
    if reads.contains("change.criticality") {
        facts = facts.with("change.criticality", criticality(db, change)?.unwrap_or(0));
    }
    if reads.contains("change.dependants") {
        facts = facts.with("change.dependants", risk::dependants(db, &content.cis)?);
    }
    if reads.contains("change.services") {
        facts = facts.with("change.services", services(db, &content.services)?);
    }
    if reads.contains("change.team") {
        facts = facts.with("change.team", team(db, content.team)?.as_str());
    }
    Ok(facts)
}

/// What follows from a change's risk and its release.
pub(super) fn routing(facts: Facts, risk: &Assessment, in_release: bool) -> Facts {
    facts
        .with("change.tier", risk.tier.word())
        .with("change.points", i64::from(risk.points))
        .with("change.in_release", in_release)
}

/// What is known of a release with its changes.
pub(super) fn of_release(
    db: &mut dyn Query,
    release: &Release,
    changes: &[(Change, Assessment)],
    scale: &Scale,
    reads: &Reads,
    now: Timestamp,
) -> Result<Facts, Fault> {
    let content = &release.content;
    let risks: Vec<Assessment> = changes.iter().map(|(_, risk)| risk.clone()).collect();
    let risk = combine(&risks, scale);
    let contents = || changes.iter().map(|(change, _)| &change.content);
    let worst = contents().filter_map(|content| content.customer_impact).max();
    let mut tags = content.tags.clone();
    tags.extend(contents().flat_map(|content| content.tags.iter().cloned()));
    let mut facts = Facts::default()
        .with("release.type", release.model.as_str())
        .with("release.tier", risk.tier.word())
        .with("release.points", i64::from(risk.points))
        .with("release.changes", i64::try_from(changes.len()).unwrap_or(i64::MAX))
        .with("release.customer_impact", impact(worst))
        .with(
            "release.emergency",
            changes.iter().any(|(change, _)| change.change_type() == ChangeType::Emergency),
        )
        .with(
            "release.irreversible",
            contents().any(|content| !content.cannot_be_undone.trim().is_empty()),
        )
        .with("release.tags", tags.into_iter().collect::<Vec<_>>());
    if reads.contains("release.rehearsal_days") {
        let parts = changes.iter().map(|(change, _)| change.extras.rehearsed_at());
        let last = bundle_rehearsed_at(release.extras.rehearsed_at(), parts);
        let days = last.map_or(NEVER_DAYS, |at| days_since(at, now).min(NEVER_DAYS));
        facts = facts.with("release.rehearsal_days", days);
    }
    if reads.contains("release.environment") {
        let cis = contents().flat_map(|content| &content.cis);
        let counts = risk::environment(db, content.environment, cis)?;
        facts = facts.with("release.environment", counts.word());
    }
    if reads.contains("release.criticality") {
        let mut levels = BTreeSet::new();
        for (change, _) in changes {
            levels.extend(criticality(db, change)?);
        }
        facts = facts.with("release.criticality", levels.first().copied().unwrap_or(0));
    }
    if reads.contains("release.dependants") {
        let cis = contents().flat_map(|content| &content.cis);
        facts = facts.with("release.dependants", risk::dependants(db, cis)?);
    }
    if reads.contains("release.services") {
        let all: BTreeSet<ServiceId> =
            contents().flat_map(|content| content.services.iter().copied()).collect();
        facts = facts.with("release.services", services(db, &all)?);
    }
    if reads.contains("release.team") {
        facts = facts.with("release.team", team(db, content.team)?.as_str());
    }
    Ok(facts)
}

/// What rules of conflicts are told of a record that is placed; of what only the database tells no
/// more than they read.
pub(crate) fn of_conflict(
    db: &mut dyn Query,
    set: &PolicySet,
    placed: &Placed,
) -> Result<ConflictRecord, Fault> {
    let (reads, side) = (set.conflicts_read(), placed.subject);
    let mut record = ConflictRecord::at(placed.environment, placed.emergency);
    if reads.is_empty() {
        return Ok(record);
    }
    let sql = match side {
        Side::Change(_) => "SELECT change_type, team FROM changes WHERE id = $1",
        Side::Release(_) => "SELECT model, team FROM releases WHERE id = $1",
        Side::Period(_) => return Ok(record),
    };
    if let Some(row) = db.query_one(sql, &[side.id().into()])? {
        row.text(0)?.clone_into(&mut record.record_type);
        if reads.contains("conflict.team") {
            record.team = team(db, row.opt_text(1)?.and_then(|id| id.parse().ok()))?;
        }
    }
    if reads.contains("conflict.criticality") {
        let found = risk::criticality(db, &placed.cis, &placed.services)?;
        record.criticality = found.unwrap_or(0);
    }
    if reads.contains("conflict.services") {
        record.services = services(db, &placed.services)?;
    }
    Ok(record)
}

/// The same of a record that is stored, in the environment that counts for it.
pub(crate) fn of_side(
    db: &mut dyn Query,
    set: &PolicySet,
    side: Side,
    (environment, emergency): (Environment, bool),
) -> Result<ConflictRecord, Fault> {
    let record = ConflictRecord::at(environment, emergency);
    if set.conflicts_read().is_empty() {
        return Ok(record);
    }
    let Some(placement) = placement(db, side)? else { return Ok(record) };
    let placed = placement
        .placed(Interval { start: Timestamp::from_micros(0), end: Timestamp::from_micros(0) });
    of_conflict(db, set, &Placed { environment, emergency, ..placed })
}

fn criticality(db: &mut dyn Query, change: &Change) -> Result<Option<i64>, Fault> {
    risk::criticality(db, &change.content.cis, &change.content.services)
}

fn impact(impact: Option<CustomerImpact>) -> &'static str {
    impact.map_or(UNKNOWN, CustomerImpact::word)
}

fn services(db: &mut dyn Query, services: &BTreeSet<ServiceId>) -> Result<Vec<String>, Fault> {
    let names = Names::default().all(db, services)?;
    Ok(names.into_iter().map(|service| service.name).collect())
}

fn team(db: &mut dyn Query, team: Option<TeamId>) -> Result<String, Fault> {
    Ok(Names::default().opt(db, team)?.map(|team| team.name).unwrap_or_default())
}
