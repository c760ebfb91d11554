//! Who may ask what: every operation of the interface's own description is sent by nobody and by
//! tokens that lack one scope each. What it needs is a reviewed table, made from the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::http::Method;
use domain::identity::{Permission, Role};
use serde_json::{Value as Json, json};

use crate::support::{Along, Answer, Client, Stage, on_both};

/// What anyone may ask: what this server is, to sign in, and to be signed out.
const FOR_ANYONE: &[&str] = &["GET /about", "POST /session", "DELETE /session"];
/// Whom a path names where no record of the world is meant; nothing is called so.
const NOBODY: &str = "1";
/// How deep a body is made up.
const DEPTH_MAX: usize = 8;

/// An operation of the description, with a body that can be read.
struct Operation {
    name: String,
    method: Method,
    path: String,
    body: Option<Json>,
}

/// Every operation that the description names.
async fn operations(stage: &Stage) -> Vec<Operation> {
    let document = stage.stranger().get("/openapi.json").await.ok();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path.strip_prefix("/api/v1").expect("the prefix");
        for (method, operation) in item.as_object().expect("operations") {
            let method = method.to_uppercase();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let name = format!("{method} {path}");
            let body = match name.as_str() {
                // Either an edit or a verb, which no schema says.
                "POST /changes/bulk" => Some(json!({"changes": [NOBODY], "verb": "submit"})),
                "POST /releases/bulk" => Some(json!({"releases": [NOBODY], "verb": "submit"})),
                _ if schema.is_null() => None,
                _ => Some(sample(&document, schema, DEPTH_MAX)),
            };
            let path = filled(path);
            found.push(Operation { name, method: method.parse().unwrap(), path, body });
        }
    }
    found
}

/// A path whose parameters name records of the world, where it holds some of that kind: a command
/// may ask for more once it has found its record.
fn filled(path: &str) -> String {
    let mut kind = "";
    let mut filled = Vec::new();
    for part in path.split('/') {
        let named = match kind {
            "changes" | "steps" => "CHG-1",
            "releases" => "REL-1",
            "incidents" => "INC-1",
            "people" => "ben",
            "services" => "shop",
            "cis" => "db-1",
            _ => NOBODY,
        };
        filled.push(if part.starts_with('{') { named } else { part });
        kind = part;
    }
    filled.join("/")
}

/// The smallest value that a schema describes.
fn sample(document: &Json, schema: &Json, depth: usize) -> Json {
    assert!(depth > 0, "a body does not hold itself: {schema}");
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return sample(document, document.pointer(pointer).expect("a schema"), depth - 1);
    }
    if let Some(one) = schema["oneOf"].as_array().and_then(|all| all.last()) {
        return sample(document, one, depth - 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => json!("x".repeat(12)),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let field = |name: Json| {
                let name = name.as_str().expect("a name").to_owned();
                let value = sample(document, &schema["properties"][&name], depth - 1);
                (name, value)
            };
            Json::Object(required.into_iter().map(field).collect())
        }
    }
}

async fn sent(client: &Client<'_>, operation: &Operation) -> Answer {
    let along = Along { version: Some("*"), ..Along::default() };
    client.send(operation.method.clone(), &operation.path, operation.body.clone(), along).await
}

/// The code of a refusal; of the first record, where each is answered on its own.
fn code(answer: &Answer) -> &str {
    let code = &answer.body["code"];
    code.as_str().or(answer.body[0]["refusal"]["code"].as_str()).unwrap_or_default()
}

/// Someone with every role, and a record of most kinds.
async fn world(stage: &Stage) -> Client<'_> {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let owner = stage.person("anna", &roles).await;
    stage.account("ben", &["requester"]).await;
    for (path, body) in [
        ("/services", json!({"name": "shop"})),
        ("/cis", json!({"name": "db-1"})),
        ("/changes", json!({"title": "A", "type": "normal"})),
        ("/changes/CHG-1/tasks", json!({"title": "Look"})),
        ("/releases", json!({"title": "R", "type": "minor"})),
        ("/incidents", json!({"title": "It fails"})),
    ] {
        owner.post(path, body).await.ok();
    }
    owner
}

/// A token with every scope but one.
async fn without(owner: &Client<'_>, lacking: Option<Permission>) -> String {
    let scopes = Permission::ALL.iter().filter(|scope| Some(**scope) != lacking);
    let scopes: Vec<&str> = scopes.map(|scope| scope.word()).collect();
    let new = json!({"name": "t", "scopes": scopes, "expires_at": "2026-12-01T00:00:00Z"});
    owner.post("/tokens", new).await.ok()["secret"].as_str().unwrap().to_owned()
}

#[test]
fn every_operation_asks_who_sends_it() {
    on_both(async |stage| {
        let operations = operations(&stage).await;
        assert!(operations.len() > 80, "the description is whole");
        for operation in &operations {
            for client in [stage.stranger(), stage.browser("no session"), stage.program("ilk_no")] {
                let answer = sent(&client, operation).await;
                let is_for_anyone = FOR_ANYONE.contains(&operation.name.as_str());
                let is_asked = answer.status == 401
                    && ["identity.sign_in_required", "identity.token_ended"]
                        .contains(&code(&answer));
                assert!(is_asked || is_for_anyone, "{}: {answer:?}", operation.name);
            }
        }
    });
}

#[test]
fn every_operation_needs_a_scope_and_the_table_says_which() {
    on_both(async |stage| {
        let owner = world(&stage).await;
        let operations = operations(&stage).await;
        let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for lacking in Permission::ALL.iter().copied().map(Some).chain([None]) {
            let program = stage.program(&without(&owner, lacking).await);
            for operation in &operations {
                let needs = needs.entry(&operation.name).or_default();
                let answer = sent(&program, operation).await;
                match (code(&answer), lacking) {
                    ("request.not_permitted", Some(scope)) => {
                        assert!(
                            answer.body.to_string().contains(&format!("`{scope}`")),
                            "{} names the scope: {:#}",
                            operation.name,
                            answer.body
                        );
                        needs.insert(scope.word());
                    }
                    ("identity.people_only", _) => {
                        needs.insert("a person");
                    }
                    (code, None) => {
                        assert_ne!(code, "request.not_permitted", "{}", operation.name);
                        assert!(!answer.status.is_server_error(), "{}", operation.name);
                    }
                    _ => {}
                }
            }
        }
        let mut table = String::new();
        for operation in &operations {
            let scopes: Vec<&str> = needs[operation.name.as_str()].iter().copied().collect();
            let is_free = FOR_ANYONE.contains(&operation.name.as_str());
            assert!(is_free || !scopes.is_empty(), "{} is open to every token", operation.name);
            let needed = if scopes.is_empty() { "-".to_owned() } else { scopes.join(", ") };
            let _ = writeln!(table, "{:55} {needed}", operation.name);
        }
        insta::assert_snapshot!("what_a_token_must_hold", table);
    });
}

/// What is sent with POST because it is long, or signs the log as it is, and writes no record.
fn asks_only(operation: &Operation) -> bool {
    let last = operation.path.rsplit('/').next().unwrap_or_default();
    operation.method == Method::GET
        || ["preview", "proposal", "plans", "check", "replay"].contains(&last)
        || operation.path.starts_with("/audit/")
}

#[test]
fn a_token_that_only_reads_writes_nothing() {
    on_both(async |stage| {
        let owner = world(&stage).await;
        let new = json!({"name": "r", "scopes": ["read"], "expires_at": "2026-12-01T00:00:00Z"});
        let secret = owner.post("/tokens", new).await.ok()["secret"].clone();
        let program = stage.program(secret.as_str().unwrap());
        for operation in operations(&stage).await.iter().filter(|one| !asks_only(one)) {
            if FOR_ANYONE.contains(&operation.name.as_str()) {
                continue;
            }
            let answer = sent(&program, operation).await;
            let stopped = ["request.not_permitted", "identity.people_only"];
            assert!(stopped.contains(&code(&answer)), "{}: {:#}", operation.name, answer.body);
        }
    });
}

#[test]
fn every_write_that_is_not_permitted_leaves_an_attempt() {
    on_both(async |stage| {
        let owner = world(&stage).await;
        let operations = operations(&stage).await;
        let attempts = async || stage.count("SELECT COALESCE(SUM(count), 0) FROM attempts").await;
        let mut walked = BTreeSet::new();
        for lacking in Permission::ALL.iter().copied() {
            let program = stage.program(&without(&owner, Some(lacking)).await);
            for operation in operations.iter().filter(|one| !asks_only(one)) {
                let before = attempts().await;
                let answer = sent(&program, operation).await;
                if code(&answer) == "request.not_permitted" {
                    walked.insert(operation.name.as_str());
                    let left = attempts().await - before;
                    assert_eq!(left, 1, "{}: {answer:?}", operation.name);
                }
            }
        }
        assert!(walked.len() > 60, "{walked:?}");
    });
}
