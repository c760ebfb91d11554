//! Boards and their meetings: routes, commands, read model. The votes are those of the changes and
//! releases that stand on an agenda; here they are only read.

mod agenda;
mod board;
mod facts;
mod list;
mod meeting;
mod minutes;
mod projection;
mod read;
mod verbs;

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::cab::{
    AddItem, Arrange, Attend, BoardFields, CabBoard, Defer, ItemTime, Meeting, MeetingFields,
    MeetingRow, Minutes, NewRemark, NextItem,
};
use api::common::{Page, Reason, Written};
use serde::de::IgnoredAny;

use crate::asking::Reader;
use crate::http::{App, ListQuery, Routes, Signed, Write};
use crate::problem::Answer;
use crate::read::{ask, refused};

pub use board::SaveBoard;
pub use meeting::{PlanMeeting, cut_off, time_ran_out};
pub use projection::RUNS_OUT;
pub use verbs::{MoveMeeting, Verb};

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<CabBoard>, _, _>("/boards", "Lists boards", "limit,cursor", list_boards)
        .write::<BoardFields, Written, _, _>(M::Post, "/boards", "Sets a board up", create_board)
        .get::<CabBoard, _, _>("/boards/{id}", "Reads a board", "", get_board)
        .write::<BoardFields, Written, _, _>(M::Patch, "/boards/{id}", "Edits a board", edit_board)
        .get::<Page<MeetingRow>, _, _>(
            "/meetings",
            "Lists meetings, the latest first; those between two times when they are named",
            "board,state,from,to,limit,cursor",
            list_meetings,
        )
        .write::<MeetingFields, Written, _, _>(M::Post, "/meetings", "Calls a meeting", plan)
        .get::<Meeting, _, _>("/meetings/{id}", "Reads a meeting with its agenda", "", get_meeting)
        .get::<Minutes, _, _>(
            "/meetings/{id}/minutes",
            "Reads the minutes of a meeting as a text",
            "",
            get_minutes,
        );
    verb_routes(routes)
}

fn verb_routes(routes: Routes) -> Routes {
    let path = |verb: &str| format!("/meetings/{{id}}/{verb}");
    routes
        .write::<Arrange, Written, _, _>(M::Post, &path("arrange"), "Puts items in order", arrange)
        .write::<AddItem, Written, _, _>(M::Post, &path("add"), "Puts an item on", add)
        .write::<Defer, Written, _, _>(M::Post, &path("defer"), "Puts an item off", defer)
        .bare::<Written, _, _>(M::Post, &path("start"), "Begins a meeting", start)
        .write::<NextItem, Written, _, _>(
            M::Post,
            &path("next"),
            "Puts the next item, or one that is named, on the table",
            next,
        )
        .write::<ItemTime, Written, _, _>(
            M::Post,
            &path("time"),
            "Gives an item another length",
            time,
        )
        .write::<Attend, Written, _, _>(M::Post, &path("attend"), "Comes or goes", attend)
        .write::<NewRemark, Written, _, _>(
            M::Post,
            &path("remark"),
            "Notes something for the minutes",
            remark,
        )
        .bare::<Written, _, _>(M::Post, &path("end"), "Ends a meeting and fixes its minutes", end)
        .write::<Reason, Written, _, _>(M::Post, &path("cancel"), "Calls a meeting off", cancel)
}

async fn list_boards(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<CabBoard>>, Answer> {
    let limit = query.limit()?;
    let found = ask(&*app.bus.world().store, move |db| list::boards(db, &query, limit));
    Ok(Json(found.await?))
}

async fn get_board(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<CabBoard>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(list::board(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

async fn create_board(
    State(app): State<App>,
    write: Write<BoardFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveBoard { board: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn edit_board(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<BoardFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveBoard { board: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn list_meetings(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<MeetingRow>>, Answer> {
    let (limit, now) = (query.limit()?, app.bus.world().clock.now());
    let asked = list::Asked::of(&query)?;
    let found = ask(&*app.bus.world().store, move |db| {
        refused(list::meetings(db, &query, &asked, limit, now))
    });
    Ok(Json(found.await??))
}

async fn plan(
    State(app): State<App>,
    write: Write<MeetingFields>,
) -> Result<Json<Written>, Answer> {
    let command = PlanMeeting { fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn get_meeting(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Meeting>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(read::meeting(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

async fn get_minutes(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Minutes>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(read::meeting(db, &id, &asking).map(|meeting| minutes::minutes(&meeting)))
    });
    Ok(Json(found.await??))
}

/// The handlers of the verbs.
macro_rules! verb {
    ($name:ident, $body:ty, $make:expr) => {
        async fn $name(
            State(app): State<App>,
            Path(meeting): Path<String>,
            write: Write<$body>,
        ) -> Result<Json<Written>, Answer> {
            let make: fn($body) -> Verb = $make;
            let command = MoveMeeting { meeting, verb: make(write.body) };
            Ok(Json(app.bus.send(write.envelope, command).await?.answer))
        }
    };
}

verb!(arrange, Arrange, Verb::Arrange);
verb!(add, AddItem, Verb::Add);
verb!(defer, Defer, Verb::Defer);
verb!(start, IgnoredAny, |_| Verb::Start);
verb!(next, NextItem, Verb::Next);
verb!(time, ItemTime, Verb::Time);
verb!(attend, Attend, Verb::Attend);
verb!(remark, NewRemark, Verb::Remark);
verb!(end, IgnoredAny, |_| Verb::End);
verb!(cancel, Reason, Verb::Cancel);
