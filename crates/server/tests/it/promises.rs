//! What the bus promises whatever command passes it: what is refused again and again is one piece
//! of evidence with a count, what was planned happens once, what is past its time is forgotten, and
//! the rows that lists are read from can always be made again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use axum::http::Method;
use domain::identity::Permission;
use domain::incident::{Incident, IncidentEvent};
use interlock_server::bus::{Command, Envelope, Failure, Lock, Stop, Work};
use interlock_server::calendar::CalendarReactor;
use interlock_server::follow::timers;
use interlock_server::notice::NoticeReactor;
use interlock_server::read::ask;
use interlock_server::report::Surveys;
use kernel::IncidentId;
use ports::{Engine, Fault, Query, Row, Value};
use serde_json::{Value as Json, json};

use crate::support::{Along, Client, Stage, at, on_both};

/// The names and counts of the events of an attempt stream.
async fn attempts(stage: &Stage) -> Vec<(String, i64)> {
    let found = ask(&*stage.store, |db| {
        let sql = "SELECT name, payload FROM events WHERE name LIKE 'attempt.%' \
            ORDER BY stream, version";
        let rows = db.query(sql, &[])?;
        let read = |row: &Row| {
            let payload: Json = serde_json::from_str(row.text(1)?).expect("JSON");
            Ok((row.text(0)?.to_owned(), payload["count"].as_i64().expect("a count")))
        };
        rows.iter().map(read).collect::<Result<Vec<_>, ports::Fault>>()
    });
    found.await.unwrap()
}

/// Fires what is due; answers how many timers that were.
async fn fire(stage: &Stage) -> usize {
    let bus = stage.bus.clone();
    tokio::task::spawn_blocking(move || timers::fire_due(&bus).unwrap()).await.unwrap()
}

async fn cast(stage: &Stage) -> (Client<'_>, Client<'_>) {
    let ada = stage.person("ada", &["administrator", "service_owner"]).await;
    for name in ["pay-app", "pay-db"] {
        ada.post("/cis", json!({"name": name, "kind": "server"})).await.ok();
    }
    let rosa = stage.person("rosa", &["release_manager"]).await;
    (ada, rosa)
}

fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

/// A draft with a planned window.
async fn planned(client: &Client<'_>, ci: &str, window: Json) -> String {
    let fields = json!({"title": ci, "type": "normal", "cis": [ci], "window": window});
    let raised = client.post("/changes", fields).await.ok();
    raised["number"].as_str().expect("a number").to_owned()
}

#[test]
fn equal_attempts_within_a_minute_are_one_event_with_a_count() {
    on_both(async |stage| {
        let (ada, rosa) = cast(&stage).await;
        planned(&rosa, "pay-db", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        for _ in 0..5 {
            rosa.post("/changes/CHG-1/start", json!({})).await.refused(409, "change.wrong_phase");
        }
        // Someone else's, and another verb, are attempts of their own.
        ada.post("/changes/CHG-1/start", json!({})).await.refused(403, "request.not_permitted");
        rosa.post("/changes/CHG-1/schedule", json!({})).await;
        let one = ("attempt.refused.v1".to_owned(), 1);
        let mut kept = vec![one.clone(); 3];
        assert_eq!(attempts(&stage).await, kept);
        stage.clock.advance_minutes(1);
        assert_eq!(fire(&stage).await, 3);
        kept.push(("attempt.repeated.v1".to_owned(), 4));
        assert_eq!(attempts(&stage).await, kept);
        assert_eq!(fire(&stage).await, 0, "what is counted is counted once");
        assert_eq!(stage.count("SELECT COUNT(*) FROM attempts").await, 0);

        // The next minute begins anew.
        rosa.post("/changes/CHG-1/start", json!({})).await.refused(409, "change.wrong_phase");
        kept.push(one);
        assert_eq!(attempts(&stage).await, kept);
    });
}

#[test]
fn bad_input_a_stale_version_and_a_stranger_are_no_attempts() {
    on_both(async |stage| {
        let (_, rosa) = cast(&stage).await;
        planned(&rosa, "pay-db", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        rosa.patch("/changes/CHG-1", "*", json!({"title": ""}))
            .await
            .refused(422, "request.invalid");
        rosa.patch("/changes/CHG-1", "9", json!({"title": "B"}))
            .await
            .refused(412, "request.stale");
        let along = Along { version: Some("9"), ..Along::default() };
        let path = "/changes/CHG-1/start";
        let answer = rosa.send(Method::POST, path, Some(json!({})), along).await;
        answer.refused(412, "request.stale");
        stage.stranger().post(path, json!({})).await.refused(401, "identity.sign_in_required");
        assert_eq!(attempts(&stage).await, []);
    });
}

/// A conflict of two drafts that is accepted until an hour.
async fn accepted(stage: &Stage) -> (String, Client<'_>) {
    let (ada, rosa) = cast(stage).await;
    for _ in 0..2 {
        planned(&ada, "pay-db", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
    }
    let list = rosa.get("/conflicts?subject=CHG-1").await.ok();
    let path = format!("/conflicts/{}", list["items"][0]["id"].as_str().expect("an id"));
    let accept = json!({"reason": "one team does both", "until": "2026-11-21T10:00:00Z"});
    rosa.post(&format!("{path}/accept"), accept).await.ok();
    (path, rosa)
}

#[test]
fn an_acceptance_ends_once_at_its_time_even_when_the_server_was_down_then() {
    on_both(async |stage| {
        let (path, rosa) = accepted(&stage).await;
        stage.clock.set(at("2026-11-21T09:59:59Z"));
        assert_eq!(fire(&stage).await, 0);
        assert_eq!(rosa.get(&path).await.ok()["state"], "accepted");
        drop(rosa);
        // Nobody looks at timers for an hour; then two do at once, and once more.
        let stage = stage.restarted().await;
        let rosa = again(&stage, "rosa").await;
        stage.clock.set(at("2026-11-21T11:00:00Z"));
        tokio::join!(fire(&stage), fire(&stage));
        assert_eq!(fire(&stage).await, 0);
        assert_eq!(rosa.get(&path).await.ok()["state"], "open");
        let sql = "SELECT COUNT(*) FROM events WHERE name = 'conflict.acceptance_ended.v1'";
        assert_eq!(stage.count(sql).await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) FROM timers").await, 0);
    });
}

#[test]
fn an_acceptance_that_was_given_anew_is_not_ended_by_the_timer_of_the_old_one() {
    on_both(async |stage| {
        let (path, rosa) = accepted(&stage).await;
        stage.clock.set(at("2026-11-21T11:00:00Z"));
        fire(&stage).await;
        let again = json!({"reason": "until tonight", "until": "2026-11-21T20:00:00Z"});
        rosa.post(&format!("{path}/accept"), again).await.ok();
        stage.clock.set(at("2026-11-21T12:00:00Z"));
        fire(&stage).await;
        assert_eq!(rosa.get(&path).await.ok()["state"], "accepted");
        stage.clock.set(at("2026-11-21T20:00:00Z"));
        assert_eq!(fire(&stage).await, 1);
        assert_eq!(rosa.get(&path).await.ok()["state"], "open");
    });
}

#[test]
fn keys_and_sessions_are_forgotten_when_their_time_is_over() {
    on_both(async |stage| {
        let rosa = stage.person("rosa", &["release_manager"]).await;
        let keyed = async |client: &Client<'_>, title: &str| {
            let body = json!({"title": title, "type": "normal"});
            let along = Along { key: Some("daily"), ..Along::default() };
            client.send(Method::POST, "/changes", Some(body), along).await
        };
        let first = keyed(&rosa, "One").await.ok();
        let forget = async || {
            let bus = stage.bus.clone();
            tokio::task::spawn_blocking(move || timers::forget_old(&bus).unwrap()).await.unwrap();
        };
        let keys = async || stage.count("SELECT COUNT(*) FROM idempotency").await;
        stage.clock.set(at("2026-11-22T08:00:00Z"));
        forget().await;
        assert_eq!(keys().await, 1, "a key is kept for a day");
        // The session is 24 h old and was not used; sign in anew.
        assert_eq!(stage.count("SELECT COUNT(*) FROM sessions").await, 0);
        let rosa = again(&stage, "rosa").await;
        assert_eq!(keyed(&rosa, "One").await.ok(), first);
        stage.clock.set(at("2026-11-22T08:00:01Z"));
        let next = keyed(&rosa, "Two").await.ok();
        assert_ne!(next["number"], first["number"], "after a day the key is free");
        stage.clock.set(at("2026-11-23T08:00:02Z"));
        forget().await;
        assert_eq!(keys().await, 0);
    });
}

/// Someone who was there before, signed in once more.
async fn again<'a>(stage: &'a Stage, login: &str) -> Client<'a> {
    let body = json!({"login": login, "password": crate::support::PASSWORD});
    let answer = stage.stranger().post("/session", body).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    let secret = cookie.split(['=', ';']).nth(1).unwrap();
    stage.browser(secret)
}

/// Takes a stream first and the calendar after it, which is the wrong way round.
struct Backwards {
    tries: Arc<AtomicUsize>,
    refuses: bool,
}

impl Command for Backwards {
    type Answer = usize;

    fn verb(&self) -> &'static str {
        "test.backwards"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<usize, Stop> {
        let tries = self.tries.fetch_add(1, Ordering::SeqCst) + 1;
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)";
        work.tx.execute(sql, &[format!("try-{tries}").into(), "x".into()])?;
        work.touched();
        work.lock(Lock::stream("change:chg_1"))?;
        work.lock(Lock::stream("release:rel_1"))?;
        work.lock(Lock::calendar())?;
        if self.refuses {
            return Err(domain::General::Cycle("it".to_owned()).into());
        }
        Ok(tries)
    }
}

#[test]
fn a_command_that_needs_a_smaller_lock_starts_again_and_leaves_nothing_of_the_first_try() {
    on_both(async |stage| {
        let tries = Arc::default();
        let command = Backwards { tries: Arc::clone(&tries), refuses: false };
        let reply = stage.bus.send(Envelope::system("test"), command).await.unwrap();
        assert_eq!(reply.answer, 3, "once with each lock that was missing, then through");
        let sql = "SELECT name FROM settings WHERE name LIKE 'try-%'";
        let kept = ask(&*stage.store, |db| db.query(sql, &[]));
        assert_eq!(kept.await.unwrap(), [Row(vec![Value::from("try-3")])]);
        let command = Backwards { tries, refuses: true };
        stage.bus.send(Envelope::system("test"), command).await.unwrap_err();
        let sql = "SELECT COUNT(*) FROM settings WHERE name LIKE 'try-%'";
        assert_eq!(stage.count(sql).await, 1);
    });
}

#[test]
fn commands_that_take_locks_the_wrong_way_round_do_not_wait_for_each_other() {
    on_both(async |stage| {
        let (sender, ended) = mpsc::channel();
        for _ in 0..40 {
            let sender = sender.clone();
            let command = Backwards { tries: Arc::default(), refuses: true };
            stage.bus.submit(Envelope::system("test"), command, move |end| {
                let _ = sender.send(end);
            });
        }
        drop(sender);
        let all = tokio::task::spawn_blocking(move || ended.iter().collect::<Vec<_>>());
        let all = all.await.unwrap();
        assert_eq!(all.len(), 40);
        for end in all {
            match end {
                Err(Failure::Refused(refusal)) => assert_eq!(refusal.code, "request.cycle"),
                other => panic!("it ended by something else than its rule: {other:?}"),
            }
        }
        if stage.store.engine() == Engine::Postgres {
            let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
            assert_eq!(stage.count(sql).await, 0);
        }
    });
}

/// Ends an incident an hour before it began, by no rule of the product.
struct ResolveEarly {
    incident: IncidentId,
}

impl Command for ResolveEarly {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "test.resolve_early"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let mut incident = work.load_subject::<Incident>(self.incident)?;
        let resolved_at = work.now.plus_minutes(-60);
        work.append(&mut incident, vec![IncidentEvent::Resolved { resolved_at }])
    }
}

#[test]
fn an_event_that_breaks_an_invariant_is_not_appended_and_one_that_was_stored_is_replayed() {
    on_both(async |stage| {
        let (_, rosa) = cast(&stage).await;
        let raised = rosa.post("/incidents", json!({"title": "It fails"})).await.ok();
        let incident = raised["id"].as_str().expect("an id").parse().expect("an id");
        let kept = async || {
            let found = ask(&*stage.store, |db| {
                let sql = "SELECT id, stream, version, payload FROM events ORDER BY id";
                let events = db.query(sql, &[])?;
                Ok((events, db.query("SELECT * FROM states ORDER BY stream", &[])?))
            });
            (found.await.unwrap(), stage.rows().await)
        };
        let before = kept().await;
        let sent = stage.bus.send(Envelope::system("test"), ResolveEarly { incident }).await;
        match sent.map(|reply| reply.answer) {
            Err(Failure::Fault(Fault::Panicked(why))) => {
                assert!(why.contains("it was resolved before it began"), "{why}");
            }
            other => panic!("it ended by something else than its invariant: {other:?}"),
        }
        assert_eq!(kept().await, before);
        rosa.post("/incidents/INC-1/comments", json!({"text": "Still down."})).await.ok();

        // An older version of the program may have let it through.
        let early = stage.now().plus_minutes(-60);
        let insert = "INSERT INTO events \
            (id, stream, version, name, payload, actor, at, correlation, salt, digest) \
            SELECT 'evt_early', stream, 3, 'incident.resolved.v1', \
            '{\"resolved_at\":\"2026-11-21T07:00:00Z\"}', actor, at, correlation, salt, digest \
            FROM events WHERE name = 'incident.comment_added.v1'";
        assert_eq!(stage.touch(insert).await, 1);
        stage.touch("UPDATE states SET format = 0 WHERE stream LIKE 'incident:%'").await;
        let shown = rosa.get("/incidents/INC-1").await.ok();
        assert_eq!((&shown["state"], &shown["version"]), (&json!("resolved"), &json!(3)));
        assert_eq!(shown["resolved_at"], early.to_string());
        // What mends it is taken.
        let later = json!({"resolved_at": stage.now().to_string()});
        rosa.patch("/incidents/INC-1", "*", later).await.ok();
        assert_eq!(rosa.get("/incidents/INC-1").await.ok()["version"], 4);
    });
}

#[test]
fn the_conflicts_of_what_is_to_come_follow_periods_relations_and_cis() {
    on_both(async |stage| {
        let (ada, rosa) = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let app = planned(&rosa, "pay-app", evening()).await;
        planned(&rosa, "pay-db", evening()).await;
        let kinds = async || {
            let list = rosa.get(&format!("/conflicts?subject={app}&state=open")).await.ok();
            let items = list["items"].as_array().expect("a list").iter();
            let mut kinds: Vec<String> =
                items.map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect();
            kinds.sort();
            kinds
        };
        stage.follow(CalendarReactor).await;
        assert_eq!(kinds().await, [] as [String; 0]);

        // The CI is found to need the other one.
        let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
        ada.put("/cis/pay-app/relations", "*", needs).await.ok();
        assert_eq!(kinds().await, [] as [String; 0], "the reactor comes behind the log");
        stage.follow(CalendarReactor).await;
        assert_eq!(kinds().await, ["upstream_ci"]);

        // A blackout is announced.
        let blackout = json!({"name": "Year end", "reason": "Closing.", "window": evening()});
        let made = rosa.post("/blackouts", blackout).await.ok();
        stage.follow(CalendarReactor).await;
        assert_eq!(kinds().await, ["blackout", "upstream_ci"]);

        // Following twice is following once.
        let before = stage.count("SELECT COUNT(*) FROM events").await;
        let sql = "UPDATE followers SET position = 0 WHERE name = 'calendar'";
        stage.touch(sql).await;
        stage.follow(CalendarReactor).await;
        assert_eq!(stage.count("SELECT COUNT(*) FROM events").await, before);

        // Both go away again.
        let path = format!("/blackouts/{}", made["id"].as_str().expect("an id"));
        rosa.delete(&path, "*").await.ok();
        ada.put("/cis/pay-app/relations", "*", json!({"relations": []})).await.ok();
        stage.follow(CalendarReactor).await;
        assert_eq!(kinds().await, [] as [String; 0]);
    });
}

#[test]
fn the_conflicts_of_a_service_follow_its_maintenance_windows_and_its_cis() {
    on_both(async |stage| {
        let (ada, rosa) = cast(&stage).await;
        ada.post("/services", json!({"name": "Shop"})).await.ok();
        ada.patch("/cis/pay-db", "*", json!({"service": "Shop"})).await.ok();
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let change = planned(&rosa, "pay-db", evening()).await;
        let kinds = async || {
            stage.follow(CalendarReactor).await;
            let list = rosa.get(&format!("/conflicts?subject={change}&state=open")).await.ok();
            let items = list["items"].as_array().expect("a list").iter();
            items.map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>()
        };
        let mut made = Vec::new();
        for (name, at) in
            [("Now", evening()), ("Later", window("2026-12-09T20:00:00Z", "2026-12-09T23:00:00Z"))]
        {
            let fields = json!({"name": name, "services": ["Shop"], "window": at});
            let window = rosa.post("/windows", fields).await.ok();
            made.push(format!("/windows/{}", window["id"].as_str().expect("an id")));
            assert_eq!(kinds().await, [] as [String; 0], "it lies inside of one");
        }
        // It lay inside of the one that goes, with which it stood in no conflict.
        rosa.delete(&made[0], "*").await.ok();
        assert_eq!(kinds().await, ["outside_window"]);
        ada.patch("/cis/pay-db", "*", json!({"name": "pay-store"})).await.ok();
        assert_eq!(kinds().await, ["outside_window"]);
        ada.patch("/cis/pay-store", "*", json!({"service": null})).await.ok();
        assert_eq!(kinds().await, [] as [String; 0]);
        ada.patch("/cis/pay-store", "*", json!({"service": "Shop"})).await.ok();
        assert_eq!(kinds().await, ["outside_window"]);
        // The window of the service becomes one of another.
        ada.post("/services", json!({"name": "Search"})).await.ok();
        rosa.patch(&made[1], "*", json!({"services": ["Search"]})).await.ok();
        assert_eq!(kinds().await, [] as [String; 0]);
    });
}

#[test]
fn every_record_still_to_come_is_looked_at_however_many_there_are() {
    // More than one page of the reactor.
    const MANY: i64 = 520;
    on_both(async |stage| {
        let (_, rosa) = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        for _ in 0..MANY {
            let fields = json!({"title": "A", "type": "normal", "window": evening()});
            rosa.post("/changes", fields).await.ok();
        }
        let blackout = json!({"name": "Year end", "reason": "Closing.", "window": evening()});
        let made = rosa.post("/blackouts", blackout).await.ok();
        let open = async || {
            stage.follow(CalendarReactor).await;
            stage.count("SELECT COUNT(*) FROM conflicts WHERE state = 'open'").await
        };
        assert_eq!(open().await, MANY);
        // The calendar shows as many as it can, and says that there are more.
        let range = "/calendar?from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";
        let calendar = rosa.get(range).await.ok();
        assert_eq!(calendar["conflicts"].as_array().map(Vec::len), Some(500));
        assert_eq!(calendar["truncated"], true);
        // It is moved away from all of them, then taken away.
        let path = format!("/blackouts/{}", made["id"].as_str().expect("an id"));
        let later = window("2026-12-06T20:00:00Z", "2026-12-06T22:00:00Z");
        rosa.patch(&path, "*", json!({"window": later})).await.ok();
        assert_eq!(open().await, 0);
    });
}

/// Something of every kind: a release from draft to closed, a collision that lapses, an incident,
/// tokens, relations, periods.
async fn a_bit_of_everything(stage: &Stage) {
    let anna = crate::release::everything(stage).await;
    anna.post("/teams", json!({"name": "Checkout", "members": ["ada_administrator"]})).await.ok();
    let hit = json!({"title": "It fails", "cis": ["web-01"], "services": ["Payments"]});
    anna.post("/incidents", hit).await.ok();
    stage.clock.advance_minutes(5);
    let token = json!({"name": "t", "scopes": ["read"], "expires_at": "2026-12-01T00:00:00Z"});
    anna.post("/tokens", token).await.ok();
    let night = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
    let fields = json!({"name": "Nights", "services": ["Payments"], "window": night});
    anna.post("/windows", fields).await.ok();
    stage.clock.advance_minutes(5);
    let resolved = json!({"state": "resolved", "resolved_at": stage.now().to_string()});
    anna.patch("/incidents/INC-1", "*", resolved).await.ok();
    let board = json!({"name": "Board", "roles": ["cab_member"]});
    anna.post("/boards", board).await.ok();
    let meeting = json!({"board": "Board", "window": night});
    anna.post("/meetings", meeting).await.ok();
    // The one whose approval has yet to hear the board comes on.
    let asked = anna.get("/releases?phase=approval").await.ok();
    let mut added = 0;
    for release in asked["items"].as_array().expect("a list") {
        let item = json!({"subject": release["number"]});
        added += u32::from(anna.post("/meetings/CAB-1/add", item).await.status == 200);
    }
    assert_eq!(added, 1);
    let leave = json!({"deputy": "rosa_release_manager", "reason": "on leave"});
    anna.post("/delegations", leave).await.ok();
    let away = json!([{"service": "Payments", "minutes": 5}]);
    let fields = json!({"title": "Away", "type": "normal", "outages": away});
    let away = anna.post("/changes", fields).await.ok();
    let blackout = json!({"name": "Year end", "reason": "Closing.", "window": night});
    let blackout = anna.post("/blackouts", blackout).await.ok();
    let pass = json!({"rule": "blackout", "subject": away["number"], "with": blackout["id"],
        "reason": "the supplier leaves", "until": "2026-12-05T23:00:00Z"});
    anna.post("/exceptions", pass).await.ok();
    let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Audit\r\n\
        DTSTART;VALUE=DATE:20261207\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    anna.post("/calendar/external", json!({"name": "Audits", "file": file})).await.ok();
    anna.post("/feeds", json!({"name": "Phone"})).await.ok();
    let mut chain = Vec::new();
    for title in ["First", "Second"] {
        let release = json!({"title": title, "type": "minor"});
        chain.push(anna.post("/releases", release).await.ok()["number"].clone());
    }
    let second = format!("/releases/{}/dependencies", chain[1].as_str().expect("a number"));
    anna.put(&second, "*", json!({"after": [chain[0]]})).await.ok();
    // The claims of a release are written anew, without an event of its own.
    let first = format!("/releases/{}", chain[0].as_str().expect("a number"));
    let away = format!("/changes/{}", away["number"].as_str().expect("a number"));
    let attach = format!("{first}{away}");
    anna.put(&attach, "*", json!({})).await.ok();
    stage.clock.advance_minutes(5);
    anna.patch(&away, "*", json!({"cis": ["web-01"]})).await.ok();
    anna.patch("/services/Payments", "*", json!({"team": "Checkout"})).await.ok();
    let fields = json!({"window": window("2026-12-12T20:00:00Z", "2026-12-12T22:00:00Z")});
    anna.patch(&first, "*", fields).await.ok();
    anna.post(&format!("{first}/window/ask"), json!({})).await.ok();
    anna.put("/changes/CHG-1/watch", "*", json!({})).await.ok();
    anna.put("/releases/REL-1/watch", "*", json!({})).await.ok();
    let mut files = anna.get("/policy").await.ok()["files"].clone();
    files["conflicts.toml"] =
        json!(format!("# Read again.\n{}", files["conflicts.toml"].as_str().unwrap()));
    anna.put("/policy", "0", json!({"files": files, "note": "a remark"})).await.ok();
    let shops = json!({"name": "Shops", "services": ["Payments"], "people": ["anna_requester"],
        "addresses": ["eve@example.org"]});
    anna.post("/user-groups", shops).await.ok();
    let chat = json!({"name": "Ops", "kind": "slack", "url": "https://hooks.slack.test/a"});
    anna.post("/channels", chat).await.ok();
    anna.patch("/releases/REL-1/communication", "*", json!({"impact": "A pause."})).await.ok();
    stage.follow(CalendarReactor).await;
    let article = json!({"title": "Restart it", "kind": "workaround", "services": ["Payments"]});
    anna.post("/knowledge", article).await.ok();
    stage.follow(NoticeReactor).await;
}

/// What pipelines and machines leave: artifacts, gates, deliveries, runners and their jobs.
async fn of_machines(stage: &Stage) {
    let max = stage.program(&crate::runner::token(stage, "mia", &["runner"]).await);
    max.post("/runners/web-01/register", crate::runner::fields("a")).await.ok();
    crate::runner::ask(stage, "run/1").await;
    let pia = stage.person("pia", &["administrator", "service_owner", "release_manager"]).await;
    let digest = "sha256:9f2e14";
    let shipped = json!({"title": "Shipped", "type": "normal", "artifacts": [{"digest": digest}]});
    pia.post("/changes", shipped).await.ok();
    let package = crate::gate::package(digest);
    let bundled = json!({"title": "Bundled", "type": "minor", "package": package});
    pia.post("/releases", bundled).await.ok();
    crate::gate::check(&pia, crate::gate::asked(digest)).await;
    let rule = crate::gate_hooks::rule("production");
    assert_eq!(crate::gate_hooks::deliver(stage, "d-1", &rule).await.0, 200);
    let firing = crate::gate_hooks::alerts("firing", &[("a", "2026-11-21T07:00:00Z", "")]);
    pia.post("/hooks/alertmanager", firing).await.ok();
}

#[test]
fn rows_that_are_made_again_are_the_rows_that_were_kept_in_every_table() {
    on_both(async |stage| {
        a_bit_of_everything(&stage).await;
        of_machines(&stage).await;
        let empty = ["runs", "survey_asked", "surveys"];
        assert_eq!(made_again(&stage).await, empty, "every other table has rows to compare");
    });
    on_both(async |stage| {
        crate::report::release(&crate::report::cast(&stage).await).await;
        stage.follow(Surveys).await;
        let without = made_again(&stage).await;
        assert!(!without.contains(&"surveys") && !without.contains(&"survey_asked"));
    });
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        crate::deployment_run::begun(&stage, &story, "").await;
        assert!(!made_again(&stage).await.contains(&"runs"));
    });
}

/// Compares what is made again with what was kept; answers which tables had no rows.
async fn made_again(stage: &Stage) -> Vec<&'static str> {
    let kept = stage.rows().await;
    stage.clock.advance_minutes(5);
    stage.rebuild().await;
    let made = stage.rows().await;
    for (table, rows) in &kept {
        assert_eq!(&made[table], rows, "{table}");
    }
    kept.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| *table).collect()
}
