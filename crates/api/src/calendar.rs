//! The calendar on the wire.
//! `GET /calendar?from&to&service&team&environment&region&kind&committed`,
//! `GET /calendar/outages?from&to&service&team&environment&region&committed`,
//! `GET /conflicts?subject=&state=`, `GET /conflicts/{id}`, `POST /conflicts/{id}/accept`,
//! `POST /conflicts/check`, `GET /slots?subject=|services=&cis=&duration&after&environment&zone`,
//! and for `/windows`, `/peaks`, `/blackouts`, `/business-events` and `/sprints` alike
//! `GET/POST /windows`, `POST /windows/preview`, `PATCH/DELETE /windows/{id}`; `GET/POST /feeds`,
//! `DELETE /feeds/{id}`, `GET/POST /calendar/external`, `DELETE /calendar/external/{id}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, Window};

/// What the calendar shows between two instants.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// Changes and releases.
    pub entries: Vec<Entry>,
    /// The meetings of boards that take place, whatever the filters.
    pub meetings: Vec<MeetingEntry>,
    /// Blackouts.
    pub blackouts: Vec<Band>,
    /// Maintenance windows, each occurrence.
    pub windows: Vec<Band>,
    /// Peak hours, each occurrence.
    pub peaks: Vec<Band>,
    /// Business events, each occurrence.
    pub events: Vec<Band>,
    /// Development sprints, each occurrence; they collide with nothing.
    pub sprints: Vec<Band>,
    /// Entries of calendars that are kept elsewhere, each occurrence; `reason` names the calendar.
    pub external: Vec<Band>,
    /// Open and accepted conflicts among the entries.
    pub conflicts: Vec<Conflict>,
    /// True when there was more than an answer may carry.
    pub truncated: bool,
}

/// A change outside any release, or a release with the changes it carries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// The record.
    pub subject: Ref,
    /// `change` or `release`.
    pub kind: String,
    /// Its type.
    #[serde(rename = "type")]
    pub subject_type: String,
    /// Its phase.
    pub phase: String,
    /// True once its window is committed, and for work that was carried out in it; false while it
    /// is only planned.
    pub committed: bool,
    /// True while its window is committed and its go is not given yet.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub awaits_approval: bool,
    /// When.
    pub window: Window,
    /// When it was carried out, or since when it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actual: Option<Actual>,
    /// Where.
    pub environment: String,
    /// The services touched.
    pub services: Vec<Ref>,
    /// The owning team.
    pub team: Option<Ref>,
    /// The changes inside a release.
    pub changes: u32,
    /// The tier.
    pub tier: Option<String>,
    /// Open conflicts.
    pub conflicts_open: u32,
    /// Those of them that block; the others warn.
    pub conflicts_blocking: u32,
    /// Expected outage in minutes, the longest of its services (projected service outage).
    pub outage_minutes: u32,
}

/// When the work of a change, or the deployment of a release, really was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actual {
    /// When it began, RFC 3339.
    pub start: String,
    /// When it ended, RFC 3339; absent while it is under way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<String>,
}

/// A meeting of a board.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeetingEntry {
    /// The meeting, by its title, with the number under which it is read: `CAB-…`.
    pub subject: Ref,
    /// The board that meets.
    pub board: Ref,
    /// When.
    pub window: Window,
}

/// The projected service outage: the interruptions that follow from what is planned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Outages {
    /// Each interruption of a service by a change, in the order of their windows.
    pub items: Vec<ProjectedOutage>,
    /// What that comes to for each service, the longest first.
    pub totals: Vec<ServiceOutage>,
    /// True when there was more than an answer may carry.
    pub truncated: bool,
}

/// A service that a change is expected to interrupt.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProjectedOutage {
    /// The service.
    pub service: Ref,
    /// For how long, in minutes, as the change expects it.
    pub minutes: u32,
    /// The change.
    pub change: Ref,
    /// The record whose window says when: the change, or the release it travels in.
    pub subject: Ref,
    /// `change` or `release`.
    pub kind: String,
    /// True once that window is committed.
    pub committed: bool,
    /// The phase of the record.
    pub phase: String,
    /// Within which time.
    pub window: Window,
    /// Where.
    pub environment: String,
    /// The team of the record.
    pub team: Option<Ref>,
}

/// The interruptions of one service together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceOutage {
    /// The service.
    pub service: Ref,
    /// All of them, in minutes.
    pub minutes: u32,
    /// By how many changes.
    pub changes: u32,
}

/// An occurrence of a period, such as a blackout or a maintenance window.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Band {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub window: Window,
    /// The services it is for; empty for all.
    pub services: Vec<Ref>,
    /// The environment it is for; absent for all.
    pub environment: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A conflict: a record, not a warning.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// Its id; absent for a draft that was only checked.
    pub id: Option<String>,
    /// `same_ci`, `upstream_ci`, `downstream_ci`, `blackout`, `outside_window`, `peak_hours`,
    /// `business_event` or `release_order`.
    pub kind: String,
    /// `blocking` or `warning`.
    pub severity: String,
    /// `open`, `accepted` or `resolved`.
    pub state: String,
    /// The record that asks.
    pub subject: Option<Ref>,
    /// The other side: a record, or a period of the calendar.
    pub with: Ref,
    /// `change`, `release`, `blackout`, `window`, `peak` or `event`.
    pub with_kind: String,
    /// The interval that both claim.
    pub overlap: Window,
    /// In words: the rule and what it found.
    pub detail: String,
    /// Every CI that is hit, with the path that connects the two sides.
    pub hits: Vec<Hit>,
    /// The acceptance, when it was accepted.
    pub accepted: Option<Acceptance>,
    /// The exception by which the record that asks passes all the same.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exempt: Option<Exempt>,
    /// The rule of the policy in force that makes it block or warn. Absent where none speaks, and
    /// it warns, and for `release_order`, which no policy rules.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<ConflictRule>,
    /// What may be done about it; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
}

/// A rule about conflicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictRule {
    /// What it is called.
    pub name: String,
    /// Its file.
    pub file: String,
    /// The line of its expression.
    pub line: u32,
    /// Its expression.
    pub when: String,
    /// Whether conflicts for which it holds block.
    pub blocks: bool,
}

/// A granted exception beside the conflict that it lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Exempt {
    /// Its id.
    pub id: String,
    /// `EXC-…`.
    pub number: String,
    /// When it ends, RFC 3339.
    pub until: String,
}

/// A CI that is hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// The CI on the subject's side.
    pub ci: Ref,
    /// The path in words: `web-01 → runs on → vm-7`.
    pub path: String,
}

/// An acceptance of a conflict.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Acceptance {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// Until when it holds, RFC 3339.
    pub until: Option<String>,
}

/// `accept`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// Until when it holds, RFC 3339; as long as nothing moves when absent.
    #[serde(default)]
    pub until: Option<String>,
}

/// A draft to check, not saved: what would it collide with?
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The record it stands for, if it exists already: its own entries are left out.
    #[serde(default)]
    pub subject: Option<String>,
    /// CIs touched, by id or name; a named subject's own when absent.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub cis: Option<Vec<String>>,
    /// When.
    pub window: Window,
    /// Where; production when absent.
    #[serde(default)]
    pub environment: Option<String>,
}

/// The conflicts found for a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// The conflicts.
    pub conflicts: Vec<Conflict>,
    /// How many block the draft itself, those that are not shown among them. A conflict of a
    /// release that waits for it is the other release's.
    pub blocking: u32,
    /// Why a conflict might have been missed, when there is more than can be looked at; it blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

/// Free slots, and what was refused before them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Slots {
    /// Free slots, best first.
    pub slots: Vec<Slot>,
    /// Starts that were refused before the last of the slots, in order, at most fifty stretches.
    pub refused: Vec<RefusedSlot>,
    /// Every start before this was looked at, RFC 3339.
    pub until: String,
}

/// A free slot: nothing in it blocks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Slot {
    /// When.
    pub window: Window,
    /// True for the one before which nothing was free.
    pub earliest: bool,
    /// What speaks for it and against it, best first.
    pub reasons: Vec<SlotReason>,
    /// What it would collide with, without being blocked.
    pub warnings: Vec<Conflict>,
}

/// Why a slot ranks where it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotReason {
    /// `earliest`, `inside_window`, `later`, `quiet`, `tentative_near` or `warnings`.
    pub kind: String,
    /// True when it speaks for the slot.
    pub good: bool,
    /// In words.
    pub detail: String,
}

/// Starts that were refused, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefusedSlot {
    /// The first of them, as a slot.
    pub window: Window,
    /// The next start that was looked at, RFC 3339: all before it are refused for the same.
    pub until: String,
    /// What blocks them.
    pub conflicts: Vec<Conflict>,
}

/// What a plan of the backlog is asked for. Nothing is saved.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Backlog {
    /// Numbers or ids of changes and releases in the order in which they come first; the others
    /// follow by their own order.
    pub order: Vec<String>,
    /// True to plan those alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only: bool,
    /// Not before this, RFC 3339; now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How long a change without a window is planned for; an hour when absent. A release is as long
    /// as its model has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// The zone of the proposed windows; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A plan of the backlog.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BacklogPlan {
    /// In the order in which they were placed: a release comes after those that it depends on.
    pub items: Vec<BacklogItem>,
    /// True when more wait for a date than one plan holds.
    pub truncated: bool,
}

/// A record that waits for a date, and where it is proposed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BacklogItem {
    /// The change or release.
    pub subject: Ref,
    /// `change` or `release`.
    pub kind: String,
    /// Its version, to bind the edit to.
    pub version: i64,
    /// True when its window, which passed unused, is committed: the slot is taken with `schedule`
    /// then, else by editing the window.
    pub committed: bool,
    /// Why it stands where it does in the backlog.
    pub rank: String,
    /// The releases that it waits for.
    pub after: Vec<Ref>,
    /// The slot: nothing in it collides, neither with what stands, planned or committed, nor with
    /// another slot of the plan.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slot: Option<Slot>,
    /// Starts that were refused before it, in order.
    pub refused: Vec<RefusedSlot>,
    /// Why it has no slot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// A period of the calendar, such as a maintenance window or a blackout, as people write it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BandFields {
    /// What it is called.
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// Why; required of a blackout.
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
    /// The services it is for, by id or name; empty for all. Maintenance windows and peak hours
    /// name some.
    #[schema(max_items = 200)]
    pub services: Option<Vec<String>>,
    /// The environment it is for; absent for all.
    pub environment: Option<String>,
    /// The first occurrence.
    pub window: Option<Window>,
    /// How it repeats, at the same wall time in the window's zone: `none`, `daily`, `weekly`, or a
    /// rule of RFC 5545 such as `FREQ=MONTHLY;BYDAY=1SU`.
    #[schema(max_length = 500)]
    pub repeats: Option<String>,
    /// Days left out of the rule: a day, `2026-12-25`, or a wall time, `2026-12-25T22:00`.
    #[schema(max_items = 200)]
    pub except: Option<Vec<String>>,
    /// Days added to it, written the same way; a day begins at the first occurrence's wall time.
    #[schema(max_items = 200)]
    pub also: Option<Vec<String>>,
}

/// A period of the calendar, such as a maintenance window or a blackout.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BandRecord {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The services it is for; empty for all.
    pub services: Vec<Ref>,
    /// The environment it is for; absent for all.
    pub environment: Option<String>,
    /// The first occurrence.
    pub window: Window,
    /// `none`, `daily`, `weekly` or a rule of RFC 5545.
    pub repeats: String,
    /// The days left out of the rule.
    pub except: Vec<String>,
    /// The days added to it.
    pub also: Vec<String>,
    /// The next occurrences, five at most.
    pub next: Vec<Occurrence>,
}

/// An occurrence of something that repeats.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Occurrence {
    /// When.
    pub window: Window,
    /// By how many minutes the clock of its zone moves meanwhile; forward is positive, 0 when it
    /// does not.
    pub clock_moves: i64,
}

/// A draft of a period, not saved: whom would it hit?
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BandDraft {
    /// The one that it would replace, by id; its own conflicts are left out.
    pub replaces: Option<String>,
    /// What is known of it; a name and a reason are not needed yet.
    pub fields: BandFields,
}

/// What a draft would hit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BandPreview {
    /// Its next occurrences, five at most.
    pub next: Vec<Occurrence>,
    /// The changes and releases still to come that it would collide with, by their beginning.
    pub hits: Vec<BandHit>,
    /// How many of them it would block.
    pub blocking: u32,
    /// True when not every record could be looked at.
    pub truncated: bool,
}

/// A change or release that a draft would hit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BandHit {
    /// The record.
    pub subject: Ref,
    /// True once its window is committed.
    pub committed: bool,
    /// Its window.
    pub window: Window,
    /// What both claim; the whole window when it lies outside.
    pub overlap: Window,
    /// `blackout`, `outside_window`, `peak_hours` or `business_event`.
    pub kind: String,
    /// `blocking` or `warning`.
    pub severity: String,
    /// Where it would be free next with the draft in force, for the first ten that are blocked.
    pub next_free: Option<Window>,
}

/// A new feed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// What it is called in the programs that read it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Touching this service, by id or name.
    #[serde(default)]
    pub service: Option<String>,
    /// Owned by this team, by id or name.
    #[serde(default)]
    pub team: Option<String>,
    /// In this environment.
    #[serde(default)]
    pub environment: Option<String>,
    /// `change` or `release`; both when absent. `notice` makes a feed of the notices to you, in
    /// Atom, and of nothing else.
    #[serde(default)]
    pub kind: Option<String>,
    /// The meetings of this board, by id or name, and nothing else.
    #[serde(default)]
    pub board: Option<String>,
}

/// A feed; `address` is shown once, in the answer that made it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Feed {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What it is called in the programs that read it.
    pub name: String,
    /// Touching this service.
    pub service: Option<Ref>,
    /// Owned by this team.
    pub team: Option<Ref>,
    /// In this environment.
    pub environment: Option<String>,
    /// `change` or `release`, both when absent; or `notice`: the notices to its owner.
    pub kind: Option<String>,
    /// The board whose meetings it tells of, and nothing else.
    pub board: Option<Ref>,
    /// Where calendar programs, and news readers, read it, under the address of this server.
    /// Whoever has it reads what its owner may read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
}

/// A file of a calendar that is kept elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExternal {
    /// What the calendar is called; a file of the same name replaces what was read before.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The iCalendar file.
    #[schema(max_length = 1_000_000)]
    pub file: String,
    /// The zone of times that name none; UTC when absent.
    #[serde(default)]
    pub zone: Option<String>,
}

/// What reading a file came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExternalRead {
    /// The calendar's id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// The entries that it holds now.
    pub entries: u32,
    /// How many of them are new or changed.
    pub set: u32,
    /// How many that were there before are gone.
    pub gone: u32,
    /// Events that the file itself calls cancelled.
    pub cancelled: u32,
    /// The events that were left out, a hundred at most.
    pub skipped: Vec<SkippedEvent>,
}

/// An event that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedEvent {
    /// The line on which it begins.
    pub line: u32,
    /// Why.
    pub detail: String,
}

/// A calendar that is kept elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExternalCalendar {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// How many entries it holds.
    pub entries: u32,
    /// When a file was read last, RFC 3339.
    pub read_at: String,
}
