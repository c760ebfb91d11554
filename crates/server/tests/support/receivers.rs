//! Real receivers of notices: a mail server (aiosmtpd) and a server over HTTP. What arrives is kept
//! in its order.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::{Value as Json, json};

/// How long a mail that was taken may be on its way to us.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whom a mail is for that only tells us that everything before it is here.
const MARK: &str = "mark@test";

/// Takes mails, each after a moment, and prints for whom each was and what it says, part by part.
const MAIL_SERVER: &str = r#"
import asyncio, email, json, random
from email.header import decode_header, make_header
from aiosmtpd.smtp import SMTP

class Taker:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content)
        headers = {n.lower(): str(make_header(decode_header(v))) for n, v in mail.items()}
        texts = [p.get_payload(decode=True).decode("utf-8", "replace")
                 for p in mail.walk() if not p.is_multipart()]
        for to in envelope.rcpt_tos:
            print(json.dumps({"to": to, "headers": headers, "texts": texts,
                              "parts": [p.get_content_type() for p in mail.walk()]}), flush=True)
        await asyncio.sleep(random.random() / 50)
        return "250 taken"

async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"#;

/// One message that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The address of a mail, the path of a request.
    pub(crate) to: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// What a request says; what the parts of a mail say, as a list in JSON.
    pub(crate) body: String,
}

/// What arrived, in its order.
pub(crate) type Arrived = Arc<Mutex<Vec<Arrival>>>;

impl Arrival {
    /// The same each time that one delivery is sent; chats are told none.
    pub(crate) fn id(&self) -> &str {
        let id = self.headers.get("message-id").or_else(|| self.headers.get("webhook-id"));
        id.map_or("", String::as_str)
    }

    /// In one line what it tells.
    pub(crate) fn subject(&self) -> String {
        if let Some(subject) = self.headers.get("subject") {
            return subject.clone();
        }
        let body: Json = serde_json::from_str(&self.body).expect("JSON");
        let headline = "/attachments/0/content/body/0/inlines/0/text";
        let found = ["/data/subject", "/text", headline].iter().find_map(|at| body.pointer(at));
        found.and_then(Json::as_str).expect("a subject").to_owned()
    }

    /// What happened or is about to, by the texts that the program brings along.
    pub(crate) fn moment(&self) -> &'static str {
        let subject = self.subject();
        let numbered = subject.strip_prefix("REL-").and_then(|rest| rest.split_once(' '));
        let begins = numbered.map_or(subject.as_str(), |(_, rest)| rest);
        let known = [
            ("Planned on ", "before"),
            ("on ", "before"),
            ("New date, ", "moved"),
            ("moved to ", "moved"),
            ("Begun: ", "start"),
            ("begun: ", "start"),
            ("Done: ", "success"),
            ("done: ", "success"),
            ("Taken back: ", "rollback"),
            ("taken back: ", "rollback"),
            ("Will not take place: ", "cancelled"),
            ("cancelled: ", "cancelled"),
        ];
        let found = known.iter().find(|(words, _)| begins.starts_with(words));
        found.unwrap_or_else(|| panic!("{subject:?} tells nothing that we know")).1
    }
}

/// A mail server, until it is dropped.
pub(crate) struct Mails {
    child: Child,
    /// Where it listens.
    pub(crate) port: u16,
    marks: mpsc::Receiver<()>,
}

impl Mails {
    /// One that listens; nothing, loudly, where its tools are missing.
    pub(crate) fn start(arrived: &Arrived) -> Option<Self> {
        let mut python = Command::new("python3");
        let python = python.args(["-c", MAIL_SERVER]).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3 is there");
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let Some(Ok(port)) = lines.next() else {
            let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!in_ci, "aiosmtpd is missing, and with CI=true nothing is skipped");
            eprintln!("!! SKIPPED without the Python tools that scripts/python-env installs");
            let _ = child.wait();
            return None;
        };
        let (arrived, (mark, marks)) = (Arc::clone(arrived), mpsc::channel());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail: Json = serde_json::from_str(&line).expect("JSON");
                if mail["to"] == MARK {
                    let _ = mark.send(());
                    continue;
                }
                let parts = json!(["multipart/alternative", "text/plain", "text/html"]);
                assert_eq!(mail["parts"], parts);
                let to = mail["to"].as_str().expect("an address").to_owned();
                let headers = serde_json::from_value(mail["headers"].clone()).expect("headers");
                let arrival = Arrival { to, headers, body: mail["texts"].to_string() };
                arrived.lock().expect("nobody panicked").push(arrival);
            }
        });
        Some(Self { child, port: port.parse().expect("a port"), marks })
    }

    /// Waits until every mail that was taken is among what arrived.
    pub(crate) fn caught_up(&self) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it is there");
        let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
        let to = format!("RCPT TO:<{MARK}>");
        let said = ["HELO test", "MAIL FROM:<us@test>", &to, "DATA", "Subject: mark\r\n\r\n."];
        for said in said {
            lines.next().expect("it answers").expect("a line");
            stream.write_all(format!("{said}\r\n").as_bytes()).expect("it is heard");
        }
        lines.next().expect("it answers").expect("a line");
        self.marks.recv_timeout(PATIENCE).expect("everything before it is here");
    }
}

impl Drop for Mails {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes requests at any path, for as long as the test lives; answers where.
pub(crate) fn hooks(arrived: &Arrived) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let arrived = Arc::clone(arrived);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let arrived = Arc::clone(&arrived);
            std::thread::spawn(move || {
                let mut stream = stream.expect("someone");
                while let Some(arrival) = request(&mut BufReader::new(&stream)) {
                    arrived.lock().expect("nobody panicked").push(arrival);
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

/// One request.
fn request(reader: &mut impl BufRead) -> Option<Arrival> {
    let line = |reader: &mut dyn BufRead| {
        let mut line = String::new();
        let length = reader.read_line(&mut line).ok()?;
        (length > 0).then(|| line.trim_end().to_owned())
    };
    let first = line(&mut *reader)?;
    let to = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let line = line(&mut *reader)?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Arrival { to, headers, body: String::from_utf8(body).ok()? })
}
