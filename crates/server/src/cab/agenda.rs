//! The agenda of a meeting: while it is planned, made from what waits for the board; then as it
//! was closed.

use std::collections::{BTreeMap, BTreeSet};

use domain::cab::{
    AGENDA_MAX, AgendaItem, Board, Candidate, Meeting, MeetingState, Subject, awaits, compose,
};
use kernel::{MeetingId, Timestamp};
use ports::{Fault, Query, Value};

use crate::approval::{CHANGE_ROUNDS, RELEASE_ROUNDS};
use crate::cab::facts::known;

/// The agenda now.
pub(super) fn agenda(
    db: &mut dyn Query,
    board: &Board,
    id: MeetingId,
    meeting: &Meeting,
) -> Result<Vec<AgendaItem>, Fault> {
    if meeting.state != Some(MeetingState::Planned) {
        return Ok(meeting.agenda.iter().map(|item| item.item.clone()).collect());
    }
    let mut waiting = if is_first(db, id, meeting)? {
        waiting(db, board, meeting.cut_off)?
    } else {
        BTreeMap::new()
    };
    let taken = taken(db, id, meeting)?;
    waiting.retain(|subject, _| !taken.contains(&subject.id()));
    let named: BTreeSet<Subject> =
        waiting.keys().copied().chain(meeting.added.iter().copied()).collect();
    let mut candidates = Vec::with_capacity(named.len());
    for subject in named {
        let Some(known) = known(db, subject)? else { continue };
        let since = waiting.get(&subject).copied();
        let starts_at = known.starts_at();
        let awaits = awaits(known.round.as_ref(), &board.content.roles);
        candidates.push(Candidate { subject, since, awaits, tier: known.tier, starts_at });
    }
    Ok(compose(meeting, candidates))
}

/// What waits for one of the board's roles, and since when.
fn waiting(
    db: &mut dyn Query,
    board: &Board,
    before: Option<Timestamp>,
) -> Result<BTreeMap<Subject, Timestamp>, Fault> {
    let mut found: BTreeMap<Subject, Timestamp> = BTreeMap::new();
    for tables in [CHANGE_ROUNDS, RELEASE_ROUNDS] {
        let sql = format!(
            "SELECT subject, since FROM {} WHERE role = $1 AND since < $2 \
            ORDER BY since, subject LIMIT $3",
            tables.seats
        );
        let most = Value::from(i64::try_from(AGENDA_MAX).unwrap_or(i64::MAX));
        for role in &board.content.roles {
            let before = before.map_or(i64::MAX, Timestamp::micros);
            let params = [role.word().into(), Value::from(before), most.clone()];
            for row in db.query(&sql, &params)? {
                let Some(subject) = parse(row.text(0)?) else { continue };
                let since = row.time(1)?;
                let first = found.entry(subject).or_insert(since);
                *first = since.min(*first);
            }
        }
    }
    Ok(found)
}

fn parse(id: &str) -> Option<Subject> {
    let change = id.parse().ok().map(Subject::Change);
    change.or_else(|| id.parse().ok().map(Subject::Release))
}

/// Whether no planned meeting of the board closes its agenda earlier: what waits goes to the first.
fn is_first(db: &mut dyn Query, id: MeetingId, meeting: &Meeting) -> Result<bool, Fault> {
    let (Some(board), Some(cut_off)) = (meeting.board, meeting.cut_off) else { return Ok(true) };
    let sql = "SELECT 1 FROM meetings WHERE board = $1 AND state = 'planned' \
        AND (cut_off, id) < ($2, $3) LIMIT 1";
    let params = [board.to_string().into(), cut_off.into(), id.to_string().into()];
    Ok(db.query_one(sql, &params)?.is_none())
}

/// What stands on other agendas of the board that are not over.
fn taken(db: &mut dyn Query, id: MeetingId, meeting: &Meeting) -> Result<BTreeSet<String>, Fault> {
    let Some(board) = meeting.board else { return Ok(BTreeSet::new()) };
    let sql = "SELECT subject FROM meeting_items WHERE board = $1 AND meeting <> $2 \
        ORDER BY subject LIMIT $3";
    let most = Value::from(i64::try_from(AGENDA_MAX * 10).unwrap_or(i64::MAX));
    let rows = db.query(sql, &[board.to_string().into(), id.to_string().into(), most])?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}
