//! HTTP: how requests are read, who sent them, how routes and their description are registered.

mod body;
mod parameters;
mod routes;
mod signed;

pub use body::{BODY_MAX, ListQuery, Write, etag, parse, wrong_parameter};
pub use routes::{Operation, Routes};
pub use signed::{COOKIE, KeptTokens, Signed, session_hash};

use std::net::IpAddr;
use std::sync::Arc;

use api::change::ChangeRow;
use api::gate::GateQuestion;
use api::identity::SignInHint;
use axum::body::Bytes;
use ports::{Fault, HttpClient, Mailer, Query};
use tokio::sync::Semaphore;

use crate::bus::Bus;
use crate::follow::watch::Watch;
use crate::gate::{GitHub, SigningKey, WebhookSecret};
use crate::identity::Throttle;
use crate::kept::Kept;
use crate::live::Live;

/// Reads the latest changes on a CI, at most so many.
pub type LatestOnCi = fn(&mut dyn Query, &str, u32) -> Result<Vec<ChangeRow>, Fault>;

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The way in for writes.
    pub bus: Bus,
    /// The sign-ins shown on the sign-in page of a demonstration.
    pub demonstration: Option<Arc<Vec<SignInHint>>>,
    /// Whether cookies are sent over HTTPS only.
    pub secure_cookies: bool,
    /// The proxies that are believed when they name the client.
    pub trusted_proxies: Arc<[IpAddr]>,
    /// What makes guessing passwords slow.
    pub throttle: Arc<Throttle>,
    /// The turn of the import that runs.
    pub importing: Arc<Semaphore>,
    /// Who listens to what moves.
    pub live: Arc<Live>,
    /// How those who follow the log fare.
    pub followers: Arc<Watch>,
    /// How GitHub is spoken with, where that was set up.
    pub github: Option<GitHub>,
    /// What deliveries of other senders are signed with, where that was set up.
    pub webhook: Option<WebhookSecret>,
    /// What opens connections to elsewhere, where there is something.
    pub web: Option<Arc<dyn HttpClient>>,
    /// What opens connections to mail servers, where there is something.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Where readers of notices reach this server, without a slash at the end.
    pub address: Option<String>,
    /// The key that verdicts of gates are signed with.
    pub gate_key: SigningKey,
    /// Whom tokens belong to, kept for a moment.
    pub tokens: Arc<KeptTokens>,
    /// What the gate answered as it was sent, kept for a moment: to whom, and to which question.
    pub verdicts: Arc<Kept<(String, GateQuestion), Bytes>>,
    /// The latest changes on a CI. Changes know services, so services are handed this instead of
    /// knowing changes.
    pub latest_on_ci: LatestOnCi,
}
