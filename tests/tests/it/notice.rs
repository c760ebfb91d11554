//! Notices over the network: a real mail server (aiosmtpd) and a real receiver of webhooks, and a
//! server that is killed again and again while it sends. Nobody is missed, and what arrives twice
//! bears the same id. `INTERLOCK_KILLS` says how often on each engine (5 by hand and in CI).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kernel::Timestamp;
use ports::{Clock as _, SystemClock};
use serde_json::{Value as Json, json};

use crate::shared::{Server, client, free_address, on_both, program, python, token_of};

/// How many are written to.
const READERS: usize = 30;
/// How long everything may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// Takes mails, each after a moment, and prints for whom each was, its id and its subject.
const MAIL_SERVER: &str = r#"
import asyncio, email, json, random, sys
from email.header import decode_header, make_header
from aiosmtpd.smtp import SMTP

class Taker:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content)
        subject = str(make_header(decode_header(mail["Subject"])))
        for to in envelope.rcpt_tos:
            print(json.dumps({"to": to, "id": mail["Message-ID"], "subject": subject,
                              "parts": [p.get_content_type() for p in mail.walk()]}), flush=True)
        await asyncio.sleep(random.random() / 50)
        return "250 taken"

async def serve():
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Taker()), "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"#;

/// What arrived: for whom, what it tells, and the ids under which.
type Arrived = Arc<Mutex<BTreeMap<(String, String), Vec<String>>>>;

/// What a subject tells.
fn moment_of(subject: &str) -> &'static str {
    match subject {
        _ if subject.contains("New date") || subject.contains("moved to") => "moved",
        _ if subject.contains("not take place") || subject.contains("cancelled") => "cancelled",
        _ => "before",
    }
}

/// A mail server, until it is dropped.
struct Mails {
    child: Child,
    port: u16,
}

impl Mails {
    fn start(python: &Path, arrived: &Arrived) -> Self {
        let port = free_address().rsplit(':').next().unwrap().parse::<u16>().unwrap();
        let mut child = Command::new(python)
            .args(["-c", MAIL_SERVER, &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let arrived = Arc::clone(arrived);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail: Json = serde_json::from_str(&line).unwrap();
                let text = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
                let parts = json!(["multipart/alternative", "text/plain", "text/html"]);
                assert_eq!(mail["parts"], parts);
                let moment = moment_of(&text("subject"));
                let key = (text("to"), moment.to_owned());
                arrived.lock().unwrap().entry(key).or_default().push(text("id"));
            }
        });
        Self { child, port }
    }
}

impl Drop for Mails {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes webhooks, for as long as the test lives; answers their address.
fn hooks(arrived: &Arrived) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let arrived = Arc::clone(arrived);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let arrived = Arc::clone(&arrived);
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                while let Some((id, body)) = request(&mut BufReader::new(&stream)) {
                    let moment = body["data"]["moment"].as_str().unwrap_or_default().to_owned();
                    let key = ("hook".to_owned(), moment);
                    arrived.lock().unwrap().entry(key).or_default().push(id);
                    let answer = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";
                    if stream.write_all(answer).is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
}

/// One request: its id and its body.
fn request(reader: &mut impl BufRead) -> Option<(String, Json)> {
    let (mut id, mut length, mut first) = (String::new(), 0, true);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ").filter(|_| !first) {
            match name.to_lowercase().as_str() {
                "webhook-id" => value.clone_into(&mut id),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        first = false;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((id, serde_json::from_slice(&body).ok()?))
}

/// Who plans, and who decides.
struct House<'a> {
    program: &'a Command,
    address: &'a str,
    tokens: [String; 2],
    server: Option<Server>,
}

impl House<'_> {
    fn send(&self, method: reqwest::Method, path: &str, who: usize, body: &Json) -> Json {
        let url = &self.server.as_ref().expect("it runs").url;
        let request = client().request(method, format!("{url}/api/v1{path}"));
        let request = request.bearer_auth(&self.tokens[who]).header("if-match", "*");
        let answer = request.json(body).send().unwrap();
        let (status, said) = (answer.status(), answer.json::<Json>().unwrap_or_default());
        assert!(status.is_success(), "{path}: {status} {said}");
        said
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.send(reqwest::Method::POST, path, 0, body)
    }

    fn get(&self, path: &str) -> Json {
        self.send(reqwest::Method::GET, path, 0, &json!({}))
    }

    fn vote(&self, path: &str) {
        let record = self.get(path);
        let round = &record["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        self.send(reqwest::Method::POST, &format!("{path}/approve"), 1, &vote);
    }

    /// Kills the server after so many milliseconds, and starts it again.
    fn kill_after(&mut self, millis: u64) {
        std::thread::sleep(Duration::from_millis(millis));
        let server = self.server.take().expect("it runs");
        let pid = server.child.id().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        drop(server);
        self.server = Some(Server::start(self.program, self.address));
    }

    /// A release that is approved, with a window that begins in so many hours.
    fn approved(&self, round: u64, hours: i64) -> String {
        let change = json!({
            "title": "A part", "type": "normal", "description": "Replace it.",
            "reason": "A defect.", "category": "application", "cis": ["shop-app"],
            "customer_impact": "none", "implementer": "anna", "implementation_plan": "Install.",
            "test_plan": "Look.", "backout_plan": "Install the old one.", "backout_minutes": 5,
        });
        let change = self.post("/changes", &change)["number"].as_str().unwrap().to_owned();
        for verb in ["submit", "assess"] {
            self.post(&format!("/changes/{change}/{verb}"), &json!({}));
        }
        self.vote(&format!("/changes/{change}"));
        let fields = json!({"title": format!("Round {round}"), "type": "minor", "owner": "anna",
            "window": window(hours)});
        let release = self.post("/releases", &fields)["number"].as_str().unwrap().to_owned();
        let path = format!("/releases/{release}");
        self.send(reqwest::Method::PUT, &format!("{path}/changes/{change}"), 0, &json!({}));
        self.post(&format!("{path}/submit"), &json!({}));
        self.vote(&path);
        path
    }

    /// Waits until everything of a release is delivered.
    #[expect(clippy::disallowed_methods, reason = "a test waits by the clock")]
    fn settle(&self, path: &str, notices: usize) {
        let since = Instant::now();
        loop {
            let told = self.get(&format!("{path}/communication"));
            let written = told["notices"].as_array().map_or(0, Vec::len);
            if written == notices && told["waiting"] == 0 {
                assert_eq!(told["dead"], 0, "{told:#}");
                return;
            }
            assert!(since.elapsed() < PATIENCE, "it is still not told: {told:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn window(hours: i64) -> Json {
    let start: Timestamp = SystemClock.now().plus_minutes(hours * 60);
    json!({"start": start.to_string(), "end": start.plus_minutes(30).to_string(), "zone": "UTC"})
}

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(5)
}

#[test]
fn a_server_that_is_killed_while_it_sends_misses_nobody_and_repeats_only_what_is_in_doubt() {
    let (Some(program), Some(python)) = (program(), python("aiosmtpd")) else { return };
    on_both(|database| {
        let arrived = Arrived::default();
        let mails = Mails::start(&python, &arrived);
        let hook = hooks(&arrived);
        let address = &database.address;
        let roles = ["release_manager", "service_owner", "administrator"];
        let scopes = [
            "read",
            "change.write",
            "release.write",
            "service.write",
            "notice.write",
            "channel.write",
        ];
        let tokens = [
            token_of(&program, address, "anna", &roles, &scopes),
            token_of(&program, address, "bo", &roles[..2], &["read", "approve"]),
        ];
        let server = Some(Server::start(&program, address));
        let mut house = House { program: &program, address, tokens, server };
        house.post("/services", &json!({"name": "Shop"}));
        house.post("/cis", &json!({"name": "shop-app", "service": "Shop"}));
        let readers: Vec<String> =
            (0..READERS).map(|number| format!("reader{number}@example.org")).collect();
        let group = json!({"name": "Buyers", "audience": "customers", "services": ["Shop"],
            "addresses": readers});
        house.post("/user-groups", &group);
        house.post(
            "/channels",
            &json!({"name": "Mail", "kind": "email", "host": "127.0.0.1",
            "port": mails.port, "security": "none", "from": "changes@example.org"}),
        );
        house.post(
            "/channels",
            &json!({"name": "Hook", "kind": "webhook", "url": hook,
            "secret": "whsec_c2VjcmV0", "audience": "customers"}),
        );
        let tested = house.post("/channels/Mail/test", &json!({"to": "test@example.org"}));
        assert_eq!(tested["delivered"], true, "{tested:#}");
        arrived.lock().unwrap().clear();
        let mut doubled = 0;
        for round in 0..kills() {
            let path = house.approved(round, 3 + i64::try_from(round).unwrap());
            house.post(&format!("{path}/schedule"), &json!({}));
            house.kill_after(60 * round % 400);
            house.settle(&path, 1);
            house.post(&format!("{path}/cancel"), &json!({"reason": "Enough seen."}));
            house.kill_after(170 * round % 400);
            house.settle(&path, 2);
            let told = std::mem::take(&mut *arrived.lock().unwrap());
            let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
            for moment in ["before", "cancelled"] {
                let all = readers.iter().cloned().chain(["hook".to_owned()]);
                expected.extend(all.map(|to| (to, moment.to_owned())));
            }
            assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), expected, "round {round}");
            for ((to, moment), ids) in &told {
                let ids: BTreeSet<&String> = ids.iter().collect();
                assert_eq!(ids.len(), 1, "{moment} came to {to} under several ids");
            }
            doubled += told.values().map(|ids| ids.len() - 1).sum::<usize>();
        }
        eprintln!("{} kills, {doubled} sent again under the same id", 2 * kills());
    });
}
