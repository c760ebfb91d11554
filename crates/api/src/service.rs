//! Services and configuration items on the wire. `POST/GET /services`, `GET/PATCH /services/{id}`,
//! `GET /services/{id}/map`, `POST/GET /cis`, `GET/PATCH /cis/{id}`, `PUT /cis/{id}/relations`,
//! `GET /cis/{id}/map?depth=`, `GET /regions`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, patch};

/// The fields of a service. A new one needs `name`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceFields {
    /// Unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What it does for its users.
    #[schema(max_length = 20000)]
    pub description: Option<String>,
    /// 1 (most critical) to 4.
    pub criticality: Option<u8>,
    /// Who answers for it, by id or login.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// The team that runs it, by id or name.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<String>>,
    /// Minutes of data that may be lost (recovery point objective).
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub data_loss_minutes: Option<Option<u32>>,
    /// Known limits, copied into rollback plans.
    #[schema(max_length = 4000)]
    pub known_limits: Option<String>,
    /// Where it stands; a CI of it may say otherwise.
    #[schema(max_length = 200)]
    pub region: Option<String>,
}

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// 1 (most critical) to 4.
    pub criticality: u8,
    /// Who answers for it.
    pub owner: Option<Ref>,
    /// The team that runs it.
    pub team: Option<Ref>,
    /// Minutes of data that may be lost.
    pub data_loss_minutes: Option<u32>,
    /// Known limits.
    pub known_limits: String,
    /// Where it stands.
    pub region: String,
    /// The version it runs, as the last verified release made it available.
    pub version_running: String,
    /// The release that made it available.
    pub version_release: Option<Ref>,
    /// Its first hundred CIs; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cis: Option<Vec<Ref>>,
    /// How many CIs it has.
    pub cis_total: u32,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// A region in which some service or CI stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Its name, as it was written.
    pub name: String,
}

/// The fields of a CI. A new one needs `name`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CiFields {
    /// Unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// `application`, `database`, `server`, `network`, or any word of the user's.
    #[schema(max_length = 200)]
    pub kind: Option<String>,
    /// 1 (most critical) to 4.
    pub criticality: Option<u8>,
    /// `production`, `staging`, `test` or `development`.
    pub environment: Option<String>,
    /// Where it stands; where its service does when it says nothing.
    #[schema(max_length = 200)]
    pub region: Option<String>,
    /// The version it runs.
    #[schema(max_length = 200)]
    pub version_running: Option<String>,
    /// The service it belongs to, by id or name.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub service: Option<Option<String>>,
}

/// A configuration item.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Ci {
    /// Its id.
    pub id: String,
    /// Its version as a record.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// 1 (most critical) to 4.
    pub criticality: u8,
    /// Where it serves.
    pub environment: String,
    /// Where it stands.
    pub region: String,
    /// The version it runs.
    pub version_running: String,
    /// The release that made it available; none for one that was written down.
    pub version_release: Option<Ref>,
    /// The service it belongs to.
    pub service: Option<Ref>,
    /// What it needs; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relations: Option<Vec<Relation>>,
    /// What needs it; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dependants: Option<Vec<Relation>>,
    /// The latest changes on it; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changes: Option<Vec<crate::change::ChangeRow>>,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// A relation from one CI to another that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Relation {
    /// `runs_on`, `uses`, `part_of` or `connects_to`.
    pub kind: String,
    /// The other CI.
    pub ci: Ref,
}

/// What a CI needs, all of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relations {
    /// The relations.
    #[schema(max_items = 500)]
    pub relations: Vec<RelationFields>,
}

/// A relation, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationFields {
    /// `runs_on`, `uses`, `part_of` or `connects_to`.
    pub kind: String,
    /// The CI that is needed, by id or name.
    pub to: String,
}

/// CIs and what connects them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Map {
    /// The CIs.
    pub nodes: Vec<MapNode>,
    /// The relations.
    pub edges: Vec<MapEdge>,
    /// True when there was more than a map shows.
    pub truncated: bool,
}

/// A CI on a map.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MapNode {
    /// The CI.
    pub ci: Ref,
    /// What it is.
    pub kind: String,
    /// 1 to 4.
    pub criticality: u8,
    /// The service it belongs to.
    pub service: Option<Ref>,
}

/// A relation on a map.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MapEdge {
    /// The id of the CI that needs.
    pub from: String,
    /// The id of the CI that is needed.
    pub to: String,
    /// The kind of relation.
    pub kind: String,
}
