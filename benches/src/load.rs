//! Durable commands: raise a draft with a CI, edit it, remark on it, by 64 threads at once.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow};
use api::change::ChangeFields;
use api::common::NewComment;
use kernel::Actor;
use ports::{Store, SystemChance, SystemClock};
use server::bus::{Bus, Command, Envelope, World};
use server::change::{AnnotateChange, EditChange, RaiseChange};
use server::extras::Extra;
use server::read_models::prepare;
use server::service::ImportCis;
use store::OpenOptions;

use crate::floor;
use crate::report::{Aim, Report, median, seconds};
use crate::trace::{Tape, Trace};

/// How many senders there are at once.
pub(crate) const THREADS: usize = 64;
/// How many changes are raised, edited and remarked on: three commands each.
const CHANGES: usize = 4_000;
/// How often each side is measured, by turns.
const ROUNDS: usize = 3;
const CIS: usize = 200;
/// The least share of the floor.
const AIM: Aim = Aim::AtLeast(0.4);

/// A bus over a store.
pub(crate) fn bus(store: &Arc<dyn Store>) -> Result<Bus> {
    Ok(Bus::new(World {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    }))
}

/// Who sends.
pub(crate) fn operator() -> Envelope {
    Envelope::new(Actor::Operator { name: "bench".to_owned() })
}

fn send<C: Command>(bus: &Bus, command: C) -> Result<C::Answer> {
    let end = bus.call(operator(), command);
    end.map(|reply| reply.answer).map_err(|failure| anyhow!("{failure:?}"))
}

fn open(address: &str, record: Option<Arc<Tape>>) -> Result<Arc<dyn Store>> {
    let record = record.map(|tape| tape as Arc<dyn store::Recorder>);
    let options = OpenOptions { queue_max: 8_192, record, ..OpenOptions::default() };
    let store = store::open(address, options)?;
    prepare(&*store)?;
    Ok(store)
}

/// Makes the CIs that the changes touch, and a first change: PostgreSQL makes the sequence of
/// their numbers with it, which the floor counts on too.
fn start(address: &str) -> Result<()> {
    let store = open(address, None)?;
    let bus = bus(&store)?;
    let cis = (0..CIS).map(|n| (format!("ci-{n}"), "server".to_owned())).collect();
    send(&bus, ImportCis { cis })?;
    let (title, change_type) = (Some("The first".to_owned()), Some("normal".to_owned()));
    let fields = ChangeFields { title, change_type, ..ChangeFields::default() };
    send(&bus, RaiseChange { fields })?;
    store.close();
    Ok(())
}

fn work(bus: &Bus) -> Result<()> {
    let next = AtomicUsize::new(0);
    let ends = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| sender(bus, &next))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    ends.into_iter().collect()
}

fn sender(bus: &Bus, next: &AtomicUsize) -> Result<()> {
    loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        if number >= CHANGES {
            return Ok(());
        }
        let fields = ChangeFields {
            title: Some(format!("Replace the package on host {number}")),
            change_type: Some("normal".to_owned()),
            cis: Some(vec![format!("ci-{}", number % CIS)]),
            ..ChangeFields::default()
        };
        let change = send(bus, RaiseChange { fields })?.number.context("a number")?;
        let fields = ChangeFields {
            description: Some("Stop, install, start, look.".to_owned()),
            backout_plan: Some("Install the version before.".to_owned()),
            backout_minutes: Some(Some(10)),
            ..ChangeFields::default()
        };
        send(bus, EditChange { change: change.clone(), fields })?;
        let text = "Agreed with the team on duty.".to_owned();
        send(bus, AnnotateChange { change, extra: Extra::Comment(NewComment { text }) })?;
    }
}

fn timed(address: &str) -> Result<f64> {
    let store = open(address, None)?;
    let bus = bus(&store)?;
    let (took, end) = seconds(|| work(&bus));
    store.close();
    end.map(|()| took)
}

fn recorded(address: &str) -> Result<Trace> {
    let tape = Arc::new(Tape::default());
    let store = open(address, Some(Arc::clone(&tape)))?;
    tape.take();
    work(&bus(&store)?)?;
    store.close();
    Ok(tape.take())
}

fn line(report: &mut Report, what: &str, product: &mut [f64], floor: &mut [f64]) {
    let commands = (CHANGES * 3) as f64;
    let (product, floor) = (median(product), median(floor));
    let rate = |took: f64| format!("{:.0}/s", commands / took);
    report.ratio(what, &rate(product), &rate(floor), floor / product, AIM);
}

/// SQLite: the product and the bare loop by turns, each on a copy of the same file.
pub(crate) fn sqlite(folder: &Path, report: &mut Report) -> Result<()> {
    let file = |name: &str| folder.join(format!("commands-{name}.db"));
    let remove = |name: &str| {
        for end in ["", "-wal", "-shm", ".lock"] {
            let _ = std::fs::remove_file(format!("{}{end}", file(name).display()));
        }
    };
    let address = |name: &str| format!("sqlite:{}", file(name).display());
    remove("start");
    start(&address("start"))?;
    let copy = |name: &str| -> Result<()> {
        remove(name);
        std::fs::copy(file("start"), file(name))?;
        Ok(())
    };
    copy("record")?;
    let trace = recorded(&address("record"))?;
    let commits = trace.count("COMMIT").max(1);
    report.figure(
        "commands in a group, SQLite",
        &format!("{:.1}", (CHANGES * 3) as f64 / commits as f64),
    );
    let (mut product, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        copy("product")?;
        product.push(timed(&address("product"))?);
        copy("floor")?;
        bare.push(floor::sqlite(&file("floor").display().to_string(), &trace)?);
    }
    line(report, "durable commands, SQLite", &mut product, &mut bare);
    ["start", "record", "product", "floor"].into_iter().for_each(remove);
    Ok(())
}

/// PostgreSQL: the same, each in a fresh database of the same cluster.
pub(crate) fn postgres(report: &mut Report) -> Result<()> {
    let Some(base) = store::testing::postgres_database() else {
        report.figure("durable commands, PostgreSQL", "no cluster");
        return Ok(());
    };
    start(&base)?;
    let trace = recorded(&cloned(&base, "record")?)?;
    let (mut product, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        product.push(timed(&cloned(&base, &format!("product{round}"))?)?);
        bare.push(floor::postgres(&cloned(&base, &format!("floor{round}"))?, &trace)?);
    }
    line(report, "durable commands, PostgreSQL", &mut product, &mut bare);
    Ok(())
}

/// A copy of a database that nobody is connected to.
fn cloned(base: &str, suffix: &str) -> Result<String> {
    let config: postgres::Config = base.parse()?;
    let name = config.get_dbname().context("a database name")?;
    let copy = format!("{name}_{suffix}");
    let mut admin = config.clone();
    admin.dbname("postgres");
    let mut client = admin.connect(postgres::NoTls)?;
    client.batch_execute(&format!("CREATE DATABASE \"{copy}\" TEMPLATE \"{name}\""))?;
    Ok(base.replacen(name, &copy, 1))
}

/// The same commands over HTTP on SQLite, beside.
pub(crate) fn http(folder: &Path, report: &mut Report) -> Result<()> {
    crate::startup::http_commands(folder, CHANGES / 4, report)
}
