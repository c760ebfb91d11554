//! Boards and meetings: the agenda that makes itself and stands still after the cut-off, leading a
//! meeting, votes that count where they always do, and minutes that nobody writes again.

use interlock_server::follow::timers;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

/// The people of the story.
struct Cast<'a> {
    anna: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    cleo: Client<'a>,
    cora: Client<'a>,
    cees: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let admin = stage.person("ada_administrator", &["administrator", "service_owner"]).await;
    admin.post("/cis", json!({"name": "web-01", "kind": "server", "criticality": 2})).await.ok();
    stage.account("ivan_implementer", &["implementer"]).await;
    stage.account("adam_authority", &["release_authority"]).await;
    Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        cleo: stage.person("cleo_chair", &["cab_member"]).await,
        cora: stage.person("cora_cab", &["cab_member"]).await,
        cees: stage.person("cees_cab", &["cab_member"]).await,
    }
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

async fn vote(client: &Client<'_>, path: &str, verb: &str, reason: &str) -> Json {
    let record = client.get(path).await.ok();
    let round = &record["rounds"][0];
    let vote = json!({
        "round": round["number"], "content_hash": round["content_hash"], "reason": reason,
    });
    client.post(&format!("{path}/{verb}"), vote).await.ok()
}

/// A major release that waits for the board: its change is approved, its release manager said yes.
async fn waiting(story: &Cast<'_>, stage: &Stage, title: &str, start: &str) -> String {
    let plans = json!({
        "title": title, "type": "normal", "description": "Replace the package.",
        "reason": "A defect is mended.", "category": "application", "cis": ["web-01"],
        "customer_impact": "none", "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.", "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.", "backout_minutes": 5,
    });
    let change = number(&story.anna.post("/changes", plans).await.ok());
    story.anna.post(&format!("/changes/{change}/submit"), json!({})).await.ok();
    story.anna.post(&format!("/changes/{change}/assess"), json!({})).await.ok();
    vote(&story.sara, &format!("/changes/{change}"), "approve", "").await;
    let end = at(start).plus_minutes(60).to_string();
    let fields = json!({"title": title, "type": "major", "owner": "anna_requester",
        "window": {"start": start, "end": end}});
    let other = format!("manager-of-{}", title.to_lowercase());
    let manager = stage.person(&other, &["release_manager"]).await;
    let release = number(&manager.post("/releases", fields).await.ok());
    manager.put(&format!("/releases/{release}/changes/{change}"), "*", json!({})).await.ok();
    let path = format!("/releases/{release}");
    manager.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rosa, &path, "approve", "").await;
    release
}

/// A board that meets on Saturdays and Sundays at eleven, an hour after its cut-off.
async fn board(story: &Cast<'_>) -> Json {
    let fields = json!({
        "name": "Change advisory board", "chair": "cleo_chair", "roles": ["cab_member"],
        "schedule": {"repeats": "FREQ=WEEKLY;BYDAY=SA,SU", "cut_off_minutes": 60,
            "window": {"start": "2026-11-21T10:00:00Z", "end": "2026-11-21T11:00:00Z",
                "zone": "Europe/Amsterdam"}},
    });
    story.rosa.post("/boards", fields).await.ok()
}

fn subjects(meeting: &Json) -> Vec<&str> {
    let items = meeting["agenda"].as_array().expect("an agenda").iter();
    items.map(|item| item["subject"]["number"].as_str().expect("a number")).collect()
}

fn allowed(meeting: &Json, name: &str) -> bool {
    let actions = meeting["actions"].as_array().expect("actions");
    actions.iter().any(|action| action["name"] == name && action["allowed"] == true)
}

/// Lets the timers fire that are due.
async fn timers(stage: &Stage) {
    let bus = stage.bus.clone();
    tokio::task::spawn_blocking(move || timers::fire_due(&bus).unwrap()).await.unwrap();
}

async fn read(client: &Client<'_>, meeting: &str) -> Json {
    client.get(&format!("/meetings/{meeting}")).await.ok()
}

#[test]
fn meetings_stand_on_the_calendar_until_they_are_called_off() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let made = board(&story).await;
        let path = format!("/boards/{}", made["id"].as_str().expect("an id"));
        let number = story.anna.get(&path).await.ok()["next"]["number"].clone();
        let number = number.as_str().expect("a meeting").to_owned();
        let on = async |from: &str, to: &str| {
            let range = format!("/calendar?from=2026-11-{from}:00Z&to=2026-11-{to}:00Z");
            story.anna.get(&range).await.ok()["meetings"].clone()
        };
        // The half hour in the middle of the meeting shows it, the hour after it does not.
        let shown = on("21T10:15", "21T10:45").await;
        assert_eq!(shown[0]["subject"]["number"], number.as_str());
        let title = format!("{number} Change advisory board");
        assert_eq!(shown[0]["subject"]["name"], title.as_str());
        assert_eq!(shown[0]["board"]["id"], made["id"]);
        assert_eq!(
            shown[0]["window"],
            json!({"start": "2026-11-21T10:00:00Z", "end": "2026-11-21T11:00:00Z",
                "zone": "Europe/Amsterdam"})
        );
        assert_eq!(on("21T11:00", "21T12:00").await, json!([]));
        let cancel = format!("/meetings/{number}/cancel");
        story.cleo.post(&cancel, json!({"reason": "Nobody can come."})).await.ok();
        assert_eq!(on("21T10:15", "21T10:45").await, json!([]));
    });
}

#[test]
fn a_board_meets_its_agenda_makes_itself_and_stands_still_after_the_cut_off() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let early = waiting(&story, &stage, "Early", "2026-11-30T20:00:00Z").await;
        let late = waiting(&story, &stage, "Later", "2026-12-08T20:00:00Z").await;
        let made = board(&story).await;
        let path = format!("/boards/{}", made["id"].as_str().expect("an id"));
        let shown = story.cora.get(&path).await.ok();
        assert_eq!(shown["schedule"]["repeats"], "FREQ=WEEKLY;BYDAY=SA,SU");
        assert!(!allowed(&shown, "edit") && !allowed(&shown, "plan"), "{shown:#}");
        let shown = story.rosa.get(&path).await.ok();
        assert!(allowed(&shown, "edit") && allowed(&shown, "plan"), "{shown:#}");
        let meeting = shown["next"]["number"].as_str().expect("a meeting").to_owned();
        let path = format!("/meetings/{meeting}");

        let record = read(&story.cora, &meeting).await;
        assert_eq!(record["window"]["start"], "2026-11-21T10:00:00Z");
        assert_eq!(record["cut_off"], "2026-11-21T09:00:00Z");
        assert_eq!(record["state"], "planned");
        assert_eq!(subjects(&record), [early.as_str(), late.as_str()], "by date");
        assert_eq!(record["agenda"][0]["decision"], Json::Null);

        // Before the cut-off: in order, off, on again by hand.
        let order = json!({"order": [late]});
        story
            .cora
            .post(&format!("{path}/arrange"), order.clone())
            .await
            .refused(403, "cab.not_the_chair");
        story.cleo.post(&format!("{path}/arrange"), order).await.ok();
        assert_eq!(subjects(&read(&story.cora, &meeting).await), [late.as_str(), early.as_str()]);
        let off = json!({"subject": early, "reason": "The load test is not done."});
        story.cleo.post(&format!("{path}/defer"), off).await.ok();
        let record = read(&story.cora, &meeting).await;
        assert_eq!(subjects(&record), [late.as_str()]);
        assert_eq!(record["deferred"][0]["reason"], "The load test is not done.");
        story.cleo.post(&format!("{path}/add"), json!({"subject": early})).await.ok();
        assert_eq!(subjects(&read(&story.cora, &meeting).await).len(), 2);
        story.cleo.post(&format!("{path}/start"), json!({})).await.refused(409, "cab.wrong_state");

        // What a refusal is about is called by its number; what waits for nothing stays off.
        let draft = json!({"title": "A draft", "type": "normal"});
        let draft = story.anna.post("/changes", draft).await.ok();
        for (verb, body, code) in [
            ("add", json!({"subject": early}), "cab.on_agenda"),
            ("add", json!({"subject": draft["id"]}), "cab.nothing_waits"),
            ("defer", json!({"subject": draft["id"], "reason": "No."}), "cab.not_on_agenda"),
        ] {
            let refused = story.cleo.post(&format!("{path}/{verb}"), body).await.refused(409, code);
            let named = if code == "cab.on_agenda" { early.clone() } else { number(&draft) };
            let detail = refused["detail"].as_str().expect("words");
            assert!(detail.contains(&named), "{detail}");
        }

        // A moment before the cut-off the agenda takes what comes; from it on, nothing.
        stage.clock.set(at("2026-11-21T08:59:00Z"));
        let last = waiting(&story, &stage, "Last", "2026-12-09T20:00:00Z").await;
        assert_eq!(subjects(&read(&story.cora, &meeting).await).len(), 3);
        stage.clock.set(at("2026-11-21T09:00:00Z"));
        let missed = waiting(&story, &stage, "Missed", "2026-11-29T20:00:00Z").await;
        let closed = [late.as_str(), early.as_str(), last.as_str()];
        let record = read(&story.cora, &meeting).await;
        assert_eq!((&record["state"], subjects(&record)), (&json!("frozen"), closed.to_vec()));
        for (verb, body) in [
            ("add", json!({"subject": missed})),
            ("arrange", json!({"order": [early]})),
            ("defer", json!({"subject": early, "reason": "Too late."})),
        ] {
            let refused = story.cleo.post(&format!("{path}/{verb}"), body).await;
            refused.refused(409, "cab.agenda_frozen");
        }
        timers(&stage).await;
        timers(&stage).await;
        let record = read(&story.cora, &meeting).await;
        assert_eq!((&record["state"], subjects(&record)), (&json!("frozen"), closed.to_vec()));

        // What came later goes to the next meeting, and only that.
        let planned = story.cora.get("/meetings?state=planned").await.ok();
        assert_eq!(planned["items"].as_array().map(Vec::len), Some(1));
        let next = number(&planned["items"][0]);
        let record = read(&story.cora, &next).await;
        assert_eq!(record["window"]["start"], "2026-11-22T10:00:00Z");
        assert_eq!(subjects(&record), [missed.as_str()]);
    });
}

#[test]
fn a_meeting_is_led_its_votes_count_where_they_always_do_and_its_minutes_are_fixed() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first = waiting(&story, &stage, "First", "2026-11-30T20:00:00Z").await;
        let second = waiting(&story, &stage, "Second", "2026-12-01T20:00:00Z").await;
        let third = waiting(&story, &stage, "Third", "2026-12-02T20:00:00Z").await;
        board(&story).await;
        let meetings = story.cora.get("/meetings").await.ok();
        let meeting = number(&meetings["items"][0]);
        let path = format!("/meetings/{meeting}");
        stage.clock.set(at("2026-11-21T10:00:00Z"));
        // The timer may be late; the clock closes the agenda all the same.
        let record = read(&story.cleo, &meeting).await;
        assert!(allowed(&record, "start") && !allowed(&record, "add"), "{:#}", record["actions"]);
        assert!(!allowed(&read(&story.cora, &meeting).await, "start"));
        story
            .cora
            .post(&format!("{path}/start"), json!({}))
            .await
            .refused(403, "cab.not_the_chair");
        story.cleo.post(&format!("{path}/start"), json!({})).await.ok();
        let record = read(&story.cora, &meeting).await;
        assert_eq!(record["state"], "in_session");
        assert_eq!(record["current"], record["agenda"][0]["subject"]["id"]);
        assert_eq!(record["agenda"][0]["decision"], "undecided");

        for member in [&story.cora, &story.cees] {
            member.post(&format!("{path}/attend"), json!({"present": true})).await.ok();
        }
        // Who answers for a release on the agenda comes too, speaks, and has no vote by that.
        let (came, attend) = (json!({"present": true}), format!("{path}/attend"));
        story.sara.post(&attend, came.clone()).await.refused(403, "cab.not_a_member");
        let record = read(&story.anna, &meeting).await;
        assert!(allowed(&record, "attend") && allowed(&record, "remark"));
        assert!(!allowed(&record, "next"), "{:#}", record["actions"]);
        story.anna.post(&attend, came).await.ok();
        let said = json!({"subject": first, "text": "The desk is told."});
        story.anna.post(&format!("{path}/remark"), said).await.ok();
        let round = story.anna.get(&format!("/releases/{first}")).await.ok()["rounds"][0].clone();
        let vote_of_hers = json!({"round": round["number"], "content_hash": round["content_hash"]});
        let answer = story.anna.post(&format!("/releases/{first}/approve"), vote_of_hers).await;
        answer.refused(403, "request.not_permitted");
        let absent = json!({"person": "cees_cab", "present": false});
        story.cora.post(&format!("{path}/attend"), absent).await.refused(403, "cab.not_the_chair");
        let length = json!({"subject": first, "minutes": 20});
        story.cleo.post(&format!("{path}/time"), length).await.ok();

        // Votes are cast on the release, and show on the meeting.
        vote(&story.cora, &format!("/releases/{first}"), "approve", "Rehearsed twice.").await;
        let item = read(&story.cleo, &meeting).await["agenda"][0].clone();
        assert_eq!((&item["decision"], &item["minutes"]), (&json!("undecided"), &json!(20)));
        assert_eq!(item["votes"][0]["reason"], "Rehearsed twice.");
        vote(&story.cees, &format!("/releases/{first}"), "approve", "").await;
        assert_eq!(read(&story.cleo, &meeting).await["agenda"][0]["decision"], "approved");
        let note = json!({"subject": first, "text": "Watch the queue\nfor an hour."});
        story.cora.post(&format!("{path}/remark"), note).await.ok();

        stage.clock.set(at("2026-11-21T10:12:00Z"));
        story.cleo.post(&format!("{path}/next"), json!({})).await.ok();
        let off = json!({"subject": second, "reason": "No test result."});
        story.cleo.post(&format!("{path}/defer"), off).await.ok();
        story.cleo.post(&format!("{path}/next"), json!({})).await.ok();
        vote(&story.cora, &format!("/releases/{third}"), "reject", "No way back.").await;
        vote(&story.cees, &format!("/releases/{third}"), "reject", "Nor for me.").await;
        story.cleo.post(&format!("{path}/next"), json!({})).await.refused(409, "cab.wrong_state");
        let early = story.cora.get(&format!("{path}/minutes")).await.ok();
        assert_eq!(early["fixed"], false);

        ended(&stage, &story, &path, &second).await;
    });
}

/// Ends a meeting: nothing moves its minutes any more, neither a remark nor a later vote.
async fn ended(stage: &Stage, story: &Cast<'_>, path: &str, second: &str) {
    stage.clock.set(at("2026-11-21T10:50:00Z"));
    story.cleo.post(&format!("{path}/end"), json!({})).await.ok();
    let record = story.cora.get(path).await.ok();
    let decisions: Vec<&Json> = (0..3).map(|index| &record["agenda"][index]["decision"]).collect();
    assert_eq!(decisions, ["approved", "deferred", "rejected"]);
    assert_eq!(record["agenda"][0]["closed_at"], "2026-11-21T10:12:00Z");
    assert_eq!(record["attendance"][0]["until"], "2026-11-21T10:50:00Z");

    let late = json!({"text": "One more thing."});
    story.cleo.post(&format!("{path}/remark"), late).await.refused(409, "cab.wrong_state");
    let minutes = story.cora.get(&format!("{path}/minutes")).await.ok();
    vote(&story.cleo, &format!("/releases/{second}"), "approve", "").await;
    vote(&story.cora, &format!("/releases/{second}"), "approve", "").await;
    assert_eq!(story.cora.get(&format!("{path}/minutes")).await.ok(), minutes);
    assert_eq!(minutes["fixed"], true);
    let text = minutes["markdown"].as_str().expect("a text");
    insta::allow_duplicates! {
    insta::assert_snapshot!(text, @r"
        # CAB-1 · Change advisory board

        - Times: on the clock of Europe/Amsterdam
        - Planned: 2026-11-21 11:00 – 12:00
        - Agenda closed: 2026-11-21 10:00
        - Chair: cleo_chair Example
        - Held: 2026-11-21 11:00 – 11:50

        ## Present

        - cleo_chair Example, 11:00 – 11:50
        - cora_cab Example, 11:00 – 11:50
        - cees_cab Example, 11:00 – 11:50
        - anna_requester Example, 11:00 – 11:50

        ## Items

        ### 1. REL-1 First

        Decision: **approved**

        - On the table: 11:00 – 11:12
        - Risk: moderate
        - cora_cab Example, approve, 11:00: Rehearsed twice.
        - cees_cab Example, approve, 11:00
        - Remark of anna_requester Example, 11:00: The desk is told.
        - Remark of cora_cab Example, 11:00: Watch the queue for an hour.

        ### 2. REL-2 Second

        Decision: **deferred**

        - On the table: 11:12 – 11:12
        - Risk: moderate
        - Put off: No test result.

        ### 3. REL-3 Third

        Decision: **rejected**

        - On the table: 11:12 – 11:50
        - Risk: moderate
        - cora_cab Example, reject, 11:12: No way back.
        - cees_cab Example, reject, 11:12: Nor for me.
        ");
    }
    // What was put off stands on the next agenda until the board has voted; here it has.
    timers(stage).await;
    let planned = story.cora.get("/meetings?state=planned").await.ok();
    let next = read(&story.cora, &number(&planned["items"][0])).await;
    assert_eq!(subjects(&next), [] as [&str; 0]);
}

#[test]
fn a_meeting_is_called_by_hand_and_called_off_and_a_schedule_that_moves_takes_it_along() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let made = board(&story).await;
        let call = json!({"board": "change advisory board",
            "window": {"start": "2026-11-21T08:30:00Z", "end": "2026-11-21T08:50:00Z"}});
        story.cora.post("/meetings", call.clone()).await.refused(403, "request.not_permitted");
        let meeting = number(&story.rosa.post("/meetings", call).await.ok());
        let past = json!({"board": "Change advisory board", "cut_off": "2026-11-21T07:00:00Z",
            "window": {"start": "2026-11-21T08:30:00Z", "end": "2026-11-21T08:50:00Z"}});
        let problem = story.rosa.post("/meetings", past).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/cut_off");

        // What waits goes to the meeting that closes first, and to no other.
        let release = waiting(&story, &stage, "Soon", "2026-11-30T20:00:00Z").await;
        assert_eq!(subjects(&read(&story.cora, &meeting).await), [release.as_str()]);
        let listed = story.cora.get("/meetings?from=2026-11-21T09:00:00Z").await.ok();
        let weekly = number(&listed["items"][0]);
        assert_eq!(subjects(&read(&story.cora, &weekly).await), [] as [&str; 0]);
        let path = format!("/meetings/{meeting}/cancel");
        story.rosa.post(&path, json!({})).await.refused(422, "cab.reason_missing");
        story.rosa.post(&path, json!({"reason": "Too few came."})).await.ok();
        assert_eq!(subjects(&read(&story.cora, &weekly).await), [release.as_str()]);
        story.rosa.post(&path, json!({"reason": "Again."})).await.refused(409, "cab.wrong_state");

        let moved = json!({"schedule": {"repeats": "weekly", "cut_off_minutes": 0,
            "window": {"start": "2026-11-27T09:30:00Z", "end": "2026-11-27T10:00:00Z",
                "zone": "UTC"}}});
        let path = format!("/boards/{}", made["id"].as_str().expect("an id"));
        story.rosa.patch(&path, "1", moved).await.ok();
        assert_eq!(read(&story.cora, &weekly).await["state"], "cancelled");
        let board = story.cora.get(&path).await.ok();
        let next = read(&story.cora, board["next"]["number"].as_str().expect("one")).await;
        assert_eq!(next["window"]["start"], "2026-11-27T09:30:00Z");
        assert_eq!(subjects(&next), [release.as_str()]);
        let wrong = json!({"schedule": {"repeats": "every so often", "except": ["soon"],
            "cut_off_minutes": 0,
            "window": {"start": "2026-11-27T09:30:00Z", "end": "2026-11-27T10:00:00Z",
                "zone": "UTC"}}});
        let problem = story.rosa.patch(&path, "2", wrong).await.refused(422, "request.invalid");
        let pointers = problem["errors"].as_array().expect("errors").iter();
        let pointers: Vec<&Json> = pointers.map(|error| &error["pointer"]).collect();
        assert_eq!(pointers, ["/schedule/repeats", "/schedule/except/0"]);
        story
            .cora
            .patch(&path, "2", json!({"name": "Mine"}))
            .await
            .refused(403, "request.not_permitted");
        assert_eq!(
            story.cora.get("/boards").await.ok()["items"][0]["name"],
            "Change advisory board"
        );
    });
}

#[test]
fn a_board_meets_every_two_weeks_and_leaves_a_holiday_out() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let window = json!({"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z",
            "zone": "Europe/Amsterdam"});
        let schedule = json!({"window": window, "repeats": "FREQ=WEEKLY;INTERVAL=2",
            "except": ["2026-12-08"], "also": ["2026-12-09"], "cut_off_minutes": 1440});
        let fields = json!({"name": "CAB", "roles": ["cab_member"], "schedule": schedule});
        let made = story.rosa.post("/boards", fields).await.ok();
        let path = format!("/boards/{}", made["id"].as_str().expect("an id"));
        assert_eq!(story.cora.get(&path).await.ok()["schedule"], schedule);
        let mut starts = Vec::new();
        for (login, cut_off) in [
            ("carl", "2026-11-23T09:00:00Z"),
            ("cyra", "2026-12-08T09:00:00Z"),
            ("cato", "2026-12-21T09:00:00Z"),
        ] {
            let member = stage.person(login, &["cab_member"]).await;
            let planned = member.get("/meetings?state=planned").await.ok()["items"][0].clone();
            starts.push(planned["window"]["start"].clone());
            stage.clock.set(at(cut_off));
            timers(&stage).await;
        }
        let expected = ["2026-11-24T09:00:00Z", "2026-12-09T09:00:00Z", "2026-12-22T09:00:00Z"];
        assert_eq!(starts, expected);
    });
}

#[test]
fn a_scheduled_meeting_that_is_called_off_is_followed_by_the_next_once() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let made = board(&story).await;
        let path = format!("/boards/{}", made["id"].as_str().expect("an id"));
        let next = async |who: &Client<'_>| who.get(&path).await.ok()["next"].clone();
        let planned = async |who: &Client<'_>| {
            let page = who.get("/meetings?state=planned").await.ok();
            page["items"].as_array().expect("a list").len()
        };
        let rosa = &story.rosa;
        let first = number(&next(rosa).await);
        let off = json!({"reason": "Too few would come."});
        rosa.post(&format!("/meetings/{first}/cancel"), off.clone()).await.ok();
        let second = number(&next(rosa).await);
        let record = read(rosa, &second).await;
        assert_eq!(record["window"]["start"], "2026-11-22T10:00:00Z", "not the same day again");

        // The timer of the one that was called off plans nothing more.
        stage.clock.set(at("2026-11-21T09:00:00Z"));
        timers(&stage).await;
        assert_eq!((number(&next(rosa).await), planned(rosa).await), (second.clone(), 1));

        // One that is called off after its cut-off was followed by the next already.
        stage.clock.set(at("2026-11-22T09:00:00Z"));
        let rita = &stage.person("rita_release_manager", &["release_manager"]).await;
        timers(&stage).await;
        rita.post(&format!("/meetings/{second}/cancel"), off).await.ok();
        let third = number(&next(rita).await);
        assert_ne!(third, second);
        assert_eq!(planned(rita).await, 1, "the next is planned once");
        let record = read(rita, &third).await;
        assert_eq!(record["window"]["start"], "2026-11-28T10:00:00Z");

        // A board that meets as called only has no next.
        rita.patch(&path, "*", json!({"schedule": null})).await.ok();
        assert_eq!((next(rita).await, planned(rita).await), (Json::Null, 0));
    });
}

#[test]
fn the_minutes_tell_in_whose_place_a_deputy_voted() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let dora = stage.person("dora_deputy", &["ecab_member"]).await;
        let release = waiting(&story, &stage, "First", "2026-11-30T20:00:00Z").await;
        board(&story).await;
        let meeting = number(&story.cora.get("/meetings").await.ok()["items"][0]);
        let away = json!({"deputy": "dora_deputy", "reason": "on leave"});
        story.cees.post("/delegations", away).await.ok();
        stage.clock.set(at("2026-11-21T10:00:00Z"));
        story.cleo.post(&format!("/meetings/{meeting}/start"), json!({})).await.ok();
        vote(&dora, &format!("/releases/{release}"), "approve", "").await;
        let cast = read(&story.cora, &meeting).await["agenda"][0]["votes"][0].clone();
        assert_eq!(cast["on_behalf_of"]["name"], "cees_cab Example", "{cast:#}");
        let minutes = story.cora.get(&format!("/meetings/{meeting}/minutes")).await.ok();
        let text = minutes["markdown"].as_str().expect("a text");
        let line = "- dora_deputy Example in place of cees_cab Example, approve, 11:00";
        assert!(text.contains(line), "{text}");
    });
}

#[test]
fn a_meeting_that_nobody_begins_lapses_once_and_what_it_held_waits_for_the_next() {
    on_both(async |stage| {
        let path = {
            let story = cast(&stage).await;
            let release = waiting(&story, &stage, "First", "2026-11-30T20:00:00Z").await;
            board(&story).await;
            let meeting = number(&story.cora.get("/meetings").await.ok()["items"][0]);
            stage.clock.set(at("2026-11-21T09:00:00Z"));
            timers(&stage).await;
            assert_eq!(subjects(&read(&story.cora, &meeting).await), [release.as_str()]);
            format!("/meetings/{meeting}")
        };
        // It ends while nothing runs.
        stage.clock.set(at("2026-11-21T11:00:00Z"));
        let stage = stage.restarted().await;
        let carl = stage.person("carl_cab", &["cab_member"]).await;
        let unwritten = carl.get(&path).await.ok();
        assert_eq!(unwritten["state"], "lapsed", "the clock alone lets it lapse");
        timers(&stage).await;
        timers(&stage).await;
        let record = carl.get(&path).await.ok();
        assert_eq!(record["state"], "lapsed");
        let before = unwritten["version"].as_i64().expect("a number");
        assert_eq!(record["version"], before + 1, "once");
        assert_eq!(record["agenda"][0]["decision"], Json::Null);
        let minutes = carl.get(&format!("{path}/minutes")).await.ok();
        assert!(minutes["markdown"].as_str().expect("a text").contains("It was not held"));
        assert_eq!(minutes["fixed"], true);
        let next = number(&carl.get("/meetings?state=planned").await.ok()["items"][0]);
        assert_eq!(read(&carl, &next).await["agenda"], record["agenda"]);
        let rita = stage.person("rita_release_manager", &["release_manager"]).await;
        rita.post(&format!("{path}/start"), json!({})).await.refused(409, "cab.wrong_state");
    });
}

#[test]
fn what_is_cancelled_after_the_cut_off_is_withdrawn() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let gone = waiting(&story, &stage, "Gone", "2026-11-30T20:00:00Z").await;
        let late = waiting(&story, &stage, "Late", "2026-12-01T20:00:00Z").await;
        let open = waiting(&story, &stage, "Open", "2026-12-02T20:00:00Z").await;
        board(&story).await;
        let meeting = number(&story.cora.get("/meetings").await.ok()["items"][0]);
        let path = format!("/meetings/{meeting}");
        let told = async || {
            let record = read(&story.cora, &meeting).await;
            let items = record["agenda"].as_array().expect("an agenda").iter();
            let told: Vec<Json> = items.map(|item| item["decision"].clone()).collect();
            (subjects(&record).join(" "), Json::from(told))
        };
        stage.clock.set(at("2026-11-21T09:00:00Z"));
        timers(&stage).await;
        let closed = format!("{gone} {late} {open}");
        assert_eq!(told().await, (closed.clone(), json!([null, null, null])));
        let why = json!({"reason": "Nobody needs it."});
        story.rosa.post(&format!("/releases/{gone}/cancel"), why).await.ok();
        assert_eq!(told().await, (closed.clone(), json!(["withdrawn", null, null])));

        stage.clock.set(at("2026-11-21T10:00:00Z"));
        story.cleo.post(&format!("{path}/start"), json!({})).await.ok();
        let why = json!({"reason": "The vendor called."});
        story.rosa.post(&format!("/releases/{late}/cancel"), why).await.ok();
        let now = json!(["withdrawn", "withdrawn", "undecided"]);
        assert_eq!(told().await, (closed.clone(), now.clone()));
        story.cleo.post(&format!("{path}/end"), json!({})).await.ok();
        assert_eq!(told().await, (closed, now));
        let minutes = story.cora.get(&format!("{path}/minutes")).await.ok();
        let text = minutes["markdown"].as_str().expect("a text");
        assert_eq!(text.matches("Decision: **withdrawn**").count(), 2, "{text}");
        let next = number(&story.cora.get("/meetings?state=planned").await.ok()["items"][0]);
        assert_eq!(subjects(&read(&story.cora, &next).await), [open.as_str()]);
    });
}

#[test]
fn a_meeting_that_nobody_ends_is_closed_with_its_minutes_four_hours_past_its_end() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let release = waiting(&story, &stage, "First", "2026-11-30T20:00:00Z").await;
        board(&story).await;
        let meeting = number(&story.cora.get("/meetings").await.ok()["items"][0]);
        stage.clock.set(at("2026-11-21T10:00:00Z"));
        story.cleo.post(&format!("/meetings/{meeting}/start"), json!({})).await.ok();
        stage.clock.set(at("2026-11-21T14:59:00Z"));
        timers(&stage).await;
        assert_eq!(read(&story.cora, &meeting).await["state"], "in_session");
        stage.clock.set(at("2026-11-21T15:00:00Z"));
        timers(&stage).await;
        timers(&stage).await;
        let record = read(&story.cora, &meeting).await;
        assert_eq!((&record["state"], &record["overrun"]), (&json!("ended"), &json!(true)));
        assert_eq!(record["ended_at"], "2026-11-21T15:00:00Z");
        assert_eq!(record["agenda"][0]["decision"], "undecided");
        let minutes = story.cora.get(&format!("/meetings/{meeting}/minutes")).await.ok();
        let text = minutes["markdown"].as_str().expect("a text");
        assert!(text.contains("- Nobody ended it: it was closed by the clock"), "{text}");
        let planned = story.cora.get("/meetings?state=planned").await.ok();
        let next = read(&story.cora, &number(&planned["items"][0])).await;
        assert_eq!(subjects(&next), [release.as_str()]);
    });
}

#[test]
fn the_minutes_tell_what_was_decided_in_session_and_the_date_of_a_vote_of_another_day() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first = waiting(&story, &stage, "First", "2026-11-30T20:00:00Z").await;
        let second = waiting(&story, &stage, "Second", "2026-12-01T20:00:00Z").await;
        board(&story).await;
        let call = json!({"board": "change advisory board", "cut_off": "2026-11-21T08:10:00Z",
            "window": {"start": "2026-11-21T23:30:00Z", "end": "2026-11-21T23:50:00Z",
            "zone": "Pacific/Kiritimati"}});
        let meeting = number(&story.rosa.post("/meetings", call).await.ok());
        let path = format!("/meetings/{meeting}");
        stage.clock.set(at("2026-11-21T08:20:00Z"));
        timers(&stage).await;
        vote(&story.cora, &format!("/releases/{first}"), "approve", "").await;
        for member in [&story.cora, &story.cees] {
            vote(member, &format!("/releases/{second}"), "approve", "").await;
        }
        // Past midnight where the board meets.
        stage.clock.set(at("2026-11-21T12:00:00Z"));
        story.cleo.post(&format!("{path}/start"), json!({})).await.ok();
        vote(&story.cees, &format!("/releases/{first}"), "approve", "").await;
        story.cleo.post(&format!("{path}/end"), json!({})).await.ok();
        let record = read(&story.cora, &meeting).await;
        let decisions = [0, 1].map(|index| record["agenda"][index]["decision"].clone());
        assert_eq!(decisions, ["approved", "decided_earlier"]);
        let minutes = story.cora.get(&format!("{path}/minutes")).await.ok();
        let text = minutes["markdown"].as_str().expect("a text");
        assert!(text.contains("Decision: **decided earlier**"), "{text}");
        assert!(text.contains("- cora_cab Example, approve, 2026-11-21 22:20"), "{text}");
        assert!(text.contains("- cees_cab Example, approve, 02:00"), "{text}");
    });
}
