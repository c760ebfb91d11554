//! The server as a whole: the routes of all features, the pages of problems, the web application,
//! what surrounds every request, and what runs beside them until the server is told to stop.

mod background;
mod filling;
mod guard;
mod inside;
mod problem_pages;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api::identity::SignInHint;
use api::problem::Problem;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use ports::{HttpClient, Mailer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use utoipa::openapi::OpenApi;

use crate::bus::{Bus, World};
use crate::gate::{GitHub, SigningKey, WebhookSecret, github_hook, webhook};
use crate::health::{Measured, Metrics};
use crate::http::{App, BODY_MAX, Routes};
use crate::problem::Answer;
use crate::{assets, health};

use filling::{Filling, stand_before};

pub use background::{Background, followers};
pub use guard::REQUEST_MAX;
pub use inside::Inside;

/// How long requests under way may take after the server was told to stop.
pub const FAREWELL_MAX: Duration = Duration::from_secs(10);

/// How a server is run.
#[derive(Clone, Default)]
pub struct Options {
    /// The sign-ins shown on the sign-in page of a demonstration.
    pub demonstration: Option<Vec<SignInHint>>,
    /// Whether cookies are sent over HTTPS only.
    pub secure_cookies: bool,
    /// The proxies that are believed when they name the client in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpAddr>,
    /// How GitHub is spoken with.
    pub github: Option<GitHub>,
    /// What deliveries of other senders are signed with.
    pub webhook: Option<WebhookSecret>,
    /// What opens connections to elsewhere.
    pub web: Option<Arc<dyn HttpClient>>,
    /// What opens connections to mail servers.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Where readers of notices reach this server.
    pub address: Option<String>,
}

impl Options {
    /// What handlers share.
    pub fn app(&self, bus: Bus) -> App {
        let demonstration = self.demonstration.clone().map(Arc::new);
        App {
            bus,
            demonstration,
            secure_cookies: self.secure_cookies,
            trusted_proxies: self.trusted_proxies.iter().map(IpAddr::to_canonical).collect(),
            throttle: Arc::default(),
            importing: Arc::new(Semaphore::new(1)),
            live: Arc::default(),
            followers: Arc::default(),
            github: self.github.clone(),
            webhook: self.webhook.clone(),
            web: self.web.clone(),
            mailer: self.mailer.clone(),
            address: self.address.as_ref().map(|one| one.trim_end_matches('/').to_owned()),
            gate_key: SigningKey::default(),
            tokens: Arc::default(),
            verdicts: Arc::default(),
            latest_on_ci: crate::change::latest_on_ci,
        }
    }
}

/// The routes of each feature.
const FEATURES: &[fn(Routes) -> Routes] = &[
    crate::approval::routes,
    crate::audit::routes,
    crate::cab::routes,
    crate::calendar::routes,
    crate::change::routes,
    crate::deployment::routes,
    crate::exception::routes,
    crate::export::routes,
    crate::gate::routes,
    crate::identity::routes,
    crate::import::routes,
    crate::incident::routes,
    crate::knowledge::routes,
    crate::live::routes,
    crate::notice::routes,
    crate::policy::routes,
    crate::release::routes,
    crate::report::routes,
    crate::review::routes,
    crate::runner::routes,
    crate::search::routes,
    crate::service::routes,
    crate::team::routes,
];

/// The routes of all features.
fn all(routes: Routes) -> Routes {
    FEATURES.iter().fold(routes, |routes, feature| feature(routes))
}

/// The description of the interface (`OpenAPI` 3.1), which needs no server.
pub fn document() -> OpenApi {
    all(Routes::default()).finish().1
}

/// Everything that the server answers.
pub fn router(app: App) -> Router {
    let metrics = Arc::new(Metrics::watching(&app.live, &app.followers));
    let clock = Arc::clone(&app.bus.world().clock);
    let app = measured(app, &metrics);
    let (features, document) = all(Routes::default()).finish();
    let document = Bytes::from(document.to_json().unwrap_or_default());
    let described = get(move || async move { ([(CONTENT_TYPE, "application/json")], document) });
    let router = features
        .route("/api/v1/openapi.json", described)
        .route("/calendar.ics", get(crate::calendar::calendar_file))
        .route("/notices.atom", get(crate::notice::notices_file))
        .route("/hooks/github", post(github_hook))
        .route("/hooks/webhook", post(webhook))
        .route("/problems/{code}", get(problem_pages::show))
        .merge(health::routes(&metrics))
        .method_not_allowed_fallback(wrong_method)
        .fallback(elsewhere)
        .layer(DefaultBodyLimit::max(BODY_MAX));
    guard::surround(router, metrics, clock).with_state(app)
}

/// The same, over a store that counts what it does.
fn measured(app: App, metrics: &Arc<Metrics>) -> App {
    let world = app.bus.world().clone();
    let (store, clock) = (Arc::clone(&world.store), Arc::clone(&world.clock));
    let store = Arc::new(Measured::new(store, clock, Arc::clone(metrics)));
    App { bus: Bus::new(World { store, ..world }), ..app }
}

/// Serves until `shutdown` ends, and then what is under way. While the tables are filled that lists
/// are read from, only its health is answered; `filled` hears when that is over.
pub async fn run(
    app: App,
    listener: TcpListener,
    filled: oneshot::Sender<()>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let filling = Arc::new(Filling::default());
    let begun = tokio::task::spawn_blocking({
        let (app, filling) = (app.clone(), Arc::clone(&filling));
        move || begin(&app, &filling, filled).inspect_err(|_| filling.fail())
    });
    let live = Arc::clone(&app.live);
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let (told, asked) = oneshot::channel();
    let before = from_fn_with_state(Arc::clone(&filling), stand_before);
    let service = router(app).layer(before).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        tokio::select! {
            () = shutdown => tracing::info!("stopping: finishing what is under way"),
            () = filling.failed() => {}
        }
        filling.stop();
        live.close();
        let _ = told.send(());
    });
    let farewell = async move {
        let _ = asked.await;
        tokio::time::sleep(FAREWELL_MAX).await;
    };
    let end = tokio::select! {
        end = server.into_future() => end,
        () = farewell => {
            tracing::warn!("some requests did not end in time and are cut off");
            Ok(())
        }
    };
    if let Some(background) = begun.await.map_err(io::Error::other)?? {
        let stopped = tokio::task::spawn_blocking(move || background.stop()).await;
        stopped.map_err(io::Error::other)?;
    }
    end
}

/// Fills what is missing, and starts what runs beside the requests; nothing when it was told to
/// stop before.
fn begin(
    app: &App,
    filling: &Filling,
    filled: oneshot::Sender<()>,
) -> io::Result<Option<Background>> {
    if !filling.fill(&*app.bus.world().store).map_err(io::Error::other)? {
        return Ok(None);
    }
    let background = Background::start(app)?;
    let _ = filled.send(());
    Ok(Some(background))
}

async fn wrong_method(request: Request<Body>) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let detail = format!("{path} does not take {method}: the header `Allow` lists what it takes");
    Answer(Problem::new("request.wrong_method", detail)).into_response()
}

async fn elsewhere(uri: Uri, request: Request<Body>) -> Response {
    let path = uri.path();
    if path == "/api" || path.starts_with("/api/") {
        let detail =
            format!("there is nothing at {path}: /api/v1/openapi.json lists what there is");
        return Answer(Problem::new("request.unknown_path", detail)).into_response();
    }
    if !assets::is_page(&request) && !assets::is_file(path) {
        let detail = format!("there is nothing at {path}: /healthz and /readyz answer probes");
        return Answer(Problem::new("request.unknown_path", detail)).into_response();
    }
    assets::serve(&request)
}
