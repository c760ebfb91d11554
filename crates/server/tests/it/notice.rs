//! What is told of a release under a moved clock, on both engines: whom, when, once and in order;
//! corrections to exactly those who were told; and what becomes of what cannot be delivered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use interlock_server::notice::{ATTEMPTS_MAX, NoticeReactor, Sender, Way};
use ports::{
    Fault, HttpClient, HttpRequest, HttpResponse, Mail, MailConnection, MailServer, Mailer,
    Undelivered,
};
use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, vote, window};
use crate::support::{Client, Stage, at, on_both};

/// One message that arrived somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// An address, or where a request went.
    pub(crate) to: String,
    /// The same each time that one delivery is sent.
    pub(crate) id: String,
    /// What it tells.
    pub(crate) subject: String,
}

/// Those who are written to.
#[derive(Default)]
pub(crate) struct Receivers {
    arrived: Mutex<Vec<Arrived>>,
    /// How the next messages to an address end; others are taken.
    ends: Mutex<BTreeMap<String, VecDeque<Undelivered>>>,
    /// A message that is held up on its way.
    held: Mutex<Option<Held>>,
    /// Whether the mail server is away.
    pub(crate) is_away: AtomicBool,
    /// How often it was called.
    pub(crate) calls: AtomicUsize,
}

/// Who is held up: that is said, and it goes on when told to.
struct Held {
    to: String,
    says: mpsc::Sender<()>,
    goes_on: mpsc::Receiver<()>,
}

impl Receivers {
    /// Whether it is taken; what is unknown has arrived all the same.
    fn end(&self, arrived: Arrived) -> Result<(), Undelivered> {
        let held = self.held.lock().unwrap().take_if(|held| held.to == arrived.to);
        if let Some(held) = held {
            held.says.send(()).unwrap();
            held.goes_on.recv().unwrap();
        }
        let mut ends = self.ends.lock().unwrap();
        let end = ends.get_mut(&arrived.to).and_then(VecDeque::pop_front);
        if matches!(end, None | Some(Undelivered::Unknown(_))) {
            self.arrived.lock().unwrap().push(arrived);
        }
        end.map_or(Ok(()), Err)
    }

    pub(crate) fn next_ends(&self, to: &str, ends: impl IntoIterator<Item = Undelivered>) {
        self.ends.lock().unwrap().insert(to.to_owned(), ends.into_iter().collect());
    }

    /// Holds the next message to an address up; answers what says that it came so far, and what
    /// lets it go on.
    pub(crate) fn hold(&self, to: &str) -> (mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((says, said), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel());
        *self.held.lock().unwrap() = Some(Held { to: to.to_owned(), says, goes_on });
        (said, go_on)
    }

    /// What arrived since it was last asked.
    pub(crate) fn taken(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }
}

/// What leads to the receivers.
pub(crate) struct Line(pub(crate) Arc<Receivers>);

impl Mailer for Line {
    fn open(&self, server: &MailServer) -> Result<Box<dyn MailConnection>, Undelivered> {
        assert_eq!(server.login, Some(("interlock".to_owned(), "a mail secret".to_owned())));
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        if self.0.is_away.load(Ordering::SeqCst) {
            return Err(Undelivered::Nobody("it is away".to_owned()));
        }
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }
}

impl MailConnection for Line {
    fn send(&mut self, mail: &Mail) -> Result<(), Undelivered> {
        let (to, id, subject) = (mail.to.clone(), mail.message_id.clone(), mail.subject.clone());
        self.0.end(Arrived { to, id, subject })
    }
}

impl HttpClient for Line {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let body: Json = serde_json::from_slice(&request.body).expect("JSON");
        let header = |name: &str| {
            let found = request.headers.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let subject = [&body["data"]["subject"], &body["text"]]
            .into_iter()
            .find_map(Json::as_str)
            .unwrap_or_default()
            .to_owned();
        let arrived = Arrived { to: request.url.clone(), id: header("webhook-id"), subject };
        let status = match self.0.end(arrived) {
            Ok(()) => 204,
            Err(Undelivered::Refused(_)) => 410,
            Err(Undelivered::Later(_) | Undelivered::Nobody(_)) => 500,
            Err(Undelivered::Unknown(why)) => {
                return Err(Fault::transient("calling over HTTP", std::io::Error::other(why)));
            }
        };
        Ok(HttpResponse { status, headers: Vec::new(), body: Vec::new() })
    }
}

/// A mail server as a channel.
pub(crate) fn mail(host: &str, port: u16) -> Json {
    json!({"name": "Mail", "kind": "email", "host": host, "port": port,
        "from": "changes@example.org", "user": "interlock", "password": "a mail secret"})
}

/// A program as a channel.
pub(crate) fn hook(url: &str) -> Json {
    json!({"name": "Hook", "kind": "webhook", "url": url, "secret": "whsec_c2VjcmV0",
        "audience": "partners", "services": ["Payments"]})
}

/// A release on its way, with those who are told of it.
pub(crate) struct Story<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) cast: Cast<'a>,
    pub(crate) admin: Client<'a>,
    pub(crate) receivers: Arc<Receivers>,
    pub(crate) path: String,
}

pub(crate) const HOOK: &str = "https://hook.example/interlock?key=a-url-secret";
pub(crate) const OPS: &str = "https://hooks.slack.test/services/a-slack-secret";
pub(crate) const START: &str = "2026-11-23T20:00:00Z";

impl<'a> Story<'a> {
    pub(crate) async fn of(stage: &'a Stage) -> Self {
        let channels = [
            mail("mail.test", 587),
            hook(HOOK),
            json!({"name": "Ops", "kind": "slack", "url": OPS, "audience": "operations"}),
            json!({"name": "Others", "kind": "teams", "url": "https://teams.test/others",
                "services": ["Elsewhere"]}),
            json!({"name": "Silent", "kind": "teams", "url": "https://teams.test/off",
                "off": true}),
        ];
        Self::by(stage, channels).await
    }

    /// One of which is told by these channels.
    pub(crate) async fn by(stage: &'a Stage, channels: impl IntoIterator<Item = Json>) -> Self {
        let cast = cast(stage).await;
        let admin = stage.person("max_administrator", &["administrator", "service_owner"]).await;
        admin.post("/services", json!({"name": "Elsewhere"})).await.ok();
        for channel in channels {
            admin.post("/channels", channel).await.ok();
        }
        for group in [
            json!({"name": "Shops", "audience": "customers", "zone": "Asia/Tokyo",
                "services": ["Payments"], "people": ["anna_requester"],
                "addresses": ["Eve@example.org", "bob@example.org"]}),
            json!({"name": "Desk", "audience": "support", "services": ["Payments"],
                "addresses": ["bob@example.org"]}),
            json!({"name": "Strangers", "audience": "customers", "services": ["Elsewhere"],
                "addresses": ["mallory@example.org"]}),
        ] {
            cast.sara.post("/user-groups", group).await.ok();
        }
        stage.stay_signed_in().await;
        let path = String::new();
        let mut story = Self { stage, cast, admin, receivers: Arc::default(), path };
        story.plan("Winter", START, "2026-11-23T21:00:00Z").await;
        story
    }

    /// Goes on with another release, which has a part and is submitted.
    pub(crate) async fn plan(&mut self, title: &str, start: &str, end: &str) {
        let cast = &self.cast;
        let fields = json!({"title": title, "type": "minor", "owner": "rosa_release_manager",
            "description": "A new ledger.", "window": window(start, end)});
        let release = number(&cast.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{release}");
        let change = approved(cast, "App", "pay-app", 10).await;
        cast.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        cast.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        vote(&cast.rita, &path, "approve", "").await.ok();
        self.path = path;
    }

    /// Commits a window, with the votes that it asks for anew.
    pub(crate) async fn commit(&self, start: &str, end: &str) {
        let schedule = format!("{}/schedule", self.path);
        let body = json!({"window": window(start, end)});
        self.cast.rosa.post(&schedule, body.clone()).await;
        let record = self.cast.rosa.get(&self.path).await.ok();
        if record["approved"] != true {
            vote(&self.cast.rita, &self.path, "approve", "").await.ok();
        }
        if record["scheduled"] != true || record["window"]["start"] != start {
            self.cast.rosa.post(&schedule, body).await.ok();
        }
        let record = self.cast.rosa.get(&self.path).await.ok();
        assert_eq!(
            (&record["scheduled"], &record["window"]["start"]),
            (&json!(true), &json!(start))
        );
    }

    pub(crate) fn sender(&self) -> Sender {
        let line: Arc<Line> = Arc::new(Line(Arc::clone(&self.receivers)));
        let way = Way {
            web: Some(line.clone()),
            mailer: Some(line),
            address: Some("https://interlock.test".to_owned()),
        };
        Sender::new(&self.stage.bus, way, Arc::new(AtomicBool::new(false)))
    }

    /// Lets everything that is due be told, and answers what arrived, in order of arrival.
    pub(crate) async fn told(&self) -> Vec<Arrived> {
        self.written().await;
        self.sent().await
    }

    /// Sends what waits, by a server that takes over from the one before without waiting.
    pub(crate) async fn sent(&self) -> Vec<Arrived> {
        self.stage.touch("DELETE FROM settings WHERE name = 'notices.sender'").await;
        drained(self.sender()).await;
        self.receivers.taken()
    }

    /// Writes down what is due, and sends nothing.
    pub(crate) async fn written(&self) {
        self.stage.follow(NoticeReactor).await;
        self.stage.fire().await;
    }

    pub(crate) async fn begin(&self) {
        let record = self.cast.rosa.get(&self.path).await.ok();
        for task in record["tasks"].as_array().expect("tasks") {
            let task = format!("{}/tasks/{}", self.path, task["number"]);
            self.cast.rosa.patch(&task, "*", json!({"done": true})).await.ok();
        }
        self.cast.ivan.post(&format!("{}/deploy", self.path), json!({})).await.ok();
    }

    /// Does its one step.
    pub(crate) async fn install(&self) {
        let record = self.cast.rosa.get(&self.path).await.ok();
        let change = record["changes"][0]["number"].as_str().expect("a change").to_owned();
        let step = format!("{}/deployment/steps/{change}", self.path);
        self.cast.ivan.post(&step, json!({"result": "done"})).await.ok();
    }

    /// Looks at what was done, and finds it good.
    pub(crate) async fn verify(&self) {
        for body in [json!({}), json!({"passed": true, "note": "Looked at."})] {
            self.cast.ivan.post(&format!("{}/verify", self.path), body).await.ok();
        }
    }

    /// Takes it back step by step.
    pub(crate) async fn take_back(&self) {
        let rollback = format!("{}/rollback", self.path);
        self.cast.rosa.post(&rollback, json!({"reason": "Errors."})).await.ok();
        let record = self.cast.rosa.get(&self.path).await.ok();
        for step in record["deployment"]["rollback"]["steps"].as_array().expect("steps") {
            let step = format!("{rollback}/steps/{}", number(&step["change"]));
            self.cast.ivan.post(&step, json!({"result": "done"})).await.ok();
        }
    }

    pub(crate) async fn communication(&self) -> Json {
        self.cast.rosa.get(&format!("{}/communication", self.path)).await.ok()
    }

    /// The state of a moment.
    pub(crate) async fn moment(&self, moment: &str) -> Json {
        let shown = self.communication().await;
        let mut moments = shown["moments"].as_array().expect("moments").iter();
        moments.find(|one| one["moment"] == moment).expect("it is there").clone()
    }
}

/// Sends what waits, until nothing is sent any more.
pub(crate) async fn drained(mut sender: Sender) -> Sender {
    let sent = tokio::task::spawn_blocking(move || {
        while sender.turn().unwrap() > 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        sender
    });
    sent.await.unwrap()
}

/// Who was reached, each as often as that was so.
pub(crate) fn who(arrived: &[Arrived]) -> Vec<&str> {
    let mut who: Vec<&str> = arrived.iter().map(|one| one.to.as_str()).collect();
    who.sort_unstable();
    who
}

pub(crate) const ALL: [&str; 4] = ["bob@example.org", "eve@example.org", HOOK, OPS];

#[test]
fn corrections_reach_exactly_those_who_were_told() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.commit(START, "2026-11-23T21:00:00Z").await;
        assert_eq!(story.told().await, [], "a day before is not yet");
        let before = story.moment("before").await;
        assert_eq!(
            (&before["state"], &before["due_at"]),
            (&json!("waits"), &json!("2026-11-22T20:00:00Z"))
        );
        let shown = story.communication().await;
        assert_eq!(shown["services"][0]["name"], "Payments");
        let counts = json!([{"audience": "team", "people": 1}, {"audience": "support", "people": 1},
            {"audience": "customers", "people": 2}]);
        assert_eq!(shown["audience"], counts, "{shown:#}");

        stage.clock.set(at("2026-11-22T19:59:59Z"));
        assert_eq!(story.told().await, []);
        stage.clock.set(at("2026-11-22T20:00:00Z"));
        let first = story.told().await;
        assert_eq!(who(&first), ALL);
        let of = |to: &str| first.iter().find(|one| one.to == to).expect("told").subject.clone();
        let eve = of("eve@example.org");
        assert!(eve.contains("Tue 24 Nov 2026, 05:00 (Asia/Tokyo, UTC+09:00)"), "{eve}");
        let bob = of("bob@example.org");
        assert!(bob.starts_with("REL-1 on ") && bob.contains("UTC"), "support's words: {bob}");
        assert_eq!(story.told().await, [], "once");

        // Whoever comes later was promised nothing.
        let late = json!({"name": "Late", "services": ["Payments"],
            "addresses": ["zoe@example.org"]});
        story.cast.sara.post("/user-groups", late).await.ok();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        for (start, end) in [
            ("2026-11-25T20:00:00Z", "2026-11-25T21:00:00Z"),
            ("2026-11-26T20:00:00Z", "2026-11-26T21:00:00Z"),
        ] {
            story.commit(start, end).await;
            let moved = story.told().await;
            assert_eq!(who(&moved), ALL, "{start}");
            assert_eq!(story.told().await, []);
            ids.extend(moved.into_iter().filter(|one| one.to.contains('@')).map(|one| one.id));
        }
        let reason = json!({"reason": "The supplier failed."});
        story.cast.rosa.post(&format!("{}/cancel", story.path), reason).await.ok();
        let cancelled = story.told().await;
        assert_eq!(who(&cancelled), ALL);
        ids.extend(cancelled.into_iter().filter(|one| one.to.contains('@')).map(|one| one.id));
        assert_eq!(ids.len(), 6, "each message has an id of its own: {ids:?}");
        stage.clock.set(at("2026-12-24T20:00:00Z"));
        assert_eq!(story.told().await, [], "nothing follows");

        let shown = story.communication().await;
        let moments: Vec<_> = shown["notices"]
            .as_array()
            .expect("notices")
            .iter()
            .map(|notice| {
                (notice["moment"].clone(), notice["people"].clone(), notice["dead"].clone())
            })
            .collect();
        let told = |moment: &str| (json!(moment), json!(6), json!(0));
        let expected = [told("cancelled"), told("moved"), told("moved"), told("before")];
        assert_eq!(moments, expected, "the archive: {shown:#}");
        let id = shown["notices"][0]["id"].as_str().expect("an id");
        let notice = story.cast.rosa.get(&format!("/notices/{id}")).await.ok();
        let texts = notice["texts"].as_array().expect("texts");
        let said = |audience: &str| {
            let text = texts.iter().find(|text| text["audience"] == audience).expect("a text");
            text["body"].as_str().expect("a body").to_owned()
        };
        assert!(said("support").contains("The supplier failed."), "{notice:#}");
        assert!(!said("customers").contains("The supplier failed."), "not for customers");
        let inbox = story.cast.anna.get("/inbox").await.ok();
        assert_eq!(
            (&inbox["unread"], inbox["items"].as_array().map(Vec::len)),
            (&json!(4), Some(4))
        );
        let read = story.cast.anna.post("/inbox/read", json!({})).await.ok();
        assert_eq!(read["unread"], 0);
        assert_eq!(story.cast.ivan.get("/inbox").await.ok()["unread"], 0, "nobody else's");
    });
}

#[test]
fn a_release_is_told_from_its_start_to_its_end() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let plan = json!({"impact": "Payments pause.", "downtime_minutes": 90,
            "responsible": [{"moment": "start", "person": "ivan_implementer"}], "off": ["before"]});
        let path = format!("{}/communication", story.path);
        story.cast.rosa.patch(&path, "0", plan.clone()).await.ok();
        story.cast.rosa.patch(&path, "0", plan).await.refused(412, "request.stale");
        let off = json!({"off": ["moved"]});
        story.cast.rosa.patch(&path, "1", off).await.refused(422, "request.invalid");
        story.cast.anna.patch(&path, "1", json!({})).await.refused(403, "request.not_permitted");
        story.commit(START, "2026-11-23T21:00:00Z").await;
        stage.clock.set(at("2026-11-23T19:00:00Z"));
        assert_eq!(story.told().await, [], "left out");
        assert_eq!(story.moment("before").await["state"], "off");
        assert_eq!(story.moment("start").await["responsible"]["name"], "ivan_implementer Example");

        stage.clock.set(at("2026-11-23T20:01:00Z"));
        story.begin().await;
        let begun = story.told().await;
        assert_eq!(who(&begun), ALL);
        assert!(begun.iter().all(|one| one.subject.to_lowercase().contains("begun")), "{begun:?}");
        story.install().await;
        assert_eq!(story.told().await, []);
        story.verify().await;
        let done = story.told().await;
        assert_eq!(who(&done), ALL);
        assert!(done.iter().all(|one| one.subject.to_lowercase().contains("done")), "{done:?}");
        stage.clock.set(at("2026-12-23T20:01:00Z"));
        assert_eq!(story.told().await, []);

        // All of it is evidence.
        let eve = stage.person("eve", &["auditor"]).await;
        let pack = eve.get(&format!("{}/evidence", story.path)).await.ok();
        let events = pack["events"].as_array().expect("events").iter();
        let told = events.filter(|one| one["section"] == "communications");
        let told = told.filter_map(|one| one["event"]["stream"].as_str()?.split(':').next());
        let kinds: BTreeSet<&str> = told.collect();
        assert_eq!(kinds, BTreeSet::from(["communication", "notice"]));
    });
}

#[test]
fn a_draft_of_a_text_is_looked_at_on_a_release_before_it_is_in_force() {
    on_both(async |stage| {
        let story = Story::by(&stage, []).await;
        let rosa = &story.cast.rosa;
        let draft = |body: &str| {
            let text = format!("subject = \"Soon: {{{{ title }}}}\"\nbody = \"{body}\"");
            json!(format!("version = 1\n[[texts]]\n{text}\n"))
        };
        let mut files = rosa.get("/policy").await.ok()["files"].clone();
        files["notices/before.toml"] = draft("It begins {{ start }}.");
        let preview = format!("{}/communication/preview", story.path);
        let body = json!({"moment": "before", "files": files.clone()});
        let shown = rosa.post(&preview, body.clone()).await.ok();
        assert_eq!(shown["subject"], "Soon: Winter");
        let text = shown["text"].as_str().expect("a text");
        assert!(text.contains("It begins Mon 23 Nov 2026, 21:00 (Europe/Amsterdam"), "{text}");
        story.cast.anna.post(&preview, body).await.refused(403, "request.not_permitted");

        let in_force = json!({"moment": "before"});
        let shown = story.cast.anna.post(&preview, in_force).await.ok();
        assert_ne!(shown["subject"], "Soon: Winter", "nothing was put in force");
        // A flaw over every release, and one over this one alone.
        let alone = "{% if title == 'Winter' %}{{ nubmer }}{% endif %}";
        for (body, code) in [("{{ nubmer }}", "policy.broken"), (alone, "request.invalid")] {
            files["notices/before.toml"] = draft(body);
            let body = json!({"moment": "before", "files": files.clone()});
            let problem = rosa.post(&preview, body).await.refused(422, code);
            let pointer = &problem["errors"][0]["pointer"];
            assert_eq!(pointer, "/files/notices~1before.toml", "{problem:#}");
        }
    });
}

fn unknown() -> Undelivered {
    Undelivered::Unknown("the line was cut".to_owned())
}

pub(crate) fn later() -> Undelivered {
    Undelivered::Later("busy".to_owned())
}

/// Tells the window a day before, with some ends prepared.
pub(crate) async fn announced(story: &Story<'_>) -> Vec<Arrived> {
    story.commit(START, "2026-11-23T21:00:00Z").await;
    story.stage.clock.set(at("2026-11-22T20:00:00Z"));
    story.told().await
}

/// The deliveries of the latest notice in a state, by address.
pub(crate) async fn deliveries(story: &Story<'_>, state: &str) -> Vec<Json> {
    let shown = story.communication().await;
    let id = shown["notices"][0]["id"].as_str().expect("an id").to_owned();
    let page = story.cast.rosa.get(&format!("/notices/{id}/deliveries?state={state}")).await.ok();
    page["items"].as_array().expect("items").clone()
}

#[test]
fn what_is_in_doubt_is_sent_again_under_the_same_id_and_what_failed_is_tried_again() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.receivers.next_ends("eve@example.org", [unknown()]);
        story.receivers.next_ends(HOOK, [later(), unknown()]);
        let first = announced(&story).await;
        // A mail server that broke off is tried again later, whoever came after.
        let eve = |arrived: &[Arrived]| {
            arrived.iter().find(|one| one.to == "eve@example.org").map(|one| one.id.clone())
        };
        let id = eve(&first).expect("it arrived, and nobody knows");
        let doubt = deliveries(&story, "waiting").await;
        assert!(doubt.iter().any(|one| one["in_doubt"] == true), "{doubt:#?}");
        assert_eq!(story.sent().await, [], "not before a minute");
        let from = json!({"from": "others@elsewhere.example"});
        story.admin.patch("/channels/Mail", "*", from).await.ok();
        stage.clock.advance_minutes(1);
        let second = story.sent().await;
        assert_eq!(eve(&second), Some(id), "the same id");
        let hook = |arrived: &[Arrived]| {
            arrived.iter().find(|one| one.to == HOOK).map(|one| one.id.clone())
        };
        let id = hook(&second).expect("it arrived, and nobody knows");
        stage.clock.advance_minutes(2);
        let third = story.sent().await;
        assert_eq!(hook(&third), Some(id), "the same id");
        assert_eq!(deliveries(&story, "waiting").await, Vec::<Json>::new());
        let all: Vec<Arrived> = first.into_iter().chain(second).chain(third).collect();
        let once: BTreeSet<&str> = who(&all).into_iter().collect();
        assert_eq!(once, ALL.into());
        assert_eq!(who(&all).len(), ALL.len() + 2, "twice only where nobody knew");
        stage.clock.advance_minutes(600);
        assert_eq!(story.sent().await, []);
    });
}

#[test]
fn a_server_that_dies_while_it_sends_leaves_a_doubt_and_misses_nobody() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        story.commit(START, "2026-11-23T21:00:00Z").await;
        let sender = drained(story.sender()).await;
        stage.clock.set(at("2026-11-22T20:00:00Z"));
        story.written().await;
        // Killed before anything was claimed: nothing is lost. Killed after: it is in doubt, for
        // one who begins as for one who sends all along.
        stage
            .touch(
                "UPDATE deliveries SET state = 'sending', attempts = 1 \
            WHERE recipient = 'eve@example.org'",
            )
            .await;
        let sender = drained(sender).await;
        assert_eq!(who(&story.receivers.taken()), ALL);
        drop(sender);
        let sent = deliveries(&story, "sent").await;
        assert!(sent.iter().all(|one| one["in_doubt"] == false), "known again: {sent:#?}");
        assert_eq!(story.sent().await, []);
    });
}

#[test]
fn what_is_given_up_is_seen_and_sent_again_by_hand() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let refused = Undelivered::Refused("no such mailbox".to_owned());
        story.receivers.next_ends("bob@example.org", [refused]);
        let often = usize::try_from(ATTEMPTS_MAX).expect("few");
        story.receivers.next_ends(OPS, std::iter::repeat_n(later(), often));
        let first = announced(&story).await;
        assert_eq!(who(&first), ["eve@example.org", HOOK]);
        for _ in 0..often {
            stage.clock.advance_minutes(90);
            assert_eq!(story.sent().await, []);
        }
        let dead = deliveries(&story, "dead").await;
        let why: Vec<_> =
            dead.iter().map(|one| (one["by"].clone(), one["reason"].clone())).collect();
        assert!(why.contains(&(json!("email"), json!("no such mailbox"))), "{why:?}");
        assert!(why.contains(&(json!("slack"), json!("the receiver answered 500"))), "{why:?}");
        let shown = story.communication().await;
        assert_eq!((&shown["dead"], &shown["notices"][0]["dead"]), (&json!(2), &json!(2)));
        let listed = story.cast.rosa.get("/notices?dead=true").await.ok();
        let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
        let retry = format!("/notices/{id}/retry");
        story.cast.anna.post(&retry, json!({})).await.refused(403, "request.not_permitted");
        assert_eq!(story.cast.rosa.post(&retry, json!({})).await.ok()["deliveries"], 2);
        assert_eq!(who(&story.sent().await), ["bob@example.org", OPS]);
        story.cast.rosa.post(&retry, json!({})).await.refused(409, "notice.not_dead");
    });
}

#[test]
fn nobody_is_corrected_who_was_never_reached() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        // Bob's mailbox is gone, and the chat does not answer.
        story.receivers.next_ends("bob@example.org", [Undelivered::Refused("gone".to_owned())]);
        story.receivers.next_ends(OPS, [later()]);
        let first = announced(&story).await;
        assert_eq!(who(&first), ["eve@example.org", HOOK]);
        let old = story.communication().await["notices"][0]["id"].as_str().unwrap().to_owned();
        story.commit("2026-12-25T20:00:00Z", "2026-12-25T21:00:00Z").await;
        let moved = story.told().await;
        assert_eq!(who(&moved), ["eve@example.org", HOOK]);
        let retry = format!("/notices/{old}/retry");
        story.cast.rosa.post(&retry, json!({})).await.refused(409, "notice.outdated");
        stage.clock.advance_minutes(60);
        assert_eq!(story.sent().await, [], "the old date is told to nobody any more");
        // In time for the new date everyone is told.
        stage.clock.set(at("2026-12-24T20:00:00Z"));
        let before = story.told().await;
        assert_eq!(who(&before), ["bob@example.org", OPS], "the others know the date");
    });
}

#[test]
fn without_a_mail_server_it_is_seen_who_is_not_reached() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let off = json!({"off": true});
        story.admin.patch("/channels/Mail", "*", off).await.ok();
        assert_eq!(who(&announced(&story).await), [HOOK, OPS]);
        let dead = deliveries(&story, "dead").await;
        assert_eq!(dead.len(), 2);
        assert!(dead[0]["reason"].as_str().expect("why").contains("mail server"), "{dead:#?}");
        let id = dead[0]["notice"].as_str().expect("an id").to_owned();
        let retry = format!("/notices/{id}/retry");
        story.cast.rosa.post(&retry, json!({})).await.refused(409, "notice.no_channel");
        story.admin.patch("/channels/Mail", "*", json!({"off": false})).await.ok();
        story.cast.rosa.post(&retry, json!({})).await.ok();
        assert_eq!(who(&story.sent().await), ["bob@example.org", "eve@example.org"]);
    });
}

#[test]
fn the_secrets_of_a_channel_are_kept_and_shown_to_nobody() {
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        announced(&story).await;
        let secrets = ["a mail secret", "a-url-secret", "whsec_c2VjcmV0", "a-slack-secret"];
        let mut said = Vec::new();
        for path in ["/channels", "/channels/Mail", "/channels/Hook", "/channels/Ops"] {
            said.push(story.admin.get(path).await.ok().to_string());
        }
        let events = "/audit/events?limit=200&event=notice";
        said.push(story.admin.get(events).await.ok().to_string());
        let logged = stage.rows().await;
        said.push(format!("{logged:?}"));
        said.push(story.communication().await.to_string());
        for text in &said {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} stands in {text}");
            }
        }
        assert!(said[1].contains("\"has_secret\":true"), "{}", said[1]);
        story.cast.rosa.get("/channels").await.refused(403, "request.not_permitted");
        let body = json!({"name": "Mine"});
        story.cast.rosa.post("/channels", body).await.refused(403, "request.not_permitted");
        for (url, field) in [
            ("ftp://example.org", "/url"),
            ("http://169.254.169.254/latest", "/url"),
            ("https://a:b@example.org/", "/url"),
        ] {
            let body = json!({"name": "Odd", "kind": "slack", "url": url});
            let problem = story.admin.post("/channels", body).await;
            let problem = problem.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], field, "{url}");
        }
        let odd = json!({"name": "Odd", "addresses": ["a@b.example, c@d.example"]});
        let problem = story.cast.sara.post("/user-groups", odd).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/addresses/0");
    });
}

#[test]
fn whatever_a_release_says_its_texts_can_be_looked_at_in_every_form() {
    let Some(strings) = crate::hostile::strings() else { return };
    on_both(async |stage| {
        let story = Story::of(&stage).await;
        let kept = strings.iter().filter(|text| !text.trim().is_empty());
        let kept: Vec<&String> = kept.filter(|text| text.chars().count() <= 200).collect();
        for (at, text) in kept.iter().enumerate().step_by(5) {
            let fields = json!({"title": text, "description": text, "rollback_note": text});
            story.cast.rosa.patch(&story.path, "*", fields).await.ok();
            let plan = json!({"impact": text, "contact": text});
            let path = format!("{}/communication", story.path);
            story.cast.rosa.patch(&path, "*", plan).await.ok();
            let moment = ["before", "moved", "start", "success", "rollback", "cancelled"][at % 6];
            let audience = ["customers", "support", "marketing"][at % 3];
            let body = json!({"moment": moment, "audience": audience});
            let shown = story.cast.rosa.post(&format!("{path}/preview"), body).await.ok();
            let subject = shown["subject"].as_str().expect("a subject");
            assert!(!subject.contains(['\r', '\n']), "{text:?}");
            let html = shown["html"].as_str().expect("a mail");
            let lower = html.to_lowercase();
            for odd in ["<script", "<img", "<svg", "<iframe", "<body o", "<a h"] {
                assert!(!lower.contains(odd), "{odd} of {text:?} in {html}");
            }
            let teams: Json =
                serde_json::from_str(shown["teams"].as_str().expect("a card")).unwrap();
            assert_eq!(teams["type"], "message");
            let slack = shown["slack"].as_str().expect("a message");
            let slack: Json = serde_json::from_str(slack).unwrap();
            assert!(!slack["text"].as_str().expect("a line").contains(['<', '>']), "{text:?}");
        }
    });
}
