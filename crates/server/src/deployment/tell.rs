//! Telling a run something: the engine decides, and what it means for the changes of the release is
//! reported in the same transaction, as a person would report it by hand.

use api::common::Written;
use api::deployment::{DecideRun, ReportRun, RollBackRun};
use domain::calendar::Side;
use domain::deployment::{self, Deployment, DeploymentEvent, DeploymentState, StepState};
use domain::identity::{Permission, Role};
use domain::policy::IrreversibleSteps;
use domain::release::{Release, ReleaseEvent};
use domain::{Aggregate as _, General, Missing, Refusal};
use kernel::{ChangeId, NOTE_MAX, ReleaseId, Version};
use orchestrator::{
    Choice, Input, Leg, LegState, Phase, Report, Scope, Waits, Way, Why, decide, waits,
};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::calendar::refresh;
use crate::deployment::file::{self, Flaw, PlanFile};
use crate::deployment::run::Run;
use crate::names::{Names, find_release};
use crate::policy::in_force;
use crate::reactions::deployment_moved;
use crate::runner::{allows, cancel_job};

/// What a run is told.
pub enum Told {
    /// As the engine takes it.
    Input(Input),
    /// What a person says of a step.
    Report(ReportRun),
    /// The answer to a decision.
    Decide(DecideRun),
    /// How far it is taken back.
    RollBack(RollBackRun),
}

/// Tells a run something.
pub struct TellRun {
    /// The release.
    pub release: String,
    /// What.
    pub told: Told,
}

impl Told {
    /// As the engine takes it, for a run as it is.
    fn input(&self, run: &orchestrator::Run) -> Result<Input, Refusal> {
        match self {
            Self::Input(input) => Ok(input.clone()),
            Self::Report(report) => reported(report, run),
            Self::Decide(decide) => {
                let choice = match decide.choice.as_str() {
                    "continue" => Choice::Continue,
                    "rollback" => Choice::Rollback,
                    _ => return Err(wrong("/choice", "is `continue` or `rollback`")),
                };
                Ok(Input::Decide { choice, reason: decide.reason.clone().unwrap_or_default() })
            }
            Self::RollBack(back) => {
                let scope = scope_of(back)?;
                Ok(Input::Rollback { scope, reason: back.reason.clone().unwrap_or_default() })
            }
        }
    }
}

/// How far someone wants it taken back.
pub(super) fn scope_of(back: &RollBackRun) -> Result<Scope, Refusal> {
    match &back.changes {
        Some(_) if back.as_far_as_possible => {
            Err(wrong("/as_far_as_possible", "goes without `changes`"))
        }
        Some(changes) => Ok(Scope::Groups(changes.iter().cloned().collect())),
        None if back.as_far_as_possible => Ok(Scope::AsFarAsPossible),
        None => Ok(Scope::Whole),
    }
}

/// What an input asks for of whoever sends it. Whoever signs off need not deploy: their role is
/// asked for where they report.
fn permission_of(input: &Input) -> Permission {
    match input {
        Input::Reported { .. } => Permission::Read,
        Input::Decide { .. } | Input::Rollback { .. } => Permission::ReleaseRollback,
        _ => Permission::ReleaseDeploy,
    }
}

/// What a person says of a step. Which attempt is meant is found where it is not said: the one that
/// the run waits for, else the last one the way that it goes.
pub(super) fn reported(said: &ReportRun, run: &orchestrator::Run) -> Result<Input, Refusal> {
    let way = match said.way.as_deref() {
        None => None,
        Some("forward") => Some(Way::Forward),
        Some("back") => Some(Way::Back),
        Some(_) => return Err(wrong("/way", "is `forward` or `back`")),
    };
    let report = match said.result.as_str() {
        "done" => Report::Done(said.note.clone()),
        "failed" => {
            let note = said.note.clone().filter(|note| !note.trim().is_empty());
            Report::Failed(note.ok_or_else(|| wrong("/note", "says what failed"))?)
        }
        "not_begun" => Report::NotBegun,
        _ => return Err(wrong("/result", "is `done`, `failed` or `not_begun`")),
    };
    let asked = waits(run).into_iter().find_map(|wait| match wait {
        Waits::Act(asked) | Waits::Tell(asked) if asked.step == said.step => Some(asked),
        _ => None,
    });
    let open = asked.filter(|asked| way.is_none_or(|way| way == asked.way));
    let meant = open.or_else(|| run.attempt(&said.step, way.unwrap_or_else(|| run.way())));
    let mut attempt = meant.ok_or_else(|| {
        Refusal::from(General::Unknown { kind: "step that was begun", name: said.step.clone() })
    })?;
    attempt.number = said.attempt.unwrap_or(attempt.number);
    Ok(Input::Reported { attempt, report })
}

fn wrong(pointer: &str, detail: &str) -> Refusal {
    General::Invalid(vec![Missing::new(pointer, detail)]).into()
}

impl Command for TellRun {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        let input = match &self.told {
            Told::Input(input) => input,
            Told::Report(_) => return "run.report",
            Told::Decide(_) => return "run.decide",
            Told::RollBack(_) => return "run.rollback",
        };
        match input {
            Input::Begin(_) => "run.begin",
            Input::Tick => "run.tick",
            Input::Succeeded { .. } => "run.succeeded",
            Input::Failed { .. } => "run.failed",
            Input::NoData { .. } => "run.no_data",
            Input::Lost(_) => "run.lost",
            Input::Unknown(_) => "run.unknown",
            Input::Answered { .. } => "run.answered",
            Input::Reported { .. } => "run.report",
            Input::Retry { .. } => "run.retry",
            Input::Skip { .. } => "run.skip",
            Input::Pause => "run.pause",
            Input::Resume => "run.resume",
            Input::Abort { .. } => "run.abort",
            Input::Alarm { .. } => "run.alarm",
            Input::Observed { .. } => "run.observed",
            Input::EndWatch => "run.end_watch",
            Input::Decide { .. } => "run.decide",
            Input::Rollback { .. } => "run.rollback",
            Input::GiveUp { .. } => "run.give_up",
        }
    }

    fn permission(&self) -> Permission {
        match &self.told {
            Told::Input(input) => permission_of(input),
            Told::Report(_) => Permission::Read,
            Told::Decide(_) | Told::RollBack(_) => Permission::ReleaseRollback,
        }
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        if matches!(self.told, Told::Report(_)) {
            // In person, a role is enough to sign off.
            work.permit_program(Permission::ReleaseDeploy)?;
        }
        work.lock(Lock::calendar())?;
        let id = find_release(work.tx, &self.release)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        let mut run = run_of(work, &release)?;
        let input = self.told.input(&run.state.0)?;
        permit_signing(work, &release.state, &run.state.0, &input)?;
        step(work, &mut release, &mut run, &input)?;
        let number = Some(release.state.number.clone());
        Ok(Written { id: id.to_string(), number, version: release.version.0 })
    }
}

/// Whether a run carries the deployment of a release out.
pub(crate) fn is_run(release: &Release) -> bool {
    release.plan.is_some() && release.deployment.is_some()
}

/// Begins the run of a deployment that has begun.
pub(crate) fn begin(work: &mut Work<'_>, release: &mut Loaded<Release>) -> Result<(), Stop> {
    let plan = plan_of(work.tx, &release.state)?.plan;
    work.lock(Lock::stream(&Run::stream(release.id)))?;
    let mut run = Loaded { id: release.id, version: Version::NONE, state: Run::default() };
    step(work, release, &mut run, &Input::Begin(plan))
}

/// Tells the run of a release something.
pub(crate) fn tell(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    input: &Input,
) -> Result<(), Stop> {
    let mut run = run_of(work, release)?;
    permit_signing(work, &release.state, &run.state.0, input)?;
    step(work, release, &mut run, input)
}

fn run_of(work: &mut Work<'_>, release: &Loaded<Release>) -> Result<Loaded<Run>, Stop> {
    if is_run(&release.state) {
        return work.load(release.id);
    }
    let name = release.state.number.clone();
    Err(General::Unknown { kind: "run", name }.into())
}

fn step(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    run: &mut Loaded<Run>,
    input: &Input,
) -> Result<(), Stop> {
    let events = decide(&run.state.0, input, work.now).map_err(refused)?;
    if matches!(input, Input::Alarm { .. } | Input::Rollback { .. }) {
        not_verified(&release.state)?;
    }
    if events.is_empty() {
        return Ok(());
    }
    work.append(run, events)?;
    if let Input::Reported { attempt, report: Report::Failed(_) } = input {
        // The next attempt is another job: this one is asked to stop, so that both do not run on.
        let key = format!("{}:{}", release.id, attempt.key());
        cancel_job(work, &key, "it was reported as failed")?;
    }
    let before = release.state.clone();
    mirror(work, release, &run.state.0)?;
    if before != release.state {
        deployment_moved(work, release.id, &before, &release.state)?;
        refresh(work, Side::Release(release.id))?;
    }
    Ok(())
}

/// The plan file of a release, read with the changes that it has.
pub(super) fn plan_of(db: &mut dyn Query, release: &Release) -> Result<PlanFile, Stop> {
    let changes = numbers(db, &release.changes)?;
    let text = release.plan.as_deref().unwrap_or_default();
    file::read(text, &changes).map_err(|flaws| flawed(&flaws).into())
}

pub(super) fn numbers(db: &mut dyn Query, changes: &[ChangeId]) -> Result<Vec<String>, Fault> {
    let mut names = Names::default();
    let ids: Vec<String> = changes.iter().map(ToString::to_string).collect();
    names.load(db, &ids)?;
    Ok(ids.iter().map(|id| names.number(id)).collect())
}

/// What is wrong with a plan file of a release, as its changes are now.
pub(crate) fn file_flaws(
    db: &mut dyn Query,
    release: &Release,
    text: &str,
) -> Result<Vec<Flaw>, Fault> {
    let file = match file::read(text, &numbers(db, &release.changes)?) {
        Ok(file) => file,
        Err(flaws) => return Ok(flaws),
    };
    let mut flaws = Vec::new();
    for (place, job) in file.jobs {
        if let Err(detail) = allows(db, &job.target, &job.command, &job.arguments)? {
            flaws.push(Flaw { detail, ..place });
        }
    }
    if !file.stands.is_empty() && refuses_irreversible(db, release)? {
        let detail = format!(
            "the policy lets a release of the type {} do nothing that cannot be taken back: write \
            what takes it back",
            release.model
        );
        flaws.extend(file.stands.into_iter().map(|place| Flaw { detail: detail.clone(), ..place }));
    }
    flaws.sort_by_key(|flaw| (flaw.line, flaw.column));
    Ok(flaws)
}

/// Whether the model of a release refuses steps that stand for ever.
fn refuses_irreversible(db: &mut dyn Query, release: &Release) -> Result<bool, Fault> {
    let policy = in_force(db)?;
    let model = policy.set.release(&release.model);
    Ok(model.is_some_and(|model| model.irreversible_steps == IrreversibleSteps::Refused))
}

/// What is wrong with the plan of a release, as fields of a refusal. Once the release is under way
/// nobody asks.
pub(crate) fn plan_flaws(db: &mut dyn Query, release: &Release) -> Result<Vec<Missing>, Fault> {
    let plan = release.plan.as_ref().filter(|_| !release.is_under_way());
    let Some(text) = plan else { return Ok(Vec::new()) };
    Ok(missing(&file_flaws(db, release, text)?))
}

/// Refuses a plan file with flaws.
pub(crate) fn refuse_flaws(db: &mut dyn Query, release: &Release, text: &str) -> Result<(), Stop> {
    let flaws = file_flaws(db, release, text)?;
    if flaws.is_empty() { Ok(()) } else { Err(flawed(&flaws).into()) }
}

fn missing(flaws: &[Flaw]) -> Vec<Missing> {
    let told = |flaw: &Flaw| {
        let detail = format!("line {}, column {}: {}", flaw.line, flaw.column, flaw.detail);
        Missing::new("/plan", detail)
    };
    flaws.iter().map(told).collect()
}

fn flawed(flaws: &[Flaw]) -> Refusal {
    let detail = match flaws {
        [flaw] => format!("the plan has a flaw in line {}: {}", flaw.line, flaw.detail),
        _ => format!("the plan has {} flaws; each is named in `errors`", flaws.len()),
    };
    Refusal { code: "deployment.plan_flawed", detail, missing: missing(flaws) }
}

/// Of what people tell a run, only this depends on the step: all else was permitted before.
fn permit_signing(
    work: &mut Work<'_>,
    release: &Release,
    run: &orchestrator::Run,
    input: &Input,
) -> Result<(), Stop> {
    if signed(run, input).is_empty() {
        return Ok(());
    }
    let file = plan_of(work.tx, release)?;
    Ok(may_tell(&Asking::of(work), (release, run), Some(&file), input)?)
}

/// The steps that an input settles in someone's name: what is reported, and what is gone without.
fn signed<'a>(run: &'a orchestrator::Run, input: &'a Input) -> Vec<&'a str> {
    match input {
        Input::Reported { attempt, .. } => vec![attempt.step.as_str()],
        Input::Skip { step, .. } => vec![step.as_str()],
        Input::Decide { choice: Choice::Continue, .. } => {
            let why = run.decision.iter().flat_map(|decision| &decision.why);
            let failed = why.filter_map(|why| match why {
                Why::Failed { step } => Some(step.as_str()),
                Why::Alarm { .. } => None,
            });
            failed.collect()
        }
        _ => Vec::new(),
    }
}

/// A sign-off is given, or gone without, by someone with the role that is asked for, who did not
/// begin the deployment; any other step is reported by whoever may deploy.
pub(super) fn may_tell(
    asking: &Asking,
    (release, run): (&Release, &orchestrator::Run),
    file: Option<&PlanFile>,
    input: &Input,
) -> Result<(), Refusal> {
    if let Input::Reported { attempt, report: Report::NotBegun } = input
        && file.is_some_and(|file| file.is_job(attempt))
        && !run.is_unwanted(attempt)
    {
        let detail = "is for a call: what a runner was asked for counts as begun. Report it as \
            `failed`, and retry it";
        return Err(wrong("/result", detail));
    }
    let signer = |step| Some((step, file?.signs_off(step)?));
    let signed: Vec<(&str, Role)> = signed(run, input).into_iter().filter_map(signer).collect();
    match input {
        Input::Reported { .. } if signed.is_empty() => asking.permit(Permission::ReleaseDeploy)?,
        _ => asking.permit(permission_of(input))?,
    }
    let began = release.deployment.as_ref().and_then(|running| running.started_by.person());
    let is_other = asking.who.person.is_some() && asking.who.person != began;
    for (step, role) in signed {
        if !is_other || !asking.who.roles.contains(&role) {
            let detail = format!("`{step}` is signed off by a {role} who did not begin it");
            return Err(Refusal { code: "deployment.signs_off", detail, missing: Vec::new() });
        }
    }
    Ok(())
}

/// Refuses what leads to a way back once its effect was verified: then it is over.
pub(super) fn not_verified(release: &Release) -> Result<(), Refusal> {
    if release.is_verified() {
        return Err(deployment::Refusal::WrongState(DeploymentState::Verified).into());
    }
    Ok(())
}

/// The engine's no, in the shape of all the others.
pub(super) fn refused(refusal: orchestrator::Refusal) -> Refusal {
    use orchestrator::Refusal as R;
    let detail = refusal.to_string();
    let code = match refusal {
        R::UnknownStep(name) => return General::Unknown { kind: "step", name }.into(),
        R::UnknownTrigger(name) => return General::Unknown { kind: "trigger", name }.into(),
        R::UnknownGroup(name) => return General::Unknown { kind: "part of the run", name }.into(),
        R::ReasonMissing => {
            return General::Invalid(vec![Missing::new("/reason", "say why")]).into();
        }
        R::Flawed(_) => "deployment.plan_flawed",
        R::PointOfNoReturn { .. } => "deployment.point_of_no_return",
        R::NothingToTakeBack => "deployment.nothing_to_take_back",
        R::WrongPhase(_)
        | R::WrongStep { .. }
        | R::TriedTooOften(_)
        | R::NothingAsked
        | R::Paused
        | R::NotPaused
        | R::Ending
        | R::NothingFailedBack => "deployment.not_now",
    };
    Refusal { code, detail, missing: Vec::new() }
}

/// Refuses a report by hand while a run carries the deployment out.
pub(crate) fn by_hand(db: &mut dyn Query, id: ReleaseId) -> Result<(), Stop> {
    let ended = find_state::<Run>(db, id)?.is_none_or(|run| run.state.0.has_ended());
    if ended {
        return Ok(());
    }
    let detail = "a run carries this deployment out: report its steps, not its changes".to_owned();
    Err(Refusal { code: "deployment.run_carries_out", detail, missing: Vec::new() }.into())
}

/// Brings the deployment of a release in step with its run, as if someone had reported each change.
fn mirror(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    run: &orchestrator::Run,
) -> Result<(), Stop> {
    let Some(deployment) = release.state.deployment.clone() else { return Ok(()) };
    let steps: Vec<ChangeId> = deployment.steps.iter().map(|step| step.change).collect();
    let numbers = numbers(work.tx, &steps)?;
    let named: Vec<(ChangeId, &str)> =
        steps.iter().copied().zip(numbers.iter().map(String::as_str)).collect();
    for (change, number) in &named {
        let Some((state, note)) = became(run, number, Way::Forward) else { continue };
        let running = running(release);
        if running.state == DeploymentState::Running {
            let events =
                deployment::report_of_run(running, (*change, number), state, note.as_deref())?;
            write(work, release, events)?;
        }
    }
    if run.rollback.is_some() {
        mirror_back(work, release, run, &named)?;
    }
    Ok(())
}

fn mirror_back(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    run: &orchestrator::Run,
    named: &[(ChangeId, &str)],
) -> Result<(), Stop> {
    let reason = run.rollback.as_ref().map_or("", |rollback| &rollback.reason);
    let reason: String = reason.chars().take(NOTE_MAX).collect();
    let is_back = |number: &str| legs(run, number, Way::Back).next().is_some();
    let back: Vec<(ChangeId, &str)> =
        named.iter().rev().copied().filter(|(_, number)| is_back(number)).collect();
    let changes: Vec<ChangeId> = back.iter().map(|(change, _)| *change).collect();
    let known = running(release).rollback.as_ref().map(|rollback| rollback.steps.len());
    if known.is_none() {
        let events = deployment::take_back(running(release), &reason, changes)?;
        write(work, release, events)?;
    } else if known < Some(changes.len()) && running(release).state.is_under_way() {
        // It goes back further than before.
        write(work, release, vec![DeploymentEvent::RollbackDecided { reason, changes }])?;
    }
    for (change, number) in back {
        let Some((state, note)) = became(run, number, Way::Back) else { continue };
        let running = running(release);
        let reported = running.rollback.iter().flat_map(|rollback| &rollback.steps);
        let is_told = reported
            .filter(|step| step.change == change)
            .any(|step| step.state == state && step.note == note);
        if running.state == DeploymentState::RollingBack && !is_told {
            let events =
                deployment::report_back_of_run(running, (change, number), state, note.as_deref());
            write(work, release, events?)?;
        }
    }
    if running(release).state != DeploymentState::RollingBack {
        return Ok(());
    }
    let failed = |running: &Deployment| {
        let steps = running.rollback.iter().flat_map(|rollback| &rollback.steps);
        steps.clone().any(|step| step.state == StepState::Failed)
    };
    let events = match run.phase {
        Phase::RolledBack if !failed(running(release)) => vec![DeploymentEvent::RolledBack {}],
        Phase::RolledBack => {
            vec![DeploymentEvent::RollbackFailed { reason: "a step back was left out".to_owned() }]
        }
        Phase::GivenUp => {
            vec![DeploymentEvent::RollbackFailed { reason: run.ending.clone().unwrap_or_default() }]
        }
        _ => Vec::new(),
    };
    write(work, release, events)
}

fn running(release: &Loaded<Release>) -> &Deployment {
    release.state.deployment.as_ref().expect("a run has a deployment")
}

fn write(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    events: Vec<DeploymentEvent>,
) -> Result<(), Stop> {
    work.append(release, events.into_iter().map(ReleaseEvent::Deployment).collect())
}

fn legs<'a>(
    run: &'a orchestrator::Run,
    number: &'a str,
    way: Way,
) -> impl Iterator<Item = &'a Leg> {
    let legs = run.legs(way);
    legs.filter(move |(step, _)| step.group.as_deref() == Some(number)).map(|(_, leg)| leg)
}

/// What became of a change one way, once that is known, with a remark.
fn became(run: &orchestrator::Run, number: &str, way: Way) -> Option<(StepState, Option<String>)> {
    let note = |leg: &Leg| leg.note.clone().or_else(|| Some("it failed".to_owned()));
    if let Some(failed) = legs(run, number, way).find(|leg| leg.state == LegState::Failed) {
        return Some((StepState::Failed, note(failed)));
    }
    if !legs(run, number, way).all(Leg::is_settled) {
        return None;
    }
    let skipped = legs(run, number, way).find(|leg| leg.state == LegState::Skipped);
    match (way, skipped) {
        (Way::Forward, Some(skipped)) => Some((StepState::Done, note(skipped))),
        (Way::Back, Some(skipped)) => Some((StepState::Failed, note(skipped))),
        (Way::Back, None)
            if legs(run, number, way).all(|leg| leg.state == LegState::NotBegun)
                && legs(run, number, Way::Forward).all(|leg| !leg.was_begun()) =>
        {
            Some((StepState::NotBegun, None))
        }
        (_, None) => Some((StepState::Done, None)),
    }
}
