//! The end of a window that work is still under way in. A timer that follows from the record meets
//! it, so it is told once for each end, however long nobody looked.

use domain::change::{Change, overrun as of_change};
use domain::release::{Release, overrun as of_release};
use kernel::{ChangeId, ReleaseId};

use crate::bus::{Loaded, Stop, Work};

/// The timer of the end of a window.
pub const OVERRUN: &str = "window.overrun";

/// Says that a change or a release is overdue, if it is; called by its timer.
pub fn overrun(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let Some((_, id)) = stream.split_once(':') else { return Ok(()) };
    match (id.parse::<ChangeId>(), id.parse::<ReleaseId>()) {
        (Ok(id), _) => {
            let mut change: Loaded<Change> = work.load(id)?;
            let events = of_change(&change.state, work.now);
            work.append(&mut change, events)
        }
        (_, Ok(id)) => {
            let mut release: Loaded<Release> = work.load(id)?;
            let events = of_release(&release.state, work.now);
            work.append(&mut release, events)
        }
        _ => Ok(()),
    }
}
