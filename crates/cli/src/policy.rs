//! `interlock policy`: the rules in files, what they come to for a record, and how another set
//! would have decided.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use api::common::{Page, Written};
use api::policy::{
    Activate, CheckPolicy, ExplainedRule, Explanation, Model, ModelProposal, Observed, Policy,
    PolicyChecked, PolicyVersion, ProposeModel, Replay, ReplayPolicy,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::{Failure, Result};
use crate::output::{Columns, Format, say};
use crate::record::IfVersion;

const FINDINGS: &[&str] = &["file", "line", "column", "detail", "suggestion"];
const VERSIONS: &[&str] = &["version", "at", "by", "note"];
const MODELS: Columns = Columns {
    people: &["kind", "name", "title", "approval", "owner", "review_on", "cadence.next.opens_at"],
    all: &[
        "kind",
        "name",
        "title",
        "description",
        "version",
        "approval",
        "owner",
        "review_on",
        "cadence.rule",
        "cadence.next.opens_at",
        "cadence.next.starts_at",
    ],
};
const RULES: &[&str] = &["about", "name", "outcome", "expression"];
const OBSERVED: Columns = Columns {
    people: &["subject.number", "what", "rule", "decided", "would", "services"],
    all: &[
        "about",
        "subject.number",
        "what",
        "rule",
        "decided",
        "would",
        "different",
        "services",
        "file",
        "line",
    ],
};
const GROUPS: [&str; 5] = ["count", "kind", "was", "would", "records"];
const DIFFERENCES: &[&str] = &[
    "record.number",
    "kind",
    "decided",
    "was.tier",
    "was.approval",
    "would.tier",
    "would.approval",
];

/// How deep a folder is looked through, what a file may hold, and how many files are read: more
/// than a policy has, so that the server says what is wrong.
const DEPTH_MAX: usize = 4;
const FILE_BYTES_MAX: u64 = 200_000;
const FILES_MAX: usize = 200;

/// What is done with the policy.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Shows the policy in force, or one that was; writes its files into a folder.
    #[command(after_help = "Examples:\n  \
        interlock policy show\n  \
        interlock policy show --of 3 --into rules/")]
    Show(Show),
    /// Checks the files of a folder without putting them in force; exit code 1 when one is wrong.
    #[command(after_help = "Example:\n  interlock policy check rules/")]
    Check(Folder),
    /// Puts the files of a folder in force, whole, as the next version.
    #[command(after_help = "Example:\n  \
        interlock policy activate rules/ --note \"Work on payments meets the board\"")]
    Activate(Activation),
    /// Lists the versions, newest first.
    #[command(after_help = "Example:\n  interlock policy versions")]
    Versions(Paging),
    /// Lists the models in force: the types of changes and releases, the approval each asks for,
    /// and when the cadence of one opens its next release.
    #[command(after_help = "Example:\n  interlock policy models")]
    Models,
    /// Explains why a change or a release needs the approval it needs, and what would change it.
    #[command(after_help = "Examples:\n  \
        interlock policy explain CHG-1042\n  \
        interlock policy explain REL-17 --format json")]
    Explain(Explained),
    /// Proposes the type of a release that would carry some changes, and says why.
    #[command(
        after_help = "Example:\n  interlock policy propose --change CHG-1042 --change CHG-1043"
    )]
    Propose(Proposed),
    /// Lists what the rules that are only observed would have decided, beside what was decided.
    #[command(after_help = "Example:\n  interlock policy observed")]
    Observed,
    /// Compares how stored records were routed with how a set of files would route them.
    #[command(after_help = "Examples:\n  \
        interlock policy replay --days 90 --policy rules/\n  \
        interlock policy replay --days 5000 --policy rules/ --list --format csv")]
    Replay(Replayed),
}

/// Which version is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The version; the one in force when absent. 0 is what the program brings along.
    #[arg(long, value_name = "VERSION")]
    of: Option<i64>,
    /// Writes its files into this folder.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// The files.
#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The folder with `risk.toml`, `conflicts.toml`, `changes/` and `releases/`; beside them only
    /// `.md`, `.txt` and hidden files.
    folder: PathBuf,
}

/// What is put in force.
#[derive(Debug, Args)]
pub(crate) struct Activation {
    #[command(flatten)]
    files: Folder,
    /// What is new.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    version: IfVersion,
}

/// Which record is explained.
#[derive(Debug, Args)]
pub(crate) struct Explained {
    /// `CHG-…` or `REL-…`.
    record: String,
}

/// A release that is only thought of.
#[derive(Debug, Args)]
pub(crate) struct Proposed {
    /// A change that would travel in it; give it again for more.
    #[arg(long = "change", value_name = "CHANGE")]
    changes: Vec<String>,
    /// Where; production when absent.
    #[arg(long)]
    environment: Option<String>,
    /// A tag of it; give it again for more.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

/// What is replayed.
#[derive(Debug, Args)]
pub(crate) struct Replayed {
    /// How many days to look back, by when the records were raised.
    #[arg(long)]
    days: u32,
    /// The folder to try; the policy in force when absent.
    #[arg(long, value_name = "FOLDER")]
    policy: Option<PathBuf>,
    /// Lists the records one by one instead of counting them by kind.
    #[arg(long)]
    list: bool,
}

/// Runs a verb.
pub(crate) fn run(verb: PolicyVerb, direct: &Direct, global: &Global) -> Result {
    let access = if matches!(verb, PolicyVerb::Activate(_)) { Access::Write } else { Access::Read };
    let client = global.client_or(direct, access)?;
    match verb {
        PolicyVerb::Show(wanted) => show(&client, &wanted, global),
        PolicyVerb::Check(files) => check(&client, &files, global),
        PolicyVerb::Activate(wanted) => {
            let files = read(&wanted.files.folder)?;
            let expect = wanted.version.or(|| Ok(current(&client)?.version.version))?;
            let body = Activate { files, note: wanted.note };
            let written: Written = client.write(Method::Put, "/policy", expect, &body)?;
            say(format!("version {} is in force", written.version));
            global.out().written(&written)
        }
        PolicyVerb::Versions(paging) => {
            let wanted = paging.wanted();
            let listed =
                client.list::<PolicyVersion>("/policy/versions", &Query::default(), &wanted)?;
            global.out().listed(&listed, VERSIONS)
        }
        PolicyVerb::Models => {
            let all: Page<Model> = client.get("/models", &Query::default())?;
            global.out().answer(&all, &all.items, MODELS)
        }
        PolicyVerb::Explain(explained) => explain(&client, &explained.record, global),
        PolicyVerb::Propose(wanted) => propose(&client, wanted, global),
        PolicyVerb::Observed => {
            let observed: Observed = client.get("/policy/observed", &Query::default())?;
            global.out().answer(&observed, &observed.items, OBSERVED)?;
            for one in &observed.services {
                let (name, all) = (&one.service.name, one.observed);
                say(format!("{name}: {all} observed, {} would be otherwise", one.different));
            }
            Ok(())
        }
        PolicyVerb::Replay(wanted) => replay(&client, &wanted, global),
    }
}

fn propose(client: &Client, wanted: Proposed, global: &Global) -> Result {
    let Proposed { changes, environment, tags } = wanted;
    let body = ProposeModel { changes, environment, tags };
    let found: ModelProposal = client.post("/models/proposal", Expect::Any, &body)?;
    match &found.proposed {
        Some(name) => say(format!("{name}: {}", found.reason)),
        None => say(&found.reason),
    }
    global.out().answer(&found, &found.rules, RULES)
}

fn current(client: &Client) -> Result<Policy> {
    client.get("/policy", &Query::default())
}

fn show(client: &Client, wanted: &Show, global: &Global) -> Result {
    let policy: Policy =
        client.get("/policy", &Query::default().maybe("version", wanted.of.as_ref()))?;
    if let Some(folder) = &wanted.into {
        write(folder, &policy.files)?;
        say(format!("{} files are in {}", policy.files.len(), folder.display()));
        return Ok(());
    }
    let files =
        policy.files.iter().map(|(path, text)| format!("{path}  {} lines", text.lines().count()));
    let facts = policy.facts.iter().map(|fact| {
        let values = if fact.values.is_empty() {
            String::new()
        } else {
            format!(" ({})", fact.values.join(", "))
        };
        format!("{}: {}{values}", fact.name, fact.about)
    });
    let more = [("Files", files.collect()), ("Facts that rules read", facts.collect())];
    global.out().record(&policy, &["version", "at", "by", "note"], &more)
}

fn check(client: &Client, files: &Folder, global: &Global) -> Result {
    let body = CheckPolicy { files: read(&files.folder)? };
    let checked: PolicyChecked = client.post("/policy/check", Expect::Any, &body)?;
    global.out().answer(&checked, &checked.findings, FINDINGS)?;
    match checked.findings.len() {
        0 if checked.changed.is_empty() => say("sound, and the same as in force"),
        0 => say(format!(
            "sound; differs from version {} in {}",
            checked.version,
            checked.changed.join(", ")
        )),
        1 => return Err(Failure::Found("one thing is wrong".to_owned())),
        many => return Err(Failure::Found(format!("{many} things are wrong"))),
    }
    Ok(())
}

fn explain(client: &Client, record: &str, global: &Global) -> Result {
    let kind = if record.to_uppercase().starts_with("REL") { "releases" } else { "changes" };
    let path = format!("/{kind}/{}/policy", segment(record));
    let why: Explanation = client.get(&path, &Query::default())?;
    if global.format == Format::Csv {
        return global.out().list(&why.rules, RULES);
    }
    let approval =
        why.approval.iter().enumerate().map(|(index, stage)| format!("{}. {stage}", index + 1));
    let approval: Vec<String> = approval.collect();
    let rules: Vec<String> = why.rules.iter().flat_map(rule).collect();
    let fields =
        ["model", "model_version", "file", "policy", "in_force", "decided", "tier", "points"];
    global.out().record(&why, &fields, &[("Approval", approval), ("Rules", rules)])
}

/// A rule in lines: what it came to, its expression, and the facts with what would turn it.
fn rule(rule: &ExplainedRule) -> Vec<String> {
    let mark = if rule.matched { "+" } else { "-" };
    let mut lines = vec![format!("{mark} {}: {}", rule.name, rule.outcome)];
    if let Some(expression) = &rule.expression {
        let place = rule.line.map_or_else(String::new, |line| format!(":{line}"));
        let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(format!("    {}{place}: {expression}", rule.file));
    }
    for fact in &rule.facts {
        lines.push(format!("    {} is {}", fact.name, fact.value));
        for turn in &fact.turns {
            lines.push(format!("        with {}: {}", turn.value, turn.outcome));
        }
    }
    lines
}

fn replay(client: &Client, wanted: &Replayed, global: &Global) -> Result {
    let files = wanted.policy.as_deref().map(read).transpose()?;
    let body = ReplayPolicy { days: wanted.days, files };
    let replay: Replay = client.post("/policy/replay", Expect::Any, &body)?;
    say(format!(
        "{} changes and {} releases raised since {}: {} would be routed otherwise than {}",
        replay.changes,
        replay.releases,
        replay.since,
        replay.different,
        "they were, or than they would be now where nobody has decided",
    ));
    if !replay.complete {
        say("there are more records: ask for fewer days");
    }
    if global.format == Format::Json {
        return global.out().json(&replay);
    }
    if wanted.list {
        return global.out().list(&replay.differences, DIFFERENCES);
    }
    global.out().rows(&grouped(&replay))
}

/// The differences counted, each with its records as far as they are listed.
fn grouped(replay: &Replay) -> Vec<Vec<String>> {
    let mut rows = vec![GROUPS.map(str::to_owned).to_vec()];
    for group in &replay.groups {
        let of_group = replay.differences.iter().filter(|one| {
            (&one.kind, &one.was.approval, &one.would.approval)
                == (&group.kind, &group.was, &group.would)
        });
        let mut records: Vec<String> =
            of_group.map(|one| one.record.number.clone().unwrap_or_default()).collect();
        let more = (group.count as usize).saturating_sub(records.len());
        records.extend((more > 0).then(|| format!("{more} more")));
        rows.push(vec![
            group.count.to_string(),
            group.kind.clone(),
            group.was.join(", "),
            group.would.join(", "),
            records.join(", "),
        ]);
    }
    rows
}

/// Everything that lies in a folder, as the policy names it. Hidden files and words about the
/// policy (`.md`, `.txt`) are no part of it; what else does not belong there is a flaw to be told.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    gather(folder, "", 0, &mut files)?;
    if files.is_empty() {
        let wrong = format!(
            "{} holds no `.toml` file: take one with `interlock policy show --into`",
            folder.display()
        );
        return Err(Failure::usage(wrong));
    }
    Ok(files)
}

fn gather(
    folder: &Path,
    within: &str,
    depth: usize,
    files: &mut BTreeMap<String, String>,
) -> Result {
    let unread = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::usage(format!("{} cannot be read: {error}", path.display()))
    };
    for entry in fs::read_dir(folder).map_err(|error| unread(folder, &error))? {
        let path = entry.map_err(|error| unread(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if name.starts_with('.') || matches!(extension, Some("md" | "txt")) {
            continue;
        }
        let named = format!("{within}{name}");
        let about = fs::metadata(&path).map_err(|error| unread(&path, &error))?;
        if about.is_dir() {
            if depth >= DEPTH_MAX {
                let deep = format!("{} lies too deep for a policy", path.display());
                return Err(Failure::usage(deep));
            }
            gather(&path, &format!("{named}/"), depth + 1, files)?;
            continue;
        }
        if about.len() > FILE_BYTES_MAX || files.len() >= FILES_MAX {
            let wrong = format!(
                "{} is past what a policy holds: {FILES_MAX} files of {FILE_BYTES_MAX} bytes",
                path.display()
            );
            return Err(Failure::usage(wrong));
        }
        let text = fs::read_to_string(&path).map_err(|error| unread(&path, &error))?;
        files.insert(named, text);
    }
    Ok(())
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result {
    for (path, text) in files {
        let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(Failure::usage(format!("`{path}` would be written outside the folder")));
        }
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_misplaced_file_is_taken_along_so_that_it_is_told() {
        let folder = folder(&[
            ("risk.toml", b"version = 1"),
            ("release/x.toml", b"a = 1"),
            ("releases/x.tml", b"a = 1"),
            ("x/y/z.toml", b"a = 1"),
            ("README.md", b"About the rules."),
            (".git/config", b"\xff"),
        ]);
        let files: Vec<String> = read(folder.path()).unwrap().into_keys().collect();
        assert_eq!(files, ["release/x.toml", "releases/x.tml", "risk.toml", "x/y/z.toml"]);
    }

    #[test]
    fn a_file_that_is_no_text_is_named_as_input_that_cannot_be_taken() {
        let latin = folder(&[("risk.toml", b"# gr\xfcn")]);
        let deep = folder(&[("a/b/c/d/e/f.toml", b"")]);
        let large = vec![b'#'; 200_001];
        let large = folder(&[("risk.toml", &large)]);
        let nowhere = latin.path().join("nowhere");
        for (path, named) in [
            (latin.path(), "risk.toml"),
            (deep.path(), "too deep"),
            (large.path(), "risk.toml"),
            (nowhere.as_path(), "nowhere"),
        ] {
            let failure = read(path).unwrap_err();
            assert!(
                matches!(&failure, Failure::Usage(said) if said.contains(named)),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn a_replay_names_the_records_of_each_difference() {
        let routed = |stage: &str| {
            serde_json::json!(
            {"policy": "normal 3, policy 0", "tier": "low", "approval": [stage]})
        };
        let difference = |number: &str| {
            serde_json::json!({
                "record": {"id": number, "number": number, "name": "A change"},
                "kind": "normal change", "decided": true,
                "was": routed("Owner"), "would": routed("CAB"),
            })
        };
        let replay = serde_json::json!({
            "since": "2026-11-01T00:00:00Z", "version": 0, "changes": 9, "releases": 0,
            "different": 3, "complete": true,
            "groups": [
                {"kind": "normal change", "was": ["Owner"], "would": ["CAB"], "count": 3},
            ],
            "differences": [difference("CHG-7"), difference("CHG-4")],
        });
        let rows = grouped(&serde_json::from_value(replay).unwrap());
        assert_eq!(rows[1], ["3", "normal change", "Owner", "CAB", "CHG-7, CHG-4, 1 more"]);
    }
}
