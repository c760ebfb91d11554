//! Why a vote is not taken.

use thiserror::Error;

use crate::approval::Why;
use crate::refusal::{Missing, Refuse};

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
    /// Two groups wait for the same people.
    #[error(
        "nobody counts twice in a round, and \"{group}\" shares its last {roles} with another group"
    )]
    CountsOnce {
        /// The group that would go without.
        group: String,
        /// Its roles.
        roles: String,
    },
    /// Something but a yes under a condition.
    #[error("only a yes holds under a condition")]
    ConditionOfNo,
    /// A condition that is not met.
    #[error("an approval holds under a condition that is not met: whoever it names marks it met")]
    ConditionsOpen(Vec<Missing>),
    /// No condition stands open.
    #[error("no condition of an approval stands open here")]
    NoCondition,
    /// The condition names someone else.
    #[error("a condition is marked met by whom it names, or by who made it")]
    ConditionOfAnother,
    /// No longer window is asked for.
    #[error("no longer window is asked for: `extend` asks for one")]
    NoExtension,
    /// Another end is asked for than the decision names.
    #[error("the end that is asked for is {end} now: look at it again, then decide")]
    ExtensionMoved {
        /// The end asked for.
        end: kernel::Timestamp,
    },
    /// The absent person decides nothing.
    #[error("someone who may not vote has nothing to delegate: no deputy is needed")]
    NothingToDelegate,
    /// The deputy decides nothing.
    #[error("a deputy holds a role that votes, such as cab_member: name someone who does")]
    DeputyUnfit,
    /// Somebody else has to name one.
    #[error(
        "nobody makes themselves the deputy of another: let the person, or someone else, do it"
    )]
    OwnDeputy,
    /// There is a deputy for that time.
    #[error(
        "a deputy is named from {from} to {until} already: revoke that first, or say another time"
    )]
    DeputyNamed {
        /// From when.
        from: String,
        /// Until when.
        until: String,
    },
    /// The vote would use up someone whom a later group cannot do without.
    #[error(
        "one person counts once in a round, and your yes is needed for \"{group}\": leave this one to \
        another {roles}"
    )]
    NeededElsewhere {
        /// The group that needs it.
        group: String,
        /// Who decides here.
        roles: String,
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
        "approval.needed_elsewhere",
        "approval.nothing_to_delegate",
        "approval.deputy_unfit",
        "approval.own_deputy",
        "approval.deputy_named",
        "approval.no_extension",
        "approval.condition_of_no",
        "approval.condition_open",
        "approval.no_condition",
        "approval.condition_of_another",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRound => "approval.no_round",
            Self::RoundMoved { .. } => "approval.round_moved",
            Self::ContentMoved | Self::ExtensionMoved { .. } => "approval.content_moved",
            Self::OwnWork { .. } => "approval.own_work",
            Self::ApprovedByYou => "approval.approved_by_you",
            Self::NotAVoter { .. } => "approval.not_a_voter",
            Self::VotedAlready => "approval.voted_already",
            Self::ReasonMissing => "approval.reason_missing",
            Self::NobodyCanVote { .. } | Self::CountsOnce { .. } => "approval.nobody_can_vote",
            Self::NothingToDelegate => "approval.nothing_to_delegate",
            Self::DeputyUnfit => "approval.deputy_unfit",
            Self::OwnDeputy => "approval.own_deputy",
            Self::DeputyNamed { .. } => "approval.deputy_named",
            Self::NoExtension => "approval.no_extension",
            Self::NeededElsewhere { .. } => "approval.needed_elsewhere",
            Self::ConditionOfNo => "approval.condition_of_no",
            Self::ConditionsOpen(_) => "approval.condition_open",
            Self::NoCondition => "approval.no_condition",
            Self::ConditionOfAnother => "approval.condition_of_another",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::ConditionsOpen(missing) => missing.clone(),
            _ => Vec::new(),
        }
    }
}
