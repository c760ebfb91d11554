//! What moves the approval of a change without anybody's command: its time limits, and the leaving
//! of someone it rests on.

use domain::Stamp;
use domain::calendar::Side;
use domain::change::{self, Change, ChangeEvent, Facts};
use kernel::{ChangeId, PersonId};

use crate::asking::Asking;
use crate::bus::{Loaded, Lock, Stop, Work};
use crate::calendar::refresh;
use crate::change::facts::gather;
use crate::change::save::stamp;
use crate::reactions;

/// Does what the time limits of its round ask for.
pub fn approval_due(work: &mut Work<'_>, id: ChangeId) -> Result<(), Stop> {
    moved(work, id, change::call)
}

/// Someone left or lost a role.
pub fn approval_lapses(
    work: &mut Work<'_>,
    id: ChangeId,
    person: PersonId,
    active: bool,
) -> Result<(), Stop> {
    moved(work, id, |state, facts, stamp| change::lapse(state, person, active, facts, stamp))
}

fn moved(
    work: &mut Work<'_>,
    id: ChangeId,
    decide: impl Fn(&Change, &Facts, &Stamp) -> Vec<ChangeEvent>,
) -> Result<(), Stop> {
    work.lock(Lock::calendar())?;
    let mut change: Loaded<Change> = work.load(id)?;
    let release = change.state.release;
    if let Some(release) = release {
        work.lock(Lock::stream(&format!("release:{release}")))?;
    }
    let asking = Asking::of(work);
    let facts = gather(work.tx, &asking, id, &change.state, None)?;
    let events = decide(&change.state, &facts, &stamp(work));
    if events.is_empty() {
        return Ok(());
    }
    work.append(&mut change, events)?;
    match release {
        Some(release) => reactions::change_edited(work, release, false),
        None => refresh(work, Side::Change(id)),
    }
}
