//! Whoever follows the log for what is to be told: where a release may have moved, it is looked
//! whether something is due. Looking twice tells nothing twice.

use std::collections::BTreeSet;

use kernel::ReleaseId;

use crate::bus::{Bus, Envelope, Failure};
use crate::follow::followers::{Follower, Seen};
use crate::notice::tell::TellRelease;

/// The events of a release after which something may be due.
const MOVES: &[&str] = &[
    "release.cancelled.v1",
    "release.deployment_moved.v1",
    "release.extended.v1",
    "release.edited.v1",
    "release.returned.v1",
    "release.scheduled.v1",
    "release.unscheduled.v1",
];
/// What the people of a release plan to tell.
const PLANNED: &str = "communication.edited.v1";

/// The follower.
pub struct NoticeReactor;

impl Follower for NoticeReactor {
    fn name(&self) -> &'static str {
        "notices"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let moved = events
            .iter()
            .filter(|seen| MOVES.contains(&seen.name.as_str()) || seen.name == PLANNED);
        let id = |seen: &Seen| seen.stream.split_once(':')?.1.parse().ok();
        let releases: BTreeSet<ReleaseId> = moved.filter_map(id).collect();
        for release in releases {
            bus.call(Envelope::system("notice"), TellRelease { release })?;
        }
        Ok(())
    }
}
