//! A change and a release that move on tell their people, each once and never whoever moved them.

use interlock_server::audit::Tree;
use interlock_server::notice::MovesReactor;
use ports::Undelivered;
use serde_json::{Value as Json, json};

use crate::audit::numbered;
use crate::notice::{Story, announced, mail, who};
use crate::release::{cast, number, plans};
use crate::support::{Client, on_both};

/// What someone was told of what moved on: the subjects, the oldest first.
pub(crate) async fn told(reader: &Client<'_>) -> Vec<String> {
    let inbox = reader.get("/inbox").await.ok();
    let items = inbox["items"].as_array().expect("items").iter().rev();
    items
        .inspect(|item| assert_eq!(item["moment"], "moved_on", "{item:#}"))
        .map(|item| item["subject"].as_str().expect("a subject").to_owned())
        .collect()
}

/// The text that someone was told under a subject.
pub(crate) async fn told_under(reader: &Client<'_>, subject: &str) -> String {
    let inbox = reader.get("/inbox").await.ok();
    let mut items = inbox["items"].as_array().expect("items").iter();
    let told = items.find(|item| item["subject"] == subject).expect("they are told");
    told["body"].as_str().expect("a text").to_owned()
}

#[test]
fn a_change_that_moves_on_tells_its_people_and_not_who_moved_it() {
    on_both(async |stage| {
        let story = Story::by(&stage, [mail("mail.test", 587)]).await;
        let Story { cast, admin, .. } = &story;
        // Each is told in a minute of its own, which is the order that readers see.
        let seen = async || {
            stage.follow(MovesReactor).await;
            stage.clock.advance_minutes(1);
        };
        let title = "<b>Ledger</b> {{ number }}\u{2028}Bcc: all@example.org";
        let email = json!({"email": "ivan@example.org"});
        admin.patch("/people/ivan_implementer", "*", email).await.ok();
        seen().await;
        let before = (told(&cast.anna).await.len(), told(&cast.ivan).await.len());
        story.sent().await;

        let fields = crate::release::plans(title, "web-01", 5);
        let change = cast.anna.post("/changes", fields).await.ok();
        let path = format!("/changes/{}", change["number"].as_str().expect("a number"));
        cast.cab[0].put(&format!("{path}/watch"), "*", json!({})).await.ok();
        for verb in ["submit", "assess"] {
            cast.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
            seen().await;
        }
        crate::release::vote(&cast.sara, &path, "approve", "").await.ok();
        seen().await;
        let reason = json!({"reason": "The supplier failed."});
        cast.anna.post(&format!("{path}/cancel"), reason).await.ok();
        stage.follow(MovesReactor).await;

        let shown = "CHG-2 cancelled: <b>Ledger</b> {{ number }} Bcc: all@example.org";
        let ivans = told(&cast.ivan).await.split_off(before.1);
        assert_eq!(
            ivans.first().map(|subject| subject.starts_with("CHG-2 submitted: ")),
            Some(true)
        );
        assert_eq!(ivans.last().map(String::as_str), Some(shown));
        assert_eq!(told(&cast.cab[0]).await, ivans, "who watches");
        let annas = told(&cast.anna).await.split_off(before.0);
        assert_eq!(annas.len(), 1, "what she did herself she knows: {annas:?}");
        assert!(annas[0].starts_with("CHG-2 approved: "), "{annas:?}");
        // Nobody votes any more about the first one, which was approved before it was looked at.
        let asked = told(&cast.sara).await;
        let asked: Vec<&str> =
            asked.iter().map(|subject| &subject[..subject.find(':').expect("a title")]).collect();
        assert_eq!(asked, ["CHG-2 waiting for your vote"], "who voted hears no more");

        let inbox = cast.ivan.get("/inbox").await.ok();
        let item: &Json = &inbox["items"][0];
        assert_eq!(item["record"]["number"], "CHG-2");
        assert!(item["body"].as_str().expect("a text").contains("The supplier failed."));
        let id = item["id"].as_str().expect("an id");
        let notice = cast.rosa.get(&format!("/notices/{id}")).await.ok();
        assert_eq!((&notice["record"]["number"], &notice["people"]), (&json!("CHG-2"), &json!(2)));
        let mails = story.sent().await;
        assert_eq!(who(&mails), vec!["ivan@example.org"; ivans.len()], "by mail too");
        assert_eq!(mails.last().map(|mail| mail.subject.as_str()), Some(shown));

        // Looked at again, nothing is told twice.
        stage.touch("DELETE FROM followers WHERE name = 'notices.moves'").await;
        stage.follow(MovesReactor).await;
        assert_eq!(told(&cast.ivan).await.len(), before.1 + ivans.len());
        assert_eq!(story.sent().await, []);
    });
}

#[test]
fn an_assessment_and_each_state_of_a_model_are_told_and_a_submission_is_told_once() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        for login in ["emil_ecab", "elsa_ecab"] {
            stage.person(login, &["ecab_member"]).await;
        }
        // Each is told in a minute of its own, which is the order that readers see.
        let seen = async || {
            stage.follow(MovesReactor).await;
            stage.clock.advance_minutes(1);
        };
        let spring = json!({"title": "Spring", "type": "major", "owner": "rosa_release_manager"});
        let release = number(&cast.rosa.post("/releases", spring).await.ok());
        for _ in 0..2 {
            cast.rita.post(&format!("/releases/{release}/advance"), json!({})).await.ok();
            seen().await;
        }
        let expected = ["REL-1 moved on to build: Spring", "REL-1 moved on to test: Spring"];
        assert_eq!(told(&cast.rosa).await, expected);
        assert_eq!(told(&cast.rita).await, [""; 0], "she moved it");

        let ways = [("normal", &["submit", "assess"][..]), ("emergency", &["submit"][..])];
        for (kind, verbs) in ways {
            let mut fields = plans(kind, "web-01", 5);
            fields["type"] = json!(kind);
            let change = number(&cast.anna.post("/changes", fields).await.ok());
            for verb in verbs {
                cast.anna.post(&format!("/changes/{change}/{verb}"), json!({})).await.ok();
                seen().await;
            }
        }
        let expected = ["CHG-1 submitted: normal", "CHG-1 assessed: normal"];
        let ivans = told(&cast.ivan).await;
        assert_eq!(ivans[..2], expected);
        assert_eq!(ivans[2..], ["CHG-2 submitted: emergency"], "its risk was recorded with that");
        let assessed = told_under(&cast.ivan, expected[1]).await;
        assert!(assessed.contains("Its risk is "), "{assessed}");
    });
}

#[test]
fn a_release_that_moves_on_tells_its_people_beside_its_moments() {
    on_both(async |stage| {
        let story = Story::by(&stage, []).await;
        story.commit(crate::notice::START, "2026-11-23T21:00:00Z").await;
        stage.follow(MovesReactor).await;
        let rosas = told(&story.cast.rosa).await;
        assert_eq!(rosas, ["REL-1 approved: Winter"], "rita approved what rosa handed in");
        let annas = told(&story.cast.anna).await;
        assert!(annas.iter().any(|subject| subject.starts_with("CHG-1 approved: ")), "{annas:?}");
        assert!(annas.iter().all(|subject| !subject.contains(" scheduled: ")), "{annas:?}");
        let inbox = story.cast.rosa.get("/inbox").await.ok();
        assert_eq!(inbox["items"][0]["record"]["number"], "REL-1");
        let shown = story.communication().await;
        let moments: Vec<&Json> = shown["notices"]
            .as_array()
            .expect("notices")
            .iter()
            .map(|notice| &notice["moment"])
            .collect();
        assert!(!moments.is_empty() && moments.iter().all(|moment| *moment == "moved_on"));
        let before = story.moment("before").await;
        assert_ne!(before["state"], "told", "it is no moment of the release");
        // What is old when it is seen is no news.
        stage.touch("DELETE FROM followers WHERE name = 'notices.moves'").await;
        story
            .cast
            .rosa
            .post(&format!("{}/hold", story.path), json!({"reason": "Wait."}))
            .await
            .ok();
        stage.clock.advance_minutes(24 * 60 + 1);
        stage.follow(MovesReactor).await;
        assert_eq!(told(&story.cast.rosa).await.len(), 1);
    });
}

#[test]
fn a_release_that_is_given_up_or_held_is_told_once_whether_or_not_it_was_announced() {
    let told_as = [("cancel", "cancelled"), ("hold", "moved")];
    for (verb, moment) in
        told_as.into_iter().flat_map(|(verb, as_one)| [(verb, None), (verb, Some(as_one))])
    {
        on_both(async |stage| {
            let story = Story::by(&stage, []).await;
            if moment.is_some() {
                announced(&story).await;
            }
            let reason = json!({"reason": "The supplier failed."});
            story.cast.rita.post(&format!("{}/{verb}", story.path), reason).await.ok();
            stage.follow(MovesReactor).await;
            story.written().await;
            let inbox = story.cast.rosa.get("/inbox").await.ok();
            let items = inbox["items"].as_array().expect("items").iter();
            let says = [" cancelled: ", " on hold: ", " has no date any more: "];
            let told = items.filter(|item| {
                let subject = item["subject"].as_str().expect("a subject");
                says.iter().any(|words| subject.contains(words))
            });
            let moments: Vec<&Json> = told.map(|item| &item["moment"]).collect();
            assert_eq!(moments, [moment.unwrap_or("moved_on")], "{verb}");
        });
    }
}

/// What was given up that a filter finds in the archive: of which record, what, and its id.
async fn given_up(reader: &Client<'_>, filter: &str) -> Vec<[String; 3]> {
    let page = reader.get(&format!("/notices?{filter}&dead=true")).await.ok();
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let items = page["items"].as_array().expect("items").iter();
    items.map(|item| [&item["record"]["number"], &item["moment"], &item["id"]].map(text)).collect()
}

#[test]
fn what_was_given_up_of_a_move_stands_at_its_record_and_is_sent_again_from_there() {
    on_both(async |stage| {
        let story = Story::by(&stage, [mail("mail.test", 587)]).await;
        let (rosa, admin) = (&story.cast.rosa, &story.admin);
        let mut written = Vec::new();
        let told = [
            ("rosa_release_manager", "release=REL-1", "REL-1"),
            ("anna_requester", "change=CHG-1", "CHG-1"),
        ];
        let address_of = |login: &str| format!("{login}@example.org");
        for (login, ..) in told {
            let email = json!({"email": address_of(login)});
            admin.patch(&format!("/people/{login}"), "*", email).await.ok();
            let refusal = Undelivered::Refused("no such mailbox".to_owned());
            story.receivers.next_ends(&address_of(login), [refusal]);
        }
        stage.follow(MovesReactor).await;
        story.sent().await;
        let shown = story.communication().await;
        assert_eq!((&shown["dead"], &shown["waiting"]), (&json!(1), &json!(0)));

        for (login, filter, number) in told {
            let found = given_up(rosa, filter).await;
            let [[record, moment, id]] = &found[..] else { panic!("{filter}: {found:?}") };
            assert_eq!((record.as_str(), moment.as_str()), (number, "moved_on"));
            let path = format!("/notices/{id}");
            let deliveries = rosa.get(&format!("{path}/deliveries?state=dead")).await.ok();
            let one = &deliveries["items"][0];
            assert_eq!(one["address"], address_of(login));
            assert!(one["reason"].as_str().expect("why").contains("no such mailbox"), "{one:#}");
            rosa.post(&format!("{path}/retry"), json!({})).await.ok();
            assert_eq!(who(&story.sent().await), [address_of(login)]);
            assert!(given_up(rosa, filter).await.is_empty());
            written.push(format!("notice:{id}"));
        }
        assert_eq!(story.communication().await["dead"], 0);
        let other = rosa.get("/notices?change=CHG-99").await;
        other.refused(422, "request.invalid");

        // The evidence of the release holds both.
        let eve = stage.person("eve", &["auditor"]).await;
        numbered(&stage).await;
        stage.follow(Tree).await;
        let pack = eve.text("/releases/REL-1/evidence").await;
        let pack: Json = serde_json::from_str(&pack).expect("a pack");
        for stream in written {
            assert_eq!(pack["streams"][&stream], 1, "{stream}");
        }
    });
}
