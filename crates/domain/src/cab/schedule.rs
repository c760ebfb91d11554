//! When a board meets: on some days of the week, at one wall time.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Time, Weekday};
use kernel::{Interval, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::refusal::Check;
use crate::vocabulary::{Window, words};

/// The shortest and the longest meeting, in minutes.
const LENGTH_MINUTES: std::ops::RangeInclusive<u32> = 5..=480;
/// The longest time from the cut-off to the meeting, in minutes: two weeks.
pub const CUT_OFF_MINUTES_MAX: u32 = 14 * 24 * 60;
/// How far ahead the next meeting may be, in days: a week, and the longest cut-off.
const AHEAD_DAYS: i64 = 7 + 14 + 1;

words! {
    /// A day of the week.
    Day {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

impl Day {
    fn of(day: Weekday) -> Self {
        Self::ALL[usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)]
    }
}

/// When a board meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// On which days.
    pub days: BTreeSet<Day>,
    /// At which wall time.
    pub at: Time,
    /// In which zone.
    pub zone: Zone,
    /// For how long, in minutes.
    pub minutes: u32,
    /// How long before it the agenda is closed, in minutes.
    pub cut_off_minutes: u32,
}

/// One meeting of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// When.
    pub window: Window,
    /// When its agenda is closed.
    pub cut_off: Timestamp,
}

impl Schedule {
    /// The first meeting whose agenda is still open after an instant.
    pub fn next(&self, after: Timestamp) -> Option<Occurrence> {
        let today = self.zone.civil(after).date();
        (0..=AHEAD_DAYS).find_map(|days| {
            let date = today.checked_add(days.days()).ok()?;
            let start = self.zone.instant(date.to_datetime(self.at));
            let cut_off = start.plus_minutes(-i64::from(self.cut_off_minutes));
            if !self.days.contains(&Day::of(date.weekday())) || cut_off <= after {
                return None;
            }
            let end = start.plus_minutes(i64::from(self.minutes));
            let interval = Interval::try_new(start, end).ok()?;
            Some(Occurrence { window: Window { interval, zone: self.zone.clone() }, cut_off })
        })
    }

    pub(super) fn check(&self, check: &mut Check) {
        if self.days.is_empty() {
            check.wrong("/schedule/days", "names no day: give one at least, such as `tuesday`");
        }
        if !LENGTH_MINUTES.contains(&self.minutes) {
            let (least, most) = (LENGTH_MINUTES.start(), LENGTH_MINUTES.end());
            check.wrong("/schedule/minutes", format!("is a length from {least} to {most} minutes"));
        }
        if self.cut_off_minutes > CUT_OFF_MINUTES_MAX {
            let most = CUT_OFF_MINUTES_MAX;
            check.wrong("/schedule/cut_off_minutes", format!("is at most {most} minutes"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(days: &[Day], at: &str, cut_off_minutes: u32) -> Schedule {
        Schedule {
            days: days.iter().copied().collect(),
            at: at.parse().expect("a time"),
            zone: "Europe/Amsterdam".parse().expect("a zone"),
            minutes: 60,
            cut_off_minutes,
        }
    }

    fn next(schedule: &Schedule, after: &str) -> (String, String) {
        let found = schedule.next(after.parse().expect("a time")).expect("a meeting");
        (found.window.interval.start.to_string(), found.cut_off.to_string())
    }

    #[test]
    fn the_next_meeting_is_the_first_whose_agenda_is_open() {
        let schedule = weekly(&[Day::Tuesday, Day::Thursday], "10:00", 60);
        let tuesday = ("2026-11-24T09:00:00Z".to_owned(), "2026-11-24T08:00:00Z".to_owned());
        assert_eq!(next(&schedule, "2026-11-24T07:59:59Z"), tuesday);
        assert_eq!(next(&schedule, "2026-11-24T08:00:00Z").0, "2026-11-26T09:00:00Z");
        assert_eq!(next(&schedule, "2026-11-26T09:30:00Z").0, "2026-12-01T09:00:00Z");
    }

    #[test]
    fn the_wall_time_stays_when_the_clocks_change() {
        let schedule = weekly(&[Day::Monday], "10:00", 0);
        assert_eq!(next(&schedule, "2026-10-20T00:00:00Z").0, "2026-10-26T09:00:00Z");
        assert_eq!(next(&schedule, "2026-10-13T00:00:00Z").0, "2026-10-19T08:00:00Z");
    }

    #[test]
    fn a_cut_off_of_two_weeks_still_finds_a_meeting() {
        let schedule = weekly(&[Day::Wednesday], "09:00", CUT_OFF_MINUTES_MAX);
        assert_eq!(next(&schedule, "2026-11-25T08:00:00Z").0, "2026-12-16T08:00:00Z");
    }
}
