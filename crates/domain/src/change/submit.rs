//! Handing a change in.

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{self, Barred, Why};
use crate::change::{Change, ChangeEvent, Facts, Verb, guard};
use crate::policy::ChangeType;

/// A normal change goes to assessment; an emergency and a standard change straight to approval,
/// with their risk recorded.
pub fn submit(change: &Change, facts: &Facts, stamp: &Stamp) -> Decision<ChangeEvent> {
    guard(Verb::Submit, change, facts)?;
    let mut events = vec![ChangeEvent::Submitted {}];
    if change.change_type() != ChangeType::Normal {
        events.extend(ask_for_approval(change, facts, stamp)?);
    }
    Ok(events)
}

/// Records the risk and opens a round.
pub(super) fn ask_for_approval(
    change: &Change,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ChangeEvent> {
    let recorded = ChangeEvent::RiskRecorded { risk: facts.risk.clone() };
    let after = change.clone().evolve(&recorded, stamp);
    let round = approval::open(
        &change.rounds,
        facts.plan.clone(),
        after.approval_content(),
        barred(change),
        &facts.electorate,
    )?;
    Ok(std::iter::once(recorded).chain(round.into_iter().map(ChangeEvent::Round)).collect())
}

/// Who may not vote on it: who asked, and who carries it out.
pub(super) fn barred(change: &Change) -> Vec<Barred> {
    let requester = change.requester.map(|person| Barred { person, why: Why::Requested });
    let implementer = change.content.implementer;
    let implementer = implementer.map(|person| Barred { person, why: Why::Implements });
    requester.into_iter().chain(implementer).collect()
}
