//! The server is killed under load, again and again. After each kill every acknowledged write is
//! there with what it said, every stored state is the fold of its events, every row of a read model
//! is what its state says, records that name each other agree, and it starts again by itself. The
//! load is of commands over one stream, over all that a release and its changes have, and over what
//! stands around them: blackouts, exceptions, boards with their meetings, the order and the scope
//! of releases, feeds, absences, the policy.
//! `INTERLOCK_KILLS` says how often on each engine (5 by hand and in CI, 50 in a soak).

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::change::{Change, Imported, Origin};
use domain::policy::ChangeType;
use domain::vocabulary::Environment;
use kernel::{Actor, Timestamp, Zone};
use ports::{Row, Store};
use reqwest::Method;
use serde_json::{Value as Json, json};
use server::bus::Envelope;
use server::import::{Import, TAKEN_MAX};
use server::read::wait;
use server::read_models::{prepare, write};
use server::records::KINDS;
use store::OpenOptions;

use crate::shared::{Database, Server, bus, client, on_both, operator, program, token_of};

const WRITERS: usize = 8;
/// The writers from this one on write what stands around releases and changes.
const AROUND: usize = 6;
/// A file of the policy; its pointer is among those of `told`.
const RULES: &str = "changes/normal.toml";
/// How often it is looked whether the tree has caught up.
const CATCH_UP_TRIES: u32 = 600;
const STARTS_MAX: u32 = 5;
/// How long the load of a round may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(5)
}

/// What the server said was written.
#[derive(Default)]
struct Acknowledged {
    /// The last version of each record, by its path.
    versions: Mutex<BTreeMap<String, i64>>,
    /// What was said last of each place of a record, by the record's path and a pointer.
    said: Mutex<BTreeMap<(String, &'static str), Json>>,
    /// What was sent last of each place, acknowledged or not: the server may die between its commit
    /// and its answer.
    sent: Mutex<BTreeMap<(String, &'static str), Json>>,
    /// How many commands, from the first round on.
    commands: AtomicU64,
    submitted: AtomicU64,
    approved: AtomicU64,
    scheduled: AtomicU64,
}

/// Someone who sends requests to a server that may die at any time.
struct Writer<'a> {
    client: reqwest::blocking::Client,
    url: &'a str,
    /// Of who raises and plans, and of who votes: nobody approves their own work.
    tokens: &'a [String; 2],
    stop: &'a AtomicBool,
    acknowledged: &'a Acknowledged,
    /// Which of them it is, and its first day on the calendar: none is in another one's way.
    place: usize,
    day: i64,
}

/// The server is gone.
struct Gone;

impl Writer<'_> {
    fn send(&self, method: Method, path: &str, voter: bool, body: &Json) -> Result<Json, Gone> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(Gone);
        }
        let url = format!("{}/api/v1{path}", self.url);
        let request =
            self.client.request(method, url).bearer_auth(&self.tokens[usize::from(voter)]);
        let answer = request.header("if-match", "*").json(body).send().map_err(|_| Gone)?;
        let status = answer.status();
        let answer = answer.json::<Json>().map_err(|_| Gone)?;
        assert!(status.is_success(), "{path}: {status} {answer}");
        Ok(answer)
    }

    /// A write to the record at a path, acknowledged with the version it left. A scope is read at a
    /// path of its own, and has the verbs of its release.
    fn write(&self, record: &str, rest: &str, voter: bool, body: &Json) -> Result<(), Gone> {
        let method = match rest {
            "" if record != "/policy" => Method::PATCH,
            "" | "/dependencies" => Method::PUT,
            rest if rest.starts_with("/changes/") => Method::PUT,
            _ => Method::POST,
        };
        let said: &[(&'static str, Json)] = match rest {
            "" => &told(body),
            "/comments" => &[("/comments/0/text", body["text"].clone())],
            "/schedule" => &[("/scheduled", json!(true))],
            "/refuse" => &[("/state", json!("refused"))],
            "/cancel" => &[("/state", json!("cancelled"))],
            "/dependencies" => &[("/after/0/release/number", body["after"][0].clone())],
            "/freeze" => &[("/freeze/reason", body["reason"].clone())],
            _ => &[],
        };
        self.acknowledged.sent.lock().unwrap().extend(placed(record, said));
        let of = if rest.is_empty() { record } else { record.trim_end_matches("/scope") };
        let written = self.send(method, &format!("{of}{rest}"), voter, body)?;
        self.keep(record.to_owned(), &written, said);
        let counted = match rest {
            "/submit" => &self.acknowledged.submitted,
            "/approve" => &self.acknowledged.approved,
            "/schedule" => &self.acknowledged.scheduled,
            _ => return Ok(()),
        };
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn keep(&self, record: String, written: &Json, said: &[(&'static str, Json)]) {
        let version = written["version"].as_i64().expect("a version");
        self.acknowledged.said.lock().unwrap().extend(placed(&record, said));
        self.acknowledged.versions.lock().unwrap().insert(record, version);
        self.acknowledged.commands.fetch_add(1, Ordering::SeqCst);
    }

    /// A new record; answers its path.
    fn make(&self, kind: &str, fields: &Json) -> Result<String, Gone> {
        let written = self.send(Method::POST, kind, false, fields)?;
        let name = written["number"].as_str().or(written["id"].as_str()).expect("a name");
        let path = format!("{kind}/{name}");
        self.keep(path.clone(), &written, &told(fields));
        Ok(path)
    }

    fn vote(&self, record: &str) -> Result<(), Gone> {
        let shown = self.send(Method::GET, record, true, &json!({}))?;
        let round = &shown["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        self.write(record, "/approve", true, &vote)
    }

    /// A name that nothing else has.
    fn named(&self, what: &str, day: i64) -> String {
        format!("{what} {}-{day}", self.place)
    }

    /// Sets blackouts far ahead and edits them, asks for exceptions from them, which are refused,
    /// sets up boards, calls their meetings and calls them off, and orders releases, again and
    /// again, until the server is gone.
    fn around(&self) -> Result<(), Gone> {
        let mut before: Option<String> = None;
        for day in self.day.. {
            let first: Timestamp = "2040-01-01T08:00:00Z".parse().unwrap();
            let start = first.plus_minutes(day * 24 * 60);
            let window = json!({
                "start": start.to_string(), "end": start.plus_minutes(60).to_string(),
            });
            let name = self.named("Closed", day);
            let fields = json!({"name": name, "reason": "The books.", "window": window});
            let blackout = self.make("/blackouts", &fields)?;
            let reason = self.named("The books are closed", day);
            self.write(&blackout, "", false, &json!({"reason": reason}))?;
            let change = self.make("/changes", &part(&self.named("Alone", day), self.place))?;
            let [subject, with] = [&change, &blackout].map(|path| path.rsplit('/').next());
            let fields = json!({
                "rule": "blackout", "subject": subject, "with": with, "until": in_a_month(),
                "reason": self.named("The supplier leaves", day),
            });
            let exception = self.make("/exceptions", &fields)?;
            self.write(&exception, "/refuse", true, &json!({"reason": "It can wait."}))?;
            let fields = json!({"name": self.named("Board", day), "roles": ["cab_member"]});
            let board = self.make("/boards", &fields)?;
            self.write(&board, "", false, &json!({"name": self.named("Council", day)}))?;
            let fields = json!({
                "board": board.rsplit('/').next(), "window": window, "cut_off": start.to_string(),
            });
            let meeting = self.make("/meetings", &fields)?;
            let reason = self.named("Nobody can come", day);
            self.write(&meeting, "/cancel", false, &json!({"reason": reason}))?;
            before = Some(self.ordered(day, start, before.as_deref())?);
            if self.place == AROUND {
                self.alone(day, &window)?;
            }
        }
        Ok(())
    }

    /// A release that waits for the one before it, with what is left out of it and its freezes;
    /// answers its number.
    fn ordered(&self, day: i64, at: Timestamp, before: Option<&str>) -> Result<String, Gone> {
        let fields = json!({"title": self.named("In its turn", day), "type": "minor"});
        let release = self.make("/releases", &fields)?;
        let scope = format!("{release}/scope");
        if let Some(before) = before {
            self.write(&scope, "/dependencies", false, &json!({"after": [before]}))?;
        }
        let stated = json!({
            "excluded": [{"what": self.named("The app", day), "reason": "It is not ready."}],
            "freeze_at": at.to_string(),
        });
        self.write(&scope, "", false, &stated)?;
        let reason = self.named("It is rehearsed", day);
        self.write(&scope, "/freeze", false, &json!({"reason": reason}))?;
        Ok(release.trim_start_matches("/releases/").to_owned())
    }

    /// Makes a feed and names a deputy, of which a person has few, in the place of what is there,
    /// and puts a policy in force, of which there is one: the work of one writer alone.
    fn alone(&self, day: i64, window: &Json) -> Result<(), Gone> {
        let feed = json!({"name": self.named("Feed", day)});
        let absence = json!({
            "deputy": "bo", "from": window["start"], "until": window["end"],
            "reason": self.named("On leave", day),
        });
        for (kind, fields) in [("/feeds", feed), ("/delegations", absence)] {
            let there = self.send(Method::GET, kind, false, &json!({}))?;
            for one in there["items"].as_array().expect("a list") {
                let path = format!("{kind}/{}", one["id"].as_str().expect("an id"));
                // From here on it may be taken back; a feed is not shown then.
                self.acknowledged.versions.lock().unwrap().remove(&path);
                let written = self.send(Method::DELETE, &path, false, &json!({}))?;
                if kind == "/delegations" {
                    self.keep(path, &written, &[("/state", json!("revoked"))]);
                }
            }
            self.make(kind, &fields)?;
        }
        let built_in = self.send(Method::GET, "/policy?version=0", false, &json!({}))?;
        let mut files = built_in["files"].clone();
        let rules = files[RULES].as_str().expect("a file");
        let rules = format!("# {}\n{rules}", self.named("As before", day));
        files[RULES] = json!(rules);
        let note = self.named("A word", day);
        self.write("/policy", "", false, &json!({"files": files, "note": note}))
    }

    /// Raises a change, edits it, remarks on it and takes it to its approval, puts it into a
    /// release and takes that one to its committed window, again and again, until the server is
    /// gone.
    fn work(&self) -> Result<(), Gone> {
        for day in self.day.. {
            let first: Timestamp = "2035-01-01T08:00:00Z".parse().unwrap();
            let start = first.plus_minutes(day * 24 * 60);
            let window = json!({
                "start": start.to_string(), "end": start.plus_minutes(60).to_string(),
            });
            let fields = json!({
                "title": self.named("Under load", day), "type": "minor", "owner": "anna",
                "window": window,
            });
            let release = self.make("/releases", &fields)?;
            let change = self.approved(day)?;
            self.write(&release, &change, false, &json!({}))?;
            let remark = json!({"text": self.named("Is all of it here?", day)});
            self.write(&release, "/comments", true, &remark)?;
            self.write(&release, "/submit", false, &json!({}))?;
            self.vote(&release)?;
            self.write(&release, "/schedule", false, &json!({}))?;
        }
        Ok(())
    }

    /// A change that is technically approved, on the writer's own CI.
    fn approved(&self, day: i64) -> Result<String, Gone> {
        let change = self.make("/changes", &part(&self.named("A part", day), self.place))?;
        let reason = self.named("A defect, seen twice", day);
        self.write(&change, "", false, &json!({"reason": reason}))?;
        let remark = json!({"text": self.named("It was seen twice", day)});
        self.write(&change, "/comments", false, &remark)?;
        self.write(&change, "/submit", false, &json!({}))?;
        self.write(&change, "/assess", false, &json!({}))?;
        self.vote(&change)?;
        Ok(change)
    }
}

/// What was said of a record, by the record's path and a pointer.
fn placed(
    record: &str,
    said: &[(&'static str, Json)],
) -> impl Iterator<Item = ((String, &'static str), Json)> {
    said.iter().map(|(at, value)| ((record.to_owned(), *at), value.clone()))
}

fn ci(place: usize) -> String {
    format!("ci-{place}")
}

/// A change on a writer's own CI.
fn part(title: &str, place: usize) -> Json {
    json!({
        "title": title, "type": "normal", "description": "Replace it.",
        "reason": "A defect.", "category": "application", "cis": [ci(place)],
        "customer_impact": "none", "implementer": "anna", "implementation_plan": "Install.",
        "test_plan": "Look.", "backout_plan": "Install the old one.", "backout_minutes": 5,
    })
}

/// What a record shows as it was sent.
fn told(body: &Json) -> Vec<(&'static str, Json)> {
    let places = [
        "/title",
        "/name",
        "/reason",
        "/cut_off",
        "/freeze_at",
        "/excluded/0/what",
        "/files/changes~1normal.toml",
    ];
    places.into_iter().filter_map(|at| Some((at, body.pointer(at)?.clone()))).collect()
}

#[expect(clippy::disallowed_methods, reason = "an exception ends within a year of the clock")]
fn in_a_month() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).expect("some seconds");
    Timestamp::from_micros(now * 1_000_000).plus_minutes(30 * 24 * 60).to_string()
}

#[test]
fn kill_under_load_loses_nothing_that_was_acknowledged() {
    let Some(program) = program() else { return };
    on_both(|database| drill(&program, database));
}

fn drill(program: &Command, database: &Database) {
    let address = &database.address;
    let plans = [
        "read",
        "change.write",
        "release.write",
        "service.write",
        "calendar.write",
        "exception.request",
        "cab.write",
        "cab.attend",
        "feed.write",
        "delegation.write",
        "policy.write",
    ];
    let decides = ["read", "approve", "release.write", "exception.decide"];
    let roles = ["release_manager", "service_owner"];
    let tokens = [
        token_of(program, address, "anna", &roles, &plans),
        token_of(program, address, "bo", &roles, &decides),
    ];
    let server = Server::start(program, address);
    for place in 0..WRITERS {
        let sent = client().post(format!("{}/api/v1/cis", server.url)).bearer_auth(&tokens[0]);
        assert!(sent.json(&json!({"name": ci(place)})).send().unwrap().status().is_success());
    }
    drop(server);
    let acknowledged = Acknowledged::default();
    for round in 0..kills() {
        kill(program, address, &tokens, &acknowledged, round);
        operator(program, address, &["audit", "verify"]);
        rows_are_what_the_states_say(database);
    }
    let submitted = acknowledged.submitted.into_inner();
    let approved = acknowledged.approved.into_inner();
    let scheduled = acknowledged.scheduled.into_inner();
    let reached = format!("{submitted} submitted, {approved} approved, {scheduled} scheduled");
    assert!(scheduled > 0, "no release came to its window between the kills: {reached}");
    let versions = acknowledged.versions.into_inner().unwrap();
    let server = Server::start(program, address);
    let client = client();
    let said = acknowledged.said.into_inner().unwrap();
    let sent = acknowledged.sent.into_inner().unwrap();
    for (path, version) in &versions {
        let shown = shown(&client, &server.url, &tokens[0], path);
        let is = shown["version"].as_i64();
        assert!(is >= Some(*version), "{path} was at {version} and is at {is:?}");
        let places = || said.iter().filter(|((of, _), _)| of == path);
        assert!(places().next().is_some(), "{path} says nothing that can be looked for");
        for (at, value) in places() {
            let shows = shown.pointer(at.1);
            // A version beyond the acknowledged one is that of the write that was under way.
            let under_way = is > Some(*version) && shows.is_some() && shows == sent.get(at);
            assert!(under_way || shows == Some(value), "{at:?}: {shows:?}, not {value}");
        }
    }
    drop(server);
    the_tree_is_that_of_the_log(program, address, &tokens[0]);
    eprintln!("{} records survived {} kills: {reached}", versions.len(), kills());
}

/// A record as it is read; some are read only in the list of their kind.
fn shown(client: &reqwest::blocking::Client, url: &str, token: &str, path: &str) -> Json {
    let get = |path: &str| {
        let answer = client.get(format!("{url}/api/v1{path}")).bearer_auth(token).send().unwrap();
        assert!(answer.status().is_success(), "{path} was acknowledged and is gone");
        answer.json::<Json>().unwrap()
    };
    let (kind, id) = path.rsplit_once('/').expect("a path");
    let list = match kind {
        "/blackouts" => "/blackouts?limit=200",
        "/feeds" => "/feeds?limit=200",
        "/delegations" => "/delegations?state=all&limit=200",
        _ => return get(path),
    };
    let mut cursor = String::new();
    loop {
        let page = get(&format!("{list}{cursor}"));
        let mut items = page["items"].as_array().expect("a list").iter();
        if let Some(found) = items.find(|one| one["id"] == id) {
            return found.clone();
        }
        let next = page["next"].as_str();
        let next = next.unwrap_or_else(|| panic!("{path} was acknowledged and is gone"));
        cursor = format!("&cursor={next}");
    }
}

/// The tree over the log grew through all the kills: it catches up, and is the one that is made of
/// the events anew. What the server writes by itself just before it ends waits for the next start.
fn the_tree_is_that_of_the_log(program: &Command, address: &str, token: &str) {
    for _ in 0..STARTS_MAX {
        catches_up(&Server::start(program, address), token);
        let said = operator(program, address, &["audit", "verify"]);
        let verified: Json = serde_json::from_str(&said).unwrap();
        assert!(verified["checkpoints"].as_i64() > Some(0), "{verified}");
        if verified["tree"] == verified["head"] {
            return;
        }
    }
    panic!("the tree is always behind the log");
}

fn catches_up(server: &Server, token: &str) {
    let client = client();
    for _ in 0..CATCH_UP_TRIES {
        let asked = client.get(format!("{}/api/v1/audit/checkpoint", server.url));
        let standing = asked.bearer_auth(token).send().unwrap().json::<Json>().unwrap();
        if standing["size"] == standing["head"] {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the tree did not catch up with the log");
}

/// A server under load, killed when another number of commands was acknowledged each round, so that
/// the kill meets different commits: from the first change to releases with their windows.
#[expect(clippy::disallowed_methods, reason = "a test waits by the clock")]
fn kill(
    program: &Command,
    address: &str,
    tokens: &[String; 2],
    acknowledged: &Acknowledged,
    round: u64,
) {
    let server = Server::start(program, address);
    // Twelve commands of one writer bring a release to its window: the first round reaches some.
    let wanted = acknowledged.commands.load(Ordering::SeqCst) + 16 + (round * 101 + 150) % 240;
    let begun = Instant::now();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for place in 0..WRITERS {
            let day = i64::try_from(round).expect("few rounds") * 20;
            let (url, client) = (&server.url, client());
            let (stop, url) = (&stop, url.as_str());
            let writer = Writer { client, url, tokens, stop, acknowledged, place, day };
            let around = place >= AROUND;
            scope.spawn(move || if around { writer.around() } else { writer.work() });
        }
        while acknowledged.commands.load(Ordering::SeqCst) < wanted && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        let pid = server.child.id().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        stop.store(true, Ordering::SeqCst);
    });
}

/// The rows that were kept beside each command are those that are made from the states alone, and
/// both sides of a tie between records were written or neither.
fn rows_are_what_the_states_say(database: &Database) {
    let store = database.open();
    let kept = rows(&*store);
    write(&*store, |tx| tx.execute("DELETE FROM read_models", &[]).map(|_| ())).unwrap();
    prepare(&*store).unwrap();
    for (table, made) in rows(&*store) {
        assert_eq!(kept[table], made, "{table}");
    }
    let torn = wait(&*store, |db| {
        let sql = "SELECT id FROM changes WHERE release IS NOT NULL AND NOT EXISTS \
            (SELECT 1 FROM release_changes WHERE release_changes.change = changes.id \
            AND release_changes.release = changes.release)";
        db.query(sql, &[])
    });
    assert_eq!(torn.unwrap(), [], "a change that says it travels is in its release");
    store.close();
}

const IMPORTED: u32 = 6_000;

/// The program is killed while it fills the tables that lists are read from.
#[test]
fn a_fill_that_is_killed_is_never_served_half_and_goes_on_where_it_was() {
    let Some(program) = program() else { return };
    on_both(|database| {
        let store = database.open();
        import(&store);
        let kept = rows(&*store);
        write(&*store, |tx| tx.execute("DELETE FROM read_models", &[]).map(|_| ())).unwrap();
        store.close();
        drop(store);

        let server = Server::spawn(&program, &database.address);
        let client = client();
        let ask = |path: &str| client.get(format!("{}{path}", server.url)).send();
        let mut said = String::new();
        while !said.starts_with("filling the rows of change: ") {
            let Ok(answer) = ask("/readyz") else { continue };
            assert_eq!(answer.status(), 503, "it is ready before the kill");
            said = answer.text().unwrap();
        }
        assert_eq!(ask("/api/v1/changes").unwrap().status(), 503);
        assert_eq!(ask("/healthz").unwrap().status(), 200);
        drop(server);

        let store = store::open(&database.address, OpenOptions::default()).unwrap();
        let number = |sql| wait(&*store, move |db| db.query_one(sql, &[])?.expect("a row").int(0));
        let served = "SELECT COUNT(*) FROM read_models WHERE name = 'change'";
        assert_eq!(number(served).unwrap(), 0, "a half-filled table is of no version");
        let there = number("SELECT COUNT(*) FROM changes").unwrap();
        assert!(there > 0 && there < i64::from(IMPORTED), "{there} are filled");
        store.close();
        drop(store);

        drop(Server::start(&program, &database.address));
        let store = database.open();
        for (table, made) in rows(&*store) {
            assert_eq!(kept[table], made, "{table}");
        }
        store.close();
    });
}

/// Takes over many changes of another system.
fn import(store: &Arc<dyn Store>) {
    let bus = bus(store);
    let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
    let change = |number: &u32| Imported {
        number: String::new(),
        origin: Origin {
            source: "old".to_owned(),
            number: format!("O{number}"),
            zone: Zone::utc(),
        },
        title: format!("Change {number}"),
        description: String::new(),
        change_type: ChangeType::Normal,
        environment: Environment::Production,
        artifacts: vec![],
        cis: vec![],
        window: None,
        started_at: None,
        finished_at: None,
        created_at: None,
        outcome: None,
        incidents: None,
        scheduled: false,
    };
    let numbers: Vec<u32> = (0..IMPORTED).collect();
    for slice in numbers.chunks(TAKEN_MAX) {
        let command = Import::<Change>::new(slice.iter().map(change));
        bus.call(operator.clone(), command).unwrap();
    }
}

/// Every row of every read model, by table.
fn rows(store: &dyn Store) -> BTreeMap<&'static str, Vec<Row>> {
    let found = wait(store, |db| {
        let mut all = BTreeMap::new();
        for table in KINDS.iter().flat_map(|kind| kind.table_names).copied() {
            let mut rows = db.query(&format!("SELECT * FROM {table}"), &[])?;
            rows.sort_by(|left, right| left.0.cmp(&right.0));
            all.insert(table, rows);
        }
        Ok(all)
    });
    found.unwrap()
}
