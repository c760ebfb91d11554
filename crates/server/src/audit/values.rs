//! What fields and values of events are called: words and names in place of codes and ids.

use domain::vocabulary::Window;
use kernel::Timestamp;
use ports::{Fault, Query};
use serde_json::{Map, Value as Json};

use crate::audit::subject::kind_of_id;
use crate::names::Names;

/// How much of one text is told, in characters.
const TEXT_MAX: usize = 4_000;
/// How much of one list is told.
const ITEMS_MAX: usize = 30;
/// The longest list that is told whole beside its value before; of a longer one, what differs.
const WHOLE_MAX: usize = 8;

/// Fields whose values are codes, written with underscores.
const CODES: &[&str] = &[
    "category",
    "change_type",
    "customer_impact",
    "decision",
    "how",
    "kind",
    "outcome",
    "phase",
    "repeats",
    "risk",
    "roles",
    "rule",
    "state",
    "tier",
    "touched",
    "why",
];

/// Codes with words of their own, by field.
const CODE_WORDS: &[(&str, &str, &str)] = &[
    ("answer", "abstain", "abstained"),
    ("answer", "approve", "voted yes"),
    ("answer", "reject", "voted no"),
    ("kind", "ci", "CI"),
    ("kind", "downstream_ci", "downstream CI"),
    ("kind", "peak", "peak hours"),
    ("kind", "same_ci", "same CI"),
    ("kind", "upstream_ci", "upstream CI"),
    ("kind", "window", "maintenance window"),
    ("rule", "same_ci", "same CI"),
    ("then", "escalate", "others are asked too"),
    ("then", "reject", "the round ends with a no"),
    ("then", "remind", "those asked are reminded"),
];

/// Fields whose names are not made of their words.
const FIELD_WORDS: &[(&str, &str)] = &[
    ("also", "also on"),
    ("caused_by", "caused by"),
    ("change_type", "type"),
    ("cis", "CIs"),
    ("email", "e-mail"),
    ("except", "except on"),
    ("kpis", "KPIs"),
    ("order", "order of deployment"),
    ("version_running", "version"),
];

/// What of a thing made of several fields comes first, without its name.
const LEADS: &[&str] = &[
    "kind", "name", "title", "what", "target", "service", "ci", "to", "change", "person", "team",
    "list",
];

/// What a field is called.
pub(super) fn field_words(field: &str) -> String {
    if let Some((task, field)) = field.strip_prefix("task_").and_then(|rest| rest.split_once('_')) {
        return format!("task {task}, {}", field_words(field));
    }
    let known = FIELD_WORDS.iter().find(|(known, _)| *known == field);
    known.map_or_else(|| field.replace('_', " "), |(_, words)| (*words).to_owned())
}

/// What a value of a field is called; nothing for none.
pub(super) fn tell(
    db: &mut dyn Query,
    names: &mut Names,
    field: &str,
    value: &Json,
) -> Result<Option<String>, Fault> {
    Ok(match value {
        Json::Null => None,
        Json::Bool(true) => Some("yes".to_owned()),
        Json::Bool(false) => Some("no".to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) if text.trim().is_empty() => None,
        Json::String(text) => Some(match kind_of_id(text) {
            Some(kind) => record(db, names, kind, text)?,
            None => cut(&coded(field, text)),
        }),
        Json::Array(items) => list(db, names, field, items)?,
        Json::Object(fields) => match span(fields) {
            Some(words) => Some(words),
            None => pairs(db, names, fields)?,
        },
    })
}

fn record(db: &mut dyn Query, names: &mut Names, kind: &str, id: &str) -> Result<String, Fault> {
    Ok(match names.get(db, id)? {
        Some(found) => called(found.number.as_deref(), &found.name),
        None => format!("a {kind} that is gone"),
    })
}

/// A number and a title, or what there is of them.
pub(super) fn called(number: Option<&str>, name: &str) -> String {
    match number {
        Some(number) if number != name => format!("{number} {name}"),
        _ => name.to_owned(),
    }
}

fn coded(field: &str, text: &str) -> String {
    let of_field = |(known, code, _): &&(&str, &str, &str)| *known == field && *code == text;
    if let Some((.., words)) = CODE_WORDS.iter().find(of_field) {
        return (*words).to_owned();
    }
    match field {
        "verb" => text.rsplit('.').next().unwrap_or(text).replace('_', " "),
        _ if CODES.contains(&field) => text.replace('_', " "),
        _ => text.to_owned(),
    }
}

fn cut(text: &str) -> String {
    let length = text.chars().count();
    if length <= TEXT_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(TEXT_MAX).collect();
    format!("{kept}… ({length} characters in all)")
}

fn list(
    db: &mut dyn Query,
    names: &mut Names,
    field: &str,
    items: &[Json],
) -> Result<Option<String>, Fault> {
    let mut words = Vec::new();
    for item in items.iter().take(ITEMS_MAX) {
        words.extend(tell(db, names, field, item)?);
    }
    let more = items.len().saturating_sub(ITEMS_MAX);
    if more > 0 {
        words.push(format!("{more} more"));
    }
    let between = if items.iter().any(Json::is_object) { "; " } else { ", " };
    Ok((!words.is_empty()).then(|| words.join(between)))
}

fn pairs(
    db: &mut dyn Query,
    names: &mut Names,
    fields: &Map<String, Json>,
) -> Result<Option<String>, Fault> {
    let mut leads = Vec::new();
    for lead in LEADS {
        if let Some(value) = fields.get(*lead) {
            leads.extend(tell(db, names, lead, value)?);
        }
    }
    let mut words = Vec::new();
    words.extend((!leads.is_empty()).then(|| leads.join(" ")));
    for (field, value) in fields.iter().filter(|(field, _)| !LEADS.contains(&field.as_str())) {
        let told = tell(db, names, field, value)?;
        words.extend(told.map(|told| format!("{} {told}", field_words(field))));
    }
    Ok((!words.is_empty()).then(|| words.join(", ")))
}

/// A window, in the zone it was planned in; an interval without one, from instant to instant.
fn span(fields: &Map<String, Json>) -> Option<String> {
    let text = |field: &str| fields.get(field).and_then(Json::as_str);
    let (start, end) = (text("start")?, text("end")?);
    let Some(zone) = text("zone") else { return Some(format!("{start} to {end}")) };
    let (start, end): (Timestamp, Timestamp) = (start.parse().ok()?, end.parse().ok()?);
    let window = Window::try_new(start, end, zone.parse().ok()?).ok()?;
    let (from, until) = (window.zone.civil(start), window.zone.civil(end));
    let day = "%a %-d %b %Y %H:%M";
    let until_format = if from.date() == until.date() { "%H:%M" } else { day };
    Some(format!("{} – {} {zone}", from.strftime(day), until.strftime(until_format)))
}

/// Two values to be told beside each other. Of long lists only what differs is told.
pub(super) fn beside(
    db: &mut dyn Query,
    names: &mut Names,
    field: &str,
    (before, after): (&Json, &Json),
) -> Result<(Option<String>, Option<String>), Fault> {
    if let (Json::Array(old), Json::Array(new)) = (before, after)
        && old.len().max(new.len()) > WHOLE_MAX
    {
        let gone: Vec<Json> = old.iter().filter(|one| !new.contains(one)).cloned().collect();
        let come: Vec<Json> = new.iter().filter(|one| !old.contains(one)).cloned().collect();
        // In another order nothing is gone, and all of it is told.
        if !(gone.is_empty() && come.is_empty()) {
            let same = old.len() - gone.len();
            let gone = alike(list(db, names, field, &gone)?, same);
            return Ok((gone, alike(list(db, names, field, &come)?, same)));
        }
    }
    Ok((tell(db, names, field, before)?, tell(db, names, field, after)?))
}

fn alike(told: Option<String>, same: usize) -> Option<String> {
    match (told, same) {
        (told, 0) => told,
        (Some(told), same) => Some(format!("{told}, beside {same} that stay")),
        (None, same) => Some(format!("{same} that stay")),
    }
}

#[cfg(test)]
mod tests {
    use ports::{Row, Value};
    use serde_json::json;

    use super::*;

    /// A database that holds nothing.
    struct Empty;

    impl Query for Empty {
        fn query(&mut self, _: &str, _: &[Value]) -> Result<Vec<Row>, Fault> {
            Ok(Vec::new())
        }

        fn search(&mut self, _: Option<&str>, _: &str, _: usize) -> Result<Vec<String>, Fault> {
            Ok(Vec::new())
        }
    }

    fn told(field: &str, value: &Json) -> Option<String> {
        tell(&mut Empty, &mut Names::default(), field, value).unwrap()
    }

    #[test]
    fn a_window_is_told_in_its_own_zone() {
        let window = |end: &str| {
            let value = json!({"start": "2026-11-21T20:00:00Z", "end": end,
                "zone": "Europe/Amsterdam"});
            told("window", &value).unwrap()
        };
        let short = window("2026-11-21T22:00:00Z");
        assert_eq!(short, "Sat 21 Nov 2026 21:00 – 23:00 Europe/Amsterdam");
        let long = window("2026-11-22T01:00:00Z");
        assert_eq!(long, "Sat 21 Nov 2026 21:00 – Sun 22 Nov 2026 02:00 Europe/Amsterdam");
    }

    #[test]
    fn codes_and_ids_are_told_in_words_and_texts_as_they_are() {
        assert_eq!(told("tier", &json!("very_high")).as_deref(), Some("very high"));
        assert_eq!(told("title", &json!("the_title")).as_deref(), Some("the_title"));
        assert_eq!(told("answer", &json!("reject")).as_deref(), Some("voted no"));
        assert_eq!(told("verb", &json!("change.set_window")).as_deref(), Some("set window"));
        let ci = json!("ci_01930f5c6a0070008000000000000031");
        assert_eq!(told("cis", &json!([ci])).as_deref(), Some("a CI that is gone"));
        assert_eq!(told("cis", &json!([])), None);
        assert_eq!(told("description", &json!("")), None);
        let kpi = json!({"name": "Errors", "target": "below 10", "met": true});
        assert_eq!(told("kpis", &json!([kpi])).as_deref(), Some("Errors below 10, met yes"));
    }

    #[test]
    fn long_texts_and_lists_are_cut_and_say_so() {
        let text = told("description", &json!("x".repeat(TEXT_MAX + 1))).unwrap();
        assert!(text.ends_with("… (4001 characters in all)"), "{text}");
        let tags: Vec<String> = (0..ITEMS_MAX + 2).map(|number| format!("t{number}")).collect();
        assert!(told("tags", &json!(tags)).unwrap().ends_with("t29, 2 more"));
    }

    #[test]
    fn of_long_lists_that_differ_a_little_the_difference_is_told() {
        let many: Vec<String> = (0..20).map(|number| format!("t{number}")).collect();
        let (old, mut new) = (json!(many), many.clone());
        new[3] = "other".to_owned();
        let mut names = Names::default();
        let (before, after) = beside(&mut Empty, &mut names, "tags", (&old, &json!(new))).unwrap();
        assert_eq!(before.as_deref(), Some("t3, beside 19 that stay"));
        assert_eq!(after.as_deref(), Some("other, beside 19 that stay"));
        let short = beside(&mut Empty, &mut names, "tags", (&json!(["a"]), &json!(["a", "b"])));
        assert_eq!(short.unwrap(), (Some("a".to_owned()), Some("a, b".to_owned())));
    }
}
