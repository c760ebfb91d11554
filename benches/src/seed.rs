//! Databases of many changes, filled by bulk import through the bus, and kept between runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use anyhow::{Result, anyhow};
use domain::Artifact;
use domain::change::{Change, Imported, Origin, Outcome};
use domain::incident::{self, Incident, Priority, State};
use domain::policy::ChangeType;
use domain::vocabulary::{Environment, Window};
use kernel::{Actor, ChangeId, CiId, Timestamp, Zone};
use ports::{Clock, HttpClient as _, HttpRequest, Lane, Method, Store, SystemClock};
use serde_json::{Value as Json, json};
use server::bus::{Bus, Envelope};
use server::follow::followers::step;
use server::import::{Import, TAKEN_MAX};
use server::read::wait;
use server::serve::{Inside, followers};
use server::service::ImportCis;
use store::OpenOptions;

use crate::load::{bus, operator};
use crate::report::{Report, seconds};

/// The small size.
pub(crate) const SMALL: u64 = 10_000;
/// Changes on each CI.
const PER_CI: u64 = 50;
/// CIs that run on one host, itself among them.
const PER_HOST: u64 = 10;
/// Services, each with a maintenance window a week; one in four has a blackout a month.
const SERVICES: u64 = 20;
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// Every so many hosts one belongs to a service.
const HOSTS_PER_SERVED: u64 = 5;
/// Raise it when what is seeded changes.
const FORMAT: u32 = 5;
/// Every so many changes one that is over failed, and brought an incident.
const PER_INCIDENT: u64 = 50;
/// The longest time between a change being raised and its work, in days.
const RAISED_DAYS_MAX: u64 = 40;
/// How many imports wait at once.
const IN_FLIGHT: usize = 24;
const MINUTES_A_YEAR: i64 = 365 * 24 * 60;

/// The large size: a million, or what `INTERLOCK_BENCH_CHANGES` says.
pub(crate) fn large() -> u64 {
    let given = std::env::var("INTERLOCK_BENCH_CHANGES").ok();
    given.and_then(|count| count.parse().ok()).unwrap_or(1_000_000)
}

/// A seeded database.
pub(crate) struct Seeded {
    pub(crate) path: PathBuf,
    pub(crate) changes: u64,
}

impl Seeded {
    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    /// How many CIs it has.
    pub(crate) fn cis(&self) -> u64 {
        self.changes / PER_CI
    }
}

/// The database of a size, seeded when it is not there.
pub(crate) fn database(folder: &Path, changes: u64, report: &mut Report) -> Result<Seeded> {
    let path = folder.join(format!("seed-{FORMAT}-{changes}.db"));
    let seeded = Seeded { path, changes };
    let done = seeded.path.with_extension("done");
    if done.exists() {
        // Read models are of the present program, as after an upgrade.
        let store = store::open(&seeded.address(), OpenOptions::default())?;
        server::read_models::prepare(&*store)?;
        store.close();
        return Ok(seeded);
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", seeded.path.display()));
    }
    let options = OpenOptions { queue_max: 8_192, ..OpenOptions::default() };
    let store = store::open(&seeded.address(), options)?;
    server::read_models::prepare(&*store)?;
    let (took, end) = seconds(|| fill(&store, &seeded));
    store.close();
    end?;
    std::fs::write(done, "")?;
    let rate = format!("{:.0}/s", changes as f64 / took);
    report.figure(&format!("seed of {changes} changes, {took:.0} s"), &rate);
    Ok(seeded)
}

fn fill(store: &Arc<dyn Store>, seeded: &Seeded) -> Result<()> {
    let inside = Inside::new(bus(store)?, Actor::Operator { name: "bench".to_owned() })?;
    let bus = bus(store)?;
    for slice in (0..seeded.cis()).collect::<Vec<_>>().chunks(500) {
        let cis = slice.iter().map(|n| (format!("ci-{n}"), "server".to_owned())).collect();
        let end = bus.call(operator(), ImportCis { cis });
        end.map_err(|failure| anyhow!("{failure:?}"))?;
    }
    let cis = wait(&**store, |db| {
        let rows = db.query("SELECT id FROM cis ORDER BY name_key", &[])?;
        rows.iter().map(|row| row.parsed(0)).collect::<Result<Vec<CiId>, _>>()
    })?;
    landscape(&inside, seeded)?;
    import(&bus, &cis, seeded.changes)?;
    incidents(&bus)?;
    // Whatever follows the log has caught up, as it has where a server runs.
    for follower in followers() {
        while step(&bus, &*follower).map_err(|failure| anyhow!("{failure:?}"))? > 0 {}
    }
    Ok(())
}

/// What a conflict check walks and meets: CIs on hosts, services with windows and blackouts.
fn landscape(inside: &Inside, seeded: &Seeded) -> Result<()> {
    // Tomorrow at midnight: a rule's times are whole seconds.
    let now = SystemClock.now().micros();
    let from = Timestamp::from_micros(now - now % DAY_MICROS + DAY_MICROS);
    for number in 0..SERVICES {
        let name = format!("service-{number}");
        write(inside, Method::Post, "/services", &json!({"name": name}))?;
        let start = from.plus_minutes(number as i64 * 6 * 60);
        let window = |hours: i64| {
            let end = start.plus_minutes(hours * 60).to_string();
            json!({"start": start.to_string(), "end": end, "zone": "UTC"})
        };
        let band = json!({"name": name, "services": [name], "window": window(72),
            "repeats": "weekly"});
        write(inside, Method::Post, "/windows", &band)?;
        if number % 4 == 0 {
            let band = json!({"name": name, "reason": "Close of the month", "services": [name],
                "window": window(6), "repeats": "FREQ=WEEKLY;INTERVAL=4"});
            write(inside, Method::Post, "/blackouts", &band)?;
        }
    }
    for ci in 0..seeded.cis() {
        let (host, path) = (ci - ci % PER_HOST, format!("/cis/ci-{ci}"));
        if host != ci {
            let needs = json!({"relations": [{"kind": "runs_on", "to": format!("ci-{host}")}]});
            write(inside, Method::Put, &format!("{path}/relations"), &needs)?;
        } else if (host / PER_HOST).is_multiple_of(HOSTS_PER_SERVED) {
            let service = format!("service-{}", host / PER_HOST / HOSTS_PER_SERVED % SERVICES);
            write(inside, Method::Patch, &path, &json!({"service": service}))?;
        }
    }
    Ok(())
}

fn write(inside: &Inside, method: Method, path: &str, body: &Json) -> Result<()> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if method != Method::Post {
        // Nobody else writes here, and each is written once.
        headers.push(("if-match".to_owned(), "\"1\"".to_owned()));
    }
    let request = HttpRequest {
        method,
        url: format!("/api/v1{path}"),
        headers,
        body: body.to_string().into_bytes(),
    };
    let response = inside.send(&request)?;
    if response.status >= 300 {
        return Err(anyhow!("{path}: {}", String::from_utf8_lossy(&response.body)));
    }
    Ok(())
}

fn import(bus: &Bus, cis: &[CiId], changes: u64) -> Result<()> {
    let now = SystemClock.now();
    let (sender, receiver) = mpsc::sync_channel::<Result<(), String>>(IN_FLIGHT);
    let mut waiting = 0;
    let numbers: Vec<u64> = (0..changes).collect();
    for slice in numbers.chunks(TAKEN_MAX) {
        if waiting == IN_FLIGHT {
            receiver.recv()?.map_err(|why| anyhow!(why))?;
            waiting -= 1;
        }
        let sender = sender.clone();
        let envelope = Envelope { lane: Lane::Bulk, ..operator() };
        let command = Import::<Change>::new(slice.iter().map(|number| change(*number, cis, now)));
        bus.submit(envelope, command, move |end| {
            let _ = sender.send(end.map(|_| ()).map_err(|failure| format!("{failure:?}")));
        });
        waiting += 1;
    }
    for _ in 0..waiting {
        receiver.recv()?.map_err(|why| anyhow!(why))?;
    }
    Ok(())
}

/// What a change ships: bytes of its own, under the name of what runs on its CI.
pub(crate) fn artifact(number: u64, cis: u64) -> Artifact {
    let digest = format!("sha256:{number:064x}").parse().expect("a digest");
    Artifact { name: Some(format!("package-{}", number % cis)), digest }
}

/// The incidents that changes brought: some hours each, begun while work was under way.
fn incidents(bus: &Bus) -> Result<()> {
    let store = &bus.world().store;
    let sql = "SELECT id, started_at, serial FROM changes \
        WHERE started_at IS NOT NULL AND serial % $1 = 0 ORDER BY serial";
    let every = i64::try_from(PER_INCIDENT)?;
    let causes = wait(&**store, move |db| {
        let rows = db.query(sql, &[every.into()])?;
        rows.iter()
            .map(|row| Ok((row.parsed(0)?, row.time(1)?, row.int(2)?)))
            .collect::<Result<Vec<(ChangeId, Timestamp, i64)>, ports::Fault>>()
    })?;
    for slice in causes.chunks(TAKEN_MAX) {
        let command = Import::<Incident>::new(slice.iter().map(|cause| incident(*cause)));
        let envelope = Envelope { lane: Lane::Bulk, ..operator() };
        bus.call(envelope, command).map_err(|failure| anyhow!("{failure:?}"))?;
    }
    Ok(())
}

fn incident((cause, began, serial): (ChangeId, Timestamp, i64)) -> incident::Imported {
    let opened_at = began.plus_minutes(serial % 300);
    incident::Imported {
        number: String::new(),
        origin: Origin {
            source: "seed".to_owned(),
            number: format!("I{serial:08}"),
            zone: Zone::utc(),
        },
        title: format!("Host {serial} does not answer"),
        description: String::new(),
        priority: Priority::default(),
        state: State::Closed,
        opened_at,
        resolved_at: Some(opened_at.plus_minutes(20 + serial.wrapping_mul(7_919) % 4_000)),
        cis: vec![],
        services: vec![],
        caused_by: Some(cause),
        links: vec![],
    }
}

/// A change somewhere in five years, one fifth of them in the future.
pub(crate) fn change(number: u64, cis: &[CiId], now: Timestamp) -> Imported {
    // A fixed walk through the years that meets every part of them.
    let share = (number.wrapping_mul(7_919) % 1_000_003) as f64 / 1_000_003.0;
    let minutes = (share * 5.0 * MINUTES_A_YEAR as f64) as i64 - 4 * MINUTES_A_YEAR;
    let start = now.plus_minutes(minutes);
    let end = start.plus_minutes(60 + (number % 5) as i64 * 30);
    let future = minutes > 0;
    let before = number.wrapping_mul(104_729) % (RAISED_DAYS_MAX * 24 * 60);
    let failed = number.is_multiple_of(PER_INCIDENT);
    let outcome = if failed { Outcome::FailedBackedOut } else { Outcome::Successful };
    let past = |at: Timestamp| (!future).then_some(at);
    Imported {
        number: String::new(),
        origin: Origin {
            source: "seed".to_owned(),
            number: format!("S{number:08}"),
            zone: Zone::utc(),
        },
        title: format!("Replace the package on host {number}"),
        description: String::new(),
        change_type: ChangeType::Normal,
        environment: Environment::Production,
        cis: vec![cis[(number % cis.len() as u64) as usize]],
        artifacts: vec![artifact(number, cis.len() as u64)],
        window: Window::try_new(start, end, Zone::utc()).ok(),
        started_at: past(start),
        finished_at: past(end),
        created_at: Some(start.plus_minutes(-(before as i64))),
        outcome: (!future).then_some(outcome),
        incidents: None,
        scheduled: future,
    }
}
