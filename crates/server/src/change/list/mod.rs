//! Listing changes. What a line shows of a change that travels in a release, its window and its
//! conflicts, are the release's.

use std::collections::BTreeMap;

use api::change::ChangeRow;
use api::common::{Page, Ref};
use domain::change::Phase;
use domain::policy::ChangeType;
use domain::vocabulary::{Environment, Tier};
use domain::{General, Missing};
use kernel::PersonId;
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::calendar::{Open, conflicts_open, window};
use crate::change::SERIES;
use crate::http::ListQuery;
use crate::listing::{
    Asked, Condition, GATHER_MAX, Index, Order, Source, among, check_cursor, ids, order, word,
};
use crate::names::{Names, find_person, find_release, shown_window};
use crate::read::{LIMIT_MAX, Statement, found, of_any, present, wrong_name};
use crate::service::{find_ci, find_service};
use crate::team::find_team;

const BY_UPDATE: Source =
    Source { from: "changes", holds: "1 = 1", key: Some("changes.updated_at"), id: "changes.id" };

const UPDATED: Order = Order {
    walk: &[BY_UPDATE],
    gather: Source { key: Some("changes.updated_at + 0"), ..BY_UPDATE },
    written: true,
};

const NUMBER: Order = Order {
    walk: &[Source { key: Some("changes.serial"), ..BY_UPDATE }],
    gather: Source { key: Some("changes.serial + 0"), ..BY_UPDATE },
    written: false,
};

/// The start of the window in force; changes without one come last.
const WINDOW: Order = Order {
    walk: &[
        Source {
            holds: "changes.start_at IS NOT NULL AND changes.release IS NULL",
            key: Some("changes.start_at"),
            ..BY_UPDATE
        },
        Source {
            from: "release_changes CROSS JOIN changes",
            holds: "release_changes.start_at IS NOT NULL \
                AND changes.id = release_changes.change \
                AND changes.release = release_changes.release",
            key: Some("release_changes.start_at"),
            id: "release_changes.change",
        },
        Source {
            from: "release_changes CROSS JOIN changes",
            holds: "release_changes.start_at IS NULL AND changes.id = release_changes.change \
                AND changes.release = release_changes.release",
            key: None,
            id: "release_changes.change",
        },
        Source {
            holds: "changes.start_at IS NULL AND changes.release IS NULL",
            key: None,
            ..BY_UPDATE
        },
    ],
    gather: Source {
        from: "changes LEFT JOIN releases ON releases.id = changes.release",
        key: Some(
            "CASE WHEN changes.release IS NULL THEN COALESCE(changes.start_at, {last}) \
            ELSE COALESCE(releases.start_at, {last}) END",
        ),
        ..BY_UPDATE
    },
    written: false,
};

const ORDERS: &[(&str, Order)] = &[("updated_at", UPDATED), ("window", WINDOW), ("number", NUMBER)];

/// The most CIs of a service whose changes are listed together.
const SERVICE_CIS_MAX: usize = 200;

/// A page of changes.
pub(super) fn list(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    me: Option<PersonId>,
) -> Result<Page<ChangeRow>, Stop> {
    page(db, query, limit, me, GATHER_MAX)
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    me: Option<PersonId>,
    gather_max: i64,
) -> Result<Page<ChangeRow>, Stop> {
    check_cursor(query.get("cursor"))?;
    let (order, descending) = order(query, ORDERS, "-updated_at")?;
    let asked = Asked {
        table: "changes",
        any_of: filters(db, query, me)?,
        order: *order,
        descending,
        cursor: query.get("cursor"),
        limit,
        gather_max,
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

/// The filters that are set. `mine` is either of two; `service` is the service by name, or any of
/// its CIs.
fn filters(
    db: &mut dyn Query,
    query: &ListQuery,
    me: Option<PersonId>,
) -> Result<Vec<Vec<Condition>>, Stop> {
    let mut all = named(db, query)?;
    all.extend(words(query)?);
    let me = Value::from(me.map(|me| me.to_string()));
    if query.flag("watched") {
        all.push(Condition::Named {
            table: "change_watchers",
            record: "change_watchers.change",
            column: "change_watchers.person",
            value: me.clone(),
            written: None,
        });
    }
    let mut any_of = vec![all];
    if query.flag("mine") {
        let mine = ["changes.requester", "changes.implementer"];
        any_of = either(&any_of, &mine.map(|column| Condition::equal(column, me.clone())));
    }
    if let Some(name) = query.get("service") {
        let service = wrong_name("service", find_service(db, name))?;
        any_of = either(&any_of, &touching(db, &service.to_string())?);
    }
    Ok(any_of)
}

/// Each set of conditions with each of the alternatives.
fn either(sets: &[Vec<Condition>], alternatives: &[Condition]) -> Vec<Vec<Condition>> {
    let with = |set: &Vec<Condition>| {
        let set = set.clone();
        alternatives.iter().map(move |one| set.iter().chain([one]).cloned().collect())
    };
    sets.iter().flat_map(with).collect()
}

/// A service by name, and each of its CIs: a page is put together of a page of each, so that a
/// change that touches several stands in it once.
fn touching(db: &mut dyn Query, service: &str) -> Result<Vec<Condition>, Stop> {
    let mut all = vec![Condition::Named {
        table: "change_services",
        record: "change_services.change",
        column: "change_services.service",
        value: service.into(),
        written: Some("change_services.updated_at"),
    }];
    let sql = "SELECT id FROM cis WHERE service = $1 LIMIT $2";
    let room = i64::try_from(SERVICE_CIS_MAX).unwrap_or(i64::MAX);
    for row in db.query(sql, &[service.into(), (room + 1).into()])? {
        all.push(on_ci(row.text(0)?));
    }
    if all.len() > SERVICE_CIS_MAX + 1 {
        let many = format!("has more than {SERVICE_CIS_MAX} CIs: filter by one of them with `ci`");
        return Err(General::Invalid(vec![Missing::new("/service", many)]).into());
    }
    Ok(all)
}

/// The filters that name another record.
fn named(db: &mut dyn Query, query: &ListQuery) -> Result<Vec<Condition>, Stop> {
    let mut all = Vec::new();
    if let Some(name) = query.get("team") {
        let team = wrong_name("team", find_team(db, name))?;
        all.push(Condition::equal("changes.team", team.to_string()));
    }
    if let Some(name) = query.get("release") {
        let release = wrong_name("release", find_release(db, name))?;
        all.push(Condition::equal("changes.release", release.to_string()));
    }
    for (parameter, column) in
        [("requester", "changes.requester"), ("implementer", "changes.implementer")]
    {
        if let Some(name) = query.get(parameter) {
            let person = wrong_name(parameter, find_person(db, name))?;
            all.push(Condition::equal(column, person.to_string()));
        }
    }
    if let Some(name) = query.get("ci") {
        let ci = wrong_name("ci", find_ci(db, name))?;
        all.push(on_ci(&ci.to_string()));
    }
    Ok(all)
}

fn on_ci(ci: &str) -> Condition {
    Condition::Named {
        table: "change_cis",
        record: "change_cis.change",
        column: "change_cis.ci",
        value: ci.into(),
        written: None,
    }
}

/// The filters of fixed words, and those that are on or off.
fn words(query: &ListQuery) -> Result<Vec<Condition>, Stop> {
    let mut all = Vec::new();
    if let Some(phase) = word::<Phase>(query, "phase")? {
        all.push(Condition::equal("changes.phase", phase.word()));
    }
    if let Some(kind) = word::<ChangeType>(query, "type")? {
        all.push(Condition::equal("changes.change_type", kind.word()));
    }
    if let Some(tier) = word::<Tier>(query, "tier")? {
        all.push(Condition::equal("changes.tier", tier.word()));
    }
    if let Some(environment) = word::<Environment>(query, "environment")? {
        // Nearly everything is in production, so no index is kept of that.
        let index = match environment {
            Environment::Production => Index::Without,
            _ => Index::Where("changes.environment <> 'production'"),
        };
        let (column, value) = ("changes.environment", environment.word().into());
        all.push(Condition::Equal { column, value, index });
    }
    let on_time = ("changes.overdue_at IS NULL", Index::Without);
    all.extend(Condition::flag(query, "overdue", "changes.overdue_at IS NOT NULL", on_time));
    let goes_on = ("changes.held = 0", Index::Without);
    all.extend(Condition::flag(query, "held", "changes.held = 1", goes_on));
    let outside = "changes.impact IS NOT NULL AND changes.release IS NULL";
    let inside = "(changes.impact IS NULL OR changes.release IS NOT NULL)";
    all.extend(Condition::flag(query, "outside_release", outside, (inside, Index::Without)));
    let raised_here = ("changes.source IS NULL", Index::Whole);
    all.extend(Condition::flag(query, "imported", "changes.source IS NOT NULL", raised_here));
    Ok(all)
}

/// The change of a number, then those whose text holds the words, best first unless an order is
/// asked for.
fn by_words(
    db: &mut dyn Query,
    words: &str,
    asked: &Asked<'_>,
    ordered: bool,
) -> Result<Vec<String>, Fault> {
    let mut candidates = Vec::new();
    let sql = "SELECT id FROM changes WHERE number = $1";
    let number = words.trim().to_uppercase();
    let number = if number.parse::<i64>().is_ok() { format!("{SERIES}-{number}") } else { number };
    if let Some(row) = db.query_one(sql, &[number.into()])? {
        candidates.push(row.text(0)?.to_owned());
    }
    for id in found(db, "change", words, LIMIT_MAX)? {
        if !candidates.contains(&id) {
            candidates.push(id);
        }
    }
    among(db, asked, &candidates, ordered)
}

const COLUMNS: &str = "changes.id, changes.number, changes.title, changes.change_type, \
    changes.phase, changes.held, changes.tier, changes.environment, changes.team, \
    changes.requester, changes.implementer, changes.outcome, changes.source_number, \
    changes.updated_at, changes.start_at, changes.end_at, changes.zone, changes.release, \
    releases.number, releases.title, releases.start_at, releases.end_at, releases.zone, \
    changes.impact, changes.overdue_at";

/// Changes as lines of a list, in the order of their ids.
pub fn rows(db: &mut dyn Query, ids: &[String]) -> Result<Vec<ChangeRow>, Fault> {
    let mut read: BTreeMap<String, Row> = BTreeMap::new();
    let sql = &format!(
        "SELECT {COLUMNS} FROM changes LEFT JOIN releases ON releases.id = changes.release WHERE "
    );
    for row in of_any(db, sql, "changes.id", ids.iter().map(Value::from))? {
        read.insert(row.text(0)?.to_owned(), row);
    }
    let (mut names, mut sides) = (Names::default(), Vec::new());
    names.load_named(db, read.values(), &[8, 9, 10])?;
    for row in read.values() {
        sides.push(row.opt_text(17)?.unwrap_or(row.text(0)?).to_owned());
    }
    let open = conflicts_open(db, &sides)?;
    let found = ids.iter().filter_map(|id| read.get(id));
    found.map(|row| shown(db, &mut names, row, &open)).collect()
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    open: &BTreeMap<String, Open>,
) -> Result<ChangeRow, Fault> {
    let (id, release) = (row.text(0)?, row.opt_text(17)?);
    let own = || window(row, 14);
    let in_force = if release.is_some() { window(row, 20)? } else { own()? };
    let open = open.get(release.unwrap_or(id)).copied().unwrap_or_default();
    Ok(ChangeRow {
        id: id.to_owned(),
        number: row.text(1)?.to_owned(),
        title: row.text(2)?.to_owned(),
        change_type: row.text(3)?.to_owned(),
        phase: row.text(4)?.to_owned(),
        held: row.bool(5)?,
        tier: row.opt_text(6)?.map(str::to_owned),
        environment: row.text(7)?.to_owned(),
        team: names.opt(db, row.opt_text(8)?)?,
        requester: names.opt(db, row.opt_text(9)?)?,
        implementer: names.opt(db, row.opt_text(10)?)?,
        release: release_ref(row)?,
        window: in_force.as_ref().map(shown_window),
        overdue_since: row.opt_time(24)?.map(|at| at.to_string()),
        outcome: row.opt_text(11)?.map(str::to_owned),
        conflicts_open: open.all,
        conflicts_blocking: open.blocking,
        source_number: row.opt_text(12)?.map(str::to_owned),
        outside_release: row.opt_text(23)?.is_some() && release.is_none(),
        updated_at: row.time(13)?.to_string(),
    })
}

fn release_ref(row: &Row) -> Result<Option<Ref>, Fault> {
    let (Some(id), Some(name)) = (row.opt_text(17)?, row.opt_text(19)?) else { return Ok(None) };
    let number = row.opt_text(18)?.map(str::to_owned);
    Ok(Some(Ref { id: id.to_owned(), number, name: name.to_owned() }))
}

/// The changes that were last written of those that touch a CI.
pub fn latest_on_ci(db: &mut dyn Query, ci: &str, limit: u32) -> Result<Vec<ChangeRow>, Fault> {
    let asked = Asked {
        table: "changes",
        any_of: vec![vec![on_ci(ci)]],
        order: UPDATED,
        descending: true,
        cursor: None,
        limit,
        gather_max: GATHER_MAX,
    };
    let page = ids(db, &asked)?;
    rows(db, &page.items)
}

/// The CIs of a change, as they were listed.
pub(super) fn cis(
    db: &mut dyn Query,
    change: &str,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Ref>, Fault> {
    let mut statement = Statement::new(
        "SELECT change_cis.place, cis.id, cis.name FROM change_cis \
        CROSS JOIN cis WHERE cis.id = change_cis.ci",
    );
    statement.bind(" AND change_cis.change = ?", [change.into()]);
    if let Some(place) = cursor.and_then(|cursor| cursor.parse::<i64>().ok()) {
        statement.bind(" AND change_cis.place > ?", [place.into()]);
    }
    statement.push(" ORDER BY change_cis.place");
    let page = statement.page(db, limit, |row| Ok(row.int(0)?.to_string()))?;
    present(page, |row| {
        Ok(Ref { id: row.text(1)?.to_owned(), number: None, name: row.text(2)?.to_owned() })
    })
}

#[cfg(test)]
mod tests;
