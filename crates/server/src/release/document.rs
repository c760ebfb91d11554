//! The scope document: what people stated, and what is found out from the changes and from what
//! their CIs rest on.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Ref;
use api::release as wire;
use domain::General;
use domain::change::Change;
use domain::release::{self, Facts, Outside, Release};
use domain::vocabulary::{Environment, Tier};
use kernel::{ChangeId, CiId, ReleaseId, ServiceId, TeamId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::names::{Names, find_release};
use crate::placement::touched;
use crate::read::{ANY_MAX, Statement};
use crate::release::facts::gather;
use crate::release::order::{followers, neighbours};
use crate::release::reach::{Carried, impact, proposed};
use crate::risk;
use crate::service::{Direction, Neighbourhood, neighbourhood};

/// How many relations are followed to what a CI needs.
const DEPTH_MAX: u32 = 2;
/// The most CIs that are looked at around those of a release.
const REACH_MAX: usize = 1_000;
/// The most shared CIs that are shown.
const SHARED_MAX: usize = 100;
/// The most claims of other releases that are looked at.
const CLAIMS_MAX: i64 = 2_000;

/// The scope document of a release.
pub(super) fn document(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<wire::ScopeDocument, Stop> {
    let id = find_release(db, name)?;
    let loaded: Option<Loaded<Release>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "release", name: name.to_owned() };
    let loaded = loaded.ok_or_else(unknown)?;
    let facts = gather(db, asking, id, &loaded.state, None)?;
    Ok(shown(db, &loaded, &facts)?)
}

/// A change with what the document says of it.
struct Part {
    id: ChangeId,
    shown: Ref,
    change: Change,
    services: BTreeSet<ServiceId>,
}

fn shown(
    db: &mut dyn Query,
    loaded: &Loaded<Release>,
    facts: &Facts,
) -> Result<wire::ScopeDocument, Fault> {
    let (release, statement) = (&loaded.state, &loaded.state.statement);
    let mut names = Names::default();
    let n = &mut names;
    let parts = parts(db, n, &release.changes)?;
    let sources: BTreeSet<CiId> =
        parts.iter().flat_map(|part| part.change.content.cis.iter().copied()).collect();
    let sources: Vec<CiId> = sources.into_iter().collect();
    let around = neighbourhood(db, &sources, DEPTH_MAX, REACH_MAX)?;
    let (shared, shared_more) = shared(db, n, loaded.id, &parts, &around, facts.now)?;
    let carried: Vec<Carried<'_>> =
        parts.iter().map(|part| (part.id, &part.change, &part.services)).collect();
    let proposed = proposed(db, n, statement, &carried, &around)?;
    let impact = match release.content.environment {
        Environment::Production => impact(db, n, &carried, &around)?,
        _ => Vec::new(),
    };
    let risks: Vec<_> = facts.changes.iter().map(|change| change.risk.clone()).collect();
    let mut included = Vec::with_capacity(parts.len());
    for (part, fact) in parts.iter().zip(&facts.changes) {
        included.push(wire::Included {
            change: part.shown.clone(),
            team: n.opt(db, part.change.content.team)?,
            services: n.all(db, &part.services)?,
            tier: Tier::word(fact.risk.tier).to_owned(),
        });
    }
    let freeze = match &release.frozen {
        Some(freeze) => Some(wire::Frozen {
            by: n.actor(db, &freeze.by)?,
            at: freeze.at.to_string(),
            reason: freeze.reason.clone(),
        }),
        None => None,
    };
    let waiting = followers(db, loaded.id)?;
    Ok(wire::ScopeDocument {
        release: Ref {
            id: loaded.id.to_string(),
            number: Some(release.number.clone()),
            name: release.content.title.clone(),
        },
        version: loaded.version.0,
        owner: n.opt(db, statement.owner)?,
        frozen: release.is_frozen(facts.now),
        freeze_at: statement.freeze_at.map(|at| at.to_string()),
        freeze,
        included,
        independent: outside(db, n, &statement.independent)?,
        excluded: outside(db, n, &statement.excluded)?,
        shared,
        shared_more,
        proposed,
        impact,
        risk: risk::shown(&domain::risk::combine(&risks, &facts.scale), release.tier.is_some()),
        teams: teams(db, n, release, &parts, facts)?,
        after: neighbours(db, n, &release.after)?,
        followers: neighbours(db, n, &waiting)?,
    })
}

fn parts(db: &mut dyn Query, names: &mut Names, changes: &[ChangeId]) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::with_capacity(changes.len());
    for id in changes {
        let loaded: Option<Loaded<Change>> = find_state(db, *id)?;
        let shown = names.get(db, &id.to_string())?;
        let Some((loaded, shown)) = loaded.zip(shown) else { continue };
        let services = touched(db, [*id])?;
        parts.push(Part { id: *id, shown, change: loaded.state, services });
    }
    Ok(parts)
}

fn outside(
    db: &mut dyn Query,
    names: &mut Names,
    stated: &[Outside],
) -> Result<Vec<wire::Outside>, Fault> {
    let mut shown = Vec::with_capacity(stated.len());
    for one in stated {
        let (what, reason) = (one.what.clone(), one.reason.clone());
        shown.push(wire::Outside { change: names.opt(db, one.change)?, what, reason });
    }
    Ok(shown)
}

/// The CIs that more than one change touches or needs, and those that another planned release works
/// on in the same environment.
fn shared(
    db: &mut dyn Query,
    names: &mut Names,
    id: ReleaseId,
    parts: &[Part],
    around: &Neighbourhood,
    now: Timestamp,
) -> Result<(Vec<wire::SharedCi>, bool), Fault> {
    let mut needs: BTreeMap<CiId, BTreeSet<CiId>> = BTreeMap::new();
    for reach in &around.reaches {
        if reach.direction == Direction::Upstream {
            needs.entry(reach.from).or_default().insert(reach.ci);
        }
    }
    let mut changes: BTreeMap<CiId, BTreeSet<ChangeId>> = BTreeMap::new();
    for part in parts {
        for ci in &part.change.content.cis {
            let needed = needs.get(ci).into_iter().flatten();
            for ci in needed.chain([ci]) {
                changes.entry(*ci).or_default().insert(part.id);
            }
        }
    }
    let cis: Vec<CiId> = changes.keys().copied().collect();
    let releases = claimed(db, id, &cis, now)?;
    let mut shared: Vec<CiId> = cis;
    shared.retain(|ci| changes[ci].len() > 1 || releases.contains_key(ci));
    let more = shared.len() > SHARED_MAX;
    shared.truncate(SHARED_MAX);
    let mut shown = Vec::with_capacity(shared.len());
    for ci in shared {
        let Some(named) = names.get(db, &ci.to_string())? else { continue };
        let others = releases.get(&ci).into_iter().flatten().copied().collect::<Vec<_>>();
        shown.push(wire::SharedCi {
            ci: named,
            changes: names.all(db, &changes[&ci])?,
            releases: names.all(db, others)?,
        });
    }
    Ok((shown, more))
}

/// Other releases that are still to come and work on some CIs.
fn claimed(
    db: &mut dyn Query,
    id: ReleaseId,
    cis: &[CiId],
    now: Timestamp,
) -> Result<BTreeMap<CiId, BTreeSet<ReleaseId>>, Fault> {
    let mut found: BTreeMap<CiId, BTreeSet<ReleaseId>> = BTreeMap::new();
    for slice in cis.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT ci, subject FROM release_claims WHERE ");
        statement.bind_any("ci", slice.iter().map(|ci| ci.to_string().into()));
        statement.bind(" AND end_at > ? AND subject <> ?", [now.into(), id.to_string().into()]);
        statement.bind(" LIMIT ?", [CLAIMS_MAX.into()]);
        for row in statement.query(db)? {
            found.entry(row.parsed(0)?).or_default().insert(row.parsed(1)?);
        }
    }
    Ok(found)
}

/// The teams that are stated, then those of changes that nobody stated.
fn teams(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
    parts: &[Part],
    facts: &Facts,
) -> Result<Vec<wire::Contribution>, Fault> {
    let mine: BTreeSet<TeamId> = match release::guard(release::Verb::SignOff, release, facts) {
        Ok(()) => release::signable(release, facts)
            .map_or_else(|_| BTreeSet::new(), |open| open.iter().map(|part| part.team).collect()),
        Err(_) => BTreeSet::new(),
    };
    let mut of_team: BTreeMap<TeamId, Vec<Ref>> = BTreeMap::new();
    for part in parts {
        if let Some(team) = part.change.content.team {
            of_team.entry(team).or_default().push(part.shown.clone());
        }
    }
    let stated = release.statement.teams.iter();
    let mut all: Vec<(TeamId, String, String)> =
        stated.map(|one| (one.team, one.owns.clone(), one.signs_off.clone())).collect();
    for team in of_team.keys() {
        if !all.iter().any(|(known, _, _)| known == team) {
            all.push((*team, String::new(), String::new()));
        }
    }
    let mut shown = Vec::with_capacity(all.len());
    for (team, owns, signs_off) in all {
        let changes = of_team.remove(&team).unwrap_or_default();
        let named = names.get(db, &team.to_string())?;
        let Some(named) = named else { continue };
        let fact = facts.parts.iter().find(|part| part.team == team);
        let signed = fact.and_then(|part| release::signed(release, part));
        shown.push(wire::Contribution {
            team: named,
            owns,
            signs_off,
            changes,
            signed_by: signed.map(|signed| names.actor(db, &signed.given.by)).transpose()?,
            signed_at: signed.map(|signed| signed.given.at.to_string()),
            signed_note: signed
                .map(|signed| signed.given.reason.clone())
                .filter(|note| !note.is_empty()),
            lapsed: signed.is_none() && release.signed.contains_key(&team),
            yours: mine.contains(&team),
        });
    }
    Ok(shown)
}
