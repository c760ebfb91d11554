//! Reading iCalendar (RFC 5545), as found in the wild: what can be read is read, and each event
//! that cannot is told with its line. Nothing in a file can make the reader fail otherwise.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Entries, ExternalEntry, Occasion, Repeats};
use domain::vocabulary::Window;
use jiff::civil::{Date, DateTime};
use kernel::{NAME_MAX, TimeError, Timestamp, Zone};

/// The most events that are told as left out.
const SKIPPED_MAX: usize = 100;
/// The most days left out of an event, or added.
const OCCASIONS_MAX: usize = 1_000;
/// The longest identifier of an event, in characters.
const UID_MAX: usize = 400;
/// The longest event that repeats, in days.
const REPEATS_MAX_DAYS: i64 = 31;
const DAY_MINUTES: i64 = 24 * 60;

/// Something in a file that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::calendar) struct Skipped {
    /// The line on which it begins.
    pub(in crate::calendar) line: usize,
    /// What is wrong with it.
    pub(in crate::calendar) detail: String,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(in crate::calendar) struct File {
    pub(in crate::calendar) entries: Entries,
    pub(in crate::calendar) skipped: Vec<Skipped>,
    /// Events that say themselves that they were cancelled.
    pub(in crate::calendar) cancelled: usize,
}

/// Reads a file. Times without a zone are read in `zone`, unless the file names another for them.
pub(in crate::calendar) fn read(text: &str, zone: &Zone) -> Result<File, Skipped> {
    let lines = unfold(text);
    if !lines.iter().any(|line| line.is("BEGIN", "VCALENDAR")) {
        let detail = "is no iCalendar file: it has no line BEGIN:VCALENDAR".to_owned();
        return Err(Skipped { line: 1, detail });
    }
    let named = lines.iter().find(|line| line.name == "X-WR-TIMEZONE");
    let zone = named.and_then(|line| known_zone(&line.value)).unwrap_or_else(|| zone.clone());
    let mut file = File::default();
    let mut moved: BTreeMap<String, Moved> = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    let mut event: Option<Event> = None;
    for line in lines {
        if line.name == "BEGIN" {
            let name = line.value.trim().to_ascii_uppercase();
            if name == "VEVENT" && event.is_none() {
                event = Some(Event { line: line.number, properties: Vec::new() });
                open.clear();
            } else if event.is_some() {
                open.push(name);
            }
        } else if line.is("END", "VEVENT") {
            if let Some(event) = event.take() {
                take(&mut file, &mut moved, &event, &zone);
            }
        } else if line.name == "END" {
            open.pop();
        } else if let Some(event) = event.as_mut().filter(|_| open.is_empty()) {
            event.properties.push(line);
        }
    }
    if let Some(event) = event {
        skip(&mut file, event.line, "has no line END:VEVENT".to_owned());
    }
    leave_out(&mut file, moved);
    Ok(file)
}

fn skip(file: &mut File, line: usize, detail: String) {
    if file.skipped.len() < SKIPPED_MAX {
        file.skipped.push(Skipped { line, detail });
    }
}

/// The occurrences of an event that were moved or cancelled one by one.
#[derive(Debug, Default)]
struct Moved {
    times: BTreeSet<Timestamp>,
    /// The line on which the last of them begins.
    line: usize,
}

/// An occurrence that was moved stands as an event of its own, and no longer where it was. An event
/// with more of them than it may list is left out, as one that lists too many itself.
fn leave_out(file: &mut File, moved: BTreeMap<String, Moved>) {
    for (uid, Moved { times, line }) in moved {
        let entry = file.entries.get_mut(&uid);
        let Some(entry) = entry.filter(|entry| entry.repeats != Repeats::Never) else { continue };
        let zone = entry.window.zone.clone();
        let walls: BTreeSet<Occasion> =
            times.iter().map(|at| Occasion::At(zone.civil(*at))).collect();
        entry.also.retain(|occasion| !walls.contains(occasion));
        entry.except.extend(walls);
        if entry.except.len() > OCCASIONS_MAX {
            file.entries.remove(&uid);
            let detail = format!("leaves out or moves more than {OCCASIONS_MAX} days of `{uid}`");
            skip(file, line, detail);
        }
    }
}

fn take(file: &mut File, moved: &mut BTreeMap<String, Moved>, event: &Event, zone: &Zone) {
    match event.read(zone) {
        Err(detail) => skip(file, event.line, detail),
        Ok(read) => {
            if let Some(at) = read.instead_of {
                let moved = moved.entry(read.uid.clone()).or_default();
                moved.times.insert(at);
                moved.line = event.line;
            }
            let Some(entry) = read.entry else {
                file.cancelled += 1;
                return;
            };
            let key = match read.instead_of {
                Some(at) => format!("{} {at}", read.uid),
                None => read.uid,
            };
            file.entries.insert(key, entry);
        }
    }
}

/// A line of a file, unfolded.
#[derive(Debug)]
struct Line {
    number: usize,
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.value.trim().eq_ignore_ascii_case(value)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Name, parameters and value; quotes keep the marks between them from meaning anything.
    fn parse(number: usize, text: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = text.char_indices().find_map(|(at, letter)| {
            quoted ^= letter == '"';
            (letter == ':' && !quoted).then_some(at)
        })?;
        let (head, value) = (&text[..colon], text[colon + 1..].to_owned());
        let mut parts = Vec::new();
        let mut from = 0;
        for (at, letter) in head.char_indices() {
            quoted ^= letter == '"';
            if letter == ';' && !quoted {
                parts.push(&head[from..at]);
                from = at + 1;
            }
        }
        parts.push(&head[from..]);
        let mut parts = parts.into_iter();
        let name = parts.next()?.trim().to_ascii_uppercase();
        let parameters = parts.filter_map(|part| part.split_once('=')).map(|(key, value)| {
            (key.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned())
        });
        Some(Self { number, name, parameters: parameters.collect(), value })
    }
}

/// The lines of a file with those joined that were folded; what is no line is left out.
fn unfold(text: &str) -> Vec<Line> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut joined: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        match (line.strip_prefix([' ', '\t']), joined.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ => joined.push((index + 1, line.to_owned())),
        }
    }
    joined.iter().filter_map(|(number, line)| Line::parse(*number, line)).collect()
}

/// An event of a file.
struct Event {
    line: usize,
    properties: Vec<Line>,
}

/// What an event says.
struct Read {
    uid: String,
    /// Nothing when it was cancelled.
    entry: Option<ExternalEntry>,
    /// The occurrence that it stands for, of those of the same identifier.
    instead_of: Option<Timestamp>,
}

/// A time as a file writes it.
#[derive(Debug, Clone)]
struct When {
    wall: DateTime,
    zone: Zone,
    /// Whether only the day is named.
    whole_day: bool,
}

impl When {
    fn instant(&self) -> Timestamp {
        self.zone.instant(self.wall)
    }
}

impl Event {
    fn find(&self, name: &str) -> Option<&Line> {
        self.properties.iter().find(|line| line.name == name)
    }

    fn read(&self, zone: &Zone) -> Result<Read, String> {
        let uid = self.find("UID").map(|line| plain(&line.value, UID_MAX));
        let uid = uid.filter(|uid| !uid.is_empty()).ok_or("has no UID")?;
        let start = self.find("DTSTART").ok_or("has no DTSTART")?;
        let start = when(start, &start.value, zone)?;
        let moved = self.find("RECURRENCE-ID");
        let moved = moved.map(|line| when(line, &line.value, zone)).transpose()?;
        let instead_of = moved.map(|at| at.instant());
        if self.find("STATUS").is_some_and(|line| line.is("STATUS", "CANCELLED")) {
            return Ok(Read { uid, entry: None, instead_of });
        }
        let end = self.end(&start, zone)?;
        let window = Window::try_new(start.instant(), end, start.zone.clone()).map_err(
            |error| match error {
                TimeError::TooLong { most, .. } => format!("lasts more than {most} days"),
                _ => "ends before it begins".to_owned(),
            },
        )?;
        let repeats = match self.find("RRULE") {
            None => Repeats::Never,
            Some(line) => line.value.parse().map_err(|error| format!("RRULE {error}"))?,
        };
        let except = self.occasions("EXDATE", &start)?;
        let mut also = self.occasions("RDATE", &start)?;
        if let Repeats::By(rule) = &repeats {
            if window.interval.minutes() > REPEATS_MAX_DAYS * DAY_MINUTES {
                return Err(format!("repeats and lasts more than {REPEATS_MAX_DAYS} days"));
            }
            if !rule.is_daily_or_rarer() {
                return Err("RRULE repeats more often than by the day".to_owned());
            }
            // The first time counts, whether the rule names it or not.
            also.insert(Occasion::At(start.wall));
            also.retain(|occasion| !except.contains(occasion));
        }
        let title = self.find("SUMMARY").map(|line| plain(&unescape(&line.value), NAME_MAX));
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "(no title)".to_owned());
        let entry = ExternalEntry { title, window, repeats, except, also };
        Ok(Read { uid, entry: Some(entry), instead_of })
    }

    /// A day lasts until its end, a point in time for a minute, when nothing else is said.
    fn end(&self, start: &When, zone: &Zone) -> Result<Timestamp, String> {
        let first = start.instant();
        if let Some(line) = self.find("DTEND") {
            let end = when(line, &line.value, zone)?.instant();
            return Ok(if end == first { shortest(start) } else { end });
        }
        let Some(line) = self.find("DURATION") else { return Ok(shortest(start)) };
        let minutes = duration(line.value.trim())
            .ok_or_else(|| format!("line {}: DURATION is not understood", line.number))?;
        Ok(if minutes == 0 { shortest(start) } else { first.plus_minutes(minutes) })
    }

    /// The days of a list, at the wall times of the first occurrence's zone.
    fn occasions(&self, name: &str, start: &When) -> Result<BTreeSet<Occasion>, String> {
        let mut found = BTreeSet::new();
        for line in self.properties.iter().filter(|line| line.name == name) {
            for value in line.value.split(',') {
                // A period is given by its beginning; how long it lasts is the event's to say.
                let value = value.split_once('/').map_or(value, |(begin, _)| begin);
                let at = when(line, value, &start.zone)?;
                found.insert(if at.whole_day {
                    Occasion::Day(at.wall.date())
                } else {
                    Occasion::At(start.zone.civil(at.instant()))
                });
            }
            if found.len() > OCCASIONS_MAX {
                return Err(format!("lists more than {OCCASIONS_MAX} days in {name}"));
            }
        }
        Ok(found)
    }
}

fn shortest(start: &When) -> Timestamp {
    if !start.whole_day {
        return start.instant().plus_minutes(1);
    }
    let next = start.wall.tomorrow();
    next.map_or_else(|_| start.instant().plus_minutes(DAY_MINUTES), |at| start.zone.instant(at))
}

fn when(line: &Line, value: &str, zone: &Zone) -> Result<When, String> {
    let value = value.trim();
    let wrong = || format!("line {}: {} `{value}` is no time", line.number, line.name);
    if !value.is_ascii() {
        return Err(wrong());
    }
    let number = |from: usize, to: usize| value.get(from..to)?.parse::<i16>().ok();
    let small = |from, to| number(from, to).and_then(|number| i8::try_from(number).ok());
    let date = || Date::new(number(0, 4)?, small(4, 6)?, small(6, 8)?).ok();
    let day = date().ok_or_else(wrong)?;
    let zoned = match line.parameter("TZID") {
        Some(name) => known_zone(name).ok_or_else(|| {
            format!("line {}: the time zone `{name}` is no IANA name", line.number)
        })?,
        None => zone.clone(),
    };
    if value.len() == 8 {
        return Ok(When { wall: day.at(0, 0, 0, 0), zone: zoned, whole_day: true });
    }
    let clock = || {
        // A leap second is the last second of its minute.
        let second = small(13, 15).unwrap_or(0).min(59);
        let time = jiff::civil::Time::new(small(9, 11)?, small(11, 13)?, second, 0).ok()?;
        (value.as_bytes().get(8) == Some(&b'T')).then(|| day.to_datetime(time))
    };
    let wall: DateTime = clock().ok_or_else(wrong)?;
    let zone = if value.ends_with('Z') { Zone::utc() } else { zoned };
    Ok(When { wall, zone, whole_day: false })
}

/// A zone by its IANA name, which some programs write behind a prefix of their own.
fn known_zone(name: &str) -> Option<Zone> {
    let name = name.trim();
    let mut tail = name;
    loop {
        if let Ok(zone) = tail.parse::<Zone>() {
            return Some(zone);
        }
        tail = tail.split_once('/')?.1;
    }
}

/// `P1DT2H30M` or `P2W` in whole minutes; nothing for what is negative or no duration.
fn duration(text: &str) -> Option<i64> {
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let mut seconds: i64 = 0;
    let mut number = String::new();
    for letter in text.chars() {
        let unit = match letter {
            'T' => continue,
            'W' => 7 * 24 * 60 * 60,
            'D' => 24 * 60 * 60,
            'H' => 60 * 60,
            'M' => 60,
            'S' => 1,
            digit => {
                number.push(digit);
                continue;
            }
        };
        let count: i64 = number.parse().ok().filter(|count| *count >= 0)?;
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        number.clear();
    }
    number.is_empty().then_some(seconds / 60)
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(other) => plain.push(other),
                None => {}
            },
            letter => plain.push(letter),
        }
    }
    plain
}

/// At most so many characters, none of them a control character.
fn plain(text: &str, most: usize) -> String {
    let letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    letters.take(most).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: &str) -> File {
        let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
        read(&text, &Zone::utc()).expect("a file")
    }

    fn event(properties: &str) -> File {
        file(&format!("BEGIN:VEVENT\n{properties}\nEND:VEVENT\n"))
    }

    fn times(entry: &ExternalEntry, most: usize) -> Vec<String> {
        let before: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let next = entry.schedule().next(before, most);
        next.into_iter().map(|at| format!("{} {}", at.start, at.minutes())).collect()
    }

    #[test]
    fn an_event_is_read_in_its_zone_with_its_folds_and_escapes() {
        let file = event(
            "UID:a\nSUMMARY:Audit\\, first\n  part\nDTSTART;TZID=Europe/Amsterdam:20261025T010000\n\
             DTEND;TZID=\"Europe/Amsterdam\":20261025T040000\nBEGIN:VALARM\nUID:alarm\nEND:VALARM",
        );
        assert_eq!(file.skipped, []);
        let entry = &file.entries["a"];
        assert_eq!(entry.title, "Audit, first part");
        assert_eq!(times(entry, 1), ["2026-10-24T23:00:00Z 240"]);
    }

    #[test]
    fn days_durations_and_points_in_time_last() {
        for (properties, expected) in [
            ("DTSTART;VALUE=DATE:20261225", "2026-12-25T00:00:00Z 1440"),
            ("DTSTART:20261225T100000Z\nDURATION:P1DT30M", "2026-12-25T10:00:00Z 1470"),
            ("DTSTART:20261225T100000Z", "2026-12-25T10:00:00Z 1"),
        ] {
            let file = event(&format!("UID:a\n{properties}"));
            assert_eq!(times(&file.entries["a"], 1), [expected], "{:?}", file.skipped);
        }
    }

    #[test]
    fn what_repeats_leaves_days_out_and_an_occurrence_may_be_moved() {
        let master = "BEGIN:VEVENT\nUID:a\nSUMMARY:Patch\nDTSTART:20261201T100000Z\n\
            DTEND:20261201T110000Z\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20261208T100000Z\nEND:VEVENT\n";
        let moved = "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20261215T100000Z\nSUMMARY:Patch late\n\
            DTSTART:20261216T100000Z\nDTEND:20261216T110000Z\nEND:VEVENT\n";
        let file = file(&format!("{master}{moved}"));
        assert_eq!(
            times(&file.entries["a"], 9),
            ["2026-12-01T10:00:00Z 60", "2026-12-22T10:00:00Z 60"]
        );
        let moved = &file.entries["a 2026-12-15T10:00:00Z"];
        assert_eq!(times(moved, 9), ["2026-12-16T10:00:00Z 60"]);
    }

    #[test]
    fn an_event_with_more_cancelled_days_than_it_may_list_is_left_out() {
        let master = "BEGIN:VEVENT\nUID:a\nDTSTART:20200101T100000Z\nRRULE:FREQ=DAILY\n\
            EXDATE:20300101T100000Z\nEND:VEVENT\n";
        let first: Date = "2020-01-01".parse().expect("a day");
        let cancelled = |days: usize| -> String {
            let dates = first.series(jiff::ToSpan::day(1)).take(days);
            let event = |date: Date| {
                let at = date.strftime("%Y%m%dT100000Z");
                format!(
                    "BEGIN:VEVENT\nUID:a\nDTSTART:{at}\nRECURRENCE-ID:{at}\n\
                    STATUS:CANCELLED\nEND:VEVENT\n"
                )
            };
            dates.map(event).collect()
        };
        let most = file(&format!("{master}{}", cancelled(OCCASIONS_MAX - 1)));
        assert_eq!((most.entries["a"].except.len(), most.skipped.len()), (OCCASIONS_MAX, 0));
        let more = file(&format!("{master}{}", cancelled(OCCASIONS_MAX)));
        assert_eq!(more.entries.len(), 0);
        assert!(more.skipped[0].detail.contains("more than 1000 days of `a`"));
        assert_eq!(more.cancelled, OCCASIONS_MAX);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        for (properties, detail) in [
            ("DTSTART:20261225", "has no UID"),
            ("UID:a", "has no DTSTART"),
            ("UID:a\nDTSTART:20261325", "line 4: DTSTART `20261325` is no time"),
            ("UID:a\nDTSTART:2026é", "line 4: DTSTART `2026é` is no time"),
            ("UID:a\nDTSTART;TZID=Mars:20261225T100000", "line 4: the time zone `Mars`"),
            ("UID:a\nDTSTART:20261225\nDTEND:20261224", "ends before it begins"),
            ("UID:a\nDTSTART:20261225\nRRULE:FREQ=SOMETIMES", "RRULE at character 1"),
            ("UID:a\nDTSTART:20261225\nRRULE:FREQ=MINUTELY", "more often than by the day"),
        ] {
            let file = event(properties);
            assert_eq!(file.entries.len(), 0, "{properties}");
            assert_eq!(file.skipped[0].line, 2);
            assert!(file.skipped[0].detail.contains(detail), "{:?}", file.skipped);
        }
        assert_eq!(read("BEGIN:VEVENT", &Zone::utc()).expect_err("no calendar").line, 1);
        let open = file("BEGIN:VEVENT\nUID:a\n");
        assert!(open.skipped[0].detail.contains("END:VEVENT"));
    }

    #[test]
    fn a_cancelled_event_is_no_entry() {
        let file = event("UID:a\nDTSTART:20261225\nSTATUS:CANCELLED");
        assert_eq!((file.entries.len(), file.cancelled, file.skipped.len()), (0, 1, 0));
    }
}
