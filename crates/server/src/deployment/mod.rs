//! Deployments that carry themselves out: the plan file of a release, the run that follows it, and
//! the driver that does what the run asks for. One that is carried out by hand is served with its
//! release.

mod call;
mod canary;
mod driver;
mod file;
mod look;
mod open;
mod places;
mod run;
mod show;
mod steer;
mod tell;
mod trigger;
mod waiting;

use api::common::{Reason, Written};
use api::deployment::{DecideRun, ReportRun, RollBackRun, RunWayBack, StepAsk};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use domain::release::Release;
use kernel::ReleaseId;
use orchestrator::Input;
use utoipa::openapi::path::HttpMethod as M;

use crate::asking::Reader;
use crate::bus::{Loaded, Stop, Work};
use crate::http::{App, Routes, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use driver::Driver;
pub(crate) use open::run_open;
pub(crate) use run::{Run, WAKES};
pub(crate) use show::{shown_decision, shown_run};
pub use tell::{TellRun, Told};
pub(crate) use tell::{begin, by_hand, file_flaws, is_run, plan_flaws, refuse_flaws, tell};
pub(crate) use waiting::{Awaited, awaited};

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
        .write::<RollBackRun, RunWayBack, _, _>(
            M::Post,
            "/deployments/{id}/rollback/preview",
            "Says what taking it back that far would do; changes nothing",
            preview,
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
            let told = ($told)(write.body);
            Ok(Json(app.bus.send(write.envelope, TellRun { release, told }).await?.answer))
        }
    };
}

telling!(pause, Reason, |_| Told::Input(Input::Pause));
telling!(resume, Reason, |_| Told::Input(Input::Resume));
telling!(abort, Reason, |body| Told::Input(Input::Abort { reason: text(body) }));
telling!(alarm, Reason, |body| Told::Input(Input::Alarm { reason: text(body) }));
telling!(give_up, Reason, |body| Told::Input(Input::GiveUp { reason: text(body) }));
telling!(retry, StepAsk, |body: StepAsk| Told::Input(Input::Retry { step: body.step }));
telling!(skip, StepAsk, |body: StepAsk| {
    Told::Input(Input::Skip { step: body.step, reason: body.reason.unwrap_or_default() })
});
telling!(decide, DecideRun, Told::Decide);
telling!(rollback, RollBackRun, Told::RollBack);
telling!(report, ReportRun, Told::Report);

async fn preview(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<RollBackRun>,
) -> Result<Json<RunWayBack>, Answer> {
    write.signed.permit(&app, Permission::Read).await?;
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(steer::preview(db, &release, &write.body, &asking))
    });
    Ok(Json(found.await??))
}

fn text(reason: Reason) -> String {
    reason.reason.unwrap_or_default()
}

/// Time has passed for a run.
pub(crate) fn wakes(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<ReleaseId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut release: Loaded<Release> = work.load(id)?;
    tell(work, &mut release, &Input::Tick)
}
