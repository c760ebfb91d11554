//! Teams on the wire. `POST/GET /teams`, `GET/PATCH /teams/{id}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;

/// The fields of a team. A new one needs `name`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TeamFields {
    /// Unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What it does.
    #[schema(max_length = 4000)]
    pub description: Option<String>,
    /// Its people, by id or login; replaces the list.
    #[schema(max_items = 500)]
    pub members: Option<Vec<String>>,
}

/// A team.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its people.
    pub members: Vec<Ref>,
}
