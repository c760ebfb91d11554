//! The evidence of a release: everything that the log holds of it, as a page for people and as JSON
//! with the proof of each event for programs. A pack is checked without the database.

mod check;
mod gather;
mod page;
mod section;

use std::collections::BTreeSet;
use std::time::Duration;

use api::audit::{Pack, PackChecked};
use api::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::identity::Permission;
use ports::{Fault, Query, Value};

use super::tree::checkpoint::{For, verifier, write_now};
use super::tree::grow::{Kept, size};
use super::tree::merkle::Edge;
use super::tree::note::{Head, Verifier};
use crate::bus::Envelope;
use crate::http::{App, ListQuery, Signed, parse, wrong_parameter};
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, ask};
use check::changes;
use gather::{Gathered, LASTING, gather, streams};

pub use check::check;
pub(super) use check::leaf_of;
pub use page::page;

/// What a pack calls itself.
pub(super) const FORMAT: &str = "interlock-evidence/1";
/// The most events of a pack.
pub const EVENTS_MAX: usize = 20_000;
/// The most bytes of a pack that the server checks; the command line checks any.
pub const PACK_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How often a pack is begun again because an event of it has no place in the log yet.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn evidence(
    State(app): State<App>,
    Path(release): Path<String>,
    signed: Signed,
    query: ListQuery,
) -> Result<Response, Answer> {
    let is_page = match query.get("format") {
        None | Some("json") => false,
        Some("html") => true,
        Some(_) => return Err(wrong_parameter("format", "is `json` or `html`")),
    };
    let pack = made(&app, &release, &signed).await?;
    let number = pack.release.number.as_deref().unwrap_or("release");
    let (kind, end) = if is_page { ("text/html; charset=utf-8", "html") } else { (JSON, "json") };
    let file = format!("inline; filename=\"{number}-evidence.{end}\"");
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, file)];
    let text = if is_page {
        page(&pack)
    } else {
        let text = serde_json::to_string_pretty(&pack);
        text.map_err(|error| Fault::permanent("writing a pack", error))?
    };
    Ok((headers, text).into_response())
}

const JSON: &str = "application/json";

/// The pack of a release under a checkpoint that holds all of it, written now where none does.
async fn made(app: &App, release: &str, signed: &Signed) -> Result<Pack, Answer> {
    let (store, now) = (&app.bus.world().store, app.bus.world().clock.now());
    for tried in 0..TRIES {
        let release = release.to_owned();
        let gathered = ask(&**store, move |db| crate::read::refused(gather(db, &release, now)));
        match gathered.await?? {
            Gathered::Pack(pack) => return Ok(*pack),
            Gathered::TooMany => {
                let detail = format!(
                    "a pack holds at most {EVENTS_MAX} events, and there are more of this release: \
                    take the whole log with `interlock export --log`, which is checked as well"
                );
                return Err(Problem::new("audit.pack_too_large", detail).into());
            }
            Gathered::Younger => {
                write_now(&app.bus, Envelope::new(signed.actor.clone()), For::Pack).await?;
                if tried > 0 {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
    Err(Fault::Busy.into())
}

/// Checks a pack, and that it is of this log.
pub(super) async fn verify(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<PackChecked>, Answer> {
    signed.permit(&app, Permission::Read).await?;
    let pack: Pack = parse(&headers, &body)?;
    let checked = ask(&*app.bus.world().store, move |db| {
        let own = verifier(db)?;
        let mut checked = check(&pack, own.as_ref());
        if checked.wrong.is_none() {
            checked.wrong = own.map(|own| is_of_this_log(db, &pack, &own)).transpose()?.flatten();
        }
        Ok(checked)
    });
    Ok(Json(checked.await?))
}

/// What is wrong with a pack beside the log that is kept here.
fn is_of_this_log(
    db: &mut dyn Query,
    pack: &Pack,
    own: &Verifier,
) -> Result<Option<String>, Fault> {
    let Ok(head) = Head::open(&pack.note, own) else { return Ok(None) };
    let held = size(db)?;
    if head.size > held {
        let what = format!(
            "this log holds {held} events, and the pack was made when it held {}: events are \
            missing here",
            head.size
        );
        return Ok(Some(what));
    }
    let root = Edge::load(head.size, &mut Kept::of(db))?.root();
    if root != head.root {
        let what = format!(
            "the first {} events of this log are not those that the pack was made of",
            head.size
        );
        return Ok(Some(what));
    }
    is_all(db, pack, head.size)
}

/// What the log held of the release under the tree of a pack, and the pack does not.
fn is_all(db: &mut dyn Query, pack: &Pack, size: u64) -> Result<Option<String>, Fault> {
    let changes: Vec<String> = changes(pack).map(str::to_owned).collect();
    let mut owed: BTreeSet<String> =
        streams(db, &pack.release.id, &changes, LASTING)?.into_iter().collect();
    for stream in pack.streams.keys() {
        owed.insert(stream.clone());
        if !stream.starts_with("attempt:") {
            owed.insert(format!("attempt:{stream}"));
        }
    }
    let owed: Vec<Value> = owed.into_iter().map(Value::from).collect();
    for slice in owed.chunks(ANY_MAX) {
        let mut statement = Statement::new(
            "SELECT events.stream, COUNT(*) FROM events \
            JOIN log ON log.event_id = events.id WHERE ",
        );
        statement.bind_any("events.stream", slice.iter().cloned());
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        statement.bind(" AND log.position <= ? GROUP BY events.stream", [size.into()]);
        for row in statement.query(db)? {
            let (stream, held) = (row.text(0)?, row.int(1)?);
            let said = pack.streams.get(stream).copied().unwrap_or_default();
            if u64::try_from(held) != Ok(said) {
                let what =
                    format!("this log held {held} events of {stream} then, and the pack {said}");
                return Ok(Some(what));
            }
        }
    }
    Ok(None)
}
