//! When a period occurs: its first window, how it repeats, the days left out and those added; at
//! the same wall times in its own zone, right across clock changes.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use kernel::{Interval, Timestamp, Zone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::rule::{Rule, days_between};
use crate::refusal::Check;
use crate::vocabulary::Window;

/// The most occurrences that one question is answered with. A repeating occurrence lasts at most
/// `LENGTH_MAX_DAYS` and there are at most `TIMES_A_DAY_MAX` a day, so these are all that touch an
/// instant, and all up to the horizon of a search for slots.
pub(super) const OCCURRENCES_MAX: usize = 3_000;
/// The longest occurrence of what repeats, in days.
const LENGTH_MAX_DAYS: i64 = 31;
/// The most occurrences that begin on one day.
const TIMES_A_DAY_MAX: usize = 24;
/// The most days left out or added.
const OCCASIONS_MAX: usize = 200;
/// An end from this year on is none: no time comes after it.
const FOR_EVER_YEAR: i16 = 9_999;
/// How far ahead the next occurrences are looked for, in years.
const AHEAD_YEARS: i64 = 40;

/// How a period repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Repeats {
    /// Once.
    #[default]
    Never,
    /// By a rule.
    By(Box<Rule>),
}

/// The rules that have a word of their own.
const WORDS: [(&str, &str); 2] = [("daily", "FREQ=DAILY"), ("weekly", "FREQ=WEEKLY")];

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::By(rule) = self else { return f.write_str("none") };
        let word = WORDS.iter().find(|(_, text)| *text == rule.text());
        f.write_str(word.map_or(rule.text(), |(word, _)| word))
    }
}

impl FromStr for Repeats {
    type Err = crate::calendar::RuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self::Never);
        }
        let word = WORDS.iter().find(|(word, _)| *word == text);
        word.map_or(text, |(_, rule)| rule).parse().map(|rule| Self::By(Box::new(rule)))
    }
}

/// A day, or a wall time on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// Whatever begins that day, or begins that day at the first occurrence's wall time.
    Day(Date),
    /// What begins then.
    At(DateTime),
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::At(wall) => wall.fmt(f),
        }
    }
}

impl FromStr for Occasion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wall = |text: &str| text.parse().map(Self::At).ok();
        let day = |text: &str| text.parse().map(Self::Day).ok();
        let read = if text.len() > 10 { wall(text) } else { day(text) };
        read.ok_or_else(|| {
            format!("`{text}` is not a day or a wall time: write 2026-12-25 or 2026-12-25T22:00")
        })
    }
}

/// Written and read as text.
macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(Repeats, Occasion);

/// When something occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The first occurrence.
    pub window: Window,
    /// How it repeats.
    pub repeats: Repeats,
    /// The days left out.
    pub except: BTreeSet<Occasion>,
    /// The days added.
    pub also: BTreeSet<Occasion>,
}

impl Schedule {
    /// Once.
    pub fn once(window: Window) -> Self {
        let (except, also) = (BTreeSet::new(), BTreeSet::new());
        Self { window, repeats: Repeats::Never, except, also }
    }

    /// The occurrences that touch a range, in order, at most `OCCURRENCES_MAX`, and no further than
    /// a rule is walked, some forty years. Each begins and
    /// ends at the first one's wall times; a wall time in a daylight-saving gap moves forward, a
    /// doubled one means the earlier instant. One that would end before it begins does not occur.
    pub fn occurrences(&self, range: Interval) -> Vec<Interval> {
        let mut found = Vec::new();
        self.visit(range.start, range.end, &mut |at| {
            if at.overlap(range).is_some() {
                found.push(at);
            }
            full(&found, OCCURRENCES_MAX)
        });
        // Where one was moved out of a gap, the one after it may begin before it.
        found.sort_unstable();
        found
    }

    /// The next occurrences that are not over at an instant, at most so many.
    pub fn next(&self, after: Timestamp, most: usize) -> Vec<Interval> {
        let ahead = after.plus_minutes(AHEAD_YEARS * 366 * 24 * 60);
        let mut found = Vec::new();
        self.visit(after, ahead.max(self.window.interval.end), &mut |at| {
            if at.end > after {
                found.push(at);
            }
            full(&found, most)
        });
        found
    }

    /// When the last occurrence is over, or a time after it; `None` when there is no last one, or
    /// none within sight.
    pub fn last_end(&self) -> Option<Timestamp> {
        let (zone, first) = (&self.window.zone, self.window.interval);
        let (start, _) = self.walls();
        let mut last = first.end;
        let mut take = |wall: DateTime| {
            let lasts = || zone.instant(wall).plus_minutes(first.minutes());
            last = last.max(self.at(wall).map_or_else(lasts, |at| at.end));
            ControlFlow::Continue(())
        };
        if let Repeats::By(rule) = &self.repeats {
            if !rule.is_finite() {
                return None;
            }
            // A rule that names its end is not walked there: what would begin at it comes last.
            if let Some(until) = rule.until(zone) {
                if until.year() >= FOR_EVER_YEAR {
                    return None;
                }
                let _ = take(until.max(start));
            } else {
                let sight = start.checked_add(AHEAD_YEARS.years()).ok()?;
                if !rule.visit(start, zone, (start, sight), &mut take) {
                    return None;
                }
            }
        }
        for wall in self.added() {
            let _ = take(wall);
        }
        Some(last)
    }

    /// Visits the occurrences that may touch a range, by their beginning.
    fn visit(
        &self,
        from: Timestamp,
        to: Timestamp,
        visit: &mut dyn FnMut(Interval) -> ControlFlow<()>,
    ) {
        let (zone, first) = (&self.window.zone, self.window.interval);
        let (start, _) = self.walls();
        // A day to spare: wall times and instants differ by up to the zone's offset.
        let back = first.minutes() + 2 * 24 * 60;
        let bounds = (zone.civil(from.plus_minutes(-back)), zone.civil(to.plus_minutes(24 * 60)));
        let near = |wall: &DateTime| *wall >= bounds.0 && *wall < bounds.1;
        let mut added = self.added().into_iter().filter(near).peekable();
        let mut each =
            |wall: DateTime| self.at(wall).map_or(ControlFlow::Continue(()), &mut *visit);
        let mut over = false;
        let mut with_added = |wall: DateTime| {
            let mut step = ControlFlow::Continue(());
            while let Some(before) = added.next_if(|added| *added <= wall && step.is_continue()) {
                if before != wall {
                    step = each(before);
                }
            }
            if step.is_continue() && !self.left_out(wall) {
                step = each(wall);
            }
            over = step.is_break();
            step
        };
        match &self.repeats {
            Repeats::Never => drop(with_added(start)),
            Repeats::By(rule) => drop(rule.visit(start, zone, bounds, &mut with_added)),
        }
        if !over {
            let _ = added.try_for_each(each);
        }
    }

    /// The first occurrence's wall times.
    fn walls(&self) -> (DateTime, DateTime) {
        let (zone, first) = (&self.window.zone, self.window.interval);
        (zone.civil(first.start), zone.civil(first.end))
    }

    fn added(&self) -> BTreeSet<DateTime> {
        let (start, _) = self.walls();
        let wall = |occasion: &Occasion| match occasion {
            Occasion::Day(day) => day.to_datetime(start.time()),
            Occasion::At(wall) => *wall,
        };
        self.also.iter().map(wall).collect()
    }

    fn left_out(&self, wall: DateTime) -> bool {
        !self.except.is_empty()
            && (self.except.contains(&Occasion::Day(wall.date()))
                || self.except.contains(&Occasion::At(wall)))
    }

    /// The occurrence that begins at a wall time.
    fn at(&self, wall: DateTime) -> Option<Interval> {
        let zone = &self.window.zone;
        let (start, end) = self.walls();
        if wall == start {
            return Some(self.window.interval);
        }
        let finish = wall.checked_add(start.until(end).ok()?).ok()?;
        Interval::try_new(zone.instant(wall), zone.instant(finish)).ok()
    }

    /// What is wrong with it.
    pub(crate) fn check(&self, check: &mut Check) {
        check.count("/except", self.except.len(), OCCASIONS_MAX);
        check.count("/also", self.also.len(), OCCASIONS_MAX);
        let (start, _) = self.walls();
        if let Some(early) = self.added().first().filter(|wall| **wall < start) {
            check.wrong("/also", format!("{early} comes before the first occurrence"));
        }
        let Repeats::By(rule) = &self.repeats else {
            if !self.except.is_empty() {
                check.wrong("/except", "leaves days out of a rule, and nothing repeats");
            }
            return;
        };
        if self.window.interval.minutes() > LENGTH_MAX_DAYS * 24 * 60 {
            check.wrong("/window", format!("is longer than {LENGTH_MAX_DAYS} days and repeats"));
        }
        if !rule.is_daily_or_rarer() {
            let detail = "repeats by the day, week, month or year; name hours with BYHOUR";
            return check.wrong("/repeats", detail);
        }
        if rule.times_a_day() > TIMES_A_DAY_MAX {
            let detail = format!("begins more than {TIMES_A_DAY_MAX} times a day");
            return check.wrong("/repeats", detail);
        }
        match self.first_of(rule) {
            Some(first) if first == start => {}
            Some(first) => check.wrong(
                "/window",
                format!("does not begin on the rule: begin at {first}, the rule's first time"),
            ),
            None => check.wrong("/repeats", "names no time from the first occurrence on"),
        }
    }

    fn first_of(&self, rule: &Rule) -> Option<DateTime> {
        let (start, _) = self.walls();
        let sight = start.checked_add(AHEAD_YEARS.years()).ok()?;
        let mut first = None;
        let mut take = |wall| {
            first = Some(wall);
            ControlFlow::Break(())
        };
        rule.visit(start, &self.window.zone, (start, sight), &mut take);
        first
    }
}

fn full(found: &[Interval], most: usize) -> ControlFlow<()> {
    if found.len() >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// The clock change within an interval, in minutes the clock moves; forward is positive.
pub fn clock_change(at: Interval, zone: &Zone) -> Option<i64> {
    let minutes = |wall: DateTime| {
        days_between(Date::constant(1970, 1, 1), wall.date()) * 24 * 60
            + i64::from(wall.hour()) * 60
            + i64::from(wall.minute())
    };
    let walls = minutes(zone.civil(at.end)) - minutes(zone.civil(at.start));
    Some(walls - at.minutes()).filter(|moved| *moved != 0)
}
