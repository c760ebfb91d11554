//! What is only observed: what the rules that are marked so would have decided, beside what was
//! decided, record by record and service by service.

use std::collections::{BTreeMap, BTreeSet};

use api::policy::{Observed, ObservedItem, ObservedService};
use domain::approval::Round;
use domain::calendar::{ConflictKind, Side};
use domain::change::Change;
use domain::release::Release;
use kernel::ServiceId;
use ports::{Fault, Query, Value};

use crate::bus::find_state;
use crate::names::Names;
use crate::placement::{environments, placement, side_of};
use crate::policy::conflicts::{deciding, observing};
use crate::policy::explain::{case, line, other};
use crate::policy::force::in_force;
use crate::policy::gather;
use crate::policy::set::{CONFLICTS, PolicySet};

/// The most conflicts, and rounds of each kind, that are looked at: the newest.
const LOOKED_MAX: i64 = 1_000;
/// The most records that are told one by one.
const TOLD_MAX: usize = 200;

const OPEN: &str = "SELECT conflict_sides.kind, conflict_sides.relations, conflict_sides.other, \
    COALESCE(changes.committed, releases.committed, 1), conflict_sides.side FROM conflict_sides \
    LEFT JOIN changes ON changes.id = conflict_sides.other \
    LEFT JOIN releases ON releases.id = conflict_sides.other \
    WHERE conflict_sides.state = 'open' ORDER BY conflict_sides.conflict DESC, \
    conflict_sides.side LIMIT $1";

/// What is told of everything that is observed now.
pub(super) fn observed(db: &mut dyn Query) -> Result<Observed, Fault> {
    let policy = in_force(db)?;
    let mut telling = Telling::default();
    if policy.set.conflicts.iter().any(|rule| rule.observe) {
        conflicts(db, &policy.set, &mut telling)?;
    }
    rounds(db, &mut telling)?;
    let services = telling.services(db)?;
    let truncated = telling.truncated || telling.items.len() > TOLD_MAX;
    telling.items.truncate(TOLD_MAX);
    Ok(Observed { policy: policy.version, services, items: telling.items, truncated })
}

#[derive(Default)]
struct Telling {
    names: Names,
    items: Vec<ObservedItem>,
    /// How much is observed of each service, and how much of it would be otherwise.
    counts: BTreeMap<ServiceId, (u32, u32)>,
    truncated: bool,
}

impl Telling {
    fn tell(
        &mut self,
        db: &mut dyn Query,
        services: &BTreeSet<ServiceId>,
        item: ObservedItem,
    ) -> Result<(), Fault> {
        let mut item = item;
        item.services = self.names.all(db, services)?;
        for service in services {
            let (all, different) = self.counts.entry(*service).or_default();
            *all += 1;
            *different += u32::from(item.different);
        }
        self.items.push(item);
        Ok(())
    }

    fn services(&mut self, db: &mut dyn Query) -> Result<Vec<ObservedService>, Fault> {
        let mut services = Vec::with_capacity(self.counts.len());
        for (id, (observed, different)) in std::mem::take(&mut self.counts) {
            let Some(service) = self.names.get(db, &id.to_string())? else { continue };
            services.push(ObservedService { service, observed, different });
        }
        services.sort_by(|one, two| {
            (two.different, two.observed, &one.service.name).cmp(&(
                one.different,
                one.observed,
                &two.service.name,
            ))
        });
        Ok(services)
    }
}

fn blocks(blocks: bool) -> String {
    if blocks { "it blocks" } else { "it warns" }.to_owned()
}

/// The open conflicts for which an observed rule would decide.
fn conflicts(db: &mut dyn Query, set: &PolicySet, telling: &mut Telling) -> Result<(), Fault> {
    let rows = db.query(OPEN, &[Value::from(LOOKED_MAX)])?;
    telling.truncated |= rows.len() >= usize::try_from(LOOKED_MAX).unwrap_or(usize::MAX);
    let ids: BTreeSet<String> =
        rows.iter().map(|row| row.text(4).map(str::to_owned)).collect::<Result<_, _>>()?;
    let counts = environments(db, &ids.into_iter().collect::<Vec<_>>())?;
    for row in rows {
        let id = row.text(4)?.to_owned();
        let Some(side) = side_of(&id) else { continue };
        let Some(placed) = placement(db, side)? else { continue };
        let environment = counts.get(&id).copied().unwrap_or(placed.environment);
        let record = gather::of_side(db, set, side, (environment, placed.emergency))?;
        let case = case(&row, record)?;
        let facts = case.facts();
        let Some(rule) = observing(&set.conflicts, &facts) else { continue };
        if case.kind == ConflictKind::ReleaseOrder {
            continue;
        }
        let decided = deciding(&set.conflicts, &facts).is_some_and(|rule| rule.blocks);
        let Some(subject) = telling.names.get(db, &id)? else { continue };
        let with = other(db, &mut telling.names, row.text(2)?)?;
        let item = ObservedItem {
            about: "conflict".to_owned(),
            subject,
            what: format!("{} with {with}", case.kind.word().replace('_', " ")),
            rule: rule.name.clone(),
            file: Some(CONFLICTS.to_owned()),
            line: Some(line(rule.line())),
            decided: blocks(decided),
            would: blocks(rule.blocks),
            different: decided != rule.blocks,
            services: Vec::new(),
        };
        telling.tell(db, &placed.services, item)?;
    }
    Ok(())
}

/// The approvals under way in which a stage is only observed.
fn rounds(db: &mut dyn Query, telling: &mut Telling) -> Result<(), Fault> {
    for table in ["change_rounds", "release_rounds"] {
        let sql = format!(
            "SELECT subject FROM {table} WHERE state = 'open' ORDER BY at DESC, subject LIMIT $1"
        );
        for row in db.query(&sql, &[Value::from(LOOKED_MAX)])? {
            let Some(side) = side_of(row.text(0)?) else { continue };
            let round: Option<Round> = match side {
                Side::Change(id) => {
                    find_state::<Change>(db, id)?.and_then(|found| found.state.round().cloned())
                }
                Side::Release(id) => {
                    find_state::<Release>(db, id)?.and_then(|found| found.state.round().cloned())
                }
                Side::Period(_) => None,
            };
            let Some(round) = round.filter(|round| !round.plan.observed.is_empty()) else {
                continue;
            };
            let Some(subject) = telling.names.get(db, row.text(0)?)? else { continue };
            let stages: Vec<&str> =
                round.plan.stages.iter().map(|stage| stage.name.as_str()).collect();
            let services = placement(db, side)?.map(|placed| placed.services).unwrap_or_default();
            for stage in &round.plan.observed {
                let item = ObservedItem {
                    about: "stage".to_owned(),
                    subject: subject.clone(),
                    what: "approval".to_owned(),
                    rule: stage.clone(),
                    file: None,
                    line: None,
                    decided: if stages.is_empty() {
                        "nobody is asked".to_owned()
                    } else {
                        format!("{} is asked", stages.join(", "))
                    },
                    would: format!("{stage} would be asked too"),
                    different: true,
                    services: Vec::new(),
                };
                telling.tell(db, &services, item)?;
            }
        }
    }
    Ok(())
}
