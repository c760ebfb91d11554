//! The log on the wire. `GET /audit/events?subject=&kind=&event=&person=&from=&to=`,
//! `GET/POST /audit/checkpoint`, `GET /audit/checkpoints`, `GET /audit/inclusion?event=&size=`,
//! `GET /audit/consistency?from=&to=`, `GET /releases/{id}/evidence`, `POST /audit/packs/verify`;
//! the proof that the whole of it was not touched is the command line's `interlock audit verify`.
//! Hashes of the tree are base64, as in the notes; those of payloads are hexadecimal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;
use crate::export::{Logged, Record};

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

/// How the tree over the log stands, and what of it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// The last position of the log.
    pub head: i64,
    /// How many events the tree holds: all up to this position.
    pub size: i64,
    /// The root of the tree of that size.
    pub root: String,
    /// The public key that checkpoints are checked with, as C2SP signed-note writes it; absent
    /// before the first one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<String>,
    /// The latest checkpoint; absent before the first one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checkpoint: Option<Checkpoint>,
}

/// A signed statement of the tree at a size (C2SP tlog-checkpoint).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checkpoint {
    /// How many events the tree held.
    pub size: i64,
    /// Its root.
    pub root: String,
    /// When it was written, RFC 3339; this is not signed.
    pub at: String,
    /// The signed note, to be kept elsewhere as it is.
    pub note: String,
}

/// That an event is in the tree, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inclusion {
    /// The event.
    pub event: String,
    /// Its position in the log; its leaf is the one at this less one.
    pub position: i64,
    /// How many events the tree holds that it is proved in.
    pub size: i64,
    /// The hash of its leaf.
    pub leaf: String,
    /// The hashes beside the way from the leaf to the root (RFC 6962, section 2.1.1).
    pub hashes: Vec<String>,
    /// The root they lead to.
    pub root: String,
    /// The signed note of that size, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// That the tree of one size is the beginning of the tree of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The smaller size.
    pub from: i64,
    /// The larger one.
    pub to: i64,
    /// The proof (RFC 6962, section 2.1.2).
    pub hashes: Vec<String>,
    /// The root of the smaller one.
    pub from_root: String,
    /// The root of the larger one.
    pub to_root: String,
}

/// Everything that the log holds of a release, with the proof of each event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Pack {
    /// `interlock-evidence/1`.
    pub format: String,
    /// When it was made, RFC 3339.
    pub at: String,
    /// The release.
    pub release: Ref,
    /// The public key of the log.
    pub key: String,
    /// The signed note of the tree in which every event below is proved.
    pub note: String,
    /// How many events each stream of the release holds in that tree; all of them stand below.
    pub streams: BTreeMap<String, u64>,
    /// What the events lead to: the release, its changes, and what belongs to them.
    pub records: Vec<Record>,
    /// The events, in the order of the log.
    pub events: Vec<Evidence>,
}

/// An event of a pack.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// What it is evidence of: `approvals`, `exceptions`, `conflicts`, `tests`, `communications`,
    /// `deployments`, `reviews`, `refusals`, or `history`.
    pub section: String,
    /// What happened, in words and names. They are told by the server and are not proved.
    pub told: Told,
    /// The event as it is stored.
    pub event: Logged,
    /// The hashes beside the way from its leaf to the root.
    pub hashes: Vec<String>,
}

/// An event in words and names.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// The record that it happened to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<Ref>,
    /// Who.
    pub who: String,
    /// What was done.
    pub what: String,
    /// The reason or remark that was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// The fields that it altered.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<FieldChange>,
}

/// What was found when a pack was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackChecked {
    /// The release, by number.
    pub release: String,
    /// When it was made, RFC 3339.
    pub at: String,
    /// How many events are proved.
    pub events: u64,
    /// How many records are what their events lead to.
    pub records: u64,
    /// How many events the tree held.
    pub size: u64,
    /// The key that signed it. Who holds the key of the log from elsewhere compares them.
    pub key: String,
    /// The first thing that is wrong; absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wrong: Option<String>,
}
