//! Exceptions on the wire. `POST/GET /exceptions`, `GET /exceptions/{id}`,
//! `POST /exceptions/{id}/{grant|refuse|revoke}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref};

/// What is asked for: a rule, the record that is to pass it, what the rule holds against it, why,
/// and until when.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionFields {
    /// `blackout`, `outside_window`, `peak_hours`, `business_event`, `same_ci`, `dependency`,
    /// `release_order` or `scope_freeze`.
    pub rule: String,
    /// The change or release that is to pass, by number or id.
    pub subject: String,
    /// The blackout, maintenance window, change or release that the rule holds against it, by
    /// number or id.
    pub with: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// When it ends, RFC 3339, to the second; at most a year ahead.
    pub until: String,
}

/// An exception.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// `EXC-…`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// The rule.
    pub rule: String,
    /// `requested`, `granted`, `refused`, `revoked` or `expired`.
    pub state: String,
    /// The record that may pass.
    pub subject: Ref,
    /// What the rule holds against it.
    pub with: Ref,
    /// Why.
    pub reason: String,
    /// When it ends, RFC 3339.
    pub until: String,
    /// Who asked.
    pub asked_by: Option<Ref>,
    /// When, RFC 3339.
    pub asked_at: String,
    /// Who granted or refused it, when, and in which words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided: Option<Decided>,
    /// Who took it back, when and why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked: Option<Decided>,
    /// What may be done now; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
}

/// A decision about an exception.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Decided {
    /// Who.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// A reason or remark.
    pub note: Option<String>,
}
