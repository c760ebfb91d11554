//! Planning the backlog: a slot for each record that waits for a date, and none of them saved.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    rosa: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let ada = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    for (service, criticality) in [("Payments", 1), ("Search", 3)] {
        ada.post("/services", json!({"name": service, "criticality": criticality})).await.ok();
    }
    for (name, service) in [("pay-app", "Payments"), ("pay-db", "Payments"), ("find-01", "Search")]
    {
        let ci = json!({"name": name, "kind": "server", "service": service});
        ada.post("/cis", ci).await.ok();
    }
    let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
    ada.put("/cis/pay-app/relations", "*", needs).await.ok();
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
    }
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

async fn change(client: &Client<'_>, title: &str, ci: &str) -> String {
    let fields = json!({"title": title, "type": "normal", "cis": [ci]});
    number(&client.post("/changes", fields).await.ok())
}

async fn release(story: &Cast<'_>, title: &str, ci: &str) -> String {
    let fields = json!({"title": title, "type": "minor", "owner": "rosa_release_manager"});
    let release = number(&story.rosa.post("/releases", fields).await.ok());
    let change = change(&story.anna, title, ci).await;
    let path = format!("/releases/{release}/changes/{change}");
    story.rosa.put(&path, "*", json!({})).await.ok();
    release
}

async fn plan(client: &Client<'_>, asked: Json) -> Vec<Json> {
    let plan = client.post("/plans", asked).await.ok();
    plan["items"].as_array().expect("items").clone()
}

fn subjects(items: &[Json]) -> Vec<&str> {
    items.iter().map(|item| item["subject"]["number"].as_str().expect("a number")).collect()
}

fn of<'a>(items: &'a [Json], number: &str) -> &'a Json {
    let mut found = items.iter().filter(|item| item["subject"]["number"] == number);
    found.next().expect("an item")
}

#[test]
fn each_record_that_waits_for_a_date_has_a_slot_and_none_is_saved() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let search = change(&story.anna, "Find faster", "find-01").await;
        let second = release(&story, "Second", "pay-app").await;
        let first = release(&story, "First", "pay-db").await;
        let after = json!({"after": [first]});
        story.rosa.put(&format!("/releases/{second}/dependencies"), "*", after).await.ok();
        let window = json!({"start": "2026-12-05T20:00:00Z", "end": "2026-12-05T22:00:00Z",
            "zone": "Europe/Amsterdam"});
        let standing = json!({"title": "Stands", "type": "normal", "cis": ["pay-db"],
            "window": window});
        let standing = number(&story.anna.post("/changes", standing).await.ok());

        let asked = || json!({"after": "2026-12-05T20:00:00Z", "zone": "Europe/Amsterdam"});
        let items = plan(&story.anna, asked()).await;
        // What the most critical service waits for comes first, and draws forward what it needs.
        assert_eq!(subjects(&items), [first.as_str(), &second, &search]);
        assert_eq!(items, plan(&story.anna, asked()).await, "asked twice, answered alike");
        let slot = |number: &str| &of(&items, number)["slot"]["window"];
        assert_eq!(slot(&first)["start"], "2026-12-05T22:00:00Z", "what is only planned counts");
        let refused = &of(&items, &first)["refused"][0]["conflicts"][0];
        assert_eq!(refused["with"]["number"], standing.as_str());
        let end = |number: &str| slot(number)["end"].as_str().expect("a time").to_owned();
        assert!(slot(&second)["start"].as_str().expect("a time") >= end(&first).as_str());
        assert_eq!(of(&items, &second)["after"][0]["number"], first.as_str());
        let why = of(&items, &second)["refused"].as_array().expect("a list").iter();
        let kinds: Vec<&Json> =
            why.flat_map(|one| one["conflicts"].as_array().expect("a list")).collect();
        assert!(kinds.iter().any(|one| one["kind"] == "release_order"), "{kinds:?}");
        assert_eq!(slot(&search)["start"], "2026-12-05T20:00:00Z", "nothing stands in its way");
        let record = story.rosa.get(&format!("/releases/{first}")).await.ok();
        assert_eq!(record["window"], Json::Null, "nothing is saved");

        // A slot is taken by an ordinary edit, bound to the version that the plan saw.
        for number in [&first, &second] {
            let item = of(&items, number);
            let path = format!("/releases/{number}");
            let version = item["version"].to_string();
            story.rosa.patch(&path, &version, json!({"window": item["slot"]["window"]})).await.ok();
        }
        let conflicts = story.rosa.get(&format!("/conflicts?subject={second}")).await.ok();
        assert_eq!(conflicts["items"], json!([]), "what was proposed collides with nothing");
        assert_eq!(subjects(&plan(&story.anna, asked()).await), [search.as_str()]);
    });
}

#[test]
fn the_order_may_be_said_and_what_waits_for_no_date_is_refused() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let old = change(&story.anna, "Old", "pay-app").await;
        let new = change(&story.anna, "New", "pay-app").await;
        let asked = json!({"order": [new], "after": "2026-12-05T20:00:00Z", "minutes": 90});
        let items = plan(&story.anna, asked).await;
        assert_eq!(subjects(&items), [new.as_str(), &old]);
        assert_eq!(items[0]["slot"]["window"]["start"], "2026-12-05T20:00:00Z");
        assert_eq!(items[0]["slot"]["window"]["end"], "2026-12-05T21:30:00Z");
        assert_eq!(items[0]["rank"], "as you ordered it");
        assert_eq!(items[1]["slot"]["window"]["start"], "2026-12-05T21:30:00Z");
        let with = &items[1]["refused"][0]["conflicts"][0]["with"]["number"];
        assert_eq!(with, new.as_str(), "it is the other slot of the plan that is in the way");
        let alone = json!({"order": [old], "only": true});
        assert_eq!(subjects(&plan(&story.anna, alone).await), [old.as_str()]);

        let hold = format!("/changes/{old}/cancel");
        story.anna.post(&hold, json!({"reason": "no longer needed"})).await.ok();
        for (asked, pointer) in [
            (json!({"order": [old]}), "/order/0"),
            (json!({"order": ["CHG-999"]}), "/order/0"),
            (json!({"minutes": 0}), "/minutes"),
            (json!({"after": "soon"}), "/after"),
        ] {
            let problem = story.anna.post("/plans", asked).await;
            let problem = problem.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        stage.stranger().post("/plans", json!({})).await.refused(401, "identity.sign_in_required");
    });
}
