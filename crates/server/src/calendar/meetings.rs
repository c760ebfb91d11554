//! The meetings of a board as events of a feed. The calendar reads the tables of boards and of
//! meetings and knows nothing else of them, as it does with exceptions.

use domain::General;
use kernel::{BoardId, Interval, Timestamp};
use ports::{Fault, Query, Row};

use crate::bus::Stop;
use crate::calendar::ical::Writer;
use crate::calendar::overlap::ENTRIES_MAX;

/// The longest meeting, in minutes: one that began a day before may still go on.
const LONGEST_MINUTES: i64 = 24 * 60;

/// The board of an id or a name.
pub(super) fn find_board(db: &mut dyn Query, name: &str) -> Result<BoardId, Stop> {
    let sql = "SELECT id FROM boards WHERE id = $1 UNION SELECT id FROM boards \
        WHERE name_key = $2";
    match db.query_one(sql, &[name.into(), name.to_lowercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "board", name: name.to_owned() }.into()),
    }
}

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
    let updated: Timestamp = row.time(8)?;
    let status = if row.text(3)? == "cancelled" { "CANCELLED" } else { "CONFIRMED" };
    writer.line("BEGIN", "VEVENT");
    writer.line("UID", &format!("{}@interlock", row.text(0)?));
    writer.instant("DTSTAMP", updated);
    writer.instant("LAST-MODIFIED", updated);
    writer.line("SEQUENCE", &row.int(7)?.to_string());
    writer.instant("DTSTART", row.time(4)?);
    writer.instant("DTEND", row.time(5)?);
    writer.text("SUMMARY", &format!("{} {}", row.text(1)?, row.text(2)?));
    let state = row.text(3)?.replace('_', " ");
    writer.text("DESCRIPTION", &format!("{state}\nthe agenda closes at {}", row.time(6)?));
    writer.text("CATEGORIES", "meeting");
    writer.line("STATUS", status);
    writer.line("TRANSP", "OPAQUE");
    writer.line("END", "VEVENT");
    Ok(())
}
