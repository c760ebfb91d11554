//! Releases: routes, commands, read model.

mod agree;
mod approval;
mod cadence;
mod document;
mod effect;
mod facts;
mod fields;
mod get;
mod list;
mod look_back;
mod order;
mod plan;
mod projection;
mod reach;
mod readiness;
mod save;
mod scope;
mod statement;
mod update;
mod verbs;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::approval::{GrantExtension, MeetCondition, Vote};
use api::change::{Extend, Links, Schedule};
use api::common::{BulkOutcome, NewComment, Page, Reason, RehearsalFields, TaskFields, Written};
use api::deployment::{
    CarriedOut, DeploymentRow, PlanDocument, PlanText, SendUpdate as UpdateText, StepReport,
    UpdatesFields,
};
use api::release::{
    AnswerWindow, AskWindow, AskedWindow, Board, Close, Dependencies, MovePreview, Order,
    Readiness, Release, ReleaseBulk, ReleaseFields, ReleaseRow, ScopeDocument, ScopeFields,
    SignOff, TakeWindow, Verify,
};
use domain::approval::Answer as VoteAnswer;
use domain::identity::Permission;
use domain::release::WindowAnswer;

use crate::asking::Reader;
use crate::bulk::{self, BulkVerb};
use crate::extras::Extra;
use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use approval::{approval_due, approval_lapses};
pub use cadence::open_next;
pub use facts::changes_ready;
pub use list::rows;
pub use order::SetDependencies;
pub use plan::SetPlan;
pub use save::{AnnotateRelease, CloneRelease, CreateRelease, EditRelease, SERIES};
pub use scope::{
    AttachChange, DetachChange, OrderChanges, change_edited, change_grows, may_attach,
};
pub use statement::{StateScope, Stating};
pub use update::{PlanUpdates, SendUpdate, UPDATE_DUE, update_overdue};
pub(crate) use verbs::follow;
pub use verbs::{MoveRelease, Verb};

const FILTERS: &str =
    "phase,type,tier,team,environment,owner,mine,watched,held,overdue,q,sort,limit,cursor";

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<ReleaseRow>, _, _>("/releases", "Lists releases", FILTERS, list_releases)
        .get::<Board, _, _>("/releases/board", "Shows releases by phase", "team", board)
        .write::<ReleaseFields, Written, _, _>(M::Post, "/releases", "Creates a release", create)
        .write::<ReleaseBulk, Vec<BulkOutcome>, _, _>(
            M::Post,
            "/releases/bulk",
            "Edits or moves several releases, each on its own",
            bulk_releases,
        )
        .get::<Release, _, _>("/releases/{id}", "Reads a release", "", get_release)
        .write::<ReleaseFields, Written, _, _>(M::Patch, "/releases/{id}", "Edits a release", edit)
        .bare::<Written, _, _>(
            M::Put,
            "/releases/{id}/changes/{change}",
            "Attaches a change",
            attach,
        )
        .bare::<Written, _, _>(
            M::Delete,
            "/releases/{id}/changes/{change}",
            "Detaches a change",
            detach,
        )
        .write::<Order, Written, _, _>(
            M::Put,
            "/releases/{id}/order",
            "Sets the deploy order",
            order,
        )
        .get::<Page<DeploymentRow>, _, _>(
            "/deployments",
            "Lists deployments, newest first",
            "state,under_way,limit,cursor",
            deployments,
        )
        .get::<CarriedOut, _, _>(
            "/deployments/{id}",
            "Reads the deployment of a release",
            "",
            get_deployment,
        );
    extras(updates(carry_out(verbs(planning(routes)))))
}

fn updates(routes: Routes) -> Routes {
    routes
        .write::<UpdatesFields, Written, _, _>(
            M::Put,
            "/releases/{id}/updates",
            "Says how status updates are given while it is carried out",
            plan_updates,
        )
        .write::<UpdateText, Written, _, _>(
            M::Post,
            "/deployments/{id}/updates",
            "Gives a status update",
            send_update,
        )
}

#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
fn planning(routes: Routes) -> Routes {
    routes
        .get::<ScopeDocument, _, _>(
            "/releases/{id}/scope",
            "Reads the scope document",
            "",
            get_scope,
        )
        .write::<ScopeFields, Written, _, _>(
            M::Patch,
            "/releases/{id}/scope",
            "States the scope",
            state_scope,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/freeze",
            "Lets nothing join any more without an exception",
            freeze,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/unfreeze",
            "Lets changes join again",
            unfreeze,
        )
        .write::<SignOff, Written, _, _>(
            M::Post,
            "/releases/{id}/scope/sign-off",
            "Signs off the part of a team",
            sign_off,
        )
        .write::<Dependencies, Written, _, _>(
            M::Put,
            "/releases/{id}/dependencies",
            "Sets which releases must be over before it",
            depend,
        )
        .write::<Schedule, MovePreview, _, _>(
            M::Post,
            "/releases/{id}/schedule/preview",
            "Says what moving its window would do, and saves nothing",
            preview_move,
        )
        .get::<Page<AskedWindow>, _, _>(
            "/releases/asked",
            "Lists the windows that are asked of the reader's teams, the soonest first",
            "limit,cursor",
            asked,
        )
        .write::<AskWindow, Written, _, _>(
            M::Post,
            "/releases/{id}/window/ask",
            "Asks the teams that own the affected services about its window",
            ask_window,
        )
        .write::<AnswerWindow, Written, _, _>(
            M::Post,
            "/releases/{id}/window/accept",
            "Accepts its window for a team",
            accept_window,
        )
        .write::<AnswerWindow, Written, _, _>(
            M::Post,
            "/releases/{id}/window/counter",
            "Proposes another window for a team",
            counter_window,
        )
        .write::<AnswerWindow, Written, _, _>(
            M::Post,
            "/releases/{id}/window/refuse",
            "Refuses its window for a team",
            refuse_window,
        )
        .write::<TakeWindow, Written, _, _>(
            M::Post,
            "/releases/{id}/window/take",
            "Takes the window that a team proposes",
            take_window,
        )
        .get::<PlanDocument, _, _>(
            "/releases/{id}/plan",
            "Reads the file by which it carries itself out",
            "",
            get_plan,
        )
        .write::<PlanText, Written, _, _>(
            M::Put,
            "/releases/{id}/plan",
            "Sets the file by which it carries itself out, or takes it away",
            set_plan,
        )
        .write::<PlanText, PlanDocument, _, _>(
            M::Post,
            "/releases/{id}/plan/check",
            "Says what is wrong with a plan file, and saves nothing",
            check_plan,
        )
        .get::<Readiness, _, _>(
            "/releases/{id}/readiness",
            "Shows what its date depends on, what blocks it, and the ways out",
            "",
            get_readiness,
        )
}

fn verbs(routes: Routes) -> Routes {
    routes
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/advance",
            "Goes on to the next state of its model",
            advance,
        )
        .write::<Reason, Written, _, _>(M::Post, "/releases/{id}/submit", "Asks for the go", submit)
        .write::<Vote, Written, _, _>(M::Post, "/releases/{id}/approve", "Votes yes", approve)
        .write::<Vote, Written, _, _>(M::Post, "/releases/{id}/reject", "Votes no", reject)
        .write::<Vote, Written, _, _>(M::Post, "/releases/{id}/abstain", "Votes neither", abstain)
        .write::<MeetCondition, Written, _, _>(
            M::Post,
            "/releases/{id}/condition/meet",
            "Marks the condition of an approval met",
            meet_condition,
        )
        .write::<Schedule, Written, _, _>(
            M::Post,
            "/releases/{id}/schedule",
            "Commits or moves its window",
            schedule,
        )
        .write::<Reason, Written, _, _>(M::Post, "/releases/{id}/hold", "Lets it wait", hold)
        .write::<Reason, Written, _, _>(M::Post, "/releases/{id}/resume", "Lets it go on", resume)
        .write::<Reason, Written, _, _>(M::Post, "/releases/{id}/cancel", "Gives it up", cancel)
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/clone",
            "Creates one like it",
            clone_release,
        )
}

fn carry_out(routes: Routes) -> Routes {
    routes
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/deploy",
            "Begins the deployment",
            deploy,
        )
        .write::<StepReport, Written, _, _>(
            M::Post,
            "/releases/{id}/deployment/steps/{change}",
            "Reports a change as carried out or failed",
            step,
        )
        .write::<Extend, Written, _, _>(
            M::Post,
            "/releases/{id}/extend",
            "Asks for a longer window of running work",
            extend,
        )
        .write::<GrantExtension, Written, _, _>(
            M::Post,
            "/releases/{id}/extension/grant",
            "Lengthens its running window as it was asked for",
            grant_extension,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/extension/refuse",
            "Turns the longer window down",
            refuse_extension,
        )
        .write::<Verify, Written, _, _>(
            M::Post,
            "/releases/{id}/verify",
            "Ends the deployment, then its verification",
            verify,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/rollback",
            "Decides to take back what was reached",
            rollback,
        )
        .write::<StepReport, Written, _, _>(
            M::Post,
            "/releases/{id}/rollback/steps/{change}",
            "Reports a step back",
            step_back,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/releases/{id}/rollback/give-up",
            "Ends a rollback that cannot be completed",
            give_up,
        )
        .write::<Close, Written, _, _>(M::Post, "/releases/{id}/close", "Ends it", close)
}

fn extras(routes: Routes) -> Routes {
    routes
        .write::<NewComment, Written, _, _>(M::Post, "/releases/{id}/comments", "Remarks", comment)
        .write::<TaskFields, Written, _, _>(
            M::Post,
            "/releases/{id}/tasks",
            "Adds a task",
            add_task,
        )
        .write::<TaskFields, Written, _, _>(
            M::Patch,
            "/releases/{id}/tasks/{number}",
            "Edits a task",
            edit_task,
        )
        .write::<Reason, Written, _, _>(
            M::Delete,
            "/releases/{id}/tasks/{number}",
            "Removes a task",
            remove_task,
        )
        .write::<Reason, Written, _, _>(M::Put, "/releases/{id}/watch", "Watches it", watch)
        .write::<Reason, Written, _, _>(
            M::Delete,
            "/releases/{id}/watch",
            "Stops watching it",
            unwatch,
        )
        .write::<Links, Written, _, _>(M::Put, "/releases/{id}/links", "Replaces its links", links)
        .write::<RehearsalFields, Written, _, _>(
            M::Post,
            "/releases/{id}/rehearsals",
            "Writes down that its way back was rehearsed",
            rehearse,
        )
}

type Written200 = Result<Json<Written>, Answer>;

async fn list_releases(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<ReleaseRow>>, Answer> {
    let (limit, me) = (query.limit()?, signed.person());
    let found = ask(&*app.bus.world().store, move |db| refused(list::list(db, &query, limit, me)));
    Ok(Json(found.await??))
}

async fn board(State(app): State<App>, _: Signed, query: ListQuery) -> Result<Json<Board>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| refused(list::board(db, query.get("team"))));
    Ok(Json(found.await??))
}

async fn asked(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<AskedWindow>>, Answer> {
    let (limit, reader) = (query.limit()?, Reader::of(&app, &signed));
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(agree::asked(db, query.get("cursor"), limit, &asking))
    });
    Ok(Json(found.await??))
}

async fn deployments(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<DeploymentRow>>, Answer> {
    let (limit, reader) = (query.limit()?, Reader::of(&app, &signed));
    let found = ask(&*app.bus.world().store, move |db| {
        let me = reader.ask(db)?.who.person;
        refused(list::deployments(db, &query, limit, me))
    });
    Ok(Json(found.await??))
}

/// A handler that asks about one release for its reader.
macro_rules! about {
    ($name:ident, $answer:ty, $find:path) => {
        async fn $name(
            State(app): State<App>,
            signed: Signed,
            Path(id): Path<String>,
        ) -> Result<Json<$answer>, Answer> {
            let reader = Reader::of(&app, &signed);
            let found = ask(&*app.bus.world().store, move |db| {
                let asking = reader.ask(db)?;
                refused($find(db, &id, &asking))
            });
            Ok(Json(found.await??))
        }
    };
}

about!(get_release, Release, get::get);
about!(get_deployment, CarriedOut, get::deployment);
about!(get_scope, ScopeDocument, document::document);
about!(get_readiness, Readiness, readiness::readiness);
about!(get_plan, PlanDocument, plan::document);

async fn set_plan(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<PlanText>,
) -> Written200 {
    let command = SetPlan { release, text: write.body.text };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn plan_updates(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<UpdatesFields>,
) -> Written200 {
    let command = PlanUpdates { release, plan: write.body.plan };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn send_update(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<UpdateText>,
) -> Written200 {
    let command = SendUpdate { release, text: write.body.text };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn check_plan(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<PlanText>,
) -> Result<Json<PlanDocument>, Answer> {
    write.signed.permit(&app, Permission::Read).await?;
    let text = write.body.text;
    let found = ask(&*app.bus.world().store, move |db| refused(plan::checked(db, &id, text)));
    Ok(Json(found.await??))
}

async fn preview_move(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<Schedule>,
) -> Result<Json<MovePreview>, Answer> {
    write.signed.permit(&app, Permission::Read).await?;
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(effect::preview(db, &id, write.body.window.as_ref(), &asking))
    });
    Ok(Json(found.await??))
}

async fn depend(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<Dependencies>,
) -> Written200 {
    let command = SetDependencies { release, after: write.body.after };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// A handler of what is done to the scope.
macro_rules! stating {
    ($name:ident, $body:ty, $stating:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(release): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let command = StateScope { release, stating: ($stating)(write.body) };
            Ok(Json(app.bus.send(write.envelope, command).await?.answer))
        }
    };
}

stating!(state_scope, ScopeFields, Stating::State);
stating!(sign_off, SignOff, Stating::SignOff);
stating!(freeze, Reason, |body: Reason| Stating::Freeze(body.reason));
stating!(unfreeze, Reason, |body: Reason| Stating::Unfreeze(body.reason));

async fn create(State(app): State<App>, write: Write<ReleaseFields>) -> Written200 {
    let command = CreateRelease { fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<ReleaseFields>,
) -> Written200 {
    let command = EditRelease { release, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn bulk_releases(
    State(app): State<App>,
    write: Write<ReleaseBulk>,
) -> Result<Json<Vec<BulkOutcome>>, Answer> {
    let ReleaseBulk { releases, fields, verb, reason } = write.body;
    let named = ("/releases", releases.len());
    let verb = BulkVerb::of(named, fields.is_some(), verb.as_deref(), reason.as_ref())?;
    let (bus, envelope) = (&app.bus, &write.envelope);
    Ok(Json(match verb.map(Verb::from) {
        Some(verb) => {
            let command = |release| MoveRelease { release, verb: verb.clone() };
            bulk::each(bus, envelope, &releases, command).await
        }
        None => {
            let fields = fields.unwrap_or_default();
            let command = |release| EditRelease { release, fields: fields.clone() };
            bulk::each(bus, envelope, &releases, command).await
        }
    }))
}

async fn clone_release(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<Reason>,
) -> Written200 {
    Ok(Json(app.bus.send(write.envelope, CloneRelease { release }).await?.answer))
}

async fn attach(
    State(app): State<App>,
    Path((release, change)): Path<(String, String)>,
    write: Write<Reason>,
) -> Written200 {
    Ok(Json(app.bus.send(write.envelope, AttachChange { release, change }).await?.answer))
}

async fn detach(
    State(app): State<App>,
    Path((release, change)): Path<(String, String)>,
    write: Write<Reason>,
) -> Written200 {
    Ok(Json(app.bus.send(write.envelope, DetachChange { release, change }).await?.answer))
}

async fn order(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<Order>,
) -> Written200 {
    let command = OrderChanges { release, changes: write.body.changes };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// A handler of a verb: parse, one bus call, present.
macro_rules! verb {
    ($name:ident, $body:ty, $verb:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(release): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let verb = ($verb)(write.body);
            Ok(Json(app.bus.send(write.envelope, MoveRelease { release, verb }).await?.answer))
        }
    };
}

verb!(advance, Reason, |_| Verb::Advance);
verb!(submit, Reason, |_| Verb::Submit);
verb!(approve, Vote, |vote| Verb::Vote(VoteAnswer::Approve, vote));
verb!(reject, Vote, |vote| Verb::Vote(VoteAnswer::Reject, vote));
verb!(abstain, Vote, |vote| Verb::Vote(VoteAnswer::Abstain, vote));
verb!(meet_condition, MeetCondition, Verb::MeetCondition);
verb!(schedule, Schedule, Verb::Schedule);
verb!(ask_window, AskWindow, Verb::AskWindow);
verb!(accept_window, AnswerWindow, |body| Verb::AnswerWindow(WindowAnswer::Accepted, body));
verb!(counter_window, AnswerWindow, |body| Verb::AnswerWindow(WindowAnswer::Countered, body));
verb!(refuse_window, AnswerWindow, |body| Verb::AnswerWindow(WindowAnswer::Refused, body));
verb!(take_window, TakeWindow, Verb::TakeWindow);
verb!(extend, Extend, Verb::Extend);
verb!(grant_extension, GrantExtension, Verb::GrantExtension);
verb!(refuse_extension, Reason, Verb::RefuseExtension);
verb!(deploy, Reason, |_| Verb::Deploy);
verb!(verify, Verify, Verb::Verify);
verb!(rollback, Reason, Verb::Rollback);
verb!(give_up, Reason, Verb::GiveUp);
verb!(close, Close, Verb::Close);
verb!(hold, Reason, Verb::Hold);
verb!(resume, Reason, |_| Verb::Resume);
verb!(cancel, Reason, Verb::Cancel);

async fn step(
    State(app): State<App>,
    Path((release, change)): Path<(String, String)>,
    write: Write<StepReport>,
) -> Written200 {
    let verb = Verb::Step(change, write.body);
    Ok(Json(app.bus.send(write.envelope, MoveRelease { release, verb }).await?.answer))
}

async fn step_back(
    State(app): State<App>,
    Path((release, change)): Path<(String, String)>,
    write: Write<StepReport>,
) -> Written200 {
    let verb = Verb::StepBack(change, write.body);
    Ok(Json(app.bus.send(write.envelope, MoveRelease { release, verb }).await?.answer))
}

/// A handler of what hangs on a release.
macro_rules! extra {
    ($name:ident, $body:ty, $extra:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(release): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let command = AnnotateRelease { release, extra: ($extra)(write.body) };
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
    Path((release, number)): Path<(String, u32)>,
    write: Write<Reason>,
) -> Written200 {
    let command = AnnotateRelease { release, extra: Extra::RemoveTask(number) };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit_task(
    State(app): State<App>,
    Path((release, number)): Path<(String, u32)>,
    write: Write<TaskFields>,
) -> Written200 {
    let command = AnnotateRelease { release, extra: Extra::EditTask(number, write.body) };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}
