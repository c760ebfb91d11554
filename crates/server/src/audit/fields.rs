//! What the fields of a record were before an event and are after it. Nothing of that is stored:
//! the events that set fields are read once for all events shown of a record, and gone through in
//! order.

use std::collections::{BTreeMap, BTreeSet};

use domain::vocabulary::Environment;
use ports::{Fault, Query, Value};
use serde_json::{Map, Value as Json};

use crate::audit::themes;
use crate::read::Statement;

/// How many events back of a record are looked at for the value before.
const LOOK_BACK_MAX: i64 = 5_000;

/// A field, its value before, and its value after. Null is nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) before: Before,
    pub(super) after: Json,
}

/// A value before an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Before {
    /// This.
    Was(Json),
    /// It was set longer ago than is looked back.
    LongAgo,
}

/// Events that set single things: the end of their name, where it is in the payload, the field.
const SINGLE: &[(&str, &str, &str)] = &[
    ("dependencies_set", "/after", "depends_on"),
    ("extended", "/window", "window"),
    ("links_set", "/links", "links"),
    ("opened", "/kpis", "kpis"),
    ("opened", "/short/went_well", "went_well"),
    ("opened", "/short/went_wrong", "went_wrong"),
    ("relations_set", "/relations", "relations"),
    ("reordered", "/changes", "order"),
    ("resolution_corrected", "/resolved_at", "resolved_at"),
    ("resolved", "/resolved_at", "resolved_at"),
    ("risk_recorded", "/risk/tier", "risk"),
    ("scheduled", "/window", "window"),
    ("started", "/window", "window"),
    ("submitted", "/tier", "risk"),
    ("tier_recorded", "/tier", "risk"),
    ("version_set", "/version", "version_running"),
];

/// Events that set fields, by the ends of their names, beside [`SINGLE`]. Joining and leaving is
/// told in words; it is gone through for the order.
const OTHERS: &[&str] = &[
    "activated",
    "annotated",
    "change_attached",
    "change_detached",
    "created",
    "edited",
    "imported",
    "raised",
    "reported",
    "scope_stated",
    "written",
];

/// What of an import is no field.
const NO_FIELDS: &[&str] = &["number", "origin", "gone", "set"];

fn verb(name: &str) -> &str {
    name.split('.').nth(1).unwrap_or_default()
}

/// Whether an event may set fields.
fn sets(name: &str) -> bool {
    OTHERS.contains(&verb(name)) || SINGLE.iter().any(|(known, ..)| *known == verb(name))
}

/// The fields that an event sets. A null resets its field.
pub(super) fn set_by(name: &str, payload: &Json) -> Vec<(String, Json)> {
    let under = |prefix: &str, fields: Option<&Json>| -> Vec<(String, Json)> {
        let fields = fields.and_then(Json::as_object).into_iter().flatten();
        fields.map(|(field, value)| (format!("{prefix}{field}"), value.clone())).collect()
    };
    match verb(name) {
        "created" | "raised" | "reported" | "written" => under("", payload.get("content")),
        "edited" => under("", payload.get("edit")),
        "scope_stated" => under("scope_", payload.get("edit")),
        "activated" => under("", payload.get("files")),
        "imported" => {
            let mut fields = under("", Some(payload));
            fields.retain(|(field, _)| !NO_FIELDS.contains(&field.as_str()));
            if name.starts_with("external.") { Vec::new() } else { fields }
        }
        "annotated" => annotated(payload),
        known => {
            let single = SINGLE.iter().filter(|(verb, ..)| *verb == known);
            let set = single.filter_map(|(_, place, field)| {
                let value = payload.pointer(place).filter(|value| !value.is_null())?;
                Some(((*field).to_owned(), value.clone()))
            });
            set.collect()
        }
    }
}

fn annotated(payload: &Json) -> Vec<(String, Json)> {
    if let Some(links) = payload.pointer("/links_set/links") {
        return vec![("links".to_owned(), links.clone())];
    }
    let of_task = |event: &Json, fields: &str| -> Vec<(String, Json)> {
        let number = event["number"].as_u64().unwrap_or_default();
        let fields = event[fields].as_object().into_iter().flatten();
        fields.map(|(field, value)| (format!("task_{number}_{field}"), value.clone())).collect()
    };
    match (payload.get("task_added"), payload.get("task_edited")) {
        (Some(added), _) => of_task(added, "task"),
        (_, Some(edited)) => of_task(edited, "edit"),
        _ => Vec::new(),
    }
}

/// The fields of the events that are shown, by stream and version.
#[derive(Debug, Default)]
pub(super) struct Fields(BTreeMap<(String, i64), Vec<Field>>);

impl Fields {
    /// Of events by stream, version and name.
    pub(super) fn load<'a>(
        db: &mut dyn Query,
        events: impl Iterator<Item = (&'a str, i64, &'a str)>,
    ) -> Result<Self, Fault> {
        let mut streams: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for (stream, version, _) in events.filter(|(_, _, name)| sets(name)) {
            streams.entry(stream).or_default().insert(version);
        }
        let mut fields = Self::default();
        for (stream, shown) in streams {
            fields.go_through(db, stream, &shown)?;
        }
        Ok(fields)
    }

    /// What an event set, and what that was before.
    pub(super) fn of(&self, stream: &str, version: i64) -> &[Field] {
        self.0.get(&(stream.to_owned(), version)).map_or(&[], Vec::as_slice)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Field> {
        self.0.values().flatten()
    }

    fn go_through(
        &mut self,
        db: &mut dyn Query,
        stream: &str,
        shown: &BTreeSet<i64>,
    ) -> Result<(), Fault> {
        let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return Ok(()) };
        let kind = stream.split(':').next().unwrap_or_default();
        // An activation holds every file: the one before says all that was before.
        let back = if kind == "policy" { last - first + 1 } else { LOOK_BACK_MAX };
        let since = last - back;
        let mut statement = Statement::new("SELECT version, name, payload FROM events");
        statement.bind(
            " WHERE stream = ? AND version >= ? AND version <= ? AND (",
            [stream.into(), since.into(), (*last).into()],
        );
        let names = themes::names().filter(|name| name.split('.').next() == Some(kind));
        let names: Vec<Value> = names.filter(|name| sets(name)).map(Value::from).collect();
        if names.is_empty() {
            return Ok(());
        }
        statement.bind_any("name", names);
        statement.push(" OR 1 = 0) ORDER BY version");
        let whole = since <= 1 || kind == "policy";
        let mut known = Map::new();
        for row in statement.query(db)? {
            let (version, name) = (row.int(0)?, row.text(1)?);
            let payload: Json = serde_json::from_str(row.text(2)?)
                .map_err(|error| Fault::permanent("reading an event", error))?;
            let told = pass(&mut known, name, &payload, whole);
            if shown.contains(&version) {
                self.0.insert((stream.to_owned(), version), told);
            }
        }
        Ok(())
    }
}

/// Takes an event in: what it altered, and what that was.
fn pass(known: &mut Map<String, Json>, event: &str, payload: &Json, whole: bool) -> Vec<Field> {
    if whole || known.contains_key("order") {
        travels(known, verb(event), payload);
    }
    let mut set = set_by(event, payload);
    if verb(event) == "activated" {
        let gone = known.keys().filter(|file| set.iter().all(|(kept, _)| kept != *file));
        let gone: Vec<_> = gone.map(|file| (file.clone(), Json::Null)).collect();
        set.extend(gone);
    }
    let mut fields = Vec::new();
    for (name, after) in set {
        let before = match known.insert(name.clone(), after.clone()) {
            Some(before) => Before::Was(before),
            None if begins(verb(event)) => Before::Was(Json::Null),
            None if whole => Before::Was(unset(&name)),
            None => Before::LongAgo,
        };
        if before != Before::Was(after.clone()) {
            fields.push(Field { name, before, after });
        }
    }
    fields
}

/// Whether an event begins a record, before which nothing was set.
fn begins(verb: &str) -> bool {
    ["created", "imported", "opened", "raised", "reported"].contains(&verb)
}

/// A change that joins or leaves alters the order that is set by hand.
fn travels(known: &mut Map<String, Json>, verb: &str, payload: &Json) {
    let joins = match verb {
        "change_attached" => true,
        "change_detached" => false,
        _ => return,
    };
    let order = known.entry("order").or_insert_with(|| Json::Array(Vec::new()));
    if let Some(order) = order.as_array_mut() {
        order.retain(|change| *change != payload["change"]);
        if joins {
            order.push(payload["change"].clone());
        }
    }
}

/// What a field holds before it is set: events leave out what is so from the beginning.
fn unset(field: &str) -> Json {
    match field {
        "environment" => Environment::default().word().into(),
        "priority" | "criticality" => 3.into(),
        "inactive" => false.into(),
        _ => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::audit::golden;
    use crate::records::after_event;

    /// What the rules make of an event alone, as far as people write it.
    fn written(name: &str, payload: &Json) -> Map<String, Json> {
        let state = after_event(name, payload);
        let mut fields = state["content"].as_object().cloned().unwrap_or_default();
        for (field, value) in state["statement"].as_object().into_iter().flatten() {
            fields.insert(format!("scope_{field}"), value.clone());
        }
        for (place, field) in [
            ("relations", "relations"),
            ("after", "depends_on"),
            ("tier", "risk"),
            ("resolved_at", "resolved_at"),
        ] {
            let set = state.get(place).filter(|value| !value.is_null());
            fields.extend(set.map(|value| (field.to_owned(), value.clone())));
        }
        fields
    }

    #[test]
    fn whatever_the_rules_take_from_an_event_is_told_of_it() {
        let mut compared = 0;
        for (file, name, payload) in golden::all() {
            let told: BTreeMap<String, Json> = set_by(&name, &payload).into_iter().collect();
            for (field, value) in written(&name, &payload) {
                assert_eq!(told.get(&field), Some(&value), "{file}: {field}");
                compared += 1;
            }
        }
        assert!(compared > 100, "only {compared} fields were compared");
    }

    fn told(events: &[(&str, Json)], whole: bool) -> Vec<Vec<(String, Before, Json)>> {
        let mut known = Map::new();
        let one = |(name, payload): &(&str, Json)| {
            let fields = pass(&mut known, name, payload, whole);
            fields.into_iter().map(|field| (field.name, field.before, field.after)).collect()
        };
        events.iter().map(one).collect()
    }

    #[test]
    fn a_field_is_told_with_what_it_was_and_an_edit_that_alters_nothing_is_not() {
        let window = json!({"start": "a", "end": "b", "zone": "UTC"});
        let events = [
            ("change.raised.v1", json!({"content": {"title": "One", "window": window}})),
            ("change.edited.v1", json!({"edit": {"title": "Two", "environment": "test"}})),
            ("change.scheduled.v1", json!({"window": window})),
            ("change.edited.v1", json!({"edit": {"title": "Two", "team": null}})),
        ];
        let told = told(&events, true);
        let was = |text: &str| Before::Was(text.into());
        assert_eq!(told[0][0], ("title".to_owned(), Before::Was(Json::Null), "One".into()));
        assert_eq!(
            told[1],
            [
                ("environment".to_owned(), was("production"), "test".into()),
                ("title".to_owned(), was("One"), "Two".into()),
            ]
        );
        assert_eq!((told[2].len(), told[3].len()), (0, 0));
    }

    #[test]
    fn what_was_set_too_long_ago_is_not_taken_for_nothing() {
        let events = [("change.edited.v1", json!({"edit": {"title": "Two"}}))];
        assert_eq!(told(&events, false)[0][0].1, Before::LongAgo);
    }

    #[test]
    fn an_order_is_told_against_the_changes_that_joined_and_left() {
        let events = [
            ("release.change_attached.v1", json!({"change": "a"})),
            ("release.change_attached.v1", json!({"change": "b"})),
            ("release.change_attached.v1", json!({"change": "c"})),
            ("release.change_detached.v1", json!({"change": "a"})),
            ("release.reordered.v1", json!({"changes": ["c", "b"]})),
        ];
        let order = ("order".to_owned(), Before::Was(json!(["b", "c"])), json!(["c", "b"]));
        assert_eq!(told(&events, true)[4], [order]);
    }

    #[test]
    fn a_file_of_the_policy_that_is_gone_is_told() {
        let events = [
            ("policy.activated.v1", json!({"files": {"a.toml": "1", "b.toml": "2"}})),
            ("policy.activated.v1", json!({"files": {"b.toml": "3"}})),
        ];
        let told = told(&events, true);
        let gone = ("a.toml".to_owned(), Before::Was("1".into()), Json::Null);
        assert_eq!(told[1], [("b.toml".to_owned(), Before::Was("2".into()), "3".into()), gone]);
    }
}
