//! A GitHub deployment protection rule: the delivery in, signed by HMAC (`X-Hub-Signature-256`),
//! and the answer back to the address it names, as the app that is installed there.

use std::sync::{Arc, Mutex, PoisonError};

use api::common::Taken;
use api::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::gate::{GateRequest, GateRequestEvent, Telling, Word, receive};
use domain::identity::Permission;
use domain::{Artifact, Digest};
use kernel::{GateRequestId, Timestamp};
use ports::{Fault, HttpClient, HttpRequest, HttpResponse, Method, Query};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde::Deserialize;
use serde_json::json;

use crate::bus::{Command, Envelope, Loaded, Lock, Stop, Work};
use crate::http::App;
use crate::problem::Answer;

/// The event that asks.
const RULE: &str = "deployment_protection_rule";
/// The longest name of a delivery.
const DELIVERY_MAX: usize = 100;
/// For how long a request of the app is signed, in seconds; GitHub takes ten minutes.
const SIGNED_SECONDS: i64 = 540;
/// How long before its end a token is not used any more, in minutes.
const TOKEN_SPARE_MINUTES: i64 = 5;
const MICROS: i64 = 1_000_000;
const CALLING: &str = "answering GitHub";

/// How GitHub is spoken with.
#[derive(Clone)]
pub struct GitHub {
    /// What deliveries are signed with.
    secret: Arc<hmac::Key>,
    /// Where its interface is; answers go to no other place.
    api: String,
    pass: Arc<Pass>,
}

/// As whom answers are given.
enum Pass {
    /// With a token that someone made.
    Token(String),
    /// As an app, by its key.
    App { id: String, key: Box<KeyPair>, tokens: Mutex<Vec<Token>> },
}

/// A token of an installation.
#[derive(Debug, Clone)]
struct Token {
    installation: u64,
    secret: String,
    ends: Timestamp,
}

/// What someone set up.
#[derive(Debug, Clone)]
pub struct GitHubSetUp {
    /// The secret of the webhook.
    pub secret: String,
    /// Where the interface is, such as `https://api.github.com`.
    pub api: String,
    /// A token to answer with; else the app.
    pub token: Option<String>,
    /// The app: its id, and its private key as PEM.
    pub app: Option<(String, String)>,
}

impl GitHub {
    /// Reads what was set up; says what is wrong with it.
    pub fn try_new(set_up: GitHubSetUp) -> Result<Self, String> {
        let secret = set_up.secret.trim();
        if secret.is_empty() {
            return Err("the secret of the GitHub webhook is empty".to_owned());
        }
        let pass = match (set_up.token, set_up.app) {
            (Some(token), None) => Pass::Token(token.trim().to_owned()),
            (None, Some((id, pem))) => {
                Pass::App { id, key: Box::new(private_key(&pem)?), tokens: Mutex::default() }
            }
            _ => {
                let wrong = "to answer GitHub, give either a token, or the id of the app and its \
                    private key";
                return Err(wrong.to_owned());
            }
        };
        Ok(Self {
            secret: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())),
            api: set_up.api.trim_end_matches('/').to_owned(),
            pass: Arc::new(pass),
        })
    }

    /// Whether a body was signed with the secret. It takes the same time whatever is wrong.
    fn is_signed(&self, signature: Option<&str>, body: &[u8]) -> bool {
        let hex = signature.and_then(|signature| signature.strip_prefix("sha256="));
        let tag = hex.and_then(ports::from_hex).unwrap_or_default();
        hmac::verify(&self.secret, body, &tag).is_ok()
    }

    /// Whether an address is one of its own: the token goes nowhere else.
    fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.api).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Answers a request.
    pub(super) fn answer(
        &self,
        http: &dyn HttpClient,
        request: &GateRequest,
        telling: &Telling,
        now: Timestamp,
    ) -> Result<HttpResponse, Fault> {
        if !self.is_own(&request.callback) {
            let why = "the address to answer to is not GitHub's";
            return Err(Fault::permanent(CALLING, why));
        }
        let mut body = json!({
            "environment_name": request.environment,
            "comment": telling.comment,
        });
        match telling.answer {
            Word::Allow => body["state"] = json!("approved"),
            Word::Deny => body["state"] = json!("rejected"),
            // A report without a state leaves it waiting.
            Word::Wait => {}
        }
        let token = self.token(http, request.installation, now)?;
        http.send(&post(&request.callback, &token, body.to_string().into_bytes()))
    }

    fn token(
        &self,
        http: &dyn HttpClient,
        installation: Option<u64>,
        now: Timestamp,
    ) -> Result<String, Fault> {
        let (id, key, tokens) = match &*self.pass {
            Pass::Token(token) => return Ok(token.clone()),
            Pass::App { id, key, tokens } => (id, key, tokens),
        };
        let missing = || Fault::permanent(CALLING, "the delivery names no installation");
        let installation = installation.ok_or_else(missing)?;
        let mut tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|token| token.ends > now.plus_minutes(TOKEN_SPARE_MINUTES));
        if let Some(known) = tokens.iter().find(|token| token.installation == installation) {
            return Ok(known.secret.clone());
        }
        let url = format!("{}/app/installations/{installation}/access_tokens", self.api);
        let response = http.send(&post(&url, &self_signed(id, key, now)?, Vec::new()))?;
        if response.status != 201 {
            let why = format!("the app was given no token ({})", response.status);
            return Err(Fault::transient(CALLING, std::io::Error::other(why)));
        }
        let given: Given = serde_json::from_slice(&response.body)
            .map_err(|error| Fault::permanent(CALLING, error))?;
        let ends = given.expires_at.parse().unwrap_or(now);
        tokens.push(Token { installation, secret: given.token.clone(), ends });
        Ok(given.token)
    }
}

#[derive(Deserialize)]
struct Given {
    token: String,
    expires_at: String,
}

fn post(url: &str, token: &str, body: Vec<u8>) -> HttpRequest {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("authorization", &format!("Bearer {token}")),
        header("accept", "application/vnd.github+json"),
        header("x-github-api-version", "2022-11-28"),
        header("content-type", "application/json"),
    ];
    HttpRequest { method: Method::Post, url: url.to_owned(), headers, body }
}

/// The app's own pass: a JWT (RS256) of a few minutes.
fn self_signed(id: &str, key: &KeyPair, now: Timestamp) -> Result<String, Fault> {
    let seconds = now.micros().div_euclid(MICROS);
    let claims = json!({"iat": seconds - 60, "exp": seconds + SIGNED_SECONDS - 60, "iss": id});
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let content = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = rs256(key, &content)?;
    Ok(format!("{content}.{signature}"))
}

fn rs256(key: &KeyPair, content: &str) -> Result<String, Fault> {
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), content.as_bytes(), &mut signature)
        .map_err(|_| Fault::permanent(CALLING, "the key of the app does not sign"))?;
    Ok(URL_SAFE_NO_PAD.encode(signature))
}

/// A private RSA key as PEM, as GitHub hands it out (PKCS#1) or as PKCS#8.
fn private_key(pem: &str) -> Result<KeyPair, String> {
    let wrong = || "the private key of the GitHub App is no RSA key in PEM".to_owned();
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let der = STANDARD.decode(lines.collect::<String>()).map_err(|_| wrong())?;
    let key = if pem.contains("BEGIN RSA PRIVATE KEY") {
        KeyPair::from_der(&der)
    } else {
        KeyPair::from_pkcs8(&der)
    };
    key.map_err(|_| wrong())
}

/// What is read of a delivery. Fields that are not named here are not looked at.
#[derive(Debug, Deserialize)]
struct Delivery {
    environment: Option<String>,
    deployment_callback_url: Option<String>,
    deployment: Option<Deployment>,
    repository: Option<Repository>,
    installation: Option<Installation>,
}

#[derive(Debug, Deserialize)]
struct Deployment {
    sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Installation {
    id: Option<u64>,
}

/// `POST /hooks/github`.
pub async fn github_hook(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Taken>, Answer> {
    let Some(github) = &app.github else {
        let detail = "this server was not given the secret of a GitHub webhook: start it with \
            --github-secret-file";
        return Err(Problem::new("gate.not_set_up", detail).into());
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if !github.is_signed(text("x-hub-signature-256"), &body) {
        let detail = "sign the body with the secret that this server knows";
        return Err(Problem::new("gate.signature_wrong", detail).into());
    }
    let taken = |what: &str| Ok(Json(Taken { taken: what.to_owned(), incident: None }));
    if text("x-github-event") != Some(RULE) {
        return taken("nothing to do: this server answers deployment protection rules");
    }
    let delivery = text("x-github-delivery").filter(|name| name.len() <= DELIVERY_MAX);
    let Some(delivery) = delivery.filter(|name| !name.is_empty()) else {
        let detail = "the header X-GitHub-Delivery names the delivery";
        return Err(Problem::new("request.malformed", detail).into());
    };
    let read: Delivery = serde_json::from_slice(&body).map_err(|error| {
        let detail = format!("the delivery cannot be read: {error}");
        Answer(Problem::new("request.malformed", detail))
    })?;
    let Some(received) = received(delivery, read)? else {
        return taken("nothing to do: it names no commit, no environment or no address to answer");
    };
    if let GateRequestEvent::Received { callback, .. } = &received
        && !github.is_own(callback)
    {
        return taken("nothing to do: the address to answer to is not GitHub's");
    }
    let command = ReceiveRequest { delivery: delivery.to_owned(), received };
    let is_new = app.bus.send(Envelope::system("github"), command).await?.answer;
    taken(if is_new { "it will be answered" } else { "it was known" })
}

fn received(delivery: &str, read: Delivery) -> Result<Option<GateRequestEvent>, Answer> {
    let sha = read.deployment.and_then(|deployment| deployment.sha);
    let parts = (read.environment, read.deployment_callback_url, sha);
    let (Some(environment), Some(callback), Some(sha)) = parts else { return Ok(None) };
    let digest: Digest = format!("gitCommit:{sha}")
        .parse()
        .map_err(|_| Answer(Problem::new("request.malformed", "`deployment.sha` is no commit")))?;
    let repository = read.repository.and_then(|repository| repository.full_name);
    Ok(Some(GateRequestEvent::Received {
        delivery: delivery.to_owned(),
        artifact: Artifact { name: repository.clone(), digest },
        environment,
        callback,
        installation: read.installation.and_then(|installation| installation.id),
        repository,
    }))
}

/// Takes a delivery; answers whether it is new.
struct ReceiveRequest {
    delivery: String,
    received: GateRequestEvent,
}

impl Command for ReceiveRequest {
    type Answer = bool;

    fn verb(&self) -> &'static str {
        "gate.receive"
    }

    fn permission(&self) -> Permission {
        Permission::GateAsk
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<bool, Stop> {
        work.lock(Lock::name("delivery", &self.delivery))?;
        let sql = "SELECT id FROM gate_requests WHERE delivery = $1";
        let row = work.tx.query_one(sql, &[(&self.delivery).into()])?;
        let known: Option<GateRequestId> = row.map(|row| row.parsed(0)).transpose()?;
        let mut request: Loaded<GateRequest> = match known {
            Some(id) => work.peek(id)?,
            None => work.fresh(),
        };
        let events = receive(&request.state, self.received.clone());
        let is_new = !events.is_empty();
        work.append(&mut request, events)?;
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// The key of RFC 7515, appendix A.2, as GitHub hands keys out, and as other tools do.
    const PKCS1: &str = include_str!("../../tests/keys/rfc7515-a2.pem");
    const PKCS8: &str = include_str!("../../tests/keys/rfc7515-a2.pkcs8.pem");

    fn github(secret: &str) -> GitHub {
        let set_up = GitHubSetUp {
            secret: secret.to_owned(),
            api: "https://api.github.com/".to_owned(),
            token: Some("t".to_owned()),
            app: None,
        };
        GitHub::try_new(set_up).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    /// GitHub's own example, "Validating webhook deliveries".
    #[test]
    fn a_body_is_signed_by_the_secret_alone() {
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let github = github("It's a Secret to Everybody");
        assert!(github.is_signed(Some(signature), b"Hello, World!"));
        assert!(!github.is_signed(Some(signature), b"Hello, World"));
        assert!(!self::github("another").is_signed(Some(signature), b"Hello, World!"));
        let altered = format!("{}8", &signature[..signature.len() - 1]);
        for wrong in ["", "sha256=", "sha1=75", "sha256=7é", &signature[7..], altered.as_str()] {
            assert!(!github.is_signed(Some(wrong), b"Hello, World!"), "{wrong}");
        }
        assert!(!github.is_signed(None, b"Hello, World!"));
    }

    #[test]
    fn answers_go_to_github_alone() {
        let github = github("s");
        assert!(github.is_own("https://api.github.com/repos/o/r/actions/runs/1/x"));
        for wrong in [
            "https://api.github.com.evil.example/x",
            "https://evil.example/https://api.github.com/",
            "http://api.github.com/x",
            "https://api.github.com",
        ] {
            assert!(!github.is_own(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_set_up_wrong_is_told() {
        let set_up = |secret: &str, token: Option<&str>, key: Option<&str>| GitHubSetUp {
            secret: secret.to_owned(),
            api: String::new(),
            token: token.map(str::to_owned),
            app: key.map(|key| ("7".to_owned(), key.to_owned())),
        };
        for (wrong, why) in [
            (set_up(" ", Some("t"), None), "secret"),
            (set_up("s", None, None), "either a token"),
            (set_up("s", Some("t"), Some("k")), "either a token"),
            (set_up("s", None, Some("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n")), "no RSA key"),
        ] {
            let said = GitHub::try_new(wrong).err().expect("it is wrong");
            assert!(said.contains(why), "{said}");
        }
    }

    /// RFC 7515, appendix A.2.1.
    #[test]
    fn the_app_signs_as_the_rfc_does_with_a_key_of_either_form() {
        let content = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dH\
            A6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let expected = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-\
            0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK\
            5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6\
            BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypG\
            lUPQGe77Rw";
        for pem in [PKCS1, PKCS8] {
            let key = private_key(pem).expect("a key");
            assert_eq!(rs256(&key, content).expect("it signs"), expected);
        }
    }

    /// GitHub as an app speaks with it: it gives tokens to who signs as the app.
    #[derive(Default)]
    struct Installed(Mutex<Vec<String>>);

    impl HttpClient for Installed {
        fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Fault> {
            let pass = request.headers.iter().find(|(name, _)| name == "authorization");
            let pass = pass.expect("a pass").1.strip_prefix("Bearer ").expect("a bearer");
            let mut asked = self.0.lock().expect("one thread");
            let (status, body) = if request.url.ends_with("/access_tokens") {
                let signed = signed_by_the_app(pass);
                asked.push(format!("token for {} of {}", request.url, signed["iss"]));
                let ends = "2026-11-21T09:00:00Z";
                (201, json!({"token": "ghs_1", "expires_at": ends}).to_string())
            } else {
                asked.push(format!("{pass} answers {}", request.url));
                (204, String::new())
            };
            Ok(HttpResponse { status, headers: Vec::new(), body: body.into_bytes() })
        }
    }

    /// What a JWT says, once its signature is proved with the public key.
    fn signed_by_the_app(jwt: &str) -> serde_json::Value {
        let key = private_key(PKCS1).expect("a key");
        let (content, signature) = jwt.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public())
            .verify(content.as_bytes(), &signature)
            .expect("signed by the app");
        let (header, claims) = content.split_once('.').expect("two parts");
        let read = |part| URL_SAFE_NO_PAD.decode(part).expect("base64");
        assert_eq!(read(header), br#"{"alg":"RS256","typ":"JWT"}"#);
        serde_json::from_slice(&read(claims)).expect("claims")
    }

    #[test]
    fn an_app_answers_with_a_token_of_the_installation_until_that_ends() {
        let app = GitHub::try_new(GitHubSetUp {
            secret: "s".to_owned(),
            api: "https://api.github.test".to_owned(),
            token: None,
            app: Some(("7".to_owned(), PKCS1.to_owned())),
        });
        let app = app.unwrap_or_else(|wrong| panic!("{wrong}"));
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let callback = "https://api.github.test/repos/o/r/actions/runs/1/rule".to_owned();
        let mut request = GateRequest { callback, ..GateRequest::default() };
        let telling = Telling { answer: Word::Allow, comment: "it may".to_owned() };
        let http = Installed::default();
        let nobody = app.answer(&http, &request, &telling, at("2026-11-21T08:00:00Z"));
        assert!(nobody.is_err(), "no installation is named");
        request.installation = Some(5);
        for now in ["2026-11-21T08:00:00Z", "2026-11-21T08:54:59Z", "2026-11-21T08:55:00Z"] {
            let answer = app.answer(&http, &request, &telling, at(now)).expect("an answer");
            assert_eq!(answer.status, 204);
        }
        let asks = "token for https://api.github.test/app/installations/5/access_tokens of \"7\"";
        let tells = "ghs_1 answers https://api.github.test/repos/o/r/actions/runs/1/rule";
        assert_eq!(*http.0.lock().expect("one thread"), [asks, tells, tells, asks, tells]);
        let key = private_key(PKCS8).expect("a key");
        let now = at("2026-11-21T08:00:00Z");
        let said = signed_by_the_app(&self_signed("7", &key, now).expect("it signs"));
        let seconds = now.micros() / MICROS;
        let (iat, exp) = (said["iat"].as_i64(), said["exp"].as_i64());
        assert_eq!((iat, exp), (Some(seconds - 60), Some(seconds + 480)), "ten minutes at most");
    }
}
