//! Finding records by their words and numbers.

use serde_json::{Value as Json, json};

use crate::support::on_both;

fn found(page: &Json) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|hit| format!("{} {}", hit["kind"], hit["title"]).replace('"', "")).collect()
}

#[test]
fn records_of_every_kind_are_found_by_their_words() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner", "administrator"]).await;
        anna.post("/services", json!({"name": "Checkout", "description": "Sells."})).await.ok();
        anna.post("/cis", json!({"name": "checkout-db", "kind": "database"})).await.ok();
        anna.post("/teams", json!({"name": "Checkout team"})).await.ok();
        anna.post("/incidents", json!({"title": "Checkout fails", "priority": 1})).await.ok();
        anna.post("/changes", json!({"title": "Checkout limit", "type": "normal"})).await.ok();
        stage.index().await;
        let all = anna.get("/search?q=checkout").await.ok();
        let mut kinds = found(&all);
        kinds.sort();
        let expected = [
            "change Checkout limit",
            "ci checkout-db",
            "incident Checkout fails",
            "service Checkout",
            "team Checkout team",
        ];
        assert_eq!(kinds, expected);
        let only = anna.get("/search?q=checkout&kind=incident").await.ok();
        let expected = json!([{"kind": "incident", "id": only["items"][0]["id"],
            "number": "INC-1", "title": "Checkout fails", "state": "open"}]);
        assert_eq!(only["items"], expected);
        assert_eq!(found(&anna.get("/search?q=check%20fai").await.ok()).len(), 0);
        let words = anna.get("/search?q=fails%20check").await.ok();
        assert_eq!(found(&words), ["incident Checkout fails"]);
        assert_eq!(found(&anna.get("/search?q=anna").await.ok()), ["person anna Example"]);
        assert_eq!(found(&anna.get("/search?q=").await.ok()).len(), 0);
        anna.get("/search?q=x&kind=nothing").await.refused(422, "request.invalid");
        stage.stranger().get("/search?q=x").await.refused(401, "identity.sign_in_required");
    });
}

#[test]
fn what_no_search_shows_takes_no_place_in_it() {
    on_both(async |stage| {
        let rosa = stage.person("rosa", &["release_manager"]).await;
        for number in 0..3 {
            let group = json!({"name": format!("Walrus {number}")});
            rosa.post("/user-groups", group).await.ok();
        }
        let change = json!({"title": "Weigh the walrus of the house", "type": "normal"});
        rosa.post("/changes", change).await.ok();
        stage.index().await;
        let hits = rosa.get("/search?q=walrus&limit=1").await.ok();
        assert_eq!(found(&hits), ["change Weigh the walrus of the house"]);
    });
}

#[test]
fn plans_tasks_boards_and_exceptions_are_found_too() {
    on_both(async |stage| {
        let rosa = stage.person("rosa", &["release_manager"]).await;
        let fields = json!({"title": "Move", "type": "normal", "test_plan": "Weigh a walrus."});
        rosa.post("/changes", fields).await.ok();
        let task = json!({"title": "Feed the walrus"});
        let release = json!({"title": "Spring", "type": "minor"});
        let release = rosa.post("/releases", release).await.ok();
        let tasks = format!("/releases/{}/tasks", release["number"].as_str().unwrap());
        rosa.post(&tasks, task).await.ok();
        rosa.post("/boards", json!({"name": "Walrus board", "roles": ["cab_member"]})).await.ok();
        stage.index().await;
        let mut kinds = found(&rosa.get("/search?q=walrus").await.ok());
        kinds.sort();
        assert_eq!(kinds, ["board Walrus board", "change Move", "release Spring"]);
        rosa.delete(&format!("{tasks}/1"), "*").await.ok();
        stage.index().await;
        let kinds = found(&rosa.get("/search?q=walrus").await.ok());
        assert_eq!(kinds.len(), 2, "{kinds:?}");
    });
}

#[test]
fn a_number_is_found_before_the_index_knows_it_and_first() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        for title in ["one", "two", "three mentions INC-1"] {
            anna.post("/incidents", json!({"title": title})).await.ok();
        }
        assert_eq!(found(&anna.get("/search?q=inc-1").await.ok()), ["incident one"]);
        stage.index().await;
        let hits = anna.get("/search?q=inc-1").await.ok();
        assert_eq!(found(&hits), ["incident one", "incident three mentions INC-1"]);
        assert_eq!(found(&anna.get("/search?q=inc-1&kind=service").await.ok()).len(), 0);
    });
}
