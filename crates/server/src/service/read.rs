//! Reading services.

use std::collections::BTreeMap;

use api::common::{Page, Ref};
use api::service::Service;
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use kernel::Actor;
use ports::{Fault, Query, Row, Value};

use crate::bus::{Stop, who_is};
use crate::http::{App, ListQuery, Signed};
use crate::listing::order;
use crate::names::{Names, find_person};
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, action, ask, found, prefix_range, refused, wrong_name};
use crate::service::SERVICE_CIS_MAX;
use crate::service::find::{find_service, name_key};
use crate::team::find_team;

const COLUMNS: &str = "id, version, name, description, criticality, owner, team, \
    data_loss_minutes, known_limits, name_key, version_running, version_by, region, rank_key";

/// The orders of the list, each with its column and that column's place in a row.
const ORDERS: &[(&str, (&str, usize))] =
    &[("name", ("name_key", 9)), ("criticality", ("rank_key", 13))];

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Service>>, Answer> {
    let limit = query.limit()?;
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, limit))).await?;
    Ok(Json(page?))
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Service>, Answer> {
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| refused(whole(db, &id, &signed.actor, now)));
    Ok(Json(found.await??))
}

/// The filters of the list that are set.
struct Filter {
    team: Option<String>,
    owner: Option<String>,
}

fn page(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<Service>, Stop> {
    let team = query.get("team").map(|name| wrong_name("team", find_team(db, name)));
    let owner = query.get("owner").map(|name| wrong_name("owner", find_person(db, name)));
    let filter = Filter {
        team: team.transpose()?.map(|id| id.to_string()),
        owner: owner.transpose()?.map(|id| id.to_string()),
    };
    let prefix = query.get("q").map(name_key);
    let order = order(query, ORDERS, "name")?;
    let mut page = in_order(db, &filter, prefix.as_deref(), order, query.get("cursor"), limit)?;
    if let (Some(words), None, None) = (query.get("q"), query.get("cursor"), &page.next) {
        add_found(db, &filter, words, limit, &mut page.items)?;
    }
    Ok(Page { items: services(db, &page.items)?, next: page.next })
}

fn in_order(
    db: &mut dyn Query,
    filter: &Filter,
    prefix: Option<&str>,
    (&(column, place), descending): (&(&str, usize), bool),
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Row>, Fault> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM services WHERE 1 = 1"));
    if let Some(team) = &filter.team {
        statement.bind(" AND team = ?", [team.into()]);
    }
    if let Some(owner) = &filter.owner {
        statement.bind(" AND owner = ?", [owner.into()]);
    }
    if let Some(prefix) = prefix {
        statement.bind(" AND name_key >= ? AND name_key < ?", prefix_range(prefix));
    }
    let (than, way) = if descending { ("<", " DESC") } else { (">", "") };
    if let Some(cursor) = cursor {
        statement.bind(&format!(" AND {column} {than} ?"), [cursor.into()]);
    }
    statement.push(&format!(" ORDER BY {column}{way}"));
    statement.page(db, limit, |row| row.text(place).map(str::to_owned))
}

/// Adds the services in whose text the words occur, as far as the page has room.
fn add_found(
    db: &mut dyn Query,
    filter: &Filter,
    words: &str,
    limit: u32,
    rows: &mut Vec<Row>,
) -> Result<(), Fault> {
    let sql = format!("SELECT {COLUMNS} FROM services WHERE id = $1");
    for id in found(db, "service", words, limit)? {
        if rows.len() >= limit as usize || rows.iter().any(|row| row.0[0] == Value::from(&id)) {
            continue;
        }
        let Some(row) = db.query_one(&sql, &[id.into()])? else { continue };
        let owner_fits = filter.owner.is_none() || row.opt_text(5)? == filter.owner.as_deref();
        let team_fits = filter.team.is_none() || row.opt_text(6)? == filter.team.as_deref();
        rows.extend((owner_fits && team_fits).then_some(row));
    }
    Ok(())
}

fn services(db: &mut dyn Query, rows: &[Row]) -> Result<Vec<Service>, Fault> {
    let mut names = Names::default();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for slice in rows.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT service, COUNT(*) FROM cis WHERE ");
        statement.bind_any("service", slice.iter().map(|row| row.0[0].clone()));
        statement.push(" GROUP BY service");
        for row in statement.query(db)? {
            counts.insert(row.text(0)?.to_owned(), u32::try_from(row.int(1)?).unwrap_or(u32::MAX));
        }
    }
    rows.iter().map(|row| service(db, &mut names, row, &counts)).collect()
}

fn service(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    counts: &BTreeMap<String, u32>,
) -> Result<Service, Fault> {
    let id = row.text(0)?;
    let minutes = row.opt_int(7)?.map(|minutes| u32::try_from(minutes).unwrap_or(u32::MAX));
    Ok(Service {
        id: id.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        criticality: u8::try_from(row.int(4)?).unwrap_or(u8::MAX),
        owner: names.opt(db, row.opt_text(5)?)?,
        team: names.opt(db, row.opt_text(6)?)?,
        data_loss_minutes: minutes,
        known_limits: row.text(8)?.to_owned(),
        region: row.text(12)?.to_owned(),
        version_running: row.text(10)?.to_owned(),
        version_release: names.opt(db, row.opt_text(11)?)?,
        cis: None,
        cis_total: counts.get(id).copied().unwrap_or(0),
        actions: None,
    })
}

fn whole(
    db: &mut dyn Query,
    name: &str,
    actor: &Actor,
    now: kernel::Timestamp,
) -> Result<Service, Stop> {
    let id = find_service(db, name)?.to_string();
    let sql = format!("SELECT {COLUMNS} FROM services WHERE id = $1");
    let rows = db.query(&sql, &[(&id).into()])?;
    let mut found = services(db, &rows)?;
    let service = found.pop().ok_or(Fault::permanent("reading a service", "its row is gone"))?;
    let sql = "SELECT id, name FROM cis WHERE service = $1 ORDER BY name_key LIMIT $2";
    let cis = db.query(sql, &[id.into(), SERVICE_CIS_MAX.into()])?;
    let guard = who_is(db, actor, now)?.permit(Permission::ServiceWrite, actor);
    Ok(Service {
        cis: Some(cis.iter().map(reference).collect::<Result<_, _>>()?),
        actions: Some(vec![action("edit", guard.map_err(Into::into))]),
        ..service
    })
}

/// A row of id and name.
pub(super) fn reference(row: &Row) -> Result<Ref, Fault> {
    Ok(Ref { id: row.text(0)?.to_owned(), number: None, name: row.text(1)?.to_owned() })
}
