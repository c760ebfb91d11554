//! The tables that records are read from. They have versions, not migrations: at another version
//! they are made anew and filled from the records, in slices.

use std::sync::mpsc;

use kernel::Timestamp;
use ports::{Fault, Flow, Job, Lane, Query, Store, Tx, Value};

use crate::records::{KINDS, Kind, project};

/// The most records written by one slice.
pub const SLICE_MAX: i64 = 500;
/// How many rows one statement inserts, the largest number that is not too many first.
const INSERT_SIZES: [usize; 4] = [64, 16, 4, 1];

/// Makes and fills what is missing or of another version.
pub fn prepare(store: &dyn Store) -> Result<(), Fault> {
    for kind in KINDS {
        let name = kind.name;
        let current = crate::read::wait(store, move |db| version(db, name))?;
        if current != Some(kind.model) {
            write(store, move |tx| make(tx, kind))?;
            fill(store, kind)?;
            write(store, move |tx| serve(tx, kind))?;
        }
    }
    Ok(())
}

fn version(db: &mut dyn Query, name: &str) -> Result<Option<i64>, Fault> {
    let sql = "SELECT version FROM read_models WHERE name = $1";
    db.query_one(sql, &[name.into()])?.map(|row| row.int(0)).transpose()
}

fn make(tx: &mut dyn Tx, kind: &Kind) -> Result<(), Fault> {
    for table in kind.table_names {
        tx.execute(&format!("DROP TABLE IF EXISTS {table}"), &[])?;
    }
    for statement in kind.tables {
        tx.execute(statement, &[])?;
    }
    Ok(())
}

fn serve(tx: &mut dyn Tx, kind: &Kind) -> Result<(), Fault> {
    let sql = "INSERT INTO read_models (name, version) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET version = excluded.version";
    tx.execute(sql, &[kind.name.into(), kind.model.into()]).map(|_| ())
}

/// Fills a kind's tables, keyset by stream, a slice a transaction.
fn fill(store: &dyn Store, kind: &Kind) -> Result<(), Fault> {
    let (mut after, end) = (format!("{}:", kind.name), format!("{};", kind.name));
    loop {
        let (from, until) = (after.clone(), end.clone());
        let streams = crate::read::wait(store, move |db| slice(db, &from, &until))?;
        let Some((last, _)) = streams.last() else { return Ok(()) };
        after.clone_from(last);
        write(store, move |tx| {
            streams.iter().try_for_each(|(stream, at)| project(tx, stream, *at))
        })?;
    }
}

fn slice(db: &mut dyn Query, after: &str, end: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
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
    let mut rows = rows.into_iter().peekable();
    let Some(columns) = rows.peek().map(Vec::len) else { return Ok(()) };
    let mut values: Vec<Value> = rows.flatten().collect();
    while !values.is_empty() {
        let waiting = values.len() / columns;
        let size = INSERT_SIZES.into_iter().find(|size| *size <= waiting).unwrap_or(1);
        let rest = values.split_off(size * columns);
        let mark = |row: usize| {
            let marks = (1..=columns).map(|column| format!("${}", row * columns + column));
            format!("({})", marks.collect::<Vec<_>>().join(", "))
        };
        let marks: Vec<String> = (0..size).map(mark).collect();
        let sql = format!("INSERT INTO {into} VALUES {} ON CONFLICT DO NOTHING", marks.join(", "));
        tx.execute(&sql, &values)?;
        values = rest;
    }
    Ok(())
}

/// Runs one write of our own and waits for its commit.
pub fn write(
    store: &dyn Store,
    work: impl Fn(&mut dyn Tx) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let (sender, receiver) = mpsc::channel();
    store.submit(Lane::Bulk, Box::new(Plain { work, sender }));
    receiver.recv().unwrap_or(Err(Fault::Busy))
}

struct Plain<W> {
    work: W,
    sender: mpsc::Sender<Result<(), Fault>>,
}

impl<W: Fn(&mut dyn Tx) -> Result<(), Fault> + Send> Job for Plain<W> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        (self.work)(tx).map(|()| Flow::Commit)
    }

    fn settled(&mut self, _: &mut dyn Query) -> Result<bool, Fault> {
        // Every such write may be done twice, so it is simply done again.
        Ok(false)
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let _ = self.sender.send(end);
    }
}
