//! A run as people see it: where it stands, what it waits for, how each step went, and how long it
//! takes either way.

use api::deployment as wire;
use domain::release::Release;
use orchestrator::{
    Attempt, Choice, Consequence, Leg, LegState, Phase, Scope, Step, Trigger, Undo, Value, Waits,
    Way, Why, backwards, minutes_back, minutes_forward, minutes_to_point_of_no_return,
    rollback_fits_until, waits,
};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, find_state};
use crate::deployment::run::Run;
use crate::deployment::steer::{Helm, file_of, way_back};
use crate::deployment::tell::is_run;
use crate::names::Names;

/// The run of a release, if one carries it out.
pub(crate) fn shown_run(
    db: &mut dyn Query,
    loaded: &Loaded<Release>,
    asking: &Asking,
) -> Result<Option<wire::Run>, Fault> {
    let (release, now) = (&loaded.state, asking.now);
    if !is_run(release) {
        return Ok(None);
    }
    let Some(Loaded { state: Run(run), .. }) = find_state::<Run>(db, loaded.id)? else {
        return Ok(None);
    };
    let file = file_of(db, release)?;
    let helm = Helm { run: &run, release, file: file.as_ref(), asking };
    let decision = decision(db, release, &run)?;
    let stands = run.rollback.iter().flat_map(|rollback| &rollback.stands);
    let window = release.content.window.as_ref().filter(|_| !run.has_ended());
    Ok(Some(wire::Run {
        phase: phase(run.phase).to_owned(),
        paused: run.is_paused,
        ending: run.ending.clone(),
        decision,
        waits: waits(&run).into_iter().map(wait).collect(),
        steps: run.plan.steps.iter().map(|one| step(&helm, one)).collect(),
        stands: stands
            .map(|(step, why)| wire::RunStands { step: step.clone(), why: why.clone() })
            .collect(),
        minutes_forward: minutes_forward(&run, now),
        minutes_back: minutes_back(&run, now),
        rollback_fits_until: window
            .map(|window| rollback_fits_until(&run, window.interval.end, now).to_string()),
        minutes_to_point_of_no_return: minutes_to_point_of_no_return(&run, now),
        watched: run.is_watched(),
        triggers: run.plan.triggers.iter().map(|one| trigger(&helm, one)).collect(),
        taken_back: taken_back(&run),
        way_back: way_back(&run, Scope::AsFarAsPossible, now),
        actions: helm.actions(),
    }))
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Running => "running",
        Phase::Finished => "finished",
        Phase::Stopped => "stopped",
        Phase::RollingBack => "rolling_back",
        Phase::RolledBack => "rolled_back",
        Phase::GivenUp => "given_up",
    }
}

/// The decision that the run of a release asks for, if it does.
pub(crate) fn shown_decision(
    db: &mut dyn Query,
    loaded: &Loaded<Release>,
) -> Result<Option<wire::RunDecision>, Fault> {
    if !is_run(&loaded.state) {
        return Ok(None);
    }
    let Some(run) = find_state::<Run>(db, loaded.id)? else { return Ok(None) };
    decision(db, &loaded.state, &run.state.0)
}

fn decision(
    db: &mut dyn Query,
    release: &Release,
    run: &orchestrator::Run,
) -> Result<Option<wire::RunDecision>, Fault> {
    let Some(decision) = &run.decision else { return Ok(None) };
    Ok(Some(wire::RunDecision {
        why: decision.why.iter().map(|why| reason(run, why)).collect(),
        owner: Names::default().opt(db, release.content.owner)?,
        asked_at: decision.asked_at.to_string(),
        until: decision.until.to_string(),
        default: choice(decision.default).to_owned(),
    }))
}

fn choice(choice: Choice) -> &'static str {
    match choice {
        Choice::Continue => "continue",
        Choice::Rollback => "rollback",
    }
}

fn reason(run: &orchestrator::Run, why: &Why) -> String {
    match why {
        Why::Alarm { reason } => reason.clone(),
        Why::Failed { step } => {
            let note = run.leg(step, Way::Forward).and_then(|leg| leg.note.as_deref());
            format!("step {step} failed: {}", note.unwrap_or_default())
        }
    }
}

fn wait(wait: Waits) -> wire::RunWait {
    let (what, attempt) = match wait {
        Waits::Decision => ("decision", None),
        Waits::Resume => ("resume", None),
        Waits::Act(attempt) => ("act", Some(attempt)),
        Waits::Tell(attempt) => ("tell", Some(attempt)),
        Waits::Mend(attempt) => ("mend", Some(attempt)),
    };
    wire::RunWait {
        what: what.to_owned(),
        way: attempt.as_ref().map(|Attempt { way, .. }| way.to_string()),
        attempt: attempt.as_ref().map(|attempt| attempt.number),
        step: attempt.map(|attempt| attempt.step),
    }
}

fn taken_back(run: &orchestrator::Run) -> Vec<String> {
    let keys = backwards(&run.plan).into_iter();
    keys.filter(|key| run.back.contains_key(*key)).map(str::to_owned).collect()
}

fn trigger(helm: &Helm<'_>, trigger: &Trigger) -> wire::RunTrigger {
    let watched = helm.run.watched.get(&trigger.key);
    let fires_at = watched.and_then(|watched| trigger.fires_at(watched));
    wire::RunTrigger {
        key: trigger.key.clone(),
        what: helm.file.map(|file| file.watches(&trigger.key)).unwrap_or_default(),
        value: watched.map(|watched| value(watched.value).to_owned()),
        since: watched.map(|watched| watched.since.to_string()),
        note: watched.map(|watched| watched.note.clone()),
        on_bad: consequence(trigger.on_bad).to_owned(),
        bad_seconds: trigger.bad_seconds,
        on_no_data: consequence(trigger.on_no_data).to_owned(),
        no_data_seconds: trigger.no_data_seconds,
        fires_at: fires_at.filter(|_| helm.run.is_watched()).map(|at| at.to_string()),
        fired: watched.is_some_and(|watched| watched.fired),
    }
}

fn value(value: Value) -> &'static str {
    match value {
        Value::Good => "good",
        Value::Bad => "bad",
        Value::NoData => "no_data",
    }
}

fn consequence(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Rollback => "rollback",
        Consequence::Ask => "ask",
        Consequence::Note => "note",
    }
}

fn step(helm: &Helm<'_>, step: &Step) -> wire::RunStep {
    let (run, file, key) = (helm.run, helm.file, &step.key);
    let told = |way| file.and_then(|file| file.instructions(key, way));
    let (undo, undo_text) = match &step.undo {
        Undo::Nothing => ("nothing", None),
        Undo::Reversible => ("reversible", told(Way::Back)),
        Undo::Compensating => ("compensating", told(Way::Back)),
        Undo::Irreversible { reason } => ("irreversible", Some(reason.clone())),
        Undo::PointOfNoReturn { reason } => ("point_of_no_return", Some(reason.clone())),
    };
    wire::RunStep {
        key: key.clone(),
        kind: file.map_or("", |file| file.kind(key)).to_owned(),
        change: step.group.clone(),
        needs: step.needs.iter().cloned().collect(),
        text: told(Way::Forward),
        undo: undo.to_owned(),
        undo_text,
        forward: leg(run.leg(key, Way::Forward).unwrap_or(&Leg::default())),
        back: run.leg(key, Way::Back).map(leg),
        actions: helm.answers(step),
    }
}

fn leg(leg: &Leg) -> wire::RunLeg {
    let (state, next_at) = match leg.state {
        LegState::Waiting => ("waiting", None),
        LegState::Running { until } => ("running", Some(until)),
        LegState::Uncertain { ask_at } => ("uncertain", ask_at),
        LegState::Retrying { at } => ("retrying", Some(at)),
        LegState::Done => ("done", None),
        LegState::Failed => ("failed", None),
        LegState::Skipped => ("skipped", None),
        LegState::NotBegun => ("not_begun", None),
    };
    wire::RunLeg {
        state: state.to_owned(),
        attempts: leg.attempts,
        started_at: leg.started_at.map(|at| at.to_string()),
        at: leg.at.map(|at| at.to_string()),
        next_at: next_at.map(|at| at.to_string()),
        note: leg.note.clone(),
    }
}
