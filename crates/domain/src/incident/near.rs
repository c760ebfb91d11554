//! What was changed shortly before an incident began, the likely cause first. Nothing here is
//! proof: each stands there with why, and with how its part is known.

use kernel::Timestamp;

use crate::vocabulary::words;

/// The most hours before an incident that are looked back.
pub const NEAR_HOURS_MAX: u32 = 14 * 24;
/// How many when nothing is said.
pub const NEAR_HOURS_DEFAULT: u32 = 24;
/// How long after the end of a deployment an incident on what it touched is put down to it.
pub const AFTER_HOURS: u32 = 72;

words! {
    /// How it is known that a change has to do with an incident.
    Causality {
        /// Somebody said so, on the incident or on the change.
        Explicit = "explicit",
        /// It was taken back while the incident lasted, or after it.
        Rollback = "rollback",
        /// Only that both met the same place within some hours.
        Inferred = "inferred",
    }
}

words! {
    /// Where a change and an incident meet.
    Nearness {
        /// On a CI that the incident hits.
        SameCi = "same_ci",
        /// On a service that the incident hits.
        SameService = "same_service",
        /// On what a CI that the incident hits needs.
        Upstream = "upstream",
        /// On what needs a CI that the incident hits.
        Downstream = "downstream",
        /// On none of these: somebody named it as the cause.
        Elsewhere = "elsewhere",
    }
}

/// What a change did near an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// When work began.
    pub began_at: Timestamp,
    /// When it ended; nothing while it goes on.
    pub ended_at: Option<Timestamp>,
    /// How many relations lie between the two.
    pub steps: u32,
    /// Whether it ended badly.
    pub failed: bool,
    /// Whether it was taken back.
    pub taken_back: bool,
    /// Whether somebody linked the two.
    pub linked: bool,
}

impl Touch {
    /// Whether work went on when the incident began.
    pub fn was_under_way(&self, began: Timestamp) -> bool {
        self.began_at <= began && self.ended_at.is_none_or(|ended| ended > began)
    }

    /// How many minutes before the incident its work ended; none when it went on.
    pub fn minutes_before(&self, began: Timestamp) -> i64 {
        match self.ended_at {
            Some(ended) if ended <= began => began.minutes_since(ended),
            _ => 0,
        }
    }

    /// How it is known.
    pub fn causality(&self, began: Timestamp) -> Causality {
        let back_since = self.taken_back && self.ended_at.is_some_and(|ended| ended > began);
        match (self.linked, back_since) {
            (true, _) => Causality::Explicit,
            (false, true) => Causality::Rollback,
            (false, false) => Causality::Inferred,
        }
    }

    /// By what the likely one comes first: how it is known, then the time between the two. Each
    /// relation between them counts as four times that time, an end that was no success as a
    /// quarter of it.
    pub fn rank(&self, began: Timestamp) -> (u8, i64) {
        let known = match self.causality(began) {
            Causality::Explicit => 0,
            Causality::Rollback => 1,
            Causality::Inferred => 2,
        };
        let minutes = self.minutes_before(began).max(1).saturating_mul(4);
        let far = minutes.saturating_mul(4_i64.saturating_pow(self.steps));
        (known, if self.failed { far / 4 } else { far })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn touch(began: i64, ended: Option<i64>) -> Touch {
        Touch {
            began_at: at(began),
            ended_at: ended.map(at),
            steps: 0,
            failed: false,
            taken_back: false,
            linked: false,
        }
    }

    /// The incident begins at minute 100.
    fn order(touches: &[Touch]) -> Vec<usize> {
        let mut places: Vec<usize> = (0..touches.len()).collect();
        places.sort_by_key(|place| touches[*place].rank(at(100)));
        places
    }

    #[test]
    fn time_counts_to_the_minute_and_work_under_way_is_nearest() {
        assert_eq!(touch(10, Some(88)).minutes_before(at(100)), 12);
        let under_way = touch(10, None);
        assert!(under_way.was_under_way(at(100)));
        assert!(touch(10, Some(101)).was_under_way(at(100)));
        assert!(!touch(10, Some(100)).was_under_way(at(100)));
        assert_eq!(order(&[touch(10, Some(40)), touch(50, Some(90)), under_way]), [2, 1, 0]);
    }

    #[test]
    fn a_step_away_counts_as_four_times_the_time() {
        let away = Touch { steps: 1, ..touch(10, Some(90)) };
        assert_eq!(order(&[away, touch(10, Some(61))]), [1, 0]);
        assert_eq!(order(&[touch(10, Some(59)), away]), [1, 0]);
    }

    #[test]
    fn what_failed_is_likelier_than_what_went_well_at_the_same_time() {
        let failed = Touch { failed: true, ..touch(10, Some(70)) };
        assert_eq!(order(&[touch(10, Some(90)), failed]), [1, 0]);
    }

    #[test]
    fn what_somebody_said_comes_before_what_was_taken_back_and_that_before_a_guess() {
        let linked = Touch { linked: true, ..touch(0, Some(1)) };
        let back = Touch { taken_back: true, failed: true, ..touch(10, Some(120)) };
        let before = Touch { taken_back: true, failed: true, ..touch(10, Some(90)) };
        let known = |touch: Touch| touch.causality(at(100));
        assert_eq!(
            [known(linked), known(back), known(before)],
            [Causality::Explicit, Causality::Rollback, Causality::Inferred]
        );
        assert_eq!(order(&[touch(10, None), back, linked]), [2, 1, 0]);
    }
}
