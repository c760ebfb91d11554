//! Signing in and out, sessions, and how guessing is slowed down.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value as Json, json};

use crate::support::{Along, Answer, PASSWORD, Stage, on_both};

async fn sign_in(stage: &Stage, login: &str, password: &str) -> Answer {
    let body = json!({"login": login, "password": password});
    stage.stranger().post("/session", body).await
}

/// The session secret of a good sign-in.
fn secret(answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let (name, rest) = cookie.split_once('=').unwrap();
    assert_eq!(name, "interlock_session");
    rest.split(';').next().unwrap().to_owned()
}

#[test]
fn the_cookie_is_for_this_site_alone_and_no_script_reads_it() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        let answer = sign_in(&stage, "ANNA", PASSWORD).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let secret = secret(&answer);
        let me = answer.ok();
        assert_eq!(me["login"], "anna");
        assert_eq!(me["roles"], json!(["requester"]));
        let again = stage.browser(&secret).get("/session").await.ok();
        assert_eq!(again, me);
    });
}

#[test]
fn a_wrong_password_and_an_unknown_login_are_told_the_same() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        let wrong = sign_in(&stage, "anna", "not the password").await;
        let unknown = sign_in(&stage, "nobody", "not the password").await;
        let nul = sign_in(&stage, "anna\0", PASSWORD).await;
        assert_eq!(nul.status, 422);
        let wrong = wrong.refused(401, "identity.wrong_credentials");
        assert_eq!(wrong, unknown.refused(401, "identity.wrong_credentials"));
    });
}

#[test]
fn a_login_that_nobody_can_have_is_refused_before_it_is_counted() {
    on_both(async |stage| {
        for _ in 0..20 {
            let problem = sign_in(&stage, &"x".repeat(101), PASSWORD).await;
            let problem = problem.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/login");
        }
        let answer = sign_in(&stage, &"x".repeat(100), PASSWORD).await;
        answer.refused(401, "identity.wrong_credentials");
    });
}

#[test]
fn guessing_a_login_elsewhere_does_not_keep_its_owner_out() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        let from = async |address: &str, password: &str| {
            let body = json!({"login": "anna", "password": password});
            let along = Along { address: Some(address.parse().unwrap()), ..Along::default() };
            stage.stranger().send(Method::POST, "/session", Some(body), along).await
        };
        for _ in 0..10 {
            from("192.0.2.7", "a guess").await.refused(401, "identity.wrong_credentials");
        }
        from("192.0.2.7", PASSWORD).await.refused(429, "identity.too_many_attempts");
        from("198.51.100.1", PASSWORD).await.ok();
    });
}

#[test]
fn guessing_one_login_ends_after_ten_failures_even_with_the_right_password() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        stage.account("ben", &["requester"]).await;
        for _ in 0..10 {
            let answer = sign_in(&stage, "anna", "a wrong guess").await;
            answer.refused(401, "identity.wrong_credentials");
        }
        let answer = sign_in(&stage, "Anna", PASSWORD).await;
        assert!(answer.headers.contains_key("retry-after"));
        answer.refused(429, "identity.too_many_attempts");
        sign_in(&stage, "ben", PASSWORD).await.ok();
        stage.clock.advance_minutes(15);
        sign_in(&stage, "anna", PASSWORD).await.ok();
    });
}

#[test]
fn guessing_from_one_address_ends_whatever_the_login() {
    on_both(async |stage| {
        let guess = async |number: u32, address: &str| {
            let body = json!({"login": format!("nobody{number}"), "password": "x"});
            let along = Along { address: Some(address.parse().unwrap()), ..Along::default() };
            stage.stranger().send(Method::POST, "/session", Some(body), along).await
        };
        for number in 0..100 {
            guess(number, "192.0.2.7").await.refused(401, "identity.wrong_credentials");
        }
        guess(100, "192.0.2.7").await.refused(429, "identity.too_many_attempts");
        guess(101, "192.0.2.8").await.refused(401, "identity.wrong_credentials");
    });
}

#[test]
fn a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        let used = secret(&sign_in(&stage, "anna", PASSWORD).await);
        let idle = secret(&sign_in(&stage, "anna", PASSWORD).await);
        for _ in 0..15 {
            stage.clock.advance_minutes(11 * 60);
            stage.browser(&used).get("/session").await.ok();
            settle(&stage).await;
        }
        stage.browser(&idle).get("/session").await.refused(401, "identity.sign_in_required");
        stage.clock.advance_minutes(4 * 60);
        stage.browser(&used).get("/session").await.refused(401, "identity.sign_in_required");
    });
}

/// Waits until the use of a session is written down, for which no request waits.
async fn settle(stage: &Stage) {
    let seen = stage.now();
    let written = async || {
        let sql = "SELECT COUNT(*) FROM sessions WHERE seen_at = $1";
        let count = interlock_server::read::ask(&*stage.store, move |db| {
            db.query_one(sql, &[seen.into()])?.expect("a row").int(0)
        });
        count.await.unwrap() > 0
    };
    for _ in 0..500 {
        if written().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the use of the session was not written down");
}

#[test]
fn signing_out_ends_the_session_and_no_other() {
    on_both(async |stage| {
        stage.account("anna", &["requester"]).await;
        let first = secret(&sign_in(&stage, "anna", PASSWORD).await);
        let second = secret(&sign_in(&stage, "anna", PASSWORD).await);
        let out = async || {
            let along = Along::default();
            stage.browser(&first).send(Method::DELETE, "/session", None, along).await
        };
        let answer = out().await;
        assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        answer.ok();
        out().await.ok();
        stage.browser(&first).get("/session").await.refused(401, "identity.sign_in_required");
        stage.browser(&second).get("/session").await.ok();
    });
}

#[test]
fn a_write_from_a_page_of_another_site_is_refused() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["administrator"]).await;
        let post = async |origin: &str| {
            let along = Along { origin: Some(origin), ..Along::default() };
            let body = json!({"name": format!("team of {origin}")});
            anna.send(Method::POST, "/teams", Some(body), along).await
        };
        post("https://evil.test").await.refused(403, "identity.wrong_origin");
        post("https://interlock.test").await.ok();
    });
}

#[test]
fn who_left_is_out_at_once() {
    on_both(async |stage| {
        let admin = stage.person("admin", &["administrator"]).await;
        let ben = stage.person("ben", &["requester"]).await;
        let token = token_of(&ben.post("/tokens", new_token(&["read"])).await.ok());
        ben.get("/session").await.ok();
        admin.patch("/people/ben", "*", json!({"active": false})).await.ok();
        ben.get("/session").await.refused(401, "identity.sign_in_required");
        let program = stage.program(&token);
        program.get("/teams").await.refused(401, "identity.token_ended");
        let answer = sign_in(&stage, "ben", PASSWORD).await;
        answer.refused(401, "identity.wrong_credentials");
        admin.patch("/people/ben", "*", json!({"active": true})).await.ok();
        sign_in(&stage, "ben", PASSWORD).await.ok();
        ben.get("/session").await.refused(401, "identity.sign_in_required");
    });
}

fn new_token(scopes: &[&str]) -> Json {
    json!({"name": "nightly", "scopes": scopes, "expires_at": "2026-12-01T00:00:00Z"})
}

fn token_of(answer: &Json) -> String {
    answer["secret"].as_str().expect("a secret").to_owned()
}

#[test]
fn about_tells_whether_anyone_has_an_account() {
    on_both(async |stage| {
        let about = stage.stranger().get("/about").await.ok();
        assert_eq!((&about["product"], &about["empty"]), (&json!("interlock"), &json!(true)));
        stage.account("anna", &["administrator"]).await;
        assert_eq!(stage.stranger().get("/about").await.ok()["empty"], false);
    });
}
