//! A vote, and that a condition is met, as they arrive.

use api::approval::{MeetCondition, Vote};
use domain::approval::{Answer, Cast, Condition, Refusal};
use kernel::PersonId;
use ports::Query;

use crate::bus::Stop;
use crate::names::{Resolver, find_person};

/// A vote of a person, with whom its condition names.
pub fn cast(
    db: &mut dyn Query,
    person: Option<PersonId>,
    answer: Answer,
    vote: &Vote,
) -> Result<Cast, Stop> {
    let person = person.ok_or_else(|| Stop::Refused(Refusal::NoRound.into()))?;
    let mut resolver = Resolver::default();
    let condition = match &vote.condition {
        Some(wanted) => {
            let named = resolver.one(db, "/condition/person", &wanted.person, find_person)?;
            named.map(|person| Condition { text: wanted.text.clone(), person, met: None })
        }
        None => None,
    };
    resolver.end()?;
    let (round, content_hash) = (vote.round, vote.content_hash.clone());
    Ok(Cast { person, answer, round, content_hash, reason: vote.reason.clone(), condition })
}

/// Whose condition is met, where that is said.
pub fn voter(db: &mut dyn Query, body: &MeetCondition) -> Result<Option<PersonId>, Stop> {
    let mut resolver = Resolver::default();
    let voter = match &body.voter {
        Some(name) => resolver.one(db, "/voter", name, find_person)?,
        None => None,
    };
    resolver.end()?;
    Ok(voter)
}
