//! Proves that nothing stored was touched: the log is dense, every payload has its digest, every
//! event is the leaf that the tree holds, the tree is that of the log, its checkpoints are signed
//! and hold, every event is in the log, no stream has a gap, and every cached state is the fold of
//! its events. It reads in slices and stops at the first thing that is wrong.

use std::collections::VecDeque;

use api::audit::Checkpoint;
use ports::{Fault, Query, Row, Value, hex};

use super::tree::checkpoint::{between, verifier};
use super::tree::envelope::{COLUMNS, Envelope, is_sealed};
use super::tree::grow::{level, place, size};
use super::tree::merkle::{self, Edge, Hash, Node};
use super::tree::note::{Head, Verifier};
use crate::records;

/// How many rows are looked at by one statement.
pub const SLICE_MAX: i64 = 500;

/// What is known from elsewhere: what someone who can write the database cannot reach.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The public key of the log.
    pub key: Option<Verifier>,
    /// A checkpoint that was kept, as the note that it is.
    pub checkpoint: Option<String>,
}

/// What was looked at, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many events.
    pub events: u64,
    /// How many streams.
    pub streams: u64,
    /// How many events still wait for their place in the log.
    pub waiting: u64,
    /// The last position of the log.
    pub head: i64,
    /// How many events the tree holds: all of them once the server has grown it.
    pub tree: u64,
    /// How many checkpoints are signed and hold.
    pub checkpoints: u64,
    /// The public key that they are signed with.
    pub key: Option<String>,
    /// The first thing that is wrong; nothing when all is well.
    pub wrong: Option<Wrong>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where: a position of the log, an event, a stream, a place of the tree.
    pub place: String,
    /// What.
    pub what: String,
}

impl Wrong {
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// Wrong with the event at a position of the log.
    pub(super) fn with_event(position: i64, event: &str, what: impl Into<String>) -> Self {
        Self::new(format!("position {position}, event {event}"), what)
    }
}

/// Looks at everything. `progress` is told how many events and streams were looked at so far.
pub fn verify(
    db: &mut dyn Query,
    known: &Known,
    progress: &mut dyn FnMut(u64),
) -> Result<VerifyReport, Fault> {
    let mut report = VerifyReport::default();
    report.wrong = check_log(db, known, &mut report, progress)?;
    if report.wrong.is_none() {
        report.wrong = check_numbered(db, &mut report)?;
    }
    if report.wrong.is_none() {
        report.wrong = check_streams(db, &mut report, progress)?;
    }
    if report.wrong.is_none() {
        report.wrong = check_states(db)?;
    }
    Ok(report)
}

/// Every position from 1 holds an event whose payload has its digest and whose envelope is the leaf
/// that the tree has there; the tree and its checkpoints are those of these leaves.
fn check_log(
    db: &mut dyn Query,
    known: &Known,
    report: &mut VerifyReport,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Wrong>, Fault> {
    let mut grown = match Grown::begin(db, known)? {
        Ok(grown) => grown,
        Err(wrong) => return Ok(Some(wrong)),
    };
    report.key = grown.signed.key.as_ref().map(Verifier::text);
    let sql = format!(
        "SELECT log.position, log.event_id, events.salt, events.payload, tree.hash, {COLUMNS} \
        FROM log LEFT JOIN events ON events.id = log.event_id \
        LEFT JOIN tree ON tree.level = 0 AND tree.place = log.position - 1 \
        WHERE log.position > $1 ORDER BY log.position LIMIT $2"
    );
    loop {
        let rows = db.query(&sql, &[report.head.into(), SLICE_MAX.into()])?;
        grown.slice(db, report.head)?;
        for row in &rows {
            if row.int(0)? != report.head + 1 {
                let what = format!("the log has no position {}", report.head + 1);
                return Ok(Some(Wrong::new(format!("position {}", report.head + 1), what)));
            }
            if let Some(wrong) = check_event(row, &mut grown)? {
                return Ok(Some(wrong));
            }
            report.head += 1;
            report.events += 1;
        }
        let wrong = grown.check_nodes(db)?;
        (report.tree, report.checkpoints) = (grown.edge.size(), grown.signed.held);
        if wrong.is_some() {
            return Ok(wrong);
        }
        progress(report.events);
        if rows.is_empty() {
            return grown.check_end(db);
        }
    }
}

/// A row of position, event, salt, payload, stored leaf, envelope.
fn check_event(row: &Row, grown: &mut Grown) -> Result<Option<Wrong>, Fault> {
    let (position, event) = (row.int(0)?, row.text(1)?);
    let wrong = |what: &str| Ok(Some(Wrong::with_event(position, event, what)));
    let Some(payload) = row.opt_text(3)? else { return wrong("the event is gone") };
    let envelope = Envelope::of(row, 5)?;
    if !is_sealed(row.text(2)?, payload, envelope.digest) {
        return wrong("its payload is not what was written");
    }
    if grown.edge.size() == grown.size {
        return Ok(None);
    }
    let leaf = envelope.leaf();
    match row.opt_text(4)? {
        None => return wrong("the tree has no leaf for it"),
        Some(kept) if kept != hex(&leaf) => {
            return wrong("it is not the event that was written here");
        }
        Some(_) => {}
    }
    Ok(grown.push(leaf))
}

/// The tree as it grows from the events, beside the tree that is stored.
struct Grown {
    edge: Edge,
    /// How many events the stored tree holds.
    size: u64,
    /// Subtrees that became complete and were not compared yet.
    nodes: Vec<(Node, Hash)>,
    signed: Signed,
}

impl Grown {
    fn begin(db: &mut dyn Query, known: &Known) -> Result<Result<Self, Wrong>, Fault> {
        let own = verifier(db)?;
        let mut signed = match Signed::by(own, known) {
            Ok(signed) => signed,
            Err(wrong) => return Ok(Err(wrong)),
        };
        signed.next.extend(between(db, -1, 0, 1)?);
        let mut grown = Self { edge: Edge::default(), size: size(db)?, nodes: Vec::new(), signed };
        Ok(grown.signed.check(&grown.edge).map_or(Ok(grown), Err))
    }

    /// Gets ready for the events behind a position.
    fn slice(&mut self, db: &mut dyn Query, after: i64) -> Result<(), Fault> {
        self.signed.next.extend(between(db, after, after + SLICE_MAX, SLICE_MAX)?);
        Ok(())
    }

    fn push(&mut self, leaf: Hash) -> Option<Wrong> {
        let nodes = &mut self.nodes;
        self.edge.push(leaf, &mut |node, hash| nodes.push((node, hash)));
        self.signed.check(&self.edge)
    }

    /// Compares the subtrees that became complete; the leaves were.
    fn check_nodes(&mut self, db: &mut dyn Query) -> Result<Option<Wrong>, Fault> {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.retain(|(node, _)| node.level > 0);
        nodes.sort_unstable_by_key(|(node, _)| *node);
        for level in nodes.chunk_by(|(left, _), (right, _)| left.level == right.level) {
            let (first, last) = (level[0].0, level[level.len() - 1].0);
            let sql = "SELECT hash FROM tree WHERE level = $1 AND place >= $2 AND place <= $3 \
                ORDER BY place";
            let params = [self::level(first).into(), place(first).into(), place(last).into()];
            let rows = db.query(sql, &params)?;
            for (index, (node, hash)) in level.iter().enumerate() {
                let kept = rows.get(index).map(|row| row.text(0)).transpose()?;
                if kept != Some(hex(hash).as_str()) {
                    let place = format!("level {} place {} of the tree", node.level, node.place);
                    return Ok(Some(Wrong::new(place, "it is not the hash of what lies below it")));
                }
            }
        }
        Ok(None)
    }

    /// Nothing is in the tree, or signed, that the log does not hold.
    fn check_end(&mut self, db: &mut dyn Query) -> Result<Option<Wrong>, Fault> {
        let ends = self.edge.size();
        if ends < self.size {
            let what = format!("the log ends here, and the tree holds {} events", self.size);
            return Ok(Some(Wrong::new(format!("position {}", ends + 1), what)));
        }
        for level in 0..u64::BITS {
            let sql = "SELECT place FROM tree WHERE level = $1 AND place >= $2 LIMIT 1";
            let behind = i64::try_from(ends >> level).unwrap_or(i64::MAX);
            if db.query_one(sql, &[i64::from(level).into(), behind.into()])?.is_some() {
                let place = format!("level {level} of the tree");
                let what = format!("it goes on behind the {ends} events that the tree holds");
                return Ok(Some(Wrong::new(place, what)));
            }
        }
        let ends = i64::try_from(ends).unwrap_or(i64::MAX);
        self.signed.next.extend(between(db, ends, i64::MAX, 1)?);
        Ok(self.signed.check_end(&self.edge))
    }
}

/// The checkpoints that wait for the tree to reach their size.
#[derive(Debug, Default)]
pub(super) struct Signed {
    /// The key they are signed with.
    pub(super) key: Option<Verifier>,
    next: VecDeque<Checkpoint>,
    kept: Option<Head>,
    /// Whether the one that was kept elsewhere held.
    kept_held: bool,
    /// The size of the last one that held, so that it can be told where the first bad event is.
    good: u64,
    /// How many held.
    pub(super) held: u64,
}

impl Signed {
    /// Checkpoints by the key that stands beside them, and what is known from elsewhere.
    pub(super) fn by(own: Option<Verifier>, known: &Known) -> Result<Self, Wrong> {
        if let (Some(own), Some(key)) = (&own, &known.key)
            && own != key
        {
            let what = format!("it is {}, and not the one that was given", own.text());
            return Err(Wrong::new("the key of the log", what));
        }
        let key = known.key.clone().or(own);
        let kept = match (&known.checkpoint, &key) {
            (None, _) => None,
            (Some(_), None) => {
                let what = "there is no key to check it with: this log has signed nothing yet";
                return Err(Wrong::new("the checkpoint that was kept", what));
            }
            (Some(note), Some(key)) => {
                let read = Head::open(note, key);
                Some(read.map_err(|wrong| Wrong::new("the checkpoint that was kept", wrong))?)
            }
        };
        Ok(Self { key, kept, ..Self::default() })
    }

    /// A checkpoint of the size that the tree has now.
    pub(super) fn take(&mut self, checkpoint: Checkpoint, edge: &Edge) -> Option<Wrong> {
        self.next.push_back(checkpoint);
        self.check(edge).or_else(|| self.check_end_of_next(edge))
    }

    /// Compares those of the size that the tree has now.
    pub(super) fn check(&mut self, edge: &Edge) -> Option<Wrong> {
        while let Some(next) = self.next.front() {
            if next.size > i64::try_from(edge.size()).unwrap_or(i64::MAX) {
                break;
            }
            let next = self.next.pop_front()?;
            let what = self.wrong_with(&next, edge);
            if let Some(what) = what {
                return Some(Wrong::new(format!("the checkpoint of {} events", next.size), what));
            }
            self.held += 1;
            self.good = edge.size();
        }
        let kept = self.kept.filter(|kept| kept.size == edge.size())?;
        if kept.root != edge.root() {
            return Some(Wrong::new("the checkpoint that was kept", self.altered(kept.size)));
        }
        self.good = kept.size;
        (self.kept, self.kept_held) = (None, true);
        None
    }

    /// Whether a checkpoint that was kept elsewhere held.
    pub(super) fn has_kept(&self) -> bool {
        self.kept_held
    }

    fn wrong_with(&self, checkpoint: &Checkpoint, edge: &Edge) -> Option<String> {
        let Some(key) = &self.key else { return Some("there is no key to check it with".into()) };
        match Head::open(&checkpoint.note, key) {
            Err(wrong) => Some(wrong),
            Ok(head) if i64::try_from(head.size) != Ok(checkpoint.size) => {
                Some(format!("its note is of {} events", head.size))
            }
            Ok(head) if head.size != edge.size() => {
                Some(format!("the log has {} events there", edge.size()))
            }
            Ok(head) if head.root != edge.root() => Some(self.altered(head.size)),
            Ok(head) if merkle::text(&head.root) != checkpoint.root => {
                Some("its root is not the one of its note".to_owned())
            }
            Ok(_) => None,
        }
    }

    fn altered(&self, size: u64) -> String {
        format!(
            "its root is not that of the log: an event at a position from {} to {size} was \
            changed, and the tree with it",
            self.good + 1
        )
    }

    fn check_end_of_next(&self, edge: &Edge) -> Option<Wrong> {
        let next = self.next.front()?;
        let place = format!("position {}", edge.size() + 1);
        let what = format!("the log ends here, and a checkpoint is of {} events", next.size);
        Some(Wrong::new(place, what))
    }

    /// What is left when the tree ends.
    pub(super) fn check_end(&self, edge: &Edge) -> Option<Wrong> {
        if let Some(wrong) = self.check_end_of_next(edge) {
            return Some(wrong);
        }
        let kept = self.kept?;
        let place = format!("position {}", edge.size() + 1);
        let what = format!(
            "the tree ends here, and the checkpoint that was kept is of {} events: those behind \
            are missing",
            kept.size
        );
        Some(Wrong::new(place, what))
    }
}

/// Every event is in the log, or waits for its place there.
fn check_numbered(db: &mut dyn Query, report: &mut VerifyReport) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT events.id, log.position FROM events \
        LEFT JOIN log ON log.event_id = events.id \
        WHERE events.id > $1 ORDER BY events.id LIMIT $2";
    let waits = "SELECT 1 FROM unnumbered WHERE event_id = $1";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), SLICE_MAX.into()])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            let id = row.text(0)?;
            if let Some(position) = row.opt_int(1)? {
                if (1..=report.head).contains(&position) {
                    continue;
                }
                let what = format!("it stands at position {position}, where the log has none");
                return Ok(Some(Wrong::new(format!("event {id}"), what)));
            }
            if db.query_one(waits, &[id.into()])?.is_none() {
                return Ok(Some(Wrong::new(format!("event {id}"), "it is not in the log")));
            }
            report.waiting += 1;
        }
    }
}

/// No stream has a gap, and what is cached of it is the fold of its events.
fn check_streams(
    db: &mut dyn Query,
    report: &mut VerifyReport,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT stream, MAX(version), COUNT(*), MIN(version) FROM events \
        WHERE stream > $1 GROUP BY stream ORDER BY stream LIMIT $2";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), SLICE_MAX.into()])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            let stream = row.text(0)?;
            if row.int(1)? != row.int(2)? || row.int(3)? != 1 {
                return Ok(Some(Wrong::new(stream, "an event is missing in the stream")));
            }
            if let Some(what) = records::compare(db, stream)? {
                return Ok(Some(Wrong::new(stream, what)));
            }
            report.streams += 1;
        }
        progress(report.events + report.streams);
    }
}

/// Nothing is cached that no event led to.
fn check_states(db: &mut dyn Query) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT states.stream, events.id FROM states \
        LEFT JOIN events ON events.stream = states.stream AND events.version = states.version \
        WHERE states.stream > $1 ORDER BY states.stream LIMIT $2";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), Value::from(SLICE_MAX)])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            if row.opt_text(1)?.is_none() {
                let what = "a state is cached that no event led to";
                return Ok(Some(Wrong::new(row.text(0)?, what)));
            }
        }
    }
}
