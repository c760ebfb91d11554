//! How a write is read: its JSON body strictly, its idempotency key, the version it saw; and the
//! query of a list. What cannot be read is answered with what is wrong and where.

use std::collections::BTreeMap;

use api::common::FieldError;
use api::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use kernel::{TimeError, Timestamp, Version};
use ports::Lane;
use serde::de::DeserializeOwned;

use crate::bus::{Envelope, IdempotencyKey};
use crate::http::parameters::pairs;
use crate::http::{App, Signed, session_hash};
use crate::problem::Answer;
use crate::read::{LIMIT_DEFAULT, LIMIT_MAX};

/// The largest body of a request, in bytes.
pub const BODY_MAX: usize = 2 * 1024 * 1024;
const KEY_MAX: usize = 200;

/// A write: who sends it, what travels with it, and its body.
pub struct Write<T> {
    /// For the bus.
    pub envelope: Envelope,
    /// Who sends it.
    pub signed: Signed,
    /// What it says.
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<App> for Write<T> {
    type Rejection = Answer;

    async fn from_request(request: Request, app: &App) -> Result<Self, Answer> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, app).await?;
        let expected = expected_version(&parts)?;
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app)
            .await
            .map_err(|_| too_large())?;
        let key = idempotency_key(&parts, &bytes)?;
        let body = parse(&parts.headers, &bytes)?;
        let actor = signed.actor.clone();
        let envelope = Envelope { actor, key, expected, lane: Lane::Command };
        Ok(Self { envelope, signed, body })
    }
}

fn too_large() -> Answer {
    let detail = format!("send at most {BODY_MAX} bytes");
    Problem::new("request.too_large", detail).into()
}

/// Reads a JSON body. An empty one counts as `{}`, for verbs that need nothing.
pub fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Answer> {
    if !bytes.is_empty() && !is_json(headers) {
        let detail = "send JSON, with `Content-Type: application/json`";
        return Err(Problem::new("request.wrong_type", detail).into());
    }
    if holds_escaped_nul(bytes) {
        let detail = "the body holds the character NUL, which no database keeps: take it out";
        return Err(Problem::new("request.invalid", detail).into());
    }
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // serde would take a list for an object, its fields in their order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let detail = "the request cannot be taken: an object is expected, not a list";
        return Err(Problem::new("request.invalid", detail).into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer_of(error.path());
        of_json(error.inner(), pointer)
    })?;
    reader.end().map_err(|error| of_json(&error, String::new()))?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// Whether some text of a JSON body holds NUL, which JSON can only write as an escape.
fn holds_escaped_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'\\' {
            let escape = rest.as_slice();
            if escape.starts_with(b"u0000") {
                return true;
            }
            rest.next();
        }
    }
    false
}

fn of_json(error: &serde_json::Error, pointer: String) -> Answer {
    let detail = error.to_string();
    if !error.is_data() {
        let detail = format!("the body is not JSON: {detail}");
        return Problem::new("request.malformed", detail).into();
    }
    let said = plain(detail.split(" at line ").next().unwrap_or_default());
    // What is missing has no place in the path of what was read.
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let pointer = match missing {
        Some(name) => format!("{pointer}/{name}"),
        None => pointer,
    };
    let problem = Problem::new("request.invalid", format!("the request cannot be taken: {said}"));
    Problem { errors: vec![FieldError { pointer, detail: said }], ..problem }.into()
}

/// What serde says, without the name of a type of ours or of the language.
fn plain(said: &str) -> String {
    let Some((before, wanted)) = said.rsplit_once("expected ") else { return said.to_owned() };
    let wanted = match wanted {
        "a map" => "an object",
        wanted if wanted.starts_with("struct ") => "an object",
        "a sequence" => "a list",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        _ => return said.to_owned(),
    };
    format!("{before}expected {wanted}")
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("{pointer}/{variant}"),
        Segment::Unknown => pointer,
    })
}

fn idempotency_key(parts: &Parts, body: &[u8]) -> Result<Option<IdempotencyKey>, Answer> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
    let key = key.ok_or_else(|| {
        let detail = "an Idempotency-Key is 1 to 200 visible characters";
        Answer(Problem::new("request.malformed", detail))
    })?;
    let mut whole = format!("{} {}\n", parts.method, parts.uri).into_bytes();
    whole.extend_from_slice(body);
    let request_hash = session_hash(&String::from_utf8_lossy(&whole));
    Ok(Some(IdempotencyKey { key: key.to_owned(), request_hash }))
}

/// Whether an edit of what lies at this path says which version was seen; a session has none.
pub(super) fn must_say_version(path: &str) -> bool {
    !path.ends_with("/session")
}

fn expected_version(parts: &Parts) -> Result<Option<Version>, Answer> {
    let Some(value) = parts.headers.get(header::IF_MATCH) else {
        let edits = [Method::PATCH, Method::PUT, Method::DELETE];
        if edits.contains(&parts.method) && must_say_version(parts.uri.path()) {
            let detail =
                "send `If-Match` with the `version` you saw, so that nobody's edit is lost";
            return Err(Problem::new("request.version_missing", detail).into());
        }
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim().trim_start_matches("W/");
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_matches('"').parse().map_err(|_| {
        let detail = "`If-Match` holds the record's version, such as \"3\"";
        Answer(Problem::new("request.malformed", detail))
    })?;
    Ok(Some(Version(version)))
}

/// The entity tag of a version.
pub fn etag(version: i64) -> [(header::HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}

/// The query of a list: filters, `limit`, `cursor`, `sort`.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    fields: BTreeMap<String, String>,
}

impl ListQuery {
    /// A query of names and values.
    #[cfg(test)]
    pub(crate) fn of(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let fields = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { fields }
    }

    /// A filter, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A truth value.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }

    /// How many records a page holds.
    pub fn limit(&self) -> Result<u32, Answer> {
        let Some(text) = self.get("limit") else { return Ok(LIMIT_DEFAULT) };
        let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or_else(|| wrong_parameter("limit", "is a number from 1 to 200"))
    }

    /// A parsed parameter, if it is set.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        what: &str,
    ) -> Result<Option<T>, Answer> {
        let parse = |text: &str| text.parse().map_err(|_| wrong_parameter(name, what));
        self.get(name).map(parse).transpose()
    }

    /// A time, if it is set.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let what = |error: TimeError| match error {
            TimeError::OutOfRange(_) => error.to_string(),
            _ => "is a time in RFC 3339, such as 2026-11-21T20:00:00Z".to_owned(),
        };
        text.parse().map(Some).map_err(|error| wrong_parameter(name, &what(error)))
    }
}

/// A parameter that cannot be taken.
pub fn wrong_parameter(name: &str, what: &str) -> Answer {
    let problem = Problem::new("request.invalid", format!("the parameter `{name}` {what}"));
    let error = FieldError { pointer: format!("/{name}"), detail: what.to_owned() };
    Problem { errors: vec![error], ..problem }.into()
}

impl FromRequestParts<App> for ListQuery {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Answer> {
        let pairs = pairs(parts)?;
        if let Some((name, _)) = pairs.iter().find(|(name, value)| holds_nul(name, value)) {
            return Err(wrong_parameter(name, "holds a NUL character"));
        }
        Ok(Self { fields: pairs.into_iter().collect() })
    }
}

fn holds_nul(name: &str, value: &str) -> bool {
    name.contains('\0') || value.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_nul_is_found_and_an_escaped_backslash_is_not_taken_for_one() {
        assert!(holds_escaped_nul(br#"{"name": "a\u0000b"}"#));
        assert!(holds_escaped_nul(br#"{"name": "\\\u0000"}"#));
        assert!(!holds_escaped_nul(br#"{"name": "\\u0000", "other": "\n"}"#));
    }
}
