//! What other systems deliver: a deployment protection rule of GitHub, answered when the verdict
//! changes and once for good; groups of alerts, each of which is one incident. On both engines.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use interlock_server::gate::Caller;
use ports::{Fault, HttpClient, HttpRequest, HttpResponse};
use ring::hmac;
use serde_json::{Value as Json, json};

use crate::gate::{committed, step};
use crate::release::{cast, vote};
use crate::support::{GITHUB_SECRET, Stage, WEBHOOK_SECRET, at, github, on_both};

const SHA: &str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";
const CALLBACK: &str =
    "https://api.github.test/repos/octo/shop/actions/runs/7/deployment_protection_rule";

/// What GitHub was told, and what it answers next; 204 when nothing is said.
#[derive(Default)]
struct Elsewhere {
    told: Mutex<Vec<Json>>,
    answers: Mutex<Vec<u16>>,
}

impl HttpClient for Elsewhere {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        assert_eq!(request.url, CALLBACK);
        let pass = ("authorization".to_owned(), "Bearer a token of the app".to_owned());
        assert!(request.headers.contains(&pass));
        let status = self.answers.lock().unwrap().pop().unwrap_or(204);
        if status == 204 {
            self.told.lock().unwrap().push(serde_json::from_slice(&request.body).unwrap());
        }
        Ok(HttpResponse { status, headers: Vec::new(), body: Vec::new() })
    }
}

pub(crate) fn rule(environment: &str) -> Json {
    json!({
        "action": "requested", "environment": environment, "event": "push",
        "deployment_callback_url": CALLBACK,
        "deployment": {"id": 1, "sha": SHA, "ref": "main"},
        "repository": {"id": 2, "full_name": "octo/shop"},
        "installation": {"id": 5}, "sender": {"login": "octo"},
    })
}

fn signature(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, GITHUB_SECRET.as_bytes());
    let tag = hmac::sign(&key, body);
    let hex: Vec<String> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", hex.concat())
}

pub(crate) async fn deliver(stage: &Stage, delivery: &str, body: &Json) -> (u16, Json) {
    let body = body.to_string().into_bytes();
    let signature = signature(&body);
    let headers = [
        ("x-hub-signature-256", signature.as_str()),
        ("x-github-event", "deployment_protection_rule"),
        ("x-github-delivery", delivery),
        ("content-type", "application/json"),
    ];
    stage.delivered("/hooks/github", &headers, body).await
}

/// Looks at all that wait, as a server that was just started does; answers what was told.
async fn told(stage: &Stage, elsewhere: &Arc<Elsewhere>) -> Vec<Json> {
    let mut caller = Caller::new(stage.bus.clone(), github(), elsewhere.clone());
    let turned = tokio::task::spawn_blocking(move || caller.turn().expect("it turns"));
    turned.await.unwrap();
    std::mem::take(&mut *elsewhere.told.lock().unwrap())
}

fn commit() -> String {
    format!("gitCommit:{SHA}")
}

#[test]
fn a_rule_is_told_why_it_waits_and_answered_once_also_after_a_restart() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let elsewhere = Arc::new(Elsewhere::default());
        let release = committed(&story, &commit()).await;
        let path = format!("/releases/{release}");
        let (status, taken) = deliver(&stage, "d-1", &rule("production")).await;
        assert_eq!((status, &taken["taken"]), (200, &json!("it will be answered")), "{taken}");
        // Delivered again: nothing more.
        let (_, taken) = deliver(&stage, "d-1", &rule("production")).await;
        assert_eq!(taken["taken"], "it was known");

        let reports = told(&stage, &elsewhere).await;
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].get("state"), None, "a report ends nothing");
        assert_eq!(reports[0]["environment_name"], "production");
        let comment = reports[0]["comment"].as_str().expect("a comment");
        assert!(comment.contains("begins at 2026-11-21T14:00:00Z"), "{comment}");
        assert!(told(&stage, &elsewhere).await.is_empty(), "the same is no news");
        step(&story.rosa, &path, "hold").await;
        assert_eq!(told(&stage, &elsewhere).await.len(), 1);
        step(&story.rosa, &path, "resume").await;
        told(&stage, &elsewhere).await;

        stage.clock.set(at("2026-11-21T14:05:00Z"));
        // What could not be told is told later.
        elsewhere.answers.lock().unwrap().push(500);
        assert!(told(&stage, &elsewhere).await.is_empty());
        let stage = stage.restarted().await;
        let answers = told(&stage, &elsewhere).await;
        assert_eq!((answers.len(), &answers[0]["state"]), (1, &json!("approved")));
        assert!(told(&stage, &elsewhere).await.is_empty());
        let kept = "SELECT COUNT(*) FROM gate_requests WHERE state = 'allowed'";
        assert_eq!(stage.count(kept).await, 1);
        let asked = stage.browser("session-of-rosa_release_manager");
        let gates = asked.get(&format!("/gates?record={release}")).await.ok();
        assert_eq!(gates["items"][0]["verdict"], "allow");
        assert_eq!(gates["items"][0]["artifact"]["name"], "octo/shop");
    });
}

#[test]
fn what_may_not_go_is_rejected_and_a_run_that_is_gone_is_let_go() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let elsewhere = Arc::new(Elsewhere::default());
        deliver(&stage, "d-1", &rule("production")).await;
        let answers = told(&stage, &elsewhere).await;
        assert_eq!(answers[0]["state"], "rejected", "nobody knows these bytes");
        deliver(&stage, "d-2", &rule("moon")).await;
        let answers = told(&stage, &elsewhere).await;
        assert_eq!(answers[0]["state"], "rejected");
        let comment = answers[0]["comment"].as_str().expect("a comment");
        assert!(comment.contains("`moon`") && comment.contains("production"), "{comment}");

        let release = committed(&story, &commit()).await;
        deliver(&stage, "d-3", &rule("Production")).await;
        assert_eq!(told(&stage, &elsewhere).await[0].get("state"), None);
        elsewhere.answers.lock().unwrap().push(404);
        step(&story.rosa, &format!("/releases/{release}"), "hold").await;
        assert!(told(&stage, &elsewhere).await.is_empty());
        let gone = "SELECT COUNT(*) FROM gate_requests WHERE state = 'given_up'";
        assert_eq!(stage.count(gone).await, 1);
        step(&story.rosa, &format!("/releases/{release}"), "resume").await;
        assert!(told(&stage, &elsewhere).await.is_empty());

        // For ever is too long.
        deliver(&stage, "d-4", &rule("production")).await;
        told(&stage, &elsewhere).await;
        stage.clock.set(at("2026-12-21T08:00:01Z"));
        told(&stage, &elsewhere).await;
        assert_eq!(stage.count(gone).await, 2);
    });
}

#[test]
fn what_is_not_signed_or_leads_elsewhere_is_not_taken() {
    on_both(async |stage| {
        let body = rule("production").to_string().into_bytes();
        let event = ("x-github-event", "deployment_protection_rule");
        let delivery = ("x-github-delivery", "d-1");
        let altered = signature(&rule("staging").to_string().into_bytes());
        for headers in [vec![event], vec![event, ("x-hub-signature-256", altered.as_str())]] {
            let (status, problem) = stage.delivered("/hooks/github", &headers, body.clone()).await;
            assert_eq!((status, &problem["code"]), (401, &json!("gate.signature_wrong")));
        }
        let signed = signature(&body);
        let signed = ("x-hub-signature-256", signed.as_str());
        let (status, problem) =
            stage.delivered("/hooks/github", &[event, signed], body.clone()).await;
        assert_eq!((status, &problem["code"]), (400, &json!("request.malformed")));
        let ping = [("x-github-event", "ping"), delivery, signed];
        let (status, taken) = stage.delivered("/hooks/github", &ping, body).await;
        assert_eq!(status, 200, "{taken}");
        let mut evil = rule("production");
        evil["deployment_callback_url"] = json!("https://api.github.test.evil.example/x");
        let (status, taken) = deliver(&stage, "d-2", &evil).await;
        let said = taken["taken"].as_str().expect("a sentence");
        assert!(status == 200 && said.contains("not GitHub's"), "{said}");
        let bare = json!({"action": "requested", "repository": {}, "sender": {}});
        assert_eq!(deliver(&stage, "d-3", &bare).await.0, 200);
        assert_eq!(stage.count("SELECT COUNT(*) FROM gate_requests").await, 0);
    });
}

#[test]
fn an_edit_between_deliveries_is_never_let_through_by_the_older_approval() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let elsewhere = Arc::new(Elsewhere::default());
        let release = committed(&story, &commit()).await;
        deliver(&stage, "d-1", &rule("production")).await;
        told(&stage, &elsewhere).await;
        let path = format!("/releases/{release}");
        let package = json!({"package": [{"kind": "artifact", "name": "octo/shop",
            "version": "2", "digest": "gitCommit:0b1c"}]});
        story.rosa.patch(&path, "*", package).await.ok();
        stage.clock.set(at("2026-11-21T14:05:00Z"));
        let answers = told(&stage, &elsewhere).await;
        assert_eq!(answers[0]["state"], "rejected");
        let comment = answers[0]["comment"].as_str().expect("a comment");
        assert!(comment.contains("gitcommit:0b1c"), "{comment}");
        vote(&story.rita, &path, "approve", "").await.ok();
        assert!(told(&stage, &elsewhere).await.is_empty(), "it was answered for good");
    });
}

/// A delivery signed as Standard Webhooks asks, at an instant.
async fn signed(stage: &Stage, seconds: i64, body: &Json) -> (u16, Json) {
    let body = body.to_string();
    let secret = STANDARD.decode(WEBHOOK_SECRET.trim_start_matches("whsec_")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let tag = hmac::sign(&key, format!("msg_1.{seconds}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(tag.as_ref()));
    let seconds = seconds.to_string();
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", seconds.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    stage.delivered("/hooks/webhook", &headers, body.into_bytes()).await
}

#[test]
fn a_deployment_is_told_by_a_sender_that_has_only_the_secret() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        committed(&story, &commit()).await;
        stage.clock.set(at("2026-11-21T14:30:00Z"));
        let now = at("2026-11-21T14:30:00Z").micros() / 1_000_000;
        let seen = |digest: &str| {
            let data = json!({"artifact": {"name": "pay-app", "digest": digest},
                "environment": "production"});
            json!({"type": "deployment.seen", "data": data})
        };
        let (status, taken) = signed(&stage, now, &seen(&commit())).await;
        assert_eq!((status, &taken["taken"]), (200, &json!("it was authorised")));
        for _ in 0..2 {
            let (_, taken) = signed(&stage, now - 300, &seen("sha256:0f")).await;
            let said = taken["taken"].as_str().expect("a sentence");
            assert!(said.starts_with("nothing authorised it: see CHG-"), "{said}");
        }
        let found = "SELECT COUNT(*) FROM events WHERE name = 'change.found_unauthorised.v1'";
        assert_eq!(stage.count(found).await, 1);
        let (status, problem) = signed(&stage, now - 301, &seen("sha256:0e")).await;
        assert_eq!((status, &problem["code"]), (401, &json!("gate.signature_wrong")));
        let (status, taken) = signed(&stage, now, &json!({"test": 1})).await;
        assert_eq!(status, 200, "{taken}");
        let wrong = json!({"type": "deployment.seen", "data": {"artifact": 1}});
        assert_eq!(signed(&stage, now, &wrong).await.0, 400);
        let altered = stage.delivered("/hooks/webhook", &[], b"{}".to_vec()).await;
        assert_eq!(altered.0, 401);
    });
}

pub(crate) fn alerts(status: &str, alerts: &[(&str, &str, &str)]) -> Json {
    let alert = |(fingerprint, starts, ends): &(&str, &str, &str)| {
        let status = if ends.is_empty() { "firing" } else { "resolved" };
        let ends = if ends.is_empty() { "0001-01-01T00:00:00Z" } else { ends };
        json!({"status": status, "fingerprint": fingerprint, "startsAt": starts, "endsAt": ends,
            "labels": {"alertname": "HighErrorRate", "service": "Payments",
                "instance": "pay-db:9100", "severity": "critical"},
            "annotations": {"description": "5xx > 5 %"}, "generatorURL": "http://prom/x"})
    };
    json!({"version": "4", "groupKey": "{}:{alertname=\"HighErrorRate\"}", "receiver": "us",
        "status": status, "truncatedAlerts": 0, "externalURL": "http://am",
        "groupLabels": {"alertname": "HighErrorRate", "service": "Payments"},
        "commonLabels": {"alertname": "HighErrorRate"}, "commonAnnotations": {},
        "alerts": alerts.iter().map(alert).collect::<Vec<_>>()})
}

#[test]
fn a_group_of_alerts_is_one_incident_however_it_is_told() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (one, two) = ("2026-11-21T07:00:00Z", "2026-11-21T07:05:00Z");
        let end = "2026-11-21T07:30:00Z";
        let firing = alerts("firing", &[("a", one, ""), ("b", two, "")]);
        let tell =
            async |body: &Json| story.sara.post("/hooks/alertmanager", body.clone()).await.ok();
        let opened = tell(&firing).await;
        assert_eq!(opened["taken"], "it opened an incident");
        assert_eq!(opened["incident"]["number"], "INC-1");
        assert_eq!(tell(&firing).await["taken"], "all of it was known");
        let incident = story.anna.get("/incidents/INC-1").await.ok();
        assert_eq!(incident["title"], "HighErrorRate: Payments");
        assert_eq!((&incident["priority"], &incident["opened_at"]), (&json!(1), &json!(one)));
        assert_eq!(incident["services"][0]["name"], "Payments");
        assert_eq!(incident["cis"][0]["name"], "pay-db");
        let partly = alerts("firing", &[("a", one, end), ("b", two, "")]);
        tell(&partly).await;
        assert_eq!(story.anna.get("/incidents/INC-1").await.ok()["state"], "open");
        let over = alerts("resolved", &[("a", one, end), ("b", two, end)]);
        tell(&over).await;
        let incident = story.anna.get("/incidents/INC-1").await.ok();
        assert_eq!(
            (&incident["state"], &incident["resolved_at"]),
            (&json!("resolved"), &json!(end))
        );
        // Late, and again.
        tell(&firing).await;
        tell(&partly).await;
        assert_eq!(story.anna.get("/incidents/INC-1").await.ok()["state"], "resolved");
        assert_eq!(stage.count("SELECT COUNT(*) FROM incidents").await, 1);
        // Closed by a person; it comes back: another one.
        let closed = json!({"state": "closed"});
        story.sara.patch("/incidents/INC-1", "*", closed).await.ok();
        tell(&over).await;
        let anew = alerts("firing", &[("a", "2026-11-21T07:45:00Z", "")]);
        assert_eq!(tell(&anew).await["incident"]["number"], "INC-2");

        let refused = story.cab[0].post("/hooks/alertmanager", firing.clone()).await;
        refused.refused(403, "request.not_permitted");
        let mut wrong = firing;
        wrong["alerts"][0]["status"] = json!("odd");
        wrong["alerts"][1]["startsAt"] = json!("yesterday");
        let problem = story.sara.post("/hooks/alertmanager", wrong).await;
        let problem = problem.refused(422, "request.invalid");
        let errors = problem["errors"].as_array().expect("errors").iter();
        let pointers: Vec<&str> = errors.filter_map(|error| error["pointer"].as_str()).collect();
        assert_eq!(pointers, ["/alerts/0/status", "/alerts/1/startsAt"]);
        let rows = stage.rows().await;
        stage.rebuild().await;
        assert_eq!(stage.rows().await, rows);
    });
}
