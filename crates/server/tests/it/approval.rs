//! The list of approvals: who sees what waits, in which order, and what was decided.

use serde_json::{Value as Json, json};

use crate::support::{Client, on_both};

fn plans(title: &str) -> Json {
    json!({
        "title": title, "type": "normal", "description": "Replace the package.",
        "reason": "A defect is mended.", "category": "application", "cis": ["web-01"],
        "customer_impact": "none", "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.", "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.", "backout_minutes": 5,
    })
}

/// A change that waits for approval.
async fn waiting(anna: &Client<'_>, title: &str) -> String {
    let raised = anna.post("/changes", plans(title)).await.ok();
    let number = raised["number"].as_str().expect("a number").to_owned();
    anna.post(&format!("/changes/{number}/submit"), json!({})).await.ok();
    anna.post(&format!("/changes/{number}/assess"), json!({})).await.ok();
    number
}

async fn list(client: &Client<'_>, query: &str) -> Vec<Json> {
    let page = client.get(&format!("/approvals?{query}")).await.ok();
    page["items"].as_array().expect("a list").clone()
}

fn subjects(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["subject"]["number"].as_str().expect("a number")).collect()
}

/// Votes with what the list says, and nothing else.
async fn vote(client: &Client<'_>, row: &Json, verb: &str, reason: &str) {
    let number = row["subject"]["number"].as_str().expect("a number");
    let vote = json!({
        "round": row["round"], "content_hash": row["content_hash"], "reason": reason,
    });
    client.post(&format!("/changes/{number}/{verb}"), vote).await.ok();
}

#[test]
fn those_who_are_asked_see_what_waits_and_what_they_decided() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        let ci = json!({"name": "web-01", "kind": "server"});
        admin.post("/cis", ci).await.ok();
        let anna = stage.person("anna_requester", &["requester", "service_owner"]).await;
        let ivan = stage.person("ivan_implementer", &["implementer", "service_owner"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let change = waiting(&anna, "Replace").await;

        let rows = list(&sara, "state=pending&mine=true").await;
        assert_eq!(subjects(&rows), [change.as_str()]);
        let record = sara.get(&format!("/changes/{change}")).await.ok();
        assert_eq!(rows[0]["content_hash"], record["rounds"][0]["content_hash"]);
        assert_eq!(rows[0]["needed"], 1);
        assert_eq!(rows[0]["my_vote"], Json::Null);
        assert_eq!(rows[0]["subject_kind"], "change");
        assert_eq!(rows[0]["tier"], record["risk"]["tier"]);
        for barred in [&anna, &ivan] {
            assert_eq!(list(barred, "state=pending&mine=true").await, [] as [Json; 0]);
            assert_eq!(subjects(&list(barred, "state=pending").await), [change.as_str()]);
        }

        vote(&sara, &rows[0], "approve", "").await;
        assert_eq!(list(&sara, "mine=true").await, [] as [Json; 0]);
        let rows = list(&sara, "state=decided&mine=true").await;
        assert_eq!(rows[0]["my_vote"], "approve");
        assert_eq!(rows[0]["state"], "approved");
        assert_eq!(subjects(&list(&ivan, "state=approved").await), [change.as_str()]);
        assert_eq!(list(&ivan, "state=decided&mine=true").await, [] as [Json; 0]);

        let version = anna.get(&format!("/changes/{change}")).await.ok()["version"].to_string();
        let edit = json!({"test_plan": "Ask for the version, twice."});
        anna.patch(&format!("/changes/{change}"), &version, edit).await.ok();
        assert_eq!(list(&sara, "state=decided&mine=true").await, [] as [Json; 0], "it is void");
        let rows = list(&sara, "state=pending&mine=true").await;
        assert_eq!(subjects(&rows), [change.as_str()]);

        vote(&sara, &rows[0], "reject", "not on a Friday").await;
        let rows = list(&sara, "state=rejected&mine=true").await;
        assert_eq!(
            (&rows[0]["state"], &rows[0]["my_vote"]),
            (&json!("rejected"), &json!("reject"))
        );
        assert_eq!(list(&sara, "state=approved&mine=true").await, [] as [Json; 0]);
        sara.get("/approvals?state=maybe").await.refused(422, "request.invalid");
    });
}

#[test]
fn the_longest_waiting_comes_first_page_by_page() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
        let anna = stage.person("anna_requester", &["requester"]).await;
        let _ivan = stage.person("ivan_implementer", &["implementer"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let mut changes = Vec::new();
        for number in 0..5_i64 {
            stage.clock.set(stage.now().plus_minutes(1));
            changes.push(waiting(&anna, &format!("Replace {number}")).await);
        }
        for query in ["mine=true", "mine=false"] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/approvals?{query}&limit=2{cursor}");
                let page = sara.get(&path).await.ok();
                let rows = page["items"].as_array().expect("a list");
                assert!(rows.len() <= 2);
                found.extend(subjects(rows).into_iter().map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, changes);
        }
        sara.get("/approvals?cursor=yesterday").await.refused(422, "request.invalid");
    });
}

#[test]
fn who_approved_sees_field_by_field_what_was_edited_since() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        for ci in ["web-01", "web-02"] {
            admin.post("/cis", json!({"name": ci, "kind": "server"})).await.ok();
        }
        let anna = stage.person("anna_requester", &["requester"]).await;
        stage.account("ivan_implementer", &["implementer"]).await;
        stage.account("ines_implementer", &["implementer"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let simon = stage.person("simon_service_owner", &["service_owner"]).await;
        let change = waiting(&anna, "Replace").await;
        let path = format!("/changes/{change}");
        let told = format!("{path}/approvals/difference");
        assert_eq!(sara.get(&told).await.ok()["items"], json!([]), "nothing was edited");

        let seen = sara.get(&path).await.ok()["rounds"][0]["content_hash"].clone();
        vote(&sara, &list(&sara, "mine=true").await[0], "approve", "").await;
        stage.clock.set(stage.now().plus_minutes(5));
        let version = anna.get(&path).await.ok()["version"].to_string();
        let edit = json!({"test_plan": "Ask twice.", "cis": ["web-02"],
            "implementer": "ines_implementer"});
        anna.patch(&path, &version, edit).await.ok();

        let since = &sara.get(&told).await.ok()["items"];
        assert_eq!(since.as_array().map(Vec::len), Some(1), "told once: {since:#}");
        assert_eq!((&since[0]["since"], &since[0]["round"]), (&json!("vote"), &json!(1)));
        let fields = since[0]["fields"].as_array().expect("fields").iter();
        let lines: Vec<String> = fields
            .map(|one| {
                let text = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
                [text("part"), text("field"), text("before"), text("after")].join(" | ")
            })
            .collect();
        assert_eq!(
            lines,
            [
                "bundle | cis | web-01 | web-02",
                "plans | implementer | ivan_implementer Example | ines_implementer Example",
                "plans | test | Ask for the version. | Ask twice.",
            ]
        );
        // Who did not vote is told since the round was opened, or since what they saw.
        let since = &simon.get(&told).await.ok()["items"];
        assert_eq!(since[0]["since"], "opened");
        let named = format!("{told}?seen={}", seen.as_str().expect("a hash"));
        assert_eq!(simon.get(&named).await.ok()["items"][0]["since"], "seen");
        simon
            .get("/changes/CHG-99/approvals/difference")
            .await
            .refused(404, "request.unknown_record");
    });
}

#[test]
fn rounds_that_are_over_leave_the_state_and_stay_readable() {
    const ROUNDS: u64 = 5;
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
        let anna = stage.person("anna_requester", &["requester"]).await;
        stage.account("ivan_implementer", &["implementer"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let change = waiting(&anna, "Replace").await;
        let path = format!("/changes/{change}");
        let size = "SELECT MAX(LENGTH(state)) FROM states WHERE stream LIKE 'change:%'";
        let (mut sizes, mut asked) = (Vec::new(), Vec::new());
        for round in 1..=ROUNDS {
            stage.clock.advance_minutes(5);
            let rows = list(&sara, "state=pending&mine=true").await;
            assert_eq!(rows[0]["round"], json!(round));
            asked.push(rows[0]["content_hash"].clone());
            sizes.push(stage.count(size).await);
            vote(&sara, &rows[0], "reject", &format!("reason {round}")).await;
            let edit = json!({"test_plan": format!("Ask {round} times.")});
            anna.patch(&path, "*", edit).await.ok();
            anna.post(&format!("{path}/submit"), json!({})).await.ok();
            anna.post(&format!("{path}/assess"), json!({})).await.ok();
        }
        assert!(sizes.iter().max() < sizes.first().map(|size| size + 20).as_ref(), "{sizes:?}");

        // The page shows each with what was asked and said then, the newest first.
        let shown = sara.get(&path).await.ok();
        let rounds = shown["rounds"].as_array().expect("rounds");
        assert_eq!(rounds.len() as u64, ROUNDS + 1);
        for (round, hash) in rounds.iter().rev().zip(&asked) {
            let vote = &round["stages"][0]["groups"][0]["votes"][0];
            assert_eq!((&round["content_hash"], &round["state"]), (hash, &json!("rejected")));
            assert_eq!(vote["reason"], json!(format!("reason {}", round["number"])));
        }
        let decided = list(&sara, "state=rejected&mine=true").await;
        let numbers: Vec<u64> =
            decided.iter().map(|row| row["round"].as_u64().expect("a number")).collect();
        assert_eq!(numbers, (1..=ROUNDS).rev().collect::<Vec<_>>());

        // The difference is told from the round before, and from the reader's last vote.
        let told = sara.get(&format!("{path}/approvals/difference")).await.ok();
        assert_eq!(told["items"][0]["since"], "vote");
        assert_eq!(told["items"][0]["round"], json!(ROUNDS));
        assert_eq!(told["items"][0]["fields"][0]["before"], "Ask 4 times.");
        let told = admin.get(&format!("{path}/approvals/difference")).await.ok();
        assert_eq!(told["items"][0]["since"], "round");

        let kept = stage.rows().await;
        stage.rebuild().await;
        let made = stage.rows().await;
        for table in ["change_rounds", "change_votes", "change_seats"] {
            assert_eq!(made[table], kept[table], "{table}");
        }
    });
}

#[test]
fn a_yes_under_a_condition_counts_and_the_work_waits_for_it() {
    on_both(async |stage| {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
        let anna = stage.person("anna_requester", &["requester"]).await;
        let ivan = stage.person("ivan_implementer", &["implementer"]).await;
        let aldo = stage.person("aldo_auditor", &["auditor"]).await;
        let sara = stage.person("sara_service_owner", &["service_owner"]).await;
        let change = waiting(&anna, "Replace").await;
        let path = format!("/changes/{change}");
        let window = json!({"start": stage.now().to_string(),
            "end": stage.now().plus_minutes(60).to_string(), "zone": "UTC"});
        anna.patch(&path, "*", json!({"window": window})).await.ok();
        let round = sara.get(&path).await.ok()["rounds"][0].clone();
        let vote = |person: &str| {
            let condition = json!({"text": "the restore is tried", "person": person});
            json!({"round": round["number"], "content_hash": round["content_hash"],
                "condition": condition})
        };
        let unknown = sara.post(&format!("{path}/approve"), vote("nobody_here")).await;
        let problem = unknown.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/condition/person");
        let no = sara.post(&format!("{path}/abstain"), vote("aldo_auditor")).await;
        no.refused(422, "approval.condition_of_no");
        sara.post(&format!("{path}/approve"), vote("aldo_auditor")).await.ok();

        let start = format!("{path}/start");
        let problem = ivan.post(&start, json!({})).await;
        let problem = problem.refused(409, "approval.condition_open");
        let told = problem["errors"][0]["detail"].as_str().expect("words");
        assert!(told.contains("the restore is tried"), "{told}");
        let lamps = anna.get(&path).await.ok()["route"].as_array().expect("lamps").clone();
        let lamp = lamps.iter().find(|lamp| lamp["name"] == "approvals").expect("a lamp");
        assert_eq!((&lamp["state"], &lamp["action"]), (&json!("stop"), &json!("meet_condition")));

        let meet = format!("{path}/condition/meet");
        let actions = |record: &Json| {
            let all = record["actions"].as_array().expect("actions").clone();
            all.into_iter().find(|one| one["name"] == "meet_condition").expect("the verb")
        };
        anna.post(&meet, json!({})).await.refused(403, "approval.condition_of_another");
        assert_eq!(actions(&anna.get(&path).await.ok())["allowed"], false);
        assert_eq!(actions(&aldo.get(&path).await.ok())["allowed"], true, "by no role of theirs");
        aldo.post(&meet, json!({"note": "nine minutes"})).await.ok();
        aldo.post(&meet, json!({})).await.refused(409, "approval.no_condition");
        let votes = &anna.get(&path).await.ok()["rounds"][0]["stages"][0]["groups"][0]["votes"];
        let last = votes.as_array().expect("votes").last().expect("a vote")["condition"].clone();
        assert_eq!(last["met_by"]["name"], "aldo_auditor Example");
        assert_eq!((&last["note"], &last["open"]), (&json!("nine minutes"), &json!(false)));
        ivan.post(&start, json!({})).await.ok();
    });
}
