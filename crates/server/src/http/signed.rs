//! Who sent a request: a person by cookie, or a machine by token. The secret of either is random;
//! only its SHA-256 is kept.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use domain::identity::Permission;
use kernel::{Actor, PersonId, Timestamp};
use ports::{Fault, Query};
use sha2::{Digest, Sha256};

use crate::bus::{Command, Envelope, Stop, Work, who_is, words};
use crate::http::App;
use crate::http::parameters::check_query;
use crate::identity::RefreshSession;
use crate::kept::{Before, Kept};
use crate::problem::Answer;
use crate::read;

/// The session cookie's name; `__Host-` binds it to this host over HTTPS.
pub const COOKIE: &str = "interlock_session";

/// A request that someone answers for.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Who.
    pub actor: Actor,
    /// The hash of the session, for people.
    pub session: Option<String>,
    /// When the session or the token ends; nothing where neither was shown.
    pub expires_at: Option<Timestamp>,
}

impl Signed {
    /// The person who answers for it.
    pub fn person(&self) -> Option<PersonId> {
        self.actor.person()
    }

    /// Refuses unless a permission is held; for what is no command.
    pub async fn permit(&self, app: &App, needed: Permission) -> Result<(), Answer> {
        let (actor, now) = (self.actor.clone(), app.bus.world().clock.now());
        let who = read::ask(&*app.bus.world().store, move |db| who_is(db, &actor, now)).await?;
        Ok(who.permit(needed, &self.actor)?)
    }

    /// The same before something that a command costs. It asks again in its own transaction; who
    /// is refused here leaves an attempt as they would there.
    pub async fn permit_write(
        &self,
        app: &App,
        verb: &'static str,
        needed: Permission,
    ) -> Result<(), Answer> {
        if self.permit(app, needed).await.is_err() {
            app.bus.send(Envelope::new(self.actor.clone()), Permit { verb, needed }).await?;
        }
        Ok(())
    }
}

/// Nothing but the question whether a command is permitted.
struct Permit {
    verb: &'static str,
    needed: Permission,
}

impl Command for Permit {
    type Answer = ();

    fn verb(&self) -> &'static str {
        self.verb
    }

    fn permission(&self) -> Permission {
        self.needed
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, _: &mut Work<'_>) -> Result<(), Stop> {
        Ok(())
    }
}

/// The hash under which a session or a token is kept.
pub fn session_hash(secret: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(secret.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl FromRequestParts<App> for Signed {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Answer> {
        if let Some(signed) = parts.extensions.get::<Self>().cloned() {
            check_query(parts)?;
            return Ok(signed);
        }
        check_path(parts)?;
        let now = app.bus.world().clock.now();
        let signed = match (bearer(&parts.headers), cookie(&parts.headers, app.secure_cookies)) {
            (Some(token), _) => by_token(app, session_hash(token), is_read(parts), now).await?,
            (None, Some(session)) => {
                check_origin(parts)?;
                by_session(app, session_hash(session), now).await?
            }
            (None, None) => return Err(no_session()),
        };
        check_query(parts)?;
        parts.extensions.insert(signed.clone());
        Ok(signed)
    }
}

fn no_session() -> Answer {
    let detail = "sign in, or send `Authorization: Bearer` with a token";
    api::problem::Problem::new("identity.sign_in_required", detail).into()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What the session cookie holds. Over HTTPS only the name with the prefix counts: a neighbouring
/// host cannot set it.
fn cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let prefix = if secure { "__Host-" } else { "" };
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name.strip_prefix(prefix)? == COOKIE).then_some(value)
    })
}

fn is_read(parts: &Parts) -> bool {
    parts.method == Method::GET || parts.method == Method::HEAD
}

/// No record has the character NUL in its name, and no database takes one.
fn check_path(parts: &Parts) -> Result<(), Answer> {
    if !parts.uri.path().contains("%00") {
        return Ok(());
    }
    let detail = "the address holds the character NUL: take it out";
    Err(api::problem::Problem::new("request.malformed", detail).into())
}

/// A write by cookie must come from a page of this host (OWASP: verify the origin).
fn check_origin(parts: &Parts) -> Result<(), Answer> {
    if is_read(parts) {
        return Ok(());
    }
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").map_or("", |o| o.1));
    if origin.is_none() || origin == text(header::HOST) {
        return Ok(());
    }
    let detail = "a page of another site sent this; use the application's own pages";
    Err(api::problem::Problem::new("identity.wrong_origin", detail).into())
}

async fn by_session(app: &App, hash: String, now: Timestamp) -> Result<Signed, Answer> {
    let key = hash.clone();
    let found = read::ask(&*app.bus.world().store, move |db| session_person(db, &key, now));
    let (id, seen_at, expires_at) = found.await?.ok_or_else(no_session)?;
    if RefreshSession::is_due(seen_at, now) {
        let refresh = RefreshSession { hash: hash.clone() };
        app.bus.submit(Envelope::system("session"), refresh, |_| {});
    }
    let expires_at = Some(expires_at);
    Ok(Signed { actor: Actor::Person { id }, session: Some(hash), expires_at })
}

fn session_person(
    db: &mut dyn Query,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(PersonId, Timestamp, Timestamp)>, Fault> {
    let sql = "SELECT sessions.person, sessions.seen_at, sessions.expires_at FROM sessions \
        JOIN people ON people.id = sessions.person \
        WHERE sessions.hash = $1 AND sessions.expires_at > $2 AND people.inactive = 0";
    let row = db.query_one(sql, &[hash.into(), now.into()])?;
    row.map(|row| Ok((row.parsed(0)?, row.time(1)?, row.time(2)?))).transpose()
}

/// The actor of a token. Reading is a scope too; what a write needs is asked by its command.
async fn by_token(
    app: &App,
    hash: String,
    is_read: bool,
    now: Timestamp,
) -> Result<Signed, Answer> {
    let (actor, scopes, expires_at) = token_of(app, hash, now).await?;
    if is_read && !scopes.contains(&Permission::Read) {
        let permission = Permission::Read.word();
        let who = "this token".to_owned();
        return Err(domain::General::NotPermitted { permission, who }.into());
    }
    Ok(Signed { actor, session: None, expires_at: Some(expires_at) })
}

/// Whose a token is, what it may do, and when it ends.
type Token = (Actor, BTreeSet<Permission>, Timestamp);

/// The tokens that were shown lately, by the hash of their secret.
pub type KeptTokens = Kept<String, Token>;

/// The token with a secret of that hash.
async fn token_of(app: &App, hash: String, now: Timestamp) -> Result<Token, Answer> {
    let store = &*app.bus.world().store;
    let before = Before::asking(store, now);
    if let Some(known) = app.tokens.find(before, &hash) {
        return Ok(known);
    }
    let key = hash.clone();
    let found = read::ask(store, move |db| token_actor(db, &key, now)).await?;
    let token = found.ok_or_else(|| {
        let detail = "this token is unknown, revoked or past its end: make a new one in Settings";
        Answer(api::problem::Problem::new("identity.token_ended", detail))
    })?;
    app.tokens.keep(before, hash, token.clone(), token.2);
    Ok(token)
}

fn token_actor(db: &mut dyn Query, hash: &str, now: Timestamp) -> Result<Option<Token>, Fault> {
    let sql = "SELECT tokens.id, tokens.person, tokens.scopes, tokens.expires_at FROM secrets \
        JOIN tokens ON tokens.id = secrets.subject JOIN people ON people.id = tokens.person \
        WHERE secrets.hash = $1 AND tokens.expires_at > $2 AND tokens.revoked = 0 \
        AND people.inactive = 0";
    let row = db.query_one(sql, &[hash.into(), now.into()])?;
    row.map(|row| {
        let actor = Actor::Token { id: row.parsed(0)?, person: row.parsed(1)? };
        Ok((actor, words(row.text(2)?), row.time(3)?))
    })
    .transpose()
}
