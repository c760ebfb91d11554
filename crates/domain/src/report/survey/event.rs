//! What happens to a survey. Version 1 of each; golden files under `crates/domain/golden/`.

use std::collections::BTreeSet;

use kernel::{PersonId, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::report::Score;

/// An event of a survey's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum SurveyEvent {
    /// People are asked about a release.
    #[serde(rename = "survey.opened.v1")]
    Opened {
        /// Which.
        release: ReleaseId,
        /// Who.
        asked: BTreeSet<PersonId>,
        /// Until when.
        until: Timestamp,
    },
    /// Someone answered.
    #[serde(rename = "survey.answered.v1")]
    Answered {
        /// Who.
        person: PersonId,
        /// What.
        score: Score,
        /// In words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
}
