//! Completes a review.

use api::common::Written;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::review::{Review, complete};
use ports::Query;
use serde::de::IgnoredAny;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::problem::Answer;
use crate::review::find::find_review;
use crate::review::save::written;

pub(super) async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<IgnoredAny>,
) -> Result<Json<Written>, Answer> {
    let command = CompleteReview { review: id };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct CompleteReview {
    /// By id or number.
    pub review: String,
}

impl Command for CompleteReview {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "review.complete"
    }

    fn permission(&self) -> Permission {
        Permission::ReviewWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Review::stream(find_review(db, &self.review)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_review(work.tx, &self.review)?;
        let mut review: Loaded<Review> = work.load_subject(id)?;
        let events = complete(&review.state, work.who.person)?;
        work.append(&mut review, events)?;
        Ok(written(&review))
    }
}
