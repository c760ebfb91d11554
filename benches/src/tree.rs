//! The tree over the log: what appending costs at the end of a long log against its beginning, how
//! long a proof takes there, and how fast the whole of it is proved.

use anyhow::{Result, anyhow};
use kernel::Actor;
use ports::{HttpClient as _, HttpRequest, Method};
use server::audit::{Known, Tree, verify};
use server::follow::followers::step;
use server::read::wait;
use server::read_models::write;
use server::serve::Inside;
use store::OpenOptions;

use crate::load::bus;
use crate::report::{Aim, Report, median, percentile, seconds};
use crate::seed::Seeded;

/// How many slices of the log are compared at either end.
const SLICES: usize = 100;
const PROOFS: u64 = 1_000;
/// What a slice may cost more at the end than at the beginning.
const DEARER_MAX: f64 = 2.0;
/// Milliseconds that the slowest hundredth of the proofs may take.
const PROOF_MS_MAX: f64 = 5.0;

/// Grows the tree of the large database anew, and proves it.
pub(crate) fn measure(large: &Seeded, report: &mut Report) -> Result<()> {
    let store = store::open(&large.address(), OpenOptions::default())?;
    let bus = bus(&store)?;
    write(&*store, |tx| {
        for table in ["checkpoints", "tree", "followers WHERE name = 'tree'"] {
            tx.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        Ok(())
    })?;
    let (mut slices, mut events) = (Vec::new(), 0_u64);
    loop {
        let (took, taken) = seconds(|| step(&bus, &Tree));
        let taken = taken.map_err(|failure| anyhow!("{failure:?}"))?;
        if taken == 0 {
            break;
        }
        events += taken as u64;
        slices.push(took);
    }
    let rate = format!("{:.0}/s", events as f64 / slices.iter().sum::<f64>());
    report.figure(&format!("tree over {events} events"), &rate);
    // The last slice is not full.
    let full = &slices[..slices.len() - 1];
    let side = SLICES.min(full.len() / 2);
    let ends = [&full[..side], &full[full.len() - side..]];
    let [few, many] = ends.map(|slices| median(&mut slices.to_vec()) * 1e3);
    let shown = |took: f64| format!("{took:.2} ms");
    let aim = Aim::AtMost(DEARER_MAX);
    report.ratio("a slice appended to the tree", &shown(many), &shown(few), many / few, aim);

    let inside = Inside::new(bus, Actor::Operator { name: "bench".to_owned() })?;
    ask(&inside, Method::Post, "/api/v1/audit/checkpoint")?;
    let mut proofs = Vec::new();
    for number in 0..PROOFS {
        let position = 1 + number * 7_919 % events;
        let path = format!("/api/v1/audit/inclusion?event={position}");
        proofs.push(ask(&inside, Method::Get, &path)?);
    }
    let slowest = percentile(&mut proofs, 0.99) * 1e3;
    let (most, ratio) = (shown(PROOF_MS_MAX), slowest / PROOF_MS_MAX);
    report.ratio("an inclusion proof, p99", &shown(slowest), &most, ratio, Aim::AtMost(1.0));

    let (took, verified) =
        seconds(|| wait(&*store, |db| verify(db, &Known::default(), &mut |_| {})));
    let verified = verified?;
    if let Some(wrong) = verified.wrong {
        return Err(anyhow!("{}: {}", wrong.place, wrong.what));
    }
    let what = format!("verify of {} events and {} streams", verified.events, verified.streams);
    report.figure(&what, &format!("{:.0} events/s", verified.events as f64 / took));
    store.close();
    Ok(())
}

/// How long a request took.
fn ask(inside: &Inside, method: Method, path: &str) -> Result<f64> {
    let url = path.to_owned();
    let request = HttpRequest { method, url, headers: Vec::new(), body: Vec::new() };
    let (took, answer) = seconds(|| inside.send(&request));
    let answer = answer?;
    if answer.status != 200 {
        return Err(anyhow!("{path}: {}", String::from_utf8_lossy(&answer.body)));
    }
    Ok(took)
}
