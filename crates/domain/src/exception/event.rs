//! What happens to an exception. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::Side;
use crate::exception::Rule;

/// An event of an exception's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ExceptionEvent {
    /// Someone asked for it.
    #[serde(rename = "exception.requested.v1")]
    Requested {
        /// `EXC-…`.
        number: String,
        /// The rule that is to be passed.
        rule: Rule,
        /// The record that is to pass.
        subject: Side,
        /// What the rule holds against it: a period, a record, a release.
        with: Side,
        /// Why.
        reason: String,
        /// When it ends.
        until: Timestamp,
        /// Who asked.
        asked_by: Option<PersonId>,
    },
    /// It holds from now until its end.
    #[serde(rename = "exception.granted.v1")]
    Granted {
        /// Who answers for it.
        by: PersonId,
        /// A remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It will not hold.
    #[serde(rename = "exception.refused.v1")]
    Refused {
        /// Why.
        reason: String,
    },
    /// It was taken back before its end.
    #[serde(rename = "exception.revoked.v1")]
    Revoked {
        /// Why.
        reason: String,
    },
    /// Its end was reached.
    #[serde(rename = "exception.expired.v1")]
    Expired {},
}
