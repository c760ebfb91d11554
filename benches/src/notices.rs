//! Writing a notice down for many: 50,000 readers of 200 services, each once, in one transaction,
//! beside the same rows inserted into a bare table of the same shape by the same store.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use api::common::Written;
use api::identity::PersonFields;
use kernel::{Actor, PersonId, ReleaseId};
use ports::{Clock, Fault, HttpClient as _, HttpRequest, Method, Store, SystemClock};
use serde_json::{Value as Json, json};
use server::identity::{SavePerson, hash_password};
use server::notice::TellRelease;
use server::read::wait;
use server::read_models::{insert_rows, prepare, write};
use server::serve::Inside;
use store::OpenOptions;

use crate::load::{bus, operator};
use crate::report::{Aim, Report, seconds};

const SERVICES: usize = 200;
const READERS_PER_SERVICE: usize = 250;
/// What is promised, in seconds.
const SECONDS_MAX: f64 = 2.0;

/// On both databases, where there is a cluster.
pub(crate) fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let path = folder.join("notices.db");
    for end in ["", "-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    on(&format!("sqlite:{}", path.display()), "SQLite", report)?;
    match store::testing::postgres_database() {
        Some(address) => on(&address, "PostgreSQL", report),
        None => {
            report.figure("notices, PostgreSQL", "no cluster");
            Ok(())
        }
    }
}

fn on(address: &str, engine: &str, report: &mut Report) -> Result<()> {
    let store = store::open(address, OpenOptions::default())?;
    prepare(&*store)?;
    let end = told(&store, engine, report);
    store.close();
    end
}

fn told(store: &Arc<dyn Store>, engine: &str, report: &mut Report) -> Result<()> {
    let release = scheduled(store)?;
    let bus = bus(store)?;
    let (took, end) = seconds(|| bus.call(operator(), TellRelease { release }));
    end.map_err(|failure| anyhow!("{failure:?}"))?;
    let rows = wait(&**store, |db| db.query("SELECT * FROM deliveries", &[]))?;
    let expected = SERVICES * READERS_PER_SERVICE;
    anyhow::ensure!(rows.len() >= expected, "{} of {expected} readers", rows.len());
    let (bare, end) = seconds(|| copied(&**store, &rows));
    end?;
    let what = format!("a notice for {expected} readers, {engine}");
    let (product, floor) = (format!("{took:.2} s"), format!("{bare:.2} s bare"));
    report.ratio(&what, &product, &floor, took / SECONDS_MAX, Aim::AtMost(1.0));
    Ok(())
}

/// The floor: the rows alone.
fn copied(store: &dyn Store, rows: &[ports::Row]) -> Result<(), Fault> {
    let rows = rows.to_vec();
    write(store, move |tx| {
        tx.execute("CREATE TABLE bare AS SELECT * FROM deliveries WHERE 1 = 0", &[])?;
        for (name, columns) in [
            ("key", "notice, channel, recipient"),
            ("waiting", "channel, next_at"),
            ("release", "release, channel, recipient, place"),
        ] {
            tx.execute(&format!("CREATE INDEX bare_by_{name} ON bare ({columns})"), &[])?;
        }
        insert_rows(tx, "bare", rows.iter().map(|row| row.0.clone()))
    })
}

/// Someone who sends requests.
struct Person(Inside);

impl Person {
    fn new(store: &Arc<dyn Store>, login: &str, roles: &[&str]) -> Result<Self> {
        let fields = PersonFields {
            login: Some(login.to_owned()),
            name: Some(login.to_owned()),
            roles: Some(roles.iter().map(ToString::to_string).collect()),
            ..PersonFields::default()
        };
        let hash = hash_password("correct horse battery").map_err(|why| anyhow!("{why:?}"))?;
        let command = SavePerson { person: None, fields, hash: Some(hash) };
        let made = bus(store)?.call(operator(), command);
        let made: Written = made.map_err(|failure| anyhow!("{failure:?}"))?.answer;
        let id: PersonId = made.id.parse()?;
        Ok(Self(Inside::new(bus(store)?, Actor::Person { id })?))
    }

    fn send(&self, method: Method, path: &str, body: &Json) -> Result<Json> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let response = self.0.send(&HttpRequest {
            method,
            url: format!("/api/v1{path}"),
            headers: vec![header("content-type", "application/json"), header("if-match", "*")],
            body: body.to_string().into_bytes(),
        })?;
        let said = String::from_utf8_lossy(&response.body).into_owned();
        anyhow::ensure!(response.status < 300, "{path}: {said}");
        Ok(serde_json::from_str(&said)?)
    }

    fn post(&self, path: &str, body: &Json) -> Result<Json> {
        self.send(Method::Post, path, body)
    }

    fn vote(&self, path: &str) -> Result<()> {
        let record = self.send(Method::Get, path, &json!({}))?;
        let round = &record["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        self.post(&format!("{path}/approve"), &vote).map(|_| ())
    }
}

/// A release that touches all services and begins in a few hours, so that it is told at once.
fn scheduled(store: &Arc<dyn Store>) -> Result<ReleaseId> {
    let roles = ["release_manager", "service_owner", "administrator"];
    let anna = Person::new(store, "anna", &roles)?;
    let bo = Person::new(store, "bo", &roles[..2])?;
    let services: Vec<String> = (0..SERVICES).map(|number| format!("service-{number}")).collect();
    for service in &services {
        anna.post("/services", &json!({"name": service}))?;
        let reader = |number| format!("reader{number}@{service}.example");
        let addresses: Vec<String> = (0..READERS_PER_SERVICE).map(reader).collect();
        let group = json!({"name": service, "services": [service], "addresses": addresses});
        anna.post("/user-groups", &group)?;
    }
    let mail = json!({"name": "Mail", "kind": "email", "host": "mail.example", "port": 25,
        "from": "changes@example.org"});
    anna.post("/channels", &mail)?;
    anna.post("/cis", &json!({"name": "ci-0"}))?;
    let number = |made: &Json| made["number"].as_str().map(str::to_owned).context("a number");
    let change = json!({
        "title": "A part", "type": "normal", "description": "Replace it.", "reason": "A defect.",
        "category": "application", "cis": ["ci-0"], "services": services,
        "customer_impact": "none", "implementer": "anna", "implementation_plan": "Install.",
        "test_plan": "Look.", "backout_plan": "Install the old one.", "backout_minutes": 5,
    });
    let change = format!("/changes/{}", number(&anna.post("/changes", &change)?)?);
    anna.post(&format!("{change}/submit"), &json!({}))?;
    anna.post(&format!("{change}/assess"), &json!({}))?;
    bo.vote(&change)?;
    let start = SystemClock.now().plus_minutes(3 * 60);
    let window = json!({"start": start.to_string(),
        "end": start.plus_minutes(60).to_string(), "zone": "UTC"});
    let fields = json!({"title": "All", "type": "minor", "owner": "anna", "window": window});
    let made = anna.post("/releases", &fields)?;
    let release = format!("/releases/{}", number(&made)?);
    anna.send(Method::Put, &format!("{release}{change}"), &json!({}))?;
    anna.post(&format!("{release}/submit"), &json!({}))?;
    bo.vote(&release)?;
    anna.post(&format!("{release}/schedule"), &json!({}))?;
    Ok(made["id"].as_str().context("an id")?.parse()?)
}
