//! `interlock calendar`: what is planned when, and what collides.

use std::path::PathBuf;

use api::calendar::{
    Accept, BandDraft, BandFields, BandHit, BandPreview, BandRecord, Calendar, Checked, Conflict,
    Draft, Entry, ExternalCalendar, ExternalRead, Feed, Hit, MeetingEntry, NewExternal, NewFeed,
    Outages, ProjectedOutage, Slots,
};
use api::common::Written;
use clap::{Args, Subcommand, ValueEnum};
use ports::Method;

use crate::client::{self, Client, Expect, Query, segment};
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
    "actual.start",
    "actual.end",
    "environment",
    "services",
    "team",
    "changes",
    "tier",
    "conflicts_open",
    "conflicts_blocking",
    "outage_minutes",
];
const SCHEDULE: &[&str] = &[
    "window.start",
    "window.end",
    "window.zone",
    "subject.number",
    "subject.name",
    "kind",
    "type",
    "phase",
    "environment",
    "services",
    "team",
    "tier",
    "outage_minutes",
];
const OUTAGES: &[&str] = &[
    "service",
    "window.start",
    "window.end",
    "window.zone",
    "minutes",
    "change.number",
    "change.name",
    "subject.number",
    "committed",
    "environment",
    "team",
];
const CONFLICTS: &[&str] = &[
    "id",
    "kind",
    "severity",
    "state",
    "subject",
    "with",
    "with_kind",
    "next_free.start",
    "overlap.start",
    "overlap.end",
    "detail",
    "rule.name",
    "rule.file",
    "rule.line",
];
const BANDS: &[&str] = &[
    "id",
    "name",
    "window.start",
    "window.end",
    "window.zone",
    "repeats",
    "except",
    "also",
    "services",
    "environment",
    "reason",
    "version",
];
const FEEDS: &[&str] = &["id", "name", "service", "team", "environment", "kind", "board"];
const FEED: &[&str] = &["id", "name", "service", "team", "environment", "kind", "board", "address"];
const EXTERNALS: &[&str] = &["id", "name", "entries", "read_at"];
const READ: &[&str] = &["id", "entries", "set", "gone", "cancelled"];
const HITS: &[&str] = &[
    "subject.number",
    "subject.name",
    "kind",
    "severity",
    "committed",
    "window.start",
    "window.end",
    "overlap.start",
    "overlap.end",
];

/// What is asked of the calendar.
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarVerb {
    /// Shows what is planned between two times; the meetings of boards are told on stderr.
    #[command(after_help = "Example:\n  interlock calendar show --region Amsterdam \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam")]
    Show(Show),
    /// Lists the forward schedule of change: what is authorised, and when it happens.
    #[command(after_help = "Example:\n  interlock calendar fsc \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam \
        --format csv --output fsc.csv")]
    Fsc(Show),
    /// Lists the projected service outage: which service is expected to be interrupted, and when.
    #[command(after_help = "Example:\n  interlock calendar pso --service Payments \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam --format csv")]
    Pso(Projected),
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
    /// Finds the next free slots; exit code 1 when there is none. What was refused before them is
    /// told on stderr, with why.
    #[command(after_help = "Examples:\n  \
        interlock calendar slots --subject CHG-1042\n  \
        interlock calendar slots --ci web-01 --ci web-02 --minutes 120 \
        --after 2026-12-05T20:00 --zone Europe/Amsterdam\n  \
        interlock calendar slots --service Payments --minutes 60 --limit 10")]
    Slots(Wanted),
    /// Accepts a conflict, with a reason.
    #[command(after_help = "Example:\n  interlock calendar accept \
        cfl_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b --reason \"the pair is redundant\"")]
    Accept(Accepted),
    /// Maintenance windows.
    #[command(subcommand)]
    Window(BandVerb),
    /// Peak hours: when a service is busiest, and work on it is warned of.
    #[command(subcommand)]
    Peak(BandVerb),
    /// Blackouts: periods in which nothing may ship.
    #[command(subcommand)]
    Blackout(BandVerb),
    /// Business events: when the business counts on a service, and work on it is warned of.
    #[command(subcommand)]
    Event(BandVerb),
    /// Development sprints: shown on the calendar, and no conflict.
    #[command(subcommand)]
    Sprint(BandVerb),
    /// Previews which changes and releases a period would hit; nothing is saved. Exit code 1 when
    /// it would block one.
    #[command(after_help = "Examples:\n  \
        interlock calendar preview blackout \
        --start 2026-12-28T00:00 --end 2027-01-04T00:00 --zone Europe/Amsterdam\n  \
        interlock calendar preview peak --service Payments --repeats \"FREQ=WEEKLY;BYDAY=FR\" \
        --start 2026-12-04T09:00 --end 2026-12-04T18:00 --zone Europe/Amsterdam")]
    Preview(Preview),
    /// Feeds: addresses under which calendar programs read what is planned.
    #[command(subcommand)]
    Feed(FeedVerb),
    /// Calendars that are kept elsewhere, read from iCalendar files.
    #[command(subcommand)]
    External(ExternalVerb),
}

/// What is done with feeds.
#[derive(Debug, Subcommand)]
pub(crate) enum FeedVerb {
    /// Lists your feeds, without their addresses.
    #[command(after_help = "Example:\n  interlock calendar feed list")]
    List(Paging),
    /// Makes a feed and prints its address, once.
    #[command(after_help = "Examples:\n  \
        interlock calendar feed add --name \"Everything\"\n  \
        interlock calendar feed add --name \"Payments\" --service Payments --kind release\n  \
        interlock calendar feed add --name CAB --board \"Change advisory board\"")]
    Add(FeedArgs),
    /// Takes a feed back: its address stops working.
    #[command(after_help = "Example:\n  interlock calendar feed revoke \
        fed_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b")]
    Revoke(ById),
}

/// A new feed.
#[derive(Debug, Args)]
pub(crate) struct FeedArgs {
    /// What it is called in calendar programs.
    #[arg(long)]
    name: String,
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
    /// The meetings of this board, and nothing else.
    #[arg(long)]
    board: Option<String>,
}

/// What is done with calendars that are kept elsewhere.
#[derive(Debug, Subcommand)]
pub(crate) enum ExternalVerb {
    /// Lists them.
    #[command(after_help = "Example:\n  interlock calendar external list")]
    List(Paging),
    /// Reads a file; one of the same name replaces what was read before.
    #[command(after_help = "Example:\n  \
        interlock calendar external import audits.ics --name Audits --zone Europe/Amsterdam")]
    Import(ExternalArgs),
    /// Takes one away.
    #[command(after_help = "Example:\n  interlock calendar external remove \
        ext_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b")]
    Remove(ById),
}

/// A file of a calendar.
#[derive(Debug, Args)]
pub(crate) struct ExternalArgs {
    /// The iCalendar file.
    file: PathBuf,
    /// What the calendar is called.
    #[arg(long)]
    name: String,
    /// The zone of times that name none; UTC when absent.
    #[arg(long)]
    zone: Option<String>,
}

/// One of them.
#[derive(Debug, Args)]
pub(crate) struct ById {
    /// Its id.
    id: String,
}

/// A draft of a period.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// What it would be.
    kind: BandKind,
    /// The one that it would replace, by id or name.
    #[arg(long, value_name = "BAND")]
    replaces: Option<String>,
    #[command(flatten)]
    fields: BandArgs,
}

/// What a band is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum BandKind {
    /// A maintenance window.
    Window,
    /// Peak hours.
    Peak,
    /// A blackout.
    Blackout,
    /// A business event.
    Event,
    /// A development sprint.
    Sprint,
}

impl BandKind {
    fn folder(self) -> &'static str {
        match self {
            Self::Window => "/windows",
            Self::Peak => "/peaks",
            Self::Blackout => "/blackouts",
            Self::Event => "/business-events",
            Self::Sprint => "/sprints",
        }
    }
}

/// What is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// From this time; from now on when absent.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until this time; a month when absent.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
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
    /// In this region, by a service that is named or a CI.
    #[arg(long)]
    region: Option<String>,
    /// `change` or `release`.
    #[arg(long)]
    kind: Option<String>,
}

/// Which outages are listed.
#[derive(Debug, Args)]
pub(crate) struct Projected {
    #[command(flatten)]
    shown: Show,
    /// Only those whose window is committed.
    #[arg(long)]
    committed: bool,
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
    /// In this order: `updated_at` or `start_at`; turned round with a `-` before it.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
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

/// What a slot is wanted for.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// The change or release: its own CIs and, if nothing else is said, length and date.
    #[arg(long, value_name = "RECORD", required_unless_present_any = ["cis", "services"])]
    subject: Option<String>,
    /// A CI touched, by name; give it again for more.
    #[arg(long = "ci", value_name = "NAME")]
    cis: Vec<String>,
    /// A service touched; without --ci, all its CIs. Give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// How long it is, in minutes; the length of the record's window, or what the model of a
    /// release has, when absent.
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u32>,
    /// Not before this time; the record's date or now when absent.
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// The zone it is read in, and of a time that is given without an offset.
    #[arg(long)]
    zone: Option<String>,
    /// Where; production when absent.
    #[arg(long)]
    environment: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 5)]
    limit: u32,
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

/// What is done with the periods of a kind.
#[derive(Debug, Subcommand)]
pub(crate) enum BandVerb {
    /// Lists them.
    #[command(after_help = "Examples:\n  \
        interlock calendar window list\n  \
        interlock calendar peak list\n  \
        interlock calendar blackout list\n  \
        interlock calendar event list\n  \
        interlock calendar sprint list")]
    List(Paging),
    /// Adds one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window add --name \"Sunday night\" --service Payments --repeats weekly \
        --start 2026-12-06T02:00 --end 2026-12-06T05:00 --zone Europe/Amsterdam\n  \
        interlock calendar peak add --name \"Month end\" --service Payments \
        --repeats \"FREQ=MONTHLY;BYDAY=-1FR\" --except 2026-12-25 \
        --start 2026-11-27T09:00 --end 2026-11-27T18:00 --zone Europe/Amsterdam\n  \
        interlock calendar blackout add --name \"Year end\" --reason \"closing the books\" \
        --start 2026-12-28T00:00 --end 2027-01-04T00:00 --zone Europe/Amsterdam\n  \
        interlock calendar event add --name \"Winter sale\" --service Payments \
        --start 2026-12-27T00:00 --end 2026-12-31T00:00 --zone Europe/Amsterdam\n  \
        interlock calendar sprint add --name Sprint --repeats \"FREQ=WEEKLY;INTERVAL=2\" \
        --start 2026-12-07T00:00 --end 2026-12-19T00:00 --zone Europe/Amsterdam")]
    Add(BandArgs),
    /// Edits one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window edit \"Sunday night\" --name Sunday\n  \
        interlock calendar blackout edit \"Year end\" --reason audit\n  \
        interlock calendar peak edit \"Month end\" --name \"End of month\"\n  \
        interlock calendar event edit \"Winter sale\" --name Sale\n  \
        interlock calendar sprint edit Sprint --except 2026-12-21")]
    Edit(BandEdit),
    /// Removes one.
    #[command(after_help = "Examples:\n  \
        interlock calendar window remove \"Sunday night\"\n  \
        interlock calendar blackout remove \"Year end\"\n  \
        interlock calendar peak remove \"Month end\"\n  \
        interlock calendar event remove \"Winter sale\"\n  \
        interlock calendar sprint remove Sprint")]
    Remove(BandNamed),
}

/// A period.
#[derive(Debug, Args)]
pub(crate) struct BandNamed {
    /// Its id or name.
    band: String,
    #[command(flatten)]
    version: IfVersion,
}

/// New values for a period.
#[derive(Debug, Args)]
pub(crate) struct BandEdit {
    /// Its id or name.
    band: String,
    #[command(flatten)]
    fields: BandArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a period.
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
    /// How it repeats, at the same wall time: `none`, `daily`, `weekly`, or a rule of RFC 5545.
    #[arg(long, value_name = "RULE")]
    repeats: Option<String>,
    /// A day left out of the rule; give it again for more.
    #[arg(long, value_name = "DAY")]
    except: Vec<String>,
    /// A day, or a wall time on it, added to the rule; give it again for more.
    #[arg(long, value_name = "DAY")]
    also: Vec<String>,
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
            except: replaces(&self.except),
            also: replaces(&self.also),
        })
    }
}

/// Runs a verb.
pub(crate) fn run(verb: CalendarVerb, global: &Global) -> Result {
    match verb {
        CalendarVerb::Show(shown) => show(&global.client()?, &shown, global),
        CalendarVerb::Fsc(shown) => forward(&global.client()?, &shown, global),
        CalendarVerb::Pso(projected) => project(&global.client()?, &projected, global),
        CalendarVerb::Conflicts(wanted) => conflicts(&wanted, global),
        CalendarVerb::Check(draft) => check(&global.client()?, &draft, global),
        CalendarVerb::Slots(wanted) => slots(&global.client()?, &wanted, global),
        CalendarVerb::Accept(accepted) => {
            let until = accepted.until.as_ref().map(|until| instant(until, "UTC")).transpose()?;
            let path = format!("/conflicts/{}/accept", segment(&accepted.conflict));
            let body = Accept { reason: accepted.reason, until };
            let written: Written = global.client()?.post(&path, Expect::Any, &body)?;
            global.out().written(&written)
        }
        CalendarVerb::Window(verb) => bands(&global.client()?, "/windows", &verb, global),
        CalendarVerb::Peak(verb) => bands(&global.client()?, "/peaks", &verb, global),
        CalendarVerb::Blackout(verb) => bands(&global.client()?, "/blackouts", &verb, global),
        CalendarVerb::Event(verb) => bands(&global.client()?, "/business-events", &verb, global),
        CalendarVerb::Sprint(verb) => bands(&global.client()?, "/sprints", &verb, global),
        CalendarVerb::Feed(verb) => feeds(&global.client()?, &verb, global),
        CalendarVerb::External(verb) => externals(&global.client()?, &verb, global),
        CalendarVerb::Preview(draft) => preview(&global.client()?, &draft, global),
    }
}

impl Show {
    fn query(&self) -> Result<Query> {
        let at =
            |time: &Option<String>| time.as_ref().map(|time| instant(time, &self.zone)).transpose();
        Ok(Query::default()
            .maybe("from", at(&self.from)?.as_ref())
            .maybe("to", at(&self.to)?.as_ref())
            .maybe("service", self.service.as_ref())
            .maybe("team", self.team.as_ref())
            .maybe("environment", self.environment.as_ref())
            .maybe("region", self.region.as_ref())
            .maybe("kind", self.kind.as_ref()))
    }
}

fn more(truncated: bool) {
    if truncated {
        say("there is more than one answer carries: ask for a shorter time");
    }
}

fn show(client: &Client, shown: &Show, global: &Global) -> Result {
    let calendar: Calendar = client.get("/calendar", &shown.query()?)?;
    more(calendar.truncated);
    if global.format == crate::output::Format::Json {
        return global.out().json(&calendar);
    }
    for MeetingEntry { subject, window, .. } in &calendar.meetings {
        say(format!("{}: {} to {} ({})", subject.name, window.start, window.end, window.zone));
    }
    global.out().list::<Entry>(&calendar.entries, ENTRIES)
}

fn forward(client: &Client, shown: &Show, global: &Global) -> Result {
    let query = shown.query()?.with("committed", &true);
    let calendar: Calendar = client.get("/calendar", &query)?;
    more(calendar.truncated);
    global.out().list::<Entry>(&calendar.entries, SCHEDULE)
}

fn project(client: &Client, projected: &Projected, global: &Global) -> Result {
    let query = projected.shown.query()?;
    let query = if projected.committed { query.with("committed", &true) } else { query };
    let outages: Outages = client.get("/calendar/outages", &query)?;
    more(outages.truncated);
    if global.format == crate::output::Format::Json {
        return global.out().json(&outages);
    }
    global.out().list::<ProjectedOutage>(&outages.items, OUTAGES)?;
    for total in &outages.totals {
        say(format!("{}: {} min in all", total.service.name, total.minutes));
    }
    Ok(())
}

fn conflicts(wanted: &Conflicts, global: &Global) -> Result {
    if wanted.imported.imported {
        return list(&wanted.imported, &wanted.direct.or_environment(), global);
    }
    let client = global.client_or(&wanted.direct, Access::Read)?;
    let query = Query::default()
        .maybe("subject", wanted.subject.as_ref())
        .maybe("state", wanted.state.as_ref())
        .maybe("sort", wanted.sort.as_ref());
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

fn slots(client: &Client, wanted: &Wanted, global: &Global) -> Result {
    let zone = wanted.zone.as_deref().unwrap_or("UTC");
    let after = wanted.after.as_ref().map(|time| instant(time, zone)).transpose()?;
    let list = |names: &[String]| Some(names.join(",")).filter(|names| !names.is_empty());
    let query = Query::default()
        .maybe("subject", wanted.subject.as_ref())
        .maybe("cis", list(&wanted.cis).as_ref())
        .maybe("services", list(&wanted.services).as_ref())
        .maybe("duration", wanted.minutes.as_ref())
        .maybe("after", after.as_ref())
        .maybe("zone", wanted.zone.as_ref())
        .maybe("environment", wanted.environment.as_ref())
        .with("limit", &wanted.limit);
    let found: Slots = client.get("/slots", &query)?;
    for refused in &found.refused {
        let why: Vec<&str> = refused.conflicts.iter().map(|one| one.detail.as_str()).collect();
        say(format!("{} to {}: {}", refused.window.start, refused.until, why.join("; ")));
    }
    if global.format == crate::output::Format::Json {
        global.out().json(&found)?;
    } else {
        let mut rows = vec![["start", "end", "zone", "why"].map(str::to_owned).to_vec()];
        for slot in &found.slots {
            let why: Vec<&str> = slot.reasons.iter().map(|one| one.detail.as_str()).collect();
            let api::common::Window { start, end, zone } = slot.window.clone();
            rows.push(vec![start, end, zone, why.join("; ")]);
        }
        global.out().rows(&rows)?;
    }
    if found.slots.is_empty() {
        return Err(Failure::Found(format!("no slot is free before {}", found.until)));
    }
    Ok(())
}

fn preview(client: &Client, draft: &Preview, global: &Global) -> Result {
    let folder = draft.kind.folder();
    let replaces =
        draft.replaces.as_ref().map(|name| find_band(client, folder, name)).transpose()?;
    let body = BandDraft { replaces: replaces.map(|band| band.id), fields: draft.fields.body()? };
    let found: BandPreview = client.post(&format!("{folder}/preview"), Expect::Any, &body)?;
    for occurrence in &found.next {
        let moves = match occurrence.clock_moves {
            0 => String::new(),
            minutes => format!(", the clock moves by {minutes} minutes"),
        };
        let window = &occurrence.window;
        say(format!("{} to {} ({}){moves}", window.start, window.end, window.zone));
    }
    if found.truncated {
        say("there are more records to come than one answer looks at");
    }
    global.out().list::<BandHit>(&found.hits, HITS)?;
    match found.blocking {
        0 => Ok(()),
        1 => Err(Failure::Found("it would block one record".to_owned())),
        many => Err(Failure::Found(format!("it would block {many} records"))),
    }
}

fn feeds(client: &Client, verb: &FeedVerb, global: &Global) -> Result {
    match verb {
        FeedVerb::List(paging) => {
            let listed = client.list::<Feed>("/feeds", &Query::default(), &paging.wanted())?;
            global.out().listed(&listed, FEEDS)
        }
        FeedVerb::Add(new) => {
            let body = NewFeed {
                name: new.name.clone(),
                service: new.service.clone(),
                team: new.team.clone(),
                environment: new.environment.clone(),
                kind: new.kind.clone(),
                board: new.board.clone(),
            };
            let mut feed: Feed = client.post("/feeds", Expect::Any, &body)?;
            feed.address = feed.address.map(|address| format!("{}{address}", client.base()));
            say("whoever has this address reads what you may read; it is shown this once");
            global.out().record(&feed, FEED, &[])
        }
        FeedVerb::Revoke(named) => {
            let path = format!("/feeds/{}", segment(&named.id));
            let written: Written = client.bare(Method::Delete, &path, Expect::Any)?;
            global.out().written(&written)
        }
    }
}

fn externals(client: &Client, verb: &ExternalVerb, global: &Global) -> Result {
    let folder = "/calendar/external";
    match verb {
        ExternalVerb::List(paging) => {
            let wanted = paging.wanted();
            let listed = client.list::<ExternalCalendar>(folder, &Query::default(), &wanted)?;
            global.out().listed(&listed, EXTERNALS)
        }
        ExternalVerb::Import(given) => {
            let bytes = std::fs::read(&given.file).map_err(|error| {
                Failure::usage(format!("`{}` cannot be read: {error}", given.file.display()))
            })?;
            let file = String::from_utf8_lossy(&bytes).into_owned();
            let body = NewExternal { name: given.name.clone(), file, zone: given.zone.clone() };
            let read: ExternalRead = client.post(folder, Expect::Any, &body)?;
            for skipped in &read.skipped {
                say(format!("line {}: left out: {}", skipped.line, skipped.detail));
            }
            global.out().record(&read, READ, &[])
        }
        ExternalVerb::Remove(named) => {
            let path = format!("{folder}/{}", segment(&named.id));
            let written: Written = client.bare(Method::Delete, &path, Expect::Any)?;
            global.out().written(&written)
        }
    }
}

fn bands(client: &Client, folder: &str, verb: &BandVerb, global: &Global) -> Result {
    let written: Written = match verb {
        BandVerb::List(paging) => {
            let wanted = paging.wanted();
            let listed = client.list::<BandRecord>(folder, &Query::default(), &wanted)?;
            return global.out().listed(&listed, BANDS);
        }
        BandVerb::Add(fields) => client.post(folder, Expect::Any, &fields.body()?)?,
        BandVerb::Edit(edit) => {
            let (path, expect) = place(client, folder, &edit.band, edit.version)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)?
        }
        BandVerb::Remove(named) => {
            let (path, expect) = place(client, folder, &named.band, named.version)?;
            client.bare(Method::Delete, &path, expect)?
        }
    };
    global.out().written(&written)
}

/// Where a band is, by id or name, and the version it is at.
fn place(
    client: &Client,
    folder: &str,
    name: &str,
    version: IfVersion,
) -> Result<(String, Expect)> {
    let band = find_band(client, folder, name)?;
    let expect = version.or(|| Ok(band.version))?;
    Ok((format!("{folder}/{}", segment(&band.id)), expect))
}

/// The band with an id or name.
fn find_band(client: &Client, folder: &str, name: &str) -> Result<BandRecord> {
    let all = client::Wanted { limit: usize::MAX, cursor: None };
    let mut there = client.list::<BandRecord>(folder, &Query::default(), &all)?.items;
    there.retain(|band| band.id == name || band.name == name);
    match (there.len(), there.pop()) {
        (1, Some(band)) => Ok(band),
        (0, _) | (_, None) => Err(Failure::usage(format!("nothing there is called `{name}`"))),
        _ => Err(Failure::usage(format!("several are called `{name}`: give the id"))),
    }
}
