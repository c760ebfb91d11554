//! Why something about notices is refused.

use crate::refusal::Refuse;

/// A rule's no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only what was given up can be sent again by hand.
    #[error(
        "this is delivered or on its way: only what could not be delivered is sent again by hand"
    )]
    NotDead,
    /// A later notice says otherwise.
    #[error(
        "notice {later} of the same release tells what came after this one: sending this one now \
         would mislead"
    )]
    Outdated {
        /// The place of the later notice.
        later: i64,
    },
    /// There is nothing to send it by.
    #[error("there is still no mail server: set up a channel of kind email first")]
    NoChannel,
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotDead => "notice.not_dead",
            Self::Outdated { .. } => "notice.outdated",
            Self::NoChannel => "notice.no_channel",
        }
    }
}
