//! The demonstration organisation builds on both engines and on any day, by the rules that hold
//! for everyone, and shows what it is meant to show.
#![expect(clippy::unwrap_used, reason = "a test may end where it is surprised")]

use std::collections::BTreeMap;
use std::sync::Arc;

use interlock_cli::demo;
use kernel::{Actor, Timestamp};
use ports::{HttpClient, HttpRequest, ManualClock, Method, Store, SystemChance};
use serde_json::{Value, json};
use server::audit::{Known, verify};
use server::bus::{Bus, World};
use server::read::wait;
use server::serve::Inside;
use store::OpenOptions;

/// Today, for those who live in the demonstration.
const NOW: &str = "2026-11-21T13:47:41Z";

/// The demonstration, built, and someone who reads it.
struct Built {
    bus: Bus,
    reader: Inside,
}

impl Built {
    fn new(address: &str, now: &str) -> Self {
        let options = OpenOptions { readers: 2, writers: 2, ..OpenOptions::default() };
        let store = store::open(address, options).unwrap();
        server::read_models::prepare(&*store).unwrap();
        let now: Timestamp = now.parse().unwrap();
        let bus = Bus::new(World {
            store,
            clock: Arc::new(ManualClock::new(now)),
            chance: Arc::new(SystemChance),
        });
        demo::build(&bus).unwrap_or_else(|error| panic!("built at {now}: {error:?}"));
        let reader = Inside::new(bus.clone(), Actor::Operator { name: "tester".to_owned() });
        Self { bus, reader: reader.unwrap() }
    }

    fn store(&self) -> &dyn Store {
        &*self.bus.world().store
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let url = format!("/api/v1{path}");
        let answer = self.reader.send(&HttpRequest { method, url, headers, body }).unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send(Method::Get, path, None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// All records of a list.
    fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path);
        assert!(answer["next"].is_null(), "{path} has more than a page");
        answer["items"].as_array().unwrap().clone()
    }

    /// The release of a title, whole.
    fn release(&self, title: &str) -> Value {
        let releases = self.list("/releases?limit=200");
        let found = releases.iter().find(|release| release["title"] == title);
        self.get(&format!("/releases/{}", text(&found.unwrap()["number"])))
    }

    /// The change of a title, whole.
    fn change(&self, title: &str) -> Value {
        let changes = self.list("/changes?limit=200");
        let found = changes.iter().find(|change| change["title"] == title);
        self.get(&format!("/changes/{}", text(&found.unwrap()["number"])))
    }

    fn close(self) {
        self.store().close();
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn count(value: &Value) -> usize {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list")).len()
}

fn by<'a>(records: &'a [Value], field: &str) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(text(&record[field])).or_default() += 1;
    }
    counts
}

/// Everything the demonstration is meant to show, and nothing that was touched.
fn shows_what_it_is_meant_to(built: &Built) {
    adds_up(built);
    the_major_release_waits_for_its_cab(built);
    the_minor_release_is_ready(built);
    the_emergency_fix_is_in_flight(built);
    the_failed_release_was_taken_back_and_looked_back_on(built);
    two_collisions_stand_on_the_calendar(built);
    the_calendar_has_two_zones_and_a_blackout(built);
    a_board_meets_soon_about_the_major_release(built);
    a_board_has_met_and_its_minutes_are_fixed(built);
    a_frozen_scope_took_a_change_in_by_an_exception(built);
    its_knowledge_is_approved_published_and_told_where_it_applies(built);
    approvals_have_a_history(built);
    everyone_signs_in(built);
    its_log_holds(built);
}

fn adds_up(built: &Built) {
    let changes = built.list("/changes?limit=200");
    let phases = by(&changes, "phase");
    let expected = [
        ("assess", 2),
        ("authorise", 11),
        ("cancelled", 2),
        ("closed", 45),
        ("draft", 5),
        ("implement", 2),
        ("review", 1),
        ("scheduled", 12),
    ];
    assert_eq!(phases, BTreeMap::from(expected));
    let over: Vec<Value> =
        changes.iter().filter(|change| change["phase"] == "closed").cloned().collect();
    let outcomes = [
        ("failed_backed_out", 3),
        ("failed_not_backed_out", 1),
        ("partially_successful", 1),
        ("successful", 39),
        ("successful_with_issues", 1),
    ];
    assert_eq!(by(&over, "outcome"), BTreeMap::from(outcomes));
    let releases = built.list("/releases?limit=200");
    let phases = [
        ("approval", 2),
        ("build", 1),
        ("closed", 6),
        ("deployment", 1),
        ("planning", 1),
        ("test", 1),
    ];
    assert_eq!(by(&releases, "phase"), BTreeMap::from(phases));
    let incidents = built.list("/incidents?limit=200");
    assert_eq!(
        by(&incidents, "state"),
        BTreeMap::from([("closed", 11), ("open", 2), ("resolved", 1)])
    );
    let caused = incidents.iter().filter(|incident| !incident["caused_by"].is_null()).count();
    assert_eq!(caused, 6);
    for (path, expected) in [("/services", 12), ("/cis", 44), ("/teams", 6), ("/people", 14)] {
        assert_eq!(built.list(&format!("{path}?limit=200")).len(), expected, "{path}");
    }
}

fn the_major_release_waits_for_its_cab(built: &Built) {
    let release = built.release("Delivery by noon");
    assert_eq!((text(&release["phase"]), &release["approved"]), ("approval", &json!(false)));
    let stages = &release["rounds"][0]["stages"];
    let states: Vec<&str> =
        stages.as_array().unwrap().iter().map(|stage| text(&stage["state"])).collect();
    assert_eq!(states, ["approved", "open", "waiting"]);
    let board = &stages[1]["groups"][0];
    let said = (count(&board["votes"]), &board["needed"], text(&board["quorum"]));
    assert_eq!(said, (2, &json!(1), "majority, 3 of 5"), "votes in, still needed: {board}");
    assert_eq!(count(&release["changes"]), 6);
}

fn the_minor_release_is_ready(built: &Built) {
    let release = built.release("Track and trace 7.5");
    assert_eq!(release["phase"], "approval");
    assert_eq!((&release["approved"], &release["scheduled"]), (&json!(true), &json!(true)));
    let changes = release["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["phase"] == "scheduled"));
}

fn the_emergency_fix_is_in_flight(built: &Built) {
    let releases = built.list("/releases?phase=deployment");
    let [emergency] = releases.as_slice() else { panic!("one is in flight: {releases:?}") };
    assert_eq!(emergency["type"], "emergency");
    let release = built.release(text(&emergency["title"]));
    let steps = release["deployment"]["steps"].as_array().unwrap();
    let states: Vec<&str> = steps.iter().map(|step| text(&step["state"])).collect();
    assert_eq!(states, ["done", "waiting"]);
}

fn the_failed_release_was_taken_back_and_looked_back_on(built: &Built) {
    let release = built.release("Track and trace 7.4");
    assert_eq!((text(&release["phase"]), text(&release["outcome"])), ("closed", "rolled_back"));
    let deployment = &release["deployment"];
    assert_eq!(deployment["state"], "rolled_back");
    let back = deployment["rollback"]["steps"].as_array().unwrap();
    let forward = deployment["steps"].as_array().unwrap();
    assert_eq!((forward.len(), back.len()), (3, 2), "the third change was never reached");
    assert_eq!(back[0]["change"]["id"], forward[1]["change"]["id"], "the last one first");
    let review = built.get(&format!("/reviews/{}", text(&release["review"]["id"])));
    assert_eq!((text(&review["state"]), text(&review["why"])), ("completed", "rolled_back"));
    let actions = review["actions"].as_array().unwrap();
    let done = actions.iter().filter(|action| action["done"] == true).count();
    assert_eq!((actions.len(), done), (4, 3));
}

fn two_collisions_stand_on_the_calendar(built: &Built) {
    let standing = |state: &str| built.list(&format!("/conflicts?state={state}"));
    let (open, accepted) = (standing("open"), standing("accepted"));
    let ([open], [accepted]) = (open.as_slice(), accepted.as_slice()) else {
        panic!("one open, one accepted: {open:?} {accepted:?}")
    };
    assert_eq!((text(&open["kind"]), text(&open["severity"])), ("upstream_ci", "blocking"));
    assert_eq!(open["hits"][0]["path"], "invoicing-db → runs on → ams-db-02");
    let blocked = built.change("Move invoices of past years into an archive");
    assert_eq!(blocked["rounds"][0]["state"], "approved");
    assert_eq!(
        blocked["phase"], "authorise",
        "approved, but the conflict keeps it from its window"
    );
    assert_eq!(
        (text(&accepted["kind"]), &accepted["accepted"]["by"]),
        ("same_ci", &json!("Bram Osinga"))
    );
    assert!(!text(&accepted["accepted"]["reason"]).is_empty());
    let let_through = built.change("Give promised deliveries a topic of their own");
    assert_eq!(let_through["phase"], "scheduled");
}

fn the_calendar_has_two_zones_and_a_blackout(built: &Built) {
    let windows = built.list("/windows");
    let zones = windows.iter().map(|window| text(&window["window"]["zone"]));
    let zones: std::collections::BTreeSet<&str> = zones.collect();
    assert!(zones.contains("Europe/Amsterdam") && zones.contains("America/New_York"), "{zones:?}");
    let now = built.bus.world().clock.now();
    let blackouts = built.list("/blackouts");
    let to_come = |period: &&Value| {
        let start: Timestamp = text(&period["window"]["start"]).parse().unwrap();
        now < start && start < now.plus_minutes(31 * 24 * 60)
    };
    assert_eq!(blackouts.iter().filter(to_come).count(), 1, "one is in the coming month");
    let events = built.list("/business-events");
    assert_eq!(events.iter().filter(to_come).count(), 1, "one is in the coming month");
    let month = format!("from={now}&to={}", now.plus_minutes(31 * 24 * 60));
    let calendar = built.get(&format!("/calendar?{month}"));
    assert!(count(&calendar["sprints"]) >= 2, "{:#}", calendar["sprints"]);
    assert!(count(&calendar["meetings"]) >= 1, "{:#}", calendar["meetings"]);
    let away = built.get(&format!("/calendar?{month}&region=New%20York"));
    assert!((1..count(&calendar["entries"])).contains(&count(&away["entries"])));
}

fn a_board_meets_soon_about_the_major_release(built: &Built) {
    let boards = built.list("/boards");
    assert_eq!(count(&json!(boards)), 2);
    let meeting = text(&boards[0]["next"]["number"]).to_owned();
    let meeting = built.get(&format!("/meetings/{meeting}"));
    assert_eq!(meeting["state"], "planned");
    let items = meeting["agenda"].as_array().unwrap();
    let major = built.release("Delivery by noon");
    assert!(items.iter().any(|item| item["subject"]["id"] == major["id"]), "{meeting:#}");
}

fn a_board_has_met_and_its_minutes_are_fixed(built: &Built) {
    let meetings = built.list("/meetings");
    let ended: Vec<&Value> =
        meetings.iter().filter(|meeting| meeting["state"] == "ended").collect();
    let [ended] = ended.as_slice() else { panic!("one is over: {meetings:?}") };
    let minutes = built.get(&format!("/meetings/{}/minutes", text(&ended["number"])));
    assert_eq!(minutes["fixed"], true);
    let said = text(&minutes["markdown"]);
    for kept in ["Delivery by noon", "penetration test", "Pieter Zandstra"] {
        assert!(said.contains(kept), "{said}");
    }
}

fn a_frozen_scope_took_a_change_in_by_an_exception(built: &Built) {
    let release = built.release("Customer portal 6.6");
    let number = text(&release["number"]);
    let scope = built.get(&format!("/releases/{number}/scope"));
    assert_eq!((&scope["frozen"], count(&scope["excluded"])), (&json!(true), 2));
    let exceptions = built.list("/exceptions?state=granted");
    let [exception] = exceptions.as_slice() else { panic!("one is in force: {exceptions:?}") };
    let (subject, with) = (&exception["subject"], &exception["with"]);
    assert_eq!(subject["name"], "Recovery codes for lost passkeys");
    assert_eq!(with["number"], number);
    let joined = release["changes"].as_array().unwrap().iter();
    assert!(joined.clone().any(|change| change["id"] == subject["id"]), "{release:#}");
    let courier = built.release("Courier app 5.2");
    let path = format!("/releases/{}/scope", text(&courier["number"]));
    assert_eq!(built.get(&path)["after"][0]["release"]["number"], number);
}

fn its_knowledge_is_approved_published_and_told_where_it_applies(built: &Built) {
    let articles = built.list("/knowledge");
    let states = by(&articles, "state");
    assert_eq!((states["published"], states["draft"]), (3, 1), "{states:?}");
    let notes = built.list("/knowledge?kind=release_notes&audience=customers");
    let article = built.get(&format!("/knowledge/{}", text(&notes[0]["number"])));
    assert!(text(&article["body"]).contains("## "), "{article}");
    assert!(!text(&article["body"]).contains("CHG-"), "{article}");
    assert!(!built.list("/knowledge?applies_to=Payments").is_empty());
}

fn approvals_have_a_history(built: &Built) {
    let rejected = built.change("Open tracking links without signing in");
    let rounds = rejected["rounds"].as_array().unwrap();
    let states: Vec<&str> = rounds.iter().map(|round| text(&round["state"])).collect();
    assert_eq!(states, ["open", "rejected"], "the newest first");
    assert_eq!(built.change("Send mails from a domain of their own")["held"], true);
    let planned = built.list("/changes?phase=scheduled&limit=200");
    let own = "Patch the operating system of ams-app-02";
    let own = planned.iter().find(|change| change["title"] == own).unwrap();
    let events = built.list(&format!("/audit/events?subject={}", text(&own["number"])));
    let refused = events.iter().filter(|event| event["name"] == "attempt.refused.v1").count();
    assert_eq!(refused, 1, "the requester's vote on it is evidence");
}

fn everyone_signs_in(built: &Built) {
    let hints = demo::sign_ins().unwrap();
    assert_eq!(hints.len(), 14);
    for hint in hints {
        let body = json!({"login": hint.login, "password": hint.password});
        let (status, me) = built.send(Method::Post, "/session", Some(&body));
        assert_eq!((status, text(&me["person"]["name"])), (200, hint.name.as_str()));
    }
}

fn its_log_holds(built: &Built) {
    let report = wait(built.store(), |db| verify(db, &Known::default(), &mut |_| {})).unwrap();
    assert_eq!(report.wrong, None);
    assert!(report.events + report.waiting > 1_000, "{report:?}");
}

#[test]
fn it_shows_what_it_is_meant_to_on_sqlite_and_is_left_as_it_is_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("demo.db").display());
    let built = Built::new(&address, NOW);
    shows_what_it_is_meant_to(&built);
    let head = built.store().log_head().unwrap();
    demo::build(&built.bus).unwrap();
    assert_eq!(built.store().log_head().unwrap(), head);
    let now: Timestamp = NOW.parse().unwrap();
    assert_eq!(demo::age_days(built.store(), now).unwrap(), Some(0));
    let later = now.plus_minutes(3 * 24 * 60);
    assert_eq!(demo::age_days(built.store(), later).unwrap(), Some(3));
    built.close();
}

#[test]
fn it_is_not_built_among_other_records_nor_served_half_built() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("mine.db").display());
    let store = store::open(&address, OpenOptions::default()).unwrap();
    server::read_models::prepare(&*store).unwrap();
    assert_eq!(demo::held(&*store).unwrap(), demo::Held::Nothing);
    let bus = Bus::new(World {
        store: store.clone(),
        clock: Arc::new(ManualClock::new(NOW.parse().unwrap())),
        chance: Arc::new(SystemChance),
    });
    let operator = Actor::Operator { name: "tester".to_owned() };
    let inside = Inside::new(bus.clone(), operator).unwrap();
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let (url, body) = ("/api/v1/teams".to_owned(), br#"{"name":"Mine"}"#.to_vec());
    let made = inside.send(&HttpRequest { method: Method::Post, url, headers, body }).unwrap();
    assert_eq!(made.status, 200);
    assert_eq!(demo::held(&*store).unwrap(), demo::Held::Other);
    let refused = demo::build(&bus).unwrap_err().to_string();
    assert!(refused.contains("name an empty one"), "{refused}");
    store.close();
}

#[test]
fn it_shows_what_it_is_meant_to_on_postgres() {
    let Some(address) = store::testing::postgres_database() else { return };
    let built = Built::new(&address, NOW);
    shows_what_it_is_meant_to(&built);
    built.close();
}

#[test]
fn it_is_the_same_on_days_that_are_not_like_others() {
    let days = [
        "2026-03-29T00:10:00Z", // the night in which Amsterdam loses an hour
        "2026-10-31T22:30:00Z", // two days before New York doubles one, late in the evening
        "2028-02-29T23:59:59Z", // a leap day, already the next one in Amsterdam
        "2026-12-31T04:00:00Z", // the end of a year
    ];
    let built = days.map(|now| {
        std::thread::spawn(move || {
            let folder = tempfile::tempdir().unwrap();
            let address = format!("sqlite:{}", folder.path().join("demo.db").display());
            let built = Built::new(&address, now);
            adds_up(&built);
            two_collisions_stand_on_the_calendar(&built);
            built.close();
        })
    });
    for (day, built) in days.iter().zip(built) {
        assert!(built.join().is_ok(), "at {day}");
    }
}
