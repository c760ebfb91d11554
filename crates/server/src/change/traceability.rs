//! The report of traceability: the changes of a period that customers meet, each with the release
//! it travels in, or none.

use api::change::Traced;
use api::common::{Page, Ref};
use kernel::Timestamp;
use ports::{Fault, Query, Row};

use crate::names::Names;
use crate::read::{Statement, cursor_parts, cursor_text};

/// A period, half open, and which of its changes are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Only those that travel in no release.
    pub(super) outside: bool,
}

const COLUMNS: &str = "changes.id, changes.number, changes.title, changes.change_type, \
    changes.impact, changes.phase, changes.outcome, changes.team";

/// Where the lines come from: what travels alone by its own time, what travels in a release by the
/// release's.
struct Source {
    from: &'static str,
    at: &'static str,
    release: &'static str,
}

const ALONE: Source = Source {
    from: "changes WHERE changes.impact IS NOT NULL AND changes.release IS NULL",
    at: "changes.met_at",
    release: "NULL, NULL, NULL",
};

const IN_RELEASE: Source = Source {
    from: "releases CROSS JOIN changes WHERE changes.release = releases.id \
        AND changes.impact IS NOT NULL",
    at: "releases.start_at",
    release: "releases.id, releases.number, releases.title",
};

/// A page of the report, in the order of time.
pub(super) fn traced(
    db: &mut dyn Query,
    period: Period,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Traced>, Fault> {
    let mut rows = slice(db, &ALONE, period, cursor, limit)?;
    if !period.outside {
        rows.extend(slice(db, &IN_RELEASE, period, cursor, limit)?);
    }
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows {
        keyed.push((row.int(8)?, row.text(0)?.to_owned(), row));
    }
    keyed.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    let more = keyed.len() > limit as usize;
    keyed.truncate(limit as usize);
    let last = keyed.last().filter(|_| more);
    let next = last.map(|(at, id, _)| cursor_text(*at, id));
    let mut names = Names::default();
    let lines = keyed.iter().map(|(_, _, row)| line(db, &mut names, row));
    Ok(Page { items: lines.collect::<Result<_, _>>()?, next })
}

/// One line more than a page holds, so that it shows whether there are more.
fn slice(
    db: &mut dyn Query,
    source: &Source,
    period: Period,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Vec<Row>, Fault> {
    let Source { from, at, release } = source;
    let mut statement = Statement::new(&format!("SELECT {COLUMNS}, {at}, {release} FROM {from}"));
    let bounds = [period.from.into(), period.to.into()];
    statement.bind(&format!(" AND {at} >= ? AND {at} < ?"), bounds);
    if let Some((after, id)) = cursor.and_then(cursor_parts) {
        // The first part alone is what an index can begin at.
        statement.bind(&format!(" AND {at} >= ?"), [after.into()]);
        statement.bind(&format!(" AND ({at}, changes.id) > (?, ?)"), [after.into(), id.into()]);
    }
    statement.bind(&format!(" ORDER BY {at}, changes.id LIMIT ?"), [(i64::from(limit) + 1).into()]);
    statement.query(db)
}

fn line(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Traced, Fault> {
    let text = |column| row.text(column).map(str::to_owned);
    let release = match (row.opt_text(9)?, row.opt_text(11)?) {
        (Some(id), Some(name)) => {
            let number = row.opt_text(10)?.map(str::to_owned);
            Some(Ref { id: id.to_owned(), number, name: name.to_owned() })
        }
        _ => None,
    };
    Ok(Traced {
        id: text(0)?,
        number: text(1)?,
        title: text(2)?,
        change_type: text(3)?,
        customer_impact: text(4)?,
        at: row.time(8)?.to_string(),
        phase: text(5)?,
        outcome: row.opt_text(6)?.map(str::to_owned),
        team: names.opt(db, row.opt_text(7)?)?,
        release,
    })
}
