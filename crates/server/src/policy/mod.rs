//! The models in force: built in, as files beside this one. `GET /models` shows them as they are
//! kept.

mod models;

use axum::Json;
use axum::extract::State;

use api::common::Page;
use api::policy::Model;

use crate::http::{App, Routes, Signed};
use crate::problem::Answer;

pub use models::{Models, ModelsError};

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    routes.get::<Page<Model>, _, _>("/models", "Lists the models in force", "", list)
}

async fn list(State(app): State<App>, _: Signed) -> Result<Json<Page<Model>>, Answer> {
    Ok(Json(Page { items: app.bus.world().models.shown(), next: None }))
}

#[cfg(test)]
mod tests;
