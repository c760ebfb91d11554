//! The calendar: what it shows, whom a collision concerns, drafts, maintenance windows, blackouts.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, names, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    rosa: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let admin = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    for name in ["Payments", "Search"] {
        admin.post("/services", json!({"name": name, "criticality": 1})).await.ok();
    }
    for (name, service) in [("pay-app", "Payments"), ("pay-db", "Payments"), ("find-01", "Search")]
    {
        let ci = json!({"name": name, "kind": "server", "service": service});
        admin.post("/cis", ci).await.ok();
    }
    let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
    admin.put("/cis/pay-app/relations", "*", needs).await.ok();
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
    }
}

fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

/// A draft with a planned window.
async fn planned(client: &Client<'_>, title: &str, ci: &str, window: Json) -> String {
    let fields = json!({"title": title, "type": "normal", "cis": [ci], "window": window});
    let raised = client.post("/changes", fields).await.ok();
    raised["number"].as_str().expect("a number").to_owned()
}

async fn shown(client: &Client<'_>, query: &str) -> Json {
    let range = "from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";
    client.get(&format!("/calendar?{range}&{query}")).await.ok()
}

fn subjects(calendar: &Json) -> Vec<&str> {
    let entries = calendar["entries"].as_array().expect("a list").iter();
    entries.map(|entry| entry["subject"]["number"].as_str().expect("a number")).collect()
}

#[test]
fn a_change_stands_alone_or_in_its_release() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let morning = window("2026-12-03T06:00:00Z", "2026-12-03T07:00:00Z");
        let first = planned(&story.anna, "Find faster", "find-01", morning).await;
        let carried = planned(&story.anna, "Pay faster", "pay-app", evening()).await;
        let long = window("2026-10-20T00:00:00Z", "2026-12-01T00:30:00Z");
        let long = planned(&story.anna, "Move house", "pay-db", long).await;
        let touching = window("2026-11-30T23:00:00Z", "2026-12-01T00:00:00Z");
        planned(&story.anna, "Over when it begins", "pay-db", touching).await;
        let fields = json!({"title": "Spring", "type": "minor", "window": evening()});
        let release = story.rosa.post("/releases", fields).await.ok();
        let release = release["number"].as_str().expect("a number");
        let into = format!("/releases/{release}/changes/{carried}");
        story.rosa.put(&into, "*", json!({})).await.ok();

        let calendar = shown(&story.anna, "").await;
        assert_eq!(subjects(&calendar), [long.as_str(), &first, release]);
        let entry = &calendar["entries"][2];
        assert_eq!((&entry["kind"], &entry["type"]), (&json!("release"), &json!("minor")));
        assert_eq!((&entry["changes"], &entry["committed"]), (&json!(1), &json!(false)));
        assert_eq!(names(&entry["services"]), ["Payments"]);
        assert_eq!(calendar["truncated"], false);
        assert_eq!(subjects(&shown(&story.anna, "service=Search").await), [first.as_str()]);
        let of_payments = shown(&story.anna, "service=Payments").await;
        assert_eq!(subjects(&of_payments), [long.as_str(), release]);
        assert_eq!(subjects(&shown(&story.anna, "kind=release").await), [release]);
        assert_eq!(subjects(&shown(&story.anna, "environment=test").await), [] as [&str; 0]);

        story.anna.post(&format!("/changes/{first}/cancel"), json!({"reason": "no"})).await.ok();
        assert_eq!(subjects(&shown(&story.anna, "service=Search").await), [] as [&str; 0]);

        for wrong in
            ["from=2026-01-01T00:00:00Z&to=2027-06-01T00:00:00Z", "to=2020-01-01T00:00:00Z"]
        {
            let refused = story.anna.get(&format!("/calendar?{wrong}")).await;
            refused.refused(422, "request.invalid");
        }
    });
}

#[test]
fn each_side_of_a_collision_reads_it_from_its_own_ci() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let database = planned(&story.anna, "Database", "pay-db", evening()).await;
        let app = planned(&story.anna, "App", "pay-app", evening()).await;
        for (subject, with, kind, path) in [
            (&app, &database, "upstream_ci", "pay-app → uses → pay-db"),
            (&database, &app, "downstream_ci", "pay-db → is used by → pay-app"),
        ] {
            let list = story.anna.get(&format!("/conflicts?subject={subject}")).await.ok();
            let [conflict] = &list["items"].as_array().expect("a list")[..] else {
                panic!("one conflict: {list:#}")
            };
            assert_eq!(conflict["kind"], kind);
            assert_eq!(conflict["subject"]["number"], subject.as_str());
            assert_eq!(conflict["with"]["number"], with.as_str());
            assert_eq!(conflict["hits"][0]["path"], path);
            assert_eq!(conflict["severity"], "warning", "neither is committed");
            assert_eq!(conflict["overlap"]["zone"], "Europe/Amsterdam");
            let id = conflict["id"].as_str().expect("an id");
            assert_eq!(story.anna.get(&format!("/conflicts/{id}")).await.ok()["state"], "open");
        }
        let calendar = shown(&story.anna, "").await;
        assert_eq!(calendar["conflicts"].as_array().map(Vec::len), Some(1));
        assert_eq!(calendar["entries"][0]["conflicts_open"], 1);
        let row = &story.anna.get("/changes").await.ok()["items"][0];
        assert_eq!(row["conflicts_open"], 1);

        let list = story.anna.get("/conflicts?state=open&limit=1").await.ok();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list.get("next"), None);
        story.anna.get("/conflicts?state=closed").await.refused(422, "request.invalid");
        story.anna.get("/conflicts?subject=CHG-9").await.refused(404, "request.unknown_record");
        let nothing = "/conflicts/cfl_00000000000000000000000000000001";
        story.anna.get(nothing).await.refused(404, "request.unknown_record");
    });
}

#[test]
fn a_draft_is_checked_without_being_saved() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let change = planned(&story.anna, "Database", "pay-db", evening()).await;
        let blackout = json!({"name": "Year end", "reason": "the books are closed",
            "window": window("2026-12-05T21:00:00Z", "2027-01-02T00:00:00Z")});
        let blackout = story.rosa.post("/blackouts", blackout).await.ok();

        let draft = json!({"cis": ["pay-app"], "window": evening()});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        let kinds: Vec<&Json> = checked["conflicts"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|conflict| &conflict["kind"])
            .collect();
        assert_eq!(kinds, ["blackout", "upstream_ci"], "what blocks comes first");
        assert_eq!(checked["blocking"], 1);
        assert_eq!(checked["conflicts"][0]["id"], Json::Null);
        assert_eq!(checked["conflicts"][0]["with_kind"], "blackout");
        assert_eq!(checked["conflicts"][0]["with"]["name"], "Year end");

        let own = json!({"subject": change, "window": window("2026-12-05T19:00:00Z",
            "2026-12-05T21:00:00Z")});
        let checked = story.anna.post("/conflicts/check", own).await.ok();
        assert_eq!(checked["conflicts"], json!([]), "its own claim is left out, an edge is none");
        let elsewhere = json!({"cis": ["pay-db"], "environment": "test", "window": evening()});
        let checked = story.anna.post("/conflicts/check", elsewhere).await.ok();
        assert_eq!(checked["conflicts"].as_array().map(Vec::len), Some(1), "the blackout alone");

        let wrong = json!({"cis": ["pay-db", "gone"], "window": evening()});
        let problem = story.anna.post("/conflicts/check", wrong).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/cis/1");
        let draft = json!({"window": evening()});
        let problem = story.anna.post("/conflicts/check", draft).await;
        problem.refused(422, "request.invalid");

        let id = blackout["id"].as_str().expect("an id");
        story.rosa.delete(&format!("/blackouts/{id}"), "1").await.ok();
        let draft = json!({"cis": ["find-01"], "window": evening()});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!(checked["conflicts"], json!([]));
    });
}

#[test]
fn a_weekly_window_is_shown_each_time_at_its_wall_time() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let fields = json!({"name": "Sunday night", "services": ["Payments"], "repeats": "weekly",
            "window": window("2026-10-18T00:00:00Z", "2026-10-18T03:00:00Z")});
        story.anna.post("/windows", fields.clone()).await.refused(403, "request.not_permitted");
        let written = story.rosa.post("/windows", fields).await.ok();
        let id = written["id"].as_str().expect("an id");
        let calendar = shown(&story.anna, "service=Payments").await;
        let starts: Vec<&Json> = calendar["windows"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|band| &band["window"]["start"])
            .collect();
        // Two in the morning in Amsterdam, in summer and in winter.
        let sundays = ["06", "13", "20", "27"].map(|day| format!("2026-12-{day}T01:00:00Z"));
        assert_eq!(starts, sundays.iter().collect::<Vec<_>>());
        assert_eq!(shown(&story.anna, "service=Search").await["windows"], json!([]));

        let outside = json!({"cis": ["pay-db"], "window": window("2026-12-05T20:00:00Z",
            "2026-12-05T22:00:00Z")});
        let checked = story.anna.post("/conflicts/check", outside).await.ok();
        assert_eq!(checked["conflicts"][0]["kind"], "outside_window");
        assert_eq!(checked["conflicts"][0]["with_kind"], "window");

        let path = format!("/windows/{id}");
        let edit = json!({"name": "Sunday"});
        story.rosa.patch(&path, "9", edit.clone()).await.refused(412, "request.stale");
        story.rosa.patch(&path, "1", edit).await.ok();
        let list = story.anna.get("/windows").await.ok();
        assert_eq!(names(&list["items"]), ["Sunday"]);
        assert_eq!(list["items"][0]["version"], 2);
        assert_eq!(names(&list["items"][0]["services"]), ["Payments"]);
        let as_blackout = format!("/blackouts/{id}");
        story.rosa.delete(&as_blackout, "2").await.refused(404, "request.unknown_record");
        story.rosa.delete(&path, "2").await.ok();
        assert_eq!(story.anna.get("/windows").await.ok()["items"], json!([]));
    });
}

#[test]
fn a_conflict_with_a_blackout_that_was_taken_away_still_names_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let blackout = json!({"name": "Year end", "reason": "the books are closed",
            "window": evening()});
        let id = story.rosa.post("/blackouts", blackout).await.ok()["id"].clone();
        let change = planned(&story.anna, "Database", "pay-db", evening()).await;
        let path = format!("/blackouts/{}", id.as_str().expect("an id"));
        story.rosa.delete(&path, "1").await.ok();
        let list = story.anna.get(&format!("/conflicts?subject={change}")).await.ok();
        let conflict = &list["items"][0];
        assert_eq!(conflict["with"]["name"], "Year end");
        assert_eq!(conflict["severity"], "blocking");
        assert!(conflict["detail"].as_str().expect("words").contains("Year end"));
    });
}
