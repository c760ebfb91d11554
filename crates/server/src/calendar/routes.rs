//! The routes of the calendar.

use axum::Json;
use axum::extract::{Path, State};
use utoipa::openapi::path::HttpMethod as M;

use api::calendar::{
    Accept, Backlog, BacklogPlan, BandDraft, BandFields, BandPreview, BandRecord, Calendar,
    Checked, Conflict, Draft, ExternalCalendar, ExternalRead, Feed, NewExternal, NewFeed, Outages,
    Slots,
};
use api::common::{Page, Reason, Written};
use domain::calendar::PeriodKind;
use domain::identity::Permission;
use kernel::{Interval, Timestamp};
use ports::Query;

use crate::asking::Reader;
use crate::bus::Stop;
use crate::calendar::overlap::{Asked, Kind};
use crate::calendar::read::calendar;
use crate::calendar::{
    AcceptConflict, RANGE_DAYS_DEFAULT, RANGE_DAYS_MAX, RemovePeriod, SavePeriod, backlog, bands,
    check, conflict, external, feed, outages, preview, slots,
};
use crate::http::{App, ListQuery, Routes, Signed, Write, wrong_parameter};
use crate::listing::word;
use crate::problem::Answer;
use crate::read::{ask, refused, wrong_name};
use crate::service::{find_region, find_service};
use crate::team::find_team;

const DAY_MINUTES: i64 = 24 * 60;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Calendar, _, _>(
            "/calendar",
            "Shows what is planned between two times, and what collides",
            "from,to,service,team,environment,region,kind,committed",
            show,
        )
        .get::<Outages, _, _>(
            "/calendar/outages",
            "Lists the projected outages of services between two times",
            "from,to,service,team,environment,region,committed",
            project,
        )
        .get::<Page<Conflict>, _, _>(
            "/conflicts",
            "Lists conflicts, open ones first",
            "subject,state,sort,limit,cursor",
            list_conflicts,
        )
        .write::<Draft, Checked, _, _>(
            M::Post,
            "/conflicts/check",
            "Checks a draft that is not saved",
            check_draft,
        )
        .get::<Slots, _, _>(
            "/slots",
            "Finds the next free slots of a record, or of CIs and services",
            "subject,services,cis,duration,after,environment,zone,limit",
            find_slots,
        )
        .write::<Backlog, BacklogPlan, _, _>(
            M::Post,
            "/plans",
            "Plans the backlog: a slot for each record that waits for a date",
            plan_backlog,
        )
        .get::<Conflict, _, _>("/conflicts/{id}", "Reads a conflict", "", get_conflict)
        .write::<Accept, Written, _, _>(
            M::Post,
            "/conflicts/{id}/accept",
            "Answers for a conflict",
            accept,
        );
    around(periods(routes))
}

/// What goes out to calendar programs, and what comes in from them.
fn around(routes: Routes) -> Routes {
    routes
        .get::<Page<Feed>, _, _>("/feeds", "Lists your feeds", "limit,cursor", feed::list)
        .write::<NewFeed, Feed, _, _>(
            M::Post,
            "/feeds",
            "Makes a calendar feed; its address is shown once",
            feed::create,
        )
        .bare::<Written, _, _>(M::Delete, "/feeds/{id}", "Takes a calendar feed back", feed::revoke)
        .get::<Page<ExternalCalendar>, _, _>(
            "/calendar/external",
            "Lists calendars that are kept elsewhere",
            "limit,cursor",
            external::list,
        )
        .write::<NewExternal, ExternalRead, _, _>(
            M::Post,
            "/calendar/external",
            "Reads an iCalendar file of a calendar that is kept elsewhere",
            external::import_file,
        )
        .bare::<Written, _, _>(
            M::Delete,
            "/calendar/external/{id}",
            "Takes an external calendar away",
            external::remove,
        )
}

fn periods(routes: Routes) -> Routes {
    use PeriodKind as K;
    let kinds = [
        (K::MaintenanceWindow, "/windows", "maintenance windows", "a maintenance window"),
        (K::PeakHours, "/peaks", "peak hours", "peak hours"),
        (K::Blackout, "/blackouts", "blackouts", "a blackout"),
        (K::BusinessEvent, "/business-events", "business events", "a business event"),
        (K::Sprint, "/sprints", "development sprints", "a development sprint"),
    ];
    kinds.into_iter().fold(routes, |routes, (kind, path, many, one)| {
        let of_one = format!("{path}/{{id}}");
        routes
            .get::<Page<BandRecord>, _, _>(
                path,
                &format!("Lists {many}"),
                "limit,cursor",
                move |app: State<App>, _: Signed, query: ListQuery| list_periods(app, query, kind),
            )
            .write::<BandFields, Written, _, _>(
                M::Post,
                path,
                &format!("Sets {one}"),
                move |app: State<App>, write: Write<BandFields>| {
                    save_period(app, write, kind, None)
                },
            )
            .write::<BandDraft, BandPreview, _, _>(
                M::Post,
                &format!("{path}/preview"),
                &format!("Previews whom {one} would hit"),
                move |app: State<App>, write: Write<BandDraft>| preview_period(app, write, kind),
            )
            .write::<BandFields, Written, _, _>(
                M::Patch,
                &of_one,
                &format!("Edits {one}"),
                move |app: State<App>, Path(id): Path<String>, write: Write<BandFields>| {
                    save_period(app, write, kind, Some(id))
                },
            )
            .bare::<Written, _, _>(
                M::Delete,
                &of_one,
                &format!("Takes {one} away"),
                move |app: State<App>, Path(id): Path<String>, write: Write<Reason>| {
                    remove_period(app, write, kind, id)
                },
            )
    })
}

async fn show(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Calendar>, Answer> {
    let range = range(&query, app.bus.world().clock.now())?;
    let kind = match query.get("kind") {
        None => None,
        Some("change") => Some(Kind::Change),
        Some("release") => Some(Kind::Release),
        Some(_) => return Err(wrong_parameter("kind", "is `change` or `release`")),
    };
    let found = ask(&*app.bus.world().store, move |db| {
        refused(asked(db, &query, range, kind).and_then(|asked| Ok(calendar(db, &asked)?)))
    });
    Ok(Json(found.await??))
}

async fn project(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Outages>, Answer> {
    let range = range(&query, app.bus.world().clock.now())?;
    let found = ask(&*app.bus.world().store, move |db| {
        refused(asked(db, &query, range, None).and_then(|asked| {
            // A release interrupts a service through one of its changes, whatever else it touches.
            let service = asked.service;
            let asked = Asked { interrupting: true, service: None, ..asked };
            Ok(outages::outages(db, &asked, service)?)
        }))
    });
    Ok(Json(found.await??))
}

/// From now on, and for a month, when nothing is said.
fn range(query: &ListQuery, now: Timestamp) -> Result<Interval, Answer> {
    let start = query.time("from")?.unwrap_or(now);
    let month = || start.plus_minutes(RANGE_DAYS_DEFAULT * DAY_MINUTES);
    let end = query.time("to")?.unwrap_or_else(month);
    let range = Interval::try_new(start, end)
        .map_err(|_| wrong_parameter("to", "is a time after `from`"))?;
    if range.minutes() > RANGE_DAYS_MAX * DAY_MINUTES {
        return Err(wrong_parameter("to", "is at most 400 days after `from`"));
    }
    Ok(range)
}

fn asked(
    db: &mut dyn Query,
    query: &ListQuery,
    range: Interval,
    kind: Option<Kind>,
) -> Result<Asked, Stop> {
    let service = query.get("service").map(|name| wrong_name("service", find_service(db, name)));
    let service = service.transpose()?;
    let team = query.get("team").map(|name| wrong_name("team", find_team(db, name))).transpose()?;
    let environment = word(query, "environment")?;
    let region = query.get("region").map(|name| wrong_name("region", find_region(db, name)));
    let region = region.transpose()?;
    let committed = query.flag("committed");
    Ok(Asked {
        range,
        service,
        team,
        environment,
        region,
        kind,
        committed,
        interrupting: false,
        cancelled: false,
    })
}

async fn list_conflicts(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Conflict>>, Answer> {
    let limit = query.limit()?;
    let found = ask(&*app.bus.world().store, move |db| {
        refused(
            word(&query, "state").and_then(|state| conflict::conflicts(db, &query, state, limit)),
        )
    });
    Ok(Json(found.await??))
}

async fn get_conflict(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Conflict>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(conflict::conflict(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

/// A question with a body: it is asked like a write, and needs no more than to read.
async fn check_draft(State(app): State<App>, write: Write<Draft>) -> Result<Json<Checked>, Answer> {
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        let permitted = asking.permit(Permission::Read).map_err(Stop::from);
        refused(permitted.and_then(|()| check::check(db, &write.body, asking.now)))
    });
    Ok(Json(found.await??))
}

async fn find_slots(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Slots>, Answer> {
    let text = |name: &str| query.get(name).map(str::to_owned);
    let list = |name: &str| {
        let names = query.get(name).into_iter().flat_map(|names| names.split(','));
        names.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let question = slots::Question {
        subject: text("subject"),
        services: list("services"),
        cis: list("cis"),
        duration: text("duration"),
        after: text("after"),
        environment: text("environment"),
        zone: text("zone"),
        limit: text("limit"),
    };
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| refused(slots::slots(db, &question, now)));
    Ok(Json(found.await??))
}

/// A question with a body, like the check of a draft. Nothing is saved.
async fn plan_backlog(
    State(app): State<App>,
    write: Write<Backlog>,
) -> Result<Json<BacklogPlan>, Answer> {
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        let permitted = asking.permit(Permission::Read).map_err(Stop::from);
        refused(permitted.and_then(|()| backlog::plan(db, &write.body, asking.now)))
    });
    Ok(Json(found.await??))
}

async fn accept(
    State(app): State<App>,
    Path(conflict): Path<String>,
    write: Write<Accept>,
) -> Result<Json<Written>, Answer> {
    let command = AcceptConflict { conflict, body: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn list_periods(
    State(app): State<App>,
    query: ListQuery,
    kind: PeriodKind,
) -> Result<Json<Page<BandRecord>>, Answer> {
    let limit = query.limit()?;
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        refused(bands::periods(db, kind, limit, query.get("cursor"), now))
    });
    Ok(Json(found.await??))
}

async fn save_period(
    State(app): State<App>,
    write: Write<BandFields>,
    kind: PeriodKind,
    period: Option<String>,
) -> Result<Json<Written>, Answer> {
    let command = SavePeriod { kind, period, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

async fn preview_period(
    State(app): State<App>,
    write: Write<BandDraft>,
    kind: PeriodKind,
) -> Result<Json<BandPreview>, Answer> {
    let reader = Reader::of(&app, &write.signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        let permitted = asking.permit(Permission::Read).map_err(Stop::from);
        refused(permitted.and_then(|()| preview::preview(db, kind, &write.body, asking.now)))
    });
    Ok(Json(found.await??))
}

async fn remove_period(
    State(app): State<App>,
    write: Write<Reason>,
    kind: PeriodKind,
    period: String,
) -> Result<Json<Written>, Answer> {
    let command = RemovePeriod { kind, period };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}
