//! The look back, from the end of the work to the closing: of an emergency, and of a release with
//! its timeline.

use interlock_server::notice::MovesReactor;
use serde_json::{Value as Json, json};

use crate::notice_moves::{told, told_under};
use crate::support::{Along, Answer, Client, Stage, at, on_both};

struct Cast<'a> {
    anna: Client<'a>,
    ivan: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    rita: Client<'a>,
    ecab: [Client<'a>; 2],
    otto: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let story = Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        ivan: stage.person("ivan_implementer", &["implementer"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        rita: stage.person("rita_release_manager", &["release_manager"]).await,
        ecab: [
            stage.person("emil_ecab", &["ecab_member"]).await,
            stage.person("elsa_ecab", &["ecab_member"]).await,
        ],
        otto: stage.person("otto_auditor", &["auditor"]).await,
    };
    let ci = json!({"name": "pay-db", "kind": "database", "criticality": 3});
    story.sara.post("/cis", ci).await.ok();
    story
}

fn planned(kind: &str) -> Json {
    json!({
        "title": "Mend the database",
        "type": kind,
        "description": "Replace the package.",
        "reason": "It corrupts rows.",
        "category": "application",
        "cis": ["pay-db"],
        "customer_impact": "none",
        "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.",
        "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.",
        "backout_minutes": 10,
    })
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

async fn act(client: &Client<'_>, path: &str, verb: &str) -> Json {
    client.post(&format!("{path}/{verb}"), json!({})).await.ok()
}

async fn approve(client: &Client<'_>, path: &str) {
    let record = client.get(path).await.ok();
    let round = &record["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    client.post(&format!("{path}/approve"), vote).await.ok();
}

/// An emergency that was carried out, by its path.
async fn emergency(story: &Cast<'_>) -> String {
    let raised = story.anna.post("/changes", planned("emergency")).await.ok();
    let path = format!("/changes/{}", number(&raised));
    act(&story.anna, &path, "submit").await;
    for member in &story.ecab {
        approve(member, &path).await;
    }
    act(&story.ivan, &path, "start").await;
    path
}

async fn complete(story: &Cast<'_>, path: &str, outcome: &str) {
    let complete = json!({"outcome": outcome, "note": "as planned"});
    story.ivan.post(&format!("{path}/complete"), complete).await.ok();
}

fn pointers(problem: &Json) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors.map(|error| error["pointer"].as_str().expect("a pointer")).collect()
}

fn said(review: &Json) -> Vec<&str> {
    let moments = review["timeline"].as_array().expect("a timeline").iter();
    moments.map(|moment| moment["what"].as_str().expect("words")).collect()
}

#[test]
fn an_emergency_is_looked_back_on_before_it_closes() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = emergency(&story).await;
        let path = format!("{change}/review");
        let early = story.anna.put(&path, "*", json!({"went_well": "x"})).await;
        let problem = early.refused(404, "request.unknown_record");
        let detail = problem["detail"].as_str().expect("words");
        assert!(detail.starts_with("there is no review of CHG-1 yet"), "{detail}");

        complete(&story, &change, "successful").await;
        let refused = story.ivan.post(&format!("{change}/close"), json!({})).await;
        refused.refused(409, "change.review_missing");
        let review = story.anna.get(&change).await.ok()["review"].clone();
        assert_eq!(review["number"], "PIR-1");
        let review = story.otto.get("/reviews/PIR-1").await.ok();
        assert_eq!((&review["why"], &review["state"]), (&json!("emergency"), &json!("open")));
        assert_eq!(review["subject"]["number"], "CHG-1");
        let expected =
            ["Raised", "Submitted", "Approved", "Work began", "Work ended successful: as planned"];
        assert_eq!(said(&review), expected);
        assert_eq!(review["timeline"][3]["who"], "ivan_implementer Example");

        written(&story).await;
        act(&story.ivan, &change, "close").await;
        assert_eq!(story.anna.get(&change).await.ok()["phase"], "closed");
    });
}

/// Writing: what is wrong is named, what is stale refused, what is incomplete kept open.
async fn written(story: &Cast<'_>) {
    let path = "/reviews/PIR-1";
    let put = |version: &'static str, body: Json| story.anna.put(path, version, body);
    let missing = story.anna.send(axum::http::Method::PUT, path, Some(json!({})), Along::default());
    missing.await.refused(428, "request.version_missing");
    let refused = story.otto.put(path, "*", json!({"went_well": "x"})).await;
    refused.refused(403, "request.not_permitted");
    let wild = json!({"actions": [
        {"title": "Add an alert", "owner": "nobody", "due_on": "2026-13-01"},
    ]});
    let problem = put("1", wild).await.refused(422, "request.invalid");
    assert_eq!(pointers(&problem), ["/actions/0/owner", "/actions/0/due_on"]);

    let half = json!({"went_well": "Two hours.", "complete": true});
    let problem = put("1", half).await.refused(409, "review.incomplete");
    assert_eq!(pointers(&problem), ["/went_wrong"]);
    let review = story.anna.get(path).await.ok();
    assert_eq!((&review["went_well"], &review["version"]), (&json!(""), &json!(1)));
    let complete = format!("{path}/complete");
    story.anna.post(&complete, json!({})).await.refused(409, "review.incomplete");

    let whole = json!({
        "went_well": "Two hours.", "went_wrong": "No alert.", "objectives_met": "Yes.",
        "actions": [{"title": "Add an alert", "owner": "ivan_implementer", "due_on": "2026-12-01"}],
    });
    put("1", whole.clone()).await.ok();
    put("1", whole).await.refused(412, "request.stale");
    story.anna.post(&complete, json!({})).await.ok();
    completed(story, path).await;
}

/// Afterwards: the text is fixed, the action items are ticked off.
async fn completed(story: &Cast<'_>, path: &str) {
    let review = story.anna.get(path).await.ok();
    assert_eq!(review["completed_by"], "anna_requester Example");
    assert_eq!(review["actions"][0]["owner_name"], "ivan_implementer Example");
    assert_eq!(review["allowed"][0]["refusal"]["code"], "review.completed");
    let rewritten = story.anna.put(path, "*", json!({"went_well": "else"})).await;
    rewritten.refused(409, "review.completed");
    let open = "/reviews?state=completed&kind=change";
    assert_eq!(story.otto.get(open).await.ok()["items"][0]["actions_open"], 1);
    let mut ticked = review["actions"].clone();
    ticked[0]["done"] = json!(true);
    story.anna.put(path, "3", json!({"actions": ticked})).await.ok();
    assert_eq!(story.otto.get(open).await.ok()["items"][0]["actions_open"], 0);
}

#[test]
fn the_list_of_reviews_is_filtered_and_turned_by_page() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        for outcome in ["successful", "failed_backed_out", "successful"] {
            let change = emergency(&story).await;
            complete(&story, &change, outcome).await;
        }
        let numbers = |page: &Json| -> Vec<String> {
            page["items"].as_array().expect("items").iter().map(number).collect()
        };
        let all = story.otto.get("/reviews").await.ok();
        let newest_first = numbers(&all);
        assert_eq!(newest_first.len(), 3);
        let mut turned = Vec::new();
        let mut path = "/reviews?state=open&kind=change&limit=1".to_owned();
        loop {
            let page = story.otto.get(&path).await.ok();
            turned.extend(numbers(&page));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/reviews?state=open&kind=change&limit=1&cursor={next}");
        }
        assert_eq!(turned, newest_first);
        for none in ["/reviews?state=completed", "/reviews?kind=release"] {
            assert!(numbers(&story.otto.get(none).await.ok()).is_empty(), "{none}");
        }
        let failed = story.otto.get("/reviews/PIR-2").await.ok();
        assert_eq!(failed["why"], "failed");
        let wrong = story.otto.get("/reviews?state=late").await.refused(422, "request.invalid");
        assert_eq!(pointers(&wrong), ["/state"]);
        story.otto.get("/reviews/PIR-9").await.refused(404, "request.unknown_record");
        let nothing: Answer = story.anna.put("/releases/REL-9/review", "*", json!({})).await;
        nothing.refused(404, "request.unknown_record");
    });
}

#[test]
fn the_timeline_of_a_release_tells_how_each_of_its_changes_ended() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let path = carried_out(&stage, &story, true).await;
        let release = path.rsplit('/').next().expect("a number");

        let review = story.otto.get("/reviews?kind=release").await.ok()["items"][0].clone();
        assert_eq!(review["subject"]["number"], release);
        let id = review["id"].as_str().expect("an id").to_owned();
        let review = story.otto.get(&format!("/reviews/{id}")).await.ok();
        assert_eq!(review["why"], "release");
        let expected = [
            "Created",
            "Submitted",
            "Approved",
            "Scheduled from 2026-11-21T14:00:00Z to 2026-11-21T17:00:00Z",
            "Deployment began",
            "CHG-1 was carried out: quickly",
            "Every change was reported; verification began",
            "Verification passed: one payment",
            "CHG-1 ended successful",
        ];
        assert_eq!(said(&review), expected);

        let whole = json!({"went_well": "All.", "went_wrong": "Nothing.", "complete": true});
        story.rosa.put(&format!("{path}/review"), "1", whole).await.ok();
        story.rosa.post(&format!("{path}/close"), json!({"outcome": "successful"})).await.ok();
    });
}

/// A minor release with a change, carried out and verified: its path.
async fn carried_out(stage: &Stage, story: &Cast<'_>, is_voted: bool) -> String {
    let raised = story.anna.post("/changes", planned("normal")).await.ok();
    let change = format!("/changes/{}", number(&raised));
    act(&story.anna, &change, "submit").await;
    act(&story.anna, &change, "assess").await;
    approve(&story.sara, &change).await;
    let window = json!({"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T17:00:00Z"});
    let release = json!({"title": "Spring", "type": "minor",
        "owner": "rosa_release_manager", "window": window});
    let release = number(&story.rosa.post("/releases", release).await.ok());
    let path = format!("/releases/{release}");
    let attached = format!("{path}{change}");
    story.rosa.put(&attached, "*", json!({})).await.ok();
    let early = story.rosa.put(&format!("{path}/review"), "*", json!({})).await;
    early.refused(404, "request.unknown_record");
    act(&story.rosa, &path, "submit").await;
    if is_voted {
        approve(&story.rita, &path).await;
    }
    act(&story.rosa, &path, "schedule").await;
    stage.clock.set(at("2026-11-21T14:05:00Z"));
    act(&story.ivan, &path, "deploy").await;
    let step = format!("{path}/deployment/steps/CHG-1");
    story.ivan.post(&step, json!({"result": "done", "note": "quickly"})).await.ok();
    act(&story.ivan, &path, "verify").await;
    let passed = json!({"passed": true, "note": "one payment"});
    story.ivan.post(&format!("{path}/verify"), passed).await.ok();
    path
}

#[test]
fn what_nobody_had_to_approve_is_filled_in_from_the_record_and_confirmed_by_its_owner() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let minor = files["releases/minor.toml"].as_str().expect("a file");
        let (before, _) = minor.split_once("[[approval]]").expect("stages");
        let free = "review = \"short\"\napproval = []\nreview_days";
        files["releases/minor.toml"] = json!(before.replacen("review_days", free, 1));
        // What nobody approves only an administrator puts in force.
        let ada = stage.person("ada_admin", &["administrator"]).await;
        ada.put("/policy", "0", json!({"files": files, "note": "free"})).await.ok();
        let path = carried_out(&stage, &story, false).await;

        let review = story.rita.get("/reviews/PIR-1").await.ok();
        let well = "Its change was carried out and verified. \
            The work took 0 of the 180 minutes of its window.";
        assert_eq!(review["went_well"], well);
        let wrong = review["went_wrong"].as_str().expect("words");
        assert!(wrong.starts_with("Nothing that the record told of"), "{wrong}");
        assert_eq!(review["confirmer"], "rosa_release_manager Example");
        assert_eq!(review["allowed"][0]["refusal"]["code"], "review.owner_confirms");
        let guess = story.rita.post("/reviews/PIR-1/complete", json!({})).await;
        guess.refused(403, "review.owner_confirms");
        let confirmed = json!({"complete": true});
        story.rosa.put(&format!("{path}/review"), "*", confirmed).await.ok();
        story.rosa.post(&format!("{path}/close"), json!({"outcome": "successful"})).await.ok();
    });
}

#[test]
fn a_remark_stands_in_the_timeline_where_it_happened() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = emergency(&story).await;
        stage.clock.set(at("2026-11-21T09:00:00Z"));
        complete(&story, &change, "successful").await;
        let path = "/reviews/PIR-1/annotations";
        let said = json!({"at": "2026-11-21T08:30:00Z", "text": "the pager was off"});
        story.otto.post(path, said.clone()).await.refused(403, "request.not_permitted");
        story.anna.post(path, said.clone()).await.ok();
        let early = json!({"at": "2026-11-21T10:00:00Z", "text": "x"});
        let problem = story.anna.post(path, early).await.refused(422, "request.invalid");
        assert_eq!(pointers(&problem), ["/at"]);
        let review = story.otto.get("/reviews/PIR-1").await.ok();
        let told = said_with_remarks(&review);
        assert_eq!(
            &told[3..],
            ["Work began", "the pager was off!", "Work ended successful: as planned"]
        );
        assert_eq!(review["timeline"][4]["who"], "anna_requester Example");
        let whole = json!({"went_well": "a", "went_wrong": "b", "complete": true});
        story.anna.put("/reviews/PIR-1", "*", whole).await.ok();
        story.anna.post(path, said).await.refused(409, "review.completed");
    });
}

fn said_with_remarks(review: &Json) -> Vec<String> {
    let moments = review["timeline"].as_array().expect("a timeline").iter();
    let mark = |moment: &Json| if moment["remark"] == true { "!" } else { "" };
    moments.map(|moment| format!("{}{}", moment["what"].as_str().unwrap(), mark(moment))).collect()
}

#[test]
fn action_items_are_followed_until_they_are_done() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = emergency(&story).await;
        complete(&story, &change, "successful").await;
        let item = |title: &str, owner: &str, due: &str| json!({"title": title, "owner": owner, "due_on": due});
        let actions = json!({"actions": [
            item("Add an alert", "ivan_implementer", "2026-11-24"),
            item("Test the backup", "anna_requester", "2026-11-23"),
            item("Tell the desk", "ivan_implementer", "2026-11-22"),
        ]});
        story.anna.put("/reviews/PIR-1", "*", actions).await.ok();
        let listed = async |query: &str| {
            let page = story.ivan.get(&format!("/reviews/actions?{query}")).await.ok();
            let items = page["items"].as_array().unwrap().clone();
            let mark = |row: &Json| if row["overdue"] == true { "!" } else { "" };
            let titles =
                items.iter().map(|row| format!("{}{}", row["title"].as_str().unwrap(), mark(row)));
            titles.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(listed("state=open").await, "Tell the desk, Test the backup, Add an alert");
        assert_eq!(listed("owner=me&state=open").await, "Tell the desk, Add an alert");
        assert_eq!(listed("owner=anna_requester").await, "Test the backup");
        assert_eq!(listed("state=overdue").await, "");
        let page = story.ivan.get("/reviews/actions?limit=2").await.ok();
        let next = page["next"].as_str().unwrap();
        assert_eq!(listed(&format!("limit=2&cursor={next}")).await, "Add an alert");
        story.ivan.get("/reviews/actions?state=late").await.refused(422, "request.invalid");

        let events = async || {
            let log = story.otto.get("/audit/events?subject=PIR-1").await.ok();
            let items = log["items"].as_array().unwrap().clone();
            items.iter().filter(|one| one["name"] == "review.actions_due.v1").count()
        };
        stage.stay_signed_in().await;
        let pass = async |until: &str| stage.wait_until(at(until)).await;
        assert_eq!(events().await, 0);
        pass("2026-11-22T00:00:00Z").await;
        assert_eq!(events().await, 1);
        pass("2026-11-22T23:00:00Z").await;
        assert_eq!(events().await, 1, "nothing more was due");
        pass("2026-11-23T01:00:00Z").await;
        assert_eq!(listed("owner=me&state=overdue").await, "Tell the desk!");
        let mut review = story.anna.get("/reviews/PIR-1").await.ok();
        review["actions"][2]["done"] = json!(true);
        let ticked = json!({"actions": review["actions"]});
        story.anna.put("/reviews/PIR-1", "*", ticked).await.ok();
        assert_eq!(listed("state=overdue").await, "");
        assert_eq!(listed("state=done").await, "Tell the desk");
        pass("2026-11-25T00:00:00Z").await;
        assert_eq!(events().await, 3, "each was reminded of once");
    });
}

#[test]
fn whoever_owns_an_action_item_is_told_on_the_day_that_it_is_due() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = emergency(&story).await;
        complete(&story, &change, "successful").await;
        let item = |title: &str, owner: &str, due: &str| json!({"title": title, "owner": owner, "due_on": due});
        let actions = json!({"actions": [
            item("Add an alert", "ivan_implementer", "2026-11-24"),
            item("Test the backup", "anna_requester", "2026-11-23"),
            item("Tell the desk", "ivan_implementer", "2026-11-22"),
        ]});
        story.anna.put("/reviews/PIR-1", "*", actions).await.ok();
        let stays = "UPDATE sessions SET seen_at = 9000000000000000, expires_at = 9000000000000000";
        stage.touch(stays).await;
        let reminders = async |reader: &Client<'_>| {
            stage.follow(MovesReactor).await;
            let mut subjects = told(reader).await;
            subjects.retain(|subject| subject.contains(" action items"));
            subjects
        };
        assert!(reminders(&story.ivan).await.is_empty());

        stage.wait_until(at("2026-11-22T00:00:00Z")).await;
        let subject = "CHG-1 waiting for your action items: Mend the database";
        assert_eq!(reminders(&story.ivan).await, [subject]);
        assert!(reminders(&story.anna).await.is_empty(), "hers is due later");
        let text = told_under(&story.ivan, subject).await;
        let due = "By PIR-1:\nivan_implementer Example: Tell the desk, due 2026-11-22";
        assert!(text.contains(due) && !text.contains("Add an alert"), "{text}");
        let archive = story.ivan.get("/notices?change=CHG-1").await.ok();
        assert_eq!(archive["items"][0]["people"], 1, "it stands in the archive: {archive:#}");
        let calm = "SELECT COUNT(*) FROM deliveries WHERE urgent = 0";
        assert_eq!(stage.count(calm).await, 1, "the emergency is over, and this wakes nobody");

        stage.wait_until(at("2026-11-23T00:00:00Z")).await;
        let mut review = story.anna.get("/reviews/PIR-1").await.ok();
        review["actions"][1]["done"] = json!(true);
        let ticked = json!({"actions": review["actions"]});
        story.anna.put("/reviews/PIR-1", "*", ticked).await.ok();
        assert!(reminders(&story.anna).await.is_empty(), "it was done meanwhile");
        assert_eq!(reminders(&story.ivan).await, [subject], "once");
        stage.wait_until(at("2026-11-24T00:00:00Z")).await;
        assert_eq!(reminders(&story.ivan).await, [subject, subject]);
    });
}
