//! Answers that are given again for a moment, as long as nothing at all was written since they were
//! found. Only where this process alone writes to its database can that be known; elsewhere nothing
//! is kept, and everything is asked anew.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::Timestamp;
use ports::Store;

/// How long an answer is given again at most, in milliseconds: of one that has several ends, time
/// may have brought the first.
const KEPT_MILLIS: i64 = 10_000;
/// Over how much of that the ends of answers are spread, so that those of one moment are not all
/// asked anew in one, and in how many steps.
const SPREAD_MILLIS: i64 = 5_000;
const STEPS: i64 = 1_000;
/// How many are kept at most; beyond that all are forgotten.
const KEPT_MAX: usize = 10_000;

/// Answers by what was asked.
#[derive(Debug)]
pub struct Kept<K, V>(Mutex<Inner<K, V>>);

#[derive(Debug)]
struct Inner<K, V> {
    commits: u64,
    answers: HashMap<K, (Timestamp, V)>,
    /// The step of the last answer.
    step: i64,
}

/// The moment before a question, by which its answer is kept.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    commits: Option<u64>,
    now: Timestamp,
}

impl Before {
    /// Taken before the question is asked.
    pub fn asking(store: &dyn Store, now: Timestamp) -> Self {
        Self { commits: store.commits(), now }
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Inner { commits: 0, answers: HashMap::new(), step: 0 }))
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// What was answered, where nothing was written since and its time has not come.
    pub fn find(&self, before: Before, asked: &K) -> Option<V> {
        let inner = self.at(before.commits?)?;
        let (until, answer) = inner.answers.get(asked)?;
        (before.now < *until).then(|| answer.clone())
    }

    /// Keeps an answer for a moment, and not beyond its own end.
    pub fn keep(&self, before: Before, asked: K, answer: V, end: Timestamp) {
        let Some(mut inner) = before.commits.and_then(|commits| self.at(commits)) else { return };
        if inner.answers.len() >= KEPT_MAX {
            inner.answers.clear();
        }
        inner.step = (inner.step + 1) % STEPS;
        let millis = KEPT_MILLIS - SPREAD_MILLIS * inner.step / STEPS;
        let moment = Timestamp::from_micros(before.now.micros() + millis * 1_000);
        inner.answers.insert(asked, (moment.min(end), answer));
    }

    /// The answers of a number of commits; those of an earlier one are forgotten. Nothing when a
    /// later one is known already.
    fn at(&self, commits: u64) -> Option<MutexGuard<'_, Inner<K, V>>> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.commits < commits {
            inner.commits = commits;
            inner.answers.clear();
        }
        (inner.commits == commits).then_some(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(millis * 1_000)
    }

    fn before(commits: Option<u64>, millis: i64) -> Before {
        Before { commits, now: at(millis) }
    }

    fn never() -> Timestamp {
        Timestamp::from_micros(i64::MAX)
    }

    #[test]
    fn an_answer_is_given_again_for_a_moment() {
        let kept = Kept::default();
        kept.keep(before(Some(7), 0), "q", "a", never());
        assert_eq!(kept.find(before(Some(7), SPREAD_MILLIS), &"q"), Some("a"));
        assert_eq!(kept.find(before(Some(7), KEPT_MILLIS), &"q"), None);
        assert_eq!(kept.find(before(Some(7), 0), &"other"), None);
    }

    #[test]
    fn answers_of_one_moment_end_one_after_the_other() {
        let kept = Kept::default();
        for asked in 0..STEPS {
            kept.keep(before(Some(7), 0), asked, asked, never());
        }
        let left = |millis: i64| {
            let found = (0..STEPS).filter_map(|asked| kept.find(before(Some(7), millis), &asked));
            i64::try_from(found.count()).expect("a few")
        };
        assert_eq!(left(SPREAD_MILLIS), STEPS);
        assert_eq!(left(SPREAD_MILLIS + SPREAD_MILLIS / 2), STEPS / 2);
        assert_eq!(left(KEPT_MILLIS), 0);
    }

    #[test]
    fn an_answer_ends_with_what_it_says() {
        let kept = Kept::default();
        kept.keep(before(Some(7), 0), "q", "a", at(500));
        assert_eq!(kept.find(before(Some(7), 499), &"q"), Some("a"));
        assert_eq!(kept.find(before(Some(7), 500), &"q"), None);
    }

    #[test]
    fn a_commit_forgets_all_and_a_late_answer_is_not_kept() {
        let kept = Kept::default();
        kept.keep(before(Some(7), 0), "q", "a", never());
        assert_eq!(kept.find(before(Some(8), 1), &"q"), None);
        assert_eq!(kept.find(before(Some(7), 1), &"q"), None, "an older question is asked anew");
        kept.keep(before(Some(7), 1), "q", "late", never());
        assert_eq!(kept.find(before(Some(8), 1), &"q"), None, "it was found before the commit");
    }

    #[test]
    fn nothing_is_kept_where_others_may_write() {
        let kept = Kept::default();
        kept.keep(before(None, 0), "q", "a", never());
        assert_eq!(kept.find(before(None, 0), &"q"), None);
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let kept = Kept::default();
        for asked in 0..=KEPT_MAX {
            kept.keep(before(Some(1), 0), asked, asked, never());
        }
        assert_eq!(kept.find(before(Some(1), 0), &0), None);
        assert_eq!(kept.find(before(Some(1), 0), &KEPT_MAX), Some(KEPT_MAX));
    }
}
