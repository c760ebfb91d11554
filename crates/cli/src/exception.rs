//! `interlock exception`: permissions to deviate from one rule, for one record, until an instant.

use api::common::Window;
use api::exception::{Decided, Exception, ExceptionFields};
use clap::{Args, Subcommand};
use serde::Deserialize;

use crate::approval::folder_of;
use crate::client::{Client, Expect, Query, Wanted};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::ZoneArg;
use crate::record::{Named, Records, Step, action_lines};
use crate::wall;

const COLUMNS: &[&str] = &["number", "state", "rule", "subject", "with", "until", "asked_by"];
const FIELDS: &[&str] = &[
    "number", "id", "version", "state", "rule", "subject", "with", "reason", "until", "asked_by",
    "asked_at",
];

/// How many records are looked through for a name.
const CANDIDATES_MAX: usize = 2_000;

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
        --with \"Year end\" --until 2026-12-06T02:00 \
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
    /// The blackout, other period, change or release that the rule holds against it: by its name,
    /// number or id.
    #[arg(long, value_name = "NAME")]
    with: String,
    /// When it ends: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    until: String,
    #[command(flatten)]
    zone: ZoneArg,
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
                ("you may", action_lines(&exception.actions, "UTC")),
            ];
            return global.out().record(&exception, FIELDS, &sections);
        }
        ExceptionVerb::Request(asked) => {
            let subjects = Records { client: &client, folder: folder_of(&asked.subject)? };
            let until = subjects.clock(&asked.zone, &asked.subject).instant(&asked.until)?;
            let with = find_with(&client, &asked.rule, &asked.with)?;
            let Asked { rule, subject, reason, .. } = asked;
            let fields = ExceptionFields { rule, subject, with, reason, until };
            client.post("/exceptions", Expect::Any, &fields)
        }
        ExceptionVerb::Grant(step) => exceptions.step(&step, "grant"),
        ExceptionVerb::Refuse(step) => exceptions.step(&step, "refuse"),
        ExceptionVerb::Revoke(step) => exceptions.step(&step, "revoke"),
    };
    global.out().written(&written?)
}

/// What an exception is asked against: a number or an id as it is, else what the rule may hold
/// against a record and is called so.
fn find_with(client: &Client, rule: &str, with: &str) -> Result<String> {
    let is_id = |prefixes: &[&str]| prefixes.iter().any(|prefix| with.starts_with(prefix));
    if is_id(&["CHG-", "REL-", "chg_", "rel_", "prd_"]) {
        return Ok(with.to_owned());
    }
    let folders: &[&'static str] = match rule {
        "blackout" => &["/blackouts"],
        "outside_window" => &["/windows"],
        "peak_hours" => &["/peaks"],
        "business_event" => &["/business-events"],
        "same_ci" => &["/changes", "/releases"],
        _ => &["/releases"],
    };
    let mut found = Vec::new();
    for folder in folders {
        found.extend(called(client, folder, with)?);
    }
    match &found[..] {
        [] => {
            let among = folders.iter().map(|folder| folder.trim_start_matches('/'));
            let among = among.collect::<Vec<_>>().join(" and ");
            Err(Failure::usage(format!(
                "nothing among the {among} is called `{with}`: give the name as their list tells \
                 it, or the id"
            )))
        }
        [one] => Ok(one.id.clone()),
        several => {
            let line = |one: &Candidate| format!("\n  {}", one.line());
            let lines: String = several.iter().map(line).collect();
            Err(Failure::usage(format!("several are called `{with}`: give the id of one{lines}")))
        }
    }
}

/// Something that an exception may be asked against.
#[derive(Deserialize)]
struct Candidate {
    id: String,
    number: Option<String>,
    /// Of a period.
    name: Option<String>,
    /// Of a change or a release.
    title: Option<String>,
    window: Option<Window>,
}

impl Candidate {
    fn is_called(&self, name: &str) -> bool {
        [&self.name, &self.title].into_iter().flatten().any(|own| own == name)
    }

    fn line(&self) -> String {
        let window = self.window.as_ref().map(wall::window).unwrap_or_default();
        let number = self.number.as_deref().unwrap_or(&self.id);
        format!("{number} {window}")
    }
}

/// What is called so in a folder. Long lists are searched by the words.
fn called(client: &Client, folder: &str, name: &str) -> Result<Vec<Candidate>> {
    let searched = ["/changes", "/releases"].contains(&folder);
    let query = Query::default().maybe("q", searched.then_some(&name));
    let all = Wanted { limit: CANDIDATES_MAX, cursor: None };
    let mut found = client.list::<Candidate>(folder, &query, &all)?.items;
    found.retain(|one| one.is_called(name));
    Ok(found)
}

fn decided_lines(decided: Option<&Decided>) -> Vec<String> {
    let line = |one: &Decided| {
        let note = one.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
        format!("{} by {}{note}", wall::moment(&one.at, "UTC"), one.by)
    };
    decided.map(line).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::tests::{answer, script};

    const TWO: &str = r#"{"items":[{"id":"prd_1","name":"Year end","window":{"start":
        "2026-12-27T23:00:00Z","end":"2026-12-28T23:00:00Z","zone":"Europe/Amsterdam"}},
        {"id":"prd_2","name":"Summer"},{"id":"prd_3","name":"Summer"}]}"#;

    #[test]
    fn a_period_is_found_by_its_name() {
        let (_, client) = script(vec![answer(200, TWO)]);
        assert_eq!(find_with(&client, "blackout", "Year end").unwrap(), "prd_1");
    }

    #[test]
    fn a_number_or_an_id_asks_nobody() {
        let (_, client) = script(vec![]);
        assert_eq!(find_with(&client, "scope_freeze", "REL-17").unwrap(), "REL-17");
        assert_eq!(find_with(&client, "blackout", "prd_9").unwrap(), "prd_9");
    }

    #[test]
    fn a_name_that_several_have_lists_them_and_one_that_nothing_has_is_refused() {
        let (_, client) = script(vec![answer(200, TWO), answer(200, TWO)]);
        let Err(Failure::Usage(several)) = find_with(&client, "blackout", "Summer") else {
            panic!("it was taken")
        };
        assert!(several.contains("prd_2") && several.contains("prd_3"), "{several}");
        assert!(matches!(find_with(&client, "blackout", "Winter"), Err(Failure::Usage(_))));
    }
}
