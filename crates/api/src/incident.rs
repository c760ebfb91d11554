//! Incidents on the wire. `POST/GET /incidents`, `GET/PATCH /incidents/{id}`,
//! `POST /incidents/{id}/comments`, `GET /incidents/{id}/near`, `GET /releases/{id}/blast`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::{Imported, Link};
use crate::common::{Action, Comment, Ref, patch};

/// The fields of an incident. A new one needs `title`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentFields {
    /// What happened, in one line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What is known.
    #[schema(max_length = 20000)]
    pub description: Option<String>,
    /// 1 (worst) to 5.
    pub priority: Option<u8>,
    /// `open`, `resolved` or `closed`.
    pub state: Option<String>,
    /// When it began, RFC 3339.
    pub opened_at: Option<String>,
    /// When service was restored, RFC 3339.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub resolved_at: Option<Option<String>>,
    /// CIs hit, by id or name.
    #[schema(max_items = 500)]
    pub cis: Option<Vec<String>>,
    /// Services hit, by id or name.
    #[schema(max_items = 200)]
    pub services: Option<Vec<String>>,
    /// Who works on it, by id or login.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Option<String>>,
    /// The change that caused it, when that is known.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub caused_by: Option<Option<String>>,
    /// Links to other records.
    #[schema(max_items = 100)]
    pub links: Option<Vec<Link>>,
}

/// One line of the list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IncidentRow {
    /// Its id.
    pub id: String,
    /// `INC-…`.
    pub number: String,
    /// What happened.
    pub title: String,
    /// 1 to 5.
    pub priority: u8,
    /// `open`, `resolved` or `closed`.
    pub state: String,
    /// When it began, RFC 3339.
    pub opened_at: String,
    /// When service was restored, RFC 3339.
    pub resolved_at: Option<String>,
    /// The first CI hit.
    pub ci: Option<Ref>,
    /// The change that caused it.
    pub caused_by: Option<Ref>,
    /// The record's number in the system it was imported from.
    pub source_number: Option<String>,
}

/// An incident, whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// `INC-…`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// What happened.
    pub title: String,
    /// What is known.
    pub description: String,
    /// 1 to 5.
    pub priority: u8,
    /// `open`, `resolved` or `closed`.
    pub state: String,
    /// When it began, RFC 3339.
    pub opened_at: String,
    /// When service was restored, RFC 3339.
    pub resolved_at: Option<String>,
    /// CIs hit.
    pub cis: Vec<Ref>,
    /// Services hit.
    pub services: Vec<Ref>,
    /// Who works on it.
    pub assignee: Option<Ref>,
    /// The change that caused it.
    pub caused_by: Option<Ref>,
    /// Links to other records.
    pub links: Vec<Link>,
    /// The remarks.
    pub comments: Vec<Comment>,
    /// Where it came from, when it was imported.
    pub imported: Option<Imported>,
    /// What may be done now.
    pub actions: Vec<Action>,
}

/// What was changed lately near an incident.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Near {
    /// How many hours before the incident are looked at.
    pub hours: u32,
    /// From when, RFC 3339.
    pub from: String,
    /// Until when, RFC 3339: when the incident began.
    pub to: String,
    /// How many CIs are looked at.
    pub cis: usize,
    /// The changes, the likely cause first.
    pub items: Vec<NearChange>,
    /// Whether there were more than are told.
    pub truncated: bool,
}

/// A change that was worked on shortly before an incident, on what it hits or beside it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NearChange {
    /// The change.
    pub change: Ref,
    /// The release whose deployment carried it out.
    pub release: Option<Ref>,
    /// When work began, RFC 3339.
    pub began_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
    /// Whether it was under way when the incident began.
    pub under_way: bool,
    /// How many minutes before the incident it ended.
    pub minutes_before: i64,
    /// How it ended.
    pub outcome: Option<String>,
    /// `same_ci`, `same_service`, `upstream` or `downstream`; `elsewhere` for one that is named as
    /// the cause and was not found near.
    pub nearness: String,
    /// The CI or service that it worked on; absent for one elsewhere.
    pub hit: Option<Ref>,
    /// The way from what the incident hits to there; empty when it is the same.
    pub path: String,
    /// How its part is known: `explicit` (somebody linked the two), `rollback` (it was taken back
    /// since) or `inferred` (both met the same place within the hours).
    pub causality: String,
    /// Within how many hours before the incident it was looked for.
    pub within_hours: u32,
    /// Why it stands here, in a sentence.
    pub why: String,
}

/// What a release reaches, and the incidents there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BlastRadius {
    /// When its deployment began, RFC 3339.
    pub since: Option<String>,
    /// Until how many hours after the end of the deployment an incident is put down to it.
    pub after_hours: u32,
    /// The CIs that its changes touch.
    pub cis: Vec<Ref>,
    /// The services that its changes touch.
    pub services: Vec<Ref>,
    /// The CIs that need those.
    pub reached_cis: Vec<Ref>,
    /// The services of those, beside the ones that are touched.
    pub reached_services: Vec<Ref>,
    /// The incidents that began on any of these since then, the first one first.
    pub incidents: Vec<BlastIncident>,
    /// Whether there were more than are told.
    pub truncated: bool,
}

/// An incident that began on what a release reaches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BlastIncident {
    /// The incident.
    pub incident: Ref,
    /// 1 to 5.
    pub priority: u8,
    /// `open`, `resolved` or `closed`.
    pub state: String,
    /// When it began, RFC 3339.
    pub opened_at: String,
    /// How the part of the release is known: `explicit`, or `inferred` when it began no later than
    /// `after_hours` after the deployment; absent for later ones.
    pub causality: Option<String>,
    /// Why it stands here.
    pub why: String,
}

/// A notification of an Alertmanager, version 4 of its webhooks. Fields that are not named here are
/// taken and not looked at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlertGroup {
    /// What the alerts have in common.
    #[serde(rename = "groupKey")]
    #[schema(min_length = 1)]
    pub group_key: String,
    /// The alerts.
    #[schema(max_items = 1000)]
    pub alerts: Vec<FiredAlert>,
    /// The labels that all of them have.
    #[serde(rename = "commonLabels", default)]
    pub common_labels: BTreeMap<String, String>,
    /// The annotations that all of them have.
    #[serde(rename = "commonAnnotations", default)]
    pub common_annotations: BTreeMap<String, String>,
    /// The labels that they are grouped by.
    #[serde(rename = "groupLabels", default)]
    pub group_labels: BTreeMap<String, String>,
}

/// An alert of a notification.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FiredAlert {
    /// `firing` or `resolved`.
    pub status: String,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// When it began, RFC 3339.
    #[serde(rename = "startsAt")]
    pub starts_at: String,
    /// When it ended, RFC 3339, for one that is resolved.
    #[serde(rename = "endsAt", default)]
    pub ends_at: String,
    /// What stays the same when it is told again.
    pub fingerprint: String,
}
