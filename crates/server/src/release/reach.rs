//! What a release reaches beside the CIs that its changes name: parts that may have to be handled
//! with it, and the services that feel it.

use std::collections::{BTreeMap, BTreeSet};

use api::release as wire;
use domain::change::Change;
use domain::release::Statement;
use kernel::{ChangeId, CiId, ServiceId};
use ports::{Fault, Query};

use crate::names::Names;
use crate::read::of_any;
use crate::service::{Direction, Neighbourhood, Reach};

/// The most parts that are proposed.
const PROPOSED_MAX: usize = 50;
/// The most services that are shown.
const IMPACT_MAX: usize = 100;

/// A change of the release, with the services that it touches.
pub(super) type Carried<'a> = (ChangeId, &'a Change, &'a BTreeSet<ServiceId>);

struct CiRow {
    kind: String,
    service: Option<String>,
    team: Option<String>,
}

/// Which part a kind of CI belongs to, by the words that people use for kinds.
fn part_of(kind: &str) -> &'static str {
    const OUTSIDE: &[&str] = &["third party", "third-party", "external", "partner", "supplier"];
    const SOFTWARE: &[&str] = &["app", "software", "interface", "website", "configuration"];
    let kind = kind.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    match kind {
        _ if says(OUTSIDE) => "third_party",
        _ if says(SOFTWARE) => "application",
        _ => "infrastructure",
    }
}

/// The parts that nobody touches and nobody stated: what the CIs of the changes need, and what
/// needs them, nearest first.
pub(super) fn proposed(
    db: &mut dyn Query,
    names: &mut Names,
    statement: &Statement,
    changes: &[Carried<'_>],
    around: &Neighbourhood,
) -> Result<Vec<wire::ProposedPart>, Fault> {
    let own: BTreeSet<CiId> =
        changes.iter().flat_map(|(_, change, _)| change.content.cis.iter().copied()).collect();
    let outside = statement.independent.iter().chain(&statement.excluded);
    let stated: BTreeSet<String> = outside.map(|one| one.what.to_lowercase()).collect();
    let mut first: BTreeMap<CiId, &Reach> = BTreeMap::new();
    let mut order = Vec::new();
    for reach in around.reaches.iter().filter(|reach| !own.contains(&reach.ci)) {
        let name = reach.path.last().map(|step| step.name.to_lowercase()).unwrap_or_default();
        if !stated.contains(&name) && !first.contains_key(&reach.ci) {
            first.insert(reach.ci, reach);
            order.push(reach.ci);
        }
    }
    order.truncate(PROPOSED_MAX);
    let rows = rows(db, &order)?;
    let mut shown = Vec::with_capacity(order.len());
    for ci in order {
        let (reach, Some(row)) = (first[&ci], rows.get(&ci)) else { continue };
        let Some(named) = names.get(db, &ci.to_string())? else { continue };
        let from = names.get(db, &reach.from.to_string())?;
        let mut path = from.map(|from| from.name).unwrap_or_default();
        for step in &reach.path {
            let phrase = match reach.direction {
                Direction::Upstream => step.kind.phrase(),
                Direction::Downstream => step.kind.phrase_back(),
            };
            path = format!("{path} → {phrase} → {}", step.name);
        }
        let on = changes.iter().filter(|(_, change, _)| change.content.cis.contains(&reach.from));
        shown.push(wire::ProposedPart {
            kind: part_of(&row.kind).to_owned(),
            ci: named,
            service: names.opt(db, row.service.as_ref())?,
            team: names.opt(db, row.team.as_ref())?,
            path,
            changes: names.all(db, on.map(|(id, ..)| *id))?,
        });
    }
    Ok(shown)
}

fn rows(db: &mut dyn Query, cis: &[CiId]) -> Result<BTreeMap<CiId, CiRow>, Fault> {
    let mut found = BTreeMap::new();
    let sql = "SELECT cis.id, cis.kind, cis.service, services.team FROM cis \
            LEFT JOIN services ON services.id = cis.service WHERE ";
    for row in of_any(db, sql, "cis.id", cis.iter().map(|ci| ci.to_string().into()))? {
        let service = row.opt_text(2)?.map(str::to_owned);
        let team = row.opt_text(3)?.map(str::to_owned);
        let kind = row.text(1)?.to_owned();
        found.insert(row.parsed(0)?, CiRow { kind, service, team });
    }
    Ok(found)
}

/// The services that the release touches or that rest on what it touches, the most critical first,
/// each with the changes that do it.
pub(super) fn impact(
    db: &mut dyn Query,
    names: &mut Names,
    changes: &[Carried<'_>],
    around: &Neighbourhood,
) -> Result<Vec<wire::ImpactedService>, Fault> {
    let mut direct: BTreeMap<ServiceId, BTreeSet<ChangeId>> = BTreeMap::new();
    for (id, _, services) in changes {
        for service in *services {
            direct.entry(*service).or_default().insert(*id);
        }
    }
    let resting: Vec<&Reach> =
        around.reaches.iter().filter(|reach| reach.direction == Direction::Downstream).collect();
    let ends: BTreeSet<CiId> = resting.iter().map(|reach| reach.ci).collect();
    let rows = rows(db, &ends.into_iter().collect::<Vec<_>>())?;
    let mut felt: BTreeMap<ServiceId, BTreeSet<ChangeId>> = BTreeMap::new();
    for reach in resting {
        let service = rows.get(&reach.ci).and_then(|row| row.service.as_ref()?.parse().ok());
        let Some(service) = service.filter(|service| !direct.contains_key(service)) else {
            continue;
        };
        let on = changes.iter().filter(|(_, change, _)| change.content.cis.contains(&reach.from));
        felt.entry(service).or_default().extend(on.map(|(id, ..)| *id));
    }
    let criticalities = criticalities(db, direct.keys().chain(felt.keys()))?;
    let all = direct.into_iter().map(|(service, by)| (service, true, by));
    let all = all.chain(felt.into_iter().map(|(service, by)| (service, false, by)));
    let mut shown = Vec::new();
    for (service, touches, by) in all {
        let criticality = criticalities.get(&service).copied().unwrap_or(u8::MAX);
        let Some(named) = names.get(db, &service.to_string())? else { continue };
        let changes = names.all(db, by)?;
        shown.push(wire::ImpactedService { service: named, criticality, direct: touches, changes });
    }
    shown.sort_by_key(|one| (one.criticality, !one.direct, one.service.name.clone()));
    shown.truncate(IMPACT_MAX);
    Ok(shown)
}

fn criticalities<'a>(
    db: &mut dyn Query,
    services: impl Iterator<Item = &'a ServiceId>,
) -> Result<BTreeMap<ServiceId, u8>, Fault> {
    let (sql, mut found) = ("SELECT id, criticality FROM services WHERE ", BTreeMap::new());
    for row in of_any(db, sql, "id", services.map(|id| id.to_string().into()))? {
        found.insert(row.parsed(0)?, u8::try_from(row.int(1)?).unwrap_or(u8::MAX));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_by_the_words_of_its_kind() {
        for (kind, part) in [
            ("Third party", "third_party"),
            ("external application", "third_party"),
            ("application", "application"),
            ("web app", "application"),
            ("database", "infrastructure"),
            ("load balancer", "infrastructure"),
        ] {
            assert_eq!(part_of(kind), part, "{kind}");
        }
    }
}
