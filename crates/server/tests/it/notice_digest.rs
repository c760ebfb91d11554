//! The digest of releases under a moved clock, on both engines: on its day and at its hour in the
//! zone of whoever asked for it, with exactly the releases that belong there, and once.

use interlock_server::follow::timers::fire_due;
use serde_json::{Value as Json, json};

use crate::notice::{Story, announced, mail};
use crate::release::{approved, number, window};
use crate::support::{Client, Stage, at, on_both};

const ROSA: &str = "rosa@example.org";
const MONDAY: &str = "2026-11-23T07:00:00Z";

/// What arrives at the release manager's now, by subject.
async fn arrived(story: &Story<'_>) -> Vec<String> {
    let told = story.told().await.into_iter().filter(|one| one.to == ROSA);
    told.map(|one| one.subject).collect()
}

/// The digests in the page of someone, the latest first.
async fn digests(reader: &Client<'_>) -> Vec<String> {
    let inbox = reader.get("/inbox").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    let digests = items.filter(|item| item["moment"] == "digest");
    digests.map(|item| item["body"].as_str().expect("a text").to_owned()).collect()
}

/// Someone's own setting.
async fn set(reader: &Client<'_>, login: &str, own: Json) {
    reader.patch(&format!("/people/{login}"), "*", own).await.ok();
}

/// A major release with a window in the evening of a day.
async fn plan(story: &Story<'_>, title: &str, day: Option<&str>) -> String {
    let mut fields = json!({"title": title, "type": "major", "owner": "rosa_release_manager"});
    if let Some(day) = day {
        fields["window"] = window(&format!("{day}T20:00:00Z"), &format!("{day}T21:00:00Z"));
    }
    number(&story.cast.rosa.post("/releases", fields).await.ok())
}

/// A story whose release manager asked for a digest.
async fn story(stage: &Stage) -> Story<'_> {
    let story = Story::by(stage, [mail("mail.test", 587)]).await;
    let own = json!({"email": ROSA, "zone": "Europe/Amsterdam",
        "digest": {"weekday": "monday", "hour": 8}});
    set(&story.cast.rosa, "rosa_release_manager", own).await;
    story
}

#[test]
fn it_comes_on_its_day_at_its_hour_with_what_belongs_there_and_once() {
    on_both(async |stage| {
        let story = story(&stage).await;
        let rosa = &story.cast.rosa;
        let shown = json!({"types": ["major"], "weekday": "monday", "hour": 8});
        assert_eq!(rosa.get("/people/rosa_release_manager").await.ok()["digest"], shown);
        let spring = plan(&story, "Spring", Some("2026-12-20")).await;
        let ledger = approved(&story.cast, "Ledger", "web-01", 5).await;
        rosa.put(&format!("/releases/{spring}/changes/{ledger}"), "*", json!({})).await.ok();
        plan(&story, "Autumn", Some("2027-06-01")).await;
        plan(&story, "Sometime", None).await;

        stage.clock.set(at("2026-11-23T06:59:59Z"));
        assert_eq!(arrived(&story).await, [""; 0], "not yet");
        stage.clock.set(at(MONDAY));
        let anew = stage.bus_anew();
        tokio::task::spawn_blocking(move || fire_due(&anew).unwrap()).await.unwrap();
        assert_eq!(arrived(&story).await, ["Digest of releases, Mon 23 Nov 2026"]);
        assert_eq!(arrived(&story).await, [""; 0], "once");

        let told = digests(rosa).await;
        let [body] = &told[..] else { panic!("one in the page: {told:#?}") };
        let (first, last) =
            (format!("{spring} Spring (major, to come)"), format!("\n/releases/{spring}/summary"));
        for part in [
            first.as_str(),
            "Window: Sun 20 Dec 2026, 21:00 (Europe/Amsterdam, UTC+01:00) until Sun 20 Dec 2026",
            "The go is not given.",
            "1 of 1 changes ready, ",
            &last,
        ] {
            assert!(body.contains(part), "{part} is missing: {body}");
        }
        for other in ["Autumn", "Sometime", "Winter", "more"] {
            assert!(!body.contains(other), "{other} does not belong there: {body}");
        }
        let inbox = rosa.get("/inbox").await.ok();
        let id = inbox["items"][0]["id"].as_str().expect("an id");
        let notice = rosa.get(&format!("/notices/{id}")).await.ok();
        assert_eq!((&notice["moment"], &notice["people"]), (&json!("digest"), &json!(1)));
        assert_eq!(notice["record"]["name"], "rosa_release_manager Example");
    });
}

#[test]
fn a_server_that_was_down_sends_one_and_a_week_without_any_sends_nothing() {
    on_both(async |stage| {
        let story = story(&stage).await;
        let rosa = &story.cast.rosa;
        let spring = plan(&story, "Spring", Some("2026-12-20")).await;
        stage.clock.set(at("2026-12-14T09:00:00Z"));
        assert_eq!(arrived(&story).await, ["Digest of releases, Mon 14 Dec 2026"]);
        assert_eq!(arrived(&story).await, [""; 0], "for three weeks");

        let reason = json!({"reason": "The supplier failed."});
        rosa.post(&format!("/releases/{spring}/cancel"), reason).await.ok();
        stage.clock.set(at("2026-12-21T07:00:00Z"));
        assert_eq!(arrived(&story).await, ["Digest of releases, Mon 21 Dec 2026"]);
        let body = digests(rosa).await.swap_remove(0);
        assert!(body.contains(&format!("{spring} Spring (major, ended)")), "{body}");
        assert!(!body.contains("changes ready"), "{body}");

        // Whoever looks at it later does not end it anew.
        stage.clock.set(at("2026-12-27T07:00:00Z"));
        rosa.put(&format!("/releases/{spring}/watch"), "*", json!({})).await;
        stage.clock.set(at("2026-12-28T07:00:00Z"));
        assert_eq!(arrived(&story).await, [""; 0], "there is nothing to say");
        plan(&story, "Late", Some("2027-02-10")).await;
        stage.clock.set(at("2027-01-04T07:00:00Z"));
        assert_eq!(arrived(&story).await, ["Digest of releases, Mon 4 Jan 2027"]);

        set(rosa, "rosa_release_manager", json!({"digest": null})).await;
        assert_eq!(rosa.get("/people/rosa_release_manager").await.ok().get("digest"), None);
        stage.clock.set(at("2027-01-11T07:00:00Z"));
        assert_eq!(arrived(&story).await, [""; 0], "it was taken back");
        let left = "SELECT COUNT(*) FROM timers WHERE kind = 'person.digest_due'";
        assert_eq!(stage.count(left).await, 0);
        assert_eq!(digests(rosa).await.len(), 3);
    });
}

#[test]
fn what_is_under_way_and_what_ended_is_told_in_the_zone_of_the_reader() {
    on_both(async |stage| {
        let story = story(&stage).await;
        let rita = &story.cast.rita;
        // Half past eight in the evening in UTC, on Monday.
        let own = json!({"zone": "Asia/Kolkata",
            "digest": {"types": ["emergency", "minor"], "weekday": "tuesday", "hour": 2}});
        set(rita, "rita_release_manager", own).await;
        announced(&story).await;
        stage.clock.set(at("2026-11-23T20:01:00Z"));
        story.begin().await;
        stage.clock.set(at("2026-11-23T20:30:00Z"));
        story.told().await;
        let told = digests(rita).await;
        let [body] = &told[..] else { panic!("one: {told:#?}") };
        for part in ["Winter (minor, under way)", "The go is given.", "1 of 1 changes ready, "] {
            assert!(body.contains(part), "{part} is missing: {body}");
        }
        assert!(body.contains("Tue 24 Nov 2026, 01:30 (Asia/Kolkata, UTC+05:30)"), "{body}");

        stage.clock.advance_minutes(1);
        story.install().await;
        story.verify().await;
        stage.clock.set(at("2026-11-30T20:30:00Z"));
        story.told().await;
        let told = digests(rita).await;
        assert_eq!(told.len(), 2);
        assert!(told[0].contains("Winter (minor, ended)"), "{}", told[0]);
        stage.clock.set(at("2026-12-07T20:30:00Z"));
        story.told().await;
        assert_eq!(digests(rita).await.len(), 2, "it ended two weeks ago");
    });
}

#[test]
fn a_digest_is_ones_own_to_set_and_what_is_wrong_with_it_is_told() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let bert = stage.person("bert_requester", &["requester"]).await;
        let path = "/people/anna_requester";
        assert_eq!(anna.get(path).await.ok().get("digest"), None);
        let weekly = json!({"digest": {"weekday": "friday", "hour": 16}});
        bert.patch(path, "*", weekly.clone()).await.refused(403, "request.not_permitted");
        anna.patch(path, "*", weekly).await.ok();
        for (digest, pointer, said) in [
            (json!({"types": ["mayor"], "weekday": "friday", "hour": 16}), "types", "major, minor"),
            (json!({"types": [], "weekday": "friday", "hour": 16}), "types", "names no type"),
            (json!({"weekday": "freitag", "hour": 16}), "weekday", "friday"),
            (json!({"weekday": "friday", "hour": 24}), "hour", "from 0 to 23"),
            (json!({"weekday": "friday", "hour": 1024}), "hour", "from 0 to 23"),
        ] {
            let body = json!({"digest": digest});
            let problem = anna.patch(path, "*", body).await.refused(422, "request.invalid");
            let wrong = &problem["errors"][0];
            assert_eq!(wrong["pointer"], format!("/digest/{pointer}"), "{problem:#}");
            assert!(wrong["detail"].as_str().expect("a text").contains(said), "{problem:#}");
        }
        let kept = json!({"types": ["major"], "weekday": "friday", "hour": 16});
        assert_eq!(anna.get(path).await.ok()["digest"], kept);
    });
}
