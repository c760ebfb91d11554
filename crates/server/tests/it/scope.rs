//! The scope of a release, its freeze, the order among releases, and the readiness board.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    rita: Client<'a>,
    paul: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let admin = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    admin.post("/services", json!({"name": "Payments", "criticality": 2})).await.ok();
    admin.post("/teams", json!({"name": "Team Payments"})).await.ok();
    admin.post("/teams", json!({"name": "Team Network"})).await.ok();
    for name in ["pay-app", "pay-db", "web-01"] {
        let ci = json!({"name": name, "kind": "server", "service": "Payments"});
        admin.post("/cis", ci).await.ok();
    }
    let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
    admin.put("/cis/pay-app/relations", "*", needs).await.ok();
    stage.account("ivan_implementer", &["implementer"]).await;
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        rita: stage.person("rita_release_manager", &["release_manager"]).await,
        paul: stage.person("paul_engineer", &["implementer"]).await,
    }
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

async fn change(client: &Client<'_>, title: &str, ci: &str) -> String {
    let fields = json!({
        "title": title, "type": "normal", "description": "Replace it.", "reason": "Old.",
        "category": "application", "cis": [ci], "customer_impact": "none", "team": "Team Payments",
        "implementer": "ivan_implementer", "implementation_plan": "Install.",
        "test_plan": "Ask.", "backout_plan": "Go back.", "backout_minutes": 10,
    });
    number(&client.post("/changes", fields).await.ok())
}

async fn approve(story: &Cast<'_>, change: &str) {
    let path = format!("/changes/{change}");
    for verb in ["submit", "assess"] {
        story.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
    }
    vote(&story.sara, &path).await;
}

async fn vote(client: &Client<'_>, path: &str) {
    let round = &client.get(path).await.ok()["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    client.post(&format!("{path}/approve"), vote).await.ok();
}

async fn release(story: &Cast<'_>, title: &str, window: Json) -> String {
    let fields = json!({"title": title, "type": "minor", "owner": "rosa_release_manager",
        "release_manager": "rosa_release_manager", "window": window});
    number(&story.rosa.post("/releases", fields).await.ok())
}

async fn attach(story: &Cast<'_>, release: &str, change: &str) {
    let path = format!("/releases/{release}/changes/{change}");
    story.rosa.put(&path, "*", json!({})).await.ok();
}

async fn depends(story: &Cast<'_>, release: &str, on: &[&str]) -> crate::support::Answer {
    let path = format!("/releases/{release}/dependencies");
    story.rosa.put(&path, "*", json!({"after": on})).await
}

/// The first point of a kind on a board of readiness.
fn point(board: &Json, kind: &str) -> Json {
    let mut items = board["items"].as_array().expect("items").iter();
    items.find(|item| item["kind"] == kind).expect("a point").clone()
}

fn ways(point: &Json) -> Vec<&str> {
    let ways = point["ways"].as_array().expect("ways").iter();
    ways.map(|way| way["kind"].as_str().expect("a word")).collect()
}

fn numbers<'a>(list: &'a Json, of: &str) -> Vec<&'a str> {
    let items = list.as_array().expect("a list").iter();
    items.map(|item| item[of]["number"].as_str().expect("a number")).collect()
}

#[test]
fn the_scope_says_what_is_in_and_out_and_who_answers() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first = change(&story.anna, "App", "pay-app").await;
        let second = change(&story.anna, "Database", "pay-db").await;
        let third = change(&story.anna, "Web", "web-01").await;
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let spring = release(&story, "Spring", evening()).await;
        let other =
            release(&story, "Other", window("2026-12-12T20:00:00Z", "2026-12-12T22:00:00Z"));
        let other = other.await;
        for one in [&first, &second] {
            attach(&story, &spring, one).await;
        }
        let fourth = change(&story.anna, "Database again", "pay-db").await;
        attach(&story, &other, &fourth).await;

        let path = format!("/releases/{spring}/scope");
        let stated = json!({
            "owner": "paul_engineer",
            "independent": [{"change": third, "reason": "goes with the patch round"}],
            "excluded": [{"what": "Mobile app", "reason": "its store review takes two weeks"}],
            "teams": [{"team": "Team Network", "owns": "the firewall", "signs_off": "reachability"}],
        });
        story.anna.patch(&path, "*", stated.clone()).await.refused(403, "request.not_permitted");
        story.rosa.patch(&path, "*", stated).await.ok();
        let scope = story.anna.get(&path).await.ok();
        assert_eq!(numbers(&scope["included"], "change"), [first.as_str(), &second]);
        assert_eq!(scope["included"][0]["services"][0]["name"], "Payments");
        assert_eq!(scope["independent"][0]["change"]["number"], third.as_str());
        assert_eq!(scope["excluded"][0]["what"], "Mobile app");
        let teams = scope["teams"].as_array().expect("teams");
        assert_eq!(
            (&teams[0]["team"]["name"], &teams[0]["owns"]),
            (&json!("Team Network"), &json!("the firewall"))
        );
        assert_eq!(
            (&teams[1]["team"]["name"], &teams[1]["owns"]),
            (&json!("Team Payments"), &json!("")),
            "nobody stated it yet"
        );
        let [shared] = &scope["shared"].as_array().expect("a list")[..] else {
            panic!("one CI: {scope:#}")
        };
        assert_eq!(shared["ci"]["name"], "pay-db", "one change touches it, the other needs it");
        assert_eq!(shared["changes"].as_array().map(Vec::len), Some(2));
        assert_eq!(shared["releases"][0]["number"], other.as_str());

        let outside = format!("/releases/{spring}/changes/{third}");
        let refused = story.rosa.put(&outside, "*", json!({})).await;
        refused.refused(409, "release.change_not_attachable");
        let nothing = json!({"excluded": []});
        story.rosa.patch(&path, "*", nothing.clone()).await.refused(403, "release.scope_owner");
        story.paul.patch(&path, "*", nothing).await.ok();
        let wrong = json!({"excluded": [{"what": "x", "reason": ""}]});
        let problem = story.paul.patch(&path, "*", wrong).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/excluded/0/reason");
    });
}

#[test]
fn nothing_joins_a_frozen_scope_without_an_exception() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let late = change(&story.anna, "Late", "pay-app").await;
        let spring =
            release(&story, "Spring", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        let path = format!("/releases/{spring}");
        let freeze = json!({"freeze_at": "2026-11-21T12:00:00Z"});
        story.rosa.patch(&format!("{path}/scope"), "*", freeze).await.ok();
        assert_eq!(story.rosa.get(&format!("{path}/scope")).await.ok()["frozen"], false);
        stage.clock.set(at("2026-11-21T12:00:00Z"));
        assert_eq!(story.rosa.get(&format!("{path}/scope")).await.ok()["frozen"], true);
        let join = format!("{path}/changes/{late}");
        let refused = story.rosa.put(&join, "*", json!({})).await;
        refused.refused(409, "release.scope_frozen");
        let ask = json!({"rule": "scope_freeze", "subject": late, "with": spring,
            "reason": "the defect was found today", "until": "2026-11-21T18:00:00Z"});
        let asked = number(&story.anna.post("/exceptions", ask).await.ok());
        story.rita.post(&format!("/exceptions/{asked}/grant"), json!({})).await.ok();
        let other = change(&story.anna, "Other", "pay-db").await;
        let refused = story.rosa.put(&format!("{path}/changes/{other}"), "*", json!({})).await;
        refused.refused(409, "release.scope_frozen");
        story.rosa.put(&join, "*", json!({})).await.ok();

        let reopen = format!("{path}/unfreeze");
        story.rosa.post(&reopen, json!({})).await.refused(422, "request.invalid");
        story.rosa.post(&reopen, json!({"reason": "put off"})).await.ok();
        story.rosa.put(&format!("{path}/changes/{other}"), "*", json!({})).await.ok();
        let freeze = format!("{path}/freeze");
        story.rosa.post(&freeze, json!({"reason": "rehearsal"})).await.ok();
        story
            .rosa
            .post(&freeze, json!({"reason": "again"}))
            .await
            .refused(409, "release.scope_frozen");
    });
}

#[test]
fn what_is_in_a_frozen_scope_grows_by_an_exception_and_nobody_lifts_the_freeze_unsaid() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let inside = change(&story.anna, "Inside", "pay-app").await;
        let spring =
            release(&story, "Spring", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        let path = format!("/releases/{spring}");
        let scope = format!("{path}/scope");
        attach(&story, &spring, &inside).await;
        let package = |names: &[&str]| {
            let items = names.iter().map(|name| {
                json!({"kind": "artifact", "name": name, "version": "1", "digest": "sha256:1"})
            });
            json!({"package": items.collect::<Vec<_>>()})
        };
        story.rosa.patch(&path, "*", package(&["app"])).await.ok();
        let stated = json!({"owner": "paul_engineer", "freeze_at": "2026-11-21T12:00:00Z"});
        story.rosa.patch(&scope, "*", stated).await.ok();
        stage.clock.set(at("2026-11-21T12:00:00Z"));

        // The date is past: neither taken away nor put off.
        for freeze_at in [Json::Null, json!("2026-11-28T12:00:00Z")] {
            let refused = story.paul.patch(&scope, "*", json!({"freeze_at": freeze_at})).await;
            let problem = refused.refused(409, "release.scope_frozen");
            assert!(problem["detail"].as_str().expect("words").contains("`unfreeze`"));
        }
        // Who plans releases does not take the scope over; who leads this one may.
        let named = |login: &str| json!({"owner": login});
        let refused = story.rita.patch(&scope, "*", named("rita_release_manager")).await;
        refused.refused(403, "release.scope_owner");
        let actions = story.rita.get(&path).await.ok()["actions"].clone();
        let naming = actions.as_array().expect("actions").iter();
        let mut naming = naming.filter(|action| action["name"] == "name_scope_owner");
        assert_eq!(naming.next().expect("the verb")["allowed"], false);
        story.rosa.patch(&scope, "*", named("sara_service_owner")).await.ok();

        let change_path = format!("/changes/{inside}");
        let more = json!({"cis": ["pay-app", "web-01"]});
        let refused = story.anna.patch(&change_path, "*", more.clone()).await;
        let problem = refused.refused(409, "release.scope_frozen");
        assert!(problem["detail"].as_str().expect("words").contains(&inside), "{problem:#}");
        let services = json!({"services": ["Payments"]});
        let refused = story.anna.patch(&change_path, "*", services.clone()).await;
        refused.refused(409, "release.scope_frozen");
        story.anna.patch(&change_path, "*", json!({"title": "Inside, still"})).await.ok();
        let bigger = || package(&["app", "job"]);
        let refused = story.rosa.patch(&path, "*", bigger()).await;
        refused.refused(409, "release.scope_frozen");

        for (subject, asks) in [(&inside, &story.anna), (&spring, &story.rosa)] {
            let ask = json!({"rule": "scope_freeze", "subject": subject, "with": spring,
                "reason": "the defect was found today", "until": "2026-11-21T18:00:00Z"});
            let asked = number(&asks.post("/exceptions", ask).await.ok());
            story.rita.post(&format!("/exceptions/{asked}/grant"), json!({})).await.ok();
        }
        story.anna.patch(&change_path, "*", more).await.ok();
        story.anna.patch(&change_path, "*", services).await.ok();
        story.rosa.patch(&path, "*", bigger()).await.ok();
        let history = story.rosa.get(&format!("/audit/events?subject={spring}&limit=200")).await;
        let history = history.ok();
        let under: Vec<&Json> = history["items"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["name"] == "release.scope_grown.v1")
            .map(|event| &event["payload"]["under"])
            .collect();
        assert_eq!(under, [&json!(["EXC-2"]), &json!(["EXC-1"]), &json!(["EXC-1"])]);

        // Less never needs one.
        stage.clock.set(at("2026-11-21T18:00:00Z"));
        story.anna.patch(&change_path, "*", json!({"cis": ["web-01"]})).await.ok();
        story.rosa.patch(&path, "*", package(&["job"])).await.ok();
    });
}

#[test]
fn releases_wait_for_each_other_and_never_in_a_circle() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first =
            release(&story, "First", window("2026-12-05T18:00:00Z", "2026-12-05T20:00:00Z")).await;
        let second =
            release(&story, "Second", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        let third =
            release(&story, "Third", window("2026-12-05T22:00:00Z", "2026-12-05T23:00:00Z")).await;
        depends(&story, &second, &[&first]).await.ok();
        depends(&story, &third, &[&second]).await.ok();
        let problem = depends(&story, &first, &[&third]).await.refused(409, "release.cycle");
        let way = [&first, &third, &second, &first].map(String::as_str).join(" → ");
        assert!(problem["detail"].as_str().expect("words").starts_with(&way), "{problem:#}");
        depends(&story, &first, &["REL-99"]).await.refused(422, "request.invalid");

        let conflicts = async |of: &str| {
            story.rosa.get(&format!("/conflicts?state=open&subject={of}")).await.ok()["items"]
                .clone()
        };
        assert_eq!(conflicts(&second).await, json!([]), "touching windows are in order");
        let preview = format!("/releases/{first}/schedule/preview");
        let later = || window("2026-12-05T18:00:00Z", "2026-12-05T21:00:00Z");
        let told = story.rosa.post(&preview, json!({"window": later()})).await.ok();
        let slips = &told["effect"]["slips"];
        assert_eq!(numbers(slips, "release"), [second.as_str(), &third], "{told:#}");
        assert_eq!(slips[1]["to"]["start"], "2026-12-05T23:00:00Z");
        assert_eq!(slips[1]["because"]["number"], second.as_str());
        let draft = json!({"subject": first, "window": later()});
        let checked = story.rosa.post("/conflicts/check", draft).await.ok();
        let found = &checked["conflicts"][0];
        assert_eq!(
            (&found["kind"], &found["severity"]),
            (&json!("release_order"), &json!("blocking"))
        );
        assert_eq!(found["subject"]["number"], second.as_str(), "the follower's: {checked:#}");
        assert_eq!(checked["blocking"], 0, "it may move as it likes");
        assert_eq!(conflicts(&second).await, json!([]), "nothing was saved");

        let edit = json!({"window": later()});
        story.rosa.patch(&format!("/releases/{first}"), "*", edit).await.ok();
        let open = conflicts(&second).await;
        assert_eq!(
            (&open[0]["kind"], &open[0]["severity"]),
            (&json!("release_order"), &json!("blocking"))
        );
        assert_eq!(open[0]["with"]["number"], first.as_str());
        assert_eq!(conflicts(&first).await[0]["severity"], "warning", "it may move as it likes");
        let board = story.rosa.get(&format!("/releases/{second}/readiness")).await.ok();
        let item = point(&board, "conflict");
        assert_eq!(ways(&item), ["exception", "move"], "{board:#}");
        assert_eq!(item["ways"][0]["exception"]["rule"], "release_order");
        assert_eq!(item["ways"][1]["window"]["start"], "2026-12-06T20:00:00Z");
        let waits = point(&board, "dependency");
        assert_eq!(waits["record"]["number"], first.as_str());
        assert_eq!(waits["who"], json!(["rosa_release_manager Example"]));
        assert_eq!(ways(&waits), ["exception", "move"], "{waits:#}");
        assert_eq!(waits["ways"][1]["window"]["start"], "2026-12-05T21:00:00Z");
        assert_eq!(waits["ways"][1]["effect"]["slips"][0]["release"]["number"], third.as_str());
        depends(&story, &second, &[]).await.ok();
        assert_eq!(conflicts(&second).await, json!([]));
    });
}

#[test]
fn a_follower_is_scheduled_and_deployed_in_order_or_by_exception() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let work = change(&story.anna, "App", "web-01").await;
        approve(&story, &work).await;
        let first =
            release(&story, "First", window("2026-11-21T10:00:00Z", "2026-11-21T13:00:00Z")).await;
        let second =
            release(&story, "Second", window("2026-11-21T12:00:00Z", "2026-11-21T15:00:00Z")).await;
        attach(&story, &second, &work).await;
        depends(&story, &second, &[&first]).await.ok();
        let path = format!("/releases/{second}");
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        while story.rosa.get(&path).await.ok()["approved"] == false {
            vote(&story.rita, &path).await;
        }
        let schedule = format!("{path}/schedule");
        let refused = story.rosa.post(&schedule, json!({})).await;
        refused.refused(409, "calendar.conflict_blocks");
        let after = json!({"window": window("2026-11-21T13:00:00Z", "2026-11-21T15:00:00Z")});
        story.rosa.post(&schedule, after).await.ok();
        while story.rosa.get(&path).await.ok()["approved"] == false {
            vote(&story.rita, &path).await;
        }
        let record = story.rosa.get(&path).await.ok();
        for task in record["tasks"].as_array().expect("tasks") {
            let task = format!("{path}/tasks/{}", task["number"]);
            story.rosa.patch(&task, "*", json!({"done": true})).await.ok();
        }
        stage.clock.set(at("2026-11-21T13:30:00Z"));
        let deploy = format!("{path}/deploy");
        let problem = story.paul.post(&deploy, json!({})).await;
        let problem = problem.refused(409, "release.out_of_order");
        assert_eq!(problem["errors"][0]["pointer"], format!("/after/{first}"));
        let ask = json!({"rule": "release_order", "subject": second, "with": first,
            "reason": "the first one turned out to be unrelated", "until": "2026-11-21T15:00:00Z"});
        let asked = number(&story.rosa.post("/exceptions", ask).await.ok());
        story.rita.post(&format!("/exceptions/{asked}/grant"), json!({})).await.ok();
        story.paul.post(&deploy, json!({})).await.ok();
        let history = story.rosa.get(&format!("/audit/events?subject={second}")).await.ok();
        let started = history["items"]
            .as_array()
            .expect("events")
            .iter()
            .find(|event| event["payload"].get("started").is_some())
            .expect("it began");
        assert_eq!(started["payload"]["started"]["under"], json!([asked]), "{started:#}");
    });
}

#[test]
fn readiness_names_what_blocks_who_acts_and_what_each_way_would_do() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let ready = change(&story.anna, "Database", "pay-db").await;
        approve(&story, &ready).await;
        let open = change(&story.anna, "App", "pay-app").await;
        let spring =
            release(&story, "Spring", window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")).await;
        for one in [&ready, &open] {
            attach(&story, &spring, one).await;
        }
        let path = format!("/releases/{spring}/readiness");
        let board = story.rosa.get(&path).await.ok();
        assert_eq!(board["blocked"], 1, "{board:#}");
        let first = &board["items"][0];
        assert_eq!((&first["kind"], &first["state"]), (&json!("change"), &json!("stop")));
        assert_eq!(first["record"]["number"], open.as_str());
        assert_eq!(first["who"], json!(["anna_requester Example"]));
        let drop = &first["ways"][0];
        assert_eq!((&drop["kind"], &drop["effect"]["blocked"]), (&json!("drop"), &json!(0)));
        assert_eq!(drop["effect"]["rollback_minutes_now"], 20);
        assert_eq!(drop["effect"]["rollback_minutes"], 10);
        assert_eq!(story.rosa.get(&path).await.ok()["items"][0]["record"]["number"], open.as_str());

        let blackout = json!({"name": "Year end", "reason": "the books are closed",
            "window": window("2026-12-05T00:00:00Z", "2026-12-07T00:00:00Z")});
        story.rosa.post("/blackouts", blackout).await.ok();
        let board = story.rosa.get(&path).await.ok();
        assert_eq!(board["blocked"], 2);
        let conflict = board["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|item| item["kind"] == "conflict")
            .expect("the blackout")
            .clone();
        assert!(conflict["detail"].as_str().expect("words").contains("Year end"));
        let ways = conflict["ways"].as_array().expect("ways");
        let moving = ways.iter().find(|way| way["kind"] == "move").expect("a move");
        assert_eq!(moving["window"]["start"], "2026-12-07T20:00:00Z");
        assert_eq!(moving["effect"]["blocked"], 1, "the change is still not approved");
    });
}

#[test]
fn readiness_offers_to_drop_what_holds_it_up_and_nothing_that_mends_nothing() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let database = change(&story.anna, "Database", "pay-db").await;
        approve(&story, &database).await;
        let web = change(&story.anna, "Web", "web-01").await;
        for verb in ["submit", "assess"] {
            story.anna.post(&format!("/changes/{web}/{verb}"), json!({})).await.ok();
        }
        // One change is approved under a condition, the other collides with committed work.
        let round = story.sara.get(&format!("/changes/{web}")).await.ok()["rounds"][0].clone();
        let vote_of_hers = json!({"round": round["number"], "content_hash": round["content_hash"],
            "condition": {"text": "the cache is warmed", "person": "paul_engineer"}});
        story.sara.post(&format!("/changes/{web}/approve"), vote_of_hers).await.ok();
        let evening = || window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let alone = change(&story.anna, "Alone", "pay-db").await;
        story
            .anna
            .patch(&format!("/changes/{alone}"), "*", json!({"window": evening()}))
            .await
            .ok();
        approve(&story, &alone).await;
        story.rosa.post(&format!("/changes/{alone}/schedule"), json!({})).await.ok();
        let spring = release(&story, "Spring", evening()).await;
        for one in [&database, &web] {
            attach(&story, &spring, one).await;
        }
        let task = json!({"title": "Tell the desk", "required": true,
            "due_at": "2026-11-21T07:00:00Z"});
        story.rosa.post(&format!("/releases/{spring}/tasks"), task).await.ok();
        let board = story.rosa.get(&format!("/releases/{spring}/readiness")).await.ok();

        let conflict = point(&board, "conflict");
        assert_eq!(conflict["record"]["number"], alone.as_str());
        assert_eq!(ways(&conflict), ["exception", "move", "drop"], "{board:#}");
        assert_eq!(conflict["ways"][2]["change"]["number"], database.as_str());
        let condition = point(&board, "condition");
        assert_eq!(condition["who"], json!(["paul_engineer Example"]));
        assert_eq!(ways(&condition), ["drop"], "{condition:#}");
        assert_eq!(condition["ways"][0]["change"]["number"], web.as_str());
        // Its due time is its own: no other window makes it less late.
        let task = point(&board, "task");
        assert_eq!((&task["state"], ways(&task)), (&json!("stop"), vec![]), "{task:#}");
        assert_eq!(task["who"], json!(["rosa_release_manager Example"]));
    });
}

#[test]
fn what_it_reaches_is_proposed_and_each_team_signs_off_its_part() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let admin = stage.person("art_administrator", &["administrator", "service_owner"]).await;
        admin.post("/services", json!({"name": "Shop", "criticality": 1})).await.ok();
        for (name, kind, service) in
            [("shop-app", "application", "Shop"), ("mail-gw", "third party", "Payments")]
        {
            let ci = json!({"name": name, "kind": kind, "service": service});
            admin.post("/cis", ci).await.ok();
        }
        for (from, to) in [("shop-app", &["pay-app"][..]), ("pay-app", &["pay-db", "mail-gw"])] {
            let needs: Vec<Json> = to.iter().map(|to| json!({"kind": "uses", "to": to})).collect();
            let path = format!("/cis/{from}/relations");
            admin.put(&path, "*", json!({"relations": needs})).await.ok();
        }
        let depots = json!({"name": "Depots", "members": ["paul_engineer"]});
        admin.post("/teams", depots).await.ok();
        let app = change(&story.anna, "App", "pay-app").await;
        let spring = window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z");
        let spring = release(&story, "Spring", spring).await;
        attach(&story, &spring, &app).await;

        let path = format!("/releases/{spring}/scope");
        let proposed = async || {
            let scope = story.anna.get(&path).await.ok();
            let parts = scope["proposed"].as_array().expect("parts").iter();
            let mut parts: Vec<String> =
                parts.map(|part| format!("{} {}", part["kind"], part["path"])).collect();
            parts.sort();
            parts
        };
        assert_eq!(
            proposed().await,
            [
                r#""application" "pay-app → is used by → shop-app""#,
                r#""infrastructure" "pay-app → uses → pay-db""#,
                r#""third_party" "pay-app → uses → mail-gw""#,
            ]
        );
        let scope = story.anna.get(&path).await.ok();
        let impact = scope["impact"].as_array().expect("services").iter();
        let impact: Vec<_> = impact
            .map(|one| {
                (one["service"]["name"].clone(), one["criticality"].clone(), one["direct"].clone())
            })
            .collect();
        assert_eq!(
            impact,
            [(json!("Shop"), json!(1), json!(false)), (json!("Payments"), json!(2), json!(true))]
        );
        assert_eq!(numbers(&scope["included"], "change"), [app.as_str()]);
        assert_eq!(scope["impact"][0]["changes"][0]["number"], app.as_str());
        let stated = json!({
            "independent": [{"what": "mail-gw", "reason": "its operator tests it"}],
            "teams": [{"team": "Depots", "owns": "the racks", "signs_off": "power"}],
        });
        story.rosa.patch(&path, "*", stated).await.ok();
        assert_eq!(proposed().await.len(), 2, "what is stated is not proposed");

        let sign = format!("{path}/sign-off");
        story.rosa.post(&sign, json!({})).await.refused(403, "release.not_of_team");
        let part = async || {
            let board = format!("/releases/{spring}/readiness");
            let board = story.rosa.get(&board).await.ok();
            let items = board["items"].as_array().expect("items").clone();
            items.into_iter().find(|item| item["kind"] == "part").expect("a part")
        };
        assert_eq!(
            (part().await["state"].clone(), part().await["who"].clone()),
            (json!("waiting"), json!(["Depots"]))
        );
        assert_eq!(story.paul.get(&path).await.ok()["teams"][0]["yours"], true);
        story.paul.post(&sign, json!({"note": "measured"})).await.ok();
        story.paul.post(&sign, json!({})).await.refused(409, "release.nothing_to_sign");
        assert_eq!(part().await["state"], "clear");
        let team = story.rosa.get(&path).await.ok()["teams"][0].clone();
        assert_eq!(
            (&team["signed_by"], &team["signed_note"]),
            (&json!("paul_engineer Example"), &json!("measured"))
        );
        let other = json!({"teams": [{"team": "Depots", "owns": "the racks and the floor"}]});
        story.rosa.patch(&path, "*", other).await.ok();
        let team = story.rosa.get(&path).await.ok()["teams"][0].clone();
        assert_eq!((team.get("signed_by"), &team["lapsed"]), (None, &json!(true)));
    });
}
