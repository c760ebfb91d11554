//! A release carried out by hand, step by step, and taken back: what each page says of it, and who
//! may, on both engines.

use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, plans, vote, window};
use crate::support::{Client, Stage, on_both};

/// A release of two approved changes, deployed up to its verification.
async fn deployed(stage: &Stage, story: &Cast<'_>) -> (String, Vec<String>) {
    deployed_with(stage, story, json!({})).await
}

async fn deployed_with(stage: &Stage, story: &Cast<'_>, more: Json) -> (String, Vec<String>) {
    let (path, changes) =
        begun(stage, story, more, &[("Database", "pay-db"), ("Web", "web-01")]).await;
    for change in &changes {
        let step = format!("{path}/deployment/steps/{change}");
        story.ivan.post(&step, json!({"result": "done"})).await.ok();
    }
    (path, changes)
}

/// A release of some approved changes whose deployment has begun.
async fn begun(
    stage: &Stage,
    story: &Cast<'_>,
    more: Json,
    carried: &[(&str, &str)],
) -> (String, Vec<String>) {
    let mut created = json!({"title": "Patch", "type": "minor", "owner": "rosa_release_manager",
        "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
    let fields = more.as_object().expect("fields").clone();
    created.as_object_mut().expect("fields").extend(fields);
    let release = number(&story.rosa.post("/releases", created).await.ok());
    let path = format!("/releases/{release}");
    let mut changes = Vec::new();
    for (title, ci) in carried {
        let change = approved(story, title, ci, 10).await;
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        changes.push(change);
    }
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, &path, "approve", "").await.ok();
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    stage.clock.set(crate::support::at("2026-11-21T14:05:00Z"));
    story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    (path, changes)
}

#[test]
fn a_rollback_begins_with_the_step_in_progress_and_every_page_says_the_same() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let carried = [("Database", "pay-db"), ("App", "pay-app"), ("Web", "web-01")];
        let (path, changes) = begun(&stage, &story, json!({}), &carried).await;
        let done = json!({"result": "done"});
        let step = |change: &str| format!("{path}/deployment/steps/{change}");
        story.ivan.post(&step(&changes[0]), done.clone()).await.ok();
        let never = json!({"result": "not_begun"});
        let forward = story.ivan.post(&step(&changes[1]), never.clone()).await;
        forward.refused(422, "request.invalid");

        let steps = |steps: &Json| -> Vec<(String, bool)> {
            let of = |step: &Json| (number(&step["change"]), step["uncertain"] == true);
            steps.as_array().expect("steps").iter().map(of).collect()
        };
        let back = vec![(changes[1].clone(), true), (changes[0].clone(), false)];
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(steps(&record["rollback_plan"]["steps"]), back);
        story.rosa.post(&format!("{path}/rollback"), json!({"reason": "errors"})).await.ok();
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(steps(&record["deployment"]["rollback"]["steps"]), back);
        let actual = async || {
            let range = "from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";
            let calendar = story.rosa.get(&format!("/calendar?{range}&kind=release")).await.ok();
            calendar["entries"][0]["actual"].clone()
        };
        assert_eq!(actual().await, json!({"start": "2026-11-21T14:05:00Z"}), "it is under way");
        let forward = steps(&record["deployment"]["steps"]);
        let uncertain: Vec<bool> = forward.iter().map(|(_, uncertain)| *uncertain).collect();
        assert_eq!(uncertain, [false, true, false]);

        let back = |change: &str| format!("{path}/rollback/steps/{change}");
        let known = story.ivan.post(&back(&changes[0]), never.clone()).await;
        known.refused(422, "request.invalid");
        let unreached = story.ivan.post(&back(&changes[2]), done.clone()).await;
        unreached.refused(404, "request.unknown_record");
        story.ivan.post(&back(&changes[1]), never).await.ok();
        story.ivan.post(&back(&changes[0]), done).await.ok();

        let (start, end) = ("2026-11-21T14:05:00Z", "2026-11-21T14:05:00Z");
        assert_eq!(actual().await, json!({"start": start, "end": end}));
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(record["phase"], "review");
        let lamp = record["route"].as_array().expect("lamps").iter();
        let lamp = lamp.clone().find(|lamp| lamp["name"] == "deployment").expect("a lamp");
        assert_eq!(lamp["state"], "stop", "what was taken back does not look done");
        let listed = story.rosa.get("/releases").await.ok();
        assert_eq!(listed["items"][0]["deployment"], "rolled_back");
        let became = |row: &Json| (row["phase"].clone(), row["outcome"].clone());
        let ends: Vec<(Json, Json)> =
            record["changes"].as_array().expect("changes").iter().map(became).collect();
        let never = (json!("cancelled"), Json::Null);
        let expected = [(json!("review"), json!("failed_backed_out")), never.clone(), never];
        assert_eq!(ends, expected);
        let unreached = story.anna.get(&format!("/changes/{}", changes[2])).await.ok();
        let note = unreached["outcome_note"].as_str().expect("why");
        assert!(note.contains("not begun"), "{note}");
    });
}

#[test]
fn what_is_deployed_now_is_told_with_its_step_and_first_to_those_it_concerns() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let owner = json!({"owner": "sara_service_owner"});
        story.sara.patch("/services/Payments", "*", owner).await.ok();
        begun(&stage, &story, json!({}), &[("Web", "web-01")]).await;
        let lea = stage.person("lea_leader", &["release_manager"]).await;
        let led = json!({"release_manager": "lea_leader"});
        let (path, changes) = begun(&stage, &story, led, &[("Database", "pay-db")]).await;
        let running = async |client: &Client<'_>| {
            let found = client.get("/deployments?under_way=true").await.ok();
            let rows = found["items"].as_array().expect("rows").clone();
            let told = |row: Json| {
                let path = format!("/releases/{}", number(&row["release"]));
                (path, row["yours"] == true, row["current"]["number"].clone())
            };
            rows.into_iter().map(told).collect::<Vec<_>>()
        };
        for of_both in [&story.ivan, &story.rosa, &story.sara] {
            let rows = running(of_both).await;
            assert_eq!(rows.len(), 2);
            assert!(rows.iter().all(|(_, yours, _)| *yours), "{rows:?}");
        }
        let rows = running(&lea).await;
        let first = (path.clone(), true, json!(changes[0]));
        assert_eq!(rows[0], first, "hers first, although both began at the same time");
        assert!(!rows[1].1);
        assert!(running(&story.adam).await.iter().all(|(_, yours, _)| !yours));
        let step = format!("{path}/deployment/steps/{}", changes[0]);
        story.ivan.post(&step, json!({"result": "done"})).await.ok();
        let rows = running(&lea).await;
        assert_eq!(rows[0].2, Json::Null, "every step is reported");
    });
}

#[test]
fn a_rollback_that_fails_for_good_is_given_up_and_what_stands_is_said() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (path, changes) = deployed(&stage, &story).await;
        let give_up = format!("{path}/rollback/give-up");
        let reason = json!({"reason": "the backup cannot be read"});
        story.ivan.post(&give_up, reason.clone()).await.refused(409, "rollback.not_decided");
        story.rosa.post(&format!("{path}/rollback"), json!({"reason": "errors"})).await.ok();
        story.ivan.post(&give_up, reason.clone()).await.refused(409, "rollback.no_step_failed");
        let back = |change: &str| format!("{path}/rollback/steps/{change}");
        story.ivan.post(&back(&changes[1]), json!({"result": "done"})).await.ok();
        let failed = json!({"result": "failed", "note": "the backup cannot be read"});
        story.ivan.post(&back(&changes[0]), failed).await.ok();
        let record = story.rosa.get(&path).await.ok();
        let may = record["actions"].as_array().expect("actions").iter();
        let may = may.filter(|action| action["allowed"] == true);
        assert!(may.clone().any(|action| action["name"] == "give_up"), "{:#}", record["actions"]);
        story.ivan.post(&give_up, json!({"reason": " "})).await.refused(422, "request.invalid");
        story.ivan.post(&give_up, reason).await.ok();

        let record = story.rosa.get(&path).await.ok();
        assert_eq!(record["phase"], "review");
        assert_eq!(record["deployment"]["state"], "rollback_failed");
        let given_up = &record["deployment"]["rollback"]["given_up"];
        assert_eq!(given_up, "the backup cannot be read");
        assert_eq!(record["changes"][0]["outcome"], "failed_not_backed_out");
        assert_eq!(record["changes"][1]["outcome"], "failed_backed_out");
        let listed = story.rosa.get("/deployments?state=rollback_failed").await.ok();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));

        let review = record["review"]["number"].as_str().expect("a review").to_owned();
        assert_eq!(story.rosa.get(&format!("/reviews/{review}")).await.ok()["why"], "failed");
        let written = json!({"went_well": "The web went back.", "went_wrong": "The backup.",
            "root_cause": "It was never read.", "complete": true});
        story.rosa.put(&format!("/reviews/{review}"), "*", written).await.ok();
        let close = format!("{path}/close");
        for outcome in ["rolled_back", "successful"] {
            let refused = story.rosa.post(&close, json!({"outcome": outcome})).await;
            refused.refused(422, "release.outcome_wrong");
        }
        story.rosa.post(&close, json!({"outcome": "failed"})).await.ok();
    });
}

#[test]
fn a_release_past_the_end_of_its_window_is_shown_as_overdue_until_it_is_verified() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (path, _) = deployed(&stage, &story).await;
        assert_eq!(stage.wait_until(crate::support::at("2026-11-21T17:00:00Z")).await, 1);
        let end = json!("2026-11-21T17:00:00Z");
        assert_eq!(story.rosa.get(&path).await.ok()["overdue_since"], end);
        let rows = story.rosa.get("/releases?overdue=true").await.ok();
        assert_eq!(rows["items"][0]["overdue_since"], end);
        assert_eq!(rows["items"].as_array().map(Vec::len), Some(1));
        // Its changes are not told apart: the release is what runs late.
        assert_eq!(story.rosa.get("/changes?overdue=true").await.ok()["items"], json!([]));
        story.ivan.post(&format!("{path}/verify"), json!({})).await.ok();
        story.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
        assert_eq!(story.rosa.get(&path).await.ok()["overdue_since"], Json::Null);
        let timers = "SELECT COUNT(*) FROM timers WHERE kind = 'window.overrun'";
        assert_eq!(stage.count(timers).await, 0);
    });
}

#[test]
fn the_way_back_says_the_known_limits_of_what_it_touches() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let limits = json!({"known_limits": "Receipts that were mailed stay mailed."});
        story.sara.patch("/services/Payments", "*", limits).await.ok();
        let created = json!({"title": "Patch", "type": "minor"});
        let release = number(&story.rosa.post("/releases", created).await.ok());
        let path = format!("/releases/{release}");
        assert_eq!(story.rosa.get(&path).await.ok()["rollback_plan"]["known_limits"], json!([]));
        let change = approved(&story, "Database", "pay-db", 10).await;
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        let plan = story.rosa.get(&path).await.ok()["rollback_plan"].clone();
        assert_eq!(plan["known_limits"].as_array().map(Vec::len), Some(1));
        assert_eq!(plan["known_limits"][0]["service"]["name"], "Payments");
        assert_eq!(plan["known_limits"][0]["what"], "Receipts that were mailed stay mailed.");
    });
}

#[test]
fn a_verified_release_says_which_version_its_services_and_cis_run() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (path, _) = deployed_with(
            &stage,
            &story,
            json!({
                "package": [
                    {"kind": "configuration", "name": "limits", "version": "4.2",
                        "service": "payments"},
                    {"kind": "configuration", "name": "schema", "version": "19", "ci": "pay-db"},
                ],
                "kpis": [{"name": "errors", "target": "below 1 %"}],
            }),
        )
        .await;
        let service = async || story.anna.get("/services/Payments").await.ok();
        story.ivan.post(&format!("{path}/verify"), json!({})).await.ok();
        assert_eq!(service().await["version_running"], "", "not before it is verified");
        story.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
        let release = story.anna.get(&path).await.ok();
        assert_eq!(release["package"][0]["service"], "Payments");
        let payments = service().await;
        assert_eq!(payments["version_running"], "4.2");
        assert_eq!(payments["version_release"]["number"], release["number"]);
        let db = story.anna.get("/cis/pay-db").await.ok();
        assert_eq!(db["version_running"], "19");
        assert_eq!(db["version_release"]["number"], release["number"]);
        let by_hand = json!({"version_running": "20"});
        story.sara.patch("/cis/pay-db", "*", by_hand).await.ok();
        let db = story.anna.get("/cis/pay-db").await.ok();
        assert_eq!((&db["version_running"], &db["version_release"]), (&json!("20"), &Json::Null));
        let written = json!({"version_running": "9"});
        story.sara.patch("/services/Payments", "*", written).await.refused(422, "request.invalid");

        judged(&story, &release).await;
    });
}

/// The review is due by the date set at submission, and judges what was set at planning.
async fn judged(story: &Cast<'_>, release: &Json) {
    assert_eq!(release["review_due_on"], "2026-11-28", "seven days after the window");
    let review = format!("/reviews/{}", release["review"]["number"].as_str().expect("a number"));
    let shown = story.rosa.get(&review).await.ok();
    assert_eq!(shown["due_on"], release["review_due_on"]);
    let open = json!([{"name": "errors", "target": "below 1 %", "reached": "", "met": null}]);
    assert_eq!(shown["kpis"], open);
    let written = json!({"went_well": "In time.", "went_wrong": "Nothing."});
    story.rosa.put(&review, "*", written).await.ok();
    let complete = json!({"complete": true});
    let problem = story.rosa.put(&review, "*", complete).await.refused(409, "review.incomplete");
    assert_eq!(problem["errors"][0]["pointer"], "/kpis/0/met");
    let unknown = json!({"kpis": [{"name": "speed", "met": true}]});
    story.rosa.put(&review, "*", unknown).await.refused(422, "request.invalid");
    let said = json!({"kpis": [{"name": "errors", "reached": "2 %", "met": false}],
        "user_feedback": "No calls.", "business_value": "Same-day payments.", "complete": true});
    story.rosa.put(&review, "*", said).await.ok();
    let shown = story.rosa.get(&review).await.ok();
    assert_eq!((&shown["state"], &shown["kpis"][0]["met"]), (&json!("completed"), &json!(false)));
    assert_eq!(shown["kpis"][0]["target"], "below 1 %");
    assert_eq!(shown["user_feedback"], "No calls.");
}

#[test]
fn who_approved_a_change_does_not_carry_it_out_in_a_release() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let both = stage.person("sven_both", &["service_owner", "release_manager"]).await;
        let change = number(&story.anna.post("/changes", plans("App", "web-01", 5)).await.ok());
        let path = format!("/changes/{change}");
        story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
        story.anna.post(&format!("{path}/assess"), json!({})).await.ok();
        vote(&both, &path, "approve", "").await.ok();
        let fields = json!({"title": "Minor", "type": "minor", "owner": "rosa_release_manager",
            "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
        let release = number(&story.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{release}");
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        let owner = vote(&story.rosa, &path, "approve", "").await;
        owner.refused(403, "approval.own_work");
        vote(&story.rita, &path, "approve", "").await.ok();
        story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
        stage.clock.set(crate::support::at("2026-11-21T14:30:00Z"));
        let deploy = format!("{path}/deploy");
        both.post(&deploy, json!({})).await.refused(403, "approval.approved_by_you");
        story.rosa.post(&deploy, json!({})).await.ok();
        let step = format!("{path}/deployment/steps/{change}");
        let done = json!({"result": "done"});
        both.post(&step, done.clone()).await.refused(403, "approval.approved_by_you");
        story.ivan.post(&step, done).await.ok();
        let found = story.anna.get(&format!("/deployments/{release}")).await.ok();
        assert_eq!(found["deployment"]["steps"][0]["state"], "done");
        assert_eq!(found["rollback_plan"]["steps"][0]["change"]["number"], change);
        story.anna.get("/deployments/REL-9").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn the_blast_radius_tells_what_a_release_reaches_and_the_incidents_there_since() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        story.sara.post("/services", json!({"name": "Reports"})).await.ok();
        story.sara.post("/cis", json!({"name": "report-app", "service": "Reports"})).await.ok();
        let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
        story.sara.put("/cis/report-app/relations", "*", needs).await.ok();
        let report = async |title: &str, ci: &str, at: &str| {
            let fields = json!({"title": title, "cis": [ci], "opened_at": at});
            story.anna.post("/incidents", fields).await.ok();
        };
        report("before", "pay-db", "2026-11-21T07:00:00Z").await;
        let (path, changes) = deployed(&stage, &story).await;
        stage.stay_signed_in().await;
        stage.clock.set(crate::support::at("2026-11-21T23:00:00Z"));
        report("on it", "web-01", "2026-11-21T14:30:00Z").await;
        report("on what needs it", "report-app", "2026-11-21T14:20:00Z").await;
        report("put down to it", "pay-app", "2026-11-21T20:00:00Z").await;
        let cause = json!({"caused_by": changes[0]});
        story.anna.patch("/incidents/INC-4", "*", cause.clone()).await.ok();
        // Whoever says so: what began before the deployment is none of its doing.
        story.anna.patch("/incidents/INC-1", "*", cause).await.ok();
        let blast = story.anna.get(&format!("{path}/blast")).await.ok();
        assert_eq!(crate::support::names(&blast["services"]), ["Payments"]);
        assert_eq!(crate::support::names(&blast["reached_services"]), ["Reports"]);
        assert_eq!(blast["cis"].as_array().unwrap().len(), 2);
        assert_eq!(blast["reached_cis"].as_array().unwrap().len(), 2);
        let told: Vec<(&str, &str)> = blast["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let name = one["incident"]["name"].as_str().unwrap();
                (name, one["causality"].as_str().unwrap_or("later"))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("on what needs it", "inferred"),
                ("on it", "inferred"),
                ("put down to it", "explicit")
            ]
        );
        assert_eq!(blast["incidents"][2]["why"], format!("put down to {}", changes[0]));
        story.anna.get("/releases/REL-9/blast").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn who_waits_for_a_change_is_told_once_it_succeeded() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (path, changes) = deployed(&stage, &story).await;
        let links = |done: bool| {
            json!({"links": [{"kind": "request", "target": "REQ-7", "tell": "Olga", "done": done,
                "url": "https://example.org/REQ-7"}]})
        };
        let change = format!("/changes/{}", changes[0]);
        let at = format!("{change}/links");
        story.anna.put(&at, "*", links(false)).await.ok();
        let early = story.anna.put(&at, "*", links(true)).await;
        early.refused(422, "request.invalid");
        let may = async || {
            let change = story.anna.get(&change).await.ok();
            let actions = change["actions"].as_array().unwrap().clone();
            let settle = actions.iter().find(|action| action["name"] == "settle_links").unwrap();
            settle["allowed"].as_bool().unwrap()
        };
        assert!(!may().await);
        story.ivan.post(&format!("{path}/verify"), json!({})).await.ok();
        story.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
        assert!(may().await);
        story.anna.put(&at, "*", links(true)).await.ok();
        let link = story.anna.get(&change).await.ok()["links"][0].clone();
        assert_eq!((&link["tell"], &link["done"]), (&json!("Olga"), &json!(true)));
    });
}
