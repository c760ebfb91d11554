//! Pages at ten thousand and at a million changes: what people wait for must not grow with history.

use anyhow::{Context, Result, anyhow};
use kernel::{Actor, Timestamp};
use ports::{Clock, HttpClient, HttpRequest, Method, SystemClock};
use serde_json::{Value as Json, json};
use server::serve::Inside;
use store::OpenOptions;

use crate::load::bus;
use crate::report::{Aim, Report, percentile, seconds};
use crate::seed::Seeded;

const WARM: usize = 20;
const ASKED: usize = 2_000;

/// How often a month is asked: its 99th part needs a hundred.
const MONTHS: usize = 100;

/// One page, asked many times with another place each time.
struct Page {
    what: &'static str,
    ask: fn(&Seeded, usize) -> HttpRequest,
    /// Milliseconds that its slowest hundredth may take at the large size.
    most_ms: f64,
}

impl Page {
    const fn new(what: &'static str, ask: fn(&Seeded, usize) -> HttpRequest) -> Self {
        Self { what, ask, most_ms: 50.0 }
    }
}

const PAGES: &[Page] = &[
    Page { most_ms: 5.0, ..Page::new("conflict check of a draft of 5 CIs", draft) },
    Page::new("next free slots of 5 CIs", slots),
    Page::new("changes, newest first", |_, _| get("/api/v1/changes?limit=50")),
    Page::new("changes of a phase", |_, _| get("/api/v1/changes?phase=scheduled&limit=50")),
    Page::new("conflicts", |_, _| get("/api/v1/conflicts?limit=50")),
    Page::new("CIs", |_, _| get("/api/v1/cis?limit=50")),
    Page::new("changes of a CI", |seed, n| {
        get(&format!("/api/v1/changes?ci=ci-{}", spread(n, seed.cis())))
    }),
    Page::new("a change, whole", |seed, n| {
        get(&format!("/api/v1/changes/CHG-{}", 1 + spread(n, seed.changes)))
    }),
    Page::new("a CI, whole", |seed, n| get(&format!("/api/v1/cis/ci-{}", spread(n, seed.cis())))),
];

fn spread(n: usize, among: u64) -> u64 {
    (n as u64).wrapping_mul(7_919) % among
}

fn get(url: &str) -> HttpRequest {
    HttpRequest { method: Method::Get, url: url.to_owned(), headers: vec![], body: vec![] }
}

fn five(seed: &Seeded, n: usize) -> (Vec<String>, Timestamp) {
    let start = SystemClock.now().plus_minutes(60 * (24 + (n as i64 * 37) % 8_000));
    let cis = (0..5).map(|k| format!("ci-{}", spread(n * 5 + k, seed.cis())));
    (cis.collect(), start)
}

/// Ninety days ahead, from somewhere in the next year on.
fn slots(seed: &Seeded, n: usize) -> HttpRequest {
    let (cis, after) = five(seed, n);
    get(&format!("/api/v1/slots?cis={}&duration=120&after={after}", cis.join(",")))
}

fn draft(seed: &Seeded, n: usize) -> HttpRequest {
    let (cis, start) = five(seed, n);
    let (from, to) = (start.to_string(), start.plus_minutes(120).to_string());
    let body = json!({"cis": cis, "window": {"start": from, "end": to, "zone": "UTC"}});
    HttpRequest {
        method: Method::Post,
        url: "/api/v1/conflicts/check".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// Asks every page at both sizes.
pub(crate) fn measure(small: &Seeded, large: &Seeded, report: &mut Report) -> Result<()> {
    let (few, many) = (client(small)?, client(large)?);
    for page in PAGES {
        let (mut at_few, mut at_many) = times((&few, small), (&many, large), page)?;
        line(report, page.what, &mut at_few, &mut at_many);
        let what = format!("{}, p99 against {} ms", page.what, page.most_ms);
        against(report, &what, percentile(&mut at_many, 0.99) * 1e3, page.most_ms);
    }
    month(&few, &many, report)
}

/// A month of calendar. At a million changes a month holds a hundred times the entries, so it is
/// held against its own limit, 50 ms, not against the small size.
fn month(few: &Inside, many: &Inside, report: &mut Report) -> Result<()> {
    let from = SystemClock.now().plus_minutes(7 * 24 * 60);
    let url = format!("/api/v1/calendar?from={from}&to={}", from.plus_minutes(30 * 24 * 60));
    let mut took = Vec::new();
    for client in [few, many] {
        let mut times = Vec::new();
        for asked in 0..WARM + MONTHS {
            let took = answer(client, &get(&url))?.0;
            if asked >= WARM {
                times.push(took);
            }
        }
        took.push(percentile(&mut times, 0.99) * 1e3);
    }
    report.figure("calendar month at the small size, p99", &format!("{:.2} ms", took[0]));
    against(report, "calendar month, p99 against 50 ms", took[1], 50.0);
    Ok(())
}

fn against(report: &mut Report, what: &str, took_ms: f64, most_ms: f64) {
    let (took, most) = (format!("{took_ms:.2} ms"), format!("{most_ms} ms"));
    report.ratio(what, &took, &most, took_ms / most_ms, Aim::AtMost(1.0));
}

fn client(seed: &Seeded) -> Result<Inside> {
    let store = store::open(&seed.address(), OpenOptions::default())?;
    let operator = Actor::Operator { name: "bench".to_owned() };
    Ok(Inside::new(bus(&store)?, operator)?)
}

fn answer(client: &Inside, request: &HttpRequest) -> Result<(f64, Json)> {
    let (took, response) = seconds(|| client.send(request));
    let response = response?;
    let body: Json = serde_json::from_slice(&response.body).context("JSON")?;
    if response.status != 200 {
        return Err(anyhow!("{}: {body}", request.url));
    }
    Ok((took, body))
}

/// What each asking took at both sizes, turn by turn, so that both see the same machine.
fn times(
    few: (&Inside, &Seeded),
    many: (&Inside, &Seeded),
    page: &Page,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut at_few, mut at_many) = (Vec::new(), Vec::new());
    for n in 0..WARM + ASKED {
        for ((client, seed), times) in [(few, &mut at_few), (many, &mut at_many)] {
            let took = answer(client, &(page.ask)(seed, n))?.0;
            if n >= WARM {
                times.push(took);
            }
        }
    }
    Ok((at_few, at_many))
}

fn line(report: &mut Report, what: &str, few: &mut [f64], many: &mut [f64]) {
    for (share, name) in [(0.5, "p50"), (0.99, "p99")] {
        let (few, many) = (percentile(few, share) * 1e3, percentile(many, share) * 1e3);
        let (product, peer) = (format!("{many:.2} ms"), format!("{few:.2} ms"));
        report.ratio(&format!("{what}, {name}"), &product, &peer, many / few, Aim::AtMost(2.0));
    }
}
