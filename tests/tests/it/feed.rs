//! Our feed as other calendar programs read it, and files of other programs as we read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use kernel::{MICROS_PER_MINUTE, Timestamp};
use ports::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, data, on_both, program, python, token};

/// Titles with everything that a line of iCalendar has to escape or fold.
const TITLES: [&str; 5] = [
    "Database",
    "Pay, faster; and \\ safer: \"now\"",
    "Verhuizing naar het nieuwe datacentrum in Zürich – mit größerem Abstand zu allem, was läuft",
    "日本語の題名はとても長くて一行には収まらないので折り返さなければならないはずです",
    "BEGIN:VEVENT",
];

struct World {
    url: String,
    token: String,
    /// Keeps the server alive.
    _server: Server,
}

impl World {
    fn start(program: &Command, database: &Database) -> Self {
        let roles = ["requester", "release_manager", "service_owner", "administrator"];
        let scopes = ["read", "change.write", "release.write", "calendar.write", "feed.write"];
        let token = token(program, &database.address, &roles, &scopes);
        let server = Server::start(program, &database.address);
        Self { url: server.url.clone(), token, _server: server }
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.send(Method::POST, path, body)
    }

    fn send(&self, method: Method, path: &str, body: &Json) -> Json {
        let sent = client().request(method, format!("{}/api/v1{path}", self.url));
        let sent = sent.bearer_auth(&self.token).header("if-match", "*");
        let answer = sent.json(body).send().unwrap();
        let (status, answer) = (answer.status(), answer.json::<Json>().unwrap());
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    fn feed(&self, address: &str) -> String {
        client().get(format!("{}{address}", self.url)).send().unwrap().text().unwrap()
    }
}

/// So many whole hours from now on.
fn at(hours: i64) -> String {
    let hour = 60 * MICROS_PER_MINUTE;
    let now = SystemClock.now().micros().div_euclid(hour);
    Timestamp::from_micros((now + hours) * hour).to_string()
}

/// Title, beginning, end, status of each event.
type Told = BTreeSet<(String, String, String, String)>;

fn told(text: &str) -> Told {
    let part = |line: &Json, index: usize| line[index].as_str().unwrap_or_default().to_owned();
    let rows = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    rows.map(|row| (part(&row, 0), part(&row, 1), part(&row, 2), part(&row, 3))).collect()
}

const READER: &str = r"
import datetime, json, sys
import icalendar, recurring_ical_events
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
now = datetime.datetime.now(datetime.timezone.utc)
span = datetime.timedelta(days=60)
for event in recurring_ical_events.of(calendar).between(now - span, now + span):
    form = lambda at: at.dt.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    print(json.dumps([str(event['SUMMARY']), form(event['DTSTART']), form(event['DTEND']),
        str(event['STATUS'])]))
";

const MARKS: &str = r"
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
for event in calendar.walk('VEVENT'):
    print(json.dumps([str(event['SUMMARY']), str(event['UID']), int(event['SEQUENCE'])]))
";

const CONFIG: &str = r"
[calendars]
[[feed]]
path = FOLDER/calendar
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M:%S
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M:%SZ
longdatetimeformat = %Y-%m-%dT%H:%M:%SZ
";

fn by_icalendar(python: &Path, file: &Path) -> Told {
    told(&read_by(python, READER, file))
}

/// What a script in Python prints of a file.
fn read_by(python: &Path, script: &str, file: &Path) -> String {
    let output = Command::new(python).args(["-c", script]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// By which each event is known again, and how often it was changed, by its title.
fn marks(python: &Path, file: &Path) -> BTreeMap<String, (String, i64)> {
    let text = read_by(python, MARKS, file);
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.map(|(title, uid, sequence)| (title, (uid, sequence))).collect()
}

fn by_khal(python: &Path, folder: &Path, file: &Path) -> Told {
    fs::create_dir_all(folder.join("calendar")).unwrap();
    let config = folder.join("khal.conf");
    fs::write(&config, CONFIG.replace("FOLDER", &folder.display().to_string())).unwrap();
    let output = Command::new(python)
        .args(["-m", "khal", "-c"])
        .arg(&config)
        .args(["printics", "--format", "{title}\u{1f}{start-long}\u{1f}{end-long}\u{1f}{status}"])
        .arg(file)
        .env("HOME", folder)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().filter_map(|line| {
        let parts: Vec<&str> = line.split('\u{1f}').collect();
        let [title, start, end, status] = parts[..] else { return None };
        Some((title.to_owned(), start.to_owned(), end.to_owned(), status.trim().to_owned()))
    });
    rows.collect()
}

#[test]
fn our_feed_is_read_back_equal_by_other_programs() {
    let (Some(program), Some(python)) = (program(), python("khal, recurring_ical_events")) else {
        return;
    };
    on_both(|database| {
        let world = World::start(&program, database);
        let mut expected: Told = BTreeSet::new();
        let mut last = Json::Null;
        for (index, title) in (0_i64..).zip(TITLES) {
            let (start, end) = (at(48 + index), at(50 + index));
            let window = json!({"start": start, "end": end, "zone": "Europe/Amsterdam"});
            let fields = json!({"title": title, "type": "normal", "window": window});
            last = world.post("/changes", &fields);
            let number = last["number"].as_str().unwrap();
            expected.insert((format!("{number} {title}"), start, end, "TENTATIVE".to_owned()));
        }
        let title = "Herbst; alles, zusammen";
        let (start, end) = (at(72), at(75));
        let window = json!({"start": start, "end": end, "zone": "Europe/Amsterdam"});
        let release = world.post(
            "/releases",
            &json!({"title": title, "type": "minor", "owner": "anna", "window": window}),
        );
        let release = release["number"].as_str().unwrap();
        expected.insert((format!("{release} {title}"), start, end, "TENTATIVE".to_owned()));
        let made = world.post("/feeds", &json!({"name": "All, of it"}));
        let address = made["address"].as_str().unwrap();
        let file = database.folder.path().join("feed.ics");
        let read = |expected: &Told| {
            let text = world.feed(address);
            assert!(text.lines().all(|line| line.len() <= 75), "a long line: {text}");
            fs::write(&file, &text).unwrap();
            assert_eq!(&by_icalendar(&python, &file), expected);
            assert_eq!(&by_khal(&python, database.folder.path(), &file), expected);
            marks(&python, &file)
        };
        let first = read(&expected);
        assert_eq!(first.len(), TITLES.len() + 1);

        // What is moved is the same event at another time; nothing else was touched.
        let moved = format!("{release} {title}");
        let (start, end) = (at(96), at(98));
        let window = json!({"start": start, "end": end, "zone": "Europe/Amsterdam"});
        world.send(Method::PATCH, &format!("/releases/{release}"), &json!({"window": window}));
        expected.retain(|event| event.0 != moved);
        expected.insert((moved.clone(), start, end, "TENTATIVE".to_owned()));
        let second = read(&expected);
        raised(&first, &second, &moved);

        let number = last["number"].as_str().unwrap();
        world.post(&format!("/changes/{number}/cancel"), &json!({"reason": "not needed"}));
        let of_it = format!("{number} {}", TITLES[TITLES.len() - 1]);
        let cancelled = |(title, start, end, status): (String, String, String, String)| {
            let gone = title == of_it;
            (title, start, end, if gone { "CANCELLED".to_owned() } else { status })
        };
        let third = read(&expected.into_iter().map(cancelled).collect());
        raised(&second, &third, &of_it);
    });
}

/// Every event is known again, and only one of them says that it was changed.
fn raised(
    before: &BTreeMap<String, (String, i64)>,
    after: &BTreeMap<String, (String, i64)>,
    one: &str,
) {
    let uids = |marks: &BTreeMap<String, (String, i64)>| -> Vec<(String, String)> {
        marks.iter().map(|(title, (uid, _))| (title.clone(), uid.clone())).collect()
    };
    assert_eq!(uids(before), uids(after));
    let distinct: BTreeSet<&String> = after.values().map(|(uid, _)| uid).collect();
    assert_eq!(distinct.len(), after.len(), "each has a mark of its own");
    for (title, (_, was)) in before {
        let is = after[title].1;
        assert!(if title == one { is > *was } else { is == *was }, "{title}: {was} → {is}");
    }
}

#[test]
fn files_as_found_in_the_wild_never_crash_the_reader() {
    let (Some(program), Some(folder)) = (program(), data("ical")) else { return };
    on_both(|database| {
        let world = World::start(&program, database);
        let mut files = Vec::new();
        for part in ["calendars", "events"] {
            let entries = fs::read_dir(folder.join(part)).unwrap();
            files.extend(entries.map(|entry| entry.unwrap().path()));
        }
        files.sort();
        assert!(files.len() > 140, "only {} files", files.len());
        let mut entries = 0_u64;
        for file in &files {
            let text = String::from_utf8_lossy(&fs::read(file).unwrap()).replace('\0', "");
            let body = json!({"name": "In the wild", "file": text});
            let path = format!("{}/api/v1/calendar/external", world.url);
            let sent = client().post(path).bearer_auth(&world.token).json(&body).send().unwrap();
            let (status, answer) = (sent.status().as_u16(), sent.json::<Json>().unwrap());
            assert!(matches!(status, 200 | 422), "{}: {status} {answer}", file.display());
            entries += answer["entries"].as_u64().unwrap_or(0);
        }
        assert_eq!(entries, ENTRIES, "of these files, so many can be read");
        let shown =
            client().get(format!("{}/api/v1/calendar", world.url)).bearer_auth(&world.token);
        assert!(shown.send().unwrap().status().is_success());
    });
}

/// How many entries the files in the wild hold that can be read.
const ENTRIES: u64 = 54;

#[test]
fn files_as_found_in_the_wild_come_in_by_a_command_as_they_lie() {
    let (Some(program), Some(folder)) = (program(), data("ical")) else { return };
    let place = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", place.path().join("interlock.db").display());
    let world = World::start(&program, &Database { address, folder: tempfile::tempdir().unwrap() });
    let (mut entries, mut files) = (0, 0);
    for part in ["calendars", "events"] {
        for file in fs::read_dir(folder.join(part)).unwrap() {
            let file = file.unwrap().path();
            // The bytes as they are, in whatever encoding, cut wherever.
            let output = Command::new(program.get_program())
                .args(["calendar", "external", "import", "--name", "In the wild"])
                .args(["--format", "json"])
                .arg(&file)
                .env("INTERLOCK_URL", &world.url)
                .env("INTERLOCK_TOKEN", &world.token)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => {
                    let read: Json = serde_json::from_slice(&output.stdout).unwrap();
                    entries += read["entries"].as_u64().unwrap_or(0);
                }
                Some(2) => assert!(!said.trim().is_empty(), "{} says why", file.display()),
                other => panic!("{}: {other:?} {said}", file.display()),
            }
            files += 1;
        }
    }
    assert!(files > 140, "only {files} files");
    assert_eq!(entries, ENTRIES, "the command reads what the interface reads");
}
