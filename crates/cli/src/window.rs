//! `interlock release window`: asking the teams that own the affected services about the window of
//! a release, and answering for them.

use api::common::{Window, Written};
use api::release::{AnswerWindow, AskWindow, AskedWindow, Release, TakeWindow, WindowAgreement};
use clap::{Args, Subcommand};

use crate::client::Query;
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::WindowArgs;
use crate::record::{IfVersion, Records};

const COLUMNS: &[&str] = &[
    "release.number",
    "release.name",
    "team.name",
    "window.start",
    "window.end",
    "asked_by",
    "asked_at",
    "note",
];

/// What is done about the window of a release.
#[derive(Debug, Subcommand)]
pub(crate) enum WindowVerb {
    /// Lists the windows that are asked of your teams, the soonest first.
    #[command(after_help = "Example:\n  interlock release window asked")]
    Asked(Paging),
    /// Asks every team that does not agree to the window yet, or those named.
    #[command(after_help = "Examples:\n  \
        interlock release window ask REL-17 --note \"the gateway is down for ten minutes\"\n  \
        interlock release window ask REL-17 --team Payments --team Network")]
    Ask(Ask),
    /// Accepts the window for a team that you belong to.
    #[command(after_help = "Example:\n  interlock release window accept REL-17")]
    Accept(Answer),
    /// Proposes another window for a team that you belong to.
    #[command(after_help = "Example:\n  interlock release window counter REL-17 \
        --reason \"the batch of the month runs\" \
        --start 2026-12-06T22:00 --end 2026-12-07T02:00 --zone Europe/Amsterdam")]
    Counter(Counter),
    /// Refuses the window for a team that you belong to.
    #[command(after_help = "Example:\n  interlock release window refuse REL-17 \
        --reason \"nobody is on call that night\"")]
    Refuse(Answer),
    /// Takes the window that a team proposes.
    #[command(after_help = "Example:\n  interlock release window take REL-17 --team Payments")]
    Take(Take),
}

/// Who is asked.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The number or id of the release.
    release: String,
    /// A team to ask; give it again for more.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// A word to them.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// What is answered.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The number or id of the release.
    release: String,
    /// The team; needed where you may answer for more than one.
    #[arg(long)]
    team: Option<String>,
    /// Why; needed unless the window is accepted.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    version: IfVersion,
}

/// Another window.
#[derive(Debug, Args)]
pub(crate) struct Counter {
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    window: WindowArgs,
}

/// Whose window is taken.
#[derive(Debug, Args)]
pub(crate) struct Take {
    /// The number or id of the release.
    release: String,
    /// The team that proposes it.
    #[arg(long)]
    team: String,
    #[command(flatten)]
    version: IfVersion,
}

impl WindowVerb {
    /// Runs it.
    pub(crate) fn run(self, releases: &Records<'_>, global: &Global) -> Result {
        let written = match self {
            Self::Asked(paging) => {
                let wanted = paging.wanted();
                let client = releases.client;
                let listed =
                    client.list::<AskedWindow>("/releases/asked", &Query::default(), &wanted)?;
                return global.out().listed(&listed, COLUMNS);
            }
            Self::Ask(ask) => {
                let Ask { release, teams, note, window, version } = ask;
                let window = window.window(&releases.clock(&window.zone, &release))?;
                let body = AskWindow { window, teams, note };
                releases.post(&release, "window/ask", version.expect(), &body)
            }
            Self::Accept(answer) => answer.send(releases, "accept", None),
            Self::Refuse(answer) => answer.send(releases, "refuse", None),
            Self::Counter(counter) => {
                let Counter { answer, window } = counter;
                let window = window.window(&releases.clock(&window.zone, &answer.release))?;
                answer.send(releases, "counter", window)
            }
            Self::Take(take) => {
                let body = TakeWindow { team: take.team };
                releases.post(&take.release, "window/take", take.version.expect(), &body)
            }
        };
        global.out().written(&written?)
    }
}

impl Answer {
    /// Answers what is asked now; the server refuses it when something else is by then.
    fn send(&self, releases: &Records<'_>, verb: &str, window: Option<Window>) -> Result<Written> {
        let path = releases.path(&self.release);
        let release: Release = releases.client.get(&path, &Query::default())?;
        let named = |one: &&WindowAgreement| match &self.team {
            Some(team) => one.team.name.eq_ignore_ascii_case(team) || one.team.id == *team,
            None => one.yours,
        };
        let seen = release.window_answers.iter().find(named).and_then(|one| one.window.clone());
        let Some(seen) = seen.or(release.window) else {
            return Err(Failure::usage(format!("{} has no window", release.number)));
        };
        let (team, reason) = (self.team.clone(), self.reason.clone());
        let body = AnswerWindow { team, seen, window, reason };
        releases.post(&self.release, &format!("window/{verb}"), self.version.expect(), &body)
    }
}

/// What the teams say, a line each.
pub(crate) fn agreement_lines(answers: &[WindowAgreement]) -> Vec<String> {
    let line = |one: &WindowAgreement| {
        let by = one.answered_by.as_ref().or(one.asked_by.as_ref());
        let by = by.map_or(String::new(), |by| format!(", {by}"));
        let instead = one.instead.as_ref();
        let instead = instead.map_or(String::new(), |window| {
            format!(", proposes {} to {}", window.start, window.end)
        });
        let why = one.reason.as_ref().or(one.note.as_ref());
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        format!("{} {}{by}{instead}{why}", one.team.name, one.state.replace('_', " "))
    };
    answers.iter().map(line).collect()
}
