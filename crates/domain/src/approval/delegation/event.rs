//! What happens to a delegation. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// An event of a delegation's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum DelegationEvent {
    /// A deputy was named.
    #[serde(rename = "delegation.set.v1")]
    Set {
        /// Who is absent.
        person: PersonId,
        /// Who votes in their place.
        deputy: PersonId,
        /// From when; at once when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Timestamp>,
        /// Until when, exclusive; until it is revoked when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why.
        reason: String,
    },
    /// It was taken back.
    #[serde(rename = "delegation.revoked.v1")]
    Revoked {},
}
