//! Notices where something is in the way, on both engines: a window that moves while the old one is
//! being told, a mail server that is away or turned off, what waits together.

use std::sync::atomic::Ordering;

use ports::Undelivered;
use serde_json::{Value as Json, json};

use crate::notice::{ALL, Arrived, HOOK, OPS, START, Story, announced, drained, later, who};
use crate::release::{vote, window};
use crate::support::{at, on_both};

/// Moves the window while a message with the old date is on its way to Eve, where it ends as said;
/// answers what arrived of it all.
async fn moved_in_flight(
    story: &Story<'_>,
    end: Undelivered,
    (start, until): (&str, &str),
) -> Vec<Arrived> {
    story.commit(START, "2026-11-23T21:00:00Z").await;
    story.stage.clock.set(at("2026-11-22T20:00:00Z"));
    story.written().await;
    story.receivers.next_ends("eve@example.org", [end]);
    let (said, go_on) = story.receivers.hold("eve@example.org");
    let sending = tokio::spawn(drained(story.sender()));
    tokio::task::spawn_blocking(move || said.recv().unwrap()).await.unwrap();
    story.commit(start, until).await;
    story.written().await;
    go_on.send(()).unwrap();
    sending.await.unwrap();
    story.receivers.taken()
}

fn to_eve(arrived: &[Arrived]) -> Vec<&str> {
    let to_eve = arrived.iter().filter(|one| one.to == "eve@example.org");
    to_eve.map(|one| one.subject.as_str()).collect()
}

#[test]
fn a_window_that_moves_while_the_old_one_is_being_told_is_told_to_whoever_heard_nothing() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let soon = ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z");
        let arrived = moved_in_flight(&story, later(), soon).await;
        let heard = to_eve(&arrived);
        assert_eq!(heard.len(), 1, "the new date: {arrived:?}");
        stage.clock.advance_minutes(2);
        assert_eq!(to_eve(&story.told().await), [""; 0], "once");
    });
}

#[test]
fn a_date_is_told_with_the_go_and_whoever_was_told_is_corrected_without_a_new_one() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.commit(START, "2026-11-23T21:00:00Z").await;
        stage.clock.set(at("2026-11-22T12:00:00Z"));
        assert_eq!(story.told().await, [], "a day before is not yet");
        // With another date the votes for the old one count no longer; its slot is held.
        let schedule = format!("{}/schedule", story.path);
        let soon = json!({"window": window("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")});
        story.cast.rosa.post(&schedule, soon).await.ok();
        assert_eq!(story.told().await, [], "nobody said yes to it");
        let before = story.moment("before").await;
        assert_eq!((&before["state"], &before["due_at"]), (&json!("waits"), &Json::Null));
        vote(&story.cast.rita, &story.path, "approve", "").await.ok();
        assert_eq!(who(&story.told().await), ALL, "with the go");

        let far = json!({"window": window("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z")});
        story.cast.rosa.post(&schedule, far).await.ok();
        let record = story.cast.rosa.get(&story.path).await.ok();
        assert_eq!(
            (&record["scheduled"], &record["approved"]),
            (&json!(true), &json!(false)),
            "it waits for a new go"
        );
        assert_eq!(who(&story.told().await), ALL, "what they were told does not hold");
        vote(&story.cast.rita, &story.path, "approve", "").await.ok();
        assert_eq!(story.told().await, [], "the new date in its time");
    });
}

#[test]
fn nobody_is_corrected_whose_mailbox_was_gone_when_the_window_moved() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let gone = Undelivered::Refused("no such mailbox".to_owned());
        let far = ("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z");
        let arrived = moved_in_flight(&story, gone, far).await;
        assert_eq!(to_eve(&arrived), [""; 0], "{arrived:?}");
        let bob = arrived.iter().filter(|one| one.to == "bob@example.org").count();
        assert_eq!(bob, 2, "the old date and the new one: {arrived:?}");
    });
}

#[test]
fn a_window_that_moved_away_and_came_back_is_told_to_those_who_heard_of_neither() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.receivers.is_away.store(true, Ordering::SeqCst);
        assert_eq!(who(&announced(&story).await), [HOOK, OPS]);
        for (start, end) in
            [("2026-11-26T20:00:00Z", "2026-11-26T21:00:00Z"), (START, "2026-11-23T21:00:00Z")]
        {
            story.commit(start, end).await;
            assert_eq!(who(&story.told().await), [HOOK, OPS]);
        }
        story.receivers.is_away.store(false, Ordering::SeqCst);
        stage.clock.advance_minutes(2);
        assert_eq!(who(&story.sent().await), ["bob@example.org", "eve@example.org"]);
    });
}

#[test]
fn one_mailbox_that_is_busy_holds_up_no_other_and_a_server_that_is_away_is_left_alone() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let many: Vec<String> = (0..40).map(|one| format!("reader{one}@example.org")).collect();
        let crowd = json!({"name": "Crowd", "services": ["Payments"], "addresses": many});
        story.cast.sara.post("/user-groups", crowd).await.ok();
        story.receivers.is_away.store(true, Ordering::SeqCst);
        story.commit(START, "2026-11-23T21:00:00Z").await;
        stage.clock.set(at("2026-11-22T20:00:00Z"));
        story.written().await;
        let mut sender = story.sender();
        for _ in 0..4 {
            sender = drained(sender).await;
        }
        assert_eq!(who(&story.receivers.taken()), [HOOK, OPS]);
        assert_eq!(story.receivers.calls.load(Ordering::SeqCst), 1, "it rests");
        story.receivers.is_away.store(false, Ordering::SeqCst);
        story.receivers.next_ends("bob@example.org", [later()]);
        stage.clock.advance_minutes(2);
        sender = drained(sender).await;
        let others = who(&story.receivers.taken()).len();
        assert_eq!(others, many.len() + 1, "all but Bob");
        stage.clock.advance_minutes(4);
        drop(drained(sender).await);
        assert_eq!(who(&story.receivers.taken()), ["bob@example.org"]);
    });
}

#[test]
fn what_waits_for_a_mail_server_that_is_turned_off_goes_out_by_the_one_in_force() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.receivers.next_ends("bob@example.org", [later()]);
        assert_eq!(who(&announced(&story).await), ["eve@example.org", HOOK, OPS]);
        story.admin.patch("/channels/Mail", "*", json!({"off": true})).await.ok();
        let mail = json!({"name": "Post", "kind": "email", "host": "post.test", "port": 25,
            "from": "changes@example.org", "user": "interlock", "password": "a mail secret"});
        story.admin.post("/channels", mail).await.ok();
        assert_eq!(who(&story.sent().await), ["bob@example.org"]);
        story.commit("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z").await;
        assert_eq!(who(&story.told().await), ALL, "the correction too");
    });
}

#[test]
fn a_policy_that_tells_earlier_is_heeded_for_what_is_scheduled_already() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.commit(START, "2026-11-23T21:00:00Z").await;
        stage.clock.set(at("2026-11-21T20:00:00Z"));
        assert_eq!(story.told().await, []);
        let mut files = story.cast.rosa.get("/policy").await.ok()["files"].clone();
        let rules = files["notices.toml"].as_str().expect("a file");
        files["notices.toml"] = json!(rules.replace("hours = 24", "hours = 72"));
        story.cast.rosa.put("/policy", "0", json!({"files": files, "note": "Sooner"})).await.ok();
        assert_eq!(who(&story.told().await), ALL);
    });
}

#[test]
fn what_waits_together_arrives_in_order_and_a_release_that_is_taken_back_is_told() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let gone = Undelivered::Refused("no such mailbox".to_owned());
        story.receivers.next_ends(HOOK, [gone]);
        story.receivers.is_away.store(true, Ordering::SeqCst);
        assert_eq!(who(&announced(&story).await), [OPS]);
        let first = story.communication().await["notices"][0]["id"].as_str().unwrap().to_owned();
        stage.clock.set(at("2026-11-23T20:01:00Z"));
        story.begin().await;
        assert_eq!(who(&story.told().await), [HOOK, OPS]);
        story.receivers.is_away.store(false, Ordering::SeqCst);
        stage.clock.advance_minutes(4);
        let both = story.sent().await;
        let heard = to_eve(&both);
        assert!(
            matches!(heard[..], [_, begun] if begun.to_lowercase().contains("begun")),
            "{both:?}"
        );
        assert_eq!(both.len(), 4, "{both:?}");

        story.take_back().await;
        assert_eq!(story.moment("rollback").await["state"], "due");
        assert_eq!(who(&story.told().await), ALL);
        assert_eq!(story.moment("rollback").await["state"], "told");
        let retry = format!("/notices/{first}/retry");
        story.cast.rosa.post(&retry, json!({})).await.refused(409, "notice.outdated");
    });
}

#[test]
fn who_was_told_hears_that_a_release_is_put_on_hold_and_of_its_date_when_it_is_resumed() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let rosa = &story.cast.rosa;
        announced(&story).await;
        let late = json!({"name": "Late", "services": ["Payments"],
            "addresses": ["zoe@example.org"]});
        story.cast.sara.post("/user-groups", late).await.ok();
        let reason = json!({"reason": "The supplier is late."});
        rosa.post(&format!("{}/hold", story.path), reason).await.ok();
        assert_eq!(story.moment("moved").await["state"], "due");
        let held = story.told().await;
        assert_eq!(who(&held), ALL, "exactly those who were told");
        assert_eq!(to_eve(&held), ["Put off: Payments"]);
        let to_bob = "REL-1 has no date any more: Winter";
        assert!(held.iter().any(|one| one.subject == to_bob), "{held:?}");
        let notice = story.communication().await["notices"][0].clone();
        let path = format!("/notices/{}", notice["id"].as_str().expect("an id"));
        let notice = rosa.get(&path).await.ok();
        for text in notice["texts"].as_array().expect("texts") {
            let says_why = text["body"].as_str().expect("words").contains("The supplier is late.");
            let is_outside = ["customers", "partners"].iter().any(|to| text["audience"] == *to);
            assert_ne!(says_why, is_outside, "{text:#}");
        }
        stage.clock.set(at("2026-11-23T10:00:00Z"));
        assert_eq!(story.told().await, [], "once");

        rosa.post(&format!("{}/resume", story.path), json!({})).await.ok();
        let again = story.told().await;
        assert_eq!(who(&again), [&ALL[..], &["zoe@example.org"]].concat(), "and who came later");
        assert!(to_eve(&again)[0].starts_with("New date, Tue 24 Nov 2026"), "{again:?}");
        assert_eq!(story.told().await, []);
    });
}

#[test]
fn who_was_told_hears_that_a_window_passed_and_nothing_began() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        announced(&story).await;
        stage.clock.set(at("2026-11-23T20:59:59Z"));
        assert_eq!(story.told().await, [], "it may still begin");
        stage.clock.set(at("2026-11-23T21:00:00Z"));
        let missed = story.told().await;
        assert_eq!(who(&missed), ALL);
        assert_eq!(to_eve(&missed), ["Put off: Payments"]);
        stage.clock.set(at("2026-11-24T10:00:00Z"));
        assert_eq!(story.told().await, [], "once");
        assert_eq!(story.moment("before").await["state"], "told");

        story.commit("2026-11-26T20:00:00Z", "2026-11-26T21:00:00Z").await;
        let moved = story.told().await;
        assert_eq!(who(&moved), ALL);
        assert!(to_eve(&moved)[0].starts_with("New date, Fri 27 Nov 2026"), "{moved:?}");
    });
}
