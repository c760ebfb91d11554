//! `interlock change`: changes from draft to closed.

use api::change::{
    Advice, AdvisedWith, Bulk, Change, ChangeFields, ChangeMovePreview, ChangeRow, Complete,
    Outage, Schedule, Traced,
};
use api::common::{Artifact, Ref};
use api::risk::{Factor, Risk};
use clap::{Args, Subcommand};
use ports::Method;

use crate::approval::{Voted, round_lines};
use crate::client::{Client, Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{Clock, FromFile, WindowArgs, ZoneArg, cleared, pair, replaces, set};
use crate::output::Columns;
use crate::record::{
    Extended, Filters, GrantedExtension, IfVersion, Linked, Named, Records, Rehearsed, Remark,
    Scheduled, Several, Step, Tasked, action_lines, comment_lines, lamp_lines, link_lines,
    refusal_words, rehearsal_lines, several_sent, task_lines,
};
use crate::review::WrittenReview;
use crate::told::Before;
use crate::wall;

const LIST: Columns = Columns {
    people: &["number", "title", "type", "phase", "tier", "window.start", "window.end", "release"],
    all: COLUMNS,
};
const COLUMNS: &[&str] = &[
    "number",
    "title",
    "type",
    "phase",
    "held",
    "tier",
    "environment",
    "team",
    "implementer",
    "release",
    "window.start",
    "window.end",
    "window.zone",
    "outcome",
    "conflicts_open",
    "conflicts_blocking",
    "outside_release",
    "source_number",
    "updated_at",
];
const TRACED: Columns = Columns {
    people: &["number", "title", "customer_impact", "at", "phase", "release.number"],
    all: TRACED_ALL,
};
const TRACED_ALL: &[&str] = &[
    "number",
    "title",
    "type",
    "customer_impact",
    "at",
    "phase",
    "outcome",
    "team",
    "release.number",
    "release.name",
];
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "title",
    "type",
    "phase",
    "held",
    "hold.since",
    "hold.by",
    "hold.reason",
    "description",
    "reason",
    "category",
    "environment",
    "counts_as.environment",
    "counts_as.ci",
    "customer_impact",
    "services",
    "cis",
    "cis_total",
    "requester",
    "implementer",
    "team",
    "window",
    "overdue_since",
    "release",
    "risk.tier",
    "risk.points",
    "implementation_plan",
    "test_plan",
    "backout_plan",
    "backout_minutes",
    "cannot_be_undone",
    "tags",
    "started_at",
    "finished_at",
    "outcome",
    "outcome_note",
    "review",
    "imported",
    "created_at",
    "updated_at",
];

/// What is done with changes.
#[derive(Debug, Subcommand)]
pub(crate) enum ChangeVerb {
    /// Lists changes.
    #[command(after_help = "Example:\n  \
        interlock change list --phase scheduled --team Payments --format csv")]
    List(List),
    /// Shows a change, what is left to do, and what you may do now.
    #[command(after_help = "Example:\n  interlock change show CHG-1042")]
    Show(Named),
    /// Says whether a release or a single change fits, and why.
    #[command(after_help = "Example:\n  interlock change advice CHG-1042")]
    Advice(Named),
    /// Raises a change, as a draft.
    #[command(after_help = "Example:\n  \
        interlock change create --type normal --title \"Renew the certificate\" --ci web-01 \
        --start 2026-12-05T22:00 --end 2026-12-05T23:00 --zone Europe/Amsterdam")]
    Create(Box<Fields>),
    /// Edits a change; approvals that saw other content are voided.
    #[command(after_help = "Example:\n  \
        interlock change edit CHG-1042 --backout-plan \"put the old file back\"")]
    Edit(Box<Edit>),
    /// Submits a draft.
    #[command(after_help = "Example:\n  interlock change submit CHG-1042")]
    Submit(Step),
    /// Records the risk tier and asks for approval.
    #[command(after_help = "Example:\n  interlock change assess CHG-1042")]
    Assess(Step),
    /// Votes for it.
    #[command(after_help = "Example:\n  interlock change approve CHG-1042")]
    Approve(Voted),
    /// Votes against it.
    #[command(after_help = "Example:\n  \
        interlock change reject CHG-1042 --reason \"the backout plan is missing a check\"")]
    Reject(Voted),
    /// Abstains from the vote.
    #[command(after_help = "Example:\n  interlock change abstain CHG-1042")]
    Abstain(Voted),
    /// Commits or moves the window; the planned one when none is given. Times without an offset are
    /// wall time of --zone, else of the change's zone, else of yours. A conflict is kept, and can
    /// be accepted, of a planned window: plan it with `change edit` first.
    #[command(after_help = "Example:\n  interlock change schedule CHG-1042 \
        --start 2026-12-05T22:00 --end 2026-12-05T23:00")]
    Schedule(Scheduled),
    /// Says what moving its window would do: what forbids it, and how many votes it would void;
    /// saves nothing. Exit code 1 when it cannot be done.
    #[command(after_help = "Example:\n  interlock change preview CHG-1042 \
        --start 2026-12-05T22:00 --end 2026-12-05T23:00")]
    Preview(Preview),
    /// Begins the work.
    #[command(after_help = "Example:\n  interlock change start CHG-1042")]
    Start(Step),
    /// Asks for a longer window of running work; another decides about it.
    #[command(after_help = "Example:\n  interlock change extend CHG-1042 \
        --end 2026-12-06T00:00 --zone Europe/Amsterdam --reason \"the copy takes longer\"")]
    Extend(Extended),
    /// Lengthens the running window as it was asked for.
    #[command(after_help = "Example:\n  interlock change grant-extension CHG-1042")]
    GrantExtension(GrantedExtension),
    /// Turns the longer window down.
    #[command(after_help = "Example:\n  \
        interlock change refuse-extension CHG-1042 --reason \"the shop opens at six\"")]
    RefuseExtension(Step),
    /// Ends the work with an outcome.
    #[command(after_help = "Example:\n  \
        interlock change complete CHG-1042 --outcome successful")]
    Complete(Completed),
    /// Closes it after its review.
    #[command(after_help = "Example:\n  interlock change close CHG-1042")]
    Close(Step),
    /// Puts it on hold.
    #[command(after_help = "Example:\n  \
        interlock change hold CHG-1042 --reason \"the vendor is late\"")]
    Hold(Step),
    /// Takes it off hold.
    #[command(after_help = "Example:\n  interlock change resume CHG-1042")]
    Resume(Step),
    /// Cancels it, before work has begun.
    #[command(after_help = "Example:\n  \
        interlock change cancel CHG-1042 --reason \"no longer needed\"")]
    Cancel(Step),
    /// Makes a draft with the same content.
    #[command(after_help = "Example:\n  interlock change clone CHG-1042")]
    Clone(Named),
    /// Adds a remark.
    #[command(after_help = "Example:\n  \
        interlock change comment CHG-1042 \"asked the vendor\"")]
    Comment(Remark),
    /// Adds a task, or writes or removes the one with --number.
    #[command(after_help = "Examples:\n  \
        interlock change task CHG-1042 --title \"Tell the desk\" --assignee anna\n  \
        interlock change task CHG-1042 --number 1 --done\n  \
        interlock change task CHG-1042 --number 2 --remove")]
    Task(Tasked),
    /// Watches it.
    #[command(after_help = "Example:\n  interlock change watch CHG-1042")]
    Watch(Named),
    /// Stops watching it.
    #[command(after_help = "Example:\n  interlock change unwatch CHG-1042")]
    Unwatch(Named),
    /// Adds links to other records, and takes links away.
    #[command(after_help = "Example:\n  interlock change link CHG-1042 --add incident=INC-7")]
    Link(Linked),
    /// Writes down that its way back was rehearsed.
    #[command(after_help = "Example:\n  interlock change rehearse CHG-1042 \
        --environment staging --minutes 12 --covers data_migration")]
    Rehearse(Rehearsed),
    /// Writes its review; --complete ends it.
    #[command(after_help = "Example:\n  interlock change review CHG-1042 \
        --went-well \"quick\" --went-wrong \"no test\" --root-cause \"a typo\" --complete")]
    Review(Box<WrittenReview>),
    /// Lists all CIs it touches.
    #[command(after_help = "Example:\n  interlock change cis CHG-1042 --all")]
    Cis(Touched),
    /// Does the same to several changes, each on its own; exit code 1 when one was refused.
    #[command(after_help = "Example:\n  \
        interlock change bulk CHG-1042 CHG-1043 --verb hold --reason \"the vendor is late\"")]
    Bulk(Several),
    /// Reports the changes of a period that customers meet, each with its release or none; the
    /// last 30 days when nothing is said.
    #[command(after_help = "Example:\n  \
        interlock change traceability --from 2026-10-01T00:00:00Z --outside-release --all \
        --format csv")]
    Traceability(Period),
}

/// A period.
#[derive(Debug, Args)]
pub(crate) struct Period {
    /// From this time: RFC 3339 (2026-10-01T00:00:00Z), or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Up to this time; now when absent.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// Only those that travel in no release.
    #[arg(long)]
    outside_release: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Which changes are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// In this phase: `draft`, `assess`, `authorise`, `scheduled`, `implement`, `review`, `closed`
    /// or `cancelled`.
    #[arg(long)]
    phase: Option<String>,
    /// Of this type: `standard`, `normal`, `emergency`, or one of your policy.
    #[arg(long = "type", value_name = "TYPE")]
    change_type: Option<String>,
    #[command(flatten)]
    filters: Filters,
    /// Touching this service.
    #[arg(long)]
    service: Option<String>,
    /// Touching this CI.
    #[arg(long)]
    ci: Option<String>,
    /// In this release.
    #[arg(long)]
    release: Option<String>,
    /// Asked for by this person, by login.
    #[arg(long, value_name = "LOGIN")]
    requester: Option<String>,
    /// Done by this person, by login.
    #[arg(long, value_name = "LOGIN")]
    implementer: Option<String>,
    /// Imported ones.
    #[arg(long)]
    imported: bool,
    /// That customers meet, in no release.
    #[arg(long)]
    outside_release: bool,
    #[command(flatten)]
    paging: Paging,
}

/// The CIs of a change.
#[derive(Debug, Args)]
pub(crate) struct Touched {
    /// Its number or id.
    change: String,
    #[command(flatten)]
    paging: Paging,
}

/// A window that is asked about.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The number or id of the change.
    change: String,
    #[command(flatten)]
    window: WindowArgs,
}

/// How the work ended.
#[derive(Debug, Args)]
pub(crate) struct Completed {
    /// Its number or id.
    change: String,
    /// `successful`, `successful_with_issues`, `partially_successful`, `failed_backed_out` or
    /// `failed_not_backed_out`.
    #[arg(long)]
    outcome: String,
    /// A remark; required unless it was successful.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// New values for a change.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its number or id.
    change: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a change. An empty text clears a field; lists replace what is there.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    #[command(flatten)]
    from: FromFile,
    /// What, in one line.
    #[arg(long)]
    title: Option<String>,
    /// `standard`, `normal` or `emergency`; fixed once submitted.
    #[arg(long = "type", value_name = "TYPE")]
    change_type: Option<String>,
    /// What is done.
    #[arg(long)]
    description: Option<String>,
    /// Why it is done.
    #[arg(long)]
    reason: Option<String>,
    /// `application`, `infrastructure`, `hardware`, `data`, `configuration` or `third_party`.
    #[arg(long)]
    category: Option<String>,
    /// A service touched, by name; give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// A CI touched, by name; give it again for more.
    #[arg(long = "ci", value_name = "NAME")]
    cis: Vec<String>,
    /// `production`, `staging`, `test` or `development`.
    #[arg(long)]
    environment: Option<String>,
    /// `none`, `degraded` or `outage`, as customers meet it.
    #[arg(long)]
    customer_impact: Option<String>,
    /// Expected outage of a service, such as `payments=15`.
    #[arg(long = "outage", value_name = "SERVICE=MINUTES", value_parser = pair)]
    outages: Vec<(String, String)>,
    /// People needed.
    #[arg(long, value_name = "NUMBER")]
    people_needed: Option<u32>,
    /// Effort.
    #[arg(long, value_name = "MINUTES")]
    effort_minutes: Option<u32>,
    /// Who does it, by login.
    #[arg(long, value_name = "LOGIN")]
    implementer: Option<String>,
    /// The team that owns it.
    #[arg(long)]
    team: Option<String>,
    /// How it is done.
    #[arg(long)]
    implementation_plan: Option<String>,
    /// How success is checked.
    #[arg(long)]
    test_plan: Option<String>,
    /// How it is taken back.
    #[arg(long)]
    backout_plan: Option<String>,
    /// How long taking it back takes.
    #[arg(long, value_name = "MINUTES")]
    backout_minutes: Option<u32>,
    /// What cannot be undone.
    #[arg(long)]
    cannot_be_undone: Option<String>,
    /// A regulatory tag, such as SOX; give it again for more.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// What it ships, to the byte, such as shop=sha256:9f2e…; give it again for more.
    #[arg(long = "artifact", value_name = "[NAME=]DIGEST")]
    artifacts: Vec<String>,
    #[command(flatten)]
    window: WindowArgs,
}

impl Fields {
    fn body(&self, clock: &Clock<'_>) -> Result<ChangeFields> {
        let mut body: ChangeFields = self.from.fields()?;
        set(&mut body.title, self.title.clone());
        set(&mut body.change_type, self.change_type.clone());
        set(&mut body.description, self.description.clone());
        set(&mut body.reason, self.reason.clone());
        set(&mut body.category, cleared(self.category.as_ref()));
        set(&mut body.services, replaces(&self.services));
        set(&mut body.cis, replaces(&self.cis));
        set(&mut body.environment, self.environment.clone());
        set(&mut body.customer_impact, cleared(self.customer_impact.as_ref()));
        set(&mut body.outages, self.outages()?);
        set(&mut body.people_needed, self.people_needed.map(Some));
        set(&mut body.effort_minutes, self.effort_minutes.map(Some));
        set(&mut body.implementer, cleared(self.implementer.as_ref()));
        set(&mut body.team, cleared(self.team.as_ref()));
        set(&mut body.implementation_plan, self.implementation_plan.clone());
        set(&mut body.test_plan, self.test_plan.clone());
        set(&mut body.backout_plan, self.backout_plan.clone());
        set(&mut body.backout_minutes, self.backout_minutes.map(Some));
        set(&mut body.cannot_be_undone, self.cannot_be_undone.clone());
        set(&mut body.tags, replaces(&self.tags));
        let artifacts = replaces(&self.artifacts);
        set(
            &mut body.artifacts,
            artifacts.map(|all| all.iter().map(|one| artifact(one)).collect()),
        );
        set(&mut body.window, self.window.window(clock)?.map(Some));
        Ok(body)
    }

    fn outages(&self) -> Result<Option<Vec<Outage>>> {
        if self.outages.is_empty() {
            return Ok(None);
        }
        let outage = |(service, minutes): &(String, String)| {
            let minutes = minutes.parse().map_err(|_| {
                Failure::usage(format!("`{minutes}` is no number of minutes for {service}"))
            })?;
            Ok(Outage { service: service.clone(), minutes })
        };
        self.outages.iter().map(outage).collect::<Result<Vec<_>>>().map(Some)
    }
}

/// An artifact, with its name before an equals sign where it has one.
fn artifact(text: &str) -> Artifact {
    match text.split_once('=').filter(|(name, _)| !name.contains(':')) {
        Some((name, digest)) => Artifact { name: Some(name.to_owned()), digest: digest.to_owned() },
        None => Artifact { name: None, digest: text.to_owned() },
    }
}

/// Runs a verb.
pub(crate) fn run(verb: ChangeVerb, global: &Global) -> Result {
    let client = global.client()?;
    let changes = Records { client: &client, folder: "/changes" };
    let before = match &verb {
        ChangeVerb::Edit(edit) => Before::of(&changes, &edit.change),
        ChangeVerb::Schedule(scheduled) => Before::of(&changes, &scheduled.record),
        ChangeVerb::Complete(done) => Before::of(&changes, &done.change),
        _ => Before::default(),
    };
    let commits = matches!(verb, ChangeVerb::Schedule(_));
    let written = match verb {
        ChangeVerb::List(list) => return show_list(&client, &list, global),
        ChangeVerb::Show(named) => return show(&changes, &named.record, global),
        ChangeVerb::Advice(named) => return advice(&changes, &named.record, global),
        ChangeVerb::Preview(wanted) => return preview(&changes, &wanted, global),
        ChangeVerb::Create(fields) => {
            let body = fields.body(&fields.window.zone.clock(&client))?;
            client.post("/changes", Expect::Any, &body)
        }
        ChangeVerb::Edit(edit) => {
            let path = changes.path(&edit.change);
            let expect = edit.version.or_read(&client, &path)?;
            let body = edit.fields.body(&changes.clock(&edit.fields.window.zone, &edit.change))?;
            client.write(Method::Patch, &path, expect, &body)
        }
        ChangeVerb::Submit(step) => changes.step(&step, "submit"),
        ChangeVerb::Assess(step) => changes.step(&step, "assess"),
        ChangeVerb::Approve(voted) => voted.send(&changes, "approve"),
        ChangeVerb::Reject(voted) => voted.send(&changes, "reject"),
        ChangeVerb::Abstain(voted) => voted.send(&changes, "abstain"),
        ChangeVerb::Schedule(scheduled) => changes.schedule(&scheduled),
        ChangeVerb::Start(step) => changes.step(&step, "start"),
        ChangeVerb::Extend(extended) => changes.extend(&extended),
        ChangeVerb::GrantExtension(granted) => changes.grant_extension(&granted),
        ChangeVerb::RefuseExtension(step) => changes.step(&step, "extension/refuse"),
        ChangeVerb::Complete(done) => {
            let body = Complete { outcome: done.outcome, note: done.note };
            changes.post(&done.change, "complete", done.version.expect(), &body)
        }
        ChangeVerb::Review(written) => written.send(&changes),
        ChangeVerb::Close(step) => changes.step(&step, "close"),
        ChangeVerb::Hold(step) => changes.step(&step, "hold"),
        ChangeVerb::Resume(step) => changes.step(&step, "resume"),
        ChangeVerb::Cancel(step) => changes.step(&step, "cancel"),
        ChangeVerb::Clone(named) => changes.copy(&named),
        ChangeVerb::Comment(remark) => changes.comment(&remark),
        ChangeVerb::Task(tasked) => changes.task(&tasked),
        ChangeVerb::Watch(named) => changes.watch(&named, true),
        ChangeVerb::Unwatch(named) => changes.watch(&named, false),
        ChangeVerb::Link(linked) => changes.link(&linked),
        ChangeVerb::Rehearse(rehearsed) => changes.rehearse(&rehearsed),
        ChangeVerb::Cis(touched) => return show_cis(&changes, &touched, global),
        ChangeVerb::Traceability(period) => return show_traced(&client, &period, global),
        ChangeVerb::Bulk(several) => {
            let Several { records: changes, verb, reason, from } = several;
            let body = Bulk { changes, fields: from.optional()?, verb, reason };
            return several_sent(&client, "/changes/bulk", &body, global);
        }
    };
    changes.tell(&written?, &before, commits, global)
}

fn show_list(client: &Client, list: &List, global: &Global) -> Result {
    let query = list
        .filters
        .query()
        .maybe("phase", list.phase.as_ref())
        .maybe("type", list.change_type.as_ref())
        .maybe("service", list.service.as_ref())
        .maybe("ci", list.ci.as_ref())
        .maybe("release", list.release.as_ref())
        .maybe("requester", list.requester.as_ref())
        .maybe("implementer", list.implementer.as_ref())
        .maybe("imported", list.imported.then_some(&true))
        .maybe("outside_release", list.outside_release.then_some(&true));
    let listed = client.list::<ChangeRow>("/changes", &query, &list.paging.wanted())?;
    global.out().listed(&listed, LIST)
}

fn show_traced(client: &Client, period: &Period, global: &Global) -> Result {
    let clock = period.zone.clock(client);
    let query = Query::default()
        .maybe("from", clock.maybe(period.from.as_ref())?.as_ref())
        .maybe("to", clock.maybe(period.to.as_ref())?.as_ref())
        .maybe("outside_release", period.outside_release.then_some(&true));
    let wanted = period.paging.wanted();
    let listed = client.list::<Traced>("/changes/traceability", &query, &wanted)?;
    global.out().listed(&listed, TRACED)
}

fn show_cis(changes: &Records<'_>, touched: &Touched, global: &Global) -> Result {
    let path = format!("{}/cis", changes.path(&touched.change));
    let wanted = touched.paging.wanted();
    let listed = changes.client.list::<Ref>(&path, &Query::default(), &wanted)?;
    global.out().listed(&listed, &["name", "id"])
}

fn show(changes: &Records<'_>, change: &str, global: &Global) -> Result {
    let change: Change = changes.client.get(&changes.path(change), &Query::default())?;
    let zone = wall::zone_of(change.window.as_ref());
    let sections = [
        ("from here to done", lamp_lines(&change.route, zone)),
        ("risk", factor_lines(&change.risk)),
        ("approvals", round_lines(&change.rounds, zone)),
        ("tasks", task_lines(&change.tasks, zone)),
        ("links", link_lines(&change.links, zone)),
        ("rehearsals", rehearsal_lines(&change.rehearsals, zone)),
        ("remarks", comment_lines(&change.comments, zone)),
        ("you may", action_lines(&change.actions, zone)),
    ];
    global.out().record(&change, FIELDS, &sections)
}

fn preview(changes: &Records<'_>, wanted: &Preview, global: &Global) -> Result {
    let clock = changes.clock(&wanted.window.zone, &wanted.change);
    let body = Schedule { window: wanted.window.window(&clock)? };
    let path = format!("{}/schedule/preview", changes.path(&wanted.change));
    let told: ChangeMovePreview = changes.client.post(&path, Expect::Any, &body)?;
    let refusal = told.effect.refusal.as_ref();
    let fields = ["window", "effect.votes_voided", "effect.phase_now", "effect.phase"];
    let refused: Vec<String> = refusal.map(refusal_words).into_iter().collect();
    global.out().record(&told, &fields, &[("it cannot be done", refused)])?;
    refusal.map_or(Ok(()), |_| Err(Failure::Found("it cannot be moved there".to_owned())))
}

fn advice(changes: &Records<'_>, change: &str, global: &Global) -> Result {
    let path = format!("{}/advice", changes.path(change));
    let advice: Advice = changes.client.get(&path, &Query::default())?;
    let line = |with: &AdvisedWith| {
        let record = &with.record;
        let number = record.number.as_deref().unwrap_or(&record.id);
        format!("{number} {}: {}", record.name, with.because.join("; "))
    };
    let with = advice.with.iter().map(line).collect();
    let verb = |with: &AdvisedWith| {
        let may = with.actions.iter().any(|action| action.name == "attach" && action.allowed);
        let release = with.record.number.as_deref().filter(|_| may)?;
        Some(format!("interlock release attach {release} {change}"))
    };
    let verbs = advice.with.iter().filter_map(verb).collect();
    let sections = [("belongs with", with), ("do it with", verbs)];
    global.out().record(&advice, &["fits", "detail"], &sections)
}

/// What each factor added to the risk, a line each.
pub(crate) fn factor_lines(risk: &Risk) -> Vec<String> {
    let line = |factor: &Factor| {
        format!("{} {}/{}: {}", factor.name, factor.points, factor.points_max, factor.evidence)
    };
    risk.factors.iter().map(line).collect()
}
