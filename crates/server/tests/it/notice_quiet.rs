//! Mails that wait for the end of their reader's quiet hours, on both engines: what waits and what
//! does not, in which order, and what goes out in one mail.

use interlock_server::notice::MovesReactor;
use ports::{Clock as _, Undelivered};
use serde_json::{Value as Json, json};

use crate::notice::{Arrived, Story, announced, deliveries, mail, who};
use crate::release::{approved, window};
use crate::support::{Stage, at, on_both};

const ROSA: &str = "rosa@example.org";
const OTHERS: [&str; 2] = ["bob@example.org", "eve@example.org"];

/// A story whose release manager has an address, and quiet hours in Amsterdam.
async fn story<'a>(stage: &'a Stage, from: &str, digest: bool) -> Story<'a> {
    let story = Story::by(stage, [mail("mail.test", 587)]).await;
    let own = json!({"email": ROSA, "zone": "Europe/Amsterdam",
        "quiet": {"from": from, "to": "07:00", "digest": digest}});
    story.cast.rosa.patch("/people/rosa_release_manager", "*", own).await.ok();
    story
}

/// What arrived at the release manager's.
fn rosas(arrived: Vec<Arrived>) -> Vec<Arrived> {
    arrived.into_iter().filter(|one| one.to == ROSA).collect()
}

fn subjects(arrived: &[Arrived]) -> Vec<&str> {
    arrived.iter().map(|one| one.subject.as_str()).collect()
}

#[test]
fn a_mail_waits_for_the_end_of_the_quiet_hours_and_the_page_does_not() {
    on_both(async |stage| {
        let story = story(&stage, "21:00", false).await;
        assert_eq!(who(&announced(&story).await), OTHERS);
        let waiting = deliveries(&story, "waiting").await;
        let [held] = &waiting[..] else { panic!("one waits: {waiting:#?}") };
        assert_eq!(
            (&held["address"], &held["quiet"], &held["next_at"]),
            (&json!(ROSA), &json!(true), &json!("2026-11-23T06:00:00Z"))
        );
        let inbox = story.cast.rosa.get("/inbox").await.ok();
        assert_eq!(inbox["items"][0]["moment"], "before", "{inbox:#}");
        stage.clock.set(at("2026-11-23T05:59:59Z"));
        assert_eq!(story.told().await, []);
        stage.clock.set(at("2026-11-23T06:00:00Z"));
        assert_eq!(who(&story.told().await), [ROSA]);
        let sent = deliveries(&story, "sent").await;
        assert!(sent.iter().all(|one| one["quiet"] == false), "{sent:#?}");
        assert_eq!(story.told().await, [], "once");
    });
}

#[test]
fn what_waited_comes_in_one_mail_and_where_that_is_in_doubt_under_the_same_id_again() {
    on_both(async |stage| {
        let story = story(&stage, "21:00", true).await;
        announced(&story).await;
        stage.clock.set(at("2026-11-23T06:00:00Z"));
        let alone = rosas(story.told().await);
        assert_eq!(alone.len(), 1);
        assert!(alone[0].id.starts_with("ntc_"), "one that waited alone: {alone:?}");

        stage.clock.set(at("2026-11-23T20:01:00Z"));
        story.begin().await;
        assert_eq!(who(&story.told().await), OTHERS);
        story.install().await;
        story.verify().await;
        assert_eq!(who(&story.told().await), OTHERS);
        for held in deliveries(&story, "waiting").await {
            assert_eq!(held["next_at"], json!("2026-11-24T06:00:00Z"), "behind one as well");
        }
        stage.clock.set(at("2026-11-24T06:00:00Z"));
        let unknown = Undelivered::Unknown("the line was cut".to_owned());
        let busy = Undelivered::Later("busy".to_owned());
        story.receivers.next_ends(ROSA, [busy, unknown]);
        assert_eq!(story.told().await, [], "it was busy");
        stage.clock.advance_minutes(1);
        let first = story.told().await;
        assert_eq!(subjects(&first), ["2 notices from your quiet hours"]);
        assert!(first[0].id.starts_with("digest."), "{first:?}");
        let doubt = deliveries(&story, "waiting").await;
        assert!(doubt.iter().all(|one| one["in_doubt"] == true), "{doubt:#?}");
        stage.clock.advance_minutes(2);
        assert_eq!(story.told().await, first, "the same once more");
        stage.clock.advance_minutes(600);
        assert_eq!(story.told().await, []);
        let shown = story.communication().await;
        let open = (&shown["waiting"], &shown["dead"]);
        assert_eq!(open, (&json!(0), &json!(0)), "each is sent: {shown:#}");
    });
}

#[test]
fn what_failed_does_not_wait_and_takes_along_what_came_before() {
    on_both(async |stage| {
        let story = story(&stage, "21:00", true).await;
        announced(&story).await;
        stage.clock.set(at("2026-11-23T20:01:00Z"));
        assert_eq!(rosas(story.told().await).len(), 0, "nobody sent in the day");
        story.begin().await;
        assert_eq!(rosas(story.told().await), []);
        story.install().await;
        story.take_back().await;
        let told = rosas(story.told().await);
        assert_eq!(told.len(), 3, "before, start and the rollback: {told:?}");
        assert!(told[1].subject.to_lowercase().contains("begun"), "in their order: {told:?}");
        assert!(told[2].subject.to_lowercase().contains("taken back"), "{told:?}");
        stage.clock.set(at("2026-11-24T06:00:00Z"));
        assert_eq!(story.told().await, []);
    });
}

#[test]
fn a_move_of_what_begins_within_a_day_does_not_wait_and_a_later_one_does() {
    on_both(async |stage| {
        let story = story(&stage, "23:00", false).await;
        assert_eq!(rosas(announced(&story).await).len(), 1, "it is not quiet yet");
        stage.clock.set(at("2026-11-22T22:30:00Z"));
        story.commit("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z").await;
        assert_eq!(rosas(story.told().await).len(), 1, "it was to begin tomorrow");
        story.commit("2026-12-26T20:00:00Z", "2026-12-26T21:00:00Z").await;
        assert_eq!(who(&story.told().await), OTHERS);
        stage.clock.set(at("2026-11-23T06:00:00Z"));
        assert_eq!(who(&story.told().await), [ROSA]);
    });
}

#[test]
fn a_change_that_moves_within_a_day_does_not_wait() {
    on_both(async |stage| {
        let story = Story::by(&stage, [mail("mail.test", 587)]).await;
        let (ivan, day) = ("ivan@example.org", json!({"from": "00:00", "to": "23:59"}));
        let own = json!({"email": ivan, "zone": "UTC", "quiet": day});
        story.admin.patch("/people/ivan_implementer", "*", own).await.ok();
        let path = format!("/changes/{}", approved(&story.cast, "Side", "web-01", 10).await);
        let schedule = async |start: &str, end: &str| {
            let body = json!({"window": window(start, end)});
            story.cast.anna.post(&format!("{path}/schedule"), body).await.ok();
            stage.follow(MovesReactor).await;
            let told = story.sent().await;
            told.into_iter().filter(|one| one.to == ivan).count()
        };
        assert_eq!(schedule("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z").await, 0);
        let now = stage.clock.now();
        let (start, end) = (now.plus_minutes(60), now.plus_minutes(120));
        assert!(schedule(&start.to_string(), &end.to_string()).await > 0);
    });
}

#[test]
fn what_is_tried_again_waits_too_and_other_quiet_hours_count_at_once() {
    on_both(async |stage| {
        let story = story(&stage, "21:00", false).await;
        // Nobody is there an hour before, and then it is quiet.
        let own = json!({"quiet": {"from": "21:01", "to": "06:00", "digest": true}});
        story.cast.rosa.patch("/people/rosa_release_manager", "*", own).await.ok();
        story.receivers.next_ends(ROSA, [Undelivered::Later("busy".to_owned())]);
        assert_eq!(who(&announced(&story).await), OTHERS);
        stage.clock.advance_minutes(1);
        assert_eq!(story.told().await, []);
        let next_at = async || deliveries(&story, "waiting").await[0]["next_at"].clone();
        assert_eq!(next_at().await, json!("2026-11-23T05:00:00Z"));
        let later = json!({"zone": "America/New_York",
            "quiet": {"from": "14:00", "to": "20:00", "digest": true}});
        story.cast.rosa.patch("/people/rosa_release_manager", "*", later).await.ok();
        assert_eq!(story.told().await, []);
        assert_eq!(next_at().await, json!("2026-11-23T01:00:00Z"));
        let never = json!({"quiet": null});
        story.cast.rosa.patch("/people/rosa_release_manager", "*", never).await.ok();
        assert_eq!(who(&story.told().await), [ROSA]);
    });
}

#[test]
fn quiet_hours_are_ones_own_to_set() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let bert = stage.person("bert_requester", &["requester"]).await;
        let path = "/people/anna_requester";
        let none = anna.get(path).await.ok();
        assert_eq!(none.get("quiet"), None);
        let night = json!({"quiet": {"from": "22:00", "to": "07:00"}});
        bert.patch(path, "*", night.clone()).await.refused(403, "request.not_permitted");
        anna.patch(path, "*", night).await.ok();
        let shown = json!({"from": "22:00", "to": "07:00", "digest": false});
        assert_eq!(anna.get(path).await.ok()["quiet"], shown);
        anna.patch(path, "*", json!({"name": "Anna"})).await.ok();
        assert_eq!(anna.get(path).await.ok()["quiet"], shown, "kept");
        for (from, to, pointer) in [
            ("24:00", "07:00", "/quiet/from"),
            ("22:00", "at seven", "/quiet/to"),
            ("07:00", "07:00", "/quiet/to"),
        ] {
            let wrong = json!({"quiet": {"from": from, "to": to}});
            let problem = anna.patch(path, "*", wrong).await.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{from} {to}");
        }
        anna.patch(path, "*", json!({"quiet": null})).await.ok();
        assert_eq!(anna.get(path).await.ok().get("quiet"), None::<&Json>);
    });
}
