//! The tables that records are read from. They have versions, not migrations: at another version
//! they are made anew and filled from the states of the records, in slices (ADR 0026). Each slice
//! is one transaction with the place it reached, so that a fill that is killed goes on where it
//! was, and nobody is served before it is over.

use std::ops::ControlFlow;
use std::sync::mpsc;

use kernel::Timestamp;
use ports::{Fault, Flow, Job, Lane, Query, Store, Tx, Value};
use serde::{Deserialize, Serialize};

use crate::records::{FOLLOWED, Followed, KINDS, Kind, project};
use crate::settings::{forget, remember, setting};

/// The most records written by one slice.
pub const SLICE_MAX: i64 = 500;
/// How many rows one statement inserts, the largest number that is not too many first.
const INSERT_SIZES: [usize; 4] = [64, 16, 4, 1];
/// What makes sure that of several processes one fills at a time.
const LOCK: &str = "read models";

/// How far the tables of a kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The kind of record.
    pub kind: &'static str,
    /// How many records are in them.
    pub done: i64,
    /// How many there are.
    pub total: i64,
}

impl Filled {
    /// The tenth of the work that is done.
    pub fn tenth(self) -> i64 {
        self.done * 10 / self.total.max(1)
    }
}

/// Makes and fills what is missing or of another version.
pub fn prepare(store: &dyn Store) -> Result<(), Fault> {
    prepare_telling(store, &mut |_| ControlFlow::Continue(())).map(|_| ())
}

/// The same; `tell` hears after each slice how far it is, and may break it off. Answers whether all
/// is filled.
pub fn prepare_telling(
    store: &dyn Store,
    tell: &mut dyn FnMut(Filled) -> ControlFlow<()>,
) -> Result<bool, Fault> {
    let agreed = store.agree(shape())?;
    if crate::read::wait(store, is_prepared)? {
        return Ok(true);
    }
    if !agreed {
        let why = "another version of Interlock has this database open, and the tables that lists \
            are read from must be made anew for this one: stop the other, then start this one";
        return Err(Fault::Held(why.to_owned()));
    }
    for kind in KINDS {
        while let Some(filled) = write(store, move |tx| slice(tx, kind))? {
            if tell(filled).is_break() {
                return Ok(false);
            }
        }
    }
    for followed in FOLLOWED {
        write(store, move |tx| make_followed(tx, followed))?;
    }
    Ok(true)
}

/// The names and versions of all tables.
fn models() -> impl Iterator<Item = (&'static str, i64)> {
    let of_kinds = KINDS.iter().map(|kind| (kind.name, kind.model));
    of_kinds.chain(FOLLOWED.iter().map(|followed| (followed.name, followed.model)))
}

/// Whether every kind has its tables, filled and of this version.
pub fn is_prepared(db: &mut dyn Query) -> Result<bool, Fault> {
    for (name, model) in models() {
        if version(db, name)? != Some(model) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A number that stands for the versions of all kinds; never 0.
fn shape() -> u32 {
    let text = models().map(|(name, model)| format!("{name} {model};"));
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    text.collect::<String>().bytes().fold(2_166_136_261, mix).max(1)
}

fn version(db: &mut dyn Query, name: &str) -> Result<Option<i64>, Fault> {
    let sql = "SELECT version FROM read_models WHERE name = $1";
    db.query_one(sql, &[name.into()])?.map(|row| row.int(0)).transpose()
}

/// Where the fill of a kind is. It is kept under a name of its own as long as the fill goes on.
#[derive(Serialize, Deserialize)]
struct Place {
    model: i64,
    after: String,
    done: i64,
    total: i64,
}

fn place_name(kind: &Kind) -> String {
    format!("filling.{}", kind.name)
}

/// Fills a slice of a kind's tables, keyset by stream; nothing when they are filled. What another
/// process filled meanwhile is found done.
fn slice(tx: &mut dyn Tx, kind: &Kind) -> Result<Option<Filled>, Fault> {
    tx.lock(&[LOCK.to_owned()])?;
    if version(tx, kind.name)? == Some(kind.model) {
        return Ok(None);
    }
    let name = place_name(kind);
    let kept = setting(tx, &name)?.and_then(|text| serde_json::from_str::<Place>(&text).ok());
    let mut place = match kept.filter(|place| place.model == kind.model) {
        Some(place) => place,
        None => make(tx, kind)?,
    };
    let streams = streams(tx, &place.after, &format!("{};", kind.name))?;
    for (stream, at) in &streams {
        project(tx, stream, *at)?;
    }
    let written = i64::try_from(streams.len()).unwrap_or(SLICE_MAX);
    place.done += written;
    match streams.into_iter().next_back().filter(|_| written == SLICE_MAX) {
        Some((last, _)) => {
            place.after = last;
            let text = serde_json::to_string(&place);
            let text = text.map_err(|error| Fault::permanent("keeping a place", error))?;
            remember(tx, &name, &text)?;
        }
        None => {
            forget(tx, &name)?;
            settle(tx, kind.name, kind.model)?;
        }
    }
    Ok(Some(Filled { kind: kind.name, done: place.done, total: place.total }))
}

/// Makes the tables, empty. From here on they are of no version, so that nobody reads them before
/// they are filled, neither this version nor the one before.
fn make(tx: &mut dyn Tx, kind: &Kind) -> Result<Place, Fault> {
    make_tables(tx, kind.name, kind.table_names, kind.tables)?;
    let after = format!("{}:", kind.name);
    let sql = "SELECT COUNT(*) FROM states WHERE stream > $1 AND stream < $2";
    let found = tx.query_one(sql, &[(&after).into(), format!("{};", kind.name).into()])?;
    let total = found.map_or(Ok(0), |row| row.int(0))?;
    Ok(Place { model: kind.model, after, done: 0, total })
}

/// Makes the tables of a follower, empty, and sends it back to the beginning of the log.
fn make_followed(tx: &mut dyn Tx, followed: &Followed) -> Result<(), Fault> {
    tx.lock(&[LOCK.to_owned()])?;
    if version(tx, followed.name)? == Some(followed.model) {
        return Ok(());
    }
    make_tables(tx, followed.name, followed.table_names, followed.tables)?;
    tx.execute("DELETE FROM followers WHERE name = $1", &[followed.name.into()])?;
    settle(tx, followed.name, followed.model)
}

fn make_tables(
    tx: &mut dyn Tx,
    name: &str,
    table_names: &[&str],
    tables: &[&str],
) -> Result<(), Fault> {
    tx.execute("DELETE FROM read_models WHERE name = $1", &[name.into()])?;
    for table in table_names {
        tx.execute(&format!("DROP TABLE IF EXISTS {table}"), &[])?;
    }
    for statement in tables {
        tx.execute(statement, &[])?;
    }
    Ok(())
}

/// From here on the tables are of this version.
fn settle(tx: &mut dyn Tx, name: &str, model: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO read_models (name, version) VALUES ($1, $2)";
    tx.execute(sql, &[name.into(), model.into()]).map(|_| ())
}

fn streams(db: &mut dyn Query, after: &str, end: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
    let sql = "SELECT states.stream, events.at FROM states \
        JOIN events ON events.stream = states.stream AND events.version = states.version \
        WHERE states.stream > $1 AND states.stream < $2 ORDER BY states.stream LIMIT $3";
    let rows = db.query(sql, &[after.into(), end.into(), Value::from(SLICE_MAX)])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.time(1)?))).collect()
}

/// Inserts rows, many by one statement; those that are there already stay. `into` is the table with
/// its columns. The sizes of a statement are few, so that few texts are prepared.
pub fn insert_rows(
    tx: &mut dyn Tx,
    into: &str,
    rows: impl IntoIterator<Item = Vec<Value>>,
) -> Result<(), Fault> {
    let mut rows = rows.into_iter().collect::<Vec<_>>().into_iter();
    while rows.len() > 0 {
        let size = INSERT_SIZES.into_iter().find(|size| *size <= rows.len()).unwrap_or(1);
        let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
        let columns = values.len() / size;
        let mark = |row: usize| {
            let marks = (1..=columns).map(|column| format!("${}", row * columns + column));
            format!("({})", marks.collect::<Vec<_>>().join(", "))
        };
        let marks: Vec<String> = (0..size).map(mark).collect();
        let sql = format!("INSERT INTO {into} VALUES {} ON CONFLICT DO NOTHING", marks.join(", "));
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// Runs one write of our own and waits for its commit. It may be done twice.
pub fn write<T: Send + 'static>(
    store: &dyn Store,
    work: impl Fn(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = mpsc::channel();
    store.submit(Lane::Bulk, Box::new(Plain { work, answer: None, sender }));
    receiver.recv().unwrap_or(Err(Fault::Busy))
}

struct Plain<W, T> {
    work: W,
    answer: Option<T>,
    sender: mpsc::Sender<Result<T, Fault>>,
}

impl<T: Send, W: Fn(&mut dyn Tx) -> Result<T, Fault> + Send> Job for Plain<W, T> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        self.answer = Some((self.work)(tx)?);
        Ok(Flow::Commit)
    }

    fn settled(&mut self, _: &mut dyn Query) -> Result<bool, Fault> {
        // Every such write may be done twice, so it is simply done again.
        Ok(false)
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let lost = || Fault::permanent("writing", "the work ended without an answer");
        let Self { answer, sender, .. } = *self;
        let _ = sender.send(end.and_then(|()| answer.ok_or_else(lost)));
    }
}
