//! The meetings of a board as events of a feed. The calendar reads the tables of boards and of
//! meetings and knows nothing else of them, as it does with exceptions.

use kernel::{BoardId, Interval};
use ports::{Fault, Query, Row};

use crate::calendar::ical::{Event, Writer};
use crate::calendar::overlap::ENTRIES_MAX;

/// The longest meeting, in minutes: one that began a day before may still go on.
const LONGEST_MINUTES: i64 = 24 * 60;

/// Writes the meetings of a board that touch a range, those that do not take place too.
pub(super) fn write_meetings(
    db: &mut dyn Query,
    writer: &mut Writer,
    board: BoardId,
    range: Interval,
) -> Result<(), Fault> {
    let sql = "SELECT meetings.id, meetings.number, boards.name, meetings.state, \
        meetings.start_at, meetings.end_at, meetings.cut_off, meetings.version, \
        meetings.updated_at FROM meetings JOIN boards ON boards.id = meetings.board \
        WHERE meetings.board = $1 AND meetings.start_at >= $2 AND meetings.start_at < $3 \
        AND meetings.end_at > $4 ORDER BY meetings.start_at, meetings.id LIMIT $5";
    let most = i64::try_from(ENTRIES_MAX).unwrap_or(i64::MAX);
    let params = [
        board.to_string().into(),
        range.start.plus_minutes(-LONGEST_MINUTES).into(),
        range.end.into(),
        range.start.into(),
        most.into(),
    ];
    for row in db.query(sql, &params)? {
        event(writer, &row)?;
    }
    Ok(())
}

fn event(writer: &mut Writer, row: &Row) -> Result<(), Fault> {
    let state = row.text(3)?;
    writer.event(&Event {
        id: row.text(0)?,
        updated: row.time(8)?,
        version: row.int(7)?,
        interval: Interval { start: row.time(4)?, end: row.time(5)? },
        summary: format!("{} {}", row.text(1)?, row.text(2)?),
        description: format!("{}\nthe agenda closes at {}", state.replace('_', " "), row.time(6)?),
        category: "meeting",
        status: if state == "cancelled" { "CANCELLED" } else { "CONFIRMED" },
        keeps_busy: true,
    });
    Ok(())
}
