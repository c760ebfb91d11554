//! `interlock incident`: interruptions of a service.

use api::change::Link;
use api::incident::{Incident, IncidentFields, IncidentRow, Near, NearChange};
use clap::{Args, Subcommand};
use ports::{Clock as _, Method, SystemClock};

use crate::client::{Client, Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::Result;
use crate::given::{FromFile, ZoneArg, cleared, replaces, set};
use crate::output::Columns;
use crate::record::{IfVersion, Named, Records, Remark, action_lines, comment_lines};

const LIST: Columns = Columns {
    people: &["number", "title", "priority", "state", "opened_at", "resolved_at", "caused_by"],
    all: COLUMNS,
};
const COLUMNS: &[&str] = &[
    "number",
    "title",
    "priority",
    "state",
    "opened_at",
    "resolved_at",
    "ci",
    "caused_by",
    "source_number",
];
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "title",
    "priority",
    "state",
    "description",
    "opened_at",
    "resolved_at",
    "cis",
    "services",
    "assignee",
    "caused_by",
    "imported",
];

const NEAR: Columns = Columns {
    people: &["change.number", "change.name", "causality", "minutes_before", "why"],
    all: &[
        "change.number",
        "change.name",
        "release.number",
        "began_at",
        "ended_at",
        "under_way",
        "minutes_before",
        "outcome",
        "nearness",
        "hit.name",
        "path",
        "causality",
        "within_hours",
        "why",
    ],
};

/// What is done with incidents.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentVerb {
    /// Lists incidents.
    #[command(after_help = "Example:\n  interlock incident list --state open")]
    List(List),
    /// Shows an incident, and what was changed lately near it.
    #[command(after_help = "Example:\n  interlock incident show INC-7")]
    Show(Named),
    /// Lists what was changed lately near it, the likely cause first: on what it hits, on what that
    /// needs and on what needs that.
    #[command(after_help = "Examples:\n  interlock incident near INC-7 --hours 48\n  \
        interlock incident edit INC-7 --caused-by CHG-1042")]
    Near(Looked),
    /// Opens an incident.
    #[command(after_help = "Example:\n  interlock incident create \
        --title \"Payments are slow\" --priority 2 --service Payments")]
    Create(Box<Fields>),
    /// Edits an incident; --state resolved ends it.
    #[command(after_help = "Example:\n  interlock incident edit INC-7 --state resolved \
        --caused-by CHG-1042")]
    Edit(Box<Edit>),
    /// Adds a remark.
    #[command(after_help = "Example:\n  interlock incident comment INC-7 \"the cache was full\"")]
    Comment(Remark),
}

/// How far is looked back from an incident.
#[derive(Debug, Args)]
pub(crate) struct Looked {
    /// Its number or id.
    incident: String,
    /// How many hours before it began; 24 when absent.
    #[arg(long)]
    hours: Option<u32>,
}

/// Which incidents are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// `open`, `resolved` or `closed`.
    #[arg(long)]
    state: Option<String>,
    /// Hitting this service.
    #[arg(long)]
    service: Option<String>,
    /// Hitting this CI.
    #[arg(long)]
    ci: Option<String>,
    /// Of this priority, 1 to 5.
    #[arg(long)]
    priority: Option<u8>,
    /// Caused by this change.
    #[arg(long, value_name = "CHANGE")]
    caused_by: Option<String>,
    /// Worked on by this person, by login.
    #[arg(long, value_name = "LOGIN")]
    assignee: Option<String>,
    /// With these words.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    /// In this order: `opened_at` or `priority`; turned round with a `-` before it.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// New values for an incident.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its number or id.
    incident: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of an incident. An empty text clears a field; lists replace what is there.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    #[command(flatten)]
    from: FromFile,
    /// What happened, in one line.
    #[arg(long)]
    title: Option<String>,
    /// What is known.
    #[arg(long)]
    description: Option<String>,
    /// 1 (worst) to 5.
    #[arg(long)]
    priority: Option<u8>,
    /// `open`, `resolved` or `closed`.
    #[arg(long)]
    state: Option<String>,
    /// When it began: RFC 3339, or wall time of --zone; now when absent.
    #[arg(long, value_name = "TIME")]
    opened_at: Option<String>,
    /// When service was restored, written the same way; now when an incident is resolved or closed
    /// and nobody said.
    #[arg(long, value_name = "TIME")]
    resolved_at: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// A CI hit, by name; give it again for more.
    #[arg(long = "ci", value_name = "NAME")]
    cis: Vec<String>,
    /// A service hit, by name; give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Who works on it, by login.
    #[arg(long, value_name = "LOGIN")]
    assignee: Option<String>,
    /// The change that caused it, when that is known.
    #[arg(long, value_name = "CHANGE")]
    caused_by: Option<String>,
    /// A link, such as `ticket=JIRA-7`; give it again for more.
    #[arg(long = "link", value_name = "KIND=TARGET", value_parser = crate::given::pair)]
    links: Vec<(String, String)>,
}

impl Fields {
    /// The fields; `restored` when it is known already when service was.
    fn body(&self, client: &Client, restored: bool) -> Result<IncidentFields> {
        let mut body: IncidentFields = self.from.fields()?;
        let clock = self.zone.clock(client);
        let at =
            |text: &String| if text.is_empty() { Ok(text.clone()) } else { clock.instant(text) };
        let resolved = self.resolved_at.as_ref().map(at).transpose()?;
        set(&mut body.title, self.title.clone());
        set(&mut body.description, self.description.clone());
        set(&mut body.priority, self.priority);
        set(&mut body.state, self.state.clone());
        set(&mut body.opened_at, self.opened_at.as_ref().map(at).transpose()?);
        set(&mut body.resolved_at, cleared(resolved.as_ref()));
        set(&mut body.cis, replaces(&self.cis));
        set(&mut body.services, replaces(&self.services));
        set(&mut body.assignee, cleared(self.assignee.as_ref()));
        set(&mut body.caused_by, cleared(self.caused_by.as_ref()));
        let links = self.links.iter().map(|(kind, target)| Link::new(kind, target));
        set(&mut body.links, (!self.links.is_empty()).then(|| links.collect()));
        let ends =
            body.state.as_deref().is_some_and(|state| ["resolved", "closed"].contains(&state));
        if ends && !restored && body.resolved_at.is_none() {
            body.resolved_at = Some(Some(SystemClock.now().to_string()));
        }
        Ok(body)
    }
}

/// Runs a verb.
pub(crate) fn run(verb: IncidentVerb, global: &Global) -> Result {
    let client = global.client()?;
    let incidents = Records { client: &client, folder: "/incidents" };
    let written = match verb {
        IncidentVerb::List(list) => {
            let query = Query::default()
                .maybe("state", list.state.as_ref())
                .maybe("service", list.service.as_ref())
                .maybe("ci", list.ci.as_ref())
                .maybe("priority", list.priority.as_ref())
                .maybe("caused_by", list.caused_by.as_ref())
                .maybe("assignee", list.assignee.as_ref())
                .maybe("q", list.query.as_ref())
                .maybe("sort", list.sort.as_ref());
            let wanted = list.paging.wanted();
            let listed = client.list::<IncidentRow>("/incidents", &query, &wanted)?;
            return global.out().listed(&listed, LIST);
        }
        IncidentVerb::Show(named) => {
            let path = incidents.path(&named.record);
            let incident: Incident = client.get(&path, &Query::default())?;
            let near = near(&client, &path, None)?;
            let title = format!("changed in the {} hours before", near.hours);
            let sections = [
                (title.as_str(), near.items.iter().map(near_line).collect()),
                ("remarks", comment_lines(&incident.comments, "UTC")),
                ("you may", action_lines(&incident.actions, "UTC")),
            ];
            return global.out().record(&incident, FIELDS, &sections);
        }
        IncidentVerb::Near(looked) => {
            let near = near(&client, &incidents.path(&looked.incident), looked.hours)?;
            return global.out().answer(&near, &near.items, NEAR);
        }
        IncidentVerb::Create(fields) => {
            client.post("/incidents", Expect::Any, &fields.body(&client, false)?)
        }
        IncidentVerb::Edit(edit) => {
            let path = incidents.path(&edit.incident);
            let there: Incident = client.get(&path, &Query::default())?;
            let expect = edit.version.or(|| Ok(there.version))?;
            let body = edit.fields.body(&client, there.resolved_at.is_some())?;
            client.write(Method::Patch, &path, expect, &body)
        }
        IncidentVerb::Comment(remark) => incidents.comment(&remark),
    };
    global.out().written(&written?)
}

fn near(client: &Client, path: &str, hours: Option<u32>) -> Result<Near> {
    client.get(&format!("{path}/near"), &Query::default().maybe("hours", hours.as_ref()))
}

/// `CHG-7 Renew the certificates: worked on …; ended 12 min before it began [inferred]`
fn near_line(near: &NearChange) -> String {
    let number = near.change.number.as_deref().unwrap_or(&near.change.id);
    let with = near.release.as_ref().and_then(|release| release.number.as_ref());
    let with = with.map_or_else(String::new, |release| format!(" with {release}"));
    format!("{number}{with} {}: {} [{}]", near.change.name, near.why, near.causality)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::client::tests::script;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        fields: Fields,
    }

    fn body(words: &[&str], restored: bool) -> IncidentFields {
        let line = Line::try_parse_from([&["edit"], words].concat()).unwrap();
        let (_, client) = script(vec![]);
        line.fields.body(&client, restored).unwrap()
    }

    #[test]
    fn an_incident_that_ends_without_a_time_ends_now_unless_it_had_one() {
        assert!(matches!(body(&["--state", "resolved"], false).resolved_at, Some(Some(_))));
        assert!(matches!(body(&["--state", "closed"], false).resolved_at, Some(Some(_))));
        assert_eq!(body(&["--state", "closed"], true).resolved_at, None);
        assert_eq!(body(&["--state", "open"], false).resolved_at, None);
        let said = ["--state", "resolved", "--resolved-at", "2026-12-05T21:00:00Z"];
        let expected = Some(Some("2026-12-05T21:00:00Z".to_owned()));
        assert_eq!(body(&said, false).resolved_at, expected);
    }
}
