//! The server is killed under load, again and again: every acknowledged write is there afterwards,
//! every stored state is the fold of its events, and it starts again by itself.
//! `INTERLOCK_KILLS` says how often on each engine (5 by hand and in CI, 50 in a soak).

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, on_both, operator, program, token};

const WRITERS: usize = 8;

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(5)
}

/// Raises changes until told to stop, and remembers the numbers that were acknowledged.
fn raise(url: &str, token: &str, stop: &AtomicBool, acknowledged: &Mutex<BTreeSet<String>>) {
    let client = client();
    while !stop.load(Ordering::SeqCst) {
        let sent = client
            .post(format!("{url}/api/v1/changes"))
            .bearer_auth(token)
            .json(&json!({"title": "Under load", "type": "normal"}))
            .send();
        let Ok(answer) = sent else { continue };
        let status = answer.status();
        let Ok(body) = answer.json::<Json>() else { continue };
        if status.is_success() {
            let number = body["number"].as_str().expect("a number").to_owned();
            acknowledged.lock().unwrap().insert(number);
        }
    }
}

#[test]
fn kill_under_load_loses_nothing_that_was_acknowledged() {
    let Some(program) = program() else { return };
    on_both(|database| drill(&program, database));
}

fn drill(program: &Command, database: &Database) {
    let address = &database.address;
    let token = token(program, address, &["requester"], &["read", "change.write"]);
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    for round in 0..kills() {
        let server = Server::start(program, address);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| raise(&server.url, &token, &stop, &acknowledged));
            }
            // A different moment each round, so that the kill meets different commits.
            std::thread::sleep(Duration::from_millis(300 + round * 37 % 250));
            let pid = server.child.id().to_string();
            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
            stop.store(true, Ordering::SeqCst);
        });
    }
    let acknowledged = acknowledged.lock().unwrap();
    assert!(!acknowledged.is_empty(), "no write was acknowledged between the kills");
    let server = Server::start(program, address);
    let client = client();
    for number in acknowledged.iter() {
        let url = format!("{}/api/v1/changes/{number}", server.url);
        let answer = client.get(url).bearer_auth(&token).send().unwrap();
        assert!(answer.status().is_success(), "{number} was acknowledged and is gone");
    }
    drop(server);
    operator(program, address, &["audit", "verify"]);
    eprintln!("{} acknowledged writes survived {} kills", acknowledged.len(), kills());
}
