//! What keeps the run of a release from being over. Until then its effect is not verified: what is
//! still on its way may turn it back, and what was verified is not taken back.

use domain::Missing;
use domain::release::Release;
use kernel::ReleaseId;
use orchestrator::{Act, Consequence, Leg, LegState, Phase, Step, Trigger, Value, Way};
use ports::{Fault, Query};

use crate::bus::find_state;
use crate::deployment::run::Run;
use crate::deployment::tell::is_run;

/// What the run of a release still does or waits for, each with how to go on. Nothing where none
/// carries it out, or it is over.
pub(crate) fn run_open(
    db: &mut dyn Query,
    id: ReleaseId,
    release: &Release,
) -> Result<Vec<Missing>, Fault> {
    let running = release.deployment.as_ref();
    if !is_run(release) || !running.is_some_and(|running| running.state.is_under_way()) {
        return Ok(Vec::new());
    }
    let run = find_state::<Run>(db, id)?;
    Ok(run.map(|run| open(&run.state.0)).unwrap_or_default())
}

fn open(run: &orchestrator::Run) -> Vec<Missing> {
    let mut open = Vec::new();
    if let Some(decision) = &run.decision {
        let detail = format!("its owner is asked to decide until {}: decide first", decision.until);
        open.push(Missing::new("/run/decision", detail));
    }
    if run.is_paused && !run.has_ended() {
        open.push(Missing::new("/run/paused", "it is paused: resume it"));
    }
    if run.phase == Phase::Running {
        // What has not begun when it is aborted never will.
        let is_awaited = |leg: &Leg| run.ending.is_none() || leg.is_running() || leg.is_uncertain();
        let legs = run.legs(Way::Forward).filter(|(_, leg)| is_awaited(leg));
        open.extend(legs.filter_map(|(step, leg)| still(step, leg)));
    }
    if open.is_empty() && !run.has_ended() {
        let detail = format!("it is {}: wait until it is over", run.phase);
        open.push(Missing::new("/run/phase", detail));
    }
    let watched = run.plan.triggers.iter().filter(|_| run.is_watched());
    open.extend(watched.filter_map(|trigger| about_to_fire(run, trigger)));
    open
}

/// Where a step stands that is not settled.
fn still(step: &Step, leg: &Leg) -> Option<Missing> {
    let is = match leg.state {
        LegState::Done | LegState::Skipped | LegState::NotBegun => return None,
        LegState::Waiting => "has not begun: wait until it is done",
        LegState::Running { .. } if step.act == Act::Person => {
            "waits for a person: report it as done or failed"
        }
        LegState::Running { .. } => "is in flight: wait until it is done",
        LegState::Uncertain { ask_at: None } => "may have been done or not: report which",
        LegState::Uncertain { .. } => "may have been done or not: wait, it is being asked",
        LegState::Retrying { .. } => "failed and is tried again: wait, or skip it with a reason",
        LegState::Failed => "failed: retry it, or skip it with a reason",
    };
    let key = &step.key;
    Some(Missing::new(format!("/run/steps/{key}"), format!("step `{key}` {is}")))
}

/// A trigger whose time runs, unless it only shows what it sees. Silence that would only ask the
/// owner does not hold it up: whoever verifies has looked.
fn about_to_fire(run: &orchestrator::Run, trigger: &Trigger) -> Option<Missing> {
    let key = &trigger.key;
    let watched = run.watched.get(key)?;
    let at = trigger.fires_at(watched)?;
    let (_, then) = trigger.consequence(watched.value)?;
    let is_silent = watched.value == Value::NoData;
    if then == Consequence::Note || (is_silent && then == Consequence::Ask) {
        return None;
    }
    let is = if is_silent { "says nothing" } else { "is bad" };
    let detail = format!("trigger `{key}` {is}, and acts at {at}: wait until it is good");
    Some(Missing::new(format!("/run/triggers/{key}"), detail))
}
