//! A sender that dies at each point of its work in turn, on both engines, and another that takes
//! over: nobody is missed, and only what was handed over and not settled arrives again, under the
//! same id and in doubt meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interlock_server::bus::{Bus, World};
use interlock_server::notice::{MovesReactor, Sender, Way};
use ports::{
    Engine, Fault, Flow, HttpClient, HttpRequest, HttpResponse, Job, Lane, Mail, MailConnection,
    MailServer, Mailer, Query, ReadJob, Store, Tx, Undelivered,
};
use serde_json::{Value as Json, json};

use crate::notice::{HOOK, Line, Story, announced, deliveries, hook, later, mail, who};
use crate::release::number;
use crate::support::{at, on_both};

/// Around each transaction of a sender.
const COMMIT: [&str; 2] = ["commits", "committed"];
/// Around each message.
const MESSAGE: [&str; 2] = ["hands over", "handed over"];

/// When a sender dies, and what it did until then.
#[derive(Default)]
struct Fate {
    /// It gets past so many points.
    points_max: usize,
    passed: Mutex<Vec<&'static str>>,
    /// To whom something was handed over.
    handed: Mutex<Vec<String>>,
    is_dead: Arc<AtomicBool>,
}

impl Fate {
    fn after(points_max: usize) -> Arc<Self> {
        Arc::new(Self { points_max, ..Self::default() })
    }

    /// Whether it gets past a point. From the first that it does not, it does nothing any more.
    fn passes(&self, point: &'static str) -> bool {
        let mut passed = self.passed.lock().unwrap();
        if passed.len() >= self.points_max {
            self.is_dead.store(true, Ordering::SeqCst);
            return false;
        }
        passed.push(point);
        true
    }

    /// One message on its way.
    fn hand_over<T>(&self, to: &str, dead: T, send: impl FnOnce() -> T) -> T {
        if !self.passes(MESSAGE[0]) {
            return dead;
        }
        let end = send();
        self.handed.lock().unwrap().push(to.to_owned());
        if self.passes(MESSAGE[1]) { end } else { dead }
    }
}

fn dead() -> Fault {
    Fault::permanent("living on", "the process is gone")
}

fn cut() -> Undelivered {
    Undelivered::Unknown("the process is gone".to_owned())
}

/// The world of a sender that dies.
struct Doomed<T> {
    inner: T,
    fate: Arc<Fate>,
}

impl Store for Doomed<Arc<dyn Store>> {
    fn submit(&self, lane: Lane, job: Box<dyn Job>) {
        if !self.fate.passes(COMMIT[0]) {
            return job.done(Err(dead()));
        }
        self.inner.submit(lane, Box::new(Doomed { inner: job, fate: Arc::clone(&self.fate) }));
    }

    fn read(&self, job: ReadJob) {
        self.inner.read(job);
    }

    fn engine(&self) -> Engine {
        self.inner.engine()
    }

    fn log_head(&self) -> Result<i64, Fault> {
        self.inner.log_head()
    }

    fn commits(&self) -> Option<u64> {
        self.inner.commits()
    }

    fn wait_for_log(&self, after: i64, patience: Duration) -> Result<i64, Fault> {
        self.inner.wait_for_log(after, patience)
    }

    fn agree(&self, shape: u32) -> Result<bool, Fault> {
        self.inner.agree(shape)
    }

    fn close(&self) {}
}

impl Job for Doomed<Box<dyn Job>> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        self.inner.run(tx)
    }

    fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault> {
        self.inner.settled(tx)
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let lives = self.fate.passes(COMMIT[1]);
        self.inner.done(if lives { end } else { Err(dead()) });
    }
}

impl Mailer for Doomed<Line> {
    fn open(&self, server: &MailServer) -> Result<Box<dyn MailConnection>, Undelivered> {
        if !self.fate.passes("opens") {
            return Err(cut());
        }
        let inner = self.inner.open(server)?;
        Ok(Box::new(Doomed { inner, fate: Arc::clone(&self.fate) }))
    }
}

impl MailConnection for Doomed<Box<dyn MailConnection>> {
    fn send(&mut self, mail: &Mail) -> Result<(), Undelivered> {
        let inner = &mut self.inner;
        self.fate.hand_over(&mail.to, Err(cut()), || inner.send(mail))
    }
}

impl HttpClient for Doomed<Line> {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        self.fate.hand_over(&request.url, Err(dead()), || self.inner.send(request))
    }
}

/// Lets a sender work once, as far as it gets.
async fn works(story: &Story<'_>, fate: &Arc<Fate>) {
    let world = story.stage.bus.world();
    let store: Arc<dyn Store> =
        Arc::new(Doomed { inner: Arc::clone(&world.store), fate: Arc::clone(fate) });
    let bus = Bus::new(World { store, ..world.clone() });
    let line = || {
        let inner = Line(Arc::clone(&story.receivers));
        Arc::new(Doomed { inner, fate: Arc::clone(fate) })
    };
    let way = Way { web: Some(line()), mailer: Some(line()), address: None };
    let is_dead = Arc::clone(&fate.is_dead);
    let turn = tokio::task::spawn_blocking(move || {
        let mut sender = Sender::new(&bus, way, is_dead);
        // Whoever is dead says no more.
        let _ = sender.turn();
    });
    turn.await.unwrap();
}

/// Who has the latest notice in a state, and may have had it before.
async fn standing(story: &Story<'_>, state: &str, only_in_doubt: bool) -> BTreeSet<String> {
    let to = |one: &Json| one["address"].as_str().unwrap_or(HOOK).to_owned();
    let found = deliveries(story, state).await;
    let found = found.iter().filter(|one| one["by"] != "page");
    found.filter(|one| !only_in_doubt || one["in_doubt"] == true).map(to).collect()
}

/// One notice, of which a sender dies after so many points; answers these where it lived on.
async fn dies(story: &Story<'_>, after: usize, readers: &[&str]) -> Option<Vec<&'static str>> {
    let day = 20 + after % 2;
    let (start, end) = (format!("2026-12-{day}T20:00:00Z"), format!("2026-12-{day}T21:00:00Z"));
    story.commit(&start, &end).await;
    story.written().await;
    // Nobody leads: whoever was before has gone.
    story.stage.touch("DELETE FROM settings WHERE name = 'notices.sender'").await;
    let fate = Fate::after(after);
    works(story, &fate).await;
    let mut arrived = story.receivers.taken();
    let handed = fate.handed.lock().unwrap().clone();
    assert_eq!(arrived.len(), handed.len(), "{arrived:?}");
    let unsettled = standing(story, "sending", false).await;

    // It leads no more. Where nobody takes anything, what the next one knows can be seen.
    story.stage.clock.advance_minutes(1);
    story.receivers.is_away.store(true, Ordering::SeqCst);
    story.receivers.next_ends(HOOK, [later()]);
    works(story, &Fate::after(usize::MAX)).await;
    assert_eq!(story.receivers.taken(), []);
    let doubted = standing(story, "waiting", true).await;
    assert_eq!(doubted, unsettled, "what was claimed and not settled is in doubt, after {after}");

    story.stage.clock.advance_minutes(2);
    story.receivers.is_away.store(false, Ordering::SeqCst);
    story.receivers.next_ends(HOOK, []);
    works(story, &Fate::after(usize::MAX)).await;
    arrived.extend(story.receivers.taken());
    for reader in readers {
        let to = arrived.iter().filter(|one| one.to == *reader);
        let ids: Vec<&str> = to.map(|one| one.id.as_str()).collect();
        let is_twice = unsettled.contains(*reader) && handed.iter().any(|to| to == reader);
        let passed = fate.passed.lock().unwrap();
        assert_eq!(ids.len(), 1 + usize::from(is_twice), "{reader}, after {passed:?}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1, "one id: {ids:?}");
    }
    let sent = standing(story, "sent", false).await;
    assert!(readers.iter().all(|reader| sent.contains(*reader)), "{sent:?}");
    assert!(standing(story, "sent", true).await.is_empty(), "all is known");
    let lived = !fate.is_dead.load(Ordering::SeqCst);
    lived.then(|| fate.passed.lock().unwrap().clone())
}

/// Dies at each point in turn, until nothing is left to die at; these are all the points.
async fn dies_everywhere(story: &Story<'_>, readers: &[&str], channel: &[&'static str]) {
    assert_eq!(who(&announced(story).await), readers);
    let leads: &[_] = if story.stage.store.engine() == Engine::Postgres { &COMMIT } else { &[] };
    // It takes over what was left, claims, sends, settles, and finds nothing more to claim.
    let expected = [leads, &COMMIT, &COMMIT, channel, &COMMIT, &COMMIT].concat();
    for after in 0.. {
        if let Some(passed) = dies(story, after, readers).await {
            assert_eq!(passed, expected);
            assert_eq!(after, expected.len(), "it died at each of them");
            return;
        }
    }
}

#[test]
fn whoever_sends_mails_may_die_at_any_point_and_nobody_is_missed() {
    on_both(async |stage| {
        let story = Story::by(&stage, [mail("mail.test", 587)]).await;
        let readers = ["bob@example.org", "eve@example.org"];
        let channel = [&["opens"][..], &MESSAGE, &MESSAGE].concat();
        dies_everywhere(&story, &readers, &channel).await;
    });
}

/// Ivan, who hears of two changes while he sleeps, has both in one mail, whose sender dies after so
/// many points; answers these where it lived on.
async fn dies_digesting(story: &Story<'_>, after: usize) -> Option<Vec<&'static str>> {
    let Story { stage, cast, .. } = story;
    let night = i64::try_from(after).expect("few") * 24 * 60;
    stage.clock.set(at("2026-11-25T22:00:00Z").plus_minutes(night));
    for title in ["Ledger", "Mirror"] {
        let change = cast.anna.post("/changes", crate::release::plans(title, "web-01", 5)).await;
        let path = format!("/changes/{}", number(&change.ok()));
        cast.ivan.put(&format!("{path}/watch"), "*", json!({})).await.ok();
        cast.anna.post(&format!("{path}/submit"), json!({})).await.ok();
    }
    stage.follow(MovesReactor).await;
    assert_eq!(story.sent().await, [], "he sleeps");
    let held = "UPDATE deliveries SET place = place WHERE held = 1 AND state = 'waiting'";
    assert_eq!(stage.touch(held).await, 2);

    stage.clock.set(at("2026-11-26T06:00:00Z").plus_minutes(night));
    stage.touch("DELETE FROM settings WHERE name = 'notices.sender'").await;
    let fate = Fate::after(after);
    works(story, &fate).await;
    let mut arrived = story.receivers.taken();
    let sending = "UPDATE deliveries SET place = place WHERE state = 'sending'";
    let unsettled = stage.touch(sending).await;
    assert!([0, 2].contains(&unsettled), "both or none");
    for minutes in [1, 2] {
        stage.clock.advance_minutes(minutes);
        works(story, &Fate::after(usize::MAX)).await;
    }
    arrived.extend(story.receivers.taken());
    let passed = fate.passed.lock().unwrap().clone();
    let is_twice = unsettled > 0 && !fate.handed.lock().unwrap().is_empty();
    assert_eq!(arrived.len(), 1 + usize::from(is_twice), "after {passed:?}");
    assert!(arrived.iter().all(|one| one.subject.starts_with("2 notices")), "{arrived:?}");
    assert!(arrived.iter().all(|one| one.id == arrived[0].id), "one id: {arrived:?}");
    let unsent = "UPDATE deliveries SET place = place WHERE state <> 'sent'";
    assert_eq!(stage.touch(unsent).await, 0, "after {passed:?}");
    (!fate.is_dead.load(Ordering::SeqCst)).then_some(passed)
}

#[test]
fn whoever_sends_a_digest_may_die_at_any_point_and_nothing_of_it_is_missed() {
    on_both(async |stage| {
        let story = Story::by(&stage, [mail("mail.test", 587)]).await;
        stage.follow(MovesReactor).await;
        story.sent().await;
        let own = json!({"email": "ivan@example.org", "zone": "Europe/Amsterdam",
            "quiet": {"from": "22:00", "to": "07:00", "digest": true}});
        story.cast.ivan.patch("/people/ivan_implementer", "*", own).await.ok();
        for after in 0.. {
            if let Some(passed) = dies_digesting(&story, after).await {
                let messages = passed.iter().filter(|point| **point == MESSAGE[0]).count();
                assert_eq!((messages, after), (1, passed.len()), "{passed:?}");
                return;
            }
        }
    });
}

#[test]
fn whoever_calls_a_program_may_die_at_any_point_and_it_is_not_missed() {
    on_both(async |stage| {
        let story = Story::by(&stage, [hook(HOOK)]).await;
        dies_everywhere(&story, &[HOOK], &MESSAGE).await;
    });
}
