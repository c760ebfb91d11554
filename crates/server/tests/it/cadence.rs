//! The cadence of a release model opens its next release: once for each occurrence, whatever
//! becomes of the server, of the clock and of the policy in between.

use kernel::PersonId;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

const TRAIN: &str = include_str!("../policy/releases/train.toml");
const TIMELINE: &str = r#"
[[milestones]]
name = "Doors close"
hours_before_start = 72

[[tasks]]
title = "Print the timetable"
assign = "requester"
"#;
const SECOND_TUESDAY: &str = "FREQ=MONTHLY;BYDAY=2TU";
const THIRD_TUESDAY: &str = "FREQ=MONTHLY;BYDAY=3TU";

fn cadence(rule: &str, lead_days: u16) -> String {
    format!(
        "[cadence]\nrule = \"{rule}\"\nstart = \"20:00\"\nzone = \"Europe/Amsterdam\"\n\
        lead_days = {lead_days}\ntitle = \"Train {{year}}-{{month}}\"\n"
    )
}

/// Rosa at a time: a session does not last for months.
async fn on<'a>(stage: &'a Stage, rosa: PersonId, now: &str) -> Client<'a> {
    stage.clock.set(at(now));
    stage.sign_in(rosa, &format!("session of {now}")).await
}

async fn activate(rosa: &Client<'_>, version: &str, cadence: &str) {
    let mut files = rosa.get("/policy?version=0").await.ok()["files"].clone();
    files["releases/train.toml"] = json!(format!("{TRAIN}{TIMELINE}{cadence}"));
    rosa.put("/policy", version, json!({"files": files, "note": "By the month"})).await.ok();
}

/// When the next release is opened, and when its window begins.
async fn next(rosa: &Client<'_>) -> [Json; 2] {
    let models = rosa.get("/models").await.ok();
    let models = models["items"].as_array().expect("models");
    let train = models.iter().find(|model| model["name"] == "train").expect("the train");
    let next = &train["cadence"]["next"];
    [next["opens_at"].clone(), next["starts_at"].clone()]
}

async fn opened(rosa: &Client<'_>) -> Vec<String> {
    let releases = rosa.get("/releases").await.ok();
    let rows = releases["items"].as_array().expect("releases").iter();
    let mut titles: Vec<String> =
        rows.map(|row| row["title"].as_str().expect("a title").to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn the_next_release_is_opened_once_across_restarts_edits_and_a_moved_clock() {
    on_both(async |stage| {
        let person = stage.account("rosa_release_manager", &["release_manager"]).await;
        let rosa = on(&stage, person, "2026-11-21T08:00:00Z").await;
        activate(&rosa, "0", &cadence(SECOND_TUESDAY, 28)).await;
        // That of the 8th of December was to be opened before the cadence was in force.
        assert_eq!(next(&rosa).await, ["2026-12-15T19:00:00Z", "2027-01-12T19:00:00Z"]);
        assert_eq!(stage.wait_until(at("2026-12-15T18:59:59Z")).await, 0);
        assert_eq!(stage.wait_until(at("2026-12-15T19:00:00Z")).await, 1);

        let rosa = on(&stage, person, "2026-12-15T19:00:00Z").await;
        let release = rosa.get("/releases/REL-1").await.ok();
        assert_eq!(
            (&release["title"], &release["type"], &release["phase"]),
            (&json!("Train 2027-01"), &json!("train"), &json!("planning"))
        );
        let window = json!({"start": "2027-01-12T19:00:00Z", "end": "2027-01-12T20:30:00Z",
            "zone": "Europe/Amsterdam"});
        assert_eq!((&release["window"], &release["requester"]), (&window, &Json::Null));
        assert_eq!(release["milestones"][0]["name"], "Doors close");
        assert_eq!(release["tasks"][0]["title"], "Print the timetable");
        let history = rosa.get("/audit/events?subject=REL-1").await.ok();
        let told = history["items"].as_array().expect("events").iter();
        let told: Vec<&str> = told.filter_map(|event| event["what"].as_str()).collect();
        assert!(
            told.iter().any(|what| what.contains("by the cadence of its model for")),
            "{told:?}"
        );
        assert_eq!(next(&rosa).await, ["2027-01-12T19:00:00Z", "2027-02-09T19:00:00Z"]);

        // Not again: after a restart, a rebuild that sets the timer anew, and its cancellation.
        let cancel = json!({"reason": "No train in January"});
        rosa.post("/releases/REL-1/cancel", cancel).await.ok();
        let stage = stage.restarted().await;
        stage.rebuild().await;
        stage.fire().await;
        let rosa = on(&stage, person, "2026-12-16T08:00:00Z").await;
        assert_eq!(opened(&rosa).await, ["Train 2027-01"]);

        // Opened later from now on: the one of January is not opened another time.
        activate(&rosa, "1", &cadence(SECOND_TUESDAY, 21)).await;
        assert_eq!(next(&rosa).await, ["2027-01-19T19:00:00Z", "2027-02-09T19:00:00Z"]);
        assert_eq!(stage.wait_until(at("2026-12-22T19:00:00Z")).await, 1);
        let rosa = on(&stage, person, "2026-12-22T20:00:00Z").await;
        assert_eq!(opened(&rosa).await, ["Train 2027-01"]);
        // The clock is put back, and goes past that time again.
        stage.clock.set(at("2026-12-20T08:00:00Z"));
        assert_eq!(stage.wait_until(at("2026-12-22T20:00:00Z")).await, 0);

        // Another rule moves the timer.
        activate(&rosa, "2", &cadence(THIRD_TUESDAY, 21)).await;
        assert_eq!(next(&rosa).await, ["2026-12-29T19:00:00Z", "2027-01-19T19:00:00Z"]);
        assert_eq!(stage.wait_until(at("2026-12-29T18:59:59Z")).await, 0);

        // The server was down for months: of what passed meanwhile only the last is opened.
        assert_eq!(stage.wait_until(at("2027-06-01T08:00:00Z")).await, 1);
        let rosa = on(&stage, person, "2027-06-01T08:00:00Z").await;
        assert_eq!(opened(&rosa).await, ["Train 2027-01", "Train 2027-06"]);
        assert_eq!(next(&rosa).await, ["2027-06-29T18:00:00Z", "2027-07-20T18:00:00Z"]);

        activate(&rosa, "3", "").await;
        assert_eq!(next(&rosa).await, [Json::Null, Json::Null]);
        assert_eq!(stage.wait_until(at("2027-12-01T08:00:00Z")).await, 0);
        let rosa = on(&stage, person, "2027-12-01T08:00:00Z").await;
        assert_eq!(opened(&rosa).await.len(), 2);
    });
}

#[test]
fn nothing_is_opened_where_no_model_has_a_cadence() {
    on_both(async |stage| {
        let person = stage.account("rosa_release_manager", &["release_manager"]).await;
        let rosa = on(&stage, person, "2026-11-21T08:00:00Z").await;
        activate(&rosa, "0", "").await;
        assert_eq!(stage.wait_until(at("2027-11-21T08:00:00Z")).await, 0);
        assert_eq!(stage.count("SELECT COUNT(*) FROM releases").await, 0);
    });
}
