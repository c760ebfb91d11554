//! What a release includes, what is handled on its own, whom it reaches and which team owns what,
//! on the wire. `GET/PATCH /releases/{id}/scope`, `POST /releases/{id}/{freeze|unfreeze}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Ref, Window, patch};
use crate::risk::Risk;

/// What a release leaves to others, or leaves out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideFields {
    /// The change that it is, by number or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What it is, in words; needed when no change is named.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub what: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// What a team contributes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContributionFields {
    /// The team, by id or name.
    pub team: String,
    /// What it owns.
    #[schema(min_length = 1, max_length = 4000)]
    pub owns: String,
    /// What it signs off.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub signs_off: String,
}

/// What people state about the scope; a field that is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeFields {
    /// Who decides about it between the teams, by id or login; null for whoever plans the release.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// What is needed, and done independently of this release.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub independent: Option<Vec<OutsideFields>>,
    /// What is left out on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub excluded: Option<Vec<OutsideFields>>,
    /// The teams, and what each owns and signs off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub teams: Option<Vec<ContributionFields>>,
    /// From when on nothing joins without an exception, RFC 3339; null for no such date.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub freeze_at: Option<Option<String>>,
}

/// The scope document of a release: what people stated, and what is found out from its changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScopeDocument {
    /// The release.
    pub release: Ref,
    /// The release's version; send it as `If-Match`.
    pub version: i64,
    /// Who decides about it between the teams.
    pub owner: Option<Ref>,
    /// True when nothing joins any more without an exception.
    pub frozen: bool,
    /// From when on, RFC 3339, when a date was set.
    pub freeze_at: Option<String>,
    /// How it was frozen by hand.
    pub freeze: Option<Frozen>,
    /// The changes in deploy order.
    pub included: Vec<Included>,
    /// What is needed, and done independently.
    pub independent: Vec<Outside>,
    /// What is left out on purpose.
    pub excluded: Vec<Outside>,
    /// CIs that more than one change rests on, or another planned release works on.
    pub shared: Vec<SharedCi>,
    /// True when more are shared than are shown.
    pub shared_more: bool,
    /// Parts that may have to be handled: what the CIs of the changes need, and what needs them.
    pub proposed: Vec<ProposedPart>,
    /// The services of production that feel it, the most critical first; empty for a release that
    /// goes elsewhere.
    pub impact: Vec<ImpactedService>,
    /// The combined risk.
    pub risk: Risk,
    /// The teams: those that are stated, and those of the changes.
    pub teams: Vec<Contribution>,
    /// The releases that must be over before this one.
    pub after: Vec<Neighbour>,
    /// The releases that wait for this one.
    pub followers: Vec<Neighbour>,
}

/// A freeze by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Frozen {
    /// Who.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// A change that the release includes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Included {
    /// The change.
    pub change: Ref,
    /// Its team.
    pub team: Option<Ref>,
    /// The services it touches, by name or through its CIs.
    pub services: Vec<Ref>,
    /// Its tier.
    pub tier: String,
}

/// Something that is outside of the release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Outside {
    /// The change that it is.
    pub change: Option<Ref>,
    /// What it is, in words.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// A CI that several parts of the plan rest on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SharedCi {
    /// The CI.
    pub ci: Ref,
    /// The changes of this release that touch it, or need it.
    pub changes: Vec<Ref>,
    /// Other planned releases that work on it.
    pub releases: Vec<Ref>,
}

/// A team and its part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Contribution {
    /// The team.
    pub team: Ref,
    /// What it owns; empty as long as nobody stated it.
    pub owns: String,
    /// What it signs off.
    pub signs_off: String,
    /// Its changes in this release.
    pub changes: Vec<Ref>,
    /// Who signed its part off, as it is stated now and with these changes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_by: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_at: Option<String>,
    /// What was said with that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_note: Option<String>,
    /// True when it was signed off before its words or changes moved.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub lapsed: bool,
    /// Whether the reader may sign it off.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub yours: bool,
}

/// `scope/sign-off`: signs off the part of a team.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignOff {
    /// The team; needed where the reader may sign off for more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// A word to it.
    #[schema(max_length = 2000)]
    pub note: String,
}

/// A part that nobody touches and nobody stated, and that may have to be handled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposedPart {
    /// `infrastructure`, `application` or `third_party`, by the words of the CI's kind.
    pub kind: String,
    /// The CI.
    pub ci: Ref,
    /// Its service.
    pub service: Option<Ref>,
    /// The team that owns that.
    pub team: Option<Ref>,
    /// The way from a CI of the release: `pay-app → uses → pay-db`.
    pub path: String,
    /// The changes that touch where the way begins.
    pub changes: Vec<Ref>,
}

/// A service that feels the release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImpactedService {
    /// The service.
    pub service: Ref,
    /// How much hangs on it, from 1 (most) to 4.
    pub criticality: u8,
    /// True when a change touches it; false when it rests on what is touched.
    pub direct: bool,
    /// The changes that do it.
    pub changes: Vec<Ref>,
}

/// A release that this one waits for, or that waits for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Neighbour {
    /// The release.
    pub release: Ref,
    /// Its phase.
    pub phase: String,
    /// Its window.
    pub window: Option<Window>,
    /// Whether it was carried out and verified.
    pub verified: bool,
}
