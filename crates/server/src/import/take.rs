//! Takes records over from another system, each of them once: the same number of the same system
//! again changes nothing. A slice of them shares a transaction; each is there whole or not at all,
//! and one that a rule refuses does not hinder the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use api::common::{FieldError, Refusal, Written};
use domain::calendar::Side;
use domain::change::{self, Change, Origin};
use domain::identity::Permission;
use domain::incident::{self, Incident};
use domain::{Decision, General, Missing};
use kernel::{ChangeId, IncidentId};
use ports::{Fault, Query, Value};
use serde::{Deserialize, Serialize};

use super::TAKEN_MAX;
use crate::bus::{Command, Loaded, Lock, Record, Stop, Work};
use crate::calendar::refresh;
use crate::read::ANY_MAX;

/// A kind of record that another system may have.
pub trait Takeable: Record {
    /// What is taken over. Its number here is given when it is written.
    type Taken: Clone + Send + Sync + 'static;
    /// The table in which its source and its number there are found.
    const TABLE: &'static str;
    /// The series of its numbers here.
    const SERIES: &'static str;
    /// The command's registered name.
    const VERB: &'static str;

    /// Where it comes from.
    fn origin(taken: &Self::Taken) -> &Origin;
    /// Whether it claims a window, which others may be about to claim.
    fn claims(taken: &Self::Taken) -> bool;
    /// Where it stands on the calendar, when it claims a window.
    fn side(id: Self::Id) -> Option<Side>;
    /// The event, or why the rules do not take it.
    fn decide(taken: Self::Taken, number: String) -> Decision<Self::Event>;
}

impl Takeable for Change {
    type Taken = change::Imported;
    const TABLE: &'static str = "changes";
    const SERIES: &'static str = crate::change::SERIES;
    const VERB: &'static str = "change.import";

    fn origin(taken: &change::Imported) -> &Origin {
        &taken.origin
    }

    fn claims(taken: &change::Imported) -> bool {
        taken.scheduled
    }

    fn side(id: ChangeId) -> Option<Side> {
        Some(Side::Change(id))
    }

    fn decide(taken: change::Imported, number: String) -> Decision<Self::Event> {
        change::import(change::Imported { number, ..taken })
    }
}

impl Takeable for Incident {
    type Taken = incident::Imported;
    const TABLE: &'static str = "incidents";
    const SERIES: &'static str = "INC";
    const VERB: &'static str = "incident.import";

    fn origin(taken: &incident::Imported) -> &Origin {
        &taken.origin
    }

    fn claims(_: &incident::Imported) -> bool {
        false
    }

    fn side(_: IncidentId) -> Option<Side> {
        None
    }

    fn decide(taken: incident::Imported, number: String) -> Decision<Self::Event> {
        incident::import(incident::Imported { number, ..taken })
    }
}

/// The command.
pub struct Import<R: Takeable> {
    /// At most [`TAKEN_MAX`], with everything resolved; shared, because a command may run more
    /// than once.
    pub records: Arc<[R::Taken]>,
}

impl<R: Takeable> Import<R> {
    /// A command that takes `records` over. Their `number` is left empty.
    pub fn new(records: impl IntoIterator<Item = R::Taken>) -> Self {
        Self { records: records.into_iter().collect() }
    }
}

impl<R: Takeable> Clone for Import<R> {
    fn clone(&self) -> Self {
        Self { records: Arc::clone(&self.records) }
    }
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// It was written.
    Created(Written),
    /// It had been there already.
    There(Written),
    /// A rule does not take it.
    Refused(Refusal),
}

impl<R: Takeable + 'static> Command for Import<R> {
    /// What became of each, in the same order.
    type Answer = Vec<Taken>;

    fn verb(&self) -> &'static str {
        R::VERB
    }

    fn permission(&self) -> Permission {
        Permission::ImportRun
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Vec<Taken>, Stop> {
        let count = self.records.len();
        if count > TAKEN_MAX {
            let wrong = format!("are {count}; at most {TAKEN_MAX} fit");
            return Err(General::Invalid(vec![Missing::new("/records", wrong)]).into());
        }
        if self.records.iter().any(R::claims) {
            work.lock(Lock::calendar())?;
        }
        let origins = || self.records.iter().map(R::origin);
        let name = |origin: &Origin| format!("{}/{}", origin.source, origin.number);
        work.lock_all(origins().map(|origin| Lock::name(R::TABLE, &name(origin))).collect())?;
        let mut there = there::<R>(work.tx, origins())?;
        let mut taken = Vec::with_capacity(count);
        for record in self.records.iter() {
            let origin = R::origin(record);
            let key = (origin.source.clone(), origin.number.clone());
            if let Some(written) = there.get(&key) {
                taken.push(Taken::There(written.clone()));
                continue;
            }
            let end = take::<R>(work, record)?;
            if let Taken::Created(written) = &end {
                there.insert(key, written.clone());
            }
            taken.push(end);
        }
        Ok(taken)
    }
}

fn take<R: Takeable>(work: &mut Work<'_>, record: &R::Taken) -> Result<Taken, Stop> {
    let number = format!("{}-{}", R::SERIES, work.tx.next_number(R::SERIES)?);
    let events = match R::decide(record.clone(), number.clone()) {
        Ok(events) => events,
        Err(refusal) => return Ok(Taken::Refused(shown(refusal))),
    };
    let mut written: Loaded<R> = work.fresh();
    work.append(&mut written, events)?;
    if let Some(side) = R::side(written.id).filter(|_| R::claims(record)) {
        refresh(work, side)?;
    }
    let (id, version) = (written.id.to_string(), written.version.0);
    Ok(Taken::Created(Written { id, number: Some(number), version }))
}

pub(super) fn shown(refusal: domain::Refusal) -> Refusal {
    let errors = refusal.missing.into_iter();
    let errors = errors.map(|one| FieldError { pointer: one.pointer, detail: one.detail });
    Refusal { code: refusal.code.to_owned(), detail: refusal.detail, errors: errors.collect() }
}

/// The records that are here already, by their source and their number there.
fn there<'o, R: Takeable>(
    db: &mut dyn Query,
    origins: impl Iterator<Item = &'o Origin>,
) -> Result<BTreeMap<(String, String), Written>, Fault> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for origin in origins {
        wanted.entry(&origin.source).or_default().insert(&origin.number);
    }
    let mut found = BTreeMap::new();
    for (source, numbers) in wanted {
        for (number, written) in by_source(db, R::TABLE, source, numbers)? {
            found.insert((source.to_owned(), number), written);
        }
    }
    Ok(found)
}

/// The records that came from a source under some numbers, by these.
///
/// Each number is looked up by a subquery of its own: a list of numbers is a plan that PostgreSQL,
/// which keeps the one it made while the table was empty, answers by reading the whole source.
pub(super) fn by_source<'n>(
    db: &mut dyn Query,
    table: &str,
    source: &str,
    numbers: impl IntoIterator<Item = &'n str>,
) -> Result<BTreeMap<String, Written>, Fault> {
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let mut found = BTreeMap::new();
    for slice in numbers.chunks(ANY_MAX) {
        let size = slice.len().next_power_of_two();
        let last = slice.last().copied().unwrap_or_default();
        let padded = slice.iter().copied().chain(std::iter::repeat(last)).take(size);
        let marks: Vec<String> = (2..size + 2).map(|place| format!("(${place})")).collect();
        let sql = format!(
            "SELECT wanted.column1, (SELECT id || ' ' || number || ' ' || version FROM {table} \
            WHERE source = $1 AND source_number = wanted.column1) FROM (VALUES {}) AS wanted",
            marks.join(", ")
        );
        let params: Vec<Value> = std::iter::once(source).chain(padded).map(Value::from).collect();
        for row in db.query(&sql, &params)? {
            if let Some(here) = row.opt_text(1)? {
                found.insert(row.text(0)?.to_owned(), written(here)?);
            }
        }
    }
    Ok(found)
}

/// Id, number and version, which hold no space.
fn written(text: &str) -> Result<Written, Fault> {
    let mut words = text.split(' ');
    let mut word = || words.next().map(str::to_owned);
    let (id, number, version) = (word(), word(), word());
    let version = version.and_then(|version| version.parse().ok());
    match (id, version) {
        (Some(id), Some(version)) => Ok(Written { id, number, version }),
        _ => Err(Fault::permanent("reading a row", "it holds no id, number and version")),
    }
}
