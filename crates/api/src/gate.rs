//! Gates on the wire. `POST /gates/check`, `GET /gates`, `GET /gates/{id}`, `GET /gates/key`,
//! `POST /deployments/seen`, `POST /hooks/github`, `POST /hooks/webhook`,
//! `POST /hooks/alertmanager`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Artifact, Ref};

/// May this artifact go to this environment now?
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateQuestion {
    /// What is to go there.
    pub artifact: Artifact,
    /// Where: `production`, `staging`, `test` or `development`.
    pub environment: String,
    /// `deploy`, or `rollback` to restore what ran before; `deploy` when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub purpose: Option<String>,
    /// The CI that it goes to, by id or name; only a record that touches it lets it through.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ci: Option<String>,
    /// The service that it goes to, by id or name; likewise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<String>,
    /// The change or release that is meant, by number or id; any that ships it when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<String>,
}

/// The answer. A program that reads one field reads `verdict`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GateVerdict {
    /// `allow`, `wait` or `deny`.
    pub verdict: String,
    /// Why; never empty.
    pub reasons: Vec<GateReason>,
    /// The records behind it.
    pub records: Vec<Ref>,
    /// What was asked about.
    pub artifact: Artifact,
    /// Where it was to go.
    pub environment: String,
    /// What for.
    pub purpose: String,
    /// When what it waits for ends by itself, RFC 3339, where all of it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<String>,
    /// When it must be asked again at the latest, RFC 3339.
    pub valid_until: String,
    /// The version of the policy in force; 0 for the one that the program brings along.
    pub policy: i64,
    /// The same, signed: a compact JWS (`EdDSA`) that proves itself with the key of
    /// `GET /gates/key` until it ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed: Option<String>,
}

/// Why a gate answers as it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateReason {
    /// The stable code, such as `approval_pending`.
    pub code: String,
    /// A sentence.
    pub sentence: String,
    /// The number of the record behind it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<String>,
    /// When it ends by itself, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<String>,
    /// For whom it waits.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waits_for: Vec<String>,
}

/// The public key that verdicts are signed with, as a JSON Web Key (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateKey {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The key, base64url.
    pub x: String,
    /// Its name: the thumbprint of RFC 7638.
    pub kid: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// What a signed verdict says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateClaims {
    /// `interlock`.
    pub iss: String,
    /// When it was given, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// `allow`, `wait` or `deny`.
    pub verdict: String,
    /// What was asked about.
    pub artifact: Artifact,
    /// Where it was to go.
    pub environment: String,
    /// What for.
    pub purpose: String,
    /// The codes of the reasons.
    pub reasons: Vec<String>,
    /// The numbers of the records behind it.
    pub records: Vec<String>,
    /// The version of the policy.
    pub policy: i64,
}

/// The last answer of a gate: of one artifact at one environment, for one purpose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Gate {
    /// Its id.
    pub id: String,
    /// What was asked about.
    pub artifact: Artifact,
    /// Where.
    pub environment: String,
    /// What for.
    pub purpose: String,
    /// `allow`, `wait` or `deny`; absent where only a deployment was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<String>,
    /// Why.
    pub reasons: Vec<GateReason>,
    /// The records behind it.
    pub records: Vec<Ref>,
    /// Since when it answers so, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<String>,
    /// The deployment that was seen last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<SeenRow>,
}

/// A deployment that was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SeenRow {
    /// On which CI.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ci: Option<String>,
    /// By whom, as the teller calls them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// When, RFC 3339.
    pub at: String,
    /// The change that was opened because nothing authorised it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unauthorised: Option<Ref>,
}

/// A deployment that someone saw.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentSeen {
    /// What was deployed.
    pub artifact: Artifact,
    /// Where: `production`, `staging`, `test` or `development`.
    pub environment: String,
    /// The CI that it runs on, by id or name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ci: Option<String>,
    /// The service, by id or name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<String>,
    /// By whom, as the teller calls them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(max_length = 200)]
    pub by: Option<String>,
    /// When, RFC 3339; now when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<String>,
}

/// What was made of a deployment that was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SeenAnswer {
    /// Whether an approved change or release covers it.
    pub authorised: bool,
    /// Why.
    pub reasons: Vec<GateReason>,
    /// The change that was opened because nothing did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub change: Option<Ref>,
}
