//! Followers of the log. Each keeps the position it has dealt with, moved in the same transaction
//! as what it writes. The search index is one; reactors that send commands are others.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::identity::Permission;
use ports::{Fault, Lane, Query, Value};

use crate::bus::{Bus, Command, Envelope, Failure, Lock, Record, Stop, Work, find_state};

/// The most events taken in one slice.
pub const SLICE_MAX: i64 = 500;
const PATIENCE: Duration = Duration::from_millis(500);

/// An event as a follower sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its place in the log.
    pub position: i64,
    /// The stream.
    pub stream: String,
    /// Its name.
    pub name: String,
    /// Its payload as JSON text.
    pub payload: String,
}

/// What follows the log.
pub trait Follower: Send + 'static {
    /// Its name, which keeps its position.
    fn name(&self) -> &'static str;

    /// The commands that a slice of events leads to. The position is moved only after all of them
    /// were carried out, so each must be harmless when it is sent twice.
    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure>;
}

/// Follows the log until told to stop.
pub fn run(bus: &Bus, follower: &dyn Follower, stop: &Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        match step(bus, follower) {
            Ok(0) => std::thread::sleep(Duration::from_millis(20)),
            Ok(_) => {}
            Err(failure) => {
                tracing::error!(follower = follower.name(), ?failure, "a follower must wait");
                std::thread::sleep(PATIENCE);
            }
        }
    }
}

/// Deals with one slice; answers how many events it held.
pub fn step(bus: &Bus, follower: &dyn Follower) -> Result<usize, Failure> {
    let name = follower.name();
    let store = &bus.world().store;
    let position = crate::read::wait(&**store, move |db| position(db, name));
    let position = position.map_err(Failure::Fault)?;
    let head = store.wait_for_log(position, PATIENCE).map_err(Failure::Fault)?;
    if head <= position {
        return Ok(0);
    }
    let events = crate::read::wait(&**store, move |db| slice(db, position));
    let events = events.map_err(Failure::Fault)?;
    let Some(last) = events.last() else { return Ok(0) };
    follower.follow(bus, &events)?;
    let moved = Move { follower: name, position: last.position };
    bus.call(Envelope { lane: Lane::Bulk, ..Envelope::system(name) }, moved)?;
    Ok(events.len())
}

fn position(db: &mut dyn Query, name: &str) -> Result<i64, Fault> {
    let sql = "SELECT position FROM followers WHERE name = $1";
    let row = db.query_one(sql, &[name.into()])?;
    row.map_or(Ok(0), |row| row.int(0))
}

fn slice(db: &mut dyn Query, after: i64) -> Result<Vec<Seen>, Fault> {
    let sql = "SELECT log.position, events.stream, events.name, events.payload FROM log \
        JOIN events ON events.id = log.event_id WHERE log.position > $1 \
        ORDER BY log.position LIMIT $2";
    let rows = db.query(sql, &[Value::from(after), Value::from(SLICE_MAX)])?;
    rows.iter()
        .map(|row| {
            Ok(Seen {
                position: row.int(0)?,
                stream: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                payload: row.text(3)?.to_owned(),
            })
        })
        .collect()
}

/// Moves a follower's position.
struct Move {
    follower: &'static str,
    position: i64,
}

impl Command for Move {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "follower.move"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let sql = "INSERT INTO followers (name, position) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET position = excluded.position";
        work.tx.execute(sql, &[self.follower.into(), self.position.into()])?;
        work.touched();
        Ok(())
    }
}

/// Keeps the search index.
pub struct SearchIndex;

impl Follower for SearchIndex {
    fn name(&self) -> &'static str {
        "search"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let streams: BTreeSet<String> = events.iter().map(|seen| seen.stream.clone()).collect();
        let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system("search") };
        bus.call(envelope, Index { streams }).map(|_| ())
    }
}

/// Writes the search index of some streams anew.
struct Index {
    streams: BTreeSet<String>,
}

impl Command for Index {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "search.index"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        work.lock(Lock::name("follower", "search"))?;
        for stream in &self.streams {
            if let Some(text) = crate::records::search_text(work.tx, stream)? {
                work.tx.index_text(stream, &text)?;
                work.touched();
            }
        }
        Ok(())
    }
}

/// The searchable text of a record.
pub fn text_of<A: Record>(db: &mut dyn Query, id: &str) -> Result<Option<String>, Fault> {
    let Ok(id) = id.parse::<A::Id>() else { return Ok(None) };
    Ok(find_state::<A>(db, id)?.map(|loaded| loaded.state.search_text()))
}
