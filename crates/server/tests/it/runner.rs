//! Runners and jobs: a job goes from the queue to its end, every message may come twice, and a
//! runner is believed only what its token, its journal and its list cover.

use std::collections::{BTreeMap, BTreeSet};

use interlock_server::bus::{Command, Envelope};
use interlock_server::runner::{
    Ask, AskForJob, CancelJob, LEASE_SECONDS, Status, Target, allows, status,
};
use kernel::Timestamp;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

const DAY: &str = "2026-11-22T08:00:00Z";

/// The secret of a token for runners, of somebody who keeps the platform.
pub(crate) async fn token(stage: &Stage, login: &str, scopes: &[&str]) -> String {
    let keeper = stage.person(login, &["administrator"]).await;
    let new = json!({"name": "runner", "scopes": scopes, "expires_at": DAY});
    keeper.post("/tokens", new).await.ok()["secret"].as_str().expect("a secret").to_owned()
}

pub(crate) fn fields(instance: &str) -> Json {
    json!({
        "instance": instance, "labels": ["web"], "program": "1.0",
        "commands": [{
            "name": "deploy", "program": "/usr/local/bin/deploy", "args": ["v{version}"],
            "patterns": {"version": "[0-9]+"}, "time_limit_seconds": 60, "has_status": true,
        }],
    })
}

fn asked(key: &str, target: Target, version: &str) -> Ask {
    let arguments = BTreeMap::from([("version".to_owned(), version.to_owned())]);
    let (key, command) = (key.to_owned(), "deploy".to_owned());
    Ask { key, target, command, arguments, time_limit_seconds: None }
}

fn on_web_01() -> Target {
    Target::Runner("web-01".to_owned())
}

async fn send<C: Command>(stage: &Stage, command: C) {
    stage.bus.send(Envelope::system("run"), command).await.expect("a reply");
}

pub(crate) async fn ask(stage: &Stage, key: &str) {
    send(stage, AskForJob { ask: asked(key, on_web_01(), "42") }).await;
}

async fn status_of(stage: &Stage, key: &'static str) -> Status {
    let found = interlock_server::read::ask(&*stage.store, move |db| status(db, key));
    found.await.unwrap()
}

fn wanting(holding: &[&str]) -> Json {
    let holding: Vec<Json> = holding.iter().map(|key| json!({"key": key})).collect();
    json!({"instance": "a", "holding": holding, "room": 10})
}

async fn claim(runner: &Client<'_>, holding: &[&str]) -> Json {
    runner.post("/runners/web-01/claim", wanting(holding)).await.ok()
}

fn said(start: i64, text: &str) -> Json {
    json!({"runner": "web-01", "instance": "a", "fence": 1, "start": start, "text": text})
}

fn ended(exit: i32) -> Json {
    json!({"runner": "web-01", "instance": "a", "fence": 1, "found": "ended", "how": "exited",
        "exit": exit, "began_at": "2026-11-21T08:00:00Z", "ended_at": "2026-11-21T08:00:02Z"})
}

fn later(stage: &Stage, seconds: i64) -> Timestamp {
    Timestamp::from_micros(stage.now().micros() + seconds * 1_000_000)
}

#[test]
fn a_job_goes_from_the_queue_to_its_end_and_every_message_may_come_twice() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let (runner, anna) = (stage.program(&secret), stage.person("anna", &["requester"]).await);
        for _ in 0..2 {
            runner.post("/runners/web-01/register", fields("a")).await.ok();
        }
        assert_eq!(status_of(&stage, "run/1").await, Status::NeverBegun);
        ask(&stage, "run/1").await;
        ask(&stage, "run/1").await;
        assert_eq!(status_of(&stage, "run/1").await, Status::Queued);

        let first = claim(&runner, &[]).await;
        assert_eq!(first["jobs"][0]["key"], "run/1");
        assert_eq!(first["jobs"][0]["arguments"]["version"], "42");
        assert_eq!(claim(&runner, &[]).await, first, "an answer that got lost is given again");
        assert_eq!(claim(&runner, &["run/1"]).await["jobs"], json!([]));
        assert_eq!(status_of(&stage, "run/1").await, Status::Running);

        let output = "/jobs/run%2F1/output";
        assert_eq!(runner.post(output, said(0, "größe\n")).await.ok()["next"], 8);
        assert_eq!(runner.post(output, said(0, "größe\n")).await.ok()["next"], 8);
        assert_eq!(runner.post(output, said(50, "later")).await.ok()["next"], 8);
        assert_eq!(runner.post(output, said(8, "done\n")).await.ok()["next"], 13);
        let part = anna.get(output).await.ok();
        assert_eq!((&part["text"], &part["more"]), (&json!("größe\ndone\n"), &json!(true)));

        for _ in 0..2 {
            runner.post("/jobs/run%2F1/report", ended(3)).await.ok();
        }
        assert_eq!(status_of(&stage, "run/1").await, Status::Ended { exit: 3 });
        let other = json!({"runner": "web-01", "instance": "a", "fence": 1, "found": "not_begun"});
        runner.post("/jobs/run%2F1/report", other).await.refused(409, "runner.job_over");
        assert_eq!(runner.post(output, said(13, "late")).await.ok()["next"], 13);
        let job = anna.get("/jobs/run%2F1").await.ok();
        assert_eq!((&job["state"], &job["exit"]), (&json!("ended"), &json!(3)));
        assert_eq!((&job["tail"], &job["output_bytes"]), (&json!("größe\ndone\n"), &json!(13)));
        assert_eq!(job["runner"]["name"], "web-01");
        assert_eq!(anna.get(&format!("{output}?after=8")).await.ok()["text"], "done\n");
        assert_eq!(claim(&runner, &[]).await["jobs"], json!([]), "it is not begun again");

        let id = job["id"].as_str().expect("an id");
        let history = anna.get(&format!("/audit/events?subject={id}")).await.ok();
        let told = history["items"].as_array().expect("events").iter();
        let told: BTreeSet<&str> =
            told.map(|event| event["what"].as_str().expect("words")).collect();
        let expected = BTreeSet::from([
            "asked for deploy on web-01",
            "took it for web-01",
            "it ended: exited, exit code 3",
            "tried to report, and was refused",
        ]);
        assert_eq!(told, expected);
    });
}

#[test]
fn a_name_belongs_to_its_token_and_its_journal_until_it_is_revoked() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        let other = token(&stage, "ben", &["runner"]).await;
        let other = stage.program(&other);
        let reader = token(&stage, "cem", &["read"]).await;
        let reader = stage.program(&reader);
        let register = "/runners/web-01/register";
        reader.post(register, fields("a")).await.refused(403, "request.not_permitted");
        runner
            .post("/runners/web-01/claim", wanting(&[]))
            .await
            .refused(409, "runner.not_registered");
        runner.post(register, fields("a")).await.ok();
        other.post(register, fields("a")).await.refused(403, "runner.other_token");
        runner.post(register, fields("b")).await.refused(409, "runner.name_taken");
        other
            .post("/runners/web-01/claim", wanting(&[]))
            .await
            .refused(409, "runner.not_registered");
        let broken = json!({"instance": "a", "program": "1", "commands": [{
            "name": "x", "program": "deploy", "args": ["{a}"], "patterns": {"a": "("},
            "time_limit_seconds": 1}]});
        let problem = runner.post(register, broken).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"].as_array().expect("errors").len(), 2, "{problem:#}");

        ask(&stage, "run/1").await;
        claim(&runner, &[]).await;
        let revoke = "/runners/web-01/revoke";
        let why = json!({"reason": "the disk was stolen"});
        reader.post(revoke, why.clone()).await.refused(403, "request.not_permitted");
        let keeper = stage.person("dora", &["administrator"]).await;
        assert_eq!(keeper.get("/runners/web-01").await.ok()["actions"][0]["allowed"], true);
        keeper.post(revoke, json!({})).await.refused(422, "request.invalid");
        keeper.post(revoke, why).await.ok();
        assert_eq!(status_of(&stage, "run/1").await, Status::Unknown);
        runner.post(register, fields("a")).await.refused(403, "runner.revoked");
        runner.post("/jobs/run%2F1/report", ended(0)).await.refused(403, "runner.revoked");
        other.post(register, fields("b")).await.ok();
        let shown = &keeper.get("/runners").await.ok()["items"][0];
        assert_eq!((&shown["name"], &shown["state"]), (&json!("web-01"), &json!("working")));
        other
            .post(
                "/jobs/run%2F1/report",
                json!({"runner": "web-01", "instance": "b", "fence": 1,
                "found": "ended", "how": "exited", "exit": 0}),
            )
            .await
            .refused(409, "runner.fenced");
    });
}

#[test]
fn a_silent_runner_loses_its_jobs_late_and_what_it_tells_then_counts() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner", "read"]).await;
        let runner = stage.program(&secret);
        runner.post("/runners/web-01/register", fields("a")).await.ok();
        ask(&stage, "run/1").await;
        claim(&runner, &[]).await;
        // A server that was away does not take its own silence for the runner's.
        stage.wait_until(later(&stage, 3_600)).await;
        assert_eq!(status_of(&stage, "run/1").await, Status::Running);
        claim(&runner, &["run/1"]).await;
        stage.wait_until(later(&stage, LEASE_SECONDS + 1)).await;
        assert_eq!(status_of(&stage, "run/1").await, Status::Running);
        stage.wait_until(later(&stage, LEASE_SECONDS + 1)).await;
        assert_eq!(status_of(&stage, "run/1").await, Status::Unknown);
        assert_eq!(runner.get("/runners/web-01").await.ok()["state"], "silent");
        claim(&runner, &["run/1"]).await;
        assert_eq!(runner.get("/runners/web-01").await.ok()["state"], "working");
        runner.post("/jobs/run%2F1/report", ended(0)).await.ok();
        assert_eq!(status_of(&stage, "run/1").await, Status::Ended { exit: 0 });
        let history = runner.get("/audit/events?subject=web-01").await.ok();
        let names = history["items"].as_array().expect("events").iter();
        let names: Vec<&str> = names.map(|event| event["name"].as_str().expect("a name")).collect();
        let expected = ["runner.came_back.v1", "runner.fell_silent.v1", "runner.registered.v1"];
        assert_eq!(names, expected);
    });
}

#[test]
fn another_journal_takes_a_silent_name_and_its_jobs_are_lost() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        runner.post("/runners/web-01/register", fields("a")).await.ok();
        ask(&stage, "run/1").await;
        claim(&runner, &[]).await;
        stage.clock.set(later(&stage, LEASE_SECONDS));
        runner.post("/runners/web-01/register", fields("b")).await.ok();
        assert_eq!(status_of(&stage, "run/1").await, Status::Unknown);
        runner
            .post("/runners/web-01/claim", wanting(&[]))
            .await
            .refused(409, "runner.not_registered");
        let anew = json!({"instance": "b", "room": 10});
        assert_eq!(runner.post("/runners/web-01/claim", anew).await.ok()["jobs"], json!([]));
    });
}

#[test]
fn a_label_goes_to_a_runner_that_may_and_a_plan_is_told_why_not() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        runner.post("/runners/web-01/register", fields("a")).await.ok();
        let web = || Target::Label("web".to_owned());
        send(&stage, AskForJob { ask: asked("run/1", web(), "x") }).await;
        send(&stage, AskForJob { ask: asked("run/2", web(), "7") }).await;
        send(&stage, AskForJob { ask: asked("run/3", Target::Label("db".into()), "7") }).await;
        send(&stage, AskForJob { ask: asked("run/4", on_web_01(), "x") }).await;
        let keys = |claims: &Json| -> Vec<String> {
            let jobs = claims["jobs"].as_array().expect("jobs").iter();
            jobs.map(|job| job["key"].as_str().expect("a key").to_owned()).collect()
        };
        // What is asked of it by name it gets, and its own list says no.
        assert_eq!(keys(&claim(&runner, &[]).await), ["run/2", "run/4"]);
        let table = [
            (web(), "deploy", "7", None),
            (web(), "deploy", "x", Some("must match `[0-9]+`")),
            (web(), "reboot", "7", Some("does not carry out `reboot`; it does deploy")),
            (on_web_01(), "deploy", "7", None),
            (Target::Label("db".into()), "deploy", "7", Some("no runner has the label `db`")),
            (Target::Runner("db-01".into()), "deploy", "7", Some("there is no runner `db-01`")),
        ];
        for (target, command, version, expected) in table {
            let arguments = BTreeMap::from([("version".to_owned(), version.to_owned())]);
            let found = interlock_server::read::ask(&*stage.store, move |db| {
                allows(db, &target, command, &arguments)
            });
            let why = found.await.unwrap().err();
            match expected {
                None => assert_eq!(why, None),
                Some(words) => assert!(
                    why.as_deref().is_some_and(|why| why.contains(words)),
                    "{why:?} {words}"
                ),
            }
        }
    });
}

#[test]
fn what_waits_is_cancelled_and_what_runs_is_stopped_by_its_runner() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        runner.post("/runners/web-01/register", fields("a")).await.ok();
        let cancel = |key: &str| CancelJob {
            key: key.to_owned(),
            reason: "aborted".to_owned(),
            if_queued: false,
        };
        ask(&stage, "run/1").await;
        send(&stage, cancel("run/1")).await;
        assert_eq!(status_of(&stage, "run/1").await, Status::NeverBegun);
        ask(&stage, "run/2").await;
        assert_eq!(claim(&runner, &[]).await["jobs"].as_array().expect("jobs").len(), 1);
        send(&stage, cancel("run/2")).await;
        let told = claim(&runner, &["run/2"]).await;
        assert_eq!(told["stop"], json!(["run/2"]));
        let knows = json!({"instance": "a", "room": 1,
            "holding": [{"key": "run/2", "stopping": true}]});
        let told = runner.post("/runners/web-01/claim", knows).await.ok();
        assert_eq!(told["stop"], json!([]));
        let mut stopped = ended(143);
        stopped["how"] = json!("stopped");
        runner.post("/jobs/run%2F2/report", stopped).await.ok();
        assert_eq!(status_of(&stage, "run/2").await, Status::Ended { exit: 143 });
        send(&stage, cancel("never asked for")).await;
    });
}

#[test]
fn who_waits_for_work_gets_it_as_soon_as_it_is_there() {
    on_both(async |stage| {
        let secret = token(&stage, "ada", &["runner"]).await;
        let runner = stage.program(&secret);
        runner.post("/runners/web-01/register", fields("a")).await.ok();
        let mut waiting = wanting(&[]);
        waiting["wait_seconds"] = json!(20);
        let claimed = runner.post("/runners/web-01/claim", waiting);
        let (claims, ()) = tokio::join!(claimed, async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            ask(&stage, "run/1").await;
        });
        assert_eq!(claims.ok()["jobs"][0]["key"], "run/1");
    });
}
