//! Notices over the network: a real mail server (aiosmtpd) and a real receiver of webhooks, and a
//! server that is killed again and again while it sends. Nobody is missed, and what arrives twice
//! bears the same id. `INTERLOCK_KILLS` says how often on each engine (5 by hand and in CI).

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use kernel::Timestamp;
use ports::{Clock as _, SystemClock};
use serde_json::{Value as Json, json};
use server::notice::CLAIM_MAX;

use self::receivers::{Arrival, Arrived, Mails, hooks};
use crate::shared::{Server, client, on_both, program, token_of};

#[path = "../../../crates/server/tests/support/receivers.rs"]
mod receivers;

/// How many are written to: more than are claimed at once.
const READERS: usize = 30;
/// How long everything may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

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
            let all = told["notices"].as_array().into_iter().flatten();
            let written = all.filter(|notice| notice["moment"] != "moved_on").count();
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

/// Looks whether everyone heard both, in order, and each under one id; answers how much arrived
/// again. A kill can leave no more in doubt than was claimed by the mail server and the program.
fn heard(arrived: &[Arrival], everyone: &[String], round: u64) -> usize {
    let mut told: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for one in arrived {
        told.entry(&one.to).or_default().push((one.moment(), one.id()));
        let is_signed = one.headers.contains_key("webhook-signature");
        assert_eq!(is_signed, one.to == "/hook", "{one:#?}");
    }
    let mut known: Vec<&str> = everyone.iter().map(String::as_str).collect();
    known.sort_unstable();
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), known, "round {round}");
    for (to, messages) in &mut told {
        messages.dedup();
        let moments: Vec<&str> = messages.iter().map(|(moment, _)| *moment).collect();
        assert_eq!(moments, ["before", "cancelled"], "what {to} heard: {messages:?}");
    }
    let doubled = arrived.len() - 2 * everyone.len();
    let doubts_max = 2 * (usize::try_from(CLAIM_MAX).unwrap() + 1);
    assert!(doubled <= doubts_max, "{doubled} arrived again after two kills");
    doubled
}

#[test]
fn a_server_that_is_killed_while_it_sends_misses_nobody_and_repeats_only_what_is_in_doubt() {
    let Some(program) = program() else { return };
    on_both(|database| {
        let arrived = Arrived::default();
        let Some(mails) = Mails::start(&arrived) else { return };
        let hook = format!("{}/hook", hooks(&arrived));
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
        let mut everyone = readers.clone();
        everyone.push("/hook".to_owned());
        let taken = || {
            mails.caught_up();
            std::mem::take(&mut *arrived.lock().unwrap())
        };
        assert_eq!(taken().len(), 1, "the test");
        let mut doubled = 0;
        for round in 0..kills() {
            let path = house.approved(round, 3 + i64::try_from(round).unwrap());
            house.post(&format!("{path}/schedule"), &json!({}));
            house.kill_after(60 * round % 400);
            house.settle(&path, 1);
            house.post(&format!("{path}/cancel"), &json!({"reason": "Enough seen."}));
            house.kill_after(170 * round % 400);
            house.settle(&path, 2);
            doubled += heard(&taken(), &everyone, round);
        }
        eprintln!("{} kills, {doubled} sent again under the same id", 2 * kills());
    });
}
