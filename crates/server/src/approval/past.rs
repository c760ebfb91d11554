//! The rounds of a subject that were followed by another. Its state holds the newest one only, so
//! that it does not grow with their number; those before it are read from its events.

use domain::approval::{Round, RoundEvent};
use domain::change::{Change, ChangeEvent};
use domain::release::{Release, ReleaseEvent};
use ports::{Fault, Query};

use crate::bus::{Record, fold_watched};

/// A kind of record that is approved.
pub trait Subject: Record {
    /// The newest round of its approval.
    fn newest_round(&self) -> Option<&Round>;

    /// What an event does to its approval.
    fn of_round(event: &Self::Event) -> Option<&RoundEvent>;
}

impl Subject for Change {
    fn newest_round(&self) -> Option<&Round> {
        self.round()
    }

    fn of_round(event: &ChangeEvent) -> Option<&RoundEvent> {
        if let ChangeEvent::Round(round) = event { Some(round) } else { None }
    }
}

impl Subject for Release {
    fn newest_round(&self) -> Option<&Round> {
        self.round()
    }

    fn of_round(event: &ReleaseEvent) -> Option<&RoundEvent> {
        if let ReleaseEvent::Round(round) = event { Some(round) } else { None }
    }
}

/// The rounds before the newest one, oldest first, each as it was when the next was opened.
pub fn past_rounds<S: Subject>(
    db: &mut dyn Query,
    id: S::Id,
    state: &S,
) -> Result<Vec<Round>, Fault> {
    let mut past = Vec::new();
    if state.newest_round().is_some_and(|newest| newest.number > 1) {
        fold_watched::<S>(db, id, |before, event, _| {
            if let Some(RoundEvent::Opened(_)) = S::of_round(event) {
                past.extend(before.newest_round().cloned());
            }
        })?;
    }
    Ok(past)
}
