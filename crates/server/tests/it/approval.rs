//! The list of approvals: who sees what waits, in which order, and what was decided.

use serde_json::{Value as Json, json};

use crate::support::{Client, on_both};

fn plans(title: &str) -> Json {
    json!({
        "title": title, "type": "normal", "description": "Replace the package.",
        "reason": "A defect is mended.", "category": "application", "cis": ["web-01"],
        "customer_impact": "none", "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.", "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.", "backout_minutes": 5,
    })
}

/// A change that waits for approval.
async fn waiting(anna: &Client<'_>, title: &str) -> String {
    let raised = anna.post("/changes", plans(title)).await.ok();
    let number = raised["number"].as_str().expect("a number").to_owned();
    anna.post(&format!("/changes/{number}/submit"), json!({})).await.ok();
    anna.post(&format!("/changes/{number}/assess"), json!({})).await.ok();
    number
}

async fn list(client: &Client<'_>, query: &str) -> Vec<Json> {
    let page = client.get(&format!("/approvals?{query}")).await.ok();
    page["items"].as_array().expect("a list").clone()
}

fn subjects(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["subject"]["number"].as_str().expect("a number")).collect()
}

/// Votes with what the list says, and nothing else.
async fn vote(client: &Client<'_>, row: &Json, verb: &str, reason: &str) {
    let number = row["subject"]["number"].as_str().expect("a number");
    let vote = json!({
        "round": row["round"], "content_hash": row["content_hash"], "reason": reason,
    });
    client.post(&format!("/changes/{number}/{verb}"), vote).await.ok();
}

#[test]
fn those_who_are_asked_see_what_waits_and_what_they_decided() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        let ci = json!({"name": "web-01", "kind": "server"});
        admin.post("/cis", ci).await.ok();
        let anna = stage.person("anna_requester", &["requester", "service_owner"]).await;
        let ivan = stage.person("ivan_implementer", &["implementer", "service_owner"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let change = waiting(&anna, "Replace").await;

        let rows = list(&sara, "state=pending&mine=true").await;
        assert_eq!(subjects(&rows), [change.as_str()]);
        let record = sara.get(&format!("/changes/{change}")).await.ok();
        assert_eq!(rows[0]["content_hash"], record["rounds"][0]["content_hash"]);
        assert_eq!(rows[0]["needed"], 1);
        assert_eq!(rows[0]["my_vote"], Json::Null);
        assert_eq!(rows[0]["subject_kind"], "change");
        assert_eq!(rows[0]["tier"], record["risk"]["tier"]);
        for barred in [&anna, &ivan] {
            assert_eq!(list(barred, "state=pending&mine=true").await, [] as [Json; 0]);
            assert_eq!(subjects(&list(barred, "state=pending").await), [change.as_str()]);
        }

        vote(&sara, &rows[0], "approve", "").await;
        assert_eq!(list(&sara, "mine=true").await, [] as [Json; 0]);
        let rows = list(&sara, "state=decided&mine=true").await;
        assert_eq!(rows[0]["my_vote"], "approve");
        assert_eq!(rows[0]["state"], "approved");
        assert_eq!(subjects(&list(&ivan, "state=approved").await), [change.as_str()]);
        assert_eq!(list(&ivan, "state=decided&mine=true").await, [] as [Json; 0]);

        let version = anna.get(&format!("/changes/{change}")).await.ok()["version"].to_string();
        let edit = json!({"test_plan": "Ask for the version, twice."});
        anna.patch(&format!("/changes/{change}"), &version, edit).await.ok();
        assert_eq!(list(&sara, "state=decided&mine=true").await, [] as [Json; 0], "it is void");
        let rows = list(&sara, "state=pending&mine=true").await;
        assert_eq!(subjects(&rows), [change.as_str()]);

        vote(&sara, &rows[0], "reject", "not on a Friday").await;
        let rows = list(&sara, "state=rejected&mine=true").await;
        assert_eq!(
            (&rows[0]["state"], &rows[0]["my_vote"]),
            (&json!("rejected"), &json!("reject"))
        );
        assert_eq!(list(&sara, "state=approved&mine=true").await, [] as [Json; 0]);
        sara.get("/approvals?state=maybe").await.refused(422, "request.invalid");
    });
}

#[test]
fn the_longest_waiting_comes_first_page_by_page() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
        let anna = stage.person("anna_requester", &["requester"]).await;
        let _ivan = stage.person("ivan_implementer", &["implementer"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let mut changes = Vec::new();
        for number in 0..5_i64 {
            stage.clock.set(stage.now().plus_minutes(1));
            changes.push(waiting(&anna, &format!("Replace {number}")).await);
        }
        for query in ["mine=true", "mine=false"] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/approvals?{query}&limit=2{cursor}");
                let page = sara.get(&path).await.ok();
                let rows = page["items"].as_array().expect("a list");
                assert!(rows.len() <= 2);
                found.extend(subjects(rows).into_iter().map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, changes);
        }
        sara.get("/approvals?cursor=yesterday").await.refused(422, "request.invalid");
    });
}
