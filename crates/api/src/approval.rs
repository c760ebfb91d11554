//! Approval on the wire. `GET /approvals?state=pending&mine=true`; votes are verbs of the subject:
//! `POST /changes/{id}/approve|reject|abstain`, `POST /releases/{id}/approve|reject|abstain`.
//! `GET/POST /delegations`, `DELETE /delegations/{id}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::Conflict;
use crate::common::{Ref, Window};

/// A vote, bound to the round and to the content that was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The round, as the record shows it.
    pub round: u32,
    /// The hash of the content that was seen, as the record shows it.
    pub content_hash: String,
    /// Why; required to reject.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
    /// What a yes holds under: it counts, and the work does not begin before this is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<NewCondition>,
}

/// What a yes holds under.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCondition {
    /// What must be so.
    #[schema(max_length = 4000)]
    pub text: String,
    /// Who marks it met.
    pub person: String,
}

/// `meet-condition`: marks the condition of an approval met.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeetCondition {
    /// Whose condition; needed where the reader may mark several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voter: Option<String>,
    /// A word to it.
    #[schema(max_length = 4000)]
    pub note: String,
}

/// One round of approval.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Round {
    /// Its number on the record, from 1.
    pub number: u32,
    /// `open`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// The policy it was made from, with its version.
    pub policy: String,
    /// The hash of what is approved.
    pub content_hash: String,
    /// The parts of what is approved.
    pub parts: Vec<Part>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// The stages that policy would ask for and only observes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub observed: Vec<String>,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// People who may not vote, and why.
    pub barred: Vec<Barred>,
    /// What is the matter when nobody can decide it any more, and who must act.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stuck: Option<String>,
}

/// A part of the content and its hash.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// `bundle`, `plans`, `window`, `risk`, `package`.
    pub name: String,
    /// SHA-256 of its canonical JSON.
    pub hash: String,
    /// What it says, for reading and for showing a difference.
    #[schema(value_type = Object)]
    pub content: serde_json::Value,
}

/// A stage: its groups vote in parallel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Stage {
    /// What it is called.
    pub name: String,
    /// `waiting`, `open`, `approved` or `rejected`.
    pub state: String,
    /// The groups.
    pub groups: Vec<Group>,
}

/// A group within a stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The roles that may answer, those it was escalated to included.
    pub roles: Vec<String>,
    /// Who may answer now, separation of duties applied.
    pub voters: Vec<Ref>,
    /// Who may answer in the place of which of them.
    pub deputies: Vec<Deputy>,
    /// When its time runs out, RFC 3339, while it is its turn and it is not on hold.
    pub limit_at: Option<String>,
    /// When those asked were reminded, RFC 3339.
    pub reminded_at: Option<String>,
    /// When its time ran out and further roles were asked, RFC 3339.
    pub escalated_at: Option<String>,
    /// The rule in words: "2 of 5", "first".
    pub quorum: String,
    /// Approvals still needed.
    pub needed: u32,
    /// `waiting`, `open`, `approved` or `rejected`.
    pub state: String,
    /// The votes, voided ones included.
    pub votes: Vec<CastVote>,
}

/// Someone who stands in for a person who is absent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Deputy {
    /// Who may answer.
    pub person: Ref,
    /// In whose place.
    pub on_behalf_of: Ref,
}

/// A vote that was cast.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CastVote {
    /// Who.
    pub person: Ref,
    /// In whose place, where a deputy voted.
    pub on_behalf_of: Option<Ref>,
    /// `approve`, `reject` or `abstain`.
    pub answer: String,
    /// Why.
    pub reason: Option<String>,
    /// What the yes holds under.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub condition: Option<VoteCondition>,
    /// When, RFC 3339.
    pub at: String,
    /// The hash of what was seen.
    pub content_hash: String,
    /// Why it no longer counts: the parts that were edited since, or that someone left.
    pub voided: Option<String>,
}

/// What a yes holds under.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VoteCondition {
    /// What must be so.
    pub text: String,
    /// Who marks it met.
    pub person: Ref,
    /// Who did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub met_by: Option<Ref>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub met_at: Option<String>,
    /// What was said with that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// Whether the work waits for it.
    pub open: bool,
}

/// What was edited in what is approved, against each content that matters to the reader.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentDifferences {
    /// What says most first; a content that is the one of now is left out.
    pub items: Vec<ContentDifference>,
}

/// What was edited since one content.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentDifference {
    /// `vote`: since the reader's own; `seen`: since the hash that was named; `opened`: since the
    /// round was opened; `round`: since the round before ended.
    pub since: String,
    /// The round of that content.
    pub round: u32,
    /// When it was voted on or the round was opened, RFC 3339.
    pub at: Option<String>,
    /// The hash of that content.
    pub content_hash: String,
    /// The fields.
    pub fields: Vec<EditedField>,
    /// Whether there are more.
    pub truncated: bool,
}

/// A field that was edited.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EditedField {
    /// The part of the content: `bundle`, `plans`, `package`, `risk`, `window`.
    pub part: String,
    /// The field within it.
    pub field: String,
    /// What it said; of a list what was taken out.
    pub before: Option<String>,
    /// What it says; of a list what was added.
    pub after: Option<String>,
}

/// A longer window that is asked for while work is under way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Extension {
    /// The new end, RFC 3339; a decision names it.
    pub end: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: Option<Ref>,
    /// When, RFC 3339.
    pub asked_at: String,
    /// What the added time collides with, what blocks first.
    pub collisions: Vec<Conflict>,
    /// How many of them stop it.
    pub blocking: u32,
}

/// A longer window that waits for a decision: one line of the list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExtensionRow {
    /// The change or release.
    pub subject: Ref,
    /// `change` or `release`.
    pub subject_kind: String,
    /// The window as it is.
    pub window: Option<Window>,
    /// The new end, RFC 3339.
    pub end: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: Option<Ref>,
    /// When, RFC 3339.
    pub asked_at: String,
}

/// `extension/grant`: lets the longer window have its way.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantExtension {
    /// The end that was seen, RFC 3339: another one that is asked for meanwhile is not granted.
    pub end: String,
}

/// Someone who may not vote.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Barred {
    /// Who.
    pub person: Ref,
    /// Why: `requested it`, `implements it`.
    pub why: String,
}

/// An approval that waits, or was given: one line of the approvals page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApprovalRow {
    /// The change or release.
    pub subject: Ref,
    /// `change` or `release`.
    pub subject_kind: String,
    /// Its type.
    #[serde(rename = "type")]
    pub subject_type: String,
    /// The round.
    pub round: u32,
    /// The stage and group that wait.
    pub stage: String,
    /// The group.
    pub group: String,
    /// Approvals still needed.
    pub needed: u32,
    /// The hash a vote must name.
    pub content_hash: String,
    /// The recorded tier.
    pub tier: Option<String>,
    /// The window.
    pub window: Option<crate::common::Window>,
    /// `pending`, `approved` or `rejected`.
    pub state: String,
    /// The reader's own vote in this round, if any.
    pub my_vote: Option<String>,
    /// Since when it waits, RFC 3339.
    pub since: String,
    /// In whose place the reader is asked.
    pub on_behalf_of: Option<Ref>,
    /// Until when that person is absent, RFC 3339; without end when absent.
    pub absent_until: Option<String>,
    /// When its time runs out, RFC 3339.
    pub limit_at: Option<String>,
    /// Whether those asked were reminded.
    pub reminded: bool,
    /// Whether its time ran out and further roles were asked.
    pub escalated: bool,
    /// True while the record is on hold: nobody is asked until it goes on.
    pub held: bool,
}

/// The deputy of someone who is absent. `POST /delegations`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelegation {
    /// Who is absent, by id or login; the sender when absent.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub person: Option<String>,
    /// Who votes in their place, by id or login.
    #[schema(min_length = 1, max_length = 200)]
    pub deputy: String,
    /// From when, RFC 3339; at once when absent.
    #[serde(default)]
    pub from: Option<String>,
    /// Until when, RFC 3339, exclusive; until it is revoked when absent.
    #[serde(default)]
    pub until: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// A delegation: who is absent, and who votes in their place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Delegation {
    /// The id.
    pub id: String,
    /// The version.
    pub version: i64,
    /// Who is absent.
    pub person: Ref,
    /// Who votes in their place.
    pub deputy: Ref,
    /// From when, RFC 3339.
    pub from: Option<String>,
    /// Until when, RFC 3339, exclusive.
    pub until: Option<String>,
    /// Why.
    pub reason: String,
    /// `to_come`, `in_force`, `over` or `revoked`.
    pub state: String,
    /// Whether the reader may take it back.
    pub revocable: bool,
}
