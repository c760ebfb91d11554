//! Figures at a million changes: all of a year at once, counting all anew beside a bare scan of the
//! same rows, and what a day more costs at either size.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use domain::change::Change;
use kernel::{Actor, CiId, Timestamp};
use ports::{Clock, HttpClient, HttpRequest, Lane, Method, Store, SystemClock};
use server::bus::{Bus, Envelope};
use server::follow::followers::step;
use server::import::{Import, TAKEN_MAX};
use server::read::wait;
use server::report::{Figures, recomputed};
use server::serve::Inside;
use store::OpenOptions;

use crate::load::{bus, operator};
use crate::report::{Aim, Report, median, percentile, seconds};
use crate::seed::{self, Seeded};

/// How often all figures of a year are asked for.
const ASKED: usize = 40;
/// How often a day is added, and everything counted anew.
const ROUNDS: usize = 3;
/// The changes of a day: those of a million in five years.
const PER_DAY: u64 = 550;
const MINUTES_A_DAY: i64 = 24 * 60;

/// Measures figures at both sizes.
pub(crate) fn measure(small: &Seeded, large: &Seeded, report: &mut Report) -> Result<()> {
    let (few, many) = (open(small)?, open(large)?);
    for (bus, seeded) in [(&few, small), (&many, large)] {
        catch_up(bus, seeded, report)?;
    }
    year(&many, report)?;
    floor(&many.world().store, report)?;
    let (at_few, at_many) = (a_day(&few)?, a_day(&many)?);
    let (product, peer) = (format!("{:.0} ms", at_many * 1e3), format!("{:.0} ms", at_few * 1e3));
    let what = format!("a day of {PER_DAY} changes, imported and counted");
    report.ratio(&what, &product, &peer, at_many / at_few, Aim::AtMost(2.0));
    Ok(())
}

fn open(seeded: &Seeded) -> Result<Bus> {
    let store = store::open(&seeded.address(), OpenOptions::default())?;
    server::read_models::prepare(&*store)?;
    bus(&store)
}

/// Counts what is not counted yet; a seeded database is counted once.
fn catch_up(bus: &Bus, seeded: &Seeded, report: &mut Report) -> Result<()> {
    let (took, end) = seconds(|| follow(bus));
    if end? > seeded.changes {
        let rate = format!("{:.0}/s", seeded.changes as f64 / took);
        let what = format!("figures of {} changes counted anew, {took:.0} s", seeded.changes);
        report.figure(&what, &rate);
    }
    Ok(())
}

fn follow(bus: &Bus) -> Result<u64> {
    let mut followed = 0;
    loop {
        let taken = step(bus, &Figures).map_err(|failure| anyhow!("{failure:?}"))?;
        if taken == 0 {
            return Ok(followed);
        }
        followed += taken as u64;
    }
}

/// All figures of the last year with the year before and twelve months, as the page asks for them.
fn year(bus: &Bus, report: &mut Report) -> Result<()> {
    let inside = Inside::new(bus.clone(), Actor::Operator { name: "bench".to_owned() })?;
    let url = "/api/v1/reports".to_owned();
    let request = HttpRequest { method: Method::Get, url, headers: vec![], body: vec![] };
    let mut times = Vec::new();
    for asked in 0..ASKED {
        let (took, response) = seconds(|| inside.send(&request));
        let response = response.context("all figures")?;
        if response.status != 200 {
            return Err(anyhow!("{}", String::from_utf8_lossy(&response.body)));
        }
        if asked > 2 {
            times.push(took * 1e3);
        }
    }
    for (share, name) in [(0.5, "p50"), (0.99, "p99")] {
        let took = percentile(&mut times, share);
        let what = format!("all figures of a year, {name} against 100 ms");
        report.ratio(&what, &format!("{took:.1} ms"), "100 ms", took / 100.0, Aim::AtMost(1.0));
    }
    Ok(())
}

/// All figures of all days counted anew from the facts, and one scan of the same rows.
fn floor(store: &Arc<dyn Store>, report: &mut Report) -> Result<()> {
    let (mut counted, mut scanned) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (took, end) = seconds(|| wait(&**store, |db| recomputed(db).map(|_| ())));
        end?;
        counted.push(took);
        let (took, end) = seconds(|| {
            wait(&**store, |db| {
                db.query("SELECT SUM(day), SUM(asked), SUM(counted) FROM report_facts", &[])?;
                db.query("SELECT SUM(day), SUM(figure), SUM(value) FROM report_values", &[])
            })
        });
        end?;
        scanned.push(took);
    }
    let (counted, scanned) = (median(&mut counted), median(&mut scanned));
    let (product, peer) = (format!("{:.0} ms", counted * 1e3), format!("{:.0} ms", scanned * 1e3));
    let what = "all figures counted from their facts";
    report.ratio(what, &product, &peer, counted / scanned, Aim::AtMost(3.0));
    Ok(())
}

/// Seconds for a day of changes.
fn a_day(bus: &Bus) -> Result<f64> {
    let store = &bus.world().store;
    let cis = wait(&**store, |db| {
        let rows = db.query("SELECT id FROM cis ORDER BY name_key LIMIT 200", &[])?;
        rows.iter().map(|row| row.parsed(0)).collect::<Result<Vec<CiId>, _>>()
    })?;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let now = SystemClock.now();
        let (took, end) = seconds(|| {
            let numbers: Vec<u64> = (0..PER_DAY).collect();
            for slice in numbers.chunks(TAKEN_MAX) {
                let change = |number: &u64| day_change(round, *number, &cis, now);
                let command = Import::<Change>::new(slice.iter().map(change));
                let envelope = Envelope { lane: Lane::Bulk, ..operator() };
                bus.call(envelope, command).map_err(|failure| anyhow!("{failure:?}"))?;
            }
            follow(bus)
        });
        end?;
        times.push(took);
    }
    Ok(median(&mut times))
}

/// A change of yesterday.
fn day_change(round: usize, number: u64, cis: &[CiId], now: Timestamp) -> domain::change::Imported {
    let mut change = seed::change(number, cis, now);
    change.origin.source = format!("day {round} {now}");
    let minutes = i64::try_from(number).unwrap_or(0) % MINUTES_A_DAY;
    let ended = now.plus_minutes(-minutes);
    change.scheduled = false;
    change.started_at = Some(ended.plus_minutes(-60));
    change.finished_at = Some(ended);
    change
}
