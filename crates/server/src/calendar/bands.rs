//! Listing the periods of the calendar.

use std::collections::BTreeSet;

use api::calendar::{BandRecord, Occurrence};
use api::common::Page;
use domain::calendar::{PeriodKind, Schedule, clock_change};
use domain::vocabulary::Window;
use kernel::{ServiceId, Timestamp};
use ports::{Fault, Query, Row};

use crate::bus::Stop;
use crate::listing::check_cursor;
use crate::names::{Names, shown_window};
use crate::placement::schedule;
use crate::read::{Statement, cursor_parts, cursor_text, present};

/// How many of the next occurrences are shown.
const NEXT_MAX: usize = 5;

/// A page of periods of a kind, by their first occurrence.
pub(super) fn periods(
    db: &mut dyn Query,
    kind: PeriodKind,
    limit: u32,
    cursor: Option<&str>,
    now: Timestamp,
) -> Result<Page<BandRecord>, Stop> {
    check_cursor(cursor)?;
    let mut statement = Statement::new(
        "SELECT start_at, id, version, name, reason, services, environment, start_at, end_at, \
        zone, repeats, except_on, also_on FROM periods",
    );
    statement.bind(" WHERE kind = ?", [kind.word().into()]);
    if let Some((start, last)) = cursor.and_then(cursor_parts) {
        statement.bind(" AND (start_at, id) > (?, ?)", [start.into(), last.into()]);
    }
    statement.push(" ORDER BY start_at, id");
    let page = statement.page(db, limit, |row| Ok(cursor_text(row.int(0)?, row.text(1)?)))?;
    let mut names = Names::default();
    Ok(present(page, |row| band(db, &mut names, &row, now))?)
}

fn band(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    now: Timestamp,
) -> Result<BandRecord, Fault> {
    let schedule = schedule(row, 7)?;
    let schedule = schedule.ok_or(Fault::permanent("reading a period", "it has no window"))?;
    let services: BTreeSet<ServiceId> = crate::bus::words(row.text(5)?);
    Ok(BandRecord {
        id: row.text(1)?.to_owned(),
        version: row.int(2)?,
        name: row.text(3)?.to_owned(),
        reason: row.text(4)?.to_owned(),
        services: names.all(db, &services)?,
        environment: row.opt_text(6)?.map(str::to_owned),
        window: shown_window(&schedule.window),
        repeats: schedule.repeats.to_string(),
        except: schedule.except.iter().map(ToString::to_string).collect(),
        also: schedule.also.iter().map(ToString::to_string).collect(),
        next: next(&schedule, now),
    })
}

/// The next occurrences of a schedule.
pub(super) fn next(schedule: &Schedule, now: Timestamp) -> Vec<Occurrence> {
    let zone = &schedule.window.zone;
    let occurrence = |interval| Occurrence {
        window: shown_window(&Window { interval, zone: zone.clone() }),
        clock_moves: clock_change(interval, zone).unwrap_or(0),
    };
    schedule.next(now, NEXT_MAX).into_iter().map(occurrence).collect()
}
