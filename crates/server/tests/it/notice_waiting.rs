//! Who waits for work is told by a notice once it succeeded, exactly once, and the link says so;
//! whom nothing reaches stays on the link with why, until that is mended or ticked off by hand.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use connectors::Post;
use interlock_server::notice::{Sender, WaitingReactor, Way};
use ports::Undelivered;
use serde_json::{Value as Json, json};

use crate::notice::{Story, drained, mail, who};
use crate::receivers::{Arrived, Mails};
use crate::release::{approved, window};
use crate::support::{Client, Stage, at, on_both};

const CUSTOMER: &str = "customer@example.org";

/// A change of its own that is being carried out.
async fn under_way(story: &Story<'_>, hour: u32) -> String {
    let path = format!("/changes/{}", approved(&story.cast, "Ledger", "web-01", 5).await);
    let at_minute = |minute: u32| format!("2026-11-22T{hour}:{minute:02}:00Z");
    let slot = json!({"window": window(&at_minute(0), &at_minute(50))});
    story.cast.anna.post(&format!("{path}/schedule"), slot).await.ok();
    story.stage.clock.set(at(&at_minute(1)));
    story.cast.ivan.post(&format!("{path}/start"), json!({})).await.ok();
    path
}

/// Ends it.
async fn complete(story: &Story<'_>, path: &str, outcome: &str) {
    let body = json!({"outcome": outcome, "note": "As it went."});
    story.cast.ivan.post(&format!("{path}/complete"), body).await.ok();
}

fn waits(kind: &str, target: &str, tell: &str) -> Json {
    json!({"kind": kind, "target": target, "tell": tell})
}

async fn link(client: &Client<'_>, path: &str, links: &[Json]) {
    client.put(&format!("{path}/links"), "*", json!({"links": links})).await.ok();
}

/// How each link stands: what it is about, whether it is done, whom was told, and why not.
async fn stand(client: &Client<'_>, path: &str) -> Vec<(String, bool, String, String)> {
    let record = client.get(path).await.ok();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let links = record["links"].as_array().expect("links").iter();
    links
        .map(|link| {
            let done = link["done"] == true;
            (
                text(&link["target"]),
                done,
                text(&link["told"]["whom"]),
                text(&link["untold"]["reason"]),
            )
        })
        .collect()
}

fn done(target: &str, whom: &str) -> (String, bool, String, String) {
    (target.to_owned(), true, whom.to_owned(), String::new())
}

fn open(target: &str, why: &str) -> (String, bool, String, String) {
    (target.to_owned(), false, String::new(), why.to_owned())
}

/// Looks at what is done, as a server does it that knows where it was, then as one that does not.
async fn looked_at(stage: &Stage) {
    stage.follow(WaitingReactor).await;
    stage.touch("DELETE FROM followers WHERE name = 'notices.waiting'").await;
    stage.follow(WaitingReactor).await;
}

/// What someone reads in the page of work that is done, the latest first.
async fn in_page(reader: &Client<'_>) -> Vec<String> {
    let inbox = reader.get("/inbox").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    let done = items.filter(|item| item["moment"] == "work_done");
    done.map(|item| item["subject"].as_str().expect("a subject").to_owned()).collect()
}

#[test]
fn who_waits_for_a_change_is_told_by_the_channels_they_have_once_it_succeeded() {
    on_both(async |stage| {
        let arrived = Arrived::default();
        let Some(mails) = Mails::start(&arrived) else { return };
        let server = json!({"name": "Mail", "kind": "email", "host": "127.0.0.1",
            "port": mails.port, "security": "none", "from": "changes@example.org"});
        let story = Story::by(&stage, [server]).await;
        let (anna, admin) = (&story.cast.anna, &story.admin);
        let olga = stage.account("olga_owner", &["requester"]).await;
        admin.patch("/people/olga_owner", "*", json!({"email": "olga@example.org"})).await.ok();
        let sent = async || {
            stage.touch("DELETE FROM settings WHERE name = 'notices.sender'").await;
            let address = Some("https://interlock.test".to_owned());
            let way = Way { web: None, mailer: Some(Arc::new(Post::new())), address };
            drop(drained(Sender::new(&stage.bus, way, Arc::new(AtomicBool::new(false)))).await);
            mails.caught_up();
            let arrived = std::mem::take(&mut *arrived.lock().unwrap());
            let mut told: Vec<(String, String)> =
                arrived.iter().map(|mail| (mail.to.clone(), mail.subject())).collect();
            told.sort();
            told
        };

        // What failed tells nobody.
        let failed = under_way(&story, 10).await;
        link(anna, &failed, &[waits("request", "SR-0", "olga_owner")]).await;
        complete(&story, &failed, "failed_backed_out").await;
        looked_at(&stage).await;
        assert_eq!(stand(anna, &failed).await, [open("SR-0", "")]);

        let change = under_way(&story, 12).await;
        let unknown = waits("problem", "PRB-3", "Olga");
        let by_hand = json!({"kind": "problem", "target": "PRB-4", "url": "https://x.test/4"});
        let links = [
            waits("request", "SR-1", "Olga_Owner"),
            waits("request", "SR:2", CUSTOMER),
            unknown,
            by_hand.clone(),
        ];
        link(anna, &change, &links).await;
        looked_at(&stage).await;
        assert_eq!(sent().await, [], "it is not done yet");
        complete(&story, &change, "successful_with_issues").await;
        looked_at(&stage).await;
        let nobody = "Olga is neither a login here nor an e-mail address: name one, or tell them \
            and tick it off";
        let olgas = done("SR-1", "olga_owner Example");
        let expected = [olgas.clone(), open("SR:2", ""), open("PRB-3", nobody), open("PRB-4", "")];
        assert_eq!(stand(anna, &change).await, expected, "a mail is told when it was taken");
        let number = change.rsplit('/').next().unwrap();
        let subject = |of: &str| format!("{number} delivered, and with it {of}: Ledger");
        let both = [
            (CUSTOMER.to_owned(), subject("request SR:2")),
            ("olga@example.org".to_owned(), subject("request SR-1")),
        ];
        assert_eq!(sent().await, both);
        let customers = done("SR:2", CUSTOMER);
        let expected = [olgas.clone(), customers.clone(), open("PRB-3", nobody), open("PRB-4", "")];
        assert_eq!(stand(anna, &change).await, expected);
        let olga = stage.sign_in(olga, "session-of-olga").await;
        assert_eq!(in_page(&olga).await, [subject("request SR-1")]);
        let at = anna.get(&change).await.ok()["links"][0]["told"]["at"].clone();
        assert_eq!(at, stage.now().to_string());

        // It stands in the history, by the system; told again it is not, whoever looks.
        let history = anna.get(&format!("/audit/events?subject={number}")).await.ok();
        let words: Vec<String> = history["items"]
            .as_array()
            .expect("events")
            .iter()
            .take(3)
            .map(|event| {
                format!("{}: {}", event["who"].as_str().unwrap(), event["what"].as_str().unwrap())
            })
            .collect();
        let expected = [
            format!("Interlock: told {CUSTOMER} that the work for request SR:2 is done"),
            format!(
                "Interlock: could not tell Olga that the work for problem PRB-3 is done: {nobody}"
            ),
            "Interlock: told olga_owner Example that the work for request SR-1 is done".to_owned(),
        ];
        assert_eq!(words, expected);
        looked_at(&stage).await;
        assert_eq!(sent().await, []);

        // Naming someone who can be told mends it; what was told stays told.
        let shown = anna.get(&change).await.ok()["links"].clone();
        let mut links = shown.as_array().expect("links").clone();
        links[2] = waits("problem", "PRB-3", "ivan_implementer");
        link(anna, &change, &links).await;
        looked_at(&stage).await;
        let expected =
            [olgas, customers, done("PRB-3", "ivan_implementer Example"), open("PRB-4", "")];
        assert_eq!(stand(anna, &change).await, expected);
        assert_eq!(in_page(&story.cast.ivan).await, [subject("the fix of problem PRB-3")]);
        assert_eq!(sent().await, [], "he has no address");
    });
}

#[test]
fn whom_no_mail_reaches_stays_on_the_link_with_why_until_it_is_sent_again() {
    on_both(async |stage| {
        let story = Story::by(&stage, []).await;
        let anna = &story.cast.anna;
        let change = under_way(&story, 12).await;
        link(anna, &change, &[waits("request", "SR-2", CUSTOMER)]).await;
        complete(&story, &change, "successful").await;
        looked_at(&stage).await;
        let without = "there was no mail server to send it by: set up a channel of kind email and \
            send it again";
        assert_eq!(stand(anna, &change).await, [open("SR-2", without)]);
        let archive = change.replace("/changes/", "/notices?dead=true&change=");
        let listed = story.cast.sara.get(&archive).await.ok();
        assert_eq!(listed["items"][0]["moment"], "work_done");
        // Taken away and added again it says so still.
        link(anna, &change, &[]).await;
        link(anna, &change, &[waits("request", "SR-2", CUSTOMER)]).await;
        looked_at(&stage).await;
        assert_eq!(stand(anna, &change).await, [open("SR-2", without)]);

        story.admin.post("/channels", mail("mail.test", 587)).await.ok();
        let untold = anna.get(&change).await.ok()["links"][0]["untold"].clone();
        let retry = format!("/notices/{}/retry", untold["notice"].as_str().expect("an id"));
        let refusal = Undelivered::Refused("no such mailbox".to_owned());
        story.receivers.next_ends(CUSTOMER, [refusal]);
        story.cast.sara.post(&retry, json!({})).await.ok();
        assert_eq!(story.sent().await, []);
        let stands = stand(anna, &change).await;
        assert!(!stands[0].1 && stands[0].3.contains("no such mailbox"), "{stands:?}");

        story.cast.sara.post(&retry, json!({})).await.ok();
        assert_eq!(who(&story.sent().await), [CUSTOMER]);
        assert_eq!(stand(anna, &change).await, [done("SR-2", CUSTOMER)]);
        looked_at(&stage).await;
        assert_eq!(story.sent().await, []);
    });
}

#[test]
fn of_work_done_long_ago_only_those_are_told_who_are_named_now() {
    on_both(async |stage| {
        let story = Story::by(&stage, []).await;
        let (anna, sara) = (&story.cast.anna, &story.cast.sara);
        let change = under_way(&story, 12).await;
        let of = |target: &str| waits("request", target, "sara_service_owner");
        let mut links = vec![of("SR-1"), of("SR-2"), of("SR-3")];
        link(anna, &change, &links).await;
        complete(&story, &change, "successful").await;
        stage.clock.set(at("2026-11-26T12:00:00Z"));
        looked_at(&stage).await;

        // She was told by phone: the first that is ticked off has the others mailed to nobody.
        links[0]["done"] = json!(true);
        link(anna, &change, &links).await;
        looked_at(&stage).await;
        let by_hand = [done("SR-1", ""), open("SR-2", ""), open("SR-3", "")];
        assert_eq!(stand(anna, &change).await, by_hand);
        assert_eq!(in_page(sara).await, [""; 0]);

        links.push(of("SR-4"));
        link(anna, &change, &links).await;
        looked_at(&stage).await;
        let told = done("SR-4", "sara_service_owner Example");
        assert_eq!(stand(anna, &change).await, [&by_hand[..], &[told]].concat());
        let number = change.rsplit('/').next().unwrap();
        let subject = format!("{number} delivered, and with it request SR-4: Ledger");
        assert_eq!(in_page(sara).await, [subject]);
    });
}

#[test]
fn work_in_a_release_is_told_when_that_closes_as_a_success_and_not_where_it_is_taken_back() {
    for is_good in [true, false] {
        on_both(async |stage| {
            let story = Story::by(&stage, []).await;
            let (anna, rosa) = (&story.cast.anna, &story.cast.rosa);
            let path = &story.path;
            story.commit(crate::notice::START, "2026-11-23T21:00:00Z").await;
            let record = rosa.get(path).await.ok();
            let change = format!("/changes/{}", record["changes"][0]["number"].as_str().unwrap());
            link(anna, &change, &[waits("problem", "PRB-1", "sara_service_owner")]).await;
            link(rosa, path, &[waits("request", "SR-1", "sara_service_owner")]).await;
            stage.clock.set(at("2026-11-23T20:01:00Z"));
            story.begin().await;
            story.install().await;
            let outcome = if is_good {
                story.verify().await;
                "successful"
            } else {
                story.take_back().await;
                "rolled_back"
            };
            looked_at(&stage).await;
            assert_eq!(in_page(&story.cast.sara).await, [""; 0], "it may be taken back still");
            let review = json!({"went_well": "a", "went_wrong": "b", "root_cause": "c",
                "complete": true});
            rosa.put(&format!("{path}/review"), "*", review).await.ok();
            rosa.post(&format!("{path}/close"), json!({"outcome": outcome})).await.ok();
            looked_at(&stage).await;
            let mut told = in_page(&story.cast.sara).await;
            told.sort();
            let stands = [stand(anna, &change).await, stand(rosa, path).await].concat();
            if is_good {
                let expected = [
                    "CHG-1 delivered, and with it the fix of problem PRB-1: App",
                    "REL-1 delivered, and with it request SR-1: Winter",
                ];
                assert_eq!(told, expected);
                let sara = "sara_service_owner Example";
                assert_eq!(stands, [done("PRB-1", sara), done("SR-1", sara)]);
            } else {
                assert_eq!(told, [""; 0]);
                assert_eq!(stands, [open("PRB-1", ""), open("SR-1", "")]);
            }
        });
    }
}
