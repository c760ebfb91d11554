//! What is planned happens once, whatever becomes of the server: exceptions end, reminders go out
//! and time limits run out under a clock that is moved, while a server of another process fires
//! them and is killed, again and again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use interlock_server::bus::{Bus, World};
use interlock_server::follow::timers::fire_due;
use kernel::Timestamp;
use ports::{ManualClock, SystemChance};
use serde_json::{Value as Json, json};
use store::OpenOptions;

use crate::support::{Client, Stage, at, on_both};

/// Set for the process that is killed: from when on its clock goes, and its database.
const KILLED: &str = "INTERLOCK_TEST_KILLED";
const NAME: &str = "due::what_is_due_happens_once_although_the_server_is_killed_meanwhile";
/// How many records wait for each kind of timer, a minute apart.
const RECORDS: usize = 6;
/// The last minute of that process.
const LAST: &str = "2026-11-21T12:30:00Z";
/// The minutes in which it is killed: amid reminders, ends of exceptions and time limits, twice
/// each, so that the second one meets what the first left behind.
const KILLS: &[&str] = &[
    "2026-11-21T09:01:00Z",
    "2026-11-21T09:04:00Z",
    "2026-11-21T10:31:00Z",
    "2026-11-21T10:34:00Z",
    "2026-11-21T12:01:00Z",
    "2026-11-21T12:04:00Z",
];

/// The process that is killed: its clock moves minute by minute, and each time what is due fires.
fn serve(told: &str) {
    let (from, address) = told.split_once(' ').unwrap();
    let store = store::open(address, OpenOptions::default()).unwrap();
    let clock = Arc::new(ManualClock::new(at(from)));
    let chance = Arc::new(SystemChance);
    let bus = Bus::new(World { store: Arc::clone(&store), clock: clock.clone(), chance });
    let mut now = at(from);
    while now <= at(LAST) {
        clock.set(now);
        println!("\nminute {now}");
        std::io::stdout().flush().unwrap();
        fire_due(&bus).unwrap();
        now = now.plus_minutes(1);
    }
    store.close();
}

/// Lets that process go on from a minute and kills it in another one; answers its last minute.
fn killed(address: &str, from: Timestamp, kill_at: Option<Timestamp>) -> Timestamp {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(KILLED, format!("{from} {address}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().expect("its words"));
    let mut last = from;
    for line in said.lines().map_while(Result::ok) {
        let Some(minute) = line.strip_prefix("minute ") else { continue };
        last = at(minute);
        if kill_at.is_some_and(|minute| minute <= last) {
            // Not a request: the signal that nothing can answer.
            child.kill().unwrap();
        }
    }
    assert_eq!(child.wait().unwrap().success(), kill_at.is_none());
    last
}

/// An emergency that waits for its board: reminded after an hour, escalated after four.
async fn waiting(anna: &Client<'_>) -> String {
    let fields = json!({
        "title": "Stop the leak", "type": "emergency", "description": "Close the port.",
        "reason": "It leaks.", "category": "application", "cis": ["web-01"],
        "customer_impact": "none", "implementer": "ivan", "implementation_plan": "Close it.",
        "test_plan": "Knock.", "backout_plan": "Open it.", "backout_minutes": 5,
    });
    let written = anna.post("/changes", fields).await.ok();
    let number = written["number"].as_str().expect("a number").to_owned();
    anna.post(&format!("/changes/{number}/submit"), json!({})).await.ok();
    number
}

/// How many of a record's events are called so, or hold something called so.
async fn events(client: &Client<'_>, subject: &str, called: &str) -> usize {
    let page = client.get(&format!("/audit/events?subject={subject}&limit=200")).await.ok();
    let is_it = |event: &&Json| event["name"] == called || event["payload"].get(called).is_some();
    page["items"].as_array().expect("a list").iter().filter(is_it).count()
}

#[test]
fn what_is_due_happens_once_although_the_server_is_killed_meanwhile() {
    if let Ok(told) = std::env::var(KILLED) {
        return serve(&told);
    }
    on_both(async |stage: Stage| {
        let admin = stage.person("ada", &["administrator"]).await;
        admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
        for (login, role) in [
            ("ivan", "implementer"),
            ("edda", "ecab_member"),
            ("emil", "ecab_member"),
            ("rita", "release_authority"),
        ] {
            stage.account(login, &[role]).await;
        }
        let anna = stage.person("anna", &["requester"]).await;
        let rosa = stage.person("rosa", &["release_manager"]).await;
        let blackout = json!({"name": "Year end", "reason": "the books are closed",
            "window": {"start": "2026-12-10T00:00:00Z", "end": "2026-12-31T00:00:00Z"}});
        let blackout = rosa.post("/blackouts", blackout).await.ok()["id"].clone();
        let (mut changes, mut exceptions) = (Vec::new(), Vec::new());
        for minute in 0..i64::try_from(RECORDS).unwrap() {
            stage.clock.set(at("2026-11-21T08:00:00Z").plus_minutes(minute));
            let change = waiting(&anna).await;
            let until = at("2026-11-21T10:30:00Z").plus_minutes(minute);
            let ask = json!({"rule": "blackout", "subject": change, "with": blackout,
                "reason": "the supplier leaves", "until": until});
            let asked = anna.post("/exceptions", ask).await.ok();
            let exception = asked["number"].as_str().expect("a number").to_owned();
            rosa.post(&format!("/exceptions/{exception}/grant"), json!({})).await.ok();
            changes.push(change);
            exceptions.push(exception);
        }
        drop((admin, anna, rosa));
        let from = stage.now();
        let stage = stage.lent(move |address| {
            let mut last = from;
            for minute in KILLS {
                last = killed(address, last, Some(at(minute)));
            }
            assert_eq!(killed(address, last, None), at(LAST));
        });
        let stage = stage.await;
        assert_eq!(stage.wait_until(at(LAST)).await, 0, "nothing was left");
        let anna = stage.browser("session-of-anna");
        for change in &changes {
            for event in ["reminded", "limit_reached"] {
                assert_eq!(events(&anna, change, event).await, 1, "{change} {event}");
            }
        }
        for exception in &exceptions {
            let ended = events(&anna, exception, "exception.expired.v1").await;
            assert_eq!(ended, 1, "{exception}");
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM timers").await, 0);
    });
}
