//! Who may do what to a meeting, and when.

use kernel::{PersonId, Timestamp};

use crate::cab::{Meeting, MeetingState, Refusal};
use crate::vocabulary::words;

words! {
    /// What is done to a meeting.
    Verb {
        /// Put items in order.
        Arrange = "arrange",
        /// Put an item on.
        Add = "add",
        /// Put an item off.
        Defer = "defer",
        /// Begin.
        Start = "start",
        /// Put the next item on the table.
        Next = "next",
        /// Give an item another length.
        Time = "time",
        /// Come, or go.
        Attend = "attend",
        /// Note something.
        Remark = "remark",
        /// End, and fix the minutes.
        End = "end",
        /// Call it off.
        Cancel = "cancel",
    }
}

/// What the rules of a meeting need to know of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub person: Option<PersonId>,
    /// Whether they lead it: as the board's chair, or by permission.
    pub leads: bool,
    /// Whether they sit on the board, or answer for a release on the closed agenda.
    pub sits: bool,
}

/// Whether a verb is allowed now; `actions` asks this too.
pub fn guard(verb: Verb, meeting: &Meeting, facts: &Facts) -> Result<(), crate::Refusal> {
    match verb {
        Verb::Attend | Verb::Remark if !facts.sits && !facts.leads => {
            return Err(Refusal::NotAMember.into());
        }
        Verb::Attend | Verb::Remark => {}
        _ if !facts.leads => return Err(Refusal::NotTheChair.into()),
        _ => {}
    }
    let state = meeting.state_at(facts.now);
    let wrong = |remedy: &str| {
        let (number, state) = (meeting.number.clone(), state.word().replace('_', " "));
        Err(Refusal::WrongState { number, state, remedy: remedy.to_owned() }.into())
    };
    match (verb, state) {
        (_, MeetingState::Ended) => wrong("its minutes are fixed; plan another meeting"),
        (_, MeetingState::Cancelled) => wrong("plan another meeting"),
        (_, MeetingState::Lapsed) => {
            wrong("nobody began it before its end, so it was not held; plan another meeting")
        }
        (Verb::Arrange | Verb::Add, MeetingState::Planned)
        | (Verb::Defer, MeetingState::Planned | MeetingState::InSession)
        | (Verb::Start, MeetingState::Frozen)
        | (
            Verb::Next | Verb::Time | Verb::End | Verb::Attend | Verb::Remark,
            MeetingState::InSession,
        )
        | (Verb::Cancel, MeetingState::Planned | MeetingState::Frozen) => Ok(()),
        (Verb::Arrange | Verb::Add | Verb::Defer, _) => {
            let cut_off = meeting.cut_off.unwrap_or(facts.now);
            Err(Refusal::AgendaFrozen { cut_off }.into())
        }
        (Verb::Start, MeetingState::Planned) => {
            let cut_off = meeting.cut_off.unwrap_or(facts.now);
            wrong(&format!("it can begin once its agenda is closed, at {cut_off}"))
        }
        (Verb::Start, _) => wrong("it has begun already"),
        (Verb::Cancel, _) => wrong("end it instead"),
        _ => wrong("it has to be started first"),
    }
}
