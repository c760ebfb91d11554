//! Carrying a release out: deploy, report each step, verify, or take it back; then close it.

use kernel::{ChangeId, NOTE_MAX};

use crate::aggregate::Decision;
use crate::deployment::{self, Deployment, DeploymentEvent, DeploymentState, StepState};
use crate::policy::ReleasePhase;
use crate::refusal::Check;
use crate::release::{Facts, Outcome, Refusal, Release, ReleaseEvent, Verb, guard};

fn wrap(events: Vec<DeploymentEvent>) -> Vec<ReleaseEvent> {
    events.into_iter().map(ReleaseEvent::Deployment).collect()
}

/// What people call a change of the release.
fn number(facts: &Facts) -> impl Fn(ChangeId) -> String {
    |id| {
        let fact = facts.changes.iter().find(|fact| fact.id == id);
        fact.map_or_else(|| id.to_string(), |fact| fact.number.clone())
    }
}

fn running(release: &Release) -> Result<&Deployment, crate::Refusal> {
    release.deployment.as_ref().ok_or_else(|| Refusal::NotScheduled.into())
}

/// Begins the deployment of every change, in order.
pub fn deploy(release: &Release, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Deploy, release, facts)?;
    let held = facts.before.iter().filter(|before| before.holds_up());
    let mut under: Vec<String> = held.filter_map(|before| before.exception.clone()).collect();
    under.extend(facts.under.iter().cloned());
    under.sort();
    under.dedup();
    Ok(wrap(vec![DeploymentEvent::Started { changes: release.changes.clone(), under }]))
}

/// Reports a change as carried out or failed.
pub fn step(
    release: &Release,
    named: deployment::Named<'_>,
    state: StepState,
    note: Option<&str>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Step, release, facts)?;
    let reported = facts.changes.iter().find(|fact| fact.id == named.0);
    reported.map_or(Ok(()), |fact| fact.not_by_its_approver(facts.person))?;
    deployment::report(running(release)?, named, state, note, number(facts)).map(wrap)
}

/// Ends the deployment; then, when verification passed, ends that.
pub fn verify(
    release: &Release,
    passed: Option<bool>,
    note: Option<&str>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Verify, release, facts)?;
    if release.phase == ReleasePhase::Deployment {
        return deployment::finish(running(release)?).map(wrap);
    }
    let mut check = Check::default();
    match passed {
        Some(true) => {}
        Some(false) => check.wrong("/passed", "verification that failed leads to `rollback`"),
        None => check.wrong("/passed", "says whether verification passed"),
    }
    check.end()?;
    deployment::verify(running(release)?, note).map(wrap)
}

/// Decides to take back what was reached.
pub fn roll_back(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Rollback, release, facts)?;
    deployment::decide_rollback(running(release)?, reason).map(wrap)
}

/// Reports a step back.
pub fn back(
    release: &Release,
    named: deployment::Named<'_>,
    state: StepState,
    note: Option<&str>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::StepBack, release, facts)?;
    deployment::report_back(running(release)?, named, state, note, number(facts)).map(wrap)
}

/// Ends a rollback that cannot be completed.
pub fn give_up(release: &Release, reason: &str, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::GiveUp, release, facts)?;
    deployment::give_up(running(release)?, reason).map(wrap)
}

/// The outcomes that what happened leaves, and why no others.
pub fn possible_outcomes(deployment: &Deployment) -> (&'static [Outcome], &'static str) {
    const FAILED: &[Outcome] = &[Outcome::PartiallySuccessful, Outcome::Failed];
    const STANDS: &[Outcome] = &[
        Outcome::Successful,
        Outcome::SuccessfulWithIssues,
        Outcome::PartiallySuccessful,
        Outcome::Failed,
    ];
    match deployment.state {
        DeploymentState::RolledBack => {
            (&[Outcome::RolledBack], "this release was taken back: its outcome is `rolled_back`")
        }
        DeploymentState::RollbackFailed => {
            (&[Outcome::Failed], "its rollback was given up: its outcome is `failed`")
        }
        _ if deployment.has_failed() => {
            (FAILED, "a change of it failed: its outcome is `partially_successful` or `failed`")
        }
        _ => (STANDS, "this release was not taken back: choose another outcome"),
    }
}

/// Ends the release, with its review completed. The outcome must fit what happened.
pub fn close(
    release: &Release,
    outcome: Option<Outcome>,
    note: Option<&str>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::Close, release, facts)?;
    let mut check = Check::default();
    check.text("/note", note.unwrap_or_default(), NOTE_MAX);
    check.end()?;
    let outcome = outcome.ok_or(Refusal::OutcomeWrong("closing needs an outcome"))?;
    let (possible, why) = possible_outcomes(running(release)?);
    if !possible.contains(&outcome) {
        return Err(Refusal::OutcomeWrong(why).into());
    }
    Ok(vec![ReleaseEvent::Closed { outcome, note: note.map(str::to_owned) }])
}
