//! `interlock audit`: the log of everything that happened.

use api::audit::Event;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::client::Query;
use crate::context::{Direct, Global, Paging};
use crate::database::{Access, DatabaseArgs};
use crate::failure::{Failure, Result};
use crate::output::Output;

const COLUMNS: &[&str] = &["position", "at", "who", "what", "stream", "version", "name", "id"];

/// What is asked of the log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists events, of one record or of all.
    #[command(after_help = "Example:\n  interlock audit events --subject CHG-1042 --all")]
    Events(Events),
    /// Proves that nothing stored was touched: every event is in the log with its digest, and
    /// every cached state is the fold of its events. Exit code 1 when something is wrong.
    #[command(after_help = "Example:\n  interlock audit verify --database sqlite:interlock.db")]
    Verify,
}

/// Which events are listed.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Of this record, by number or id.
    #[arg(long, value_name = "RECORD")]
    subject: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Runs a verb.
pub(crate) fn run(verb: AuditVerb, direct: &Direct, global: &Global) -> Result {
    match verb {
        AuditVerb::Events(events) => {
            let client = global.client_or(direct, Access::Read)?;
            let query = Query::default().maybe("subject", events.subject.as_ref());
            let wanted = events.paging.wanted();
            let listed = client.list::<Event>("/audit/events", &query, &wanted)?;
            global.out().listed(&listed, COLUMNS)
        }
        AuditVerb::Verify => verify(&direct.or_environment(), &global.out()),
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
    wrong.map_or(Ok(()), |wrong| Err(Failure::Found(format!("the log is not whole: {wrong}"))))
}
