//! Gathers what the log holds of a release: the streams of it, of its changes, and of what belongs
//! to them, whole, each event with its proof.

use std::collections::{BTreeMap, BTreeSet};

use api::audit::{Evidence, Pack, Told};
use api::common::Ref;
use api::export::{Logged, Record};
use domain::General;
use kernel::Timestamp;
use ports::{Fault, Query, Row, Value};

use super::section::section;
use super::{EVENTS_MAX, FORMAT};
use crate::audit::subject::find_stream;
use crate::audit::telling::{COLUMNS, Stored, Teller, inner_of};
use crate::audit::tree::checkpoint::{latest, verifier};
use crate::audit::tree::grow::{Kept, size_of};
use crate::audit::tree::merkle::prove_inclusion;
use crate::audit::tree::proof::texts;
use crate::bus::Stop;
use crate::read::{ANY_MAX, Statement, of_any};
use crate::records::{KINDS, state_text};

/// How many events are told at once.
const TOLD_AT_ONCE: usize = 200;

/// What came of it.
pub(super) enum Gathered {
    /// All of it is under the latest checkpoint.
    Pack(Box<Pack>),
    /// Something of it is younger than the latest checkpoint.
    Younger,
    /// There is more than a pack holds.
    TooMany,
}

pub(super) fn gather(db: &mut dyn Query, release: &str, now: Timestamp) -> Result<Gathered, Stop> {
    let stream = find_stream(db, release)?;
    let named = release_of(db, &stream)?;
    let Some(named) = named else {
        return Err(General::Unknown { kind: "release", name: release.to_owned() }.into());
    };
    let sql = "SELECT change FROM release_changes WHERE release = $1 ORDER BY place";
    let rows = db.query(sql, &[(&named.id).into()])?;
    let changes: Result<Vec<String>, Fault> =
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect();
    let streams = streams(db, &named.id, &changes?, &[LASTING, PASSING].concat())?;
    let Some(mut stored) = stored(db, &streams)? else { return Ok(Gathered::TooMany) };
    let key = verifier(db)?;
    let Some((key, checkpoint)) = key.zip(latest(db)?) else { return Ok(Gathered::Younger) };
    let is_held = |one: &Whole| one.event.position.is_some_and(|at| at <= checkpoint.size);
    if !stored.iter().all(is_held) {
        return Ok(Gathered::Younger);
    }
    stored.sort_by_key(|one| one.event.position);
    let mut held: BTreeMap<String, u64> = BTreeMap::new();
    for one in &stored {
        *held.entry(one.event.stream.clone()).or_default() += 1;
    }
    let mut events = Vec::with_capacity(stored.len());
    while !stored.is_empty() {
        let rest = stored.split_off(stored.len().min(TOLD_AT_ONCE));
        tell(db, std::mem::replace(&mut stored, rest), &mut events)?;
    }
    prove(db, checkpoint.size, &mut events)?;
    Ok(Gathered::Pack(Box::new(Pack {
        format: FORMAT.to_owned(),
        at: now.to_string(),
        release: named,
        key: key.text(),
        note: checkpoint.note,
        streams: held,
        records: records(db, &streams)?,
        events,
    })))
}

fn release_of(db: &mut dyn Query, stream: &str) -> Result<Option<Ref>, Fault> {
    let Some(id) = stream.strip_prefix("release:") else { return Ok(None) };
    let sql = "SELECT id, number, title FROM releases WHERE id = $1";
    let row = db.query_one(sql, &[id.into()])?;
    row.map(|row| {
        let text = |column| row.text(column).map(str::to_owned);
        Ok(Ref { id: text(0)?, number: Some(text(1)?), name: text(2)? })
    })
    .transpose()
}

/// The streams that belong to a release and its changes, each once; those of other records by how
/// these are found.
pub(super) fn streams(
    db: &mut dyn Query,
    release: &str,
    changes: &[String],
    belonging: &[Belonging],
) -> Result<Vec<String>, Fault> {
    let of_release = ["release", "run", "communication"].map(|kind| format!("{kind}:{release}"));
    let mut records = Vec::from(of_release);
    records.extend(changes.iter().map(|change| format!("change:{change}")));
    let ids: Vec<&str> = [release].into_iter().chain(changes.iter().map(String::as_str)).collect();
    for (kind, sql, column) in belonging {
        let mut found = BTreeSet::new();
        for row in of_any(db, sql, column, ids.iter().map(|id| Value::from(*id)))? {
            found.insert(format!("{kind}:{}", row.text(0)?));
        }
        records.extend(found);
    }
    let attempts: Vec<String> = records.iter().map(|stream| format!("attempt:{stream}")).collect();
    records.extend(attempts);
    Ok(records)
}

/// A kind of record, how those of it are found that belong to a release or to a change of it, and
/// the column that names these.
pub(super) type Belonging = (&'static str, &'static str, &'static str);

/// What belongs from its first event on, and for ever: a pack without it was robbed of it.
pub(super) const LASTING: &[Belonging] = &[
    ("exception", "SELECT exception FROM exception_sides WHERE ", "side"),
    ("review", "SELECT id FROM reviews WHERE ", "subject"),
    ("notice", "SELECT id FROM notices WHERE ", "release"),
    ("survey", "SELECT id FROM surveys WHERE ", "release"),
];

/// What may come to belong, or cease to, after a pack was made; and the notices of moves and of
/// work that is done, which packs of before do not hold.
const PASSING: &[Belonging] = &[
    (
        "conflict",
        "SELECT conflict FROM conflict_sides WHERE EXISTS (SELECT 1 FROM events \
        WHERE events.stream = 'conflict:' || conflict_sides.conflict \
        AND events.name = 'conflict.accepted.v1') AND ",
        "side",
    ),
    ("gate", "SELECT gate FROM gate_records WHERE ", "record"),
    ("incident", "SELECT id FROM incidents WHERE ", "caused_by"),
    ("article", "SELECT id FROM articles WHERE ", "release"),
    ("notice", "SELECT id FROM notices WHERE release <> record AND ", "record"),
];

/// An event with all that is stored of it.
struct Whole {
    event: Stored,
    correlation: String,
    salt: String,
}

/// The events of streams; nothing when they are too many.
fn stored(db: &mut dyn Query, streams: &[String]) -> Result<Option<Vec<Whole>>, Fault> {
    let mut found = Vec::new();
    for slice in streams.chunks(ANY_MAX) {
        let mut statement = Statement::new(&format!(
            "SELECT {COLUMNS}, events.correlation, events.salt FROM events \
            LEFT JOIN log ON log.event_id = events.id WHERE "
        ));
        statement.bind_any("events.stream", slice.iter().map(Value::from));
        let most = EVENTS_MAX + 1 - found.len().min(EVENTS_MAX);
        statement.bind(" LIMIT ?", [Value::from(i64::try_from(most).unwrap_or(i64::MAX))]);
        for row in statement.query(db)? {
            found.push(whole(&row)?);
        }
        if found.len() > EVENTS_MAX {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

fn whole(row: &Row) -> Result<Whole, Fault> {
    let event = Stored::of(row)?;
    Ok(Whole { event, correlation: row.text(9)?.to_owned(), salt: row.text(10)?.to_owned() })
}

/// Puts events into words.
fn tell(db: &mut dyn Query, stored: Vec<Whole>, told: &mut Vec<Evidence>) -> Result<(), Fault> {
    let (mut events, mut beside) = (Vec::new(), Vec::new());
    for one in stored {
        events.push(one.event);
        beside.push((one.correlation, one.salt));
    }
    let mut teller = Teller::load(db, &events)?;
    for (event, (correlation, salt)) in events.into_iter().zip(beside) {
        let inner = inner_of(&event.name, &event.payload).map(str::to_owned);
        let section = section(&event.stream, &event.name, inner.as_deref());
        let event = teller.tell(db, event)?;
        let words = Told {
            record: event.record,
            who: event.who,
            what: event.what,
            why: event.why,
            fields: event.fields,
        };
        let event = Logged {
            position: event.position.unwrap_or_default(),
            id: event.id,
            stream: event.stream,
            version: event.version,
            name: event.name,
            at: event.at,
            actor: event.actor,
            correlation,
            payload: event.payload,
            salt,
            digest: event.digest,
            leaf: None,
        };
        let section = section.to_owned();
        told.push(Evidence { section, told: words, event, hashes: Vec::new() });
    }
    Ok(())
}

fn prove(db: &mut dyn Query, size: i64, events: &mut [Evidence]) -> Result<(), Fault> {
    let mut nodes = Kept::of(db);
    for one in events {
        let index = size_of(one.event.position - 1);
        one.hashes = texts(&prove_inclusion(&mut nodes, index, size_of(size))?);
    }
    Ok(())
}

/// What the events lead to, record by record.
fn records(db: &mut dyn Query, streams: &[String]) -> Result<Vec<Record>, Fault> {
    let formats: BTreeMap<&str, i64> = KINDS.iter().map(|kind| (kind.name, kind.format)).collect();
    let sql = "SELECT states.version, events.at FROM states JOIN events \
        ON events.stream = states.stream AND events.version = states.version \
        WHERE states.stream = $1";
    let mut records = Vec::new();
    for stream in streams {
        let Some((kind, id)) = stream.split_once(':') else { continue };
        let Some(format) = formats.get(kind) else { continue };
        let Some(row) = db.query_one(sql, &[stream.into()])? else { continue };
        let Some(state) = state_text(db, stream)? else { continue };
        let state = serde_json::from_str(&state)
            .map_err(|error| Fault::permanent("reading a state", error))?;
        records.push(Record {
            kind: kind.to_owned(),
            id: id.to_owned(),
            version: row.int(0)?,
            format: *format,
            written_at: row.time(1)?.to_string(),
            state,
        });
    }
    Ok(records)
}
