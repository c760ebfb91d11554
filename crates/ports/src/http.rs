//! An outbound HTTP call.

use std::io::Write;
use std::net::IpAddr;

use crate::Fault;

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// A request.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute address.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header names, lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a fault says it attempted when no connection came about: then nothing was sent.
pub const CONNECTING: &str = "connecting over HTTP";

/// Whether an address is one of the local link, where machines in a cloud find what they are and
/// with which keys: nothing that people type in may lead a server there.
pub fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Sends requests; an answer of any status is an answer, only the lack of one is a fault.
pub trait HttpClient: Send + Sync {
    /// Sends one request and waits for the whole answer.
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault>;

    /// Sends one request of whose answer nobody reads the body, so that the answer has none.
    fn send_unread(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        Ok(HttpResponse { body: Vec::new(), ..self.send(request)? })
    }

    /// Sends one request and hands the body of a success on as it comes, so that it may be longer
    /// than memory; the answer then has none. Any other answer is whole, as of `send`.
    fn fetch(&self, request: &HttpRequest, sink: &mut dyn Write) -> Result<HttpResponse, Fault> {
        let answer = self.send(request)?;
        if !(200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let handed = sink.write_all(&answer.body);
        handed.map_err(|error| Fault::permanent("handing an answer on", error))?;
        Ok(HttpResponse { body: Vec::new(), ..answer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_local_link_is_known_however_it_is_written() {
        for (address, expected) in [
            ("169.254.169.254", true),
            ("::ffff:169.254.169.254", true),
            ("fe80::1", true),
            ("127.0.0.1", false),
            ("::ffff:127.0.0.1", false),
            ("10.0.0.1", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_link_local(address.parse().unwrap()), expected, "{address}");
        }
    }
}
