//! `interlock deployment`: steering the run that carries a release out; and `interlock release
//! plan`, the file that it follows.

use std::path::PathBuf;

use api::common::Written;
use api::deployment::{
    CarriedOut, DecideRun, DeploymentStep, PlanDocument, PlanText, ReportRun, RollBackRun, Run,
    RunLeg, RunTrigger, RunWayBack, SendUpdate, StepAsk, UpdatePlan, Updates, UpdatesFields,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::context::Global;
use crate::failure::{Failure, Result};
use crate::given::read_text;
use crate::record::{IfVersion, Named, Records, Step, rehearsal_lines};
use crate::release::rollback_lines;
use crate::wall;

/// What is done with a run.
#[derive(Debug, Subcommand)]
pub(crate) enum DeploymentVerb {
    /// Lets the run begin nothing new; what is in flight comes to its end.
    #[command(after_help = "Example:\n  interlock deployment pause REL-17")]
    Pause(Step),
    /// Lets the run go on.
    #[command(after_help = "Example:\n  interlock deployment resume REL-17")]
    Resume(Step),
    /// Ends the run once nothing is in flight; what was reached stands until it is taken back.
    #[command(after_help = "Example:\n  \
        interlock deployment abort REL-17 --reason \"the wrong night\"")]
    Abort(Step),
    /// Tries a failed step again, forward or back.
    #[command(after_help = "Example:\n  interlock deployment retry REL-17 shop")]
    Retry(OfStep),
    /// Leaves a step out; what needs it goes on.
    #[command(after_help = "Example:\n  \
        interlock deployment skip REL-17 shop --reason \"it was done by hand\"")]
    Skip(OfStep),
    /// Says what became of a step: your own, or one of which nobody knows.
    #[command(after_help = "Example:\n  \
        interlock deployment report REL-17 look done --note \"all is well\"")]
    Report(Reported),
    /// Says that something is wrong, and asks the owner for a decision.
    #[command(after_help = "Example:\n  \
        interlock deployment alarm REL-17 --reason \"customers complain\"")]
    Alarm(Step),
    /// Answers the decision that is asked for: `continue` or `rollback`.
    #[command(after_help = "Example:\n  \
        interlock deployment decide REL-17 continue --reason \"it is another matter\"")]
    Decide(Decided),
    /// Takes back what the run reached, whole or some changes with what they drag along.
    #[command(after_help = "Examples:\n  \
        interlock deployment rollback REL-17 --reason \"errors doubled\"\n  \
        interlock deployment rollback REL-17 --change CHG-12 --reason \"the shop is slow\"")]
    Rollback(TakenBack),
    /// Says what taking it back that far would do; decides nothing.
    #[command(after_help = "Example:\n  \
        interlock deployment preview REL-17 --change CHG-12")]
    Preview(TakenBack),
    /// Gives a status update: the text of --text, or what the template says now.
    #[command(after_help = "Example:\n  interlock deployment update REL-17")]
    Update(Told),
    /// Ends a way back that cannot be completed; what was not taken back stands.
    #[command(after_help = "Example:\n  \
        interlock deployment give-up REL-17 --reason \"the backup cannot be read\"")]
    GiveUp(Step),
}

/// A step of a run.
#[derive(Debug, Args)]
pub(crate) struct OfStep {
    /// The number or id of the release.
    release: String,
    /// The key of the step.
    step: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// What became of a step.
#[derive(Debug, Args)]
pub(crate) struct Reported {
    /// The number or id of the release.
    release: String,
    /// The key of the step.
    step: String,
    /// `done`, `failed` or `not_begun`.
    result: String,
    /// A remark; required when it failed.
    #[arg(long)]
    note: Option<String>,
    /// `forward` or `back`, where both are open.
    #[arg(long)]
    way: Option<String>,
    /// Which attempt, where it is not the last one.
    #[arg(long)]
    attempt: Option<u32>,
    #[command(flatten)]
    version: IfVersion,
}

/// The answer to a decision.
#[derive(Debug, Args)]
pub(crate) struct Decided {
    /// The number or id of the release.
    release: String,
    /// `continue` or `rollback`.
    choice: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// How far a run is taken back.
#[derive(Debug, Args)]
pub(crate) struct TakenBack {
    /// The number or id of the release.
    release: String,
    /// Only this change, with what it drags along; give it again for more.
    #[arg(long = "change", value_name = "CHANGE")]
    changes: Vec<String>,
    /// What comes behind a point of no return that was reached, where there is one.
    #[arg(long, conflicts_with = "changes")]
    as_far_as_possible: bool,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// A status update.
#[derive(Debug, Args)]
pub(crate) struct Told {
    /// The number or id of the release.
    release: String,
    /// What it says.
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// Steers a run.
pub(crate) fn run(verb: DeploymentVerb, global: &Global) -> Result {
    let client = global.client()?;
    let runs = Records { client: &client, folder: "/deployments" };
    let written = match verb {
        DeploymentVerb::Pause(step) => runs.step(&step, "pause"),
        DeploymentVerb::Resume(step) => runs.step(&step, "resume"),
        DeploymentVerb::Abort(step) => runs.step(&step, "abort"),
        DeploymentVerb::Alarm(step) => runs.step(&step, "alarm"),
        DeploymentVerb::GiveUp(step) => runs.step(&step, "give-up"),
        DeploymentVerb::Retry(asked) => asked.send(&runs, "retry"),
        DeploymentVerb::Skip(asked) => asked.send(&runs, "skip"),
        DeploymentVerb::Report(told) => {
            let Reported { release, step, result, note, way, attempt, version } = told;
            let body = ReportRun { step, way, attempt, result, note };
            runs.post(&release, "report", version.expect(), &body)
        }
        DeploymentVerb::Decide(decided) => {
            let Decided { release, choice, reason, version } = decided;
            runs.post(&release, "decide", version.expect(), &DecideRun { choice, reason })
        }
        DeploymentVerb::Rollback(back) => {
            let (release, version) = (back.release.clone(), back.version);
            runs.post(&release, "rollback", version.expect(), &back.body())
        }
        DeploymentVerb::Preview(back) => {
            let path = format!("{}/rollback/preview", runs.path(&back.release));
            let would: RunWayBack = client.post(&path, Expect::Any, &back.body())?;
            return global.out().record(&would, &[], &[("way back", way_back_lines(&would))]);
        }
        DeploymentVerb::Update(told) => {
            let body = SendUpdate { text: told.text };
            runs.post(&told.release, "updates", told.version.expect(), &body)
        }
    };
    global.out().written(&written?)
}

impl TakenBack {
    fn body(self) -> RollBackRun {
        let changes = (!self.changes.is_empty()).then_some(self.changes);
        let (as_far_as_possible, reason) = (self.as_far_as_possible, self.reason);
        RollBackRun { changes, as_far_as_possible, reason }
    }
}

/// What taking a run back would do, in lines.
fn way_back_lines(would: &RunWayBack) -> Vec<String> {
    let refused = would.refusal.iter().map(|refusal| format!("REFUSED: {}", refusal.detail));
    let minutes = format!("{} min, {} steps", would.minutes, would.steps.len());
    let dragged = (!would.dragged.is_empty()).then(|| format!("with {}", would.dragged.join(", ")));
    let stands = would.stands.iter().map(|one| format!("STANDS {}: {}", one.step, one.why));
    let lines = refused.chain([minutes]).chain(dragged);
    lines.chain(would.steps.iter().cloned()).chain(stands).collect()
}

/// How status updates of a release are given.
#[derive(Debug, Args)]
pub(crate) struct PlannedUpdates {
    /// The number or id of the release.
    release: String,
    /// How often, in minutes.
    #[arg(long, value_name = "MINUTES", required_unless_present = "off")]
    every: Option<u32>,
    /// Where they stand, such as a channel or an address.
    #[arg(long, required_unless_present = "off")]
    place: Option<String>,
    /// For whom.
    #[arg(long, required_unless_present = "off")]
    audience: Option<String>,
    /// What they say, with `{release}`, `{title}`, `{state}`, `{done}`, `{total}`, `{now}`,
    /// `{minutes_back}` and `{window_end}` filled in.
    #[arg(long, default_value = UPDATE_TEMPLATE)]
    template: String,
    /// Gives none.
    #[arg(long, conflicts_with_all = ["every", "place", "audience"])]
    off: bool,
    #[command(flatten)]
    version: IfVersion,
}

/// What updates say where nothing else is written.
const UPDATE_TEMPLATE: &str =
    "{release} {title}: {state}, {done} of {total} changes done. The window ends {window_end}.";

/// Says how status updates of a release are given.
pub(crate) fn plan_updates(given: PlannedUpdates, releases: &Records<'_>) -> Result<Written> {
    let path = releases.path(&given.release);
    let expect = given.version.or_read(releases.client, &path)?;
    let plan = given.every.map(|every_minutes| UpdatePlan {
        every_minutes,
        place: given.place.unwrap_or_default(),
        audience: given.audience.unwrap_or_default(),
        template: given.template,
    });
    let body = UpdatesFields { plan };
    releases.client.write(Method::Put, &format!("{path}/updates"), expect, &body)
}

/// Status updates in lines: when the next is due, and those that were given.
pub(crate) fn update_lines(updates: &Updates) -> Vec<String> {
    let plan = updates.plan.iter();
    let plan = plan.map(|plan| {
        let UpdatePlan { every_minutes, place, audience, .. } = plan;
        format!("every {every_minutes} min at {place} for {audience}")
    });
    let overdue = if updates.overdue { "OVERDUE, next reminder" } else { "next due" };
    let due = updates.due_at.iter().map(|at| format!("{overdue} {at}"));
    let sent = updates.sent.iter().map(|one| format!("{} {}: {}", one.at, one.by, one.text));
    plan.chain(due).chain(sent).collect()
}

impl OfStep {
    fn send(&self, runs: &Records<'_>, verb: &str) -> Result<Written> {
        let body = StepAsk { step: self.step.clone(), reason: self.reason.clone() };
        runs.post(&self.release, verb, self.version.expect(), &body)
    }
}

/// What is done with the plan file of a release.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanVerb {
    /// Sets the plan file; without --file the release is carried out by hand.
    #[command(after_help = "Example:\n  interlock release plan set REL-17 --file plan.toml")]
    Set(PlanFile),
    /// Prints the plan file.
    #[command(after_help = "Example:\n  interlock release plan show REL-17")]
    Show(Named),
    /// Says what is wrong with a plan file, or with the one that is set; saves nothing. Exit code 1
    /// when something is.
    #[command(after_help = "Example:\n  interlock release plan check REL-17 --file plan.toml")]
    Check(PlanFile),
}

/// A release and a file.
#[derive(Debug, Args)]
pub(crate) struct PlanFile {
    /// The number or id of the release.
    release: String,
    /// The file, as TOML; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    version: IfVersion,
}

impl PlanFile {
    fn text(&self) -> Result<PlanText> {
        Ok(PlanText { text: self.file.as_deref().map(read_text).transpose()? })
    }
}

/// Sets, prints or checks the plan file of a release.
pub(crate) fn plan(verb: &PlanVerb, releases: &Records<'_>, global: &Global) -> Result {
    let path = |release: &str| format!("{}/plan", releases.path(release));
    match verb {
        PlanVerb::Set(given) => {
            let expect = given.version.or_read(releases.client, &releases.path(&given.release))?;
            let path = path(&given.release);
            let written = releases.client.write(Method::Put, &path, expect, &given.text()?)?;
            global.out().written(&written)
        }
        PlanVerb::Show(named) => {
            let found: PlanDocument =
                releases.client.get(&path(&named.record), &Query::default())?;
            global.out().write(found.text.unwrap_or_default().as_bytes())
        }
        PlanVerb::Check(given) => {
            let path = path(&given.release);
            let found: PlanDocument = match &given.file {
                None => releases.client.get(&path, &Query::default())?,
                Some(_) => {
                    let path = format!("{path}/check");
                    releases.client.post(&path, Expect::Any, &given.text()?)?
                }
            };
            global.out().list(&found.flaws, &["line", "column", "detail"])?;
            if found.flaws.is_empty() {
                Ok(())
            } else {
                Err(Failure::Found("the plan has flaws".to_owned()))
            }
        }
    }
}

fn trigger_line(trigger: &RunTrigger) -> String {
    let value = trigger.value.as_deref().unwrap_or("not looked at");
    let note = trigger.note.as_deref().unwrap_or_default();
    let then = match value {
        "bad" => format!(", leads to {}", trigger.on_bad),
        "no_data" => format!(", leads to {}", trigger.on_no_data),
        _ => String::new(),
    };
    let at = trigger.fires_at.iter().map(|at| format!(" at {at}"));
    let line: String = std::iter::once(then).chain(at).collect();
    format!("WATCHES {} {value}{line} {note}", trigger.key).trim_end().to_owned()
}

/// A run in lines: what it waits for, and how each step went.
pub(crate) fn run_lines(run: &Run) -> Vec<String> {
    let mut lines = vec![run.phase.clone()];
    if let Some(decision) = &run.decision {
        let owner = decision.owner.as_ref().map_or("whoever may", |owner| owner.name.as_str());
        let why = decision.why.join("; ");
        let (until, default) = (&decision.until, &decision.default);
        lines.push(format!("DECIDE: {owner}, until {until}, or else {default}: {why}"));
    }
    let minutes = format!("{} min forward, {} min back", run.minutes_forward, run.minutes_back);
    let until = run.rollback_fits_until.iter();
    let until = until.map(|at| format!(", which fits in the window until {at}"));
    lines.push(std::iter::once(minutes).chain(until).collect());
    for wait in run.waits.iter().filter(|wait| wait.step.is_some()) {
        let step = wait.step.as_deref().unwrap_or_default();
        let way = wait.way.as_deref().unwrap_or_default();
        lines.push(format!("WAITS for someone to {} {step}, {way}", wait.what));
    }
    lines.extend(run.triggers.iter().map(trigger_line));
    for step in &run.steps {
        let leg = |way: &str, leg: &RunLeg| {
            let note = leg.note.as_deref().unwrap_or_default();
            let text = format!("{} {way} {} {note}", step.key, leg.state);
            text.trim_end().to_owned()
        };
        lines.push(leg("forward", &step.forward));
        lines.extend(step.back.as_ref().map(|back| leg("back", back)));
    }
    let stands = run.stands.iter().map(|stands| format!("STANDS {}: {}", stands.step, stands.why));
    lines.extend(stands);
    lines
}

/// Shows the deployment of a release.
pub(crate) fn show_deployment(client: &Client, release: &str, global: &Global) -> Result {
    let path = format!("/deployments/{}", segment(release));
    let found: CarriedOut = client.get(&path, &Query::default())?;
    let fields = [
        "release.number",
        "release.name",
        "window",
        "deployment.state",
        "deployment.started_at",
        "deployment.started_by",
        "deployment.finished_at",
        "deployment.rollback.reason",
        "deployment.rollback.given_up",
    ];
    let zone = wall::zone_of(found.window.as_ref());
    let told = |step: &DeploymentStep| step_line(step, zone);
    let back = found.deployment.rollback.iter().flat_map(|rollback| &rollback.steps);
    let sections = [
        ("carried out", found.deployment.steps.iter().map(told).collect()),
        ("taken back", back.map(told).collect()),
        ("the run", found.run.as_ref().map(run_lines).unwrap_or_default()),
        ("the way back", rollback_lines(&found.rollback_plan, zone)),
        ("rehearsals", rehearsal_lines(&found.rehearsals, zone)),
        ("status updates", update_lines(&found.updates)),
    ];
    global.out().record(&found, &fields, &sections)
}

fn step_line(step: &DeploymentStep, zone: &str) -> String {
    let change = step.change.number.as_deref().unwrap_or(&step.change.name);
    let by = step.by.as_deref().unwrap_or_default();
    let at = step.at.as_ref().map(|at| wall::moment(at, zone)).unwrap_or_default();
    let note = step.note.as_deref().unwrap_or_default();
    let uncertain = if step.uncertain { "BEGUN, NOT REPORTED: check what it did" } else { "" };
    let parts = [step.state.as_str(), change, uncertain, &at, by, note];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
