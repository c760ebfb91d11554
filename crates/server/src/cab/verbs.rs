//! The verbs of a meeting.

use api::cab as wire;
use api::common::{Reason, Written};
use domain::Aggregate as _;
use domain::cab::{self, Board, Facts, Meeting, MeetingEvent, Named};
use domain::identity::Permission;
use kernel::MeetingId;
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Stop, Work};
use crate::cab::agenda::agenda;
use crate::cab::facts::{board_of, facts, find_meeting, find_named, find_subject, known};
use crate::cab::meeting::{close_if_due, outcomes, plan_next, written};
use crate::names::{Resolver, find_person};

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Put items in order.
    Arrange(wire::Arrange),
    /// Put an item on.
    Add(wire::AddItem),
    /// Put an item off.
    Defer(wire::Defer),
    /// Begin.
    Start,
    /// Put an item on the table.
    Next(wire::NextItem),
    /// Give an item another length.
    Time(wire::ItemTime),
    /// Come, or go.
    Attend(wire::Attend),
    /// Note something.
    Remark(wire::NewRemark),
    /// End, and fix the minutes.
    End,
    /// Call it off.
    Cancel(Reason),
}

/// The command.
pub struct MoveMeeting {
    /// The meeting, by id or number.
    pub meeting: String,
    /// The verb.
    pub verb: Verb,
}

impl Command for MoveMeeting {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match &self.verb {
            Verb::Arrange(_) => "meeting.arrange",
            Verb::Add(_) => "meeting.add",
            Verb::Defer(_) => "meeting.defer",
            Verb::Start => "meeting.start",
            Verb::Next(_) => "meeting.next",
            Verb::Time(_) => "meeting.time",
            Verb::Attend(_) => "meeting.attend",
            Verb::Remark(_) => "meeting.remark",
            Verb::End => "meeting.end",
            Verb::Cancel(_) => "meeting.cancel",
        }
    }

    /// Who leads and who sits on the board is said by the board; the rule asks for that.
    fn permission(&self) -> Permission {
        Permission::CabAttend
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Meeting::stream(find_meeting(db, &self.meeting)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id: MeetingId = find_meeting(work.tx, &self.meeting)?;
        let mut meeting: Loaded<Meeting> = work.load_subject(id)?;
        close_if_due(work, &mut meeting)?;
        let board = board_of(work.tx, &meeting.state)?;
        let asking = Asking::of(work);
        let facts = facts(work.tx, &board.state, &meeting.state, &asking)?;
        let events = self.decide(work, &meeting, &board.state, &facts)?;
        work.append(&mut meeting, events)?;
        if meeting.state.cancelled.is_some() && meeting.state.scheduled {
            // The schedule goes on behind what was called off.
            let board: Loaded<Board> = work.load(board.id)?;
            let after = meeting.state.cut_off.map_or(work.now, |cut_off| cut_off.max(work.now));
            plan_next(work, &board, after)?;
        }
        Ok(written(&meeting))
    }
}

impl MoveMeeting {
    fn decide(
        &self,
        work: &mut Work<'_>,
        loaded: &Loaded<Meeting>,
        board: &Board,
        facts: &Facts,
    ) -> Result<Vec<MeetingEvent>, Stop> {
        let meeting = &loaded.state;
        let events = match &self.verb {
            Verb::Arrange(wanted) => {
                let mut order = Vec::with_capacity(wanted.order.len());
                for (index, name) in wanted.order.iter().enumerate() {
                    order.push(find_subject(work.tx, &format!("/order/{index}"), name)?);
                }
                cab::arrange(meeting, &order, facts)
            }
            Verb::Add(wanted) => {
                let subject = subject(work, &wanted.subject)?;
                let agenda = agenda(work.tx, board, loaded.id, meeting)?;
                let round = known(work.tx, subject.subject)?.and_then(|known| known.round);
                let awaits = cab::awaits(round.as_ref(), &board.content.roles);
                cab::add(meeting, &subject, awaits, &agenda, facts)
            }
            Verb::Defer(wanted) => {
                let subject = subject(work, &wanted.subject)?;
                let agenda = agenda(work.tx, board, loaded.id, meeting)?;
                cab::defer(meeting, &subject, &wanted.reason, &agenda, facts)
            }
            Verb::Start => cab::start(meeting, facts),
            Verb::Next(wanted) => {
                let subject = wanted.subject.as_deref();
                let subject = subject.map(|name| self::subject(work, name)).transpose()?;
                cab::open_item(meeting, subject.as_ref(), facts)
            }
            Verb::Time(wanted) => {
                let subject = subject(work, &wanted.subject)?;
                cab::set_time(meeting, &subject, wanted.minutes, facts)
            }
            Verb::Attend(wanted) => {
                let person = attendee(work, wanted)?.or(facts.person);
                let person = person.ok_or(domain::identity::IdentityRefusal::PeopleOnly);
                let person = person.map_err(domain::Refusal::from)?;
                cab::attend(meeting, person, wanted.present, facts)
            }
            Verb::Remark(wanted) => {
                let subject = wanted.subject.as_deref();
                let subject = subject.map(|name| self::subject(work, name)).transpose()?;
                cab::remark(meeting, subject.as_ref(), &wanted.text, facts)
            }
            Verb::End => cab::end(meeting, outcomes(work, meeting, board)?, facts),
            Verb::Cancel(reason) => {
                cab::cancel(meeting, reason.reason.as_deref().unwrap_or_default(), facts)
            }
        };
        Ok(events?)
    }
}

fn subject(work: &mut Work<'_>, name: &str) -> Result<Named, Stop> {
    find_named(work.tx, "/subject", name)
}

fn attendee(work: &mut Work<'_>, wanted: &wire::Attend) -> Result<Option<kernel::PersonId>, Stop> {
    let Some(name) = &wanted.person else { return Ok(None) };
    let mut resolver = Resolver::default();
    let found = resolver.one(work.tx, "/person", name, find_person)?;
    resolver.end()?;
    Ok(found)
}
