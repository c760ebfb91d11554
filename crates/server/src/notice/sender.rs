//! Sending what waits, each channel on a thread of its own, so that one that does not answer holds
//! up nothing but itself. What came of it is committed before more is taken on.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::notice::{Channel, ChannelContent, ChannelKind, DIGEST, Notice, Security};
use kernel::{ChangeId, ChannelId, NoticeId, Timestamp};
use ports::{
    CONNECTING, Fault, HttpClient, HttpRequest, HttpResponse, Mail, MailConnection, MailSecurity,
    MailServer, Mailer, Method, Query, Undelivered,
};
use ring::hmac;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::bus::{Bus, Envelope, Failure, Stop, find_state};
use crate::follow::lead::Leader;
use crate::http::App;
use crate::names::Names;
use crate::notice::channel::{Secrets, secrets};
use crate::notice::claim::{Claim, Piece};
use crate::notice::format::{Digest, Form, Letter};
use crate::notice::outbox::{Outcome, Settle, TakeOver, waiting};
use crate::read::wait;

/// Under which name it is remembered which server sends, and until when.
const LEADER: &str = "notices.sender";
/// How often it is looked whether something waits.
const PAUSE: Duration = Duration::from_millis(250);
/// How long an outcome rests that could not be committed.
const REST: Duration = Duration::from_millis(200);
/// How long a channel rests behind which nobody is there, in seconds.
const CHANNEL_REST_SECONDS: i64 = 60;
/// The host in the ids of mails: the same whatever becomes of a channel and its sender.
const ID_HOST: &str = "notices.interlock";
/// The most channels that send at once; others wait for their turn.
const CHANNELS_MAX: usize = 32;
/// Before what a key of Standard Webhooks is written.
const KEY_PREFIX: &str = "whsec_";
const MICROS: i64 = 1_000_000;

/// How something goes out.
#[derive(Clone, Default)]
pub struct Way {
    /// What opens connections to elsewhere.
    pub web: Option<Arc<dyn HttpClient>>,
    /// What opens connections to mail servers.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Where this server is reached by those who read a notice.
    pub address: Option<String>,
}

impl Way {
    /// As a server was set up.
    pub fn of(app: &App) -> Self {
        Self { web: app.web.clone(), mailer: app.mailer.clone(), address: app.address.clone() }
    }
}

/// Whoever sends.
pub struct Sender {
    bus: Bus,
    way: Way,
    stop: Arc<AtomicBool>,
    leader: Leader,
    /// Until when this server may take more on, in microseconds.
    leads_until: Arc<AtomicI64>,
    /// The channels that are sending.
    busy: Busy,
    /// The channels behind which nobody was there, and until when they rest.
    resting: Resting,
    threads: Vec<JoinHandle<()>>,
}

type Busy = Arc<Mutex<BTreeSet<ChannelId>>>;
type Resting = Arc<Mutex<BTreeMap<ChannelId, Timestamp>>>;

impl Sender {
    /// One that ends when it is told to stop.
    pub fn new(bus: &Bus, way: Way, stop: Arc<AtomicBool>) -> Self {
        let leader = Leader::new(bus, LEADER);
        Self {
            bus: bus.clone(),
            way,
            stop,
            leader,
            leads_until: Arc::default(),
            busy: Arc::default(),
            resting: Arc::default(),
            threads: Vec::new(),
        }
    }

    /// Sends until told to stop.
    pub fn run(mut self) {
        while !self.stop.load(Ordering::SeqCst) {
            if let Err(failure) = self.turn() {
                tracing::error!(?failure, "notices must wait");
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Takes on what waits now; answers how many channels are sending.
    pub fn turn(&mut self) -> Result<usize, Failure> {
        let leads = self.leader.leads()?;
        let until = if leads { self.leader.until().micros() } else { 0 };
        self.leads_until.store(until, Ordering::SeqCst);
        if !leads {
            return Ok(0);
        }
        self.threads.retain(|thread| !thread.is_finished());
        let now = self.bus.world().clock.now();
        let found = wait(&*self.bus.world().store, move |db| waiting(db, now));
        for channel in found.map_err(Failure::Fault)? {
            self.begin(channel, now);
        }
        Ok(self.busy.lock().unwrap_or_else(PoisonError::into_inner).len())
    }

    fn begin(&mut self, channel: ChannelId, now: Timestamp) {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.get(&channel).is_some_and(|until| now < *until) {
            return;
        }
        drop(resting);
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.len() >= CHANNELS_MAX || !busy.insert(channel) {
            return;
        }
        drop(busy);
        let round = Round {
            bus: self.bus.clone(),
            way: self.way.clone(),
            stop: Arc::clone(&self.stop),
            leads_until: Arc::clone(&self.leads_until),
            busy: Arc::clone(&self.busy),
            resting: Arc::clone(&self.resting),
            channel,
        };
        let thread = std::thread::Builder::new().name("notices by a channel".to_owned());
        match thread.spawn(move || round.send()) {
            Ok(thread) => self.threads.push(thread),
            Err(error) => {
                tracing::error!(%error, "notices must wait: no thread is to be had");
                self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&channel);
            }
        }
    }
}

/// What is being sent is sent and settled before the sender is gone: a restart leaves no doubt.
impl Drop for Sender {
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that sent notices had panicked");
            }
        }
    }
}

/// One channel at work.
struct Round {
    bus: Bus,
    way: Way,
    stop: Arc<AtomicBool>,
    leads_until: Arc<AtomicI64>,
    busy: Busy,
    resting: Resting,
    channel: ChannelId,
}

/// A thread that panics is not busy any more either.
impl Drop for Round {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.channel);
    }
}

impl Round {
    fn send(self) {
        if let Err(failure) = self.rounds() {
            tracing::error!(?failure, channel = %self.channel, "notices of a channel must wait");
        }
    }

    /// Claims, sends and settles until nothing waits, or nobody is there. What is claimed already
    /// was so by a round that broke off: there is one at a time.
    fn rounds(&self) -> Result<(), Failure> {
        let take_over = TakeOver { channel: self.channel };
        let taken = self.bus.call(Envelope::system("notice"), take_over)?.answer;
        if taken > 0 {
            tracing::warn!(deliveries = taken, "notices are in doubt and are sent again");
        }
        while !self.stop.load(Ordering::SeqCst) && self.leads() {
            let claim = Claim { channel: self.channel };
            let pieces = self.bus.call(Envelope::system("notice"), claim)?.answer;
            if pieces.is_empty() {
                break;
            }
            let (outlet, letters) = match self.letters(&pieces) {
                Ok(read) => read,
                Err(fault) => {
                    let untried = pieces.into_iter().map(|piece| (piece, Outcome::Untried));
                    self.settle(&untried.collect::<Vec<_>>());
                    return Err(Failure::Fault(fault));
                }
            };
            let (outcomes, is_gone) = self.made(&outlet, &pieces, &letters);
            self.settle(&outcomes);
            if is_gone {
                let until = self.bus.world().clock.now().plus_seconds(CHANNEL_REST_SECONDS);
                let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
                resting.insert(self.channel, until);
                break;
            }
        }
        Ok(())
    }

    /// Whether this server still is the one that sends.
    fn leads(&self) -> bool {
        self.bus.world().clock.now().micros() < self.leads_until.load(Ordering::SeqCst)
    }

    /// The channel with the texts of some deliveries, each notice read once.
    fn letters(&self, pieces: &[Piece]) -> Result<(Outlet, Vec<Option<Written>>), Fault> {
        let (channel, wanted) = (self.channel, pieces.to_vec());
        wait(&*self.bus.world().store, move |db| {
            let outlet = Outlet::of(db, channel).map_err(|stop| match stop {
                Stop::Fault(fault) => fault,
                _ => Fault::permanent("reading a channel", "it is gone"),
            })?;
            let mut notices: BTreeMap<NoticeId, Option<Source>> = BTreeMap::new();
            for piece in &wanted {
                if let Entry::Vacant(slot) = notices.entry(piece.notice) {
                    slot.insert(Source::of(db, piece.notice)?);
                }
            }
            let letter = |piece: &Piece| notices.get(&piece.notice)?.as_ref()?.written(piece);
            Ok((outlet, wanted.iter().map(letter).collect()))
        })
    }

    /// Sends; answers what became of each, and whether nobody is there any more.
    fn made(
        &self,
        outlet: &Outlet,
        pieces: &[Piece],
        letters: &[Option<Written>],
    ) -> (Vec<(Piece, Outcome)>, bool) {
        let mut open = None;
        let mut outcomes = Vec::with_capacity(pieces.len());
        let mut is_gone = false;
        let mut letters = letters;
        for parcel in pieces.chunk_by(|one, next| one.digest.is_some() && one.digest == next.digest)
        {
            let (written, later) = letters.split_at(parcel.len());
            letters = later;
            // Where nobody is there, and when told to stop, the rest waits for another time.
            if is_gone || self.stop.load(Ordering::SeqCst) {
                outcomes.extend(parcel.iter().map(|piece| (piece.clone(), Outcome::Untried)));
                continue;
            }
            let now = self.bus.world().clock.now();
            let end = outlet.send(&self.way, &mut open, (parcel, written), now);
            if let Err(failure) = &end {
                is_gone = matches!(failure, Undelivered::Nobody(_) | Undelivered::Unknown(_));
                if is_gone {
                    open = None;
                }
            }
            for (piece, letter) in parcel.iter().zip(written) {
                let outcome = match (letter, &end) {
                    (None, _) => Outcome::Failed(text_is_gone()),
                    (Some(_), Ok(())) => Outcome::Sent,
                    (Some(_), Err(failure)) => Outcome::Failed(failure.clone()),
                };
                outcomes.push((piece.clone(), outcome));
            }
        }
        (outcomes, is_gone)
    }

    /// Commits what came of it, however long that takes: what is not committed is in doubt.
    fn settle(&self, outcomes: &[(Piece, Outcome)]) {
        loop {
            let settle = Settle { channel: self.channel, outcomes: outcomes.to_vec() };
            match self.bus.call(Envelope::system("notice"), settle) {
                Ok(_) => return,
                Err(failure) => tracing::error!(?failure, "what came of notices must wait"),
            }
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            std::thread::sleep(REST);
        }
    }
}

/// A text with what surrounds it.
struct Written {
    moment: &'static str,
    number: String,
    /// Where it is read more about, below the address of this server.
    path: String,
    subject: String,
    body: String,
    window: Option<domain::vocabulary::Window>,
}

impl Written {
    /// Where it is read more about, where the address of this server is known.
    fn link(&self, way: &Way) -> Option<String> {
        let address = way.address.as_ref().filter(|_| !self.path.is_empty())?;
        Some(format!("{address}/{}", self.path))
    }
}

/// A notice with the number of its record, and where that is read.
struct Source {
    notice: Notice,
    number: String,
    path: String,
}

impl Source {
    fn of(db: &mut dyn Query, id: NoticeId) -> Result<Option<Self>, Fault> {
        let Some(found) = find_state::<Notice>(db, id)? else { return Ok(None) };
        let notice = found.state;
        let Some(key) = notice.key() else { return Ok(None) };
        let id = key.rsplit(':').next().unwrap_or_default();
        let named = Names::default().get(db, id)?;
        let number = named.and_then(|named| named.number).unwrap_or_default();
        let path = match number.as_str() {
            "" => String::new(),
            number => path_of(id, number, notice.release.is_some()),
        };
        Ok(Some(Self { notice, number, path }))
    }

    /// The text for one reader.
    fn written(&self, piece: &Piece) -> Option<Written> {
        let (audience, zone) = (piece.audience.parse().ok()?, piece.zone.parse().ok()?);
        let text = self.notice.text(audience, &zone)?;
        Some(Written {
            moment: self.notice.word(),
            number: self.number.clone(),
            path: self.path.clone(),
            subject: text.subject.clone(),
            body: text.body.clone(),
            window: self.notice.window.clone(),
        })
    }
}

/// Where it is read more about what a notice tells of a record: a moment of a release, or a move.
pub(super) fn path_of(id: &str, number: &str, is_moment: bool) -> String {
    match id.parse::<ChangeId>() {
        _ if is_moment => format!("releases/{number}/notices"),
        Ok(_) => format!("changes/{number}"),
        Err(_) => format!("releases/{number}"),
    }
}

/// A channel with its secrets.
pub(super) struct Outlet {
    content: ChannelContent,
    secrets: Secrets,
}

type Open = Option<Box<dyn MailConnection>>;

impl Outlet {
    pub(super) fn of(db: &mut dyn Query, id: ChannelId) -> Result<Self, Stop> {
        let gone = || Fault::permanent("reading a channel", "its state is gone");
        let found = find_state::<Channel>(db, id)?.ok_or_else(gone)?;
        Ok(Self { content: found.state.content, secrets: secrets(db, id)? })
    }

    /// Sends a message that says what it is for; answers what happened.
    pub(super) fn test(&self, way: &Way, to: &str, now: Timestamp) -> Result<String, String> {
        let is_mail = self.content.kind == ChannelKind::Email;
        if is_mail && to.is_empty() {
            return Err("say whom the test is for: your account has no e-mail address".to_owned());
        }
        let written = Written {
            moment: "test",
            number: String::new(),
            path: String::new(),
            subject: format!("Test of the channel {}", self.content.name),
            body: "Notices of releases will arrive like this. Nothing has to be done.".to_owned(),
            window: None,
        };
        let id = format!("test-{}", now.micros());
        let link = way.address.as_deref();
        let end = self.deliver(way, &mut None, &Parcel { id: &id, to, link, now }, &written);
        let place = if is_mail { to } else { &self.content.host };
        match end {
            Ok(()) => Ok(format!("the test was taken for {place}")),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// Sends what goes out together: one delivery, or those of a digest. Those whose text is gone
    /// are left out.
    fn send(
        &self,
        way: &Way,
        open: &mut Open,
        (pieces, letters): (&[Piece], &[Option<Written>]),
        now: Timestamp,
    ) -> Result<(), Undelivered> {
        let mut written = letters.iter().flatten();
        let (Some(piece), Some(first)) = (pieces.first(), written.next()) else {
            return Err(text_is_gone());
        };
        let Some(id) = &piece.digest else {
            let (id, link) = (id_of(piece), first.link(way));
            let parcel = Parcel { id: &id, to: &piece.recipient, link: link.as_deref(), now };
            return self.deliver(way, open, &parcel, first);
        };
        let entries = std::iter::once(first).chain(written);
        let entries = entries.map(|one| (one.subject.as_str(), one.link(way))).collect();
        let home = way.address.as_ref().map(|address| format!("{address}/inbox"));
        let digest = Digest { entries, home };
        let parcel = Parcel { id, to: &piece.recipient, link: None, now };
        self.mail(way, open, &parcel, digest.mail())
    }

    fn deliver(
        &self,
        way: &Way,
        open: &mut Open,
        parcel: &Parcel<'_>,
        written: &Written,
    ) -> Result<(), Undelivered> {
        let Written { subject, body, moment, .. } = written;
        let address = way.address.as_deref().filter(|_| *moment == DIGEST);
        let letter = Letter { subject, body, link: parcel.link, address };
        let body = match self.content.kind {
            ChannelKind::Email => return self.mail(way, open, parcel, letter.mail()),
            ChannelKind::Slack => letter.slack().to_string(),
            ChannelKind::Teams => letter.teams().to_string(),
            ChannelKind::Webhook => self.payload(parcel, written).to_string(),
        };
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if self.content.kind == ChannelKind::Webhook {
            headers.extend(signed(&self.secrets.secret, parcel, &body));
        }
        let web = way.web.as_ref().ok_or_else(nothing_goes_out)?;
        let request = HttpRequest {
            method: Method::Post,
            url: self.secrets.url.clone(),
            headers,
            body: body.into_bytes(),
        };
        heard(web.send_unread(&request))
    }

    fn mail(
        &self,
        way: &Way,
        open: &mut Open,
        parcel: &Parcel<'_>,
        form: Form,
    ) -> Result<(), Undelivered> {
        let content = &self.content;
        let mail = Mail {
            message_id: format!("{}@{ID_HOST}", parcel.id),
            at: parcel.now,
            from: content.from.clone(),
            to: parcel.to.to_owned(),
            subject: form.subject,
            text: form.text,
            html: form.html,
        };
        let connection = match open {
            Some(connection) => connection,
            None => {
                let mailer = way.mailer.as_ref().ok_or_else(nothing_goes_out)?;
                open.insert(mailer.open(&self.server())?)
            }
        };
        connection.send(&mail)
    }

    fn server(&self) -> MailServer {
        let ChannelContent { host, port, security, user, .. } = &self.content;
        MailServer {
            host: host.clone(),
            port: *port,
            security: match security {
                Security::None => MailSecurity::None,
                Security::StartTls => MailSecurity::StartTls,
                Security::Tls => MailSecurity::Tls,
            },
            login: (!user.is_empty()).then(|| (user.clone(), self.secrets.secret.clone())),
        }
    }

    /// What a program is sent (Standard Webhooks: type, timestamp, data).
    fn payload(&self, parcel: &Parcel<'_>, written: &Written) -> serde_json::Value {
        let window = written.window.as_ref().map(crate::names::shown_window);
        json!({
            "type": format!("release.notice.{}", written.moment),
            "timestamp": parcel.now.to_string(),
            "data": {
                "release": written.number,
                "moment": written.moment,
                "window": window,
                "audience": self.content.audience.word(),
                "subject": written.subject,
                "text": written.body,
                "link": parcel.link,
            },
        })
    }
}

/// One message: its id, whom it is for, where it leads.
struct Parcel<'a> {
    id: &'a str,
    to: &'a str,
    link: Option<&'a str>,
    now: Timestamp,
}

/// The id of a delivery: the same each time that it is sent, and no other one's.
fn id_of(piece: &Piece) -> String {
    let digest = Sha256::digest(piece.recipient.as_bytes());
    let first = u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
    format!("{}.{first:016x}", piece.notice)
}

fn text_is_gone() -> Undelivered {
    Undelivered::Refused("its text is gone".to_owned())
}

fn nothing_goes_out() -> Undelivered {
    Undelivered::Nobody("this server opens no connections".to_owned())
}

/// The headers that prove who sent a request (Standard Webhooks 1.0).
fn signed(secret: &str, parcel: &Parcel<'_>, body: &str) -> Vec<(String, String)> {
    let seconds = parcel.now.micros().div_euclid(MICROS).to_string();
    let bare = secret.strip_prefix(KEY_PREFIX).unwrap_or(secret);
    let key = STANDARD.decode(bare).unwrap_or_else(|_| secret.as_bytes().to_vec());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{}.{seconds}.{body}", parcel.id).as_bytes());
    let header = |name: &str, value: String| (name.to_owned(), value);
    vec![
        header("webhook-id", parcel.id.to_owned()),
        header("webhook-timestamp", seconds),
        header("webhook-signature", format!("v1,{}", STANDARD.encode(tag.as_ref()))),
    ]
}

/// What an answer over HTTP means. What the receiver says is not repeated: it may be anything.
fn heard(end: Result<HttpResponse, Fault>) -> Result<(), Undelivered> {
    match end {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) if answer.status == 410 => {
            Err(Undelivered::Refused("the receiver is gone for good (410)".to_owned()))
        }
        Ok(HttpResponse { status, .. }) => {
            let why = format!("the receiver answered {status}");
            // One that is busy or broken takes nothing else now either.
            let is_busy = status == 429 || status >= 500;
            Err(if is_busy { Undelivered::Nobody(why) } else { Undelivered::Later(why) })
        }
        Err(Fault::Transient { attempted, .. }) if attempted == CONNECTING => {
            Err(Undelivered::Nobody("nobody answered at its address".to_owned()))
        }
        Err(fault) if fault.is_transient() => {
            Err(Undelivered::Unknown("the connection broke before the answer came".to_owned()))
        }
        Err(_) => Err(Undelivered::Refused("its address cannot be called".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(recipient: &str) -> Piece {
        Piece {
            notice: "ntc_01930f5c6a0070008000000000000001".parse().expect("an id"),
            recipient: recipient.to_owned(),
            audience: "support".to_owned(),
            zone: "UTC".to_owned(),
            digest: None,
        }
    }

    /// The example of the specification of Standard Webhooks 1.0.
    #[test]
    fn a_request_is_signed_as_standard_webhooks_asks() {
        let now = Timestamp::from_micros(1_614_265_330 * MICROS);
        let parcel = Parcel { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", to: "", link: None, now };
        let headers =
            signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &parcel, r#"{"test": 2432232314}"#);
        let signature = &headers[2].1;
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_delivery_has_one_id_whenever_it_is_sent() {
        assert_eq!(id_of(&piece("eve@example.org")), id_of(&piece("eve@example.org")));
        assert_ne!(id_of(&piece("eve@example.org")), id_of(&piece("bob@example.org")));
        assert!(!id_of(&piece("eve@example.org")).contains("eve"), "an id gives nobody away");
    }

    #[test]
    fn it_is_unknown_only_where_something_was_handed_over() {
        let answer =
            |status| Ok(HttpResponse { status, headers: Vec::new(), body: b"secret".to_vec() });
        assert_eq!(heard(answer(204)), Ok(()));
        assert!(matches!(heard(answer(410)), Err(Undelivered::Refused(_))));
        let Err(Undelivered::Nobody(why)) = heard(answer(500)) else { panic!("it is later") };
        assert!(why.contains("500") && !why.contains("secret"));
        assert!(matches!(heard(answer(400)), Err(Undelivered::Later(_))));
        let unsent = Fault::transient(CONNECTING, "refused");
        assert!(matches!(heard(Err(unsent)), Err(Undelivered::Nobody(_))));
        let broken = Fault::transient("calling over HTTP", "it broke");
        assert!(matches!(heard(Err(broken)), Err(Undelivered::Unknown(_))));
    }
}
