//! The key that verdicts are signed with, and compact JWS (RFC 7515, RFC 8037) by it.

use std::sync::Arc;

use api::gate::{GateClaims, GateKey, GateVerdict};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::Permission;
use kernel::Timestamp;
use ports::{Fault, Query};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::bus::{Bus, Command, Envelope, Stop, Work};
use crate::http::{App, Signed};
use crate::keys;
use crate::problem::Answer;
use crate::read::ask;
use crate::settings::setting;

/// Under which name the seed is kept.
const SETTING: &str = "gate.key";
const KIND: &str = "interlock-gate+jws";
const MICROS: i64 = 1_000_000;

/// The key of a server, read when it is first needed.
#[derive(Clone, Default)]
pub struct SigningKey(Arc<OnceCell<Arc<Pair>>>);

/// A key pair.
pub(super) struct Pair {
    pair: Ed25519KeyPair,
    public: GateKey,
    header: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

impl SigningKey {
    /// The key pair of a database, made where there is none.
    pub(super) async fn of(&self, bus: &Bus) -> Result<Arc<Pair>, Answer> {
        let found = self.0.get_or_try_init(|| async {
            let kept = ask(&*bus.world().store, |db| setting(db, SETTING)).await?;
            let seed = match kept {
                Some(seed) => seed,
                None => bus.send(Envelope::system("gate"), MakeKey).await?.answer,
            };
            Ok::<_, Answer>(Arc::new(Pair::of(&seed)?))
        });
        Ok(Arc::clone(found.await?))
    }
}

impl Pair {
    fn of(seed: &str) -> Result<Self, Fault> {
        let pair = keys::pair(seed)?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // The members in the order that the thumbprint asks for.
        let thumb = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(thumb.as_bytes()));
        let header = Header { alg: "EdDSA".to_owned(), kid: kid.clone(), typ: KIND.to_owned() };
        let public = GateKey {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x,
            kid,
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        };
        Ok(Self { pair, public, header: encoded(&header) })
    }

    /// A verdict as a compact JWS.
    pub(super) fn sign(&self, verdict: &GateVerdict, now: Timestamp) -> String {
        let ends: Timestamp = verdict.valid_until.parse().unwrap_or(now);
        let claims = GateClaims {
            iss: "interlock".to_owned(),
            iat: now.micros().div_euclid(MICROS),
            exp: ends.micros().div_euclid(MICROS),
            verdict: verdict.verdict.clone(),
            artifact: verdict.artifact.clone(),
            environment: verdict.environment.clone(),
            purpose: verdict.purpose.clone(),
            reasons: verdict.reasons.iter().map(|reason| reason.code.clone()).collect(),
            records: verdict.records.iter().filter_map(|one| one.number.clone()).collect(),
            policy: verdict.policy,
        };
        let signed = format!("{}.{}", self.header, encoded(&claims));
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn encoded(value: &impl Serialize) -> String {
    let text = serde_json::to_vec(value).expect("texts and numbers are JSON");
    URL_SAFE_NO_PAD.encode(text)
}

/// Proves a signed verdict with a public key, at an instant, without a server. Answers what it
/// says, or what is wrong with it.
pub fn verify(signed: &str, key: &GateKey, now: Timestamp) -> Result<GateClaims, String> {
    let parts: Vec<&str> = signed.trim().split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err("this is no signed verdict: it has three parts with dots between".to_owned());
    };
    let read = |part: &str, what: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part);
        bytes.map_err(|_| format!("the {what} of this verdict cannot be read"))
    };
    let told: Header = serde_json::from_slice(&read(header, "header")?)
        .map_err(|_| "the header of this verdict cannot be read".to_owned())?;
    if told.alg != "EdDSA" || told.typ != KIND {
        return Err("this was not signed as a verdict".to_owned());
    }
    if told.kid != key.kid {
        return Err(format!("it was signed with the key {}, not with {}", told.kid, key.kid));
    }
    let public = read(&key.x, "key")?;
    let content = format!("{header}.{claims}");
    UnparsedPublicKey::new(&ED25519, public)
        .verify(content.as_bytes(), &read(signature, "signature")?)
        .map_err(|_| "the signature is wrong: this verdict was altered, or is not ours")?;
    let said: GateClaims = serde_json::from_slice(&read(claims, "content")?)
        .map_err(|_| "the content of this verdict cannot be read".to_owned())?;
    if said.exp <= now.micros().div_euclid(MICROS) {
        let ended = Timestamp::from_micros(said.exp.saturating_mul(MICROS));
        return Err(format!("this verdict ended at {ended}: ask again"));
    }
    Ok(said)
}

/// Makes the key, unless another process just did.
struct MakeKey;

impl Command for MakeKey {
    type Answer = String;

    fn verb(&self) -> &'static str {
        "gate.make_key"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<String, Stop> {
        keys::seed(work, SETTING)
    }
}

pub(super) async fn get(State(app): State<App>, _: Signed) -> Result<Json<GateKey>, Answer> {
    Ok(Json(app.gate_key.of(&app.bus).await?.public.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict() -> GateVerdict {
        GateVerdict {
            verdict: "allow".to_owned(),
            reasons: Vec::new(),
            records: Vec::new(),
            artifact: api::common::Artifact { name: None, digest: "sha256:aa".to_owned() },
            environment: "production".to_owned(),
            purpose: "deploy".to_owned(),
            until: None,
            valid_until: "2026-11-21T08:05:00Z".to_owned(),
            policy: 3,
            signed: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// The first key pair of RFC 8032, section 7.1.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

    #[test]
    fn the_key_is_the_one_that_the_rfcs_derive() {
        let pair = Pair::of(SEED).expect("a key");
        assert_eq!(pair.public.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        // RFC 8037, appendix A.3.
        assert_eq!(pair.public.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(Pair::of("short").is_err());
    }

    #[test]
    fn a_verdict_proves_itself_until_it_ends() {
        let pair = Pair::of(SEED).expect("a key");
        let signed = pair.sign(&verdict(), at("2026-11-21T08:00:00Z"));
        let said = verify(&signed, &pair.public, at("2026-11-21T08:04:59Z")).expect("it holds");
        assert_eq!((said.verdict.as_str(), said.policy, said.exp - said.iat), ("allow", 3, 300));
        let late = verify(&signed, &pair.public, at("2026-11-21T08:05:00Z"));
        assert!(late.expect_err("it ended").contains("ended at 2026-11-21T08:05:00Z"));
    }

    #[test]
    fn what_was_altered_or_signed_by_another_is_refused() {
        let pair = Pair::of(SEED).expect("a key");
        let now = at("2026-11-21T08:00:00Z");
        let signed = pair.sign(&verdict(), now);
        let parts: Vec<&str> = signed.split('.').collect();
        let denied = pair.sign(&GateVerdict { verdict: "deny".to_owned(), ..verdict() }, now);
        let claims = denied.split('.').nth(1).expect("claims");
        let mixed = format!("{}.{claims}.{}", parts[0], parts[2]);
        assert!(verify(&mixed, &pair.public, now).expect_err("altered").contains("altered"));
        let none = encoded(&Header {
            alg: "none".to_owned(),
            kid: pair.public.kid.clone(),
            typ: KIND.to_owned(),
        });
        let unsigned = format!("{none}.{}.", parts[1]);
        assert!(verify(&unsigned, &pair.public, now).is_err());
        let seed = URL_SAFE_NO_PAD.encode([7; 32]);
        let other = Pair::of(&seed).expect("a key");
        assert!(verify(&signed, &other.public, now).expect_err("other").contains("not with"));
        let posing = GateKey { kid: pair.public.kid.clone(), ..other.public.clone() };
        assert!(verify(&signed, &posing, now).is_err(), "the name of a key proves nothing");
        for wrong in ["", "a.b", "a.b.c", "....", &signed[1..]] {
            assert!(verify(wrong, &pair.public, now).is_err(), "{wrong}");
        }
    }
}
