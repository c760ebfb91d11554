//! Requests made from the description of the interface, well-formed and not, by schemathesis: on
//! each engine none is answered with a server error, and each answer is as described.
//! `INTERLOCK_FUZZ` says how many requests per operation (12 by hand and in CI).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use domain::identity::{Permission, Role};
use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, found, on_both, on_path, program, token};

/// What is asked of every answer. Statuses are described as `200` and `default`, so a check of
/// statuses would prove nothing.
const CHECKS: &str = "not_a_server_error,content_type_conformance,response_schema_conformance";
const SEED: &str = "20261124";

#[test]
fn no_request_that_the_description_allows_or_forbids_is_a_server_error() {
    let Some(program) = program() else { return };
    let fuzzer = found(on_path("schemathesis"), "the fuzzer that scripts/python-env installs");
    let Some(fuzzer) = fuzzer else { return };
    on_both(|database| drill(&program, &fuzzer, database));
}

fn drill(program: &Command, fuzzer: &std::path::Path, database: &Database) {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let scopes: Vec<&str> = Permission::ALL.iter().map(|scope| scope.word()).collect();
    let token = token(program, &database.address, &roles, &scopes);
    let server = Server::start(program, &database.address);
    let world = World { url: format!("{}/api/v1", server.url), token };
    let names = world.fill();
    let folder = database.folder.path();
    let config = folder.join("schemathesis.toml");
    std::fs::write(&config, world.config(&names)).unwrap();
    let examples = std::env::var("INTERLOCK_FUZZ").unwrap_or_else(|_| "12".to_owned());
    let ended = Command::new(fuzzer)
        .current_dir(folder)
        .arg("--config-file")
        .arg(&config)
        .args(["run", &format!("{}/openapi.json", world.url), "--checks", CHECKS])
        .args(["--header", &format!("Authorization: Bearer {}", world.token)])
        // A stream ends only with its reader.
        .args(["--exclude-path", "/api/v1/events"])
        // These take the token away that the requests are made with.
        .args(["--exclude-path", "/api/v1/runners/{name}/revoke"])
        .args(["--exclude-path", "/api/v1/tokens/{id}"])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", &examples])
        .args(["--seed", SEED, "--workers", "2", "--request-timeout", "20"])
        .args(["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains(" generated, "), "the fuzzer sent nothing: {said}");
    let change = world.get(&format!("/changes/{}", names["changes"]));
    assert!(change["version"].as_i64() > Some(1), "no request reached a record: {change}");
}

/// A server with a record of each kind.
struct World {
    url: String,
    token: String,
}

impl World {
    /// Makes a record; answers how it is called in paths.
    fn make(&self, kind: &'static str, body: &Json) -> (&'static str, String) {
        let sent = client().post(format!("{}/{kind}", self.url)).bearer_auth(&self.token);
        let answer = sent.json(body).send().unwrap();
        let (status, made) = (answer.status(), answer.json::<Json>().unwrap());
        assert!(status.is_success(), "{kind}: {status} {made}");
        let name = made["number"].as_str().or(made["id"].as_str());
        (kind, name.expect("a name").to_owned())
    }

    fn get(&self, path: &str) -> Json {
        let sent = client().get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        sent.send().unwrap().json().unwrap()
    }

    /// Makes a record of each kind, so that requests meet rules and not only names that are not
    /// found. The account that sends the requests is none of them.
    fn fill(&self) -> BTreeMap<&'static str, String> {
        let window = json!({
            "start": "2031-03-01T20:00:00Z", "end": "2031-03-01T22:00:00Z", "zone": "Europe/Paris",
        });
        let service = json!({"name": "Payments", "criticality": 1});
        let ci = json!({"name": "db-1", "kind": "server", "criticality": 1, "service": "Payments"});
        let blackout = json!({"name": "Year end", "reason": "Closing.", "window": window});
        let nights = json!({"name": "Nights", "services": ["Payments"], "window": window});
        let change = json!({
            "title": "Alone", "type": "normal", "cis": ["db-1"], "window": window,
            "implementer": "anna", "customer_impact": "none",
        });
        let release = json!({"title": "Spring", "type": "minor", "window": window});
        let incident = json!({"title": "Slow", "priority": 3, "services": ["Payments"]});
        let person = json!({
            "login": "ben", "name": "Ben", "roles": ["requester"], "password": "a long password",
        });
        let board = json!({"name": "Board", "roles": ["cab_member"]});
        let meeting = json!({"board": "Board", "window": window});
        BTreeMap::from([
            self.make("boards", &board),
            self.make("meetings", &meeting),
            self.make("teams", &json!({"name": "Payments team"})),
            self.make("services", &service),
            self.make("cis", &ci),
            self.make("blackouts", &blackout),
            self.make("windows", &nights),
            self.make("changes", &change),
            self.make("releases", &release),
            self.make("incidents", &incident),
            self.make("people", &person),
        ])
    }

    /// Names those records in the parameters of paths.
    fn config(&self, names: &BTreeMap<&str, String>) -> String {
        let document = self.get("/openapi.json");
        let paths: Vec<&String> = document["paths"].as_object().expect("paths").keys().collect();
        let mut config = String::new();
        for (kind, name) in names {
            let start = format!("/api/v1/{kind}/{{");
            let path = paths.iter().find_map(|path| path.strip_prefix(&start));
            let parameter = path.and_then(|rest| rest.split('}').next());
            let parameter = parameter.unwrap_or_else(|| panic!("no path names one of {kind}"));
            let _ = write!(
                config,
                "[[operations]]\ninclude-path-regex = \"^/api/v1/{kind}/\"\n\
                 parameters = {{ \"path.{parameter}\" = \"{name}\", \"header.If-Match\" = \"*\" }}\n\n"
            );
        }
        config
    }
}
