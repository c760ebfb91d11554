//! Reading configuration items.

use api::common::{Page, Ref};
use api::service::{Ci, Relation};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use domain::vocabulary::Environment;
use kernel::{Actor, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Stop, who_is};
use crate::http::{App, ListQuery, Signed};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, action, ask, found, prefix_range, refused, wrong_name};
use crate::service::find::{find_ci, find_service, name_key};
use crate::service::{CI_CHANGES_MAX, SHOWN_MAX};

const COLUMNS: &str = "id, version, name, kind, criticality, environment, region, \
    version_running, service, name_key, version_by";
const NEEDS: &str = "SELECT ci_relations.kind, cis.id, cis.name FROM ci_relations \
    JOIN cis ON cis.id = ci_relations.to_ci WHERE ci_relations.from_ci = $1 \
    ORDER BY cis.name_key, ci_relations.kind LIMIT $2";
const NEEDED_BY: &str = "SELECT ci_relations.kind, cis.id, cis.name FROM ci_relations \
    JOIN cis ON cis.id = ci_relations.from_ci WHERE ci_relations.to_ci = $1 \
    ORDER BY cis.name_key, ci_relations.kind LIMIT $2";

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Ci>>, Answer> {
    let limit = query.limit()?;
    let what = "is `production`, `staging`, `test` or `development`";
    let environment = query.parsed::<Environment>("environment", what)?;
    let page =
        ask(&*app.bus.world().store, move |db| refused(page(db, &query, environment, limit)));
    Ok(Json(page.await??))
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Ci>, Answer> {
    let now = app.bus.world().clock.now();
    let latest_on_ci = app.latest_on_ci;
    let found = ask(&*app.bus.world().store, move |db| {
        let ci = whole(db, &id, &signed.actor, now).and_then(|ci| {
            let changes = Some(latest_on_ci(db, &ci.id, CI_CHANGES_MAX)?);
            Ok(Ci { changes, ..ci })
        });
        refused(ci)
    });
    Ok(Json(found.await??))
}

/// The filters of the list that are set: column number, column and value.
type Filter = Vec<(usize, &'static str, Value)>;

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    environment: Option<Environment>,
    limit: u32,
) -> Result<Page<Ci>, Stop> {
    let mut filter = Filter::new();
    if let Some(name) = query.get("service") {
        let service = wrong_name("service", find_service(db, name))?;
        filter.push((8, "service", service.to_string().into()));
    }
    filter.extend(query.get("kind").map(|kind| (3, "kind", kind.into())));
    filter.extend(environment.map(|environment| (5, "environment", environment.word().into())));
    let mut page = by_name(db, &filter, query, limit)?;
    if let (Some(words), None, None) = (query.get("q"), query.get("cursor"), &page.next) {
        add_found(db, &filter, words, limit, &mut page.items)?;
    }
    let mut names = Names::default();
    let items = page.items.iter().map(|row| ci(db, &mut names, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

fn by_name(
    db: &mut dyn Query,
    filter: &Filter,
    query: &ListQuery,
    limit: u32,
) -> Result<Page<Row>, Fault> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM cis WHERE 1 = 1"));
    for (_, column, value) in filter {
        statement.bind(&format!(" AND {column} = ?"), [value.clone()]);
    }
    if let Some(words) = query.get("q") {
        statement.bind(" AND name_key >= ? AND name_key < ?", prefix_range(&name_key(words)));
    }
    if let Some(cursor) = query.get("cursor") {
        statement.bind(" AND name_key > ?", [cursor.into()]);
    }
    statement.push(" ORDER BY name_key");
    statement.page(db, limit, |row| row.text(9).map(str::to_owned))
}

/// Adds the CIs in whose text the words occur, as far as the page has room.
fn add_found(
    db: &mut dyn Query,
    filter: &Filter,
    words: &str,
    limit: u32,
    rows: &mut Vec<Row>,
) -> Result<(), Fault> {
    let sql = format!("SELECT {COLUMNS} FROM cis WHERE id = $1");
    for id in found(db, "ci", words, limit)? {
        if rows.len() >= limit as usize || rows.iter().any(|row| row.0[0] == Value::from(&id)) {
            continue;
        }
        let Some(row) = db.query_one(&sql, &[id.into()])? else { continue };
        let fits = filter.iter().all(|(column, _, value)| row.0.get(*column) == Some(value));
        rows.extend(fits.then_some(row));
    }
    Ok(())
}

fn ci(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Ci, Fault> {
    Ok(Ci {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        criticality: u8::try_from(row.int(4)?).unwrap_or(u8::MAX),
        environment: row.text(5)?.to_owned(),
        region: row.text(6)?.to_owned(),
        version_running: row.text(7)?.to_owned(),
        version_release: names.opt(db, row.opt_text(10)?)?,
        service: names.opt(db, row.opt_text(8)?)?,
        relations: None,
        dependants: None,
        changes: None,
        actions: None,
    })
}

fn whole(db: &mut dyn Query, name: &str, actor: &Actor, now: Timestamp) -> Result<Ci, Stop> {
    let id = find_ci(db, name)?.to_string();
    let sql = format!("SELECT {COLUMNS} FROM cis WHERE id = $1");
    let row = db.query_one(&sql, &[(&id).into()])?;
    let row = row.ok_or(Fault::permanent("reading a CI", "its row is gone"))?;
    let ci = ci(db, &mut Names::default(), &row)?;
    let who = who_is(db, actor, now)?;
    let guard = || who.permit(Permission::ServiceWrite, actor).map_err(Into::into);
    Ok(Ci {
        relations: Some(relations(db, NEEDS, &id)?),
        dependants: Some(relations(db, NEEDED_BY, &id)?),
        actions: Some(vec![action("edit", guard()), action("set_relations", guard())]),
        ..ci
    })
}

fn relations(db: &mut dyn Query, sql: &str, id: &str) -> Result<Vec<Relation>, Fault> {
    let rows = db.query(sql, &[id.into(), SHOWN_MAX.into()])?;
    rows.iter()
        .map(|row| {
            let ci =
                Ref { id: row.text(1)?.to_owned(), number: None, name: row.text(2)?.to_owned() };
            Ok(Relation { kind: row.text(0)?.to_owned(), ci })
        })
        .collect()
}
