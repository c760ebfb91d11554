//! The interface without a network: requests of someone with a shell on the machine that holds the
//! database, straight into the router, as the same commands through the same bus.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use kernel::Actor;
use ports::{Fault, HttpClient, HttpRequest, HttpResponse, Method};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::bus::Bus;
use crate::http::Signed;
use crate::serve::{Options, router};

const ASKING: &str = "asking within the process";

/// A client whose server is this process. It blocks, so it is not for threads of a runtime.
pub struct Inside {
    router: Router,
    runtime: Runtime,
    signed: Signed,
}

impl Inside {
    /// A client that acts as `actor`.
    pub fn new(bus: Bus, actor: Actor) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| Fault::permanent(ASKING, error))?;
        let app = Options::default().app(bus);
        let signed = Signed { actor, session: None, expires_at: None };
        Ok(Self { router: router(app), runtime, signed })
    }
}

impl HttpClient for Inside {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
        let mut prepared = Request::builder().method(word(request.method)).uri(&request.url);
        for (name, value) in &request.headers {
            prepared = prepared.header(name, value);
        }
        let prepared = prepared
            .extension(self.signed.clone())
            .body(Body::from(request.body.clone()))
            .map_err(|error| Fault::permanent(ASKING, error))?;
        self.runtime.block_on(async {
            let answered = self.router.clone().oneshot(prepared).await;
            let (parts, body) = answered.unwrap_or_else(|never| match never {}).into_parts();
            let body = to_bytes(body, usize::MAX).await;
            let body = body.map_err(|error| Fault::permanent(ASKING, error))?.to_vec();
            let headers = parts.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            Ok(HttpResponse { status: parts.status.as_u16(), headers: headers.collect(), body })
        })
    }
}

fn word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}
