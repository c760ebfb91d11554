//! What the bus does when it is not told how a commit ended, when requests carry one key at once,
//! when the cached states are of another format, and when its queues are full.

#[path = "../../../store/tests/proxy/mod.rs"]
mod proxy;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use api::identity::PersonFields;
use axum::http::{Method, StatusCode};
use domain::identity::Permission;
use interlock_server::bus::{
    Bus, Command, Envelope, Failure, IdempotencyKey, Reply, Stop, Work, World,
};
use interlock_server::identity::SavePerson;
use interlock_server::read::ask;
use interlock_server::read_models::prepare;
use kernel::Actor;
use ports::{Engine, Fault, Flow, Job, Lane, ManualClock, Query, SeededChance, Store, Tx};
use proxy::{Cut, Proxy};
use serde_json::json;
use store::OpenOptions;

use crate::support::{Along, Answer, Client, NOW, Stage, at, on_both};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many read, and on PostgreSQL write, in a stage.
const WORKERS: usize = 2;

/// Writes one row that cannot be written twice, and no event.
struct Note;

impl Command for Note {
    type Answer = String;

    fn verb(&self) -> &'static str {
        "test.note"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<String, Stop> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)";
        work.tx.execute(sql, &["noted".into(), "x".into()])?;
        work.touched();
        Ok("noted".to_owned())
    }
}

fn bus(store: &Arc<dyn Store>, seed: u64) -> Bus {
    Bus::new(World {
        store: Arc::clone(store),
        clock: Arc::new(ManualClock::new(at(NOW))),
        chance: Arc::new(SeededChance::new(seed)),
    })
}

fn account(login: &str) -> SavePerson {
    let fields = PersonFields {
        login: Some(login.to_owned()),
        name: Some(login.to_owned()),
        roles: Some(vec!["requester".to_owned()]),
        ..PersonFields::default()
    };
    SavePerson { person: None, fields, hash: None }
}

fn count(store: &Arc<dyn Store>, sql: &'static str) -> i64 {
    interlock_server::read::wait(&**store, move |db| db.query_one(sql, &[])?.unwrap().int(0))
        .unwrap()
}

/// What one command meets whose COMMIT is cut off.
struct Story {
    bus: Bus,
    store: Arc<dyn Store>,
    envelope: Envelope,
    stranger: Envelope,
}

impl Story {
    fn once<C: Command>(&self, envelope: &Envelope, command: C) -> Result<C::Answer, Failure> {
        self.bus.call(envelope.clone(), command).map(|Reply { answer, .. }| answer)
    }
}

/// Plays a story with the next COMMIT cut off on either side of the server, with a key and without.
fn with_a_lost_commit(keys: &[bool], story: impl Fn(&Story)) {
    for cut in [Cut::BeforeTheServer, Cut::AfterTheServer] {
        for keyed in keys {
            let Some(url) = store::testing::postgres_database() else { return };
            // Opened directly at first: only the commit of the command may meet the cut.
            let store = store::open(&url, OpenOptions::default()).unwrap();
            prepare(&*store).unwrap();
            let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
            let ben = bus(&store, 1).call(operator.clone(), account("ben")).unwrap().answer;
            store.close();
            let (proxy, address) = Proxy::before(&url);
            let options = OpenOptions { readers: 1, writers: 1, ..OpenOptions::default() };
            let store = store::open(&address, options).unwrap();
            let key = keyed.then(|| IdempotencyKey {
                key: "once".to_owned(),
                request_hash: "hash".to_owned(),
            });
            let person = Actor::Person { id: ben.id.parse().unwrap() };
            let stranger = Envelope { key: key.clone(), ..Envelope::new(person) };
            let envelope = Envelope { key, ..operator };
            // The first question opens the connections.
            count(&store, "SELECT COUNT(*) FROM events");
            interlock_server::read_models::write(&*store, |_| Ok(())).unwrap();
            proxy.cut_next(cut);
            let bus = bus(&store, 2);
            story(&Story { bus, store: Arc::clone(&store), envelope, stranger });
            assert!(proxy.has_cut(), "no COMMIT passed the proxy");
            let kept = count(&store, "SELECT COUNT(*) FROM idempotency WHERE status IS NOT NULL");
            assert_eq!(kept, i64::from(*keyed), "{cut:?}");
            store.close();
        }
    }
}

#[test]
fn a_command_whose_commit_was_lost_is_there_once_and_answered() {
    with_a_lost_commit(&[false, true], |story| {
        let written = story.once(&story.envelope, account("eve")).unwrap();
        let sql = "SELECT COUNT(*) FROM people WHERE login = 'eve'";
        assert_eq!(count(&story.store, sql), 1);
        let sql = "SELECT COUNT(DISTINCT stream) FROM events WHERE stream LIKE 'person:%'";
        assert_eq!(count(&story.store, sql), 2, "ben and eve");
        let sql = "SELECT COUNT(*) FROM events WHERE stream LIKE 'person:%' AND version = 1";
        assert_eq!(count(&story.store, sql), 2);
        assert!(!written.id.is_empty());
        if story.envelope.key.is_some() {
            let again = story.once(&story.envelope, account("eve")).unwrap();
            assert_eq!(again.id, written.id, "the key answers what was answered");
        }
    });
}

/// No event tells whether it was kept; the key does.
#[test]
fn a_keyed_command_without_events_is_settled_by_its_key() {
    with_a_lost_commit(&[true], |story| {
        assert_eq!(story.once(&story.envelope, Note).unwrap(), "noted");
        assert_eq!(count(&story.store, "SELECT COUNT(*) FROM settings WHERE name = 'noted'"), 1);
    });
}

#[test]
fn a_refusal_whose_commit_was_lost_is_evidence_once() {
    with_a_lost_commit(&[false, true], |story| {
        let refused = story.once(&story.stranger, account("eve"));
        let Err(Failure::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.code, "request.not_permitted");
        let sql = "SELECT COUNT(*) FROM events WHERE name LIKE 'attempt.%'";
        assert_eq!(count(&story.store, sql), 1);
        assert_eq!(count(&story.store, "SELECT SUM(count) FROM attempts"), 1);
    });
}

async fn raise(client: &Client<'_>, key: &str, title: &str) -> Answer {
    let along = Along { key: Some(key), ..Along::default() };
    let body = json!({"title": title, "type": "normal"});
    client.send(Method::POST, "/changes", Some(body), along).await
}

#[test]
fn one_key_sent_several_times_at_once_does_the_work_once() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        for round in 0..25 {
            let key = format!("same-{round}");
            let (a, b, c, d) = tokio::join!(
                raise(&anna, &key, "Same"),
                raise(&anna, &key, "Same"),
                raise(&anna, &key, "Same"),
                raise(&anna, &key, "Same"),
            );
            let numbers = [a, b, c, d].map(|answer| answer.ok()["number"].to_string());
            assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");

            let key = format!("other-{round}");
            let (a, b, c) = tokio::join!(
                raise(&anna, &key, "One"),
                raise(&anna, &key, "Two"),
                raise(&anna, &key, "Three"),
            );
            let mut ends = [a, b, c].map(|answer| {
                (answer.status.as_u16(), answer.body["code"].as_str().unwrap_or("").to_owned())
            });
            ends.sort();
            let reused = (422, "request.key_reused".to_owned());
            assert!(ends[0].0 < 300, "{ends:?}");
            assert_eq!(ends[1..], [reused.clone(), reused], "the key serves one of them");
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM changes").await, 50);
    });
}

#[test]
fn cached_states_of_another_format_are_folded_anew() {
    on_both(async |stage| {
        let (paths, rosa) = a_little_of_everything(&stage).await;
        let mut before = Vec::new();
        for path in &paths {
            before.push(rosa.get(path).await.ok());
        }
        let rows = stage.rows().await;
        let all = stage.count("SELECT COUNT(*) FROM states").await;
        assert!(all > 8, "{all} states are hardly a little of everything");
        let touched = stage.touch("UPDATE states SET format = 0, state = '{}'").await;
        assert_eq!(i64::try_from(touched).unwrap(), all);

        for (path, before) in paths.iter().zip(before) {
            assert_eq!(rosa.get(path).await.ok(), before, "{path}");
        }
        // Read models are filled from them, and writing goes on and caches the new format.
        stage.rebuild().await;
        assert_eq!(stage.rows().await, rows);
        rosa.patch("/changes/CHG-1", "*", json!({"title": "Renamed"})).await.ok();
        let renamed = rosa.get("/changes/CHG-1").await.ok();
        assert_eq!(renamed["title"], "Renamed");
        assert_eq!(renamed["cis"].as_array().unwrap().len(), 1, "what was not edited is kept");
        let sql = "SELECT COUNT(*) FROM states WHERE format = 0 AND stream LIKE 'change:%'";
        assert_eq!(stage.count(sql).await, 1, "of two changes one was written");
    });
}

/// Two changes that collide, one of them in a release; answers what can be read of that.
async fn a_little_of_everything(stage: &Stage) -> (Vec<String>, Client<'_>) {
    let ada = stage.person("ada", &["administrator", "service_owner"]).await;
    ada.post("/teams", json!({"name": "Payments"})).await.ok();
    ada.post("/cis", json!({"name": "pay-db", "kind": "database"})).await.ok();
    ada.post("/services", json!({"name": "Paying"})).await.ok();
    let rosa = stage.person("rosa", &["release_manager"]).await;
    let window = json!({"start": "2026-12-05T20:00:00Z", "end": "2026-12-05T22:00:00Z",
        "zone": "Europe/Amsterdam"});
    for title in ["One", "Two"] {
        let fields = json!({"title": title, "type": "normal", "cis": ["pay-db"],
            "window": window});
        rosa.post("/changes", fields).await.ok();
    }
    let fields = json!({"title": "Both", "type": "minor"});
    rosa.post("/releases", fields).await.ok();
    rosa.put("/releases/REL-1/changes/CHG-2", "*", json!({})).await.ok();
    let list = rosa.get("/conflicts?subject=CHG-1").await.ok();
    let conflict = list["items"][0]["id"].as_str().expect("they collide").to_owned();
    let paths = [
        "/changes/CHG-1",
        "/changes/CHG-2",
        "/releases/REL-1",
        "/cis/pay-db",
        "/people",
        "/conflicts?subject=CHG-1",
        "/services",
        "/teams",
    ];
    let mut paths: Vec<String> = paths.map(str::to_owned).into();
    paths.push(format!("/conflicts/{conflict}"));
    (paths, rosa)
}

/// Keeps workers of a store until it is let go.
struct Keeping {
    until: Arc<Mutex<mpsc::Receiver<()>>>,
    kept: Arc<AtomicUsize>,
    refused: mpsc::Sender<bool>,
}

impl Keeping {
    fn wait(&self) {
        self.kept.fetch_add(1, Ordering::SeqCst);
        let _ = self.until.lock().unwrap().recv_timeout(PATIENCE);
    }
}

impl Job for Keeping {
    fn run(&mut self, _: &mut dyn Tx) -> Result<Flow, Fault> {
        self.wait();
        Ok(Flow::Rollback)
    }

    fn settled(&mut self, _: &mut dyn Query) -> Result<bool, Fault> {
        Ok(true)
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let _ = self.refused.send(matches!(end, Err(Fault::Busy)));
    }
}

/// Keeps all workers busy and fills their queue; lets go of them when what it answers is dropped.
fn fill(workers: usize, submit: impl Fn(Keeping)) -> mpsc::Sender<()> {
    let (release, until) = mpsc::channel();
    let (refused, refusals) = mpsc::channel();
    let (until, kept) = (Arc::new(Mutex::new(until)), Arc::<AtomicUsize>::default());
    loop {
        // A worker that takes its first job late leaves a place in the queue.
        let all_wait = kept.load(Ordering::SeqCst) == workers;
        let (until, kept) = (Arc::clone(&until), Arc::clone(&kept));
        submit(Keeping { until, kept, refused: refused.clone() });
        if refusals.try_iter().any(|refused| refused) && all_wait {
            return release;
        }
    }
}

#[test]
fn full_queues_answer_busy_and_when_to_come_again() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        let writers = if stage.store.engine() == Engine::Sqlite { 1 } else { WORKERS };
        let release = fill(writers, |keeping| {
            stage.store.submit(Lane::Command, Box::new(keeping));
        });
        let busy = raise(&anna, "k", "Wait").await;
        assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(busy.body["code"], "server.busy");
        assert!(busy.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
        assert!(anna.get("/changes").await.status.is_success(), "reading goes on");
        drop(release);

        let release = fill(WORKERS, |keeping| {
            stage.store.read(Box::new(move |db| match db {
                Ok(_) => keeping.wait(),
                Err(fault) => drop(keeping.refused.send(matches!(fault, Fault::Busy))),
            }));
        });
        anna.get("/changes").await.refused(503, "server.busy");
        drop(release);

        // Nothing of it was kept: the key is free, and the work is done now.
        let raised = loop {
            let answer = raise(&anna, "k", "Wait").await;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                break answer.ok();
            }
        };
        assert_eq!(raised["number"], "CHG-1");
        let changes = ask(&*stage.store, |db| {
            db.query_one("SELECT COUNT(*) FROM changes", &[])?.expect("a row").int(0)
        });
        assert_eq!(changes.await.unwrap(), 1);
    });
}
