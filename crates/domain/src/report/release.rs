//! What a release says.

use kernel::Timestamp;

use crate::deployment::{Deployment, DeploymentState};
use crate::policy::ReleasePhase;
use crate::release::Release;
use crate::report::fact::ids;
use crate::report::{Course, Fact, Figure, Harm, Said};
use crate::vocabulary::Environment;

/// How many changes travel in a release, in steps that tell releases apart.
pub const SIZES: [&str; 4] = ["1 change", "2 to 5 changes", "6 to 20 changes", "over 20 changes"];

/// The step of a release; nothing as long as no change travels in it.
pub fn size_of(release: &Release) -> Option<&'static str> {
    let [one, few, some, many] = SIZES;
    match release.changes.len() {
        0 => None,
        1 => Some(one),
        2..=5 => Some(few),
        6..=20 => Some(some),
        _ => Some(many),
    }
}

/// A release as figures see it.
#[derive(Debug)]
pub struct ReleaseSeen<'a> {
    /// The release.
    pub release: &'a Release,
    /// Its way.
    pub course: &'a Course<ReleasePhase>,
    /// The incidents that name one of its changes as their cause.
    pub harms: &'a [Harm],
    /// The review of it, and whether that is completed.
    pub review: Option<(String, bool)>,
    /// Whether a conflict with other work stood as its deployment began.
    pub collided: bool,
}

impl ReleaseSeen<'_> {
    /// All that it says.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.course.waits().collect();
        if let Some(deployment) = &self.release.deployment {
            let began = deployment.started_at;
            facts.push(Fact::whether(Figure::CollisionRate, began, self.collided));
            if self.release.content.environment == Environment::Production {
                self.produced(deployment, &mut facts);
            }
            if let (Some(ended), false) = (deployment.finished_at, is_under_way(deployment)) {
                self.over(deployment, ended, &mut facts);
            }
        }
        facts
    }

    /// The incidents that count against a deployment.
    fn harms(&self, deployment: &Deployment) -> Vec<&Harm> {
        let began = deployment.started_at;
        self.harms.iter().filter(|harm| harm.counts_against(began)).collect()
    }

    /// What a deployment to production says.
    fn produced(&self, deployment: &Deployment, facts: &mut Vec<Fact>) {
        let (at, harms) = (deployment.started_at, self.harms(deployment));
        let taken_back = deployment.rollback.is_some();
        let failed = taken_back || !harms.is_empty();
        let because = ids(harms.iter().copied());
        facts.push(Fact::new(Figure::DeploymentFrequency, at, Said::Yes));
        facts.push(Fact::whether(Figure::RollbackRate, at, taken_back));
        let failure = Fact::whether(Figure::ChangeFailureRate, at, failed);
        facts.push(failure.because(because.clone()));
        let defects = i64::try_from(harms.len()).unwrap_or(i64::MAX);
        let defects = Fact::new(Figure::ReleaseDefectRate, at, Said::Value(defects));
        facts.push(defects.because(because.clone()));
        if let Some((noticed, restored)) = recovery(deployment, &harms) {
            let figure = Figure::FailedDeploymentRecoveryTime;
            facts.push(Fact::time(figure, at, noticed, restored).because(because));
        }
    }

    /// What a deployment that is over says.
    fn over(&self, deployment: &Deployment, ended: Timestamp, facts: &mut Vec<Fact>) {
        let harms = self.harms(deployment);
        let major: Vec<&Harm> = harms.into_iter().filter(|harm| harm.is_major()).collect();
        let verified = deployment.state == DeploymentState::Verified;
        let success = verified && deployment.rollback.is_none() && major.is_empty();
        let fact = Fact::whether(Figure::ReleaseSuccessRate, ended, success);
        facts.push(fact.because(ids(major)));
        let completed = self.review.as_ref().is_some_and(|(_, completed)| *completed);
        let review = self.review.iter().map(|(id, _)| id.clone()).collect();
        facts.push(Fact::whether(Figure::PirCompletion, ended, completed).because(review));
        if let Some(window) = &self.release.content.window {
            let (window, began) = (window.interval, deployment.started_at);
            let within = window.start <= began && ended <= window.end && !self.course.extended;
            facts.push(Fact::whether(Figure::ScheduleAdherence, began, within));
        }
    }
}

/// Whether someone is still to act: steps, verification, or the way back.
fn is_under_way(deployment: &Deployment) -> bool {
    deployment.state.is_under_way()
}

/// When a failure was noticed and when all of it was over; nothing while something is not.
fn recovery(deployment: &Deployment, harms: &[&Harm]) -> Option<(Timestamp, Timestamp)> {
    let rollback = deployment.rollback.as_ref();
    let opened = harms.iter().map(|harm| harm.opened_at);
    let noticed = opened.chain(rollback.map(|rollback| rollback.decided_at)).min()?;
    let mut restored: Vec<Timestamp> = Vec::new();
    for harm in harms {
        restored.push(harm.resolved_at?);
    }
    if rollback.is_some() {
        let back = deployment.state == DeploymentState::RolledBack;
        restored.push(deployment.finished_at.filter(|_| back)?);
    }
    Some((noticed, restored.into_iter().max()?))
}
