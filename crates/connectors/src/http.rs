//! Outbound HTTP. A request carries secrets, so a redirect is followed only to the same origin, and
//! only as the request that it was: never does one that writes become one that reads. No address
//! appears in an error.

use std::io::{Error as IoError, Read, Write};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ports::{CONNECTING, Fault, HttpClient, HttpRequest, HttpResponse, Method, is_link_local};
use reqwest::blocking::{Client, ClientBuilder, Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Error, Url};

/// The most redirects that one request follows.
pub const REDIRECTS_MAX: usize = 5;
/// The most bytes of an answer that are read.
pub const ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The most bytes of an answer that are taken in where nobody reads it, so that the connection can
/// be used again.
const UNREAD_BYTES_MAX: u64 = 64 * 1024;
/// How much of a long answer is held at a time.
const PIECE_BYTES: usize = 64 * 1024;

const LINK_LOCAL: &str = "the address is one of the local link";
const CALLING: &str = "calling over HTTP";
const CONNECTING_MAX: Duration = Duration::from_secs(5);
const ANSWERING_MAX: Duration = Duration::from_mins(1);

/// A client for the network. It blocks, and so must not be used on a thread of an async runtime.
#[derive(Debug, Default)]
pub struct Web {
    /// Whether it stays away from the local link.
    is_guarded: bool,
    here: OnceLock<Client>,
    elsewhere: OnceLock<Client>,
}

impl Web {
    /// A client; connections are opened when they are needed.
    pub fn new() -> Self {
        crate::install_crypto();
        Self::default()
    }

    /// A client for a server, which calls addresses that people typed in: it reaches nothing on the
    /// local link, neither by its address nor by a name that leads there.
    pub fn guarded() -> Self {
        Self { is_guarded: true, ..Self::new() }
    }

    fn ask(&self, request: &HttpRequest) -> Result<Response, Fault> {
        let mut url: Url = request.url.parse().map_err(|error| Fault::permanent(CALLING, error))?;
        let mut redirects = 0;
        loop {
            if self.is_guarded && address_of(&url).is_some_and(is_link_local) {
                return Err(Fault::permanent(CALLING, LINK_LOCAL));
            }
            let client = self.client(&url)?;
            let answer = client.execute(prepared(request, url)?).map_err(fault)?;
            match next(request.method, &answer).filter(|_| redirects < REDIRECTS_MAX) {
                Some(to) => url = to,
                None => return Ok(answer),
            }
            redirects += 1;
        }
    }

    /// This machine is reached without a proxy and without certificates of the system, which a
    /// small container may not have.
    fn client(&self, url: &Url) -> Result<&Client, Fault> {
        if is_here(url) {
            return made(&self.here, || builder().no_proxy().tls_certs_only([]));
        }
        if self.is_guarded {
            return made(&self.elsewhere, || builder().dns_resolver(Arc::new(Guarded)));
        }
        made(&self.elsewhere, builder)
    }
}

impl HttpClient for Web {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        whole(self.ask(request)?)
    }

    fn send_unread(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let answer = self.ask(request)?;
        let status = answer.status().as_u16();
        let headers = answer.headers().iter().map(header).collect();
        // What was answered is known, whatever becomes of the rest.
        let _ = std::io::copy(&mut answer.take(UNREAD_BYTES_MAX), &mut std::io::sink());
        Ok(HttpResponse { status, headers, body: Vec::new() })
    }

    fn fetch(&self, request: &HttpRequest, sink: &mut dyn Write) -> Result<HttpResponse, Fault> {
        let mut answer = self.ask(request)?;
        if !answer.status().is_success() {
            return whole(answer);
        }
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let read = answer.read(&mut piece).map_err(|error| Fault::transient(CALLING, error))?;
            if read == 0 {
                return Ok(HttpResponse {
                    status: answer.status().as_u16(),
                    headers: answer.headers().iter().map(header).collect(),
                    body: Vec::new(),
                });
            }
            let handed = sink.write_all(&piece[..read]);
            handed.map_err(|error| Fault::permanent("handing an answer on", error))?;
        }
    }
}

/// An answer with its body, which must fit.
fn whole(answer: Response) -> Result<HttpResponse, Fault> {
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().map(header).collect();
    let mut body = Vec::new();
    let read = answer.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut body);
    read.map_err(|error| Fault::transient(CALLING, error))?;
    if body.len() as u64 > ANSWER_BYTES_MAX {
        let why = format!("the answer is longer than {ANSWER_BYTES_MAX} bytes");
        return Err(Fault::permanent(CALLING, why));
    }
    Ok(HttpResponse { status, headers, body })
}

fn builder() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("interlock/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECTING_MAX)
        .timeout(ANSWERING_MAX)
        .redirect(Policy::none())
}

fn made(
    slot: &OnceLock<Client>,
    builder: impl FnOnce() -> ClientBuilder,
) -> Result<&Client, Fault> {
    if let Some(client) = slot.get() {
        return Ok(client);
    }
    let client = builder().build().map_err(|error| Fault::permanent("preparing TLS", error))?;
    Ok(slot.get_or_init(|| client))
}

/// Where an answer sends the same request on to: within the origin, and where the request reads or
/// the answer says that it stays what it is.
fn next(method: Method, answer: &Response) -> Option<Url> {
    let follows = match answer.status().as_u16() {
        301..=303 => method == Method::Get,
        307 | 308 => true,
        _ => false,
    };
    let place = answer.headers().get(LOCATION).filter(|_| follows)?.to_str().ok()?;
    let to = answer.url().join(place).ok()?;
    (to.origin() == answer.url().origin()).then_some(to)
}

fn is_here(url: &Url) -> bool {
    let is_loopback = address_of(url).is_some_and(|address| address.is_loopback());
    is_loopback || url.host_str() == Some("localhost")
}

/// The address of a URL that names no host.
fn address_of(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Looks names up as the system does, and leaves out what lies on the local link.
struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::task::spawn_blocking(move || (host, 0).to_socket_addrs());
            let found: Vec<SocketAddr> = found.await??.collect();
            let open = found.iter().copied().filter(|address| !is_link_local(address.ip()));
            let open: Vec<SocketAddr> = open.collect();
            if open.is_empty() && !found.is_empty() {
                return Err(IoError::other(LINK_LOCAL).into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

fn prepared(request: &HttpRequest, url: Url) -> Result<Request, Fault> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut prepared = Request::new(method, url);
    *prepared.headers_mut() = headers(&request.headers)?;
    if !request.body.is_empty() {
        *prepared.body_mut() = Some(request.body.clone().into());
    }
    Ok(prepared)
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let wrong = || Fault::permanent(CALLING, format!("the header `{name}` cannot be sent"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.append(key, value);
    }
    Ok(headers)
}

fn header((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn fault(error: Error) -> Fault {
    let transient = error.is_timeout() || error.is_request();
    let is_unsent = error.is_connect();
    let error = error.without_url();
    if is_unsent {
        return Fault::transient(CONNECTING, error);
    }
    if transient { Fault::transient(CALLING, error) } else { Fault::permanent(CALLING, error) }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{self, Receiver};
    use std::thread;

    use super::*;

    /// Answers each connection with the next text, and tells what it was asked.
    fn serve(answers: Vec<String>) -> (String, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, asked) = mpsc::channel();
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> =
                    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                stream.write_all(answer.as_bytes()).unwrap();
                sender.send(head.join("\n")).unwrap();
            }
        });
        (address, asked)
    }

    fn get(url: String) -> HttpRequest {
        let headers = vec![("authorization".to_owned(), "Bearer secret".to_owned())];
        HttpRequest { method: Method::Get, url, headers, body: Vec::new() }
    }

    fn redirect(to: &str) -> String {
        format!(
            "HTTP/1.1 307 Go\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
    }

    const TEAPOT: &str = "HTTP/1.1 418 Teapot\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntea";

    #[test]
    fn an_answer_of_any_status_is_an_answer() {
        let (address, _asked) = serve(vec![TEAPOT.to_owned()]);
        let answer = Web::new().send(&get(format!("http://{address}/"))).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (418, b"tea".as_slice()));
    }

    #[test]
    fn a_long_answer_is_handed_on_and_a_refusal_is_not() {
        let body = "a line\n".repeat(30_000);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", body.len());
        let fine = format!("{head}connection: close\r\n\r\n{body}");
        let (address, _asked) = serve(vec![fine, TEAPOT.to_owned()]);
        let (web, request) = (Web::new(), get(format!("http://{address}/")));
        let mut sink = Vec::new();
        let answer = web.fetch(&request, &mut sink).unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, 0));
        assert!(sink == body.as_bytes());
        let mut none = Vec::new();
        let answer = web.fetch(&request, &mut none).unwrap();
        assert_eq!((answer.body.as_slice(), none.len()), (b"tea".as_slice(), 0));
    }

    #[test]
    fn a_redirect_within_the_origin_is_followed() {
        let (address, asked) = serve(vec![redirect("/next"), TEAPOT.to_owned()]);
        let answer = Web::new().send(&get(format!("http://{address}/first"))).unwrap();
        assert_eq!(answer.status, 418);
        let _first = asked.recv().unwrap();
        assert!(asked.recv().unwrap().starts_with("GET /next "));
    }

    #[test]
    fn a_request_that_writes_does_not_become_one_that_reads() {
        for code in ["301 Moved", "302 Found", "303 See"] {
            let moved = redirect("/next").replace("307 Go", code);
            let (address, asked) = serve(vec![moved, TEAPOT.to_owned()]);
            let url = format!("http://{address}/first");
            let post = HttpRequest { method: Method::Post, ..get(url) };
            let status = Web::new().send_unread(&post).unwrap().status;
            assert_eq!(status.to_string(), code[..3]);
            assert!(asked.recv().unwrap().starts_with("POST /first "));
            assert!(asked.recv_timeout(Duration::from_millis(50)).is_err(), "{code}");
        }
    }

    #[test]
    fn an_answer_that_nobody_reads_is_not_waited_for() {
        let endless = "HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n";
        let (address, _asked) = serve(vec![format!("{endless}{}", "x".repeat(100_000))]);
        let answer = Web::new().send_unread(&get(format!("http://{address}/"))).unwrap();
        assert_eq!((answer.status, answer.body.len()), (200, 0));
    }

    #[test]
    fn a_redirect_elsewhere_is_not_followed() {
        let (elsewhere, asked) = serve(vec![TEAPOT.to_owned()]);
        let (address, _) = serve(vec![redirect(&format!("http://{elsewhere}/"))]);
        let answer = Web::new().send(&get(format!("http://{address}/"))).unwrap();
        assert_eq!(answer.status, 307);
        assert!(asked.recv_timeout(Duration::from_millis(200)).is_err());
    }

    #[test]
    fn a_guarded_client_reaches_nothing_on_the_local_link() {
        let web = Web::guarded();
        for url in ["http://169.254.169.254/x", "http://2852039166/", "http://[::ffff:a9fe:a9fe]/"]
        {
            let fault = web.send(&get(url.to_owned())).unwrap_err();
            assert!(!fault.is_transient() && fault.to_string().contains("local link"), "{url}");
        }
        let (address, _asked) = serve(vec![TEAPOT.to_owned()]);
        assert_eq!(web.send(&get(format!("http://{address}/"))).unwrap().status, 418);
        // The system takes this for a name, and finds the address behind it.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let resolve = |name: &str| runtime.block_on(Guarded.resolve(name.parse().unwrap()));
        let wrong = resolve("2852039166").err().expect("it is left out");
        assert_eq!(wrong.to_string(), LINK_LOCAL);
        assert!(resolve("localhost").is_ok_and(|mut found| found.next().is_some()));
    }

    #[test]
    fn a_server_that_is_not_there_is_a_transient_fault() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let fault = Web::new().send(&get(format!("http://{address}/secret"))).unwrap_err();
        assert!(fault.is_transient());
        assert!(!fault.to_string().contains("secret"));
    }
}
