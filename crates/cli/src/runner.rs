//! `interlock runner`: carries out commands on this machine, and shows the runners there are;
//! `interlock job`: what they were asked to do.

use std::path::PathBuf;

use api::common::{Reason, Written};
use api::runner::{Job, JobOutput, Runner};
use clap::{Args, Subcommand};

use crate::agent::{self, Start};
use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::output::Format;
use crate::record::action_lines;

const COLUMNS: &[&str] = &["name", "state", "seen_at", "labels", "program"];
const FIELDS: &[&str] = &[
    "name",
    "id",
    "version",
    "state",
    "seen_at",
    "registered_at",
    "holder",
    "labels",
    "program",
    "revoked",
];
const JOB_COLUMNS: &[&str] = &["key", "state", "command", "runner", "exit", "queued_at"];
const JOB_FIELDS: &[&str] = &[
    "key",
    "id",
    "state",
    "command",
    "target",
    "runner",
    "queued_at",
    "claimed_at",
    "began_at",
    "ended_at",
    "how",
    "exit",
    "stop_asked",
    "output_bytes",
    "reason",
];

/// A runner on this machine, or what is done with runners.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct RunnerArgs {
    #[command(subcommand)]
    verb: Option<RunnerVerb>,
    /// Its name, by which jobs ask for it.
    #[arg(long, required = true)]
    name: Option<String>,
    /// The list of what it may do.
    #[arg(long, required = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where it writes down what it begins; in your data folder when absent. Whoever takes it away
    /// takes away the proof of what was begun.
    #[arg(long, value_name = "FOLDER")]
    journal: Option<PathBuf>,
}

/// What is done with runners.
#[derive(Debug, Subcommand)]
pub(crate) enum RunnerVerb {
    /// Lists runners by name.
    #[command(after_help = "Example:\n  interlock runner list")]
    List(Paging),
    /// Shows a runner, what it may do, and what you may do.
    #[command(after_help = "Example:\n  interlock runner show web-01")]
    Show {
        /// Its name.
        runner: String,
    },
    /// Takes a runner out of work, together with its token.
    #[command(after_help = "Example:\n  \
        interlock runner revoke web-01 --reason \"the machine is gone\"")]
    Revoke {
        /// Its name.
        runner: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// What is done with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum JobVerb {
    /// Lists jobs, the newest first.
    #[command(after_help = "Example:\n  interlock job list --runner web-01 --state lost")]
    List(JobList),
    /// Shows a job with what it said.
    #[command(after_help = "Example:\n  interlock job show run-17/deploy")]
    Show {
        /// Its key.
        key: String,
    },
}

/// Which jobs are listed.
#[derive(Debug, Args)]
pub(crate) struct JobList {
    /// `queued`, `claimed`, `ended`, `not_begun` or `lost`.
    #[arg(long)]
    state: Option<String>,
    /// Those of this runner.
    #[arg(long)]
    runner: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// One job, in a process of its own that outlives its runner.
#[derive(Debug, Args)]
pub(crate) struct Child {
    /// The folder of the job in the journal.
    folder: PathBuf,
}

/// Runs a runner, or a verb about runners.
pub(crate) fn run(args: RunnerArgs, global: &Global) -> Result {
    let client = global.client()?;
    match (args.verb, args.name, args.config) {
        (Some(verb), ..) => about(verb, &client, global),
        (None, Some(name), Some(config)) => {
            agent::run(client, &Start { name, config, journal: args.journal })
        }
        _ => Err(Failure::usage("name the runner with --name and its list with --config")),
    }
}

fn about(verb: RunnerVerb, client: &Client, global: &Global) -> Result {
    match verb {
        RunnerVerb::List(paging) => {
            let listed = client.list::<Runner>("/runners", &Query::default(), &paging.wanted())?;
            global.out().listed(&listed, COLUMNS)
        }
        RunnerVerb::Show { runner } => {
            let path = format!("/runners/{}", segment(&runner));
            let runner: Runner = client.get(&path, &Query::default())?;
            let commands = runner.commands.iter().map(|command| {
                let args = command.args.join(" ");
                format!("{}: {} {args}", command.name, command.program)
            });
            let sections =
                [("may do", commands.collect()), ("you may", action_lines(&runner.actions, "UTC"))];
            global.out().record(&runner, FIELDS, &sections)
        }
        RunnerVerb::Revoke { runner, reason } => {
            let path = format!("/runners/{}/revoke", segment(&runner));
            let reason = Reason { reason: Some(reason) };
            let written: Written = client.post(&path, Expect::Any, &reason)?;
            global.out().written(&written)
        }
    }
}

/// Runs a verb about jobs.
pub(crate) fn run_job(verb: JobVerb, global: &Global) -> Result {
    let client = global.client()?;
    match verb {
        JobVerb::List(list) => {
            let query = Query::default()
                .maybe("state", list.state.as_ref())
                .maybe("runner", list.runner.as_ref());
            let listed = client.list::<Job>("/jobs", &query, &list.paging.wanted())?;
            global.out().listed(&listed, JOB_COLUMNS)
        }
        JobVerb::Show { key } => {
            let job: Job = client.get(&format!("/jobs/{}", segment(&key)), &Query::default())?;
            let arguments = job.arguments.iter().map(|(word, value)| format!("{word} = {value}"));
            let arguments = arguments.collect();
            // The API's own shape holds the end of it; people want to read all.
            let said = match global.format {
                Format::Table => said(&client, &job)?,
                Format::Json | Format::Csv => Vec::new(),
            };
            let sections = [("with", arguments), ("said", said)];
            global.out().record(&job, JOB_FIELDS, &sections)
        }
    }
}

fn said(client: &Client, job: &Job) -> Result<Vec<String>> {
    let path = format!("/jobs/{}/output", segment(&job.key));
    let (mut text, mut next) = (String::new(), 0);
    while next < job.output_bytes {
        let part: JobOutput = client.get(&path, &Query::default().with("after", &next))?;
        if part.next <= next {
            break;
        }
        text.push_str(&part.text);
        next = part.next;
    }
    Ok(text.lines().map(str::to_owned).collect())
}

/// Carries one job out, beside its runner.
pub(crate) fn run_child(child: &Child) -> Result {
    agent::child(&child.folder)
}
