//! Handing a change in.

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{self, Barred, Why};
use crate::change::{Change, ChangeEvent, Facts, Verb, guard};
use crate::policy::ChangeType;

/// A normal change goes to assessment; an emergency and a standard change straight to approval,
/// with their risk recorded.
pub fn submit(change: &Change, facts: &Facts, stamp: &Stamp) -> Decision<ChangeEvent> {
    guard(Verb::Submit, change, facts)?;
    let submitted = ChangeEvent::Submitted {};
    let after = change.clone().evolve(&submitted, stamp);
    let mut events = vec![submitted];
    if change.change_type() != ChangeType::Normal {
        events.extend(ask_for_approval(&after, facts, stamp)?);
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
        change.round(),
        facts.plan.clone(),
        after.approval_content(),
        barred(&after),
        &facts.electorate,
    )?;
    Ok(std::iter::once(recorded).chain(round.into_iter().map(ChangeEvent::Round)).collect())
}

/// Who may not vote on it: who asked, who carries it out, and who wrote it or handed it in.
pub(super) fn barred(change: &Change) -> Vec<Barred> {
    let requester = change.requester.map(|person| (person, Why::Requested));
    let implementer = change.content.implementer.map(|person| (person, Why::Implements));
    let authors = change.authors.iter().map(|person| (*person, Why::Wrote));
    Barred::each(requester.into_iter().chain(implementer).chain(authors))
}
