//! The tree as it is kept: the hash of every complete subtree, and a follower of the log that grows
//! it. Appending costs the subtrees that become complete, however long the log is; a root or a
//! proof reads as many as the tree is high.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::identity::Permission;
use ports::{Fault, Lane, Query, Tx, Value, from_hex, hex};

use super::envelope::{COLUMNS, Envelope};
use super::merkle::{Edge, Hash, Node, Nodes};
use crate::bus::{Bus, Command, Envelope as Post, Failure, Lock, Stop, Work};
use crate::follow::followers::{Follower, SLICE_MAX, Seen, place_of, set_place};
use crate::read_models::insert_rows;

/// The name of the follower, whose place is the size of the tree.
pub(super) const NAME: &str = "tree";

/// Hashes as they are kept, each read once.
pub(crate) struct Kept<'a> {
    db: &'a mut dyn Query,
    read: BTreeMap<Node, Hash>,
}

impl<'a> Kept<'a> {
    pub(crate) fn of(db: &'a mut dyn Query) -> Self {
        Self { db, read: BTreeMap::new() }
    }
}

impl Nodes for Kept<'_> {
    fn hash(&mut self, node: Node) -> Result<Hash, Fault> {
        let unread = match self.read.entry(node) {
            Entry::Occupied(read) => return Ok(*read.get()),
            Entry::Vacant(unread) => unread,
        };
        let sql = "SELECT hash FROM tree WHERE level = $1 AND place = $2";
        let row = self.db.query_one(sql, &[level(node).into(), place(node).into()])?;
        let hash = row.as_ref().and_then(|row| of_hex(row.text(0).ok()?));
        let missing = || {
            let what = format!("level {} place {} is not there", node.level, node.place);
            Fault::permanent("reading the tree over the log", what)
        };
        Ok(*unread.insert(hash.ok_or_else(missing)?))
    }
}

/// The level of a node as it is kept.
pub(crate) fn level(node: Node) -> i64 {
    i64::from(node.level)
}

/// The place of a node as it is kept.
pub(crate) fn place(node: Node) -> i64 {
    i64::try_from(node.place).unwrap_or(i64::MAX)
}

/// A hash as it is kept, read back; nothing when it is written in any other way.
pub(crate) fn of_hex(text: &str) -> Option<Hash> {
    let hash: Hash = from_hex(text)?.try_into().ok()?;
    (hex(&hash) == text).then_some(hash)
}

/// How many events the tree holds.
pub(crate) fn size(db: &mut dyn Query) -> Result<u64, Fault> {
    Ok(u64::try_from(place_of(db, NAME)?).unwrap_or(0))
}

/// A size of the tree, from what counts the log.
pub(crate) fn size_of(position: i64) -> u64 {
    u64::try_from(position).unwrap_or(0)
}

/// Grows the tree behind the log.
pub struct Tree;

impl Follower for Tree {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keeps_its_place(&self) -> bool {
        true
    }

    fn follow(&self, bus: &Bus, _: &[Seen]) -> Result<(), Failure> {
        let post = Post { lane: Lane::Bulk, ..Post::system(NAME) };
        bus.call(post, Grow).map(|_| ())
    }
}

/// Appends the next events of the log; answers how many. It is harmless when it is sent twice: it
/// goes on where the tree ends.
pub(super) struct Grow;

impl Command for Grow {
    type Answer = i64;

    fn verb(&self) -> &'static str {
        "audit.grow"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<i64, Stop> {
        work.lock(Lock::name("follower", NAME))?;
        let grown = grow(work.tx)?;
        if grown > 0 {
            work.touched();
        }
        Ok(grown)
    }
}

fn grow(tx: &mut dyn Tx) -> Result<i64, Fault> {
    let before = place_of(tx, NAME)?;
    let sql = format!(
        "SELECT log.position, {COLUMNS} FROM log JOIN events ON events.id = log.event_id \
        WHERE log.position > $1 ORDER BY log.position LIMIT $2"
    );
    let rows = tx.query(&sql, &[before.into(), SLICE_MAX.into()])?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut edge = Edge::load(size_of(before), &mut Kept::of(tx))?;
    let mut grown = Vec::new();
    let mut position = before;
    for row in &rows {
        position += 1;
        if row.int(0)? != position {
            let what = format!("position {position} is not there: run `interlock audit verify`");
            return Err(Fault::permanent("growing the tree over the log", what));
        }
        let leaf = Envelope::of(row, 1)?.leaf();
        edge.push(leaf, &mut |node, hash| grown.push((node, hash)));
    }
    grown.sort_unstable_by_key(|(node, _)| *node);
    let values = |(node, hash): (Node, Hash)| {
        vec![level(node).into(), place(node).into(), Value::from(hex(&hash))]
    };
    insert_rows(tx, "tree (level, place, hash)", grown.into_iter().map(values))?;
    set_place(tx, NAME, position)?;
    Ok(position - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_hash_is_exact_in_every_letter() {
        let hash: Hash = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        assert_eq!(of_hex(&hex(&hash)), Some(hash));
        assert_eq!(of_hex(&hex(&hash).to_uppercase()), None);
        assert_eq!(of_hex(&format!("{}00", hex(&hash))), None);
        assert_eq!(of_hex("é"), None);
    }
}
