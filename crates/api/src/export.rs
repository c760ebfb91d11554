//! Everything at once on the wire. `GET /export?kind=&format=&log=`: JSON lines of the shapes
//! below, or CSV of one kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::Checkpoint;

/// One line of an export. The first is its head, the last its end; an export without an end was
/// cut off.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// What is in it.
    Export(Head),
    /// A record.
    Record(Record),
    /// An event of the log.
    Event(Logged),
    /// An event that the reader may not see.
    Withheld(Withheld),
    /// A checkpoint of the log up to the event before this line.
    Checkpoint(Checkpoint),
    /// How much it was.
    End(End),
}

/// What is in an export.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Head {
    /// The version of these lines.
    pub version: u32,
    /// When it was begun, RFC 3339.
    pub at: String,
    /// The kinds of record in it, in their order.
    pub kinds: Vec<String>,
    /// Whether the log follows the records.
    pub log: bool,
    /// The public key that the checkpoints in it are checked with; absent before the first one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<String>,
}

/// A record, whole: what its events lead to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// `change`, `release`, `incident`, and so on.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// The format of `state`; it rises when the shape of this kind's states changes.
    pub format: i64,
    /// When it was last written, RFC 3339.
    pub written_at: String,
    /// Everything that is kept of it. Other records are named by their ids.
    #[schema(value_type = Object)]
    pub state: serde_json::Value,
}

/// An event of the log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Logged {
    /// Its place in the log, from 1 without a gap.
    pub position: i64,
    /// Its id.
    pub id: String,
    /// The record's stream, such as `change:chg_…`.
    pub stream: String,
    /// Its place in the stream.
    pub version: i64,
    /// Its name, such as `change.submitted.v1`.
    pub name: String,
    /// When, RFC 3339.
    pub at: String,
    /// The actor, such as `person:per_…`.
    pub actor: String,
    /// What all events of one command share.
    pub correlation: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
    /// The salt of the digest.
    pub salt: String,
    /// The salted SHA-256 of the payload.
    pub digest: String,
    /// The hash of its leaf in the tree over the log, base64; absent where the tree has not come so
    /// far, and in packs, which prove it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leaf: Option<String>,
}

/// An event that the reader may not see: its place and its leaf, so that the tree can be made all
/// the same.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Withheld {
    /// Its place in the log.
    pub position: i64,
    /// The hash of its leaf, base64.
    pub leaf: String,
}

/// How much was exported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct End {
    /// How many records of each kind.
    pub records: BTreeMap<String, u64>,
    /// How many events.
    pub events: u64,
    /// How many records and events the reader may not see, such as tokens of others.
    pub withheld: u64,
}
