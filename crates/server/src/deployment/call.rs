//! Doing what a step calls for, over HTTP: one request, or looks at something for a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kernel::ReleaseId;
use orchestrator::{Answer, Attempt, Input, LegState, Value};
use ports::{CONNECTING, Fault, HttpClient, HttpRequest, HttpResponse, Method, Query};

use crate::bus::{Bus, Envelope, Failure, find_state};
use crate::deployment::file::{Call, HttpCall, JobCall, Probe};
use crate::deployment::look::PromQuery;
use crate::deployment::run::Run;
use crate::deployment::trigger::{AlertLook, Watch};
use crate::read::wait;
use crate::runner::{Ask, AskForJob, CancelJob, Status, status};

/// The most of an answer that is kept as what came of a step, in characters.
const NOTE_CHARACTERS: usize = 500;
/// How often it is looked whether a job has ended.
const JOB_LOOK: Duration = Duration::from_millis(250);
/// How long a call that can be repeated rests before it is, at first; twice as long each time.
const REST: Duration = Duration::from_secs(1);
/// How long it rests at most.
const REST_MAX: Duration = Duration::from_secs(30);
/// How often a thread that rests looks whether it is told to stop.
const NAP: Duration = Duration::from_millis(20);

/// The thread's view of the world: whom it calls, and whether it is to go on.
pub(super) struct Caller<'a> {
    pub(super) http: &'a dyn HttpClient,
    /// By which runners are asked, where there are any.
    pub(super) bus: Option<&'a Bus>,
    /// The driver ends: what is in flight is left, and asked about by the next one.
    pub(super) stop: &'a AtomicBool,
    /// Nobody wants the outcome any more.
    pub(super) cancel: &'a AtomicBool,
    /// How long the attempt may take.
    pub(super) limit: Duration,
    /// Nobody made the call before under the same key.
    pub(super) is_first: bool,
}

/// How a look at something went.
enum Look {
    Good(String),
    Bad(String),
    /// It says nothing, or nothing that counts.
    Silent(String),
    /// It rests on too little yet.
    Few(String),
}

impl Caller<'_> {
    /// Makes the call of an attempt; nothing when it was told to stop.
    pub(super) fn make(&self, attempt: &Attempt, call: &Call) -> Option<Input> {
        let attempt = attempt.clone();
        match call {
            Call::Http(call) => self.request(attempt, call, false),
            Call::Notice(call) => Some(match self.request(attempt, call, true)? {
                // What could not be told does not hold the work up.
                Input::Failed { attempt, reason } => {
                    Input::Succeeded { attempt, note: Some(format!("left: {reason}")) }
                }
                Input::Lost(attempt) | Input::Unknown(attempt) => {
                    let note = "left: nobody knows whether it arrived".to_owned();
                    Input::Succeeded { attempt, note: Some(note) }
                }
                other => other,
            }),
            Call::Probe(probe) => self.probe(attempt, probe),
            Call::Query(query) => self.query(attempt, query),
            Call::Job(key, job) => self.job(attempt, key, job),
        }
    }

    /// Asks a runner and waits for the end. The same key again is the same job, so a driver that
    /// takes over waits on.
    fn job(&self, attempt: Attempt, key: &str, job: &JobCall) -> Option<Input> {
        let Some(bus) = self.bus else {
            let reason = "no runner can be asked from here".to_owned();
            return Some(Input::Failed { attempt, reason });
        };
        let JobCall { target, command, arguments } = job.clone();
        let ask = Ask { key: key.to_owned(), target, command, arguments, time_limit_seconds: None };
        loop {
            match bus.call(Envelope::system("run"), AskForJob { ask: ask.clone() }) {
                Ok(_) => break,
                Err(Failure::Refused(refusal)) => {
                    return Some(Input::Failed { attempt, reason: refusal.detail });
                }
                // The same key again is the same job: it is asked for once the store is there.
                Err(_) if self.rest(REST) => {}
                Err(_) => return self.is_cancelled().then_some(Input::Lost(attempt)),
            }
        }
        let mut rested = Duration::ZERO;
        loop {
            let asked = key.to_owned();
            let stands = wait(&*bus.world().store, move |db| status(db, &asked));
            let failed = |reason: &str| Input::Failed {
                attempt: attempt.clone(),
                reason: reason.to_owned(),
            };
            match stands {
                Ok(Status::Ended { exit: 0 }) => {
                    return Some(Input::Succeeded { attempt, note: Some(ended(key, 0)) });
                }
                Ok(Status::Ended { exit }) => {
                    return Some(failed(&ended(key, exit)));
                }
                Ok(Status::NeverBegun) => return Some(failed("no runner began it")),
                // Asked for again it would be as lost as before.
                Ok(Status::Unknown) => return Some(Input::Unknown(attempt)),
                // One that is not begun later either has failed.
                Ok(Status::Queued) if rested >= self.limit => {
                    call_off(bus, key, "no runner began it in time", true);
                }
                Ok(Status::Queued | Status::Running) | Err(_) => {}
            }
            if !self.rest(JOB_LOOK) {
                if !self.is_cancelled() {
                    return None;
                }
                // Whoever says that it is done does not want it stopped halfway.
                if !is_done(bus, key, &attempt) {
                    call_off(bus, key, "the run has no more use for it", false);
                }
                return Some(Input::Lost(attempt));
            }
            rested += JOB_LOOK;
        }
    }

    /// Sends one request, and where that is safe again until its time is over: only what may have
    /// arrived goes on beyond, unless it is a notice, which is left.
    fn request(&self, attempt: Attempt, call: &HttpCall, is_notice: bool) -> Option<Input> {
        let request = HttpRequest {
            method: call.method,
            url: call.url.clone(),
            headers: call.headers.clone(),
            body: call.body.clone().into_bytes(),
        };
        let (mut rest, mut rested) = (REST, Duration::ZERO);
        let mut may_have_arrived = call.is_repeated && !is_notice && !self.is_first;
        loop {
            let fault = match self.http.send(&request) {
                Ok(answer) if is_expected(&call.expect, answer.status) => {
                    return Some(Input::Succeeded { attempt, note: Some(noted(&answer)) });
                }
                Ok(answer) => return Some(Input::Failed { attempt, reason: noted(&answer) }),
                Err(fault) => fault,
            };
            may_have_arrived |= was_sent(&fault);
            let is_in_time = rested + rest <= self.limit;
            let is_worth_it = if may_have_arrived { !is_notice } else { is_in_time };
            if !call.is_repeated || !fault.is_transient() || !is_worth_it {
                // Where nothing was sent nothing happened; else nobody knows.
                return Some(if may_have_arrived && call.is_repeated {
                    Input::Unknown(attempt)
                } else if may_have_arrived {
                    Input::Lost(attempt)
                } else {
                    Input::Failed { attempt, reason: shortened(&fault.to_string()) }
                });
            }
            if self.is_over() || !self.rest(rest) {
                return self.is_cancelled().then_some(Input::Lost(attempt));
            }
            rested += rest;
            rest = (rest * 2).min(REST_MAX);
        }
    }

    /// Asks what became of a call.
    pub(super) fn ask(&self, attempt: &Attempt, call: &Call) -> Input {
        let url = match call {
            Call::Http(call) | Call::Notice(call) => call.status_url.clone(),
            Call::Job(key, _) => {
                return Input::Answered { attempt: attempt.clone(), answer: self.ask_runner(key) };
            }
            Call::Probe(_) | Call::Query(_) => None,
        };
        let answer = url.map_or(Answer::Unknown, |url| match self.http.send(&get(url)) {
            Ok(answer) => told(&answer),
            Err(_) => Answer::Unknown,
        });
        Input::Answered { attempt: attempt.clone(), answer }
    }

    /// What became of a job that was lost: its runner may have told meanwhile.
    fn ask_runner(&self, key: &str) -> Answer {
        let Some(bus) = self.bus else { return Answer::Unknown };
        let asked = key.to_owned();
        wait(&*bus.world().store, move |db| end_of_job(db, &asked)).unwrap_or(Answer::Unknown)
    }

    /// Looks until it has been as it should be for the stated time, without a break.
    /// When its time is over it has failed, and the last look says why.
    fn probe(&self, attempt: Attempt, probe: &Probe) -> Option<Input> {
        let every = Duration::from_secs(probe.every_seconds.into());
        let mut good_for: Option<u32> = None;
        let mut watched = Duration::ZERO;
        loop {
            let (is_good, note) = self.look_at(probe);
            good_for = match good_for {
                None if is_good && probe.for_seconds == 0 => {
                    return Some(Input::Succeeded { attempt, note: Some(note) });
                }
                Some(seconds) if is_good && seconds >= probe.for_seconds => {
                    return Some(Input::Succeeded { attempt, note: Some(note) });
                }
                seconds if is_good => {
                    Some(seconds.unwrap_or(0).saturating_add(probe.every_seconds))
                }
                _ => None,
            };
            if watched + every > self.limit {
                let reason = shortened(&format!("it did not get well in time: {note}"));
                return Some(Input::Failed { attempt, reason });
            }
            if !self.rest(every) {
                return self.is_cancelled().then_some(Input::Lost(attempt));
            }
            watched += every;
        }
    }

    /// Whether an address is as it should be, and what it says.
    fn look_at(&self, probe: &Probe) -> (bool, String) {
        match self.http.send(&get(probe.url.clone())) {
            Ok(answer) => {
                let body = String::from_utf8_lossy(&answer.body);
                let holds = probe.contains.as_ref().is_none_or(|text| body.contains(text));
                (is_expected(&probe.expect, answer.status) && holds, noted(&answer))
            }
            Err(fault) => (false, shortened(&fault.to_string())),
        }
    }

    /// Watches a query for the stated time. One bad value is enough; silence is never good. What
    /// rests on too little is no verdict either, should it still do so at the end.
    fn query(&self, attempt: Attempt, query: &PromQuery) -> Option<Input> {
        let (mut watched, mut silent) = (0, None);
        loop {
            let (mut last, mut few) = (None, None);
            match self.value(query) {
                Look::Good(note) => last = Some(note),
                Look::Bad(reason) => return Some(Input::Failed { attempt, reason }),
                Look::Silent(reason) => silent = Some(reason),
                Look::Few(reason) => few = Some(reason),
            }
            if watched >= query.for_seconds {
                return Some(match silent.or(few) {
                    None => Input::Succeeded { attempt, note: last },
                    Some(reason) => Input::NoData { attempt, reason },
                });
            }
            if !self.rest(Duration::from_secs(query.every_seconds.into())) {
                return self.is_cancelled().then_some(Input::Lost(attempt));
            }
            watched = watched.saturating_add(query.every_seconds);
        }
    }

    /// What a trigger watches, as it is now.
    pub(super) fn look(&self, watch: &Watch) -> (Value, String) {
        let look = match watch {
            Watch::Query(query) => self.value(query),
            Watch::Alert(alert) => self.alert(alert),
        };
        match look {
            Look::Good(note) => (Value::Good, note),
            Look::Bad(note) => (Value::Bad, note),
            Look::Silent(note) | Look::Few(note) => (Value::NoData, note),
        }
    }

    fn value(&self, query: &PromQuery) -> Look {
        if let Some((sample, least)) = &query.sample {
            let seen: f64 = match self.asked(&query.url, sample) {
                Ok(values) => values.iter().sum(),
                Err(silent) => return silent,
            };
            if seen.is_nan() {
                return Look::Silent(format!("no data for {sample}"));
            }
            if seen < *least {
                return Look::Few(format!("no data: a verdict rests on {least}, and {seen} came"));
            }
        }
        let values = match self.asked(&query.url, &query.query) {
            Ok(values) => values,
            Err(silent) => return silent,
        };
        let is_bad = |value: &f64| {
            query.at_most.is_some_and(|most| *value > most)
                || query.at_least.is_some_and(|least| *value < least)
        };
        // A series that says nothing hides no bad one, and makes no good one of the others.
        match values.iter().find(|value| is_bad(value)) {
            Some(value) => Look::Bad(format!("{} is {value}", query.query)),
            None if values.iter().any(|value| value.is_nan()) => {
                Look::Silent(format!("no data for a part of {}", query.query))
            }
            None => Look::Good(format!("{} is {values:?}", query.query)),
        }
    }

    /// The values of a query of Prometheus.
    fn asked(&self, url: &str, query: &str) -> Result<Vec<f64>, Look> {
        let path = format!("/api/v1/query?query={}", encoded(query));
        let body = self.told_by(url, &path)?;
        values(&body).ok_or_else(|| Look::Silent(format!("no data for {query}")))
    }

    /// Whether an alert fires. One that is silenced or inhibited does not.
    fn alert(&self, look: &AlertLook) -> Look {
        let by_name = std::iter::once(("alertname", &look.alert));
        let labels = look.labels.iter().map(|(name, value)| (name.as_str(), value));
        let filters = by_name.chain(labels).map(|(name, value)| {
            format!("&filter={}", encoded(&format!("{name}={}", serde_json::json!(value))))
        });
        let path = "/api/v2/alerts?active=true&silenced=false&inhibited=false";
        let path: String = std::iter::once(path.to_owned()).chain(filters).collect();
        let alerts = match self.told_by(&look.url, &path) {
            Ok(body) => serde_json::from_slice::<Vec<serde_json::Value>>(&body),
            Err(silent) => return silent,
        };
        match alerts.as_deref() {
            Ok([]) => Look::Good(format!("{} does not fire", look.alert)),
            Ok([first, ..]) => {
                let notes = &first["annotations"];
                let said = notes["summary"].as_str().or_else(|| notes["description"].as_str());
                let said = said.map(|said| format!(": {said}")).unwrap_or_default();
                Look::Bad(shortened(&format!("{} fires{said}", look.alert)))
            }
            Err(_) => Look::Silent(format!("no data for alert {}", look.alert)),
        }
    }

    /// What an address says, where it says anything.
    fn told_by(&self, base: &str, path: &str) -> Result<Vec<u8>, Look> {
        let url = format!("{}{path}", base.trim_end_matches('/'));
        match self.http.send(&get(url)) {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => Err(Look::Silent(format!("no data: {}", noted(&answer)))),
            Err(fault) => Err(Look::Silent(shortened(&format!("no data: {fault}")))),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst) || self.is_cancelled()
    }

    /// Rests; false when it was told to stop meanwhile.
    fn rest(&self, time: Duration) -> bool {
        let mut left = time;
        while !left.is_zero() && !self.is_over() {
            std::thread::sleep(left.min(NAP));
            left = left.saturating_sub(NAP);
        }
        !self.is_over()
    }
}

/// What is known of the end of a job.
pub(super) fn end_of_job(db: &mut dyn Query, key: &str) -> Result<Answer, Fault> {
    Ok(match status(db, key)? {
        Status::Ended { exit: 0 } => Answer::Succeeded(Some(ended(key, 0))),
        Status::Ended { exit } => Answer::Failed(ended(key, exit)),
        Status::NeverBegun => Answer::NeverBegun,
        Status::Queued | Status::Running | Status::Unknown => Answer::Unknown,
    })
}

/// Whether the run has the attempt of a key, which begins with its release, as done; and where it
/// cannot be read, since what is stopped halfway stays so.
fn is_done(bus: &Bus, key: &str, attempt: &Attempt) -> bool {
    let release = key.split_once(':').and_then(|(release, _)| release.parse::<ReleaseId>().ok());
    let Some(release) = release else { return false };
    let run = wait(&*bus.world().store, move |db| find_state::<Run>(db, release));
    let Ok(run) = run else { return true };
    let leg = run.and_then(|run| run.state.0.leg(&attempt.step, attempt.way).cloned());
    leg.is_some_and(|leg| leg.attempts == attempt.number && leg.state == LegState::Done)
}

/// One that waits is not begun; one that runs is stopped by its runner, or left.
fn call_off(bus: &Bus, key: &str, reason: &str, if_queued: bool) {
    let cancel = CancelJob { key: key.to_owned(), reason: reason.to_owned(), if_queued };
    if let Err(failure) = bus.call(Envelope::system("run"), cancel) {
        tracing::warn!(?failure, "a job was not called off");
    }
}

fn ended(key: &str, exit: i32) -> String {
    format!("job {key} ended with exit code {exit}")
}

fn get(url: String) -> HttpRequest {
    HttpRequest { method: Method::Get, url, headers: Vec::new(), body: Vec::new() }
}

fn is_expected(expect: &[u16], status: u16) -> bool {
    if expect.is_empty() { (200..300).contains(&status) } else { expect.contains(&status) }
}

/// Whether a request may have arrived.
fn was_sent(fault: &Fault) -> bool {
    match fault {
        Fault::Transient { attempted, .. } => *attempted != CONNECTING,
        _ => false,
    }
}

/// What an address says about a call: its status as JSON, `{"state": "succeeded"}`; 404 when it
/// never arrived.
fn told(answer: &HttpResponse) -> Answer {
    if answer.status == 404 {
        return Answer::NeverBegun;
    }
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match body["state"].as_str() {
        Some("succeeded") if answer.status == 200 => Answer::Succeeded(Some(noted(answer))),
        Some("failed") if answer.status == 200 => Answer::Failed(noted(answer)),
        _ => Answer::Unknown,
    }
}

/// The values of an instant query, `NaN` among them; nothing when there is none.
fn values(body: &[u8]) -> Option<Vec<f64>> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let data = &body["data"];
    let pairs: Vec<&serde_json::Value> = match data["resultType"].as_str()? {
        "vector" => data["result"].as_array()?.iter().map(|one| &one["value"]).collect(),
        "scalar" => vec![&data["result"]],
        _ => return None,
    };
    let number = |pair: &&serde_json::Value| -> Option<f64> { pair[1].as_str()?.parse().ok() };
    let values: Option<Vec<f64>> = pairs.iter().map(number).collect();
    values.filter(|values| !values.is_empty())
}

fn noted(answer: &HttpResponse) -> String {
    let body = String::from_utf8_lossy(&answer.body);
    shortened(format!("{} {}", answer.status, body.trim()).trim())
}

fn shortened(text: &str) -> String {
    let plain = text.chars().filter(|c| *c != '\0');
    plain.take(NOTE_CHARACTERS).collect()
}

/// A text as part of an address.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use orchestrator::Way;

    use super::*;

    /// Answers each request with the next of these.
    struct Script(Mutex<Vec<Result<HttpResponse, Fault>>>);

    impl HttpClient for Script {
        fn send(&self, _: &HttpRequest) -> Result<HttpResponse, Fault> {
            self.0.lock().expect("one thread").remove(0)
        }
    }

    fn says(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    fn attempt() -> Attempt {
        Attempt { step: "shop".to_owned(), way: Way::Forward, number: 1 }
    }

    fn made(answer: Result<HttpResponse, Fault>, call: &Call) -> Option<Input> {
        let http = Script(Mutex::new(vec![answer]));
        let never = AtomicBool::new(false);
        calling(&http, &never).make(&attempt(), call)
    }

    /// One whose time is over after the first try.
    fn calling<'a>(http: &'a Script, never: &'a AtomicBool) -> Caller<'a> {
        let (limit, is_first) = (Duration::ZERO, true);
        Caller { http, bus: None, stop: never, cancel: never, limit, is_first }
    }

    fn request() -> HttpCall {
        HttpCall {
            method: Method::Post,
            url: "http://shop.test".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            expect: Vec::new(),
            status_url: None,
            is_repeated: false,
        }
    }

    fn failed(reason: &str) -> Option<Input> {
        Some(Input::Failed { attempt: attempt(), reason: reason.to_owned() })
    }

    fn succeeded(note: &str) -> Option<Input> {
        Some(Input::Succeeded { attempt: attempt(), note: Some(note.to_owned()) })
    }

    #[test]
    fn an_answer_is_held_against_what_is_expected() {
        let call = Call::Http(request());
        assert_eq!(made(Ok(says(202, "begun")), &call), succeeded("202 begun"));
        assert_eq!(made(Ok(says(503, "busy")), &call), failed("503 busy"));
        let call = Call::Http(HttpCall { expect: vec![409], ..request() });
        assert_eq!(made(Ok(says(409, "there")), &call), succeeded("409 there"));
        assert_eq!(made(Ok(says(200, "")), &call), failed("200"));
    }

    #[test]
    fn without_an_answer_it_failed_only_where_nothing_was_sent() {
        let call = Call::Http(request());
        let unsent = Fault::transient(CONNECTING, "refused");
        assert_eq!(made(Err(unsent), &call), failed("connecting over HTTP: refused"));
        let sent = Fault::transient("calling over HTTP", "it broke");
        assert_eq!(made(Err(sent), &call), Some(Input::Lost(attempt())));
    }

    #[test]
    fn a_notice_that_cannot_be_told_is_left() {
        let call = Call::Notice(request());
        assert_eq!(made(Ok(says(500, "no")), &call), succeeded("left: 500 no"));
        let call = Call::Notice(HttpCall { is_repeated: true, ..request() });
        let unsent = made(Err(Fault::transient(CONNECTING, "refused")), &call);
        assert_eq!(unsent, succeeded("left: connecting over HTTP: refused"));
        let sent = made(Err(Fault::transient("calling over HTTP", "it broke")), &call);
        assert_eq!(sent, succeeded("left: nobody knows whether it arrived"));
    }

    #[test]
    fn a_call_that_may_be_repeated_has_failed_only_where_no_try_of_it_was_sent() {
        let call = Call::Http(HttpCall { is_repeated: true, ..request() });
        let unsent = made(Err(Fault::transient(CONNECTING, "refused")), &call);
        assert_eq!(unsent, failed("connecting over HTTP: refused"));
        let http = Script(Mutex::new(vec![Err(Fault::permanent(CONNECTING, "forbidden"))]));
        let never = AtomicBool::new(false);
        let again = Caller { is_first: false, ..calling(&http, &never) };
        assert_eq!(again.make(&attempt(), &call), Some(Input::Unknown(attempt())));
    }

    #[test]
    fn the_world_says_what_became_of_a_call_or_that_it_never_came() {
        assert_eq!(told(&says(404, "")), Answer::NeverBegun);
        let answered = told(&says(200, "{\"state\": \"succeeded\"}"));
        assert!(matches!(answered, Answer::Succeeded(Some(_))));
        let answered = told(&says(200, "{\"state\": \"failed\"}"));
        assert!(matches!(answered, Answer::Failed(_)));
        for unknown in [says(200, "{\"state\": \"running\"}"), says(200, "ok"), says(500, "")] {
            assert_eq!(told(&unknown), Answer::Unknown);
        }
    }

    #[test]
    fn of_a_query_one_bad_value_is_enough_and_silence_is_never_good() {
        let call = Call::Query(PromQuery {
            url: "http://prometheus.test/".to_owned(),
            query: "errors".to_owned(),
            at_most: Some(0.5),
            at_least: None,
            sample: None,
            for_seconds: 0,
            every_seconds: 1,
        });
        let list = |values: &str| {
            let data = format!("{{\"resultType\": \"vector\", \"result\": [{values}]}}");
            Ok(says(200, &format!("{{\"data\": {data}}}")))
        };
        let good = "{\"value\": [0, \"0.5\"]}";
        assert_eq!(made(list(good), &call), succeeded("errors is [0.5]"));
        let bad = format!("{good}, {{\"value\": [0, \"0.75\"]}}");
        assert_eq!(made(list(&bad), &call), failed("errors is 0.75"));
        let silent =
            |reason: &str| Some(Input::NoData { attempt: attempt(), reason: reason.to_owned() });
        assert_eq!(made(list(""), &call), silent("no data for errors"));
        let none = "{\"value\": [0, \"NaN\"]}";
        let part = silent("no data for a part of errors");
        assert_eq!(made(list(none), &call), part);
        assert_eq!(made(list(&format!("{good}, {none}")), &call), part);
        let bad = made(list(&format!("{none}, {bad}")), &call);
        assert_eq!(bad, failed("errors is 0.75"), "what says nothing hides no bad value");
        assert_eq!(made(Ok(says(503, "")), &call), silent("no data: 503"));
    }

    fn vector(value: &str) -> Result<HttpResponse, Fault> {
        let result = format!("[{{\"value\": [0, \"{value}\"]}}]");
        let data = format!("{{\"resultType\": \"vector\", \"result\": {result}}}");
        Ok(says(200, &format!("{{\"data\": {data}}}")))
    }

    #[test]
    fn a_verdict_rests_on_a_sample_that_is_large_enough() {
        let query = |for_seconds| {
            Call::Query(PromQuery {
                url: "http://prometheus.test/".to_owned(),
                query: "errors".to_owned(),
                at_most: Some(0.5),
                at_least: None,
                sample: Some(("requests".to_owned(), 100.0)),
                for_seconds,
                every_seconds: 1,
            })
        };
        let told = |answers: Vec<&str>, for_seconds| {
            let http = Script(Mutex::new(answers.into_iter().map(vector).collect()));
            let never = AtomicBool::new(false);
            calling(&http, &never).make(&attempt(), &query(for_seconds))
        };
        assert_eq!(told(vec!["100", "0.75"], 0), failed("errors is 0.75"));
        assert_eq!(told(vec!["100", "0.5"], 0), succeeded("errors is [0.5]"));
        let few = "no data: a verdict rests on 100, and 99 came".to_owned();
        let few = Some(Input::NoData { attempt: attempt(), reason: few });
        assert_eq!(told(vec!["99"], 0), few, "whatever the value is");
        let reason = "no data for requests".to_owned();
        let silent = Some(Input::NoData { attempt: attempt(), reason });
        assert_eq!(told(vec!["NaN"], 0), silent);
        let grows = vec!["99", "100", "0.5"];
        assert_eq!(told(grows, 1), succeeded("errors is [0.5]"), "it may grow meanwhile");
        assert_eq!(told(vec!["100", "0.5", "99"], 1), few);
    }

    #[test]
    fn an_alert_fires_or_does_not_or_nobody_knows() {
        let labels = [("service".to_owned(), "shop".to_owned())].into();
        let url = "http://alertmanager.test/".to_owned();
        let watch = Watch::Alert(AlertLook { url, alert: "Slow".to_owned(), labels });
        let looked = |answer| {
            let http = Script(Mutex::new(vec![answer]));
            let never = AtomicBool::new(false);
            calling(&http, &never).look(&watch)
        };
        assert_eq!(looked(Ok(says(200, "[]"))), (Value::Good, "Slow does not fire".to_owned()));
        let firing = "[{\"annotations\": {\"summary\": \"p95 > 2 s\"}}]";
        assert_eq!(looked(Ok(says(200, firing))), (Value::Bad, "Slow fires: p95 > 2 s".to_owned()));
        assert_eq!(looked(Ok(says(200, "[{}]"))), (Value::Bad, "Slow fires".to_owned()));
        for silent in [says(200, "no"), says(502, "bad gateway")] {
            assert_eq!(looked(Ok(silent)).0, Value::NoData);
        }
        let broken = Fault::transient(CONNECTING, "refused");
        assert_eq!(looked(Err(broken)).0, Value::NoData);
    }

    #[test]
    fn a_probe_looks_for_a_status_and_a_text() {
        let probe = Probe {
            url: "http://shop.test/health".to_owned(),
            expect: Vec::new(),
            contains: Some("ok".to_owned()),
            for_seconds: 0,
            every_seconds: 1,
        };
        let call = Call::Probe(probe);
        assert_eq!(made(Ok(says(200, "all ok")), &call), succeeded("200 all ok"));
        let ill = failed("it did not get well in time: 503 down");
        assert_eq!(made(Ok(says(503, "down")), &call), ill);
        let gone = failed("it did not get well in time: connecting over HTTP: refused");
        assert_eq!(made(Err(Fault::transient(CONNECTING, "refused")), &call), gone);
    }

    #[test]
    fn a_query_is_written_as_part_of_an_address() {
        assert_eq!(encoded("rate(a{b=\"ü\"}[1m])"), "rate%28a%7Bb%3D%22%C3%BC%22%7D%5B1m%5D%29");
    }
}
