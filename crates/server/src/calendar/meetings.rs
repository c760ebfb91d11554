//! The meetings of boards on the calendar, and those of one board as events of a feed. The calendar
//! reads the tables of boards and of meetings and knows nothing else of them, as it does with
//! exceptions.

use api::calendar::MeetingEntry;
use api::common::Ref;
use kernel::{BoardId, Interval};
use ports::{Fault, Query, Row, Value};

use crate::calendar::ical::{Event, Writer};
use crate::calendar::overlap::ENTRIES_MAX;
use crate::names::shown_window;
use crate::placement::window;

/// The most meetings of one answer.
const MEETINGS_MAX: usize = 500;

/// The longest meeting, in minutes: one that began a day before may still go on.
const LONGEST_MINUTES: i64 = 24 * 60;

/// The meetings that take place within a range, by their beginning; and whether there were more.
/// They are looked for along the index of starts, no further back than the longest one lasts.
pub(super) fn meetings(
    db: &mut dyn Query,
    range: Interval,
) -> Result<(Vec<MeetingEntry>, bool), Fault> {
    let sql = "SELECT meetings.id, meetings.number, boards.id, boards.name, meetings.start_at, \
        meetings.end_at, meetings.zone FROM meetings JOIN boards ON boards.id = meetings.board \
        WHERE meetings.start_at > $1 AND meetings.start_at < $2 AND meetings.end_at > $3 \
        AND meetings.state NOT IN ('cancelled', 'lapsed') \
        ORDER BY meetings.start_at, meetings.id LIMIT $4";
    let params = [
        range.start.plus_minutes(-LONGEST_MINUTES).into(),
        range.end.into(),
        range.start.into(),
        Value::from(i64::try_from(MEETINGS_MAX + 1).unwrap_or(i64::MAX)),
    ];
    let rows = db.query(sql, &params)?;
    let more = rows.len() > MEETINGS_MAX;
    let shown = rows.iter().take(MEETINGS_MAX).map(meeting);
    Ok((shown.collect::<Result<_, _>>()?, more))
}

fn meeting(row: &Row) -> Result<MeetingEntry, Fault> {
    let (number, board) = (row.text(1)?, row.text(3)?);
    let window = window(row, 4)?;
    let window = window.ok_or_else(|| Fault::permanent("reading a meeting", "it has no window"))?;
    Ok(MeetingEntry {
        subject: Ref {
            id: row.text(0)?.to_owned(),
            number: Some(number.to_owned()),
            name: format!("{number} {board}"),
        },
        board: Ref { id: row.text(2)?.to_owned(), number: None, name: board.to_owned() },
        window: shown_window(&window),
    })
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
    let state = row.text(3)?;
    writer.event(&Event {
        id: row.text(0)?,
        updated: row.time(8)?,
        version: row.int(7)?,
        interval: Interval { start: row.time(4)?, end: row.time(5)? },
        summary: format!("{} {}", row.text(1)?, row.text(2)?),
        description: format!("{}\nthe agenda closes at {}", state.replace('_', " "), row.time(6)?),
        category: "meeting",
        status: match state {
            "cancelled" | "lapsed" => "CANCELLED",
            _ => "CONFIRMED",
        },
        keeps_busy: true,
    });
    Ok(())
}
