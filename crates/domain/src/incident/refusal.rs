//! Why incidents say no.

use crate::incident::State;
use crate::refusal::Refuse;

/// A no of this feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentRefusal {
    /// From where it stands it does not go there.
    #[error("it is {is} and cannot become {wanted}: {mend}")]
    WrongState {
        /// Where it stands.
        is: State,
        /// Where it should go.
        wanted: State,
        /// What would do.
        mend: &'static str,
    },
}

impl IncidentRefusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &["incident.wrong_state"];
}

impl Refuse for IncidentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "incident.wrong_state",
        }
    }
}
