//! `interlock audit`: the log of everything that happened.

use api::audit::Event;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::client::Query;
use crate::context::{Direct, Global, Paging};
use crate::database::{Access, DatabaseArgs};
use crate::failure::{Failure, Result};
use crate::follow::follow;
use crate::given::ZoneArg;
use crate::output::{Columns, Output, say};

const LIST: Columns =
    Columns { people: &["at", "who", "what", "why", "fields", "record.number"], all: COLUMNS };
const COLUMNS: &[&str] = &[
    "at",
    "who",
    "what",
    "why",
    "policy",
    "fields",
    "record.number",
    "record.name",
    "kind",
    "position",
    "version",
    "name",
    "id",
];

/// What is asked of the log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists events, of one record or of all.
    #[command(after_help = "Examples:\n  interlock audit events --subject CHG-1042 --all\n  \
        interlock audit events --event governance --person anna --from 2026-11-01T00:00:00Z\n  \
        interlock audit events --kind change --event approval\n  \
        interlock audit events --follow --kind release --format json")]
    Events(Box<Events>),
    /// Proves that the payload of every event is the one its digest was made of, that the log is
    /// dense and holds every event, and that every cached state is the fold of its events. It does
    /// not prove the times, actors and names that stand beside a payload, nor what someone did who
    /// can write digests too. Exit code 1 when something is wrong.
    #[command(after_help = "Example:\n  interlock audit verify --database sqlite:interlock.db")]
    Verify,
}

/// Which events are listed.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Of this record, by number or id.
    #[arg(long, value_name = "RECORD")]
    subject: Option<String>,
    /// On this kind of record, such as `change`, `release` or `person`.
    #[arg(long)]
    kind: Option<String>,
    /// Of this theme: `governance` (all but sign-ins), `approval`, `record`, `calendar`, `work`,
    /// `meeting`, `account`, `policy`, `refused`, `sign_in`; or one event, such as
    /// `change.submitted`.
    #[arg(long, value_name = "THEME")]
    event: Option<String>,
    /// By this person, by login, also with their tokens.
    #[arg(long, value_name = "LOGIN")]
    person: Option<String>,
    /// At or after this time.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Prints what happens from now on, as it happens, until it is stopped; JSON as one object a
    /// line. It asks a server.
    #[arg(long, conflicts_with_all = ["from", "to", "limit", "all", "cursor"])]
    follow: bool,
    #[command(flatten)]
    zone: ZoneArg,
    #[command(flatten)]
    paging: Paging,
}

/// Runs a verb.
pub(crate) fn run(verb: AuditVerb, direct: &Direct, global: &Global) -> Result {
    match verb {
        AuditVerb::Events(events) => {
            let client = global.client_or(direct, Access::Read)?;
            let clock = events.zone.clock(&client);
            let query = Query::default()
                .maybe("subject", events.subject.as_ref())
                .maybe("kind", events.kind.as_ref())
                .maybe("event", events.event.as_ref())
                .maybe("person", events.person.as_ref())
                .maybe("from", clock.maybe(events.from.as_ref())?.as_ref())
                .maybe("to", clock.maybe(events.to.as_ref())?.as_ref());
            if events.follow {
                if direct.database.is_some() || global.output.is_some() {
                    let wrong = "--follow asks a server and prints to stdout: leave out \
                        --database and --output";
                    return Err(Failure::usage(wrong));
                }
                return follow(&client, &query, COLUMNS, &global.out());
            }
            let wanted = events.paging.wanted();
            let listed = client.list::<Event>("/audit/events", &query, &wanted)?;
            global.out().listed(&listed, LIST)
        }
        AuditVerb::Verify => verify(&direct.needed(global, "audit verify")?, &global.out()),
    }
}

/// What was looked at.
#[derive(Serialize)]
struct Verified {
    events: u64,
    streams: u64,
    waiting: u64,
    head: i64,
    wrong: Option<String>,
}

fn verify(database: &DatabaseArgs, output: &Output) -> Result {
    let store = database.open(Access::Read)?;
    let shown = ProgressBar::new_spinner().with_message("events and streams looked at");
    shown.set_style(
        ProgressStyle::with_template("{human_pos} {msg}, {elapsed}")
            .map_err(|error| Failure::Other(error.into()))?,
    );
    let told = shown.clone();
    let report = server::read::wait(&*store, move |db| {
        server::audit::verify(db, &mut |count| told.set_position(count))
    });
    shown.finish_and_clear();
    let report = report?;
    let wrong = report.wrong.map(|wrong| format!("{}: {}", wrong.place, wrong.what));
    let verified = Verified {
        events: report.events,
        streams: report.streams,
        waiting: report.waiting,
        head: report.head,
        wrong: wrong.clone(),
    };
    output.record(&verified, &["events", "streams", "waiting", "head", "wrong"], &[])?;
    match wrong {
        Some(wrong) => Err(Failure::Found(format!("the log is not whole: {wrong}"))),
        None => {
            say("the log is whole: every payload has its digest, and every state is its fold");
            Ok(())
        }
    }
}
