//! Why a policy does not come into force.

use crate::refusal::{Missing, Refuse};

/// A rule's no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its files are not sound.
    #[error(
        "the policy has {} and stays out of force; each is named in `errors`: mend them and check \
         again",
        flaws(.0.len())
    )]
    Broken(Vec<Missing>),
}

fn flaws(count: usize) -> String {
    if count == 1 { "a flaw".to_owned() } else { format!("{count} flaws") }
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Broken(_) => "policy.broken",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Broken(flaws) => flaws.clone(),
        }
    }
}
