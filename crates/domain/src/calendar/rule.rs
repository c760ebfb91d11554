//! Recurrence rules of RFC 5545, as wall times: which days and times of day a rule names. The zone
//! is not known here; `schedule.rs` adds it. A rule is read from its text, and what is wrong with
//! the text is answered with the place and the way to mend it.
//!
//! Every period of a rule (a year, a month, …) is computed on its own, so that a time far in the
//! future is reached without walking there. Only a rule with `COUNT` is walked from its beginning.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, ToSpan};
use kernel::{Timestamp, Zone};

/// The longest text of a rule, in characters.
pub const RULE_MAX: usize = 500;
/// The most occurrences that `COUNT` may name: a rule with it is walked from its beginning.
pub const COUNT_MAX: u32 = 1_000;
/// The most values of one part.
const VALUES_MAX: usize = 400;
/// The most days that one question walks along a rule: a bit more than the forty years ahead in
/// which the next and the last occurrence are looked for.
const WALKED_DAYS_MAX: i64 = 41 * 366;
/// The largest `INTERVAL`.
const INTERVAL_MAX: i64 = 1_000;

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {detail}")]
pub struct RuleError {
    /// The first character of the part that is wrong, counted from one.
    pub at: usize,
    /// What is wrong with it and how to mend it.
    pub detail: String,
}

/// How often a rule's period comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
}

/// When a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Never,
    /// After so many occurrences.
    Count(u32),
    /// With the last occurrence up to this wall time.
    Wall(DateTime),
    /// With the last occurrence up to this instant.
    Instant(Timestamp),
}

/// A weekday, or the nth one of its month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByDay {
    /// From the end when negative; every one when 0.
    nth: i16,
    day: Weekday,
}

/// A recurrence rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    text: String,
    frequency: Frequency,
    interval: i64,
    end: End,
    week_start: Weekday,
    months: Vec<i16>,
    week_numbers: Vec<i16>,
    year_days: Vec<i16>,
    month_days: Vec<i16>,
    days: Vec<ByDay>,
    hours: Vec<i16>,
    minutes: Vec<i16>,
    positions: Vec<i16>,
}

impl Rule {
    /// As it is written, without `RRULE:`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it ends by itself.
    pub(super) fn is_finite(&self) -> bool {
        self.end != End::Never
    }

    /// The wall time after which it does not occur, when it names one.
    pub(super) fn until(&self, zone: &Zone) -> Option<DateTime> {
        match self.end {
            End::Wall(wall) => Some(wall),
            End::Instant(at) => Some(zone.civil(at)),
            End::Never | End::Count(_) => None,
        }
    }

    /// Whether it repeats by the day or a longer time.
    pub fn is_daily_or_rarer(&self) -> bool {
        self.frequency <= Frequency::Daily
    }

    /// Whether it names times of day.
    pub fn names_times(&self) -> bool {
        !self.hours.is_empty() || !self.minutes.is_empty()
    }

    /// Whether it means another thing from another first day on: it counts from there, or takes
    /// its day from it.
    pub fn leans_on_its_first_day(&self) -> bool {
        let counts = self.interval > 1 || matches!(self.end, End::Count(_));
        counts || (self.frequency < Frequency::Daily && !self.names_days())
    }

    /// How many times a day it may occur.
    pub(super) fn times_a_day(&self) -> usize {
        self.hours.len().max(1) * self.minutes.len().max(1)
    }

    /// Visits the wall times of the rule in order, from `from` up to and without `to`, until the
    /// visitor breaks off, and no further than `WALKED_DAYS_MAX`. `start` is the first time of the
    /// rule: what the rule does not name, it gives. Tells whether the rule ended by itself.
    pub fn visit(
        &self,
        start: DateTime,
        zone: &Zone,
        (from, to): (DateTime, DateTime),
        visit: &mut dyn FnMut(DateTime) -> ControlFlow<()>,
    ) -> bool {
        let last = self.until(zone);
        let count = if let End::Count(count) = self.end { count } else { u32::MAX };
        let walked = count < u32::MAX;
        let first = if walked { 0 } else { (self.periods_until(start, from) - 2).max(0) };
        let begin = if walked { start } else { start.max(from) };
        let to = begin.checked_add(WALKED_DAYS_MAX.days()).map_or(to, |sight| sight.min(to));
        let whole = self.completed(start);
        let mut seen = 0;
        for index in first.. {
            let Some(period) = self.period(start, index) else { return true };
            let over = last.is_some_and(|last| period > last);
            if over || period >= to {
                return over;
            }
            for wall in whole.times(period, start) {
                if wall < start {
                    continue;
                }
                let over = last.is_some_and(|last| wall > last);
                if over || wall >= to {
                    return over;
                }
                seen += 1;
                if wall >= from && visit(wall).is_break() {
                    return false;
                }
                if seen == count {
                    return true;
                }
            }
        }
        false
    }

    /// How many of the rule's periods lie between its first time and another.
    fn periods_until(&self, start: DateTime, at: DateTime) -> i64 {
        let days = days_between(start.date(), at.date());
        let hours = days * 24 + i64::from(at.hour() - start.hour());
        let passed = match self.frequency {
            Frequency::Yearly => i64::from(at.year() - start.year()),
            Frequency::Monthly => {
                i64::from(at.year() - start.year()) * 12 + i64::from(at.month() - start.month())
            }
            Frequency::Weekly => days.div_euclid(7),
            Frequency::Daily => days,
            Frequency::Hourly => hours,
            Frequency::Minutely => hours * 60 + i64::from(at.minute() - start.minute()),
        };
        passed.div_euclid(self.interval)
    }

    /// Where a period begins; nothing beyond what a calendar holds.
    fn period(&self, start: DateTime, index: i64) -> Option<DateTime> {
        let steps = index.checked_mul(self.interval)?;
        let day = start.date();
        match self.frequency {
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(day.year()).checked_add(steps)?).ok()?;
                Some(midnight(Date::new(year, 1, 1).ok()?))
            }
            Frequency::Monthly => {
                let steps = Span::new().try_months(steps).ok()?;
                Some(midnight(day.first_of_month().checked_add(steps).ok()?))
            }
            Frequency::Weekly => {
                let back = i64::from(day.weekday().since(self.week_start));
                let steps = steps.checked_mul(7)?.checked_sub(back)?;
                Some(midnight(day.checked_add(Span::new().try_days(steps).ok()?).ok()?))
            }
            Frequency::Daily => {
                Some(midnight(day.checked_add(Span::new().try_days(steps).ok()?).ok()?))
            }
            Frequency::Hourly => {
                let hour = day.at(start.hour(), 0, 0, 0);
                hour.checked_add(Span::new().try_hours(steps).ok()?).ok()
            }
            Frequency::Minutely => {
                let minute = day.at(start.hour(), start.minute(), 0, 0);
                minute.checked_add(Span::new().try_minutes(steps).ok()?).ok()
            }
        }
    }

    fn names_days(&self) -> bool {
        !(self.week_numbers.is_empty()
            && self.year_days.is_empty()
            && self.month_days.is_empty()
            && self.days.is_empty())
    }

    /// The rule with what its first time says in place of what it leaves open (RFC 5545 §3.3.10).
    fn completed(&self, start: DateTime) -> Self {
        let mut rule = self.clone();
        if !self.names_days() {
            match self.frequency {
                Frequency::Yearly => {
                    rule.month_days = vec![i16::from(start.day())];
                    if rule.months.is_empty() {
                        rule.months = vec![i16::from(start.month())];
                    }
                }
                Frequency::Monthly => rule.month_days = vec![i16::from(start.day())],
                Frequency::Weekly => {
                    rule.days = vec![ByDay { nth: 0, day: start.weekday() }];
                }
                Frequency::Daily | Frequency::Hourly | Frequency::Minutely => {}
            }
        }
        if rule.hours.is_empty() && rule.frequency < Frequency::Hourly {
            rule.hours = vec![i16::from(start.hour())];
        }
        if rule.minutes.is_empty() && rule.frequency < Frequency::Minutely {
            rule.minutes = vec![i16::from(start.minute())];
        }
        rule
    }

    /// The times of a period, in order.
    fn times(&self, period: DateTime, start: DateTime) -> Vec<DateTime> {
        let mut times = Vec::new();
        let (hours, minutes) = self.clock(period);
        for day in self.candidates(period).filter(|day| self.names(*day)) {
            for &hour in &hours {
                for &minute in &minutes {
                    times.push(day.at(hour, minute, start.second(), 0));
                }
            }
        }
        if self.positions.is_empty() {
            return times;
        }
        let count = i64::try_from(times.len()).unwrap_or(i64::MAX);
        let mut chosen: Vec<DateTime> = Vec::new();
        for position in &self.positions {
            let position = i64::from(*position);
            let index = if position > 0 { position - 1 } else { count + position };
            chosen.extend(usize::try_from(index).ok().and_then(|index| times.get(index)));
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// The hours and minutes of the day that a period holds.
    fn clock(&self, period: DateTime) -> (Vec<i8>, Vec<i8>) {
        let narrow = |named: &[i16], own: i8, fixed: bool| -> Vec<i8> {
            if !fixed {
                return named.iter().filter_map(|value| i8::try_from(*value).ok()).collect();
            }
            let fits = named.is_empty() || named.contains(&i16::from(own));
            if fits { vec![own] } else { Vec::new() }
        };
        (
            narrow(&self.hours, period.hour(), self.frequency >= Frequency::Hourly),
            narrow(&self.minutes, period.minute(), self.frequency >= Frequency::Minutely),
        )
    }

    /// The days of a period.
    fn candidates(&self, period: DateTime) -> impl Iterator<Item = Date> {
        let first = period.date();
        let days = match self.frequency {
            Frequency::Yearly => i64::from(first.days_in_year()),
            Frequency::Monthly => i64::from(first.days_in_month()),
            Frequency::Weekly => 7,
            Frequency::Daily | Frequency::Hourly | Frequency::Minutely => 1,
        };
        (0..days).map_while(move |index| first.checked_add(index.days()).ok())
    }

    /// Whether every part of the rule that names days names this one.
    fn names(&self, day: Date) -> bool {
        let from_end = |value: i16, length: i16| value - length - 1;
        let either = |named: &[i16], value: i16, length: i16| {
            named.is_empty() || named.contains(&value) || named.contains(&from_end(value, length))
        };
        let month_length = i16::from(day.days_in_month());
        (self.months.is_empty() || self.months.contains(&i16::from(day.month())))
            && either(&self.month_days, i16::from(day.day()), month_length)
            && either(&self.year_days, day.day_of_year(), day.days_in_year())
            && self.names_weekday(day)
            && self.names_week(day)
    }

    fn names_weekday(&self, day: Date) -> bool {
        if self.days.is_empty() {
            return true;
        }
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (place, length) = if in_year {
            (day.day_of_year(), day.days_in_year())
        } else {
            (i16::from(day.day()), i16::from(day.days_in_month()))
        };
        let nth = (place - 1) / 7 + 1;
        let from_end = -((length - place) / 7 + 1);
        let of_day = self.days.iter().filter(|by| by.day == day.weekday());
        of_day.into_iter().any(|by| by.nth == 0 || by.nth == nth || by.nth == from_end)
    }

    fn names_week(&self, day: Date) -> bool {
        if self.week_numbers.is_empty() {
            return true;
        }
        let Some((week, weeks)) = self.week_of(day) else { return false };
        self.week_numbers.iter().any(|named| *named == week || *named == week - weeks - 1)
    }

    /// The number of a day's week, and how many weeks its year has. The first week of a year is
    /// the one with at least four of its days.
    fn week_of(&self, day: Date) -> Option<(i16, i16)> {
        let first_week = |year: i16| {
            let fourth = Date::new(year, 1, 4).ok()?;
            let back = i64::from(fourth.weekday().since(self.week_start));
            fourth.checked_sub(back.days()).ok()
        };
        let mut year = day.year();
        if day < first_week(year)? {
            year -= 1;
        } else if day >= first_week(year + 1)? {
            year += 1;
        }
        let (first, next) = (first_week(year)?, first_week(year + 1)?);
        let weeks = |from: Date, to: Date| i16::try_from(days_between(from, to) / 7).ok();
        Some((weeks(first, day)? + 1, weeks(first, next)?))
    }
}

fn midnight(day: Date) -> DateTime {
    day.at(0, 0, 0, 0)
}

/// Whole days from one date to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    let number = |day: Date| {
        let year = i64::from(day.year()) - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leap_days + i64::from(day.day_of_year())
    };
    number(to) - number(from)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A part of a rule's text: where it begins, its name and its value.
struct Part<'a> {
    at: usize,
    name: &'a str,
    value: &'a str,
}

impl Part<'_> {
    fn wrong(&self, detail: impl fmt::Display) -> RuleError {
        RuleError { at: self.at, detail: format!("{}: {detail}", self.name) }
    }

    /// The values of a list, each read on its own.
    fn list<T>(&self, read: impl Fn(&str) -> Result<T, RuleError>) -> Result<Vec<T>, RuleError> {
        let values: Vec<T> = self.value.split(',').map(read).collect::<Result<_, _>>()?;
        if values.len() > VALUES_MAX {
            return Err(self.wrong(format!("lists {}; at most {VALUES_MAX} fit", values.len())));
        }
        Ok(values)
    }

    fn whole(&self, value: &str, (least, most): (i64, i64)) -> Result<i64, RuleError> {
        let number = value.strip_prefix('+').unwrap_or(value).parse::<i64>().ok();
        let fits = number.filter(|number| (least..=most).contains(number));
        let fits = fits.filter(|number| *number != 0 || least == 0);
        fits.ok_or_else(|| {
            let not_zero = if least < 0 { " and not 0" } else { "" };
            self.wrong(format!("`{value}` is not a number from {least} to {most}{not_zero}"))
        })
    }

    /// Numbers up to a bound, sorted, each once; counted from the end too when asked for.
    fn numbers(&self, least: i64, most: i64) -> Result<Vec<i16>, RuleError> {
        let read = |value: &str| {
            let number = self.whole(value, (least, most))?;
            i16::try_from(number).map_err(|_| self.wrong("is out of range"))
        };
        let mut numbers = self.list(read)?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    fn weekday(&self, value: &str) -> Result<Weekday, RuleError> {
        const DAYS: [(&str, Weekday); 7] = [
            ("MO", Weekday::Monday),
            ("TU", Weekday::Tuesday),
            ("WE", Weekday::Wednesday),
            ("TH", Weekday::Thursday),
            ("FR", Weekday::Friday),
            ("SA", Weekday::Saturday),
            ("SU", Weekday::Sunday),
        ];
        let found = DAYS.iter().find(|(name, _)| *name == value);
        found.map(|(_, day)| *day).ok_or_else(|| {
            self.wrong(format!("`{value}` is not a day; write MO, TU, WE, TH, FR, SA or SU"))
        })
    }

    fn by_day(&self, value: &str) -> Result<ByDay, RuleError> {
        let split = value.len().saturating_sub(2);
        let (number, day) = value.split_at_checked(split).unwrap_or(("", value));
        let day = self.weekday(day)?;
        let nth = if number.is_empty() { 0 } else { self.whole(number, (-53, 53))? };
        let nth = i16::try_from(nth).map_err(|_| self.wrong("is out of range"))?;
        Ok(ByDay { nth, day })
    }

    fn frequency(&self) -> Result<Frequency, RuleError> {
        Ok(match self.value {
            "YEARLY" => Frequency::Yearly,
            "MONTHLY" => Frequency::Monthly,
            "WEEKLY" => Frequency::Weekly,
            "DAILY" => Frequency::Daily,
            "HOURLY" => Frequency::Hourly,
            "MINUTELY" => Frequency::Minutely,
            other => {
                let known = "write YEARLY, MONTHLY, WEEKLY or DAILY";
                return Err(self.wrong(format!("`{other}` is not a frequency; {known}")));
            }
        })
    }

    /// A day includes all its occurrences; a time with `Z` is an instant, one without a wall time.
    fn until(&self) -> Result<End, RuleError> {
        let mut spaced = self.value.to_owned();
        for (at, mark) in [(13, ':'), (11, ':'), (6, '-'), (4, '-')] {
            if spaced.is_char_boundary(at) && spaced.len() > at {
                spaced.insert(at, mark);
            }
        }
        let wrong = || {
            let value = self.value;
            self.wrong(format!(
                "`{value}` is not a day or time; write 20261224, 20261224T220000 or \
                 20261224T220000Z"
            ))
        };
        if self.value.ends_with('Z') {
            return spaced.parse().map(End::Instant).map_err(|_| wrong());
        }
        if self.value.len() == 8 {
            let day: Date = spaced.parse().map_err(|_| wrong())?;
            return Ok(End::Wall(day.at(23, 59, 59, 0)));
        }
        spaced.parse().map(End::Wall).map_err(|_| wrong())
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text).trim_end_matches(';');
        if text.chars().count() > RULE_MAX {
            let detail = format!("the rule is longer than {RULE_MAX} characters");
            return Err(RuleError { at: RULE_MAX + 1, detail });
        }
        let parts = parts(text)?;
        let Some(first) = parts.iter().find(|part| part.name == "FREQ") else {
            let detail = "FREQ is missing: begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, or \
                write `none`, `daily` or `weekly`";
            return Err(RuleError { at: 1, detail: detail.to_owned() });
        };
        let mut rule = Self {
            text: text.to_owned(),
            frequency: first.frequency()?,
            interval: 1,
            end: End::Never,
            week_start: Weekday::Monday,
            months: Vec::new(),
            week_numbers: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            positions: Vec::new(),
        };
        for part in &parts {
            rule.take(part)?;
        }
        Ok(rule)
    }
}

/// The parts of a rule, each once.
fn parts(text: &str) -> Result<Vec<Part<'_>>, RuleError> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut at = 1;
    for piece in text.split(';') {
        let Some((name, value)) = piece.split_once('=') else {
            let detail = format!("`{piece}` is not a part such as BYDAY=MO,TU");
            return Err(RuleError { at, detail });
        };
        if parts.iter().any(|part| part.name == name) {
            return Err(RuleError { at, detail: format!("{name} is there twice") });
        }
        parts.push(Part { at, name, value });
        at += piece.chars().count() + 1;
    }
    Ok(parts)
}

impl Rule {
    fn take(&mut self, part: &Part<'_>) -> Result<(), RuleError> {
        let only = |allowed: bool, with: &str| {
            if allowed { Ok(()) } else { Err(part.wrong(format!("goes with {with} only"))) }
        };
        let by = self.frequency;
        match part.name {
            "FREQ" => {}
            "INTERVAL" => self.interval = part.whole(part.value, (1, INTERVAL_MAX))?,
            "COUNT" | "UNTIL" if self.end != End::Never => {
                return Err(part.wrong("COUNT and UNTIL exclude each other; keep one"));
            }
            "COUNT" => {
                let count = part.whole(part.value, (1, i64::from(COUNT_MAX)))?;
                self.end = End::Count(u32::try_from(count).unwrap_or(COUNT_MAX));
            }
            "UNTIL" => self.end = part.until()?,
            "WKST" => self.week_start = part.weekday(part.value)?,
            "BYMONTH" => self.months = part.numbers(1, 12)?,
            "BYWEEKNO" => {
                only(by == Frequency::Yearly, "FREQ=YEARLY")?;
                // Without a day, programs read it differently: the first time's day, or all seven.
                only(self.text.contains("BYDAY="), "BYDAY")?;
                self.week_numbers = part.numbers(-53, 53)?;
            }
            "BYYEARDAY" => {
                let fits =
                    matches!(by, Frequency::Yearly | Frequency::Hourly | Frequency::Minutely);
                only(fits, "FREQ=YEARLY")?;
                self.year_days = part.numbers(-366, 366)?;
            }
            "BYMONTHDAY" => {
                only(by != Frequency::Weekly, "a FREQ other than WEEKLY")?;
                self.month_days = part.numbers(-31, 31)?;
            }
            "BYDAY" => {
                self.days = part.list(|value| part.by_day(value))?;
                let numbered = self.days.iter().any(|day| day.nth != 0);
                if numbered {
                    let fits = matches!(by, Frequency::Yearly | Frequency::Monthly);
                    let fits = fits && !self.text.contains("BYWEEKNO=");
                    only(fits, "a number before the day with FREQ=MONTHLY or YEARLY")?;
                }
            }
            "BYHOUR" => self.hours = part.numbers(0, 23)?,
            "BYMINUTE" => self.minutes = part.numbers(0, 59)?,
            "BYSETPOS" => {
                only(self.text.matches("BY").count() > 1, "another BY part")?;
                self.positions = part.numbers(-366, 366)?;
            }
            _ => {
                let known = "FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, \
                    BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE and BYSETPOS";
                return Err(part.wrong(format!("is not a part of a rule; known are {known}")));
            }
        }
        Ok(())
    }
}
