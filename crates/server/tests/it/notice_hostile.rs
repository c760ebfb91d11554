//! Texts that have broken other programs, all of them, on their way out: by a real mail server, to
//! a program and to chats over HTTP, and in a feed. None is a header, a command or markup, none
//! leads to another reader, and nothing of them is lost.

use std::collections::{BTreeMap, BTreeSet};

use interlock_server::notice::MovesReactor;
use serde_json::{Value as Json, json};

use crate::notice::{START, Story};
use crate::notice_arrivals::{ALL, channels, sent};
use crate::notice_feed::{made, read};
use crate::receivers::{Arrival, Arrived, Mails, hooks};
use crate::release::number;
use crate::support::{at, on_both};

const TITLE_MAX: usize = 200;
/// How long a text is at most that chats are told in full.
const TOLD_MAX: usize = 2_700;
/// How many notices stand in a feed.
const FEED_MAX: usize = 50;

/// Every element of a feed.
const ELEMENTS: [&str; 9] =
    ["author", "content", "entry", "feed", "id", "name", "published", "title", "updated"];

/// Every tag of a mail.
const TAGS: [&str; 15] = [
    "!doctype", "/a", "/body", "/h1", "/head", "/html", "/p", "a", "body", "br", "h1", "head",
    "html", "meta", "p",
];

/// Tells nothing but what is planned to be told.
const MOVED: &str = "version = 1\n[[texts]]\nsubject = \"New date, {{ start }}\"\n\
    body = \"{{ impact }}\"\n";

/// All that say something, several in a text of so many letters at most; a longer one stands alone.
fn packed(strings: &[String], between: char, most: usize) -> Vec<String> {
    let mut packs: Vec<String> = Vec::new();
    for text in strings.iter().filter(|text| !text.trim().is_empty()) {
        match packs.last_mut() {
            Some(pack) if pack.chars().count() + text.chars().count() < most => {
                pack.push(between);
                pack.push_str(text);
            }
            _ => packs.push(text.clone()),
        }
    }
    packs
}

/// What every form keeps of a text: what is not seen, and where lines end, is up to each.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// The same of a value that is a text.
fn letters_of(text: &Json) -> String {
    letters(text.as_str().expect("a text"))
}

/// What no document of XML may hold is marked.
fn held(text: &Json) -> String {
    let barred = ('\0'..=' ').filter(|letter| !"\t\n\r ".contains(*letter));
    let barred: Vec<char> = barred.chain(['\u{FFFE}', '\u{FFFF}']).collect();
    text.as_str().expect("a text").replace(&barred[..], "\u{FFFD}")
}

/// A mail says all of it in its text, and has no tag and no link in its page but our own.
fn check_mail(one: &Arrival, said: &str) {
    let parts: Vec<String> = serde_json::from_str(&one.body).expect("the parts of a mail");
    let (text, page) = (&parts[0], &parts[1]);
    assert!(letters(text).contains(said), "{one:#?}");
    let opened = page.split('<').skip(1);
    let tags: BTreeSet<&str> =
        opened.map(|rest| rest.split(['>', ' ']).next().unwrap_or_default()).collect();
    let ours: BTreeSet<&str> = TAGS.into();
    assert!(tags.is_subset(&ours), "{tags:?} in {page}");
    assert!(page.matches("<a ").count() <= 1, "{page}");
}

/// Every text that stands in a message.
fn texts_of(message: &Json) -> String {
    match message {
        Json::String(text) => format!("{text}\n"),
        Json::Array(all) => all.iter().map(texts_of).collect(),
        Json::Object(all) => all.values().map(texts_of).collect(),
        _ => String::new(),
    }
}

/// A program and a chat are told all of it, in a form of which nothing is read as markup.
fn check_message(one: &Arrival, said: &str) {
    let body: Json = serde_json::from_str(&one.body).expect("JSON");
    assert!(letters(&texts_of(&body)).contains(said), "{one:#?}");
    match one.to.as_str() {
        "/programs" => assert_eq!(letters_of(&body["data"]["text"]), said),
        "/ops" => {
            let line = body["text"].as_str().expect("a line");
            assert!(!line.contains(['<', '>']), "{line}");
            let blocks = body["blocks"].as_array().expect("blocks").iter();
            let kinds: BTreeSet<&str> =
                blocks.filter_map(|block| block["text"]["type"].as_str()).collect();
            assert_eq!(kinds, BTreeSet::from(["plain_text"]));
        }
        _ => assert_eq!(body["type"], "message"),
    }
}

#[test]
fn whatever_a_record_says_is_text_in_a_mail_and_in_a_feed() {
    let Some(strings) = crate::hostile::strings() else { return };
    on_both(async |stage| {
        let arrived = Arrived::default();
        let Some(mails) = Mails::start(&arrived) else { return };
        let [mail, ..] = channels(&mails, "http://127.0.0.1");
        let story = Story::by(&stage, [mail]).await;
        let (anna, ivan) = (&story.cast.anna, &story.cast.ivan);
        stage.follow(MovesReactor).await;
        let email = json!({"email": "ivan@example.org"});
        story.admin.patch("/people/ivan_implementer", "*", email).await.ok();
        let (_, address) = made(ivan, "Ivan").await;

        // What the reader is to be told: by its subject, which has the number of the change.
        let mut expected: BTreeMap<String, String> = BTreeMap::new();
        for packs in packed(&strings, ' ', TITLE_MAX).chunks(FEED_MAX) {
            stage.clock.advance_minutes(1);
            for pack in packs {
                let fits = pack.chars().count() <= TITLE_MAX;
                let title = if fits { pack.as_str() } else { "Long" };
                let fields = json!({"title": title, "type": "normal",
                    "implementer": "ivan_implementer"});
                let change = number(&anna.post("/changes", fields).await.ok());
                let reason = json!({"reason": pack});
                anna.post(&format!("/changes/{change}/cancel"), reason).await.ok();
            }
            stage.follow(MovesReactor).await;
            let inbox = ivan.get("/inbox?limit=50").await.ok();
            let items = inbox["items"].as_array().expect("items");
            assert_eq!(items.len(), FEED_MAX);
            let of_changes = items.iter().filter(|item| item["record"]["number"] != "CHG-1");
            let told =
                of_changes.map(|item| (letters_of(&item["subject"]), letters_of(&item["body"])));
            expected.extend(told);

            let feed = read(&stage, &address).await;
            let entries = feed["entries"].as_array().expect("entries").iter();
            let text = |text: &Json| text.as_str().expect("a text").to_owned();
            let in_feed: Vec<_> =
                entries.map(|entry| (text(&entry["title"]), text(&entry["content"]))).collect();
            let in_page: Vec<_> =
                items.iter().map(|item| (held(&item["subject"]), held(&item["body"]))).collect();
            assert_eq!(in_feed, in_page);
            assert_eq!(feed["elements"], json!(ELEMENTS));
            assert_eq!(feed["types"], json!(["", "text"]));
        }

        sent(&stage, &mails).await;
        let arrived = std::mem::take(&mut *arrived.lock().unwrap());
        for one in &arrived {
            assert_eq!(one.to, "ivan@example.org");
            assert!(one.headers.keys().eq(arrived[0].headers.keys()), "{one:#?}");
            let said = expected.remove(&letters(&one.subject()));
            check_mail(one, &said.unwrap_or_else(|| panic!("{one:#?}")));
        }
        assert_eq!(expected, BTreeMap::new(), "each is sent once");
    });
}

#[test]
fn whatever_is_planned_to_be_told_is_text_to_programs_chats_and_readers_of_mails() {
    let Some(strings) = crate::hostile::strings() else { return };
    on_both(async |stage| {
        let arrived = Arrived::default();
        let Some(mails) = Mails::start(&arrived) else { return };
        let web = hooks(&arrived);
        let story = Story::by(&stage, channels(&mails, &web)).await;
        let rosa = &story.cast.rosa;
        let mut files = rosa.get("/policy").await.ok()["files"].clone();
        files["notices/moved.toml"] = json!(MOVED);
        rosa.put("/policy", "0", json!({"files": files, "note": "All of it"})).await.ok();
        story.commit(START, "2026-11-23T21:00:00Z").await;
        stage.clock.set(at("2026-11-22T20:00:00Z"));
        story.written().await;
        sent(&stage, &mails).await;
        arrived.lock().unwrap().clear();

        for (past, pack) in packed(&strings, '\n', TOLD_MAX).iter().enumerate() {
            let plan = json!({"impact": pack});
            rosa.patch(&format!("{}/communication", story.path), "*", plan).await.ok();
            let day = 1 + past;
            let start = format!("2026-12-{day:02}T20:00:00Z");
            story.commit(&start, &format!("2026-12-{day:02}T21:00:00Z")).await;
            story.written().await;
            sent(&stage, &mails).await;
            let told = std::mem::take(&mut *arrived.lock().unwrap());
            let reached: BTreeSet<&str> = told.iter().map(|one| one.to.as_str()).collect();
            assert_eq!(reached, ALL.into());
            assert_eq!(told.len(), ALL.len(), "each once: {told:#?}");
            let said = letters(pack);
            for one in &told {
                let check = if one.to.contains('@') { check_mail } else { check_message };
                check(one, &said);
            }
        }
    });
}
