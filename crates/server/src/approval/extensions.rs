//! Longer windows that are asked for: one as it is shown, with what it newly collides with, and the
//! list of those that wait.

use api::approval::{Extension, ExtensionRow};
use api::common::{Page, Ref, Window};
use axum::Json;
use axum::extract::State;
use domain::approval;
use domain::change::Change;
use domain::release::Release;
use kernel::Timestamp;
use ports::{Fault, Query, Row};

use crate::approval::{CHANGE_ROUNDS, RELEASE_ROUNDS};
use crate::bus::{Stop, find_state};
use crate::calendar::added;
use crate::http::{App, ListQuery, Signed};
use crate::listing::check_cursor;
use crate::names::{Names, shown_window};
use crate::problem::Answer;
use crate::read::{Statement, ask, cursor_parts, cursor_text, refused};

/// A longer window that is asked for, with what the added time collides with.
pub fn shown_extension(
    db: &mut dyn Query,
    subject: &str,
    window: &Window,
    asked: &approval::Extension,
    now: Timestamp,
) -> Result<Extension, Stop> {
    let checked = added(db, subject, window, asked.end, now)?;
    Ok(Extension {
        end: asked.end.to_string(),
        reason: asked.reason.clone(),
        asked_by: Names::default().opt(db, asked.asked_by)?,
        asked_at: asked.asked_at.to_string(),
        collisions: checked.conflicts,
        blocking: checked.blocking,
    })
}

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<ExtensionRow>>, Answer> {
    let limit = query.limit()?;
    let found =
        ask(&*app.bus.world().store, move |db| refused(page(db, query.get("cursor"), limit)));
    Ok(Json(found.await??))
}

/// A page, the longest waiting first.
fn page(db: &mut dyn Query, cursor: Option<&str>, limit: u32) -> Result<Page<ExtensionRow>, Stop> {
    check_cursor(cursor)?;
    let mut places: Vec<(i64, String)> = Vec::new();
    for table in ["changes", "releases"] {
        let sql = format!("SELECT extension_at, id FROM {table} WHERE extension_at IS NOT NULL");
        let mut statement = Statement::new(&sql);
        if let Some((at, id)) = cursor.and_then(cursor_parts) {
            statement.bind(" AND (extension_at, id) > (?, ?)", [at.into(), id.into()]);
        }
        statement.push(" ORDER BY extension_at, id");
        statement.bind(" LIMIT ?", [(i64::from(limit) + 1).into()]);
        let place = |row: &Row| Ok((row.int(0)?, row.text(1)?.to_owned()));
        let found: Result<Vec<_>, Fault> = statement.query(db)?.iter().map(place).collect();
        places.extend(found?);
    }
    places.sort();
    let more = places.len() > limit as usize;
    places.truncate(limit as usize);
    let next = places.last().filter(|_| more).map(|(at, id)| cursor_text(*at, id));
    let (mut names, mut items) = (Names::default(), Vec::new());
    for (_, id) in &places {
        items.extend(row(db, &mut names, id)?);
    }
    Ok(Page { items, next })
}

fn row(db: &mut dyn Query, names: &mut Names, id: &str) -> Result<Option<ExtensionRow>, Fault> {
    let (kind, number, content) = if let Ok(change) = id.parse() {
        let Some(found) = find_state::<Change>(db, change)? else { return Ok(None) };
        let Change { number, content, extension, .. } = found.state;
        (CHANGE_ROUNDS.kind, number, (content.title, content.window, extension))
    } else {
        let Ok(release) = id.parse() else { return Ok(None) };
        let Some(found) = find_state::<Release>(db, release)? else { return Ok(None) };
        let Release { number, content, extension, .. } = found.state;
        (RELEASE_ROUNDS.kind, number, (content.title, content.window, extension))
    };
    let (title, window, Some(asked)) = content else { return Ok(None) };
    Ok(Some(ExtensionRow {
        subject: Ref { id: id.to_owned(), number: Some(number), name: title },
        subject_kind: kind.to_owned(),
        window: window.as_ref().map(shown_window),
        end: asked.end.to_string(),
        reason: asked.reason,
        asked_by: names.opt(db, asked.asked_by)?,
        asked_at: asked.asked_at.to_string(),
    }))
}
