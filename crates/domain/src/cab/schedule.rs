//! When a board meets: by a rule of the calendar, with days left out and added.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use kernel::{Interval, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::calendar::{self, Occasion, Repeats};
use crate::edit::is_default;
use crate::refusal::Check;
use crate::vocabulary::{Weekday, Window};

/// The shortest and the longest meeting, in minutes.
const LENGTH_MINUTES: std::ops::RangeInclusive<i64> = 5..=480;
/// The longest time from the cut-off to the meeting, in minutes: two weeks.
pub const CUT_OFF_MINUTES_MAX: u32 = 14 * 24 * 60;
/// The most meetings that are looked at for the next one: those that go on at an instant, of which
/// a day has at most 24, and the one after them.
const LOOKED_AT_MAX: usize = 50;
/// A Monday before any board was set up, from which the weeks of `Weekly` are counted.
const MONDAY: Date = Date::constant(2024, 1, 1);

/// When a board meets. Two that name the same meetings in the same words are equal, however they
/// were written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Schedule {
    /// By a rule.
    ByRule(ByRule),
    /// On some days of every week: as it was written down before there were rules (ADR 0039).
    Weekly(Weekly),
}

/// The first meeting, and how it repeats.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ByRule {
    /// The first meeting.
    pub window: Window,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeats: Repeats,
    /// The days left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub except: BTreeSet<Occasion>,
    /// The days added.
    #[serde(default, skip_serializing_if = "is_default")]
    pub also: BTreeSet<Occasion>,
    /// How long before each its agenda is closed, in minutes.
    pub cut_off_minutes: u32,
}

/// The same days of every week.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Weekly {
    /// On which days.
    pub days: BTreeSet<Weekday>,
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

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.cut_off_minutes() == other.cut_off_minutes() && self.meetings() == other.meetings()
    }
}

impl Eq for Schedule {}

impl Schedule {
    /// The meetings, as the calendar repeats.
    pub fn meetings(&self) -> calendar::Schedule {
        match self {
            Self::ByRule(rule) => calendar::Schedule {
                window: rule.window.clone(),
                repeats: rule.repeats.clone(),
                except: rule.except.clone(),
                also: rule.also.clone(),
            },
            Self::Weekly(weekly) => weekly.meetings(),
        }
    }

    /// How long before each its agenda is closed, in minutes.
    pub fn cut_off_minutes(&self) -> u32 {
        match self {
            Self::ByRule(rule) => rule.cut_off_minutes,
            Self::Weekly(weekly) => weekly.cut_off_minutes,
        }
    }

    /// The first meeting whose agenda is still open after an instant; none once the rule has ended.
    pub fn next(&self, after: Timestamp) -> Option<Occurrence> {
        let (meetings, before) = (self.meetings(), i64::from(self.cut_off_minutes()));
        let open = after.plus_minutes(before);
        let found = meetings.next(open, LOOKED_AT_MAX);
        let interval = found.into_iter().find(|interval| interval.start > open)?;
        let window = Window { interval, zone: meetings.window.zone };
        Some(Occurrence { window, cut_off: interval.start.plus_minutes(-before) })
    }

    pub(super) fn check(&self, check: &mut Check) {
        let (meetings, mut found) = (self.meetings(), Check::default());
        meetings.check(&mut found);
        for missing in found.found() {
            check.wrong(&format!("/schedule{}", missing.pointer), missing.detail);
        }
        if meetings.repeats == Repeats::Never && meetings.also.is_empty() {
            let detail = "names no rule: give one, such as FREQ=WEEKLY;INTERVAL=2, or call a \
                meeting that is held once";
            check.wrong("/schedule/repeats", detail);
        }
        if !LENGTH_MINUTES.contains(&meetings.window.interval.minutes()) {
            let (least, most) = (LENGTH_MINUTES.start(), LENGTH_MINUTES.end());
            let detail = format!("is a meeting of {least} to {most} minutes");
            check.wrong("/schedule/window", detail);
        }
        if self.cut_off_minutes() > CUT_OFF_MINUTES_MAX {
            let most = CUT_OFF_MINUTES_MAX;
            check.wrong("/schedule/cut_off_minutes", format!("is at most {most} minutes"));
        }
    }
}

impl Weekly {
    /// The same by a rule, from the first of its days on.
    fn meetings(&self) -> calendar::Schedule {
        let days = Weekday::ALL.iter().enumerate().filter(|(_, day)| self.days.contains(day));
        let days: Vec<(usize, String)> = days.map(|(place, day)| (place, code(*day))).collect();
        let first = days.first().and_then(|(place, _)| i64::try_from(*place).ok()).unwrap_or(0);
        let date = MONDAY.saturating_add(first.days());
        let start = self.zone.instant(date.to_datetime(self.at));
        let end = start.plus_minutes(i64::from(self.minutes).max(1));
        let window = Window { interval: Interval { start, end }, zone: self.zone.clone() };
        let codes: Vec<String> = days.into_iter().map(|(_, code)| code).collect();
        let rule = format!("FREQ=WEEKLY;BYDAY={}", codes.join(","));
        calendar::Schedule {
            repeats: rule.parse().unwrap_or_default(),
            ..calendar::Schedule::once(window)
        }
    }
}

/// A day as rules write it: its first two letters.
fn code(day: Weekday) -> String {
    day.word().chars().take(2).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(days: &[Weekday], at: &str, cut_off_minutes: u32) -> Schedule {
        Schedule::Weekly(Weekly {
            days: days.iter().copied().collect(),
            at: at.parse().expect("a time"),
            zone: "Europe/Amsterdam".parse().expect("a zone"),
            minutes: 60,
            cut_off_minutes,
        })
    }

    fn by_rule(start: &str, rule: &str, cut_off_minutes: u32) -> ByRule {
        let start: Timestamp = start.parse().expect("a time");
        let interval = Interval { start, end: start.plus_minutes(60) };
        let zone = "Europe/Amsterdam".parse().expect("a zone");
        ByRule {
            window: Window { interval, zone },
            repeats: rule.parse().expect("a rule"),
            except: BTreeSet::new(),
            also: BTreeSet::new(),
            cut_off_minutes,
        }
    }

    fn next(schedule: &Schedule, after: &str) -> (String, String) {
        let found = schedule.next(after.parse().expect("a time")).expect("a meeting");
        (found.window.interval.start.to_string(), found.cut_off.to_string())
    }

    fn flaws(schedule: Schedule) -> Vec<String> {
        let mut check = Check::default();
        schedule.check(&mut check);
        check.found().into_iter().map(|missing| missing.pointer).collect()
    }

    #[test]
    fn the_next_meeting_is_the_first_whose_agenda_is_open() {
        let schedule = weekly(&[Weekday::Tuesday, Weekday::Thursday], "10:00", 60);
        let tuesday = ("2026-11-24T09:00:00Z".to_owned(), "2026-11-24T08:00:00Z".to_owned());
        assert_eq!(next(&schedule, "2026-11-24T07:59:59Z"), tuesday);
        assert_eq!(next(&schedule, "2026-11-24T08:00:00Z").0, "2026-11-26T09:00:00Z");
        assert_eq!(next(&schedule, "2026-11-26T09:30:00Z").0, "2026-12-01T09:00:00Z");
    }

    #[test]
    fn the_wall_time_stays_when_the_clocks_change() {
        let schedule = weekly(&[Weekday::Monday], "10:00", 0);
        assert_eq!(next(&schedule, "2026-10-20T00:00:00Z").0, "2026-10-26T09:00:00Z");
        assert_eq!(next(&schedule, "2026-10-13T00:00:00Z").0, "2026-10-19T08:00:00Z");
    }

    #[test]
    fn a_cut_off_of_two_weeks_still_finds_a_meeting() {
        let schedule = weekly(&[Weekday::Wednesday], "09:00", CUT_OFF_MINUTES_MAX);
        assert_eq!(next(&schedule, "2026-11-25T08:00:00Z").0, "2026-12-16T08:00:00Z");
    }

    #[test]
    fn a_board_meets_every_two_weeks_or_once_a_month_and_a_holiday_is_left_out() {
        let mut rule = by_rule("2026-12-01T09:00:00Z", "FREQ=WEEKLY;INTERVAL=2", 60);
        let schedule = Schedule::ByRule(rule.clone());
        assert_eq!(next(&schedule, "2026-11-20T00:00:00Z").0, "2026-12-01T09:00:00Z");
        assert_eq!(next(&schedule, "2026-12-01T08:00:00Z").0, "2026-12-15T09:00:00Z");
        assert_eq!(next(&schedule, "2026-12-16T00:00:00Z").0, "2026-12-29T09:00:00Z");
        rule.except.insert("2026-12-29".parse().expect("a day"));
        rule.also.insert("2026-12-30".parse().expect("a day"));
        let schedule = Schedule::ByRule(rule);
        assert_eq!(next(&schedule, "2026-12-16T00:00:00Z").0, "2026-12-30T09:00:00Z");
        assert_eq!(next(&schedule, "2026-12-30T09:00:00Z").0, "2027-01-12T09:00:00Z");
        let rule = by_rule("2026-12-01T09:00:00Z", "FREQ=MONTHLY;BYDAY=1TU", 24 * 60);
        let schedule = Schedule::ByRule(rule);
        assert_eq!(next(&schedule, "2026-12-01T00:00:00Z").0, "2027-01-05T09:00:00Z");
    }

    #[test]
    fn a_rule_that_ended_names_no_next_meeting() {
        let rule = by_rule("2026-12-01T09:00:00Z", "FREQ=WEEKLY;COUNT=2", 0);
        let schedule = Schedule::ByRule(rule);
        assert_eq!(schedule.next("2026-12-08T09:00:00Z".parse().expect("a time")), None);
    }

    #[test]
    fn the_days_of_a_week_are_the_same_written_as_a_rule() {
        let days = weekly(&[Weekday::Thursday, Weekday::Tuesday], "10:00", 60);
        let rule = by_rule("2024-01-02T09:00:00Z", "FREQ=WEEKLY;BYDAY=TU,TH", 60);
        assert_eq!(days, Schedule::ByRule(rule.clone()));
        assert_ne!(days, Schedule::ByRule(ByRule { cut_off_minutes: 0, ..rule }));
        assert_eq!(flaws(days), [] as [&str; 0]);
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_told_where_it_is() {
        let once = by_rule("2026-12-01T09:00:00Z", "none", CUT_OFF_MINUTES_MAX + 1);
        let flawed = flaws(Schedule::ByRule(once));
        assert_eq!(flawed, ["/schedule/repeats", "/schedule/cut_off_minutes"]);
        // The first of December is a Tuesday.
        let beside = by_rule("2026-12-01T09:00:00Z", "FREQ=WEEKLY;BYDAY=WE", 0);
        assert_eq!(flaws(Schedule::ByRule(beside)), ["/schedule/window"]);
        let mut long = by_rule("2026-12-01T09:00:00Z", "weekly", 0);
        long.window.interval.end = long.window.interval.start.plus_minutes(481);
        assert_eq!(flaws(Schedule::ByRule(long)), ["/schedule/window"]);
    }
}
