//! Reviews: routes, read model, and the way they are opened by what they look back on.

mod actions;
mod annotate;
mod complete;
mod find;
mod open;
mod projection;
mod read;
mod save;
mod timeline;

use api::common::{Page, Written};
use api::review::{ActionRow, Annotation, Review, ReviewFields, ReviewRow};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;

pub use actions::{ACTIONS_DUE, actions_due};
pub use annotate::AnnotateReview;
pub use complete::CompleteReview;
pub use find::{find_review, is_completed, review_ref};
pub use open::open_review;
pub use save::{SaveReview, Which};

/// The most moments of its subject's own that a timeline shows; the newest ones.
pub const TIMELINE_MAX: i64 = 1_000;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<ReviewRow>, _, _>(
            "/reviews",
            "Lists reviews, newest first",
            "state,kind,sort,limit,cursor",
            read::list,
        )
        .get::<Page<ActionRow>, _, _>(
            "/reviews/actions",
            "Lists action items, what is due first first",
            "owner,state,limit,cursor",
            actions::list,
        )
        .get::<Review, _, _>("/reviews/{id}", "Reads a review with its timeline", "", read::get)
        .write::<ReviewFields, Written, _, _>(
            HttpMethod::Put,
            "/reviews/{id}",
            "Writes into a review",
            save::put,
        )
        .bare::<Written, _, _>(
            HttpMethod::Post,
            "/reviews/{id}/complete",
            "Completes a review",
            complete::post,
        );
    routes
        .write::<Annotation, Written, _, _>(
            HttpMethod::Post,
            "/reviews/{id}/annotations",
            "Remarks on an instant of the timeline of a review",
            annotate::post,
        )
        .write::<ReviewFields, Written, _, _>(
            HttpMethod::Put,
            "/releases/{id}/review",
            "Writes into the review of a release",
            save::put_of_release,
        )
        .write::<ReviewFields, Written, _, _>(
            HttpMethod::Put,
            "/changes/{id}/review",
            "Writes into the review of a change",
            save::put_of_change,
        )
}
