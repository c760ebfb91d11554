//! Post-implementation reviews on the wire. `GET /reviews`, `GET/PUT /reviews/{id}`,
//! `POST /reviews/{id}/complete`, `POST /reviews/{id}/annotations`, `GET /reviews/actions`;
//! `PUT /releases/{id}/review` and `PUT /changes/{id}/review` write the review of a record.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref};

/// What people write into a review.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewFields {
    /// What went well.
    #[schema(max_length = 20000)]
    pub went_well: Option<String>,
    /// What went wrong.
    #[schema(max_length = 20000)]
    pub went_wrong: Option<String>,
    /// The root cause; required after a rollback or a failure.
    #[schema(max_length = 20000)]
    pub root_cause: Option<String>,
    /// Whether the objectives were met.
    #[schema(max_length = 20000)]
    pub objectives_met: Option<String>,
    /// The measures set at planning, judged; those that are not named stay as they are.
    #[schema(max_items = 100)]
    pub kpis: Option<Vec<ReviewKpi>>,
    /// What users say.
    #[schema(max_length = 20000)]
    pub user_feedback: Option<String>,
    /// The value for the business that was reached.
    #[schema(max_length = 20000)]
    pub business_value: Option<String>,
    /// What follows from it.
    #[schema(max_items = 100)]
    pub actions: Option<Vec<ReviewAction>>,
    /// True to complete the review in the same write.
    pub complete: Option<bool>,
}

/// A measure of success, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewKpi {
    /// What is measured, as it was set at planning.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The value that counts as success, in answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<String>,
    /// The value that was reached.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub reached: String,
    /// Whether the target was met; needed to complete the review.
    #[serde(default)]
    pub met: Option<bool>,
}

/// An action item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAction {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Who does it, by id or login.
    #[serde(default)]
    pub owner: Option<String>,
    /// By when, a date such as 2026-12-24.
    #[serde(default)]
    pub due_on: Option<String>,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
    /// The owner's name, in answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner_name: Option<String>,
}

/// A review.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// `PIR-…`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// The release or change it looks back on.
    pub subject: Ref,
    /// `release` or `change`.
    pub subject_kind: String,
    /// Why it is owed: `release`, `emergency`, `failed` or `rolled_back`.
    pub why: String,
    /// `open` or `completed`.
    pub state: String,
    /// What went well.
    pub went_well: String,
    /// What went wrong.
    pub went_wrong: String,
    /// The root cause.
    pub root_cause: String,
    /// Whether the objectives were met.
    pub objectives_met: String,
    /// The measures set at planning, as they were judged.
    pub kpis: Vec<ReviewKpi>,
    /// What users say.
    pub user_feedback: String,
    /// The value for the business that was reached.
    pub business_value: String,
    /// What follows from it.
    pub actions: Vec<ReviewAction>,
    /// Filled in from the record: what happened, when.
    pub timeline: Vec<Moment>,
    /// By when it is due, a date; set when its release was submitted.
    pub due_on: Option<String>,
    /// Who completes it by confirming what was filled in from the record; absent where it is
    /// written by hand.
    pub confirmer: Option<String>,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When it was completed, RFC 3339.
    pub completed_at: Option<String>,
    /// Who completed it.
    pub completed_by: Option<String>,
    /// What may be done now (`complete`, `annotate`).
    pub allowed: Vec<Action>,
}

/// One moment of the timeline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Moment {
    /// When, RFC 3339.
    pub at: String,
    /// What, in words.
    pub what: String,
    /// Who.
    pub who: String,
    /// True for a remark of the reviewers; the rest comes from the record.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub remark: bool,
}

/// A remark on an instant of the timeline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    /// The instant, RFC 3339; not in the future.
    pub at: String,
    /// What is to be known about it.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// An action item in the list of all.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ActionRow {
    /// Its review.
    pub review: Ref,
    /// What that looks back on.
    pub subject: Ref,
    /// Its number in the review, from 1.
    pub item: u32,
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub owner: Option<Ref>,
    /// By when, a date.
    pub due_on: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// Whether its day is past and it is not done.
    pub overdue: bool,
}

/// One line of the list of reviews.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewRow {
    /// Its id.
    pub id: String,
    /// `PIR-…`.
    pub number: String,
    /// What it looks back on.
    pub subject: Ref,
    /// `release` or `change`.
    pub subject_kind: String,
    /// Why it is owed.
    pub why: String,
    /// `open` or `completed`.
    pub state: String,
    /// Action items not yet done.
    pub actions_open: u32,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// By when it is due, a date.
    pub due_on: Option<String>,
}
