//! What a model brings along and when it fits, and what rules that are only observed would have
//! decided.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

struct Cast<'a> {
    ada: Client<'a>,
    anna: Client<'a>,
    rosa: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let ada = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    ada.post("/services", json!({"name": "Payments", "criticality": 1})).await.ok();
    let ci = json!({"name": "pay-db", "kind": "server", "service": "Payments"});
    ada.post("/cis", ci).await.ok();
    Cast {
        ada,
        anna: stage.person("anna_requester", &["requester"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
    }
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

/// Puts the built-in files in force with one of them edited.
async fn edited(ada: &Client<'_>, path: &str, from: &str, to: &str) {
    let mut files = ada.get("/policy").await.ok()["files"].clone();
    let text = files[path].as_str().expect("a file").to_owned();
    assert!(text.contains(from), "{path} has another text");
    files[path] = json!(text.replacen(from, to, 1));
    let version = ada.get("/policy").await.ok()["version"].to_string();
    ada.put("/policy", &version, json!({"files": files, "note": "tried"})).await.ok();
}

async fn change(story: &Cast<'_>, kind: &str, window: Json) -> String {
    let fields = json!({"title": "Work", "type": kind, "cis": ["pay-db"], "window": window});
    number(&story.anna.post("/changes", fields).await.ok())
}

#[test]
fn a_release_begins_with_the_timeline_of_its_model_and_keeps_to_its_window() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let timeline = "[[milestones]]\nname = \"Code freeze\"\nhours_before_start = 48\n\n\
            [[milestones]]\nname = \"Learnt\"\nhours_after_end = 24\n\n[[approval]]";
        edited(&story.ada, "releases/minor.toml", "[[approval]]", timeline).await;
        let window = json!({"start": "2026-11-22T08:00:00Z", "end": "2026-11-22T10:00:00Z",
            "zone": "UTC"});
        let fields = json!({"title": "Spring", "type": "minor", "window": window,
            "owner": "rosa_release_manager"});
        let release = number(&story.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{release}");
        let milestones = story.rosa.get(&path).await.ok()["milestones"].clone();
        assert_eq!(milestones[0]["at"], "2026-11-20T08:00:00Z");
        assert_eq!(milestones[0]["hours_before_start"], 48);
        assert_eq!(milestones[1]["at"], "2026-11-23T10:00:00Z");
        let late = async || {
            let board = story.rosa.get(&format!("{path}/readiness")).await.ok();
            let items = board["items"].as_array().expect("items").clone();
            items.into_iter().filter(|item| item["kind"] == "milestone").collect::<Vec<_>>()
        };
        let told = late().await;
        assert_eq!((told.len(), &told[0]["state"]), (1, &json!("waiting")));
        assert!(told[0]["detail"].as_str().expect("words").contains("Code freeze"));

        let later = json!({"start": "2026-11-29T08:00:00Z", "end": "2026-11-29T10:00:00Z",
            "zone": "UTC"});
        story.rosa.patch(&path, "*", json!({"window": later})).await.ok();
        assert_eq!(late().await, [] as [Json; 0], "it moved along");
        let mut milestones = story.rosa.get(&path).await.ok()["milestones"].clone();
        assert_eq!(milestones[0]["at"], "2026-11-27T08:00:00Z");
        milestones[0]["reached"] = json!(true);
        story.rosa.patch(&path, "*", json!({"milestones": milestones})).await.ok();
        let milestones = story.rosa.get(&path).await.ok()["milestones"].clone();
        assert_eq!(milestones[0]["reached"], true);
        assert_eq!(milestones[0]["hours_before_start"], 48, "it still moves along");
        let wrong = json!({"milestones": [{"name": "When?"}]});
        let problem = story.rosa.patch(&path, "*", wrong).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/milestones/0/at");
    });
}

#[test]
fn the_type_of_a_release_is_proposed_with_the_reason() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let proposal = async |asked: Json| story.anna.post("/models/proposal", asked).await.ok();
        let none = proposal(json!({})).await;
        assert_eq!(none.get("proposed"), None);
        assert_eq!(none["reason"], "the rule of no model holds");
        let evening = || {
            json!({"start": "2026-12-05T20:00:00Z", "end": "2026-12-05T22:00:00Z",
            "zone": "UTC"})
        };
        let fix = change(&story, "emergency", evening()).await;
        let found = proposal(json!({"changes": [fix]})).await;
        assert_eq!(found["proposed"], "emergency", "{found}");
        assert_eq!(found["reason"], "release.emergency is yes");
        let names: Vec<&Json> =
            found["rules"].as_array().expect("rules").iter().map(|rule| &rule["name"]).collect();
        assert_eq!(names, ["emergency", "major", "minor"]);
        let turns = &found["rules"][0]["facts"][0]["turns"][0];
        assert_eq!((&turns["value"], &turns["outcome"]), (&json!("no"), &json!("it does not fit")));
        let problem = story.anna.post("/models/proposal", json!({"changes": ["CHG-99"]})).await;
        problem.refused(422, "request.invalid");

        // By how much depends on what it touches.
        let by_tier = "release.tier in ['high', 'very_high']";
        let by_reach = "release.dependants > 0";
        edited(&story.ada, "releases/major.toml", by_tier, by_reach).await;
        let calm = change(&story, "normal", evening()).await;
        let proposed = async || proposal(json!({"changes": [calm]})).await;
        assert_eq!(proposed().await["proposed"], "minor");
        let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
        story.ada.post("/cis", json!({"name": "pay-app", "kind": "server"})).await.ok();
        story.ada.put("/cis/pay-app/relations", "*", needs).await.ok();
        let told = proposed().await;
        assert_eq!(told["proposed"], "major", "{told:#}");
        let reason = told["reason"].as_str().expect("words");
        assert!(reason.contains("release.dependants is 1"), "{reason}");
    });
}

#[test]
fn an_observed_rule_decides_nothing_and_tells_what_it_would_have() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let observed = async || story.anna.get("/policy/observed").await.ok();
        assert_eq!(observed().await["items"], json!([]));
        let rule = "[[rules]]\nname = \"Plans keep clear of each other\"\n\
            when = \"conflict.kind == 'same_ci'\"\nblocks = true\nobserve = true\n\n[[rules]]";
        edited(&story.ada, "conflicts.toml", "[[rules]]", rule).await;
        let evening = || {
            json!({"start": "2026-12-05T20:00:00Z", "end": "2026-12-05T22:00:00Z",
            "zone": "UTC"})
        };
        let one = change(&story, "normal", evening()).await;
        let two = change(&story, "normal", evening()).await;
        let draft = json!({"cis": ["pay-db"], "window": evening()});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!(checked["blocking"], 0, "it decides nothing");
        let told = observed().await;
        let items = told["items"].as_array().expect("items");
        let mut subjects: Vec<&str> = items
            .iter()
            .map(|item| item["subject"]["number"].as_str().expect("a number"))
            .collect();
        subjects.sort_unstable();
        assert_eq!(subjects, [one.as_str(), &two]);
        let item = &items[0];
        assert_eq!(
            [&item["decided"], &item["would"], &item["different"]],
            [&json!("it warns"), &json!("it blocks"), &json!(true)]
        );
        assert_eq!(item["rule"], "Plans keep clear of each other");
        let service = &told["services"][0];
        assert_eq!(service["service"]["name"], "Payments");
        assert_eq!((&service["observed"], &service["different"]), (&json!(2), &json!(2)));
        let why = story.anna.get(&format!("/changes/{one}/policy")).await.ok();
        let mut rules = why["rules"].as_array().expect("rules").iter();
        let conflict = rules.find(|rule| rule["about"] == "conflict").expect("one");
        assert_eq!(conflict["matched"], false);
        assert!(conflict["outcome"].as_str().expect("words").contains("only planned"));
    });
}
