//! Models on the wire. `GET /models`: the release types and change types in force.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::release::ModelState;

/// A release or change model in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `release` or `change`.
    pub kind: String,
    /// Its name, used as the record's type.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The version in force.
    pub version: String,
    /// Its states in order.
    pub states: Vec<ModelState>,
    /// The approval it asks for, in words, stage by stage.
    pub approval: Vec<String>,
    /// The file, as it is kept.
    pub source: String,
}
