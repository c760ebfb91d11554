//! Letting a release wait, go on, or giving it up.

use crate::aggregate::Decision;
use crate::approval;
use crate::refusal::reasoned;
use crate::release::{Facts, Release, ReleaseEvent, Verb, guard};

/// Lets it wait.
pub fn hold(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Hold, release, facts)?;
    reasoned(reason)?;
    Ok(vec![ReleaseEvent::Held { reason: reason.to_owned() }])
}

/// Lets it go on.
pub fn resume(release: &Release, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Resume, release, facts)?;
    Ok(vec![ReleaseEvent::Resumed {}])
}

/// Gives it up. Its changes are let go by the commands that follow in the same transaction.
pub fn cancel(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Cancel, release, facts)?;
    reasoned(reason)?;
    let mut events: Vec<ReleaseEvent> =
        approval::withdraw(release.round()).into_iter().map(ReleaseEvent::Round).collect();
    events.push(ReleaseEvent::Cancelled { reason: reason.to_owned() });
    Ok(events)
}
