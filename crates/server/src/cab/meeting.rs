//! Planning meetings: the ones that somebody calls, and the next of each schedule. Closing their
//! agendas when the cut-off passes, and the meetings themselves when their time ran out.

use api::cab::MeetingFields;
use api::common::Written;
use domain::cab::{
    Board, Meeting, MeetingEvent, Occurrence, Outcome, freeze, outcome, plan, run_out,
};
use domain::identity::Permission;
use kernel::{BoardId, MeetingId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Stop, Work};
use crate::cab::agenda::agenda;
use crate::cab::facts::{board_of, known};
use crate::follow::timers;
use crate::names::{Resolver, find_board, parse_window};

/// The series of their numbers.
const SERIES: &str = "CAB";

/// Calls a meeting outside the schedule.
pub struct PlanMeeting {
    /// What is wanted.
    pub fields: MeetingFields,
}

impl Command for PlanMeeting {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "meeting.plan"
    }

    fn permission(&self) -> Permission {
        Permission::CabWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let mut resolver = Resolver::default();
        let board = resolver.one(work.tx, "/board", &self.fields.board, find_board)?;
        let window = parse_window(&mut resolver, "/window", &self.fields.window);
        let cut_off: Option<Timestamp> = resolver.parse("/cut_off", self.fields.cut_off.as_deref());
        resolver.end()?;
        let (Some(board), Some(window)) = (board, window) else {
            unreachable!("what is missing was refused")
        };
        let _: Loaded<Board> = work.load(board)?;
        let cut_off = cut_off.unwrap_or(window.interval.start);
        let meeting = plan_at(work, board, Occurrence { window, cut_off }, false)?;
        Ok(written(&meeting))
    }
}

/// Where a meeting is now.
pub(super) fn written(meeting: &Loaded<Meeting>) -> Written {
    let number = Some(meeting.state.number.clone());
    Written { id: meeting.id.to_string(), number, version: meeting.version.0 }
}

/// Plans a meeting, and sets the timer that closes its agenda. The caller holds the board's lock.
fn plan_at(
    work: &mut Work<'_>,
    board: BoardId,
    occurrence: Occurrence,
    scheduled: bool,
) -> Result<Loaded<Meeting>, Stop> {
    use domain::Aggregate;
    let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
    let cut_off = occurrence.cut_off;
    let events = plan(number, board, occurrence, scheduled, work.now)?;
    let mut meeting: Loaded<Meeting> = work.fresh();
    work.append(&mut meeting, events)?;
    timers::set(work, cut_off, &Meeting::stream(meeting.id), "meeting.cut_off", "{}")?;
    Ok(meeting)
}

/// Plans the next meeting of a board's schedule whose agenda is open after an instant, unless one
/// is planned. The caller holds the board's lock, so that two cannot plan it at once.
pub(super) fn plan_next(
    work: &mut Work<'_>,
    board: &Loaded<Board>,
    after: Timestamp,
) -> Result<(), Stop> {
    let Some(schedule) = &board.state.content.schedule else { return Ok(()) };
    if find_scheduled(work, board.id)?.is_some() {
        return Ok(());
    }
    let Some(occurrence) = schedule.next(after) else { return Ok(()) };
    plan_at(work, board.id, occurrence, true).map(|_| ())
}

/// Calls off the planned meeting of a schedule that was changed.
pub(super) fn drop_scheduled(work: &mut Work<'_>, board: BoardId) -> Result<(), Stop> {
    let Some(id) = find_scheduled(work, board)? else { return Ok(()) };
    let mut meeting: Loaded<Meeting> = work.load(id)?;
    let reason = "the board meets at other times now".to_owned();
    work.append(&mut meeting, vec![MeetingEvent::Cancelled { reason }])
}

/// The planned meeting of a board's schedule, if there is one.
fn find_scheduled(work: &mut Work<'_>, board: BoardId) -> Result<Option<MeetingId>, Stop> {
    let sql = "SELECT id FROM meetings WHERE board = $1 AND state = 'planned' \
        AND (scheduled = 1 OR 1 = 0) ORDER BY cut_off, id LIMIT 1";
    let row = work.tx.query_one(sql, &[board.to_string().into()])?;
    Ok(row.map(|row| row.parsed(0)).transpose()?)
}

/// The cut-off passed: closes the agenda, and plans the next meeting, to which what comes later
/// goes. The caller holds the meeting's lock.
pub fn cut_off(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let Some(mut meeting) = of_stream(work, stream)? else { return Ok(()) };
    close_if_due(work, &mut meeting)
}

/// The time of a meeting ran out: it lapses, or is ended with its minutes. What it did not decide
/// waits for the next one. The caller holds the meeting's lock.
pub fn time_ran_out(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let Some(mut meeting) = of_stream(work, stream)? else { return Ok(()) };
    close_if_due(work, &mut meeting)?;
    let board = board_of(work.tx, &meeting.state)?;
    let outcomes = outcomes(work, &meeting.state, &board.state)?;
    let events = run_out(&meeting.state, outcomes, work.now);
    work.append(&mut meeting, events)
}

fn of_stream(work: &mut Work<'_>, stream: &str) -> Result<Option<Loaded<Meeting>>, Stop> {
    let id: Option<MeetingId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    id.map(|id| work.peek(id)).transpose()
}

/// What became of the items of a meeting, as the rounds stand now.
pub(super) fn outcomes(
    work: &mut Work<'_>,
    meeting: &Meeting,
    board: &Board,
) -> Result<Vec<Outcome>, Fault> {
    let mut outcomes = Vec::with_capacity(meeting.agenda.len());
    for item in &meeting.agenda {
        let subject = item.item.subject;
        let round = known(work.tx, subject)?.and_then(|known| known.round);
        outcomes.push(outcome(meeting, subject, round.as_ref(), &board.content.roles));
    }
    Ok(outcomes)
}

/// Closes the agenda of a meeting whose cut-off has passed, whoever comes first: its timer, or
/// someone who does something to it.
pub(super) fn close_if_due(work: &mut Work<'_>, meeting: &mut Loaded<Meeting>) -> Result<(), Stop> {
    if !meeting.state.is_due(work.now) {
        return Ok(());
    }
    let board = board_of(work.tx, &meeting.state)?;
    let board: Loaded<Board> = work.load(board.id)?;
    let items = agenda(work.tx, &board.state, meeting.id, &meeting.state)?;
    let events = freeze(&meeting.state, items, work.now);
    work.append(meeting, events)?;
    plan_next(work, &board, work.now)
}
