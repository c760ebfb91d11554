//! Followers of the log. Each keeps the position it has dealt with, moved after what that led to
//! was written, unless it keeps its place itself: a crash between both has a slice dealt with
//! twice, so whatever a follower sends must be harmless then. The search index is one; reactors
//! that send commands are others.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::identity::Permission;
use kernel::{Actor, Timestamp};
use ports::{Fault, Lane, Query, Tx, Value};

use crate::bus::{Bus, Command, Envelope, Failure, Lock, Record, Stop, Work, find_state};
use crate::follow::watch::Watch;

/// The most events taken in one slice.
pub const SLICE_MAX: i64 = 500;
const PATIENCE: Duration = Duration::from_millis(500);
const IDLE: Duration = Duration::from_millis(20);
/// How long a follower that is stuck rests at most.
pub const REST_MAX: Duration = Duration::from_mins(1);
/// How often its rest is doubled at most.
const REST_DOUBLED_MAX: u32 = 8;

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
    /// Who did it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What follows the log.
pub trait Follower: Send + 'static {
    /// Its name, which keeps its position.
    fn name(&self) -> &'static str;

    /// Whether it moves its position itself, in the transaction of what it writes.
    fn keeps_its_place(&self) -> bool {
        false
    }

    /// The commands that a slice of events leads to. The position is moved only after all of them
    /// were carried out, so each must be harmless when it is sent twice.
    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure>;
}

/// Follows the log until told to stop.
pub fn run(bus: &Bus, follower: &dyn Follower, watch: &Watch, stop: &Arc<AtomicBool>) {
    let mut course = Course::new(follower, watch);
    while !stop.load(Ordering::SeqCst) {
        rest(course.turn(bus), stop);
    }
}

/// Rests for a time, or until told to stop.
pub fn rest(time: Duration, stop: &AtomicBool) {
    let mut left = time;
    while !left.is_zero() && !stop.load(Ordering::SeqCst) {
        std::thread::sleep(left.min(IDLE));
        left = left.saturating_sub(IDLE);
    }
}

/// A follower on its way through the log. What it cannot deal with it tries again, alone, the more
/// seldom the more often it failed; nothing behind it is taken before it is dealt with.
pub struct Course<'a> {
    follower: &'a dyn Follower,
    watch: &'a Watch,
    /// The last position that was dealt with, as far as is known.
    position: i64,
    /// How many events are taken at once: one after a failure, then ever more again.
    slice: i64,
}

impl<'a> Course<'a> {
    /// The way of a follower, with who is told how it fares.
    pub fn new(follower: &'a dyn Follower, watch: &'a Watch) -> Self {
        Self { follower, watch, position: 0, slice: SLICE_MAX }
    }

    /// Deals with one slice, whatever becomes of it; answers how long to rest now.
    pub fn turn(&mut self, bus: &Bus) -> Duration {
        let cause = match catch_unwind(AssertUnwindSafe(|| self.take(bus))) {
            Ok(Ok(taken)) => {
                self.watch.is_at(self.follower.name(), self.position);
                self.slice = (self.slice * 2).min(SLICE_MAX);
                return if taken == 0 { IDLE } else { Duration::ZERO };
            }
            Ok(Err(failure)) => format!("{failure:?}"),
            Err(panic) => format!("it panicked: {}", words_of(&*panic)),
        };
        if self.slice > 1 {
            self.slice = 1;
            return Duration::ZERO;
        }
        let (name, now) = (self.follower.name(), bus.world().clock.now());
        let tries = self.watch.fails(name, self.position + 1, now, cause);
        (PATIENCE * 2_u32.saturating_pow(tries.min(REST_DOUBLED_MAX) - 1)).min(REST_MAX)
    }

    fn take(&mut self, bus: &Bus) -> Result<usize, Failure> {
        let name = self.follower.name();
        let store = &bus.world().store;
        let position = crate::read::wait(&**store, move |db| place_of(db, name));
        self.position = position.map_err(Failure::Fault)?;
        let (after, limit) = (self.position, self.slice);
        let head = store.wait_for_log(after, PATIENCE).map_err(Failure::Fault)?;
        if head <= after {
            return Ok(0);
        }
        let events = crate::read::wait(&**store, move |db| slice(db, after, limit));
        let events = events.map_err(Failure::Fault)?;
        let Some(last) = events.last() else { return Ok(0) };
        self.follower.follow(bus, &events)?;
        if !self.follower.keeps_its_place() {
            let moved = Move { follower: name, position: last.position };
            bus.call(Envelope { lane: Lane::Bulk, ..Envelope::system(name) }, moved)?;
        }
        self.position = last.position;
        Ok(events.len())
    }
}

/// Deals with one slice; answers how many events it held.
pub fn step(bus: &Bus, follower: &dyn Follower) -> Result<usize, Failure> {
    Course::new(follower, &Watch::default()).take(bus)
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

/// The last position that a follower dealt with.
pub fn place_of(db: &mut dyn Query, name: &str) -> Result<i64, Fault> {
    let sql = "SELECT position FROM followers WHERE name = $1";
    let row = db.query_one(sql, &[name.into()])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Says which position a follower dealt with last.
pub fn set_place(tx: &mut dyn Tx, name: &str, position: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO followers (name, position) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET position = excluded.position";
    tx.execute(sql, &[name.into(), position.into()]).map(|_| ())
}

fn slice(db: &mut dyn Query, after: i64, limit: i64) -> Result<Vec<Seen>, Fault> {
    let sql = "SELECT log.position, events.stream, events.name, events.payload, events.actor, \
        events.at FROM log JOIN events ON events.id = log.event_id WHERE log.position > $1 \
        ORDER BY log.position LIMIT $2";
    let rows = db.query(sql, &[Value::from(after), Value::from(limit)])?;
    rows.iter()
        .map(|row| {
            Ok(Seen {
                position: row.int(0)?,
                stream: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                payload: row.text(3)?.to_owned(),
                by: Actor::of_label(row.text(4)?),
                at: row.time(5)?,
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
        set_place(work.tx, self.follower, self.position)?;
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
