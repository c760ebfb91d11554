//! The release path, from draft to closed, with named users, on both engines: what is refused on
//! the way, and why.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

/// The people of the story.
pub(crate) struct Cast<'a> {
    pub(crate) anna: Client<'a>,
    pub(crate) ivan: Client<'a>,
    pub(crate) sara: Client<'a>,
    pub(crate) rosa: Client<'a>,
    pub(crate) rita: Client<'a>,
    pub(crate) cab: Vec<Client<'a>>,
    pub(crate) adam: Client<'a>,
}

pub(crate) async fn cast(stage: &Stage) -> Cast<'_> {
    let admin = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    let mut cab = Vec::new();
    for login in ["carl_cab", "cora_cab", "cees_cab"] {
        cab.push(stage.person(login, &["cab_member"]).await);
    }
    let story = Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        ivan: stage.person("ivan_implementer", &["implementer"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        rita: stage.person("rita_release_manager", &["release_manager"]).await,
        adam: stage.person("adam_authority", &["release_authority"]).await,
        cab,
    };
    admin.post("/services", json!({"name": "Payments", "criticality": 1})).await.ok();
    for name in ["pay-app", "pay-db", "web-01"] {
        let ci = json!({"name": name, "kind": "server", "criticality": 2, "service": "Payments"});
        admin.post("/cis", ci).await.ok();
    }
    let needs = json!({"relations": [{"kind": "uses", "to": "pay-db"}]});
    admin.put("/cis/pay-app/relations", "*", needs).await.ok();
    story
}

pub(crate) fn plans(title: &str, ci: &str, minutes: u32) -> Json {
    json!({
        "title": title,
        "type": "normal",
        "description": "Replace the package.",
        "reason": "A defect is mended.",
        "category": "application",
        "cis": [ci],
        "customer_impact": "none",
        "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.",
        "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.",
        "backout_minutes": minutes,
    })
}

pub(crate) fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

/// Votes yes or no on what the voter has read.
pub(crate) async fn vote(
    client: &Client<'_>,
    path: &str,
    verb: &str,
    reason: &str,
) -> crate::support::Answer {
    let record = client.get(path).await.ok();
    let round = &record["rounds"][0];
    let vote = json!({
        "round": round["number"], "content_hash": round["content_hash"], "reason": reason,
    });
    client.post(&format!("{path}/{verb}"), vote).await
}

/// A change that is technically approved.
pub(crate) async fn approved(story: &Cast<'_>, title: &str, ci: &str, minutes: u32) -> String {
    let change = number(&story.anna.post("/changes", plans(title, ci, minutes)).await.ok());
    let path = format!("/changes/{change}");
    story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
    story.anna.post(&format!("{path}/assess"), json!({})).await.ok();
    vote(&story.sara, &path, "approve", "").await.ok();
    change
}

pub(crate) fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

/// What fits, and the numbers of what belongs with a change.
async fn advised(client: &Client<'_>, change: &str) -> (String, Vec<String>) {
    let advice = client.get(&format!("/changes/{change}/advice")).await.ok();
    let with = advice["with"].as_array().expect("a list");
    let with = with.iter().map(|each| number(&each["record"])).collect();
    (advice["fits"].as_str().expect("a word").to_owned(), with)
}

#[test]
fn a_change_is_told_whether_a_release_or_a_single_change_fits() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let raise = async |title: &str, ci: &str, from: &str, to: &str| {
            let mut fields = plans(title, ci, 5);
            fields["window"] = window(from, to);
            number(&story.anna.post("/changes", fields).await.ok())
        };
        let (from, to) = ("2026-12-05T20:00:00Z", "2026-12-05T21:00:00Z");
        let change = raise("Renew", "pay-app", from, to).await;
        let single = |fits: &str| (fits.to_owned(), vec![]);
        assert_eq!(advised(&story.anna, &change).await, single("single"));
        let hit = json!({"customer_impact": "degraded"});
        story.anna.patch(&format!("/changes/{change}"), "*", hit).await.ok();
        assert_eq!(advised(&story.anna, &change).await, single("release"));

        // pay-app uses pay-db; nothing else is near enough.
        raise("Far", "pay-db", "2026-12-15T20:00:00Z", "2026-12-15T21:00:00Z").await;
        raise("Strange", "web-01", from, to).await;
        let below = raise("Below", "pay-db", "2026-12-06T20:00:00Z", "2026-12-06T21:00:00Z").await;
        assert_eq!(advised(&story.anna, &change).await, ("bundle".to_owned(), vec![below.clone()]));
        let unplaced = number(&story.anna.post("/changes", plans("Bare", "pay-db", 5)).await.ok());
        assert_eq!(advised(&story.anna, &unplaced).await, single("unknown"));
        // What is handed in already is not taken back for a bundle.
        story.anna.post(&format!("/changes/{below}/submit"), json!({})).await.ok();
        assert_eq!(advised(&story.anna, &change).await, single("release"));

        let fields = json!({"title": "December", "type": "minor"});
        let release = number(&story.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{release}");
        story.rosa.put(&format!("{path}/changes/{below}"), "*", json!({})).await.ok();
        assert_eq!(advised(&story.anna, &change).await, ("join".to_owned(), vec![release.clone()]));
        let attach = async |client: &Client<'_>| {
            let advice = client.get(&format!("/changes/{change}/advice")).await.ok();
            advice["with"][0]["actions"][0].clone()
        };
        let refused = attach(&story.anna).await;
        assert_eq!((&refused["name"], &refused["allowed"]), (&json!("attach"), &json!(false)));
        assert_eq!(refused["refusal"]["code"], "request.not_permitted");
        assert_eq!(attach(&story.rosa).await["allowed"], true);
        story.rosa.post(&format!("{path}/freeze"), json!({"reason": "tested"})).await.ok();
        assert_eq!(advised(&story.anna, &change).await, single("release"));
    });
}

#[test]
fn a_release_goes_from_draft_to_closed() {
    on_both(async |stage| {
        from_draft_to_closed(&stage, &cast(&stage).await).await;
    });
}

async fn from_draft_to_closed(stage: &Stage, story: &Cast<'_>) {
    // Rita is not the only one who could say yes: her no alone ends it.
    stage.person("rolf_release_manager", &["release_manager"]).await;
    let release = planned(story).await;
    let path = format!("/releases/{release}");
    decided(story, &path).await;
    carried_out(stage, story, &path).await;
    reviewed_and_closed(story, &path).await;
}

/// Both stories of this file, and a release and a change that wait in the middle of theirs, for
/// others to look at what is kept of them; answers who may do most.
pub(crate) async fn everything(stage: &Stage) -> Client<'_> {
    let story = cast(stage).await;
    from_draft_to_closed(stage, &story).await;
    collided(&story).await;
    let scheduled = format!("/releases/{}", planned(&story).await);
    decided(&story, &scheduled).await;
    story.rosa.post(&format!("{scheduled}/schedule"), json!({})).await.ok();
    let waiting = format!("/releases/{}", planned(&story).await);
    story.rosa.post(&format!("{waiting}/submit"), json!({})).await.ok();
    let mut asked = plans("Asked for", "web-01", 5);
    asked["services"] = json!(["Payments"]);
    let asked = format!("/changes/{}", number(&story.anna.post("/changes", asked).await.ok()));
    for verb in ["submit", "assess"] {
        story.anna.post(&format!("{asked}/{verb}"), json!({})).await.ok();
    }
    stage.person("max", &["administrator", "service_owner", "release_manager"]).await
}

/// Planning: a submission names everything that is missing; then nothing is.
async fn planned(story: &Cast<'_>) -> String {
    let created = story.rosa.post("/releases", json!({"title": "Spring", "type": "major"})).await;
    let release = number(&created.ok());
    let path = format!("/releases/{release}");
    let refused = story.rosa.post(&format!("{path}/submit"), json!({})).await;
    let problem = refused.refused(409, "release.incomplete");
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["pointer"].as_str().expect("a pointer"))
        .collect();
    assert_eq!(pointers, ["/changes", "/owner"]);

    let first = approved(story, "Database", "pay-db", 20).await;
    let draft = story.anna.post("/changes", json!({"title": "App", "type": "normal"})).await.ok();
    let second = number(&draft);
    for change in [&first, &second] {
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    }
    let version = story.rosa.get(&path).await.ok()["version"].to_string();
    let owner = json!({"owner": "rosa_release_manager",
        "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
    story.rosa.patch(&path, &version, owner).await.ok();
    let problem = story.rosa.post(&format!("{path}/submit"), json!({})).await;
    let problem = problem.refused(409, "release.incomplete");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(2), "{problem:#}");

    let record = story.anna.get(&format!("/changes/{second}")).await.ok();
    let edit = plans("App", "pay-app", 10);
    let version = record["version"].to_string();
    story.anna.patch(&format!("/changes/{second}"), &version, edit).await.ok();
    story.anna.post(&format!("/changes/{second}/submit"), json!({})).await.ok();
    story.anna.post(&format!("/changes/{second}/assess"), json!({})).await.ok();
    vote(&story.sara, &format!("/changes/{second}"), "approve", "").await.ok();
    release
}

/// Deciding: the requester cannot vote, a veto sends it back, an edit reopens what it touches.
async fn decided(story: &Cast<'_>, path: &str) {
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rosa, path, "approve", "").await.refused(403, "approval.own_work");
    vote(&story.cab[0], path, "approve", "").await.refused(403, "approval.not_a_voter");
    vote(&story.rita, path, "reject", "").await.refused(422, "approval.reason_missing");
    vote(&story.rita, path, "reject", "the window is too short").await.ok();
    let record = story.rosa.get(path).await.ok();
    assert_eq!(record["phase"], "planning", "a veto needs no second no");
    let votes = &record["rounds"][0]["stages"][0]["groups"][0]["votes"];
    assert_eq!(votes.as_array().map(Vec::len), Some(1));

    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, path, "approve", "").await.ok();
    vote(&story.rita, path, "approve", "").await.refused(409, "approval.voted_already");
    vote(&story.cab[0], path, "approve", "").await.ok();
    vote(&story.cab[0], path, "approve", "").await.refused(409, "approval.voted_already");
    vote(&story.cab[1], path, "approve", "").await.ok();
    vote(&story.adam, path, "approve", "").await.ok();
    assert_eq!(story.rosa.get(path).await.ok()["approved"], true);

    let record = story.rosa.get(path).await.ok();
    let change = record["changes"][1]["number"].as_str().expect("a change").to_owned();
    let change_record = story.anna.get(&format!("/changes/{change}")).await.ok();
    let version = change_record["version"].to_string();
    let edit = json!({"backout_plan": "Install the version before, then clear the cache."});
    story.anna.patch(&format!("/changes/{change}"), &version, edit).await.ok();
    let record = story.rosa.get(path).await.ok();
    assert_eq!(record["approved"], false, "an edit reopens the approval");
    assert_eq!(record["rounds"][0]["stages"][0]["groups"][0]["votes"][0]["voided"], "plans");
    vote(&story.sara, &format!("/changes/{change}"), "approve", "").await.ok();
    vote(&story.rita, path, "approve", "").await.ok();
    vote(&story.cab[0], path, "approve", "").await.ok();
    vote(&story.cab[2], path, "approve", "").await.ok();
    vote(&story.adam, path, "approve", "").await.ok();

    let stale = story.rosa.get(path).await.ok()["rounds"][0].clone();
    let old = json!({"round": stale["number"], "content_hash": "0".repeat(64), "reason": ""});
    story.adam.post(&format!("{path}/approve"), old).await.refused(409, "approval.no_round");
}

/// Carrying out: only in its window, step by step, and back in reverse.
async fn carried_out(stage: &Stage, story: &Cast<'_>, path: &str) {
    let refused = story.rosa.post(&format!("{path}/deploy"), json!({})).await;
    refused.refused(409, "release.not_scheduled");
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    story
        .rosa
        .post(&format!("{path}/deploy"), json!({}))
        .await
        .refused(409, "release.window_not_open");
    stage.clock.set(at("2026-11-21T14:05:00Z"));
    let refused = story.rosa.post(&format!("{path}/deploy"), json!({})).await;
    refused.refused(409, "release.tasks_open");
    let tasks = story.rosa.get(path).await.ok()["tasks"].clone();
    for task in tasks.as_array().expect("tasks").iter().filter(|task| task["required"] == true) {
        let version = story.rosa.get(path).await.ok()["version"].to_string();
        let task = format!("{path}/tasks/{}", task["number"]);
        story.rosa.patch(&task, &version, json!({"done": true})).await.ok();
    }
    let record = story.rosa.get(path).await.ok();
    let plan = &record["rollback_plan"];
    let changes = |list: &Json| -> Vec<String> {
        let items = list.as_array().expect("a list").iter();
        items.map(|item| item["change"]["number"].as_str().expect("a number").to_owned()).collect()
    };
    let order: Vec<String> = record["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| change["number"].as_str().expect("a number").to_owned())
        .collect();
    let reversed: Vec<String> = order.iter().rev().cloned().collect();
    assert_eq!(changes(&plan["steps"]), reversed);
    assert_eq!(plan["minutes"], 30);
    assert_eq!(plan["latest_start"], "2026-11-21T16:30:00Z");

    story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    let elsewhere =
        story.anna.post("/changes", json!({"title": "Elsewhere", "type": "normal"})).await;
    let elsewhere = elsewhere.ok();
    let step = format!("{path}/deployment/steps/{}", elsewhere["id"].as_str().expect("an id"));
    let refused = story.ivan.post(&step, json!({"result": "done"})).await;
    let refused = refused.refused(404, "request.unknown_record");
    let named = elsewhere["number"].as_str().expect("a number");
    assert!(refused["detail"].as_str().expect("words").contains(named), "{refused:#}");
    let step = format!("{path}/deployment/steps/{}", order[0]);
    story.ivan.post(&step, json!({"result": "done"})).await.ok();
    story.ivan.post(&format!("{path}/verify"), json!({})).await.refused(409, "release.steps_open");
    let step = format!("{path}/deployment/steps/{}", order[1]);
    story.ivan.post(&step, json!({"result": "failed"})).await.refused(422, "request.invalid");
    story.ivan.post(&step, json!({"result": "failed", "note": "it does not start"})).await.ok();
    story.rosa.post(&format!("{path}/rollback"), json!({"reason": "errors"})).await.ok();
    let record = story.rosa.get(path).await.ok();
    assert_eq!(changes(&record["deployment"]["rollback"]["steps"]), reversed);
    for change in &reversed {
        let back = format!("{path}/rollback/steps/{change}");
        story.ivan.post(&back, json!({"result": "done"})).await.ok();
    }
    assert_eq!(story.rosa.get(path).await.ok()["phase"], "review");
}

/// Ending: not without a review, and not with an outcome that does not fit.
async fn reviewed_and_closed(story: &Cast<'_>, path: &str) {
    let close = format!("{path}/close");
    story
        .rosa
        .post(&close, json!({"outcome": "rolled_back"}))
        .await
        .refused(409, "release.review_missing");
    let review = json!({
        "went_well": "Taken back in time.", "went_wrong": "The app did not start.",
        "actions": [{"title": "Test the start", "owner": "ivan_implementer", "due_on": "2026-12-01"}],
        "complete": true,
    });
    let problem = story.rosa.put(&format!("{path}/review"), "*", review.clone()).await;
    problem.refused(409, "review.incomplete");
    let mut review = review;
    review["root_cause"] = json!("A missing setting.");
    story.rosa.put(&format!("{path}/review"), "*", review).await.ok();
    story
        .rosa
        .post(&close, json!({"outcome": "successful"}))
        .await
        .refused(422, "release.outcome_wrong");
    story.rosa.post(&close, json!({"outcome": "rolled_back"})).await.ok();
    let record = story.rosa.get(path).await.ok();
    assert_eq!((&record["phase"], &record["outcome"]), (&json!("closed"), &json!("rolled_back")));
    for change in record["changes"].as_array().expect("changes") {
        assert_eq!(change["phase"], "closed");
        assert_eq!(change["outcome"], "failed_backed_out");
    }
    let refused = story.rosa.post(&format!("{path}/hold"), json!({"reason": "late"})).await;
    refused.refused(409, "release.ended");
}

#[test]
fn a_collision_blocks_is_accepted_and_lapses_when_the_window_moves() {
    on_both(async |stage| {
        collided(&cast(&stage).await).await;
    });
}

async fn collided(story: &Cast<'_>) {
    let evening = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
    let first = approved(story, "Database", "pay-db", 5).await;
    let schedule = |change: &str| format!("/changes/{change}/schedule");
    story.anna.post(&schedule(&first), json!({"window": evening})).await.ok();

    let second = approved(story, "App", "pay-app", 5).await;
    let version = story.anna.get(&format!("/changes/{second}")).await.ok()["version"].to_string();
    let planned = json!({"window": window("2026-11-22T21:00:00Z", "2026-11-22T23:00:00Z")});
    story.anna.patch(&format!("/changes/{second}"), &version, planned).await.ok();
    let refused = story.anna.post(&schedule(&second), json!({})).await;
    let problem = refused.refused(409, "calendar.conflict_blocks");
    let said = problem["errors"][0]["detail"].as_str().expect("words");
    assert!(said.contains("pay-app → uses → pay-db"), "{said}");

    let list = story.rosa.get(&format!("/conflicts?subject={second}")).await.ok();
    let conflict = &list["items"][0];
    assert_eq!(conflict["kind"], "upstream_ci");
    assert_eq!(conflict["severity"], "blocking");
    let accept = format!("/conflicts/{}/accept", conflict["id"].as_str().expect("an id"));
    story.anna.post(&accept, json!({"reason": "x"})).await.refused(403, "request.not_permitted");
    story.rosa.post(&accept, json!({"reason": ""})).await.refused(422, "request.invalid");
    story.rosa.post(&accept, json!({"reason": "both teams are in one room"})).await.ok();
    story.anna.post(&schedule(&second), json!({})).await.ok();

    let moved = json!({"window": window("2026-11-22T20:30:00Z", "2026-11-22T22:30:00Z")});
    let refused = story.anna.post(&schedule(&second), moved).await;
    refused.refused(409, "calendar.conflict_blocks");
    let later = json!({"window": window("2026-11-22T22:00:00Z", "2026-11-22T23:30:00Z")});
    story.anna.post(&schedule(&second), later).await.ok();
    let list = story.rosa.get(&format!("/conflicts?subject={second}")).await.ok();
    assert_eq!(list["items"][0]["state"], "resolved", "touching windows do not collide");
}

#[test]
fn a_window_that_is_blocked_says_how_it_comes_to_be_accepted() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let schedule = |change: &str| format!("/changes/{change}/schedule");
        let first = approved(&story, "Database", "pay-db", 5).await;
        let evening = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
        story.anna.post(&schedule(&first), json!({"window": evening})).await.ok();
        let second = approved(&story, "App", "pay-app", 5).await;
        let schedule = schedule(&second);
        let refused = async |body: Json, says: &str| {
            let answer = story.anna.post(&schedule, body).await;
            let problem = answer.refused(409, "calendar.conflict_blocks");
            let detail = problem["detail"].as_str().expect("words");
            assert!(detail.contains(says), "{detail}");
        };
        let conflicts = async || {
            let list = story.rosa.get(&format!("/conflicts?subject={second}")).await.ok();
            list["items"].as_array().expect("conflicts").clone()
        };

        let late = json!({"window": window("2026-11-22T21:00:00Z", "2026-11-22T23:00:00Z")});
        refused(late.clone(), "plan this window first").await;
        assert_eq!(conflicts().await, [] as [Json; 0], "nothing is kept that could be accepted");
        story.anna.patch(&format!("/changes/{second}"), "*", late.clone()).await.ok();
        refused(late.clone(), "move the window, or have each conflict accepted").await;
        let accept = conflicts().await[0]["id"].as_str().expect("an id").to_owned();
        let accept = format!("/conflicts/{accept}/accept");
        story.rosa.post(&accept, json!({"reason": "one room"})).await.ok();
        story.anna.post(&schedule, late).await.ok();

        // Once it is committed no edit plans another one.
        let later = json!({"window": window("2026-11-22T21:30:00Z", "2026-11-22T23:00:00Z")});
        refused(later, "choose another, or ask for an exception").await;
    });
}

#[test]
fn a_release_without_an_end_is_as_long_as_its_model_says() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let models = story.rosa.get("/models").await.ok();
        let minor = models["items"].as_array().expect("models").iter();
        let minor = minor.clone().find(|model| model["name"] == "minor").expect("minor");
        let minutes = minor["window_minutes"].as_i64().expect("minutes");
        let until = |start: &str| at(start).plus_minutes(minutes).to_string();
        let create = async |kind: &str| {
            let window = json!({"start": "2026-11-22T20:00:00Z", "zone": "Europe/Amsterdam"});
            let fields = json!({"title": "Autumn", "type": kind, "window": window});
            story.rosa.post("/releases", fields).await
        };
        let release = number(&create("minor").await.ok());
        let path = format!("/releases/{release}");
        let shown = story.rosa.get(&path).await.ok()["window"].clone();
        assert_eq!(shown["end"], until("2026-11-22T20:00:00Z"));
        assert_eq!(shown["zone"], "Europe/Amsterdam");
        let moved = json!({"window": {"start": "2026-11-23T20:00:00Z"}});
        story.rosa.patch(&path, "*", moved).await.ok();
        let shown = story.rosa.get(&path).await.ok()["window"].clone();
        assert_eq!(shown["end"], until("2026-11-23T20:00:00Z"));
        let problem = create("nope").await.refused(422, "request.invalid");
        let errors = problem["errors"].as_array().expect("errors");
        assert_eq!((errors.len(), &errors[0]["pointer"]), (1, &json!("/type")), "{problem}");
        let unnamed = json!({"title": "Autumn", "window": {"start": "2026-11-22T20:00:00Z"}});
        let problem = story.rosa.post("/releases", unnamed).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/window/end");
    });
}

#[test]
fn an_accepted_collision_of_a_release_is_open_again_when_its_window_moves() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = |start: &str, end: &str| {
            window(&format!("2026-11-22T{start}:00Z"), &format!("2026-11-22T{end}:00Z"))
        };
        let taken = approved(&story, "Database", "pay-db", 5).await;
        let schedule = json!({"window": evening("20:00", "22:00")});
        story.anna.post(&format!("/changes/{taken}/schedule"), schedule).await.ok();
        let wanted = json!({"title": "Autumn", "type": "minor", "owner": "rosa_release_manager",
            "window": evening("21:00", "23:00")});
        let release = number(&story.rosa.post("/releases", wanted).await.ok());
        let path = format!("/releases/{release}");
        let inside = approved(&story, "App", "pay-app", 5).await;
        story.rosa.put(&format!("{path}/changes/{inside}"), "*", json!({})).await.ok();
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        let scheduled = async |body: Json| {
            let answer = story.rosa.post(&format!("{path}/schedule"), body).await;
            answer.body["code"].as_str().map(str::to_owned)
        };
        let states = async || {
            let list = story.rosa.get(&format!("/conflicts?subject={release}")).await.ok();
            let states = list["items"].as_array().expect("items").iter();
            let states: Vec<String> =
                states.map(|one| one["state"].as_str().expect("a state").to_owned()).collect();
            (states, list["items"][0]["id"].as_str().expect("an id").to_owned())
        };
        let blocks = Some("calendar.conflict_blocks".to_owned());
        assert_eq!(scheduled(json!({})).await, blocks);
        let (open, conflict) = states().await;
        assert_eq!(open, ["open"]);
        let accept = format!("/conflicts/{conflict}/accept");
        let reason = json!({"reason": "both teams are in one room"});
        story.rita.post(&accept, reason.clone()).await.ok();
        assert_eq!(states().await.0, ["accepted"]);

        // It still collides, only not as it was accepted.
        let moved = json!({"window": evening("20:30", "22:30")});
        story.rosa.patch(&path, "*", moved).await.ok();
        assert_eq!(states().await, (vec!["open".to_owned()], conflict));
        vote(&story.rita, &path, "approve", "").await.ok();
        assert_eq!(scheduled(json!({})).await, blocks);

        story.rita.post(&accept, reason).await.ok();
        assert_eq!(scheduled(json!({})).await, None);
        assert_eq!(scheduled(json!({"window": evening("21:30", "23:30")})).await, blocks);
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(record["window"]["start"], "2026-11-22T20:30:00Z", "the window stands");
        assert_eq!(states().await.0, ["accepted"], "and what was accepted of it");
    });
}

/// A release with the go and a committed window on the evening of the 22nd.
async fn committed(story: &Cast<'_>, change: &str, evening: &Json) -> String {
    let wanted = json!({"title": "Autumn", "type": "minor", "owner": "rosa_release_manager",
        "window": evening});
    let release = number(&story.rosa.post("/releases", wanted).await.ok());
    let path = format!("/releases/{release}");
    story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, &path, "approve", "").await.ok();
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    path
}

#[test]
fn a_committed_release_takes_in_nothing_that_collides() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let evening = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
        let taken = approved(&story, "Database", "pay-db", 5).await;
        let schedule = json!({"window": evening});
        story.anna.post(&format!("/changes/{taken}/schedule"), schedule).await.ok();
        let inside = approved(&story, "Web", "web-01", 5).await;
        let path = committed(&story, &inside, &evening).await;

        let joining = approved(&story, "Database again", "pay-db", 5).await;
        let attach = format!("{path}/changes/{joining}");
        let refused = story.rosa.put(&attach, "*", json!({})).await;
        refused.refused(409, "calendar.conflict_blocks");
        assert_eq!(story.rosa.get(&path).await.ok()["changes"].as_array().map(Vec::len), Some(1));

        let cis = json!({"cis": ["web-01", "pay-db"]});
        let refused = story.anna.patch(&format!("/changes/{inside}"), "*", cis).await;
        refused.refused(409, "calendar.conflict_blocks");
        let window = json!({"window": window("2026-11-23T20:00:00Z", "2026-11-23T22:00:00Z")});
        let refused = story.rosa.patch(&path, "*", window).await;
        refused.refused(409, "calendar.window_committed");
        let refused = story.rita.post(&format!("{path}/deploy"), json!({})).await;
        refused.refused(403, "approval.approved_by_you");
    });
}

#[test]
fn an_edit_that_makes_a_change_riskier_is_no_way_round_the_board() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut low = plans("Text", "web-01", 5);
        low["environment"] = json!("test");
        let change = number(&story.anna.post("/changes", low).await.ok());
        let path = format!("/changes/{change}");
        story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
        story.anna.post(&format!("{path}/assess"), json!({})).await.ok();
        vote(&story.sara, &path, "approve", "").await.ok();
        let evening = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
        story.anna.post(&format!("{path}/schedule"), json!({"window": evening})).await.ok();

        let riskier = json!({"environment": "production", "customer_impact": "outage",
            "cis": ["pay-db", "pay-app", "web-01"]});
        story.anna.patch(&path, "*", riskier).await.ok();
        let record = story.anna.get(&path).await.ok();
        assert_eq!(record["phase"], "authorise");
        let stages: Vec<&Json> =
            record["rounds"][0]["stages"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
        assert_eq!(stages, ["Technical approval", "CAB"]);
        assert_eq!(record["rounds"][1]["state"], "withdrawn");
    });
}

#[test]
fn who_may_not_do_it_leaves_an_attempt() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let created = story.rosa.post("/releases", json!({"title": "Spring", "type": "minor"}));
        let path = format!("/releases/{}", number(&created.await.ok()));
        let refused = story.anna.post(&format!("{path}/submit"), json!({})).await;
        refused.refused(403, "request.not_permitted");
        let release = path.rsplit('/').next().unwrap();
        let events = story.rosa.get(&format!("/audit/events?subject={release}")).await.ok();
        let codes: Vec<&Json> =
            events["items"].as_array().unwrap().iter().map(|e| &e["payload"]["code"]).collect();
        assert!(codes.contains(&&json!("request.not_permitted")), "{events:#}");
    });
}

#[test]
fn who_may_accept_a_conflict_is_told_beforehand() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut fields = plans("Database", "pay-db", 5);
        fields["window"] = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
        story.anna.post("/changes", fields.clone()).await.ok();
        story.rosa.post("/changes", fields).await.ok();
        let list = story.rosa.get("/conflicts?subject=CHG-1").await.ok();
        assert_eq!(list["items"][0]["actions"], Json::Null, "lists carry none");
        let path = format!("/conflicts/{}", list["items"][0]["id"].as_str().expect("an id"));
        let told = async |client: &Client<'_>| {
            let action = client.get(&path).await.ok()["actions"][0].clone();
            assert_eq!(action["name"], "accept");
            action["refusal"]["code"].as_str().map(str::to_owned)
        };
        assert_eq!(told(&story.rosa).await.as_deref(), Some("calendar.own_conflict"));
        assert_eq!(told(&story.anna).await.as_deref(), Some("calendar.own_conflict"));
        assert_eq!(told(&story.cab[0]).await.as_deref(), Some("request.not_permitted"));
        assert_eq!(told(&story.rita).await, None);
        let accept = format!("{path}/accept");
        let reason = json!({"reason": "one team does both"});
        story.rosa.post(&accept, reason.clone()).await.refused(403, "calendar.own_conflict");
        story.rita.post(&accept, reason).await.ok();
    });
}

#[test]
fn a_record_on_hold_says_since_when_by_whom_and_why() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let change = number(&story.anna.post("/changes", plans("App", "web-01", 5)).await.ok());
        let path = format!("/changes/{change}");
        for verb in ["submit", "assess"] {
            story.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
        }
        let reason = json!({"reason": "the supplier is late"});
        story.anna.post(&format!("{path}/hold"), reason).await.ok();
        let record = story.sara.get(&path).await.ok();
        let hold = json!({"since": stage.now().to_string(), "by": "anna_requester Example",
            "reason": "the supplier is late"});
        assert_eq!(record["hold"], hold);
        let waiting = story.sara.get("/approvals?state=pending&mine=true").await.ok();
        assert_eq!(waiting["items"][0]["held"], true);
        story.anna.post(&format!("{path}/resume"), json!({})).await.ok();
        assert_eq!(story.sara.get(&path).await.ok()["hold"], Json::Null);
        let waiting = story.sara.get("/approvals?state=pending&mine=true").await.ok();
        assert_eq!(waiting["items"][0]["held"], false);
    });
}

#[test]
fn what_customers_meet_outside_any_release_is_flagged_found_and_reported() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let met = |title: &str, start: &str, end: &str| {
            let mut change = plans(title, "web-01", 5);
            change["customer_impact"] = json!("degraded");
            change["window"] = window(start, end);
            change
        };
        let raise = async |change: Json| number(&story.anna.post("/changes", change).await.ok());
        let alone = raise(met("Alone", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")).await;
        let late = raise(met("Late", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")).await;
        let carried = raise(met("Carried", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")).await;
        let unmet = raise(plans("Unmet", "web-01", 5)).await;
        let created = json!({"title": "Patch", "type": "minor",
            "window": window("2026-11-21T09:00:00Z", "2026-11-21T12:00:00Z")});
        let release = number(&story.rosa.post("/releases", created).await.ok());
        let attach = format!("/releases/{release}/changes/{carried}");
        story.rosa.put(&attach, "*", json!({})).await.ok();

        let lamps = async |change: &str| {
            let record = story.anna.get(&format!("/changes/{change}")).await.ok();
            let lamps = record["route"].as_array().expect("lamps").iter();
            lamps.filter(|lamp| lamp["name"] == "release").count()
        };
        assert_eq!((lamps(&alone).await, lamps(&carried).await, lamps(&unmet).await), (1, 0, 0));

        let found = story.anna.get("/changes?outside_release=true&sort=number").await.ok();
        let found: Vec<&str> = found["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|row| row["number"].as_str().expect("a number"))
            .collect();
        assert_eq!(found, [alone.as_str(), late.as_str()]);

        let period = "from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";
        let report = story.anna.get(&format!("/changes/traceability?{period}")).await.ok();
        let lines: Vec<(&str, &Json)> = report["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|line| (line["number"].as_str().expect("a number"), &line["release"]["number"]))
            .collect();
        let expected = [(carried.as_str(), &json!(release)), (alone.as_str(), &Json::Null)];
        assert_eq!(lines, expected);
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/changes/traceability?{period}&limit=1{cursor}");
            let page = story.anna.get(&path).await.ok();
            all.push(page["items"][0]["number"].as_str().expect("a number").to_owned());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all, [carried, alone.clone()]);
        let path = format!("/changes/traceability?{period}&outside_release=true");
        let outside = story.anna.get(&path).await.ok();
        assert_eq!(outside["items"].as_array().map(Vec::len), Some(1));
        let wrong = "/changes/traceability?from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z";
        story.anna.get(wrong).await.refused(422, "request.invalid");
    });
}

#[test]
fn several_releases_are_edited_and_moved_each_on_its_own() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        for title in ["One", "Two"] {
            story.rosa.post("/releases", json!({"title": title, "type": "minor"})).await.ok();
        }
        let named = json!(["REL-1", "REL-2", "REL-9"]);
        let fields = json!({"releases": named, "fields": {"owner": "rosa_release_manager"}});
        let outcomes = story.rosa.post("/releases/bulk", fields).await.ok();
        let code = |n: usize| outcomes[n]["refusal"]["code"].clone();
        assert_eq!(
            (code(0), code(1), code(2)),
            (json!(null), json!(null), json!("request.unknown_record"))
        );
        assert_eq!(
            story.rosa.get("/releases/REL-2").await.ok()["owner"]["name"],
            "rosa_release_manager Example"
        );
        let verb =
            json!({"releases": ["REL-1"], "verb": "hold", "reason": "the audit comes first"});
        let outcomes = story.rosa.post("/releases/bulk", verb).await.ok();
        assert_eq!(outcomes[0]["record"], "REL-1");
        assert_eq!(story.rosa.get("/releases/REL-1").await.ok()["held"], true);
        let neither = json!({"releases": []});
        let problem = story.rosa.post("/releases/bulk", neither).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"].as_array().expect("errors").len(), 2);
    });
}

#[test]
fn several_changes_are_edited_each_on_its_own() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        for title in ["One", "Two", "Three"] {
            story.anna.post("/changes", plans(title, "web-01", 5)).await.ok();
        }
        story.anna.post("/changes/CHG-2/cancel", json!({"reason": "not wanted"})).await.ok();
        let fields = json!({"changes": ["CHG-1", "CHG-2", "CHG-3"],
            "fields": {"category": "infrastructure", "tags": ["autumn"]}});
        let outcomes = story.anna.post("/changes/bulk", fields).await.ok();
        let told =
            |n: usize| (outcomes[n]["record"].clone(), outcomes[n]["refusal"]["code"].clone());
        assert_eq!(told(0), (json!("CHG-1"), json!(null)));
        assert_eq!(told(1), (json!("CHG-2"), json!("change.ended")));
        assert_eq!(told(2), (json!("CHG-3"), json!(null)));
        let mut kept = Vec::new();
        for change in ["CHG-1", "CHG-2", "CHG-3"] {
            let record = story.anna.get(&format!("/changes/{change}")).await.ok();
            kept.push((record["category"].clone(), record["tags"].clone()));
        }
        let edited = (json!("infrastructure"), json!(["autumn"]));
        assert_eq!(kept, [edited.clone(), (json!("application"), json!([])), edited]);
    });
}
