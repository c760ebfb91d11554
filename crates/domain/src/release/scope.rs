//! Which changes travel, and in which order they are deployed.

use std::collections::BTreeSet;

use kernel::ChangeId;

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::change;
use crate::refusal::Check;
use crate::release::approve::reapprove;
use crate::release::{CHANGES_MAX, ChangeFact, Facts, Refusal, Release, ReleaseEvent, Verb, guard};

/// Attaches a change, last in the order. `joining` is the change as a fact of the release,
/// `elsewhere` the number of another release it travels in.
pub fn attach(
    release: &Release,
    joining: &ChangeFact,
    phase: change::Phase,
    elsewhere: Option<String>,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::Scope, release, facts)?;
    if release.changes.contains(&joining.id) {
        return Ok(vec![]);
    }
    if let Some(release) = elsewhere {
        return Err(Refusal::ChangeElsewhere { release }.into());
    }
    if phase >= change::Phase::Implement {
        let why = format!("it is in {phase}");
        return Err(Refusal::ChangeNotAttachable { why }.into());
    }
    let mut check = Check::default();
    check.count("/changes", release.changes.len() + 1, CHANGES_MAX);
    check.end()?;
    let mut facts = facts.clone();
    facts.changes.push(joining.clone());
    let event = ReleaseEvent::ChangeAttached { change: joining.id };
    with_consequences(release, event, &facts, stamp)
}

/// Detaches a change.
pub fn detach(
    release: &Release,
    change: ChangeId,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::Scope, release, facts)?;
    if !release.changes.contains(&change) {
        return Ok(vec![]);
    }
    let mut facts = facts.clone();
    facts.changes.retain(|fact| fact.id != change);
    with_consequences(release, ReleaseEvent::ChangeDetached { change }, &facts, stamp)
}

/// Sets the deploy order; it names every change once.
pub fn reorder(
    release: &Release,
    changes: &[ChangeId],
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::Scope, release, facts)?;
    let known: BTreeSet<_> = release.changes.iter().collect();
    let given: BTreeSet<_> = changes.iter().collect();
    let mut check = Check::default();
    if known != given || changes.len() != release.changes.len() {
        check.wrong("/changes", "must name every change of the release once");
    }
    check.end()?;
    if changes == release.changes {
        return Ok(vec![]);
    }
    let mut facts = facts.clone();
    let place = |fact: &ChangeFact| changes.iter().position(|change| *change == fact.id);
    facts.changes.sort_by_key(place);
    let event = ReleaseEvent::Reordered { changes: changes.to_vec() };
    with_consequences(release, event, &facts, stamp)
}

fn with_consequences(
    release: &Release,
    event: ReleaseEvent,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    let after = release.clone().evolve(&event, stamp);
    let consequences = reapprove(&after, facts)?;
    Ok(std::iter::once(event).chain(consequences).collect())
}
