//! The policy on the wire: its models and files, their check, and what they come to for a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;
use crate::release::ModelState;

/// A release or change model in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `release` or `change`.
    pub kind: String,
    /// Its name, used as the record's type.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The version in force.
    pub version: String,
    /// Who answers for it, in words.
    pub owner: Option<String>,
    /// The day on which it is to be looked at again.
    pub review_on: Option<String>,
    /// How long the window of a release is where nothing is said, in minutes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window_minutes: Option<u32>,
    /// How it opens releases by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cadence: Option<Cadence>,
    /// Its states in order.
    pub states: Vec<ModelState>,
    /// The approval it asks for, in words, stage by stage.
    pub approval: Vec<String>,
    /// The file, as it is kept.
    pub source: String,
}

/// How a release model opens releases by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Cadence {
    /// On which days a window begins, as RFC 5545 writes it.
    pub rule: String,
    /// The day from which the rule counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// The time of day at which it begins.
    pub start: String,
    /// How that is read, an IANA zone.
    pub zone: String,
    /// How many days before its window a release is opened.
    pub lead_days: u16,
    /// What is opened next; absent when the rule has ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<Opening>,
}

/// A release that is opened by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Opening {
    /// What it will be called.
    pub title: String,
    /// When its draft is opened, RFC 3339.
    pub opens_at: String,
    /// When its window begins, RFC 3339.
    pub starts_at: String,
}

/// A release that is only thought of.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProposeModel {
    /// The changes that would travel in it, by number or id.
    pub changes: Vec<String>,
    /// Where; production when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// Which model fits, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ModelProposal {
    /// The version of the policy that says so.
    pub policy: i64,
    /// The type of release: the first model, in the order of the files, whose `applies_when` holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proposed: Option<String>,
    /// What its rule read, or why none is proposed.
    pub reason: String,
    /// The rule of each model that has one.
    pub rules: Vec<ExplainedRule>,
}

/// A policy: all its files, and what their expressions may read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Which it is.
    #[serde(flatten)]
    pub version: PolicyVersion,
    /// Its files, by path.
    pub files: BTreeMap<String, String>,
    /// The facts that expressions may read.
    pub facts: Vec<Fact>,
}

/// A version of the policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyVersion {
    /// Its number; 0 for what the program brings along. `If-Match` of an activation names it.
    pub version: i64,
    /// What is new, in the words of who put it in force.
    pub note: String,
    /// Who put it in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<String>,
}

/// A fact that expressions may read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Fact {
    /// As it is written, such as `change.tier`.
    pub name: String,
    /// `word`, `text`, `flag`, `number` or `texts`.
    pub kind: String,
    /// The words it can be; for a number the least and the most.
    pub values: Vec<String>,
    /// What it means.
    pub about: String,
}

/// A set of files to be checked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckPolicy {
    /// Every file, by path.
    pub files: BTreeMap<String, String>,
}

/// What a check of a set of files came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyChecked {
    /// Everything that is wrong; nothing when it may come into force.
    pub findings: Vec<PolicyFinding>,
    /// The files that differ from those in force, by path.
    pub changed: Vec<String>,
    /// The version in force.
    pub version: i64,
}

/// Something that is wrong with a file of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyFinding {
    /// The file; empty for the set as a whole.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// What was meant, perhaps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suggestion: Option<String>,
}

/// A set of files to be put in force, whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// Every file, by path.
    pub files: BTreeMap<String, String>,
    /// What is new.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: String,
}

/// Why a record needs the approval it needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The version of the policy that decided, or would decide now.
    pub policy: i64,
    /// The version in force.
    pub in_force: i64,
    /// Whether an approval that is under way or stands was made from it.
    pub decided: bool,
    /// The model.
    pub model: String,
    /// Its version.
    pub model_version: u32,
    /// The file it stands in.
    pub file: String,
    /// The tier of the record's risk.
    pub tier: String,
    /// Its points.
    pub points: u32,
    /// The approval that follows, in words, stage by stage.
    pub approval: Vec<String>,
    /// Every rule of the model: its stages, and the factors of the risk.
    pub rules: Vec<ExplainedRule>,
}

/// A rule and what it came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExplainedRule {
    /// `stage`, `refusal`, `factor`, `conflict` or `model`.
    pub about: String,
    /// The stage in words, the sentence of the refusal, the name of the factor, or the kind of
    /// conflict and the other side.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The line of its expression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Its expression; none for what always holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expression: Option<String>,
    /// Whether the stage is asked for; whether the go is refused; whether the factor adds points;
    /// whether the conflict blocks.
    pub matched: bool,
    /// The same in words.
    pub outcome: String,
    /// The facts it read.
    pub facts: Vec<ExplainedFact>,
}

/// A fact that a rule read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExplainedFact {
    /// Its name, such as `change.tier`.
    pub name: String,
    /// What it means.
    pub about: String,
    /// What it is.
    pub value: String,
    /// The other values that would change the outcome, all else being equal.
    pub turns: Vec<Turn>,
}

/// What would change the outcome of a rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// The value.
    pub value: String,
    /// The outcome it would have.
    pub outcome: String,
}

/// What the rules that are only observed would have decided, beside what was decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Observed {
    /// The version in force.
    pub policy: i64,
    /// The services, those with most differences first.
    pub services: Vec<ObservedService>,
    /// The records one by one, conflicts first.
    pub items: Vec<ObservedItem>,
    /// True when there are more than are told.
    pub truncated: bool,
}

/// What is observed of a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObservedService {
    /// Which.
    pub service: Ref,
    /// How often an observed rule holds.
    pub observed: u32,
    /// How often it would have decided otherwise.
    pub different: u32,
}

/// A record for which an observed rule holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObservedItem {
    /// `conflict` or `stage`.
    pub about: String,
    /// The record.
    pub subject: Ref,
    /// What is decided about: the conflict and the other side, or its approval.
    pub what: String,
    /// The rule or stage that is observed.
    pub rule: String,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line of its expression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// What was decided.
    pub decided: String,
    /// What it would have decided.
    pub would: String,
    /// Whether that is something else.
    pub different: bool,
    /// The services that the record touches.
    pub services: Vec<Ref>,
}

/// A replay that is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayPolicy {
    /// How many days to look back, by when the records were raised.
    #[schema(minimum = 1, maximum = 20000)]
    pub days: u32,
    /// The files to try, by path; those in force when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub files: Option<BTreeMap<String, String>>,
}

/// How stored records would be routed, compared with how they were.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// Records raised from here on were looked at, RFC 3339.
    pub since: String,
    /// The version in force.
    pub version: i64,
    /// How many changes were looked at.
    pub changes: u32,
    /// How many releases.
    pub releases: u32,
    /// How many of them would be routed otherwise.
    pub different: u32,
    /// Whether every record of that time was looked at.
    pub complete: bool,
    /// The differences counted, the most frequent first.
    pub groups: Vec<ReplayGroup>,
    /// The first of them one by one.
    pub differences: Vec<Difference>,
}

/// Records of one kind with one difference.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReplayGroup {
    /// The kind of record, such as `normal change`.
    pub kind: String,
    /// The approval they needed, stage by stage.
    pub was: Vec<String>,
    /// The approval they would need.
    pub would: Vec<String>,
    /// How many.
    pub count: u32,
}

/// A record that would be routed otherwise.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Which.
    pub record: Ref,
    /// Its kind, such as `normal change`.
    pub kind: String,
    /// Whether it was decided; else it is compared with the policy in force.
    pub decided: bool,
    /// How it was, or would be now.
    pub was: Routed,
    /// How it would be.
    pub would: Routed,
}

/// How a record is routed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Routed {
    /// Model and policy, with their versions.
    pub policy: String,
    /// The tier.
    pub tier: String,
    /// The approval, stage by stage.
    pub approval: Vec<String>,
}
