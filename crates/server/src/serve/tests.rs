//! What surrounds the features, over a real database.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use kernel::Actor;
use ports::{HttpClient, HttpRequest, Method, SystemChance, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt;

use super::*;

/// A server over a fresh database, which lives as long as the folder.
fn app() -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let store = store::open(&database, store::OpenOptions::default()).unwrap();
    crate::read_models::prepare(&*store).unwrap();
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
    let world = World { store, clock, chance };
    (Options::default().app(Bus::new(world)), folder)
}

async fn ask(router: &Router, method: &str, path: &str) -> Response {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn code(response: Response) -> String {
    let problem: Problem = serde_json::from_str(&text(response).await).unwrap();
    problem.code
}

#[tokio::test]
async fn an_unknown_address_of_the_interface_is_a_problem_and_another_one_a_page() {
    let (app, _folder) = app();
    let router = router(app);
    let unknown = ask(&router, "GET", "/api/v1/nothing").await;
    assert_eq!(unknown.headers()[CONTENT_TYPE], "application/problem+json");
    assert_eq!(code(unknown).await, "request.unknown_path");
    // A browser says that it reads pages; a probe of a mistyped address does not.
    let page = Request::get("/releases/REL-1").header(ACCEPT, "text/html,*/*;q=0.8");
    let page = router.clone().oneshot(page.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(code(ask(&router, "GET", "/livez").await).await, "request.unknown_path");
}

#[tokio::test]
async fn another_method_is_a_problem_that_lists_the_methods() {
    let (app, _folder) = app();
    let refused = ask(&router(app), "DELETE", "/api/v1/teams").await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    let allowed = refused.headers()[ALLOW].to_str().unwrap().to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    assert_eq!(code(refused).await, "request.wrong_method");
}

#[tokio::test]
async fn head_answers_without_a_body() {
    let (app, _folder) = app();
    let answer = ask(&router(app), "HEAD", "/api/v1/about").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(text(answer).await, "");
}

#[tokio::test]
async fn every_answer_protects_the_browser_and_the_interface_is_not_stored() {
    let (app, _folder) = app();
    let router = router(app);
    for path in ["/", "/healthz", "/problems/request.stale", "/api/v1/about", "/api/v1/teams"] {
        let answer = ask(&router, "GET", path).await;
        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
    let about = ask(&router, "GET", "/api/v1/about").await;
    assert_eq!(about.headers()[CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn what_the_framework_refuses_is_a_problem_too() {
    let (app, _folder) = app();
    let named = |Path(name): Path<String>| async { name };
    let router = Router::new().route("/api/v1/odd/{name}", get(named));
    let clock = Arc::clone(&app.bus.world().clock);
    let router = guard::surround(router, Arc::default(), clock).with_state(app);
    let refused = ask(&router, "GET", "/api/v1/odd/%ff").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(code(refused).await, "request.malformed");
    assert_eq!(code(ask(&router, "GET", "/api/v1/odd/%00").await).await, "request.malformed");
}

#[tokio::test]
async fn a_panic_ends_one_request_and_is_named_by_an_incident() {
    async fn broken() -> &'static str {
        panic!("a bug")
    }
    let (app, _folder) = app();
    let router = Router::new()
        .route("/api/v1/broken", get(broken))
        .route("/api/v1/whole", get(|| async { "whole" }));
    let clock = Arc::clone(&app.bus.world().clock);
    let router = guard::surround(router, Arc::default(), clock).with_state(app);
    let failed = ask(&router, "GET", "/api/v1/broken").await;
    assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let problem: Problem = serde_json::from_str(&text(failed).await).unwrap();
    assert_eq!(problem.code, "server.fault");
    assert_eq!(problem.incident.map(|id| id.len()), Some(32));
    assert!(!problem.detail.contains("a bug"));
    assert_eq!(text(ask(&router, "GET", "/api/v1/whole").await).await, "whole");
}

#[tokio::test]
async fn a_server_with_a_database_lives_is_ready_and_counts() {
    let (app, _folder) = app();
    let router = router(app);
    assert_eq!(ask(&router, "GET", "/healthz").await.status(), StatusCode::OK);
    assert_eq!(ask(&router, "GET", "/readyz").await.status(), StatusCode::OK);
    let figures = text(ask(&router, "GET", "/metrics").await).await;
    let counted =
        "interlock_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"} 1";
    assert!(figures.contains(counted), "{figures}");
    // A read is counted just after its answer went out.
    let done = "interlock_store_work_total{queue=\"read\",end=\"done\"} 1";
    for _ in 0..200 {
        if text(ask(&router, "GET", "/metrics").await).await.contains(done) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the read is never counted");
}

#[tokio::test]
async fn a_server_whose_database_is_closed_lives_but_is_not_ready() {
    let (app, _folder) = app();
    let store = Arc::clone(&app.bus.world().store);
    let router = router(app);
    tokio::task::spawn_blocking(move || store.close()).await.unwrap();
    assert_eq!(ask(&router, "GET", "/healthz").await.status(), StatusCode::OK);
    assert!(ask(&router, "GET", "/readyz").await.status().is_server_error());
}

#[test]
fn the_description_names_every_list_by_what_it_holds() {
    let text = document().to_json().unwrap();
    assert!(text.contains("\"/api/v1/teams\""));
    assert!(text.contains("schemas/PageOfTeam") && text.contains("schemas/PageOfPerson"));
}

#[test]
fn an_operator_is_served_within_the_process() {
    let (app, _folder) = app();
    let operator = Actor::Operator { name: "root".to_owned() };
    let inside = Inside::new(app.bus, operator).unwrap();
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = br#"{"name":"Payments"}"#.to_vec();
    let url = "/api/v1/teams".to_owned();
    let made = inside.send(&HttpRequest { method: Method::Post, url, headers, body }).unwrap();
    assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_answers_what_is_under_way_and_ends() {
    let (app, _folder) = app();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, asked) = oneshot::channel::<()>();
    let (filled, _) = oneshot::channel();
    let served = tokio::spawn(run(app, listener, filled, async {
        let _ = asked.await;
    }));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}
