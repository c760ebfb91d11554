//! The server is killed under load, again and again: every acknowledged write is there afterwards,
//! every stored state is the fold of its events, and it starts again by itself.
//! `INTERLOCK_KILLS` says how often on each engine (5 by hand and in CI, 50 in a soak).

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::shared::{Database, on_both, program};

const WRITERS: usize = 8;
const READY_TRIES: u32 = 600;

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(5)
}

/// A running server, killed when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(program: &Command, address: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let mut child = Command::new(program.get_program())
            .args(["serve", "--listen", &listen, "--database", address])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = child.stderr.take().expect("its words");
        std::thread::spawn(move || BufReader::new(said).lines().map_while(Result::ok).count());
        let url = format!("http://{listen}");
        let server = Self { child, url };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        let client = client();
        for _ in 0..READY_TRIES {
            let ready = client.get(format!("{}/readyz", self.url)).send();
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not start again by itself");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::blocking::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

fn operator(program: &Command, address: &str, arguments: &[&str]) -> String {
    let output = Command::new(program.get_program())
        .args(arguments)
        .args(["--database", address, "--format", "json"])
        .output()
        .unwrap();
    let (said, told) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}", told.unwrap_or_default());
    said.unwrap()
}

/// An account with a token that may raise changes.
fn token(program: &Command, address: &str) -> String {
    let mut add = Command::new(program.get_program())
        .args(["user", "add", "anna", "--name", "Anna", "--role", "requester"])
        .args(["--password-stdin", "--database", address])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = add.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, b"correct horse battery\n").unwrap();
    drop(input);
    assert!(add.wait().unwrap().success());
    let made = ["token", "create", "--for", "anna", "--name", "load"];
    let scopes = ["--scope", "read", "--scope", "change.write"];
    let said = operator(program, address, &[&made[..], &scopes[..]].concat());
    let token: Json = serde_json::from_str(&said).unwrap();
    token["secret"].as_str().expect("a secret").to_owned()
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
    let token = token(program, address);
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
