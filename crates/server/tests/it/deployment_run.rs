//! A release that carries itself out: its plan file, the run that follows it, and a driver that is
//! cut off at any point, on both engines. The world is a witness that counts effects by key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interlock_server::bus::{Bus, World};
use interlock_server::deployment::Driver;
use interlock_server::notice::MovesReactor;
use ports::{Fault, HttpClient, HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};

use crate::notice_moves::told_under;
use crate::release::{Cast, approved, cast, number, vote, window};
use crate::runner::{fields, token};
use crate::support::{Client, Stage, at, on_both};

/// What the world has seen and how it answers.
#[derive(Default)]
pub(crate) struct Witness {
    seen: Mutex<Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    /// How often each key had an effect.
    effects: BTreeMap<String, u32>,
    /// The steps in the order of their effects, `shop:forward`.
    order: Vec<String>,
    /// Steps whose calls fail.
    pub(crate) failing: BTreeSet<String>,
    /// Steps whose answers are lost, once.
    pub(crate) mute: BTreeSet<String>,
    /// What Prometheus says.
    errors: Option<String>,
    /// How many requests it has counted.
    pub(crate) requests: String,
    /// The alerts that fire.
    alerts: Vec<String>,
}

impl Witness {
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap())
    }

    fn order(&self) -> Vec<String> {
        self.seen(|seen| seen.order.clone())
    }

    pub(crate) fn check_effects(&self) {
        let twice = self.seen(|seen| seen.effects.values().any(|count| *count != 1));
        assert!(!twice, "{:?}", self.seen(|seen| seen.effects.clone()));
    }
}

impl HttpClient for Witness {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let answer = |status: u16, body: String| {
            Ok(HttpResponse { status, headers: Vec::new(), body: body.into_bytes() })
        };
        let mut seen = self.seen.lock().unwrap();
        if request.url.contains("/api/v2/alerts") {
            let fires = |name: &&String| request.url.contains(&format!("alertname%3D%22{name}%22"));
            let firing = seen.alerts.iter().filter(fires);
            let alert = |_| json!({"annotations": {"summary": "it is slow"}});
            return answer(200, json!(firing.map(alert).collect::<Vec<_>>()).to_string());
        }
        if request.url.contains("/api/v1/query") {
            let requests = request.url.ends_with("query=requests").then(|| seen.requests.clone());
            let value = requests.or_else(|| seen.errors.clone());
            let result = value.map(|value| json!([{"value": [0, value]}]));
            let data = json!({"resultType": "vector", "result": result.unwrap_or(json!([]))});
            return answer(200, json!({"status": "success", "data": data}).to_string());
        }
        if let Some((_, key)) = request.url.split_once("/status/") {
            let step = key.split(':').skip(1).take(2).collect::<Vec<_>>().join(":");
            let state = if seen.failing.contains(&step) { "failed" } else { "succeeded" };
            return match seen.effects.get(key) {
                Some(_) => answer(200, json!({"state": state}).to_string()),
                None => answer(404, String::new()),
            };
        }
        let key = request.headers.iter().find(|(name, _)| name == "idempotency-key");
        let key = key.expect("a key").1.clone();
        let step = key.split(':').skip(1).take(2).collect::<Vec<_>>().join(":");
        *seen.effects.entry(key).or_default() += 1;
        seen.order.push(step.clone());
        if seen.mute.remove(&step) {
            return Err(Fault::transient("calling over HTTP", "the connection broke"));
        }
        if seen.failing.contains(&step) {
            answer(500, "no".into())
        } else {
            answer(200, "ok".into())
        }
    }
}

/// A driver and the world that it calls.
pub(crate) struct Drive {
    pub(crate) witness: Arc<Witness>,
    driver: Option<Driver>,
}

impl Drive {
    pub(crate) fn of(stage: &Stage) -> Self {
        let witness = Arc::new(Witness::default());
        let mut drive = Self { witness, driver: None };
        drive.restart(stage);
        drive
    }

    /// Another driver takes over, which knows nothing of what was made before.
    pub(crate) fn restart(&mut self, stage: &Stage) {
        let http = Arc::clone(&self.witness);
        self.driver = Some(Driver::new(&stage.bus, http, Arc::new(AtomicBool::new(false))));
    }

    /// What Prometheus says, and which alerts fire, from now on.
    pub(crate) fn sees(&self, errors: Option<&str>, alerts: &[&str]) {
        self.witness.seen(|seen| {
            seen.errors = errors.map(str::to_owned);
            seen.alerts = alerts.iter().map(|alert| (*alert).to_owned()).collect();
        });
    }

    /// Takes over, and no more.
    async fn turn(&mut self) {
        let mut driver = self.driver.take().unwrap();
        let driven = tokio::task::spawn_blocking(move || {
            driver.turn().unwrap();
            driver
        });
        self.driver = Some(driven.await.unwrap());
    }

    /// Drives until nothing is in flight.
    pub(crate) async fn on(&mut self) {
        let mut driver = self.driver.take().unwrap();
        let driven = tokio::task::spawn_blocking(move || {
            // The first turn only takes over.
            driver.turn().unwrap();
            while driver.turn().unwrap() > 0 {
                std::thread::yield_now();
            }
            driver
        });
        self.driver = Some(driven.await.unwrap());
    }
}

/// A plan of two changes, the second with two steps, and whatever else is asked for.
fn plan(changes: &[String], more: &str) -> String {
    let step = |key: &str, change: &str, needs: &str| {
        format!(
            "[[step]]\nkey = \"{key}\"\nchange = \"{change}\"\nneeds = [{needs}]\nkind = \"http\"\n\
            url = \"http://world.test/{key}\"\nstatus_url = \"http://world.test/status/{{key}}\"\n\
            undo = {{ url = \"http://world.test/{key}/back\", minutes = 5 }}\n\n"
        )
    };
    let (first, second) = (&changes[0], &changes[1]);
    [
        step("database", first, ""),
        step("shop", second, "\"database\""),
        step("mail", second, "\"database\""),
        more.to_owned(),
    ]
    .concat()
}

/// A release of two approved changes with a plan, whose deployment has begun.
pub(crate) async fn begun(stage: &Stage, story: &Cast<'_>, more: &str) -> (String, Vec<String>) {
    let created = json!({"title": "Patch", "type": "minor", "owner": "rosa_release_manager",
        "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
    let release = number(&story.rosa.post("/releases", created).await.ok());
    let path = format!("/releases/{release}");
    let mut changes = Vec::new();
    for (title, ci) in [("Database", "pay-db"), ("Web", "web-01")] {
        let change = approved(story, title, ci, 10).await;
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        changes.push(change);
    }
    let text = json!({"text": plan(&changes, more)});
    story.rosa.put(&format!("{path}/plan"), "*", text).await.ok();
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, &path, "approve", "").await.ok();
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    stage.clock.set(at("2026-11-21T14:05:00Z"));
    story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    (release, changes)
}

pub(crate) async fn run(story: &Cast<'_>, release: &str) -> Json {
    story.rosa.get(&format!("/deployments/{release}")).await.ok()["run"].clone()
}

pub(crate) fn states(run: &Json, way: &str) -> Vec<String> {
    let steps = run["steps"].as_array().expect("steps").iter();
    steps.map(|step| step[way]["state"].as_str().unwrap_or("-").to_owned()).collect()
}

pub(crate) fn waits(run: &Json) -> Vec<String> {
    let waits = run["waits"].as_array().expect("waits").iter();
    waits.map(|wait| wait["what"].as_str().expect("a word").to_owned()).collect()
}

fn outcomes(record: &Json) -> Vec<Json> {
    let changes = record["changes"].as_array().expect("changes").iter();
    changes.map(|change| change["outcome"].clone()).collect()
}

#[test]
fn a_plan_with_flaws_is_refused_with_their_places_and_an_edit_voids_the_approval() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let created = json!({"title": "Patch", "type": "minor", "owner": "rosa_release_manager"});
        let release = number(&story.rosa.post("/releases", created).await.ok());
        let path = format!("/releases/{release}");
        let mut changes = Vec::new();
        for (title, ci) in [("Database", "pay-db"), ("Web", "web-01")] {
            let change = approved(&story, title, ci, 10).await;
            story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
            changes.push(change);
        }
        let put = format!("{path}/plan");
        let good = plan(&changes, "");
        let circle = good.replacen("needs = []", "needs = [\"shop\"]", 1);
        let refused = story.rosa.put(&put, "*", json!({"text": circle})).await;
        let refused = refused.refused(422, "deployment.plan_flawed");
        let detail = refused["errors"][0]["detail"].as_str().expect("why");
        let places = detail.starts_with("line 4, column 1: `database` needs `shop` needs");
        assert!(places, "{detail}");
        let strange = json!({"text": good.replace(&changes[1], "CHG-999")});
        let checked = story.rosa.post(&format!("{put}/check"), strange.clone()).await.ok();
        assert_eq!(checked["flaws"].as_array().map(Vec::len), Some(3), "{checked}");
        story.rosa.put(&put, "*", strange).await.refused(422, "deployment.plan_flawed");
        assert_eq!(story.rosa.get(&put).await.ok()["text"], Json::Null, "nothing was saved");
        story
            .anna
            .put(&put, "*", json!({"text": good}))
            .await
            .refused(403, "request.not_permitted");

        story.rosa.put(&put, "*", json!({"text": good})).await.ok();
        assert_eq!(story.rosa.get(&put).await.ok()["text"], json!(good));
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        assert_eq!(story.rosa.get(&path).await.ok()["approved"], true);
        let other = good.replace("minutes = 5", "minutes = 6");
        story.rosa.put(&put, "*", json!({"text": other})).await.ok();
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(record["approved"], false, "what was approved is another plan");
    });
}

#[test]
fn a_run_carries_the_release_out_and_each_key_has_one_effect() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let quiet = "[[step]]\nkey = \"quiet\"\nneeds = [\"shop\", \"mail\"]\nkind = \"query\"\n\
            url = \"http://prometheus.test\"\nquery = \"rate(errors[1m])\"\nat_most = 0.01\n";
        let (release, changes) = begun(&stage, &story, quiet).await;
        let mut drive = Drive::of(&stage);
        drive.witness.seen(|seen| seen.errors = Some("0.001".to_owned()));
        let path = format!("/releases/{release}");
        let by_hand = format!("{path}/deployment/steps/{}", changes[0]);
        let by_hand = story.ivan.post(&by_hand, json!({"result": "done"})).await;
        by_hand.refused(409, "deployment.run_carries_out");
        let first = run(&story, &release).await;
        assert_eq!(states(&first, "forward"), ["running", "waiting", "waiting", "waiting"]);
        assert_eq!((&first["minutes_forward"], &first["minutes_back"]), (&json!(3), &json!(5)));
        drive.on().await;
        let done = run(&story, &release).await;
        assert_eq!(done["phase"], "finished", "{done:#}");
        drive.witness.check_effects();
        assert_eq!(drive.witness.order()[0], "database:forward");
        let record = story.rosa.get(&path).await.ok();
        let steps = record["deployment"]["steps"].as_array().expect("steps");
        assert!(steps.iter().all(|step| step["state"] == "done"), "{steps:#?}");
        story.ivan.post(&format!("{path}/verify"), json!({})).await.ok();
        story.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
        let log = story.rosa.get(&format!("/audit/events?subject={release}")).await.ok();
        let told = log["items"].as_array().expect("rows").iter();
        let told: Vec<&str> = told.filter_map(|row| row["what"].as_str()).collect();
        assert!(told.contains(&"step database, forward, attempt 1, is done"), "{told:#?}");
    });
}

#[test]
fn a_failure_asks_its_owner_and_what_was_reached_is_taken_back_in_reverse() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let mut drive = Drive::of(&stage);
        drive.witness.seen(|seen| seen.failing.insert("shop:forward".to_owned()));
        drive.on().await;
        let asked = run(&story, &release).await;
        assert_eq!(waits(&asked), ["decision"]);
        let decision = &asked["decision"];
        assert_eq!(decision["default"], "rollback");
        assert_eq!(decision["until"], "2026-11-21T14:20:00Z");
        assert_eq!(decision["owner"]["name"], "rosa_release_manager Example");
        assert!(decision["why"][0].as_str().is_some_and(|why| why.contains("500 no")));
        stage.follow(MovesReactor).await;
        let subject = format!("{release} waiting for a decision: Patch");
        let body = told_under(&story.rosa, &subject).await;
        assert!(body.contains("500 no") && body.contains("2026-11-21T14:20:00Z"), "{body}");
        assert!(body.ends_with("it is taken back."), "{body}");
        let path = format!("/deployments/{release}");
        let decide = json!({"choice": "rollback", "reason": "errors rise"});
        let decided = format!("{path}/decide");
        story.anna.post(&decided, decide.clone()).await.refused(403, "request.not_permitted");
        story.rosa.post(&decided, decide.clone()).await.ok();
        story.rosa.post(&decided, decide).await.refused(409, "deployment.not_now");
        drive.on().await;
        let back = run(&story, &release).await;
        assert_eq!(back["phase"], "rolled_back", "{back:#}");
        drive.witness.check_effects();
        let order = drive.witness.order();
        assert_eq!(order.last().map(String::as_str), Some("database:back"), "{order:?}");
        let record = story.rosa.get(&format!("/releases/{release}")).await.ok();
        assert_eq!(record["phase"], "review");
        assert_eq!(record["deployment"]["state"], "rolled_back");
        assert_eq!(outcomes(&record), [json!("failed_backed_out"), json!("failed_backed_out")]);
    });
}

#[test]
fn nobody_decides_in_time_and_the_default_is_taken() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let mut drive = Drive::of(&stage);
        drive.witness.seen(|seen| seen.failing.insert("database:forward".to_owned()));
        drive.on().await;
        assert_eq!(stage.wait_until(at("2026-11-21T14:20:00Z")).await, 1);
        drive.on().await;
        let back = run(&story, &release).await;
        assert_eq!(back["phase"], "rolled_back");
        let record = story.rosa.get(&format!("/releases/{release}")).await.ok();
        assert_eq!(outcomes(&record), [json!("failed_backed_out"), Json::Null]);
    });
}

#[test]
fn a_driver_that_was_cut_off_is_followed_by_one_that_asks_before_it_repeats() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        // The first attempt was committed, and nobody made its call.
        let (release, _) = begun(&stage, &story, "").await;
        let mut drive = Drive::of(&stage);
        // The effect of another comes about, and its answer is lost.
        drive.witness.seen(|seen| seen.mute.insert("shop:forward".to_owned()));
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "finished");
        drive.witness.check_effects();
        let lost = "SELECT COUNT(*) FROM events WHERE name = 'run.step_lost.v1'";
        assert_eq!(stage.count(lost).await, 2);
        let never = "SELECT COUNT(*) FROM events WHERE name = 'run.step_not_begun.v1'";
        assert_eq!(stage.count(never).await, 1);
    });
}

/// How long, and how often, it is looked whether something came about.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS_MAX: u32 = 2_000;

/// A run whose last step is a job of which nobody can say what became of it: the key of the job,
/// the release, and its driver.
async fn with_lost_job(
    stage: &Stage,
    story: &Cast<'_>,
    runner: &Client<'_>,
) -> (String, String, Drive) {
    runner.post("/runners/web-01/register", fields("a")).await.ok();
    let job = "[[step]]\nkey = \"push\"\nneeds = [\"shop\", \"mail\"]\nkind = \"command\"\n\
        runner = \"web-01\"\ncommand = \"deploy\"\narguments = { version = \"42\" }\n\
        undo = { runner = \"web-01\", command = \"deploy\", arguments = { version = \"41\" } }\n";
    let (release, _) = begun(stage, story, job).await;
    let mut drive = Drive::of(stage);
    let wanting = json!({"instance": "a", "holding": [], "room": 1});
    let mut looks = 0;
    let key = loop {
        drive.turn().await;
        let claims = runner.post("/runners/web-01/claim", wanting.clone()).await.ok();
        if let Some(key) = claims["jobs"][0]["key"].as_str() {
            break key.to_owned();
        }
        looks += 1;
        assert!(looks < LOOKS_MAX, "nobody asks for the job");
        tokio::time::sleep(LOOK).await;
    };
    let lost = json!({"runner": "web-01", "instance": "a", "fence": 1, "found": "unknown",
        "reason": "its journal has no end of it"});
    runner.post(&format!("/jobs/{key}/report"), lost).await.ok();
    let mut looks = 0;
    while states(&run(story, &release).await, "forward")[3] != "uncertain" {
        drive.turn().await;
        looks += 1;
        assert!(looks < LOOKS_MAX, "it is asked for again and again");
        tokio::time::sleep(LOOK).await;
    }
    (key, release, drive)
}

const STARTED: &str = "SELECT COUNT(*) FROM events WHERE name = 'run.step_started.v1'";

#[test]
fn a_lost_job_is_not_asked_for_again_and_a_person_says_what_became_of_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        let (_, release, mut drive) = with_lost_job(&stage, &story, &runner).await;
        let started = stage.count(STARTED).await;
        nobody_knows(&stage, &story, &release, &mut drive).await;
        assert_eq!(stage.count(STARTED).await, started, "nothing is begun meanwhile");
        let unknown = "SELECT COUNT(*) FROM events WHERE name = 'run.step_unknown.v1'";
        assert_eq!(stage.count(unknown).await, 5);
        let report = format!("/deployments/{release}/report");
        let never = json!({"step": "push", "result": "not_begun"});
        story.ivan.post(&report, never).await.refused(422, "request.invalid");
        let told = json!({"step": "push", "result": "done", "note": "the new version answers"});
        story.ivan.post(&report, told).await.ok();
        assert_eq!(run(&story, &release).await["phase"], "finished");
        drive.on().await;
        assert_eq!(stage.count(STOPPED).await, 0, "what is done is not stopped halfway");
        drive.witness.check_effects();
    });
}

/// The run waits for its lost job until it is asked about no more.
async fn nobody_knows(stage: &Stage, story: &Cast<'_>, release: &str, drive: &mut Drive) {
    assert_eq!(waits(&run(story, release).await), [""; 0], "its runner may tell yet");
    for minute in ["06", "07", "08", "09", "10"] {
        stage.clock.set(at(&format!("2026-11-21T14:{minute}:00Z")));
        drive.on().await;
    }
    assert_eq!(waits(&run(story, release).await), ["tell"]);
}

const STOPPED: &str = "SELECT COUNT(*) FROM events WHERE name = 'job.stop_asked.v1'";

#[test]
fn a_lost_job_that_is_said_to_have_failed_is_asked_to_stop() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        let (_, release, mut drive) = with_lost_job(&stage, &story, &runner).await;
        nobody_knows(&stage, &story, &release, &mut drive).await;
        let failed = json!({"step": "push", "result": "failed", "note": "the machine is gone"});
        story.ivan.post(&format!("/deployments/{release}/report"), failed).await.ok();
        assert_eq!(stage.count(STOPPED).await, 1);
    });
}

#[test]
fn what_a_runner_tells_late_of_a_lost_job_counts() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        let (key, release, mut drive) = with_lost_job(&stage, &story, &runner).await;
        nobody_knows(&stage, &story, &release, &mut drive).await;
        let ended = json!({"runner": "web-01", "instance": "a", "fence": 1, "found": "ended",
            "how": "exited", "exit": 0, "began_at": "2026-11-21T14:05:00Z",
            "ended_at": "2026-11-21T14:05:02Z"});
        runner.post(&format!("/jobs/{key}/report"), ended).await.ok();
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "finished");
    });
}

#[test]
fn a_call_whose_outcome_is_refused_is_not_made_again() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let more = "[[step]]\nkey = \"look\"\nneeds = [\"shop\", \"mail\"]\nkind = \"manual\"\n\
            text = \"Look.\"\nundo = { text = \"Look again.\" }\n\n\
            [[step]]\nkey = \"last\"\nneeds = [\"look\"]\nkind = \"http\"\n\
            url = \"http://world.test/last\"\nstatus_url = \"http://world.test/status/{key}\"\n\
            undo = { url = \"http://world.test/last/back\" }\n";
        let (release, _) = begun(&stage, &story, more).await;
        let mut drive = Drive::of(&stage);
        drive.on().await;
        let looked = json!({"step": "look", "result": "done"});
        story.ivan.post(&format!("/deployments/{release}/report"), looked).await.ok();
        // A release that does not know of its deployment has no run, and takes no outcome.
        let broken = "UPDATE states \
            SET state = REPLACE(state, '\"deployment\":', '\"deployment_that_was\":')";
        assert!(stage.touch(broken).await > 0);
        for _ in 0..200 {
            drive.turn().await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mended = "UPDATE states \
            SET state = REPLACE(state, '\"deployment_that_was\":', '\"deployment\":')";
        assert!(stage.touch(mended).await > 0);
        assert_eq!(states(&run(&story, &release).await, "forward")[4], "running");
        drive.witness.check_effects();
        assert_eq!(drive.witness.order().last().map(String::as_str), Some("last:forward"));
        // Whoever drives next asks what became of it.
        stage.clock.set(at("2026-11-21T14:05:30Z"));
        drive.restart(&stage);
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "finished");
        drive.witness.check_effects();
    });
}

#[test]
fn of_two_drivers_on_one_database_one_drives() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let Some(store) = stage.beside().await else { return };
        let mut first = Drive::of(&stage);
        let mut second = Drive::of(&stage);
        let bus = Bus::new(World { store, ..stage.bus_anew().world().clone() });
        let http = Arc::clone(&second.witness);
        second.driver = Some(Driver::new(&bus, http, Arc::new(AtomicBool::new(false))));
        first.turn().await;
        second.on().await;
        assert_eq!(second.witness.order(), [""; 0], "the first one drives");
        stage.clock.set(at("2026-11-21T14:05:30Z"));
        second.on().await;
        assert_eq!(run(&story, &release).await["phase"], "finished", "its time was over");
        first.on().await;
        assert_eq!(first.witness.order(), [""; 0]);
        second.witness.check_effects();
    });
}

#[test]
fn people_steer_a_run_and_do_their_part_of_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let more = "[[step]]\nkey = \"look\"\nneeds = [\"shop\", \"mail\"]\nkind = \"signoff\"\n\
            role = \"release_manager\"\ntext = \"Is it as it should be?\"\n\n\
            [[step]]\nkey = \"settle\"\nneeds = [\"look\"]\nkind = \"wait\"\nseconds = 600\n";
        let (release, _) = begun(&stage, &story, more).await;
        let mut drive = Drive::of(&stage);
        let path = format!("/deployments/{release}");
        story.ivan.post(&format!("{path}/pause"), json!({})).await.ok();
        drive.on().await;
        let paused = run(&story, &release).await;
        assert_eq!(states(&paused, "forward")[..2], ["waiting", "waiting"]);
        assert_eq!((&paused["paused"], waits(&paused)), (&json!(true), vec!["resume".to_owned()]));
        story.ivan.post(&format!("{path}/resume"), json!({})).await.ok();
        drive.witness.seen(|seen| seen.failing.insert("shop:forward".to_owned()));
        drive.on().await;
        assert_eq!(waits(&run(&story, &release).await), ["decision"]);
        let silent = json!({"step": "shop"});
        story
            .ivan
            .post(&format!("{path}/skip"), silent.clone())
            .await
            .refused(422, "request.invalid");
        story.ivan.post(&format!("{path}/retry"), silent).await.ok();
        drive.on().await;
        let skip = json!({"step": "shop", "reason": "it was done by hand"});
        story.ivan.post(&format!("{path}/skip"), skip).await.ok();
        drive.on().await;
        let signing = run(&story, &release).await;
        assert_eq!(waits(&signing), ["act"]);
        assert_eq!(signing["steps"][3]["text"], "Is it as it should be?");
        let signed = json!({"step": "look", "result": "done", "note": "it is"});
        let report = format!("{path}/report");
        story.ivan.post(&report, signed.clone()).await.refused(403, "deployment.signs_off");
        story.anna.post(&report, signed.clone()).await.refused(403, "deployment.signs_off");
        story.rosa.post(&report, signed).await.ok();
        let waiting = run(&story, &release).await;
        assert_eq!(states(&waiting, "forward")[3..], ["done", "running"]);
        assert_eq!(waiting["steps"][4]["forward"]["next_at"], "2026-11-21T14:15:00Z");
        stage.wait_until(at("2026-11-21T14:15:00Z")).await;
        assert_eq!(run(&story, &release).await["phase"], "finished");

        // After its end an alarm asks all the same.
        let alarm = json!({"reason": "customers complain"});
        story.ivan.post(&format!("{path}/alarm"), alarm).await.ok();
        assert_eq!(waits(&run(&story, &release).await), ["decision"]);
        let go_on = json!({"choice": "continue", "reason": "it is another matter"});
        story.rosa.post(&format!("{path}/decide"), go_on).await.ok();
        drive.witness.check_effects();
    });
}

#[test]
fn an_aborted_run_is_taken_back_by_the_verb_of_its_release_or_in_part() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, changes) = begun(&stage, &story, "").await;
        let mut drive = Drive::of(&stage);
        drive.on().await;
        let path = format!("/deployments/{release}");
        let part = json!({"changes": [changes[1]], "reason": "the shop is slow"});
        story.rosa.post(&format!("{path}/rollback"), part).await.ok();
        drive.on().await;
        let back = run(&story, &release).await;
        assert_eq!(back["phase"], "rolled_back", "{back:#}");
        assert_eq!(states(&back, "back"), ["-", "done", "done"]);
        let record = story.rosa.get(&format!("/releases/{release}")).await.ok();
        assert_eq!(outcomes(&record), [json!("successful"), json!("failed_backed_out")]);
    });
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let path = format!("/deployments/{release}");
        let stop = json!({"reason": "the wrong night"});
        story.ivan.post(&format!("{path}/abort"), stop).await.ok();
        let mut drive = Drive::of(&stage);
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "stopped");
        assert_eq!(drive.witness.order(), [""; 0], "it had not begun");
        let back = json!({"reason": "the wrong night"});
        let verb = format!("/releases/{release}/rollback");
        story.rosa.post(&verb, back).await.ok();
        let record = story.rosa.get(&format!("/releases/{release}")).await.ok();
        assert_eq!(record["phase"], "review");
        assert_eq!(outcomes(&record), [Json::Null, Json::Null]);
    });
}
