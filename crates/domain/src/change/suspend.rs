//! Letting a change wait, go on, or giving it up.

use crate::aggregate::Decision;
use crate::approval;
use crate::change::{Change, ChangeEvent, Facts, Verb, guard};
use crate::refusal::reasoned;

/// Lets it wait.
pub fn hold(change: &Change, reason: &str, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Hold, change, facts)?;
    reasoned(reason)?;
    Ok(vec![ChangeEvent::Held { reason: reason.to_owned() }])
}

/// Lets it go on.
pub fn resume(change: &Change, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Resume, change, facts)?;
    Ok(vec![ChangeEvent::Resumed {}])
}

/// Gives it up.
pub fn cancel(change: &Change, reason: &str, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Cancel, change, facts)?;
    reasoned(reason)?;
    let mut events: Vec<ChangeEvent> =
        approval::withdraw(change.round()).into_iter().map(ChangeEvent::Round).collect();
    events.push(ChangeEvent::Cancelled { reason: reason.to_owned() });
    Ok(events)
}
