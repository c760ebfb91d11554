//! Teams: routes, read model.

mod projection;
mod read;
mod save;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod;

use api::common::{Page, Written};
use api::team::{Team, TeamFields};

use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::ask;

pub use crate::names::find_team;
pub use read::team_refs;
pub use save::SaveTeam;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<Team>, _, _>("/teams", "Lists teams", "q,limit,cursor", list)
        .write::<TeamFields, Written, _, _>(HttpMethod::Post, "/teams", "Sets a team up", create)
        .get::<Team, _, _>("/teams/{id}", "Reads a team", "", get)
        .write::<TeamFields, Written, _, _>(HttpMethod::Patch, "/teams/{id}", "Edits a team", edit)
}

async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Team>>, Answer> {
    let limit = query.limit()?;
    Ok(Json(ask(&*app.bus.world().store, move |db| read::list(db, &query, limit)).await?))
}

async fn get(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<Team>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| read::get(db, &id)).await?;
    Ok(Json(found.map_err(Answer::from)?))
}

async fn create(State(app): State<App>, write: Write<TeamFields>) -> Result<Json<Written>, Answer> {
    let command = SaveTeam { team: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<TeamFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveTeam { team: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}
