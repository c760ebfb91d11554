//! `interlock audit`: the log of everything that happened.

use api::audit::Event;
use clap::{Args, Subcommand};

use crate::client::Query;
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::Result;

const COLUMNS: &[&str] = &["position", "at", "who", "what", "stream", "version", "name", "id"];

/// What is asked of the log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists events, of one record or of all.
    #[command(after_help = "Example:\n  interlock audit events --subject CHG-1042 --all")]
    Events(Events),
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
    }
}
