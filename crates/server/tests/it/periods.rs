//! Maintenance windows, peak hours, blackouts, business events and sprints by rules, and the
//! preview of a draft.

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
    for (name, service) in [("pay-db", "Payments"), ("find-01", "Search")] {
        let ci = json!({"name": name, "kind": "server", "service": service});
        admin.post("/cis", ci).await.ok();
    }
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
    }
}

fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

async fn planned(client: &Client<'_>, title: &str, ci: &str, window: Json) -> String {
    let fields = json!({"title": title, "type": "normal", "cis": [ci], "window": window});
    let raised = client.post("/changes", fields).await.ok();
    raised["number"].as_str().expect("a number").to_owned()
}

fn list<'a>(of: &'a Json, field: &str) -> &'a [Json] {
    of[field].as_array().unwrap_or_else(|| panic!("{field} is a list: {of:#}"))
}

#[test]
fn a_rule_of_the_standard_repeats_with_days_left_out_and_added() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        // The first Sunday of each month, at two in the morning.
        let fields = json!({"name": "Sunday night", "services": ["Payments"],
            "repeats": "FREQ=MONTHLY;BYDAY=1SU", "except": ["2027-01-03"],
            "also": ["2027-01-10T03:30"],
            "window": window("2026-12-06T01:00:00Z", "2026-12-06T04:00:00Z")});
        let written = story.rosa.post("/windows", fields).await.ok();
        let range = "from=2026-12-01T00:00:00Z&to=2027-04-30T00:00:00Z";
        let calendar = story.anna.get(&format!("/calendar?{range}")).await.ok();
        let starts: Vec<&Json> =
            list(&calendar, "windows").iter().map(|band| &band["window"]["start"]).collect();
        let expected = [
            "2026-12-06T01:00:00Z",
            "2027-01-10T02:30:00Z",
            "2027-02-07T01:00:00Z",
            "2027-03-07T01:00:00Z",
            "2027-04-04T00:00:00Z",
        ];
        assert_eq!(starts, expected);

        let listed = &story.anna.get("/windows").await.ok()["items"][0];
        assert_eq!(listed["repeats"], "FREQ=MONTHLY;BYDAY=1SU");
        assert_eq!(listed["except"], json!(["2027-01-03"]));
        assert_eq!(list(listed, "next").len(), 5);
        assert_eq!(listed["next"][1]["window"]["end"], "2027-01-10T05:30:00Z");

        let path = format!("/windows/{}", written["id"].as_str().expect("an id"));
        let wrong = |repeats: &str| json!({"repeats": repeats});
        let refused = story.rosa.patch(&path, "1", wrong("FREQ=MONTHLY;BYDAY=1XX")).await;
        let problem = refused.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/repeats");
        let detail = problem["errors"][0]["detail"].as_str().expect("words");
        assert!(detail.contains("at character 14: BYDAY: `XX` is not a day"), "{detail}");
        let refused = story.rosa.patch(&path, "1", wrong("FREQ=MONTHLY;BYDAY=2SU")).await;
        let problem = refused.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/window");

        // A rule that ended is not looked at any more.
        let over = json!({"repeats": "FREQ=MONTHLY;BYDAY=1SU;COUNT=2", "also": []});
        story.rosa.patch(&path, "1", over).await.ok();
        let draft = json!({"cis": ["pay-db"],
            "window": window("2027-06-01T00:00:00Z", "2027-06-01T01:00:00Z")});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!(checked["conflicts"], json!([]));
    });
}

#[test]
fn a_night_on_which_the_clock_changes_is_marked() {
    on_both(async |stage| {
        stage.clock.set("2027-03-26T08:00:00Z".parse().unwrap());
        let story = cast(&stage).await;
        let fields = json!({"name": "Every night", "services": ["Payments"], "repeats": "daily",
            "window": window("2026-12-06T23:00:00Z", "2026-12-07T04:00:00Z")});
        story.rosa.post("/windows", fields).await.ok();
        let listed = &story.anna.get("/windows").await.ok()["items"][0];
        let moves: Vec<&Json> = list(listed, "next").iter().map(|at| &at["clock_moves"]).collect();
        assert_eq!(moves, [0, 60, 0, 0, 0], "the 28th loses an hour");
        assert_eq!(listed["next"][1]["window"]["end"], "2027-03-28T03:00:00Z");
    });
}

#[test]
fn work_in_peak_hours_is_warned_of() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let nobody = json!({"name": "Friday rush",
            "window": window("2026-12-04T08:00:00Z", "2026-12-04T17:00:00Z")});
        let problem = story.rosa.post("/peaks", nobody).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/services");
        let fields = json!({"name": "Friday rush", "services": ["Payments"],
            "repeats": "FREQ=WEEKLY;BYDAY=FR",
            "window": window("2026-12-04T08:00:00Z", "2026-12-04T17:00:00Z")});
        story.anna.post("/peaks", fields.clone()).await.refused(403, "request.not_permitted");
        story.rosa.post("/peaks", fields).await.ok();

        let midday = window("2026-12-11T11:00:00Z", "2026-12-11T12:00:00Z");
        let change = planned(&story.anna, "Database", "pay-db", midday).await;
        let found = story.anna.get(&format!("/conflicts?subject={change}")).await.ok();
        let [conflict] = list(&found, "items") else { panic!("one conflict: {found:#}") };
        assert_eq!(
            (&conflict["kind"], &conflict["severity"]),
            (&json!("peak_hours"), &json!("warning"))
        );
        assert_eq!(conflict["with_kind"], "peak");
        assert!(conflict["detail"].as_str().expect("words").contains("Friday rush"));
        let range = "from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";
        let calendar = story.anna.get(&format!("/calendar?{range}")).await.ok();
        assert_eq!(list(&calendar, "peaks").len(), 4);
        assert_eq!(names(&story.anna.get("/peaks").await.ok()["items"]), ["Friday rush"]);
    });
}

#[test]
fn a_business_event_warns_the_services_it_names() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let fields = json!({"name": "Winter sale", "services": ["Payments"], "repeats": "daily",
            "except": ["2026-12-12"],
            "window": window("2026-12-10T08:00:00Z", "2026-12-10T17:00:00Z")});
        let path = "/business-events";
        story.anna.post(path, fields.clone()).await.refused(403, "request.not_permitted");
        let nothing = story.rosa.post(path, json!({})).await.refused(422, "request.invalid");
        assert_eq!(nothing["errors"].as_array().map(Vec::len), Some(2), "a name and a time");
        let written = story.rosa.post(path, fields).await.ok();
        let of_one = format!("{path}/{}", written["id"].as_str().expect("an id"));

        let midday = || window("2026-12-11T11:00:00Z", "2026-12-11T12:00:00Z");
        let change = planned(&story.anna, "Database", "pay-db", midday()).await;
        let other = planned(&story.anna, "Search", "find-01", midday()).await;
        let found = story.anna.get(&format!("/conflicts?subject={change}")).await.ok();
        let [conflict] = list(&found, "items") else { panic!("one conflict: {found:#}") };
        assert_eq!(conflict["kind"], "business_event");
        assert_eq!(conflict["severity"], "warning");
        assert_eq!(conflict["with_kind"], "event");
        let detail = conflict["detail"].as_str().expect("words");
        assert!(detail.starts_with("the business event \"Winter sale\" lasts from"), "{detail}");
        let range = "from=2026-12-10T00:00:00Z&to=2026-12-14T00:00:00Z";
        let calendar = story.anna.get(&format!("/calendar?{range}")).await.ok();
        assert_eq!(list(&calendar, "events").len(), 3, "without the day that is left out");
        let one_of = |number: &str| {
            let mut entries = list(&calendar, "entries").iter();
            entries.find(|entry| entry["subject"]["number"] == number).expect("an entry")
        };
        let counts =
            |one: &Json| [&one["conflicts_open"], &one["conflicts_blocking"]].map(Json::as_i64);
        assert_eq!(counts(one_of(&change)), [Some(1), Some(0)]);
        assert_eq!(counts(one_of(&other)), [Some(0), Some(0)], "it names another service");
        let rows = story.anna.get("/changes").await.ok();
        let row = list(&rows, "items").iter().find(|row| row["number"] == change.as_str());
        assert_eq!(counts(row.expect("the change")), [Some(1), Some(0)]);

        // The other kinds do not hold it, and it is edited and taken away like them.
        let elsewhere = of_one.replace(path, "/peaks");
        story.rosa.patch(&elsewhere, "1", json!({})).await.refused(404, "request.unknown_record");
        story.rosa.patch(&of_one, "1", json!({"name": "Sale"})).await.ok();
        assert_eq!(names(&story.anna.get(path).await.ok()["items"]), ["Sale"]);
        story.rosa.delete(&of_one, "2").await.ok();
        assert_eq!(story.anna.get(path).await.ok()["items"], json!([]));
    });
}

#[test]
fn a_sprint_is_shown_and_collides_with_nothing() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let sprint = json!({"name": "Sprint", "repeats": "FREQ=WEEKLY;INTERVAL=2",
            "window": window("2026-12-07T08:00:00Z", "2026-12-18T16:00:00Z")});
        story.rosa.post("/sprints", sprint.clone()).await.ok();
        let inside = window("2026-12-08T11:00:00Z", "2026-12-08T12:00:00Z");
        let change = planned(&story.anna, "Database", "pay-db", inside.clone()).await;
        let found = story.anna.get(&format!("/conflicts?subject={change}")).await.ok();
        assert_eq!(found["items"], json!([]));
        let draft = json!({"subject": change, "window": inside});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!((&checked["conflicts"], &checked["blocking"]), (&json!([]), &json!(0)));
        let mut fields = sprint;
        fields["name"] = Json::Null;
        let preview = json!({"fields": fields});
        let preview = story.rosa.post("/sprints/preview", preview).await.ok();
        assert_eq!((&preview["hits"], list(&preview, "next").len()), (&json!([]), 5));
        let range = "from=2026-12-01T00:00:00Z&to=2027-01-03T00:00:00Z";
        let calendar = story.anna.get(&format!("/calendar?{range}")).await.ok();
        assert_eq!(list(&calendar, "sprints").len(), 2);
        assert_eq!(list(&calendar, "events").len(), 0);
    });
}

#[test]
fn a_draft_blackout_tells_whom_it_would_hit() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let on = |day: &str| {
            window(&format!("2026-12-{day}T20:00:00Z"), &format!("2026-12-{day}T22:00:00Z"))
        };
        let first = planned(&story.anna, "Database", "pay-db", on("05")).await;
        let second = planned(&story.anna, "Finder", "find-01", on("12")).await;
        planned(&story.anna, "On another day", "pay-db", on("13")).await;
        let draft = |services: Json| json!({"fields": {"services": services, "repeats": "weekly", "window": on("05")}});
        let hits = |preview: &Json| -> Vec<String> {
            let hits = list(preview, "hits").iter();
            hits.map(|hit| hit["subject"]["number"].as_str().expect("a number").to_owned())
                .collect()
        };
        let preview = story.anna.post("/blackouts/preview", draft(json!([]))).await.ok();
        assert_eq!(hits(&preview), [first.as_str(), &second]);
        assert_eq!((&preview["blocking"], &preview["truncated"]), (&json!(2), &json!(false)));
        assert_eq!(preview["hits"][0]["kind"], "blackout");
        assert_eq!(preview["hits"][0]["committed"], false);
        assert_eq!(preview["hits"][0]["overlap"]["start"], "2026-12-05T20:00:00Z");
        for hit in list(&preview, "hits") {
            let (next, window) = (&hit["next_free"], &hit["window"]);
            let text = |of: &Json, name: &str| of[name].as_str().expect("a time").to_owned();
            assert!(text(next, "start") > text(window, "start"), "later: {hit:#}");
            assert!(text(next, "start") >= text(&hit["overlap"], "end"), "past it: {hit:#}");
        }
        assert_eq!(list(&preview, "next").len(), 5);
        let narrow = story.anna.post("/blackouts/preview", draft(json!(["Search"]))).await.ok();
        assert_eq!(hits(&narrow), [second.as_str()]);
        assert_eq!(story.anna.get("/blackouts").await.ok()["items"], json!([]), "nothing is kept");

        let nothing = story.anna.post("/blackouts/preview", json!({"fields": {}})).await;
        let problem = nothing.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/window");
    });
}

#[test]
fn a_draft_window_tells_what_would_lie_outside_and_an_edit_is_held_against_the_rest() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let inside = planned(&story.anna, "Inside", "pay-db", evening).await;
        let noon = window("2026-12-05T11:00:00Z", "2026-12-05T12:00:00Z");
        let outside = planned(&story.anna, "Outside", "pay-db", noon).await;
        let fields = json!({"services": ["Payments"], "repeats": "daily",
            "window": window("2026-12-01T19:00:00Z", "2026-12-01T23:00:00Z")});
        let subjects = |preview: &Json| -> Vec<Json> {
            list(preview, "hits").iter().map(|hit| hit["subject"]["number"].clone()).collect()
        };
        let draft = json!({"fields": fields});
        let preview = story.anna.post("/windows/preview", draft).await.ok();
        assert_eq!(subjects(&preview), [outside.as_str()]);
        assert_eq!(preview["hits"][0]["kind"], "outside_window");

        let mut named = fields.clone();
        named["name"] = json!("Evenings");
        let id = story.rosa.post("/windows", named).await.ok()["id"].clone();
        let later = json!({"replaces": id, "fields":
            {"window": window("2026-12-01T21:00:00Z", "2026-12-01T23:00:00Z")}});
        let preview = story.anna.post("/windows/preview", later).await.ok();
        assert_eq!(subjects(&preview), [inside.as_str()], "the other lies outside already");
        let unknown = json!({"replaces": "prd_1", "fields": fields});
        let refused = story.anna.post("/windows/preview", unknown).await;
        refused.refused(404, "request.unknown_record");
    });
}
