//! The policy in force, the versions before it, and the check of a set that is not in force.

use std::collections::BTreeMap;

use api::policy::{
    Fact as ShownFact, Model, Policy as Shown, PolicyChecked, PolicyFinding, PolicyVersion,
};
use api::release::ModelState;
use domain::policy::{ConditionalStage, Files};
use domain::{Aggregate, General};
use kernel::{Actor, Timestamp};
use ports::{Fault, Query, Row};

use crate::bus::Stop;
use crate::names::Names;
use crate::policy::activate::flaws;
use crate::policy::cadence;
use crate::policy::document::Finding;
use crate::policy::facts::{CHANGE, CONFLICT, Fact, Kind, RELEASE};
use crate::policy::force::{InForce, files_of, in_force, policy_id};
use crate::policy::set::built_in;
use crate::read::cursor_parts;

const COLUMNS: &str = "SELECT version, actor, at, payload FROM events WHERE stream = $1";

fn stream() -> String {
    domain::policy::Policy::stream(policy_id())
}

/// The policy in force, or one that was.
pub(super) fn policy(db: &mut dyn Query, version: Option<i64>) -> Result<Shown, Stop> {
    let version = match version {
        Some(version) => version,
        None => in_force(db)?.version,
    };
    let facts = [CHANGE, RELEASE, CONFLICT].into_iter().flatten().map(shown_fact).collect();
    if version == 0 {
        let files = built_in();
        return Ok(Shown { version: first_version(), files, facts });
    }
    let sql = format!("{COLUMNS} AND version = $2");
    let row = db.query_one(&sql, &[stream().into(), version.into()])?;
    let unknown = || General::Unknown { kind: "version of the policy", name: version.to_string() };
    let row = row.ok_or_else(unknown)?;
    let files = files_of(row.text(3)?)?;
    Ok(Shown { version: shown_version(db, &row)?, files, facts })
}

/// The versions, newest first; the last one is what the program brings along.
pub(super) fn versions(
    db: &mut dyn Query,
    cursor: Option<&str>,
    limit: u32,
) -> Result<api::common::Page<PolicyVersion>, Fault> {
    let before = cursor.and_then(cursor_parts).map_or(i64::MAX, |(version, _)| version);
    let sql = format!("{COLUMNS} AND version < $2 ORDER BY version DESC LIMIT $3");
    let params = [stream().into(), before.into(), (i64::from(limit) + 1).into()];
    let mut rows = db.query(&sql, &params)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let mut items = Vec::with_capacity(rows.len() + 1);
    for row in &rows {
        items.push(shown_version(db, row)?);
    }
    let last = items.last().map(|last: &PolicyVersion| crate::read::cursor_text(last.version, ""));
    if !more {
        items.push(first_version());
    }
    Ok(api::common::Page { items, next: last.filter(|_| more) })
}

fn first_version() -> PolicyVersion {
    let note = "The rules that the program brings along.".to_owned();
    PolicyVersion { version: 0, note, by: None, at: None }
}

fn shown_version(db: &mut dyn Query, row: &Row) -> Result<PolicyVersion, Fault> {
    let payload: serde_json::Value = serde_json::from_str(row.text(3)?).unwrap_or_default();
    Ok(PolicyVersion {
        version: row.int(0)?,
        note: payload["note"].as_str().unwrap_or_default().to_owned(),
        by: Some(Names::default().actor(db, &Actor::of_label(row.text(1)?))?),
        at: Some(row.time(2)?.to_string()),
    })
}

fn shown_fact(fact: &Fact) -> ShownFact {
    let (kind, values) = match fact.kind {
        Kind::Word(words) => ("word", words().into_iter().map(str::to_owned).collect()),
        Kind::Text => ("text", vec![]),
        Kind::Flag => ("flag", vec!["true".to_owned(), "false".to_owned()]),
        Kind::Number(min, max) => ("number", vec![min.to_string(), max.to_string()]),
        Kind::Texts => ("texts", vec![]),
    };
    let (name, about) = (fact.name.to_owned(), fact.about.to_owned());
    ShownFact { name, kind: kind.to_owned(), values, about }
}

/// What would keep a set of files from coming into force, and which of them differ from those that
/// are.
pub(super) fn check(
    db: &mut dyn Query,
    files: &Files,
    administrator: bool,
) -> Result<PolicyChecked, Fault> {
    let now = in_force(db)?;
    let findings = flaws(db, &now.set, files, administrator)?;
    let paths = files.keys().chain(now.set.files().keys());
    let mut changed: Vec<String> =
        paths.filter(|path| files.get(*path) != now.set.files().get(*path)).cloned().collect();
    changed.sort();
    changed.dedup();
    let findings = findings.into_iter().map(shown_finding).collect();
    Ok(PolicyChecked { findings, changed, version: now.version })
}

fn shown_finding(finding: Finding) -> PolicyFinding {
    let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    PolicyFinding {
        file: finding.file,
        line: place(finding.line),
        column: place(finding.column),
        detail: finding.detail,
        suggestion: finding.suggestion,
    }
}

/// The models in force as pages show them.
pub(super) fn models(db: &mut dyn Query, now: Timestamp) -> Result<Vec<Model>, Fault> {
    let InForce { version, set: policy } = in_force(db)?;
    let since = cadence::in_force_since(db, version)?.unwrap_or(now);
    let mut cadences = BTreeMap::new();
    for (model, cadence) in policy.cadences() {
        let shown = cadence::shown(db, (model, cadence), now.max(since))?;
        cadences.insert(&model.name, shown);
    }
    let source = |file: &str| policy.files().get(file).cloned().unwrap_or_default();
    let releases = policy.releases.values().map(|ruled| Model {
        kind: "release".to_owned(),
        name: ruled.model.name.clone(),
        title: ruled.model.title.clone(),
        description: ruled.model.description.clone(),
        version: ruled.model.version.to_string(),
        owner: ruled.model.owner.clone(),
        review_on: ruled.model.review_on.map(|day| day.to_string()),
        window_minutes: Some(ruled.model.window_minutes),
        cadence: cadences.remove(&ruled.model.name),
        states: ruled.model.states.iter().map(state).collect(),
        approval: ruled.model.approval.iter().map(words).collect(),
        source: source(&ruled.file),
    });
    let changes = policy.changes.values().map(|ruled| Model {
        kind: "change".to_owned(),
        name: ruled.model.name.word().to_owned(),
        title: ruled.model.title.clone(),
        description: ruled.model.description.clone(),
        version: ruled.model.version.to_string(),
        owner: ruled.model.owner.clone(),
        review_on: ruled.model.review_on.map(|day| day.to_string()),
        window_minutes: None,
        cadence: None,
        states: Vec::new(),
        approval: ruled.model.approval.iter().map(words).collect(),
        source: source(&ruled.file),
    });
    Ok(releases.chain(changes).collect())
}

fn state(state: &domain::policy::ModelState) -> ModelState {
    ModelState { name: state.name.clone(), phase: state.phase.word().to_owned() }
}

fn words(conditional: &ConditionalStage) -> String {
    let stage = &conditional.stage;
    let groups: Vec<&str> = stage.groups.iter().map(|group| group.name.as_str()).collect();
    let observed = if conditional.observe { " (only observed)" } else { "" };
    format!("{}: {}{observed}", stage.name, groups.join(" and "))
}
