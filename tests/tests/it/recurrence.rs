//! Recurrence rules against what others say of them: outside vectors, the clock changes of three
//! zones, and python-dateutil on random rules.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::calendar::{Occasion, Repeats, Schedule};
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
import datetime, itertools, json, sys, warnings
from dateutil.rrule import rrulestr
warnings.simplefilter('ignore')
for line in sys.stdin:
    asked = json.loads(line)
    start = datetime.datetime.fromisoformat(asked['start'])
    horizon = start + datetime.timedelta(days=15 * 365)
    try:
        rule = rrulestr(asked['rule'], dtstart=start)
        # What never matches again is not searched for to the end of time.
        rule = rule.replace(until=min(rule._until or horizon, horizon))
    except ValueError as error:
        # A rule that can never match: here it is one without times.
        if 'empty set' not in str(error):
            raise
        rule = []
    times = itertools.takewhile(lambda at: at < horizon, rule)
    found = list(itertools.islice(times, asked['most']))
    print(json.dumps([at.strftime('%Y-%m-%dT%H:%M:%SZ') for at in found]))
";

/// What a script in Python answers, a line for each that it is asked.
fn asked(python: &Path, script: &str, lines: &[Json]) -> Vec<Json> {
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let answered = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(answered.status.success());
    let answers = String::from_utf8(answered.stdout).unwrap();
    let answers: Vec<Json> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

#[test]
fn random_rules_mean_what_dateutil_says() {
    let Some(python) = python("dateutil") else { return };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let rules: Vec<(String, Timestamp)> = (0..RULES).map(|_| random.rule()).collect();
    let lines: Vec<Json> = rules
        .iter()
        .map(|(rule, start)| {
            json!({"rule": rule, "start": start.to_string().trim_end_matches('Z'), "most": TIMES})
        })
        .collect();
    let answers = asked(&python, ORACLE, &lines);
    let mut times = 0;
    for ((rule, start), answer) in rules.iter().zip(answers) {
        let expected: Vec<Timestamp> = serde_json::from_value(answer).unwrap();
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

/// Zones whose clocks change, two of them by other ways than an hour in the north.
const ZONES: [&str; 4] =
    ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/Santiago"];
/// Random rules in zones.
const IN_ZONES: usize = 250;

/// The walls of a rule, with some of its own left out and others added, as instants of a zone. The
/// end is a wall time too: what would end before it begins does not occur.
const IN_ZONE: &str = r"
import datetime, itertools, json, sys, warnings, zoneinfo
from dateutil import tz
from dateutil.rrule import rrulestr, rruleset
warnings.simplefilter('ignore')
for line in sys.stdin:
    asked = json.loads(line)
    zone = zoneinfo.ZoneInfo(asked['zone'])
    def instant(wall):
        at = tz.resolve_imaginary(wall.replace(tzinfo=zone))
        return at.astimezone(datetime.timezone.utc)
    start = datetime.datetime.fromisoformat(asked['start'])
    horizon = start + datetime.timedelta(days=4 * 365)
    every = rruleset()
    try:
        rule = rrulestr(asked['rule'], dtstart=start)
        rule = rule.replace(until=min(rule._until or horizon, horizon))
        every.rrule(rule)
    except ValueError as error:
        if 'empty set' not in str(error):
            raise
        rule = []
    first = list(itertools.islice(itertools.takewhile(lambda at: at < horizon, rule), 60))
    gone = [first[index] for index in asked['except'] if index < len(first)]
    also = [start + datetime.timedelta(minutes=minutes) for minutes in asked['also']]
    for wall in gone:
        every.exdate(wall)
    for wall in also:
        every.rdate(wall)
    walls = itertools.takewhile(lambda at: at < horizon, every)
    walls = list(itertools.islice(walls, asked['most']))
    minute = datetime.timedelta(minutes=1)
    at = [instant(wall) for wall in walls if instant(wall + minute) > instant(wall)]
    form = lambda at: at.strftime('%Y-%m-%dT%H:%M:%SZ')
    wall = lambda at: at.strftime('%Y-%m-%dT%H:%M')
    is_there = tz.datetime_exists(start.replace(tzinfo=zone))
    print(json.dumps({'start': form(instant(start)) if is_there else None,
        'except': [wall(one) for one in gone], 'also': [wall(one) for one in also],
        'times': sorted({form(one) for one in at})}))
";

#[test]
fn random_rules_in_zones_with_times_left_out_and_added_mean_what_dateutil_says() {
    let Some(python) = python("dateutil, zoneinfo") else { return };
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut lines = Vec::new();
    while lines.len() < IN_ZONES {
        let (rule, start) = random.rule();
        // By the hour a rule walks instants or walls, and RFC 5545 does not say which.
        if rule.contains("HOURLY") {
            continue;
        }
        let some = |random: &mut Random, most| -> Vec<i64> {
            (0..random.below(4)).map(|_| random.number(0, most)).collect()
        };
        let except = some(&mut random, 30);
        let also = some(&mut random, 2 * 365 * DAY_MINUTES);
        let (zone, start) = (random.one_of(&ZONES), start.to_string());
        let start = start.trim_end_matches('Z');
        lines.push(json!({"rule": rule, "start": start, "zone": zone, "most": TIMES,
            "except": except, "also": also}));
    }
    let (mut times, mut left_out, mut added) = (0, 0, 0);
    for (line, answer) in lines.iter().zip(asked(&python, IN_ZONE, &lines)) {
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let occasions = |name: &str| -> BTreeSet<Occasion> {
            let walls = answer[name].as_array().unwrap().iter();
            walls.map(|wall| text(wall).parse().unwrap()).collect()
        };
        // A first time that never comes is moved when it is given.
        if answer["start"].is_null() {
            continue;
        }
        let start: Timestamp = text(&answer["start"]).parse().unwrap();
        let (except, also) = (occasions("except"), occasions("also"));
        left_out += except.len();
        added += also.len();
        let schedule = every(&text(&line["rule"]), start, 1, &text(&line["zone"]));
        let schedule = Schedule { except, also, ..schedule };
        let horizon = start.plus_minutes(4 * 365 * DAY_MINUTES);
        let walked = schedule.occurrences(Interval { start, end: horizon }).into_iter();
        let mut found: Vec<Timestamp> = walked.map(|at| at.start).take(TIMES).collect();
        found.dedup();
        let expected: Vec<Timestamp> = serde_json::from_value(answer["times"].clone()).unwrap();
        assert_eq!(found, expected, "{line}");
        times += expected.len();
    }
    assert!(times > 1_500 && left_out > 60 && added > 60, "{times} {left_out} {added}");
}
