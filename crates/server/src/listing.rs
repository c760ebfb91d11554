//! Lists that filter and sort large tables. Which index leads is found by counting a few index
//! entries, not by a planner's guess, so that the same list is served the same way on both engines
//! and no combination of filters sorts, or walks through, a whole history for a handful of records.
//!
//! Three ways, in this order: an index of a filter that is kept in the wanted order; an index of a
//! filter that few records pass, whose records are sorted; the index of the order itself, past the
//! records that do not pass. What must not lead is written as `(… OR 1 = 0)`: SQLite takes no index
//! for that, and PostgreSQL, which has statistics, reads it as if nothing was added.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Page;
use domain::{General, Missing};
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::http::ListQuery;
use crate::read::{ANY_MAX, Statement, cursor_parts, cursor_text};

/// The most records that are gathered by a filter's index and sorted; filters that more records
/// pass are tried on records in the wanted order, where they are then met often enough.
pub const GATHER_MAX: i64 = 5_000;

/// Whether a condition has an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// None.
    Without,
    /// Of all records.
    Whole,
    /// Of the records of which this holds besides, as the index says it.
    Where(&'static str),
}

/// What records of a list have in common.
#[derive(Debug, Clone)]
pub enum Condition {
    /// A text column of their own has a value.
    Equal {
        /// The column.
        column: &'static str,
        /// The value.
        value: Value,
        /// Whether an index begins with the column and goes on in the order of writing.
        index: Index,
    },
    /// Something that holds or not, with a partial index in the order of writing.
    Holds {
        /// As the index says it.
        sql: &'static str,
        /// Whether there is such an index.
        index: Index,
    },
    /// A row of another table names both them and a value.
    Named {
        /// The table.
        table: &'static str,
        /// Its column that names the record.
        record: &'static str,
        /// Its column with the value.
        column: &'static str,
        /// The value.
        value: Value,
        /// Its column with the time of writing, where an index of the value goes on with it.
        written: Option<&'static str>,
    },
}

/// Rows that are read in one order through one index.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The tables. The first one leads.
    pub from: &'static str,
    /// What holds of its rows.
    pub holds: &'static str,
    /// The number they are ordered by, in which `{last}` stands for the place after all numbers;
    /// that place when absent.
    pub key: Option<&'static str>,
    /// The column with the record's id.
    pub id: &'static str,
}

/// An order of a list.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The indexes that are in this order; together they hold every record.
    pub walk: &'static [Source],
    /// Every record, ordered by something that no index serves; the record's own table leads.
    pub gather: Source,
    /// Whether it is the order of writing, in which the indexes of filters go on.
    pub written: bool,
}

/// A question of a list.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The table of the records.
    pub table: &'static str,
    /// What they must have in common: one of these sets.
    pub any_of: Vec<Vec<Condition>>,
    /// In which order.
    pub order: Order,
    /// Whether the order is turned round.
    pub descending: bool,
    /// After which record.
    pub cursor: Option<&'a str>,
    /// How many.
    pub limit: u32,
    /// The most records that are gathered and sorted: [`GATHER_MAX`].
    pub gather_max: i64,
}

/// How a set of conditions is answered.
struct Plan<'a> {
    source: Source,
    lead: Option<&'a Condition>,
}

/// The ids of a page of records.
pub fn ids(db: &mut dyn Query, asked: &Asked<'_>) -> Result<Page<String>, Fault> {
    let mut found: BTreeSet<(i64, String)> = BTreeSet::new();
    for conditions in &asked.any_of {
        for plan in plans(db, asked, conditions)? {
            for row in read(db, asked, conditions, &plan)? {
                found.insert((row.int(0)?, row.text(1)?.to_owned()));
            }
        }
    }
    let mut all: Vec<(i64, String)> = found.into_iter().collect();
    if asked.descending {
        all.reverse();
    }
    let more = all.len() > asked.limit as usize;
    all.truncate(asked.limit as usize);
    let next = all.last().filter(|_| more).map(|(key, id)| cursor_text(*key, id));
    Ok(Page { items: all.into_iter().map(|(_, id)| id).collect(), next })
}

fn plans<'a>(
    db: &mut dyn Query,
    asked: &Asked<'_>,
    conditions: &'a [Condition],
) -> Result<Vec<Plan<'a>>, Fault> {
    let leads: Vec<&Condition> = conditions.iter().filter(|one| one.may_lead()).collect();
    let mut fewest: Option<(i64, &Condition)> = None;
    for lead in &leads {
        // A single filter whose index is in the wanted order leads whatever it counts.
        let certain = leads.len() == 1 && asked.order.written && lead.is_ordered();
        let count = if certain { 0 } else { lead.count(db, asked)? };
        if fewest.is_none_or(|(least, _)| count < least) {
            fewest = Some((count, lead));
        }
    }
    Ok(match fewest {
        Some((_, lead)) if asked.order.written && lead.is_ordered() => {
            vec![Plan { source: lead.ordered(asked), lead: Some(lead) }]
        }
        Some((count, lead)) if count <= asked.gather_max => {
            vec![Plan { source: asked.order.gather, lead: Some(lead) }]
        }
        _ => asked.order.walk.iter().map(|source| Plan { source: *source, lead: None }).collect(),
    })
}

fn read(
    db: &mut dyn Query,
    asked: &Asked<'_>,
    conditions: &[Condition],
    plan: &Plan<'_>,
) -> Result<Vec<Row>, Fault> {
    let source = &plan.source;
    let (key, id, last) = (asked.key(source), source.id, asked.last());
    let mut statement = Statement::new(&format!("SELECT {key}, {id} FROM "));
    match plan.lead {
        Some(lead) => lead.leads(&mut statement, asked.table, source),
        None => statement.push(&format!("{} WHERE {}", source.from, source.holds)),
    }
    for condition in conditions {
        if !plan.lead.is_some_and(|lead| std::ptr::eq(lead, condition)) {
            condition.filters(&mut statement, asked.table);
        }
    }
    let (than, way) = if asked.descending { ("<", " DESC") } else { (">", "") };
    if let Some((at, after)) = asked.cursor.and_then(cursor_parts) {
        if source.key.is_some() {
            let piece = format!(" AND ({key}, {id}) {than} (?, ?)");
            statement.bind(&piece, [at.into(), after.into()]);
        } else if at == last {
            statement.bind(&format!(" AND {id} {than} ?"), [after.into()]);
        }
    }
    let by = source.key.map_or_else(String::new, |_| format!("{key}{way}, "));
    statement.push(&format!(" ORDER BY {by}{id}{way}"));
    statement.bind(" LIMIT ?", [Value::from(i64::from(asked.limit) + 1)]);
    statement.query(db)
}

/// Those of some records that pass, in the order asked for or, without one, as they were given;
/// no more than asked for.
pub fn among(
    db: &mut dyn Query,
    asked: &Asked<'_>,
    candidates: &[String],
    ordered: bool,
) -> Result<Vec<String>, Fault> {
    let source = &asked.order.gather;
    let mut passed: BTreeMap<String, i64> = BTreeMap::new();
    for conditions in &asked.any_of {
        for slice in candidates.chunks(ANY_MAX) {
            let (key, id) = (asked.key(source), source.id);
            let mut statement = Statement::new(&format!(
                "SELECT {key}, {id} FROM {} WHERE {} AND ",
                source.from, source.holds
            ));
            statement.bind_any(id, slice.iter().map(Value::from));
            for condition in conditions {
                condition.filters(&mut statement, asked.table);
            }
            for row in statement.query(db)? {
                passed.insert(row.text(1)?.to_owned(), row.int(0)?);
            }
        }
    }
    let mut chosen: Vec<String> =
        candidates.iter().filter(|id| passed.contains_key(*id)).cloned().collect();
    if ordered {
        chosen.sort_by_key(|id| passed.get(id).copied());
        if asked.descending {
            chosen.reverse();
        }
    }
    chosen.truncate(asked.limit as usize);
    Ok(chosen)
}

impl Asked<'_> {
    /// The place after all numbers.
    fn last(&self) -> i64 {
        if self.descending { -i64::MAX } else { i64::MAX }
    }

    fn key(&self, source: &Source) -> String {
        let last = self.last().to_string();
        source.key.map_or_else(|| last.clone(), |key| key.replace("{last}", &last))
    }
}

impl Condition {
    /// A text column with an index of its own.
    pub fn equal(column: &'static str, value: impl Into<Value>) -> Self {
        Self::Equal { column, value: value.into(), index: Index::Whole }
    }

    /// A filter that is on or off, if it is set: what holds then, and with what index.
    pub fn flag(
        query: &ListQuery,
        name: &str,
        on: &'static str,
        (off, index): (&'static str, Index),
    ) -> Option<Self> {
        let is_on = matches!(query.get(name)?, "true" | "1");
        let (sql, index) = if is_on { (on, Index::Whole) } else { (off, index) };
        Some(Self::Holds { sql, index })
    }

    /// Whether an index of it may lead.
    fn may_lead(&self) -> bool {
        match self {
            Self::Equal { index, .. } | Self::Holds { index, .. } => *index != Index::Without,
            Self::Named { .. } => true,
        }
    }

    /// Whether that index goes on in the order of writing.
    fn is_ordered(&self) -> bool {
        match self {
            Self::Equal { .. } | Self::Holds { .. } => true,
            Self::Named { written, .. } => written.is_some(),
        }
    }

    /// What its index takes, as a condition of a statement.
    fn served(&self, statement: &mut Statement) {
        match self {
            Self::Equal { column, value, index } => {
                statement.bind(&format!("{column} = ?"), [value.clone()]);
                if let Index::Where(besides) = index {
                    statement.push(&format!(" AND {besides}"));
                }
            }
            Self::Holds { sql, .. } => statement.push(sql),
            Self::Named { column, value, .. } => {
                statement.bind(&format!("{column} = ?"), [value.clone()]);
            }
        }
    }

    /// How many records pass it, as far as it matters.
    fn count(&self, db: &mut dyn Query, asked: &Asked<'_>) -> Result<i64, Fault> {
        let table = match self {
            Self::Named { table: other, .. } => *other,
            Self::Equal { .. } | Self::Holds { .. } => asked.table,
        };
        let mut statement =
            Statement::new(&format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE "));
        self.served(&mut statement);
        statement.bind(" LIMIT ?) AS some_of_them", [Value::from(asked.gather_max + 1)]);
        statement.query(db)?.first().map_or(Ok(0), |row| row.int(0))
    }

    /// The rows of its own index, in the order of writing.
    fn ordered(&self, asked: &Asked<'_>) -> Source {
        let source = asked.order.walk[0];
        match self {
            Self::Named { written: Some(written), record, .. } => {
                Source { key: Some(written), id: record, ..source }
            }
            _ => source,
        }
    }

    /// `FROM` and `WHERE`, with its index first.
    fn leads(&self, statement: &mut Statement, table: &str, source: &Source) {
        let (from, holds) = (source.from, source.holds);
        match self {
            Self::Equal { .. } | Self::Holds { .. } => {
                statement.push(&format!("{from} WHERE {holds} AND "));
            }
            // SQLite keeps the order of the tables in a CROSS JOIN.
            Self::Named { table: other, record, .. } => statement.push(&format!(
                "{other} CROSS JOIN {from} WHERE {holds} AND {table}.id = {record} AND "
            )),
        }
        self.served(statement);
    }

    /// A further condition that no index serves.
    fn filters(&self, statement: &mut Statement, table: &str) {
        match self {
            Self::Equal { column, value, .. } => {
                statement.bind(&format!(" AND ({column} = ? OR 1 = 0)"), [value.clone()]);
            }
            Self::Holds { sql, .. } => statement.push(&format!(" AND ({sql} OR 1 = 0)")),
            Self::Named { table: other, record, column, value, .. } => {
                let piece = format!(
                    " AND EXISTS (SELECT 1 FROM {other} WHERE {record} = {table}.id AND {column} = ?)"
                );
                statement.bind(&piece, [value.clone()]);
            }
        }
    }
}

/// A filter that is one of fixed words, if it is set.
pub fn word<T: std::str::FromStr<Err = String>>(
    query: &ListQuery,
    name: &str,
) -> Result<Option<T>, Stop> {
    query
        .get(name)
        .map(str::parse)
        .transpose()
        .map_err(|wrong| General::Invalid(vec![Missing::new(format!("/{name}"), wrong)]).into())
}

/// An order by name: `sort`, with a `-` before it for the last first; the usual one when nothing is
/// said.
pub fn order<'a, T>(
    query: &ListQuery,
    orders: &'a [(&'static str, T)],
    usual: &str,
) -> Result<(&'a T, bool), Stop> {
    let sort = query.get("sort").unwrap_or(usual);
    let name = sort.trim_start_matches('-');
    let found = orders.iter().find(|(known, _)| *known == name).map(|(_, order)| order);
    let order = found.ok_or_else(|| {
        let names: Vec<&str> = orders.iter().map(|(name, _)| *name).collect();
        let detail = format!("`{sort}` is not one of {}, or one after a `-`", names.join(", "));
        General::Invalid(vec![Missing::new("/sort", detail)])
    })?;
    Ok((order, sort.starts_with('-')))
}

/// Refuses a cursor that this list did not give.
pub fn check_cursor(cursor: Option<&str>) -> Result<(), Stop> {
    let known = cursor.is_none_or(|cursor| cursor_parts(cursor).is_some());
    if known { Ok(()) } else { Err(wrong_cursor()) }
}

/// Why a cursor cannot be taken.
pub fn wrong_cursor() -> Stop {
    let detail = "is no cursor of this list: take the `next` of the page before";
    General::Invalid(vec![Missing::new("/cursor", detail)]).into()
}

/// The running number in `CHG-1042`, by which numbers are ordered.
pub fn serial(number: &str) -> i64 {
    number.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
