//! Listing releases: as lines, as the board, and by their deployments.

use std::collections::BTreeMap;

use api::common::{Page, Ref};
use api::deployment::DeploymentRow;
use api::release::{Board, BoardColumn, ReleaseRow};
use domain::deployment::DeploymentState;
use domain::policy::ReleasePhase as Phase;
use domain::vocabulary::{Environment, Tier};
use kernel::PersonId;
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::calendar::{Open, conflicts_open, window};
use crate::http::ListQuery;
use crate::listing::{
    Asked, Condition, GATHER_MAX, Index, Order, Source, among, check_cursor, ids, order, word,
};
use crate::names::{Names, find_person, shown_window};
use crate::read::{
    LIMIT_MAX, Statement, cursor_parts, cursor_text, found, of_any, present, wrong_name,
};
use crate::release::SERIES;
use crate::team::find_team;

/// The most releases in a column of the board.
pub(super) const COLUMN_MAX: u32 = 50;

const COLUMNS: [Phase; 8] = [
    Phase::Planning,
    Phase::Build,
    Phase::Test,
    Phase::Approval,
    Phase::Deployment,
    Phase::Verification,
    Phase::Review,
    Phase::Closed,
];

const BY_UPDATE: Source = Source {
    from: "releases",
    holds: "1 = 1",
    key: Some("releases.updated_at"),
    id: "releases.id",
};

const UPDATED: Order = Order {
    walk: &[BY_UPDATE],
    gather: Source { key: Some("releases.updated_at + 0"), ..BY_UPDATE },
    written: true,
};

const NUMBER: Order = Order {
    walk: &[Source { key: Some("releases.serial"), ..BY_UPDATE }],
    gather: Source { key: Some("releases.serial + 0"), ..BY_UPDATE },
    written: false,
};

/// The start of the window; releases without one come last.
const WINDOW: Order = Order {
    walk: &[
        Source {
            holds: "releases.start_at IS NOT NULL",
            key: Some("releases.start_at"),
            ..BY_UPDATE
        },
        Source { holds: "releases.start_at IS NULL", key: None, ..BY_UPDATE },
    ],
    gather: Source { key: Some("COALESCE(releases.start_at, {last})"), ..BY_UPDATE },
    written: false,
};

const ORDERS: &[(&str, Order)] = &[("updated_at", UPDATED), ("window", WINDOW), ("number", NUMBER)];

/// A page of releases.
pub(super) fn list(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    me: Option<PersonId>,
) -> Result<Page<ReleaseRow>, Stop> {
    check_cursor(query.get("cursor"))?;
    let (order, descending) = order(query, ORDERS, "-updated_at")?;
    let asked = Asked {
        table: "releases",
        any_of: filters(db, query, me)?,
        order: *order,
        descending,
        cursor: query.get("cursor"),
        limit,
        gather_max: GATHER_MAX,
    };
    let page = match query.get("q") {
        Some(words) => {
            let ordered = query.get("sort").is_some();
            Page { items: by_words(db, words, &asked, ordered)?, next: None }
        }
        None => ids(db, &asked)?,
    };
    Ok(Page { items: rows(db, &page.items)?, next: page.next })
}

/// The filters that are set; `mine` is one of three.
fn filters(
    db: &mut dyn Query,
    query: &ListQuery,
    me: Option<PersonId>,
) -> Result<Vec<Vec<Condition>>, Stop> {
    let mut all = words(query)?;
    if let Some(name) = query.get("team") {
        all.push(of_team(db, name)?);
    }
    if let Some(name) = query.get("owner") {
        let owner = wrong_name("owner", find_person(db, name))?;
        all.push(Condition::equal("releases.owner", owner.to_string()));
    }
    let me = Value::from(me.map(|me| me.to_string()));
    if query.flag("watched") {
        all.push(Condition::Named {
            table: "release_watchers",
            record: "release_watchers.release",
            column: "release_watchers.person",
            value: me.clone(),
            written: None,
        });
    }
    if !query.flag("mine") {
        return Ok(vec![all]);
    }
    let mine = ["releases.owner", "releases.release_manager", "releases.requester"];
    let any = mine.into_iter().map(|column| {
        let mine = Condition::equal(column, me.clone());
        all.iter().cloned().chain([mine]).collect()
    });
    Ok(any.collect())
}

fn of_team(db: &mut dyn Query, name: &str) -> Result<Condition, Stop> {
    let team = wrong_name("team", find_team(db, name))?;
    Ok(Condition::equal("releases.team", team.to_string()))
}

/// The filters of words, and the one that is on or off.
fn words(query: &ListQuery) -> Result<Vec<Condition>, Stop> {
    let plain = |column, value: &str| Condition::Equal {
        column,
        value: value.into(),
        index: Index::Without,
    };
    let mut all = Vec::new();
    if let Some(phase) = word::<Phase>(query, "phase")? {
        all.push(Condition::equal("releases.phase", phase.word()));
    }
    if let Some(model) = query.get("type") {
        all.push(Condition::equal("releases.model", model));
    }
    if let Some(tier) = word::<Tier>(query, "tier")? {
        all.push(plain("releases.tier", tier.word()));
    }
    if let Some(environment) = word::<Environment>(query, "environment")? {
        all.push(plain("releases.environment", environment.word()));
    }
    let on_time = ("releases.overdue_at IS NULL", Index::Without);
    all.extend(Condition::flag(query, "overdue", "releases.overdue_at IS NOT NULL", on_time));
    let goes_on = ("releases.held = 0", Index::Without);
    all.extend(Condition::flag(query, "held", "releases.held = 1", goes_on));
    Ok(all)
}

/// The release of a number, then those whose text holds the words, best first unless an order is
/// asked for.
fn by_words(
    db: &mut dyn Query,
    words: &str,
    asked: &Asked<'_>,
    ordered: bool,
) -> Result<Vec<String>, Fault> {
    let mut candidates = Vec::new();
    let number = words.trim().to_uppercase();
    let number = if number.parse::<i64>().is_ok() { format!("{SERIES}-{number}") } else { number };
    let sql = "SELECT id FROM releases WHERE number = $1";
    if let Some(row) = db.query_one(sql, &[number.into()])? {
        candidates.push(row.text(0)?.to_owned());
    }
    for id in found(db, "release", words, LIMIT_MAX)? {
        if !candidates.contains(&id) {
            candidates.push(id);
        }
    }
    among(db, asked, &candidates, ordered)
}

/// The board: each phase from planning to review with the releases last written, and the ones
/// closed last.
pub(super) fn board(db: &mut dyn Query, team: Option<&str>) -> Result<Board, Stop> {
    let team = team.map(|name| of_team(db, name)).transpose()?;
    let mut columns = Vec::new();
    for phase in COLUMNS {
        let in_phase = Condition::equal("releases.phase", phase.word());
        let asked = Asked {
            table: "releases",
            any_of: vec![team.iter().cloned().chain([in_phase]).collect()],
            order: UPDATED,
            descending: true,
            cursor: None,
            limit: COLUMN_MAX,
            gather_max: GATHER_MAX,
        };
        let page = ids(db, &asked)?;
        columns.push(BoardColumn {
            phase: phase.word().to_owned(),
            releases: rows(db, &page.items)?,
            more: page.next.is_some(),
        });
    }
    Ok(Board { columns })
}

const ROW: &str = "id, number, title, model, phase, state, held, approved, scheduled, owner, team, \
    start_at, end_at, zone, changes, tier, deployment_state, outcome, updated_at, overdue_at";

/// Releases as lines of a list, in the order of their ids.
pub fn rows(db: &mut dyn Query, ids: &[String]) -> Result<Vec<ReleaseRow>, Fault> {
    let mut read: BTreeMap<String, Row> = BTreeMap::new();
    let sql = &format!("SELECT {ROW} FROM releases WHERE ");
    for row in of_any(db, sql, "id", ids.iter().map(Value::from))? {
        read.insert(row.text(0)?.to_owned(), row);
    }
    let mut names = Names::default();
    names.load_named(db, read.values(), &[9, 10])?;
    let open = conflicts_open(db, ids)?;
    let found = ids.iter().filter_map(|id| read.get(id));
    found.map(|row| shown(db, &mut names, row, &open)).collect()
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    open: &BTreeMap<String, Open>,
) -> Result<ReleaseRow, Fault> {
    let id = row.text(0)?;
    let open = open.get(id).copied().unwrap_or_default();
    Ok(ReleaseRow {
        id: id.to_owned(),
        number: row.text(1)?.to_owned(),
        title: row.text(2)?.to_owned(),
        release_type: row.text(3)?.to_owned(),
        phase: row.text(4)?.to_owned(),
        state: row.text(5)?.to_owned(),
        held: row.bool(6)?,
        approved: row.bool(7)?,
        scheduled: row.bool(8)?,
        owner: names.opt(db, row.opt_text(9)?)?,
        team: names.opt(db, row.opt_text(10)?)?,
        window: window(row, 11)?.as_ref().map(shown_window),
        overdue_since: row.opt_time(19)?.map(|at| at.to_string()),
        changes: count(row, 14)?,
        tier: row.opt_text(15)?.map(str::to_owned),
        conflicts_open: open.all,
        conflicts_blocking: open.blocking,
        deployment: row.opt_text(16)?.map(str::to_owned),
        outcome: row.opt_text(17)?.map(str::to_owned),
        updated_at: row.time(18)?.to_string(),
    })
}

fn count(row: &Row, column: usize) -> Result<u32, Fault> {
    Ok(u32::try_from(row.int(column)?).unwrap_or(u32::MAX))
}

/// A page of deployments, the one begun last first; of those under way, the reader's first.
pub(super) fn deployments(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    me: Option<PersonId>,
) -> Result<Page<DeploymentRow>, Stop> {
    check_cursor(query.get("cursor"))?;
    let mut statement = Statement::new(
        "SELECT deployed_at, id, number, title, model, deployment_state, start_at, end_at, zone, \
        steps_done, steps_failed, changes FROM releases WHERE deployed_at IS NOT NULL",
    );
    if let Some(state) = word::<DeploymentState>(query, "state")? {
        statement.bind(" AND deployment_state = ?", [state.word().into()]);
    }
    let under_way = query.flag("under_way");
    if under_way {
        statement.push(" AND ");
        let states = DeploymentState::ALL.iter().filter(|state| state.is_under_way());
        statement.bind_any("deployment_state", states.map(|state| state.word().into()));
    }
    if let Some((begun, last)) = query.get("cursor").and_then(cursor_parts) {
        statement.bind(" AND (deployed_at, id) < (?, ?)", [begun.into(), last.into()]);
    }
    statement.push(" ORDER BY deployed_at DESC, id DESC");
    let page = statement.page(db, limit, |row| Ok(cursor_text(row.int(0)?, row.text(1)?)))?;
    let mut page = present(page, |row| deployment(&row))?;
    let mut names = Names::default();
    for row in &mut page.items {
        under_way::tell(db, &mut names, row, me)?;
    }
    if under_way {
        page.items.sort_by_key(|row| !row.yours);
    }
    Ok(page)
}

fn deployment(row: &Row) -> Result<DeploymentRow, Fault> {
    Ok(DeploymentRow {
        release: Ref {
            id: row.text(1)?.to_owned(),
            number: Some(row.text(2)?.to_owned()),
            name: row.text(3)?.to_owned(),
        },
        release_type: row.text(4)?.to_owned(),
        state: row.text(5)?.to_owned(),
        started_at: row.time(0)?.to_string(),
        window: window(row, 6)?.as_ref().map(shown_window),
        done: count(row, 9)?,
        failed: count(row, 10)?,
        total: count(row, 11)?,
        current: None,
        decision: None,
        waits: Vec::new(),
        update_overdue: false,
        yours: false,
    })
}

mod under_way;

#[cfg(test)]
mod tests;
