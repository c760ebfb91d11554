//! How the followers of the log fare: how far each is, and which of them is stuck at which event.
//! A follower that is stuck tries again, ever more seldom, and skips nothing; whoever watches the
//! server sees it, and the log tells the cause once, under the id that is shown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kernel::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::problem::incident_id;

/// That a follower cannot deal with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The place of the event in the log.
    pub position: i64,
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// The id under which the log tells the cause.
    pub error: String,
    cause: String,
}

/// How all followers of one server fare.
#[derive(Debug, Default)]
pub struct Watch {
    stuck: Mutex<BTreeMap<&'static str, Stuck>>,
    positions: Family<Of, Gauge>,
    failures: Family<Of, Gauge>,
}

/// Which follower a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Of {
    follower: &'static str,
}

impl Watch {
    /// A follower dealt with what it took, up to a position.
    pub(super) fn is_at(&self, follower: &'static str, position: i64) {
        self.positions.get_or_create(&Of { follower }).set(position);
        self.failures.get_or_create(&Of { follower }).set(0);
        let ended = self.stuck.lock().unwrap_or_else(PoisonError::into_inner).remove(follower);
        if let Some(Stuck { error, tries, .. }) = ended {
            tracing::info!(follower, position, error, tries, "a follower goes on");
        }
    }

    /// A follower could not deal with the event at a position; answers how often that is so now.
    /// The log is told when it begins, and when the cause is another.
    pub(super) fn fails(
        &self,
        follower: &'static str,
        position: i64,
        now: Timestamp,
        cause: String,
    ) -> u32 {
        let mut all = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |stuck: &&mut Stuck| stuck.position == position && stuck.cause == cause;
        let tries = if let Some(stuck) = all.get_mut(follower).filter(same) {
            stuck.tries += 1;
            stuck.tries
        } else {
            let error = incident_id();
            tracing::error!(follower, position, incident.id = error, cause, "a follower is stuck");
            let stuck = Stuck { position, since: now, tries: 1, error, cause };
            all.insert(follower, stuck);
            1
        };
        self.failures.get_or_create(&Of { follower }).set(i64::from(tries));
        tries
    }

    /// Those that are stuck.
    pub fn stuck(&self) -> BTreeMap<&'static str, Stuck> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The positions, and how often each failed at the event it is stuck at.
    pub(crate) fn figures(&self) -> (Family<Of, Gauge>, Family<Of, Gauge>) {
        (self.positions.clone(), self.failures.clone())
    }
}
