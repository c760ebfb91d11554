//! What moves, as it is streamed: to whom, from where, and when a line is cut.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use interlock_server::live::QUEUE_MAX;
use interlock_server::read::wait;
use ports::Query;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

/// The longest that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(10);

/// A page that listens.
struct Page {
    stream: BodyDataStream,
    text: String,
}

/// An event: its name, its id, its data.
type Event = (String, String, String);

impl Page {
    async fn open(client: &Client<'_>, path: &str, last: Option<&str>) -> Self {
        let response = client.listen(path, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; nothing when the line ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.strip_prefix(name));
                    lines.collect::<Vec<_>>().join("\n").trim_start_matches(": ").to_owned()
                };
                let event = (field("event"), field("id"), field("data"));
                let rest = rest.to_owned();
                self.text = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.stream.next()).await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    async fn moved(&mut self) -> Json {
        let (name, id, data) = self.next().await.expect("an event");
        assert_eq!(name, "moved");
        let moved: Json = serde_json::from_str(&data).unwrap();
        assert_eq!(moved["position"].to_string(), id);
        moved
    }

    async fn hello(&mut self) -> String {
        let (name, id, _) = self.next().await.expect("an event");
        assert_eq!(name, "hello");
        id
    }
}

/// Lets the follower tell what the log gained.
async fn tell(stage: &Stage) {
    let (bus, live) = (stage.bus.clone(), Arc::clone(&stage.live));
    let unnumbered = |db: &mut dyn Query| {
        let row = db.query_one("SELECT COUNT(*) FROM unnumbered", &[])?;
        row.map_or(Ok(0), |row| row.int(0))
    };
    let told = tokio::task::spawn_blocking(move || {
        // PostgreSQL numbers what was committed a moment later.
        while live.step(&bus).unwrap() || wait(&*bus.world().store, unnumbered).unwrap() > 0 {}
    });
    told.await.unwrap();
}

async fn raise(client: &Client<'_>, title: &str) -> String {
    let raised = client.post("/changes", json!({"title": title, "type": "normal"})).await.ok();
    raised["number"].as_str().expect("a number").to_owned()
}

#[test]
fn a_page_is_told_what_moves_and_nothing_that_it_says() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let bert = stage.person("bert_requester", &["requester"]).await;
        tell(&stage).await;
        let mut page = Page::open(&bert, "/events", None).await;
        let begin: i64 = page.hello().await.parse().unwrap();
        let change = raise(&anna, "Secret plan").await;
        tell(&stage).await;
        let moved = page.moved().await;
        assert_eq!((&moved["kind"], &moved["number"]), (&json!("change"), &json!(change)));
        assert_eq!((&moved["name"], &moved["version"]), (&json!("change.raised.v1"), &json!(1)));
        assert!(moved["position"].as_i64() > Some(begin));
        let fields: Vec<&String> = moved.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["id", "kind", "name", "number", "position", "version"]);

        // What is refused is evidence, and no news.
        anna.post(&format!("/changes/{change}/start"), json!({})).await;
        raise(&anna, "Another").await;
        tell(&stage).await;
        assert_eq!(page.moved().await["name"], "change.raised.v1");
        assert_eq!(stage.stranger().listen("/events", None).await.status(), 401);
    });
}

#[test]
fn a_page_that_comes_back_is_told_what_it_missed() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        tell(&stage).await;
        let mut page = Page::open(&anna, "/events", None).await;
        let begin = page.hello().await;
        let mut numbers = Vec::new();
        for title in ["One", "Two", "Three"] {
            numbers.push(raise(&anna, title).await);
        }
        tell(&stage).await;
        page.moved().await;
        drop(page);

        // By the header that browsers send, or by the address.
        for (path, last) in
            [("/events".to_owned(), Some(begin.as_str())), (format!("/events?after={begin}"), None)]
        {
            let mut page = Page::open(&anna, &path, last).await;
            assert_eq!(page.hello().await, begin);
            for number in &numbers {
                assert_eq!(&page.moved().await["number"], number);
            }
            raise(&anna, "New").await;
            tell(&stage).await;
            numbers.push(page.moved().await["number"].as_str().expect("a number").to_owned());
        }

        // Filtered by kind and by record.
        let wanted = numbers[1].to_lowercase();
        let path = format!("/events?after={begin}&kind=change,release&subject={wanted}");
        let mut page = Page::open(&anna, &path, None).await;
        page.hello().await;
        assert_eq!(page.moved().await["number"], numbers[1]);
        raise(&anna, "Unasked").await;
        let record = anna.get(&format!("/changes/{wanted}")).await.ok();
        let version = record["version"].to_string();
        let path = format!("/changes/{wanted}");
        anna.patch(&path, &version, json!({"title": "Two, edited"})).await.ok();
        tell(&stage).await;
        assert_eq!(page.moved().await["name"], "change.edited.v1");

        // A place that the log never had, or that is too far back: everything is read anew.
        let mut page = Page::open(&anna, "/events?after=999999", None).await;
        page.hello().await;
        assert_eq!(page.next().await.expect("an event").0, "reset");
        anna.get("/events?after=soon").await.refused(422, "request.invalid");
    });
}

#[test]
fn a_line_ends_for_those_who_leave_and_for_those_who_read_too_slowly() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let bert = stage.person("bert_requester", &["requester"]).await;
        tell(&stage).await;
        let mut leaving = Page::open(&bert, "/events", None).await;
        let mut staying = Page::open(&anna, "/events", None).await;
        leaving.hello().await;
        staying.hello().await;
        bert.delete("/session", "*").await.ok();
        tell(&stage).await;
        assert_eq!(leaving.next().await, None, "who signed out hears nothing more");

        // More arrives at once than waits for a slow reader: it is cut off, and resumes.
        for _ in 0..QUEUE_MAX + 100 {
            raise(&anna, "Many").await;
        }
        tell(&stage).await;
        let mut last = 0;
        while let Some((_, id, _)) = staying.next().await {
            last = id.parse().unwrap();
        }
        let mut again = Page::open(&anna, "/events", Some(&last.to_string())).await;
        again.hello().await;
        assert_eq!(again.moved().await["position"], json!(last + 1));

        // Who must prove anew who they are hears nothing meanwhile.
        let carl = stage.person("carl_requester", &["requester"]).await;
        let fields = json!({"name": "Watcher", "scopes": ["read"],
            "expires_at": "2026-11-22T08:00:00Z"});
        let token = carl.post("/tokens", fields).await.ok();
        let program = stage.program(token["secret"].as_str().expect("a secret"));
        tell(&stage).await;
        let mut session = Page::open(&carl, "/events", None).await;
        let mut token = Page::open(&program, "/events", None).await;
        session.hello().await;
        token.hello().await;
        let anew = async |hours: i64, login: &str| {
            stage.clock.set(stage.now().plus_minutes(hours * 60));
            raise(&stage.person(login, &["requester"]).await, "Later").await;
            tell(&stage).await;
        };
        anew(13, "dora_requester").await;
        assert_eq!(session.next().await, None, "the session ended");
        loop {
            let (name, _, data) = token.next().await.expect("the token has not ended");
            if name == "moved" && data.contains("change.raised.v1") {
                break;
            }
        }
        anew(12, "emma_requester").await;
        assert_eq!(token.next().await, None, "the token ended");

        stage.live.close();
        let fred = stage.person("fred_requester", &["requester"]).await;
        let refused = fred.get("/events").await;
        refused.refused(503, "live.too_many");
    });
}
