//! Why a vote is not taken.

use thiserror::Error;

use crate::approval::Why;
use crate::refusal::Refuse;

/// Why a vote is not taken, or a round not opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The subject has no open round.
    #[error("nothing waits for a vote here")]
    NoRound,
    /// The vote names another round.
    #[error("round {open} is open, the vote names round {named}: read the record again")]
    RoundMoved {
        /// The open one.
        open: u32,
        /// The one the vote names.
        named: u32,
    },
    /// The content was edited since it was read.
    #[error("the content was edited since it was read: look at the difference, then vote")]
    ContentMoved,
    /// Separation of duties.
    #[error("nobody approves their own work: this person {why}")]
    OwnWork {
        /// Why.
        why: Why,
    },
    /// Separation of duties, the other way round.
    #[error("who approved it does not carry it out: someone else begins the work")]
    ApprovedByYou,
    /// No group of this stage asks for the person's roles.
    #[error("stage \"{stage}\" is decided by {roles}")]
    NotAVoter {
        /// The stage.
        stage: String,
        /// Who decides.
        roles: String,
    },
    /// Their vote counts already.
    #[error("one person counts once in a round, and this vote is given already")]
    VotedAlready,
    /// A no without a reason.
    #[error("a rejection needs a reason: say what would have to change")]
    ReasonMissing,
    /// A quorum that no vote could reach.
    #[error("\"{group}\" needs {needed} votes of {roles}, and only {voters} may vote")]
    NobodyCanVote {
        /// The group.
        group: String,
        /// Approvals needed.
        needed: usize,
        /// Its roles.
        roles: String,
        /// Those who may vote.
        voters: usize,
    },
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "approval.no_round",
        "approval.round_moved",
        "approval.content_moved",
        "approval.own_work",
        "approval.approved_by_you",
        "approval.not_a_voter",
        "approval.voted_already",
        "approval.reason_missing",
        "approval.nobody_can_vote",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRound => "approval.no_round",
            Self::RoundMoved { .. } => "approval.round_moved",
            Self::ContentMoved => "approval.content_moved",
            Self::OwnWork { .. } => "approval.own_work",
            Self::ApprovedByYou => "approval.approved_by_you",
            Self::NotAVoter { .. } => "approval.not_a_voter",
            Self::VotedAlready => "approval.voted_already",
            Self::ReasonMissing => "approval.reason_missing",
            Self::NobodyCanVote { .. } => "approval.nobody_can_vote",
        }
    }
}
