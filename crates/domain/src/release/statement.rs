//! Stating the scope: what is handled independently, what is left out and why, which teams own and
//! sign off what, and from when on nothing joins.

use kernel::{NAME_MAX, NOTE_MAX, Timestamp};

use crate::aggregate::Decision;
use crate::refusal::{Check, reasoned};
use crate::release::{
    Facts, Outside, Refusal, Release, ReleaseEvent, Statement, StatementEdit, Verb, guard,
};

/// The most things that are handled independently, and the most that are left out.
pub const OUTSIDE_MAX: usize = 100;
/// The most teams that contribute.
pub const TEAMS_MAX: usize = 50;

/// States the scope. Whoever plans the release may name a scope owner; from then on it is theirs.
pub fn state_scope(
    release: &Release,
    edit: &StatementEdit,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    let edit = edit.clone().against(&release.statement);
    let only_names_owner = edit.fields() == ["owner"];
    let verb = if only_names_owner { Verb::NameScopeOwner } else { Verb::StateScope };
    guard(verb, release, facts)?;
    if edit.is_empty() {
        return Ok(vec![]);
    }
    if let Some(at) = release.statement.freeze_at.filter(|at| *at <= facts.now) {
        // Another date would open the scope without a reason.
        if edit.freeze_at.is_some() {
            return Err(Refusal::FrozenSince { at }.into());
        }
    }
    let mut statement = release.statement.clone();
    statement.apply(&edit);
    checked(release, &statement, &edit, facts.now).end()?;
    Ok(vec![ReleaseEvent::ScopeStated { edit: Box::new(edit) }])
}

fn checked(
    release: &Release,
    statement: &Statement,
    edit: &StatementEdit,
    now: Timestamp,
) -> Check {
    let mut check = Check::default();
    let lists = [("/independent", &statement.independent), ("/excluded", &statement.excluded)];
    for (pointer, list) in lists {
        check.count(pointer, list.len(), OUTSIDE_MAX);
        for (index, outside) in list.iter().enumerate() {
            check_outside(&mut check, &format!("{pointer}/{index}"), outside, release);
        }
    }
    check.count("/teams", statement.teams.len(), TEAMS_MAX);
    for (index, contribution) in statement.teams.iter().enumerate() {
        check.name(&format!("/teams/{index}/owns"), &contribution.owns, NOTE_MAX);
        check.text(&format!("/teams/{index}/signs_off"), &contribution.signs_off, NOTE_MAX);
        let again = |other: &crate::release::Contribution| other.team == contribution.team;
        if statement.teams[..index].iter().any(again) {
            check.wrong(&format!("/teams/{index}/team"), "is named twice");
        }
    }
    if edit.freeze_at.flatten().is_some_and(|at| at <= now) {
        check.wrong("/freeze_at", "must be in the future; to freeze it now, use `freeze`");
    }
    check
}

fn check_outside(check: &mut Check, pointer: &str, outside: &Outside, release: &Release) {
    match outside.change {
        Some(change) if release.changes.contains(&change) => {
            check.wrong(&format!("{pointer}/change"), "travels in this release: detach it first");
        }
        Some(_) => check.text(&format!("{pointer}/what"), &outside.what, NAME_MAX),
        None => check.name(&format!("{pointer}/what"), &outside.what, NAME_MAX),
    }
    check.name(&format!("{pointer}/reason"), &outside.reason, NOTE_MAX);
}

/// Lets nothing join any more without an exception.
pub fn freeze(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Freeze, release, facts)?;
    reasoned(reason)?;
    Ok(vec![ReleaseEvent::ScopeFrozen { reason: reason.to_owned() }])
}

/// Lets changes join again.
pub fn unfreeze(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Unfreeze, release, facts)?;
    reasoned(reason)?;
    Ok(vec![ReleaseEvent::ScopeReopened { reason: reason.to_owned() }])
}
