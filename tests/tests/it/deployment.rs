//! A release that carries itself out, with the server killed in the middle of it, again and again:
//! it comes to the same end, and a witness that every step calls counts one effect for each key.
//! `INTERLOCK_KILLS` says how often on each engine, as in the other drill, but three by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ports::{Clock as _, SystemClock};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, on_both, program, token_of};

/// How long the witness takes before its effect, and after it.
const WORK: Duration = Duration::from_millis(40);
/// How long a run may take after the last kill; a lease of the driver before runs out in it.
const TRIES: u32 = 600;

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(3)
}

/// What every step calls: it counts effects by key, and says what became of each.
struct Witness {
    url: String,
    effects: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Witness {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let effects = Arc::new(Mutex::new(BTreeMap::new()));
        let known = Arc::clone(&effects);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let known = Arc::clone(&known);
                // Whoever asked may be gone by then.
                std::thread::spawn(move || answer(stream, &known));
            }
        });
        Self { url, effects }
    }
}

fn answer(mut stream: TcpStream, effects: &Mutex<BTreeMap<String, u32>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let heads: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let (status, body) = if let Some(key) = path.strip_prefix("/status/") {
        match effects.lock().unwrap().get(key) {
            Some(_) => ("200 OK", "{\"state\": \"succeeded\"}"),
            None => ("404 Not Found", "{}"),
        }
    } else {
        let key = heads.iter().find_map(|head| head.strip_prefix("idempotency-key: "))?;
        std::thread::sleep(WORK);
        *effects.lock().unwrap().entry(key.to_owned()).or_default() += 1;
        std::thread::sleep(WORK);
        ("200 OK", "done")
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).ok()
}

/// Steps that wait for each other in pairs.
fn plan(url: &str, change: &str) -> String {
    let step = |at: usize| {
        let needs = if at < 2 { String::new() } else { format!("\"s{}\"", at - 2) };
        format!(
            "[[step]]\nkey = \"s{at}\"\nchange = \"{change}\"\nneeds = [{needs}]\nkind = \"http\"\n\
            url = \"{url}/do\"\nstatus_url = \"{url}/status/{{key}}\"\n\
            undo = {{ url = \"{url}/undo\" }}\n\n"
        )
    };
    (0..16).map(step).collect()
}

/// Someone who sends requests.
struct Sender<'a> {
    server: &'a Server,
    token: &'a str,
}

impl Sender<'_> {
    fn send(&self, method: Method, path: &str, body: &Json) -> Json {
        let url = format!("{}/api/v1{path}", self.server.url);
        let request = client().request(method, url).bearer_auth(self.token);
        let answer = request.header("if-match", "*").json(body).send().unwrap();
        let status = answer.status();
        let answer = answer.json::<Json>().unwrap();
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.send(Method::POST, path, body)
    }

    fn get(&self, path: &str) -> Json {
        self.send(Method::GET, path, &json!({}))
    }

    fn make(&self, kind: &str, body: &Json) -> String {
        self.post(kind, body)["number"].as_str().expect("a number").to_owned()
    }

    fn vote(&self, path: &str) {
        let round = &self.get(path)["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        self.post(&format!("{path}/approve"), &vote);
    }
}

/// A release with a plan, whose deployment has begun.
fn begun(server: &Server, tokens: &[String; 3], url: &str) -> String {
    let [anna, bo, ivan] = tokens.each_ref().map(|token| Sender { server, token });
    anna.post("/cis", &json!({"name": "web-01"}));
    let change = anna.make(
        "/changes",
        &json!({
            "title": "A part", "type": "normal", "description": "Replace it.",
            "reason": "A defect.", "category": "application", "cis": ["web-01"],
            "customer_impact": "none", "implementer": "ivan", "implementation_plan": "Install.",
            "test_plan": "Look.", "backout_plan": "Install the old one.", "backout_minutes": 5,
        }),
    );
    let path = format!("/changes/{change}");
    anna.post(&format!("{path}/submit"), &json!({}));
    anna.post(&format!("{path}/assess"), &json!({}));
    bo.vote(&path);
    let now = SystemClock.now();
    let window = json!({"start": now.plus_minutes(-5).to_string(),
        "end": now.plus_minutes(120).to_string()});
    let release = anna.make(
        "/releases",
        &json!({"title": "By itself", "type": "minor", "owner": "anna", "window": window}),
    );
    let path = format!("/releases/{release}");
    anna.send(Method::PUT, &format!("{path}/changes/{change}"), &json!({}));
    let text = json!({"text": plan(url, &change)});
    anna.send(Method::PUT, &format!("{path}/plan"), &text);
    anna.post(&format!("{path}/submit"), &json!({}));
    bo.vote(&path);
    anna.post(&format!("{path}/schedule"), &json!({}));
    ivan.post(&format!("{path}/deploy"), &json!({}));
    release
}

#[test]
fn a_run_that_is_killed_comes_to_its_end_with_one_effect_for_each_key() {
    let Some(program) = program() else { return };
    on_both(|database| drill(&program, database));
}

fn drill(program: &Command, database: &Database) {
    let address = &database.address;
    let planning = ["read", "change.write", "release.write", "service.write"];
    let roles = ["release_manager", "service_owner"];
    let voting = ["read", "approve", "release.write"];
    let tokens = [
        token_of(program, address, "anna", &roles, &planning),
        token_of(program, address, "bo", &roles, &voting),
        token_of(program, address, "ivan", &["implementer"], &["read", "release.deploy"]),
    ];
    let witness = Witness::start();
    let mut server = Server::start(program, address);
    let release = begun(&server, &tokens, &witness.url);
    for round in 0..kills() {
        std::thread::sleep(Duration::from_millis(30 + round * 137 % 200));
        drop(server);
        server = Server::start(program, address);
    }
    let anna = Sender { server: &server, token: &tokens[0] };
    let path = format!("/deployments/{release}");
    let phase = |sender: &Sender<'_>| sender.get(&path)["run"]["phase"].clone();
    for _ in 0..TRIES {
        if phase(&anna) != "running" {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(phase(&anna), "finished", "{:#}", anna.get(&path)["run"]);
    let effects = witness.effects.lock().unwrap().clone();
    assert!(effects.values().all(|count| *count == 1), "{effects:#?}");
    let steps: BTreeSet<&str> = effects.keys().filter_map(|key| key.split(':').nth(1)).collect();
    assert_eq!(steps.len(), 16, "{steps:?}");
    let log = anna.get(&format!("/audit/events?subject={release}&limit=200")).to_string();
    assert!(log.contains("nobody knows what became of step"), "no kill met a call: {log}");
}
