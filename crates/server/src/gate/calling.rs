//! Answering those who asked by a webhook: each request is judged again until it is answered for
//! good, and told why it waits when that changes. What is told is written down after it was told;
//! a server that is killed in between tells it again, which changes nothing at the other end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::common::Artifact;
use api::gate::GateQuestion;
use domain::gate::{GateRequest, Telling, Word, give_up, tell, told};
use domain::identity::Permission;
use domain::vocabulary::Environment;
use kernel::{GateRequestId, Timestamp};
use ports::{Fault, HttpClient, Query};

use crate::bus::{Bus, Command, Envelope, Failure, Loaded, Stop, Work, find_state};
use crate::gate::GitHub;
use crate::gate::answer::{AnswerGate, judged_again};
use crate::gate::facts::Asked;
use crate::read::wait;

/// How often all that wait are looked at.
const PAUSE: Duration = Duration::from_secs(1);
/// The most requests of one look.
const REQUESTS_MAX: i64 = 500;
/// How long a request waits at most, in days: GitHub ends its runs after that.
const DAYS_MAX: i64 = 30;
/// How long one that failed rests at first, in minutes, and how often that is doubled.
const REST_MINUTES: i64 = 1;
const REST_DOUBLED_MAX: u32 = 5;

/// Who answers.
pub struct Caller {
    bus: Bus,
    github: GitHub,
    http: Arc<dyn HttpClient>,
    /// Those that could not be told, how often, and when they are tried again.
    resting: BTreeMap<GateRequestId, (u32, Timestamp)>,
}

impl Caller {
    /// Whoever answers GitHub.
    pub fn new(bus: Bus, github: GitHub, http: Arc<dyn HttpClient>) -> Self {
        Self { bus, github, http, resting: BTreeMap::new() }
    }

    /// Answers until told to stop.
    pub fn run(&mut self, stop: &Arc<AtomicBool>) {
        while !stop.load(Ordering::SeqCst) {
            if let Err(failure) = self.turn() {
                tracing::error!(?failure, "requests of gates must wait");
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Looks at all that wait, once; answers how many were told something.
    pub fn turn(&mut self) -> Result<usize, Failure> {
        let now = self.bus.world().clock.now();
        let waiting = wait(&*self.bus.world().store, waiting).map_err(Failure::Fault)?;
        self.resting.retain(|id, _| waiting.iter().any(|(known, _)| known == id));
        let mut count = 0;
        for (id, request) in waiting {
            if self.resting.get(&id).is_some_and(|(_, until)| *until > now) {
                continue;
            }
            match self.answer(id, &request, now) {
                Ok(was_told) => {
                    self.resting.remove(&id);
                    count += usize::from(was_told);
                }
                Err(failure) => self.rest(id, now, &failure),
            }
        }
        Ok(count)
    }

    fn rest(&mut self, id: GateRequestId, now: Timestamp, failure: &Failure) {
        let tries = self.resting.get(&id).map_or(0, |(tries, _)| *tries);
        let minutes = REST_MINUTES << tries.min(REST_DOUBLED_MAX);
        tracing::warn!(?failure, request = id.to_string(), minutes, "a request is tried again");
        self.resting.insert(id, (tries + 1, now.plus_minutes(minutes)));
    }

    fn answer(
        &self,
        id: GateRequestId,
        request: &GateRequest,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let received = request.received_at.unwrap_or(now);
        if received.plus_minutes(DAYS_MAX * 24 * 60) <= now {
            let reason = format!("it was not answered for {DAYS_MAX} days");
            return self.write(id, Written::GivenUp(reason)).map(|()| false);
        }
        let (answer, comment) = self.judge(request, now)?;
        let Some(telling) = tell(request, answer, &comment) else { return Ok(false) };
        let sent = self.github.answer(&*self.http, request, &telling, now);
        let status = sent.map_err(Failure::Fault)?.status;
        match status {
            200..300 => self.write(id, Written::Told(telling)).map(|()| true),
            // The run is gone, or someone answered it by hand.
            404 | 410 | 422 => {
                let reason = format!("GitHub takes no answer any more ({status})");
                self.write(id, Written::GivenUp(reason)).map(|()| false)
            }
            _ => {
                let why = std::io::Error::other(format!("it answered {status}"));
                Err(Failure::Fault(Fault::transient("answering GitHub", why)))
            }
        }
    }

    /// The answer in words. An environment that we do not know is nothing that anyone approved.
    fn judge(&self, request: &GateRequest, now: Timestamp) -> Result<(Word, String), Failure> {
        let environment = request.environment.to_lowercase();
        let Some(artifact) = &request.artifact else {
            return Ok((Word::Deny, "it names no artifact".to_owned()));
        };
        if environment.parse::<Environment>().is_err() {
            let known: Vec<&str> = Environment::ALL.iter().map(|one| one.word()).collect();
            let comment = format!(
                "the environment `{}` is not known here: call it {}",
                request.environment,
                known.join(", ")
            );
            return Ok((Word::Deny, comment));
        }
        let question = GateQuestion {
            artifact: Artifact { name: artifact.name.clone(), digest: artifact.digest.to_string() },
            environment,
            purpose: None,
            ci: None,
            service: None,
            record: None,
        };
        let asked = question.clone();
        let found = wait(&*self.bus.world().store, move |db| match Asked::of(db, &asked) {
            Ok(asked) => {
                let (judged, is_known) = judged_again(db, &asked, now)?;
                Ok(Some((judged.verdict, is_known)))
            }
            Err(Stop::Fault(fault)) => Err(fault),
            Err(_) => Ok(None),
        });
        let Some((verdict, is_known)) = found.map_err(Failure::Fault)? else {
            return Ok((Word::Deny, "what it asks about cannot be read".to_owned()));
        };
        if !is_known {
            self.bus.call(Envelope::system("github"), AnswerGate { question })?;
        }
        Ok((verdict.word, verdict.in_words()))
    }

    fn write(&self, request: GateRequestId, written: Written) -> Result<(), Failure> {
        let command = WriteDown { request, written };
        self.bus.call(Envelope::system("github"), command).map(|_| ())
    }
}

fn waiting(db: &mut dyn Query) -> Result<Vec<(GateRequestId, GateRequest)>, Fault> {
    let sql = "SELECT id FROM gate_requests WHERE state = 'waiting' ORDER BY id LIMIT $1";
    let rows = db.query(sql, &[REQUESTS_MAX.into()])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let id: GateRequestId = row.parsed(0)?;
        if let Some(request) = find_state::<GateRequest>(db, id)? {
            found.push((id, request.state));
        }
    }
    Ok(found)
}

/// What became of a request.
enum Written {
    Told(Telling),
    GivenUp(String),
}

/// Writes down what became of a request.
struct WriteDown {
    request: GateRequestId,
    written: Written,
}

impl Command for WriteDown {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "gate.tell"
    }

    fn permission(&self) -> Permission {
        Permission::GateAsk
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let mut request: Loaded<GateRequest> = work.load(self.request)?;
        let events = match &self.written {
            Written::Told(telling) => told(&request.state, telling.clone()),
            Written::GivenUp(reason) => give_up(&request.state, reason),
        };
        work.append(&mut request, events)
    }
}
