//! Whoever follows the log for what is to be told: where a release may have moved, it is looked
//! whether something is due; and for who has other quiet hours. Looking twice tells nothing twice.

use std::collections::BTreeSet;

use kernel::{PersonId, ReleaseId};
use ports::{Fault, Query};
use serde_json::Value as Json;

use crate::bus::{Bus, Envelope, Failure};
use crate::follow::followers::{Follower, Seen};
use crate::notice::DUE;
use crate::notice::outbox::LookAgain;
use crate::notice::tell::TellRelease;
use crate::read::wait;

/// The events of a release after which something may be due.
const MOVES: &[&str] = &[
    "release.cancelled.v1",
    "release.deployment_moved.v1",
    "release.extended.v1",
    "release.edited.v1",
    "release.held.v1",
    "release.resumed.v1",
    "release.returned.v1",
    "release.scheduled.v1",
    "release.unscheduled.v1",
];
/// What may give a release its go, from which on its date is told.
const APPROVAL: &str = "release.approval_moved.v1";
/// What the people of a release plan to tell.
const PLANNED: &str = "communication.edited.v1";
/// The rules that say how long before it is told.
const RULES: &str = "policy.activated.v1";

/// What may give a person other quiet hours.
const PERSON: &str = "person.edited.v1";

/// The follower.
pub struct NoticeReactor;

impl Follower for NoticeReactor {
    fn name(&self) -> &'static str {
        "notices"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let moved = events.iter().filter(|seen| {
            let name = seen.name.as_str();
            MOVES.contains(&name) || name == PLANNED || gives_go(seen)
        });
        let id = |seen: &Seen| seen.stream.split_once(':')?.1.parse().ok();
        let mut releases: BTreeSet<ReleaseId> = moved.filter_map(id).collect();
        if events.iter().any(|seen| seen.name == RULES) {
            let found = wait(&*bus.world().store, awaited);
            releases.extend(found.map_err(Failure::Fault)?);
        }
        for release in releases {
            bus.call(Envelope::system("notice"), TellRelease { release })?;
        }
        for person in events.iter().filter_map(quietened).collect::<BTreeSet<_>>() {
            bus.call(Envelope::system("notice"), LookAgain { person })?;
        }
        Ok(())
    }
}

/// Whether the go of a release is given with an event; most of its approval are votes.
fn gives_go(seen: &Seen) -> bool {
    if seen.name != APPROVAL {
        return false;
    }
    let payload: Json = serde_json::from_str(&seen.payload).unwrap_or_default();
    payload["closed"]["state"] == "approved"
}

/// Whoever an event gives other quiet hours, or another zone that they are in.
fn quietened(seen: &Seen) -> Option<PersonId> {
    if seen.name != PERSON {
        return None;
    }
    let payload: Json = serde_json::from_str(&seen.payload).ok()?;
    let edit = payload["edit"].as_object()?;
    let counts = edit.contains_key("quiet") || edit.contains_key("zone");
    counts.then(|| seen.stream.split_once(':')?.1.parse().ok()).flatten()
}

/// The releases of which something is due later.
fn awaited(db: &mut dyn Query) -> Result<Vec<ReleaseId>, Fault> {
    let rows = db.query("SELECT stream FROM timers WHERE kind = $1", &[DUE.into()])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.text(0)?.split_once(':').and_then(|(_, id)| id.parse::<ReleaseId>().ok());
        found.extend(id);
    }
    Ok(found)
}
