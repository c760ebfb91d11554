//! Times relative to the day on which the demonstration is built: `-12 09:30`, `now-95`, and
//! windows such as `+4 22:30 to 00:30 America/New_York`.

use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use kernel::{MICROS_PER_MINUTE, Timestamp, Zone};
use serde::{Deserialize, Deserializer};

/// The zone in which times are written when none is named.
const HOME: &str = "Europe/Amsterdam";

/// The day on which the demonstration is built.
#[derive(Debug, Clone)]
pub(super) struct Today {
    /// The last whole hour: what is later has not happened.
    pub(super) hour: Timestamp,
    date: Date,
    home: Zone,
}

impl Today {
    /// Of an instant.
    pub(super) fn of(now: Timestamp) -> Self {
        let hour = now.micros().div_euclid(60 * MICROS_PER_MINUTE) * 60 * MICROS_PER_MINUTE;
        let hour = Timestamp::from_micros(hour);
        let home: Zone = HOME.parse().unwrap_or_else(|_| Zone::utc());
        Self { hour, date: home.civil(hour).date(), home }
    }

    /// A date so many days away, as it is written in a record.
    pub(super) fn date(&self, day: i64) -> String {
        self.moved(self.date, day).to_string()
    }

    /// A wall time at home, so many days after the date of an instant.
    pub(super) fn after(&self, at: Timestamp, days: i64, time: Time) -> Timestamp {
        let date = self.moved(self.home.civil(at).date(), days);
        self.home.instant(date.to_datetime(time))
    }

    /// A wall time at home on the Monday of this week, for so many minutes.
    pub(super) fn on_monday(&self, time: Time, minutes: u32) -> Span {
        let monday = self.moved(self.date, -i64::from(self.date.weekday().to_monday_zero_offset()));
        let start = self.home.instant(monday.to_datetime(time));
        let end = start.plus_minutes(i64::from(minutes));
        Span { start, end, zone: self.home.clone() }
    }

    fn moved(&self, date: Date, days: i64) -> Date {
        date.checked_add(days.days()).unwrap_or(self.date)
    }
}

/// A time, as the files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A wall time so many days from today.
    Day(i64, Time),
    /// So many minutes from the last whole hour.
    Now(i64),
}

impl When {
    /// The instant, read at home.
    pub(super) fn instant(self, today: &Today) -> Timestamp {
        self.within(today, &today.home)
    }

    fn within(self, today: &Today, zone: &Zone) -> Timestamp {
        match self {
            Self::Day(day, time) => zone.instant(today.moved(today.date, day).to_datetime(time)),
            Self::Now(minutes) => today.hour.plus_minutes(minutes),
        }
    }
}

impl FromStr for When {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || anyhow!("`{text}` is not like `-12 09:30` or `now-95`");
        if let Some(minutes) = text.strip_prefix("now") {
            return Ok(Self::Now(minutes.parse().map_err(|_| wrong())?));
        }
        let (day, time) = text.split_once(' ').ok_or_else(wrong)?;
        let day = day.parse().map_err(|_| wrong())?;
        Ok(Self::Day(day, time.parse().map_err(|_| wrong())?))
    }
}

/// A window, as the files write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WindowPlan {
    start: When,
    end: When,
    zone: Zone,
}

impl WindowPlan {
    /// The window.
    pub(super) fn window(&self, today: &Today) -> Span {
        let (start, end) =
            (self.start.within(today, &self.zone), self.end.within(today, &self.zone));
        Span { start, end, zone: self.zone.clone() }
    }
}

impl FromStr for WindowPlan {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || anyhow!("`{text}` is not like `+4 22:30 to 00:30 America/New_York`");
        let (start, rest) = text.split_once(" to ").ok_or_else(wrong)?;
        let start: When = start.parse()?;
        let (rest, zone) = match rest.rsplit_once(' ').filter(|(_, last)| last.contains('/')) {
            Some((end, zone)) => (end, zone),
            None => (rest, HOME),
        };
        let zone = zone.parse().with_context(|| format!("reading the window `{text}`"))?;
        let end = match (start, rest.parse::<Time>()) {
            (When::Day(day, from), Ok(to)) => When::Day(if to > from { day } else { day + 1 }, to),
            (_, Ok(_)) => return Err(wrong()),
            (_, Err(_)) => rest.parse()?,
        };
        Ok(Self { start, end, zone })
    }
}

/// A window on the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    zone: Zone,
}

impl Span {
    /// As a request writes it.
    pub(super) fn on_the_wire(&self) -> api::common::Window {
        api::common::Window {
            start: self.start.to_string(),
            end: self.end.to_string(),
            zone: self.zone.name().to_owned(),
        }
    }
}

/// Reads a type from its text.
macro_rules! from_text {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

from_text!(When, WindowPlan);

#[cfg(test)]
mod tests {
    use super::*;

    fn today(text: &str) -> Today {
        Today::of(text.parse().unwrap())
    }

    fn instant(today: &Today, text: &str) -> String {
        text.parse::<When>().unwrap().instant(today).to_string()
    }

    #[test]
    fn days_are_counted_on_the_calendar_of_amsterdam() {
        let late = today("2026-11-21T23:40:00Z");
        assert_eq!(instant(&late, "-1 09:30"), "2026-11-21T08:30:00Z");
        assert_eq!(instant(&late, "now-95"), "2026-11-21T21:25:00Z");
        let summer = today("2026-10-26T12:00:00Z");
        assert_eq!(instant(&summer, "-2 09:30"), "2026-10-24T07:30:00Z");
    }

    #[test]
    fn a_window_ends_on_the_next_day_where_it_must_and_in_its_own_zone() {
        let today = today("2026-11-21T12:00:00Z");
        let window = |text: &str| text.parse::<WindowPlan>().unwrap().window(&today);
        let night = window("+4 22:30 to 00:30");
        assert_eq!(night.start.to_string(), "2026-11-25T21:30:00Z");
        assert_eq!(night.end.to_string(), "2026-11-25T23:30:00Z");
        let overseas = window("+3 21:00 to 23:00 America/New_York");
        assert_eq!(overseas.start.to_string(), "2026-11-25T02:00:00Z");
        assert_eq!(overseas.on_the_wire().zone, "America/New_York");
        let running = window("now-30 to now+90");
        assert_eq!(running.end.minutes_since(running.start), 120);
        let long = window("+19 18:00 to +23 06:00");
        assert_eq!(long.end.minutes_since(long.start), (3 * 24 + 12) * 60);
    }

    #[test]
    fn what_is_no_time_is_named() {
        assert!("yesterday".parse::<When>().unwrap_err().to_string().contains("yesterday"));
        assert!("+4 22:30".parse::<WindowPlan>().is_err());
        assert!("now-30 to 12:00".parse::<WindowPlan>().is_err());
    }
}
