//! Figures on the wire. `GET /reports`, `GET /reports/{name}`, `GET /reports/{name}/records`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref};

/// What a figure means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FigureDefinition {
    /// Its name for people.
    pub title: String,
    /// What it says, in a sentence.
    pub says: String,
    /// `share`, `frequency`, `ratio`, `spread` (told by its middle) or `mean`.
    pub shape: String,
    /// What its value is measured in, such as `seconds`.
    pub unit: String,
    /// What is counted, and what is left out.
    pub counts: String,
    /// The instant that places a record in a period.
    pub placed: String,
    /// The zone in which days begin.
    pub zone: String,
    /// How it is known that one thing led to another, where that matters.
    pub causes: Vec<String>,
    /// Where the definition comes from.
    pub source: String,
    /// Which way is good: `higher`, `lower` or `neither`.
    pub better: String,
}

/// The value of a figure in a time. What was not collected has no value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureValue {
    /// How many records were asked.
    pub n: i64,
    /// How many of them count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counted: Option<i64>,
    /// The value; absent where nothing was collected.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<f64>,
    /// Of a share, the lower end of where its true value lies with 95 % (Wilson).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub low: Option<f64>,
    /// The upper end of that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<f64>,
    /// Of many values, the middle one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50: Option<f64>,
    /// Of many values, that below which nine in ten lie.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p90: Option<f64>,
    /// Of many values, their mean.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
}

/// What a figure does by chance alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ControlLimits {
    /// Below it, something is different.
    pub low: f64,
    /// What is usual.
    pub middle: f64,
    /// Above it, something is different.
    pub high: f64,
}

/// A figure in one week, month or quarter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigurePoint {
    /// Its first day, such as 2026-11-01.
    pub from: String,
    /// The first day after it.
    pub to: String,
    /// The value.
    pub value: FigureValue,
    /// Its control limits, where there are points enough.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limits: Option<ControlLimits>,
}

/// A figure of one team, service, type or size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FigureGroup {
    /// The team or service; absent for types and sizes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<Ref>,
    /// What the filter of the same name takes.
    pub key: String,
    /// The value.
    pub value: FigureValue,
    /// The value in the time before.
    pub before: FigureValue,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Its name, such as `change_failure_rate`.
    pub name: String,
    /// What it means.
    pub definition: FigureDefinition,
    /// The value in the time that was asked for.
    pub value: FigureValue,
    /// The value in as many days just before.
    pub before: FigureValue,
    /// Week by week, month by month or quarter by quarter.
    pub history: Vec<FigurePoint>,
    /// By team, service, type or size, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub groups: Vec<FigureGroup>,
}

/// What was asked, with what was taken where nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportAsked {
    /// The first day, such as 2026-11-01.
    pub from: String,
    /// The first day after.
    pub to: String,
    /// The zone in which days begin.
    pub zone: String,
    /// `week`, `month`, `quarter`, `team`, `service`, `type` or `size`.
    pub by: String,
    /// Of this team alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Ref>,
    /// Of this service alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<Ref>,
    /// Of this type alone.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// Of releases of this size alone, such as `2 to 5 changes`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<String>,
    /// How many events of the log are not counted yet; they are within moments, unless the figures
    /// are being made anew.
    pub behind: i64,
}

/// Figures of one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// What was asked.
    pub asked: ReportAsked,
    /// The figures.
    pub items: Vec<Figure>,
    /// The types that records have, for the filter.
    pub types: Vec<String>,
}

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportRecord {
    /// `change`, `release` or `incident`.
    pub kind: String,
    /// The record.
    pub record: Ref,
    /// The instant that places it, RFC 3339.
    pub at: String,
    /// Whether it counts, for shares.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counted: Option<bool>,
    /// Its value, for figures of many values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<i64>,
    /// Its type, such as `normal change`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The team that owns it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Ref>,
    /// What the figure rests on besides the record itself, such as incidents.
    pub because: Vec<Ref>,
}

/// The question after a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Survey {
    /// Which release.
    pub release: Ref,
    /// How many are asked.
    pub asked: u32,
    /// How many have answered.
    pub answered: u32,
    /// The mean of their answers, 1 to 5; absent while there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
    /// When they were asked, RFC 3339.
    pub opened_at: String,
    /// Until when answers are taken, RFC 3339.
    pub until: String,
    /// What was answered; the latest first, without names.
    pub answers: Vec<SurveyAnswer>,
    /// The reader's own answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mine: Option<SurveyAnswer>,
    /// Whether the reader may answer now.
    pub actions: Vec<Action>,
}

/// An answer to the question after a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyAnswer {
    /// 1 (not content at all) to 5 (entirely).
    pub score: u8,
    /// In words.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub words: String,
}

/// A release that the reader is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyRow {
    /// Which release.
    pub release: Ref,
    /// Until when answers are taken, RFC 3339.
    pub until: String,
}
