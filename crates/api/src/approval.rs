//! Approval on the wire. `GET /approvals?state=pending&mine=true`; votes are verbs of the subject:
//! `POST /changes/{id}/approve|reject|abstain`, `POST /releases/{id}/approve|reject|abstain`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::Ref;

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
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// People who may not vote, and why.
    pub barred: Vec<Barred>,
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
    /// The roles that may answer.
    pub roles: Vec<String>,
    /// Who may answer now, separation of duties applied.
    pub voters: Vec<Ref>,
    /// The rule in words: "2 of 5", "first".
    pub quorum: String,
    /// Approvals still needed.
    pub needed: u32,
    /// `waiting`, `open`, `approved` or `rejected`.
    pub state: String,
    /// The votes, voided ones included.
    pub votes: Vec<CastVote>,
}

/// A vote that was cast.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CastVote {
    /// Who.
    pub person: Ref,
    /// `approve`, `reject` or `abstain`.
    pub answer: String,
    /// Why.
    pub reason: Option<String>,
    /// When, RFC 3339.
    pub at: String,
    /// The hash of what was seen.
    pub content_hash: String,
    /// Why it no longer counts: the parts that were edited since.
    pub voided: Option<String>,
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
}
