//! Days, and the weeks, months and quarters that they make. All of them begin at midnight in
//! [`crate::report::ZONE`]; weeks begin on Monday.

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{MICROS_PER_MINUTE, Timestamp};

use crate::vocabulary::words;

/// The longest time that a figure is told of, in days: ten years.
pub const DAYS_MAX: i64 = 3_660;
const DAY_MICROS: i64 = 24 * 60 * MICROS_PER_MINUTE;

/// The number of an instant's day, counted from 1970-01-01.
pub fn day_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(DAY_MICROS)
}

words! {
    /// What a time is divided into.
    Span {
        /// From Monday on.
        Week = "week",
        /// From the first on.
        Month = "month",
        /// Of three months.
        Quarter = "quarter",
    }
}

/// Days in a row: the first is in, the last is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: i64,
    /// The first one after.
    pub to: i64,
}

impl Days {
    /// Days between two dates, the second left out.
    pub fn between(from: Date, to: Date) -> Self {
        Self { from: number(from), to: number(to) }
    }

    /// How many.
    pub fn count(self) -> i64 {
        (self.to - self.from).max(0)
    }

    /// As many days, just before.
    #[must_use]
    pub fn before(self) -> Self {
        Self { from: self.from - self.count(), to: self.from }
    }

    /// The part of it that has begun at an instant.
    #[must_use]
    pub fn until(self, now: Timestamp) -> Self {
        Self { from: self.from, to: self.to.min(day_of(now) + 1) }
    }

    /// The first instant, and the first one after.
    pub fn instants(self) -> [Timestamp; 2] {
        [self.from, self.to].map(|day| Timestamp::from_micros(day.saturating_mul(DAY_MICROS)))
    }

    /// The first date, and the first one after.
    pub fn dates(self) -> (Date, Date) {
        (date(self.from), date(self.to))
    }

    /// The weeks, months or quarters that it touches, whole ones but for its ends.
    pub fn split(self, span: Span) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let next = number(next(date(from), span)).clamp(from + 1, self.to);
            parts.push(Self { from, to: next });
            from = next;
        }
        parts
    }
}

/// The beginning of the next week, month or quarter.
fn next(date: Date, span: Span) -> Date {
    let later = match span {
        Span::Week => {
            let days = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_add((7 - days).days())
        }
        Span::Month => date.first_of_month().checked_add(1.month()),
        Span::Quarter => {
            let months = i64::from((date.month() - 1) % 3);
            date.first_of_month().checked_add((3 - months).months())
        }
    };
    later.unwrap_or(Date::MAX)
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn number(date: Date) -> i64 {
    date.since(epoch()).map_or(0, |span| i64::from(span.get_days()))
}

fn date(day: i64) -> Date {
    let span = jiff::Span::new().try_days(day);
    span.and_then(|span| epoch().checked_add(span)).unwrap_or(Date::MAX)
}
