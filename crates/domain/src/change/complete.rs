//! Ending work, and ending the change.

use kernel::NOTE_MAX;

use crate::aggregate::Decision;
use crate::change::{Change, ChangeEvent, Facts, Outcome, Refusal, Verb, guard};
use crate::policy::ChangeType;
use crate::refusal::Check;

/// Ends work with an outcome.
pub fn complete(
    change: &Change,
    outcome: Outcome,
    note: Option<&str>,
    facts: &Facts,
) -> Decision<ChangeEvent> {
    guard(Verb::Complete, change, facts)?;
    let note = note.filter(|note| !note.trim().is_empty());
    if outcome != Outcome::Successful && note.is_none() {
        return Err(Refusal::OutcomeNoteMissing.into());
    }
    let mut check = Check::default();
    check.text("/note", note.unwrap_or_default(), NOTE_MAX);
    check.end()?;
    Ok(vec![ChangeEvent::Completed { outcome, note: note.map(str::to_owned) }])
}

/// Ends the change.
pub fn close(change: &Change, facts: &Facts) -> Decision<ChangeEvent> {
    guard(Verb::Close, change, facts)?;
    Ok(vec![ChangeEvent::Closed {}])
}

/// Whether a change owes a review of its own: an emergency, and one that failed or succeeded only
/// in part. A change in a release is looked back on with the release.
pub fn owes_review(change: &Change) -> bool {
    let failed = matches!(
        change.outcome,
        Some(Outcome::PartiallySuccessful | Outcome::FailedBackedOut | Outcome::FailedNotBackedOut)
    );
    change.release.is_none() && (change.change_type() == ChangeType::Emergency || failed)
}
