//! Figures: what each of them counts, what a record says to it, and how the days add up. A record
//! is asked once for all of its facts; a day keeps their sums; a period is the sum of its days.
//!
//! Invariants: 1. a fact belongs to one figure, one record and one instant; 2. taking away what
//! was added leaves the sums as they were; 3. an incident that was opened before the work began
//! counts against nothing; 4. what was not collected has no value, and is not zero.

mod change;
mod chart;
mod course;
mod definition;
mod fact;
mod figure;
mod incident;
mod lead_time;
mod period;
mod release;
mod sums;
mod survey;
mod value;

pub use change::ChangeSeen;
pub use chart::{Limits, POINTS_MIN, limits};
pub use course::Course;
pub use definition::{Better, CAUSE_DAYS, Cause, Definition, Shape, Unit, ZONE};
pub use fact::{Fact, Harm, Said};
pub use figure::Figure;
pub use incident::{Blamed, IncidentSeen};
pub use lead_time::{Deployed, LeadTime, Merged, lead_time};
pub use period::{DAYS_MAX, Days, Span, day_of};
pub use release::{ReleaseSeen, SIZES, size_of};
pub use sums::{Place, Sum, Sums, bucket};
pub use survey::{
    ASKED_MAX, Given, SURVEY_DAYS, Score, Survey, SurveyEvent, SurveyRefusal, may_answer, open,
    respond,
};
pub use value::{Value, Z95};

#[cfg(test)]
mod tests;
