//! The way through everything: the kinds in their order, each by id, then the log by position.

use std::collections::BTreeMap;

use api::export::{End, Head, Line, Logged, Record, Withheld};
use kernel::Timestamp;
use ports::{Fault, Query, Row, Value};
use serde_json::Value as Json;

use crate::audit::tree::checkpoint::{between, verifier};
use crate::audit::tree::envelope::{COLUMNS, Envelope};
use crate::audit::tree::grow::of_hex;
use crate::audit::tree::merkle;
use crate::export::{EVENTS_SLICE_MAX, RECORDS_SLICE_MAX, csv, kinds};
use crate::records::{KINDS, Kind, state_text};
use crate::withheld::{ADDRESSED, LogReader, OWN_KINDS};

/// The version of the lines.
const VERSION: u32 = 2;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON lines.
    Lines,
    /// CSV of one kind.
    Csv,
}

/// What is taken out.
#[derive(Debug, Clone)]
pub struct Wanted {
    kinds: Vec<&'static str>,
    /// How it is written.
    pub form: Form,
    log: bool,
}

/// Why something cannot be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which parameter.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub what: String,
}

impl Wanted {
    /// These kinds, all of them when none is named.
    pub fn new(names: &[&str], form: Form, log: bool) -> Result<Self, Wrong> {
        let known = kinds();
        for name in names {
            if !known.contains(name) {
                let what = format!("is one or more of: {}", known.join(", "));
                return Err(Wrong { parameter: "kind", what });
            }
        }
        let chosen = |kind: &&str| names.is_empty() || names.contains(kind);
        let kinds: Vec<&'static str> = known.into_iter().filter(chosen).collect();
        if form == Form::Csv && kinds.len() != 1 {
            let what = "names one kind: a CSV file has one kind of line".to_owned();
            return Err(Wrong { parameter: "kind", what });
        }
        if form == Form::Csv && log {
            let what = "is taken out as JSON lines, not as CSV".to_owned();
            return Err(Wrong { parameter: "log", what });
        }
        Ok(Self { kinds, form, log })
    }
}

/// Where a walk is.
#[derive(Debug, Clone)]
enum Place {
    Head,
    Records { kind: usize, after: String },
    Log { after: i64 },
    End,
    Over,
}

/// A walk through everything, a slice at a time.
#[derive(Debug, Clone)]
pub struct Walk {
    wanted: Wanted,
    reader: LogReader,
    at: Timestamp,
    place: Place,
    /// Whether the head names the key that checkpoints are checked with.
    has_key: bool,
    end: End,
}

impl Walk {
    /// A walk that is about to begin.
    pub fn new(wanted: Wanted, reader: LogReader, at: Timestamp) -> Self {
        let zero = wanted.kinds.iter().map(|kind| ((*kind).to_owned(), 0));
        let end = End { records: zero.collect::<BTreeMap<_, _>>(), ..End::default() };
        Self { wanted, reader, at, place: Place::Head, has_key: false, end }
    }

    /// The next piece of text; nothing when all was read. Each slice is one snapshot, and each
    /// record is read once.
    pub fn read(&mut self, db: &mut dyn Query) -> Result<Option<String>, Fault> {
        loop {
            let text = match self.place.clone() {
                Place::Head => self.head(db)?,
                Place::Records { kind, after } => self.records(db, kind, &after)?,
                Place::Log { after } => self.events(db, after)?,
                Place::End => {
                    self.place = Place::Over;
                    match self.wanted.form {
                        Form::Lines => line(&Line::End(self.end.clone()))?,
                        Form::Csv => String::new(),
                    }
                }
                Place::Over => return Ok(None),
            };
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
    }

    fn head(&mut self, db: &mut dyn Query) -> Result<String, Fault> {
        self.place = self.start_of(0);
        if self.wanted.form == Form::Csv {
            return Ok(csv::head(self.wanted.kinds[0]));
        }
        let key = if self.wanted.log { verifier(db)? } else { None };
        self.has_key = key.is_some();
        line(&Line::Export(Head {
            version: VERSION,
            at: self.at.to_string(),
            kinds: self.wanted.kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            log: self.wanted.log,
            key: key.map(|key| key.text()),
        }))
    }

    fn start_of(&self, kind: usize) -> Place {
        match self.wanted.kinds.get(kind) {
            Some(name) => Place::Records { kind, after: format!("{name}:") },
            None if self.wanted.log => Place::Log { after: 0 },
            None => Place::End,
        }
    }

    fn records(&mut self, db: &mut dyn Query, at: usize, after: &str) -> Result<String, Fault> {
        let name = self.wanted.kinds[at];
        let kind = KINDS.iter().find(|kind| kind.name == name).expect("it was looked up");
        let sql = "SELECT states.stream, states.version, states.format, states.state, events.at \
            FROM states JOIN events \
            ON events.stream = states.stream AND events.version = states.version \
            WHERE states.stream > $1 AND states.stream < $2 ORDER BY states.stream LIMIT $3";
        let params = [after.into(), format!("{name};").into(), RECORDS_SLICE_MAX.into()];
        let rows = db.query(sql, &params)?;
        let Some(last) = rows.last() else {
            self.place = self.start_of(at + 1);
            return Ok(String::new());
        };
        self.place = Place::Records { kind: at, after: last.text(0)?.to_owned() };
        let mut text = String::new();
        let mut logins = BTreeMap::new();
        for row in &rows {
            let mut record = record(db, kind, row)?;
            if !self.shows(&mut record) {
                self.end.withheld += 1;
                continue;
            }
            *self.end.records.entry(name.to_owned()).or_default() += 1;
            text.push_str(&match self.wanted.form {
                Form::Lines => line(&Line::Record(record))?,
                Form::Csv => {
                    learn(db, &record, &mut logins)?;
                    csv::row(&record, &logins)
                }
            });
        }
        Ok(text)
    }

    /// Whether the reader sees a record; what of it is theirs alone is taken out otherwise. The
    /// same as the lists do: tokens and feeds are their owner's, and so are saved filters.
    fn shows(&self, record: &mut Record) -> bool {
        let own = self.reader.person.map(|person| person.to_string());
        if self.reader.keeps_accounts {
            return true;
        }
        if OWN_KINDS.contains(&record.kind.as_str()) {
            return own.is_some() && record.state["person"].as_str() == own.as_deref();
        }
        if record.kind == ADDRESSED {
            record.state["content"]["addresses"] = serde_json::json!([]);
        }
        let others = record.kind == "person" && own.as_deref() != Some(record.id.as_str());
        if let Some(state) = record.state.as_object_mut().filter(|_| others) {
            state.remove("filters");
        }
        true
    }

    fn events(&mut self, db: &mut dyn Query, after: i64) -> Result<String, Fault> {
        let sql = format!(
            "SELECT log.position, {COLUMNS}, events.payload, events.salt, tree.hash FROM log \
            JOIN events ON events.id = log.event_id \
            LEFT JOIN tree ON tree.level = 0 AND tree.place = log.position - 1 \
            WHERE log.position > $1 ORDER BY log.position LIMIT $2"
        );
        let rows = db.query(&sql, &[after.into(), Value::from(EVENTS_SLICE_MAX)])?;
        let Some(last) = rows.last() else {
            self.place = Place::End;
            return Ok(String::new());
        };
        let last = last.int(0)?;
        self.place = Place::Log { after: last };
        let most = if self.has_key { EVENTS_SLICE_MAX } else { 0 };
        let signed = between(db, after, last, most)?;
        let mut signed = signed.into_iter().peekable();
        let mut text = String::new();
        for row in &rows {
            let (position, envelope) = (row.int(0)?, Envelope::of(row, 1)?);
            if self.reader.sees(envelope.stream, envelope.name, envelope.actor) {
                self.end.events += 1;
                text.push_str(&line(&Line::Event(event(row, &envelope)?))?);
            } else {
                self.end.withheld += 1;
                let leaf = merkle::text(&envelope.leaf());
                text.push_str(&line(&Line::Withheld(Withheld { position, leaf }))?);
            }
            if let Some(checkpoint) = signed.next_if(|next| next.size == position) {
                text.push_str(&line(&Line::Checkpoint(checkpoint))?);
            }
        }
        Ok(text)
    }
}

fn record(db: &mut dyn Query, kind: &Kind, row: &Row) -> Result<Record, Fault> {
    let stream = row.text(0)?;
    let (_, id) = stream.split_once(':').unwrap_or_default();
    // A state of an older format is folded anew, as every other reader does.
    let is_of_today = row.int(2)? == kind.format;
    let folded = if is_of_today { None } else { state_text(db, stream)? };
    let state = folded.as_deref().map_or_else(|| row.text(3), Ok)?;
    Ok(Record {
        kind: kind.name.to_owned(),
        id: id.to_owned(),
        version: row.int(1)?,
        format: kind.format,
        written_at: row.time(4)?.to_string(),
        state: parsed(state)?,
    })
}

fn event(row: &Row, envelope: &Envelope<'_>) -> Result<Logged, Fault> {
    Ok(Logged {
        position: row.int(0)?,
        id: envelope.id.to_owned(),
        stream: envelope.stream.to_owned(),
        version: envelope.version,
        name: envelope.name.to_owned(),
        at: envelope.at.to_string(),
        actor: envelope.actor.to_owned(),
        correlation: envelope.correlation.to_owned(),
        payload: parsed(row.text(9)?)?,
        salt: row.text(10)?.to_owned(),
        digest: envelope.digest.to_owned(),
        leaf: row.opt_text(11)?.and_then(of_hex).map(|leaf| merkle::text(&leaf)),
    })
}

fn parsed(text: &str) -> Result<Json, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::permanent("reading what is exported", error))
}

/// Looks up the logins of the people whom a record names, each once a slice.
fn learn(
    db: &mut dyn Query,
    record: &Record,
    logins: &mut BTreeMap<String, String>,
) -> Result<(), Fault> {
    for person in csv::people(record) {
        if !logins.contains_key(person) {
            let found = db.query_one("SELECT login FROM people WHERE id = $1", &[person.into()])?;
            let login = found.map(|row| row.text(0).map(str::to_owned)).transpose()?;
            logins.insert(person.to_owned(), login.unwrap_or_default());
        }
    }
    Ok(())
}

fn line(line: &Line) -> Result<String, Fault> {
    let mut text = serde_json::to_string(line)
        .map_err(|error| Fault::permanent("writing an export", error))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_file_has_one_kind_and_no_log() {
        let wrong = |names: &[&str], log| Wanted::new(names, Form::Csv, log).unwrap_err().parameter;
        assert_eq!(wrong(&[], false), "kind");
        assert_eq!(wrong(&["change", "release"], false), "kind");
        assert_eq!(wrong(&["change"], true), "log");
        assert_eq!(wrong(&["chnage"], false), "kind");
        assert!(Wanted::new(&["change"], Form::Csv, false).is_ok());
        assert_eq!(Wanted::new(&[], Form::Lines, true).unwrap().kinds, kinds());
    }
}
