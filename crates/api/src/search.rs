//! Full-text search on the wire. `GET /search?q=&kind=`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A record that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// `change`, `release`, `incident`, `service`, `ci`, `person`, `team`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its phase or state; a CI's kind, a person's login.
    pub state: String,
}
