//! What the rules of a release need to know, gathered from the same transaction or snapshot.

use std::collections::{BTreeMap, BTreeSet};

use domain::approval::{EXTENSION_ROLES, Plan, Round};
use domain::calendar::{Side, Stands};
use domain::change::Change;
use domain::identity::Role;
use domain::policy::{NotesRule, TeamSay};
use domain::release::{ChangeFact, Facts, Release};
use kernel::{ChangeId, Interval, ReleaseId, TeamId};
use ports::{Fault, Query};

use crate::approval::electorate;
use crate::asking::Asking;
use crate::bus::{Loaded, find_state};
use crate::calendar::blocking;
use crate::deployment::{plan_flaws, run_open};
use crate::policy::{InForce, in_force};
use crate::release::agree::{owning, parts};
use crate::release::order::before;
use crate::review;

/// Gathers the facts. `interval` is a window that is asked about instead of the planned one.
pub(super) fn gather(
    db: &mut dyn Query,
    asking: &Asking,
    id: ReleaseId,
    release: &Release,
    interval: Option<Interval>,
) -> Result<Facts, Fault> {
    let policy = in_force(db)?;
    let (mut changes, mut carried) = (Vec::new(), Vec::new());
    let mut of_team: BTreeMap<TeamId, BTreeSet<ChangeId>> = BTreeMap::new();
    for id in &release.changes {
        let Some(change) = find_state::<Change>(db, *id)? else { continue };
        let fact = fact_of(db, &policy, &change)?;
        if let Some(team) = change.state.content.team {
            of_team.entry(team).or_default().insert(*id);
        }
        carried.push((change.state, fact.risk.clone()));
        changes.push(fact);
    }
    let (plan, refused) = policy.release_plan(db, release, &carried, asking.now)?;
    let electorate = electorate(db, &roles_asked(&plan, release), asking.now)?;
    let owning = owning(db, asking.who.person, release.changes.iter().copied())?;
    let parts = parts(db, asking.who.person, release, &of_team)?;
    let model = policy.set.release(&release.model);
    let says = |say: TeamSay| say == TeamSay::Required;
    let blocked = blocking(db, Side::Release(id), interval, asking.now)?;
    let planned = release.content.window.as_ref().map(|window| window.interval);
    Ok(Facts {
        now: asking.now,
        person: asking.who.person,
        roles: asking.who.roles.clone(),
        changes,
        blocking: blocked.by,
        stands: Stands::of(interval, planned, release.scheduled),
        under: blocked.under,
        owning,
        notes_published: notes_published(db, &policy, id, release)?,
        window_answer_required: model.is_some_and(|model| says(model.window_answer)),
        parts,
        sign_off_required: model.is_some_and(|model| says(model.sign_off)),
        before: before(db, id, release, asking.now)?,
        extension_roles: model
            .map_or_else(|| EXTENSION_ROLES.into(), |model| model.extension.clone()),
        plan,
        scale: policy.set.scale().clone(),
        electorate,
        plan_flaws: plan_flaws(db, release)?,
        run_open: run_open(db, id, release)?,
        refused,
        review_days: model.map_or(0, |model| model.review_days),
        review_completed: review::is_completed(db, &id.to_string())?,
    })
}

/// Whether its release notes are in force, where its model asks for them.
fn notes_published(
    db: &mut dyn Query,
    policy: &InForce,
    id: ReleaseId,
    release: &Release,
) -> Result<Option<bool>, Fault> {
    let model = policy.set.release(&release.model);
    if model.is_none_or(|model| model.notes != NotesRule::Required) {
        return Ok(None);
    }
    let sql = "SELECT id FROM articles WHERE release = $1 AND kind = $2 AND in_force > 0 LIMIT 1";
    let found = db.query_one(sql, &[id.to_string().into(), "release_notes".into()])?;
    Ok(Some(found.is_some()))
}

fn roles_asked(plan: &Plan, release: &Release) -> BTreeSet<Role> {
    let mut roles = plan.roles();
    roles.extend(release.round().map(|round| round.plan.roles()).unwrap_or_default());
    roles
}

/// A change as its release sees it.
pub(super) fn change_fact(
    db: &mut dyn Query,
    change: &Loaded<Change>,
) -> Result<ChangeFact, Fault> {
    let policy = in_force(db)?;
    fact_of(db, &policy, change)
}

/// How many changes lack nothing that their release waits for.
pub fn changes_ready(db: &mut dyn Query, changes: &[ChangeId]) -> Result<u32, Fault> {
    let (policy, mut ready) = (in_force(db)?, 0);
    for id in changes {
        let Some(change) = find_state::<Change>(db, *id)? else { continue };
        ready += u32::from(fact_of(db, &policy, &change)?.is_ready());
    }
    Ok(ready)
}

fn fact_of(
    db: &mut dyn Query,
    policy: &InForce,
    loaded: &Loaded<Change>,
) -> Result<ChangeFact, Fault> {
    let (id, change) = (loaded.id, &loaded.state);
    let risk = policy.current_risk(db, change)?;
    Ok(ChangeFact {
        id,
        number: change.number.clone(),
        approved: change.is_approved(),
        awaits: change.round().map(Round::awaits).unwrap_or_default(),
        way_back: change.way_back(id),
        plans: change.plans(),
        scope: change.scope(),
        conditions: change.round().map(Round::conditions_open).unwrap_or_default(),
        held: change.held.is_some(),
        risk,
        requester: change.requester,
        implementer: change.content.implementer,
        rehearsed_at: change.extras.rehearsed_at(),
        approvers: change.round().map(Round::approvers).unwrap_or_default(),
    })
}
