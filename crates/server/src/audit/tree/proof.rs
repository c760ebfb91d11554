//! Proofs over the interface: that an event is in the tree, and that one tree is the beginning of
//! another. Each reads as many hashes as the tree is high.

use api::audit::{Consistency, Inclusion};
use api::problem::Problem;
use axum::Json;
use axum::extract::State;
use domain::General;
use ports::{Fault, Query};

use super::checkpoint::first_with;
use super::envelope::{COLUMNS, Envelope};
use super::grow::{Kept, size, size_of};
use super::merkle::{
    self, Edge, Hash, is_consistent, is_included, prove_consistency, prove_inclusion,
};
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::problem::Answer;
use crate::read::ask;
use crate::withheld::LogReader;

const SIZE: &str = "is a number of events that the tree holds";

/// What a proof was asked for and cannot be given.
enum No {
    Unknown(String),
    Parameter(&'static str, String),
    Unsigned(i64),
}

impl From<No> for Answer {
    fn from(no: No) -> Self {
        match no {
            No::Unknown(name) => General::Unknown { kind: "event", name }.into(),
            No::Parameter(name, what) => wrong_parameter(name, &what),
            No::Unsigned(position) => {
                let detail = format!(
                    "position {position} of the log is younger than the latest checkpoint: write \
                    one with `POST /audit/checkpoint`, or name a `size` of the tree"
                );
                Problem::new("audit.no_checkpoint", detail).into()
            }
        }
    }
}

pub(in crate::audit) async fn inclusion(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Inclusion>, Answer> {
    let Some(event) = query.get("event").map(str::to_owned) else {
        let what = "names an event, by its id or its position in the log";
        return Err(wrong_parameter("event", what));
    };
    let wanted = query.parsed::<i64>("size", SIZE)?;
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        let reader = LogReader::of(db, &signed.actor, now)?;
        included(db, reader, &event, wanted)
    });
    Ok(Json(found.await??))
}

fn included(
    db: &mut dyn Query,
    reader: LogReader,
    event: &str,
    wanted: Option<i64>,
) -> Result<Result<Inclusion, No>, Fault> {
    let from = format!(
        "SELECT log.position, {COLUMNS} FROM log JOIN events ON events.id = log.event_id WHERE "
    );
    let row = match event.parse::<i64>() {
        Ok(position) => db.query_one(&format!("{from}log.position = $1"), &[position.into()])?,
        Err(_) => db.query_one(&format!("{from}log.event_id = $1"), &[event.into()])?,
    };
    let Some(row) = row else { return Ok(Err(No::Unknown(event.to_owned()))) };
    let (position, envelope) = (row.int(0)?, Envelope::of(&row, 1)?);
    // What one may not read, one is not told the existence of.
    if !reader.sees(envelope.stream, envelope.name, envelope.actor) {
        return Ok(Err(No::Unknown(event.to_owned())));
    }
    let kept = first_with(db, wanted.unwrap_or(position))?;
    let (size, note) = match (wanted, kept) {
        (Some(size), kept) => (size, kept.filter(|kept| kept.size == size).map(|kept| kept.note)),
        (None, Some(kept)) => (kept.size, Some(kept.note)),
        (None, None) => return Ok(Err(No::Unsigned(position))),
    };
    let leaves = size_of(size);
    if size < position || leaves > self::size(db)? {
        let what = format!("{SIZE}, and at least {position}, the position of the event");
        return Ok(Err(No::Parameter("size", what)));
    }
    let mut nodes = Kept::of(db);
    let hashes = prove_inclusion(&mut nodes, size_of(position - 1), leaves)?;
    let root = Edge::load(leaves, &mut nodes)?.root();
    Ok(Ok(Inclusion {
        event: envelope.id.to_owned(),
        position,
        size,
        leaf: merkle::text(&envelope.leaf()),
        hashes: texts(&hashes),
        root: merkle::text(&root),
        note,
    }))
}

pub(in crate::audit) async fn consistency(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Consistency>, Answer> {
    let from = query.parsed::<i64>("from", SIZE)?;
    let to = query.parsed::<i64>("to", SIZE)?;
    let Some(from) = from else { return Err(wrong_parameter("from", SIZE)) };
    let found = ask(&*app.bus.world().store, move |db| consistent(db, from, to));
    Ok(Json(found.await??))
}

fn consistent(
    db: &mut dyn Query,
    from: i64,
    to: Option<i64>,
) -> Result<Result<Consistency, No>, Fault> {
    let held = i64::try_from(size(db)?).unwrap_or(i64::MAX);
    let to = to.unwrap_or(held);
    if !(0..=held).contains(&to) {
        return Ok(Err(No::Parameter("to", format!("{SIZE}: 0 to {held}"))));
    }
    if !(0..=to).contains(&from) {
        return Ok(Err(No::Parameter("from", format!("{SIZE}: 0 to {to}"))));
    }
    let mut nodes = Kept::of(db);
    let hashes = prove_consistency(&mut nodes, size_of(from), size_of(to))?;
    let mut root = |size| Edge::load(size_of(size), &mut nodes).map(|edge| edge.root());
    let (from_root, to_root) = (merkle::text(&root(from)?), merkle::text(&root(to)?));
    Ok(Ok(Consistency { from, to, hashes: texts(&hashes), from_root, to_root }))
}

/// Whether an inclusion proof leads from its leaf to its root, for who was given it.
pub fn holds_inclusion(proof: &Inclusion) -> bool {
    let (leaf, root) = (merkle::hash_of(&proof.leaf), merkle::hash_of(&proof.root));
    let index = u64::try_from(proof.position.saturating_sub(1)).ok();
    let parts = leaf.zip(root).zip(index).zip(hashes(&proof.hashes));
    parts.is_some_and(|(((leaf, root), index), hashes)| {
        is_included(leaf, index, size_of(proof.size), &hashes, &root)
    })
}

/// Whether a consistency proof leads to both of its roots, for who was given it.
pub fn holds_consistency(proof: &Consistency) -> bool {
    let roots = merkle::hash_of(&proof.from_root).zip(merkle::hash_of(&proof.to_root));
    roots.zip(hashes(&proof.hashes)).is_some_and(|((from, to), hashes)| {
        is_consistent((size_of(proof.from), &from), (size_of(proof.to), &to), &hashes)
    })
}

fn hashes(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| merkle::hash_of(text)).collect()
}

/// Hashes as proofs write them.
pub(in crate::audit) fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(merkle::text).collect()
}
