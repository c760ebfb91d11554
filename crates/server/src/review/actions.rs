//! The action items of all reviews: whose they are, which are late, and the reminder on the day
//! that they are due, by a durable timer.

use api::common::Page;
use api::review::ActionRow;
use axum::Json;
use axum::extract::State;
use domain::review::{Review, day_of, is_overdue, remind};
use domain::{General, Missing};
use jiff::civil::Date;
use kernel::{PersonId, ReviewId};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Loaded, Stop, Work};
use crate::http::{App, ListQuery, Signed};
use crate::names::{Names, find_person};
use crate::problem::Answer;
use crate::read::{Statement, ask, cursor_parts, cursor_text, present, refused, wrong_name};
use crate::review::projection::due_key;

/// The timer of the day on which action items are due.
pub const ACTIONS_DUE: &str = "review.actions_due";

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<ActionRow>>, Answer> {
    let limit = query.limit()?;
    let wanted = Wanted {
        state: query.get("state").map(state).transpose()?,
        today: day_of(app.bus.world().clock.now()),
        me: signed.person(),
    };
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, &wanted, limit)));
    Ok(Json(page.await??))
}

/// Which action items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Open,
    Overdue,
    Done,
}

fn state(word: &str) -> Result<Which, General> {
    match word {
        "open" => Ok(Which::Open),
        "overdue" => Ok(Which::Overdue),
        "done" => Ok(Which::Done),
        _ => {
            let detail = format!("`{word}` is not one of open, overdue, done");
            Err(General::Invalid(vec![Missing::new("/state", detail)]))
        }
    }
}

struct Wanted {
    state: Option<Which>,
    today: Date,
    me: Option<PersonId>,
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    wanted: &Wanted,
    limit: u32,
) -> Result<Page<ActionRow>, Stop> {
    let mut statement = Statement::new(
        "SELECT review_actions.review, review_actions.item, review_actions.title, \
        review_actions.owner, review_actions.due_on, review_actions.done, \
        review_actions.due_key, reviews.subject FROM review_actions \
        JOIN reviews ON reviews.id = review_actions.review WHERE 1 = 1",
    );
    if let Some(owner) = owner(db, query, wanted.me)? {
        statement.bind(" AND review_actions.owner = ?", [owner.to_string().into()]);
    }
    if let Some(state) = wanted.state {
        statement.bind(" AND review_actions.done = ?", [(state == Which::Done).into()]);
    }
    if wanted.state == Some(Which::Overdue) {
        let today = due_key(Some(wanted.today));
        statement.bind(" AND review_actions.due_key < ?", [today.into()]);
    }
    let after = query.get("cursor").and_then(cursor_parts);
    if let Some((due, Some((review, item)))) = after.map(|(due, id)| (due, id.split_once(':'))) {
        let place = [Value::from(due), review.into(), item.parse::<i64>().unwrap_or(0).into()];
        let beyond = " AND (review_actions.due_key, review_actions.review, review_actions.item) \
            > (?, ?, ?)";
        statement.bind(beyond, place);
    }
    statement.push(" ORDER BY review_actions.due_key, review_actions.review, review_actions.item");
    let rows = statement.page(db, limit, |row| {
        Ok(cursor_text(row.int(6)?, &format!("{}:{}", row.text(0)?, row.int(1)?)))
    })?;
    let mut names = Names::default();
    names.load_named(db, &rows.items, &[0, 7, 3])?;
    Ok(present(rows, |row| line(db, &mut names, &row, wanted.today))?)
}

/// Whose items are wanted: `me` is who asks.
fn owner(
    db: &mut dyn Query,
    query: &ListQuery,
    me: Option<PersonId>,
) -> Result<Option<PersonId>, Stop> {
    match query.get("owner") {
        None => Ok(None),
        Some("me") => {
            let missing = || vec![Missing::new("/owner", "`me` is a person: sign in as one")];
            me.map(Some).ok_or_else(|| General::Invalid(missing()).into())
        }
        Some(name) => wrong_name("owner", find_person(db, name)).map(Some),
    }
}

fn line(db: &mut dyn Query, names: &mut Names, row: &Row, today: Date) -> Result<ActionRow, Fault> {
    let (review, subject) = (row.text(0)?, row.text(7)?);
    let due_on = row.opt_text(4)?;
    let done = row.bool(5)?;
    let due = due_on.and_then(|text| text.parse().ok());
    let unnamed =
        |id: &str| api::common::Ref { id: id.to_owned(), number: None, name: id.to_owned() };
    Ok(ActionRow {
        review: names.get(db, review)?.unwrap_or_else(|| unnamed(review)),
        subject: names.get(db, subject)?.unwrap_or_else(|| unnamed(subject)),
        item: u32::try_from(row.int(1)?).unwrap_or(u32::MAX),
        title: row.text(2)?.to_owned(),
        owner: names.opt(db, row.opt_text(3)?)?,
        due_on: due_on.map(str::to_owned),
        done,
        overdue: is_overdue(done, due, today),
    })
}

/// Reminds of what is due; called by its timer, with the stream locked.
pub fn actions_due(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<ReviewId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut review: Loaded<Review> = work.load(id)?;
    let events = remind(&review.state, work.now);
    work.append(&mut review, events)
}
