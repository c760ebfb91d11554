//! What the gate's rule needs to know, gathered from one snapshot: the records that ship an
//! artifact, found by its digest, and where each stands.

use std::str::FromStr;

use domain::calendar::{ConflictKind, Side};
use domain::change::{self, Change};
use domain::gate::{
    Block, Candidate, Changed, GateFacts, Newer, Other, Purpose, Standing, VERDICT_MINUTES,
};
use domain::release::Release;
use domain::vocabulary::Environment;
use domain::{Aggregate, Artifact, Digest, General, Missing};
use kernel::{ChangeId, CiId, Interval, PersonId, ReleaseId, ServiceId, Timestamp, Version};
use ports::{Fault, Query, Row};

use crate::bus::{Stop, find_state, fold_until};
use crate::calendar::{Blocked, blackouts, blocking, find_side};
use crate::names::{Names, Resolver};
use crate::service::{find_ci, find_service};

/// The most records that ship one artifact and are looked at, the newest first.
const CANDIDATES_MAX: i64 = 20;
/// The most newer candidates that are looked at.
const NEWER_MAX: i64 = 5;

const BY_DIGEST: &str = "SELECT release, environment, created_at, name_key \
    FROM release_artifacts WHERE digest = $1 UNION ALL \
    SELECT change, environment, created_at, name_key FROM change_artifacts WHERE digest = $2 \
    ORDER BY 3 DESC LIMIT $3";
const BY_NAME: &str = "SELECT release, environment, created_at, digest \
    FROM release_artifacts WHERE name_key = $1 AND environment = $2 UNION ALL \
    SELECT change, environment, created_at, digest \
    FROM change_artifacts WHERE name_key = $3 AND environment = $4 ORDER BY 3 DESC LIMIT $5";
/// What ships the same name there, is newer, ships other bytes, and was let through.
const NEWER: &str = "SELECT shipped.record, shipped.digest FROM \
    (SELECT release AS record, digest, created_at FROM release_artifacts \
    WHERE name_key = $1 AND environment = $2 AND created_at > $3 UNION ALL \
    SELECT change AS record, digest, created_at FROM change_artifacts \
    WHERE name_key = $4 AND environment = $5 AND created_at > $6) AS shipped \
    JOIN gates ON gates.digest = shipped.digest AND gates.environment = $7 \
    AND gates.purpose = 'deploy' WHERE gates.allowed_at IS NOT NULL AND shipped.digest <> $8 \
    ORDER BY shipped.created_at DESC LIMIT $9";

/// What is asked, names turned into ids.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) artifact: Artifact,
    pub(super) environment: Environment,
    pub(super) purpose: Purpose,
    pub(super) ci: Option<CiId>,
    pub(super) service: Option<ServiceId>,
    pub(super) record: Option<Side>,
}

impl Asked {
    /// Reads a question.
    pub(super) fn of(db: &mut dyn Query, question: &api::gate::GateQuestion) -> Result<Self, Stop> {
        let mut r = Resolver::default();
        let digest = r.parse("/artifact/digest", Some(&question.artifact.digest));
        let environment = r.parse("/environment", Some(&question.environment));
        let purpose = r.parse("/purpose", question.purpose.as_deref());
        let mut find = |pointer: &str, name: Option<&String>| match name {
            Some(name) => r.one(db, pointer, name, find_side),
            None => Ok(None),
        };
        let record = find("/record", question.record.as_ref())?;
        let ci = question.ci.as_ref().map(|name| r.one(db, "/ci", name, find_ci));
        let ci = ci.transpose()?.flatten();
        let service =
            question.service.as_ref().map(|name| r.one(db, "/service", name, find_service));
        let service = service.transpose()?.flatten();
        r.end()?;
        let (Some(digest), Some(environment)) = (digest, environment) else {
            return Err(General::Invalid(vec![Missing::new("/artifact", "is wrong")]).into());
        };
        let name = question.artifact.name.clone().filter(|name| !name.trim().is_empty());
        let artifact = Artifact { name, digest };
        let purpose = purpose.unwrap_or_default();
        Ok(Self { artifact, environment, purpose, ci, service, record })
    }
}

/// The facts, and the ids of the records behind them.
pub(super) struct Gathered {
    pub(super) facts: GateFacts,
    pub(super) sides: Vec<(String, Side)>,
}

/// Which records are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// As they are.
    Now,
    /// As they were at the instant that is asked about, whatever became of them since.
    Then,
}

/// A row of an index of artifacts.
struct Shipped {
    id: String,
    environment: Environment,
    created_at: Timestamp,
    name_key: String,
}

/// Gathers the facts.
pub(super) fn gather(
    db: &mut dyn Query,
    asked: &Asked,
    (records, now): (As, Timestamp),
) -> Result<Gathered, Fault> {
    let digest = asked.artifact.digest.as_str();
    let rows = db.query(BY_DIGEST, &[digest.into(), digest.into(), CANDIDATES_MAX.into()])?;
    let all = rows.iter().map(shipped).collect::<Result<Vec<_>, _>>()?;
    let (mut candidates, mut sides, mut elsewhere) = (Vec::new(), Vec::new(), None);
    for shipped in all {
        let Some((side, environment)) = place(db, &shipped)? else { continue };
        if asked.record.is_some_and(|record| record != side) {
            continue;
        }
        if environment != asked.environment {
            if elsewhere.is_none() {
                elsewhere = other(db, side, digest.to_owned(), environment)?;
            }
            continue;
        }
        if sides.iter().any(|(_, known)| *known == side) || !touches(db, side, asked)? {
            continue;
        }
        if records == As::Then && !shipped_then(db, (&shipped.id, side), asked, now)? {
            continue;
        }
        let Some(mut candidate) = candidate(db, side, (records, now))? else { continue };
        candidate.newer = newer(db, asked, &shipped)?;
        sides.push((candidate.number.clone(), side));
        candidates.push(candidate);
    }
    let found = candidates.is_empty();
    let same_name = if found { other_bytes(db, asked)? } else { None };
    let facts = GateFacts {
        now,
        artifact: asked.artifact.clone(),
        environment: asked.environment,
        purpose: asked.purpose,
        candidates,
        elsewhere,
        other: same_name,
    };
    Ok(Gathered { facts, sides })
}

fn shipped(row: &Row) -> Result<Shipped, Fault> {
    Ok(Shipped {
        id: row.text(0)?.to_owned(),
        environment: row.parsed(1)?,
        created_at: row.time(2)?,
        name_key: row.text(3)?.to_owned(),
    })
}

/// The record that decides, and where it goes: the release of a change that travels in one.
fn place(db: &mut dyn Query, shipped: &Shipped) -> Result<Option<(Side, Environment)>, Fault> {
    if let Ok(release) = ReleaseId::from_str(&shipped.id) {
        return Ok(Some((Side::Release(release), shipped.environment)));
    }
    let Ok(change) = ChangeId::from_str(&shipped.id) else { return Ok(None) };
    let sql = "SELECT changes.release, releases.environment FROM changes \
        LEFT JOIN releases ON releases.id = changes.release WHERE changes.id = $1";
    let Some(row) = db.query_one(sql, &[(&shipped.id).into()])? else { return Ok(None) };
    match row.opt_text(0)? {
        Some(release) => {
            let release = ReleaseId::from_str(release)
                .map_err(|error| Fault::permanent("reading a release's id", error))?;
            Ok(Some((Side::Release(release), row.parsed(1)?)))
        }
        None => Ok(Some((Side::Change(change), shipped.environment))),
    }
}

/// Whether a record shipped these bytes to that environment then already.
fn shipped_then(
    db: &mut dyn Query,
    (id, side): (&str, Side),
    asked: &Asked,
    at: Timestamp,
) -> Result<bool, Fault> {
    let digest = asked.artifact.digest.as_str();
    let release = match side {
        Side::Release(release) => stood::<Release>(db, release, (As::Then, at))?,
        Side::Change(_) | Side::Period(_) => None,
    };
    if release.as_ref().is_some_and(|one| one.content.environment != asked.environment) {
        return Ok(false);
    }
    let Ok(change) = ChangeId::from_str(id) else {
        let package = release.iter().flat_map(|release| &release.content.package);
        let mut digests = package.filter_map(|item| item.digest.as_deref());
        return Ok(digests.any(|one| Digest::key(one) == digest));
    };
    let Some(change_then) = stood::<Change>(db, change, (As::Then, at))? else { return Ok(false) };
    let content = &change_then.content;
    let is_there = match (&release, side) {
        (Some(release), _) => release.changes.contains(&change),
        (None, Side::Change(_)) => content.environment == asked.environment,
        (None, _) => false,
    };
    Ok(is_there && content.artifacts.iter().any(|one| one.digest.as_str() == digest))
}

fn stood<A: Aggregate>(
    db: &mut dyn Query,
    id: A::Id,
    (records, at): (As, Timestamp),
) -> Result<Option<A>, Fault> {
    if records == As::Now {
        return Ok(find_state::<A>(db, id)?.map(|loaded| loaded.state));
    }
    let loaded = fold_until::<A>(db, id, at)?;
    Ok((loaded.version != Version::NONE).then_some(loaded.state))
}

fn candidate(
    db: &mut dyn Query,
    side: Side,
    (records, now): (As, Timestamp),
) -> Result<Option<Candidate>, Fault> {
    let id = side.id();
    let mut sooner = false;
    let (mut candidate, owner) = match side {
        Side::Release(release) => {
            let Some(release) = stood::<Release>(db, release, (records, now))? else {
                return Ok(None);
            };
            let changed = changed(db, &id)?;
            let owner = release.content.release_manager.or(release.content.owner);
            (Candidate::of_release(id, &release, &changed), owner)
        }
        Side::Change(change) => {
            let Some(change) = stood::<Change>(db, change, (records, now))? else {
                return Ok(None);
            };
            let owner = change.content.implementer.or(change.requester);
            sooner = change::window_from_now(&change, now).is_some();
            (Candidate::of_change(id, &change), owner)
        }
        Side::Period(_) => return Ok(None),
    };
    // Whatever else is wrong with it, nobody need look at the calendar.
    let may_go =
        matches!(candidate.standing, Standing::Committed | Standing::UnderWay | Standing::Urgent);
    if may_go {
        let window = candidate.window.filter(|_| records == As::Then);
        candidate.blocks = blocks(blocking(db, side, window, now)?);
        if sooner {
            let verdict = Interval { start: now, end: now.plus_minutes(VERDICT_MINUTES) };
            for block in blocks(blackouts(db, side, verdict, now)?) {
                if !candidate.blocks.iter().any(|known| known.words == block.words) {
                    candidate.blocks.push(block);
                }
            }
        }
    }
    candidate.owner = name(db, owner)?;
    Ok(Some(candidate))
}

fn blocks(blocked: Blocked) -> Vec<Block> {
    // What could not be looked at stands behind what was found, and has no end of its own.
    let ends = blocked.found.into_iter().map(Some).chain(std::iter::repeat(None));
    let block = |(words, found): (String, Option<(ConflictKind, Interval)>)| Block {
        kind: found.map_or(ConflictKind::SameCi, |(kind, _)| kind),
        words,
        until: found.map(|(_, overlap)| overlap.end),
    };
    blocked.by.into_iter().zip(ends).map(block).collect()
}

fn name(db: &mut dyn Query, person: Option<PersonId>) -> Result<Option<String>, Fault> {
    Ok(Names::default().opt(db, person)?.map(|person| person.name))
}

/// The changes of a release that hold it up.
fn changed(db: &mut dyn Query, release: &str) -> Result<Vec<Changed>, Fault> {
    let sql = "SELECT changes.number, changes.held, changes.phase FROM release_changes \
        JOIN changes ON changes.id = release_changes.change \
        WHERE release_changes.release = $1 \
        AND (changes.held = 1 OR changes.phase IN ('draft', 'assess', 'cancelled'))";
    let rows = db.query(sql, &[release.into()])?;
    rows.iter()
        .map(|row| {
            let lacks = if row.bool(1)? { "is on hold" } else { "is not approved" };
            Ok(Changed { number: row.text(0)?.to_owned(), lacks })
        })
        .collect()
}

/// Whether a record touches what the artifact goes to, where that was said.
fn touches(db: &mut dyn Query, side: Side, asked: &Asked) -> Result<bool, Fault> {
    if asked.ci.is_none() && asked.service.is_none() {
        return Ok(true);
    }
    let Some(placed) = crate::calendar::placement(db, side)? else { return Ok(false) };
    let ci = asked.ci.is_none_or(|ci| placed.cis.contains(&ci));
    let service = asked.service.is_none_or(|service| placed.services.contains(&service));
    Ok(ci && service)
}

fn newer(db: &mut dyn Query, asked: &Asked, than: &Shipped) -> Result<Option<Newer>, Fault> {
    if than.name_key.is_empty() {
        return Ok(None);
    }
    let (name, environment) = (&than.name_key, asked.environment.word());
    let digest = asked.artifact.digest.as_str();
    let params = [
        name.into(),
        environment.into(),
        than.created_at.into(),
        name.into(),
        environment.into(),
        than.created_at.into(),
        environment.into(),
        digest.into(),
        NEWER_MAX.into(),
    ];
    for row in db.query(NEWER, &params)? {
        let (id, digest) = (row.text(0)?, row.text(1)?.to_owned());
        let standing = match (ReleaseId::from_str(id), ChangeId::from_str(id)) {
            (Ok(release), _) => find_state::<Release>(db, release)?
                .map(|release| Candidate::of_release(id.to_owned(), &release.state, &[])),
            (_, Ok(change)) => find_state::<Change>(db, change)?
                .map(|change| Candidate::of_change(id.to_owned(), &change.state)),
            _ => None,
        };
        let Some(newer) = standing.filter(Candidate::takes_the_place) else { continue };
        return Ok(Some(Newer { id: newer.id, number: newer.number, digest }));
    }
    Ok(None)
}

/// The newest record that ships other bytes of the same name there.
fn other_bytes(db: &mut dyn Query, asked: &Asked) -> Result<Option<Other>, Fault> {
    let name = asked.artifact.name.as_deref().unwrap_or_default().trim().to_lowercase();
    if name.is_empty() {
        return Ok(None);
    }
    let environment = asked.environment.word();
    let params = [
        (&name).into(),
        environment.into(),
        (&name).into(),
        environment.into(),
        CANDIDATES_MAX.into(),
    ];
    for row in db.query(BY_NAME, &params)? {
        let id = row.text(0)?;
        let side = match (ReleaseId::from_str(id), ChangeId::from_str(id)) {
            (Ok(release), _) => Side::Release(release),
            (_, Ok(change)) => Side::Change(change),
            _ => continue,
        };
        if asked.record.is_none_or(|record| record == side) {
            return other(db, side, row.text(3)?.to_owned(), asked.environment);
        }
    }
    Ok(None)
}

fn other(
    db: &mut dyn Query,
    side: Side,
    digest: String,
    environment: Environment,
) -> Result<Option<Other>, Fault> {
    let found = Names::default().get(db, &side.id())?;
    let number = found.and_then(|found| found.number);
    Ok(number.map(|number| Other { number, digest, environment }))
}
