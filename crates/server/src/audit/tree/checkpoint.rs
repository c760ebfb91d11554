//! Checkpoints: the tree at a size, signed. They are written at an interval and on demand, and each
//! is kept. What is proved is proved against one that someone keeps elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::audit::{Checkpoint, Standing};
use api::common::Page;
use axum::Json;
use axum::extract::State;
use domain::identity::Permission;
use kernel::Timestamp;
use ports::{Fault, Lane, Query, Row, Value};

use super::grow::{Grow, Kept, NAME, size, size_of};
use super::merkle::{self, Edge};
use super::note::{Head, Verifier};
use crate::bus::{Bus, Command, Envelope, Failure, Lock, Stop, Work};
use crate::follow::followers::{SLICE_MAX, place_of, rest};
use crate::http::{App, ListQuery, Signed};
use crate::keys;
use crate::problem::Answer;
use crate::read::{Statement, ask, present, wait};
use crate::settings::setting;

/// How long after the last checkpoint the next one is written, in minutes, if the tree has grown.
pub const CHECKPOINT_MINUTES: i64 = 10;
/// For how many seconds a checkpoint is given again to whoever asks for one: reading must not make
/// the server sign at will.
pub const AGAIN_SECONDS: i64 = 10;
/// How many slices of the log the tree is grown by at most before a checkpoint that is asked for.
const SLICES_MAX: usize = 200;
/// Under which name the seed of the key is kept.
const SETTING: &str = "audit.key";
/// How often it is looked whether a checkpoint is due.
const PAUSE: Duration = Duration::from_secs(1);

const COLUMNS: &str = "size, at, note";

/// The key of the log that checkpoints are checked with; nothing before the first one.
pub(crate) fn verifier(db: &mut dyn Query) -> Result<Option<Verifier>, Fault> {
    setting(db, SETTING)?.map(|seed| Verifier::of_seed(&seed)).transpose()
}

/// The latest checkpoint.
pub(crate) fn latest(db: &mut dyn Query) -> Result<Option<Checkpoint>, Fault> {
    last(db)?.as_ref().map(checkpoint).transpose()
}

/// The row of the latest one: its size, when it was written, and its note.
fn last(db: &mut dyn Query) -> Result<Option<Row>, Fault> {
    db.query_one("SELECT size, at, note FROM checkpoints ORDER BY size DESC LIMIT 1", &[])
}

/// The earliest checkpoint that holds a position of the log.
pub(crate) fn first_with(db: &mut dyn Query, position: i64) -> Result<Option<Checkpoint>, Fault> {
    let sql = "SELECT size, at, note FROM checkpoints WHERE size >= $1 ORDER BY size LIMIT 1";
    db.query_one(sql, &[position.into()])?.as_ref().map(checkpoint).transpose()
}

/// Checkpoints after a size, up to another.
pub(crate) fn between(
    db: &mut dyn Query,
    after: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<Checkpoint>, Fault> {
    let sql = "SELECT size, at, note FROM checkpoints WHERE size > $1 AND size <= $2 \
        ORDER BY size LIMIT $3";
    let rows = db.query(sql, &[after.into(), to.into(), limit.into()])?;
    rows.iter().map(checkpoint).collect()
}

fn checkpoint(row: &Row) -> Result<Checkpoint, Fault> {
    let note = row.text(2)?;
    let root = note.lines().nth(2).unwrap_or_default();
    Ok(Checkpoint {
        size: row.int(0)?,
        root: root.to_owned(),
        at: row.time(1)?.to_string(),
        note: note.to_owned(),
    })
}

/// For whom a checkpoint is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// For whom no signature is kept elsewhere: at its interval.
    Interval,
    /// For whoever asks.
    Asker,
    /// For a pack, whose events it must hold; one that was just signed may be too old.
    Pack,
}

/// Signs the tree as it is, unless that was done.
pub(super) struct WriteCheckpoint(pub(super) For);

impl Command for WriteCheckpoint {
    type Answer = Option<Checkpoint>;

    fn verb(&self) -> &'static str {
        "audit.checkpoint"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Option<Checkpoint>, Stop> {
        work.lock(Lock::name("follower", NAME))?;
        let size = place_of(work.tx, NAME)?;
        let last = latest(work.tx)?;
        let same = last.as_ref().is_some_and(|last| last.size == size);
        let waits = match self.0 {
            For::Interval => !is_due(work.tx, work.now)?,
            For::Asker => is_fresh(work.tx, work.now)?,
            For::Pack => false,
        };
        if same || waits {
            return Ok(last);
        }
        let seed = keys::seed(work, SETTING)?;
        let leaves = size_of(size);
        let root = Edge::load(leaves, &mut Kept::of(work.tx))?.root();
        let note = Head { size: leaves, root }.sign(&seed)?;
        let sql = "INSERT INTO checkpoints (size, at, note) VALUES ($1, $2, $3)";
        work.tx.execute(sql, &[size.into(), work.now.into(), (&note).into()])?;
        work.touched();
        let (root, at) = (merkle::text(&root), work.now.to_string());
        Ok(Some(Checkpoint { size, root, at, note }))
    }
}

/// Whether the interval has passed and the tree has grown.
fn is_due(db: &mut dyn Query, now: Timestamp) -> Result<bool, Fault> {
    let size = place_of(db, NAME)?;
    let Some(last) = last(db)? else { return Ok(size > 0) };
    Ok(size > last.int(0)? && now.minutes_since(last.time(1)?) >= CHECKPOINT_MINUTES)
}

/// Whether the latest one was written a moment ago.
fn is_fresh(db: &mut dyn Query, now: Timestamp) -> Result<bool, Fault> {
    let Some(last) = last(db)? else { return Ok(false) };
    let age = now.micros() - last.time(1)?.micros();
    Ok((0..AGAIN_SECONDS * 1_000_000).contains(&age))
}

/// Writes checkpoints at their interval until it is told to stop.
pub(crate) fn run(bus: &Bus, stop: &Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        if let Err(failure) = write_due(bus) {
            tracing::warn!("no checkpoint of the log was written: {failure:?}");
        }
        rest(PAUSE, stop);
    }
}

/// Writes a checkpoint if one is due.
pub fn write_due(bus: &Bus) -> Result<(), Failure> {
    let now = bus.world().clock.now();
    let due = wait(&*bus.world().store, move |db| is_due(db, now)).map_err(Failure::Fault)?;
    if due {
        bus.call(Envelope::system(NAME), WriteCheckpoint(For::Interval))?;
    }
    Ok(())
}

/// A checkpoint of all that has its place in the log by now, as far as can be grown in one request.
pub(crate) async fn write_now(
    bus: &Bus,
    envelope: Envelope,
    whom: For,
) -> Result<Checkpoint, Answer> {
    if whom == For::Asker {
        let now = bus.world().clock.now();
        let again = ask(&*bus.world().store, move |db| {
            Ok(if is_fresh(db, now)? { latest(db)? } else { None })
        });
        // Not even the tree is grown for it.
        if let Some(again) = again.await? {
            return Ok(again);
        }
    }
    for _ in 0..SLICES_MAX {
        let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system(NAME) };
        if bus.send(envelope, Grow).await?.answer < SLICE_MAX {
            break;
        }
    }
    let written = bus.send(envelope, WriteCheckpoint(whom)).await?.answer;
    let lost = || Fault::permanent("writing a checkpoint", "it was not kept");
    Ok(written.ok_or_else(lost)?)
}

pub(in crate::audit) async fn write(
    State(app): State<App>,
    signed: Signed,
) -> Result<Json<Checkpoint>, Answer> {
    Ok(Json(write_now(&app.bus, Envelope::new(signed.actor), For::Asker).await?))
}

pub(in crate::audit) async fn get(
    State(app): State<App>,
    _: Signed,
) -> Result<Json<Standing>, Answer> {
    let standing = ask(&*app.bus.world().store, |db| {
        let sql = "SELECT COALESCE(MAX(position), 0) FROM log";
        let head = db.query_one(sql, &[])?.map_or(Ok(0), |row| row.int(0))?;
        let leaves = size(db)?;
        let root = Edge::load(leaves, &mut Kept::of(db))?.root();
        Ok(Standing {
            head,
            size: i64::try_from(leaves).unwrap_or(i64::MAX),
            root: merkle::text(&root),
            key: verifier(db)?.map(|key| key.text()),
            checkpoint: latest(db)?,
        })
    });
    Ok(Json(standing.await?))
}

pub(in crate::audit) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Checkpoint>>, Answer> {
    let limit = query.limit()?;
    let before = query.parsed::<i64>("cursor", "is the `next` of an earlier page")?;
    let page = ask(&*app.bus.world().store, move |db| {
        let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM checkpoints"));
        if let Some(before) = before {
            statement.bind(" WHERE size < ?", [Value::from(before)]);
        }
        statement.push(" ORDER BY size DESC");
        let page = statement.page(db, limit, |row| Ok(row.int(0)?.to_string()))?;
        present(page, |row| checkpoint(&row))
    });
    Ok(Json(page.await?))
}
