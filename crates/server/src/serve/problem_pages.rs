//! `/problems/{code}`: what a problem means and how to mend it, as a plain page without a script.

use api::problem::CODES;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use pulldown_cmark::{Parser, html};
use rust_embed::RustEmbed;

/// `docs/problems`: one page for each code.
#[derive(RustEmbed)]
#[folder = "../../docs/problems"]
#[allow_missing = true]
struct Pages;

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\">\
    <meta name=\"color-scheme\" content=\"light dark\"><style>\
    body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}\
    h1,code{font-family:ui-monospace,monospace}h1{font-size:20px}h2{font-size:16px}\
    </style>";

/// The page of a code. Only registered codes are looked up, so no other file can be asked for.
pub(super) async fn show(Path(code): Path<String>) -> Response {
    let Some((code, status, title)) = CODES.iter().find(|(known, _, _)| *known == code) else {
        let text = "<title>Unknown problem</title><h1>No such problem</h1>\
            <p>This server answers with no problem of that code.</p>";
        return (StatusCode::NOT_FOUND, Html(format!("{HEAD}{text}"))).into_response();
    };
    let page = Pages::get(&format!("{code}.md"));
    let page = page.map(|file| String::from_utf8_lossy(&file.data).into_owned());
    let page = page.unwrap_or_else(|| format!("# {code}\n"));
    let mut text = format!("{HEAD}<title>{title}</title><p>{title} (HTTP {status})</p>");
    html::push_html(&mut text, Parser::new(&page));
    Html(text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn page(code: &str) -> (StatusCode, String) {
        let response = show(Path(code.to_owned())).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_of_a_code_tells_how_to_mend_it() {
        let (status, text) = page("change.incomplete").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("<h2>How to mend it</h2>"), "{text}");
    }

    #[tokio::test]
    async fn a_name_that_is_no_code_finds_no_file() {
        assert_eq!(page("README").await.0, StatusCode::NOT_FOUND);
        assert_eq!(page("../glossary").await.0, StatusCode::NOT_FOUND);
    }
}
