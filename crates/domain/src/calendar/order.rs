//! Releases that depend on others: one that begins before another it depends on is over collides
//! with it. The conflict is the follower's, whichever of the two moved.

use kernel::{Interval, ReleaseId};

use crate::calendar::{ConflictKind, Found, Side};
use crate::canonical;

/// Whether a release begins too early. `before` is what it depends on, and where that is planned:
/// nowhere when it has no window, which is too early at any time.
pub fn out_of_order(
    follower: ReleaseId,
    interval: Interval,
    before: ReleaseId,
    planned: Option<Interval>,
) -> Option<Found> {
    let overlap = match planned {
        Some(planned) if planned.end <= interval.start => return None,
        Some(planned) => Interval { start: interval.start, end: planned.end },
        None => interval,
    };
    Some(Found {
        kind: ConflictKind::ReleaseOrder,
        subject: Side::Release(follower),
        with: Side::Release(before),
        overlap,
        fingerprint: canonical::hash(&(follower, interval, before, planned)),
        hits: Vec::new(),
        blocking: true,
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Timestamp};

    use super::*;

    fn release(number: u128) -> ReleaseId {
        ReleaseId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn hours(start: i64, end: i64) -> Interval {
        let at = |hour: i64| Timestamp::from_micros(0).plus_minutes(hour * 60);
        Interval { start: at(start), end: at(end) }
    }

    fn order(interval: Interval, planned: Option<Interval>) -> Option<Found> {
        out_of_order(release(2), interval, release(1), planned)
    }

    #[test]
    fn a_follower_may_begin_the_moment_the_other_is_over() {
        assert_eq!(order(hours(2, 4), Some(hours(0, 2))), None);
        let found = order(hours(2, 4), Some(hours(0, 3))).expect("too early");
        assert_eq!((found.overlap, found.blocking), (hours(2, 3), true));
    }

    #[test]
    fn it_collides_with_one_that_is_planned_later_or_nowhere() {
        assert_eq!(order(hours(0, 1), Some(hours(5, 6))).expect("later").overlap, hours(0, 6));
        assert_eq!(order(hours(0, 1), None).expect("nowhere").overlap, hours(0, 1));
    }
}
