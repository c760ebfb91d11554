//! The digest of releases: on which day of the week, and when, a person is told where the releases
//! of some types stand, in the zone that they live in.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use kernel::{NAME_MAX, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::refusal::Check;
use crate::vocabulary::Weekday;

/// The most types of release in one digest.
pub const DIGEST_TYPES_MAX: usize = 20;
/// The last hour of a day.
const HOUR_MAX: u8 = 23;

/// Of which releases a person is told once a week, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseDigest {
    /// The types of release.
    pub types: BTreeSet<String>,
    /// The day.
    pub weekday: Weekday,
    /// The hour of the day.
    pub hour: u8,
}

impl ReleaseDigest {
    /// When it is due next, after an instant.
    pub fn next(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let at = Time::new(i8::try_from(self.hour).ok()?, 0, 0, 0).ok()?;
        let today = zone.civil(after).date();
        let is_it = |day: Date| {
            let place = usize::try_from(day.weekday().to_monday_zero_offset()).ok();
            place.and_then(|place| Weekday::ALL.get(place)) == Some(&self.weekday)
        };
        // Today's may be over; then it is the one of the same day a week later.
        (0_i64..=7).find_map(|days| {
            let day = today.checked_add(days.days()).ok()?;
            let due = zone.instant(day.to_datetime(at));
            (is_it(day) && due > after).then_some(due)
        })
    }

    /// Finds what is wrong with it. Whether its types are there is not known here.
    pub(super) fn check(&self, check: &mut Check) {
        if self.types.is_empty() {
            check.wrong("/digest/types", "names no type of release: name one, such as `major`");
        }
        check.count("/digest/types", self.types.len(), DIGEST_TYPES_MAX);
        for name in &self.types {
            check.name("/digest/types", name, NAME_MAX);
        }
        if self.hour > HOUR_MAX {
            check.wrong("/digest/hour", format!("is an hour of the day, from 0 to {HOUR_MAX}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(weekday: Weekday, hour: u8) -> ReleaseDigest {
        ReleaseDigest { types: ["major".to_owned()].into(), weekday, hour }
    }

    /// When it is due in Amsterdam after an instant.
    fn next(digest: &ReleaseDigest, after: &str) -> Option<String> {
        let zone = "Europe/Amsterdam".parse().expect("a zone");
        let due = digest.next(&zone, after.parse().expect("an instant"));
        due.map(|due| due.to_string())
    }

    #[test]
    fn it_is_due_once_a_week_by_the_clock_of_the_zone() {
        let monday = digest(Weekday::Monday, 8);
        let due = |after: &str| next(&monday, after).expect("it comes again");
        assert_eq!(due("2026-11-21T08:00:00Z"), "2026-11-23T07:00:00Z");
        assert_eq!(due("2026-11-23T06:59:59Z"), "2026-11-23T07:00:00Z");
        assert_eq!(due("2026-11-23T07:00:00Z"), "2026-11-30T07:00:00Z", "not twice");
        // The clocks go back between the two.
        assert_eq!(due("2026-10-19T06:00:00Z"), "2026-10-26T07:00:00Z");
        // It is Monday there already.
        let midnight = digest(Weekday::Monday, 0);
        let due = next(&midnight, "2026-11-22T22:59:59Z");
        assert_eq!(due.as_deref(), Some("2026-11-22T23:00:00Z"));
    }

    /// On 28 March 2027, a Sunday, there is no 02:00; on 25 October 2026 there are two.
    #[test]
    fn an_hour_that_does_not_exist_moves_on_and_of_two_the_earlier_counts() {
        let sunday = digest(Weekday::Sunday, 2);
        let due = |after: &str| next(&sunday, after).expect("it comes again");
        assert_eq!(due("2027-03-27T12:00:00Z"), "2027-03-28T01:00:00Z");
        assert_eq!(due("2026-10-24T12:00:00Z"), "2026-10-25T00:00:00Z");
        assert_eq!(due("2026-10-25T00:00:00Z"), "2026-11-01T01:00:00Z", "once of two");
    }

    #[test]
    fn an_hour_past_the_day_is_never_due() {
        assert_eq!(next(&digest(Weekday::Friday, 24), "2026-11-21T08:00:00Z"), None);
        assert_eq!(next(&digest(Weekday::Friday, 200), "2026-11-21T08:00:00Z"), None);
    }
}
