//! What was edited in what is approved: since the reader saw it last, since their vote, since the
//! round was opened, and since the round before. The contents are read from the events that the
//! votes were bound to.

use api::approval::{ContentDifference, ContentDifferences, EditedField};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate;
use domain::approval::{Content, Edited, Round, RoundEvent, differences};
use domain::change::Change;
use domain::release::Release;
use kernel::{PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::asking::{Asking, Reader};
use crate::bus::{Stop, find_state};
use crate::http::{App, ListQuery, Signed};
use crate::names::{Names, find_change, find_release};
use crate::problem::Answer;
use crate::read::{ask, refused};

/// The most events of a record's approval that are read, the newest first.
const EVENTS_MAX: i64 = 2_000;
/// The most fields of one difference.
const FIELDS_MAX: usize = 500;
/// The most items of a list that are named.
const ITEMS_MAX: usize = 100;

pub(super) async fn of_change(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<ContentDifferences>, Answer> {
    told(app, signed, query, move |db| {
        let id = find_change(db, &id)?;
        let change = find_state::<Change>(db, id)?;
        let newest = change.and_then(|change| change.state.round);
        Ok(Of { stream: Change::stream(id), name: "change.approval_moved.v1", newest })
    })
    .await
}

pub(super) async fn of_release(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<ContentDifferences>, Answer> {
    told(app, signed, query, move |db| {
        let id = find_release(db, &id)?;
        let release = find_state::<Release>(db, id)?;
        let newest = release.and_then(|release| release.state.round);
        Ok(Of { stream: Release::stream(id), name: "release.approval_moved.v1", newest })
    })
    .await
}

async fn told(
    app: App,
    signed: Signed,
    query: ListQuery,
    find: impl FnOnce(&mut dyn Query) -> Result<Of, Stop> + Send + 'static,
) -> Result<Json<ContentDifferences>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(find(db).and_then(|of| of.answer(db, &asking, query.get("seen"))))
    });
    Ok(Json(found.await??))
}

/// The approval of a record.
struct Of {
    stream: String,
    /// The event under which the record keeps its rounds.
    name: &'static str,
    newest: Option<Round>,
}

/// A content that someone saw.
struct Seen {
    since: &'static str,
    round: u32,
    at: Option<Timestamp>,
    content: Content,
}

impl Of {
    fn answer(
        &self,
        db: &mut dyn Query,
        asking: &Asking,
        seen: Option<&str>,
    ) -> Result<ContentDifferences, Stop> {
        let Some(newest) = &self.newest else {
            return Ok(ContentDifferences { items: vec![] });
        };
        let (mut names, mut items) = (Names::default(), Vec::new());
        let mut told: Vec<String> = Vec::new();
        for before in self.seen(db, newest, asking.who.person, seen)? {
            let hash = before.content.hash();
            // Each content is told once, by what says most about it.
            if hash == newest.content.hash() || told.contains(&hash) {
                continue;
            }
            items.push(shown(db, &mut names, &before, &newest.content, hash.clone())?);
            told.push(hash);
        }
        Ok(ContentDifferences { items })
    }

    /// What is compared with: what the reader saw, what they voted on, how the round began, and how
    /// the one before it ended.
    fn seen(
        &self,
        db: &mut dyn Query,
        newest: &Round,
        person: Option<PersonId>,
        seen: Option<&str>,
    ) -> Result<Vec<Seen>, Fault> {
        let (kept, mine) = self.kept(db, person)?;
        let of_hash = |hash: &str| kept.iter().find(|kept| kept.content.hash() == hash);
        let mut all = Vec::new();
        let of_vote = mine.and_then(|vote| Some((of_hash(&vote.content_hash)?, vote.at)));
        all.extend(of_vote.map(|(kept, at)| kept.seen("vote", Some(at))));
        all.extend(seen.and_then(of_hash).map(|kept| kept.seen("seen", None)));
        let opened = kept.iter().find(|kept| kept.round == newest.number && kept.opens);
        all.extend(opened.map(|kept| kept.seen("opened", Some(newest.opened_at))));
        let before = kept.iter().find(|kept| kept.round < newest.number);
        all.extend(before.map(|kept| kept.seen("round", None)));
        Ok(all)
    }

    /// Every content that was approved or asked about, the newest first, and the person's last vote
    /// or the last that was cast in their place.
    fn kept(
        &self,
        db: &mut dyn Query,
        person: Option<PersonId>,
    ) -> Result<(Vec<Kept>, Option<Voted>), Fault> {
        let sql = "SELECT payload, at FROM events WHERE stream = $1 AND name = $2 \
            ORDER BY version DESC LIMIT $3";
        let params = [(&self.stream).into(), self.name.into(), Value::from(EVENTS_MAX)];
        let (mut kept, mut mine) = (Vec::new(), None);
        for row in db.query(sql, &params)? {
            match serde_json::from_str(row.text(0)?) {
                Ok(RoundEvent::Opened(opened)) => {
                    kept.push(Kept { round: opened.number, opens: true, content: opened.content });
                }
                Ok(RoundEvent::ContentEdited { round, content, .. }) => {
                    kept.push(Kept { round, opens: false, content });
                }
                Ok(RoundEvent::VoteCast { person: by, on_behalf_of, content_hash, .. })
                    if mine.is_none()
                        && person.is_some_and(|who| who == by || on_behalf_of == Some(who)) =>
                {
                    mine = Some(Voted { content_hash, at: row.time(1)? });
                }
                _ => {}
            }
        }
        Ok((kept, mine))
    }
}

/// A vote out of an event.
struct Voted {
    content_hash: String,
    at: Timestamp,
}

/// A content out of an event.
struct Kept {
    round: u32,
    opens: bool,
    content: Content,
}

impl Kept {
    fn seen(&self, since: &'static str, at: Option<Timestamp>) -> Seen {
        Seen { since, round: self.round, at, content: self.content.clone() }
    }
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    before: &Seen,
    now: &Content,
    content_hash: String,
) -> Result<ContentDifference, Fault> {
    let mut edited = differences(&before.content, now);
    let truncated = edited.len() > FIELDS_MAX;
    edited.truncate(FIELDS_MAX);
    let said = edited.iter().flat_map(|one| one.before.iter().chain(&one.after).chain(&one.field));
    names.load(db, &said.cloned().collect::<Vec<_>>())?;
    let mut fields = Vec::with_capacity(edited.len());
    for one in &edited {
        fields.push(field(db, names, one)?);
    }
    Ok(ContentDifference {
        since: before.since.to_owned(),
        round: before.round,
        at: before.at.map(|at| at.to_string()),
        content_hash,
        fields,
        truncated,
    })
}

fn field(db: &mut dyn Query, names: &mut Names, one: &Edited) -> Result<EditedField, Fault> {
    let mut path = Vec::with_capacity(one.field.len());
    for name in &one.field {
        path.push(named(db, names, name)?.replace('_', " "));
    }
    Ok(EditedField {
        part: one.part.word().to_owned(),
        field: path.join(" · "),
        before: said(db, names, &one.before)?,
        after: said(db, names, &one.after)?,
    })
}

/// The values in one text, ids by their names; nothing where there are none.
fn said(db: &mut dyn Query, names: &mut Names, values: &[String]) -> Result<Option<String>, Fault> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut words = Vec::new();
    for value in values.iter().take(ITEMS_MAX) {
        words.push(named(db, names, value)?);
    }
    let more = values.len().saturating_sub(ITEMS_MAX);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Ok(Some(words.join(", ") + &more))
}

fn named(db: &mut dyn Query, names: &mut Names, value: &str) -> Result<String, Fault> {
    let found = names.get(db, value)?;
    Ok(found.map_or_else(|| value.to_owned(), |found| found.name))
}
