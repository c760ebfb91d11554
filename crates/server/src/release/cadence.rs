//! Opening the next release of a model as its cadence says; called by the policy's timer.

use domain::calendar::Side;
use domain::policy::{ReleaseModel, tasks};
use domain::release::{self, Occurrence, Release};

use crate::bus::{Loaded, Stop, Work};
use crate::calendar::refresh;
use crate::policy::{arm, in_force, in_force_since, is_opened};
use crate::release::save::SERIES;

/// Opens what the cadences of the policy in force open now, and sets the timer for what is next.
pub fn open_next(work: &mut Work<'_>) -> Result<(), Stop> {
    let policy = in_force(work.tx)?;
    let Some(since) = in_force_since(work.tx, policy.version)? else { return Ok(()) };
    for (model, cadence) in policy.set.cadences() {
        let Some(due) = cadence.due(model.window_minutes, since, work.now) else { continue };
        if !is_opened(work.tx, model, &due)? {
            open(work, model, due)?;
        }
    }
    Ok(arm(work.tx, &policy.set, work.now.max(since))?)
}

fn open(work: &mut Work<'_>, model: &ReleaseModel, due: Occurrence) -> Result<(), Stop> {
    let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
    let tasks = tasks(&model.tasks, None, |_| None);
    let mut release: Loaded<Release> = work.fresh();
    let events = release::open(number, model, due, tasks)?;
    work.append(&mut release, events)?;
    refresh(work, Side::Release(release.id))
}
