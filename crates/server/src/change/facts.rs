//! What the rules of a change need to know, gathered from the same transaction or snapshot.

use std::collections::BTreeSet;

use domain::approval::Plan;
use domain::calendar::{Side, Stands};
use domain::change::{self, Change, Facts, Phase, ReleaseFact};
use domain::identity::Role;
use kernel::{ChangeId, Interval};
use ports::{Fault, Query, Value};

use crate::approval::electorate;
use crate::asking::Asking;
use crate::calendar::{Blocked, blackouts, blocking, window};
use crate::policy::in_force;
use crate::read::{ANY_MAX, Statement};
use crate::review;

/// Gathers the facts. `interval` is a window that is asked about instead of the planned one.
pub fn gather(
    db: &mut dyn Query,
    asking: &Asking,
    id: ChangeId,
    change: &Change,
    interval: Option<Interval>,
) -> Result<Facts, Fault> {
    let release = release(db, change)?;
    let blocked = match &release {
        Some(_) => Blocked::default(),
        None => blocking(db, Side::Change(id), interval, asking.now)?,
    };
    let sooner = change::window_from_now(change, asking.now).filter(|_| release.is_none());
    let now = match sooner {
        Some(window) => blackouts(db, Side::Change(id), window.interval, asking.now)?,
        None => Blocked::default(),
    };
    let planned = change.content.window.as_ref().map(|window| window.interval);
    let committed = change.phase >= Phase::Scheduled;
    let policy = in_force(db)?;
    // The recorded risk once there is one and the change is no longer being assessed.
    let recorded = change.risk.as_ref().filter(|_| change.phase > Phase::Assess);
    let read = policy.facts(db, change, recorded.is_none())?;
    let risk = recorded.cloned().unwrap_or_else(|| policy.set.assess(&read));
    let plan = policy.change_plan(change.change_type(), read, &risk, release.is_some());
    let electorate = electorate(db, &roles_asked(&plan, change), asking.now)?;
    Ok(Facts {
        now: asking.now,
        person: asking.who.person,
        roles: asking.who.roles.clone(),
        release,
        blocking: blocked.by,
        stands: Stands::of(interval, planned, committed),
        under: blocked.under,
        blocking_now: now.by,
        under_now: now.under,
        extension_roles: policy.set.change(change.change_type()).extension.clone(),
        plan,
        electorate,
        risk,
        outside_release: policy
            .set
            .change(change.change_type())
            .outside_release_when_customers_are_hit,
        review_completed: review::is_completed(db, &id.to_string())?,
        rerouted: false,
        services_have_cis: change.content.cis.is_empty() && services_have_cis(db, change)?,
    })
}

fn services_have_cis(db: &mut dyn Query, change: &Change) -> Result<bool, Fault> {
    let services: Vec<_> = change.content.services.iter().map(ToString::to_string).collect();
    for slice in services.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT id FROM cis WHERE ");
        statement.bind_any("service", slice.iter().map(Value::from));
        statement.push(" LIMIT 1");
        if !statement.query(db)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts the risk that an edit would lead to in the place of the one that was judged, with the
/// approval that policy asks for then: an edit is no way round either.
pub(super) fn judge_again(
    db: &mut dyn Query,
    after: &Change,
    facts: &mut Facts,
) -> Result<(), Fault> {
    if after.phase < Phase::Authorise {
        return Ok(());
    }
    let policy = in_force(db)?;
    let read = policy.facts(db, after, true)?;
    let in_release = after.release.is_some();
    facts.risk = policy.set.assess(&read);
    let plan = policy.change_plan(after.change_type(), read, &facts.risk, in_release);
    facts.rerouted = plan.stages != facts.plan.stages;
    facts.plan = plan;
    facts.electorate = electorate(db, &roles_asked(&facts.plan, after), facts.now)?;
    Ok(())
}

fn roles_asked(plan: &Plan, change: &Change) -> BTreeSet<Role> {
    let mut roles = plan.roles();
    roles.extend(change.round().map(|round| round.plan.roles()).unwrap_or_default());
    roles
}

fn release(db: &mut dyn Query, change: &Change) -> Result<Option<ReleaseFact>, Fault> {
    let Some(id) = change.release else { return Ok(None) };
    let sql = "SELECT number, start_at, end_at, zone FROM releases WHERE id = $1";
    let row = db.query_one(sql, &[id.to_string().into()])?;
    row.map(|row| Ok(ReleaseFact { number: row.text(0)?.to_owned(), window: window(&row, 1)? }))
        .transpose()
}
