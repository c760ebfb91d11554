//! The question after a release: how content are those who use what it changed, 1 to 5, once each.
//!
//! Invariants: 1. only who was asked answers, and once; 2. nobody answers after its end.

mod answer;
mod event;
mod refusal;
mod state;

pub use answer::{may_answer, open, respond};
pub use event::SurveyEvent;
pub use refusal::SurveyRefusal;
pub use state::{ASKED_MAX, Given, SURVEY_DAYS, Score, Survey};
