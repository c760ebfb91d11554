//! A release window is asked of the teams that own the affected services: accepted, countered,
//! refused, and needed where the model says so.

use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, vote, window};
use crate::support::{Client, Stage, on_both};

/// A submitted release over a service that the payments team owns; Omar and Nina belong to it.
async fn planned(stage: &Stage) -> (Cast<'_>, Client<'_>, Client<'_>, String) {
    let story = cast(stage).await;
    let omar = stage.person("omar_operator", &["implementer"]).await;
    let nina = stage.person("nina_operator", &["release_manager"]).await;
    let admin = stage.person("amy_administrator", &["administrator", "service_owner"]).await;
    for (team, members) in [
        ("Payments operations", json!(["omar_operator", "nina_operator"])),
        ("Bystanders", json!(["cora_cab"])),
    ] {
        let fields = json!({"name": team, "members": members});
        admin.post("/teams", fields).await.ok();
    }
    let owned = json!({"team": "Payments operations"});
    admin.patch("/services/Payments", "*", owned).await.ok();
    let change = approved(&story, "Database", "pay-db", 20).await;
    let fields = json!({
        "title": "Payments 4.2", "type": "minor", "owner": "rosa_release_manager",
        "window": window("2026-11-28T20:00:00Z", "2026-11-29T00:00:00Z"),
    });
    let release = number(&story.rosa.post("/releases", fields).await.ok());
    let path = format!("/releases/{release}");
    story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    (story, omar, nina, path)
}

async fn team(client: &Client<'_>, path: &str) -> Json {
    let teams = client.get(path).await.ok()["window_answers"].clone();
    assert_eq!(teams.as_array().map(Vec::len), Some(1), "{teams}");
    teams[0].clone()
}

async fn may(client: &Client<'_>, path: &str, verb: &str) -> Json {
    let record = client.get(path).await.ok();
    let actions = record["actions"].as_array().expect("actions");
    actions.iter().find(|action| action["name"] == verb).expect("the verb").clone()
}

async fn on_board(client: &Client<'_>, path: &str) -> Vec<(Json, Json)> {
    let board = client.get(&format!("{path}/readiness")).await.ok();
    let items = board["items"].as_array().expect("items").iter();
    let teams = items.filter(|item| item["kind"] == "team");
    teams.map(|item| (item["state"].clone(), item["detail"].clone())).collect()
}

/// The one way out that the board offers where a team does not agree.
async fn way_out(client: &Client<'_>, path: &str) -> Json {
    let board = client.get(&format!("{path}/readiness")).await.ok();
    let mut items = board["items"].as_array().expect("items").iter();
    let team = items.find(|item| item["kind"] == "team").expect("a team");
    assert_eq!(team["ways"].as_array().map(Vec::len), Some(1), "{team:#}");
    team["ways"][0].clone()
}

fn seen(from: &str, to: &str) -> Json {
    json!({"seen": window(from, to)})
}

#[test]
fn a_window_is_asked_of_the_team_and_accepted_countered_or_refused() {
    on_both(async |stage| {
        let (story, omar, nina, path) = planned(&stage).await;
        let now = ("2026-11-28T20:00:00Z", "2026-11-29T00:00:00Z");
        let later = ("2026-11-30T20:00:00Z", "2026-12-01T00:00:00Z");
        assert_eq!(team(&story.rosa, &path).await["state"], "not_asked");
        assert_eq!(on_board(&story.rosa, &path).await, vec![]);
        let accept = format!("{path}/window/accept");
        omar.post(&accept, seen(now.0, now.1)).await.refused(409, "release.window_not_asked");
        let ask = format!("{path}/window/ask");
        let note = json!({"note": "ten minutes without payments"});
        story.anna.post(&ask, note.clone()).await.refused(403, "request.not_permitted");
        story.rosa.post(&ask, note).await.ok();
        let asked = team(&omar, &path).await;
        assert_eq!((&asked["state"], &asked["yours"]), (&json!("asked"), &json!(true)));
        assert_eq!(asked["note"], "ten minutes without payments");
        assert_eq!(asked["services"][0]["name"], "Payments");
        assert_eq!(team(&story.rosa, &path).await["yours"], false);

        // It waits for the members, and for nobody else.
        let waits = omar.get("/releases/asked").await.ok();
        assert_eq!(waits["items"][0]["team"]["name"], "Payments operations");
        assert_eq!(waits["items"][0]["window"], window(now.0, now.1));
        for other in [&story.rosa, &story.cab[1]] {
            assert_eq!(other.get("/releases/asked").await.ok()["items"], json!([]));
        }
        story.rosa.post(&accept, seen(now.0, now.1)).await.refused(403, "release.not_of_team");
        omar.post(&accept, seen(later.0, later.1)).await.refused(409, "release.window_not_asked");
        let refuse = format!("{path}/window/refuse");
        omar.post(&refuse, seen(now.0, now.1)).await.refused(422, "request.invalid");
        let mut no = seen(now.0, now.1);
        no["reason"] = json!("the batch runs");
        omar.post(&refuse, no).await.ok();
        assert_eq!(omar.get("/releases/asked").await.ok()["items"], json!([]));
        let words = json!("Payments operations refuses the window: the batch runs");
        assert_eq!(on_board(&story.rosa, &path).await, vec![(json!("waiting"), words)]);
        let elsewhere = way_out(&story.rosa, &path).await;
        assert_eq!(elsewhere["window"]["start"], "2026-11-29T20:00:00Z", "{elsewhere:#}");
        assert!(elsewhere["detail"].as_str().expect("words").ends_with("ask again"));

        // Another member proposes another window, and it is taken as it is.
        assert_eq!(may(&story.rosa, &path, "take_window").await["allowed"], false);
        let mut other = seen(now.0, now.1);
        other["window"] = window(later.0, later.1);
        other["reason"] = json!("the batch runs on Saturday");
        nina.post(&format!("{path}/window/counter"), other).await.ok();
        assert_eq!(team(&omar, &path).await["state"], "countered");
        assert_eq!(may(&story.rosa, &path, "take_window").await["allowed"], true);
        let theirs = way_out(&story.rosa, &path).await;
        assert_eq!(theirs["window"], window(later.0, later.1), "{theirs:#}");
        let take = format!("{path}/window/take");
        let whose = json!({"team": "Payments operations"});
        story.anna.post(&take, whose.clone()).await.refused(403, "request.not_permitted");
        story.rosa.post(&take, whose.clone()).await.ok();
        let release = story.rosa.get(&path).await.ok();
        assert_eq!(release["window"], window(later.0, later.1));
        assert_eq!(release["window_answers"][0]["state"], "accepted");
        story.rosa.post(&take, whose).await.refused(409, "release.window_not_asked");

        // A move makes it lapse, and moving back does not bring it back.
        for (from, to) in [now, later] {
            let fields = json!({"window": window(from, to)});
            story.rosa.patch(&path, "*", fields).await.ok();
            assert_eq!(team(&omar, &path).await["state"], "lapsed");
        }
        let events = format!("/audit/events?subject={}", &path["/releases/".len()..]);
        let history = story.rosa.get(&events).await.ok();
        let told = history["items"].as_array().expect("events").iter();
        let told = told.filter_map(|event| event["what"].as_str());
        let told: Vec<&str> = told.filter(|what| what.contains("Payments operations")).collect();
        let evening = "Sat 28 Nov 2026 21:00 – Sun 29 Nov 2026 01:00 Europe/Amsterdam";
        assert_eq!(
            told,
            [
                "countered the window for Payments operations, and proposes Mon 30 Nov 2026 \
                21:00 – Tue 1 Dec 2026 01:00 Europe/Amsterdam",
                "refused the window for Payments operations",
                &format!("asked Payments operations about the window {evening}"),
            ]
        );
    });
}

#[test]
fn who_asks_does_not_answer_and_other_services_make_an_answer_lapse() {
    on_both(async |stage| {
        let (story, omar, nina, path) = planned(&stage).await;
        let now = ("2026-11-28T20:00:00Z", "2026-11-29T00:00:00Z");
        nina.post(&format!("{path}/window/ask"), json!({})).await.ok();
        let accept = format!("{path}/window/accept");
        nina.post(&accept, seen(now.0, now.1)).await.refused(403, "approval.own_work");
        omar.post(&accept, seen(now.0, now.1)).await.ok();
        assert_eq!(team(&omar, &path).await["state"], "accepted");
        let admin = stage.person("art_administrator", &["administrator", "service_owner"]).await;
        let ledger = json!({"name": "Ledger", "criticality": 1, "team": "Payments operations"});
        admin.post("/services", ledger).await.ok();
        let ci = json!({"name": "led-01", "kind": "server", "service": "Ledger"});
        admin.post("/cis", ci).await.ok();
        let change = approved(&story, "Ledger", "led-01", 5).await;
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        assert_eq!(team(&omar, &path).await["state"], "lapsed");
        stage.rebuild().await;
        assert_eq!(omar.get("/releases/asked").await.ok()["items"], json!([]));
    });
}

#[test]
fn a_model_may_require_the_answer_before_anything_is_committed() {
    on_both(async |stage| {
        let (story, omar, _, path) = planned(&stage).await;
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let minor = files["releases/minor.toml"].as_str().expect("a file");
        let minor = minor.replacen("review_days", "window_answer = \"required\"\nreview_days", 1);
        files["releases/minor.toml"] = json!(minor);
        let body = json!({"files": files, "note": "operations has a say"});
        story.rosa.put("/policy", "0", body).await.ok();
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        let schedule = format!("{path}/schedule");
        let refused = story.rosa.post(&schedule, json!({})).await;
        let refused = refused.refused(409, "release.window_not_agreed");
        assert_eq!(
            refused["errors"][0]["detail"],
            "Payments operations is not asked about the window"
        );
        assert_eq!(may(&story.rosa, &path, "schedule").await["allowed"], false);
        assert_eq!(on_board(&story.rosa, &path).await[0].0, json!("stop"));
        story.rosa.post(&format!("{path}/window/ask"), json!({})).await.ok();
        let now = seen("2026-11-28T20:00:00Z", "2026-11-29T00:00:00Z");
        omar.post(&format!("{path}/window/accept"), now).await.ok();
        assert_eq!(on_board(&story.rosa, &path).await[0].0, json!("clear"));
        story.rosa.post(&schedule, json!({})).await.ok();
        assert_eq!(story.rosa.get(&path).await.ok()["scheduled"], true);

        // Each decision names the policy it was made under: the change was assessed before.
        let pins = async |record: &str| {
            let events = format!("/audit/events?subject={record}&limit=200");
            let events = story.rosa.get(&events).await.ok();
            let events = events["items"].as_array().expect("events").clone();
            let pins =
                events.into_iter().map(|event| (event["name"].clone(), event["policy"].clone()));
            pins.filter(|(_, policy)| !policy.is_null()).collect::<Vec<_>>()
        };
        assert_eq!(
            pins(&path["/releases/".len()..]).await,
            [(json!("release.scheduled.v1"), json!(1)), (json!("release.submitted.v1"), json!(1))]
        );
        let change = story.rosa.get(&path).await.ok()["changes"][0]["number"].clone();
        assert_eq!(
            pins(change.as_str().expect("a number")).await,
            [
                (json!("change.scheduled.v1"), json!(1)),
                (json!("change.risk_recorded.v1"), json!(0))
            ]
        );
    });
}
