//! Deliveries signed as Standard Webhooks asks: what was deployed is told by a sender that has no
//! token, only the secret that both know.

use std::sync::Arc;

use api::common::Taken;
use api::gate::DeploymentSeen;
use api::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Timestamp;
use ring::hmac;
use serde::Deserialize;

use crate::bus::Envelope;
use crate::gate::SeeDeployment;
use crate::http::App;
use crate::problem::Answer;

/// The message that is taken.
const SEEN: &str = "deployment.seen";
/// How far the time of a delivery may lie from now, either way, in seconds.
const TOLERANCE_SECONDS: i64 = 300;
const MICROS: i64 = 1_000_000;

/// The secret of a sender.
#[derive(Clone)]
pub struct WebhookSecret(Arc<hmac::Key>);

impl WebhookSecret {
    /// Reads a secret as it is handed out: base64, mostly behind `whsec_`.
    pub fn try_new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text));
        let bytes = bytes.ok().filter(|bytes| !bytes.is_empty());
        let bytes = bytes.ok_or("the secret of the webhook is not base64, as in `whsec_…`")?;
        Ok(Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes))))
    }

    /// Whether a delivery is to be believed; else it says why not. Of several signatures one is
    /// enough; those of another version say nothing.
    pub fn check(&self, delivery: &Delivery<'_>, now: Timestamp) -> Result<(), &'static str> {
        let Delivery { id, timestamp, signature, body } = delivery;
        let seconds: i64 = timestamp.parse().map_err(|_| "webhook-timestamp is no time")?;
        let away = now.micros().div_euclid(MICROS).saturating_sub(seconds);
        if away.saturating_abs() > TOLERANCE_SECONDS {
            return Err("webhook-timestamp is more than five minutes away from now");
        }
        let mut signed = format!("{id}.{timestamp}.").into_bytes();
        signed.extend_from_slice(body);
        let ours = |one: &str| {
            let tag = one.strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
            tag.is_some_and(|tag| hmac::verify(&self.0, &signed, &tag).is_ok())
        };
        if signature.split_ascii_whitespace().any(ours) {
            return Ok(());
        }
        Err("no signature in webhook-signature is made with the secret that this server knows")
    }
}

/// What arrived.
pub struct Delivery<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// A message. What is not named here is not looked at.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    data: serde_json::Value,
}

/// `POST /hooks/webhook`.
pub async fn webhook(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Taken>, Answer> {
    let Some(secret) = &app.webhook else {
        let detail = "this server was not given the secret of a webhook: start it with \
            --webhook-secret-file";
        return Err(Problem::new("gate.not_set_up", detail).into());
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let delivery = Delivery {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        body: &body,
    };
    let now = app.bus.world().clock.now();
    secret.check(&delivery, now).map_err(|why| Problem::new("gate.signature_wrong", why))?;
    let malformed = |error: serde_json::Error| {
        let detail = format!("the message cannot be read: {error}");
        Answer(Problem::new("request.malformed", detail))
    };
    let message: Message = serde_json::from_slice(&body).map_err(malformed)?;
    let taken = |taken: String| Ok(Json(Taken { taken, incident: None }));
    if message.kind != SEEN {
        return taken(format!("nothing to do: this server takes messages of the type {SEEN}"));
    }
    let told: DeploymentSeen = serde_json::from_value(message.data).map_err(malformed)?;
    let answer = app.bus.send(Envelope::system("webhook"), SeeDeployment { told }).await?.answer;
    taken(match answer.change {
        Some(change) => {
            format!("nothing authorised it: see {}", change.number.unwrap_or(change.name))
        }
        None => "it was authorised".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const SECONDS: i64 = 1_614_265_330;

    fn checked(timestamp: &str, signature: &str, late: i64) -> Result<(), &'static str> {
        let delivery = Delivery {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp,
            signature,
            body: b"{\"test\": 2432232314}",
        };
        let secret = WebhookSecret::try_new(SECRET).expect("a secret");
        secret.check(&delivery, Timestamp::from_micros((SECONDS + late) * MICROS))
    }

    #[test]
    fn one_signature_of_several_is_enough_and_other_versions_say_nothing() {
        let timestamp = SECONDS.to_string();
        assert_eq!(checked(&timestamp, SIGNATURE, 0), Ok(()));
        let several = format!("v1,AAAA v2,BBBB {SIGNATURE}");
        assert_eq!(checked(&timestamp, &several, 0), Ok(()));
        let altered = SIGNATURE.replace("1OE=", "1OA=");
        let other = SIGNATURE.replace("v1,", "v2,");
        for wrong in [altered.as_str(), other.as_str(), "", "v1,", "v1,é", &SIGNATURE[3..]] {
            let why = checked(&timestamp, wrong, 0).expect_err(wrong);
            assert!(why.contains("signature"), "{why}");
        }
    }

    #[test]
    fn a_delivery_is_believed_for_five_minutes_either_way() {
        let timestamp = SECONDS.to_string();
        for (late, holds) in [(300, true), (301, false), (-300, true), (-301, false)] {
            assert_eq!(checked(&timestamp, SIGNATURE, late).is_ok(), holds, "{late}");
        }
        for wrong in ["", "now", "1614265330.0", "99999999999999999999"] {
            assert!(checked(wrong, SIGNATURE, 0).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_base64() {
        for wrong in ["", "whsec_", "whsec_é", "It's a secret"] {
            assert!(WebhookSecret::try_new(wrong).is_err(), "{wrong}");
        }
    }
}
