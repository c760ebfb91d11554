//! The program `interlock`: the composition root, and the verbs of the command line. A verb parses,
//! calls and prints; it holds no rule.

mod agent;
mod approval;
mod audit;
mod backlog;
mod backup;
mod cab;
mod calendar;
mod change;
mod client;
mod conflicts;
mod context;
mod database;
pub mod demo;
mod deployment;
mod devlake;
mod exception;
mod export;
mod failure;
mod follow;
mod gate;
mod given;
mod identity;
mod import;
mod incident;
mod knowledge;
mod notice;
mod output;
mod package;
mod period;
mod planning;
mod policy;
mod prove;
mod record;
mod release;
mod report;
mod review;
mod runner;
mod serve;
mod service;
mod table;
mod team;
mod told;
mod verbs;
mod wall;
mod window;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use tracing_subscriber::EnvFilter;

use crate::verbs::Cli;

/// Does what the command line says; answers the exit code.
pub fn run() -> ExitCode {
    connectors::install_crypto();
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    log(cli.verb.log_level());
    match cli.verb.run(&cli.global) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let flags = verbs::flags(matches.subcommand_name().unwrap_or_default());
            output::say(format!("interlock: {}", failure.message(&flags)));
            failure.exit_code()
        }
    }
}

/// Writes the log to stderr, a JSON object a line where nobody reads along. `INTERLOCK_LOG` sets
/// how much: `warn`, `info`, `interlock_server=debug`.
fn log(level: &str) {
    use std::io::IsTerminal as _;
    let filter = EnvFilter::try_from_env("INTERLOCK_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.init();
    } else {
        log.json().flatten_event(true).init();
    }
}
