//! One meeting, whole: its agenda with what the board says of each item, who is there, and what
//! may be done.

use api::cab as wire;
use api::common::Ref;
use domain::General;
use domain::cab::{
    AgendaItem, Board, Decision, Meeting, MeetingState, Outcome, Subject, Verb, guard, outcome,
};
use domain::identity::{Permission, Role};
use kernel::{PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::cab::agenda::agenda;
use crate::cab::facts::{board_of, facts, find_meeting, known};
use crate::names::{Names, shown_window};
use crate::read::action;

/// The most people who are shown as sitting on a board.
const SEATS_SHOWN: i64 = 500;

/// The meeting of an id or a number.
pub(super) fn meeting(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<wire::Meeting, Stop> {
    let id = find_meeting(db, name)?;
    let unknown = || General::Unknown { kind: "meeting", name: name.to_owned() };
    let loaded = find_state::<Meeting>(db, id)?.ok_or_else(unknown)?;
    let board = board_of(db, &loaded.state)?;
    Ok(shown(db, &loaded, &board, asking)?)
}

fn shown(
    db: &mut dyn Query,
    loaded: &Loaded<Meeting>,
    board: &Loaded<Board>,
    asking: &Asking,
) -> Result<wire::Meeting, Fault> {
    let (meeting, content) = (&loaded.state, &board.state.content);
    let mut names = Names::default();
    let n = &mut names;
    let mut items = Vec::new();
    for item in agenda(db, &board.state, loaded.id, meeting)? {
        items.extend(shown_item(db, n, meeting, &board.state, &item)?);
    }
    let none = || Fault::permanent("reading a meeting", "it was never planned");
    let window = meeting.window.as_ref().ok_or_else(none)?;
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(wire::Meeting {
        id: loaded.id.to_string(),
        number: meeting.number.clone(),
        version: loaded.version.0,
        board: Ref { id: board.id.to_string(), number: None, name: content.name.clone() },
        chair: n.opt(db, content.chair)?,
        state: meeting.state_at(asking.now).word().to_owned(),
        window: shown_window(window),
        cut_off: text(meeting.cut_off).unwrap_or_default(),
        agenda: items,
        deferred: deferred(db, n, meeting)?,
        current: meeting.current.map(|subject| subject.id()),
        members: members(db, n, &board.state)?,
        attendance: attendance(db, n, meeting)?,
        remarks: remarks(db, n, meeting)?,
        started_at: text(meeting.started_at),
        ended_at: text(meeting.ended_at),
        overrun: meeting.overrun,
        cancelled: meeting.cancelled.clone(),
        actions: actions(db, meeting, &board.state, asking)?,
    })
}

fn actions(
    db: &mut dyn Query,
    meeting: &Meeting,
    board: &Board,
    asking: &Asking,
) -> Result<Vec<api::common::Action>, Fault> {
    let facts = facts(db, board, meeting, asking)?;
    let shown = Verb::ALL.iter().map(|verb| {
        let guarded = guard(*verb, meeting, &facts);
        action(verb.word(), guarded.and_then(|()| asking.permit(Permission::CabAttend)))
    });
    Ok(shown.collect())
}

fn shown_item(
    db: &mut dyn Query,
    names: &mut Names,
    meeting: &Meeting,
    board: &Board,
    item: &AgendaItem,
) -> Result<Option<wire::AgendaItem>, Fault> {
    let subject = item.subject;
    let Some(known) = known(db, subject)? else { return Ok(None) };
    let held = meeting.item(subject);
    let kept = held.and_then(|held| held.outcome.clone());
    let live = outcome(meeting, subject, known.round.as_ref(), &board.content.roles);
    let end = kept.unwrap_or(live);
    let told = match meeting.state {
        Some(MeetingState::InSession | MeetingState::Ended) => true,
        // Whoever prepares the meeting sees what fell away since the agenda was closed.
        Some(MeetingState::Frozen) => end.decision == Decision::Withdrawn,
        _ => false,
    };
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(Some(wire::AgendaItem {
        subject: Ref { id: subject.id(), number: Some(known.number), name: known.title },
        subject_kind: subject.kind().to_owned(),
        tier: known.tier.map(|tier| tier.word().to_owned()),
        window: known.window.as_ref().map(shown_window),
        by_hand: item.by_hand,
        minutes: item.minutes,
        opened_at: text(held.and_then(|held| held.opened_at)),
        closed_at: text(held.and_then(|held| held.closed_at)),
        decision: told.then(|| end.decision.word().to_owned()),
        votes: votes(db, names, &end)?,
    }))
}

fn votes(
    db: &mut dyn Query,
    names: &mut Names,
    end: &Outcome,
) -> Result<Vec<wire::MinuteVote>, Fault> {
    let shown = end.votes.iter().map(|vote| {
        Ok(wire::MinuteVote {
            person: someone(db, names, vote.person)?,
            on_behalf_of: vote.on_behalf_of.map(|absent| someone(db, names, absent)).transpose()?,
            answer: vote.answer.word().to_owned(),
            reason: vote.reason.clone(),
            at: vote.at.to_string(),
        })
    });
    shown.collect()
}

fn someone(db: &mut dyn Query, names: &mut Names, person: PersonId) -> Result<Ref, Fault> {
    named(db, names, person.to_string())
}

fn named(db: &mut dyn Query, names: &mut Names, id: String) -> Result<Ref, Fault> {
    let found = names.get(db, &id)?;
    Ok(found.unwrap_or_else(|| Ref { name: id.clone(), id, number: None }))
}

fn deferred(
    db: &mut dyn Query,
    names: &mut Names,
    meeting: &Meeting,
) -> Result<Vec<wire::Deferral>, Fault> {
    let shown = meeting.deferred.iter().map(|deferral| {
        let subject = named(db, names, deferral.subject.id())?;
        Ok(wire::Deferral { subject, reason: deferral.reason.clone() })
    });
    shown.collect()
}

fn attendance(
    db: &mut dyn Query,
    names: &mut Names,
    meeting: &Meeting,
) -> Result<Vec<wire::Attendance>, Fault> {
    let shown = meeting.attendance.iter().map(|each| {
        Ok(wire::Attendance {
            person: someone(db, names, each.person)?,
            from: each.from.to_string(),
            until: each.until.map(|at| at.to_string()),
        })
    });
    shown.collect()
}

fn remarks(
    db: &mut dyn Query,
    names: &mut Names,
    meeting: &Meeting,
) -> Result<Vec<wire::Remark>, Fault> {
    let shown = meeting.remarks.iter().map(|remark| {
        Ok(wire::Remark {
            subject: remark.subject.as_ref().map(Subject::id),
            author: names.actor(db, &remark.by)?,
            at: remark.at.to_string(),
            text: remark.text.clone(),
        })
    });
    shown.collect()
}

/// Those who sit on a board: the chair, the named ones, and the holders of its roles.
fn members(db: &mut dyn Query, names: &mut Names, board: &Board) -> Result<Vec<Ref>, Fault> {
    let content = &board.content;
    let mut people: Vec<PersonId> = content.chair.into_iter().collect();
    people.extend(&content.members);
    for role in &content.roles {
        people.extend(holders(db, *role)?);
    }
    let mut seen = std::collections::BTreeSet::new();
    people.retain(|person| seen.insert(*person));
    names.all(db, people)
}

fn holders(db: &mut dyn Query, role: Role) -> Result<Vec<PersonId>, Fault> {
    let sql = "SELECT people_roles.person FROM people_roles \
        JOIN people ON people.id = people_roles.person \
        WHERE people_roles.role = $1 AND people.inactive = 0 ORDER BY people.name LIMIT $2";
    let rows = db.query(sql, &[role.word().into(), Value::from(SEATS_SHOWN)])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}
