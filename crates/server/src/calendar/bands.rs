//! Listing maintenance windows and blackouts.

use api::calendar::BandRecord;
use api::common::Page;
use domain::calendar::PeriodKind;
use kernel::ServiceId;
use ports::{Fault, Query, Row};

use crate::bus::Stop;
use crate::calendar::window;
use crate::listing::check_cursor;
use crate::names::{Names, shown_window};
use crate::read::{Statement, cursor_parts, cursor_text, present};

/// A page of periods of a kind, by their first occurrence.
pub(super) fn periods(
    db: &mut dyn Query,
    kind: PeriodKind,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<BandRecord>, Stop> {
    check_cursor(cursor)?;
    let mut statement = Statement::new(
        "SELECT start_at, id, version, name, reason, services, environment, end_at, zone, repeats \
        FROM periods",
    );
    statement.bind(" WHERE kind = ?", [kind.word().into()]);
    if let Some((start, last)) = cursor.and_then(cursor_parts) {
        statement.bind(" AND (start_at, id) > (?, ?)", [start.into(), last.into()]);
    }
    statement.push(" ORDER BY start_at, id");
    let page = statement.page(db, limit, |row| Ok(cursor_text(row.int(0)?, row.text(1)?)))?;
    let mut names = Names::default();
    Ok(present(page, |row| band(db, &mut names, &row))?)
}

fn band(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<BandRecord, Fault> {
    let columns = [row.0[0].clone(), row.0[7].clone(), row.0[8].clone()];
    let whole = window(&Row(columns.to_vec()), 0)?;
    let whole = whole.ok_or(Fault::permanent("reading a period", "it has no window"))?;
    let services: std::collections::BTreeSet<ServiceId> = crate::bus::words(row.text(5)?);
    Ok(BandRecord {
        id: row.text(1)?.to_owned(),
        version: row.int(2)?,
        name: row.text(3)?.to_owned(),
        reason: row.text(4)?.to_owned(),
        services: names.all(db, &services)?,
        environment: row.opt_text(6)?.map(str::to_owned),
        window: shown_window(&whole),
        repeats: row.text(9)?.to_owned(),
    })
}
