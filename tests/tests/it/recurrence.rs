//! Recurrence rules against what others say of them: outside vectors, the clock changes of three
//! zones, and python-dateutil on random rules.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use domain::calendar::{Repeats, Schedule};
use domain::vocabulary::Window;
use kernel::{Interval, MICROS_PER_MINUTE, Timestamp, Zone};
use serde_json::{Value as Json, json};

use crate::shared::{data, python};

const DAY_MINUTES: i64 = 24 * 60;
/// Random rules of one run, and how many times of each are compared.
const RULES: u64 = 2_000;
const TIMES: usize = 40;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// `19980101T090000`, `20241024` or `20111120T100000Z` as an instant in UTC.
fn basic(text: &str) -> Timestamp {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("00").to_owned();
    let (date, time) = (
        format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8)),
        format!("{}:{}:{}", part(8, 10), part(10, 12), part(12, 14)),
    );
    format!("{date}T{time}Z").parse().unwrap()
}

fn every(rule: &str, start: Timestamp, minutes: i64, zone: &str) -> Schedule {
    let zone: Zone = zone.parse().unwrap();
    let window = Window::try_new(start, start.plus_minutes(minutes), zone).unwrap();
    let repeats: Repeats = rule.parse().unwrap_or_else(|error| panic!("{rule}: {error}"));
    Schedule { repeats, ..Schedule::once(window) }
}

fn starts(schedule: &Schedule, most: usize) -> Vec<Timestamp> {
    let before = schedule.window.interval.start.plus_minutes(-1);
    schedule.next(before, most).into_iter().map(|at| at.start).collect()
}

#[test]
fn the_outside_vectors_come_out() {
    let Some(path) = data("rrule/rrule_vectors.jsonl") else { return };
    let text = fs::read_to_string(path).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        let field = |name: &str| vector[name].as_str().unwrap();
        let expected: Vec<Timestamp> = field("instances").split(',').map(basic).collect();
        let rule = field("rrule");
        let schedule = every(rule, basic(field("dtstart")), 1, "UTC");
        let ends = rule.contains("COUNT=") || rule.contains("UNTIL=");
        let found = starts(&schedule, expected.len() + usize::from(ends));
        assert_eq!(found, expected, "{}: {rule}", field("comment"));
        seen += 1;
    }
    assert_eq!(seen, 60);
}

#[test]
fn windows_around_every_clock_change_stand_at_their_wall_times() {
    let Some(path) = data("time/transitions_2013_2030.csv") else { return };
    let mut changes = 0;
    for row in csv::Reader::from_path(path).unwrap().records() {
        let row = row.unwrap();
        let zone = &row[0];
        let (before, after): (i64, i64) = (row[3].parse().unwrap(), row[4].parse().unwrap());
        let wall = |text: &str| format!("{text}Z").parse::<Timestamp>().unwrap();
        let (from, to) = (wall(&row[5]), wall(&row[6]));
        // A time that is left out, and the first of one that comes twice, is read as before.
        let instant = |wall: Timestamp| {
            let offset = if wall < to { before } else { after };
            Timestamp::from_micros(wall.micros() - offset * 1_000_000)
        };
        for begins in -120..=120 {
            for lasts in [1, 30, 60, 90, 240] {
                let begin = from.plus_minutes(begins);
                let days = (-3_i64..=3).map(|day| {
                    let wall = begin.plus_minutes(day * DAY_MINUTES);
                    (instant(wall), instant(wall.plus_minutes(lasts)))
                });
                let expected: Vec<Interval> =
                    days.filter_map(|(start, end)| Interval::try_new(start, end).ok()).collect();
                let schedule = every("daily", expected[0].start, lasts, zone);
                let until = expected[expected.len() - 1].start.plus_minutes(1);
                let found = schedule.occurrences(Interval { start: expected[0].start, end: until });
                assert_eq!(found, expected, "{zone} {} {begins} {lasts}", &row[5]);
            }
        }
        changes += 1;
    }
    assert_eq!(changes, 72);
}

/// A small generator, so that a failure can be told by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.below(u64::try_from(words.len()).unwrap());
        words[usize::try_from(index).unwrap()]
    }

    fn number(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least + 1).unwrap();
        least + i64::try_from(self.below(span)).unwrap()
    }

    /// Some numbers of a range, which may count from the end.
    fn numbers(&mut self, most: i64, from_end: bool) -> String {
        let some: Vec<String> = (0..=self.below(3))
            .map(|_| {
                let number = self.number(1, most);
                if from_end && self.below(3) == 0 { -number } else { number }.to_string()
            })
            .collect();
        some.join(",")
    }

    /// Weekdays, all of them numbered or none: in a list of both, RFC 5545 means any of them, and
    /// dateutil asks for two at once.
    fn days(&mut self, numbered: Option<i64>) -> String {
        let numbered = numbered.filter(|_| self.below(2) == 0);
        let some: Vec<String> = (0..=self.below(3))
            .map(|_| {
                let day = self.one_of(&WEEKDAYS);
                match numbered {
                    Some(most) => {
                        let nth = self.number(1, most);
                        format!("{}{day}", if self.below(3) == 0 { -nth } else { nth })
                    }
                    None => day.to_owned(),
                }
            })
            .collect();
        some.join(",")
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    /// A rule that means the same to everyone, with its first time.
    fn rule(&mut self) -> (String, Timestamp) {
        let frequency = self.one_of(&["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]);
        let mut parts = vec![format!("FREQ={frequency}")];
        if self.one_in(2) {
            parts.push(format!("INTERVAL={}", self.number(1, 5)));
        }
        if self.one_in(3) {
            let day = self.one_of(&WEEKDAYS);
            parts.push(format!("WKST={day}"));
        }
        if self.one_in(3) {
            parts.push(format!("BYMONTH={}", self.numbers(12, false)));
        }
        let weeks = frequency == "YEARLY" && self.one_in(4);
        if weeks {
            parts.push(format!("BYWEEKNO={}", self.numbers(51, false)));
        }
        if frequency == "YEARLY" && !weeks && self.one_in(5) {
            parts.push(format!("BYYEARDAY={}", self.numbers(365, true)));
        }
        if frequency != "WEEKLY" && !weeks && self.one_in(3) {
            parts.push(format!("BYMONTHDAY={}", self.numbers(31, true)));
        }
        if weeks || self.one_in(2) {
            let numbered = match frequency {
                "MONTHLY" => Some(5),
                "YEARLY" if !weeks => Some(4),
                _ => None,
            };
            parts.push(format!("BYDAY={}", self.days(numbered)));
        }
        if self.one_in(4) {
            let hours = (0..=self.below(2)).map(|_| self.below(24).to_string());
            parts.push(format!("BYHOUR={}", hours.collect::<Vec<_>>().join(",")));
        }
        if self.one_in(4) {
            let minutes = (0..=self.below(2)).map(|_| self.below(60).to_string());
            parts.push(format!("BYMINUTE={}", minutes.collect::<Vec<_>>().join(",")));
        }
        // In the week of the first time dateutil counts places from that day on, RFC 5545 in the
        // whole week.
        if !matches!(frequency, "HOURLY" | "WEEKLY")
            && parts.iter().any(|part| part.starts_with("BY"))
            && self.one_in(4)
        {
            parts.push(format!("BYSETPOS={}", self.numbers(4, true)));
        }
        let start = basic("20130101T000000").plus_minutes(self.number(0, 16 * 365 * DAY_MINUTES));
        // What may never match again is searched for to the end of time by others; it ends.
        let rare = frequency == "HOURLY"
            || frequency == "DAILY" && parts.iter().any(|part| part.starts_with("BYMONTHDAY"));
        match self.below(3) {
            0 if !rare => parts.push(format!("COUNT={}", self.number(1, 30))),
            1 if !rare => {}
            _ => {
                let until = start.plus_minutes(self.number(0, 3 * 365 * DAY_MINUTES)).to_string();
                // A wall time, which an oracle without zones takes too.
                let until: String = until.chars().filter(|c| !"-:Z".contains(*c)).collect();
                parts.push(format!("UNTIL={until}"));
            }
        }
        (parts.join(";"), start)
    }
}

const ORACLE: &str = r"
import datetime, itertools, json, sys
from dateutil.rrule import rrulestr
for line in sys.stdin:
    asked = json.loads(line)
    start = datetime.datetime.fromisoformat(asked['start'])
    horizon = start + datetime.timedelta(days=15 * 365)
    try:
        rule = rrulestr(asked['rule'], dtstart=start)
    except ValueError as error:
        # A rule that can never match: here it is one without times.
        if 'empty set' not in str(error):
            raise
        rule = []
    times = itertools.takewhile(lambda at: at < horizon, rule)
    found = list(itertools.islice(times, asked['most']))
    print(json.dumps([at.strftime('%Y-%m-%dT%H:%M:%SZ') for at in found]))
";

#[test]
fn random_rules_mean_what_dateutil_says() {
    let Some(python) = python("dateutil") else { return };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let rules: Vec<(String, Timestamp)> = (0..RULES).map(|_| random.rule()).collect();
    let mut child = Command::new(python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let asked = rules.iter().map(|(rule, start)| {
        json!({"rule": rule, "start": start.to_string().trim_end_matches('Z'), "most": TIMES})
    });
    let asked: Vec<String> = asked.map(|asked| asked.to_string()).collect();
    let writer = std::thread::spawn(move || {
        input.write_all((asked.join("\n") + "\n").as_bytes()).unwrap();
    });
    let answered = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(answered.status.success());
    let answers = String::from_utf8(answered.stdout).unwrap();
    assert_eq!(answers.lines().count(), rules.len());
    let mut times = 0;
    for ((rule, start), answer) in rules.iter().zip(answers.lines()) {
        let expected: Vec<Timestamp> = serde_json::from_str(answer).unwrap();
        let horizon = start.plus_minutes(15 * 365 * DAY_MINUTES);
        let schedule = every(rule, *start, 1, "UTC");
        let range = Interval { start: *start, end: horizon };
        let walked = schedule.occurrences(range).into_iter().map(|at| at.start);
        let found: Vec<Timestamp> = walked.take(TIMES).collect();
        assert_eq!(found, expected, "{rule} from {start}");
        // The same from the middle on, where nothing before it is walked.
        if let Some(middle) = expected.get(expected.len() / 2) {
            let end = Timestamp::from_micros(expected[expected.len() - 1].micros() + 1);
            let end = end.max(Timestamp::from_micros(middle.micros() + MICROS_PER_MINUTE));
            let range = Interval { start: *middle, end };
            let later = schedule.occurrences(range).into_iter().map(|at| at.start);
            let later: Vec<Timestamp> = later.filter(|at| at >= middle && *at < end).collect();
            assert_eq!(later, expected[expected.len() / 2..], "{rule} from {middle}");
        }
        times += expected.len();
    }
    assert!(times > 20_000, "only {times} times were compared");
}
