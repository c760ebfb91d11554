//! Deployments that carry themselves out: the plan file of a release, the run that follows it, and
//! the driver that does what the run asks for. One that is carried out by hand is served with its
//! release.

mod call;
mod driver;
mod file;
mod run;
mod show;
mod tell;

use api::common::{Reason, Written};
use api::deployment::{DecideRun, ReportRun, RollBackRun, StepAsk};
use axum::Json;
use axum::extract::{Path, State};
use domain::release::Release;
use domain::{General, Missing, Refusal};
use kernel::ReleaseId;
use orchestrator::{Choice, Input, Report, Scope, Way};
use utoipa::openapi::path::HttpMethod as M;

use crate::bus::{Loaded, Stop, Work};
use crate::http::{App, Routes, Write};
use crate::problem::Answer;

pub use driver::Driver;
pub(crate) use run::{Run, WAKES};
pub(crate) use show::shown_run;
pub use tell::{TellRun, Told};
pub(crate) use tell::{begin, by_hand, file_flaws, is_run, plan_flaws, refuse_flaws, tell};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .write::<Reason, Written, _, _>(
            M::Post,
            "/deployments/{id}/pause",
            "Lets the run begin nothing new",
            pause,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/deployments/{id}/resume",
            "Lets the run go on",
            resume,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/deployments/{id}/abort",
            "Ends the run once nothing is in flight",
            abort,
        )
        .write::<StepAsk, Written, _, _>(
            M::Post,
            "/deployments/{id}/retry",
            "Tries a failed step again",
            retry,
        )
        .write::<StepAsk, Written, _, _>(
            M::Post,
            "/deployments/{id}/skip",
            "Leaves a step out",
            skip,
        )
        .write::<ReportRun, Written, _, _>(
            M::Post,
            "/deployments/{id}/report",
            "Says what became of a step: one's own, or one of which nobody knows",
            report,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/deployments/{id}/alarm",
            "Says that something is wrong, and asks for a decision",
            alarm,
        )
        .write::<DecideRun, Written, _, _>(
            M::Post,
            "/deployments/{id}/decide",
            "Answers the decision that is asked for",
            decide,
        )
        .write::<RollBackRun, Written, _, _>(
            M::Post,
            "/deployments/{id}/rollback",
            "Takes back what the run reached, whole or in part",
            rollback,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/deployments/{id}/give-up",
            "Ends a way back that cannot be completed",
            give_up,
        )
}

type Written200 = Result<Json<Written>, Answer>;

/// A handler that tells a run something: parse, one bus call, present.
macro_rules! telling {
    ($name:ident, $body:ty, $told:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(release): Path<String>,
            write: Write<$body>,
        ) -> Written200 {
            let told = ($told)(write.body)?;
            Ok(Json(app.bus.send(write.envelope, TellRun { release, told }).await?.answer))
        }
    };
}

telling!(pause, Reason, |_| input(Input::Pause));
telling!(resume, Reason, |_| input(Input::Resume));
telling!(abort, Reason, |body| input(Input::Abort { reason: text(body) }));
telling!(alarm, Reason, |body| input(Input::Alarm { reason: text(body) }));
telling!(give_up, Reason, |body| input(Input::GiveUp { reason: text(body) }));
telling!(retry, StepAsk, |body: StepAsk| input(Input::Retry { step: body.step }));
telling!(skip, StepAsk, |body: StepAsk| {
    input(Input::Skip { step: body.step, reason: body.reason.unwrap_or_default() })
});
telling!(decide, DecideRun, decision);
telling!(rollback, RollBackRun, back);
telling!(report, ReportRun, reported);

fn input(input: Input) -> Result<Told, Refusal> {
    Ok(Told::Input(input))
}

fn text(reason: Reason) -> String {
    reason.reason.unwrap_or_default()
}

fn decision(body: DecideRun) -> Result<Told, Refusal> {
    let choice = match body.choice.as_str() {
        "continue" => Choice::Continue,
        "rollback" => Choice::Rollback,
        _ => return Err(wrong("/choice", "is `continue` or `rollback`")),
    };
    input(Input::Decide { choice, reason: body.reason.unwrap_or_default() })
}

fn back(body: RollBackRun) -> Result<Told, Refusal> {
    let scope = match body.changes {
        Some(_) if body.as_far_as_possible => {
            return Err(wrong("/as_far_as_possible", "goes without `changes`"));
        }
        Some(changes) => Scope::Groups(changes.into_iter().collect()),
        None if body.as_far_as_possible => Scope::AsFarAsPossible,
        None => Scope::Whole,
    };
    input(Input::Rollback { scope, reason: body.reason.unwrap_or_default() })
}

fn reported(body: ReportRun) -> Result<Told, Refusal> {
    let way = match body.way.as_deref() {
        None => None,
        Some("forward") => Some(Way::Forward),
        Some("back") => Some(Way::Back),
        Some(_) => return Err(wrong("/way", "is `forward` or `back`")),
    };
    let report = match body.result.as_str() {
        "done" => Report::Done(body.note),
        "failed" => Report::Failed(body.note.unwrap_or_default()),
        "not_begun" => Report::NotBegun,
        _ => return Err(wrong("/result", "is `done`, `failed` or `not_begun`")),
    };
    Ok(Told::Report { step: body.step, way, attempt: body.attempt, report })
}

fn wrong(pointer: &str, detail: &str) -> Refusal {
    General::Invalid(vec![Missing::new(pointer, detail)]).into()
}

/// Time has passed for a run.
pub(crate) fn wakes(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<ReleaseId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut release: Loaded<Release> = work.load(id)?;
    tell(work, &mut release, &Input::Tick)
}
