//! The built web application, from the program itself: its files, and the index page for every
//! address that is a page of it.

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// `web/dist`: inside the program in a release, read from disk in a debug build.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Application;

const INDEX: &str = "index.html";
/// Names below this folder carry a hash of what they hold.
const HASHED: &str = "assets/";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Interlock</title>\
    <h1>The web application is not built</h1>\
    <p>Run <code>make web</code> and load this page again. The API and the command line work \
    without it; the API is described at \
    <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></html>";

/// Whether a page is asked for: a browser says that it reads HTML, a probe does not.
pub fn is_page(request: &Request<Body>) -> bool {
    let accepts = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    request.uri().path() == "/" || accepts.into_iter().any(|value| value.contains("text/html"))
}

/// Whether a path is a file of the application, or of an application built at another time.
pub fn is_file(path: &str) -> bool {
    let name = path.trim_start_matches('/');
    name.starts_with(HASHED) || Application::get(name).is_some()
}

/// A file of the application, or its index page.
pub fn serve(request: &Request<Body>) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let name = if path.is_empty() { INDEX } else { path };
    if let Some(file) = Application::get(name) {
        return answer(name, &file, request.headers());
    }
    if name.starts_with(HASHED) {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    }
    match Application::get(INDEX) {
        Some(file) => answer(INDEX, &file, request.headers()),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

fn answer(name: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = tag(&file.metadata.sha256_hash());
    let cached =
        if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let about = [(ETAG, etag.clone()), (CACHE_CONTROL, cached.to_owned())];
    let seen = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if seen.is_some_and(|seen| seen.split(',').any(|one| one.trim() == etag)) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(CONTENT_TYPE, content_type(name))];
    (about, kind, file.data.clone().into_owned()).into_response()
}

/// A weak tag: the same file is sent compressed or plain.
fn tag(hash: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    let hex = hash[..16].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("W/\"{hex}\"")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(data: &'static [u8]) -> EmbeddedFile {
        let metadata = rust_embed::Metadata::__rust_embed_new([7; 32], None, None);
        EmbeddedFile { data: data.into(), metadata }
    }

    #[test]
    fn a_file_that_was_seen_is_not_sent_again() {
        let first = answer("assets/a-1.js", &file(b"let a;"), &HeaderMap::new());
        assert_eq!(first.status(), StatusCode::OK);
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        let second = answer("assets/a-1.js", &file(b"let a;"), &headers);
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        let cached = |name| {
            let answer = answer(name, &file(b""), &HeaderMap::new());
            answer.headers()[CACHE_CONTROL].to_str().unwrap().to_owned()
        };
        assert!(cached("assets/a-1.js").contains("immutable"));
        assert_eq!(cached(INDEX), "no-cache");
    }
}
