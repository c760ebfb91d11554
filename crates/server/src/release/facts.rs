//! What the rules of a release need to know, gathered from the same transaction or snapshot.

use std::collections::BTreeSet;

use domain::approval::Plan;
use domain::calendar::Side;
use domain::change::{Change, Phase};
use domain::identity::Role;
use domain::policy::release_plan;
use domain::release::{ChangeFact, Facts, Release};
use kernel::{ChangeId, Interval, ReleaseId};
use ports::{Fault, Query};

use crate::approval::electorate;
use crate::asking::Asking;
use crate::bus::{Loaded, find_state};
use crate::calendar::blocking;
use crate::release::order::before;
use crate::review;
use crate::risk::assess_change;

/// Gathers the facts. `interval` is a window that is asked about instead of the planned one.
pub(super) fn gather(
    db: &mut dyn Query,
    asking: &Asking,
    id: ReleaseId,
    release: &Release,
    interval: Option<Interval>,
) -> Result<Facts, Fault> {
    let mut changes = Vec::with_capacity(release.changes.len());
    for change in &release.changes {
        changes.extend(change_fact(db, *change)?);
    }
    let plan = asking.models.release(&release.model).map(release_plan).unwrap_or_default();
    let electorate = electorate(db, &roles_asked(&plan, release), asking.now)?;
    let blocked = blocking(db, Side::Release(id), interval, asking.now)?;
    Ok(Facts {
        now: asking.now,
        person: asking.who.person,
        roles: asking.who.roles.clone(),
        changes,
        blocking: blocked.by,
        under: blocked.under,
        before: before(db, id, release, asking.now)?,
        plan,
        electorate,
        review_days: asking.models.release(&release.model).map_or(0, |model| model.review_days),
        review_completed: review::is_completed(db, &id.to_string())?,
    })
}

fn roles_asked(plan: &Plan, release: &Release) -> BTreeSet<Role> {
    let mut roles = plan.roles();
    roles.extend(release.round().map(|round| round.plan.roles()).unwrap_or_default());
    roles
}

/// A change as its release sees it.
pub(super) fn change_fact(db: &mut dyn Query, id: ChangeId) -> Result<Option<ChangeFact>, Fault> {
    let loaded: Option<Loaded<Change>> = find_state(db, id)?;
    let Some(Loaded { state: change, .. }) = loaded else { return Ok(None) };
    let recorded = change.risk.clone().filter(|_| change.phase > Phase::Assess);
    let risk = match recorded {
        Some(risk) => risk,
        None => assess_change(db, &change)?,
    };
    Ok(Some(ChangeFact {
        id,
        number: change.number.clone(),
        approved: change.is_approved(),
        way_back: change.way_back(id),
        plans: change.plans(),
        scope: change.scope(),
        held: change.held,
        risk,
        requester: change.requester,
        implementer: change.content.implementer,
    }))
}
