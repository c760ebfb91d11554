//! Exceptions: routes, commands, read model, and their end.

mod command;
mod projection;
mod read;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::common::{Page, Reason, Written};
use api::exception::{Exception, ExceptionFields};
use domain::exception::Verb;

use crate::asking::Reader;
use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use command::{AskForException, DecideException, SERIES, exception_ends};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<Exception>, _, _>(
            "/exceptions",
            "Lists exceptions, newest first",
            "subject,state,limit,cursor",
            list,
        )
        .write::<ExceptionFields, Written, _, _>(
            M::Post,
            "/exceptions",
            "Asks for an exception",
            request,
        )
        .get::<Exception, _, _>("/exceptions/{id}", "Reads an exception", "", get)
        .write::<Reason, Written, _, _>(
            M::Post,
            "/exceptions/{id}/grant",
            "Lets its record pass",
            grant,
        )
        .write::<Reason, Written, _, _>(M::Post, "/exceptions/{id}/refuse", "Turns it down", refuse)
        .write::<Reason, Written, _, _>(M::Post, "/exceptions/{id}/revoke", "Takes it back", revoke)
}

async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Exception>>, Answer> {
    let (limit, now) = (query.limit()?, app.bus.world().clock.now());
    let found = ask(&*app.bus.world().store, move |db| refused(read::list(db, &query, limit, now)));
    Ok(Json(found.await??))
}

async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Exception>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(read::get(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

async fn request(
    State(app): State<App>,
    write: Write<ExceptionFields>,
) -> Result<Json<Written>, Answer> {
    let command = AskForException { fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// A handler of a verb: parse, one bus call, present.
macro_rules! verb {
    ($name:ident, $verb:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(exception): Path<String>,
            write: Write<Reason>,
        ) -> Result<Json<Written>, Answer> {
            let reason = write.body.reason;
            let command = DecideException { exception, verb: $verb, reason };
            Ok(Json(app.bus.send(write.envelope, command).await?.answer))
        }
    };
}

verb!(grant, Verb::Grant);
verb!(refuse, Verb::Refuse);
verb!(revoke, Verb::Revoke);
