//! The knowledge base: written, approved by somebody else, published, found; release notes from the
//! record, and the release that waits for them.

use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, vote, window};
use crate::support::{Client, at, names, on_both};

fn titles(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

async fn write(client: &Client<'_>, fields: Json) -> String {
    number(&client.post("/knowledge", fields).await.ok())
}

/// Written by Anna, approved by Rosa, published by Anna.
async fn publish(story: &Cast<'_>, fields: Json) -> String {
    let article = write(&story.anna, fields).await;
    let path = format!("/knowledge/{article}");
    story.rosa.post(&format!("{path}/approve"), json!({})).await.ok();
    story.anna.post(&format!("{path}/publish"), json!({})).await.ok();
    article
}

#[test]
fn an_article_is_approved_by_somebody_else_published_and_found() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let otto = stage.person("otto_auditor", &["auditor"]).await;
        otto.post("/knowledge", json!({"title": "x"})).await.refused(403, "request.not_permitted");
        let wrong = json!({"title": "x", "kind": "rumour", "services": ["nothing"]});
        let problem = story.anna.post("/knowledge", wrong).await.refused(422, "request.invalid");
        let pointers = problem["errors"].as_array().unwrap().iter();
        let pointers: Vec<&str> = pointers.map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/kind", "/services/0"]);

        let fields = json!({"title": "Restart the queue", "kind": "workaround",
            "body": "Off, then on.\nWait.", "services": ["Payments"]});
        assert_eq!(write(&story.rosa, fields).await, "KB-1");
        let path = "/knowledge/KB-1";
        let verb = |verb: &str| format!("{path}/{verb}");
        let own = story.rosa.post(&verb("approve"), json!({})).await;
        own.refused(403, "knowledge.own_draft");
        let may_not = story.anna.post(&verb("approve"), json!({})).await;
        may_not.refused(403, "request.not_permitted");
        let early = story.rosa.post(&verb("publish"), json!({})).await;
        early.refused(409, "knowledge.wrong_state");
        let article = story.rosa.get(path).await.ok();
        let refused = |name: &str| {
            let actions = article["actions"].as_array().unwrap();
            let action = actions.iter().find(|action| action["name"] == name).unwrap();
            action["refusal"]["code"].clone()
        };
        assert_eq!(refused("approve"), "knowledge.own_draft");
        assert_eq!(article["in_force"], Json::Null);
        story.rita.post(&verb("approve"), json!({})).await.ok();
        story.rosa.post(&verb("publish"), json!({})).await.ok();
        let article = otto.get("/knowledge/kb-1").await.ok();
        assert_eq!((&article["state"], &article["in_force"]), (&json!("published"), &json!(1)));
        assert_eq!(article["versions"][0]["approved_by"]["name"], "rita_release_manager Example");
        stage.index().await;
        let found = otto.get("/search?q=queue").await.ok();
        assert_eq!(found["items"][0]["number"], "KB-1");
        assert_eq!(titles(&otto.get("/knowledge?q=queue").await.ok()), ["Restart the queue"]);
        assert_eq!(titles(&otto.get("/knowledge?q=kb-1").await.ok()), ["Restart the queue"]);
        let text = otto.text("/knowledge/KB-1/markdown").await;
        assert_eq!(text, "# Restart the queue\n\nOff, then on.\nWait.\n");
        otto.get("/knowledge/KB-9").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn what_was_published_stays_while_the_next_version_is_written() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let fields = json!({"title": "Restart it", "kind": "guide", "body": "Off.\nOn.\nWait."});
        let article = publish(&story, fields).await;
        let path = format!("/knowledge/{article}");
        let next = json!({"title": "Restart the queue", "body": "Off.\nCount to ten.\nOn.\nWait."});
        story.rosa.patch(&path, "1", next.clone()).await.refused(412, "request.stale");
        story.rosa.patch(&path, "3", next).await.ok();
        let shown = story.anna.get(&path).await.ok();
        assert_eq!((&shown["state"], &shown["in_force"]), (&json!("draft"), &json!(1)));
        assert_eq!(names(&shown["authors"]), ["rosa_release_manager Example"]);
        let listed = story.anna.get("/knowledge?state=draft").await.ok();
        assert_eq!(titles(&listed), ["Restart it"], "readers see the version in force");
        let lines = |found: &Json| {
            let lines = found["lines"].as_array().unwrap().iter();
            let told = lines.map(|line| {
                format!("{} {}", line["mark"].as_str().unwrap(), line["text"].as_str().unwrap())
            });
            told.collect::<Vec<_>>()
        };
        let found = story.anna.get(&format!("{path}/difference")).await.ok();
        let expected = ["same Off.", "added Count to ten.", "same On.", "same Wait."];
        assert_eq!(lines(&found), expected);
        assert_eq!((&found["from"], &found["to"]), (&json!(1), &Json::Null));
        story.rita.post(&format!("{path}/approve"), json!({})).await.ok();
        story.rosa.post(&format!("{path}/publish"), json!({})).await.ok();
        let first = story.anna.get(&format!("{path}/versions/1")).await.ok();
        assert_eq!(first["body"], "Off.\nOn.\nWait.");
        story.anna.get(&format!("{path}/versions/3")).await.refused(404, "request.unknown_record");
        let found = story.anna.get(&format!("{path}/difference?to=2")).await.ok();
        assert_eq!((&found["from"], &found["title_before"]), (&json!(1), &json!("Restart it")));
        let retire = format!("{path}/retire");
        story.rosa.post(&retire, json!({})).await.refused(422, "request.invalid");
        story.rosa.post(&retire, json!({"reason": "gone"})).await.ok();
        let shown = story.anna.get(&path).await.ok();
        assert_eq!((&shown["state"], &shown["in_force"]), (&json!("retired"), &Json::Null));
        let late = story.rosa.patch(&path, "*", json!({"title": "x"})).await;
        late.refused(409, "knowledge.wrong_state");
    });
}

#[test]
fn what_is_known_is_told_where_it_applies() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        story.sara.post("/services", json!({"name": "Reports"})).await.ok();
        for (title, kind, service) in [
            ("Restart the queue", "workaround", "Payments"),
            ("No refunds on Sundays", "known_limitation", "Payments"),
            ("How to refund", "guide", "Payments"),
            ("Slow in January", "known_limitation", "Reports"),
        ] {
            let body = json!({"title": title, "kind": kind, "body": "x", "services": [service]});
            publish(&story, body).await;
        }
        let draft = json!({"title": "A draft", "kind": "workaround", "services": ["Payments"]});
        write(&story.anna, draft).await;
        let change = approved(&story, "Database", "pay-db", 10).await;
        let release = json!({"title": "Patch", "type": "minor"});
        let release = number(&story.rosa.post("/releases", release).await.ok());
        let attached = format!("/releases/{release}/changes/{change}");
        story.rosa.put(&attached, "*", json!({})).await.ok();
        for record in ["Payments", change.as_str(), release.as_str()] {
            let page = story.anna.get(&format!("/knowledge?applies_to={record}")).await.ok();
            assert_eq!(titles(&page), ["No refunds on Sundays", "Restart the queue"], "{record}");
        }
        // Words and filters together fill the page, though most of what the words find is no guide.
        stage.index().await;
        let page = story.anna.get("/knowledge?q=refund&limit=1").await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        for kind in ["guide", "known_limitation"] {
            let path = format!("/knowledge?q=refund&limit=1&kind={kind}");
            assert_eq!(titles(&story.anna.get(&path).await.ok()).len(), 1, "{kind}");
        }
        let page = story.anna.get("/knowledge?applies_to=CHG-99").await;
        page.refused(422, "request.invalid");
        let page = story.anna.get("/knowledge?service=payments&kind=guide&in_force=true").await;
        assert_eq!(titles(&page.ok()), ["How to refund"]);
    });
}

/// The built-in policy, with a minor release that asks for its notes.
async fn ask_for_notes(story: &Cast<'_>) {
    let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
    let minor = files["releases/minor.toml"].as_str().unwrap();
    let minor = minor.replacen("review_days", "notes = \"required\"\nreview_days", 1);
    files["releases/minor.toml"] = json!(minor);
    let body = json!({"files": files, "note": "customers read along"});
    story.rosa.put("/policy", "0", body).await.ok();
}

#[test]
fn a_release_whose_model_asks_for_notes_waits_for_them() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        ask_for_notes(&story).await;
        let known = json!({"title": "No refunds on Sundays", "kind": "known_limitation",
            "audience": "customers", "body": "x", "services": ["Payments"]});
        publish(&story, known).await;
        let change = approved(&story, "New <b>database</b>", "pay-db", 10).await;
        let created = json!({"title": "Patch", "type": "minor", "owner": "rosa_release_manager",
            "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
        let release = number(&story.rosa.post("/releases", created).await.ok());
        let path = format!("/releases/{release}");
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        let lamp = async || {
            let board = story.rosa.get(&format!("{path}/readiness")).await.ok();
            let items = board["items"].as_array().unwrap().clone();
            items.into_iter().find(|item| item["kind"] == "notes").unwrap()["state"].clone()
        };
        assert_eq!(lamp().await, "stop");
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
        stage.clock.set(at("2026-11-21T14:05:00Z"));
        let early = story.ivan.post(&format!("{path}/deploy"), json!({})).await;
        early.refused(409, "release.notes_missing");

        let notes = format!("{path}/notes");
        let wrong = story.rosa.post(&notes, json!({"audience": "nobody"})).await;
        wrong.refused(422, "request.invalid");
        let internal = number(&story.rosa.post(&notes, json!({"audience": "internal"})).await.ok());
        let article = story.anna.get(&format!("/knowledge/{internal}")).await.ok();
        let body = article["body"].as_str().unwrap();
        assert!(body.contains(&format!("### {change} New \\<b\\>database\\</b\\>")), "{body}");
        assert!(body.contains("- KB-1 No refunds on Sundays"), "{body}");
        assert_eq!(article["release"]["number"], release.as_str());
        assert_eq!(names(&article["services"]), ["Payments"]);
        let outside = number(&story.rosa.post(&notes, json!({"audience": "customers"})).await.ok());
        let article = story.anna.get(&format!("/knowledge/{outside}")).await.ok();
        let body = article["body"].as_str().unwrap();
        assert!(!body.contains("CHG-") && body.contains("- No refunds on Sundays"), "{body}");

        let path_of = format!("/knowledge/{internal}");
        story.rita.post(&format!("{path_of}/approve"), json!({})).await.ok();
        assert_eq!(lamp().await, "stop", "approved is not published");
        story.rosa.post(&format!("{path_of}/publish"), json!({})).await.ok();
        assert_eq!(lamp().await, "clear");
        story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    });
}
