//! What tests of the server share: an application on a fresh database of each engine, people who
//! are signed in, and requests that go through the same router as real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex, mpsc};

use api::common::Written;
use api::identity::PersonFields;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use interlock_server::bus::{Bus, Envelope, World};
use interlock_server::follow::followers::{Follower, SearchIndex, step};
use interlock_server::follow::timers::fire_due;
use interlock_server::follow::watch::Watch;
use interlock_server::gate::{GitHub, GitHubSetUp, WebhookSecret};
use interlock_server::http::session_hash;
use interlock_server::identity::{SavePerson, SignInAs, hash_password};
use interlock_server::live::Live;
use interlock_server::read::ask;
use interlock_server::read_models::{prepare, write};
use interlock_server::records::KINDS;
use interlock_server::serve::{Options, router};
use kernel::{Actor, PersonId, Timestamp};
use ports::{Clock, Engine, ManualClock, Row, SeededChance, Store};
use serde_json::Value as Json;
use store::OpenOptions;
use tower::ServiceExt;

/// Everyone's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Where the clock stands at first.
pub(crate) const NOW: &str = "2026-11-21T08:00:00Z";

static HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD).unwrap());

/// An application on one engine.
pub(crate) struct Stage {
    pub(crate) bus: Bus,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) live: Arc<Live>,
    pub(crate) followers: Arc<Watch>,
    router: Router,
    address: String,
    /// Every store that was opened, to be closed at the end.
    opened: Opened,
}

type Opened = Arc<Mutex<Vec<Arc<dyn Store>>>>;

/// Plays a story on SQLite, and on PostgreSQL where there is a cluster.
pub(crate) fn on_both(story: impl AsyncFn(Stage)) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("store.db").display());
    play(address, &story);
    if let Some(address) = store::testing::postgres_database() {
        play(address, &story);
    }
}

fn play(address: String, story: &impl AsyncFn(Stage)) {
    let opened = Opened::default();
    let stage = Stage::open(address, Arc::new(ManualClock::new(at(NOW))), Arc::clone(&opened));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story(stage));
    drop(runtime);
    for store in &*opened.lock().unwrap() {
        store.close();
    }
}

impl Stage {
    fn open(address: String, clock: Arc<ManualClock>, opened: Opened) -> Self {
        let options = OpenOptions { readers: 2, writers: 2, ..OpenOptions::default() };
        let store = store::open(&address, options).unwrap();
        prepare(&*store).unwrap();
        opened.lock().unwrap().push(Arc::clone(&store));
        let bus = Bus::new(World {
            store: Arc::clone(&store),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(7 + opened.lock().unwrap().len() as u64)),
        });
        let app = Options {
            github: Some(github()),
            webhook: Some(WebhookSecret::try_new(WEBHOOK_SECRET).unwrap()),
            ..Options::default()
        }
        .app(bus.clone());
        let (live, followers) = (Arc::clone(&app.live), Arc::clone(&app.followers));
        Self { bus, clock, store, live, followers, router: router(app), address, opened }
    }

    /// The same application after it was shut down and started again.
    pub(crate) async fn restarted(self) -> Self {
        self.lent(|_| ()).await
    }

    /// The same, where another program had its database meanwhile.
    pub(crate) async fn lent(self, to: impl FnOnce(&str) + Send + 'static) -> Self {
        let again = tokio::task::spawn_blocking(move || {
            self.store.close();
            to(&self.address);
            Self::open(self.address, self.clock, self.opened)
        });
        again.await.unwrap()
    }

    /// Makes an account as an operator does.
    pub(crate) async fn account(&self, login: &str, roles: &[&str]) -> PersonId {
        let fields = PersonFields {
            login: Some(login.to_owned()),
            name: Some(format!("{login} Example")),
            roles: Some(roles.iter().map(ToString::to_string).collect()),
            ..PersonFields::default()
        };
        let command = SavePerson { person: None, fields, hash: Some(HASH.clone()) };
        let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
        let written: Written = self.bus.send(operator, command).await.unwrap().answer;
        written.id.parse().unwrap()
    }

    /// Someone new, signed in.
    pub(crate) async fn person(&self, login: &str, roles: &[&str]) -> Client<'_> {
        let person = self.account(login, roles).await;
        self.sign_in(person, &format!("session-of-{login}")).await
    }

    /// Someone who has an account, with a session of that secret.
    pub(crate) async fn sign_in(&self, person: PersonId, secret: &str) -> Client<'_> {
        let command = SignInAs { person, proven: HASH.clone(), session: session_hash(secret) };
        let envelope = Envelope::new(Actor::Person { id: person });
        self.bus.send(envelope, command).await.unwrap();
        self.browser(secret)
    }

    /// Nobody.
    pub(crate) fn stranger(&self) -> Client<'_> {
        Client { stage: self, pass: Pass::None }
    }

    /// What stands at an address outside the interface, for anyone.
    pub(crate) async fn file(&self, path: &str) -> (u16, String) {
        let (status, _, text) = self.fetched(path, None).await;
        (status, text)
    }

    /// The same with its headers, for one who may have seen what has a tag.
    pub(crate) async fn fetched(&self, path: &str, seen: Option<&str>) -> (u16, HeaderMap, String) {
        let request = Request::builder().uri(path);
        let request = match seen {
            Some(tag) => request.header("if-none-match", tag),
            None => request,
        };
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// What another system delivers at an address outside the interface.
    pub(crate) async fn delivered(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (u16, Json) {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    /// A program with a token.
    pub(crate) fn program(&self, secret: &str) -> Client<'_> {
        Client { stage: self, pass: Pass::Token(secret.to_owned()) }
    }

    /// A browser with a cookie.
    pub(crate) fn browser(&self, secret: &str) -> Client<'_> {
        Client { stage: self, pass: Pass::Cookie(secret.to_owned()) }
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets the search index catch up.
    pub(crate) async fn index(&self) {
        self.follow(SearchIndex).await;
    }

    /// Lets a follower of the log catch up.
    pub(crate) async fn follow(&self, follower: impl Follower) {
        let bus = self.bus.clone();
        let caught_up =
            tokio::task::spawn_blocking(move || while step(&bus, &follower).unwrap() > 0 {});
        caught_up.await.unwrap();
    }

    /// Lets everybody who is signed in stay so, however much time passes.
    pub(crate) async fn stay_signed_in(&self) {
        let used = "UPDATE sessions SET seen_at = 9000000000000000, expires_at = 9000000000000000";
        self.touch(used).await;
    }

    /// Writes to the database behind the application's back; answers how many rows that touched.
    pub(crate) async fn touch(&self, sql: &'static str) -> u64 {
        let (store, (sender, receiver)) = (Arc::clone(&self.store), mpsc::channel());
        let written = tokio::task::spawn_blocking(move || {
            let end = write(&*store, move |tx| {
                let _ = sender.send(tx.execute(sql, &[])?);
                Ok(())
            });
            end.map(|()| receiver.recv().unwrap())
        });
        written.await.unwrap().unwrap()
    }

    /// The one number that a question is answered with.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let found = ask(&*self.store, move |db| db.query_one(sql, &[])?.expect("a row").int(0));
        found.await.unwrap()
    }

    /// Every row of every read model, by table.
    pub(crate) async fn rows(&self) -> BTreeMap<&'static str, Vec<Row>> {
        let tables = KINDS.iter().flat_map(|kind| kind.table_names).copied();
        let found = ask(&*self.store, move |db| {
            let mut all = BTreeMap::new();
            for table in tables {
                let mut rows = db.query(&format!("SELECT * FROM {table}"), &[])?;
                rows.sort_by(|left, right| left.0.cmp(&right.0));
                all.insert(table, rows);
            }
            Ok(all)
        });
        found.await.unwrap()
    }

    /// Makes the read models anew, as another version of the program does.
    pub(crate) async fn rebuild(&self) {
        self.touch("DELETE FROM read_models").await;
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || prepare(&*store)).await.unwrap().unwrap();
    }

    /// The store of another process on the same database, where several may write.
    pub(crate) async fn beside(&self) -> Option<Arc<dyn Store>> {
        let (address, opened) = (self.address.clone(), Arc::clone(&self.opened));
        if self.store.engine() == Engine::Sqlite {
            return None;
        }
        let beside = tokio::task::spawn_blocking(move || {
            let store = store::open(&address, OpenOptions::default()).unwrap();
            opened.lock().unwrap().push(Arc::clone(&store));
            store
        });
        Some(beside.await.unwrap())
    }

    /// Moves the clock, and fires what is due then; answers how many timers that were.
    pub(crate) async fn wait_until(&self, at: Timestamp) -> usize {
        self.clock.set(at);
        self.fire().await
    }

    /// Fires what is due now.
    pub(crate) async fn fire(&self) -> usize {
        let bus = self.bus.clone();
        tokio::task::spawn_blocking(move || fire_due(&bus).unwrap()).await.unwrap()
    }

    /// The same store under a bus of its own, as after a restart.
    pub(crate) fn bus_anew(&self) -> Bus {
        let chance = Arc::new(SeededChance::new(8));
        Bus::new(World { chance, ..self.bus.world().clone() })
    }
}

/// What GitHub's webhook is signed with.
pub(crate) const GITHUB_SECRET: &str = "It's a Secret to Everybody";

/// What other senders sign with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How GitHub is spoken with.
pub(crate) fn github() -> GitHub {
    let set_up = GitHubSetUp {
        secret: GITHUB_SECRET.to_owned(),
        api: "https://api.github.test".to_owned(),
        token: Some("a token of the app".to_owned()),
        app: None,
    };
    GitHub::try_new(set_up).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// A time.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Who sends requests.
pub(crate) struct Client<'a> {
    stage: &'a Stage,
    pass: Pass,
}

enum Pass {
    None,
    Cookie(String),
    Token(String),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Json,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Json {
        assert!(self.status.is_success(), "{}: {:#}", self.status, self.body);
        self.body
    }

    /// The body of a refusal with a code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Json {
        let found = (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default());
        assert_eq!(found, (status, code), "{:#}", self.body);
        self.body
    }
}

/// What is sent along with a request.
#[derive(Default)]
pub(crate) struct Along<'a> {
    pub(crate) version: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) origin: Option<&'a str>,
    pub(crate) address: Option<IpAddr>,
}

impl Client<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Along::default()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, Some(body), Along::default()).await
    }

    pub(crate) async fn patch(&self, path: &str, version: &str, body: Json) -> Answer {
        let along = Along { version: Some(version), ..Along::default() };
        self.send(Method::PATCH, path, Some(body), along).await
    }

    pub(crate) async fn put(&self, path: &str, version: &str, body: Json) -> Answer {
        let along = Along { version: Some(version), ..Along::default() };
        self.send(Method::PUT, path, Some(body), along).await
    }

    pub(crate) async fn delete(&self, path: &str, version: &str) -> Answer {
        let along = Along { version: Some(version), ..Along::default() };
        self.send(Method::DELETE, path, None, along).await
    }

    /// What is streamed from a path, with the place that a browser comes back to.
    pub(crate) async fn listen(&self, path: &str, last: Option<&str>) -> Response<Body> {
        let request = Request::builder().uri(format!("/api/v1{path}"));
        let mut request = self.signed(request);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        self.stage.router.clone().oneshot(request).await.unwrap()
    }

    /// The text of an answer that is no JSON.
    pub(crate) async fn text(&self, path: &str) -> String {
        let (parts, body) = self.listen(path, None).await.into_parts();
        assert!(parts.status.is_success(), "{}: {path}", parts.status);
        String::from_utf8(to_bytes(body, 16 << 20).await.unwrap().to_vec()).unwrap()
    }

    fn signed(&self, request: Builder) -> Builder {
        match &self.pass {
            Pass::None => request,
            Pass::Cookie(secret) => request.header("cookie", format!("interlock_session={secret}")),
            Pass::Token(secret) => request.header("authorization", format!("Bearer {secret}")),
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
        along: Along<'_>,
    ) -> Answer {
        let (kind, body) = match body {
            Some(body) => (Some("application/json"), body.to_string().into_bytes()),
            None => (None, Vec::new()),
        };
        self.send_bytes(method, path, kind, body, along).await
    }

    /// A request as it stands, well-formed or not.
    pub(crate) async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
        along: Along<'_>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("host", "interlock.test");
        request = self.signed(request);
        for (name, value) in
            [("if-match", along.version), ("idempotency-key", along.key), ("origin", along.origin)]
        {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let Some(address) = along.address {
            request = request.extension(ConnectInfo(SocketAddr::new(address, 4711)));
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let sent = request.body(Body::from(body)).unwrap();
        let response = self.stage.router.clone().oneshot(sent).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream ends only with its reader.
        let kind = parts.headers.get("content-type");
        let is_stream = kind.is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Body::empty() } else { body };
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// Chance that a test repeats.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    pub(crate) fn one_in(&mut self, bound: i64) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(i64::try_from(length).unwrap())).unwrap()
    }

    pub(crate) fn some(&mut self, length: usize, most: i64) -> BTreeSet<usize> {
        (0..=self.below(most)).map(|_| self.index(length)).collect()
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.index(all.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.index(last + 1));
        }
    }
}

/// The names of a list of references or records.
pub(crate) fn names(list: &Json) -> Vec<&str> {
    let items = list.as_array().expect("a list").iter();
    items.map(|item| item["name"].as_str().expect("a name")).collect()
}
