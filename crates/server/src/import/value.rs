//! From the text of a field to a value: times in the zone of the source, numbers, texts put
//! together of columns, words found by rules.

use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use kernel::{Timestamp, Zone};

use super::Malformed;
use super::mapping::{Choice, FileShape};
use super::plan::Header;
use super::rows::Row;

/// The years that an export may speak of. A two-digit year read as a four-digit one is outside.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    pub(super) index: usize,
    pub(super) name: String,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Empty,
    /// A text that stands for several values which the file does not list.
    Several,
    Text(&'a str),
}

/// How fields are read.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    file: FileShape,
    zone: TimeZone,
}

/// An instant, and what had to be decided to find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) at: Timestamp,
    pub(super) wall: Wall,
}

/// What a wall time is in its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wall {
    /// It happened once.
    Plain,
    /// It happened twice: the earlier instant was taken.
    Doubled,
    /// It never happened: it was moved forward by the length of the gap.
    InGap,
}

impl Reader {
    pub(super) fn new(file: &FileShape, zone: &Zone) -> Self {
        Self { file: file.clone(), zone: zone.rules() }
    }

    pub(super) fn cell<'a>(&self, row: &'a Row<'_>, column: &Column) -> Cell<'a> {
        let text = row.fields.get(column.index).map_or("", |field| field.trim());
        let is_among = |words: &[String]| words.iter().any(|word| word == text);
        if text.is_empty() || is_among(&self.file.empty) {
            Cell::Empty
        } else if is_among(&self.file.several) {
            Cell::Several
        } else {
            Cell::Text(text)
        }
    }

    /// The instant that a text means.
    pub(super) fn time(&self, text: &str) -> Option<Instant> {
        let parsed = self.file.times.iter().find_map(|format| {
            let time = BrokenDownTime::parse(format, text).ok()?;
            let civil = time.to_datetime().or_else(|_| time.to_date().map(DateTime::from)).ok()?;
            YEARS.contains(&civil.year()).then_some((time, civil))
        });
        let (time, civil) = parsed?;
        if time.offset().is_some() {
            let at = Timestamp::from_micros(time.to_timestamp().ok()?.as_microsecond());
            return Some(Instant { at, wall: Wall::Plain });
        }
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        let wall = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Wall::Plain,
            AmbiguousOffset::Fold { .. } => Wall::Doubled,
            AmbiguousOffset::Gap { .. } => Wall::InGap,
        };
        let at = Timestamp::from_micros(ambiguous.compatible().ok()?.as_microsecond());
        Some(Instant { at, wall })
    }

    /// A number, written with a point.
    pub(super) fn number(&self, text: &str) -> Option<String> {
        let plain = text.replace(self.file.decimal, ".");
        let is_number = plain.parse::<f64>().is_ok_and(f64::is_finite)
            && plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        is_number.then_some(plain)
    }
}

/// A text put together of columns: `{Category}: {CI}`.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Column(Column),
}

impl Template {
    pub(super) fn of(text: &str, header: &mut Header<'_>) -> Result<Self, Malformed> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err(Malformed::whole(format!(
                    "`{text}` opens a bracket and never ends it"
                )));
            };
            parts.extend((!before.is_empty()).then(|| Part::Text(before.to_owned())));
            parts.extend(header.find(name).map(Part::Column));
            rest = after;
        }
        parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
        Ok(Self(parts))
    }

    /// The text for a row; empty when none of its columns says anything.
    pub(super) fn fill(&self, row: &Row<'_>, reader: &Reader) -> String {
        let mut text = String::new();
        let mut said = false;
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Column(column) => {
                    if let Cell::Text(cell) = reader.cell(row, column) {
                        text.push_str(cell);
                        said = true;
                    }
                }
            }
        }
        if said { text.trim().to_owned() } else { String::new() }
    }
}

/// A word found by rules.
#[derive(Debug, Clone)]
pub(super) struct Words {
    rules: Vec<(Column, Asks, String)>,
    otherwise: Option<String>,
    /// The column that holds the word itself.
    itself: Option<Column>,
}

#[derive(Debug, Clone)]
enum Asks {
    Is(String),
    Starts(String),
}

impl Words {
    pub(super) fn of(choice: &Choice, header: &mut Header<'_>) -> Self {
        match choice {
            Choice::Column(name) => {
                Self { rules: Vec::new(), otherwise: None, itself: header.find(name) }
            }
            Choice::Rules(given) => {
                let rules = given.rules.iter().filter_map(|rule| {
                    let asks = match (&rule.is, &rule.starts) {
                        (Some(text), _) => Asks::Is(text.clone()),
                        (None, starts) => Asks::Starts(starts.clone().unwrap_or_default()),
                    };
                    Some((header.find(&rule.column)?, asks, rule.gives.clone()))
                });
                let rules = rules.collect();
                Self { rules, otherwise: given.otherwise.clone(), itself: None }
            }
        }
    }

    /// The value for a row: none when nothing is said, or the text that means nothing.
    pub(super) fn find<T: FromStr<Err: Display>>(
        &self,
        row: &Row<'_>,
        reader: &Reader,
    ) -> Result<Option<T>, String> {
        let parse = |word: &str| word.parse().map(Some).map_err(|error: T::Err| error.to_string());
        for (column, asks, gives) in &self.rules {
            let Cell::Text(text) = reader.cell(row, column) else { continue };
            let fits = match asks {
                Asks::Is(wanted) => text == wanted,
                Asks::Starts(wanted) => text.starts_with(wanted.as_str()),
            };
            if fits {
                return parse(gives);
            }
        }
        if let Some(word) = &self.otherwise {
            return parse(word);
        }
        let columns = self.rules.iter().map(|(column, _, _)| column).chain(&self.itself);
        let mut said = columns.filter_map(|column| match reader.cell(row, column) {
            Cell::Text(text) => Some(text),
            Cell::Empty | Cell::Several => None,
        });
        match (said.next_back(), &self.itself) {
            (None, _) => Ok(None),
            (Some(text), Some(_)) => parse(text),
            (Some(text), None) => Err(format!("no rule knows `{text}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(times: &[&str]) -> Reader {
        let times = times.iter().map(|format| (*format).to_owned()).collect();
        let file = FileShape { decimal: ',', times, ..FileShape::default() };
        Reader::new(&file, &"Europe/Amsterdam".parse().unwrap())
    }

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_wall_time_is_read_in_the_zone_of_the_source() {
        let reader = reader(&["%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d"]);
        let at = |text| reader.time(text).unwrap();
        let plain = |text| Instant { at: utc(text), wall: Wall::Plain };
        assert_eq!(at("4-7-2013 9:00"), plain("2013-07-04T07:00:00Z"));
        assert_eq!(at("31-12-2013 23:59"), plain("2013-12-31T22:59:00Z"));
        assert_eq!(at("01/10/2013 07:33:21"), plain("2013-10-01T05:33:21Z"));
        assert_eq!(at("2016-02-29"), plain("2016-02-28T23:00:00Z"));
    }

    #[test]
    fn the_doubled_hour_and_the_gap_are_told_apart() {
        let reader = reader(&["%d-%m-%Y %H:%M"]);
        let doubled = Instant { at: utc("2013-10-27T00:30:00Z"), wall: Wall::Doubled };
        assert_eq!(reader.time("27-10-2013 2:30"), Some(doubled));
        let in_gap = Instant { at: utc("2013-03-31T01:30:00Z"), wall: Wall::InGap };
        assert_eq!(reader.time("31-3-2013 2:30"), Some(in_gap));
    }

    #[test]
    fn an_offset_that_is_written_leaves_nothing_to_decide() {
        let reader = reader(&["%Y-%m-%dT%H:%M:%S%:z"]);
        let read = reader.time("2013-10-27T02:30:00+01:00").unwrap();
        assert_eq!(read, Instant { at: utc("2013-10-27T01:30:00Z"), wall: Wall::Plain });
    }

    #[test]
    fn what_is_no_date_is_none() {
        let reader = reader(&["%d-%m-%Y %H:%M"]);
        for text in ["", "31-2-2013 9:00", "4-10-13 9:00", "4-10-2013", "4-10-2013 24:00", "soon"] {
            assert_eq!(reader.time(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_becomes_a_point() {
        let reader = reader(&[]);
        assert_eq!(reader.number("1,068611111").as_deref(), Some("1.068611111"));
        assert_eq!(reader.number("-3").as_deref(), Some("-3"));
        for text in ["", "1,2,3", "inf", "NaN", "1e5", "12 h"] {
            assert_eq!(reader.number(text), None, "{text}");
        }
    }
}
