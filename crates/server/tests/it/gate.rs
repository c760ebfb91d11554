//! The gate: what a pipeline is answered on the way of a release and of a change, by which record,
//! and what of it is kept, on both engines.

use interlock_server::notice::MovesReactor;
use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, plans, vote, window};
use crate::support::{Client, Stage, at, on_both};

const OURS: &str = "sha256:aa01";
const OTHER: &str = "sha256:bb02";
const OPEN: &str = "2026-11-21T14:30:00Z";

pub(crate) fn asked(digest: &str) -> Json {
    json!({"artifact": {"name": "pay-app", "digest": digest}, "environment": "production"})
}

fn rollback(digest: &str) -> Json {
    let mut question = asked(digest);
    question["purpose"] = json!("rollback");
    question
}

pub(crate) async fn check(client: &Client<'_>, question: Json) -> Json {
    client.post("/gates/check", question).await.ok()
}

/// The word and the codes of an answer.
fn told(verdict: &Json) -> (String, Vec<String>) {
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let reasons = verdict["reasons"].as_array().expect("reasons").iter();
    (text(&verdict["verdict"]), reasons.map(|reason| text(&reason["code"])).collect())
}

async fn answers(client: &Client<'_>, question: Json) -> (String, Vec<String>) {
    told(&check(client, question).await)
}

fn says(word: &str, codes: &[&str]) -> (String, Vec<String>) {
    (word.to_owned(), codes.iter().map(ToString::to_string).collect())
}

pub(crate) fn package(digest: &str) -> Json {
    json!([{"kind": "artifact", "name": "Pay-App", "version": "2.0", "digest": digest}])
}

/// A minor release of one approved change that ships the bytes, not submitted yet.
pub(crate) async fn planned(story: &Cast<'_>, digest: &str) -> String {
    planned_as(story, "minor", digest).await
}

async fn planned_as(story: &Cast<'_>, model: &str, digest: &str) -> String {
    let fields = json!({"title": "Payments 2.0", "type": model, "owner": "rosa_release_manager",
        "release_manager": "rosa_release_manager", "package": package(digest),
        "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
    let release = number(&story.rosa.post("/releases", fields).await.ok());
    let change = approved(story, "Replace", "pay-app", 10).await;
    let path = format!("/releases/{release}");
    story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    release
}

pub(crate) async fn step(client: &Client<'_>, path: &str, verb: &str) {
    client.post(&format!("{path}/{verb}"), json!({"reason": "because"})).await.ok();
}

/// The same, with its go and its window.
pub(crate) async fn committed(story: &Cast<'_>, digest: &str) -> String {
    let release = planned(story, digest).await;
    let path = format!("/releases/{release}");
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, &path, "approve", "").await.ok();
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    release
}

async fn carried_out(stage: &Stage, story: &Cast<'_>, release: &str) {
    let path = format!("/releases/{release}");
    stage.clock.set(at(OPEN));
    story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    let record = story.rosa.get(&path).await.ok();
    let change = number(&record["changes"][0]);
    let done = json!({"result": "done"});
    story.ivan.post(&format!("{path}/deployment/steps/{change}"), done).await.ok();
    for _ in 0..2 {
        story.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
    }
}

#[test]
fn a_release_opens_and_closes_the_gate_on_its_way() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (anna, ours) = (&story.anna, || asked(OURS));
        assert_eq!(answers(anna, ours()).await, says("deny", &["unknown_artifact"]));
        let release = planned(&story, OURS).await;
        let path = format!("/releases/{release}");
        let verdict = check(anna, ours()).await;
        assert_eq!(told(&verdict), says("wait", &["not_submitted"]));
        let owner = "rosa_release_manager Example";
        assert_eq!(verdict["reasons"][0]["waits_for"], json!([owner]));

        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        let verdict = check(anna, ours()).await;
        assert_eq!(told(&verdict), says("wait", &["approval_pending"]));
        let waits = verdict["reasons"][0]["waits_for"][0].as_str().expect("a group");
        assert!(waits.contains("(stage "), "{waits}");
        assert_eq!(verdict["records"][0]["number"], release.as_str());
        vote(&story.rita, &path, "approve", "").await.ok();
        assert_eq!(answers(anna, ours()).await, says("wait", &["not_scheduled"]));
        story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
        let verdict = check(anna, ours()).await;
        assert_eq!(told(&verdict), says("wait", &["window_ahead"]));
        assert_eq!(verdict["until"], "2026-11-21T14:00:00Z");

        stage.clock.set(at("2026-11-21T14:00:00Z"));
        let verdict = check(anna, ours()).await;
        assert_eq!(told(&verdict), says("allow", &["allowed"]));
        assert_eq!(verdict["valid_until"], "2026-11-21T14:05:00Z");
        let digest = "SHA256:AA01";
        assert_eq!(answers(anna, asked(digest)).await.0, "allow", "case is no other digest");
        // Other bytes under the same name, and the same bytes elsewhere.
        let verdict = check(anna, asked(OTHER)).await;
        assert_eq!(told(&verdict), says("deny", &["other_digest"]));
        let sentence = verdict["reasons"][0]["sentence"].as_str().expect("a sentence");
        assert!(sentence.contains(OURS) && sentence.contains(&release), "{sentence}");
        let mut staging = ours();
        staging["environment"] = json!("staging");
        assert_eq!(answers(anna, staging).await, says("deny", &["other_environment"]));

        step(&story.rosa, &path, "hold").await;
        assert_eq!(answers(anna, ours()).await, says("wait", &["on_hold"]));
        step(&story.rosa, &path, "resume").await;
        assert_eq!(answers(anna, ours()).await.0, "allow");
        stage.clock.set(at("2026-11-21T17:00:00Z"));
        assert_eq!(answers(anna, ours()).await, says("wait", &["window_over"]));
        step(&story.rosa, &path, "cancel").await;
        assert_eq!(answers(anna, ours()).await, says("deny", &["cancelled"]));
    });
}

#[test]
fn an_edit_that_voids_the_approval_closes_the_gate_and_a_no_denies() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let release = committed(&story, OURS).await;
        let path = format!("/releases/{release}");
        stage.clock.set(at(OPEN));
        assert_eq!(answers(&story.anna, asked(OURS)).await.0, "allow");
        // Other bytes after the approval: those were not seen by whoever gave the go.
        story.rosa.patch(&path, "*", json!({"package": package(OTHER)})).await.ok();
        assert_eq!(answers(&story.anna, asked(OURS)).await, says("deny", &["other_digest"]));
        let (word, codes) = answers(&story.anna, asked(OTHER)).await;
        assert_eq!((word.as_str(), codes[0].as_str()), ("wait", "approval_lapsed"));
        vote(&story.rita, &path, "reject", "not these").await.ok();
        assert_eq!(answers(&story.anna, asked(OTHER)).await, says("deny", &["rejected"]));
    });
}

#[test]
fn a_blackout_holds_the_gate_until_an_exception_or_its_end_and_going_back_is_free() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let before = committed(&story, OTHER).await;
        carried_out(&stage, &story, &before).await;
        stage.clock.set(at("2026-11-21T14:40:00Z"));
        let release = committed(&story, OURS).await;
        let blackout = year_end(&story).await;
        let verdict = check(&story.anna, asked(OURS)).await;
        assert_eq!(told(&verdict), says("wait", &["blackout"]));
        assert_eq!(verdict["until"], "2026-11-21T16:00:00Z");
        assert_eq!(answers(&story.anna, rollback(OTHER)).await, says("allow", &["restores"]));
        assert_eq!(answers(&story.anna, rollback(OURS)).await, says("wait", &["blackout"]));

        let exception = json!({"rule": "blackout", "subject": release, "with": blackout,
            "reason": "it mends the books", "until": "2026-11-21T17:00:00Z"});
        let exception = number(&story.rosa.post("/exceptions", exception).await.ok());
        let grant = format!("/exceptions/{exception}/grant");
        story.adam.post(&grant, json!({})).await.ok();
        assert_eq!(answers(&story.anna, asked(OURS)).await.0, "allow");
        let revoke = format!("/exceptions/{exception}/revoke");
        story.adam.post(&revoke, json!({"reason": "no"})).await.ok();
        assert_eq!(answers(&story.anna, asked(OURS)).await, says("wait", &["blackout"]));
        stage.clock.set(at("2026-11-21T16:00:00Z"));
        assert_eq!(answers(&story.anna, asked(OURS)).await.0, "allow", "it ended");
        // The newer one was let through: the older is left behind, unless one goes back.
        assert_eq!(answers(&story.anna, asked(OTHER)).await.1, ["over", "superseded"]);
        assert_eq!(answers(&story.anna, rollback(OTHER)).await.0, "allow");
    });
}

/// A blackout from one until four, by its id.
async fn year_end(story: &Cast<'_>) -> String {
    let blackout = json!({"name": "Year end", "reason": "the books are closed",
        "window": {"start": "2026-11-21T13:00:00Z", "end": "2026-11-21T16:00:00Z",
            "zone": "UTC"}});
    let blackout = story.rosa.post("/blackouts", blackout).await.ok();
    blackout["id"].as_str().expect("an id").to_owned()
}

/// An approved emergency that ships the bytes: its number.
async fn urgent(stage: &Stage, story: &Cast<'_>) -> String {
    let mut members = Vec::new();
    for login in ["emil_ecab", "elsa_ecab"] {
        members.push(stage.person(login, &["ecab_member"]).await);
    }
    let mut fields = plans("Stop the leak", "pay-app", 10);
    fields["type"] = json!("emergency");
    fields["artifacts"] = json!([{"name": "pay-app", "digest": OURS}]);
    let change = number(&story.anna.post("/changes", fields).await.ok());
    let path = format!("/changes/{change}");
    story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
    for member in &members {
        vote(member, &path, "approve", "").await.ok();
    }
    change
}

#[test]
fn an_emergency_waits_for_no_window_and_for_the_end_of_a_blackout() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = urgent(&stage, &story).await;
        stage.clock.set(at("2026-11-21T12:50:00Z"));
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("allow", &["emergency"]));
        let blackout = year_end(&story).await;
        stage.clock.set(at(OPEN));
        let verdict = check(&story.ivan, asked(OURS)).await;
        assert_eq!(told(&verdict), says("wait", &["blackout"]));
        let start = format!("/changes/{change}/start");
        let refused = story.ivan.post(&start, json!({})).await;
        refused.refused(409, "calendar.conflict_blocks");
        let shown = story.ivan.get(&format!("/changes/{change}")).await.ok();
        let actions = shown["actions"].as_array().expect("actions").iter();
        let mut begins = actions.filter(|action| action["name"] == "start");
        let begins = begins.next().expect("a verb");
        assert_eq!(begins["refusal"]["code"], "calendar.conflict_blocks");

        let exception = json!({"rule": "blackout", "subject": change, "with": blackout,
            "reason": "it leaks", "until": "2026-11-21T20:00:00Z"});
        let exception = number(&story.rosa.post("/exceptions", exception).await.ok());
        let grant = format!("/exceptions/{exception}/grant");
        story.adam.post(&grant, json!({})).await.ok();
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("allow", &["emergency"]));
        story.ivan.post(&start, json!({})).await.ok();
        let log = format!("/audit/events?subject={change}&limit=200");
        let log = story.ivan.get(&log).await.ok();
        let under = log["items"].as_array().expect("events").iter();
        let mut under = under.filter(|event| event["payload"]["under"] == json!([exception]));
        assert!(under.next().is_some(), "what began under it names it");
    });
}

#[test]
fn what_was_approved_after_a_deployment_does_not_cover_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        stage.clock.set(at("2026-11-21T14:20:00Z"));
        committed(&story, OURS).await;
        stage.clock.set(at(OPEN));
        let see = async |ci: &str, minute: &str| {
            let mut told = seen(OURS, minute);
            told["ci"] = json!(ci);
            story.ivan.post("/deployments/seen", told).await.ok()
        };
        // Inside the window that was committed since.
        let early = see("pay-app", "14:10").await;
        assert_eq!(early["authorised"], false);
        assert_eq!(see("pay-app", "14:20").await["authorised"], true);
        // Each CI is told of by itself, and told again it is the same.
        let mut elsewhere = Json::Null;
        for _ in 0..2 {
            elsewhere = see("web-01", "14:10").await;
            assert_eq!(elsewhere["authorised"], false);
        }
        let again = see("pay-app", "14:10").await;
        assert_eq!((&again["authorised"], &again["change"]), (&json!(false), &Json::Null));
        assert_eq!(see("web-01", "14:09").await["change"], elsewhere["change"]);
        let raised = "SELECT COUNT(*) FROM events WHERE name = 'change.found_unauthorised.v1'";
        assert_eq!(stage.count(raised).await, 2);
        // What was seen on another CI since hides none that nobody authorised.
        assert_eq!(see("pay-app", "14:30").await["authorised"], true);
        let open = story.ivan.get("/gates?unauthorised=open").await.ok();
        let shown = &open["items"][0]["seen"]["unauthorised"];
        assert_eq!(shown["number"], elsewhere["change"]["number"]);
    });
}

#[test]
fn the_board_opens_the_gate_of_a_major_release_and_a_no_of_it_closes_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let release = planned_as(&story, "major", OURS).await;
        let path = format!("/releases/{release}");
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        let waits = async || {
            let verdict = check(&story.ivan, asked(OURS)).await;
            let (word, codes) = told(&verdict);
            assert_eq!((word.as_str(), codes[0].as_str()), ("wait", "approval_pending"));
            verdict["reasons"][0]["waits_for"].to_string()
        };
        let board = waits().await;
        assert!(board.to_lowercase().contains("cab"), "{board}");
        for member in &story.cab[..2] {
            vote(member, &path, "approve", "").await.ok();
        }
        assert_ne!(waits().await, board, "the board has decided");
        vote(&story.adam, &path, "approve", "").await.ok();
        story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
        stage.clock.set(at(OPEN));
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("wait", &["unfinished"]));
        let tasks = story.rosa.get(&path).await.ok()["tasks"].clone();
        for task in tasks.as_array().expect("tasks") {
            let task = format!("{path}/tasks/{}", task["number"]);
            story.rosa.patch(&task, "*", json!({"done": true})).await.ok();
        }
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("allow", &["allowed"]));

        // An edit of what the board saw asks it again, and now it says no.
        let edited = json!({"rollback_note": "Restore the dump of the night before."});
        story.rosa.patch(&path, "*", edited).await.ok();
        let (word, codes) = answers(&story.ivan, asked(OURS)).await;
        assert_eq!((word.as_str(), codes[0].as_str()), ("wait", "approval_lapsed"));
        vote(&story.rita, &path, "approve", "").await;
        for member in &story.cab {
            vote(member, &path, "reject", "not on a Saturday").await;
        }
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("deny", &["rejected"]));
    });
}

#[test]
fn an_approval_opens_and_an_edit_closes_the_gate_of_a_change_that_travels_alone() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut fields = plans("Replace alone", "pay-app", 10);
        fields["artifacts"] = json!([{"name": "pay-app", "digest": OURS}]);
        fields["window"] = json!({"start": "2026-11-21T14:00:00Z",
            "end": "2026-11-21T17:00:00Z", "zone": "UTC"});
        let change = number(&story.anna.post("/changes", fields).await.ok());
        let path = format!("/changes/{change}");
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("wait", &["not_submitted"]));
        story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
        story.anna.post(&format!("{path}/assess"), json!({})).await.ok();
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("wait", &["approval_pending"]));
        vote(&story.sara, &path, "approve", "").await.ok();
        let record = story.anna.get(&path).await.ok();
        assert_eq!(record["artifacts"], json!([{"name": "pay-app", "digest": OURS}]));
        if record["rounds"][0]["state"] != "approved" {
            vote(&story.cab[0], &path, "approve", "").await.ok();
            vote(&story.cab[1], &path, "approve", "").await.ok();
        }
        story.anna.post(&format!("{path}/schedule"), json!({})).await.ok();
        stage.clock.set(at(OPEN));
        let verdict = check(&story.ivan, asked(OURS)).await;
        assert_eq!(told(&verdict), says("allow", &["allowed"]));
        // By what it goes to, and by the record that is meant.
        let mut there = asked(OURS);
        there["ci"] = json!("pay-app");
        there["record"] = json!(change);
        assert_eq!(answers(&story.ivan, there.clone()).await.0, "allow");
        there["ci"] = json!("web-01");
        assert_eq!(answers(&story.ivan, there).await.0, "deny");
        // Other bytes are an edit of what was approved.
        let edited = json!({"artifacts": [{"name": "pay-app", "digest": OTHER}]});
        story.anna.patch(&path, "*", edited).await.ok();
        let (word, codes) = answers(&story.ivan, asked(OTHER)).await;
        assert_eq!((word.as_str(), codes[0].as_str()), ("wait", "approval_lapsed"));
        assert_eq!(answers(&story.ivan, asked(OURS)).await, says("deny", &["other_digest"]));
    });
}

#[test]
fn an_answer_is_kept_where_it_changes_and_is_found_with_its_record() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let release = committed(&story, OURS).await;
        for _ in 0..3 {
            check(&story.anna, asked(OURS)).await;
        }
        stage.clock.set(at(OPEN));
        for _ in 0..3 {
            check(&story.ivan, asked(OURS)).await;
        }
        let kept = "SELECT COUNT(*) FROM events WHERE name = 'gate.answered.v1'";
        assert_eq!(stage.count(kept).await, 2);
        let listed = story.anna.get(&format!("/gates?record={release}")).await.ok();
        let gate = &listed["items"][0];
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
        assert_eq!((&gate["verdict"], &gate["since"]), (&json!("allow"), &json!(OPEN)));
        let id = gate["id"].as_str().expect("an id");
        let one = story.anna.get(&format!("/gates/{id}")).await.ok();
        assert_eq!(one["artifact"], json!({"name": "pay-app", "digest": OURS}));
        let history = story.anna.get(&format!("/audit/events?subject={id}")).await.ok();
        assert_eq!(history["items"].as_array().map(Vec::len), Some(2), "{history:#}");
        let denied = story.anna.get("/gates?verdict=deny").await.ok();
        assert_eq!(denied["items"], json!([]));
        story.anna.get("/gates/gat_1").await.refused(404, "request.unknown_record");
        let rows = stage.rows().await;
        stage.rebuild().await;
        assert_eq!(stage.rows().await, rows, "read models are made anew from the events");
    });
}

#[test]
fn who_may_not_ask_is_refused_and_what_is_wrong_is_named() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let reader = stage.person("olga_auditor", &["auditor"]).await;
        let refused = reader.post("/gates/check", asked(OURS)).await;
        refused.refused(403, "request.not_permitted");
        let wrong = json!({"artifact": {"digest": "latest"}, "environment": "prod",
            "purpose": "look", "ci": "no-such", "record": "REL-99"});
        let problem = story.anna.post("/gates/check", wrong).await;
        let problem = problem.refused(422, "request.invalid");
        let errors = problem["errors"].as_array().expect("errors").iter();
        let pointers: Vec<&str> = errors.filter_map(|error| error["pointer"].as_str()).collect();
        for pointer in ["/artifact/digest", "/environment", "/purpose", "/ci", "/record"] {
            assert!(pointers.contains(&pointer), "{pointer}: {problem:#}");
        }
    });
}

#[test]
fn a_verdict_is_signed_by_one_key_that_outlives_a_restart() {
    on_both(async |stage| {
        let key = {
            let story = cast(&stage).await;
            committed(&story, OURS).await;
            stage.clock.set(at(OPEN));
            let signed = check(&story.anna, asked(OURS)).await["signed"].clone();
            let key = story.anna.get("/gates/key").await.ok();
            let parsed = serde_json::from_value(key.clone()).expect("a key");
            let signed = signed.as_str().expect("a signature");
            let said = interlock_server::gate::verify(signed, &parsed, at(OPEN)).expect("proven");
            assert_eq!((said.verdict.as_str(), said.artifact.digest.as_str()), ("allow", OURS));
            assert_eq!(said.records, ["REL-1"]);
            let late = at("2026-11-21T14:35:00Z");
            assert!(interlock_server::gate::verify(signed, &parsed, late).is_err());
            key
        };
        let stage = stage.restarted().await;
        let anew = stage.browser("session-of-anna_requester");
        assert_eq!(anew.get("/gates/key").await.ok(), key);
        let told = "SELECT COUNT(*) FROM events WHERE payload LIKE '%gate.key%'";
        assert_eq!(stage.count(told).await, 0, "the log holds no key");
    });
}

fn seen(digest: &str, minute: &str) -> Json {
    json!({"artifact": {"name": "pay-app", "digest": digest}, "environment": "production",
        "ci": "pay-app", "by": "a person at a shell", "at": format!("2026-11-21T{minute}:00Z")})
}

#[test]
fn a_deployment_without_authority_opens_one_change_and_an_authorised_one_none() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        committed(&story, OURS).await;
        stage.clock.set(at(OPEN));
        let see = async |told: Json| story.ivan.post("/deployments/seen", told).await.ok();
        let fine = see(seen(OURS, "14:29")).await;
        assert_eq!((&fine["authorised"], &fine["change"]), (&json!(true), &Json::Null));
        // Before the window began.
        let early = see(seen(OTHER, "14:10")).await;
        assert_eq!(early["authorised"], false);
        let change = number(&early["change"]);
        assert_eq!(see(seen(OTHER, "14:10")).await["change"]["number"], change.as_str());
        assert_eq!(see(seen(OTHER, "14:02")).await["change"]["number"], change.as_str());
        let raised = "SELECT COUNT(*) FROM events WHERE name = 'change.found_unauthorised.v1'";
        assert_eq!(stage.count(raised).await, 1, "told again, or late, it is the same");
        let record = story.anna.get(&format!("/changes/{change}")).await.ok();
        assert_eq!(record["phase"], "draft");
        let why = record["unauthorised"].as_str().expect("why");
        assert!(why.contains("a person at a shell") && why.contains(OTHER), "{why}");
        assert_eq!(record["cis"][0]["name"], "pay-app");
        // It stands before whoever answers for the service, until the change is handed in.
        let owner = json!({"owner": "sara_service_owner"});
        story.sara.patch("/services/Payments", "*", owner).await.ok();
        let mine = async |client: &Client<'_>| {
            let found = client.get("/gates?unauthorised=mine").await.ok();
            found["items"].as_array().expect("gates").len()
        };
        assert_eq!((mine(&story.sara).await, mine(&story.ivan).await), (1, 0));
        stage.follow(MovesReactor).await;
        let told = &story.sara.get("/inbox").await.ok()["items"][0];
        let subject = told["subject"].as_str().expect("she is told");
        assert!(subject.starts_with(&format!("{change} found unauthorised: ")), "{subject}");
        assert!(told["body"].as_str().is_some_and(|body| body.contains(why)), "{told:#}");
        let listed = story.ivan.get("/gates?unauthorised=open").await.ok();
        assert_eq!(listed["items"][0]["seen"]["unauthorised"]["number"], change.as_str());
        story.anna.get("/gates?unauthorised=all").await.refused(422, "request.invalid");
        step(&story.sara, &format!("/changes/{change}"), "cancel").await;
        assert_eq!(mine(&story.sara).await, 0);
        let future = story.ivan.post("/deployments/seen", seen(OTHER, "15:00")).await;
        future.refused(422, "request.invalid");
    });
}
