//! Remarks on the timeline of a review.

use api::common::Written;
use api::review::Annotation;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::review::{Review, annotate};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::names::Resolver;
use crate::problem::Answer;
use crate::review::find::find_review;
use crate::review::save::written;

pub(super) async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<Annotation>,
) -> Result<Json<Written>, Answer> {
    let command = AnnotateReview { review: id, annotation: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct AnnotateReview {
    /// By id or number.
    pub review: String,
    /// What is said about which instant.
    pub annotation: Annotation,
}

impl Command for AnnotateReview {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "review.annotate"
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
        let mut resolver = Resolver::default();
        let at = resolver.parse("/at", Some(&self.annotation.at));
        resolver.end()?;
        let at = at.unwrap_or(work.now);
        let events = annotate(&review.state, at, &self.annotation.text, work.now)?;
        work.append(&mut review, events)?;
        Ok(written(&review))
    }
}
