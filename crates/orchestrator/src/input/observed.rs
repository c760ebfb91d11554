//! Someone looked at what a trigger watches. Only what changes is written down.

use crate::event::RunEvent;
use crate::input::Decided;
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::trigger::{Value, fire};

pub(super) fn observed(draft: &mut Draft, trigger: &str, value: Value, note: &str) -> Decided {
    if !draft.run.plan.triggers.iter().any(|one| one.key == trigger) {
        return Err(Refusal::UnknownTrigger(trigger.to_owned()));
    }
    let known = draft.run.watched.get(trigger).map(|watched| watched.value);
    if draft.run.is_watched() && known != Some(value) {
        let (trigger, note) = (trigger.to_owned(), note.to_owned());
        draft.push(RunEvent::TriggerTurned { trigger, value, note });
        fire(draft);
    }
    Ok(())
}

/// The effect was verified: what happens from now on is no matter of this run.
pub(super) fn end_watch(draft: &mut Draft) {
    if draft.run.is_watched() {
        draft.push(RunEvent::WatchEnded {});
    }
}
