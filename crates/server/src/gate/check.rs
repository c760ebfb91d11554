//! The question of a pipeline. It is a query; only an answer that is another than the last costs a
//! command, which judges again inside its transaction.

use api::gate::{GateQuestion, GateVerdict};
use axum::Json;
use axum::extract::State;
use domain::identity::Permission;

use crate::asking::Reader;
use crate::bus::Envelope;
use crate::gate::answer::{AnswerGate, judged_again, shown};
use crate::gate::facts::Asked;
use crate::http::{App, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub(super) async fn check(
    State(app): State<App>,
    write: Write<GateQuestion>,
) -> Result<Json<GateVerdict>, Answer> {
    let key = app.gate_key.of(&app.bus).await?;
    let (reader, now) = (Reader::of(&app, &write.signed), app.bus.world().clock.now());
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
    Ok(Json(GateVerdict { signed: Some(signed), ..verdict }))
}
