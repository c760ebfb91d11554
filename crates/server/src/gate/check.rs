//! The question of a pipeline. It is a query; only an answer that is another than the last costs a
//! command, which judges again inside its transaction.

use api::gate::{GateQuestion, GateVerdict};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use domain::identity::Permission;

use crate::asking::Reader;
use crate::bus::Envelope;
use crate::gate::answer::{AnswerGate, judged_again, shown};
use crate::gate::facts::Asked;
use crate::http::{App, Write};
use crate::kept::Before;
use crate::problem::Answer;
use crate::read::{ask, refused};

/// A verdict as it is sent.
type Sent = ([(header::HeaderName, HeaderValue); 1], Bytes);

fn sent(verdict: Bytes) -> Sent {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], verdict)
}

pub(super) async fn check(
    State(app): State<App>,
    write: Write<GateQuestion>,
) -> Result<Sent, Answer> {
    let key = app.gate_key.of(&app.bus).await?;
    let (reader, now) = (Reader::of(&app, &write.signed), app.bus.world().clock.now());
    let before = Before::asking(&*app.bus.world().store, now);
    let asked = (write.signed.actor.label(), write.body.clone());
    if let Some(verdict) = app.verdicts.find(before, &asked) {
        return Ok(sent(verdict));
    }
    let question = write.body.clone();
    let found = ask(&*app.bus.world().store, move |db| {
        refused((|| {
            let asking = reader.ask(db)?;
            asking.permit(Permission::GateAsk)?;
            let asked = Asked::of(db, &question)?;
            let (judged, is_known) = judged_again(db, &asked, now)?;
            Ok(if is_known { Some(shown(db, &asked, &judged)?) } else { None })
        })())
    });
    let verdict = match found.await?? {
        Some(verdict) => verdict,
        None => {
            let command = AnswerGate { question: write.body };
            app.bus.send(Envelope::new(write.signed.actor), command).await?.answer
        }
    };
    let signed = key.sign(&verdict, now);
    let verdict = GateVerdict { signed: Some(signed), ..verdict };
    // Where a command was needed, it counted as a write, and this is not found again.
    let ends = [Some(&verdict.valid_until), verdict.until.as_ref()].into_iter().flatten();
    let end = ends.filter_map(|end| end.parse().ok()).min().unwrap_or(now);
    let verdict = Bytes::from(serde_json::to_vec(&verdict).expect("texts and numbers are JSON"));
    app.verdicts.keep(before, asked, verdict.clone(), end);
    Ok(sent(verdict))
}
