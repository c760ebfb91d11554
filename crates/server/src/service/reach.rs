//! What some CIs need and what needs them, each with the shortest way there: the fact behind
//! conflicts along relations. Relations are read level by level, in slices, for all CIs at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::service::RelationKind;
use kernel::CiId;
use ports::{Fault, Query, Row, Value};

use crate::read::{ANY_MAX, Statement, of_any};

/// Which way relations are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// To what a CI needs.
    Upstream,
    /// To what needs a CI.
    Downstream,
}

/// One step along a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The kind of relation.
    pub kind: RelationKind,
    /// The CI it leads to.
    pub ci: CiId,
    /// What that is called.
    pub name: String,
}

/// A CI that another one is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Where the way begins.
    pub from: CiId,
    /// Where it ends.
    pub ci: CiId,
    /// Which way it goes.
    pub direction: Direction,
    /// The steps; the last one leads to `ci`.
    pub path: Vec<Step>,
}

/// The most ways of one step that are followed: those block, so that more than this is told.
pub const NEAREST_MAX: usize = 20_000;
/// The most relations that one statement reads.
const RELATIONS_PAGE: usize = 1_000;

/// What some CIs are connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbourhood {
    /// The ways, nearest first.
    pub reaches: Vec<Reach>,
    /// Whether every way of one step is among them.
    pub nearest_whole: bool,
}

/// Everything within `depth` steps of each of `cis`, nearest first: all ways of one step up to
/// [`NEAREST_MAX`], and of the longer ones at most as many as make `cap` in all.
pub fn neighbourhood(
    db: &mut dyn Query,
    cis: &[CiId],
    depth: u32,
    cap: usize,
) -> Result<Neighbourhood, Fault> {
    let sources: BTreeSet<CiId> = cis.iter().copied().collect();
    let mut walks: Vec<Walk> = [Direction::Upstream, Direction::Downstream]
        .into_iter()
        .flat_map(|way| sources.iter().map(move |source| Walk::new(*source, way)))
        .collect();
    let mut relations = BTreeMap::new();
    let mut found = Vec::new();
    let mut nearest_whole = true;
    for step in 0..depth {
        let most = if step == 0 { NEAREST_MAX } else { cap };
        if found.len() >= most && step > 0 {
            break;
        }
        let all_read = load(db, &walks, most, &mut relations)?;
        for walk in &mut walks {
            // One more than there is room for tells that something was left out.
            walk.step(&relations, (most + 1).saturating_sub(found.len()), &mut found);
        }
        nearest_whole &= step > 0 || (all_read && found.len() <= most);
        found.truncate(most);
    }
    let names = names(db, &found)?;
    let reaches = found.into_iter().map(|reach| reach.named(&names)).collect();
    Ok(Neighbourhood { reaches, nearest_whole })
}

/// What leads away from a CI, by direction.
type Relations = BTreeMap<(Direction, CiId), Vec<(RelationKind, CiId)>>;

/// One CI's search in one direction.
struct Walk {
    direction: Direction,
    seen: BTreeSet<CiId>,
    frontier: Vec<Unnamed>,
}

/// A reach whose steps have no names yet.
#[derive(Clone)]
struct Unnamed {
    from: CiId,
    direction: Direction,
    path: Vec<(RelationKind, CiId)>,
}

impl Walk {
    fn new(from: CiId, direction: Direction) -> Self {
        let start = Unnamed { from, direction, path: Vec::new() };
        Self { direction, seen: [from].into(), frontier: vec![start] }
    }

    fn step(&mut self, relations: &Relations, most: usize, found: &mut Vec<Unnamed>) {
        let mut next = Vec::new();
        for reach in std::mem::take(&mut self.frontier) {
            let key = (self.direction, reach.end());
            for (kind, to) in relations.get(&key).into_iter().flatten() {
                if next.len() < most && self.seen.insert(*to) {
                    let mut further = reach.clone();
                    further.path.push((*kind, *to));
                    next.push(further);
                }
            }
        }
        found.extend(next.iter().cloned());
        self.frontier = next;
    }
}

impl Unnamed {
    fn end(&self) -> CiId {
        self.path.last().map_or(self.from, |(_, ci)| *ci)
    }

    fn named(self, names: &BTreeMap<CiId, String>) -> Reach {
        let step = |(kind, ci): &(RelationKind, CiId)| Step {
            kind: *kind,
            ci: *ci,
            name: names.get(ci).cloned().unwrap_or_default(),
        };
        let path: Vec<Step> = self.path.iter().map(step).collect();
        Reach { from: self.from, ci: self.end(), direction: self.direction, path }
    }
}

/// Reads the relations at the ends of the walks that were not read yet, at most so many of each
/// direction, in pages; whether that was all of them.
fn load(
    db: &mut dyn Query,
    walks: &[Walk],
    most: usize,
    relations: &mut Relations,
) -> Result<bool, Fault> {
    let mut wanted: BTreeSet<(Direction, CiId)> = BTreeSet::new();
    for walk in walks {
        let ends = walk.frontier.iter().map(|reach| (walk.direction, reach.end()));
        wanted.extend(ends.filter(|key| !relations.contains_key(key)));
    }
    for direction in [Direction::Upstream, Direction::Downstream] {
        let mut room = most;
        let ids: Vec<CiId> =
            wanted.iter().filter(|(way, _)| *way == direction).map(|(_, id)| *id).collect();
        for slice in ids.chunks(ANY_MAX) {
            for id in slice {
                relations.insert((direction, *id), Vec::new());
            }
            let mut last = None;
            loop {
                let rows = read(db, direction, slice, last.as_ref(), relations)?;
                room = room.saturating_sub(rows.len());
                if rows.len() < RELATIONS_PAGE {
                    break;
                }
                if room == 0 {
                    return Ok(false);
                }
                last = rows.into_iter().last();
            }
        }
    }
    Ok(true)
}

fn read(
    db: &mut dyn Query,
    direction: Direction,
    slice: &[CiId],
    after: Option<&Row>,
    relations: &mut Relations,
) -> Result<Vec<Row>, Fault> {
    let (here, there) = match direction {
        Direction::Upstream => ("from_ci", "to_ci"),
        Direction::Downstream => ("to_ci", "from_ci"),
    };
    let mut statement =
        Statement::new(&format!("SELECT {here}, {there}, kind FROM ci_relations WHERE "));
    statement.bind_any(here, slice.iter().map(|id| Value::from(id.to_string())));
    if let Some(Row(place)) = after {
        let piece = format!(" AND ({here}, {there}, kind) > (?, ?, ?)");
        statement.bind(&piece, place.iter().cloned());
    }
    statement.push(&format!(" ORDER BY {here}, {there}, kind"));
    statement.bind(" LIMIT ?", [Value::from(i64::try_from(RELATIONS_PAGE).unwrap_or(i64::MAX))]);
    let rows = statement.query(db)?;
    for row in &rows {
        let (from, to, kind) = (row.parsed(0)?, row.parsed(1)?, row.parsed(2)?);
        relations.entry((direction, from)).or_default().push((kind, to));
    }
    Ok(rows)
}

fn names(db: &mut dyn Query, found: &[Unnamed]) -> Result<BTreeMap<CiId, String>, Fault> {
    let ids: BTreeSet<CiId> =
        found.iter().flat_map(|reach| reach.path.iter().map(|(_, ci)| *ci)).collect();
    let ids: Vec<CiId> = ids.into_iter().collect();
    let mut names = BTreeMap::new();
    let sql = "SELECT id, name FROM cis WHERE ";
    for row in of_any(db, sql, "id", ids.iter().map(|id| Value::from(id.to_string())))? {
        names.insert(row.parsed(0)?, row.text(1)?.to_owned());
    }
    Ok(names)
}
