//! Risk on the wire: a tier and what each factor added to it. `PUT /changes/{id}` carries none:
//! risk is computed, and recorded when a change is assessed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tier with the factors behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Risk {
    /// `low`, `moderate`, `high` or `very_high`.
    pub tier: String,
    /// The points behind the tier, 0 to 100.
    pub points: u32,
    /// True when it is recorded by an event; false for a live preview.
    pub recorded: bool,
    /// What each factor added.
    pub factors: Vec<Factor>,
}

/// What one factor added to the points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Factor {
    /// `criticality`, `dependants`, `environment`, `customer_impact` or `rollback`.
    pub name: String,
    /// Points added.
    pub points: u32,
    /// The most it can add.
    pub points_max: u32,
    /// The evidence, in words.
    pub evidence: String,
}
