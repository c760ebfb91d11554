//! A survey and the fold of its events.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{PersonId, ReleaseId, SurveyId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::is_default;
use crate::report::SurveyEvent;

/// The most people who are asked.
pub const ASKED_MAX: usize = 2_000;
/// For so many days answers are taken.
pub const SURVEY_DAYS: i64 = 14;

/// How content someone is, from 1 (not at all) to 5 (entirely).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl Score {
    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Score {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1..=5 => Ok(Self(number)),
            _ => Err(format!("is {number}; it goes from 1 (not at all) to 5 (entirely)")),
        }
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// How content.
    pub score: Score,
    /// In words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// The question after a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Which release.
    pub release: Option<ReleaseId>,
    /// Who is asked.
    pub asked: BTreeSet<PersonId>,
    /// When they were asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opened_at: Option<Timestamp>,
    /// Until when answers are taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: Option<Timestamp>,
    /// What was answered, by whom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answers: BTreeMap<PersonId, Given>,
}

impl Aggregate for Survey {
    type Id = SurveyId;
    type Event = SurveyEvent;
    const KIND: &'static str = "survey";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &SurveyEvent, stamp: &Stamp) -> Self {
        match event {
            SurveyEvent::Opened { release, asked, until } => {
                self.release = Some(*release);
                self.asked.clone_from(asked);
                self.opened_at = Some(stamp.at);
                self.until = Some(*until);
            }
            SurveyEvent::Answered { person, score, words } => {
                let given = Given { score: *score, words: words.clone(), at: stamp.at };
                self.answers.insert(*person, given);
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let stranger = self.answers.keys().find(|person| !self.asked.contains(*person));
        stranger.map(|person| format!("{person} answered and was not asked"))
    }
}
