//! Boards and meetings on the wire. `POST/GET /boards`, `GET/PATCH /boards/{id}`,
//! `POST/GET /meetings`, `GET /meetings/{id}`, `GET /meetings/{id}/minutes`,
//! `POST /meetings/{id}/{arrange|add|defer|start|next|time|attend|remark|end|cancel}`. Votes are
//! verbs of the change or the release, there as everywhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, Window, patch};

/// The fields of a board. A new one needs `name` and `roles`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BoardFields {
    /// Unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Who leads its meetings, by id or login.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub chair: Option<Option<String>>,
    /// Who sits on it besides the holders of its roles, by id or login; replaces the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub members: Option<Vec<String>>,
    /// The roles of an approval that it answers for; their holders sit on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20)]
    pub roles: Option<Vec<String>>,
    /// When it meets; null to meet only as called.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BoardSchedule>)]
    pub schedule: Option<Option<BoardSchedule>>,
}

/// When a board meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardSchedule {
    /// The first meeting.
    pub window: Window,
    /// How it repeats, at the same wall time in the window's zone: `daily`, `weekly`, or a rule of
    /// RFC 5545 such as `FREQ=WEEKLY;INTERVAL=2`; `none` for the days under `also` alone.
    pub repeats: String,
    /// Days left out, such as `2026-12-25`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub except: Vec<String>,
    /// Days added, or wall times on them, such as `2026-12-27T22:00`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub also: Vec<String>,
    /// How long before each its agenda is closed.
    pub cut_off_minutes: u32,
}

/// A board. Its name on the wire tells it from the board of releases.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CabBoard {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Who leads its meetings.
    pub chair: Option<Ref>,
    /// Who sits on it besides the holders of its roles.
    pub members: Vec<Ref>,
    /// The roles of an approval that it answers for.
    pub roles: Vec<String>,
    /// When it meets.
    pub schedule: Option<BoardSchedule>,
    /// Its next meeting.
    pub next: Option<Ref>,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// A meeting that is called outside the schedule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingFields {
    /// Whose, by id or name.
    pub board: String,
    /// When.
    pub window: Window,
    /// When its agenda is closed, RFC 3339; at its start when absent.
    #[serde(default)]
    pub cut_off: Option<String>,
}

/// One line of the list of meetings.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeetingRow {
    /// Its id.
    pub id: String,
    /// `CAB-…`.
    pub number: String,
    /// Whose.
    pub board: Ref,
    /// `planned`, `frozen`, `in_session`, `ended`, `cancelled`, or `lapsed` when nobody began it.
    pub state: String,
    /// When.
    pub window: Window,
    /// When its agenda is closed, RFC 3339.
    pub cut_off: String,
    /// Items on the agenda; absent while it grows.
    pub items: Option<u32>,
}

/// A meeting, whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Meeting {
    /// Its id.
    pub id: String,
    /// `CAB-…`.
    pub number: String,
    /// Its version.
    pub version: i64,
    /// Whose.
    pub board: Ref,
    /// Who leads it.
    pub chair: Option<Ref>,
    /// `planned`, `frozen`, `in_session`, `ended`, `cancelled`, or `lapsed` when nobody began it.
    pub state: String,
    /// When.
    pub window: Window,
    /// When its agenda is closed, RFC 3339.
    pub cut_off: String,
    /// The items in their order.
    pub agenda: Vec<AgendaItem>,
    /// What was put off.
    pub deferred: Vec<Deferral>,
    /// The id of what is on the table.
    pub current: Option<String>,
    /// Who sits on the board.
    pub members: Vec<Ref>,
    /// Who was there, and when.
    pub attendance: Vec<Attendance>,
    /// Notes for the minutes, oldest first.
    pub remarks: Vec<Remark>,
    /// When it began, RFC 3339.
    pub started_at: Option<String>,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
    /// True when nobody ended it and the clock did, four hours after its planned end.
    pub overrun: bool,
    /// Why it does not take place.
    pub cancelled: Option<String>,
    /// What may be done now.
    pub actions: Vec<Action>,
}

/// An item of an agenda.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgendaItem {
    /// The change or release.
    pub subject: Ref,
    /// `change` or `release`.
    pub subject_kind: String,
    /// The recorded tier.
    pub tier: Option<String>,
    /// When it is to be carried out.
    pub window: Option<Window>,
    /// True when someone put it on; false when it waits for the board's vote.
    pub by_hand: bool,
    /// How long it may take.
    pub minutes: u32,
    /// When it was first on the table, RFC 3339.
    pub opened_at: Option<String>,
    /// When it was last taken off it, RFC 3339.
    pub closed_at: Option<String>,
    /// `approved`, `rejected`, `deferred` or `undecided`; `decided_earlier` when its votes were
    /// complete before the meeting began; `withdrawn` when it was cancelled or taken back, which
    /// alone shows as soon as the agenda is closed; else absent before the meeting.
    pub decision: Option<String>,
    /// The board's votes that count.
    pub votes: Vec<MinuteVote>,
}

/// A vote, as the minutes keep it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MinuteVote {
    /// Who.
    pub person: Ref,
    /// In whose place, where a deputy voted.
    pub on_behalf_of: Option<Ref>,
    /// `approve`, `reject` or `abstain`.
    pub answer: String,
    /// Why.
    pub reason: Option<String>,
    /// When, RFC 3339.
    pub at: String,
}

/// An item that was put off.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Deferral {
    /// Which.
    pub subject: Ref,
    /// Why.
    pub reason: String,
}

/// Someone's being there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attendance {
    /// Who.
    pub person: Ref,
    /// From when, RFC 3339.
    pub from: String,
    /// Until when; still there when absent.
    pub until: Option<String>,
}

/// A note for the minutes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Remark {
    /// The id of the item; of the meeting when absent.
    pub subject: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// When, RFC 3339.
    pub at: String,
    /// The note.
    pub text: String,
}

/// `arrange`: what comes first, in order; the rest follows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrange {
    /// Changes and releases, by id or number.
    #[schema(max_items = 100)]
    pub order: Vec<String>,
}

/// `add`: what comes onto the agenda.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItem {
    /// A change or a release, by id or number.
    pub subject: String,
}

/// `defer`: what is put off, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Defer {
    /// A change or a release, by id or number.
    pub subject: String,
    /// Why.
    #[schema(max_length = 4000)]
    pub reason: String,
}

/// `next`: what is put on the table; the next item when nothing is named.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NextItem {
    /// A change or a release, by id or number.
    pub subject: Option<String>,
}

/// `time`: how long an item may take.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemTime {
    /// A change or a release, by id or number.
    pub subject: String,
    /// For how long.
    pub minutes: u32,
}

/// `attend`: someone comes or goes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attend {
    /// By id or login; the sender when absent.
    #[serde(default)]
    pub person: Option<String>,
    /// Came, or went.
    pub present: bool,
}

/// `remark`: a note for the minutes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRemark {
    /// A change or a release of the agenda, by id or number; the meeting when absent.
    #[serde(default)]
    pub subject: Option<String>,
    /// The note.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// The minutes as a text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Minutes {
    /// `CAB-…`.
    pub number: String,
    /// False until the meeting has ended: more may be written.
    pub fixed: bool,
    /// The text, in Markdown, readable as it is.
    pub markdown: String,
}
