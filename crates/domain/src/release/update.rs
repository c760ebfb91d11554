//! How status updates of a release are given while it is carried out, and giving them.

use kernel::Timestamp;

use crate::aggregate::Decision;
use crate::deployment::{self, UpdatePlan};
use crate::release::{Facts, Refusal, Release, ReleaseEvent, Verb, guard};

/// Says how updates are given, or that none are.
pub fn plan_updates(
    release: &Release,
    plan: Option<UpdatePlan>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::PlanUpdates, release, facts)?;
    plan.as_ref().map_or(Ok(()), UpdatePlan::check)?;
    if plan == release.updates {
        return Ok(vec![]);
    }
    Ok(vec![ReleaseEvent::UpdatesPlanned { plan }])
}

/// Gives an update.
pub fn send_update(release: &Release, text: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::SendUpdate, release, facts)?;
    let running = release.deployment.as_ref().ok_or(Refusal::NotScheduled)?;
    let events = deployment::send_update(running, text)?;
    Ok(events.into_iter().map(ReleaseEvent::Deployment).collect())
}

/// Reminds the owner of an update that is due, if one is.
pub fn remind_of_update(release: &Release, now: Timestamp) -> Vec<ReleaseEvent> {
    let known = release.deployment.as_ref().zip(release.updates.as_ref());
    let events = known.map(|(running, plan)| deployment::remind_of_update(running, plan, now));
    events.into_iter().flatten().map(ReleaseEvent::Deployment).collect()
}

impl Release {
    /// When the next update is due, as long as it is carried out.
    pub fn update_due(&self) -> Option<Timestamp> {
        self.deployment.as_ref()?.update_due(self.updates.as_ref()?)
    }
}
