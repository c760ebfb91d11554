//! `interlock calendar`: what is planned when, and what collides.

use std::path::PathBuf;

use api::calendar::{
    Accept, Band, Calendar, Checked, Conflict, Draft, Entry, ExternalCalendar, ExternalRead, Feed,
    Hit, MeetingEntry, NewExternal, NewFeed, Outages, ProjectedOutage, RefusedSlot, Slot, Slots,
};
use api::common::{Ref, Window, Written};
use clap::{Args, Subcommand};
use ports::Method;
use serde::Serialize;

use crate::approval::folder_of;
use crate::backlog::{Planned, plan};
use crate::client::{Client, Expect, Query, segment};
use crate::conflicts::{Imported, list};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::{Failure, Result};
use crate::given::{Clock, WindowArgs, ZoneArg, replaces};
use crate::output::{Columns, Format, Output, say};
use crate::period::{BandVerb, Preview, bands, preview};
use crate::record::Records;
use crate::wall;

const ENTRIES: Columns = Columns {
    people: &["kind", "window", "number", "name", "phase", "committed", "conflicts_blocking"],
    all: &[
        "kind",
        "window.start",
        "window.end",
        "window.zone",
        "number",
        "name",
        "type",
        "phase",
        "committed",
        "environment",
        "services",
        "team",
        "changes",
        "tier",
        "conflicts_open",
        "conflicts_blocking",
        "outage_minutes",
        "reason",
        "id",
    ],
};
const SCHEDULE: Columns = Columns {
    people: &[
        "window",
        "subject.number",
        "subject.name",
        "kind",
        "type",
        "phase",
        "awaits_approval",
        "services",
        "outage_minutes",
    ],
    all: SCHEDULE_ALL,
};
const SCHEDULE_ALL: &[&str] = &[
    "window.start",
    "window.end",
    "window.zone",
    "subject.number",
    "subject.name",
    "kind",
    "type",
    "phase",
    "awaits_approval",
    "environment",
    "services",
    "team",
    "tier",
    "outage_minutes",
];
const OUTAGES: Columns = Columns {
    people: &["service", "window", "minutes", "change.number", "change.name", "committed"],
    all: OUTAGES_ALL,
};
const OUTAGES_ALL: &[&str] = &[
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
const CONFLICTS: Columns = Columns {
    people: &["id", "kind", "severity", "state", "subject", "with", "overlap", "detail"],
    all: CONFLICTS_ALL,
};
const CHECKED: Columns = Columns {
    people: &["kind", "severity", "with", "overlap", "detail"],
    all: &[
        "kind",
        "severity",
        "with",
        "with_kind",
        "with.id",
        "next_free.start",
        "overlap.start",
        "overlap.end",
        "detail",
    ],
};
const CONFLICTS_ALL: &[&str] = &[
    "id",
    "kind",
    "severity",
    "state",
    "subject",
    "with",
    "with_kind",
    "with.id",
    "next_free.start",
    "overlap.start",
    "overlap.end",
    "detail",
    "rule.name",
    "rule.file",
    "rule.line",
];
const FEEDS: &[&str] = &["id", "name", "service", "team", "environment", "kind", "board"];
const FEED: &[&str] = &["id", "name", "service", "team", "environment", "kind", "board", "address"];
const EXTERNALS: &[&str] = &["id", "name", "entries", "read_at"];
const READ: &[&str] = &["id", "entries", "set", "gone", "cancelled"];

/// What is asked of the calendar.
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarVerb {
    /// Shows what is planned between two times: changes and releases, the meetings of boards, and
    /// the periods (blackouts, maintenance windows, peak hours, business events, sprints), by their
    /// beginning. With --zone all of it is told on the clock of that zone.
    #[command(after_help = "Example:\n  interlock calendar show --region Amsterdam \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam")]
    Show(Show),
    /// Lists the forward schedule of change (FSC): the changes and releases that are authorised,
    /// and the windows committed for them.
    #[command(after_help = "Example:\n  interlock calendar fsc \
        --from 2026-12-01T00:00 --to 2027-01-01T00:00 --zone Europe/Amsterdam \
        --format csv --output fsc.csv")]
    Fsc(Show),
    /// Lists the projected service outage (PSO): which service is expected to be interrupted, and
    /// when.
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
        --start 2026-12-05T22:00 --end 2026-12-05T23:00 --zone Europe/Amsterdam\n  \
        interlock calendar check --subject CHG-1042 \
        --start 2026-12-05T22:00 --end 2026-12-05T23:00")]
    Check(Check),
    /// Finds the next free slots; exit code 1 when there is none. What was refused before them is
    /// told on stderr, with why.
    #[command(after_help = "Examples:\n  \
        interlock calendar slots --subject CHG-1042\n  \
        interlock calendar slots --ci web-01 --ci web-02 --minutes 120 \
        --after 2026-12-05T20:00 --zone Europe/Amsterdam\n  \
        interlock calendar slots --service Payments --minutes 60 --limit 10")]
    Slots(Wanted),
    /// Plans the backlog: a slot for each change and release that waits for a date, in the order
    /// named and then by urgency. Nothing is saved but what --accept names.
    #[command(after_help = "Examples:\n  \
        interlock calendar plan\n  \
        interlock calendar plan REL-17 CHG-1042 --after 2026-12-05T20:00 \
        --zone Europe/Amsterdam\n  \
        interlock calendar plan REL-17 --accept REL-17\n  \
        interlock calendar plan --accept all")]
    Plan(Planned),
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
    /// Feeds: addresses under which calendar programs read what is planned, and news readers the
    /// notices to you.
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
        interlock calendar feed add --name CAB --board \"Change advisory board\"\n  \
        interlock calendar feed add --name Notices --kind notice")]
    Add(FeedArgs),
    /// Takes a feed back: its address stops working.
    #[command(after_help = "Example:\n  interlock calendar feed revoke \
        fed_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b")]
    Revoke(ById),
}

/// A new feed.
#[derive(Debug, Args)]
pub(crate) struct FeedArgs {
    /// What it is called in the programs that read it.
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
    /// `change` or `release`; or `notice`, for the notices to you, in Atom.
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

/// What is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// From this time; from now on when absent.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until this time; a month when absent.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// The zone in which all times are told, and of times without an offset; each window's own, and
    /// yours, when absent.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
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
    /// The zone in which the slots are told, and of a time without an offset; the record's, else
    /// yours, when absent.
    #[arg(long, value_name = "ZONE")]
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
    #[command(flatten)]
    zone: ZoneArg,
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
        CalendarVerb::Plan(planned) => plan(&global.client()?, &planned, global),
        CalendarVerb::Accept(accepted) => {
            let client = global.client()?;
            let until = accepted.zone.clock(&client).maybe(accepted.until.as_ref())?;
            let path = format!("/conflicts/{}/accept", segment(&accepted.conflict));
            let body = Accept { reason: accepted.reason, until };
            let written: Written = client.post(&path, Expect::Any, &body)?;
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
    fn query(&self, client: &Client) -> Result<Query> {
        let clock = Clock::new(client, self.zone.as_deref());
        Ok(Query::default()
            .maybe("from", clock.maybe(self.from.as_ref())?.as_ref())
            .maybe("to", clock.maybe(self.to.as_ref())?.as_ref())
            .maybe("service", self.service.as_ref())
            .maybe("team", self.team.as_ref())
            .maybe("environment", self.environment.as_ref())
            .maybe("region", self.region.as_ref())
            .maybe("kind", self.kind.as_ref()))
    }

    /// Where data goes, in the zone that was asked for.
    fn out(&self, global: &Global) -> Result<Output> {
        if let Some(zone) = &self.zone {
            let _: kernel::Zone =
                zone.parse().map_err(|error| Failure::usage(format!("{error}")))?;
        }
        Ok(Output { zone: self.zone.clone(), ..global.out() })
    }
}

fn more(truncated: bool) {
    if truncated {
        say("there is more than one answer carries: ask for a shorter time");
    }
}

/// A line of the calendar: an entry, a meeting or a period.
#[derive(Serialize)]
struct Line<'a> {
    kind: &'a str,
    number: Option<&'a str>,
    name: &'a str,
    id: &'a str,
    window: &'a Window,
    /// What only changes and releases have.
    #[serde(flatten)]
    entry: Option<&'a Entry>,
    environment: Option<&'a str>,
    services: &'a [Ref],
    reason: Option<&'a str>,
}

/// Everything on the calendar, by its beginning.
fn calendar_lines(calendar: &Calendar) -> Vec<Line<'_>> {
    let entries = calendar.entries.iter().map(|entry| Line {
        kind: &entry.kind,
        number: entry.subject.number.as_deref(),
        name: &entry.subject.name,
        id: &entry.subject.id,
        window: &entry.window,
        entry: Some(entry),
        environment: Some(&entry.environment),
        services: &entry.services,
        reason: None,
    });
    let meetings = calendar.meetings.iter().map(|MeetingEntry { subject, board, window }| Line {
        kind: "meeting",
        number: subject.number.as_deref(),
        name: &board.name,
        id: &subject.id,
        window,
        entry: None,
        environment: None,
        services: &[],
        reason: None,
    });
    let periods = [
        ("blackout", &calendar.blackouts),
        ("window", &calendar.windows),
        ("peak", &calendar.peaks),
        ("event", &calendar.events),
        ("sprint", &calendar.sprints),
        ("external", &calendar.external),
    ];
    let periods = periods
        .into_iter()
        .flat_map(|(kind, bands)| bands.iter().map(move |band| period_line(kind, band)));
    let mut lines: Vec<Line<'_>> = entries.chain(meetings).chain(periods).collect();
    let at = |line: &Line<'_>| line.window.start.parse::<kernel::Timestamp>().ok();
    lines.sort_by_key(at);
    lines
}

fn period_line<'a>(kind: &'a str, band: &'a Band) -> Line<'a> {
    Line {
        kind,
        number: None,
        name: &band.name,
        id: &band.id,
        window: &band.window,
        entry: None,
        environment: band.environment.as_deref(),
        services: &band.services,
        reason: band.reason.as_deref(),
    }
}

fn show(client: &Client, shown: &Show, global: &Global) -> Result {
    let out = shown.out(global)?;
    let calendar: Calendar = client.get("/calendar", &shown.query(client)?)?;
    more(calendar.truncated);
    out.answer(&calendar, &calendar_lines(&calendar), ENTRIES)
}

fn forward(client: &Client, shown: &Show, global: &Global) -> Result {
    let out = shown.out(global)?;
    let query = shown.query(client)?.with("committed", &true);
    let calendar: Calendar = client.get("/calendar", &query)?;
    more(calendar.truncated);
    out.answer::<_, Entry>(&calendar, &calendar.entries, SCHEDULE)
}

fn project(client: &Client, projected: &Projected, global: &Global) -> Result {
    let out = projected.shown.out(global)?;
    let query = projected.shown.query(client)?;
    let query = if projected.committed { query.with("committed", &true) } else { query };
    let outages: Outages = client.get("/calendar/outages", &query)?;
    more(outages.truncated);
    out.answer::<_, ProjectedOutage>(&outages, &outages.items, OUTAGES)?;
    if out.format != Format::Json {
        for total in &outages.totals {
            say(format!("{}: {} min in all", total.service.name, total.minutes));
        }
    }
    Ok(())
}

fn conflicts(wanted: &Conflicts, global: &Global) -> Result {
    if wanted.imported.imported {
        let database = wanted.direct.needed(global, "calendar conflicts --imported")?;
        return list(&wanted.imported, &database, global);
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
    let clock = subject_clock(client, draft.subject.as_ref(), draft.window.zone.zone.as_ref());
    let Some(window) = draft.window.window(&clock)? else {
        return Err(Failure::usage("say when, with --start and --end"));
    };
    let body = Draft {
        subject: draft.subject.clone(),
        cis: replaces(&draft.cis),
        window,
        environment: draft.environment.clone(),
    };
    let found: Checked = client.post("/conflicts/check", Expect::Any, &body)?;
    global.out().answer(&found, &found.conflicts, CHECKED)?;
    for Hit { ci, path } in found.conflicts.iter().flat_map(|conflict| &conflict.hits) {
        // A CI that both sides touch is its own way.
        say(if *path == ci.name { path.clone() } else { format!("{}: {path}", ci.name) });
    }
    match found.blocking {
        0 => Ok(()),
        1 => Err(Failure::Found("one conflict blocks".to_owned())),
        many => Err(Failure::Found(format!("{many} conflicts block"))),
    }
}

/// A free slot in a line.
#[derive(Serialize)]
struct FreeLine<'a> {
    window: &'a Window,
    why: String,
}

impl<'a> FreeLine<'a> {
    fn of(slot: &'a Slot) -> Self {
        Self { window: &slot.window, why: reasons(slot) }
    }
}

/// The clock by which times about a record are read, where one is named.
fn subject_clock<'a>(
    client: &'a Client,
    subject: Option<&String>,
    zone: Option<&'a String>,
) -> Clock<'a> {
    let clock = Clock::new(client, zone.map(String::as_str));
    let folder = subject.and_then(|subject| Some((folder_of(subject).ok()?, subject)));
    match folder {
        Some((folder, subject)) => clock.of(Records { client, folder }.path(subject)),
        None => clock,
    }
}

/// Starts that were refused, and why, in a line.
pub(crate) fn refused_line(refused: &RefusedSlot, zone: &str) -> String {
    let why: Vec<&str> = refused.conflicts.iter().map(|one| one.detail.as_str()).collect();
    let span = wall::span(&refused.window.start, &refused.until, zone);
    format!("{span}: {}", wall::sentence(&why.join("; "), zone))
}

/// What speaks for and against a slot.
pub(crate) fn reasons(slot: &Slot) -> String {
    let why: Vec<&str> = slot.reasons.iter().map(|one| one.detail.as_str()).collect();
    why.join("; ")
}

fn slots(client: &Client, wanted: &Wanted, global: &Global) -> Result {
    let clock = subject_clock(client, wanted.subject.as_ref(), wanted.zone.as_ref());
    let after = clock.maybe(wanted.after.as_ref())?;
    let zone = clock.zone()?;
    let list = |names: &[String]| Some(names.join(",")).filter(|names| !names.is_empty());
    let query = Query::default()
        .maybe("subject", wanted.subject.as_ref())
        .maybe("cis", list(&wanted.cis).as_ref())
        .maybe("services", list(&wanted.services).as_ref())
        .maybe("duration", wanted.minutes.as_ref())
        .maybe("after", after.as_ref())
        .with("zone", &zone)
        .maybe("environment", wanted.environment.as_ref())
        .with("limit", &wanted.limit);
    let found: Slots = client.get("/slots", &query)?;
    for refused in &found.refused {
        say(refused_line(refused, zone));
    }
    let lines: Vec<FreeLine<'_>> = found.slots.iter().map(FreeLine::of).collect();
    let columns = &["window.start", "window.end", "window.zone", "why"];
    global.out().answer(&found, &lines, columns)?;
    if found.slots.is_empty() {
        return Err(Failure::Found(format!(
            "no slot is free before {}",
            wall::moment(&found.until, zone)
        )));
    }
    Ok(())
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
