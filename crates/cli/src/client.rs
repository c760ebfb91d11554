//! A client of the HTTP interface: it encodes the wire types, sends each write with a key so that
//! sending it twice does it once, and turns problems into failures.

use std::io::Write;
use std::thread;
use std::time::Duration;

use api::common::Page;
use api::identity::SignIn;
use api::problem::Problem;
use ports::{Chance, Fault, HttpClient, HttpRequest, HttpResponse, Method, SystemChance};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, Result};

/// Where the interface begins.
const PREFIX: &str = "/api/v1";
/// The most records of one page.
const PAGE_MAX: usize = 200;
/// How often a request is sent before it is given up: the server may be starting, or busy.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(300);

/// The version a write is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Whatever it is: the write is a verb whose rules look at the record themselves.
    Any,
    /// This one.
    Version(i64),
}

/// A client.
pub(crate) struct Client {
    http: Box<dyn HttpClient>,
    base: String,
    token: Option<String>,
    /// What the server set at a sign-in.
    cookie: Option<String>,
    key: Option<String>,
}

/// What a list shows.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// At most so many records.
    pub(crate) limit: usize,
    /// After this cursor.
    pub(crate) cursor: Option<String>,
}

/// Records and where they go on.
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

impl Client {
    /// A client of the server at `base`, which is empty for one within this process.
    pub(crate) fn new(http: Box<dyn HttpClient>, base: &str, token: Option<String>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { http, base, token, cookie: None, key: None }
    }

    /// The server's address; empty for one within this process.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The same with a key of the caller's, so that a script can repeat it safely.
    pub(crate) fn with_key(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    /// The same as a person who signs in. A token beside it would come first, and is left out.
    pub(crate) fn signed_in(self, login: &str, password: &str) -> Result<Self> {
        let client = Self { token: None, ..self };
        let body = SignIn { login: login.to_owned(), password: password.to_owned() };
        let body = serde_json::to_vec(&body).map_err(|error| Failure::Other(error.into()))?;
        let headers = vec![header("content-type", "application/json")];
        let url = format!("{}{PREFIX}/session", client.base);
        // It is sent once: a wrong password that is repeated counts again.
        let request = HttpRequest { method: Method::Post, url, headers, body };
        let answer = client.http.send(&request).map_err(|fault| client.unreachable(fault))?;
        if !(200..300).contains(&answer.status) {
            return Err(client.refusal(&answer));
        }
        let set = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let cookie = set.and_then(|(_, value)| value.split(';').next()).map(str::to_owned);
        if cookie.is_none() {
            return Err(Failure::Other(anyhow::anyhow!("the server set no cookie at the sign-in")));
        }
        Ok(Self { cookie, ..client })
    }

    /// Ends the session. One that cannot be ended ends by itself.
    pub(crate) fn sign_out(&self) {
        let _: Result<serde::de::IgnoredAny> = self.bare(Method::Delete, "/session", Expect::Any);
    }

    /// Reads one record.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<T> {
        self.send(Method::Get, &format!("{path}{}", query.text()), Vec::new(), Vec::new())
    }

    /// Reads a list, page by page, up to what is wanted.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Query,
        wanted: &Wanted,
    ) -> Result<Listed<T>> {
        let mut listed = Listed { items: Vec::new(), next: wanted.cursor.clone() };
        loop {
            let size = (wanted.limit - listed.items.len()).min(PAGE_MAX);
            let page = query.clone().with("limit", &size).maybe("cursor", listed.next.as_ref());
            let page: Page<T> = self.get(path, &page)?;
            listed.items.extend(page.items);
            listed.next = page.next;
            if listed.next.is_none() || listed.items.len() >= wanted.limit {
                return Ok(listed);
            }
        }
    }

    /// Reads an answer of any length into a sink. It is asked for once: what was handed on cannot
    /// be taken back.
    pub(crate) fn fetch(&self, path: &str, query: &Query, sink: &mut dyn Write) -> Result {
        self.stream(Method::Get, path, query, None, sink)
    }

    /// Sends a CSV file, and reads an answer of any length into a sink.
    pub(crate) fn upload(
        &self,
        path: &str,
        query: &Query,
        file: Vec<u8>,
        sink: &mut dyn Write,
    ) -> Result {
        self.stream(Method::Post, path, query, Some(file), sink)
    }

    fn stream(
        &self,
        method: Method,
        path: &str,
        query: &Query,
        file: Option<Vec<u8>>,
        sink: &mut dyn Write,
    ) -> Result {
        let url = format!("{}{PREFIX}{path}{}", self.base, query.text());
        let mut headers: Vec<_> = self.who().into_iter().collect();
        if file.is_some() {
            headers.push(header("content-type", "text/csv"));
        }
        let request = HttpRequest { method, url, headers, body: file.unwrap_or_default() };
        let answer = self.http.fetch(&request, sink).map_err(|fault| self.unreachable(fault))?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(self.refusal(&answer)) }
    }

    /// Sends a write.
    pub(crate) fn write<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        expect: Expect,
        body: &B,
    ) -> Result<T> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::Other(error.into()))?;
        self.write_bytes(method, path, expect, body)
    }

    /// Sends what is harmless when it is sent twice, and so has no key.
    pub(crate) fn tell<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::Other(error.into()))?;
        let headers = vec![header("content-type", "application/json")];
        self.send(Method::Post, path, headers, body)
    }

    /// Sends a write that says nothing beyond its address.
    pub(crate) fn bare<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        expect: Expect,
    ) -> Result<T> {
        self.write_bytes(method, path, expect, Vec::new())
    }

    fn write_bytes<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        expect: Expect,
        body: Vec<u8>,
    ) -> Result<T> {
        let key = self.key.clone().unwrap_or_else(fresh_key);
        let mut headers = vec![header("idempotency-key", &key)];
        if !body.is_empty() {
            headers.push(header("content-type", "application/json"));
        }
        match (expect, method) {
            (Expect::Version(version), _) => {
                headers.push(header("if-match", &format!("\"{version}\"")));
            }
            (Expect::Any, Method::Post | Method::Get) => {}
            (Expect::Any, _) => headers.push(header("if-match", "*")),
        }
        self.send(method, path, headers, body)
    }

    /// Sends a verb.
    pub(crate) fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        expect: Expect,
        body: &B,
    ) -> Result<T> {
        self.write(Method::Post, path, expect, body)
    }

    fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        mut headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<T> {
        headers.extend(self.who());
        let url = format!("{}{PREFIX}{path}", self.base);
        let answer = self.try_often(&HttpRequest { method, url, headers, body })?;
        if (200..300).contains(&answer.status) {
            let body = if answer.body.is_empty() { b"null" } else { answer.body.as_slice() };
            return serde_json::from_slice(body).map_err(|error| unexpected(&error));
        }
        Err(self.refusal(&answer))
    }

    /// Who sends a request, as a header.
    fn who(&self) -> Option<(String, String)> {
        let token = self.token.as_ref();
        let token = token.map(|token| header("authorization", &format!("Bearer {token}")));
        token.or_else(|| self.cookie.as_ref().map(|cookie| header("cookie", cookie)))
    }

    fn refusal(&self, answer: &HttpResponse) -> Failure {
        match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => Failure::Problem(Box::new(problem)),
            Err(_) => Failure::usage(format!(
                "{} answered {} and no problem of Interlock: is that its address?",
                self.base, answer.status
            )),
        }
    }

    /// Reads and writes may be sent again: a write carries its key.
    fn try_often(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let mut left = TRIES;
        loop {
            left -= 1;
            match self.http.send(request) {
                Ok(answer) if answer.status == 503 && left > 0 => {}
                Ok(answer) => return Ok(answer),
                Err(fault) if fault.is_transient() && left > 0 => {}
                Err(fault) => return Err(self.unreachable(fault)),
            }
            thread::sleep(PAUSE);
        }
    }

    fn unreachable(&self, fault: Fault) -> Failure {
        if self.base.is_empty() {
            return Failure::Fault(fault);
        }
        Failure::Unreachable { url: self.base.clone(), fault }
    }
}

fn unexpected(error: &serde_json::Error) -> Failure {
    Failure::Other(anyhow::anyhow!(
        "the server answered in another shape than this program knows; it may be of another \
         version ({error})"
    ))
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn fresh_key() -> String {
    let chance: &dyn Chance = &SystemChance;
    chance.uuid().simple().to_string()
}

/// The query of an address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// With a parameter.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// With a parameter, if there is one.
    #[must_use]
    pub(crate) fn maybe(self, name: &'static str, value: Option<&impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn text(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={}", segment(value)));
        let joined = pairs.collect::<Vec<_>>().join("&");
        if joined.is_empty() { joined } else { format!("?{joined}") }
    }
}

/// A name as one segment of a path (RFC 3986: everything but the unreserved is encoded).
pub(crate) fn segment(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::with_capacity(name.len()), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use api::common::Written;
    use serde_json::json;

    use super::*;

    /// Answers each request with the next of its answers, and keeps what it was sent.
    #[derive(Clone, Default)]
    pub(crate) struct Script {
        answers: Arc<Mutex<Vec<Answer>>>,
        pub(crate) sent: Arc<Mutex<Vec<HttpRequest>>>,
    }

    type Result<T, E> = std::result::Result<T, E>;
    pub(crate) type Answer = Result<(u16, String), Fault>;

    /// An answer with a body.
    pub(crate) fn answer(status: u16, body: &str) -> Answer {
        Ok((status, body.to_owned()))
    }

    impl HttpClient for Script {
        fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
            self.sent.lock().unwrap().push(request.clone());
            let (status, body) = self.answers.lock().unwrap().remove(0)?;
            Ok(HttpResponse { status, headers: Vec::new(), body: body.into_bytes() })
        }
    }

    /// A client, and what it was sent.
    pub(crate) fn script(answers: Vec<Answer>) -> (Script, Client) {
        let answers = Arc::new(Mutex::new(answers));
        let script = Script { answers, ..Script::default() };
        let token = Some("secret".to_owned());
        let client = Client::new(Box::new(script.clone()), "http://here:1/", token);
        (script, client)
    }

    fn value_of<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
        let found = request.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn written() -> (u16, String) {
        (200, r#"{"id":"chg_1","number":"CHG-1","version":4}"#.to_owned())
    }

    #[test]
    fn an_edit_names_the_version_it_saw_and_a_key() {
        let (script, client) = script(vec![Ok(written())]);
        let expect = Expect::Version(3);
        let body = json!({"title": "A"});
        let answer: Written = client.write(Method::Patch, "/changes/CHG-1", expect, &body).unwrap();
        assert_eq!(answer.version, 4);
        let sent = script.sent.lock().unwrap();
        assert_eq!(sent[0].url, "http://here:1/api/v1/changes/CHG-1");
        assert_eq!(value_of(&sent[0], "if-match"), Some("\"3\""));
        assert_eq!(value_of(&sent[0], "authorization"), Some("Bearer secret"));
        assert_eq!(value_of(&sent[0], "idempotency-key").map(str::len), Some(32));
    }

    #[test]
    fn a_write_that_got_no_answer_is_sent_again_with_the_same_key() {
        let lost = || Err(Fault::transient("calling", "reset"));
        let (script, client) = script(vec![lost(), Ok((503, String::new())), Ok(written())]);
        let _: Written = client.post("/changes", Expect::Any, &json!({})).unwrap();
        let sent = script.sent.lock().unwrap();
        let keys: Vec<_> = sent.iter().map(|one| value_of(one, "idempotency-key")).collect();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_list_goes_on_until_it_has_what_is_wanted() {
        let page =
            |items: &str, next: &str| Ok((200, format!("{{\"items\":{items},\"next\":{next}}}")));
        let (script, client) = script(vec![page("[1,2]", "\"b\""), page("[3]", "null")]);
        let wanted = Wanted { limit: 500, cursor: None };
        let query = Query::default().with("q", &"a b&c");
        let listed: Listed<u32> = client.list("/changes", &query, &wanted).unwrap();
        assert_eq!((listed.items, listed.next), (vec![1, 2, 3], None));
        let sent = script.sent.lock().unwrap();
        assert!(sent[0].url.ends_with("/changes?q=a%20b%26c&limit=200"), "{}", sent[0].url);
        assert!(sent[1].url.ends_with("&limit=200&cursor=b"));
    }

    #[test]
    fn a_name_is_one_segment_of_the_path() {
        assert_eq!(segment("a/b ü?"), "a%2Fb%20%C3%BC%3F");
    }
}
