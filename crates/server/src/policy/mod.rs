//! The policy: which files are in force, what they come to for a record, and how another set would
//! have decided.

mod activate;
mod cadence;
mod conflicts;
mod document;
mod explain;
mod expression;
mod facts;
mod files;
mod force;
mod gather;
mod notices;
mod observed;
mod propose;
mod read;
mod replay;
mod set;

use api::common::{Page, Written};
use api::policy::{
    Activate, CheckPolicy, Explanation, Model, ModelProposal, Observed, Policy, PolicyChecked,
    PolicyVersion, ProposeModel, Replay, ReplayPolicy,
};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::{Permission, Role};
use utoipa::openapi::path::HttpMethod;

use crate::asking::Reader;
use crate::bus::Stop;
use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use activate::ActivatePolicy;
pub use cadence::{arm, in_force_since, is_opened};
pub use conflicts::{ConflictCase, ConflictRecord, ConflictRule};
pub use document::Finding;
pub use explain::{explain_change, explain_release};
pub use expression::{EXPRESSION_MAX, LOOPS_MAX};
pub use facts::Facts;
pub use force::{InForce, in_force, tried, version_in_force};
pub(crate) use gather::{of_conflict, of_side};
pub use notices::{DigestLine, DigestView, MoveView, NoticeRules, NoticeText, TEXT_MAX, View};
pub use replay::{REPLAY_DAYS_MAX, REPLAY_RECORDS_MAX, Replaying};
pub use set::{CONFLICTS, PolicySet, built_in};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<Model>, _, _>("/models", "Lists the models in force", "", models)
        .write::<ProposeModel, ModelProposal, _, _>(
            HttpMethod::Post,
            "/models/proposal",
            "Proposes the model of a release that is only thought of",
            propose_model,
        )
        .get::<Policy, _, _>(
            "/policy",
            "Reads the policy in force, or one that was",
            "version",
            get,
        )
        .write::<Activate, Written, _, _>(
            HttpMethod::Put,
            "/policy",
            "Puts a set of files in force",
            activate_policy,
        )
        .get::<Observed, _, _>(
            "/policy/observed",
            "Tells what the rules that are only observed would have decided",
            "",
            get_observed,
        )
        .get::<Page<PolicyVersion>, _, _>(
            "/policy/versions",
            "Lists the versions of the policy",
            "limit,cursor",
            versions,
        )
        .write::<CheckPolicy, PolicyChecked, _, _>(
            HttpMethod::Post,
            "/policy/check",
            "Checks a set of files without putting it in force",
            check,
        )
        .write::<ReplayPolicy, Replay, _, _>(
            HttpMethod::Post,
            "/policy/replay",
            "Compares how stored records were routed with how a set of files would",
            replay,
        )
        .get::<Explanation, _, _>(
            "/changes/{id}/policy",
            "Explains why a change needs the approval it needs",
            "",
            of_change,
        )
        .get::<Explanation, _, _>(
            "/releases/{id}/policy",
            "Explains why a release needs the approval it needs",
            "",
            of_release,
        )
}

async fn models(State(app): State<App>, _: Signed) -> Result<Json<Page<Model>>, Answer> {
    let now = app.bus.world().clock.now();
    let items = ask(&*app.bus.world().store, move |db| read::models(db, now)).await?;
    Ok(Json(Page { items, next: None }))
}

/// A question with a body. Nothing is saved.
async fn propose_model(
    State(app): State<App>,
    write: Write<ProposeModel>,
) -> Result<Json<ModelProposal>, Answer> {
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        let permitted = asking.permit(Permission::Read).map_err(Stop::from);
        refused(permitted.and_then(|()| propose::propose(db, &write.body, asking.now)))
    });
    Ok(Json(found.await??))
}

async fn get(State(app): State<App>, _: Signed, query: ListQuery) -> Result<Json<Policy>, Answer> {
    let version = query.parsed("version", "is the number of a version")?;
    let shown =
        ask(&*app.bus.world().store, move |db| refused(read::policy(db, version))).await??;
    Ok(Json(shown))
}

async fn get_observed(State(app): State<App>, _: Signed) -> Result<Json<Observed>, Answer> {
    Ok(Json(ask(&*app.bus.world().store, observed::observed).await?))
}

async fn versions(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<PolicyVersion>>, Answer> {
    let limit = query.limit()?;
    let page =
        ask(&*app.bus.world().store, move |db| read::versions(db, query.get("cursor"), limit));
    Ok(Json(page.await?))
}

async fn check(
    State(app): State<App>,
    write: Write<CheckPolicy>,
) -> Result<Json<PolicyChecked>, Answer> {
    let (reader, files) = (Reader::of(&app, &write.signed), write.body.files);
    let checked = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        let administrator = asking.who.roles.contains(&Role::Administrator);
        match asking.permit(Permission::PolicyWrite) {
            Ok(()) => read::check(db, &files, administrator).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    });
    Ok(Json(checked.await??))
}

async fn replay(
    State(app): State<App>,
    write: Write<ReplayPolicy>,
) -> Result<Json<Replay>, Answer> {
    let reader = Reader::of(&app, &write.signed);
    let world = app.bus.world();
    // One's own files are read as if they were to be activated; what is in force, anyone may ask.
    let needed =
        if write.body.files.is_some() { Permission::PolicyWrite } else { Permission::Read };
    let permitted = ask(&*world.store, move |db| Ok(reader.ask(db)?.permit(needed)));
    permitted.await??;
    let mut replaying = Replaying::new(write.body.days, write.body.files, world.clock.now())?;
    loop {
        let slice = ask(&*world.store, move |db| {
            let more = refused(replaying.slice(db))?;
            Ok(more.map(|more| (replaying, more)))
        });
        let (after, more) = slice.await??;
        replaying = after;
        if !more {
            return Ok(Json(replaying.end()));
        }
    }
}

async fn of_change(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<Explanation>, Answer> {
    let why = ask(&*app.bus.world().store, move |db| refused(explain_change(db, &id)));
    Ok(Json(why.await??))
}

async fn of_release(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<Explanation>, Answer> {
    let now = app.bus.world().clock.now();
    let why = ask(&*app.bus.world().store, move |db| refused(explain_release(db, &id, now)));
    Ok(Json(why.await??))
}

async fn activate_policy(
    State(app): State<App>,
    write: Write<Activate>,
) -> Result<Json<Written>, Answer> {
    let command = ActivatePolicy { files: write.body.files, note: write.body.note };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

#[cfg(test)]
mod tests;
