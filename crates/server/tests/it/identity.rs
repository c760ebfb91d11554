//! People, passwords, tokens and saved filters.

use axum::http::Method;
use interlock_server::bus::Envelope;
use interlock_server::identity::{CreateToken, first_administrator, holders_of};
use kernel::Actor;
use serde_json::{Value as Json, json};

use crate::support::{Along, Client, PASSWORD, Stage, names, on_both};

fn new_person(login: &str, roles: &[&str]) -> Json {
    json!({"login": login, "name": format!("{login} New"), "roles": roles, "password": PASSWORD})
}

fn new_token(scopes: &[&str]) -> Json {
    json!({"name": "nightly", "scopes": scopes, "expires_at": "2026-12-01T00:00:00Z"})
}

async fn signs_in(stage: &Stage, login: &str, password: &str) -> bool {
    let body = json!({"login": login, "password": password});
    stage.stranger().post("/session", body).await.status.is_success()
}

#[test]
fn an_operator_makes_the_first_administrator_who_makes_the_others() {
    on_both(async |stage| {
        let command = first_administrator("root", "Root", "a first password").unwrap();
        let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
        stage.bus.send(operator, command).await.unwrap();
        assert!(signs_in(&stage, "root", "a first password").await);
        let admin = stage.person("admin", &["administrator"]).await;
        let written = admin.post("/people", new_person("Ben", &["requester"])).await.ok();
        let ben = admin.get("/people/BEN").await.ok();
        assert_eq!((&ben["login"], &ben["id"]), (&json!("ben"), &written["id"]));
        assert_eq!(ben["active"], true);
        assert!(signs_in(&stage, "ben", PASSWORD).await);
    });
}

#[test]
fn an_account_needs_a_good_password_and_a_free_login() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let mut short = new_person("ben", &[]);
        short["password"] = json!("short");
        let refused = admin.post("/people", short).await.refused(422, "request.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/password");
        let mut none = new_person("ben", &[]);
        none.as_object_mut().unwrap().remove("password");
        admin.post("/people", none).await.refused(422, "request.invalid");
        let taken = admin.post("/people", new_person("Admin", &[])).await;
        taken.refused(409, "request.name_taken");
        let unknown = admin.post("/people", new_person("ben", &["king"])).await;
        let refused = unknown.refused(422, "request.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/roles/0");
    });
}

#[test]
fn only_a_keeper_of_accounts_gives_roles_and_nobody_gives_them_to_themselves_otherwise() {
    on_both(async |stage| {
        let ben = stage.person("ben", &["requester"]).await;
        ben.patch("/people/ben", "*", json!({"name": "Ben Boss"})).await.ok();
        assert_eq!(ben.get("/people/ben").await.ok()["name"], "Ben Boss");
        for edit in [json!({"roles": ["administrator"]}), json!({"login": "root"})] {
            let answer = ben.patch("/people/ben", "*", edit).await;
            answer.refused(403, "request.not_permitted");
        }
        stage.account("carl", &["requester"]).await;
        let answer = ben.patch("/people/carl", "*", json!({"name": "Fool"})).await;
        answer.refused(403, "request.not_permitted");
        ben.post("/people", new_person("eve", &[])).await.refused(403, "request.not_permitted");
    });
}

#[test]
fn the_last_administrator_cannot_leave() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["administrator"]).await;
        for edit in [json!({"active": false}), json!({"roles": ["requester"]})] {
            let answer = anna.patch("/people/anna", "*", edit).await;
            answer.refused(409, "identity.last_administrator");
        }
        stage.account("ben", &["administrator"]).await;
        anna.patch("/people/anna", "*", json!({"roles": ["requester"]})).await.ok();
        let answer = anna.patch("/people/ben", "*", json!({"active": false})).await;
        answer.refused(403, "request.not_permitted");
    });
}

#[test]
fn two_administrators_who_remove_each_other_at_once_do_not_both_succeed() {
    on_both(async |stage| {
        for round in 0..5 {
            let (left, right) = (format!("left{round}"), format!("right{round}"));
            let one = stage.person(&left, &["administrator"]).await;
            let other = stage.person(&right, &["administrator"]).await;
            if round > 0 {
                // The winner of the last round goes, so that these two are the only ones.
                let past = format!("/people/{}", winner(&stage, round - 1).await);
                one.patch(&past, "*", json!({"roles": []})).await.ok();
            }
            let (right_path, left_path) = (format!("/people/{right}"), format!("/people/{left}"));
            let (first, second) = tokio::join!(
                one.patch(&right_path, "*", json!({"roles": []})),
                other.patch(&left_path, "*", json!({"roles": []})),
            );
            let won = [&first, &second].iter().filter(|end| end.status.is_success()).count();
            assert_eq!(won, 1, "{first:?} {second:?}");
        }
    });
}

/// Who of a round is an administrator still.
async fn winner(stage: &Stage, round: u32) -> String {
    let reader = stage.person(&format!("reader{round}"), &["auditor"]).await;
    let left = reader.get(&format!("/people/left{round}")).await.ok();
    let side = if left["roles"] == json!([]) { "right" } else { "left" };
    format!("{side}{round}")
}

#[test]
fn a_person_sets_their_own_password_with_the_old_one_and_other_sessions_end() {
    on_both(async |stage| {
        let here = stage.person("ben", &["requester"]).await;
        let body = json!({"login": "ben", "password": PASSWORD});
        stage.stranger().post("/session", body).await.ok();
        let path = "/people/ben/password";
        let wrong = json!({"old": "not the old one", "new": "another password"});
        here.put(path, "*", wrong).await.refused(401, "identity.wrong_credentials");
        let none = json!({"new": "another password"});
        here.put(path, "*", none).await.refused(401, "identity.wrong_credentials");
        let short = json!({"old": PASSWORD, "new": "short"});
        here.put(path, "*", short).await.refused(422, "request.invalid");
        assert_eq!(sessions(&stage).await, 2);
        let good = json!({"old": PASSWORD, "new": "another password"});
        here.put(path, "*", good).await.ok();
        here.get("/session").await.ok();
        assert_eq!(sessions(&stage).await, 1);
        assert!(!signs_in(&stage, "ben", PASSWORD).await);
        assert!(signs_in(&stage, "ben", "another password").await);
    });
}

async fn sessions(stage: &Stage) -> i64 {
    let count = interlock_server::read::ask(&*stage.store, |db| {
        db.query_one("SELECT COUNT(*) FROM sessions", &[])?.expect("a row").int(0)
    });
    count.await.unwrap()
}

#[test]
fn a_keeper_of_accounts_sets_any_password_and_others_set_none() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let ben = stage.person("ben", &["requester"]).await;
        let eve = stage.person("eve", &["requester"]).await;
        let new = json!({"new": "set by the keeper"});
        let answer = eve.put("/people/ben/password", "*", new.clone()).await;
        answer.refused(403, "request.not_permitted");
        admin.put("/people/ben/password", "*", new).await.ok();
        ben.get("/session").await.refused(401, "identity.sign_in_required");
        assert!(signs_in(&stage, "ben", "set by the keeper").await);
        let own = json!({"new": "without the old one"});
        let answer = admin.put("/people/admin/password", "*", own).await;
        answer.refused(401, "identity.wrong_credentials");
    });
}

#[test]
fn no_password_and_no_hash_of_one_is_kept_with_an_idempotency_key() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let make = async |password: &str| {
            let mut body = new_person("ben", &[]);
            body["password"] = json!(password);
            let along = Along { key: Some("make-ben"), ..Along::default() };
            admin.send(Method::POST, "/people", Some(body), along).await
        };
        let first = make(PASSWORD).await.ok();
        assert_eq!(make(PASSWORD).await.ok(), first, "a replay answers the same");
        let kept = interlock_server::read::ask(&*stage.store, |db| {
            let sql = "SELECT request_hash, body FROM idempotency";
            let rows = db.query(sql, &[])?;
            rows.iter()
                .map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
                .collect::<Result<Vec<_>, ports::Fault>>()
        });
        let kept = kept.await.unwrap();
        let blank = json!({"login": "ben", "name": "ben New", "email": null, "roles": [],
            "zone": null, "active": null, "password": null});
        assert_eq!(kept.len(), 1);
        let text = serde_json::to_string(
            &serde_json::from_value::<api::identity::PersonFields>(blank).unwrap(),
        );
        let expected =
            interlock_server::http::session_hash(&format!("POST /people\n{}", text.unwrap()));
        assert_eq!(kept[0].0, expected, "the hash is of the request without the password");
        assert!(!kept[0].1.contains(PASSWORD));
    });
}

#[test]
fn a_token_does_what_its_scopes_and_its_owner_both_may() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let scopes = ["read", "team.write"];
        let made = admin.post("/tokens", new_token(&scopes)).await.ok();
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("ilk_"), "{secret}");
        let program = stage.program(secret);
        program.post("/teams", json!({"name": "Payments"})).await.ok();
        assert_eq!(names(&program.get("/teams").await.ok()["items"]), ["Payments"]);
        let answer = program.post("/services", json!({"name": "Shop"})).await;
        answer.refused(403, "request.not_permitted");
        let answer = program.patch("/people/admin", "*", json!({"name": "X"})).await;
        answer.refused(403, "request.not_permitted");
        program.post("/tokens", new_token(&["read"])).await.refused(403, "request.not_permitted");
        stage.account("other", &["administrator"]).await;
        admin.patch("/people/admin", "*", json!({"roles": ["auditor"]})).await.ok();
        let answer = program.post("/teams", json!({"name": "Search"})).await;
        answer.refused(403, "request.not_permitted");
    });
}

#[test]
fn a_token_without_the_scope_to_read_reads_nothing() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let made = admin.post("/tokens", new_token(&["team.write"])).await.ok();
        let program = stage.program(made["secret"].as_str().unwrap());
        program.get("/people").await.refused(403, "request.not_permitted");
    });
}

#[test]
fn no_token_permits_more_than_its_owner() {
    on_both(async |stage| {
        let ben = stage.person("ben", &["requester"]).await;
        let answer = ben.post("/tokens", new_token(&["read", "approve"])).await;
        let refused = answer.refused(422, "request.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/scopes");
        let mut late = new_token(&["read"]);
        late["expires_at"] = json!("2030-01-01T00:00:00Z");
        ben.post("/tokens", late).await.refused(422, "request.invalid");
        for (login, role) in [("cora", "cab_member"), ("adam", "release_authority")] {
            let votes = stage.person(login, &[role]).await;
            votes.post("/tokens", new_token(&["read", "approve"])).await.ok();
            let more = votes.post("/tokens", new_token(&["release.write"])).await;
            more.refused(422, "request.invalid");
        }
        let eve = stage.person("eve", &["auditor"]).await;
        eve.post("/tokens", new_token(&["read"])).await.ok();
        let more = eve.post("/tokens", new_token(&["change.write"])).await;
        more.refused(422, "request.invalid");
    });
}

#[test]
fn a_token_makes_no_further_tokens() {
    on_both(async |stage| {
        let ben = stage.person("ben", &["requester"]).await;
        let made = ben.post("/tokens", new_token(&["read", "token.write"])).await.ok();
        let program = stage.program(made["secret"].as_str().unwrap());
        let answer = program.post("/tokens", new_token(&["read"])).await;
        answer.refused(403, "identity.people_only");
        let answer = program.put("/filters", "*", json!({"filters": []})).await;
        answer.refused(403, "identity.people_only");
    });
}

#[test]
fn a_tokens_secret_is_shown_once_and_kept_nowhere() {
    on_both(async |stage| {
        let ben = stage.person("ben", &["requester"]).await;
        let make = async || {
            let along = Along { key: Some("one-token"), ..Along::default() };
            ben.send(Method::POST, "/tokens", Some(new_token(&["read"])), along).await.ok()
        };
        let first = make().await;
        let again = make().await;
        assert_eq!(first["id"], again["id"]);
        assert!(first["secret"].is_string() && again.get("secret").is_none());
        assert!(ben.get("/tokens").await.ok()["items"][0].get("secret").is_none());
        let secret = first["secret"].as_str().unwrap().to_owned();
        let everywhere = [
            "SELECT payload FROM events",
            "SELECT body FROM idempotency",
            "SELECT hash FROM secrets",
            "SELECT state FROM states",
        ];
        for sql in everywhere {
            let secret = secret.clone();
            let found = interlock_server::read::ask(&*stage.store, move |db| {
                let rows = db.query(sql, &[])?;
                Ok(rows.iter().any(|row| row.text(0).is_ok_and(|text| text.contains(&secret))))
            });
            assert!(!found.await.unwrap(), "{sql}");
        }
        stage.program(&secret).get("/teams").await.ok();
    });
}

#[test]
fn a_token_ends_when_it_is_revoked_or_past_its_time() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let ben = stage.person("ben", &["requester"]).await;
        let make = async |client: &Client<'_>| {
            let made = client.post("/tokens", new_token(&["read"])).await.ok();
            let text = |name: &str| made[name].as_str().unwrap().to_owned();
            (text("id"), text("secret"))
        };
        let (own, own_secret) = make(&ben).await;
        let (other, other_secret) = make(&ben).await;
        let (late, late_secret) = make(&admin).await;
        let answer = ben.delete(&format!("/tokens/{late}"), "*").await;
        answer.refused(403, "request.not_permitted");
        ben.delete(&format!("/tokens/{own}"), "*").await.ok();
        admin.delete(&format!("/tokens/{other}"), "*").await.ok();
        for secret in [own_secret, other_secret] {
            stage.program(&secret).get("/teams").await.refused(401, "identity.token_ended");
        }
        stage.program(&late_secret).get("/teams").await.ok();
        stage.clock.advance_minutes(10 * 24 * 60);
        stage.program(&late_secret).get("/teams").await.refused(401, "identity.token_ended");
        ben.get("/tokens").await.refused(401, "identity.sign_in_required");
    });
}

#[test]
fn an_operator_makes_a_token_for_someone_and_a_keeper_lists_it() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let ben = stage.person("ben", &["requester"]).await;
        let token = serde_json::from_value(new_token(&["read"])).unwrap();
        let command = CreateToken { owner: Some("ben".to_owned()), token, hash: "h".to_owned() };
        let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
        stage.bus.send(operator, command).await.unwrap();
        let list = admin.get("/tokens?person=ben").await.ok();
        assert_eq!(list["items"][0]["person"]["name"], "ben Example");
        assert_eq!(ben.get("/tokens").await.ok(), list);
        ben.get("/tokens?person=admin").await.refused(403, "request.not_permitted");
    });
}

#[test]
fn people_are_listed_by_name_page_by_page_and_found_by_what_they_are_called() {
    on_both(async |stage| {
        let admin = stage.person("zoe", &["administrator"]).await;
        for (login, roles) in
            [("carl", ["cab_member"]), ("anna", ["cab_member"]), ("ben", ["auditor"])]
        {
            stage.account(login, &roles).await;
        }
        let mut found = Vec::new();
        let mut path = "/people?limit=3".to_owned();
        loop {
            let page = admin.get(&path).await.ok();
            found.extend(names(&page["items"]).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/people?limit=3&cursor={}", escaped(next));
        }
        assert_eq!(found, ["anna Example", "ben Example", "carl Example", "zoe Example"]);
        let listed = async |query: &str| {
            let page = admin.get(&format!("/people?{query}")).await.ok();
            names(&page["items"]).iter().map(|name| name[..4].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed("role=cab_member").await, ["anna", "carl"]);
        admin.patch("/people/carl", "*", json!({"active": false})).await.ok();
        assert_eq!(listed("role=cab_member&active=true").await, ["anna"]);
        assert_eq!(listed("active=false").await, ["carl"]);
        assert_eq!(listed("q=BEN").await, ["ben "]);
        stage.index().await;
        assert_eq!(listed("q=exam&role=auditor").await, ["ben "]);
        admin.get("/people?role=king").await.refused(422, "request.invalid");
        let holders = interlock_server::read::ask(&*stage.store, |db| {
            holders_of(db, domain::identity::Role::CabMember, 10)
        });
        assert_eq!(holders.await.unwrap().len(), 1, "who left holds nothing");
    });
}

/// Percent-encodes a cursor.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"))
}

#[test]
fn filters_are_each_persons_own() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        let ben = stage.person("ben", &["requester"]).await;
        let filters = json!([{"list": "changes", "name": "mine", "query": "phase=draft"}]);
        let before = anna.get("/filters").await;
        assert!(before.headers.contains_key("etag"));
        let version = before.ok()["version"].to_string();
        anna.put("/filters", &version, json!({"filters": filters})).await.ok();
        assert_eq!(anna.get("/filters").await.ok()["filters"], filters);
        assert_eq!(ben.get("/filters").await.ok()["filters"], json!([]));
        let stale = anna.put("/filters", &version, json!({"filters": []})).await;
        stale.refused(412, "request.stale");
    });
}

#[test]
fn an_edit_says_which_version_it_saw() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let along = Along::default();
        let body = Some(json!({"name": "X"}));
        let answer = admin.send(Method::PATCH, "/people/admin", body, along).await;
        answer.refused(428, "request.version_missing");
        admin
            .patch("/people/admin", "99", json!({"name": "X"}))
            .await
            .refused(412, "request.stale");
    });
}
