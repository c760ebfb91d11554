//! The parts of the teams: each signs off the part that is stated for it, over the words and the
//! changes as they are then.

use std::collections::BTreeSet;

use kernel::{ChangeId, NOTE_MAX, TeamId};
use serde::{Deserialize, Serialize};

use crate::aggregate::Decision;
use crate::identity::IdentityRefusal;
use crate::record::Standing;
use crate::refusal::{Check, Missing};
use crate::release::{Contribution, Facts, Refusal, Release, ReleaseEvent, Verb, guard};

/// That a team signed off its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// The part as it was stated.
    pub part: Contribution,
    /// The team's changes in the release.
    pub changes: BTreeSet<ChangeId>,
    /// By whom and when, with which words.
    pub given: Standing,
}

/// A team whose part is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFact {
    /// Which.
    pub team: TeamId,
    /// What it is called.
    pub name: String,
    /// Its changes in the release.
    pub changes: BTreeSet<ChangeId>,
    /// Whether the person who asks belongs to it.
    pub yours: bool,
}

fn stated(release: &Release, team: TeamId) -> Option<&Contribution> {
    release.statement.teams.iter().find(|part| part.team == team)
}

/// The sign-off of a part, as long as its words and changes are those.
pub fn signed<'a>(release: &'a Release, part: &PartFact) -> Option<&'a SignOff> {
    let signed = release.signed.get(&part.team)?;
    let same = stated(release, part.team) == Some(&signed.part) && signed.changes == part.changes;
    same.then_some(signed)
}

/// The parts that the person may sign off: of teams that they belong to, and not signed off yet.
pub fn signable<'a>(
    release: &Release,
    facts: &'a Facts,
) -> Result<Vec<&'a PartFact>, crate::Refusal> {
    facts.person.ok_or(IdentityRefusal::PeopleOnly)?;
    let open: Vec<&PartFact> =
        facts.parts.iter().filter(|part| signed(release, part).is_none()).collect();
    if open.is_empty() {
        return Err(Refusal::NothingToSign.into());
    }
    let mine: Vec<&PartFact> = open.iter().copied().filter(|part| part.yours).collect();
    if mine.is_empty() {
        let teams: Vec<&str> = open.iter().map(|part| part.name.as_str()).collect();
        return Err(Refusal::NotOfTeam { teams: teams.join(", ") }.into());
    }
    Ok(mine)
}

/// Signs off the part of a team; of the one that the person may sign off, when there is only one.
pub fn sign_off(
    release: &Release,
    team: Option<TeamId>,
    note: &str,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::SignOff, release, facts)?;
    let mine = signable(release, facts)?;
    let mut check = Check::default();
    check.text("/note", note, NOTE_MAX);
    let names = || mine.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(", ");
    if team.is_none() && mine.len() > 1 {
        check.wrong("/team", format!("is one of {}", names()));
    }
    check.end()?;
    let wanted = |part: &&PartFact| team.is_none_or(|team| team == part.team);
    let part = mine.iter().copied().find(wanted);
    let part = part.ok_or_else(|| Refusal::NotOfTeam { teams: names() })?;
    let stated = stated(release, part.team).ok_or(Refusal::NothingToSign)?.clone();
    let (changes, note) = (part.changes.clone(), note.to_owned());
    Ok(vec![ReleaseEvent::PartSignedOff { part: stated, changes, note }])
}

/// Where the model asks for it, what is not signed off.
pub(super) fn unsigned(release: &Release, facts: &Facts) -> Vec<Missing> {
    let open = facts.parts.iter().filter(|part| signed(release, part).is_none());
    let missing = open.filter(|_| facts.sign_off_required).map(|part| {
        let detail = format!("{} has not signed off its part", part.name);
        Missing::new(format!("/teams/{}", part.name), detail)
    });
    missing.collect()
}
