//! What happened, when: filled in from the log of the subject, so that nobody writes it from
//! memory. It reads names and payloads of events as they are stored, and knows no rule of theirs.

use api::review::Moment;
use domain::review::{Annotation, Subject};
use kernel::Actor;
use ports::{Fault, Query, Row, Value};
use serde_json::Value as Json;

use crate::names::Names;
use crate::read::{ANY_MAX, Statement};
use crate::review::TIMELINE_MAX;

/// The events that move a subject; remarks, tasks and edits do not.
const MOVES: &[&str] = &[
    "approval_moved",
    "attached",
    "cancelled",
    "closed",
    "completed",
    "created",
    "deployment_moved",
    "detached",
    "extended",
    "extension_asked",
    "extension_refused",
    "held",
    "raised",
    "resumed",
    "returned",
    "scheduled",
    "started",
    "submitted",
    "unscheduled",
];

/// The moments of a subject, oldest first; for a release with how each of its changes ended. What
/// people remarked stands where it happened.
pub(super) fn timeline(
    db: &mut dyn Query,
    names: &mut Names,
    subject: Subject,
    annotations: &[Annotation],
) -> Result<Vec<Moment>, Fault> {
    let stream = format!("{}:{}", subject.kind(), subject.id());
    let mut told = Vec::new();
    let mut carried = Vec::new();
    for row in moves(db, subject.kind(), &stream)? {
        let payload: Json = serde_json::from_str(row.text(1)?).unwrap_or_default();
        carried.extend(deployed(&payload));
        let verb = row.text(0)?.split('.').nth(1).unwrap_or_default().to_owned();
        if let Some(what) = words(db, names, &verb, &payload)? {
            told.push((row.time(3)?, moment(db, names, what, &row)?));
        }
    }
    for row in endings(db, &carried)? {
        let payload: Json = serde_json::from_str(row.text(1)?).unwrap_or_default();
        let change = row.text(4)?.trim_start_matches("change:").to_owned();
        let number = number(db, names, &change)?;
        let what = format!("{number} ended {}", ending(&payload));
        told.push((row.time(3)?, moment(db, names, what, &row)?));
    }
    for said in annotations {
        let who = names.actor(db, &said.by)?;
        let (at, what) = (said.at.to_string(), said.text.clone());
        told.push((said.at, Moment { at, what, who, remark: true }));
    }
    told.sort_by_key(|(at, _)| *at);
    Ok(told.into_iter().map(|(_, moment)| moment).collect())
}

fn moves(db: &mut dyn Query, kind: &str, stream: &str) -> Result<Vec<Row>, Fault> {
    let mut statement = Statement::new("SELECT name, payload, actor, at, stream FROM events");
    statement.bind(" WHERE stream = ? AND ", [Value::from(stream)]);
    let names = MOVES.iter().map(|verb| Value::from(format!("{kind}.{verb}.v1")));
    statement.bind_any("name", names);
    statement.bind(" ORDER BY version DESC LIMIT ?", [TIMELINE_MAX.into()]);
    let mut rows = statement.query(db)?;
    rows.reverse();
    Ok(rows)
}

/// How changes ended, in the order in which they did. The streams lead, not the index of names,
/// which holds every change that ever ended.
fn endings(db: &mut dyn Query, changes: &[String]) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for slice in changes.chunks(ANY_MAX) {
        let mut statement = Statement::new(
            "SELECT name, payload, actor, at, stream FROM events \
            WHERE (name = 'change.completed.v1' OR 1 = 0) AND ",
        );
        let streams = slice.iter().map(|change| Value::from(format!("change:{change}")));
        statement.bind_any("stream", streams);
        rows.extend(statement.query(db)?);
    }
    Ok(rows)
}

/// The changes that a release deployed, out of the event that says so.
fn deployed(payload: &Json) -> Vec<String> {
    let changes = payload["started"]["changes"].as_array();
    let ids = changes.into_iter().flatten().filter_map(Json::as_str);
    ids.map(str::to_owned).collect()
}

fn moment(db: &mut dyn Query, names: &mut Names, what: String, row: &Row) -> Result<Moment, Fault> {
    let who = names.actor(db, &Actor::of_label(row.text(2)?))?;
    Ok(Moment { at: row.time(3)?.to_string(), what, who, remark: false })
}

/// An event in words; nothing for one that moves nothing.
fn words(
    db: &mut dyn Query,
    names: &mut Names,
    verb: &str,
    payload: &Json,
) -> Result<Option<String>, Fault> {
    Ok(Some(match verb {
        "created" => "Created".to_owned(),
        "raised" => "Raised".to_owned(),
        "submitted" => "Submitted".to_owned(),
        "returned" => with("Rejected", payload, "reason"),
        "scheduled" if payload["window"].is_null() => "Scheduled with its release".to_owned(),
        "scheduled" => format!("Scheduled from {}", window(payload)),
        "unscheduled" => with("Its window was given up", payload, "reason"),
        "extended" => {
            let begin = format!("The window was lengthened, now from {}", window(payload));
            with(&begin, payload, "reason")
        }
        "extension_asked" => {
            let end = payload["end"].as_str().unwrap_or_default();
            with(&format!("A longer window was asked for, to {end}"), payload, "reason")
        }
        "extension_refused" => with("The longer window was turned down", payload, "reason"),
        "started" => "Work began".to_owned(),
        "completed" => format!("Work ended {}", ending(payload)),
        "closed" => with(&format!("Closed{}", outcome(payload, " as ")), payload, "note"),
        "held" => with("Put on hold", payload, "reason"),
        "resumed" => "Resumed".to_owned(),
        "cancelled" => with("Cancelled", payload, "reason"),
        "attached" => joined(db, names, "Joined", payload)?,
        "detached" => joined(db, names, "Left", payload)?,
        "approval_moved" => return Ok(round(payload)),
        "deployment_moved" => return deployment(db, names, payload),
        _ => return Ok(None),
    }))
}

fn joined(
    db: &mut dyn Query,
    names: &mut Names,
    verb: &str,
    payload: &Json,
) -> Result<String, Fault> {
    let release = payload["release"].as_str().unwrap_or_default();
    Ok(format!("{verb} {}", number(db, names, release)?))
}

/// What became of a round: its votes are told on the subject's own page, its rejection is told by
/// the event that sends the subject back.
fn round(payload: &Json) -> Option<String> {
    let told = match payload["closed"]["state"].as_str()? {
        "approved" => "Approved",
        "withdrawn" => "The approval was withdrawn",
        _ => return None,
    };
    Some(told.to_owned())
}

fn deployment(
    db: &mut dyn Query,
    names: &mut Names,
    payload: &Json,
) -> Result<Option<String>, Fault> {
    let Some((verb, data)) = payload.as_object().and_then(|object| object.iter().next()) else {
        return Ok(None);
    };
    Ok(Some(match verb.as_str() {
        "started" => "Deployment began".to_owned(),
        "step_reported" => step(db, names, data, "carried out")?,
        "finished" => "Every change was reported; verification began".to_owned(),
        "verified" => with("Verification passed", data, "note"),
        "rollback_decided" => with("Rollback was decided", data, "reason"),
        "step_back_reported" => step(db, names, data, "taken back")?,
        "rollback_failed" => with("The rollback was given up", data, "reason"),
        "rolled_back" => "Everything reached was taken back".to_owned(),
        _ => return Ok(None),
    }))
}

fn step(db: &mut dyn Query, names: &mut Names, data: &Json, done: &str) -> Result<String, Fault> {
    let number = number(db, names, data["change"].as_str().unwrap_or_default())?;
    let failed = data["state"].as_str() == Some("failed");
    let told = if failed {
        format!("{number} could not be {done}")
    } else {
        format!("{number} was {done}")
    };
    Ok(with(&told, data, "note"))
}

/// The number of a record, or its id where it has none.
fn number(db: &mut dyn Query, names: &mut Names, id: &str) -> Result<String, Fault> {
    let found = names.get(db, id)?.and_then(|found| found.number);
    Ok(found.unwrap_or_else(|| id.to_owned()))
}

/// A sentence, and after a colon what a field of the payload adds to it.
fn with(begin: &str, payload: &Json, field: &str) -> String {
    match payload[field].as_str() {
        Some(text) if !text.trim().is_empty() => format!("{begin}: {text}"),
        _ => begin.to_owned(),
    }
}

fn window(payload: &Json) -> String {
    let text = |field: &str| payload["window"][field].as_str().unwrap_or("?").to_owned();
    format!("{} to {}", text("start"), text("end"))
}

/// An outcome with its remark: "successful", "failed and backed out: disk full".
fn ending(payload: &Json) -> String {
    with(&outcome(payload, ""), payload, "note")
}

fn outcome(payload: &Json, before: &str) -> String {
    let word = payload["outcome"].as_str().map(|word| word.replace('_', " "));
    word.map(|word| format!("{before}{word}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_end_is_told_with_its_remark() {
        let payload = json!({"outcome": "failed_backed_out", "note": "disk full"});
        assert_eq!(ending(&payload), "failed backed out: disk full");
        assert_eq!(ending(&json!({"outcome": "successful", "note": null})), "successful");
    }

    #[test]
    fn only_the_end_of_a_round_is_a_moment() {
        let closed = json!({"closed": {"round": 1, "state": "approved"}});
        assert_eq!(round(&closed).as_deref(), Some("Approved"));
        assert_eq!(round(&json!({"vote_cast": {"round": 1}})), None);
    }

    #[test]
    fn the_deployed_changes_are_those_it_began_with() {
        let started = json!({"started": {"changes": ["chg_1", "chg_2"]}});
        assert_eq!(deployed(&started), ["chg_1", "chg_2"]);
        assert!(deployed(&json!({"finished": {}})).is_empty());
    }
}
