//! What a server answers before the tables are filled that lists are read from: that it lives, and
//! how far it is. Nothing that reads or writes records passes.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use api::problem::Problem;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ports::{Fault, Store};
use tokio::sync::Notify;

use crate::problem::Answer;
use crate::read_models::{Filled, prepare_telling};

/// Where programs read feeds, outside the interface.
const FEEDS: [&str; 2] = ["/calendar.ics", "/notices.atom"];

/// Stands before all routes until the tables are filled.
#[derive(Debug, Default)]
pub(super) struct Filling {
    is_over: AtomicBool,
    is_told_to_stop: AtomicBool,
    filled: Mutex<Option<Filled>>,
    failed: Notify,
}

impl Filling {
    /// Fills what is missing; answers whether all is filled, or was told to stop before.
    pub(super) fn fill(&self, store: &dyn Store) -> Result<bool, Fault> {
        let is_filled = prepare_telling(store, &mut |filled| self.tell(filled))?;
        self.is_over.store(is_filled, Ordering::SeqCst);
        Ok(is_filled)
    }

    /// Says that the server cannot be begun.
    pub(super) fn fail(&self) {
        self.failed.notify_one();
    }

    fn tell(&self, filled: Filled) -> ControlFlow<()> {
        let mut kept = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.replace(filled).filter(|before| before.kind == filled.kind);
        if before.is_some_and(|before| before.tenth() < filled.tenth()) {
            let Filled { kind, done, total } = filled;
            tracing::info!(kind, done, total, "filling the rows of {kind}: {done} of {total}");
        }
        if self.is_told_to_stop.load(Ordering::SeqCst) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Breaks a fill off; it goes on from there another time.
    pub(super) fn stop(&self) {
        self.is_told_to_stop.store(true, Ordering::SeqCst);
    }

    /// Ends when the server cannot be begun.
    pub(super) async fn failed(&self) {
        self.failed.notified().await;
    }

    fn words(&self) -> String {
        match *self.filled.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Filled { kind, done, total }) => {
                format!("filling the rows of {kind}: {done} of {total}\n")
            }
            None => "filling\n".to_owned(),
        }
    }
}

/// Answers in the place of what reads or writes records, as long as the tables are being filled.
pub(super) async fn stand_before(
    State(filling): State<Arc<Filling>>,
    request: Request,
    next: Next,
) -> Response {
    if filling.is_over.load(Ordering::SeqCst) {
        return next.run(request).await;
    }
    match request.uri().path() {
        "/readyz" => (StatusCode::SERVICE_UNAVAILABLE, filling.words()).into_response(),
        path if FEEDS.contains(&path) || path.starts_with("/api/") => {
            let detail = "the server was started with a new version and is making its lists: try \
                again in a moment; /readyz tells how far it is";
            Answer(Problem::new("server.busy", detail)).into_response()
        }
        _ => next.run(request).await,
    }
}
