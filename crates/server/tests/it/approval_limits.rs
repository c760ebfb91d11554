//! Approvals that others move: deputies of those who are absent, time limits that fire once, and
//! people who leave.

use interlock_server::follow::rounds::Leavers;
use interlock_server::follow::timers::fire_due;
use interlock_server::notice::MovesReactor;
use kernel::Timestamp;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

/// An emergency: two members of the emergency board decide, reminded after an hour, escalated to
/// the release authority after four.
fn emergency() -> Json {
    json!({
        "title": "Stop the leak", "type": "emergency", "description": "Close the port.",
        "reason": "It leaks.", "category": "application", "cis": ["web-01"],
        "customer_impact": "none", "implementer": "ivan_implementer",
        "implementation_plan": "Close it.", "test_plan": "Knock.",
        "backout_plan": "Open it.", "backout_minutes": 5,
        "window": {"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T09:00:00Z", "zone": "UTC"},
    })
}

struct People<'a> {
    admin: Client<'a>,
    anna: Client<'a>,
    edda: Client<'a>,
    emil: Client<'a>,
    rita: Client<'a>,
}

async fn people(stage: &Stage) -> People<'_> {
    let admin = stage.person("ada_administrator", &["administrator"]).await;
    admin.post("/cis", json!({"name": "web-01", "kind": "server"})).await.ok();
    stage.account("ivan_implementer", &["implementer"]).await;
    People {
        admin,
        anna: stage.person("anna_requester", &["requester", "ecab_member"]).await,
        edda: stage.person("edda_ecab", &["ecab_member"]).await,
        emil: stage.person("emil_ecab", &["ecab_member"]).await,
        rita: stage.person("rita_authority", &["release_authority"]).await,
    }
}

async fn waiting(anna: &Client<'_>) -> String {
    let raised = anna.post("/changes", emergency()).await.ok();
    let number = raised["number"].as_str().expect("a number").to_owned();
    anna.post(&format!("/changes/{number}/submit"), json!({})).await.ok();
    number
}

async fn read(client: &Client<'_>, change: &str) -> Json {
    client.get(&format!("/changes/{change}")).await.ok()
}

async fn group(client: &Client<'_>, change: &str) -> Json {
    read(client, change).await["rounds"][0]["stages"][0]["groups"][0].clone()
}

fn vote(record: &Json) -> Json {
    let round = &record["rounds"][0];
    json!({"round": round["number"], "content_hash": round["content_hash"], "reason": "seen"})
}

async fn votes(client: &Client<'_>, change: &str, verb: &str) -> crate::support::Answer {
    let body = vote(&read(client, change).await);
    client.post(&format!("/changes/{change}/{verb}"), body).await
}

async fn mine(client: &Client<'_>) -> Vec<Json> {
    let page = client.get("/approvals?mine=true").await.ok();
    page["items"].as_array().expect("a list").clone()
}

async fn events(client: &Client<'_>, change: &str, inner: &str) -> usize {
    let page = client.get(&format!("/audit/events?subject={change}&limit=200")).await.ok();
    let items = page["items"].as_array().expect("a list");
    items.iter().filter(|event| event["payload"].get(inner).is_some()).count()
}

#[test]
fn a_deputy_votes_in_the_place_of_someone_absent_and_both_are_used_up() {
    on_both(async |stage| {
        let People { admin, anna, edda, emil, .. } = people(&stage).await;
        let dora = stage.person("dora_deputy", &["cab_member"]).await;
        let change = waiting(&anna).await;
        assert_eq!(mine(&dora).await, [] as [Json; 0]);
        votes(&dora, &change, "approve").await.refused(403, "approval.not_a_voter");

        let leave = json!({
            "deputy": "dora_deputy", "until": "2026-12-24T00:00:00Z", "reason": "on leave",
        });
        let set = edda.post("/delegations", leave.clone()).await.ok();
        edda.post("/delegations", leave).await.refused(409, "approval.deputy_named");
        let row = mine(&dora).await.remove(0);
        assert_eq!(row["on_behalf_of"]["name"], "edda_ecab Example");
        assert_eq!(row["absent_until"], "2026-12-24T00:00:00Z");
        let asked = group(&dora, &change).await;
        assert_eq!(asked["deputies"][0]["person"]["name"], "dora_deputy Example");

        votes(&dora, &change, "approve").await.ok();
        let cast = group(&dora, &change).await["votes"][0].clone();
        assert_eq!(cast["person"]["name"], "dora_deputy Example");
        assert_eq!(cast["on_behalf_of"]["name"], "edda_ecab Example");
        votes(&edda, &change, "approve").await.refused(409, "approval.voted_already");
        votes(&dora, &change, "approve").await.refused(409, "approval.voted_already");
        assert_eq!(mine(&edda).await, [] as [Json; 0]);

        let id = set["id"].as_str().expect("an id");
        emil.delete(&format!("/delegations/{id}"), "*").await.refused(403, "request.not_permitted");
        edda.delete(&format!("/delegations/{id}"), "*").await.ok();
        let listed = admin.get("/delegations?person=edda_ecab&state=all").await.ok();
        assert_eq!(listed["items"][0]["state"], "revoked");
        assert_eq!(read(&emil, &change).await["rounds"][0]["stages"][0]["groups"][0]["needed"], 1);
        votes(&emil, &change, "approve").await.ok();
        assert_eq!(read(&emil, &change).await["rounds"][0]["state"], "approved");
    });
}

#[test]
fn a_deputy_votes_from_the_beginning_of_an_absence_up_to_its_end() {
    on_both(async |stage| {
        let People { anna, edda, .. } = people(&stage).await;
        let dora = stage.person("dora_deputy", &["cab_member"]).await;
        let begins = stage.now().plus_minutes(60);
        let ends = begins.plus_minutes(90);
        let leave = json!({
            "deputy": "dora_deputy", "from": begins, "until": ends, "reason": "on leave",
        });
        edda.post("/delegations", leave).await.ok();
        let changes = [waiting(&anna).await, waiting(&anna).await, waiting(&anna).await];
        let just_before = |at: Timestamp| Timestamp::from_micros(at.micros() - 1);
        for (at, change, may) in [
            (just_before(begins), &changes[0], false),
            (begins, &changes[0], true),
            (just_before(ends), &changes[1], true),
            (ends, &changes[2], false),
        ] {
            stage.clock.set(at);
            assert_eq!(!mine(&dora).await.is_empty(), may, "what waits for her at {at}");
            let answer = votes(&dora, change, "approve").await;
            if may {
                answer.ok();
                let cast = group(&dora, change).await["votes"][0].clone();
                assert_eq!(cast["on_behalf_of"]["name"], "edda_ecab Example");
            } else {
                answer.refused(403, "approval.not_a_voter");
            }
        }
        // Who is back votes for herself; what was said in her place stands.
        votes(&edda, &changes[2], "approve").await.ok();
        votes(&edda, &changes[0], "approve").await.refused(409, "approval.voted_already");
    });
}

#[test]
fn separation_of_duties_holds_through_a_deputy() {
    on_both(async |stage| {
        let People { admin, anna, emil, .. } = people(&stage).await;
        let dora = stage.person("dora_deputy", &["cab_member"]).await;
        let change = waiting(&anna).await;
        // Anna asked for the change: nobody votes in her place.
        anna.post("/delegations", json!({"deputy": "dora_deputy", "reason": "ill"})).await.ok();
        votes(&dora, &change, "approve").await.refused(403, "approval.own_work");
        // And she votes in nobody's.
        let ill = json!({"person": "edda_ecab", "deputy": "anna_requester", "reason": "ill"});
        emil.post("/delegations", ill.clone()).await.refused(403, "request.not_permitted");
        admin.post("/delegations", ill).await.ok();
        votes(&anna, &change, "approve").await.refused(403, "approval.own_work");
        let own = json!({"deputy": "emil_ecab", "reason": "x"});
        emil.post("/delegations", own).await.refused(422, "request.invalid");
        let unfit = json!({"deputy": "ada_administrator", "reason": "x"});
        emil.post("/delegations", unfit).await.refused(409, "approval.deputy_unfit");
        let past = json!({"deputy": "edda_ecab", "until": "2020-01-01T00:00:00Z", "reason": "x"});
        emil.post("/delegations", past).await.refused(422, "request.invalid");
        let none = json!({"deputy": "edda_ecab", "reason": "x"});
        admin.post("/delegations", none).await.refused(409, "approval.nothing_to_delegate");
    });
}

#[test]
fn reminders_and_limits_fire_once_under_a_moved_clock_and_across_a_restart() {
    on_both(async |stage| {
        let People { anna, edda, rita, .. } = people(&stage).await;
        let change = waiting(&anna).await;
        let asked = stage.now();
        let told = async |voter: &Client<'_>| {
            stage.follow(MovesReactor).await;
            let told = crate::notice_moves::told(voter).await;
            told.iter().filter(|subject| subject.contains("your vote")).count()
        };
        assert_eq!((told(&edda).await, told(&rita).await), (1, 0), "whose turn it is");
        assert_eq!(group(&edda, &change).await["limit_at"], "2026-11-21T12:00:00Z");
        assert_eq!(mine(&rita).await, [] as [Json; 0]);
        assert_eq!(stage.wait_until(asked.plus_minutes(59)).await, 0);
        assert_eq!(stage.wait_until(asked.plus_minutes(60)).await, 1);
        assert_eq!(stage.fire().await, 0, "it fires once");
        let again = stage.bus_anew();
        let count = tokio::task::spawn_blocking(move || fire_due(&again).unwrap()).await.unwrap();
        assert_eq!(count, 0, "and not again after a restart");
        assert_eq!(mine(&edda).await[0]["reminded"], true);
        assert_eq!(events(&edda, &change, "reminded").await, 1);
        assert_eq!((told(&edda).await, told(&rita).await), (2, 0), "a reminder");

        // The hold stands between the reminder and the limit.
        let hold = json!({"reason": "wait"});
        anna.post(&format!("/changes/{change}/hold"), hold).await.ok();
        assert_eq!(stage.wait_until(asked.plus_minutes(300)).await, 0, "a hold suspends it");
        anna.post(&format!("/changes/{change}/resume"), json!({})).await.ok();
        assert_eq!(group(&edda, &change).await["limit_at"], "2026-11-21T16:00:00Z");
        assert_eq!(mine(&rita).await, [] as [Json; 0]);
        // The clock jumps far beyond the limit: once all the same. The whole story is shorter than
        // a session that is not used, for its use is written down beside the answer.
        assert_eq!(stage.wait_until(asked.plus_minutes(600)).await, 1);
        assert_eq!(stage.fire().await, 0);
        assert_eq!(events(&edda, &change, "reminded").await, 1);
        assert_eq!(events(&edda, &change, "limit_reached").await, 1);
        let row = mine(&rita).await.remove(0);
        assert_eq!((&row["escalated"], &row["limit_at"]), (&json!(true), &Json::Null));
        assert_eq!((told(&edda).await, told(&rita).await), (3, 1), "whom it was escalated to");
        votes(&rita, &change, "approve").await.ok();
        votes(&edda, &change, "approve").await.ok();
        assert_eq!(read(&edda, &change).await["rounds"][0]["state"], "approved");

        // An edit of what was approved asks anew, with the whole time.
        let edit = json!({"backout_plan": "Open it, slowly."});
        anna.patch(&format!("/changes/{change}"), "*", edit).await.ok();
        let now = group(&edda, &change).await;
        assert_eq!((&now["escalated_at"], &now["reminded_at"]), (&Json::Null, &Json::Null));
        assert_eq!(now["limit_at"], "2026-11-21T22:00:00Z");
        assert_eq!((told(&edda).await, told(&rita).await), (4, 1), "asked anew");
        assert_eq!(mine(&rita).await, [] as [Json; 0]);
        assert_eq!(stage.wait_until(stage.now().plus_minutes(60)).await, 1);
        assert_eq!(events(&edda, &change, "reminded").await, 2);
    });
}

#[test]
fn the_votes_of_someone_who_leaves_lapse_and_the_round_goes_on() {
    on_both(async |stage| {
        let People { admin, anna, edda, emil, rita } = people(&stage).await;
        let change = waiting(&anna).await;
        votes(&edda, &change, "approve").await.ok();
        votes(&emil, &change, "approve").await.ok();
        assert_eq!(read(&anna, &change).await["phase"], "scheduled");

        admin.patch("/people/edda_ecab", "*", json!({"active": false})).await.ok();
        stage.follow(Leavers).await;
        let record = read(&anna, &change).await;
        assert_eq!(
            (&record["phase"], &record["rounds"][0]["state"]),
            (&json!("authorise"), &json!("open"))
        );
        let asked = &record["rounds"][0]["stages"][0]["groups"][0];
        let voided: Vec<bool> = asked["votes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|vote| vote["voided"].is_string())
            .collect();
        assert_eq!(voided, [true, false]);
        let stuck = record["rounds"][0]["stuck"].as_str().expect("nobody is left to vote");
        assert!(stuck.contains("ECAB") && stuck.contains("administrator"), "{stuck}");

        // Someone is given the role: the round goes on.
        admin.patch("/people/rita_authority", "*", json!({"roles": ["ecab_member"]})).await.ok();
        assert_eq!(read(&anna, &change).await["rounds"][0]["stuck"], Json::Null);
        votes(&rita, &change, "approve").await.ok();
        assert_eq!(read(&anna, &change).await["phase"], "scheduled");

        // Another loses the role; under way nothing is taken back.
        admin.patch("/people/emil_ecab", "*", json!({"roles": ["requester"]})).await.ok();
        stage.follow(Leavers).await;
        assert_eq!(read(&anna, &change).await["phase"], "authorise");
        assert_eq!(events(&anna, &change, "vote_lapsed").await, 2);
    });
}

#[test]
fn a_record_that_refuses_holds_no_later_leaver_up() {
    on_both(async |stage| {
        let People { admin, anna, edda, emil, .. } = people(&stage).await;
        let broken = waiting(&anna).await;
        votes(&edda, &broken, "approve").await.ok();
        let change = waiting(&anna).await;
        votes(&emil, &change, "approve").await.ok();
        // As if its events were lost: what is sent to it is refused.
        let lost = "DELETE FROM states WHERE stream = \
            (SELECT 'change:' || id FROM changes WHERE number = 'CHG-1')";
        assert_eq!((broken.as_str(), stage.touch(lost).await), ("CHG-1", 1));
        for login in ["edda_ecab", "emil_ecab"] {
            admin.patch(&format!("/people/{login}"), "*", json!({"active": false})).await.ok();
        }
        stage.follow(Leavers).await;
        assert_eq!(events(&anna, &change, "vote_lapsed").await, 1);
    });
}
