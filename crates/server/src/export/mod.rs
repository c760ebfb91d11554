//! Taking everything out: each record with all that is kept of it, and the log, as a stream that
//! is read slice by slice while the client takes it. Secrets are kept beside the records, so none
//! can be in it; what belongs to others alone is left out for readers who may not see it.

mod csv;
mod walk;

use std::sync::Arc;

use api::export::Line;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use ports::{Fault, Store};

use crate::http::{App, ListQuery, Routes, Signed, wrong_parameter};
use crate::problem::Answer;
use crate::read::ask;
use crate::records::KINDS;
use crate::withheld::LogReader;

pub use walk::{Form, Walk, Wanted};

/// How many records are read by one question.
pub const RECORDS_SLICE_MAX: i64 = 100;
/// How many events are read by one question.
pub const EVENTS_SLICE_MAX: i64 = 500;

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    let summary = "Takes everything out: JSON lines of all records, or CSV of one kind";
    let kinds = "application/x-ndjson,text/csv";
    routes.file::<Line, _, _>(kinds, "/export", summary, "kind,format,log", export)
}

/// What a query asks for.
fn wanted(query: &ListQuery) -> Result<Wanted, Answer> {
    let form = match query.get("format") {
        None | Some("jsonl") => Form::Lines,
        Some("csv") => Form::Csv,
        Some(_) => return Err(wrong_parameter("format", "is `jsonl` or `csv`")),
    };
    let kinds: Vec<&str> = query.get("kind").into_iter().flat_map(|all| all.split(',')).collect();
    Wanted::new(&kinds, form, query.flag("log"))
        .map_err(|wrong| wrong_parameter(wrong.parameter, &wrong.what))
}

async fn export(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Response, Answer> {
    let wanted = wanted(&query)?;
    let (kind, file) = match wanted.form {
        Form::Lines => ("application/x-ndjson", "attachment; filename=\"interlock.jsonl\""),
        Form::Csv => ("text/csv", "attachment; filename=\"interlock.csv\""),
    };
    let now = app.bus.world().clock.now();
    let store = Arc::clone(&app.bus.world().store);
    let reader = ask(&*store, move |db| LogReader::of(db, &signed.actor, now)).await?;
    let walk = Walk::new(wanted, reader, now);
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, file)];
    Ok((headers, streamed(store, walk)).into_response())
}

/// The rest of a walk as a body. The next slice is read when the client has taken the last one, so
/// memory holds one slice and no reader of the store waits for a slow network.
fn streamed(store: Arc<dyn Store>, walk: Walk) -> Body {
    let slices = stream::unfold(Some(walk), move |walk| {
        let store = Arc::clone(&store);
        async move {
            let mut walk = walk?;
            let read = ask(&*store, move |db| Ok((walk.read(db)?, walk))).await;
            match read {
                Ok((Some(text), walk)) => Some((Ok(Bytes::from(text)), Some(walk))),
                Ok((None, _)) => None,
                Err(fault) => {
                    tracing::error!(error = %fault, "an export was cut off: {fault}");
                    Some((Err::<Bytes, Fault>(fault), None))
                }
            }
        }
    });
    // Compression asks once more after the end.
    Body::from_stream(slices.fuse())
}

/// The names of the kinds that can be asked for.
pub fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}
