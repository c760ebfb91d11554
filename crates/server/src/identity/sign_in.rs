//! Signing in and out. An unknown login costs the same work as a known one, and guessing is
//! throttled by login and by the client's address.

use std::net::{IpAddr, SocketAddr};

use api::identity::{Me, SignIn};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::AppendHeaders;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::{IdentityRefusal, LOGIN_MAX, PASSWORD_MAX, Permission, Person};
use domain::{Aggregate as _, Check};
use kernel::{Actor, PersonId};
use ports::Query;

use crate::bus::{Command, Envelope, Loaded, Lock, Stop, Work};
use crate::http::{App, COOKIE, Signed, parse, session_hash};
use crate::identity::read::{credentials, secret_of};
use crate::identity::session::{begin, me};
use crate::identity::{SESSION_MINUTES_MAX, password};
use crate::problem::Answer;
use crate::read::ask;

type Cookie = AppendHeaders<[(header::HeaderName, HeaderValue); 1]>;

pub(super) async fn sign_in(
    State(app): State<App>,
    Client(address): Client,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(Cookie, Json<Me>), Answer> {
    let SignIn { login, password } = parse(&headers, &body)?;
    let person = check(&app, &login, password, address).await?;
    let secret = URL_SAFE_NO_PAD.encode(app.bus.world().chance.bytes32());
    let session = session_hash(&secret);
    let actor = Actor::Person { id: person.id };
    let command = SignInAs { person: person.id, proven: person.hash, session: session.clone() };
    app.bus.send(Envelope::new(actor.clone()), command).await?;
    let me = me(&app, Signed { actor, session: Some(session), expires_at: None }).await?;
    Ok((cookie(&app, &secret, SESSION_MINUTES_MAX * 60), Json(me)))
}

/// Whoever the credentials prove.
struct Proven {
    id: PersonId,
    hash: String,
}

async fn check(
    app: &App,
    login: &str,
    password: String,
    address: Option<IpAddr>,
) -> Result<Proven, Answer> {
    let mut check = Check::default();
    check.text("/login", login, LOGIN_MAX);
    check.end()?;
    admitted(app, login, address).await?;
    let world = app.bus.world();
    let name = login.to_owned();
    let found = ask(&*world.store, move |db| credentials(db, &name)).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let fits =
        password.chars().count() <= PASSWORD_MAX && password::matches(password, hash).await?;
    match found {
        Some((id, hash)) if fits => {
            app.throttle.forgive(login, address);
            Ok(Proven { id, hash })
        }
        _ => Err(domain::Refusal::from(IdentityRefusal::WrongCredentials).into()),
    }
}

/// Lets an attempt to tell a password through, once it has waited as long as it must.
pub(super) async fn admitted(
    app: &App,
    login: &str,
    address: Option<IpAddr>,
) -> Result<(), Answer> {
    let Some(pause) = app.throttle.admit(login, address, app.bus.world().clock.now()) else {
        let detail = "too many attempts failed: wait a quarter of an hour, then try again";
        return Err(api::problem::Problem::new("identity.too_many_attempts", detail).into());
    };
    tokio::time::sleep(pause).await;
    Ok(())
}

/// Signs out. A session that is over already is none to complain about.
pub(super) async fn sign_out(
    State(app): State<App>,
    signed: Result<Signed, Answer>,
) -> Result<(Cookie, Json<()>), Answer> {
    match signed {
        Ok(Signed { actor, session: Some(session), .. }) => {
            app.bus.send(Envelope::new(actor), SignOut { session }).await?;
        }
        Ok(Signed { session: None, .. }) => {
            return Err(domain::Refusal::from(IdentityRefusal::PeopleOnly).into());
        }
        Err(answer) if answer.0.code == "identity.sign_in_required" => {}
        Err(answer) => return Err(answer),
    }
    Ok((cookie(&app, "", 0), Json(())))
}

/// The session cookie: not for scripts, not for other sites, gone after `seconds`.
fn cookie(app: &App, secret: &str, seconds: i64) -> Cookie {
    let (prefix, secure) = if app.secure_cookies { ("__Host-", "; Secure") } else { ("", "") };
    let text = format!(
        "{prefix}{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    let value = HeaderValue::try_from(text).expect("a cookie of letters and digits");
    AppendHeaders([(header::SET_COOKIE, value)])
}

/// The address a request came from, where the listener or a trusted proxy tells.
pub(super) struct Client(Option<IpAddr>);

impl FromRequestParts<App> for Client {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Answer> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let client = |peer: IpAddr| client(peer, &app.trusted_proxies, &parts.headers);
        Ok(Self(peer.map(|ConnectInfo(address)| client(address.ip()))))
    }
}

/// Whoever stands behind a trusted proxy: the last hop that it names, which it wrote itself. What
/// comes before that, anyone may have written.
fn client(peer: IpAddr, trusted: &[IpAddr], headers: &HeaderMap) -> IpAddr {
    let named = || {
        let hops = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        hops.rsplit(',').next()?.trim().parse().ok()
    };
    let is_trusted = trusted.contains(&peer.to_canonical());
    if is_trusted { named().unwrap_or(peer) } else { peer }
}

/// Begins a session for a person whose password was compared before.
pub struct SignInAs {
    /// Who.
    pub person: PersonId,
    /// The kept hash that the password matched; a password set since then refuses.
    pub proven: String,
    /// The hash of what the cookie will hold.
    pub session: String,
}

impl Command for SignInAs {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "session.begin"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Person::stream(self.person)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let person: Loaded<Person> = work.load_subject(self.person)?;
        let kept = secret_of(work.tx, &person.id.to_string())?;
        if person.state.content.inactive || kept.as_deref() != Some(&self.proven) {
            return Err(Stop::Refused(IdentityRefusal::WrongCredentials.into()));
        }
        beside(work, person.id, "person.signed_in.v1")?;
        Ok(begin(work, person.id, &self.session)?)
    }
}

/// Ends a session.
pub struct SignOut {
    /// The hash of what the cookie holds.
    pub session: String,
}

impl Command for SignOut {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "session.end"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let Some(person) = work.person() else { return Ok(()) };
        let sql = "DELETE FROM sessions WHERE hash = $1 AND person = $2";
        let params = [(&self.session).into(), person.to_string().into()];
        if work.tx.execute(sql, &params)? == 0 {
            return Ok(());
        }
        beside(work, person, "person.signed_out.v1")
    }
}

/// Keeps that someone came or went, beside their record: it alters nothing of it, so nobody who
/// edits it at that moment has seen an old version.
fn beside(work: &mut Work<'_>, person: PersonId, name: &str) -> Result<(), Stop> {
    let stream = format!("attempt:{}", Person::stream(person));
    work.lock(Lock::stream(&stream))?;
    work.append_loose(&stream, name, "{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_named_by_a_trusted_proxy_and_by_nobody_else() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (proxy, other) = (ip("10.0.0.1"), ip("192.0.2.9"));
        let mut headers = HeaderMap::new();
        assert_eq!(client(proxy, &[proxy], &headers), proxy, "it names nobody");
        let forged = HeaderValue::from_static("203.0.113.1, 203.0.113.2");
        headers.append("x-forwarded-for", forged);
        headers.append("x-forwarded-for", HeaderValue::from_static("203.0.113.3, 2001:db8::7"));
        assert_eq!(client(proxy, &[proxy], &headers), ip("2001:db8::7"));
        assert_eq!(client(ip("::ffff:10.0.0.1"), &[proxy], &headers), ip("2001:db8::7"));
        assert_eq!(client(other, &[proxy], &headers), other);
    }
}
