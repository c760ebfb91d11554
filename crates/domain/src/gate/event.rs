//! What happens at a gate. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::{ChangeId, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::gate::{Purpose, Reason, Word};
use crate::vocabulary::Environment;

/// An event of a gate's stream: of one artifact at one environment, for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum GateEvent {
    /// It answers otherwise than before, or for the first time.
    #[serde(rename = "gate.answered.v1")]
    Answered {
        /// What was asked about.
        artifact: Artifact,
        /// Where it was to go.
        environment: Environment,
        /// What for.
        purpose: Purpose,
        /// The answer.
        answer: Word,
        /// Why.
        reasons: Vec<Reason>,
        /// The version of the policy in force.
        policy: i64,
        /// The releases behind it, on whose history it stands.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        releases: Vec<ReleaseId>,
        /// The changes behind it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<ChangeId>,
    },
    /// Someone told that the artifact was deployed.
    #[serde(rename = "gate.deployment_seen.v1")]
    DeploymentSeen {
        /// What.
        artifact: Artifact,
        /// Where.
        environment: Environment,
        /// On which CI, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ci: Option<String>,
        /// By whom, as the teller calls them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deployed_by: Option<String>,
        /// When.
        deployed_at: Timestamp,
        /// The change that was opened because nothing authorised it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unauthorised: Option<ChangeId>,
    },
}

/// An event of the stream of a request that is answered by calling back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum GateRequestEvent {
    /// It came in.
    #[serde(rename = "gate_request.received.v1")]
    Received {
        /// The sender's name of the delivery.
        delivery: String,
        /// What it asks about.
        artifact: Artifact,
        /// Where that is to go, as the sender calls it.
        environment: String,
        /// The address that is answered to.
        callback: String,
        /// The sender's name of the application it is installed as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installation: Option<u64>,
        /// Where the artifact comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repository: Option<String>,
    },
    /// It was answered, for good or with why it waits.
    #[serde(rename = "gate_request.told.v1")]
    Told {
        /// The answer.
        answer: Word,
        /// In which words.
        comment: String,
    },
    /// It will not be answered any more.
    #[serde(rename = "gate_request.given_up.v1")]
    GivenUp {
        /// Why.
        reason: String,
    },
}
