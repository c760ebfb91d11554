//! Listing boards and meetings.

use api::cab::{CabBoard, MeetingRow};
use api::common::{Page, Ref};
use domain::General;
use domain::cab::{Board, MeetingState};
use domain::identity::Permission;
use kernel::{BoardId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::asking::Asking;
use crate::bus::{Stop, find_state};
use crate::cab::board;
use crate::calendar::window;
use crate::http::{ListQuery, wrong_parameter};
use crate::names::{Names, find_board, shown_window};
use crate::problem::Answer;
use crate::read::{Statement, action, cursor_parts, cursor_text, present, wrong_name};

/// A page of boards by name.
pub(super) fn boards(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
) -> Result<Page<CabBoard>, Fault> {
    let mut statement = Statement::new("SELECT id, name_key FROM boards WHERE name_key > ");
    statement.bind("?", [query.get("cursor").unwrap_or_default().into()]);
    statement.push(" ORDER BY name_key");
    let rows = statement.page(db, limit, |row| row.text(1).map(str::to_owned))?;
    let mut items = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        items.extend(shown(db, row.parsed(0)?)?);
    }
    Ok(Page { items, next: rows.next })
}

/// A board by id or name.
pub(super) fn board(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<CabBoard, Stop> {
    let id = find_board(db, name)?;
    let unknown = || General::Unknown { kind: "board", name: name.to_owned() };
    let found = shown(db, id)?.ok_or_else(unknown)?;
    // To edit it, and to call a meeting of it, a permission is all that is asked.
    let may = |verb: &str| action(verb, asking.permit(Permission::CabWrite));
    Ok(CabBoard { actions: Some(vec![may("edit"), may("plan")]), ..found })
}

fn shown(db: &mut dyn Query, id: BoardId) -> Result<Option<CabBoard>, Fault> {
    let Some(found) = find_state::<Board>(db, id)? else { return Ok(None) };
    let (content, mut names) = (&found.state.content, Names::default());
    Ok(Some(CabBoard {
        id: id.to_string(),
        version: found.version.0,
        name: content.name.clone(),
        chair: names.opt(db, content.chair)?,
        members: names.all(db, &content.members)?,
        roles: content.roles.iter().map(|role| role.word().to_owned()).collect(),
        schedule: content.schedule.as_ref().map(board::shown),
        next: next(db, id)?,
        actions: None,
    }))
}

/// The meeting of a board that comes first, among those that did not begin.
fn next(db: &mut dyn Query, board: BoardId) -> Result<Option<Ref>, Fault> {
    let mut found: Vec<(i64, Ref)> = Vec::new();
    for state in [MeetingState::Planned, MeetingState::Frozen, MeetingState::InSession] {
        let sql = "SELECT id, number, start_at FROM meetings WHERE board = $1 AND state = $2 \
            ORDER BY cut_off, id LIMIT 1";
        let row = db.query_one(sql, &[board.to_string().into(), state.word().into()])?;
        if let Some(row) = row {
            let (id, number) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            found.push((row.int(2)?, Ref { id, number: Some(number.clone()), name: number }));
        }
    }
    Ok(found.into_iter().min_by_key(|(start, _)| *start).map(|(_, meeting)| meeting))
}

/// Which meetings are asked for.
pub(super) struct Asked {
    state: Option<MeetingState>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Asked {
    pub(super) fn of(query: &ListQuery) -> Result<Self, Answer> {
        let words: Vec<&str> = MeetingState::ALL.iter().map(|state| state.word()).collect();
        let what = format!("is one of {}", words.join(", "));
        let (from, to) = (query.time("from")?, query.time("to")?);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(wrong_parameter("to", "is a time after `from`"));
        }
        Ok(Self { state: query.parsed("state", &what)?, from, to })
    }
}

/// A page of meetings, the latest first.
pub(super) fn meetings(
    db: &mut dyn Query,
    query: &ListQuery,
    asked: &Asked,
    limit: u32,
    now: Timestamp,
) -> Result<Page<MeetingRow>, Stop> {
    let mut statement = Statement::new(
        "SELECT id, number, board, state, start_at, end_at, zone, cut_off, items FROM meetings \
        WHERE 1 = 1",
    );
    if let Some(name) = query.get("board") {
        let board = wrong_name("board", find_board(db, name))?;
        statement.bind(" AND (board = ? OR 1 = 0)", [board.to_string().into()]);
    }
    if let Some(state) = asked.state {
        statement.bind(" AND (state = ? OR 1 = 0)", [state.word().into()]);
    }
    if let Some(to) = asked.to {
        statement.bind(" AND start_at < ?", [to.into()]);
    }
    if let Some(from) = asked.from {
        statement.bind(" AND end_at > ?", [from.into()]);
        // No meeting lasts longer than a day, so that the index of starts leads.
        statement.bind(" AND start_at > ?", [from.plus_minutes(-24 * 60).into()]);
    }
    if let Some((start_at, id)) = query.get("cursor").and_then(cursor_parts) {
        statement.bind(" AND (start_at, id) < (?, ?)", [Value::from(start_at), id.into()]);
    }
    statement.push(" ORDER BY start_at DESC, id DESC");
    let rows = statement.page(db, limit, |row| Ok(cursor_text(row.int(4)?, row.text(0)?)))?;
    let mut names = Names::default();
    Ok(present(rows, |row| line(db, &mut names, &row, now))?)
}

fn line(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    now: Timestamp,
) -> Result<MeetingRow, Fault> {
    let board = row.text(2)?;
    let unnamed = || Ref { id: board.to_owned(), number: None, name: board.to_owned() };
    let cut_off = row.time(7)?;
    let window = window(row, 4)?;
    let window = window.ok_or_else(|| Fault::permanent("reading a meeting", "it has no window"))?;
    let state: MeetingState = row.parsed(3)?;
    let state = state.at(cut_off, window.interval.end, now);
    Ok(MeetingRow {
        id: row.text(0)?.to_owned(),
        number: row.text(1)?.to_owned(),
        board: names.get(db, board)?.unwrap_or_else(unnamed),
        state: state.word().to_owned(),
        window: shown_window(&window),
        cut_off: cut_off.to_string(),
        items: row.opt_int(8)?.map(|items| u32::try_from(items).unwrap_or(u32::MAX)),
    })
}
