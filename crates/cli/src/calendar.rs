//! `interlock calendar`: what is planned when, and what collides.

use api::calendar::{
    Accept, BandFields, BandRecord, Calendar, Checked, Conflict, Draft, Entry, Hit,
};
use api::common::Written;
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::conflicts::{Imported, list};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::{Failure, Result};
use crate::given::{WindowArgs, instant, replaces};
use crate::output::say;
use crate::record::IfVersion;

const ENTRIES: &[&str] = &[
    "subject.number",
    "subject.name",
    "type",
    "phase",
    "committed",
    "window.start",
    "window.end",
    "environment",
    "services",
    "team",
    "changes",
    "tier",
    "conflicts_open",
    "outage_minutes",
];
const CONFLICTS: &[&str] = &[
    "id",
    "kind",
    "severity",
    "state",
    "subject",
    "with",
    "with_kind",
    "overlap.start",
    "overlap.end",
    "detail",
];
const BANDS: &[&str] = &[
    "id",
    "name",
    "window.start",
    "window.end",
    "window.zone",
    "repeats",
    "services",
    "environment",
    "reason",
    "version",
];

/// What is asked of the calendar.
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarVerb {
    /// Shows what is planned between two times.
    #[command(after_help = "Example:\n  interlock calendar show \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam")]
    Show(Show),
    /// Lists conflicts.
    #[command(after_help = "Examples:\n  \
        interlock calendar conflicts --subject REL-17\n  \
        interlock calendar conflicts --imported --basis actual --format csv")]
    Conflicts(Conflicts),
    /// Checks a window for conflicts without saving anything; exit code 1 when one blocks.
    #[command(after_help = "Examples:\n  \
        interlock calendar check --ci web-01 \
        --start 2026-12-05T21:00:00Z --end 2026-12-05T22:00:00Z\n  \
        interlock calendar check --subject CHG-1042 \
        --start 2026-12-05T21:00:00Z --end 2026-12-05T22:00:00Z")]
    Check(Check),
    /// Accepts a conflict, with a reason.
    #[command(after_help = "Example:\n  interlock calendar accept \
        cfl_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b --reason \"the pair is redundant\"")]
    Accept(Accepted),
    /// Maintenance windows.
    #[command(subcommand)]
    Window(BandVerb),
    /// Blackouts: periods in which nothing may ship.
    #[command(subcommand)]
    Blackout(BandVerb),
}

/// What is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// From this time.
    #[arg(long, value_name = "TIME")]
    from: String,
    /// Until this time.
    #[arg(long, value_name = "TIME")]
    to: String,
    /// The zone of times that are given without an offset.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Touching this service.
    #[arg(long)]
    service: Option<String>,
    /// Owned by this team.
    #[arg(long)]
    team: Option<String>,
    /// In this environment.
    #[arg(long)]
    environment: Option<String>,
    /// `change` or `release`.
    #[arg(long)]
    kind: Option<String>,
}

/// Which conflicts are listed.
#[derive(Debug, Args)]
pub(crate) struct Conflicts {
    /// Of this change or release.
    #[arg(long, value_name = "RECORD")]
    subject: Option<String>,
    /// `open`, `accepted` or `resolved`.
    #[arg(long)]
    state: Option<String>,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    imported: Imported,
    #[command(flatten)]
    direct: Direct,
}

/// A draft.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The change or release it stands for: its own entries are left out.
    #[arg(long, value_name = "RECORD", required_unless_present = "cis")]
    subject: Option<String>,
    /// A CI touched, by name; give it again for more.
    #[arg(long = "ci", value_name = "NAME")]
    cis: Vec<String>,
    /// Where; production when absent.
    #[arg(long)]
    environment: Option<String>,
    #[command(flatten)]
    window: WindowArgs,
}

/// An acceptance.
#[derive(Debug, Args)]
pub(crate) struct Accepted {
    /// The conflict's id.
    conflict: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Until when it holds; as long as nothing moves when absent.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// What is done with windows and blackouts.
#[derive(Debug, Subcommand)]
pub(crate) enum BandVerb {
    /// Lists them.
    #[command(after_help = "Examples:\n  \
        interlock calendar window list\n  \
        interlock calendar blackout list")]
    List(Paging),
    /// Adds one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window add --name \"Sunday night\" --service Payments --repeats weekly \
        --start 2026-12-06T02:00 --end 2026-12-06T05:00 --zone Europe/Amsterdam\n  \
        interlock calendar blackout add --name \"Year end\" --reason \"closing the books\" \
        --start 2026-12-28T00:00 --end 2027-01-04T00:00 --zone Europe/Amsterdam")]
    Add(BandArgs),
    /// Edits one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window edit win_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b --name \"Sunday\"\n  \
        interlock calendar blackout edit blk_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b --reason audit")]
    Edit(BandEdit),
    /// Removes one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window remove win_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b\n  \
        interlock calendar blackout remove blk_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b")]
    Remove(BandNamed),
}

/// A window or a blackout.
#[derive(Debug, Args)]
pub(crate) struct BandNamed {
    /// Its id.
    id: String,
    #[command(flatten)]
    version: IfVersion,
}

/// New values for a window or a blackout.
#[derive(Debug, Args)]
pub(crate) struct BandEdit {
    /// Its id.
    id: String,
    #[command(flatten)]
    fields: BandArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a window or a blackout.
#[derive(Debug, Args)]
pub(crate) struct BandArgs {
    /// What it is called.
    #[arg(long)]
    name: Option<String>,
    /// Why; required of a blackout.
    #[arg(long)]
    reason: Option<String>,
    /// A service it is for; all when absent.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// The environment it is for; all when absent.
    #[arg(long)]
    environment: Option<String>,
    /// `none`, `daily` or `weekly`: how it repeats, at the same wall time.
    #[arg(long)]
    repeats: Option<String>,
    #[command(flatten)]
    window: WindowArgs,
}

impl BandArgs {
    fn body(&self) -> Result<BandFields> {
        Ok(BandFields {
            name: self.name.clone(),
            reason: self.reason.clone(),
            services: replaces(&self.services),
            environment: self.environment.clone(),
            window: self.window.window()?,
            repeats: self.repeats.clone(),
        })
    }
}

/// Runs a verb.
pub(crate) fn run(verb: CalendarVerb, global: &Global) -> Result {
    match verb {
        CalendarVerb::Show(shown) => show(&global.client()?, &shown, global),
        CalendarVerb::Conflicts(wanted) => conflicts(&wanted, global),
        CalendarVerb::Check(draft) => check(&global.client()?, &draft, global),
        CalendarVerb::Accept(accepted) => {
            let until = accepted.until.as_ref().map(|until| instant(until, "UTC")).transpose()?;
            let path = format!("/conflicts/{}/accept", segment(&accepted.conflict));
            let body = Accept { reason: accepted.reason, until };
            let written: Written = global.client()?.post(&path, Expect::Any, &body)?;
            global.out().written(&written)
        }
        CalendarVerb::Window(verb) => bands(&global.client()?, "/windows", &verb, global),
        CalendarVerb::Blackout(verb) => bands(&global.client()?, "/blackouts", &verb, global),
    }
}

fn show(client: &Client, shown: &Show, global: &Global) -> Result {
    let query = Query::default()
        .with("from", &instant(&shown.from, &shown.zone)?)
        .with("to", &instant(&shown.to, &shown.zone)?)
        .maybe("service", shown.service.as_ref())
        .maybe("team", shown.team.as_ref())
        .maybe("environment", shown.environment.as_ref())
        .maybe("kind", shown.kind.as_ref());
    let calendar: Calendar = client.get("/calendar", &query)?;
    if calendar.truncated {
        say("there is more than one answer carries: ask for a shorter time");
    }
    if global.format == crate::output::Format::Json {
        return global.out().json(&calendar);
    }
    global.out().list::<Entry>(&calendar.entries, ENTRIES)
}

fn conflicts(wanted: &Conflicts, global: &Global) -> Result {
    if wanted.imported.imported {
        return list(&wanted.imported, &wanted.direct.or_environment(), global);
    }
    let client = global.client_or(&wanted.direct, Access::Read)?;
    let query = Query::default()
        .maybe("subject", wanted.subject.as_ref())
        .maybe("state", wanted.state.as_ref());
    let listed = client.list::<Conflict>("/conflicts", &query, &wanted.paging.wanted())?;
    global.out().listed(&listed, CONFLICTS)
}

fn check(client: &Client, draft: &Check, global: &Global) -> Result {
    let Some(window) = draft.window.window()? else {
        return Err(Failure::usage("say when, with --start and --end"));
    };
    let body = Draft {
        subject: draft.subject.clone(),
        cis: replaces(&draft.cis),
        window,
        environment: draft.environment.clone(),
    };
    let found: Checked = client.post("/conflicts/check", Expect::Any, &body)?;
    global.out().list(&found.conflicts, &CONFLICTS[1..])?;
    for Hit { ci, path } in found.conflicts.iter().flat_map(|conflict| &conflict.hits) {
        say(format!("{}: {path}", ci.name));
    }
    match found.blocking {
        0 => Ok(()),
        1 => Err(Failure::Found("one conflict blocks".to_owned())),
        many => Err(Failure::Found(format!("{many} conflicts block"))),
    }
}

fn bands(client: &Client, folder: &str, verb: &BandVerb, global: &Global) -> Result {
    let path = |id: &str| format!("{folder}/{}", segment(id));
    let written: Written = match verb {
        BandVerb::List(paging) => {
            let wanted = paging.wanted();
            let listed = client.list::<BandRecord>(folder, &Query::default(), &wanted)?;
            return global.out().listed(&listed, BANDS);
        }
        BandVerb::Add(fields) => client.post(folder, Expect::Any, &fields.body()?)?,
        BandVerb::Edit(edit) => {
            let expect = edit.version.or_read(client, &path(&edit.id))?;
            client.write(Method::Patch, &path(&edit.id), expect, &edit.fields.body()?)?
        }
        BandVerb::Remove(named) => {
            client.bare(Method::Delete, &path(&named.id), named.version.expect())?
        }
    };
    global.out().written(&written)
}
