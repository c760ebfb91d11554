//! The gate with the real program: vectors and payloads of others, the exit codes of the command
//! line, GitHub answered across a kill, and a real Alertmanager where there is one.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use server::gate::{Delivery, WebhookSecret};
use sha2::{Digest as _, Sha256};

use crate::shared::{
    Database, Server, client, data, found, on_both, on_path, program, python, token_of,
};

const SHA: &str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";
/// How long it is waited between two looks, and how often it is looked: a minute in all.
const NAP: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1_200;

/// GitHub as far as it is spoken with: it keeps what it is told.
struct FakeGitHub {
    url: String,
    told: Arc<Mutex<VecDeque<(String, Json)>>>,
}

impl FakeGitHub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let told: Arc<Mutex<VecDeque<(String, Json)>>> = Arc::default();
        let keep = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = Vec::new();
                for line in reader.by_ref().lines().map_while(Result::ok) {
                    if line.is_empty() {
                        break;
                    }
                    head.push(line);
                }
                let length = head.iter().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    let is_it = name.eq_ignore_ascii_case("content-length");
                    is_it.then(|| value.trim().parse::<usize>().ok()).flatten()
                });
                let mut body = vec![0; length.unwrap_or(0)];
                let _ = reader.read_exact(&mut body);
                let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
                let body = serde_json::from_slice(&body).unwrap_or(Json::Null);
                keep.lock().unwrap().push_back((path, body));
                let mut stream = stream;
                let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                let _ = stream.write_all(answer);
            }
        });
        Self { url, told }
    }

    /// The next that is told.
    fn next(&self) -> (String, Json) {
        for _ in 0..LOOKS {
            if let Some(told) = self.told.lock().unwrap().pop_front() {
                return told;
            }
            std::thread::sleep(NAP);
        }
        panic!("GitHub was told nothing");
    }
}

/// A signature as GitHub makes it.
fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC (RFC 2104) by hand: the product's own way is what is tested.
    let hash = |bytes: &[u8]| Sha256::digest(bytes);
    let mut key = [0_u8; 64];
    let secret = secret.as_bytes();
    key[..secret.len()].copy_from_slice(secret);
    let inner: Vec<u8> = key.iter().map(|byte| byte ^ 0x36).chain(body.iter().copied()).collect();
    let outer: Vec<u8> =
        key.iter().map(|byte| byte ^ 0x5c).chain(hash(&inner).iter().copied()).collect();
    let hex: Vec<String> = hash(&outer).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", hex.concat())
}

struct World<'a> {
    program: &'a Command,
    database: &'a Database,
    secret: String,
    github: FakeGitHub,
}

impl<'a> World<'a> {
    fn new(program: &'a Command, database: &'a Database, secret: &str) -> Self {
        let (secret, github) = (secret.to_owned(), FakeGitHub::start());
        let world = Self { program, database, secret, github };
        std::fs::write(world.file("secret"), &world.secret).unwrap();
        std::fs::write(world.file("token"), "a token\n").unwrap();
        world
    }

    fn file(&self, name: &str) -> PathBuf {
        self.database.folder.path().join(name)
    }

    fn serve(&self) -> Server {
        let path = |name: &str| self.file(name).display().to_string();
        let more = [
            "--github-secret-file",
            &path("secret"),
            "--github-token-file",
            &path("token"),
            "--github-api",
            &self.github.url,
        ];
        Server::start_with(self.program, &self.database.address, &more)
    }

    fn token(&self, login: &str, role: &str, scopes: &[&str]) -> String {
        token_of(self.program, &self.database.address, login, &[role], scopes)
    }

    fn deliver(&self, server: &Server, event: &str, delivery: &str, body: Vec<u8>) -> u16 {
        let signature = signature(&self.secret, &body);
        self.deliver_signed(server, event, delivery, body, &signature)
    }

    #[expect(clippy::unused_self, reason = "it reads like the others")]
    fn deliver_signed(
        &self,
        server: &Server,
        event: &str,
        delivery: &str,
        body: Vec<u8>,
        signature: &str,
    ) -> u16 {
        let request = client().post(format!("{}/hooks/github", server.url));
        let request = request.header("x-github-event", event).header("x-github-delivery", delivery);
        let request = request.header("x-hub-signature-256", signature).body(body);
        request.send().unwrap().status().as_u16()
    }

    /// A standard change that is confirmed, in its window, and ships a commit.
    #[expect(clippy::unused_self, reason = "it reads like the others")]
    fn shipped(&self, server: &Server, token: &str, approver: &str) -> String {
        let now = ports::Clock::now(&ports::SystemClock);
        let ci = json!({"name": "shop-01", "kind": "server"});
        let at = |minutes: i64| now.plus_minutes(minutes).to_string();
        let fields = json!({
            "title": "Shop", "type": "standard", "description": "Install.", "reason": "New.",
            "category": "application", "cis": ["shop-01"], "customer_impact": "none",
            "implementer": "ivan", "implementation_plan": "Install.", "test_plan": "Ask.",
            "backout_plan": "Go back.", "backout_minutes": 5,
            "artifacts": [{"name": "shop", "digest": format!("gitCommit:{SHA}")}],
            "window": {"start": at(-1), "end": at(120), "zone": "UTC"},
        });
        let post = |path: &str, body: &Json| {
            let request = client().post(format!("{}/api/v1{path}", server.url)).bearer_auth(token);
            let answer = request.json(body).send().unwrap();
            let (status, body) = (answer.status(), answer.json::<Json>().unwrap());
            assert!(status.is_success(), "{path}: {body:#}");
            body
        };
        post("/cis", &ci);
        let change = post("/changes", &fields)["number"].as_str().unwrap().to_owned();
        let path = format!("{}/api/v1/changes/{change}", server.url);
        post(&format!("/changes/{change}/submit"), &json!({}));
        let record: Json = client().get(&path).bearer_auth(token).send().unwrap().json().unwrap();
        let round = &record["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        let voted = client().post(format!("{path}/approve")).bearer_auth(approver).json(&vote);
        let voted = voted.send().unwrap();
        assert!(voted.status().is_success(), "{}", voted.text().unwrap());
        change
    }

    #[expect(clippy::unused_self, reason = "it reads like the others")]
    fn post(&self, server: &Server, token: &str, path: &str) {
        let request = client().post(format!("{}/api/v1{path}", server.url)).bearer_auth(token);
        let answer = request.json(&json!({"reason": "because"})).send().unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().unwrap());
    }

    /// Waits until the server has written down that GitHub was told.
    #[expect(clippy::unused_self, reason = "it reads like the others")]
    fn until_told(&self, server: &Server, token: &str) {
        let events = format!("{}/api/v1/audit/events?kind=gate_request", server.url);
        for _ in 0..LOOKS {
            let found: Json =
                client().get(&events).bearer_auth(token).send().unwrap().json().unwrap();
            let mut names = found["items"].as_array().unwrap().iter().map(|one| &one["name"]);
            if names.any(|name| name == "gate_request.told.v1") {
                return;
            }
            std::thread::sleep(NAP);
        }
        panic!("nothing was written down");
    }

    /// What the command line says, and with which code it ends.
    fn gate(&self, server: &Server, token: &str, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(self.program.get_program())
            .arg("gate")
            .args(arguments)
            .env("INTERLOCK_URL", &server.url)
            .env("INTERLOCK_TOKEN", token)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap_or(-1), said)
    }
}

fn rule(github: &str) -> Json {
    json!({
        "action": "requested", "environment": "production", "event": "push",
        "deployment_callback_url": format!("{github}/repos/octo/shop/actions/runs/7/rule"),
        "deployment": {"id": 1, "sha": SHA}, "repository": {"full_name": "octo/shop"},
        "sender": {"login": "octo"},
    })
}

#[test]
fn the_command_line_ends_as_the_verdict_says_and_a_verdict_proves_itself_offline() {
    let Some(program) = program() else { return };
    on_both(|database| {
        let world = World::new(&program, database, "s");
        let owner = world.token(
            "sara",
            "service_owner",
            &["read", "gate.ask", "change.write", "service.write"],
        );
        world.token("ivan", "implementer", &["read"]);
        let approver = world.token("olga", "service_owner", &["read", "approve"]);
        let server = world.serve();
        let digest = format!("gitCommit:{SHA}");
        let asked = ["--digest", digest.as_str(), "--environment", "production"];
        let check = |more: &[&str]| {
            let all: Vec<&str> = ["check"].iter().chain(&asked).chain(more).copied().collect();
            world.gate(&server, &owner, &all)
        };
        assert_eq!(check(&[]).0, 1, "nobody knows it");
        let change = world.shipped(&server, &owner, &approver);
        world.post(&server, &owner, &format!("/changes/{change}/hold"));
        assert_eq!(check(&[]).0, 2, "it is on hold");
        let waited = ["wait", "--timeout", "1s", "--every", "1s"];
        let all: Vec<&str> = waited.iter().chain(&asked).copied().collect();
        assert_eq!(world.gate(&server, &owner, &all).0, 2, "the time is over");
        let waited = ["wait", "--timeout", "60s", "--every", "1s"];
        let all: Vec<&str> = waited.iter().chain(&asked).copied().collect();
        let waiting = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| world.gate(&server, &owner, &all).0);
            world.post(&server, &owner, &format!("/changes/{change}/resume"));
            waiting.join().unwrap()
        });
        assert_eq!(waiting, 0);
        let (code, said) = check(&["--format", "json"]);
        assert_eq!(code, 0);
        let verdict: Json = serde_json::from_str(&said).unwrap();
        assert_eq!(verdict["records"][0]["number"], change.as_str());
        assert_eq!(
            world.gate(&server, "no token", &["check", asked[0], asked[1], asked[2], asked[3]]).0,
            3
        );

        let (code, key) = world.gate(&server, &owner, &["key"]);
        assert_eq!(code, 0);
        std::fs::write(world.file("key.json"), key).unwrap();
        drop(server);
        let nowhere = Server { child: sleeper(), url: "http://127.0.0.1:9".to_owned() };
        let signed = verdict["signed"].as_str().unwrap();
        let key = world.file("key.json").display().to_string();
        let prove = |signed: &str, digest: &str| {
            let all =
                ["verify", signed, "--public-key", &key, "--digest", digest, asked[2], asked[3]];
            world.gate(&nowhere, "", &all).0
        };
        assert_eq!(prove(signed, &digest), 0);
        assert_eq!(prove(signed, "sha256:bb"), 3, "it is about something else");
        let altered = format!("{}A{}", &signed[..60], &signed[61..]);
        assert_eq!(prove(&altered, &digest), 3);
        assert_eq!(
            world.gate(&nowhere, &owner, &["check", asked[0], asked[1], asked[2], asked[3]]).0,
            3
        );
    });
}

fn sleeper() -> Child {
    Command::new("sleep").arg("600").spawn().unwrap()
}

#[test]
fn github_is_answered_also_after_a_kill() {
    let Some(program) = program() else { return };
    on_both(|database| {
        let world = World::new(&program, database, "It's a Secret to Everybody");
        let owner =
            world.token("sara", "service_owner", &["read", "change.write", "service.write"]);
        world.token("ivan", "implementer", &["read"]);
        let approver = world.token("olga", "service_owner", &["read", "approve"]);
        let mut server = world.serve();
        let change = world.shipped(&server, &owner, &approver);
        world.post(&server, &owner, &format!("/changes/{change}/hold"));
        let body = || rule(&world.github.url).to_string().into_bytes();
        for _ in 0..3 {
            let status = world.deliver(&server, "deployment_protection_rule", "d-1", body());
            assert_eq!(status, 200);
        }
        let (path, report) = world.github.next();
        assert_eq!(path, "/repos/octo/shop/actions/runs/7/rule");
        assert_eq!(report.get("state"), None);
        // Killed before it knows that the report arrived, it would send the same once more.
        world.until_told(&server, &owner);
        server.child.kill().unwrap();
        drop(server);
        let server = world.serve();
        world.post(&server, &owner, &format!("/changes/{change}/resume"));
        assert_eq!(world.github.next().1["state"], "approved");
        std::thread::sleep(Duration::from_secs(3));
        assert!(world.github.told.lock().unwrap().is_empty(), "it is answered once");
    });
}

#[test]
fn deliveries_of_others_are_taken_and_refused_as_their_vectors_say() {
    let (Some(program), Some(vectors)) = (program(), data("webhooks/signing/vectors.json")) else {
        return;
    };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../web/node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    let Some(examples) = found(examples, "the payloads that `npm ci` in web/ installs") else {
        return;
    };
    let read =
        |path: &Path| -> Json { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let vectors = read(&vectors);
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("interlock.db").display());
    let database = Database { address, folder };
    let vectors = vectors["github_x_hub_signature_256"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let world = World::new(&program, &database, &text("secret"));
        let server = world.serve();
        let deliver = |body: &str, signature: &str| {
            let body = body.as_bytes().to_vec();
            world.deliver_signed(&server, "ping", "d-1", body, signature)
        };
        assert_eq!(deliver(&text("payload"), &text("expected")), 200);
        assert_eq!(deliver(&format!("{} ", text("payload")), &text("expected")), 401);
        let altered = text("expected").replace("757107", "757108");
        assert_eq!(deliver(&text("payload"), &altered), 401);

        let mut deployment = Json::Null;
        let mut count = 0;
        for event in read(&examples).as_array().unwrap() {
            let name = event["name"].as_str().unwrap();
            for example in event["examples"].as_array().unwrap() {
                let body = example.to_string().into_bytes();
                assert_eq!(world.deliver(&server, name, "d-2", body), 200, "{name}");
                count += 1;
                if name == "deployment" {
                    deployment = example.clone();
                }
            }
        }
        assert!(count > 100, "{count}");
        // What the schema asks for, made of what GitHub really sends.
        let schema = "webhooks/github/schemas/deployment_protection_rule.requested.schema.json";
        let schema = read(&data(schema).unwrap());
        let mut payload = json!({"action": "requested", "environment": "production",
            "event": "push", "deployment_callback_url": format!("{}/x", world.github.url)});
        for field in ["deployment", "repository", "sender", "organization", "installation"] {
            if !deployment[field].is_null() {
                payload[field] = deployment[field].clone();
            }
        }
        assert!(is_valid(&schema, &payload));
        let strange = json!({"action": "requested", "repository": {}});
        assert!(!is_valid(&schema, &strange), "a sender is asked for");
        let event = "deployment_protection_rule";
        let body = payload.to_string().into_bytes();
        assert_eq!(world.deliver(&server, event, "d-3", body), 200);
        assert_eq!(world.github.next().1["state"], "rejected", "nobody approved that commit");
        let bare = json!({"action": "requested", "repository": payload["repository"],
            "sender": payload["sender"]});
        assert!(is_valid(&schema, &bare));
        assert_eq!(world.deliver(&server, event, "d-4", bare.to_string().into_bytes()), 200);
    }
}

/// Whether a payload is what GitHub's schema asks for; the shapes that it refers to are not at
/// hand, and are objects.
fn is_valid(schema: &Json, payload: &Json) -> bool {
    let mut schema = schema.clone();
    for property in schema["properties"].as_object_mut().unwrap().values_mut() {
        let place = if property.get("items").is_some() { &mut property["items"] } else { property };
        if place.get("$ref").is_some() {
            *place = json!({"type": "object"});
        }
    }
    let asked = json!({"schema": schema, "payload": payload}).to_string();
    let script = "import json, sys, jsonschema_rs\n\
        asked = json.load(sys.stdin)\n\
        print(jsonschema_rs.is_valid(asked['schema'], asked['payload']))";
    said_by_python("jsonschema_rs", script, &asked).is_none_or(|said| said.trim() == "True")
}

/// What a script says about its input, where Python has the module; nothing where it does not.
fn said_by_python(module: &str, script: &str, input: &str) -> Option<String> {
    let mut asked = Command::new(python(module)?)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = asked.wait_with_output().unwrap();
    assert!(output.status.success(), "{module} could not read it");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn vectors_of_standard_webhooks_are_taken_and_refused_as_they_say() {
    let Some(vectors) = data("webhooks/signing/vectors.json") else { return };
    let vectors: Json = serde_json::from_slice(&std::fs::read(vectors).unwrap()).unwrap();
    let vectors = vectors["standard_webhooks"].as_array().unwrap();
    let of = |vector: &Json, name: &str| vector[name].as_str().unwrap().to_owned();
    let whole: Vec<&Json> = vectors.iter().filter(|one| one.get("expected").is_some()).collect();
    assert!(!whole.is_empty());
    for vector in whole {
        let secret = WebhookSecret::try_new(&of(vector, "secret")).unwrap();
        let (id, timestamp) = (of(vector, "webhook-id"), of(vector, "webhook-timestamp"));
        let (body, expected) = (of(vector, "payload"), of(vector, "expected"));
        let sent = timestamp.parse::<i64>().unwrap();
        let checked = |timestamp: &str, signature: &str, late: i64| {
            let body = body.as_bytes();
            let delivery = Delivery { id: &id, timestamp, signature, body };
            secret.check(&delivery, kernel::Timestamp::from_micros((sent + late) * 1_000_000))
        };
        assert_eq!(checked(&timestamp, &expected, 0), Ok(()));
        // "Several signatures in one header: accept if any v1 matches; ignore unknown versions."
        assert_eq!(checked(&timestamp, &format!("v2,AAAA v1,AAAA {expected}"), 0), Ok(()));
        assert!(checked(&timestamp, &expected.replace("v1,", "v2,"), 0).is_err());
        // "Reject a missing or invalid timestamp; tolerance 5 min both sides."
        for (late, holds) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(checked(&timestamp, &expected, late).is_ok(), holds, "{late}");
        }
        assert!(checked("", &expected, 0).is_err() && checked("soon", &expected, 0).is_err());
        for wrong in vectors.iter().filter_map(|one| one["signature"].as_str()) {
            assert!(checked(&timestamp, wrong, 0).is_err(), "{wrong} is to be refused");
        }
    }
}

/// The `AnalysisTemplate` of the manual, as JSON.
fn analysis_template() -> Option<Json> {
    let manual = include_str!("../../../docs/features/gate.md");
    let (_, from) = manual.split_once("```yaml\n").unwrap();
    let (yaml, _) = from.split_once("```").unwrap();
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
    Some(serde_json::from_str(&said_by_python("yaml", script, yaml)?).unwrap())
}

/// What a `web` metric of Argo Rollouts makes of the real answer, by its own rules: a status other
/// than 2xx or a path that leads nowhere is an error; where neither condition holds it is
/// inconclusive.
fn measured(metric: &Json, server: &Server, arguments: &[(&str, &str)]) -> &'static str {
    let fill = |text: &str| {
        let filled = |text: String, (name, value): &(&str, &str)| {
            text.replace(&format!("{{{{args.{name}}}}}"), value)
        };
        arguments.iter().fold(text.to_owned(), filled)
    };
    let web = &metric["provider"]["web"];
    let url = web["url"].as_str().unwrap().replace("https://HOST", &server.url);
    let method = web["method"].as_str().unwrap().parse().unwrap();
    let body = fill(&web["jsonBody"].to_string());
    let mut request = client().request(method, url).header("content-type", "application/json");
    for header in web["headers"].as_array().unwrap() {
        let of = |name: &str| header[name].as_str().unwrap();
        request = request.header(of("key"), fill(of("value")));
    }
    let answer = request.body(body).send().unwrap();
    if !answer.status().is_success() {
        return "Error";
    }
    let answer: Json = answer.json().unwrap();
    let path = web["jsonPath"].as_str().unwrap();
    let field = path.strip_prefix("{$.").and_then(|path| path.strip_suffix('}')).unwrap();
    let Some(result) = answer[field].as_str() else { return "Error" };
    let holds = |condition: &str| {
        let text = metric[condition].as_str().unwrap();
        let word = text.strip_prefix("result == \"").and_then(|text| text.strip_suffix('"'));
        word.unwrap() == result
    };
    match (holds("successCondition"), holds("failureCondition")) {
        (_, true) => "Failed",
        (true, false) => "Successful",
        (false, false) => "Inconclusive",
    }
}

#[test]
fn the_template_for_argo_rollouts_reads_the_real_answer_in_all_its_values() {
    let (Some(program), Some(template)) = (program(), analysis_template()) else { return };
    on_both(|database| {
        let world = World::new(&program, database, "s");
        let scopes = ["read", "gate.ask", "change.write", "service.write"];
        let owner = world.token("sara", "service_owner", &scopes);
        world.token("ivan", "implementer", &["read"]);
        let approver = world.token("olga", "service_owner", &["read", "approve"]);
        let server = world.serve();
        assert_eq!(template["kind"], "AnalysisTemplate");
        let names = template["spec"]["args"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["token", "digest"]);
        let metric = &template["spec"]["metrics"][0];
        // With an interval and no count Argo refuses the template as a step. It ends at the first
        // yes; once it was asked so often it must be inconclusive, never a success by its count.
        assert_eq!(
            (&metric["count"], &metric["consecutiveSuccessLimit"]),
            (&120.into(), &1.into())
        );
        assert!(metric["inconclusiveLimit"].as_u64() < metric["count"].as_u64(), "{metric}");
        let digest = format!("gitCommit:{SHA}");
        let asked =
            |token: &str| measured(metric, &server, &[("token", token), ("digest", &digest)]);
        assert_eq!(asked(&owner), "Failed", "nobody ships it");
        let change = world.shipped(&server, &owner, &approver);
        assert_eq!(asked(&owner), "Successful");
        world.post(&server, &owner, &format!("/changes/{change}/hold"));
        assert_eq!(asked(&owner), "Inconclusive");
        assert_eq!(asked("no token"), "Error");
    });
}

#[test]
fn captured_notifications_of_an_alertmanager_open_one_incident_in_either_order() {
    let (Some(program), Some(firing), Some(resolved)) = (
        program(),
        data("webhooks/alertmanager/real_am0.25_12.json"),
        data("webhooks/alertmanager/real_am0.25_16.json"),
    ) else {
        return;
    };
    let (firing, resolved) = (std::fs::read(firing).unwrap(), std::fs::read(resolved).unwrap());
    for order in [[&firing, &resolved], [&resolved, &firing]] {
        on_both(|database| {
            let world = World::new(&program, database, "s");
            let token = world.token("sara", "service_owner", &["read", "incident.write"]);
            let server = world.serve();
            for body in order.iter().chain(&order) {
                let hook = format!("{}/api/v1/hooks/alertmanager", server.url);
                let request = client().post(hook).bearer_auth(&token);
                let request = request.header("content-type", "application/json");
                let answer = request.body((*body).clone()).send().unwrap();
                assert!(answer.status().is_success(), "{}", answer.text().unwrap());
            }
            let incidents = client().get(format!("{}/api/v1/incidents", server.url));
            let incidents: Json = incidents.bearer_auth(&token).send().unwrap().json().unwrap();
            let incidents = incidents["items"].as_array().unwrap();
            assert_eq!(incidents.len(), 1);
            assert_eq!(incidents[0]["state"], "resolved");
        });
    }
}

/// A process that is ended with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_real_alertmanager_opens_one_incident_for_a_group_that_repeats() {
    let manager = on_path("prometheus-alertmanager");
    let what = "prometheus-alertmanager, which scripts/setup installs";
    let (Some(program), Some(manager)) = (program(), found(manager, what)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("interlock.db").display());
    let database = Database { address, folder };
    let world = World::new(&program, &database, "s");
    let token = world.token("sara", "service_owner", &["read", "incident.write"]);
    let server = world.serve();
    let config = format!(
        "route:\n  receiver: us\n  group_by: [alertname]\n  group_wait: 0s\n  \
         group_interval: 1s\n  repeat_interval: 1s\nreceivers:\n- name: us\n  webhook_configs:\n  \
         - url: {}/api/v1/hooks/alertmanager\n    send_resolved: true\n    http_config:\n      \
         authorization:\n        credentials: {token}\n",
        server.url
    );
    std::fs::write(world.file("am.yml"), config).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let _running = Running(
        Command::new(manager)
            .arg(format!("--config.file={}", world.file("am.yml").display()))
            .arg(format!("--storage.path={}", world.file("am").display()))
            .arg(format!("--web.listen-address={listen}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let now = || ports::Clock::now(&ports::SystemClock);
    let alert = |instance: &str, ends: i64| {
        json!({"labels": {"alertname": "Down", "instance": instance, "severity": "critical"},
            "startsAt": now().plus_minutes(-1).to_string(),
            "endsAt": now().plus_minutes(ends).to_string()})
    };
    let fire = |alerts: Json| {
        for _ in 0..LOOKS {
            let request = client().post(format!("http://{listen}/api/v2/alerts")).json(&alerts);
            if request.send().is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            std::thread::sleep(NAP);
        }
        panic!("the Alertmanager does not answer");
    };
    let (one, two) = (alert("a:1", 10), alert("b:1", 10));
    fire(json!([one, two]));
    let incidents = || -> Vec<Json> {
        let request = client().get(format!("{}/api/v1/incidents", server.url));
        let found: Json = request.bearer_auth(&token).send().unwrap().json().unwrap();
        found["items"].as_array().unwrap().clone()
    };
    let until = |what: &str, holds: &dyn Fn(&[Json]) -> bool| {
        for _ in 0..LOOKS {
            if holds(&incidents()) {
                return;
            }
            std::thread::sleep(NAP);
        }
        panic!("{what}: {:?}", incidents());
    };
    until("it opens", &|all| all.len() == 1 && all[0]["state"] == "open");
    // It repeats itself every second or so.
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(incidents().len(), 1);
    let ended = |mut alert: Json| {
        alert["endsAt"] = json!(now().to_string());
        alert
    };
    fire(json!([ended(one), ended(two)]));
    until("it is resolved", &|all| all.len() == 1 && all[0]["state"] == "resolved");
}
