//! A meeting and the fold of its events.

use kernel::{Actor, BoardId, MeetingId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::cab::{AgendaItem, MeetingEvent, Outcome, Subject};
use crate::edit::is_default;
use crate::vocabulary::{Window, words};

/// How long an item may take when nothing is said, in minutes.
pub const ITEM_MINUTES: u32 = 10;
/// How long after its planned end a meeting may go on, in minutes; then the clock ends it.
pub const OVERRUN_MINUTES: i64 = 240;
/// The most remarks of a meeting.
pub const REMARKS_MAX: usize = 500;

words! {
    /// Where a meeting stands.
    MeetingState {
        /// Its agenda grows by itself.
        Planned = "planned",
        /// Its agenda is closed.
        Frozen = "frozen",
        /// It is held.
        InSession = "in_session",
        /// It is over, its minutes are fixed.
        Ended = "ended",
        /// It does not take place.
        Cancelled = "cancelled",
        /// Its time passed and nobody had begun it.
        Lapsed = "lapsed",
    }
}

/// An item of the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is about, and how it came here.
    #[serde(flatten)]
    pub item: AgendaItem,
    /// When it was first on the table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opened_at: Option<Timestamp>,
    /// When it was last taken off it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed_at: Option<Timestamp>,
    /// What became of it, once the meeting is over.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: Option<Outcome>,
}

/// An item that was put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferral {
    /// Which.
    pub subject: Subject,
    /// Why.
    pub reason: String,
}

/// Someone's being there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Who.
    pub person: PersonId,
    /// From when.
    pub from: Timestamp,
    /// Until when; still there when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: Option<Timestamp>,
}

/// A note for the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// On which item; on the meeting when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subject: Option<Subject>,
    /// Who wrote it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// The note.
    pub text: String,
}

/// A meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// `CAB-…`.
    pub number: String,
    /// Whose.
    pub board: Option<BoardId>,
    /// When.
    pub window: Option<Window>,
    /// When its agenda is closed.
    pub cut_off: Option<Timestamp>,
    /// Whether the board's schedule asked for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduled: bool,
    /// Where it stands.
    pub state: Option<MeetingState>,
    /// Before the cut-off: those that come first, in their order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: Vec<Subject>,
    /// Before the cut-off: those that someone put on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub added: Vec<Subject>,
    /// Those that were put off, before the cut-off or in session.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deferred: Vec<Deferral>,
    /// The agenda, once it is closed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub agenda: Vec<Item>,
    /// What is on the table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub current: Option<Subject>,
    /// Who was there, and when.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attendance: Vec<Attendance>,
    /// Notes, oldest first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub remarks: Vec<Remark>,
    /// When it began.
    #[serde(default, skip_serializing_if = "is_default")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ended_at: Option<Timestamp>,
    /// Whether nobody ended it, so that the clock did.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overrun: bool,
    /// Why it does not take place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cancelled: Option<String>,
}

impl MeetingState {
    /// Where a meeting stands at an instant: the clock closes the agenda, and lets a meeting lapse
    /// that nobody began, written down or not.
    #[must_use]
    pub fn at(self, cut_off: Timestamp, end: Timestamp, now: Timestamp) -> Self {
        match self {
            Self::Planned | Self::Frozen if end <= now => Self::Lapsed,
            Self::Planned if cut_off <= now => Self::Frozen,
            state => state,
        }
    }
}

impl Meeting {
    /// Where it stands at an instant.
    pub fn state_at(&self, now: Timestamp) -> MeetingState {
        let state = self.state.unwrap_or(MeetingState::Planned);
        match (self.cut_off, &self.window) {
            (Some(cut_off), Some(window)) => state.at(cut_off, window.interval.end, now),
            _ => state,
        }
    }

    /// Whether the cut-off passed and the agenda has yet to be written down.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let passed = self.cut_off.is_some_and(|cut_off| cut_off <= now);
        self.state == Some(MeetingState::Planned) && passed
    }

    /// When its time runs out: at its end while nobody has begun it, a while later once it is held.
    pub fn runs_out_at(&self) -> Option<Timestamp> {
        let end = self.window.as_ref()?.interval.end;
        match self.state? {
            MeetingState::Planned | MeetingState::Frozen => Some(end),
            MeetingState::InSession => Some(end.plus_minutes(OVERRUN_MINUTES)),
            MeetingState::Ended | MeetingState::Cancelled | MeetingState::Lapsed => None,
        }
    }

    /// An item of the closed agenda.
    pub fn item(&self, subject: Subject) -> Option<&Item> {
        self.agenda.iter().find(|item| item.item.subject == subject)
    }

    /// Why an item was put off, if it was.
    pub fn deferral(&self, subject: Subject) -> Option<&str> {
        let mut found = self.deferred.iter().filter(|deferral| deferral.subject == subject);
        found.next().map(|deferral| deferral.reason.as_str())
    }

    /// Who is there now.
    pub fn present(&self) -> impl Iterator<Item = PersonId> {
        self.attendance.iter().filter(|each| each.until.is_none()).map(|each| each.person)
    }

    /// The first item that was not on the table yet.
    pub fn next_item(&self) -> Option<Subject> {
        let mut waiting = self.agenda.iter().filter(|item| item.opened_at.is_none());
        waiting.find(|item| self.deferral(item.item.subject).is_none()).map(|i| i.item.subject)
    }

    fn take_off(&mut self, at: Timestamp) {
        let current = self.current.take();
        for item in self.agenda.iter_mut().filter(|item| Some(item.item.subject) == current) {
            item.closed_at = Some(at);
        }
    }

    /// Whoever does something in a meeting is there.
    fn come(&mut self, person: PersonId, at: Timestamp) {
        self.attendance.push(Attendance { person, from: at, until: None });
    }

    fn leave(&mut self, person: Option<PersonId>, at: Timestamp) {
        let gone = |each: &&mut Attendance| {
            each.until.is_none() && person.is_none_or(|person| each.person == person)
        };
        self.attendance.iter_mut().filter(gone).for_each(|each| each.until = Some(at));
    }
}

impl Aggregate for Meeting {
    type Id = MeetingId;
    type Event = MeetingEvent;
    const KIND: &'static str = "meeting";
    const FORMAT: i64 = 4;

    fn evolve(mut self, event: &MeetingEvent, stamp: &Stamp) -> Self {
        match event {
            MeetingEvent::Planned { number, board, window, cut_off, scheduled } => {
                self.number.clone_from(number);
                self.board = Some(*board);
                self.window = Some(window.clone());
                self.cut_off = Some(*cut_off);
                self.scheduled = *scheduled;
                self.state = Some(MeetingState::Planned);
            }
            MeetingEvent::Arranged { order } => self.order.clone_from(order),
            MeetingEvent::ItemAdded { subject } => {
                self.added.push(*subject);
                self.deferred.retain(|deferral| deferral.subject != *subject);
            }
            MeetingEvent::ItemDeferred { subject, reason } => {
                self.added.retain(|added| added != subject);
                self.deferred.push(Deferral { subject: *subject, reason: reason.clone() });
            }
            MeetingEvent::Frozen { agenda } => {
                self.state = Some(MeetingState::Frozen);
                let item = |item: &AgendaItem| Item {
                    item: item.clone(),
                    opened_at: None,
                    closed_at: None,
                    outcome: None,
                };
                self.agenda = agenda.iter().map(item).collect();
            }
            MeetingEvent::Started {} => {
                self.state = Some(MeetingState::InSession);
                self.started_at = Some(stamp.at);
                if let Some(person) = stamp.by.person() {
                    self.come(person, stamp.at);
                }
            }
            MeetingEvent::ItemOpened { subject } => {
                self.take_off(stamp.at);
                self.current = Some(*subject);
                for item in self.agenda.iter_mut().filter(|item| item.item.subject == *subject) {
                    item.opened_at.get_or_insert(stamp.at);
                    item.closed_at = None;
                }
            }
            MeetingEvent::TimeSet { subject, minutes } => {
                for item in self.agenda.iter_mut().filter(|item| item.item.subject == *subject) {
                    item.item.minutes = *minutes;
                }
            }
            MeetingEvent::PresenceSet { person, present: true, from } => {
                if !self.present().any(|there| there == *person) {
                    self.come(*person, from.unwrap_or(stamp.at));
                }
            }
            MeetingEvent::PresenceSet { person, present: false, .. } => {
                self.leave(Some(*person), stamp.at);
            }
            MeetingEvent::Remarked { subject, text } => self.remarks.push(Remark {
                subject: *subject,
                by: stamp.by.clone(),
                at: stamp.at,
                text: text.clone(),
            }),
            MeetingEvent::Ended { outcomes, overrun } => {
                self.overrun = *overrun;
                self.take_off(stamp.at);
                for vote in outcomes.iter().flat_map(|outcome| &outcome.votes) {
                    let noted = self.attendance.iter().any(|each| each.person == vote.person);
                    if !noted && self.started_at.is_some_and(|start| start <= vote.at) {
                        self.come(vote.person, vote.at);
                    }
                }
                self.leave(None, stamp.at);
                self.state = Some(MeetingState::Ended);
                self.ended_at = Some(stamp.at);
                for item in &mut self.agenda {
                    let mine = |outcome: &&Outcome| outcome.subject == item.item.subject;
                    item.outcome = outcomes.iter().find(mine).cloned();
                }
            }
            MeetingEvent::Cancelled { reason } => {
                self.state = Some(MeetingState::Cancelled);
                self.cancelled = Some(reason.clone());
            }
            MeetingEvent::Lapsed {} => self.state = Some(MeetingState::Lapsed),
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let off = self.current.filter(|subject| self.item(*subject).is_none());
        off.map(|subject| format!("{} is on the table and not on the agenda", subject.id()))
    }
}
