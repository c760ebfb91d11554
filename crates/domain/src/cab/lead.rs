//! Planning a meeting and leading it: one function a verb.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{BoardId, NOTE_MAX, PersonId, Timestamp};

use crate::aggregate::Decision;
use crate::cab::{
    AGENDA_MAX, AgendaItem, CUT_OFF_MINUTES_MAX, Facts, Meeting, MeetingEvent, MeetingState, Named,
    Occurrence, Outcome, REMARKS_MAX, Refusal, Subject, Verb, guard,
};
use crate::refusal::Check;

/// The longest that one item may take, in minutes.
const ITEM_MINUTES_MAX: u32 = 480;

/// Plans a meeting of a board.
pub fn plan(
    number: String,
    board: BoardId,
    occurrence: Occurrence,
    scheduled: bool,
    now: Timestamp,
) -> Decision<MeetingEvent> {
    let Occurrence { window, cut_off } = occurrence;
    let mut check = Check::default();
    if cut_off <= now {
        check.wrong("/cut_off", "has passed: an agenda needs time to be made");
    }
    if cut_off > window.interval.start {
        check.wrong("/cut_off", "is after the start of the meeting");
    }
    if window.interval.start.minutes_since(cut_off) > i64::from(CUT_OFF_MINUTES_MAX) {
        check.wrong("/cut_off", "is more than two weeks before the meeting");
    }
    check.end()?;
    Ok(vec![MeetingEvent::Planned { number, board, window, cut_off, scheduled }])
}

/// Puts items in order; those that are not named follow.
pub fn arrange(meeting: &Meeting, order: &[Subject], facts: &Facts) -> Decision<MeetingEvent> {
    guard(Verb::Arrange, meeting, facts)?;
    let mut check = Check::default();
    check.count("/order", order.len(), AGENDA_MAX);
    if order.iter().collect::<BTreeSet<_>>().len() != order.len() {
        check.wrong("/order", "names an item twice");
    }
    check.end()?;
    let same = meeting.order == order;
    Ok(if same { vec![] } else { vec![MeetingEvent::Arranged { order: order.to_vec() }] })
}

/// Puts an item on. `agenda` is what stands there now, `awaits` whether its approval has yet to
/// hear the board.
pub fn add(
    meeting: &Meeting,
    wanted: &Named,
    awaits: bool,
    agenda: &[AgendaItem],
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Add, meeting, facts)?;
    let Named { subject, number } = wanted.clone();
    if agenda.iter().any(|item| item.subject == subject) {
        return Err(Refusal::OnAgenda { number }.into());
    }
    if !awaits {
        return Err(Refusal::NothingWaits { number }.into());
    }
    if agenda.len() >= AGENDA_MAX {
        return Err(Refusal::AgendaFull { most: AGENDA_MAX }.into());
    }
    Ok(vec![MeetingEvent::ItemAdded { subject }])
}

/// Puts an item off: before the cut-off it leaves the agenda, in session it keeps its place and
/// is decided so.
pub fn defer(
    meeting: &Meeting,
    wanted: &Named,
    reason: &str,
    agenda: &[AgendaItem],
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Defer, meeting, facts)?;
    let Named { subject, number } = wanted.clone();
    if !agenda.iter().any(|item| item.subject == subject) {
        return Err(Refusal::NotOnAgenda { number }.into());
    }
    let reason = note("/reason", reason)?;
    if meeting.deferral(subject).is_some() {
        return Ok(vec![]);
    }
    Ok(vec![MeetingEvent::ItemDeferred { subject, reason }])
}

/// Closes the agenda, once the cut-off has passed.
pub fn freeze(meeting: &Meeting, agenda: Vec<AgendaItem>, now: Timestamp) -> Vec<MeetingEvent> {
    if meeting.is_due(now) { vec![MeetingEvent::Frozen { agenda }] } else { vec![] }
}

/// Begins, with the first item on the table.
pub fn start(meeting: &Meeting, facts: &Facts) -> Decision<MeetingEvent> {
    guard(Verb::Start, meeting, facts)?;
    let first = meeting.next_item().map(|subject| MeetingEvent::ItemOpened { subject });
    // Whoever opens the meeting is there.
    let opener = facts.person.filter(|person| meeting.present().all(|there| there != *person));
    let opener =
        opener.map(|person| MeetingEvent::PresenceSet { person, present: true, from: None });
    Ok([MeetingEvent::Started {}].into_iter().chain(opener).chain(first).collect())
}

/// Puts an item on the table: the one that is named, else the next.
pub fn open_item(
    meeting: &Meeting,
    wanted: Option<&Named>,
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Next, meeting, facts)?;
    let named = wanted.map(|wanted| on_agenda(meeting, wanted)).transpose()?;
    let Some(subject) = named.or_else(|| meeting.next_item()) else {
        let state = MeetingState::InSession.word().replace('_', " ");
        let remedy = "every item was on the table: end the meeting".to_owned();
        let number = meeting.number.clone();
        return Err(Refusal::WrongState { number, state, remedy }.into());
    };
    let there = meeting.current == Some(subject);
    Ok(if there { vec![] } else { vec![MeetingEvent::ItemOpened { subject }] })
}

/// Gives an item another length.
pub fn set_time(
    meeting: &Meeting,
    wanted: &Named,
    minutes: u32,
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Time, meeting, facts)?;
    let subject = on_agenda(meeting, wanted)?;
    let mut check = Check::default();
    if !(1..=ITEM_MINUTES_MAX).contains(&minutes) {
        check.wrong("/minutes", format!("is a length from 1 to {ITEM_MINUTES_MAX} minutes"));
    }
    check.end()?;
    let same = meeting.item(subject).is_some_and(|item| item.item.minutes == minutes);
    Ok(if same { vec![] } else { vec![MeetingEvent::TimeSet { subject, minutes }] })
}

/// Someone comes or goes. Members speak for themselves; who leads, for anybody.
pub fn attend(
    meeting: &Meeting,
    person: PersonId,
    present: bool,
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Attend, meeting, facts)?;
    if facts.person != Some(person) && !facts.leads {
        return Err(Refusal::NotTheChair.into());
    }
    let is_there = meeting.present().any(|there| there == person);
    Ok(if is_there == present {
        vec![]
    } else {
        vec![MeetingEvent::PresenceSet { person, present, from: None }]
    })
}

/// Notes something for the minutes.
pub fn remark(
    meeting: &Meeting,
    wanted: Option<&Named>,
    text: &str,
    facts: &Facts,
) -> Decision<MeetingEvent> {
    guard(Verb::Remark, meeting, facts)?;
    let subject = wanted.map(|wanted| on_agenda(meeting, wanted)).transpose()?;
    let mut check = Check::default();
    check.count("/text", meeting.remarks.len() + 1, REMARKS_MAX);
    check.end()?;
    Ok(vec![MeetingEvent::Remarked { subject, text: note("/text", text)? }])
}

/// Ends, and fixes the minutes.
pub fn end(meeting: &Meeting, outcomes: Vec<Outcome>, facts: &Facts) -> Decision<MeetingEvent> {
    guard(Verb::End, meeting, facts)?;
    Ok(over(meeting, outcomes, false))
}

/// The end of a meeting. Whoever voted in session was there, though nobody noted it.
fn over(meeting: &Meeting, outcomes: Vec<Outcome>, overrun: bool) -> Vec<MeetingEvent> {
    let votes = outcomes.iter().flat_map(|outcome| &outcome.votes);
    let held = votes.filter(|vote| meeting.started_at.is_some_and(|start| start <= vote.at));
    let mut voted: BTreeMap<PersonId, Timestamp> = BTreeMap::new();
    for vote in held.filter(|vote| meeting.attendance.iter().all(|each| each.person != vote.person))
    {
        let first = voted.entry(vote.person).or_insert(vote.at);
        *first = vote.at.min(*first);
    }
    let there = |(person, at)| MeetingEvent::PresenceSet { person, present: true, from: Some(at) };
    let mut events: Vec<MeetingEvent> = voted.into_iter().map(there).collect();
    events.push(MeetingEvent::Ended { outcomes, overrun });
    events
}

/// What the clock does once a meeting's time ran out: one that nobody began was not held, one that
/// nobody ended is over.
pub fn run_out(meeting: &Meeting, outcomes: Vec<Outcome>, now: Timestamp) -> Vec<MeetingEvent> {
    if meeting.runs_out_at().is_none_or(|at| now < at) {
        return vec![];
    }
    if meeting.state == Some(MeetingState::InSession) {
        over(meeting, outcomes, true)
    } else {
        vec![MeetingEvent::Lapsed {}]
    }
}

/// Calls it off.
pub fn cancel(meeting: &Meeting, reason: &str, facts: &Facts) -> Decision<MeetingEvent> {
    guard(Verb::Cancel, meeting, facts)?;
    Ok(vec![MeetingEvent::Cancelled { reason: note("/reason", reason)? }])
}

fn on_agenda(meeting: &Meeting, wanted: &Named) -> Result<Subject, Refusal> {
    let found = meeting.item(wanted.subject).map(|item| item.item.subject);
    found.ok_or_else(|| Refusal::NotOnAgenda { number: wanted.number.clone() })
}

/// A text that must be there.
fn note(pointer: &str, text: &str) -> Result<String, crate::Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::ReasonMissing.into());
    }
    let mut check = Check::default();
    check.text(pointer, text, NOTE_MAX);
    check.end()?;
    Ok(text.to_owned())
}
