//! Why a board or its meeting says no.

use kernel::Timestamp;
use thiserror::Error;

use crate::refusal::Refuse;

/// Why a rule of a meeting says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The cut-off passed.
    #[error("the agenda was closed at {cut_off}: what comes later goes to the next meeting")]
    AgendaFrozen {
        /// When.
        cut_off: Timestamp,
    },
    /// Not in this state.
    #[error("{number} is {state}: {remedy}")]
    WrongState {
        /// `CAB-…`.
        number: String,
        /// Where it stands.
        state: String,
        /// What would mend it.
        remedy: String,
    },
    /// Someone else leads.
    #[error("a meeting is led by the chair of its board, or by who holds `cab.write`: ask them")]
    NotTheChair,
    /// Not of this board.
    #[error(
        "only who sits on the board, or answers for a release on the closed agenda, takes part in \
        its meetings: ask its chair for a seat"
    )]
    NotAMember,
    /// Something that the agenda does not hold.
    #[error("{number} is not on this agenda: look at the items again")]
    NotOnAgenda {
        /// What people call it.
        number: String,
    },
    /// It stands there already.
    #[error("{number} is on this agenda already")]
    OnAgenda {
        /// What people call it.
        number: String,
    },
    /// Its approval does not ask the board, or not any more.
    #[error(
        "nothing of {number} waits for this board: its approval is not open, or asks for none of \
        the board's roles that have yet to answer. Submit it first, or ask the board that its \
        approval names"
    )]
    NothingWaits {
        /// What people call it.
        number: String,
    },
    /// More than one meeting can deal with.
    #[error("the agenda holds {most} items, and no more fit: plan another meeting")]
    AgendaFull {
        /// The bound.
        most: usize,
    },
    /// Why is not said.
    #[error("say why: whoever reads the minutes later wants to understand it")]
    ReasonMissing,
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "cab.agenda_frozen",
        "cab.wrong_state",
        "cab.not_the_chair",
        "cab.not_a_member",
        "cab.not_on_agenda",
        "cab.on_agenda",
        "cab.nothing_waits",
        "cab.agenda_full",
        "cab.reason_missing",
    ];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AgendaFrozen { .. } => "cab.agenda_frozen",
            Self::WrongState { .. } => "cab.wrong_state",
            Self::NotTheChair => "cab.not_the_chair",
            Self::NotAMember => "cab.not_a_member",
            Self::NotOnAgenda { .. } => "cab.not_on_agenda",
            Self::OnAgenda { .. } => "cab.on_agenda",
            Self::NothingWaits { .. } => "cab.nothing_waits",
            Self::AgendaFull { .. } => "cab.agenda_full",
            Self::ReasonMissing => "cab.reason_missing",
        }
    }
}
