//! The log on the wire. `GET /audit/events?subject=&kind=&event=&person=&from=&to=`; the proof that
//! it was not touched is the command line's `interlock audit verify`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;

/// One event of the log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its place in the log; absent for the moment it takes to be numbered.
    pub position: Option<i64>,
    /// The record's stream, such as `change:chg_…`.
    pub stream: String,
    /// Its place in the stream.
    pub version: i64,
    /// Its name, such as `change.submitted.v1`.
    pub name: String,
    /// The kind of record that it happened to, or was tried on: `change`, `release`, `person`.
    pub kind: String,
    /// That record, by its number and title; absent when nothing names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<Ref>,
    /// What was done, behind who did it: "submitted it", "put it in REL-17 Payments".
    pub what: String,
    /// The reason or remark that was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The version of the policy that it was decided under; 0 is the one that the program brings
    /// along. Absent where policy decides nothing, and in events of before it was noted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy: Option<i64>,
    /// The fields that it altered.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<FieldChange>,
    /// When, RFC 3339.
    pub at: String,
    /// Who, in words.
    pub who: String,
    /// The actor as the log holds it, such as `person:per_…`.
    pub actor: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// The salted SHA-256 of the payload.
    pub digest: String,
}

/// A field of a record before and after an event, in words and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The field in words, such as "CIs".
    pub field: String,
    /// What it was; absent when it was empty. Of long lists what was taken out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<String>,
    /// What it is; absent when it was emptied. Of long lists what was put in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<String>,
}
