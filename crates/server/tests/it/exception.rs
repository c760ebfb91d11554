//! Exceptions: asked for by one, granted by another, holding for one record and one rule until an
//! instant, and ended once by a durable timer.

use interlock_server::bus::{Bus, World};
use interlock_server::follow::timers::fire_due;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    rita: Client<'a>,
    ivan: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let admin = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    admin.post("/services", json!({"name": "Payments", "criticality": 4})).await.ok();
    let ci = json!({"name": "pay-db", "kind": "server", "service": "Payments"});
    admin.post("/cis", ci).await.ok();
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        rita: stage.person("rita_release_manager", &["release_manager"]).await,
        ivan: stage.person("ivan_implementer", &["implementer"]).await,
    }
}

fn window() -> Json {
    json!({"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T17:00:00Z", "zone": "UTC"})
}

/// A change of Anna's, technically approved, in a window that a blackout forbids.
async fn blocked(story: &Cast<'_>) -> (String, String) {
    let fields = json!({
        "title": "Database", "type": "normal", "description": "Replace it.", "reason": "Old.",
        "category": "application", "cis": ["pay-db"], "customer_impact": "none",
        "implementer": "ivan_implementer", "implementation_plan": "Install.",
        "test_plan": "Ask.", "backout_plan": "Go back.", "backout_minutes": 5,
    });
    let change = story.anna.post("/changes", fields).await.ok();
    let change = change["number"].as_str().expect("a number").to_owned();
    let path = format!("/changes/{change}");
    for verb in ["submit", "assess"] {
        story.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
    }
    let round = &story.anna.get(&path).await.ok()["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    story.sara.post(&format!("{path}/approve"), vote).await.ok();
    let record = story.anna.get(&path).await.ok();
    assert_eq!(record["rounds"][0]["state"], "approved", "{:#}", record["rounds"][0]);
    let blackout = json!({"name": "Year end", "reason": "the books are closed",
        "window": {"start": "2026-11-21T12:00:00Z", "end": "2026-11-22T00:00:00Z", "zone": "UTC"}});
    let blackout = story.rosa.post("/blackouts", blackout).await.ok();
    (change, blackout["id"].as_str().expect("an id").to_owned())
}

fn asked(change: &str, blackout: &str) -> Json {
    json!({"rule": "blackout", "subject": change, "with": blackout,
        "reason": "the supplier leaves on Friday", "until": "2026-11-21T17:00:00Z"})
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

/// Fires what is due as a server does that was just started on the same database.
async fn restarted(stage: &Stage) -> usize {
    let world: World = stage.bus.world().clone();
    let bus = Bus::new(world);
    tokio::task::spawn_blocking(move || fire_due(&bus).expect("timers fire")).await.unwrap()
}

#[test]
fn an_exception_lets_one_record_pass_one_rule_until_its_end() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let path = format!("/changes/{change}");
        let schedule = format!("{path}/schedule");
        let planned = || json!({"window": window()});
        story.anna.post(&schedule, planned()).await.refused(409, "calendar.conflict_blocks");

        let exception = story.anna.post("/exceptions", asked(&change, &blackout)).await.ok();
        let exception = number(&exception);
        assert_eq!(exception, "EXC-1");
        let one = format!("/exceptions/{exception}");
        story.anna.post(&schedule, planned()).await.refused(409, "calendar.conflict_blocks");
        let grant = format!("{one}/grant");
        story.anna.post(&grant, json!({})).await.refused(403, "request.not_permitted");
        let record = story.rosa.get(&one).await.ok();
        let granting = &record["actions"][0];
        assert_eq!((&granting["name"], &granting["allowed"]), (&json!("grant"), &json!(true)));
        story.rosa.post(&grant, json!({"reason": "the desk is told"})).await.ok();
        story.rosa.post(&grant, json!({})).await.refused(409, "exception.wrong_state");

        story.anna.post(&schedule, planned()).await.ok();
        let conflict =
            &story.anna.get(&format!("/conflicts?subject={change}")).await.ok()["items"][0];
        assert_eq!(
            (&conflict["state"], &conflict["severity"]),
            (&json!("open"), &json!("blocking"))
        );
        assert_eq!(conflict["exempt"]["number"], exception.as_str());
        assert_eq!(conflict["exempt"]["until"], "2026-11-21T17:00:00Z");
        let history = story.anna.get(&format!("/audit/events?subject={change}")).await.ok();
        let scheduled = history["items"].as_array().expect("events").iter();
        let named = scheduled.filter(|event| event["payload"]["under"] == json!([exception]));
        assert_eq!(named.count(), 1, "what was decided under it names it: {history:#}");

        stage.clock.set(at("2026-11-21T16:59:59Z"));
        assert_eq!(story.anna.get(&one).await.ok()["state"], "granted");
        stage.clock.set(at("2026-11-21T17:00:00Z"));
        assert_eq!(story.anna.get(&one).await.ok()["state"], "expired", "to the second");
    });
}

#[test]
fn an_exception_lasts_until_the_windows_end_and_is_for_one_pair() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let path = format!("/changes/{change}");
        let schedule = format!("{path}/schedule");
        let planned = json!({"window": window()});
        let (second, other) = blocked(&story).await;
        story.anna.patch(&path, "*", planned.clone()).await.ok();
        let ask = async |subject: &str, with: &str, until: &str| {
            let mut body = asked(subject, with);
            body["until"] = json!(until);
            let asked = number(&story.anna.post("/exceptions", body).await.ok());
            story.rosa.post(&format!("/exceptions/{asked}/grant"), json!({})).await.ok();
            asked
        };
        // One second short for the first blackout, long enough for the second.
        let short = ask(&change, &blackout, "2026-11-21T16:59:59Z").await;
        ask(&change, &other, "2026-11-21T17:00:00Z").await;
        ask(&second, &blackout, "2026-11-21T17:00:00Z").await;
        let refused = story.anna.post(&schedule, planned.clone()).await;
        let problem = refused.refused(409, "calendar.conflict_blocks");
        let said = problem["errors"].as_array().expect("errors");
        assert_eq!(said.len(), 1, "{problem:#}");
        let said = said[0]["detail"].as_str().expect("words");
        let ends = format!("{short} ends before the window does, at 2026-11-21T16:59:59Z");
        assert!(said.ends_with(&ends), "{said}");
        let conflicts = story.anna.get(&format!("/conflicts?subject={change}")).await.ok();
        let conflicts = conflicts["items"].as_array().expect("conflicts");
        assert_eq!(conflicts.len(), 2, "{conflicts:#?}");
        for conflict in conflicts {
            let exempt = conflict["with"]["id"] == other.as_str();
            assert_eq!(conflict["exempt"].is_object(), exempt, "{conflict:#}");
        }

        ask(&change, &blackout, "2026-11-21T17:00:00Z").await;
        story.anna.post(&schedule, planned).await.ok();
        // What it is let pass, another is not.
        let path = format!("/changes/{second}/schedule");
        let refused = story.anna.post(&path, json!({"window": window()})).await;
        refused.refused(409, "calendar.conflict_blocks");
    });
}

#[test]
fn what_an_exception_let_pass_does_not_start_once_it_was_taken_back() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let path = format!("/changes/{change}");
        let exception =
            number(&story.anna.post("/exceptions", asked(&change, &blackout)).await.ok());
        let one = format!("/exceptions/{exception}");
        story.rosa.post(&format!("{one}/grant"), json!({})).await.ok();
        story.anna.post(&format!("{path}/schedule"), json!({"window": window()})).await.ok();
        stage.clock.set(at("2026-11-21T14:00:00Z"));
        let record = story.ivan.get(&path).await.ok();
        let start = record["actions"].as_array().expect("actions").iter();
        let start = start.clone().find(|action| action["name"] == "start").expect("start");
        assert_eq!(start["allowed"], true, "{start:#}");
        story.rosa.post(&format!("{one}/revoke"), json!({"reason": "not now"})).await.ok();
        let start = story.ivan.post(&format!("{path}/start"), json!({})).await;
        start.refused(409, "calendar.conflict_blocks");
    });
}

#[test]
fn its_end_is_written_once_and_across_restarts() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let exception = story.anna.post("/exceptions", asked(&change, &blackout)).await.ok();
        let one = format!("/exceptions/{}", number(&exception));
        story.rosa.post(&format!("{one}/grant"), json!({})).await.ok();
        let events = async || {
            let history = story.rosa.get("/audit/events?subject=EXC-1").await.ok();
            let names = history["items"].as_array().expect("events").iter();
            names
                .map(|event| event["name"].as_str().expect("a name").to_owned())
                .collect::<Vec<_>>()
        };
        stage.clock.set(at("2026-11-21T16:59:59Z"));
        restarted(&stage).await;
        assert!(!events().await.iter().any(|name| name.contains("expired")));
        stage.clock.set(at("2026-11-21T17:30:00Z"));
        assert!(restarted(&stage).await > 0, "it fires late rather than never");
        restarted(&stage).await;
        let ended = events().await;
        let ended = ended.iter().filter(|name| *name == "exception.expired.v1");
        assert_eq!(ended.count(), 1);
        let refused = story.rosa.post(&format!("{one}/revoke"), json!({"reason": "late"})).await;
        refused.refused(409, "exception.wrong_state");
        let listed = story.rosa.get("/exceptions?state=expired").await.ok();
        assert_eq!(listed["items"][0]["number"], "EXC-1");
    });
}

#[test]
fn nobody_grants_what_they_asked_for_or_profit_from() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let own = story.rosa.post("/exceptions", asked(&change, &blackout)).await.ok();
        let one = format!("/exceptions/{}", number(&own));
        let refused = story.rosa.post(&format!("{one}/grant"), json!({})).await;
        refused.refused(403, "exception.own_request");
        let record = story.rosa.get(&one).await.ok();
        assert_eq!(record["actions"][0]["refusal"]["code"], "exception.own_request");
        story.rita.post(&format!("{one}/refuse"), json!({})).await.refused(422, "request.invalid");
        let because = json!({"reason": "it can wait"});
        story.rita.post(&format!("{one}/refuse"), because.clone()).await.ok();
        let record = story.rita.get(&one).await.ok();
        assert_eq!(
            (&record["state"], &record["decided"]["note"]),
            (&json!("refused"), &because["reason"])
        );

        let raised = json!({"title": "Mine", "type": "normal", "cis": ["pay-db"],
            "implementer": "rita_release_manager"});
        let mine = number(&story.rita.post("/changes", raised).await.ok());
        let asked = story.anna.post("/exceptions", asked(&mine, &blackout)).await.ok();
        let grant = format!("/exceptions/{}/grant", number(&asked));
        story.rita.post(&grant, json!({})).await.refused(403, "exception.own_request");
        story.rosa.post(&grant, json!({})).await.ok();
        let take_back = format!("/exceptions/{}/revoke", number(&asked));
        story.ivan.post(&take_back, because.clone()).await.refused(403, "request.not_permitted");
        story.anna.post(&take_back, because).await.ok();
    });
}

#[test]
fn what_does_not_fit_is_named() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (change, blackout) = blocked(&story).await;
        let wrong = [
            (json!({"rule": "gravity"}), "/rule"),
            (json!({"rule": "release_order"}), "/rule"),
            (json!({"subject": "CHG-99"}), "/subject"),
            (json!({"with": "nothing"}), "/with"),
            (json!({"until": "2026-11-21T08:00:00Z"}), "/until"),
            (json!({"reason": " "}), "/reason"),
        ];
        for (wrong, pointer) in wrong {
            let mut body = asked(&change, &blackout);
            for (name, value) in wrong.as_object().expect("fields") {
                body[name] = value.clone();
            }
            let problem =
                story.anna.post("/exceptions", body).await.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
        }
        story.anna.get("/exceptions/EXC-9").await.refused(404, "request.unknown_record");
        let release = number(
            &story.rosa.post("/releases", json!({"title": "R", "type": "minor"})).await.ok(),
        );
        let refused = story.anna.post("/exceptions", asked(&release, &blackout)).await;
        refused.refused(403, "request.not_permitted");
        assert_eq!(story.anna.get("/exceptions").await.ok()["items"], json!([]));
    });
}
