//! A yes under a condition: it counts as any yes does, and what is approved does not begin before
//! somebody who is named has marked the condition met.

use kernel::{NOTE_MAX, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{Refusal, Round, RoundEvent, Vote};
use crate::identity::IdentityRefusal;
use crate::refusal::{Check, Missing};

/// What a yes holds under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What must be so.
    pub text: String,
    /// Who marks it met.
    pub person: PersonId,
    /// That it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
}

/// That a condition is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Who marked it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// A word to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Vote {
    /// Its condition, while it counts and is not met.
    pub fn condition_open(&self) -> Option<&Condition> {
        self.condition.as_ref().filter(|condition| self.counts() && condition.met.is_none())
    }

    /// Whoever it names marks the condition of a vote met, and so may who made it.
    fn is_marked_by(&self, person: PersonId) -> bool {
        let named = self.condition_open().map(|condition| condition.person);
        named.is_some_and(|named| named == person || self.uses_up(person))
    }
}

impl Round {
    /// Each condition that stands open.
    pub fn conditions_open(&self) -> Vec<Missing> {
        let open = self.votes.iter().filter_map(Vote::condition_open).enumerate();
        let missing = open.map(|(index, condition)| {
            let detail = format!("an approval holds only if: {}", condition.text);
            Missing::new(format!("/conditions/{index}"), detail)
        });
        missing.collect()
    }
}

/// Whether nothing that is approved waits for a condition.
pub fn conditions_met(round: Option<&Round>) -> Result<(), Refusal> {
    let open = round.map(Round::conditions_open).unwrap_or_default();
    if open.is_empty() { Ok(()) } else { Err(Refusal::ConditionsOpen(open)) }
}

/// The votes whose conditions a person may mark met, at least one; `actions` asks this too.
pub fn markable(
    round: Option<&Round>,
    person: Option<PersonId>,
) -> Result<Vec<&Vote>, crate::Refusal> {
    let person = person.ok_or(IdentityRefusal::PeopleOnly)?;
    let votes = round.map(|round| round.votes.as_slice()).unwrap_or_default();
    let open: Vec<&Vote> = votes.iter().filter(|vote| vote.condition_open().is_some()).collect();
    if open.is_empty() {
        return Err(Refusal::NoCondition.into());
    }
    let mine: Vec<&Vote> = open.into_iter().filter(|vote| vote.is_marked_by(person)).collect();
    if mine.is_empty() { Err(Refusal::ConditionOfAnother.into()) } else { Ok(mine) }
}

/// Marks the condition of a vote met: that of `voter`, or the only one that the person may mark.
pub fn meet(
    round: Option<&Round>,
    person: Option<PersonId>,
    voter: Option<PersonId>,
    note: &str,
) -> Result<Vec<RoundEvent>, crate::Refusal> {
    let mine = markable(round, person)?;
    let number = round.ok_or(Refusal::NoCondition)?.number;
    let mut check = Check::default();
    check.text("/note", note, NOTE_MAX);
    if voter.is_none() && mine.len() > 1 {
        check.wrong("/voter", "names whose condition is met: there are several");
    }
    check.end()?;
    let wanted = |vote: &&&Vote| voter.is_none_or(|voter| vote.uses_up(voter));
    let vote = mine.iter().find(wanted).ok_or(Refusal::ConditionOfAnother)?;
    let (by, note) = (person.ok_or(IdentityRefusal::PeopleOnly)?, note.to_owned());
    Ok(vec![RoundEvent::ConditionMet { round: number, person: vote.person, by, note }])
}
