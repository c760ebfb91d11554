//! What of a notice cannot wait for the end of anybody's quiet hours.

use kernel::{Interval, Timestamp};

use crate::vocabulary::Moment;

/// How near a window is, in hours, whose move or cancellation cannot wait. Quiet hours are shorter
/// than a day: nobody learns after the window that it was taken away.
pub const NEAR_HOURS: i64 = 24;

/// What a notice tells, as far as it counts for that.
#[derive(Debug, Clone, Default)]
pub struct Tidings {
    /// Whether it is of an emergency.
    pub emergency: bool,
    /// Whether something failed.
    pub failed: bool,
    /// Where it tells that a window was moved or taken away, the one that was told and the one that
    /// stands now.
    pub corrected: Vec<Interval>,
}

impl Tidings {
    /// Of a moment of a release, with the window that was told and the one that stands now.
    pub fn of(moment: Moment, emergency: bool, windows: Vec<Interval>) -> Self {
        let corrects = matches!(moment, Moment::Moved | Moment::Cancelled);
        let corrected = if corrects { windows } else { Vec::new() };
        Self { emergency, failed: moment == Moment::Rollback, corrected }
    }

    /// Whether they cannot wait.
    pub fn are_pressing(&self, now: Timestamp) -> bool {
        let near = now.plus_minutes(NEAR_HOURS * 60);
        let is_near = |window: &Interval| window.start < near && now < window.end;
        self.emergency || self.failed || self.corrected.iter().any(is_near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_emergencies_failures_and_what_corrects_a_near_window_cannot_wait() {
        let now = Timestamp::from_micros(0);
        let hour = |hours: i64| now.plus_minutes(hours * 60);
        let from = |hours| vec![Interval { start: hour(hours), end: hour(hours + 2) }];
        let pressing =
            |moment, emergency, windows| Tidings::of(moment, emergency, windows).are_pressing(now);
        for moment in Moment::ALL.iter().copied() {
            assert!(pressing(moment, true, vec![]), "an emergency: {moment}");
            let corrects = matches!(moment, Moment::Moved | Moment::Cancelled);
            let failed = moment == Moment::Rollback;
            assert_eq!(pressing(moment, false, from(23)), corrects || failed, "{moment}");
            assert_eq!(pressing(moment, false, from(24)), failed, "{moment}");
            assert_eq!(pressing(moment, false, from(-1)), corrects || failed, "under way");
            assert_eq!(pressing(moment, false, from(-2)), failed, "over");
        }
        assert!(pressing(Moment::Moved, false, [from(48), from(1)].concat()), "one of two");
    }
}
