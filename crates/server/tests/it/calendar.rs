//! The calendar: what it shows, whom a collision concerns, drafts, maintenance windows, blackouts.

use interlock_server::bus::Envelope;
use interlock_server::service::ImportCis;
use kernel::Actor;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, names, on_both};

struct Cast<'a> {
    ada: Client<'a>,
    anna: Client<'a>,
    rosa: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let ada = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    for name in ["Payments", "Search"] {
        ada.post("/services", json!({"name": name, "criticality": 1})).await.ok();
    }
    for (name, service) in [("pay-app", "Payments"), ("pay-db", "Payments"), ("find-01", "Search")]
    {
        let ci = json!({"name": name, "kind": "server", "service": service});
        ada.post("/cis", ci).await.ok();
    }
    let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
    ada.put("/cis/pay-app/relations", "*", needs).await.ok();
    Cast {
        ada,
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
fn the_calendar_is_narrowed_down_to_a_region_by_a_ci_or_else_by_its_service() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let at = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let service = json!({"name": "Customs", "region": "Amsterdam"});
        story.ada.post("/services", service).await.ok();
        for (ci, region) in [("desk-ams", ""), ("desk-nyc", "New York")] {
            let fields = json!({"name": ci, "kind": "server", "service": "Customs",
                "region": region});
            story.ada.post("/cis", fields).await.ok();
        }
        let home = planned(&story.anna, "Home", "desk-ams", at()).await;
        let away = planned(&story.anna, "Away", "desk-nyc", at()).await;
        planned(&story.anna, "Nowhere", "pay-db", at()).await;
        let named = json!({"title": "By name", "type": "normal", "services": ["Customs"],
            "window": at()});
        let named = story.anna.post("/changes", named).await.ok();
        let named = named["number"].as_str().expect("a number").to_owned();
        let release = json!({"title": "Desks", "type": "minor", "window": at()});
        let release = story.rosa.post("/releases", release).await.ok();
        let release = release["number"].as_str().expect("a number").to_owned();
        let travelling = planned(&story.anna, "Travelling", "desk-nyc", at()).await;
        let path = format!("/releases/{release}/changes/{travelling}");
        story.rosa.put(&path, "*", json!({})).await.ok();
        for (name, services) in [
            ("Customs day", json!(["Customs"])),
            ("Search day", json!(["Search"])),
            ("All", json!([])),
        ] {
            let event = json!({"name": name, "services": services, "window": at()});
            story.rosa.post("/business-events", event).await.ok();
        }

        for (region, expected, events) in
            [("amsterdam", vec![&home, &named], 2), ("New%20York", vec![&away, &release], 2)]
        {
            let calendar = shown(&story.anna, &format!("region={region}")).await;
            let mut found = subjects(&calendar);
            found.sort_unstable();
            assert_eq!(found, expected, "{region}");
            assert_eq!(calendar["events"].as_array().map(Vec::len), Some(events), "{region}");
        }
        let unknown = "/calendar?region=Atlantis";
        let problem = story.anna.get(unknown).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/region");
        story.anna.get("/calendar/outages?region=new%20york").await.ok();
        let regions = story.anna.get("/regions").await.ok();
        assert_eq!(names(&regions["items"]), ["Amsterdam", "New York"]);
        let first = story.anna.get("/regions?limit=1").await.ok();
        let next = first["next"].as_str().expect("a cursor");
        let second = story.anna.get(&format!("/regions?limit=1&cursor={next}")).await.ok();
        assert_eq!((names(&second["items"]), second.get("next")), (vec!["New York"], None));
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
        assert_eq!(calendar["entries"][0]["conflicts_blocking"], 0, "neither is committed");
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
        let found = checked["conflicts"].as_array().map(Vec::len);
        assert_eq!(found, Some(2), "whatever is stated, pay-db stands where it stands");

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

/// A change of low risk that is approved and scheduled, on some CIs.
async fn committed(story: &Cast<'_>, cis: &[&str], window: Json) -> String {
    let fields = json!({
        "title": "Certain", "type": "standard", "cis": cis, "window": window,
        "description": "Patch it.", "reason": "It is old.",
        "implementation_plan": "Do it.", "backout_plan": "Undo it.", "backout_minutes": 5,
        "test_plan": "Look.", "implementer": "anna_requester", "category": "application",
        "customer_impact": "none",
    });
    let raised = story.anna.post("/changes", fields).await.ok();
    let number = raised["number"].as_str().expect("a number").to_owned();
    let path = format!("/changes/{number}");
    story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
    let change = story.anna.get(&path).await.ok();
    let round = &change["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    story.ada.post(&format!("{path}/approve"), vote).await.ok();
    story.anna.post(&format!("{path}/schedule"), json!({})).await.ok();
    number
}

#[test]
fn the_next_free_slots_are_ranked_and_what_is_refused_before_them_says_why() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let night = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let busy = committed(&story, &["pay-db"], night).await;
        let blackout = json!({"name": "Year end", "reason": "the books are closed",
            "window": window("2026-12-05T23:00:00Z", "2026-12-06T06:00:00Z")});
        story.rosa.post("/blackouts", blackout).await.ok();
        let maybe = window("2026-12-06T06:00:00Z", "2026-12-06T07:00:00Z");
        let maybe = planned(&story.anna, "Perhaps", "pay-app", maybe).await;

        let asked = "/slots?cis=pay-app&duration=90&after=2026-12-05T20:00:00Z";
        let found = story.anna.get(&format!("{asked}&zone=Europe/Amsterdam")).await.ok();
        let refused = found["refused"].as_array().expect("a list");
        let why = |index: usize| refused[index]["conflicts"][0]["detail"].as_str().expect("words");
        assert_eq!(refused[0]["window"]["start"], "2026-12-05T20:00:00Z");
        assert_eq!(refused[0]["until"], "2026-12-05T22:00:00Z");
        assert!(why(0).contains(&busy) && why(0).contains("pay-app → uses → pay-db"), "{}", why(0));
        assert!(why(1).contains("Year end"), "{}", why(1));
        assert_eq!(refused[1]["until"], "2026-12-06T06:00:00Z");
        let slots = found["slots"].as_array().expect("a list");
        assert_eq!(slots.len(), 5);
        assert_eq!(slots[0]["window"]["start"], "2026-12-07T06:00:00Z", "rather a quiet day later");
        assert_eq!(slots[0]["window"]["zone"], "Europe/Amsterdam");
        let earliest = slots.iter().find(|slot| slot["earliest"] == true).expect("the first");
        assert_eq!(earliest["window"]["start"], "2026-12-06T06:00:00Z");
        assert_eq!(earliest["warnings"][0]["with"]["number"], maybe.as_str());
        for slot in slots {
            let draft = json!({"cis": ["pay-app"], "window": slot["window"]});
            let checked = story.anna.post("/conflicts/check", draft).await.ok();
            assert_eq!(checked["blocking"], 0, "detection agrees");
        }

        let own = story.anna.get(&format!("/slots?subject={maybe}&limit=1")).await.ok();
        assert_eq!(own["slots"][0]["window"]["start"], "2026-12-06T06:00:00Z", "its own place");
        assert_eq!(own["slots"][0]["window"]["end"], "2026-12-06T07:00:00Z");
        let of_service = "/slots?services=Payments&duration=60&after=2026-12-05T20:00:00Z";
        let found = story.anna.get(of_service).await.ok();
        let refused = &found["refused"][0]["conflicts"][0];
        assert_eq!(refused["with"]["number"], busy.as_str(), "all CIs of the service");

        for (wrong, pointer) in [
            ("cis=pay-app", "/duration"),
            ("cis=pay-app&duration=0", "/duration"),
            ("cis=gone&duration=60", "/cis/0"),
            ("duration=60", "/subject"),
            ("cis=pay-app&duration=60&limit=900", "/limit"),
        ] {
            let answer = story.anna.get(&format!("/slots?{wrong}")).await;
            let problem = answer.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        story.anna.get("/slots?subject=CHG-999").await.refused(404, "request.unknown_record");
        stage.stranger().get(asked).await.refused(401, "identity.sign_in_required");
    });
}

#[test]
fn slots_of_a_service_lie_in_its_maintenance_windows_at_their_wall_time() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let fields = json!({"name": "Sunday night", "services": ["Payments"], "repeats": "weekly",
            "window": window("2026-10-18T00:00:00Z", "2026-10-18T03:00:00Z")});
        story.rosa.post("/windows", fields).await.ok();
        let asked = "/slots?cis=pay-db&duration=120&after=2027-03-20T00:00:00Z&limit=3";
        let found = story.anna.get(&format!("{asked}&zone=Europe/Amsterdam")).await.ok();
        let starts: Vec<&Json> = found["slots"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|slot| &slot["window"]["start"])
            .collect();
        // Two in the morning: on 28 March that hour is skipped, and from then on it is summer.
        let sundays = ["2027-03-21T01:00:00Z", "2027-03-28T01:00:00Z", "2027-04-04T00:00:00Z"];
        assert_eq!(starts, sundays.iter().collect::<Vec<_>>());
        let refused = &found["refused"][0]["conflicts"][0];
        assert_eq!(refused["kind"], "outside_window");
        let reasons = found["slots"][0]["reasons"].as_array().expect("a list");
        assert!(reasons.iter().any(|reason| reason["kind"] == "inside_window"));
    });
}

#[test]
fn the_last_of_very_many_claims_still_blocks() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let names: Vec<String> = (0..128).map(|number| format!("node-{number:03}")).collect();
        for name in &names {
            let ci = json!({"name": name, "kind": "server"});
            story.ada.post("/cis", ci).await.ok();
        }
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        // More claims than one page of the search holds, all of them before the one that blocks.
        for number in 0..9 {
            let fields = json!({"title": format!("Wish {number}"), "type": "normal",
                "cis": names, "window": evening()});
            story.anna.post("/changes", fields).await.ok();
        }
        let late = window("2026-12-05T21:59:00Z", "2026-12-05T23:00:00Z");
        let last = committed(&story, &["node-127"], late).await;
        let draft = json!({"cis": names, "window": evening()});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!((&checked["blocking"], checked.get("incomplete")), (&json!(1), None));
        assert_eq!(
            checked["conflicts"][0]["with"]["number"],
            last.as_str(),
            "what blocks is first"
        );
        assert_eq!(checked["conflicts"].as_array().map(Vec::len), Some(10));
    });
}

#[test]
fn a_hub_with_very_many_neighbours_misses_none_of_them() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        // More CIs than are looked at farther away, each one step from the hub.
        let leaves: Vec<u32> = (0..1_100).collect();
        for some in leaves.chunks(500) {
            let ci = |leaf| (format!("leaf-{leaf:04}"), "server".to_owned());
            let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
            let cis = ImportCis { cis: some.iter().map(ci).collect() };
            stage.bus.send(operator, cis).await.expect("taken");
        }
        for hub in 0..6 {
            let ci = json!({"name": format!("hub-{hub}"), "kind": "server"});
            story.ada.post("/cis", ci).await.ok();
            let needs = |leaf| json!({"kind": "uses", "to": format!("leaf-{leaf:04}")});
            let needs: Vec<Json> = (hub * 200..1_100.min(hub * 200 + 200)).map(needs).collect();
            let path = format!("/cis/hub-{hub}/relations");
            story.ada.put(&path, "*", json!({"relations": needs})).await.ok();
        }
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let last = committed(&story, &["leaf-1099"], evening()).await;
        let hubs: Vec<String> = (0..6).map(|hub| format!("hub-{hub}")).collect();
        let draft = json!({"cis": hubs, "window": evening()});
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!(checked["blocking"], 1);
        assert_eq!(checked["conflicts"][0]["with"]["number"], last.as_str());
        let path = checked["conflicts"][0]["hits"][0]["path"].as_str().expect("a path");
        assert_eq!(path, "hub-5 → uses → leaf-1099");
    });
}

#[test]
fn the_forward_schedule_holds_what_is_committed_and_the_outages_of_its_services() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let night = |day: u32| {
            window(&format!("2026-12-{day:02}T20:00:00Z"), &format!("2026-12-{day:02}T22:00:00Z"))
        };
        let sure = committed(&story, &["find-01"], night(3)).await;
        let wish = planned(&story.anna, "Pay faster", "pay-app", night(4)).await;
        let outages = |minutes: u32| {
            json!({"outages": [
            {"service": "Payments", "minutes": minutes}, {"service": "Search", "minutes": 5}]})
        };
        story.anna.patch(&format!("/changes/{wish}"), "*", outages(30)).await.ok();
        let carried = planned(&story.anna, "Database", "pay-db", night(9)).await;
        story.anna.patch(&format!("/changes/{carried}"), "*", outages(40)).await.ok();
        let fields = json!({"title": "Spring", "type": "minor", "window": night(9)});
        let release = story.rosa.post("/releases", fields).await.ok();
        let release = release["number"].as_str().expect("a number");
        let into = format!("/releases/{release}/changes/{carried}");
        story.rosa.put(&into, "*", json!({})).await.ok();

        // What moving it would cost is said before, and nothing is saved. Technical approval does
        // not cover the window, so it costs no votes.
        let preview = format!("/changes/{sure}/schedule/preview");
        let told = story.anna.post(&preview, json!({"window": night(5)})).await.ok();
        let effect = &told["effect"];
        assert_eq!((&effect["votes_voided"], &effect["phase"]), (&json!(0), &json!("scheduled")));
        assert_eq!(effect["phase_now"], "scheduled");
        let same = story.anna.post(&preview, json!({})).await.ok();
        assert_eq!(
            (&same["effect"]["votes_voided"], &same["effect"]["phase"]),
            (&json!(0), &json!("scheduled"))
        );
        let free = format!("/changes/{wish}/schedule/preview");
        let free = story.anna.post(&free, json!({"window": night(5)})).await.ok();
        assert_eq!(
            (&free["effect"]["votes_voided"], &free["effect"]["phase"]),
            (&json!(0), &json!("draft"))
        );

        let all = shown(&story.anna, "").await;
        assert_eq!(subjects(&all), [sure.as_str(), &wish, release]);
        assert_eq!(subjects(&shown(&story.anna, "committed=true").await), [sure.as_str()]);

        let range = "from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";
        let project = async |query: &str| {
            story.anna.get(&format!("/calendar/outages?{range}&{query}")).await.ok()
        };
        let found = project("").await;
        let items = found["items"].as_array().expect("a list");
        let lines: Vec<(&Json, &Json, &Json, &Json)> = items
            .iter()
            .map(|one| {
                let (change, subject) = (&one["change"]["number"], &one["subject"]["number"]);
                (&one["service"]["name"], change, subject, &one["minutes"])
            })
            .collect();
        let [pay, find] = ["Payments", "Search"].map(Json::from);
        let [wish, carried, release] = [&wish, &carried, release].map(Json::from);
        let (half, most, few) = (json!(30), json!(40), json!(5));
        let expected = [
            (&pay, &wish, &wish, &half),
            (&find, &wish, &wish, &few),
            (&pay, &carried, &release, &most),
            (&find, &carried, &release, &few),
        ];
        assert_eq!(lines, expected, "in the order of their windows");
        assert_eq!(found["totals"][0]["minutes"], 70);
        assert_eq!(found["totals"][1]["changes"], 2);
        let of_search = project("service=Search").await;
        assert_eq!(of_search["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(project("committed=true").await["items"], json!([]));

        let none = json!({"outages": []});
        story.anna.patch(&format!("/changes/{}", wish.as_str().expect("it")), "*", none).await.ok();
        assert_eq!(project("").await["items"].as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn a_release_finds_no_slot_before_those_it_depends_on_are_over() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let planned = async |title: &str, window: Json| {
            let fields = json!({"title": title, "type": "minor", "window": window});
            let made = story.rosa.post("/releases", fields).await.ok();
            made["number"].as_str().expect("a number").to_owned()
        };
        let night = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let first = planned("Before", night).await;
        let same = window("2026-12-05T20:00:00Z", "2026-12-05T21:00:00Z");
        let second = planned("After", same).await;
        let after = json!({"after": [first]});
        story.rosa.put(&format!("/releases/{second}/dependencies"), "*", after).await.ok();
        let found = story.rosa.get(&format!("/slots?subject={second}")).await.ok();
        assert_eq!(found["refused"][0]["conflicts"][0]["kind"], "release_order");
        assert_eq!(found["refused"][0]["conflicts"][0]["with"]["number"], first.as_str());
        let earliest = found["slots"].as_array().expect("a list").iter();
        let mut earliest = earliest.filter(|slot| slot["earliest"] == true);
        let window = &earliest.next().expect("the first")["window"];
        assert_eq!(window["start"], "2026-12-05T22:00:00Z");
    });
}

#[test]
fn a_window_has_a_longest_length_wherever_one_is_taken() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let long = || window("2026-12-05T20:00:00Z", "9999-12-05T22:00:00Z");
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let refused = async |path: &str, body: Json| {
            let problem = story.rosa.post(path, body).await.refused(422, "request.invalid");
            let detail = problem["errors"][0]["detail"].as_str().expect("a detail").to_owned();
            assert!(detail.contains("may last 400"), "{path}: {detail}");
        };
        planned(&story.rosa, "Pay faster", "pay-app", evening()).await;
        let release = json!({"title": "Spring", "type": "minor", "window": evening()});
        story.rosa.post("/releases", release).await.ok();
        let change = json!({"title": "A", "type": "normal", "window": long()});
        refused("/changes", change).await;
        refused("/releases", json!({"title": "R", "type": "minor", "window": long()})).await;
        refused("/changes/CHG-1/schedule", json!({"window": long()})).await;
        refused("/releases/REL-1/schedule", json!({"window": long()})).await;
        refused("/conflicts/check", json!({"window": long(), "cis": ["pay-db"]})).await;
        let band = json!({"name": "B", "reason": "c", "services": ["Search"], "window": long()});
        for path in ["/blackouts", "/windows", "/peaks", "/business-events", "/sprints"] {
            refused(path, band.clone()).await;
        }
        let patch = story.rosa.patch("/changes/CHG-1", "*", json!({"window": long()})).await;
        patch.refused(422, "request.invalid");
        let many: Vec<&str> = std::iter::repeat_n("pay-db", 2_001).collect();
        let draft = json!({"window": evening(), "cis": many});
        let problem = story.rosa.post("/conflicts/check", draft).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["detail"], "lists 2001; at most 2000 fit");
    });
}

#[test]
fn the_calendar_shows_the_conflicts_of_its_range_between_what_it_shows() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let later = window("2026-12-20T20:00:00Z", "2026-12-20T22:00:00Z");
        for at in [&first, &first, &later, &later] {
            planned(&story.anna, "A", "pay-db", at.clone()).await;
        }
        planned(
            &story.anna,
            "Far",
            "pay-app",
            window("2027-02-05T20:00:00Z", "2027-02-05T22:00:00Z"),
        )
        .await;
        let blackout = json!({"name": "B", "reason": "c", "window": first});
        story.rosa.post("/blackouts", blackout).await.ok();
        stage.follow(interlock_server::calendar::CalendarReactor).await;
        let conflicts = |calendar: &Json| -> Vec<(String, String)> {
            let word = |one: &Json, field: &str| one[field].as_str().expect("a word").to_owned();
            let all = calendar["conflicts"].as_array().expect("a list").iter();
            let mut all: Vec<_> = all
                .map(|one| {
                    (one["overlap"]["start"].as_str().unwrap()[..10].to_owned(), word(one, "kind"))
                })
                .collect();
            assert!(all.is_sorted_by_key(|(start, _)| start.clone()), "by their beginning");
            all.sort();
            all
        };
        let on = |day: &str, kind: &str| (day.to_owned(), kind.to_owned());
        let blackouts = || vec![on("2026-12-05", "blackout"), on("2026-12-05", "blackout")];
        let mut expected = blackouts();
        expected.push(on("2026-12-05", "same_ci"));
        let range = "/calendar?from=2026-12-01T00:00:00Z&to=2026-12-10T00:00:00Z";
        assert_eq!(conflicts(&story.anna.get(range).await.ok()), expected);
        expected.push(on("2026-12-20", "same_ci"));
        assert_eq!(conflicts(&shown(&story.anna, "").await), expected);
        // One whose other side is filtered out is not shown.
        story.rosa.patch("/changes/CHG-2", "*", json!({"environment": "test"})).await.ok();
        story.anna.patch("/changes/CHG-4", "*", json!({"environment": "test"})).await;
        let production = conflicts(&shown(&story.anna, "environment=production").await);
        assert_eq!(production, [on("2026-12-05", "blackout")]);
    });
}

#[test]
fn what_was_carried_out_stays_certain_in_calendar_and_feed() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let soon = window("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z");
        let sure = committed(&story, &["find-01"], soon).await;
        let feed = story.anna.post("/feeds", json!({"name": "All"})).await.ok();
        let feed = feed["address"].as_str().expect("an address").to_owned();
        let range = "/calendar?from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";
        let ivan = stage.person("ivan_implementer", &["implementer"]).await;
        stage.clock.set("2026-11-21T09:30:00Z".parse().unwrap());
        let told = async |phase: &str| {
            let calendar = story.anna.get(range).await.ok();
            let entry = &calendar["entries"][0];
            assert_eq!((&entry["phase"], &entry["committed"]), (&json!(phase), &json!(true)));
            let actual = match phase {
                "scheduled" => Json::Null,
                "implement" => json!({"start": "2026-11-21T09:30:00Z"}),
                _ => json!({"start": "2026-11-21T09:30:00Z", "end": "2026-11-21T09:30:00Z"}),
            };
            assert_eq!(entry["actual"], actual, "{phase}");
            let text = stage.file(&feed).await.1;
            assert!(text.contains("STATUS:CONFIRMED"), "{phase}: {text}");
        };
        told("scheduled").await;
        let path = format!("/changes/{sure}");
        ivan.post(&format!("{path}/start"), json!({})).await.ok();
        told("implement").await;
        let outcome = json!({"outcome": "successful"});
        ivan.post(&format!("{path}/complete"), outcome).await.ok();
        told("review").await;
        ivan.post(&format!("{path}/close"), json!({})).await.ok();
        told("closed").await;
    });
}

#[test]
fn who_only_reads_is_told_so_before_typing() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let change = planned(&story.anna, "Database", "pay-db", evening).await;
        let fields = json!({"title": "Spring", "type": "minor"});
        story.rosa.post("/releases", fields).await.ok();
        let otto = stage.person("otto_auditor", &["auditor"]).await;
        for (path, writer) in [
            (format!("/changes/{change}"), &story.anna),
            ("/releases/REL-1".to_owned(), &story.rosa),
        ] {
            for (name, call) in [("comment", "comments"), ("add_task", "tasks")] {
                let may = |record: &Json| {
                    let actions = record["actions"].as_array().expect("actions").iter();
                    let mut found = actions.filter(|action| action["name"] == name);
                    found.next().expect("the action")["allowed"].clone()
                };
                assert_eq!(may(&writer.get(&path).await.ok()), true, "{path} {name}");
                assert_eq!(may(&otto.get(&path).await.ok()), false, "{path} {name}");
                let body =
                    if call == "tasks" { json!({"title": "x"}) } else { json!({"text": "x"}) };
                let refused = otto.post(&format!("{path}/{call}"), body.clone()).await;
                refused.refused(403, "request.not_permitted");
                writer.post(&format!("{path}/{call}"), body).await.ok();
            }
        }
    });
}

#[test]
fn what_is_stated_hides_nothing_of_where_the_cis_stand() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        planned(&story.anna, "Pay faster", "pay-db", evening()).await;
        let blackout = json!({"name": "Live", "reason": "It is closed.",
            "environment": "production", "window": evening()});
        story.rosa.post("/blackouts", blackout).await.ok();
        let fields = json!({"title": "Rehearse", "type": "normal", "cis": ["pay-db"],
            "environment": "staging", "window": evening()});
        let raised = story.anna.post("/changes", fields.clone()).await.ok();
        let path = format!("/changes/{}", raised["number"].as_str().expect("a number"));
        let told = async || {
            let record = story.anna.get(&path).await.ok();
            let factors = record["risk"]["factors"].as_array().expect("factors").iter();
            let mut points = factors.filter(|one| one["name"] == "environment");
            let points = points.next().expect("a factor")["points"].clone();
            let query = format!("/conflicts?subject={}&state=open", raised["id"].as_str().unwrap());
            let open = story.anna.get(&query).await.ok();
            let open = open["items"].as_array().expect("a list").iter();
            let mut kinds: Vec<String> =
                open.map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect();
            kinds.sort();
            (record["counts_as"].clone(), points, kinds.join(" "))
        };
        let live = json!({"environment": "production", "ci": "pay-db"});
        assert_eq!(told().await, (live, json!(15), "blackout same_ci".to_owned()));
        let release = json!({"title": "Spring", "type": "minor", "environment": "test"});
        let release = story.rosa.post("/releases", release).await.ok();
        let release = format!("/releases/{}", release["number"].as_str().expect("a number"));
        assert_eq!(story.rosa.get(&release).await.ok()["counts_as"], Json::Null);

        let elsewhere = json!({"environment": "staging"});
        story.ada.patch("/cis/pay-db", "*", elsewhere).await.ok();
        stage.follow(interlock_server::calendar::CalendarReactor).await;
        assert_eq!(told().await, (Json::Null, json!(5), "same_ci".to_owned()), "both work there");
    });
}
