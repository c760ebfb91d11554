//! Runners and their jobs: routes, commands, read models, silence; and the face by which other
//! parts ask for jobs: [`AskForJob`], [`status`], [`CancelJob`], [`allows`].

mod asking;
mod claim;
mod hold;
mod patterns;
mod projection;
mod read;
mod register;
mod report;
mod silence;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::common::{Page, Reason, Written};
use api::runner::{
    ClaimFields, Claims, Job, JobOutput, JobReport, OutputPiece, OutputTaken, Runner, RunnerFields,
};

use crate::asking::Reader;
use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::{ask as ask_db, refused};

pub(crate) use asking::cancel_job;
pub use asking::{AskForJob, CancelJob, Status, allows, status};
pub use claim::{HOLDING_MAX, ROOM_MAX, WAIT_SECONDS_MAX};
pub use domain::runner::{Ask, Target};
pub use patterns::Regexes;
pub use silence::{GIVE_UP, LEASE_SECONDS, QUIET, give_up, quiet};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<Runner>, _, _>("/runners", "Lists runners by name", "limit,cursor", list)
        .get::<Runner, _, _>("/runners/{name}", "Reads a runner", "", get)
        .write::<Reason, Written, _, _>(
            M::Post,
            "/runners/{name}/revoke",
            "Takes a runner out of work, with its token",
            revoke,
        )
        .write::<RunnerFields, Written, _, _>(
            M::Post,
            "/runners/{name}/register",
            "Says who a runner is and what it may do; for its program",
            register,
        )
        .write::<ClaimFields, Claims, _, _>(
            M::Post,
            "/runners/{name}/claim",
            "Asks for work and waits for it; for its program",
            claim::claim,
        )
        .get::<Page<Job>, _, _>(
            "/jobs",
            "Lists jobs, newest first",
            "state,runner,limit,cursor",
            jobs,
        )
        .get::<Job, _, _>("/jobs/{key}", "Reads a job", "", job)
        .get::<JobOutput, _, _>("/jobs/{key}/output", "Reads what a job said", "after", output)
        .write::<OutputPiece, OutputTaken, _, _>(
            M::Post,
            "/jobs/{key}/output",
            "Adds to what a job said; for the runner's program",
            add_output,
        )
        .write::<JobReport, Written, _, _>(
            M::Post,
            "/jobs/{key}/report",
            "Says what became of a job; for the runner's program",
            report,
        )
}

async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Runner>>, Answer> {
    let limit = query.limit()?;
    let found =
        ask_db(&*app.bus.world().store, move |db| read::runners(db, query.get("cursor"), limit));
    Ok(Json(found.await?))
}

async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Json<Runner>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask_db(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(read::runner(db, &name, &asking))
    });
    Ok(Json(found.await??))
}

async fn jobs(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Job>>, Answer> {
    let limit = query.limit()?;
    let found = ask_db(&*app.bus.world().store, move |db| refused(read::jobs(db, &query, limit)));
    Ok(Json(found.await??))
}

async fn job(
    State(app): State<App>,
    _: Signed,
    Path(key): Path<String>,
) -> Result<Json<Job>, Answer> {
    let found = ask_db(&*app.bus.world().store, move |db| refused(read::job(db, &key)));
    Ok(Json(found.await??))
}

async fn output(
    State(app): State<App>,
    _: Signed,
    Path(key): Path<String>,
    query: ListQuery,
) -> Result<Json<JobOutput>, Answer> {
    let after = query.parsed("after", "is a number of bytes: `next` of the part before")?;
    let found = ask_db(&*app.bus.world().store, move |db| {
        refused(read::output(db, &key, after.unwrap_or(0)))
    });
    Ok(Json(found.await??))
}

async fn register(
    State(app): State<App>,
    Path(name): Path<String>,
    write: Write<RunnerFields>,
) -> Result<Json<Written>, Answer> {
    let command = register::RegisterRunner { name, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn revoke(
    State(app): State<App>,
    Path(name): Path<String>,
    write: Write<Reason>,
) -> Result<Json<Written>, Answer> {
    let reason = write.body.reason.unwrap_or_default();
    let command = register::RevokeRunner { name, reason };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn add_output(
    State(app): State<App>,
    Path(key): Path<String>,
    write: Write<OutputPiece>,
) -> Result<Json<OutputTaken>, Answer> {
    let command = report::AddOutput { key, piece: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn report(
    State(app): State<App>,
    Path(key): Path<String>,
    write: Write<JobReport>,
) -> Result<Json<Written>, Answer> {
    let command = report::ReportJob { key, report: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}
