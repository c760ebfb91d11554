//! Why a record needs the approval that it needs: the interface and the command line tell the same
//! rules, facts and stages, over a server and straight on the database, and they are those that the
//! record's round is made of. So it is under the built-in models and under others.

use std::collections::BTreeSet;
use std::process::Command;

use domain::identity::{Permission, Role};
use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, on_both, operator, program, token};

struct World<'a> {
    program: &'a Command,
    url: String,
    token: String,
}

impl World<'_> {
    fn send(&self, method: reqwest::Method, path: &str, body: &Json) -> Json {
        let request = client().request(method, format!("{}/api/v1{path}", self.url));
        let request = request.bearer_auth(&self.token).header("if-match", "*");
        let answer = request.json(body).send().unwrap();
        let (status, answer) = (answer.status(), answer.json::<Json>().unwrap());
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.send(reqwest::Method::POST, path, body)
    }

    fn get(&self, path: &str) -> Json {
        let asked = client().get(format!("{}/api/v1{path}", self.url)).bearer_auth(&self.token);
        asked.send().unwrap().json().unwrap()
    }

    /// What the command line says, asking the server.
    fn explained(&self, record: &str, format: &str) -> String {
        self.ran(&["policy", "explain", record, "--format", format])
    }

    fn ran(&self, arguments: &[&str]) -> String {
        let output = Command::new(self.program.get_program())
            .args(arguments)
            .env("INTERLOCK_URL", &self.url)
            .env("INTERLOCK_TOKEN", &self.token)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn services(&self) {
        self.post("/services", &json!({"name": "Payments", "criticality": 1}));
        for (name, criticality) in [("pay-db", 1), ("wiki", 4)] {
            let service = (criticality == 1).then_some("Payments");
            let ci = json!({"name": name, "criticality": criticality, "service": service});
            self.post("/cis", &ci);
        }
    }

    /// A record of each model, some of them handed in, some risky, one that travels in another.
    fn fill(&self, releases: &[&str]) -> Vec<String> {
        let mut records = Vec::new();
        for kind in ["normal", "standard", "emergency"] {
            for ci in ["pay-db", "wiki"] {
                let fields = json!({
                    "title": "A part", "type": kind, "description": "Replace it.",
                    "reason": "A defect.", "category": "application", "cis": [ci],
                    "customer_impact": "none", "implementer": "anna",
                    "implementation_plan": "Install.", "test_plan": "Look.",
                    "backout_plan": "Install the old one.", "backout_minutes": 5,
                });
                records.push(number(&self.post("/changes", &fields)));
            }
        }
        for kind in releases {
            records.push(number(&self.post("/releases", &json!({"title": "R", "type": kind}))));
        }
        let attached = format!("/releases/{}/changes/{}", records[6], records[0]);
        self.send(reqwest::Method::PUT, &attached, &json!({}));
        // The second of each kind is decided by the policy of now.
        for change in [1, 3, 5] {
            self.post(&format!("/changes/{}/submit", records[change]), &json!({}));
        }
        self.post(&format!("/changes/{}/assess", records[1]), &json!({}));
        records
    }
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

fn path(record: &str) -> String {
    let kind = if record.starts_with("REL") { "releases" } else { "changes" };
    format!("/{kind}/{record}")
}

#[test]
fn the_interface_and_the_command_line_tell_the_same_routing() {
    let Some(program) = program() else { return };
    on_both(|database| told(&program, database));
}

fn told(program: &Command, database: &Database) {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let scopes: Vec<&str> = Permission::ALL.iter().map(|scope| scope.word()).collect();
    let token = token(program, &database.address, &roles, &scopes);
    voters(program, &database.address);
    let built_in = ["minor", "major", "emergency"];
    for (further, releases) in [(false, built_in), (true, ["hotfix", "train", "minor"])] {
        let server = Server::start(program, &database.address);
        let world = World { program, url: server.url.clone(), token: token.clone() };
        if further {
            put_in_force(&world, database);
        } else {
            world.services();
        }
        let answers = agree(&world, &releases);
        drop(server);
        for (record, answer) in &answers {
            let said = operator(program, &database.address, &["policy", "explain", record]);
            assert_eq!(&serde_json::from_str::<Json>(&said).unwrap(), answer, "{record}, directly");
        }
    }
}

/// Puts the models of the routing's table in force beside the built-in ones, by the command line.
fn put_in_force(world: &World<'_>, database: &Database) {
    let folder = database.folder.path().join("rules");
    let of = |path: &str| std::fs::read_to_string(format!("{FURTHER}/{path}")).unwrap();
    let place = folder.to_str().unwrap();
    world.ran(&["policy", "show", "--into", place]);
    for path in ["changes/normal.toml", "releases/hotfix.toml", "releases/train.toml"] {
        std::fs::write(folder.join(path), of(path)).unwrap();
    }
    world.ran(&["policy", "activate", place, "--note", "Hotfixes and trains"]);
    assert_eq!(world.get("/policy")["version"], 1);
}

const FURTHER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/server/tests/policy");

/// Records of every type, each with what the interface and the command line say of it.
fn agree(world: &World<'_>, releases: &[&str]) -> Vec<(String, Json)> {
    let records = world.fill(releases);
    let mut answers = Vec::new();
    let mut decided = 0;
    for record in records {
        let answer = world.get(&format!("{}/policy", path(&record)));
        let said: Json = serde_json::from_str(&world.explained(&record, "json")).unwrap();
        assert_eq!(said, answer, "{record}");
        readable(&world.explained(&record, "table"), &answer);
        if answer["decided"] == true {
            decided += 1;
            let shown = world.get(&path(&record));
            let names = |stages: &Json| -> Vec<String> {
                let stages = stages.as_array().expect("stages").iter();
                let name = |stage: &Json| stage["name"].as_str().or(stage.as_str()).map(first);
                stages.map(|stage| name(stage).expect("a name")).collect()
            };
            assert_eq!(names(&shown["rounds"][0]["stages"]), names(&answer["approval"]));
        }
        answers.push((record, answer));
    }
    assert_eq!(decided, 3, "those that were handed in");
    let tiers: Vec<&Json> = answers.iter().take(2).map(|(_, answer)| &answer["tier"]).collect();
    assert_ne!(tiers[0], tiers[1], "they are not all routed alike");
    let model = |(record, answer): &(String, Json)| format!("{} {}", &record[..3], answer["model"]);
    let models: BTreeSet<String> = answers.iter().map(model).collect();
    assert_eq!(models.len(), 6, "each type has its model: {models:?}");
    answers
}

/// The name of a stage, of its words: `CAB: Change advisory board (majority, veto)`.
fn first(words: &str) -> String {
    words.split(": ").next().unwrap_or(words).to_owned()
}

/// The people whose votes the records need: nobody approves their own work.
fn voters(program: &Command, address: &str) {
    for (login, roles) in [
        (
            "bo",
            &["service_owner", "release_manager", "cab_member", "ecab_member", "product_owner"][..],
        ),
        ("cy", &["cab_member", "ecab_member", "release_authority"]),
    ] {
        crate::shared::token_of(program, address, login, roles, &["read"]);
    }
}

/// Everything that is told is in the text for people too.
fn readable(text: &str, answer: &Json) {
    let words = |field: &Json| field.as_str().unwrap_or_default().to_owned();
    let mut told = vec![words(&answer["model"]), words(&answer["tier"]), words(&answer["file"])];
    told.extend(answer["approval"].as_array().expect("stages").iter().map(words));
    for rule in answer["rules"].as_array().expect("rules") {
        told.push(format!("{}: {}", words(&rule["name"]), words(&rule["outcome"])));
        for fact in rule["facts"].as_array().expect("facts") {
            told.push(format!("{} is {}", words(&fact["name"]), words(&fact["value"])));
            for turn in fact["turns"].as_array().expect("turns") {
                told.push(format!("with {}: {}", words(&turn["value"]), words(&turn["outcome"])));
            }
        }
    }
    for told in told {
        assert!(text.contains(&told), "`{told}` is not in\n{text}");
    }
}
