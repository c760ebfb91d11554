//! Pages at ten thousand and at a million changes: what people wait for must not grow with history.

use anyhow::{Context, Result, anyhow};
use kernel::Actor;
use ports::{Clock, HttpClient, HttpRequest, Method, SystemClock};
use serde_json::{Value as Json, json};
use server::serve::Inside;
use store::OpenOptions;

use crate::load::bus;
use crate::report::{Aim, Report, percentile, seconds};
use crate::seed::Seeded;

const WARM: usize = 20;
const ASKED: usize = 300;

/// One page, asked many times with another place each time.
struct Page {
    what: &'static str,
    ask: fn(&Seeded, usize) -> HttpRequest,
}

const PAGES: &[Page] = &[
    Page { what: "conflict check of a draft of 5 CIs", ask: draft },
    Page { what: "changes, newest first", ask: |_, _| get("/api/v1/changes?limit=50") },
    Page {
        what: "changes of a phase",
        ask: |_, _| get("/api/v1/changes?phase=scheduled&limit=50"),
    },
    Page {
        what: "changes of a CI",
        ask: |seed, n| get(&format!("/api/v1/changes?ci=ci-{}", spread(n, seed.cis()))),
    },
    Page {
        what: "a change, whole",
        ask: |seed, n| get(&format!("/api/v1/changes/CHG-{}", 1 + spread(n, seed.changes))),
    },
    Page {
        what: "a CI, whole",
        ask: |seed, n| get(&format!("/api/v1/cis/ci-{}", spread(n, seed.cis()))),
    },
];

fn spread(n: usize, among: u64) -> u64 {
    (n as u64).wrapping_mul(7_919) % among
}

fn get(url: &str) -> HttpRequest {
    HttpRequest { method: Method::Get, url: url.to_owned(), headers: vec![], body: vec![] }
}

fn draft(seed: &Seeded, n: usize) -> HttpRequest {
    let start = SystemClock.now().plus_minutes(60 * (24 + (n as i64 * 37) % 8_000));
    let cis: Vec<String> =
        (0..5).map(|k| format!("ci-{}", spread(n * 5 + k, seed.cis()))).collect();
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
        let mut at_few = times(&few, small, page)?;
        let mut at_many = times(&many, large, page)?;
        line(report, page.what, &mut at_few, &mut at_many);
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
        for _ in 0..WARM {
            times.push(answer(client, &get(&url))?.0);
        }
        took.push(percentile(&mut times, 0.99) * 1e3);
    }
    let (small, large) = (format!("{:.2} ms", took[0]), format!("{:.2} ms", took[1]));
    report.figure("calendar month at the small size, p99", &small);
    report.ratio(
        "calendar month, p99 against 50 ms",
        &large,
        "50 ms",
        took[1] / 50.0,
        Aim::AtMost(1.0),
    );
    Ok(())
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

fn times(client: &Inside, seed: &Seeded, page: &Page) -> Result<Vec<f64>> {
    for n in 0..WARM {
        answer(client, &(page.ask)(seed, n))?;
    }
    (WARM..WARM + ASKED).map(|n| Ok(answer(client, &(page.ask)(seed, n))?.0)).collect()
}

fn line(report: &mut Report, what: &str, few: &mut [f64], many: &mut [f64]) {
    for (share, name) in [(0.5, "p50"), (0.99, "p99")] {
        let (few, many) = (percentile(few, share) * 1e3, percentile(many, share) * 1e3);
        let (product, peer) = (format!("{many:.2} ms"), format!("{few:.2} ms"));
        report.ratio(&format!("{what}, {name}"), &product, &peer, many / few, Aim::AtMost(2.0));
    }
}
