//! `interlock release`: releases from planning to closed, their deployment by hand, their rollback
//! and their review.

use api::change::ChangeRow;
use api::common::{BulkOutcome, Refusal};
use api::deployment::{DeploymentRow, StepReport};
use api::problem::Problem;
use api::release::{
    Board, Close, Milestone, Order, Release, ReleaseBulk, ReleaseFields, ReleaseRow, Verify,
};
use api::rollback::RollbackPlan;
use clap::{Args, Subcommand};
use ports::Method;

use crate::approval::{Voted, round_lines};
use crate::change::factor_lines;
use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::deployment::{PlanVerb, PlannedUpdates, plan, plan_updates, show_deployment};
use crate::failure::{Failure, Result};
use crate::given::{Clock, FromFile, PlannedArgs, cleared, pair, replaces, set};
use crate::output::Columns;
use crate::package::{kpis, members, milestone_line, milestones, package, package_line};
use crate::planning::{self, After, Preview, Reached, SignedOff, Stated};
use crate::record::{
    Extended, Filters, GrantedExtension, IfVersion, Linked, Named, Records, Rehearsed, Remark,
    Scheduled, Several, Step, Tasked, action_lines, comment_lines, lamp_lines, link_lines,
    rehearsal_lines, several_sent, task_lines, told_each,
};
use crate::review::WrittenReview;
use crate::told::Before;
use crate::wall;
use crate::window::{WindowVerb, agreement_lines};

const LIST: Columns = Columns {
    people: &["number", "title", "type", "phase", "approved", "scheduled", "window", "changes"],
    all: COLUMNS,
};
const COLUMNS: &[&str] = &[
    "number",
    "title",
    "type",
    "phase",
    "state",
    "deployment",
    "held",
    "approved",
    "scheduled",
    "owner",
    "team",
    "window.start",
    "window.end",
    "window.zone",
    "changes",
    "tier",
    "conflicts_open",
    "conflicts_blocking",
    "outcome",
    "updated_at",
];
const DEPLOYMENTS: Columns = Columns {
    people: &[
        "release.number",
        "release.name",
        "state",
        "window",
        "done",
        "failed",
        "total",
        "yours",
    ],
    all: DEPLOYMENTS_ALL,
};
const DEPLOYMENTS_ALL: &[&str] = &[
    "release.number",
    "release.name",
    "type",
    "state",
    "started_at",
    "window.start",
    "window.end",
    "done",
    "failed",
    "total",
    "current.number",
    "yours",
];
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "title",
    "type",
    "model_version",
    "phase",
    "state",
    "held",
    "hold.since",
    "hold.by",
    "hold.reason",
    "deployment.state",
    "approved",
    "scheduled",
    "description",
    "objectives",
    "environment",
    "counts_as.environment",
    "counts_as.ci",
    "requester",
    "owner",
    "release_manager",
    "team",
    "window",
    "overdue_since",
    "risk.tier",
    "risk.points",
    "resources",
    "rollout",
    "contingency",
    "rollback_note",
    "tags",
    "outcome",
    "review",
    "review_due_on",
    "created_at",
    "updated_at",
];

/// What is done with releases.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseVerb {
    /// Lists releases.
    #[command(after_help = "Example:\n  interlock release list --phase approval --format json")]
    List(List),
    /// Shows the board: releases by phase.
    #[command(after_help = "Example:\n  interlock release board")]
    Board,
    /// Shows a release: its scope, what is left to do, and what you may do now.
    #[command(after_help = "Example:\n  interlock release show REL-17")]
    Show(Named),
    /// Plans a release.
    #[command(after_help = "Example:\n  \
        interlock release create --type minor --title \"Payments 4.2\" --owner anna \
        --start 2026-12-05T22:00 --end 2026-12-06T02:00 --zone Europe/Amsterdam")]
    Create(Box<Fields>),
    /// Edits a release; approvals that saw other content are voided.
    #[command(after_help = "Example:\n  \
        interlock release edit REL-17 --contingency \"hold, and call the owner\"")]
    Edit(Box<Edit>),
    /// Takes changes in, at the end of the deploy order.
    #[command(after_help = "Example:\n  interlock release attach REL-17 CHG-1042 CHG-1043")]
    Attach(Scope),
    /// Takes changes out.
    #[command(after_help = "Example:\n  interlock release detach REL-17 CHG-1043")]
    Detach(Scope),
    /// Sets the deploy order: all changes, first to deploy first.
    #[command(after_help = "Example:\n  interlock release order REL-17 CHG-1043 CHG-1042")]
    Order(Scope),
    /// Shows its scope document: what is in and out, what is shared, who owns what.
    #[command(after_help = "Example:\n  interlock release scope REL-17")]
    Scope(Named),
    /// States its scope: what is left out and why, who decides, from when on it is frozen.
    #[command(after_help = "Examples:\n  \
        interlock release state-scope REL-17 --scope-owner anna \
        --exclude \"Mobile app=its store review takes two weeks\"\n  \
        interlock release state-scope REL-17 --freeze-at 2026-12-01T17:00 --zone Europe/Amsterdam")]
    StateScope(Box<Stated>),
    /// Signs off the part of a team that you belong to.
    #[command(after_help = "Example:\n  \
        interlock release sign-off REL-17 --note \"tried from all depots\"")]
    SignOff(SignedOff),
    /// Marks a milestone reached.
    #[command(after_help = "Example:\n  interlock release reach REL-17 \"Code freeze\"")]
    Reach(Reached),
    /// Freezes its scope: nothing joins any more without an exception.
    #[command(after_help = "Example:\n  \
        interlock release freeze REL-17 --reason \"the rehearsal begins\"")]
    Freeze(Step),
    /// Opens its scope again.
    #[command(after_help = "Example:\n  \
        interlock release unfreeze REL-17 --reason \"the rehearsal is put off\"")]
    Unfreeze(Step),
    /// Sets which releases must be over before it begins; circles are refused.
    #[command(after_help = "Examples:\n  \
        interlock release depend REL-17 REL-16 REL-12\n  \
        interlock release depend REL-17")]
    Depend(After),
    /// Says what moving its window would do, and who would slip; saves nothing.
    #[command(after_help = "Example:\n  interlock release preview REL-17 \
        --start 2026-12-05T22:00 --end 2026-12-06T02:00 --zone Europe/Amsterdam")]
    Preview(Preview),
    /// Shows what its date depends on, who must act, and the ways out; exit code 1 when something
    /// blocks.
    #[command(after_help = "Example:\n  interlock release readiness REL-17")]
    Readiness(Named),
    /// Shows what it reaches, and the incidents there since its deployment began.
    #[command(after_help = "Example:\n  interlock release blast REL-17")]
    Blast(Named),
    /// Moves it to the model's next state, up to test.
    #[command(after_help = "Example:\n  interlock release advance REL-17")]
    Advance(Step),
    /// Submits it for approval.
    #[command(after_help = "Example:\n  interlock release submit REL-17")]
    Submit(Step),
    /// Votes for it.
    #[command(after_help = "Example:\n  interlock release approve REL-17")]
    Approve(Voted),
    /// Votes against it.
    #[command(after_help = "Example:\n  \
        interlock release reject REL-17 --reason \"the window is too short\"")]
    Reject(Voted),
    /// Abstains from the vote.
    #[command(after_help = "Example:\n  interlock release abstain REL-17")]
    Abstain(Voted),
    /// Commits or moves the window, and that of its changes; the planned one when none is given. A
    /// conflict is kept, and can be accepted, of a planned window: plan it with `release edit`
    /// first.
    #[command(after_help = "Example:\n  interlock release schedule REL-17 \
        --start 2026-12-05T22:00 --end 2026-12-06T02:00 --zone Europe/Amsterdam")]
    Schedule(Scheduled),
    /// Asks the teams that own the affected services about its window, and answers for them.
    #[command(subcommand)]
    Window(WindowVerb),
    /// Lengthens the window.
    #[command(after_help = "Example:\n  interlock release extend REL-17 \
        --end 2026-12-06T04:00 --zone Europe/Amsterdam --reason \"the copy takes longer\"")]
    Extend(Extended),
    /// Lengthens the running window as it was asked for.
    #[command(after_help = "Example:\n  interlock release grant-extension REL-17")]
    GrantExtension(GrantedExtension),
    /// Turns the longer window down.
    #[command(after_help = "Example:\n  \
        interlock release refuse-extension REL-17 --reason \"the shop opens at six\"")]
    RefuseExtension(Step),
    /// The file by which it carries itself out.
    #[command(subcommand)]
    Plan(PlanVerb),
    /// Begins the deployment.
    #[command(after_help = "Example:\n  interlock release deploy REL-17")]
    Deploy(Step),
    /// Reports a change of the deployment as done or failed.
    #[command(after_help = "Example:\n  interlock release step REL-17 CHG-1042 done")]
    Step(Reported),
    /// Begins the verification, then says with --passed how it went.
    #[command(after_help = "Examples:\n  \
        interlock release verify REL-17\n  \
        interlock release verify REL-17 --passed true --note \"smoke tests\"")]
    Verify(Verified),
    /// Decides to take it back; the compiled way back becomes a checklist.
    #[command(after_help = "Example:\n  \
        interlock release rollback REL-17 --reason \"payments fail\"")]
    Rollback(Step),
    /// Reports a change of the rollback as done or failed.
    #[command(after_help = "Example:\n  interlock release rollback-step REL-17 CHG-1042 done")]
    RollbackStep(TakenBack),
    /// Ends a rollback that cannot be completed; what was not taken back stands.
    #[command(after_help = "Example:\n  \
        interlock release rollback-give-up REL-17 --reason \"the backup cannot be read\"")]
    RollbackGiveUp(Step),
    /// Writes its review; --complete ends it.
    #[command(after_help = "Example:\n  interlock release review REL-17 \
        --went-well \"in time\" --objectives-met yes --complete")]
    Review(Box<WrittenReview>),
    /// Closes it with an outcome.
    #[command(after_help = "Example:\n  \
        interlock release close REL-17 --outcome successful")]
    Close(Closed),
    /// Puts it on hold.
    #[command(after_help = "Example:\n  \
        interlock release hold REL-17 --reason \"waits for legal\"")]
    Hold(Step),
    /// Takes it off hold.
    #[command(after_help = "Example:\n  interlock release resume REL-17")]
    Resume(Step),
    /// Cancels it, before the deployment.
    #[command(after_help = "Example:\n  \
        interlock release cancel REL-17 --reason \"goes with the next one\"")]
    Cancel(Step),
    /// Plans another with the same content.
    #[command(after_help = "Example:\n  interlock release clone REL-17")]
    Clone(Named),
    /// Adds a remark.
    #[command(after_help = "Example:\n  \
        interlock release comment REL-17 \"the desk is told\"")]
    Comment(Remark),
    /// Adds a task, or writes or removes the one with --number.
    #[command(after_help = "Example:\n  \
        interlock release task REL-17 --title \"Book the room\" --assignee anna")]
    Task(Tasked),
    /// Watches it.
    #[command(after_help = "Example:\n  interlock release watch REL-17")]
    Watch(Named),
    /// Stops watching it.
    #[command(after_help = "Example:\n  interlock release unwatch REL-17")]
    Unwatch(Named),
    /// Adds links to other records, and takes links away.
    #[command(after_help = "Example:\n  interlock release link REL-17 --add ticket=T-7")]
    Link(Linked),
    /// Writes down that the way back was rehearsed.
    #[command(after_help = "Example:\n  interlock release rehearse REL-17 \
        --environment staging --minutes 12 --covers data_migration")]
    Rehearse(Rehearsed),
    /// Says how status updates are given while it is carried out.
    #[command(after_help = "Example:\n  interlock release updates REL-17 \
        --every 30 --place \"#shop-releases\" --audience \"support and shops\"")]
    Updates(PlannedUpdates),
    /// Shows the deployment of a release: what was carried out, and how to take it back.
    #[command(after_help = "Example:\n  interlock release deployment REL-17")]
    Deployment(Named),
    /// Does the same to several releases, each on its own; exit code 1 when one was refused.
    #[command(after_help = "Example:\n  \
        interlock release bulk REL-17 REL-18 --verb hold --reason \"the audit comes first\"")]
    Bulk(Several),
    /// Lists deployments, the newest first.
    #[command(after_help = "Example:\n  interlock release deployments --state running")]
    Deployments(Deployments),
}

/// Which releases are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// In this phase: `planning`, `build`, `test`, `approval`, `deployment`, `verification`,
    /// `review`, `closed` or `cancelled`.
    #[arg(long)]
    phase: Option<String>,
    /// Of this type: `major`, `minor`, `emergency`, or one of your policy.
    #[arg(long = "type", value_name = "TYPE")]
    release_type: Option<String>,
    #[command(flatten)]
    filters: Filters,
    /// Answered for by this person, by login.
    #[arg(long, value_name = "LOGIN")]
    owner: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Which deployments are listed.
#[derive(Debug, Args)]
pub(crate) struct Deployments {
    /// `running`, `finished`, `verified`, `rolling_back`, `rolled_back` or `rollback_failed`.
    #[arg(long)]
    state: Option<String>,
    /// Only those under way, yours first.
    #[arg(long)]
    under_way: bool,
    #[command(flatten)]
    paging: Paging,
}

/// A release and some of its changes.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// The number or id of the release.
    release: String,
    /// Changes, by number or id.
    #[arg(required = true)]
    changes: Vec<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// What became of one change.
#[derive(Debug, Args)]
pub(crate) struct Reported {
    /// The number or id of the release.
    release: String,
    /// The number or id of the change.
    change: String,
    /// What became of it.
    #[arg(value_parser = ["done", "failed"])]
    result: String,
    #[command(flatten)]
    noted: Noted,
}

/// What became of one change on the way back.
#[derive(Debug, Args)]
pub(crate) struct TakenBack {
    /// The number or id of the release.
    release: String,
    /// The number or id of the change.
    change: String,
    /// What became of it; `not_begun` of a step that was begun and not reported.
    #[arg(value_parser = ["done", "failed", "not_begun"])]
    result: String,
    #[command(flatten)]
    noted: Noted,
}

/// What is said beside a result.
#[derive(Debug, Args)]
struct Noted {
    /// A remark; required when it failed.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// How verification goes.
#[derive(Debug, Args)]
pub(crate) struct Verified {
    /// The number or id of the release.
    release: String,
    /// Whether it passed.
    #[arg(long, value_name = "BOOL")]
    passed: Option<bool>,
    /// What was checked.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// How it ended.
#[derive(Debug, Args)]
pub(crate) struct Closed {
    /// The number or id of the release.
    release: String,
    /// `successful`, `successful_with_issues`, `partially_successful`, `rolled_back` or `failed`.
    #[arg(long)]
    outcome: Option<String>,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// New values for a release.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its number or id.
    release: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a release. An empty text clears a field; lists replace what is there.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    #[command(flatten)]
    from: FromFile,
    /// What, in one line.
    #[arg(long)]
    title: Option<String>,
    /// The model, such as `major`, `minor` or `emergency`; fixed at creation.
    #[arg(long = "type", value_name = "TYPE")]
    release_type: Option<String>,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// An objective; give it again for more.
    #[arg(long = "objective", value_name = "TEXT")]
    objectives: Vec<String>,
    /// People and things needed.
    #[arg(long)]
    resources: Option<String>,
    /// How it is rolled out, in phases.
    #[arg(long)]
    rollout: Option<String>,
    /// What is done when it does not go as planned.
    #[arg(long)]
    contingency: Option<String>,
    /// How the bundle as a whole is taken back, beyond each change's own plan.
    #[arg(long)]
    rollback_note: Option<String>,
    /// `production`, `staging`, `test` or `development`.
    #[arg(long)]
    environment: Option<String>,
    /// Who answers for it, by login.
    #[arg(long, value_name = "LOGIN")]
    owner: Option<String>,
    /// Who leads it, by login.
    #[arg(long, value_name = "LOGIN")]
    release_manager: Option<String>,
    /// The owning team.
    #[arg(long)]
    team: Option<String>,
    /// A regulatory tag, such as SOX; give it again for more.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// A measure of success with its target, such as "Errors=under 1 %"; give it again for more.
    #[arg(long = "kpi", value_name = "NAME=TARGET", value_parser = pair)]
    kpis: Vec<(String, String)>,
    /// A milestone with its time, such as "Code complete=2026-12-01T17:00"; give it again for more.
    #[arg(long = "milestone", value_name = "NAME=TIME", value_parser = pair)]
    milestones: Vec<(String, String)>,
    /// Who else takes part and as what, such as `ben=tester`; give it again for more.
    #[arg(long = "member", value_name = "LOGIN=ROLE", value_parser = pair)]
    members: Vec<(String, String)>,
    /// What is shipped, such as
    /// `name=payments,version=4.2.0,digest=sha256:…,service=Payments`, with `kind=hardware` or
    /// `kind=configuration` what has no digest, with `ci=NAME` what it runs on; give it again for
    /// more.
    #[arg(long, value_name = "NAME=VALUE,…")]
    package: Vec<String>,
    #[command(flatten)]
    window: PlannedArgs,
}

impl Fields {
    fn body(&self, clock: &Clock<'_>) -> Result<ReleaseFields> {
        let mut body: ReleaseFields = self.from.fields()?;
        set(&mut body.title, self.title.clone());
        set(&mut body.release_type, self.release_type.clone());
        set(&mut body.description, self.description.clone());
        set(&mut body.objectives, replaces(&self.objectives));
        set(&mut body.resources, self.resources.clone());
        set(&mut body.rollout, self.rollout.clone());
        set(&mut body.contingency, self.contingency.clone());
        set(&mut body.rollback_note, self.rollback_note.clone());
        set(&mut body.environment, self.environment.clone());
        set(&mut body.owner, cleared(self.owner.as_ref()));
        set(&mut body.release_manager, cleared(self.release_manager.as_ref()));
        set(&mut body.team, cleared(self.team.as_ref()));
        set(&mut body.tags, replaces(&self.tags));
        set(&mut body.window, self.window.window(clock)?.map(Some));
        set(&mut body.kpis, kpis(&self.kpis));
        set(&mut body.milestones, milestones(&self.milestones, clock)?);
        set(&mut body.members, members(&self.members));
        set(&mut body.package, package(&self.package)?);
        Ok(body)
    }
}

/// Runs a verb.
pub(crate) fn run(verb: ReleaseVerb, global: &Global) -> Result {
    let client = global.client()?;
    let releases = Records { client: &client, folder: "/releases" };
    let before = before(&releases, &verb);
    let commits = matches!(verb, ReleaseVerb::Schedule(_));
    let written = match verb {
        ReleaseVerb::List(list) => return show_list(&client, &list, global),
        ReleaseVerb::Board => return show_board(&client, global),
        ReleaseVerb::Show(named) => return show(&releases, &named.record, global),
        ReleaseVerb::Create(fields) => {
            let body = fields.body(&fields.window.zone.clock(&client))?;
            client.post("/releases", Expect::Any, &body)
        }
        ReleaseVerb::Edit(edit) => {
            let path = releases.path(&edit.release);
            let expect = edit.version.or_read(&client, &path)?;
            let body =
                edit.fields.body(&releases.clock(&edit.fields.window.zone, &edit.release))?;
            client.write(Method::Patch, &path, expect, &body)
        }
        ReleaseVerb::Attach(scope) => {
            return scope.move_each(&releases, Method::Put, &before, global);
        }
        ReleaseVerb::Detach(scope) => {
            return scope.move_each(&releases, Method::Delete, &before, global);
        }
        ReleaseVerb::Order(scope) => scope.order(&releases),
        ReleaseVerb::Scope(named) => {
            return planning::show_scope(&releases, &named.record, global);
        }
        ReleaseVerb::StateScope(stated) => stated.send(&releases),
        ReleaseVerb::SignOff(signed) => signed.send(&releases),
        ReleaseVerb::Reach(reached) => reached.send(&releases),
        ReleaseVerb::Freeze(step) => releases.step(&step, "freeze"),
        ReleaseVerb::Unfreeze(step) => releases.step(&step, "unfreeze"),
        ReleaseVerb::Depend(after) => after.send(&releases),
        ReleaseVerb::Preview(wanted) => return planning::preview(&releases, &wanted, global),
        ReleaseVerb::Readiness(named) => {
            return planning::readiness(&releases, &named.record, global);
        }
        ReleaseVerb::Blast(named) => return planning::blast(&releases, &named.record, global),
        ReleaseVerb::Advance(step) => releases.step(&step, "advance"),
        ReleaseVerb::Submit(step) => releases.step(&step, "submit"),
        ReleaseVerb::Approve(voted) => voted.send(&releases, "approve"),
        ReleaseVerb::Reject(voted) => voted.send(&releases, "reject"),
        ReleaseVerb::Abstain(voted) => voted.send(&releases, "abstain"),
        ReleaseVerb::Schedule(scheduled) => releases.schedule(&scheduled),
        ReleaseVerb::Window(verb) => return verb.run(&releases, global),
        ReleaseVerb::Extend(extended) => releases.extend(&extended),
        ReleaseVerb::GrantExtension(granted) => releases.grant_extension(&granted),
        ReleaseVerb::RefuseExtension(step) => releases.step(&step, "extension/refuse"),
        ReleaseVerb::Plan(verb) => return plan(&verb, &releases, global),
        ReleaseVerb::Deploy(step) => releases.step(&step, "deploy"),
        ReleaseVerb::Step(reported) => reported.send(&releases, "deployment/steps"),
        ReleaseVerb::Verify(verified) => {
            let body = Verify { passed: verified.passed, note: verified.note };
            releases.post(&verified.release, "verify", verified.version.expect(), &body)
        }
        ReleaseVerb::Rollback(step) => releases.step(&step, "rollback"),
        ReleaseVerb::RollbackStep(TakenBack { release, change, result, noted }) => {
            Reported { release, change, result, noted }.send(&releases, "rollback/steps")
        }
        ReleaseVerb::RollbackGiveUp(step) => releases.step(&step, "rollback/give-up"),
        ReleaseVerb::Review(written) => written.send(&releases),
        ReleaseVerb::Close(closed) => {
            let body = Close { outcome: closed.outcome, note: closed.note };
            releases.post(&closed.release, "close", closed.version.expect(), &body)
        }
        ReleaseVerb::Hold(step) => releases.step(&step, "hold"),
        ReleaseVerb::Resume(step) => releases.step(&step, "resume"),
        ReleaseVerb::Cancel(step) => releases.step(&step, "cancel"),
        ReleaseVerb::Clone(named) => releases.copy(&named),
        ReleaseVerb::Comment(remark) => releases.comment(&remark),
        ReleaseVerb::Task(tasked) => releases.task(&tasked),
        ReleaseVerb::Watch(named) => releases.watch(&named, true),
        ReleaseVerb::Unwatch(named) => releases.watch(&named, false),
        ReleaseVerb::Link(linked) => releases.link(&linked),
        ReleaseVerb::Rehearse(rehearsed) => releases.rehearse(&rehearsed),
        ReleaseVerb::Updates(given) => plan_updates(given, &releases),
        ReleaseVerb::Deployment(named) => {
            return show_deployment(&client, &named.record, global);
        }
        ReleaseVerb::Bulk(several) => {
            let Several { records: releases, verb, reason, from } = several;
            let body = ReleaseBulk { releases, fields: from.optional()?, verb, reason };
            return several_sent(&client, "/releases/bulk", &body, global);
        }
        ReleaseVerb::Deployments(wanted) => return show_deployments(&client, &wanted, global),
    };
    releases.tell(&written?, &before, commits, global)
}

/// What a verb may do more to than it says, as it is before.
fn before(releases: &Records<'_>, verb: &ReleaseVerb) -> Before {
    let (record, changes): (&str, &[String]) = match verb {
        ReleaseVerb::Edit(edit) => (&edit.release, &[]),
        ReleaseVerb::Schedule(scheduled) => (&scheduled.record, &[]),
        ReleaseVerb::Order(scope) => (&scope.release, &[]),
        ReleaseVerb::Close(closed) => (&closed.release, &[]),
        ReleaseVerb::Attach(scope) | ReleaseVerb::Detach(scope) => (&scope.release, &scope.changes),
        _ => return Before::default(),
    };
    let mut before = Before::of(releases, record);
    for change in changes {
        before.look(releases.client, format!("/changes/{}", segment(change)));
    }
    before
}

type Written = Result<api::common::Written>;

impl Scope {
    /// Takes each change in or out, one write after the other; each is bound to the version that
    /// the one before left. Nothing is written unless all of them are there.
    fn move_each(
        &self,
        releases: &Records<'_>,
        method: Method,
        before: &Before,
        global: &Global,
    ) -> Result {
        let client = releases.client;
        let path = releases.path(&self.release);
        for change in &self.changes {
            let there = format!("/changes/{}", segment(change));
            if !before.has(&there) {
                let _: serde::de::IgnoredAny = client.get(&there, &Query::default())?;
            }
        }
        let mut expect = self.version.or_read(client, &path)?;
        let mut outcomes = Vec::new();
        for change in &self.changes {
            let path = format!("{path}/changes/{}", segment(change));
            let (version, refusal) =
                match client.bare::<api::common::Written>(method, &path, expect) {
                    Ok(written) => {
                        expect = Expect::Version(written.version);
                        (Some(written.version), None)
                    }
                    Err(Failure::Problem(problem)) => (None, Some(as_refusal(*problem))),
                    Err(other) => return Err(other),
                };
            outcomes.push(BulkOutcome { record: change.clone(), version, refusal });
        }
        before.say(client);
        told_each(&outcomes, global)
    }

    fn order(&self, releases: &Records<'_>) -> Written {
        let path = releases.path(&self.release);
        let expect = self.version.or_read(releases.client, &path)?;
        let body = Order { changes: self.changes.clone() };
        releases.client.write(Method::Put, &format!("{path}/order"), expect, &body)
    }
}

/// A problem as the API tells it of one of several records.
fn as_refusal(problem: Problem) -> Refusal {
    Refusal { code: problem.code, detail: problem.detail, errors: problem.errors }
}

impl Reported {
    fn send(&self, releases: &Records<'_>, steps: &str) -> Written {
        let verb = format!("{steps}/{}", segment(&self.change));
        let body = StepReport { result: self.result.clone(), note: self.noted.note.clone() };
        releases.post(&self.release, &verb, self.noted.version.expect(), &body)
    }
}

fn show_list(client: &Client, list: &List, global: &Global) -> Result {
    let query = list
        .filters
        .query()
        .maybe("phase", list.phase.as_ref())
        .maybe("type", list.release_type.as_ref())
        .maybe("owner", list.owner.as_ref());
    let listed = client.list::<ReleaseRow>("/releases", &query, &list.paging.wanted())?;
    global.out().listed(&listed, LIST)
}

fn show_deployments(client: &Client, wanted: &Deployments, global: &Global) -> Result {
    let query = Query::default()
        .maybe("state", wanted.state.as_ref())
        .maybe("under_way", wanted.under_way.then_some(&true));
    let listed = client.list::<DeploymentRow>("/deployments", &query, &wanted.paging.wanted())?;
    global.out().listed(&listed, DEPLOYMENTS)
}

fn show_board(client: &Client, global: &Global) -> Result {
    let board: Board = client.get("/releases/board", &Query::default())?;
    let cards: Vec<&ReleaseRow> =
        board.columns.iter().flat_map(|column| &column.releases).collect();
    let columns = &["phase", "number", "title", "type", "owner", "window.start"];
    global.out().answer(&board, &cards, columns)
}

fn show(releases: &Records<'_>, release: &str, global: &Global) -> Result {
    let release: Release = releases.client.get(&releases.path(release), &Query::default())?;
    let zone = wall::zone_of(release.window.as_ref());
    let conflicts = release.conflicts.iter().map(|one| {
        let detail = wall::sentence(&one.detail, zone);
        let rule = one.rule.as_ref().map_or(String::new(), |rule| {
            format!(" ({}:{}, \"{}\")", rule.file, rule.line, rule.name)
        });
        format!("{} {} {}: {detail}{rule}", one.state, one.severity, one.kind)
    });
    let milestone = |one: &Milestone| milestone_line(one, zone);
    let sections = [
        ("from here to done", lamp_lines(&release.route, zone)),
        ("milestones", release.milestones.iter().map(milestone).collect()),
        ("package", release.package.iter().map(package_line).collect()),
        ("changes, in deploy order", release.changes.iter().map(change_line).collect()),
        ("risk", factor_lines(&release.risk)),
        ("conflicts", conflicts.collect()),
        ("what the teams say of the window", agreement_lines(&release.window_answers)),
        ("approvals", round_lines(&release.rounds, zone)),
        ("the way back", rollback_lines(&release.rollback_plan, zone)),
        ("tasks", task_lines(&release.tasks, zone)),
        ("links", link_lines(&release.links, zone)),
        ("rehearsals", rehearsal_lines(&release.rehearsals, zone)),
        ("remarks", comment_lines(&release.comments, zone)),
        ("you may", action_lines(&release.actions, zone)),
    ];
    global.out().record(&release, FIELDS, &sections)
}

fn change_line(change: &ChangeRow) -> String {
    format!("{} {} ({})", change.number, change.title, change.phase)
}

/// What taking a release back would do, in lines.
pub(crate) fn rollback_lines(plan: &RollbackPlan, zone: &str) -> Vec<String> {
    let name = |change: &api::common::Ref| change.number.clone().unwrap_or(change.name.clone());
    let cannot = plan.cannot_be_undone.iter();
    let cannot = cannot.map(|one| format!("CANNOT BE UNDONE {}: {}", name(&one.change), one.what));
    let limits = plan.known_limits.iter();
    let limits = limits.map(|one| format!("KNOWN LIMITS of {}: {}", one.service.name, one.what));
    let missing = plan.missing.iter().map(|change| format!("no plan: {}", name(change)));
    let steps = plan.steps.iter();
    let steps = steps.map(|step| {
        let check = "was begun, not reported: check and take back; ";
        let check = if step.uncertain { check } else { "" };
        format!("{} {} min: {check}{}", name(&step.change), step.minutes, step.plan)
    });
    let latest = plan.latest_start.iter();
    let latest = latest.map(|at| format!("fits in the window until {}", wall::moment(at, zone)));
    cannot.chain(limits).chain(missing).chain(steps).chain(latest).collect()
}
