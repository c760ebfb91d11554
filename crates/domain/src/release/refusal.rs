//! Why a release does not move.

use kernel::Timestamp;
use thiserror::Error;

use crate::policy::ReleasePhase;
use crate::refusal::{Missing, Refuse, count_tasks, told};
use crate::release::Verb;

/// Why a rule of a release says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is closed or cancelled.
    #[error("this release is {phase}: clone it to do it again")]
    Ended {
        /// Which.
        phase: ReleasePhase,
    },
    /// The verb belongs to other phases.
    #[error("`{verb}` is done in {}; this release is in {phase}", list(.allowed))]
    WrongPhase {
        /// The verb.
        verb: Verb,
        /// Where the release is.
        phase: ReleasePhase,
        /// Where the verb belongs.
        allowed: Vec<ReleasePhase>,
    },
    /// It is on hold.
    #[error("this release is on hold: resume it first")]
    Held,
    /// It is not on hold.
    #[error("this release is not on hold")]
    NotHeld,
    /// The model has no further state before its go.
    #[error("the next step of this release is to submit it")]
    NoNextState,
    /// Something is missing.
    #[error("{} missing before this release can go on; see `errors`", count(.0))]
    Incomplete(Vec<Missing>),
    /// The go is not given.
    #[error("the go is not given yet{}", told(.0))]
    NotApproved(Vec<Missing>),
    /// Its window is not committed.
    #[error("this release is not scheduled: schedule its window first")]
    NotScheduled,
    /// It has no window.
    #[error("this release has no window: set one first")]
    WindowMissing,
    /// Its window is over.
    #[error("the window has passed: choose one that ends in the future")]
    WindowPast,
    /// Its window is not open.
    #[error("the window runs from {start} to {end}: deploy within it, or move it")]
    WindowNotOpen {
        /// From.
        start: Timestamp,
        /// To.
        end: Timestamp,
    },
    /// No team owns anything that it touches.
    #[error("no team owns a service that this release touches: nobody can be asked")]
    NobodyToAsk,
    /// Nothing is asked of anyone now, or something else than was seen.
    #[error(
        "this window is not asked of a team: it moved, or its services did; have it asked again"
    )]
    WindowNotAsked,
    /// Someone who is no member answers for a team.
    #[error("a member of {teams} answers for the team, and for no other")]
    NotOfTeam {
        /// The teams that are asked.
        teams: String,
    },
    /// No part is to be signed off.
    #[error("no part is to be signed off: state the teams' parts first, or all are signed off")]
    NothingToSign,
    /// No team proposes another window.
    #[error("no such team proposes another window now")]
    NothingCountered,
    /// Teams that must agree to the window do not.
    #[error("{} the window that it is asked for: see `errors`", disagreeing(.0))]
    WindowNotAgreed(Vec<Missing>),
    /// The new end is not later.
    #[error("the window ends at {end}: an extension ends later")]
    NotLonger {
        /// The end in force.
        end: Timestamp,
    },
    /// Its model asks for release notes.
    #[error(
        "its release notes are not published: write them from its record, have them approved, \
        and publish them"
    )]
    NotesMissing,
    /// Required tasks are open.
    #[error("{} open: finish them first", count_tasks(.0))]
    TasksOpen(Vec<Missing>),
    /// The scope cannot change any more.
    #[error("the scope is fixed once deployment begins")]
    ScopeFixed,
    /// The scope is frozen.
    #[error("the scope is frozen: {what} joins with an exception from the freeze, or not at all")]
    ScopeFrozen {
        /// `CHG-…`, or what something that is in it gains.
        what: String,
    },
    /// The date from which it is frozen has passed.
    #[error("the scope is frozen since {at}: open it with `unfreeze`, which takes a reason")]
    FrozenSince {
        /// The date.
        at: Timestamp,
    },
    /// It is frozen already.
    #[error("the scope is frozen already")]
    FrozenAlready,
    /// It is not frozen.
    #[error("the scope is not frozen: changes may join")]
    NotFrozen,
    /// Someone else decides about the scope.
    #[error("the scope owner decides about the scope: ask them, or name another owner")]
    ScopeOwner,
    /// It would depend on itself.
    #[error("{0}: a release cannot wait for itself; take one of these dependencies away")]
    Cycle(String),
    /// What it depends on is not verified.
    #[error("{} this release depends on: verify it, or hold an exception", unverified(.0))]
    OutOfOrder(Vec<Missing>),
    /// The change is in another release.
    #[error("this change travels in {release}: detach it there first")]
    ChangeElsewhere {
        /// `REL-…`.
        release: String,
    },
    /// The change cannot join.
    #[error("this change cannot join: {why}")]
    ChangeNotAttachable {
        /// Why.
        why: String,
    },
    /// The run that carries it out is not over.
    #[error("the run of this release is not over: {}", first(.0))]
    RunOpen(Vec<Missing>),
    /// Its review is not completed.
    #[error("this release owes a review: complete it, then close")]
    ReviewMissing,
    /// The outcome does not fit what happened.
    #[error("{0}")]
    OutcomeWrong(&'static str),
}

fn list(phases: &[ReleasePhase]) -> String {
    let words: Vec<&str> = phases.iter().map(|phase| phase.word()).collect();
    words.join(", ")
}

fn count(missing: &[Missing]) -> String {
    if missing.len() == 1 {
        "one thing is".to_owned()
    } else {
        format!("{} things are", missing.len())
    }
}

/// What comes first, and how many more `errors` tells.
fn first(missing: &[Missing]) -> String {
    match missing {
        [] => "wait until it is".to_owned(),
        [one] => one.detail.clone(),
        [one, more @ ..] => format!("{}; and {} more, see `errors`", one.detail, more.len()),
    }
}

fn disagreeing(missing: &[Missing]) -> String {
    if missing.len() == 1 {
        "one team has not accepted".to_owned()
    } else {
        format!("{} teams have not accepted", missing.len())
    }
}

fn unverified(missing: &[Missing]) -> String {
    if missing.len() == 1 {
        "a release is not verified that".to_owned()
    } else {
        format!("{} releases are not verified that", missing.len())
    }
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "release.ended",
        "release.wrong_phase",
        "release.held",
        "release.incomplete",
        "release.not_approved",
        "release.not_scheduled",
        "release.window_missing",
        "release.window_not_open",
        "release.nobody_to_ask",
        "release.window_not_asked",
        "release.not_of_team",
        "release.window_not_agreed",
        "release.notes_missing",
        "release.nothing_to_sign",
        "release.tasks_open",
        "release.scope_fixed",
        "release.change_elsewhere",
        "release.change_not_attachable",
        "release.review_missing",
        "release.run_open",
        "release.outcome_wrong",
        "release.scope_frozen",
        "release.scope_owner",
        "release.cycle",
        "release.out_of_order",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "release.ended",
            Self::WrongPhase { .. } | Self::NotHeld | Self::NoNextState => "release.wrong_phase",
            Self::Held => "release.held",
            Self::Incomplete(_) => "release.incomplete",
            Self::NotApproved(_) => "release.not_approved",
            Self::NotScheduled => "release.not_scheduled",
            Self::WindowMissing => "release.window_missing",
            Self::WindowPast | Self::WindowNotOpen { .. } | Self::NotLonger { .. } => {
                "release.window_not_open"
            }
            Self::NobodyToAsk => "release.nobody_to_ask",
            Self::WindowNotAsked | Self::NothingCountered => "release.window_not_asked",
            Self::NothingToSign => "release.nothing_to_sign",
            Self::NotOfTeam { .. } => "release.not_of_team",
            Self::WindowNotAgreed(_) => "release.window_not_agreed",
            Self::NotesMissing => "release.notes_missing",
            Self::TasksOpen(_) => "release.tasks_open",
            Self::ScopeFixed => "release.scope_fixed",
            Self::ChangeElsewhere { .. } => "release.change_elsewhere",
            Self::ChangeNotAttachable { .. } => "release.change_not_attachable",
            Self::RunOpen(_) => "release.run_open",
            Self::ReviewMissing => "release.review_missing",
            Self::OutcomeWrong(_) => "release.outcome_wrong",
            Self::ScopeFrozen { .. }
            | Self::FrozenSince { .. }
            | Self::FrozenAlready
            | Self::NotFrozen => "release.scope_frozen",
            Self::ScopeOwner => "release.scope_owner",
            Self::Cycle(_) => "release.cycle",
            Self::OutOfOrder(_) => "release.out_of_order",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Incomplete(missing)
            | Self::NotApproved(missing)
            | Self::TasksOpen(missing)
            | Self::OutOfOrder(missing)
            | Self::RunOpen(missing)
            | Self::WindowNotAgreed(missing) => missing.clone(),
            _ => Vec::new(),
        }
    }
}
