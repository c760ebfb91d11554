//! `interlock calendar window`, `blackout` and their like: the periods of the calendar, and what a
//! draft of one would hit.

use api::calendar::{BandDraft, BandFields, BandHit, BandPreview, BandRecord};
use api::common::Written;
use clap::{Args, Subcommand, ValueEnum};
use ports::Method;

use crate::client::{Client, Expect, Query, Wanted, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{Clock, WindowArgs, replaces};
use crate::output::{Columns, say};
use crate::record::IfVersion;
use crate::wall;

const LIST: Columns = Columns {
    people: &["name", "window.start", "window.end", "repeats", "services", "environment", "id"],
    all: BANDS,
};
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
    fn body(&self, clock: &Clock<'_>) -> Result<BandFields> {
        Ok(BandFields {
            name: self.name.clone(),
            reason: self.reason.clone(),
            services: replaces(&self.services),
            environment: self.environment.clone(),
            window: self.window.window(clock)?,
            repeats: self.repeats.clone(),
            except: replaces(&self.except),
            also: replaces(&self.also),
        })
    }
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

/// Shows what a draft would hit.
pub(crate) fn preview(client: &Client, draft: &Preview, global: &Global) -> Result {
    let folder = draft.kind.folder();
    let replaces =
        draft.replaces.as_ref().map(|name| find_band(client, folder, name)).transpose()?;
    let zone = replaces.as_ref().map(|band| band.window.zone.clone());
    let fields = draft.fields.body(&draft.fields.window.zone.clock(client).known(zone))?;
    let body = BandDraft { replaces: replaces.map(|band| band.id), fields };
    let found: BandPreview = client.post(&format!("{folder}/preview"), Expect::Any, &body)?;
    for occurrence in &found.next {
        let moves = match occurrence.clock_moves {
            0 => String::new(),
            minutes => format!(", the clock moves by {minutes} minutes"),
        };
        say(format!("{}{moves}", wall::window(&occurrence.window)));
    }
    if found.truncated {
        say("there are more records to come than one answer looks at");
    }
    global.out().answer::<_, BandHit>(&found, &found.hits, HITS)?;
    match found.blocking {
        0 => Ok(()),
        1 => Err(Failure::Found("it would block one record".to_owned())),
        many => Err(Failure::Found(format!("it would block {many} records"))),
    }
}

/// Does something with the periods of a kind.
pub(crate) fn bands(client: &Client, folder: &str, verb: &BandVerb, global: &Global) -> Result {
    let written: Written = match verb {
        BandVerb::List(paging) => {
            let wanted = paging.wanted();
            let listed = client.list::<BandRecord>(folder, &Query::default(), &wanted)?;
            return global.out().listed(&listed, LIST);
        }
        BandVerb::Add(fields) => {
            let body = fields.body(&fields.window.zone.clock(client))?;
            client.post(folder, Expect::Any, &body)?
        }
        BandVerb::Edit(edit) => {
            let band = find_band(client, folder, &edit.band)?;
            let zone = Some(band.window.zone.clone());
            let fields = edit.fields.body(&edit.fields.window.zone.clock(client).known(zone))?;
            let (path, expect) = place(folder, &band, edit.version)?;
            client.write(Method::Patch, &path, expect, &fields)?
        }
        BandVerb::Remove(named) => {
            let band = find_band(client, folder, &named.band)?;
            let (path, expect) = place(folder, &band, named.version)?;
            client.bare(Method::Delete, &path, expect)?
        }
    };
    global.out().written(&written)
}

/// Where a period is, and the version a write to it expects.
fn place(folder: &str, band: &BandRecord, version: IfVersion) -> Result<(String, Expect)> {
    let expect = version.or(|| Ok(band.version))?;
    Ok((format!("{folder}/{}", segment(&band.id)), expect))
}

/// The band with an id or name.
fn find_band(client: &Client, folder: &str, name: &str) -> Result<BandRecord> {
    let all = Wanted { limit: usize::MAX, cursor: None };
    let mut there = client.list::<BandRecord>(folder, &Query::default(), &all)?.items;
    there.retain(|band| band.id == name || band.name == name);
    match (there.len(), there.pop()) {
        (1, Some(band)) => Ok(band),
        (0, _) | (_, None) => Err(Failure::usage(format!("nothing there is called `{name}`"))),
        _ => Err(Failure::usage(format!(
            "several are called `{name}`: give the id, as `list` tells it"
        ))),
    }
}
