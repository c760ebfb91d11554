//! Which changes travel, and in which order they are deployed.

use std::collections::BTreeSet;

use kernel::{ChangeId, Timestamp};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::change;
use crate::policy::ReleasePhase;
use crate::refusal::Check;
use crate::release::approve::reapprove;
use crate::release::facts::lacks;
use crate::release::{
    CHANGES_MAX, ChangeFact, Facts, Refusal, Release, ReleaseEvent, Statement, Verb, guard,
};

/// A change that is to join.
#[derive(Debug, Clone)]
pub struct Joining<'a> {
    /// The change as a fact of the release.
    pub fact: &'a ChangeFact,
    /// Where it is.
    pub phase: change::Phase,
    /// Another release that it travels in, `REL-…`.
    pub elsewhere: Option<String>,
    /// The exception from the freeze that it holds, `EXC-…`.
    pub exception: Option<String>,
}

/// Attaches a change, last in the order.
pub fn attach(
    release: &Release,
    joining: Joining<'_>,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::Scope, release, facts)?;
    let Joining { fact, phase, elsewhere, exception } = joining;
    if release.changes.contains(&fact.id) {
        return Ok(vec![]);
    }
    if let Some(release) = elsewhere {
        return Err(Refusal::ChangeElsewhere { release }.into());
    }
    if phase >= change::Phase::Implement {
        let why = format!("it is in {phase}");
        return Err(Refusal::ChangeNotAttachable { why }.into());
    }
    left_out(&release.statement, fact.id)?;
    // What was handed in stays as complete as it had to be then.
    let missing = lacks(fact);
    if release.phase == ReleasePhase::Approval && !missing.is_empty() {
        return Err(Refusal::Incomplete(missing).into());
    }
    let under = admit(release, fact.number.clone(), exception, facts.now)?;
    let mut check = Check::default();
    check.count("/changes", release.changes.len() + 1, CHANGES_MAX);
    check.end()?;
    let mut facts = facts.clone();
    facts.changes.push(fact.clone());
    let event = ReleaseEvent::ChangeAttached { change: fact.id, under };
    with_consequences(release, event, &facts, stamp)
}

/// What joins a frozen scope does so under an exception, which is named afterwards.
pub(super) fn admit(
    release: &Release,
    what: String,
    exception: Option<String>,
    now: Timestamp,
) -> Result<Vec<String>, Refusal> {
    match exception {
        _ if !release.is_frozen(now) => Ok(vec![]),
        Some(exception) => Ok(vec![exception]),
        None => Err(Refusal::ScopeFrozen { what }),
    }
}

/// A change that travels in the release is to gain CIs or services: in a frozen scope that needs
/// what attaching it would need.
pub fn grow(
    release: &Release,
    (change, number): (ChangeId, &str),
    exception: Option<String>,
    now: Timestamp,
) -> Decision<ReleaseEvent> {
    let under = admit(release, format!("what {number} gains"), exception, now)?;
    Ok(grown(Some(change), under))
}

/// What is said of something that grew under exceptions; nothing where none was needed.
pub(super) fn grown(change: Option<ChangeId>, under: Vec<String>) -> Vec<ReleaseEvent> {
    if under.is_empty() { vec![] } else { vec![ReleaseEvent::ScopeGrown { change, under }] }
}

/// What was left out on purpose does not join by accident.
fn left_out(statement: &Statement, change: ChangeId) -> Result<(), Refusal> {
    let mut outside = statement.independent.iter().chain(&statement.excluded);
    match outside.find(|outside| outside.change == Some(change)) {
        None => Ok(()),
        Some(outside) => {
            let reason = &outside.reason;
            let why = format!("the scope leaves it out (\"{reason}\"): state the scope anew first");
            Err(Refusal::ChangeNotAttachable { why })
        }
    }
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
