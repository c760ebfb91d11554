//! What surrounds every request: a time limit, panics that end one request only, problems instead
//! of bare refusals, headers that protect the browser, compression, and a line in the log that
//! holds no secret: neither the query nor a header is written.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use api::problem::Problem;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use ports::{Clock, Fault};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::health::Metrics;
use crate::http::App;
use crate::problem::{Answer, of_fault};

/// The longest that a request may take to its answer's first byte.
pub const REQUEST_MAX: Duration = Duration::from_secs(30);
/// How much of a bare refusal's text is kept as the problem's detail.
const BARE_TEXT_MAX: usize = 500;

/// Scripts come from this host alone; styles may be inline because the component library sets its
/// variables so. Nobody may put a page of ours into a frame.
const CONTENT_SECURITY: &str = "default-src 'self'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

const PROTECTION: &[(HeaderName, &str)] = &[
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// Puts all of it around a router.
pub(super) fn surround(
    router: Router<App>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
) -> Router<App> {
    let around = ServiceBuilder::new()
        .layer(from_fn_with_state(Observer { metrics, clock }, observe))
        .layer(CompressionLayer::new())
        .layer(from_fn(protect))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(limit))
        .layer(from_fn(explain));
    router.layer(around)
}

#[derive(Clone)]
struct Observer {
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
}

/// Counts a request and writes its line.
async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let since = observer.clock.now();
    let method = known(request.method());
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("other", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let micros = observer.clock.now().micros() - since.micros();
    let status = response.status().as_u16();
    observer.metrics.request(method, &route, status, micros);
    if path.starts_with("/api/") {
        tracing::info!(
            http.method = method,
            http.route = route,
            http.path = path,
            http.status = status,
            http.duration_micros = micros,
            "{method} {path} was answered {status}"
        );
    }
    response
}

/// The method as a word of a closed list: a figure must not grow with what people invent.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "OTHER",
    }
}

/// Adds the headers that protect the browser; answers of the interface are not stored by it.
async fn protect(request: Request, next: Next) -> Response {
    let is_api = is_api(&request);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in PROTECTION {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn is_api(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}

/// A panic ends its request alone; the log tells what happened under the id that is answered.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the layer's")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let fault = Fault::Panicked(text.unwrap_or_else(|| "without a message".to_owned()));
    Answer(of_fault(&fault)).into_response()
}

async fn limit(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(REQUEST_MAX, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let detail = "this took too long; a write may have been done all the same: send it again \
            with the same Idempotency-Key";
        Answer(Problem::new("server.busy", detail)).into_response()
    })
}

/// Every refusal under `/api` is a problem, those of the framework too.
async fn explain(request: Request, next: Next) -> Response {
    if !is_api(&request) {
        return next.run(request).await;
    }
    if request.uri().path().contains("%00") {
        let detail = "the address holds a NUL character";
        return Answer(Problem::new("request.malformed", detail)).into_response();
    }
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_problem(response.headers()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, BARE_TEXT_MAX).await.unwrap_or_default();
    let mut answer = Answer(of_status(status, &String::from_utf8_lossy(&said))).into_response();
    if let Some(allowed) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    answer
}

fn is_problem(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/problem+json"))
}

fn of_status(status: StatusCode, said: &str) -> Problem {
    let code = match status {
        StatusCode::NOT_FOUND => "request.unknown_path",
        StatusCode::METHOD_NOT_ALLOWED => "request.wrong_method",
        StatusCode::PAYLOAD_TOO_LARGE => "request.too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "request.wrong_type",
        StatusCode::UNPROCESSABLE_ENTITY => "request.invalid",
        status if status.is_client_error() => "request.malformed",
        _ => return of_fault(&Fault::permanent("answering a request", said.to_owned())),
    };
    let detail = if said.is_empty() { "the request cannot be taken" } else { said };
    Problem::new(code, detail)
}
