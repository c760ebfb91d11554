//! The gate over many changes: a closed loop beside the same server answering a constant, and an
//! open loop at a quarter of what the closed one reached, each over its own plain connections; and
//! the same loop while somebody writes, since answers that are kept end with a commit.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use domain::Artifact;
use domain::change::{Change, Imported, Origin};
use domain::policy::ChangeType;
use domain::vocabulary::{Environment, Window};
use kernel::{CiId, Timestamp, Zone};
use ports::{Clock, SystemClock};
use serde_json::json;
use server::import::{Import, TAKEN_MAX};
use server::read::wait;
use server::service::ImportCis;
use store::OpenOptions;

use crate::load::{bus, operator};
use crate::report::{Aim, Report, percentile};
use crate::seed::{Seeded, artifact};
use crate::startup;

/// How many ask at once.
const SENDERS: usize = 16;
/// How many ask in the open loop, so that a slow answer holds nobody else up.
const OPEN_SENDERS: usize = 64;
/// How long each loop lasts.
const LASTS: Duration = Duration::from_secs(10);
const WARM: Duration = Duration::from_secs(2);
/// How long it is between two writes beside the questions.
const WRITE_EVERY: Duration = Duration::from_millis(100);
/// How many changes are in their windows now.
const OPEN: u64 = 1_000;
const AIM: Aim = Aim::AtLeast(0.4);
const P99_MS_MAX: f64 = 5.0;

/// What is sent again and again.
struct Asked {
    address: String,
    requests: Vec<Vec<u8>>,
}

/// Measures.
pub(crate) fn measure(large: &Seeded, report: &mut Report) -> Result<()> {
    let open = open_changes(large)?;
    let secret = startup::token(&large.address(), &["gate.ask", "change.write"])?;
    let server = startup::start(&large.address())?;
    let address = server.url.trim_start_matches("http://").to_owned();
    let constant = Asked {
        requests: vec![head("GET", "/healthz", &address, "", 0)],
        address: address.clone(),
    };
    let raise = json!({"title": "Beside the gate", "type": "normal"}).to_string();
    let mut write = head("POST", "/api/v1/changes", &address, &secret, raise.len());
    write.extend_from_slice(raise.as_bytes());
    let writes = Asked { requests: vec![write], address: address.clone() };
    let questions = questions(large, &open, &address, &secret);
    let gate = Asked { requests: questions, address };
    one_of_each(&gate)?;
    closed(&constant, WARM)?;
    closed(&gate, WARM)?;
    let (mut most, mut asked) = (0.0_f64, 0.0_f64);
    // By turns, so that both meet the same machine.
    for _ in 0..2 {
        most = most.max(closed(&constant, LASTS)?);
        asked = asked.max(closed(&gate, LASTS)?);
    }
    let rate = |rate: f64| format!("{rate:.0}/s");
    let what = format!("gate checks over {} changes, closed loop", large.changes);
    report.ratio(&what, &rate(asked), &rate(most), asked / most, AIM);
    let quarter = asked / 4.0;
    let shown = |took: &mut [f64]| {
        let p99 = percentile(took, 0.99) * 1e3;
        (p99, format!("{p99:.2} ms, {quarter:.0}/s"))
    };
    let (p99, value) = shown(&mut open_loop(&gate, quarter)?);
    let what = "gate checks at a quarter of that, p99";
    let limit = format!("{P99_MS_MAX} ms");
    report.ratio(what, &value, &limit, p99 / P99_MS_MAX, Aim::AtMost(1.0));
    let (_, value) = shown(&mut beside_writes(&gate, &writes, quarter)?);
    report.figure("the same beside 10 writes a second, p99", &value);
    Ok(())
}

/// The open loop while somebody writes.
fn beside_writes(asked: &Asked, writes: &Asked, rate: f64) -> Result<Vec<f64>> {
    let over = AtomicBool::new(false);
    let write = || -> Result<()> {
        let mut line = Line::open(&writes.address)?;
        while !over.load(Ordering::SeqCst) {
            line.ask(&writes.requests[0])?;
            std::thread::sleep(WRITE_EVERY);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(write);
        let took = open_loop(asked, rate);
        over.store(true, Ordering::SeqCst);
        writer.join().expect("no panic")?;
        took
    })
}

/// Puts changes into windows that are open now, each on a CI of its own, and answers their digests.
fn open_changes(seeded: &Seeded) -> Result<Vec<Artifact>> {
    let store = store::open(&seeded.address(), OpenOptions::default())?;
    let (bus, now) = (bus(&store)?, SystemClock.now());
    let run = now.micros();
    let names: Vec<String> = (0..OPEN).map(|n| format!("gate-{run}-{n}")).collect();
    for slice in names.chunks(500) {
        let cis = slice.iter().map(|name| (name.clone(), "server".to_owned())).collect();
        bus.call(operator(), ImportCis { cis }).map_err(|failure| anyhow!("{failure:?}"))?;
    }
    let like = format!("gate-{run}-%");
    let cis = wait(&*store, move |db| {
        let rows = db.query("SELECT id FROM cis WHERE name_key LIKE $1", &[like.into()])?;
        rows.iter().map(|row| row.parsed(0)).collect::<Result<Vec<CiId>, _>>()
    })?;
    let shipped = |n: u64| Artifact {
        name: Some(format!("gate-{run}-{n}")),
        digest: format!("sha256:{run:032x}{n:032x}").parse().expect("a digest"),
    };
    let change = |(n, ci): (u64, &CiId)| open_change((run, n), *ci, shipped(n), now);
    let all: Vec<Imported> = (0..OPEN).zip(&cis).map(change).collect();
    for slice in all.chunks(TAKEN_MAX) {
        let command = Import::<Change>::new(slice.iter().cloned());
        bus.call(operator(), command).map_err(|failure| anyhow!("{failure:?}"))?;
    }
    store.close();
    Ok((0..OPEN).map(shipped).collect())
}

fn open_change((run, n): (i64, u64), ci: CiId, artifact: Artifact, now: Timestamp) -> Imported {
    let (start, end) = (now.plus_minutes(-60), now.plus_minutes(24 * 60));
    Imported {
        number: String::new(),
        origin: Origin {
            source: "gate".to_owned(),
            number: format!("G{run}-{n}"),
            zone: Zone::utc(),
        },
        title: format!("Ship package {n}"),
        description: String::new(),
        change_type: ChangeType::Normal,
        environment: Environment::Production,
        artifacts: vec![artifact],
        cis: vec![ci],
        window: Window::try_new(start, end, Zone::utc()).ok(),
        started_at: None,
        finished_at: None,
        created_at: Some(start),
        outcome: None,
        incidents: None,
        scheduled: true,
    }
}

/// Every second question is about something that is open, the others about anything.
fn questions(seeded: &Seeded, open: &[Artifact], address: &str, secret: &str) -> Vec<Vec<u8>> {
    let question = |artifact: &Artifact| {
        let body = json!({
            "artifact": {"name": artifact.name, "digest": artifact.digest.to_string()},
            "environment": "production",
        });
        let body = body.to_string();
        let mut request = head("POST", "/api/v1/gates/check", address, secret, body.len());
        request.extend_from_slice(body.as_bytes());
        request
    };
    let any = (0..OPEN).map(|n| (n * 7_919) % seeded.changes);
    let any: Vec<Artifact> = any.map(|number| artifact(number, seeded.cis())).collect();
    open.iter().zip(&any).flat_map(|(open, any)| [question(open), question(any)]).collect()
}

fn head(method: &str, path: &str, address: &str, secret: &str, length: usize) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {secret}\r\n\
        content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes()
}

/// A connection that is kept.
struct Line {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Line {
    fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream: BufReader::new(stream), body: Vec::new() })
    }

    /// Sends a request and reads the whole answer; anything but success is an error.
    fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.get_mut().write_all(request)?;
        let (mut line, mut length, mut status) = (String::new(), 0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if status.is_empty() {
                status.clone_from(&line);
            }
            let Some((name, value)) = line.split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        if !status.contains(" 200 ") && !status.contains(" 201 ") {
            bail!("{status}{}", String::from_utf8_lossy(&self.body));
        }
        Ok(&self.body)
    }
}

/// Asks each question once, so that what changes an answer is written before it is measured; at
/// least every second one is let through.
fn one_of_each(asked: &Asked) -> Result<()> {
    let mut line = Line::open(&asked.address)?;
    let mut allowed = 0;
    for request in &asked.requests {
        let answer: serde_json::Value = serde_json::from_slice(line.ask(request)?)?;
        allowed += usize::from(answer["verdict"] == "allow");
    }
    if allowed < asked.requests.len() / 2 {
        bail!("only {allowed} of {} are let through", asked.requests.len());
    }
    Ok(())
}

/// Asks by as many as there are, each as soon as it was answered; answers how many a second.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn closed(asked: &Asked, lasts: Duration) -> Result<f64> {
    let since = Instant::now();
    let sender = |place: usize| -> Result<usize> {
        let mut line = Line::open(&asked.address)?;
        let mut count = 0;
        while since.elapsed() < lasts {
            let at = (place * 997 + count) % asked.requests.len();
            line.ask(&asked.requests[at])?;
            count += 1;
        }
        Ok(count)
    };
    let sender = &sender;
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..SENDERS).map(|place| scope.spawn(move || sender(place))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    let counts: usize = counts.into_iter().sum::<Result<usize>>()?;
    Ok(counts as f64 / since.elapsed().as_secs_f64())
}

/// Asks at a rate, whatever the answers take; answers what each took from when it was due.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn open_loop(asked: &Asked, rate: f64) -> Result<Vec<f64>> {
    let since = Instant::now();
    let sender = |place: usize| -> Result<Vec<f64>> {
        let mut line = Line::open(&asked.address)?;
        let mut took = Vec::new();
        let mut number = place;
        loop {
            let due = Duration::from_secs_f64(number as f64 / rate);
            if due > LASTS {
                return Ok(took);
            }
            std::thread::sleep(due.saturating_sub(since.elapsed()));
            line.ask(&asked.requests[number % asked.requests.len()])?;
            took.push(since.elapsed().saturating_sub(due).as_secs_f64());
            number += OPEN_SENDERS;
        }
    };
    let sender = &sender;
    let all = std::thread::scope(|scope| {
        let senders = 0..OPEN_SENDERS;
        let threads: Vec<_> = senders.map(|place| scope.spawn(move || sender(place))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    let all = all.into_iter().collect::<Result<Vec<_>>>()?;
    let took: Vec<f64> = all.into_iter().flatten().collect();
    if took.is_empty() { Err(anyhow!("nothing was asked")) } else { Ok(took) }
}
