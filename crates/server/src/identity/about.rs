//! What this server is, for anyone who asks.

use api::identity::About;
use axum::Json;
use axum::extract::State;

use crate::http::App;
use crate::identity::read::nobody_yet;
use crate::problem::Answer;
use crate::read::ask;

pub(super) async fn get(State(app): State<App>) -> Result<Json<About>, Answer> {
    let empty = ask(&*app.bus.world().store, nobody_yet).await?;
    Ok(Json(About {
        product: "interlock".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: app.bus.world().clock.now().to_string(),
        demonstration: app.demonstration.as_deref().cloned(),
        empty,
    }))
}
