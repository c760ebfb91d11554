//! The command line: every verb, and where it goes.

use std::collections::BTreeSet;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use crate::approval::ApprovalVerb;
use crate::audit::AuditVerb;
use crate::backup::{Backup, Restore};
use crate::cab::CabVerb;
use crate::calendar::CalendarVerb;
use crate::change::ChangeVerb;
use crate::context::{Direct, Global};
use crate::deployment::DeploymentVerb;
use crate::exception::ExceptionVerb;
use crate::export::Export;
use crate::failure::{EXIT_CODES, Result};
use crate::gate::GateVerb;
use crate::identity::{TokenVerb, UserVerb};
use crate::import::Import;
use crate::incident::IncidentVerb;
use crate::knowledge::KnowledgeVerb;
use crate::notice::NoticeVerb;
use crate::policy::PolicyVerb;
use crate::release::ReleaseVerb;
use crate::report::ReportArgs;
use crate::review::ReviewVerb;
use crate::runner::{Child, JobVerb, RunnerArgs};
use crate::serve::{Demo, Serve};
use crate::service::{CiVerb, ServiceVerb};
use crate::team::TeamVerb;
use crate::{
    approval, audit, backup, cab, calendar, change, deployment, exception, export, gate, identity,
    import, incident, knowledge, notice, policy, release, report, review, runner, serve, service,
    team,
};

/// Interlock: change and release management. One program is the server, the command line and the
/// demonstration. Data goes to stdout, everything else to stderr.
#[derive(Debug, Parser)]
#[command(name = "interlock", version, after_help = EXIT_CODES, after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Starts a demonstration and prints its address and sign-ins.
    #[command(after_help = "Examples:\n  interlock demo --fresh\n  \
        interlock demo --database postgres://demo@localhost/demo")]
    Demo(Demo),
    /// Starts a server.
    #[command(after_help = "Example:\n  interlock serve --database sqlite:interlock.db")]
    Serve(Serve),
    /// Changes, from draft to closed.
    #[command(subcommand)]
    Change(ChangeVerb),
    /// Releases, from planning to closed.
    #[command(subcommand)]
    Release(ReleaseVerb),
    /// Runs that carry releases out.
    #[command(subcommand)]
    Deployment(DeploymentVerb),
    /// Reviews owed and written.
    #[command(subcommand)]
    Review(ReviewVerb),
    /// What waits for a vote, and voting.
    #[command(subcommand)]
    Approve(ApprovalVerb),
    /// Boards, their meetings, agendas and minutes.
    #[command(subcommand)]
    Cab(CabVerb),
    /// What is planned when, and what collides.
    #[command(subcommand)]
    Calendar(CalendarVerb),
    /// Permissions to deviate from a rule until a time.
    #[command(subcommand)]
    Exception(ExceptionVerb),
    /// Whether an artifact may go to an environment now.
    #[command(subcommand)]
    Gate(GateVerb),
    /// The rules in files: which approval, evidence and window a record needs.
    Policy(OrDirect<PolicyVerb>),
    /// Carries out allow-listed commands on this machine; and the runners that do so elsewhere.
    #[command(after_help = "Examples:\n  \
        interlock runner --name web-01 --config /etc/interlock/runner.toml\n  \
        interlock runner list")]
    Runner(RunnerArgs),
    /// What runners were asked to do.
    #[command(subcommand)]
    Job(JobVerb),
    /// One job, beside its runner.
    #[command(hide = true, after_help = "Example:\n  interlock runner-child FOLDER")]
    RunnerChild(Child),
    /// Interruptions of a service.
    #[command(subcommand)]
    Incident(IncidentVerb),
    /// Release notes, workarounds, known limitations and guides.
    #[command(subcommand)]
    Knowledge(KnowledgeVerb),
    /// What is told about releases, to whom, and what became of it.
    #[command(subcommand)]
    Notice(NoticeVerb),
    /// Figures of how changes and releases go, and the records behind them.
    #[command(after_help = "Examples:\n  \
        interlock report\n  \
        interlock report change_failure_rate --by quarter --team Platform\n  \
        interlock report pir_completion --records --counted false --from 2026-10-01\n  \
        interlock report change_risk --records --highest --from 2026-10-01 --to 2027-01-01\n  \
        interlock report release_defect_rate --definition")]
    Report(Box<ReportArgs>),
    /// Services.
    #[command(subcommand)]
    Service(ServiceVerb),
    /// Configuration items and what they need of each other.
    #[command(subcommand)]
    Ci(CiVerb),
    /// Teams.
    Team(OrDirect<TeamVerb>),
    /// People with accounts.
    User(OrDirect<UserVerb>),
    /// What programs carry to act for a person.
    Token(OrDirect<TokenVerb>),
    /// The log of everything that happened.
    Audit(OrDirect<AuditVerb>),
    /// Brings in the records of another system from its CSV export; again changes nothing. Works
    /// straight on a database, without a server. Exit code 1 when a record was rejected.
    #[command(after_help = "Examples:\n  \
        interlock import --list-mappings\n  \
        interlock import --source changes.csv --mapping bpi2014-changes --dry-run\n  \
        interlock import --source changes.csv --mapping ours.toml --report found.csv")]
    Import(Import),
    /// Takes everything out: every record with all that is kept of it as JSON lines, one kind as
    /// CSV. Secrets are never in it.
    #[command(after_help = "Examples:\n  \
        interlock export --log --output everything.jsonl\n  \
        interlock export --kind change --format csv --output changes.csv\n  \
        interlock export --database sqlite:interlock.db --kind service --kind ci")]
    Export(Export),
    /// Copies a database; a server may run beside it.
    #[command(after_help = "Example:\n  \
        interlock backup today.db --database sqlite:interlock.db")]
    Backup(Backup),
    /// Fills an empty database from a backup.
    #[command(after_help = "Example:\n  \
        interlock restore today.db --database sqlite:restored.db")]
    Restore(Restore),
    /// Prints the description of the HTTP interface; needs no server.
    #[command(after_help = "Example:\n  interlock openapi --output openapi.json")]
    Openapi,
    /// Prints completions for a shell.
    #[command(after_help = "Example:\n  interlock completions bash")]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Verbs that work on a server, or straight on a database.
#[derive(Debug, Args)]
pub(crate) struct OrDirect<V: Subcommand> {
    #[command(flatten)]
    direct: Direct,
    #[command(subcommand)]
    verb: V,
}

impl Verb {
    /// How much is told on stderr when nobody says otherwise. A demonstration keeps quiet, so that
    /// its address and sign-ins stay in sight.
    pub(crate) fn log_level(&self) -> &'static str {
        if matches!(self, Self::Serve(_)) { "info" } else { "warn" }
    }

    /// Does it.
    pub(crate) fn run(self, global: &Global) -> Result {
        match self {
            Self::Demo(demo) => serve::demo(&demo, &global.out()),
            Self::Serve(serve) => serve::serve(&serve),
            Self::Change(verb) => change::run(verb, global),
            Self::Release(verb) => release::run(verb, global),
            Self::Deployment(verb) => deployment::run(verb, global),
            Self::Review(verb) => review::run(verb, global),
            Self::Approve(verb) => approval::run(verb, global),
            Self::Cab(verb) => cab::run(verb, global),
            Self::Calendar(verb) => calendar::run(verb, global),
            Self::Exception(verb) => exception::run(verb, global),
            Self::Gate(verb) => gate::run(verb, global),
            Self::Policy(or) => policy::run(or.verb, &or.direct, global),
            Self::Runner(args) => runner::run(args, global),
            Self::Job(verb) => runner::run_job(verb, global),
            Self::RunnerChild(child) => runner::run_child(&child),
            Self::Incident(verb) => incident::run(verb, global),
            Self::Knowledge(verb) => knowledge::run(verb, global),
            Self::Notice(verb) => notice::run(verb, global),
            Self::Report(args) => report::run(&args, global),
            Self::Service(verb) => service::run(verb, global),
            Self::Ci(verb) => service::run_ci(verb, global),
            Self::Team(or) => team::run(or.verb, &or.direct, global),
            Self::User(or) => identity::run(or.verb, &or.direct, global),
            Self::Token(or) => identity::run_token(or.verb, &or.direct, global),
            Self::Audit(or) => audit::run(or.verb, &or.direct, global),
            Self::Import(wanted) => import::import(&wanted, global),
            Self::Export(wanted) => export::export(&wanted, global),
            Self::Backup(wanted) => backup::backup(&wanted, global),
            Self::Restore(wanted) => backup::restore(&wanted, global),
            Self::Openapi => global.out().json(&server::serve::document()),
            Self::Completions { shell } => completions(shell, global),
        }
    }
}

/// The long flags of a verb and of all below it.
pub(crate) fn flags(verb: &str) -> BTreeSet<String> {
    fn gather(command: &clap::Command, found: &mut BTreeSet<String>) {
        found.extend(command.get_arguments().filter_map(clap::Arg::get_long).map(str::to_owned));
        command.get_subcommands().for_each(|inner| gather(inner, found));
    }
    let mut found = BTreeSet::new();
    if let Some(command) = Cli::command().find_subcommand(verb) {
        gather(command, &mut found);
    }
    found
}

fn completions(shell: Shell, global: &Global) -> Result {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "interlock", &mut text);
    global.out().write(&text)
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    /// Every verb that does something, with the words that lead to it.
    fn leaves(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        let path = format!("{path}{}", command.get_name());
        let inner: Vec<&Command> =
            command.get_subcommands().filter(|inner| inner.get_name() != "help").collect();
        if inner.is_empty() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            found.push((path, help));
            return;
        }
        for inner in inner {
            leaves(inner, &format!("{path} "), found);
        }
    }

    /// Splits a line as a shell would, as far as the examples go.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                _ => words.last_mut().expect("one at least").push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_verb_shows_an_example_that_it_takes() {
        let mut found = Vec::new();
        leaves(&Cli::command(), "", &mut found);
        assert!(found.len() > 60, "{}", found.len());
        for (path, help) in found {
            let examples: Vec<&str> =
                help.lines().map(str::trim).filter(|line| line.starts_with("interlock ")).collect();
            let own = examples.iter().any(|example| example.starts_with(&path));
            assert!(own, "`{path}` shows no example of its own");
            for example in examples {
                if let Err(error) = Cli::try_parse_from(words(example)) {
                    panic!("the example of `{path}` is not taken: {example}\n{error}");
                }
            }
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
