//! An event as it is shown: who did what to which record, why, and what its fields were before and
//! after. What that asks for is looked up once for all events of a page.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use api::audit::{Event, FieldChange};
use api::common::Ref;
use kernel::{Actor, Timestamp};
use ports::{Fault, Query, Row, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::audit::fields::{Before, Field, Fields};
use crate::audit::subject::kind_of_id;
use crate::audit::values::{beside, field_words, tell};
use crate::audit::words::{fill, sentence};
use crate::bus::pinned;
use crate::names::Names;
use crate::read::{ANY_MAX, Statement};

/// The columns that an event is read from.
pub(super) const COLUMNS: &str = "events.id, log.position, events.stream, events.version, \
    events.name, events.at, events.actor, events.payload, events.digest";
/// The most names that are looked up at once for a page.
const NAMES_MAX: usize = 2_000;
/// How many fields a sentence names.
const FIELDS_NAMED: usize = 6;
/// Kinds whose records are told by how they began: what they are about is said nowhere else.
const TOLD_BY_BIRTH: &[&str] =
    &["conflict", "delegation", "exception", "external", "feed", "period", "review", "survey"];
/// What an event says of why, in the order in which it is looked for.
const REASONS: &[&str] = &["reason", "note", "text", "detail"];
/// What of an event names no record that is told.
const UNTOLD: &[&str] = &["barred", "content", "files", "set", "hits"];

/// An event as it is stored.
pub(super) struct Stored {
    id: String,
    pub(super) position: Option<i64>,
    pub(super) stream: String,
    version: i64,
    pub(super) name: String,
    at: Timestamp,
    pub(super) actor: String,
    pub(super) payload: Json,
    digest: String,
}

impl Stored {
    /// From a row of [`COLUMNS`].
    pub(super) fn of(row: &Row) -> Result<Self, Fault> {
        let text = |column| row.text(column).map(str::to_owned);
        Ok(Self {
            id: text(0)?,
            position: row.opt_int(1)?,
            stream: text(2)?,
            version: row.int(3)?,
            name: text(4)?,
            at: row.time(5)?,
            actor: text(6)?,
            payload: parsed(row.text(7)?)?,
            digest: text(8)?,
        })
    }

    /// The kind of record and its id.
    fn record(&self) -> (&str, &str) {
        let stream = self.own_stream();
        stream.split_once(':').unwrap_or((stream, ""))
    }

    fn own_stream(&self) -> &str {
        self.stream.strip_prefix("attempt:").unwrap_or(&self.stream)
    }

    fn inner(&self) -> &Json {
        match inner_of(&self.name, &self.payload) {
            Some(inner) => &self.payload[inner],
            None => &self.payload,
        }
    }
}

fn parsed(text: &str) -> Result<Json, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::permanent("reading an event", error))
}

/// The event that an event holds, where it holds one.
pub(super) fn inner_of<'a>(name: &str, payload: &'a Json) -> Option<&'a str> {
    let holds = ["annotated", "approval_moved", "deployment_moved"];
    if !holds.contains(&name.split('.').nth(1)?) {
        return None;
    }
    payload.as_object()?.keys().next().map(String::as_str)
}

/// What is looked up to tell some events.
pub(super) struct Teller {
    names: Names,
    fields: Fields,
    born: BTreeMap<String, Json>,
    stages: BTreeMap<(String, u64), Vec<Stage>>,
}

impl Teller {
    /// Looks up what some events ask for.
    pub(super) fn load(db: &mut dyn Query, events: &[Stored]) -> Result<Self, Fault> {
        let shown =
            events.iter().map(|event| (event.stream.as_str(), event.version, event.name.as_str()));
        let fields = Fields::load(db, shown)?;
        let born = births(db, events)?;
        let mut ids = BTreeSet::new();
        for event in events {
            ids.insert(event.record().1.to_owned());
            ids.extend(event.actor.split(':').skip(1).map(str::to_owned));
            gather(&event.payload, &mut ids);
        }
        for payload in born.values() {
            gather(payload, &mut ids);
        }
        for field in fields.all() {
            gather(&field.after, &mut ids);
            if let Before::Was(before) = &field.before {
                gather(before, &mut ids);
            }
        }
        let mut names = Names::default();
        let ids: Vec<String> = ids.into_iter().take(NAMES_MAX).collect();
        names.load(db, &ids)?;
        Ok(Self { names, fields, born, stages: BTreeMap::new() })
    }

    /// Tells one of them.
    pub(super) fn tell(&mut self, db: &mut dyn Query, event: Stored) -> Result<Event, Fault> {
        let fields = self.fields.of(&event.stream, event.version).to_vec();
        let what = self.sentence(db, &event, &fields)?;
        let who = self.names.actor(db, &Actor::of_label(&event.actor))?;
        let reasons = REASONS.iter().filter_map(|place| event.inner()[*place].as_str());
        let why = reasons.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned);
        let record = self.record(db, &event)?;
        let mut told = Vec::with_capacity(fields.len());
        for field in fields {
            told.push(self.field(db, &event, &field)?);
        }
        Ok(Event {
            kind: event.record().0.to_owned(),
            record,
            what,
            why,
            who,
            policy: pinned(&event.payload),
            fields: told,
            at: event.at.to_string(),
            id: event.id,
            position: event.position,
            stream: event.stream,
            version: event.version,
            name: event.name,
            actor: event.actor,
            payload: event.payload,
            digest: event.digest,
        })
    }

    fn sentence(
        &mut self,
        db: &mut dyn Query,
        event: &Stored,
        fields: &[Field],
    ) -> Result<String, Fault> {
        let inner = inner_of(&event.name, &event.payload);
        let sentence = sentence(&event.name, inner);
        fill(&sentence, &mut |place| self.say(db, event, fields, place))
    }

    /// What a place of a sentence says.
    fn say(
        &mut self,
        db: &mut dyn Query,
        event: &Stored,
        fields: &[Field],
        place: &str,
    ) -> Result<Option<String>, Fault> {
        let root = event.inner();
        if let Some((place, choice)) = place.split_once('?') {
            let (yes, no) = choice.split_once(':').unwrap_or((choice, ""));
            let holds = root[place].as_bool() == Some(true);
            return Ok(Some((if holds { yes } else { no }).to_owned()));
        }
        if let Some(counted) = place.strip_prefix('#') {
            let count = match &root[counted] {
                Json::Array(items) => items.len(),
                Json::Object(items) => items.len(),
                _ => 0,
            };
            return Ok(Some(count.to_string()));
        }
        match place {
            "version" if root.get("version").is_none() => Ok(Some(event.version.to_string())),
            "fields" => Ok(Some(named(fields))),
            // Who asks for themselves is told by who did it.
            "requester" | "asked_by"
                if root[place].as_str().is_some_and(|person| event.actor.ends_with(person)) =>
            {
                Ok(None)
            }
            "where" => self.place_of_vote(db, event).map(Some),
            "between" => self.between(db, event),
            "outcomes" => self.outcomes(db, &root[place]),
            _ => {
                let (root, place) = match place.strip_prefix("born.") {
                    Some(rest) => (self.born.get(event.own_stream()).unwrap_or(&Json::Null), rest),
                    None => (root, place),
                };
                let field = place.rsplit('.').next().unwrap_or(place);
                tell(db, &mut self.names, field, &found(root, place))
            }
        }
    }

    /// The sides of a conflict.
    fn between(&mut self, db: &mut dyn Query, event: &Stored) -> Result<Option<String>, Fault> {
        let Some(born) = self.born.get(event.own_stream()) else { return Ok(None) };
        let sides = ["/found/subject/id", "/found/with/id"].map(|side| born.pointer(side));
        let mut words = Vec::new();
        for side in sides.into_iter().flatten() {
            words.extend(tell(db, &mut self.names, "id", side)?);
        }
        Ok(Some(words.join(" with ")))
    }

    /// What became of the items of a meeting.
    fn outcomes(&mut self, db: &mut dyn Query, outcomes: &Json) -> Result<Option<String>, Fault> {
        let mut words = Vec::new();
        for outcome in outcomes.as_array().into_iter().flatten() {
            let subject = tell(db, &mut self.names, "id", &outcome["subject"]["id"])?;
            let decision = tell(db, &mut self.names, "decision", &outcome["decision"])?;
            let told = subject.zip(decision);
            words.extend(told.map(|(subject, decision)| format!("{subject} {decision}")));
        }
        Ok((!words.is_empty()).then(|| words.join("; ")))
    }

    /// The group and the stage that an event of an approval is about.
    fn place_of_vote(&mut self, db: &mut dyn Query, event: &Stored) -> Result<String, Fault> {
        let number = |field: &str| event.inner()[field].as_u64().unwrap_or_default();
        let (round, stage, group) = (number("round"), number("stage"), number("group"));
        let key = (event.stream.clone(), round);
        if let Entry::Vacant(unknown) = self.stages.entry(key.clone()) {
            unknown.insert(stages(db, event)?);
        }
        let at = |index: u64| usize::try_from(index).unwrap_or(usize::MAX);
        let stage_found = self.stages.get(&key).and_then(|stages| stages.get(at(stage)));
        let group_found = stage_found.and_then(|stage| stage.groups.get(at(group)));
        Ok(match (stage_found, group_found) {
            (Some(stage), Some(group)) if stage.name == group.name => group.name.clone(),
            (Some(stage), Some(group)) => format!("{} (stage {})", group.name, stage.name),
            _ => format!("group {} of stage {}", group + 1, stage + 1),
        })
    }

    fn field(
        &mut self,
        db: &mut dyn Query,
        event: &Stored,
        field: &Field,
    ) -> Result<FieldChange, Fault> {
        let name = &field.name;
        if event.name.starts_with("policy.") {
            let lines =
                |text: &Json| text.as_str().map(|text| format!("{} lines", text.lines().count()));
            let before = match &field.before {
                Before::Was(before) => lines(before),
                Before::LongAgo => None,
            };
            return Ok(FieldChange { field: name.clone(), before, after: lines(&field.after) });
        }
        let code = name.rsplit_once("task_").map_or(name.as_str(), |(_, rest)| {
            rest.split_once('_').map_or(rest, |(_, field)| field)
        });
        let (before, after) = match &field.before {
            Before::Was(before) => beside(db, &mut self.names, code, (before, &field.after))?,
            Before::LongAgo => {
                let long_ago = "set longer ago than is looked back here".to_owned();
                (Some(long_ago), tell(db, &mut self.names, code, &field.after)?)
            }
        };
        Ok(FieldChange { field: field_words(name), before, after })
    }

    /// The record that it happened to, or beside.
    fn record(&mut self, db: &mut dyn Query, event: &Stored) -> Result<Option<Ref>, Fault> {
        let (kind, id) = event.record();
        if let Some(found) = self.names.get(db, id)? {
            return Ok(Some(found));
        }
        let Some(born) = self.born.get(event.own_stream()) else { return Ok(None) };
        let name = match kind {
            "conflict" => self.between(db, event)?,
            "delegation" => {
                let deputy = tell(db, &mut self.names, "deputy", &born["deputy"])?;
                let person = tell(db, &mut self.names, "person", &born["person"])?;
                deputy.zip(person).map(|(deputy, person)| format!("{deputy} for {person}"))
            }
            _ => {
                let name = born.get("name").or_else(|| born.pointer("/content/name"));
                name.and_then(Json::as_str).map(str::to_owned)
            }
        };
        Ok(name.map(|name| Ref { id: id.to_owned(), number: None, name }))
    }
}

/// The fields that an event altered.
fn named(fields: &[Field]) -> String {
    let mut words: Vec<String> =
        fields.iter().take(FIELDS_NAMED).map(|field| field_words(&field.name)).collect();
    let more = fields.len().saturating_sub(FIELDS_NAMED);
    if more > 0 {
        words.push(format!("{more} more"));
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// What is at a place such as `plan.stages.*.name`, in which `*` stands for each of a list.
fn found(root: &Json, place: &str) -> Json {
    let Some((step, rest)) = place.split_once('.') else {
        return root.get(place).cloned().unwrap_or_default();
    };
    match root {
        Json::Array(items) if step == "*" => items.iter().map(|item| found(item, rest)).collect(),
        _ => found(&root[step], rest),
    }
}

/// The ids that are told of an event.
fn gather(value: &Json, ids: &mut BTreeSet<String>) {
    match value {
        Json::String(text) if kind_of_id(text).is_some() && ids.len() < NAMES_MAX => {
            ids.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, ids)),
        Json::Object(fields) => {
            let told = fields.iter().filter(|(field, _)| !UNTOLD.contains(&field.as_str()));
            told.for_each(|(_, value)| gather(value, ids));
        }
        _ => {}
    }
}

/// How the records began that are told by that, by stream.
fn births(db: &mut dyn Query, events: &[Stored]) -> Result<BTreeMap<String, Json>, Fault> {
    let told = events.iter().filter(|event| TOLD_BY_BIRTH.contains(&event.record().0));
    let streams: BTreeSet<&str> = told.map(Stored::own_stream).collect();
    let streams: Vec<&str> = streams.into_iter().collect();
    let mut born = BTreeMap::new();
    for slice in streams.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT stream, payload FROM events WHERE ");
        statement.bind_any("stream", slice.iter().map(|stream| Value::from(*stream)));
        statement.push(" AND version = 1");
        for row in statement.query(db)? {
            born.insert(row.text(0)?.to_owned(), parsed(row.text(1)?)?);
        }
    }
    Ok(born)
}

/// A stage of a round, by the names of its groups.
#[derive(Deserialize)]
struct Stage {
    name: String,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
}

/// The stages of the round that was open at an event.
fn stages(db: &mut dyn Query, event: &Stored) -> Result<Vec<Stage>, Fault> {
    #[derive(Deserialize)]
    struct Payload {
        opened: Opened,
    }
    #[derive(Deserialize)]
    struct Opened {
        plan: Plan,
    }
    #[derive(Deserialize)]
    struct Plan {
        stages: Vec<Stage>,
    }
    let sql = "SELECT payload FROM events \
        WHERE stream = $1 AND version < $2 AND (name = $3 OR 1 = 0) \
        AND substr(payload, 1, 10) = $4 ORDER BY version DESC LIMIT 1";
    let opened = "{\"opened\":";
    let params =
        [(&event.stream).into(), event.version.into(), (&event.name).into(), opened.into()];
    let Some(row) = db.query_one(sql, &params)? else { return Ok(Vec::new()) };
    let payload: Payload = serde_json::from_str(row.text(0)?)
        .map_err(|error| Fault::permanent("reading an event", error))?;
    Ok(payload.opened.plan.stages)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_goes_through_lists() {
        let root = json!({"plan": {"stages": [{"name": "one"}, {"name": "two"}]}});
        assert_eq!(found(&root, "plan.stages.*.name"), json!(["one", "two"]));
        assert_eq!(found(&root, "plan.nothing.more"), Json::Null);
    }

    #[test]
    fn only_what_is_told_is_looked_up() {
        let ci = "ci_01930f5c6a0070008000000000000031";
        let mut ids = BTreeSet::new();
        gather(&json!({"content": {"cis": [ci]}, "hash": "00", "title": "ci_x"}), &mut ids);
        assert!(ids.is_empty());
        gather(&json!({"edit": {"cis": [ci]}}), &mut ids);
        assert_eq!(ids.len(), 1);
    }
}
