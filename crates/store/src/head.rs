//! The last position of the log, and a bell for those who wait for it to grow.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The head of the log as this process knows it.
#[derive(Debug, Default)]
pub(crate) struct Head {
    position: Mutex<i64>,
    grown: Condvar,
    commits: AtomicU64,
}

impl Head {
    pub(crate) fn get(&self) -> i64 {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often something was committed.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    /// Counts a commit, before anybody is told of it.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Moves the head forward; it never moves back.
    pub(crate) fn raise(&self, position: i64) {
        let mut known = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        if position > *known {
            *known = position;
            self.grown.notify_all();
        }
    }

    /// Waits until the head is beyond `after`, at most `patience`.
    pub(crate) fn wait(&self, after: i64, patience: Duration) -> i64 {
        let known = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, _) = self
            .grown
            .wait_timeout_while(known, patience, |position| *position <= after)
            .unwrap_or_else(PoisonError::into_inner);
        *known
    }
}
