//! Records as CSV (RFC 4180): what a sheet is sorted by in columns of its own, called as in the
//! API, and in the last column all that is kept, as JSON.

use std::collections::BTreeMap;

use api::export::Record;
use serde_json::Value as Json;

use crate::csv::csv_line;

/// The columns of every kind.
const FIRST: [&str; 4] = ["id", "version", "format", "updated_at"];
/// What the API calls otherwise than a state does.
const NAMED: [(&str, &str); 3] =
    [("content.change_type", "type"), ("model", "type"), ("state", "state_name")];
/// Paths that hold a person. Their login stands in a column beside the id.
const PEOPLE: [&str; 9] = [
    "asked_by",
    "content.assignee",
    "content.chair",
    "content.implementer",
    "content.owner",
    "content.release_manager",
    "deputy",
    "person",
    "requester",
];
/// What a state leaves out because it is the same for most, and what it is then.
const DEFAULTS: [(&str, &str, &str); 3] = [
    ("change", "content.environment", "production"),
    ("ci", "content.environment", "production"),
    ("release", "content.environment", "production"),
];
/// The column that holds everything.
const LAST: &str = "state";

/// Where the columns of a kind are in its state.
#[expect(clippy::too_many_lines, reason = "a table, a kind after another")]
fn paths(kind: &str) -> &'static [&'static str] {
    match kind {
        "article" => &[
            "number",
            "state",
            "content.kind",
            "content.audience",
            "content.title",
            "content.release",
            "written_at",
        ],
        "board" => &["content.name", "content.chair"],
        "change" => &[
            "number",
            "content.title",
            "content.change_type",
            "phase",
            "content.environment",
            "content.customer_impact",
            "content.category",
            "risk.tier",
            "requester",
            "content.implementer",
            "content.team",
            "release",
            "content.window.start",
            "content.window.end",
            "content.window.zone",
            "created_at",
            "started_at",
            "finished_at",
            "outcome",
            "origin.source",
            "origin.number",
        ],
        "channel" => &["content.name", "content.kind", "content.off"],
        "ci" => &[
            "content.name",
            "content.kind",
            "content.criticality",
            "content.environment",
            "content.region",
            "content.version_running",
            "content.service",
        ],
        "communication" => &["content.impact", "content.downtime_minutes"],
        "conflict" => &["found.kind", "found.subject.id", "found.with.id", "resolved"],
        "delegation" => &["person", "deputy", "from", "until", "reason", "revoked"],
        "exception" => &[
            "number",
            "state",
            "rule",
            "subject.id",
            "with.id",
            "reason",
            "until",
            "asked_by",
            "asked_at",
        ],
        "external" => &["name", "removed"],
        "feed" => &["name", "person", "revoked"],
        "gate" => &[
            "artifact.name",
            "artifact.digest",
            "environment",
            "purpose",
            "answered.answer",
            "answered.at",
            "allowed_at",
            "seen.deployed_at",
            "seen.unauthorised",
        ],
        "gate_request" => &[
            "delivery",
            "artifact.name",
            "artifact.digest",
            "environment",
            "repository",
            "state",
            "told",
            "received_at",
        ],
        "notice" => &["release", "place", "moment", "window.start", "window.end", "prepared_at"],
        "incident" => &[
            "number",
            "content.title",
            "content.priority",
            "state",
            "content.opened_at",
            "resolved_at",
            "content.assignee",
            "content.caused_by",
            "origin.source",
            "origin.number",
        ],
        "meeting" => &[
            "number",
            "board",
            "state",
            "window.start",
            "window.end",
            "window.zone",
            "cut_off",
            "scheduled",
        ],
        "job" => &[
            "key",
            "command",
            "state",
            "runner",
            "queued_at",
            "claimed_at",
            "how",
            "exit",
            "began_at",
            "ended_at",
            "reason",
        ],
        "period" => &[
            "kind",
            "content.name",
            "content.window.start",
            "content.window.end",
            "content.window.zone",
            "removed",
        ],
        "person" => {
            &["content.login", "content.name", "content.email", "content.zone", "content.inactive"]
        }
        "policy" => &["files"],
        "release" => &[
            "number",
            "content.title",
            "model",
            "phase",
            "state",
            "content.environment",
            "tier",
            "content.owner",
            "content.release_manager",
            "content.team",
            "content.window.start",
            "content.window.end",
            "content.window.zone",
            "scheduled",
            "created_at",
            "outcome",
        ],
        "run" => &["phase", "began_at", "ended_at", "is_paused", "ending", "rollback.reason"],
        "review" => &["number", "why", "subject.kind", "subject.id", "opened_at", "completed_at"],
        "survey" => &["release", "opened_at", "until"],
        "user_group" => &["content.name", "content.audience", "content.zone"],
        "runner" => &["name", "program", "registered_at", "silent_since", "revoked.reason"],
        "service" => &[
            "content.name",
            "content.criticality",
            "content.owner",
            "content.team",
            "content.data_loss_minutes",
            "content.region",
        ],
        "team" => &["content.name", "content.description"],
        "token" => &["name", "person", "expires_at", "revoked"],
        _ => &[],
    }
}

/// The line that names the columns.
pub(super) fn head(kind: &str) -> String {
    let named = |path: &'static str| {
        let other = NAMED.iter().find(|(known, _)| *known == path).map(|(_, name)| *name);
        other.or_else(|| path.strip_prefix("content.")).unwrap_or(path)
    };
    let own = paths(kind).iter().flat_map(|path| {
        let login = PEOPLE.contains(path).then(|| format!("{}_login", named(path)));
        std::iter::once(named(path).to_owned()).chain(login)
    });
    let first = FIRST.into_iter().map(str::to_owned);
    csv_line(first.chain(own).chain([LAST.to_owned()]))
}

/// The ids of the people whom the columns of a record hold.
pub(super) fn people(record: &Record) -> impl Iterator<Item = &str> {
    let held = paths(&record.kind).iter().filter(|path| PEOPLE.contains(path));
    held.filter_map(|path| at(&record.state, path)?.as_str())
}

/// The line of a record; `logins` by id.
pub(super) fn row(record: &Record, logins: &BTreeMap<String, String>) -> String {
    let first = [
        record.id.clone(),
        record.version.to_string(),
        record.format.to_string(),
        record.written_at.clone(),
    ];
    let own = paths(&record.kind).iter().flat_map(|path| {
        let found = at(&record.state, path);
        let default = DEFAULTS.iter().find(|one| (one.0, one.1) == (&*record.kind, *path));
        let default = default.map_or("", |(_, _, default)| *default);
        let cell = found.map_or_else(|| default.to_owned(), plain);
        let login = PEOPLE.contains(path).then(|| logins.get(&cell).cloned().unwrap_or_default());
        std::iter::once(cell).chain(login)
    });
    csv_line(first.into_iter().chain(own).chain([record.state.to_string()]))
}

/// What is at a path of a state.
fn at<'a>(state: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(state, |inner, name| inner.get(name))
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::records::KINDS;

    #[test]
    fn every_kind_has_columns_of_its_own() {
        for kind in KINDS {
            assert!(!paths(kind.name).is_empty(), "{} has none", kind.name);
        }
    }

    #[test]
    fn a_sheet_names_people_by_login_and_says_what_a_state_leaves_out() {
        let record = Record {
            kind: "release".to_owned(),
            id: "rel_1".to_owned(),
            version: 2,
            format: 1,
            written_at: "2026-11-21T08:00:00Z".to_owned(),
            state: json!({"number": "REL-1", "model": "minor", "content": {"owner": "per_1"}}),
        };
        assert_eq!(people(&record).collect::<Vec<_>>(), ["per_1"]);
        let logins = BTreeMap::from([("per_1".to_owned(), "anna".to_owned())]);
        let (head, row) = (head("release"), row(&record, &logins));
        let cell = |name: &str| {
            let place = head.trim_end().split(',').position(|known| known == name).unwrap();
            row.split(',').nth(place).unwrap().to_owned()
        };
        assert_eq!((cell("owner"), cell("owner_login")), ("per_1".to_owned(), "anna".to_owned()));
        assert_eq!(
            (cell("type"), cell("environment")),
            ("minor".to_owned(), "production".to_owned())
        );
    }

    #[test]
    fn the_manual_names_every_kind() {
        let manual = include_str!("../../../../docs/features/export.md");
        for kind in KINDS {
            let named = format!("`{}`", kind.name);
            let told = manual.lines().skip_while(|line| !line.starts_with("The kinds are"));
            assert!(told.take(4).any(|line| line.contains(&named)), "{named}");
        }
    }

    #[test]
    fn a_value_stays_as_it_is_between_quotes() {
        let state = json!({"content": {"name": "a \"b\", c", "description": "=1+1\nx"}});
        let record = Record {
            kind: "team".to_owned(),
            id: "tem_1".to_owned(),
            version: 2,
            format: 1,
            written_at: "2026-11-21T08:00:00Z".to_owned(),
            state,
        };
        assert_eq!(head("team"), "id,version,format,updated_at,name,description,state\r\n");
        let expected = "tem_1,2,1,2026-11-21T08:00:00Z,\"a \"\"b\"\", c\",\"=1+1\nx\",\
            \"{\"\"content\"\":{\"\"description\"\":\"\"=1+1\\nx\"\",\
            \"\"name\"\":\"\"a \\\"\"b\\\"\", c\"\"}}\"\r\n";
        assert_eq!(row(&record, &BTreeMap::new()), expected);
    }
}
