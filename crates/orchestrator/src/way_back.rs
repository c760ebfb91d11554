//! The way back, compiled from what was reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{RunEvent, Scope};
use crate::graph::{Graph, withdrawn};
use crate::plan::{Step, Undo};
use crate::refusal::Refusal;
use crate::state::{Run, Way};

/// What a way back would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    /// What is taken back, each after what needed it.
    pub steps: BTreeSet<String>,
    /// What was reached and stands, and why.
    pub stands: BTreeMap<String, String>,
}

/// What taking it back that far would do now. It can be asked at any time.
pub fn compile(run: &Run, scope: &Scope) -> Result<Compiled, Refusal> {
    let reached = run.reached();
    let chosen: BTreeSet<&str> = match scope {
        Scope::Whole | Scope::AsFarAsPossible => reached,
        Scope::Groups(groups) => {
            let is_known =
                |name: &String| run.plan.steps.iter().any(|step| step.group.as_ref() == Some(name));
            if let Some(unknown) = groups.iter().find(|group| !is_known(group)) {
                return Err(Refusal::UnknownGroup(unknown.clone()));
            }
            withdrawn(&run.plan, groups).intersection(&reached).copied().collect()
        }
    };
    let graph = Graph::of(&run.plan);
    let mut compiled = Compiled::default();
    let mut held: BTreeMap<&str, String> = BTreeMap::new();
    for (point, reason) in points(run) {
        let before = graph.before(&point.key);
        let bars = chosen.contains(point.key.as_str()) || !before.is_disjoint(&chosen);
        if bars && *scope != Scope::AsFarAsPossible {
            let (step, reason) = (point.key.clone(), reason.to_owned());
            return Err(Refusal::PointOfNoReturn { step, reason });
        }
        for key in before {
            held.entry(key).or_insert_with(|| format!("it lies before `{}`", point.key));
        }
    }
    for step in run.plan.steps.iter().filter(|step| chosen.contains(step.key.as_str())) {
        let stands = match &step.undo {
            Undo::Nothing => continue,
            Undo::Irreversible { reason } | Undo::PointOfNoReturn { reason } => Some(reason),
            Undo::Reversible | Undo::Compensating => held.get(step.key.as_str()),
        };
        match stands {
            Some(reason) => drop(compiled.stands.insert(step.key.clone(), reason.clone())),
            None => drop(compiled.steps.insert(step.key.clone())),
        }
    }
    Ok(compiled)
}

/// The points of no return that were reached, and why they are.
fn points(run: &Run) -> impl Iterator<Item = (&Step, &str)> {
    let begun = run.legs(Way::Forward).filter(|(_, leg)| leg.was_begun());
    begun.filter_map(|(step, _)| match &step.undo {
        Undo::PointOfNoReturn { reason } => Some((step, reason.as_str())),
        _ => None,
    })
}

/// Turns back as far as can be. Where nothing of what was reached can be taken back there is no
/// way back.
pub(crate) fn turn_back(run: &Run, reason: &str) -> Option<RunEvent> {
    let scope = Scope::AsFarAsPossible;
    let Compiled { steps, stands } = compile(run, &scope).ok()?;
    let reason = reason.to_owned();
    (!steps.is_empty() || stands.is_empty()).then_some(RunEvent::RollbackDecided {
        scope,
        reason,
        steps,
        stands,
    })
}
