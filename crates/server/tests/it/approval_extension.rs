//! A longer window for running work: asked for by who carries it out, decided by another, refused
//! where a blackout begins, and followed by the calendar.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    ivan: Client<'a>,
    edda: Client<'a>,
    rosa: Client<'a>,
}

/// A change of Anna's that Ivan carries out, its window running from 14 to 17.
async fn running(stage: &Stage) -> (Cast<'_>, String) {
    let admin = stage.person("ada_administrator", &["administrator"]).await;
    admin.post("/cis", json!({"name": "pay-db", "kind": "server"})).await.ok();
    let cast = Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        ivan: stage.person("ivan_implementer", &["implementer", "release_manager"]).await,
        edda: stage.person("edda_ecab", &["ecab_member"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
    };
    let sara = stage.person("sara_service_owner", &["service_owner"]).await;
    let change = raised(&cast.anna, "Database", ("14:00", "17:00")).await;
    let path = format!("/changes/{change}");
    for verb in ["submit", "assess"] {
        cast.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
    }
    let round = &cast.anna.get(&path).await.ok()["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    sara.post(&format!("{path}/approve"), vote).await.ok();
    cast.anna.post(&format!("{path}/schedule"), json!({})).await.ok();
    stage.clock.set(at("2026-11-21T14:05:00Z"));
    cast.ivan.post(&format!("{path}/start"), json!({})).await.ok();
    (cast, path)
}

async fn raised(client: &Client<'_>, title: &str, (from, to): (&str, &str)) -> String {
    let window = json!({
        "start": format!("2026-11-21T{from}:00Z"),
        "end": format!("2026-11-21T{to}:00Z"),
        "zone": "UTC",
    });
    let fields = json!({
        "title": title, "type": "normal", "description": "Replace it.", "reason": "Old.",
        "category": "application", "cis": ["pay-db"], "customer_impact": "none",
        "implementer": "ivan_implementer", "implementation_plan": "Install.",
        "test_plan": "Ask.", "backout_plan": "Go back.", "backout_minutes": 5, "window": window,
    });
    let change = client.post("/changes", fields).await.ok();
    change["number"].as_str().expect("a number").to_owned()
}

fn longer(end: &str) -> Json {
    json!({"end": format!("2026-11-21T{end}:00Z"), "reason": "the copy is slow"})
}

fn seen(end: &str) -> Json {
    json!({"end": format!("2026-11-21T{end}:00Z")})
}

fn may(record: &Json, verb: &str) -> Json {
    let actions = record["actions"].as_array().expect("actions");
    actions.iter().find(|action| action["name"] == verb).expect("the verb").clone()
}

#[test]
fn a_longer_window_is_asked_for_by_one_and_decided_by_another() {
    on_both(async |stage| {
        let (cast, path) = running(&stage).await;
        let Cast { anna, ivan, edda, rosa } = cast;
        let grant = format!("{path}/extension/grant");
        rosa.post(&grant, seen("18:00")).await.refused(409, "approval.no_extension");
        anna.post(&format!("{path}/extend"), longer("18:00"))
            .await
            .refused(403, "request.not_permitted");
        let next = raised(&anna, "The next one", ("17:30", "19:00")).await;

        ivan.post(&format!("{path}/extend"), longer("18:00")).await.ok();
        let record = edda.get(&path).await.ok();
        assert_eq!(record["window"]["end"], "2026-11-21T17:00:00Z", "nothing moved yet");
        let asked = &record["extension"];
        assert_eq!(asked["end"], "2026-11-21T18:00:00Z");
        assert_eq!(asked["asked_by"]["name"], "ivan_implementer Example");
        assert_eq!(asked["collisions"][0]["with"]["number"], next.as_str(), "{asked:#}");
        assert_eq!(asked["collisions"].as_array().map(Vec::len), Some(1));
        let row = &rosa.get("/extensions").await.ok()["items"][0];
        assert_eq!(row["subject"]["number"], record["number"]);
        assert_eq!(row["reason"], "the copy is slow");

        assert_eq!(may(&record, "grant_extension")["allowed"], true);
        let own = may(&ivan.get(&path).await.ok(), "grant_extension");
        assert_eq!(own["refusal"]["code"], "approval.own_work");
        ivan.post(&grant, seen("18:00")).await.refused(403, "approval.own_work");
        edda.post(&grant, seen("17:30")).await.refused(409, "approval.content_moved");
        edda.post(&grant, seen("18:00")).await.ok();

        let record = edda.get(&path).await.ok();
        assert_eq!(record["window"]["end"], "2026-11-21T18:00:00Z");
        assert_eq!(record["extension"], Json::Null);
        assert_eq!(rosa.get("/extensions").await.ok()["items"], json!([]));
        edda.post(&grant, seen("18:00")).await.refused(409, "approval.no_extension");
        let conflicts = anna.get(&format!("/conflicts?subject={next}")).await.ok();
        assert_eq!(conflicts["items"][0]["with"]["number"], record["number"], "it follows");
        let number = record["number"].as_str().expect("a number");
        let events = rosa.get(&format!("/audit/events?subject={number}")).await.ok();
        let kept = events["items"].as_array().expect("events").iter();
        let kept = kept.filter(|event| event["name"] == "change.extended.v1");
        let payloads: Vec<&Json> = kept.map(|event| &event["payload"]).collect();
        assert_eq!(payloads.len(), 1);
        assert!(payloads[0]["asked_by"].is_string(), "who asked is kept: {payloads:?}");
    });
}

#[test]
fn work_past_the_end_of_its_window_is_shown_as_overdue_once() {
    on_both(async |stage| {
        let (cast, path) = running(&stage).await;
        let Cast { ivan, edda, rosa, .. } = cast;
        let overdue = async || {
            let rows = rosa.get("/changes?overdue=true").await.ok()["items"].clone();
            let record = rosa.get(&path).await.ok();
            assert_eq!(rows[0]["overdue_since"], record["overdue_since"]);
            record["overdue_since"].clone()
        };
        assert_eq!(stage.wait_until(at("2026-11-21T16:59:59Z")).await, 0);
        assert_eq!(overdue().await, Json::Null);
        // Nobody looks for a while; then two do at once.
        stage.clock.set(at("2026-11-21T17:20:00Z"));
        tokio::join!(stage.fire(), stage.fire());
        assert_eq!(overdue().await, "2026-11-21T17:00:00Z");
        let told = "SELECT COUNT(*) FROM events WHERE name = 'change.window_overrun.v1'";
        assert_eq!(stage.count(told).await, 1);
        assert_eq!(stage.fire().await, 0);
        let others = rosa.get("/changes?overdue=false").await.ok();
        assert_eq!(others["items"], json!([]));

        // A longer window ends it, and its end is met in turn.
        ivan.post(&format!("{path}/extend"), longer("18:00")).await.ok();
        edda.post(&format!("{path}/extension/grant"), seen("18:00")).await.ok();
        assert_eq!(overdue().await, Json::Null);
        assert_eq!(stage.wait_until(at("2026-11-21T18:00:00Z")).await, 1);
        assert_eq!(overdue().await, "2026-11-21T18:00:00Z");
        assert_eq!(stage.count(told).await, 2);

        // The timer follows from the record, also where the rows are made anew.
        stage.rebuild().await;
        assert_eq!(stage.fire().await, 0);
        ivan.post(&format!("{path}/complete"), json!({"outcome": "successful"})).await.ok();
        assert_eq!(overdue().await, Json::Null);
        let timers = "SELECT COUNT(*) FROM timers WHERE kind = 'window.overrun'";
        assert_eq!(stage.count(timers).await, 0);
    });
}

#[test]
fn no_blackout_is_passed_without_an_exception() {
    on_both(async |stage| {
        let (cast, path) = running(&stage).await;
        let Cast { anna, ivan, rosa, .. } = cast;
        let blackout = json!({
            "name": "Evening", "reason": "the shop is full",
            "window": {"start": "2026-11-21T17:30:00Z", "end": "2026-11-21T22:00:00Z",
                "zone": "UTC"},
        });
        ivan.post(&format!("{path}/extend"), longer("18:00")).await.ok();
        let blackout = rosa.post("/blackouts", blackout).await.ok();
        let grant = format!("{path}/extension/grant");
        assert_eq!(rosa.get(&path).await.ok()["extension"]["blocking"], 1);
        rosa.post(&grant, seen("18:00")).await.refused(409, "calendar.conflict_blocks");
        let further = ivan.post(&format!("{path}/extend"), longer("18:30")).await;
        further.refused(409, "calendar.conflict_blocks");

        let number = anna.get(&path).await.ok()["number"].clone();
        let exception = json!({
            "rule": "blackout", "subject": number, "with": blackout["id"],
            "reason": "half a database serves nobody", "until": "2026-11-21T18:00:00Z",
        });
        anna.post("/exceptions", exception).await.ok();
        rosa.post("/exceptions/EXC-1/grant", json!({})).await.ok();
        rosa.post(&grant, seen("18:00")).await.ok();
        let number = number.as_str().expect("a number");
        let events = rosa.get(&format!("/audit/events?subject={number}")).await.ok();
        let events = events["items"].as_array().expect("events");
        let extended = events.iter().find(|event| event["name"] == "change.extended.v1");
        assert_eq!(extended.expect("extended")["payload"]["under"], json!(["EXC-1"]));
    });
}

#[test]
fn a_longer_window_is_turned_down_with_a_reason() {
    on_both(async |stage| {
        let (cast, path) = running(&stage).await;
        let Cast { ivan, rosa, .. } = cast;
        ivan.post(&format!("{path}/extend"), longer("18:00")).await.ok();
        let refuse = format!("{path}/extension/refuse");
        rosa.post(&refuse, json!({})).await.refused(422, "request.invalid");
        rosa.post(&refuse, json!({"reason": "the shop opens"})).await.ok();
        let record = rosa.get(&path).await.ok();
        assert_eq!(
            (&record["extension"], &record["window"]["end"]),
            (&Json::Null, &json!("2026-11-21T17:00:00Z"))
        );
        ivan.post(&format!("{path}/extend"), longer("17:30")).await.ok();
        let complete = json!({"outcome": "successful"});
        ivan.post(&format!("{path}/complete"), complete).await.ok();
        assert_eq!(rosa.get("/extensions").await.ok()["items"], json!([]), "work has ended");
    });
}
