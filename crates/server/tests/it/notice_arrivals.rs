//! The notices of three releases under a moved clock, over the network: a real mail server, a
//! program that checks who signed, and two chats. Each reader hears what concerns them, once, in
//! order and on time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectors::{Post, Web};
use interlock_server::notice::{Sender, Way};
use ring::hmac;
use serde_json::{Value as Json, json};

use crate::notice::{Story, drained, hook};
use crate::receivers::{Arrival, Arrived, Mails, hooks};
use crate::support::{Client, Stage, at, on_both};

/// A client for the network must not be dropped on a thread of a runtime: it lives as long as we.
static WEB: LazyLock<Arc<Web>> = LazyLock::new(|| Arc::new(Web::new()));
/// The key that stands, in Base64, behind `whsec_` in the channel.
const KEY: &[u8] = b"secret";
const MICROS: i64 = 1_000_000;

/// All who are written to of what touches the service from the start.
pub(crate) const ALL: [&str; 5] =
    ["/ops", "/programs", "/team", "bob@example.org", "eve@example.org"];
/// The same with whoever came later.
const WITH_ZOE: [&str; 6] =
    ["/ops", "/programs", "/team", "bob@example.org", "eve@example.org", "zoe@example.org"];

/// What each heard: of which release, what, when.
type Heard = BTreeMap<String, Vec<(String, &'static str, String)>>;

/// A story that is told over the network.
struct Told<'a> {
    story: Story<'a>,
    mails: &'a Mails,
    arrived: Arrived,
    heard: Heard,
    ids: BTreeSet<String>,
}

impl Told<'_> {
    /// Lets everything that is due now be told, and looks who heard what.
    async fn hears(&mut self, moment: &str, who: &[&str]) {
        let stage = self.story.stage;
        self.story.written().await;
        sent(stage, self.mails).await;
        let arrived = std::mem::take(&mut *self.arrived.lock().unwrap());
        let mut reached: Vec<&str> = arrived.iter().map(|one| one.to.as_str()).collect();
        reached.sort_unstable();
        assert_eq!(reached, who, "{moment} of {}: {arrived:#?}", self.story.path);
        for one in &arrived {
            assert_eq!(one.moment(), moment, "{one:#?}");
            if one.to == "/programs" {
                self.check_signed(one);
            }
            if !one.id().is_empty() {
                assert!(self.ids.insert(one.id().to_owned()), "{one:#?} has an id of its own");
            }
            let told = (self.number(), one.moment(), stage.now().to_string());
            self.heard.entry(one.to.clone()).or_default().push(told);
        }
    }

    fn number(&self) -> String {
        self.story.path.rsplit('/').next().expect("a number").to_owned()
    }

    /// As a receiver does it that follows Standard Webhooks.
    fn check_signed(&self, one: &Arrival) {
        let header = |name: &str| one.headers.get(name).unwrap_or_else(|| panic!("no {name}"));
        let seconds = header("webhook-timestamp");
        assert_eq!(*seconds, (self.story.stage.now().micros() / MICROS).to_string());
        let signature = header("webhook-signature").strip_prefix("v1,").expect("a version");
        let signature = STANDARD.decode(signature).unwrap();
        let signed = format!("{}.{seconds}.{}", header("webhook-id"), one.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);
        hmac::verify(&key, signed.as_bytes(), &signature).expect("it is ours");
        let another = hmac::Key::new(hmac::HMAC_SHA256, b"another");
        hmac::verify(&another, signed.as_bytes(), &signature).expect_err("not just anything");
        let body: Json = serde_json::from_str(&one.body).unwrap();
        assert_eq!(body["type"], format!("release.notice.{}", one.moment()));
        assert_eq!(
            (&body["data"]["moment"], &body["data"]["release"]),
            (&json!(one.moment()), &json!(self.number()))
        );
    }

    /// What someone reads in the page, the oldest first.
    async fn in_page(&self, reader: &Client<'_>) -> Vec<(String, String, String)> {
        let inbox = reader.get("/inbox").await.ok();
        let items = inbox["items"].as_array().expect("items").iter().rev();
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        items
            .map(|item| (text(&item["record"]["number"]), text(&item["moment"]), text(&item["at"])))
            .collect()
    }
}

/// Sends what waits, over the network.
pub(crate) async fn sent(stage: &Stage, mails: &Mails) {
    stage.touch("DELETE FROM settings WHERE name = 'notices.sender'").await;
    let way = Way {
        web: Some(Arc::clone(&*WEB) as _),
        mailer: Some(Arc::new(Post::new())),
        address: Some("https://interlock.test".to_owned()),
    };
    let sender = Sender::new(&stage.bus, way, Arc::new(AtomicBool::new(false)));
    drop(drained(sender).await);
    mails.caught_up();
}

/// A mail server and what listens over HTTP.
pub(crate) fn channels(mails: &Mails, web: &str) -> [Json; 5] {
    [
        json!({"name": "Mail", "kind": "email", "host": "127.0.0.1", "port": mails.port,
            "security": "none", "from": "changes@example.org"}),
        hook(&format!("{web}/programs")),
        json!({"name": "Ops", "kind": "slack", "url": format!("{web}/ops"),
            "audience": "operations"}),
        json!({"name": "Team", "kind": "teams", "url": format!("{web}/team"),
            "audience": "support", "services": ["Payments"]}),
        json!({"name": "Others", "kind": "teams", "url": format!("{web}/others"),
            "services": ["Elsewhere"]}),
    ]
}

/// Told, moved twice, begun and done.
async fn first(told: &mut Told<'_>) {
    let stage = told.story.stage;
    told.story.commit("2026-11-23T20:00:00Z", "2026-11-23T21:00:00Z").await;
    told.hears("before", &[]).await;
    stage.clock.set(at("2026-11-22T19:59:59Z"));
    told.hears("before", &[]).await;
    stage.clock.set(at("2026-11-22T20:00:00Z"));
    told.hears("before", &ALL).await;
    told.hears("before", &[]).await;
    // Whoever comes later was promised nothing, so nothing is corrected for them.
    let late = json!({"name": "Late", "audience": "customers", "services": ["Payments"],
        "addresses": ["zoe@example.org"]});
    told.story.cast.sara.post("/user-groups", late).await.ok();
    for day in [25, 26] {
        stage.clock.advance_minutes(30);
        let (start, end) = (format!("2026-11-{day}T20:00:00Z"), format!("2026-11-{day}T21:00:00Z"));
        told.story.commit(&start, &end).await;
        told.hears("moved", &ALL).await;
    }
    stage.clock.set(at("2026-11-24T20:00:00Z"));
    told.hears("before", &[]).await;
    stage.clock.set(at("2026-11-25T20:00:00Z"));
    told.hears("before", &["zoe@example.org"]).await;
    stage.clock.set(at("2026-11-26T20:01:00Z"));
    told.story.begin().await;
    told.hears("start", &WITH_ZOE).await;
    stage.clock.set(at("2026-11-26T20:30:00Z"));
    told.story.install().await;
    told.hears("start", &[]).await;
    told.story.verify().await;
    told.hears("success", &WITH_ZOE).await;
}

/// Told, begun, and taken back.
async fn second(told: &mut Told<'_>) {
    let (start, end) = ("2026-12-01T20:00:00Z", "2026-12-01T21:00:00Z");
    told.story.plan("Second", start, end).await;
    told.story.commit(start, end).await;
    told.hears("before", &[]).await;
    told.story.stage.clock.set(at("2026-11-30T20:00:00Z"));
    told.hears("before", &WITH_ZOE).await;
    told.story.stage.clock.set(at("2026-12-01T20:01:00Z"));
    told.story.begin().await;
    told.hears("start", &WITH_ZOE).await;
    told.story.stage.clock.set(at("2026-12-01T20:20:00Z"));
    told.story.take_back().await;
    told.hears("rollback", &WITH_ZOE).await;
}

/// Told, and given up.
async fn third(told: &mut Told<'_>) {
    let (start, end) = ("2026-12-08T20:00:00Z", "2026-12-08T21:00:00Z");
    told.story.plan("Third", start, end).await;
    told.story.commit(start, end).await;
    told.story.stage.clock.set(at("2026-12-07T20:00:00Z"));
    told.hears("before", &WITH_ZOE).await;
    told.story.stage.clock.set(at("2026-12-07T21:00:00Z"));
    // Whoever joins now was told nothing that is to be taken back.
    let later = json!({"name": "Later", "services": ["Payments"],
        "addresses": ["yan@example.org"]});
    told.story.cast.sara.post("/user-groups", later).await.ok();
    let reason = json!({"reason": "The supplier failed."});
    told.story.cast.rosa.post(&format!("{}/cancel", told.story.path), reason).await.ok();
    told.hears("cancelled", &WITH_ZOE).await;
    told.story.stage.clock.set(at("2026-12-24T20:00:00Z"));
    told.hears("cancelled", &[]).await;
}

#[test]
fn each_reader_hears_of_a_release_over_the_network_once_in_order_and_on_time() {
    on_both(async |stage| {
        let arrived = Arrived::default();
        let Some(mails) = Mails::start(&arrived) else { return };
        let web = hooks(&arrived);
        let story = Story::by(&stage, channels(&mails, &web)).await;
        let (heard, ids) = (Heard::new(), BTreeSet::new());
        let mut told = Told { story, mails: &mails, arrived, heard, ids };
        first(&mut told).await;
        second(&mut told).await;
        third(&mut told).await;

        let of = |release: &str, moment: &'static str, at: &str| {
            (release.to_owned(), moment, at.to_owned())
        };
        let of_first = [
            of("REL-1", "before", "2026-11-22T20:00:00Z"),
            of("REL-1", "moved", "2026-11-22T20:30:00Z"),
            of("REL-1", "moved", "2026-11-22T21:00:00Z"),
            of("REL-1", "start", "2026-11-26T20:01:00Z"),
            of("REL-1", "success", "2026-11-26T20:30:00Z"),
        ];
        let others = [
            of("REL-2", "before", "2026-11-30T20:00:00Z"),
            of("REL-2", "start", "2026-12-01T20:01:00Z"),
            of("REL-2", "rollback", "2026-12-01T20:20:00Z"),
            of("REL-3", "before", "2026-12-07T20:00:00Z"),
            of("REL-3", "cancelled", "2026-12-07T21:00:00Z"),
        ];
        let everything: Vec<_> = of_first.iter().chain(&others).cloned().collect();
        let mut expected: Heard =
            ALL.iter().map(|reader| ((*reader).to_owned(), everything.clone())).collect();
        let zoes = [of("REL-1", "before", "2026-11-25T20:00:00Z")];
        let zoes = zoes.iter().chain(&of_first[3..]).chain(&others).cloned().collect();
        expected.insert("zoe@example.org".to_owned(), zoes);
        assert_eq!(told.heard, expected);

        let in_page: Vec<_> = everything
            .into_iter()
            .map(|(release, moment, at)| (release, moment.to_owned(), at))
            .collect();
        assert_eq!(told.in_page(&told.story.cast.anna).await, in_page, "a customer");
        assert_eq!(told.in_page(&told.story.cast.rosa).await, in_page, "the owner");
        assert_eq!(told.in_page(&told.story.cast.ivan).await, [], "somebody else");
    });
}
