//! What cannot be taken, over HTTP: each case is answered with its problem, with the place that is
//! wrong, and with words that help; and none of them leaves a trace.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::support::{Along, Answer, Client, Stage, on_both};

/// What is sent and what comes back.
struct Case {
    /// What is wrong with it.
    what: &'static str,
    /// Method and path, `If-Match` behind an `@`.
    send: &'static str,
    /// The body; empty for none.
    body: String,
    status: u16,
    code: &'static str,
    /// Where the first error stands; empty for a problem that names no field.
    pointer: &'static str,
    /// A part of what the reader is told.
    says: &'static str,
}

fn case(
    what: &'static str,
    (send, body): (&'static str, impl Into<String>),
    (status, code): (u16, &'static str),
    (pointer, says): (&'static str, &'static str),
) -> Case {
    Case { what, send, body: body.into(), status, code, pointer, says }
}

const INVALID: (u16, &str) = (422, "request.invalid");
const MALFORMED: (u16, &str) = (400, "request.malformed");
const UNKNOWN: (u16, &str) = (404, "request.unknown_record");

fn raised(fields: &str) -> (&'static str, String) {
    ("POST /changes", format!(r#"{{"title": "A", "type": "normal", {fields}}}"#))
}

fn windowed(window: &str) -> (&'static str, String) {
    raised(&format!(r#""window": {{{window}}}"#))
}

/// Bodies that cannot be read, or hold what the description does not know.
fn bodies() -> Vec<Case> {
    let big = format!(r#"{{"title": "{}"}}"#, "x".repeat(2 << 20));
    let long = format!(r#""title": "{}""#, "é".repeat(201));
    let long_text = format!(r#""description": "{}""#, "é".repeat(20_001));
    vec![
        case("cut short", ("POST /changes", r#"{"title": "A"#), MALFORMED, ("", "not JSON")),
        case("two bodies", ("POST /changes", "{} {}"), MALFORMED, ("", "not JSON")),
        case("a list", ("POST /changes", r#" ["A", "normal"]"#), INVALID, ("", "not a list")),
        case("a word", ("POST /changes", r#""A""#), INVALID, ("", "expected an object")),
        case("too large", ("POST /changes", big), (413, "request.too_large"), ("", "2097152")),
        case(
            "an unknown field",
            raised(r#""colour": "red""#),
            INVALID,
            ("/colour", "unknown field `colour`"),
        ),
        case(
            "an unknown field within",
            windowed(
                r#""start": "2026-12-01T20:00:00Z", "end": "2026-12-01T21:00:00Z", "tz": "UTC""#,
            ),
            INVALID,
            ("/window/tz", "unknown field `tz`"),
        ),
        case("a field twice", raised(r#""title": "B""#), INVALID, ("", "duplicate field `title`")),
        case(
            "a number for a text",
            ("POST /changes", r#"{"title": 7, "type": "normal"}"#),
            INVALID,
            ("/title", "expected a string"),
        ),
        case(
            "a text for a number",
            raised(r#""people_needed": "two""#),
            INVALID,
            ("/people_needed", "expected a whole number from 0"),
        ),
        case(
            "a part of a number",
            ("POST /cis", r#"{"name": "db-2", "criticality": 1.5}"#),
            INVALID,
            ("/criticality", "expected a whole number from 0 to 255"),
        ),
        case("below nothing", raised(r#""people_needed": -1"#), INVALID, ("/people_needed", "-1")),
        case("a text for a list", raised(r#""cis": "db-1""#), INVALID, ("/cis", "expected a list")),
        case("a wrong item", raised(r#""cis": ["db-1", 2]"#), INVALID, ("/cis/1", "a string")),
        case(
            "a text for an object",
            raised(r#""window": "tonight""#),
            INVALID,
            ("/window", "expected an object"),
        ),
        case(
            "no title",
            ("POST /changes", r#"{"type": "normal"}"#),
            INVALID,
            ("/title", "missing"),
        ),
        case("a title of blanks", ("POST /changes", r#"{"title": "  "}"#), INVALID, ("/title", "")),
        case(
            "a title too long",
            ("POST /changes", format!("{{{long}}}")),
            INVALID,
            ("/title", "200"),
        ),
        case("a text too long", raised(&long_text), INVALID, ("/description", "20001 characters")),
        case("the character NUL", raised(r#""reason": "a\u0000b""#), INVALID, ("", "NUL")),
        case("half a character", raised(r#""reason": "\ud83d""#), MALFORMED, ("", "not JSON")),
        case(
            "a word that is none of these",
            raised(r#""category": "x""#),
            INVALID,
            ("/category", ""),
        ),
    ]
}

/// Times and windows.
fn times() -> Vec<Case> {
    vec![
        case(
            "an end before its start",
            windowed(r#""start": "2026-12-01T20:00:00Z", "end": "2026-12-01T19:00:00Z""#),
            INVALID,
            ("/window/end", "after"),
        ),
        case(
            "an end at its start",
            windowed(r#""start": "2026-12-01T20:00:00Z", "end": "2026-12-01T20:00:00Z""#),
            INVALID,
            ("/window/end", "after"),
        ),
        case(
            "no end",
            windowed(r#""start": "2026-12-01T20:00:00Z""#),
            INVALID,
            ("/window/end", "missing field `end`"),
        ),
        case(
            "a day after all days",
            windowed(r#""start": "2026-12-01T20:00:00Z", "end": "9999-12-31T00:00:00Z""#),
            INVALID,
            ("/window/end", "is out of range: times are kept from -009999-01-02T01:59:59Z to 9999"),
        ),
        case(
            "no such day",
            windowed(r#""start": "2026-02-30T20:00:00Z", "end": "2026-12-01T20:00:00Z""#),
            INVALID,
            ("/window/start", "2026-02-30T20:00:00Z"),
        ),
        case(
            "a zone that is none",
            windowed(
                r#""start": "2026-12-01T20:00:00Z", "end": "2026-12-01T21:00:00Z", "zone": "Mars""#,
            ),
            INVALID,
            ("/window/zone", "Mars"),
        ),
    ]
}

/// Names of other records, and ties that lead in a circle.
fn records() -> Vec<Case> {
    let cycle = (422, "request.cycle");
    vec![
        case(
            "a filter of no list",
            ("PUT /filters @*", r#"{"filters": [{"list": "nope", "name": "mine", "query": ""}]}"#),
            INVALID,
            ("/filters/0/list", "filters are saved: changes, incidents, releases"),
        ),
        case(
            "an item without its kind",
            ("POST /releases", r#"{"title": "A", "type": "minor", "package": [{"name": "a"}]}"#),
            INVALID,
            ("/package/0/kind", "missing field `kind`"),
        ),
        case("an unknown CI", raised(r#""cis": ["db-1", "db-9"]"#), INVALID, ("/cis/1", "db-9")),
        case("nobody", raised(r#""implementer": "nobody""#), INVALID, ("/implementer", "nobody")),
        case("an unknown change", ("GET /changes/CHG-99", ""), UNKNOWN, ("", "CHG-99")),
        case("an unknown release", ("POST /releases/REL-99/submit", ""), UNKNOWN, ("", "REL-99")),
        case(
            "a task after itself",
            ("PATCH /changes/CHG-1/tasks/1 @*", r#"{"after": [1]}"#),
            cycle,
            ("", "task 1"),
        ),
        case(
            "tasks in a circle",
            ("PATCH /changes/CHG-1/tasks/1 @*", r#"{"after": [3]}"#),
            cycle,
            ("", "task 1 would depend on itself"),
        ),
        case(
            "a task after none",
            ("PATCH /changes/CHG-1/tasks/1 @*", r#"{"after": [99]}"#),
            INVALID,
            ("/after", "no task 99"),
        ),
        case(
            "a task before its time",
            ("PATCH /changes/CHG-1/tasks/2 @*", r#"{"done": true}"#),
            INVALID,
            ("/done", "task 1 comes first"),
        ),
        case(
            "a CI that needs itself",
            ("PUT /cis/db-1/relations @*", r#"{"relations": [{"kind": "uses", "to": "db-1"}]}"#),
            INVALID,
            ("/relations", "itself"),
        ),
        case(
            "a relation to nothing",
            ("PUT /cis/db-1/relations @*", r#"{"relations": [{"kind": "uses", "to": "db-9"}]}"#),
            INVALID,
            ("/relations/0/to", "db-9"),
        ),
        case(
            "a relation of no kind",
            ("PUT /cis/db-1/relations @*", r#"{"relations": [{"kind": "owns", "to": "web"}]}"#),
            INVALID,
            ("/relations/0/kind", "owns"),
        ),
    ]
}

/// Versions, addresses, and the parameters of lists.
fn addresses() -> Vec<Case> {
    let edit = r#"{"title": "B"}"#;
    let (stale, missing) = ((412, "request.stale"), (428, "request.version_missing"));
    let (path, method) = ((404, "request.unknown_path"), (405, "request.wrong_method"));
    vec![
        case("an old version", ("PATCH /changes/CHG-1 @\"1\"", edit), stale, ("", "read it again")),
        case(
            "an old version of a verb",
            ("POST /changes/CHG-1/submit @1", ""),
            stale,
            ("", "not 1"),
        ),
        case("no version", ("PATCH /changes/CHG-1", edit), missing, ("", "`If-Match`")),
        case("no version", ("DELETE /blackouts/x", ""), missing, ("", "`If-Match`")),
        case("a version in words", ("PATCH /changes/CHG-1 @last", edit), MALFORMED, ("", "\"3\"")),
        case("no such address", ("GET /chnages", ""), path, ("", "openapi.json")),
        case("another method", ("DELETE /changes", ""), method, ("", "`Allow`")),
        case(
            "a mistyped parameter",
            ("GET /changes?phas=draft", ""),
            INVALID,
            ("/phas", "`phase`"),
        ),
        case(
            "a parameter of another list",
            ("GET /teams?phase=x", ""),
            INVALID,
            ("/phase", "limit"),
        ),
        case("a parameter of none", ("GET /changes/CHG-1?full=1", ""), INVALID, ("/full", "none")),
        case("one of a write", ("POST /teams?force=1", "{}"), INVALID, ("/force", "takes none")),
        case(
            "a parameter twice",
            ("GET /changes?phase=draft&phase=closed", ""),
            INVALID,
            ("/phase", "one value is taken"),
        ),
        case(
            "a parameter after all days",
            ("GET /calendar?to=9999-12-31T00:00:00Z", ""),
            INVALID,
            ("/to", "is out of range"),
        ),
        case("a page of nothing", ("GET /changes?limit=0", ""), INVALID, ("/limit", "1 to 200")),
        case("a page too long", ("GET /changes?limit=201", ""), INVALID, ("/limit", "1 to 200")),
        case("an invented cursor", ("GET /changes?cursor=x", ""), INVALID, ("/cursor", "`next`")),
        case("an unknown order", ("GET /changes?sort=age", ""), INVALID, ("/sort", "`age`")),
        case("an unknown word", ("GET /changes?phase=asleep", ""), INVALID, ("/phase", "asleep")),
        case(
            "a filter by nobody",
            ("GET /changes?requester=x", ""),
            INVALID,
            ("/requester", "`x`"),
        ),
        case(
            "a day, not a time",
            ("GET /calendar?from=2026-12-01", ""),
            INVALID,
            ("/from", "RFC 3339"),
        ),
        case(
            "a range inside out",
            ("GET /calendar?to=2020-01-01T00:00:00Z", ""),
            INVALID,
            ("/to", ""),
        ),
        case("NUL in a parameter", ("GET /changes?q=%00", ""), INVALID, ("/q", "NUL")),
        case("NUL in an address", ("GET /changes/%00", ""), MALFORMED, ("", "NUL")),
        case("an address that is no text", ("GET /changes/%ff", ""), MALFORMED, ("", "")),
    ]
}

/// What the server holds before any of it: a change with three tasks in a row, and two CIs.
async fn world(stage: &Stage) -> Client<'_> {
    let anna = stage.person("anna", &["administrator", "service_owner", "release_manager"]).await;
    for name in ["db-1", "web"] {
        anna.post("/cis", json!({"name": name})).await.ok();
    }
    anna.post("/changes", json!({"title": "Restart", "type": "normal"})).await.ok();
    for after in [json!([]), json!([1]), json!([2])] {
        let task = json!({"title": "Step", "after": after});
        anna.post("/changes/CHG-1/tasks", task).await.ok();
    }
    anna
}

async fn sent(client: &Client<'_>, case: &Case) -> Answer {
    let (line, version) = match case.send.split_once(" @") {
        Some((line, version)) => (line, Some(version)),
        None => (case.send, None),
    };
    let (method, path) = line.split_once(' ').unwrap();
    let kind = (!case.body.is_empty()).then_some("application/json");
    let along = Along { version, ..Along::default() };
    let method: Method = method.parse().unwrap();
    client.send_bytes(method, path, kind, case.body.clone().into_bytes(), along).await
}

/// What is wrong with an answer, if anything.
fn wrong(case: &Case, answer: &Answer) -> Option<String> {
    let problem = &answer.body;
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let error = &problem["errors"][0];
    let pointer = error["pointer"].as_str().unwrap_or_default();
    let said = format!("{} {}", text("detail"), error["detail"].as_str().unwrap_or_default());
    let is = (answer.status.as_u16(), text("code"), pointer);
    let fits = is == (case.status, case.code, case.pointer) && said.contains(case.says);
    // A reader has no use for the names of our types.
    let plain = !text("detail").is_empty() && !said.contains("struct ") && !said.contains("::");
    let whole = problem["type"] == format!("/problems/{}", case.code)
        && answer.headers["content-type"] == "application/problem+json";
    (!(fits && plain && whole)).then(|| format!("{}: {is:?} {said}", case.what))
}

const EVENTS: &str = "SELECT COUNT(*) FROM events";

#[test]
fn what_cannot_be_taken_is_answered_with_where_and_how_to_mend_it() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        let before = stage.count(EVENTS).await;
        let mut wrongs = String::new();
        for case in bodies().iter().chain(&times()).chain(&records()).chain(&addresses()) {
            let answer = sent(&anna, case).await;
            if let Some(wrong) = wrong(case, &answer) {
                let _ = writeln!(wrongs, "{wrong}");
            }
        }
        assert!(wrongs.is_empty(), "\n{wrongs}");
        assert_eq!(
            stage.count(EVENTS).await,
            before,
            "bad input is no event, and no attempt either"
        );
    });
}

#[test]
fn a_body_is_json_and_says_so() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        let body = br#"{"name": "Payments"}"#;
        let post = async |kind: Option<&str>, body: &[u8]| {
            let along = Along::default();
            anna.send_bytes(Method::POST, "/teams", kind, body.to_vec(), along).await
        };
        for kind in [None, Some("text/plain"), Some("application/jsonx"), Some("")] {
            let problem = post(kind, body).await.refused(415, "request.wrong_type");
            assert!(problem["detail"].as_str().unwrap().contains("Content-Type: application/json"));
        }
        let latin = post(Some("application/json"), b"{\"name\": \"Pa\xff\"}").await;
        latin.refused(400, "request.malformed");
        post(Some("Application/JSON; charset=utf-8"), body).await.ok();
    });
}

#[test]
fn whoever_cannot_be_told_is_refused_before_anything_else_is_said() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        let new = |scopes: &[&str]| json!({"name": "t", "scopes": scopes, "expires_at": "2026-12-01T00:00:00Z"});
        let ended = anna.post("/tokens", new(&["read"])).await.ok();
        let revoked = anna.post("/tokens", new(&["read"])).await.ok();
        anna.delete(&format!("/tokens/{}", revoked["id"].as_str().unwrap()), "*").await.ok();
        let narrow = anna.post("/tokens", new(&["team.write"])).await.ok();
        let secret = |token: &Json| token["secret"].as_str().unwrap().to_owned();
        let program = |token: &Json| stage.program(&secret(token));

        let get = async |client: Client<'_>, path: &str| client.get(path).await;
        let code = "identity.sign_in_required";
        get(stage.stranger(), "/changes").await.refused(401, code);
        get(stage.browser("no session"), "/changes").await.refused(401, code);
        get(stage.stranger(), "/changes?colour=red").await.refused(401, code);
        let code = "identity.token_ended";
        for token in ["ilk_invented", "", "two words", &secret(&revoked)] {
            let problem = get(stage.program(token), "/changes").await.refused(401, code);
            assert!(problem["detail"].as_str().unwrap().contains("make a new one"), "{problem}");
        }
        get(program(&ended), "/changes").await.ok();
        let refused = get(program(&narrow), "/changes").await;
        let problem = refused.refused(403, "request.not_permitted");
        assert!(problem["detail"].as_str().unwrap().contains("`read`"), "{problem}");
        let refused = program(&narrow).post("/changes", json!({"title": "A"})).await;
        let problem = refused.refused(403, "request.not_permitted");
        assert!(problem["detail"].as_str().unwrap().contains("`change.write`"), "{problem}");
        stage.clock.set(crate::support::at("2026-12-01T00:00:00Z"));
        get(program(&ended), "/changes").await.refused(401, code);
    });
}

/// A request with a key.
async fn keyed(client: &Client<'_>, path: &str, key: &str, body: Json) -> Answer {
    let along = Along { key: Some(key), ..Along::default() };
    client.send(Method::POST, path, Some(body), along).await
}

#[test]
fn a_key_answers_again_what_it_answered_and_serves_one_request_only() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        let raise = json!({"title": "Once", "type": "normal"});
        let first = keyed(&anna, "/changes", "k1", raise.clone()).await.ok();
        let before = stage.count(EVENTS).await;
        assert_eq!(keyed(&anna, "/changes", "k1", raise.clone()).await.ok(), first);

        let other = json!({"title": "Twice", "type": "normal"});
        let reused = keyed(&anna, "/changes", "k1", other).await.refused(422, "request.key_reused");
        assert!(reused["detail"].as_str().unwrap().contains("fresh key"), "{reused}");
        let elsewhere = keyed(&anna, "/changes/CHG-1/clone", "k1", json!({})).await;
        elsewhere.refused(422, "request.key_reused");
        assert_eq!(stage.count(EVENTS).await, before, "none of these wrote anything");

        // The same key of someone else is another key.
        let ben = stage.person("ben", &["requester"]).await;
        let theirs = keyed(&ben, "/changes", "k1", raise).await.ok();
        assert_ne!(theirs["number"], first["number"]);

        for key in ["", &"k".repeat(201), "a\u{7f}b"] {
            let along = Along { key: Some(key), ..Along::default() };
            if axum::http::HeaderValue::from_str(key).is_err() {
                continue;
            }
            let answer = anna.send(Method::POST, "/teams", Some(json!({})), along).await;
            answer.refused(400, "request.malformed");
        }
    });
}

#[test]
fn a_recorded_refusal_is_answered_again_and_other_refusals_free_their_key() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        // A rule says no: that is evidence, and is answered again even when it would be a yes now.
        let path = "/changes/CHG-1/schedule";
        let refused = keyed(&anna, path, "k1", json!({})).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{:#}", refused.body);
        let before = stage.count(EVENTS).await;
        anna.post("/changes/CHG-1/cancel", json!({"reason": "not needed"})).await.ok();
        let again = keyed(&anna, path, "k1", json!({})).await;
        assert_eq!((again.status, &again.body), (refused.status, &refused.body));
        let now = keyed(&anna, path, "k2", json!({})).await;
        now.refused(409, "change.ended");
        assert_eq!(stage.count(EVENTS).await, before + 2, "the cancelling, and the second refusal");

        // Bad input, unknown records and stale versions leave no row: mended, the key is free.
        let bad = keyed(&anna, "/teams", "k3", json!({"name": ""})).await;
        bad.refused(422, "request.invalid");
        keyed(&anna, "/teams", "k3", json!({"name": "Payments"})).await.ok();
    });
}
