//! Instants in UTC, half-open intervals, and time zones by IANA name.
//! Nothing here reads a clock: `now` is always an argument.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Microseconds in a minute.
pub const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Why a text is not a time, a zone or an interval.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeError {
    /// Not RFC 3339.
    #[error("`{0}` is not a time: write it as RFC 3339, such as 2026-11-21T20:00:00Z")]
    NotATime(String),
    /// A time before or after all that are kept.
    #[error("`{0}` is out of range: times are kept {kept}", kept = range())]
    OutOfRange(String),
    /// Not an IANA zone.
    #[error("`{0}` is not a time zone: use an IANA name, such as Europe/Amsterdam")]
    NotAZone(String),
    /// The end is not after the start.
    #[error("the end must be after the start")]
    EndBeforeStart,
    /// It lasts longer than such a thing may.
    #[error("this lasts {days} days and may last {most}: choose an earlier end")]
    TooLong {
        /// How many days it begins.
        days: i64,
        /// How many it may last.
        most: i64,
    },
}

fn range() -> String {
    let [first, last] =
        [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(jiff::Timestamp::as_second);
    let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
    format!("from {} to {}", at(first), at(last))
}

/// An instant, in microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// From microseconds since the epoch; clamped to what a calendar can hold.
    pub fn from_micros(micros: i64) -> Self {
        let fallback = if micros < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or(fallback))
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// This instant moved by whole minutes.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self::from_micros(self.micros().saturating_add(minutes.saturating_mul(MICROS_PER_MINUTE)))
    }

    /// This instant moved by whole seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.micros().saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole minutes from `earlier` to this instant.
    pub fn minutes_since(self, earlier: Self) -> i64 {
        (self.micros() - earlier.micros()) / MICROS_PER_MINUTE
    }

    /// The jiff instant inside.
    pub fn jiff(self) -> jiff::Timestamp {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self::from_micros(instant.as_microsecond()))
            .map_err(|_| {
                let of = if is_far_off(text) { TimeError::OutOfRange } else { TimeError::NotATime };
                of(text.to_owned())
            })
    }
}

/// Whether a text that is no instant is nevertheless written as one.
fn is_far_off(text: &str) -> bool {
    let pieces = jiff::fmt::temporal::Pieces::parse(text).ok();
    pieces.is_some_and(|pieces| pieces.time().is_some() && pieces.offset().is_some())
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Zone(String);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The rules of the zone, from the table built into the program.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The wall time in this zone.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        at.jiff().to_zoned(self.rules()).datetime()
    }

    /// The instant of a wall time: in a gap it moves forward, in a doubled hour the earlier
    /// instant is taken (RFC 5545 §3.3.5).
    pub fn instant(&self, wall: DateTime) -> Timestamp {
        let zoned = self.rules().to_ambiguous_zoned(wall).compatible();
        Timestamp::from_micros(zoned.map_or(0, |z| z.timestamp().as_microsecond()))
    }

    /// True when the wall time happens twice in this zone.
    pub fn is_doubled(&self, wall: DateTime) -> bool {
        matches!(
            self.rules().to_ambiguous_timestamp(wall).offset(),
            jiff::tz::AmbiguousOffset::Fold { .. }
        )
    }
}

impl FromStr for Zone {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        match TimeZone::get(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(TimeError::NotAZone(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A half-open interval `[start, end)`: touching intervals do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

impl Interval {
    /// An interval whose end is after its start.
    pub fn try_new(start: Timestamp, end: Timestamp) -> Result<Self, TimeError> {
        if start < end { Ok(Self { start, end }) } else { Err(TimeError::EndBeforeStart) }
    }

    /// What both intervals share, if they share anything.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::try_new(self.start.max(other.start), self.end.min(other.end)).ok()
    }

    /// True when `inner` lies wholly inside.
    pub fn contains(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// True when `at` lies inside; the end does not.
    pub fn includes(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whole minutes from start to end.
    pub fn minutes(self) -> i64 {
        self.end.minutes_since(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn touching_intervals_do_not_overlap() {
        let first = Interval::try_new(at("2026-01-01T00:00:00Z"), at("2026-01-01T01:00:00Z"));
        let second = Interval::try_new(at("2026-01-01T01:00:00Z"), at("2026-01-01T02:00:00Z"));
        assert_eq!(first.expect("ok").overlap(second.expect("ok")), None);
    }

    #[test]
    fn a_time_out_of_range_is_told_from_what_is_no_time() {
        let wrong = |text: &str| text.parse::<Timestamp>().expect_err("no time");
        let far = "9999-12-31T00:00:00Z".to_owned();
        assert_eq!(wrong(&far), TimeError::OutOfRange(far));
        for text in ["9999-13-31T00:00:00Z", "2026-12-31", "2026-12-31T10:00:00", "soon"] {
            assert_eq!(wrong(text), TimeError::NotATime(text.to_owned()));
        }
        for end in ["-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z"] {
            assert_eq!(at(end).to_string(), end);
        }
    }

    #[test]
    fn the_doubled_hour_means_its_earlier_instant() {
        let zone: Zone = "Europe/Amsterdam".parse().expect("a zone");
        let wall: DateTime = "2013-10-27T02:30:00".parse().expect("a wall time");
        assert!(zone.is_doubled(wall));
        assert_eq!(zone.instant(wall), at("2013-10-27T00:30:00Z"));
    }

    #[test]
    fn a_wall_time_in_the_gap_moves_forward() {
        let zone: Zone = "Europe/Amsterdam".parse().expect("a zone");
        let wall: DateTime = "2013-03-31T02:30:00".parse().expect("a wall time");
        assert_eq!(zone.instant(wall), at("2013-03-31T01:30:00Z"));
        assert!(!zone.is_doubled(wall));
    }
}
