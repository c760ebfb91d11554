//! Records as CSV (RFC 4180): what a sheet is sorted by in columns of its own, and in the last
//! column all that is kept, as JSON.

use api::export::Record;
use serde_json::Value as Json;

/// The columns of every kind.
const FIRST: [&str; 4] = ["id", "version", "format", "written_at"];
/// The column that holds everything.
const LAST: &str = "state";

/// Where the columns of a kind are in its state.
#[expect(clippy::too_many_lines, reason = "a table, a kind after another")]
fn paths(kind: &str) -> &'static [&'static str] {
    match kind {
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
        "ci" => &[
            "content.name",
            "content.kind",
            "content.criticality",
            "content.environment",
            "content.region",
            "content.version_running",
            "content.service",
        ],
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
    let short = |path: &&'static str| path.strip_prefix("content.").unwrap_or(path);
    let own = paths(kind).iter().map(short);
    // What a record calls its own state stands beside the column that holds all of it.
    let own = own.map(|name| if name == LAST { "state_name" } else { name });
    let all: Vec<&str> = FIRST.into_iter().chain(own).chain([LAST]).collect();
    joined(all.iter().map(|name| (*name).to_owned()))
}

/// The line of a record.
pub(super) fn row(record: &Record) -> String {
    let first = [
        record.id.clone(),
        record.version.to_string(),
        record.format.to_string(),
        record.written_at.clone(),
    ];
    let own = paths(&record.kind).iter().map(|path| {
        let at = |inner: Option<&Json>| inner.map_or_else(String::new, plain);
        at(path.split('.').try_fold(&record.state, |inner, name| inner.get(name)))
    });
    joined(first.into_iter().chain(own).chain([record.state.to_string()]))
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
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
        assert_eq!(head("team"), "id,version,format,written_at,name,description,state\r\n");
        let expected = "tem_1,2,1,2026-11-21T08:00:00Z,\"a \"\"b\"\", c\",\"=1+1\nx\",\
            \"{\"\"content\"\":{\"\"description\"\":\"\"=1+1\\nx\"\",\
            \"\"name\"\":\"\"a \\\"\"b\\\"\", c\"\"}}\"\r\n";
        assert_eq!(row(&record), expected);
    }
}
