//! `interlock knowledge`: release notes, workarounds, known limitations and guides.

use std::path::PathBuf;

use api::common::Written;
use api::knowledge::{
    Article, ArticleDifference, ArticleFields, ArticleRow, DifferenceLine, NotesFields,
    PublishedVersion,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::Result;
use crate::given::{FromFile, cleared, read_text, replaces, set};
use crate::output::Columns;
use crate::record::{IfVersion, Named, Records, Step, action_lines};
use crate::wall;

const LIST: Columns = Columns {
    people: &["number", "title", "kind", "audience", "state", "in_force"],
    all: &[
        "number",
        "title",
        "kind",
        "audience",
        "state",
        "in_force",
        "release.number",
        "updated_at",
        "id",
    ],
};
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "title",
    "kind",
    "audience",
    "state",
    "in_force",
    "services",
    "release",
    "authors",
    "approved_by",
    "retired.reason",
];

/// What is done with articles.
#[derive(Debug, Subcommand)]
pub(crate) enum KnowledgeVerb {
    /// Lists articles, the newest first.
    #[command(
        after_help = "Examples:\n  interlock knowledge list --kind workaround --in-force\n  \
        interlock knowledge list --applies-to CHG-1042"
    )]
    List(List),
    /// Shows an article: its newest text, its versions, and what you may do.
    #[command(after_help = "Example:\n  interlock knowledge show KB-3")]
    Show(Named),
    /// Writes one down, as a draft.
    #[command(after_help = "Example:\n  interlock knowledge write --kind workaround \
        --title \"Payments time out on Mondays\" --service Payments --body-file text.md")]
    Write(Fields),
    /// Writes in one: it is a draft again, and what was published stays.
    #[command(after_help = "Example:\n  interlock knowledge edit KB-3 --body-file text.md")]
    Edit(Edit),
    /// Writes the notes of a release from its record, as a draft.
    #[command(after_help = "Example:\n  interlock knowledge notes REL-17 --audience customers")]
    Notes(Notes),
    /// Says that a draft of someone else may be published.
    #[command(after_help = "Example:\n  interlock knowledge approve KB-3")]
    Approve(Step),
    /// Lets its audience read what was approved, as the next version.
    #[command(after_help = "Example:\n  interlock knowledge publish KB-3")]
    Publish(Step),
    /// Takes it out of force.
    #[command(after_help = "Example:\n  \
        interlock knowledge retire KB-3 --reason \"mended in Payments 4.3\"")]
    Retire(Step),
    /// What differs between two versions; from the one in force to the newest text when none is
    /// named.
    #[command(after_help = "Example:\n  interlock knowledge diff KB-3 --from 1 --to 2")]
    Diff(Diff),
    /// Prints it as Markdown: the version in force, or another.
    #[command(after_help = "Example:\n  interlock knowledge export KB-3 --output notes.md")]
    Export(Export),
}

/// Which articles are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// `guide`, `release_notes`, `workaround` or `known_limitation`.
    #[arg(long)]
    kind: Option<String>,
    /// `internal` or `customers`.
    #[arg(long)]
    audience: Option<String>,
    /// `draft`, `approved`, `published` or `retired`.
    #[arg(long)]
    state: Option<String>,
    /// With a version that its audience reads.
    #[arg(long)]
    in_force: bool,
    /// About this service.
    #[arg(long)]
    service: Option<String>,
    /// About this release.
    #[arg(long)]
    release: Option<String>,
    /// Workarounds and known limitations in force of what this change, release or service touches.
    #[arg(long, value_name = "RECORD", conflicts_with = "query")]
    applies_to: Option<String>,
    /// With these words.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// What an article says. An empty text clears the release; services replace what is there.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    #[command(flatten)]
    from: FromFile,
    /// `guide`, `release_notes`, `workaround` or `known_limitation`.
    #[arg(long)]
    kind: Option<String>,
    /// `internal` or `customers`.
    #[arg(long)]
    audience: Option<String>,
    /// What it is called.
    #[arg(long)]
    title: Option<String>,
    /// What it says, in Markdown.
    #[arg(long, conflicts_with = "body_file")]
    body: Option<String>,
    /// A file with what it says; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// A service that it is about, by name; give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// The release that it is about.
    #[arg(long)]
    release: Option<String>,
}

impl Fields {
    fn body(&self) -> Result<ArticleFields> {
        let mut body: ArticleFields = self.from.fields()?;
        let text = self.body_file.as_deref().map(read_text).transpose()?;
        set(&mut body.kind, self.kind.clone());
        set(&mut body.audience, self.audience.clone());
        set(&mut body.title, self.title.clone());
        set(&mut body.body, text.or_else(|| self.body.clone()));
        set(&mut body.services, replaces(&self.services));
        set(&mut body.release, cleared(self.release.as_ref()));
        Ok(body)
    }
}

/// New values for an article.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its number or id.
    article: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// For whom the notes of a release are written.
#[derive(Debug, Args)]
pub(crate) struct Notes {
    /// The number or id of the release.
    release: String,
    /// `internal` or `customers`.
    #[arg(long, default_value = "internal")]
    audience: String,
}

/// Which versions are compared.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Its number or id.
    article: String,
    /// The older version.
    #[arg(long)]
    from: Option<u32>,
    /// The newer version; the newest text when absent.
    #[arg(long)]
    to: Option<u32>,
}

/// Which version is printed.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Its number or id.
    article: String,
    /// The version; the one in force when absent.
    #[arg(long = "number", value_name = "VERSION")]
    number: Option<u32>,
}

/// Runs a verb.
pub(crate) fn run(verb: KnowledgeVerb, global: &Global) -> Result {
    let client = global.client()?;
    let articles = Records { client: &client, folder: "/knowledge" };
    let written: Result<Written> = match verb {
        KnowledgeVerb::List(list) => return show_list(&client, &list, global),
        KnowledgeVerb::Show(named) => return show(&articles, &named.record, global),
        KnowledgeVerb::Diff(diff) => return show_diff(&articles, &diff, global),
        KnowledgeVerb::Export(export) => {
            let path = format!("{}/markdown", articles.path(&export.article));
            let query = Query::default().maybe("version", export.number.as_ref());
            let mut text = Vec::new();
            client.fetch(&path, &query, &mut text)?;
            return global.out().write(&text);
        }
        KnowledgeVerb::Write(fields) => client.post("/knowledge", Expect::Any, &fields.body()?),
        KnowledgeVerb::Edit(edit) => {
            let path = articles.path(&edit.article);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)
        }
        KnowledgeVerb::Notes(notes) => {
            let path = format!("/releases/{}/notes", segment(&notes.release));
            client.post(&path, Expect::Any, &NotesFields { audience: notes.audience })
        }
        KnowledgeVerb::Approve(step) => articles.step(&step, "approve"),
        KnowledgeVerb::Publish(step) => articles.step(&step, "publish"),
        KnowledgeVerb::Retire(step) => articles.step(&step, "retire"),
    };
    global.out().written(&written?)
}

fn show_list(client: &Client, list: &List, global: &Global) -> Result {
    let query = Query::default()
        .maybe("kind", list.kind.as_ref())
        .maybe("audience", list.audience.as_ref())
        .maybe("state", list.state.as_ref())
        .maybe("in_force", list.in_force.then_some(&true))
        .maybe("service", list.service.as_ref())
        .maybe("release", list.release.as_ref())
        .maybe("applies_to", list.applies_to.as_ref())
        .maybe("q", list.query.as_ref());
    let listed = client.list::<ArticleRow>("/knowledge", &query, &list.paging.wanted())?;
    global.out().listed(&listed, LIST)
}

fn show(articles: &Records<'_>, article: &str, global: &Global) -> Result {
    let article: Article = articles.client.get(&articles.path(article), &Query::default())?;
    let sections = [
        ("text", article.body.lines().map(str::to_owned).collect()),
        ("versions", article.versions.iter().map(version_line).collect()),
        ("you may", action_lines(&article.actions, "UTC")),
    ];
    global.out().record(&article, FIELDS, &sections)
}

fn version_line(version: &PublishedVersion) -> String {
    let approved = version.approved_by.as_ref();
    let approved = approved.map_or_else(String::new, |by| format!(", approved by {}", by.name));
    let at = wall::moment(&version.at, "UTC");
    format!("{} {at} {} by {}{approved}", version.version, version.title, version.by)
}

fn show_diff(articles: &Records<'_>, diff: &Diff, global: &Global) -> Result {
    let path = format!("{}/difference", articles.path(&diff.article));
    let query = Query::default().maybe("from", diff.from.as_ref()).maybe("to", diff.to.as_ref());
    let found: ArticleDifference = articles.client.get(&path, &query)?;
    let lines = found.lines.iter().map(difference_line).collect();
    let fields = ["from", "to", "title_before", "title"];
    global.out().record(&found, &fields, &[("lines", lines)])
}

fn difference_line(line: &DifferenceLine) -> String {
    let sign = match line.mark.as_str() {
        "added" => '+',
        "removed" => '-',
        _ => ' ',
    };
    format!("{sign} {}", line.text)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        fields: Fields,
    }

    #[test]
    fn what_is_not_said_is_not_sent_and_an_empty_release_is_cleared() {
        let body = |words: &[&str]| {
            let line = Line::try_parse_from([&["write"], words].concat()).unwrap();
            line.fields.body().unwrap()
        };
        let written =
            body(&["--title", "Restart it", "--service", "Payments", "--body", "Off, on."]);
        assert_eq!(written.title.as_deref(), Some("Restart it"));
        assert_eq!(written.services, Some(vec!["Payments".to_owned()]));
        assert_eq!((written.kind, written.release), (None, None));
        assert_eq!(body(&["--release", ""]).release, Some(None));
    }

    #[test]
    fn a_difference_reads_like_any_other() {
        let line = |mark: &str| DifferenceLine { mark: mark.to_owned(), text: "x".to_owned() };
        let told = ["same", "removed", "added"].map(|mark| difference_line(&line(mark)));
        assert_eq!(told, ["  x", "- x", "+ x"]);
    }
}
