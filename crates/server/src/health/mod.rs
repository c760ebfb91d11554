//! What a machine that watches the server asks it: whether it lives, whether it can serve, and how
//! much of what it did. None of it needs a sign-in, and none of it tells about records.

mod measured;
mod metrics;

use std::sync::Arc;
use std::time::Duration;

use api::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::follow::watch::{Stuck, Watch};
use crate::http::App;
use crate::problem::Answer;
use crate::read::ask;

pub use measured::Measured;
pub use metrics::Metrics;

/// The longest that the database may take to answer a server that is ready.
const READY_MAX: Duration = Duration::from_secs(2);

/// `/healthz`, `/readyz` and `/metrics`.
pub fn routes(metrics: &Arc<Metrics>) -> Router<App> {
    let shown = Arc::clone(metrics);
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move || async move { text(&shown) }))
}

/// Whether a question to the database is answered in time. A follower that is stuck is told, and
/// takes nothing from what people do: the server stays ready.
async fn ready(State(app): State<App>) -> Response {
    let question = ask(&*app.bus.world().store, |db| db.query_one("SELECT 1", &[]));
    match tokio::time::timeout(READY_MAX, question).await {
        Ok(Ok(_)) => format!("ready\n{}", stuck(&app.followers)).into_response(),
        Ok(Err(fault)) => Answer::from(fault).into_response(),
        Err(_) => {
            let detail = "the database does not answer in time: try again in a second";
            Answer(Problem::new("server.busy", detail)).into_response()
        }
    }
}

fn stuck(followers: &Watch) -> String {
    let line = |(name, stuck): (&str, Stuck)| {
        let Stuck { position, since, tries, error, .. } = stuck;
        format!(
            "the follower {name} is stuck at position {position} of the log since {since}, \
            failures: {tries}; the log tells more under {error}\n"
        )
    };
    followers.stuck().into_iter().map(line).collect()
}

fn text(metrics: &Metrics) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], metrics.text()).into_response()
}
