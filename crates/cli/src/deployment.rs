//! `interlock deployment`: steering the run that carries a release out; and `interlock release
//! plan`, the file that it follows.

use std::path::PathBuf;

use api::common::Written;
use api::deployment::{
    DecideRun, PlanDocument, PlanText, ReportRun, RollBackRun, Run, RunLeg, StepAsk,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Expect, Query};
use crate::context::Global;
use crate::failure::{Failure, Result};
use crate::given::read_text;
use crate::record::{IfVersion, Named, Records, Step};

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
            let TakenBack { release, changes, as_far_as_possible, reason, version } = back;
            let changes = (!changes.is_empty()).then_some(changes);
            let body = RollBackRun { changes, as_far_as_possible, reason };
            runs.post(&release, "rollback", version.expect(), &body)
        }
    };
    global.out().written(&written?)
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
