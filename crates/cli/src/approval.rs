//! `interlock approve`: what waits for a vote, and voting. A vote names the round and the hash of
//! the content that was seen, so it never counts for something else.

use api::approval::{
    ApprovalRow, CastVote, ContentDifferences, Delegation, EditedField, ExtensionRow,
    MeetCondition, NewCondition, NewDelegation, Round, Vote, VoteCondition,
};
use api::common::Written;
use clap::{Args, Subcommand};
use ports::Method;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::ZoneArg;
use crate::output::{Columns, say};
use crate::record::Records;
use crate::told::Before;
use crate::wall;

const COLUMNS: Columns = Columns {
    people: &[
        "subject.number",
        "subject.name",
        "type",
        "stage",
        "group",
        "needed",
        "tier",
        "limit_at",
    ],
    all: ALL,
};
const ALL: &[&str] = &[
    "subject.number",
    "subject.name",
    "type",
    "stage",
    "group",
    "needed",
    "tier",
    "since",
    "on_behalf_of.name",
    "limit_at",
    "my_vote",
    "round",
    "content_hash",
];

const EDITED: &[&str] = &["since", "round", "part", "field", "before", "after"];

const EXTENSIONS: &[&str] =
    &["subject.number", "subject.name", "window.end", "end", "asked_by.name", "asked_at", "reason"];

const ABSENT: &[&str] = &["id", "person.name", "deputy.name", "from", "until", "state", "reason"];

/// What waits for a vote.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalVerb {
    /// Lists what waits for your vote.
    #[command(after_help = "Example:\n  interlock approve list")]
    List(List),
    /// Approves, or answers otherwise, what waits on a change or a release.
    #[command(after_help = "Examples:\n  \
        interlock approve vote REL-17\n  \
        interlock approve vote CHG-1042 --reject --reason \"no way back\"\n  \
        interlock approve vote CHG-1042 --condition \"the restore is tried\" --met-by ivan")]
    Vote(Cast),
    /// Marks the condition of an approval met, where it names you or you made it.
    #[command(after_help = "Example:\n  \
        interlock approve meet CHG-1042 --note \"the restore took nine minutes\"")]
    Meet(Met),
    /// Tells field by field what was edited in a change or a release since you, or the round,
    /// approved it.
    #[command(after_help = "Example:\n  interlock approve difference CHG-1042")]
    Difference(Compared),
    /// Lists the longer windows of running work that wait for a decision.
    #[command(after_help = "Example:\n  interlock approve extensions")]
    Extensions(Paging),
    /// Names who votes in your place while you are absent.
    #[command(after_help = "Examples:\n  \
        interlock approve delegate dora --until 2027-01-04 --reason \"on leave\"\n  \
        interlock approve delegate dora --person emil --reason ill")]
    Delegate(Delegate),
    /// Lists who is absent and who votes in their place.
    #[command(after_help = "Examples:\n  interlock approve absences\n  \
        interlock approve absences --person emil --ended")]
    Absences(Absences),
    /// Takes a delegation back.
    #[command(
        after_help = "Example:\n  interlock approve revoke dlg_01930f5c6a007000800000000000000a"
    )]
    Revoke(Revoke),
}

/// A deputy for a span of time.
#[derive(Debug, Args)]
pub(crate) struct Delegate {
    /// Who votes in the absent person's place, by login or id.
    deputy: String,
    /// Who is absent; you when absent. For others only a keeper of accounts.
    #[arg(long)]
    person: Option<String>,
    /// From when; at once when absent.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, exclusive; until it is taken back when absent.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// Which delegations are listed.
#[derive(Debug, Args)]
pub(crate) struct Absences {
    /// Those of an absent person, by login or id; `me` for your own.
    #[arg(long)]
    person: Option<String>,
    /// Those of a deputy, by login or id; `me` for those in whose place you vote.
    #[arg(long)]
    deputy: Option<String>,
    /// Also those that are over or were taken back.
    #[arg(long)]
    ended: bool,
    #[command(flatten)]
    paging: Paging,
}

/// What was edited since when.
#[derive(Debug, Args)]
pub(crate) struct Compared {
    /// The number or id of a change or a release.
    record: String,
    /// Since the content of this hash was seen, too.
    #[arg(long, value_name = "HASH")]
    seen: Option<String>,
}

/// A line of a difference.
#[derive(Serialize)]
struct EditedLine {
    since: String,
    round: u32,
    #[serde(flatten)]
    field: EditedField,
}

impl Compared {
    fn print(&self, client: &Client, global: &Global) -> Result {
        let path = format!("{}/approvals/difference", path_of(&self.record)?);
        let query = Query::default().maybe("seen", self.seen.as_ref());
        let found: ContentDifferences = client.get(&path, &query)?;
        let answer = found.clone();
        let lines = found.items.into_iter().flat_map(|one| {
            let (since, round) = (one.since, one.round);
            let line = move |field| EditedLine { since: since.clone(), round, field };
            one.fields.into_iter().map(line)
        });
        global.out().answer(&answer, &lines.collect::<Vec<_>>(), EDITED)
    }
}

/// A delegation.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Its id, as `absences` lists it.
    delegation: String,
}

/// Which approvals are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// `pending`, `approved` or `rejected`.
    #[arg(long, default_value = "pending")]
    state: String,
    /// Those of everybody, not only yours.
    #[arg(long)]
    everybody: bool,
    #[command(flatten)]
    paging: Paging,
}

/// A vote on any record.
#[derive(Debug, Args)]
pub(crate) struct Cast {
    /// The number or id of a change or a release.
    record: String,
    /// Refuses; needs a reason.
    #[arg(long, conflicts_with = "abstain", requires = "reason")]
    reject: bool,
    /// Counts neither way.
    #[arg(long)]
    abstain: bool,
    #[command(flatten)]
    vote: VoteArgs,
}

/// A vote on a record of a known kind.
#[derive(Debug, Args)]
pub(crate) struct Voted {
    /// Its number or id.
    record: String,
    #[command(flatten)]
    vote: VoteArgs,
}

impl Voted {
    /// Votes.
    pub(crate) fn send(&self, records: &Records<'_>, word: &str) -> Result<Written> {
        vote(records.client, &records.path(&self.record), word, &self.vote)
    }
}

/// A condition that is met.
#[derive(Debug, Args)]
pub(crate) struct Met {
    /// The number or id of a change or a release.
    record: String,
    /// Whose condition; needed where you may mark several.
    #[arg(long, value_name = "PERSON")]
    voter: Option<String>,
    /// A word to it.
    #[arg(long, default_value = "")]
    note: String,
}

/// What was seen, and why.
#[derive(Debug, Clone, Args)]
struct VoteArgs {
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    /// What a yes holds under: it counts, and the work does not begin before this is marked met.
    #[arg(long, value_name = "TEXT", requires = "named")]
    condition: Option<String>,
    /// Who marks the condition met.
    #[arg(long = "met-by", value_name = "PERSON", requires = "condition")]
    named: Option<String>,
    /// The round that was seen; the open one when absent.
    #[arg(long, requires = "hash")]
    round: Option<u32>,
    /// The whole hash of the content that was seen, as `show` tells it beside its round; that of
    /// what is there now when absent.
    #[arg(long, requires = "round")]
    hash: Option<String>,
}

/// Runs a verb.
pub(crate) fn run(verb: ApprovalVerb, global: &Global) -> Result {
    let client = global.client()?;
    match verb {
        ApprovalVerb::List(list) => {
            let query = Query::default().with("state", &list.state).with("mine", &!list.everybody);
            let listed = client.list::<ApprovalRow>("/approvals", &query, &list.paging.wanted())?;
            global.out().listed(&listed, COLUMNS)
        }
        ApprovalVerb::Vote(cast) => {
            let word = match (cast.reject, cast.abstain) {
                (true, _) => "reject",
                (_, true) => "abstain",
                _ => "approve",
            };
            let records = Records { client: &client, folder: folder_of(&cast.record)? };
            let path = records.path(&cast.record);
            let written = vote(&client, &path, word, &cast.vote)?;
            records.tell(&written, &Before::default(), false, global)
        }
        ApprovalVerb::Meet(met) => {
            let records = Records { client: &client, folder: folder_of(&met.record)? };
            let path = format!("{}/condition/meet", records.path(&met.record));
            let body = MeetCondition { voter: met.voter.clone(), note: met.note.clone() };
            let written: Written = client.post(&path, Expect::Any, &body)?;
            records.tell(&written, &Before::default(), false, global)
        }
        ApprovalVerb::Difference(compared) => compared.print(&client, global),
        ApprovalVerb::Extensions(paging) => {
            let query = Query::default();
            let listed = client.list::<ExtensionRow>("/extensions", &query, &paging.wanted())?;
            global.out().listed(&listed, EXTENSIONS)
        }
        ApprovalVerb::Delegate(delegate) => {
            let clock = delegate.zone.clock(&client);
            let body = NewDelegation {
                person: delegate.person.clone(),
                deputy: delegate.deputy.clone(),
                from: clock.maybe(delegate.from.as_ref())?,
                until: clock.maybe(delegate.until.as_ref())?,
                reason: delegate.reason.clone(),
            };
            global.out().written(&client.post("/delegations", Expect::Any, &body)?)
        }
        ApprovalVerb::Absences(absences) => {
            let query = Query::default()
                .maybe("person", absences.person.as_ref())
                .maybe("deputy", absences.deputy.as_ref())
                .with("state", if absences.ended { &"all" } else { &"live" });
            let wanted = absences.paging.wanted();
            let listed = client.list::<Delegation>("/delegations", &query, &wanted)?;
            global.out().listed(&listed, ABSENT)
        }
        ApprovalVerb::Revoke(revoke) => {
            let path = format!("/delegations/{}", segment(&revoke.delegation));
            global.out().written(&client.bare(Method::Delete, &path, Expect::Any)?)
        }
    }
}

/// Where the records of a change's or a release's kind are.
pub(crate) fn folder_of(record: &str) -> Result<&'static str> {
    match record.to_ascii_uppercase() {
        name if name.starts_with("CHG") => Ok("/changes"),
        name if name.starts_with("REL") => Ok("/releases"),
        _ => {
            let wrong = format!("`{record}` is no change (CHG-…) and no release (REL-…)");
            Err(Failure::usage(wrong))
        }
    }
}

/// Where a change or a release is.
fn path_of(record: &str) -> Result<String> {
    Ok(format!("{}/{}", folder_of(record)?, segment(record)))
}

/// Votes on a record.
fn vote(client: &Client, path: &str, word: &str, vote: &VoteArgs) -> Result<Written> {
    let (round, content_hash) = match (vote.round, &vote.hash) {
        (Some(round), Some(hash)) => (round, hash.clone()),
        _ => what_is_open(client, path)?,
    };
    let condition = vote.condition.clone().zip(vote.named.clone());
    let condition = condition.map(|(text, person)| NewCondition { text, person });
    let body = Vote { round, content_hash, reason: vote.reason.clone(), condition };
    client.post(&format!("{path}/{word}"), Expect::Any, &body)
}

/// The open round and its content; without one the server says what is the matter.
fn what_is_open(client: &Client, path: &str) -> Result<(u32, String)> {
    #[derive(Deserialize)]
    struct Rounds {
        rounds: Vec<Round>,
    }
    let found: Rounds = client.get(path, &Query::default())?;
    let open = found.rounds.iter().find(|round| round.state == "open");
    let Some(round) = open.or(found.rounds.first()) else { return Ok((1, "none".to_owned())) };
    say(format!("round {}: content {}", round.number, round.content_hash));
    Ok((round.number, round.content_hash.clone()))
}

/// Why a vote no longer counts: the parts that were edited since, or what the server says.
pub(crate) fn voided_words(why: &str) -> String {
    let parts: Vec<&str> = why.split(", ").collect();
    match parts.iter().all(|part| !part.contains(' ')) {
        true if parts.len() == 1 => format!("{why} was edited"),
        true => format!("{why} were edited"),
        false => why.to_owned(),
    }
}

/// The rounds of a record, a line for each group.
pub(crate) fn round_lines(rounds: &[Round], zone: &str) -> Vec<String> {
    let told = |at: &String| wall::moment(at, zone);
    let mut lines = Vec::new();
    for round in rounds {
        lines.push(format!("round {} {} of {}", round.number, round.state, round.content_hash));
        lines.extend(round.stuck.as_ref().map(|stuck| format!("  {stuck}")));
        for (stage, group) in
            round.stages.iter().flat_map(|stage| stage.groups.iter().map(move |g| (stage, g)))
        {
            lines.push(format!(
                "  {} · {}: {} ({}, {} needed)",
                stage.name, group.name, group.state, group.quorum, group.needed
            ));
            for (word, at) in [("reminded", &group.reminded_at), ("escalated", &group.escalated_at)]
            {
                lines.extend(at.as_ref().map(|at| format!("    {word} {}", told(at))));
            }
            let limit = group.limit_at.as_ref();
            lines.extend(limit.map(|at| format!("    time runs out {}", told(at))));
            lines.extend(group.votes.iter().map(|vote| format!("    {}", vote_line(vote, zone))));
        }
    }
    lines
}

/// A vote; one that does not count any more says so first.
fn vote_line(vote: &CastVote, zone: &str) -> String {
    let void = vote.voided.as_deref();
    let void = void.map_or(String::new(), |why| format!("VOIDED ({}): ", voided_words(why)));
    let why = vote.reason.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let place = vote.on_behalf_of.as_ref();
    let place = place.map_or(String::new(), |absent| format!(" for {}", absent.name));
    let (who, answer, at) = (&vote.person.name, &vote.answer, wall::moment(&vote.at, zone));
    let condition = vote.condition.as_ref();
    let condition = condition.map_or(String::new(), |one| condition_words(one, zone));
    format!("{void}{who}{place} {answer} {at}{why}{condition}")
}

fn condition_words(condition: &VoteCondition, zone: &str) -> String {
    let stands = match (&condition.met_by, &condition.met_at) {
        (Some(by), Some(at)) => format!("met, says {}, {}", by.name, wall::moment(at, zone)),
        _ if condition.open => format!("OPEN, {} marks it met", condition.person.name),
        _ => "no longer asked".to_owned(),
    };
    format!("; if {} ({stands})", condition.text)
}

#[cfg(test)]
mod tests {
    use api::common::Ref;

    use super::*;

    #[test]
    fn a_voided_vote_says_so_first_with_what_was_edited_and_when_it_was_cast() {
        let person = Ref { id: "per_1".to_owned(), number: None, name: "Anna".to_owned() };
        let vote = CastVote {
            person,
            on_behalf_of: None,
            answer: "approve".to_owned(),
            reason: Some("fine".to_owned()),
            condition: None,
            at: "2026-12-05T21:00:00Z".to_owned(),
            content_hash: "ab".to_owned(),
            voided: Some("plans, window".to_owned()),
        };
        assert_eq!(
            vote_line(&vote, "Europe/Amsterdam"),
            "VOIDED (plans, window were edited): Anna approve 2026-12-05 22:00+01:00 \
            Europe/Amsterdam: fine"
        );
        let left = "someone it rested on left";
        assert_eq!(voided_words(left), left);
    }
}
