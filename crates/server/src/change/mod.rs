//! Changes: routes, commands, read model.

mod advice;
mod annotate;
mod approval;
mod effect;
mod facts;
mod fields;
mod get;
mod limits;
mod list;
mod projection;
mod save;
mod traceability;
mod verbs;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::approval::{GrantExtension, MeetCondition, Vote};
use api::change::{
    Advice, Bulk, Change, ChangeFields, ChangeMovePreview, ChangeRow, Complete, Extend, Links,
    Schedule, Traced,
};
use api::common::{
    BulkOutcome, NewComment, Page, Reason, Ref, RehearsalFields, TaskFields, Written,
};
use domain::approval::Answer as VoteAnswer;
use domain::identity::Permission;

use crate::asking::Reader;
use crate::bulk::{self, BulkVerb};
use crate::extras::Extra;
use crate::http::{App, ListQuery, Routes, Signed, Write, wrong_parameter};
use crate::names::find_change;
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use annotate::AnnotateChange;
pub use approval::{approval_due, approval_lapses};
pub use facts::gather;
pub(crate) use get::{approval_lamp, clear, conflict_lamp, lacks, lamp};
pub use limits::known_limits;
pub use list::{latest_on_ci, rows};
pub use projection::STILL;
pub use save::{CloneChange, EditChange, RaiseChange, SERIES};
pub use verbs::{MoveChange, Verb};

const FILTERS: &str = "phase,type,tier,team,environment,service,ci,release,requester,implementer,\
    mine,watched,held,overdue,imported,outside_release,q,sort,limit,cursor";

/// How far back the report of traceability goes when nothing is said: 30 days.
const TRACED_MINUTES: i64 = 30 * 24 * 60;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<ChangeRow>, _, _>("/changes", "Lists changes", FILTERS, list_changes)
        .write::<ChangeFields, Written, _, _>(M::Post, "/changes", "Raises a change", raise)
        .write::<Bulk, Vec<BulkOutcome>, _, _>(
            M::Post,
            "/changes/bulk",
            "Edits or moves several changes, each on its own",
            bulk_changes,
        )
        .get::<Page<Traced>, _, _>(
            "/changes/traceability",
            "Reports the changes of a period that customers meet, with their releases",
            "from,to,outside_release,limit,cursor",
            list_traced,
        )
        .get::<Change, _, _>("/changes/{id}", "Reads a change", "", get_change)
        .write::<ChangeFields, Written, _, _>(M::Patch, "/changes/{id}", "Edits a change", edit)
        .get::<Advice, _, _>(
            "/changes/{id}/advice",
            "Says whether a release or a single change fits, and why",
            "",
            get_advice,
        )
        .get::<Page<Ref>, _, _>(
            "/changes/{id}/cis",
            "Lists the CIs of a change",
            "limit,cursor",
            list_cis,
        );
    extras(verbs(routes))
}

fn verbs(routes: Routes) -> Routes {
    routes
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/submit", "Hands it in", submit)
        .write::<Reason, Written, _, _>(
            M::Post,
            "/changes/{id}/assess",
            "Records its risk and asks for approval",
            assess,
        )
        .write::<Vote, Written, _, _>(M::Post, "/changes/{id}/approve", "Votes yes", approve)
        .write::<Vote, Written, _, _>(M::Post, "/changes/{id}/reject", "Votes no", reject)
        .write::<Vote, Written, _, _>(M::Post, "/changes/{id}/abstain", "Votes neither", abstain)
        .write::<MeetCondition, Written, _, _>(
            M::Post,
            "/changes/{id}/condition/meet",
            "Marks the condition of an approval met",
            meet_condition,
        )
        .write::<Schedule, Written, _, _>(
            M::Post,
            "/changes/{id}/schedule",
            "Commits or moves its window",
            schedule,
        )
        .write::<Schedule, ChangeMovePreview, _, _>(
            M::Post,
            "/changes/{id}/schedule/preview",
            "Says what moving its window would do, and saves nothing",
            preview_move,
        )
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/start", "Begins work", start)
        .write::<Extend, Written, _, _>(
            M::Post,
            "/changes/{id}/extend",
            "Asks for a longer window of running work",
            extend,
        )
        .write::<GrantExtension, Written, _, _>(
            M::Post,
            "/changes/{id}/extension/grant",
            "Lengthens its running window as it was asked for",
            grant_extension,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/changes/{id}/extension/refuse",
            "Turns the longer window down",
            refuse_extension,
        )
        .write::<Complete, Written, _, _>(M::Post, "/changes/{id}/complete", "Ends work", complete)
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/close", "Ends it", close)
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/hold", "Lets it wait", hold)
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/resume", "Lets it go on", resume)
        .write::<Reason, Written, _, _>(M::Post, "/changes/{id}/cancel", "Gives it up", cancel)
        .write::<Reason, Written, _, _>(
            M::Post,
            "/changes/{id}/clone",
            "Raises a draft like it",
            clone_change,
        )
}

fn extras(routes: Routes) -> Routes {
    routes
        .write::<NewComment, Written, _, _>(M::Post, "/changes/{id}/comments", "Remarks", comment)
        .write::<TaskFields, Written, _, _>(M::Post, "/changes/{id}/tasks", "Adds a task", add_task)
        .write::<TaskFields, Written, _, _>(
            M::Patch,
            "/changes/{id}/tasks/{number}",
            "Edits a task",
            edit_task,
        )
        .write::<Reason, Written, _, _>(
            M::Delete,
            "/changes/{id}/tasks/{number}",
            "Removes a task",
            remove_task,
        )
        .write::<Reason, Written, _, _>(M::Put, "/changes/{id}/watch", "Watches it", watch)
        .write::<Reason, Written, _, _>(
            M::Delete,
            "/changes/{id}/watch",
            "Stops watching it",
            unwatch,
        )
        .write::<Links, Written, _, _>(M::Put, "/changes/{id}/links", "Replaces its links", links)
        .write::<RehearsalFields, Written, _, _>(
            M::Post,
            "/changes/{id}/rehearsals",
            "Writes down that its way back was rehearsed",
            rehearse,
        )
}

type Written200 = Result<Json<Written>, Answer>;

async fn list_changes(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<ChangeRow>>, Answer> {
    let (limit, me) = (query.limit()?, signed.person());
    let found = ask(&*app.bus.world().store, move |db| refused(list::list(db, &query, limit, me)));
    Ok(Json(found.await??))
}

async fn list_traced(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Traced>>, Answer> {
    let limit = query.limit()?;
    let to = query.time("to")?.unwrap_or(app.bus.world().clock.now());
    let from = query.time("from")?.unwrap_or(to.plus_minutes(-TRACED_MINUTES));
    if to <= from {
        return Err(wrong_parameter("to", "is after `from`"));
    }
    let period = traceability::Period { from, to, outside: query.flag("outside_release") };
    let found = ask(&*app.bus.world().store, move |db| {
        traceability::traced(db, period, query.get("cursor"), limit)
    });
    Ok(Json(found.await?))
}

async fn get_change(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Change>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(get::get(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

async fn get_advice(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Advice>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(advice::advice(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

async fn preview_move(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<Schedule>,
) -> Result<Json<ChangeMovePreview>, Answer> {
    write.signed.permit(&app, Permission::Read).await?;
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(effect::preview(db, &id, write.body.window.as_ref(), &asking))
    });
    Ok(Json(found.await??))
}

async fn list_cis(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Page<Ref>>, Answer> {
    let limit = query.limit()?;
    let found = ask(&*app.bus.world().store, move |db| {
        refused(
            find_change(db, &id)
                .and_then(|id| Ok(list::cis(db, &id.to_string(), limit, query.get("cursor"))?)),
        )
    });
    Ok(Json(found.await??))
}

async fn raise(State(app): State<App>, write: Write<ChangeFields>) -> Written200 {
    let command = RaiseChange { fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit(
    State(app): State<App>,
    Path(change): Path<String>,
    write: Write<ChangeFields>,
) -> Written200 {
    let command = EditChange { change, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn bulk_changes(
    State(app): State<App>,
    write: Write<Bulk>,
) -> Result<Json<Vec<BulkOutcome>>, Answer> {
    let Bulk { changes, fields, verb, reason } = write.body;
    let named = ("/changes", changes.len());
    let verb = BulkVerb::of(named, fields.is_some(), verb.as_deref(), reason.as_ref())?;
    let (bus, envelope) = (&app.bus, &write.envelope);
    Ok(Json(match verb.map(Verb::from) {
        Some(verb) => {
            let command = |change| MoveChange { change, verb: verb.clone() };
            bulk::each(bus, envelope, &changes, command).await
        }
        None => {
            let fields = fields.unwrap_or_default();
            let command = |change| EditChange { change, fields: fields.clone() };
            bulk::each(bus, envelope, &changes, command).await
        }
    }))
}

async fn clone_change(
    State(app): State<App>,
    Path(change): Path<String>,
    write: Write<Reason>,
) -> Written200 {
    Ok(Json(app.bus.send(write.envelope, CloneChange { change }).await?.answer))
}

/// A handler of a verb: parse, one bus call, present.
macro_rules! verb {
    ($name:ident, $body:ty, $verb:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(change): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let verb = ($verb)(write.body);
            Ok(Json(app.bus.send(write.envelope, MoveChange { change, verb }).await?.answer))
        }
    };
}

verb!(submit, Reason, |_| Verb::Submit);
verb!(assess, Reason, |_| Verb::Assess);
verb!(approve, Vote, |vote| Verb::Vote(VoteAnswer::Approve, vote));
verb!(reject, Vote, |vote| Verb::Vote(VoteAnswer::Reject, vote));
verb!(abstain, Vote, |vote| Verb::Vote(VoteAnswer::Abstain, vote));
verb!(meet_condition, MeetCondition, Verb::MeetCondition);
verb!(schedule, Schedule, Verb::Schedule);
verb!(start, Reason, |_| Verb::Start);
verb!(extend, Extend, Verb::Extend);
verb!(grant_extension, GrantExtension, Verb::GrantExtension);
verb!(refuse_extension, Reason, Verb::RefuseExtension);
verb!(complete, Complete, Verb::Complete);
verb!(close, Reason, |_| Verb::Close);
verb!(hold, Reason, Verb::Hold);
verb!(resume, Reason, |_| Verb::Resume);
verb!(cancel, Reason, Verb::Cancel);

/// A handler of what hangs on a change.
macro_rules! extra {
    ($name:ident, $body:ty, $extra:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(change): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let command = AnnotateChange { change, extra: ($extra)(write.body) };
            Ok(Json(app.bus.send(write.envelope, command).await?.answer))
        }
    };
}

extra!(comment, NewComment, Extra::Comment);
extra!(add_task, TaskFields, Extra::AddTask);
extra!(watch, Reason, |_| Extra::Watch(true));
extra!(unwatch, Reason, |_| Extra::Watch(false));
extra!(links, Links, Extra::SetLinks);
extra!(rehearse, RehearsalFields, Extra::Rehearse);

async fn remove_task(
    State(app): State<App>,
    Path((change, number)): Path<(String, u32)>,
    write: Write<Reason>,
) -> Written200 {
    let command = AnnotateChange { change, extra: Extra::RemoveTask(number) };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit_task(
    State(app): State<App>,
    Path((change, number)): Path<(String, u32)>,
    write: Write<TaskFields>,
) -> Written200 {
    let command = AnnotateChange { change, extra: Extra::EditTask(number, write.body) };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}
