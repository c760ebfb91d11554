//! Who is asked something: those whose votes a round waits for, the owner of a run that waits for a
//! decision, whoever has to act where a run waits for a person, and the owners of action items that
//! fall due.

use std::collections::BTreeSet;

use domain::approval::{Round, limit_at};
use domain::release::Release;
use domain::review::{DueItem, Review, day_of};
use kernel::{PersonId, ReleaseId, ReviewId, Timestamp};
use orchestrator::Waits;
use ports::{Fault, Query};
use serde_json::Value as Json;

use crate::approval::electorate;
use crate::bus::find_state;
use crate::deployment::{Awaited, awaited, shown_decision};
use crate::names::Names;

/// Some people, and what they are asked.
pub(super) type Asked = Option<(BTreeSet<PersonId>, String)>;

/// Whose votes a round may have begun to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ballot {
    /// Those of the stage whose turn has come, or comes again.
    Stage,
    /// Those of one group, which was reminded or called others.
    Group(usize, usize),
}

impl Ballot {
    /// What an event of a round leads to.
    pub(super) fn of(moved: &Json) -> Option<Self> {
        let turns = ["opened", "group_approved", "content_edited", "vote_lapsed"];
        if turns.iter().any(|turn| moved.get(turn).is_some()) {
            return Some(Self::Stage);
        }
        let call = ["reminded", "limit_reached"].iter().find_map(|call| moved.get(call))?;
        let place = |name: &str| call[name].as_u64().and_then(|at| usize::try_from(at).ok());
        Some(Self::Group(place("stage")?, place("group")?))
    }
}

/// Those who have not answered yet, absent people's deputies among them. Nothing where the round
/// has moved on since, or nobody has to look at its stage anew.
pub(super) fn voters(
    db: &mut dyn Query,
    round: &Round,
    ballot: Ballot,
    (asked_at, now): (Timestamp, Timestamp),
) -> Result<Asked, Fault> {
    let mut groups = round.open_groups();
    match ballot {
        Ballot::Stage if round.asked_since != Some(asked_at) => return Ok(None),
        Ballot::Stage => {}
        Ballot::Group(stage, group) => groups.retain(|seat| *seat == (stage, group)),
    }
    let electorate = electorate(db, &round.plan.roles(), now)?;
    let (mut people, mut words) = (BTreeSet::new(), Vec::new());
    for seat in groups {
        for silent in electorate.silent(round, seat) {
            people.insert(silent);
            people.extend(electorate.deputies.get(&silent));
        }
        let until = limit_at(round, seat).map(|at| format!(", until {at}"));
        let name = &round.plan.stages[seat.0].groups[seat.1].name;
        words.push(format!("\"{name}\" is asked{}.", until.unwrap_or_default()));
    }
    Ok((!people.is_empty()).then(|| (people, words.join("\n"))))
}

/// The owner of a release whose run waits for a decision. Nothing where it was taken meanwhile, or
/// is asked for since before and only more is known about it.
pub(super) fn decider(
    db: &mut dyn Query,
    record: &str,
    asked_at: Timestamp,
) -> Result<Asked, Fault> {
    let Ok(id) = record.parse::<ReleaseId>() else { return Ok(None) };
    let Some(release) = find_state::<Release>(db, id)? else { return Ok(None) };
    let Some(decision) = shown_decision(db, &release)? else { return Ok(None) };
    let then = if decision.default == "rollback" { "it is taken back" } else { "it goes on" };
    let why = decision.why.join("; ");
    let words = format!("{why}. If nobody decides until {}, {then}.", decision.until);
    let owner = release.state.content.owner.filter(|_| decision.asked_at == asked_at.to_string());
    Ok(owner.map(|owner| ([owner].into(), words)))
}

/// Whoever has to act where a run began to wait for a person: those with the role that the step
/// names, without whoever began the deployment, who may not sign; else the owner of the release.
/// Nothing where it was settled meanwhile.
pub(super) fn doers(
    db: &mut dyn Query,
    record: &str,
    wait: &Waits,
    (since, now): (Timestamp, Timestamp),
) -> Result<Asked, Fault> {
    let Ok(id) = record.parse::<ReleaseId>() else { return Ok(None) };
    let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
    let release = found.state;
    let mut waits = awaited(db, id, &release)?.into_iter();
    let is_it = |one: &Awaited| one.wait == *wait && one.since == Some(since);
    let Some(wait) = waits.find(is_it) else { return Ok(None) };
    let mut people = BTreeSet::new();
    if let Some(role) = wait.role {
        people.extend(electorate(db, &[role].into(), now)?.holders.into_keys());
    }
    if let Some(began) = release.deployment.and_then(|running| running.started_by.person()) {
        people.remove(&began);
    }
    if people.is_empty() {
        people.extend(release.content.owner);
    }
    Ok((!people.is_empty()).then_some((people, wait.words)))
}

/// Who owns the action items of a review that fell due, with who does what. Nothing of what was
/// done meanwhile, put off, or given to somebody else, who is reminded of it anew.
pub(super) fn owners(
    db: &mut dyn Query,
    review: &str,
    due: &[DueItem],
    asked_at: Timestamp,
) -> Result<Asked, Fault> {
    let Ok(id) = review.parse::<ReviewId>() else { return Ok(None) };
    let Some(review) = find_state::<Review>(db, id)? else { return Ok(None) };
    let (review, today) = (review.state, day_of(asked_at));
    let mut names = Names::default();
    let (mut people, mut words) = (BTreeSet::new(), vec![format!("By {}:", review.number)]);
    for item in review.content.actions.iter().filter(|item| !item.done) {
        let is_it = |due: &DueItem| due.title == item.title && due.owner == item.owner;
        let due_on = item.due_on.filter(|on| *on <= today && due.iter().any(is_it));
        let Some((owner, due_on)) = item.owner.zip(due_on) else { continue };
        let name = names.get(db, &owner.to_string())?.map(|found| found.name);
        words.push(format!("{}: {}, due {due_on}", name.unwrap_or_default(), item.title));
        people.insert(owner);
    }
    Ok((!people.is_empty()).then(|| (people, words.join("\n"))))
}
