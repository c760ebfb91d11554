//! How critical something is, and how a CI depends on another.

use kernel::CiId;
use serde::{Deserialize, Serialize};

use crate::vocabulary::words;

words! {
    /// How a CI needs another one.
    RelationKind {
        /// It runs on the other.
        RunsOn = "runs_on",
        /// It uses the other.
        Uses = "uses",
        /// It is a part of the other.
        PartOf = "part_of",
        /// It is connected to the other.
        ConnectsTo = "connects_to",
    }
}

impl RelationKind {
    /// How a sentence says it.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::RunsOn => "runs on",
            Self::Uses => "uses",
            Self::PartOf => "is part of",
            Self::ConnectsTo => "connects to",
        }
    }

    /// How a sentence says it from the other's side.
    pub const fn phrase_back(self) -> &'static str {
        match self {
            Self::RunsOn => "carries",
            Self::Uses => "is used by",
            Self::PartOf => "contains",
            Self::ConnectsTo => "is connected from",
        }
    }

    /// What a phrase becomes when the sentence is turned round.
    pub fn turned(phrase: &str) -> Option<&'static str> {
        Self::ALL.iter().find_map(|kind| match phrase {
            there if there == kind.phrase() => Some(kind.phrase_back()),
            back if back == kind.phrase_back() => Some(kind.phrase()),
            _ => None,
        })
    }
}

/// A relation to another CI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relation {
    /// How.
    pub kind: RelationKind,
    /// To which.
    pub to: CiId,
}

/// How much hangs on something, from 1 (most) to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Criticality(u8);

impl Criticality {
    /// The number, from 1 to 4.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// 3, when nobody said otherwise.
impl Default for Criticality {
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u8> for Criticality {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1..=4 => Ok(Self(number)),
            _ => Err(format!("is {number}; it goes from 1 (most critical) to 4")),
        }
    }
}

impl From<Criticality> for u8 {
    fn from(criticality: Criticality) -> Self {
        criticality.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_turned_round_twice_reads_as_before() {
        for kind in RelationKind::ALL {
            assert_eq!(RelationKind::turned(kind.phrase()), Some(kind.phrase_back()));
            assert_eq!(RelationKind::turned(kind.phrase_back()), Some(kind.phrase()));
        }
        assert_eq!(RelationKind::turned("rains on"), None);
    }

    #[test]
    fn criticality_goes_from_one_to_four() {
        assert_eq!(Criticality::default().number(), 3);
        assert!(Criticality::try_from(0).is_err());
        assert!(Criticality::try_from(5).is_err());
        assert_eq!(serde_json::from_str::<Criticality>("4").unwrap().number(), 4);
        assert!(serde_json::from_str::<Criticality>("9").is_err());
    }
}
