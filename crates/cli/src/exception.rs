//! `interlock exception`: permissions to deviate from one rule, for one record, until an instant.

use api::exception::{Decided, Exception, ExceptionFields};
use clap::{Args, Subcommand};

use crate::client::{Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::Result;
use crate::given::instant;
use crate::record::{Named, Records, Step, action_lines};

const COLUMNS: &[&str] = &["number", "state", "rule", "subject", "with", "until", "asked_by"];
const FIELDS: &[&str] = &[
    "number", "id", "version", "state", "rule", "subject", "with", "reason", "until", "asked_by",
    "asked_at",
];

/// What is done with exceptions.
#[derive(Debug, Subcommand)]
pub(crate) enum ExceptionVerb {
    /// Lists exceptions, the newest first.
    #[command(after_help = "Example:\n  interlock exception list --state requested")]
    List(List),
    /// Shows an exception, and what you may do.
    #[command(after_help = "Example:\n  interlock exception show EXC-3")]
    Show(Named),
    /// Asks for one.
    #[command(after_help = "Examples:\n  \
        interlock exception request --rule scope_freeze --subject CHG-1042 --with REL-17 \
        --until 2026-12-05T18:00:00Z --reason \"the defect was found today\"\n  \
        interlock exception request --rule blackout --subject REL-17 \
        --with prd_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b --until 2026-12-06T02:00 \
        --zone Europe/Amsterdam --reason \"the supplier leaves on Friday\"")]
    Request(Asked),
    /// Grants one that someone else asked for.
    #[command(after_help = "Example:\n  interlock exception grant EXC-3")]
    Grant(Step),
    /// Turns one down.
    #[command(after_help = "Example:\n  \
        interlock exception refuse EXC-3 --reason \"it can wait a week\"")]
    Refuse(Step),
    /// Takes one back before its end.
    #[command(after_help = "Example:\n  \
        interlock exception revoke EXC-3 --reason \"the release moved\"")]
    Revoke(Step),
}

/// Which exceptions are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// `requested`, `granted`, `refused`, `revoked` or `expired`.
    #[arg(long)]
    state: Option<String>,
    /// About this record, on either side.
    #[arg(long)]
    subject: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// What is asked for.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// `blackout`, `outside_window`, `peak_hours`, `business_event`, `same_ci`, `dependency`,
    /// `release_order` or `scope_freeze`.
    #[arg(long)]
    rule: String,
    /// The change or release that is to pass.
    #[arg(long)]
    subject: String,
    /// The blackout, maintenance window, change or release that the rule holds against it.
    #[arg(long)]
    with: String,
    /// When it ends: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// The zone of a time without an offset.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// Runs a verb.
pub(crate) fn run(verb: ExceptionVerb, global: &Global) -> Result {
    let client = global.client()?;
    let exceptions = Records { client: &client, folder: "/exceptions" };
    let written = match verb {
        ExceptionVerb::List(list) => {
            let query = Query::default()
                .maybe("state", list.state.as_ref())
                .maybe("subject", list.subject.as_ref());
            let listed = client.list::<Exception>("/exceptions", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, COLUMNS);
        }
        ExceptionVerb::Show(named) => {
            let path = exceptions.path(&named.record);
            let exception: Exception = client.get(&path, &Query::default())?;
            let sections = [
                ("decided", decided_lines(exception.decided.as_ref())),
                ("taken back", decided_lines(exception.revoked.as_ref())),
                ("you may", action_lines(&exception.actions)),
            ];
            return global.out().record(&exception, FIELDS, &sections);
        }
        ExceptionVerb::Request(asked) => {
            let until = instant(&asked.until, &asked.zone)?;
            let Asked { rule, subject, with, reason, .. } = asked;
            let fields = ExceptionFields { rule, subject, with, reason, until };
            client.post("/exceptions", Expect::Any, &fields)
        }
        ExceptionVerb::Grant(step) => exceptions.step(&step, "grant"),
        ExceptionVerb::Refuse(step) => exceptions.step(&step, "refuse"),
        ExceptionVerb::Revoke(step) => exceptions.step(&step, "revoke"),
    };
    global.out().written(&written?)
}

fn decided_lines(decided: Option<&Decided>) -> Vec<String> {
    let line = |one: &Decided| {
        let note = one.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
        format!("{} by {}{note}", one.at, one.by)
    };
    decided.map(line).into_iter().collect()
}
