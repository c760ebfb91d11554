//! Reading reviews.

use api::common::{Page, Ref};
use api::review::{Review, ReviewAction, ReviewKpi, ReviewRow};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use domain::review::{ActionItem, Kpi, Subject, guard_annotate, guard_complete};
use domain::{General, Missing, Refusal};
use kernel::{Actor, ReviewId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Loaded, Stop, find_state, who_is};
use crate::http::{App, ListQuery, Signed};
use crate::listing::order;
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, action, ask, cursor_parts, cursor_text, present, refused};
use crate::review::find::find_review;
use crate::review::timeline::timeline;

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<ReviewRow>>, Answer> {
    let limit = query.limit()?;
    let filter = Filter {
        state: one_of(&query, "state", &["open", "completed"])?,
        kind: one_of(&query, "kind", &["release", "change"])?,
    };
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, &filter, limit)));
    Ok(Json(page.await??))
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Review>, Answer> {
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| refused(whole(db, &id, &signed.actor, now)));
    Ok(Json(found.await??))
}

struct Filter {
    state: Option<&'static str>,
    kind: Option<&'static str>,
}

/// A parameter that is one of a few words, if it is set.
fn one_of(
    query: &ListQuery,
    name: &str,
    words: &[&'static str],
) -> Result<Option<&'static str>, General> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let word = words.iter().copied().find(|word| *word == text);
    let wrong = || {
        let detail = format!("`{text}` is not one of {}", words.join(", "));
        General::Invalid(vec![Missing::new(format!("/{name}"), detail)])
    };
    word.ok_or_else(wrong).map(Some)
}

/// The orders of the list, each with its column and that column's place in a row. Those without a
/// due date come after those with one.
const ORDERS: &[(&str, (&str, usize))] =
    &[("opened_at", ("opened_at", 7)), ("due_on", ("due_key", 9))];

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    filter: &Filter,
    limit: u32,
) -> Result<Page<ReviewRow>, Stop> {
    let (&(column, place), descending) = order(query, ORDERS, "-opened_at")?;
    let mut statement = Statement::new(
        "SELECT id, number, subject, subject_kind, why, state, actions_open, opened_at, due_on, \
        due_key FROM reviews WHERE 1 = 1",
    );
    if let Some(kind) = filter.kind {
        statement.bind(" AND subject_kind = ?", [kind.into()]);
    }
    if let Some(state) = filter.state {
        statement.bind(" AND state = ?", [state.into()]);
    }
    let (than, way) = if descending { ("<", " DESC") } else { (">", "") };
    if let Some((key, id)) = query.get("cursor").and_then(cursor_parts) {
        let piece = format!(" AND ({column}, id) {than} (?, ?)");
        statement.bind(&piece, [Value::from(key), id.into()]);
    }
    statement.push(&format!(" ORDER BY {column}{way}, id{way}"));
    let rows = statement.page(db, limit, |row| Ok(cursor_text(row.int(place)?, row.text(0)?)))?;
    let mut names = Names::default();
    Ok(present(rows, |row| line(db, &mut names, &row))?)
}

fn line(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<ReviewRow, Fault> {
    Ok(ReviewRow {
        id: row.text(0)?.to_owned(),
        number: row.text(1)?.to_owned(),
        subject: subject_ref(db, names, row.text(2)?)?,
        subject_kind: row.text(3)?.to_owned(),
        why: row.text(4)?.to_owned(),
        state: row.text(5)?.to_owned(),
        actions_open: u32::try_from(row.int(6)?).unwrap_or(u32::MAX),
        opened_at: row.time(7)?.to_string(),
        due_on: row.opt_text(8)?.map(str::to_owned),
    })
}

fn subject_ref(db: &mut dyn Query, names: &mut Names, id: &str) -> Result<Ref, Fault> {
    let unnamed = || Ref { id: id.to_owned(), number: None, name: id.to_owned() };
    Ok(names.get(db, id)?.unwrap_or_else(unnamed))
}

fn whole(db: &mut dyn Query, name: &str, actor: &Actor, now: Timestamp) -> Result<Review, Stop> {
    let id: ReviewId = find_review(db, name)?;
    let found = find_state::<domain::review::Review>(db, id)?;
    let unknown = || General::Unknown { kind: "review", name: name.to_owned() };
    let review: Loaded<domain::review::Review> = found.ok_or_else(unknown)?;
    let subject = review.state.subject.ok_or_else(unknown)?;
    let who = who_is(db, actor, now)?;
    let permitted: Result<(), Refusal> =
        who.permit(Permission::ReviewWrite, actor).map_err(Into::into);
    let guarded = |guard: Result<(), Refusal>| permitted.clone().and(guard);
    let allowed = vec![
        action("complete", guarded(guard_complete(&review.state, who.person))),
        action("annotate", guarded(guard_annotate(&review.state))),
    ];
    Ok(Review { allowed, ..shown(db, &review, subject)? })
}

fn shown(
    db: &mut dyn Query,
    review: &Loaded<domain::review::Review>,
    subject: Subject,
) -> Result<Review, Fault> {
    let (state, mut names) = (&review.state, Names::default());
    let completed_by = state.completed_by.as_ref();
    let content = &state.content;
    Ok(Review {
        id: review.id.to_string(),
        number: state.number.clone(),
        version: review.version.0,
        subject: subject_ref(db, &mut names, &subject.id())?,
        subject_kind: subject.kind().to_owned(),
        why: state.why.map(|why| why.word().to_owned()).unwrap_or_default(),
        state: state.state().to_owned(),
        went_well: content.went_well.clone(),
        went_wrong: content.went_wrong.clone(),
        root_cause: content.root_cause.clone(),
        objectives_met: content.objectives_met.clone(),
        kpis: content.kpis.iter().map(kpi).collect(),
        user_feedback: content.user_feedback.clone(),
        business_value: content.business_value.clone(),
        actions: actions(db, &mut names, &content.actions)?,
        timeline: timeline(db, &mut names, subject, &state.annotations)?,
        due_on: state.due_on.map(|date| date.to_string()),
        confirmer: names.opt(db, state.confirmer)?.map(|person| person.name),
        opened_at: state.opened_at.map(|at| at.to_string()).unwrap_or_default(),
        completed_at: state.completed_at.map(|at| at.to_string()),
        completed_by: completed_by.map(|actor| names.actor(db, actor)).transpose()?,
        allowed: Vec::new(),
    })
}

fn kpi(kpi: &Kpi) -> ReviewKpi {
    ReviewKpi {
        name: kpi.name.clone(),
        target: Some(kpi.target.clone()),
        reached: kpi.reached.clone(),
        met: kpi.met,
    }
}

fn actions(
    db: &mut dyn Query,
    names: &mut Names,
    actions: &[ActionItem],
) -> Result<Vec<ReviewAction>, Fault> {
    let shown = actions.iter().map(|action| {
        Ok(ReviewAction {
            title: action.title.clone(),
            owner: action.owner.map(|owner| owner.to_string()),
            due_on: action.due_on.map(|date| date.to_string()),
            done: action.done,
            owner_name: names.opt(db, action.owner)?.map(|owner| owner.name),
        })
    });
    shown.collect()
}
