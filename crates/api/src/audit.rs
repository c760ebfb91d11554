//! The log on the wire. `GET /audit/events?subject=&cursor=&limit=`; `GET /audit/verify` is the
//! command line's `interlock audit verify`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// In words: "submitted", "window set".
    pub what: String,
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
