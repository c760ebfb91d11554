//! What moves the approval of a release without anybody's command: its time limits, and the leaving
//! of someone it rests on.

use domain::calendar::Side;
use domain::release::{self, Facts, Release, ReleaseEvent};
use kernel::{PersonId, ReleaseId};

use crate::asking::Asking;
use crate::bus::{Loaded, Lock, Stop, Work};
use crate::calendar::refresh;
use crate::release::facts::gather;
use crate::release::verbs::follow;

/// Does what the time limits of its round ask for.
pub fn approval_due(work: &mut Work<'_>, id: ReleaseId) -> Result<(), Stop> {
    moved(work, id, release::call)
}

/// Someone left or lost a role.
pub fn approval_lapses(
    work: &mut Work<'_>,
    id: ReleaseId,
    person: PersonId,
    active: bool,
) -> Result<(), Stop> {
    moved(work, id, |state, facts| release::lapse(state, person, active, facts))
}

fn moved(
    work: &mut Work<'_>,
    id: ReleaseId,
    decide: impl Fn(&Release, &Facts) -> Vec<ReleaseEvent>,
) -> Result<(), Stop> {
    work.lock(Lock::calendar())?;
    let mut release: Loaded<Release> = work.load(id)?;
    let asking = Asking::of(work);
    let facts = gather(work.tx, &asking, id, &release.state, None)?;
    let events = decide(&release.state, &facts);
    if events.is_empty() {
        return Ok(());
    }
    let before = release.state.clone();
    work.append(&mut release, events)?;
    follow(work, id, &before, &release.state)?;
    refresh(work, Side::Release(id))
}
