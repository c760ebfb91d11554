//! What a gate answered last and what was seen to pass it, and the fold of that.

use std::collections::BTreeMap;

use kernel::{ChangeId, GateId, ReleaseId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::artifact::Artifact;
use crate::edit::is_default;
use crate::gate::{GateEvent, Purpose, Reason, Verdict, Word};
use crate::vocabulary::Environment;

/// The most CIs of which the last deployment is kept.
pub const SEEN_MAX: usize = 200;

/// The last answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What.
    pub answer: Word,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The version of the policy in force.
    pub policy: i64,
    /// Since when it is so.
    pub at: Timestamp,
    /// The releases behind it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub releases: Vec<ReleaseId>,
    /// The changes behind it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changes: Vec<ChangeId>,
}

/// The last deployment that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// On which CI.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ci: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deployed_by: Option<String>,
    /// When.
    pub deployed_at: Timestamp,
    /// The change that was opened because nothing authorised it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unauthorised: Option<ChangeId>,
}

/// A gate: one artifact at one environment, for one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// What is asked about.
    pub artifact: Option<Artifact>,
    /// Where.
    pub environment: Environment,
    /// What for.
    pub purpose: Purpose,
    /// The last answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered: Option<Answered>,
    /// When it let the artifact through first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub allowed_at: Option<Timestamp>,
    /// The last deployment that was seen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub seen: Option<Seen>,
    /// The last one of each CI, or of none, by its name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last: BTreeMap<String, Seen>,
}

impl Gate {
    /// The last deployment that was seen on a CI.
    pub fn seen_on(&self, ci: Option<&str>) -> Option<&Seen> {
        self.last.get(ci.unwrap_or_default())
    }

    /// What is told of what was seen: the last that nobody authorised of those that are the last on
    /// their CI, else the last of all.
    pub fn shown(&self) -> Option<&Seen> {
        let open = self.last.values().filter(|seen| seen.unauthorised.is_some());
        open.max_by_key(|seen| seen.deployed_at).or(self.seen.as_ref())
    }

    /// Keeps a deployment as the last one of its CI. Where these are too many, the one that is
    /// longest ago is forgotten.
    fn keep(&mut self, seen: Seen) {
        self.last.insert(seen.ci.clone().unwrap_or_default(), seen.clone());
        self.seen = Some(seen);
        if self.last.len() > SEEN_MAX {
            let oldest = self.last.iter().min_by_key(|(_, seen)| seen.deployed_at);
            let oldest = oldest.map(|(ci, _)| ci.clone()).unwrap_or_default();
            self.last.remove(&oldest);
        }
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Purpose {
    fn default() -> Self {
        Self::Deploy
    }
}

impl Aggregate for Gate {
    type Id = GateId;
    type Event = GateEvent;
    const KIND: &'static str = "gate";
    const FORMAT: i64 = 2;

    fn evolve(mut self, event: &GateEvent, stamp: &Stamp) -> Self {
        use GateEvent as E;
        match event {
            E::Answered {
                artifact,
                environment,
                purpose,
                answer,
                reasons,
                policy,
                releases,
                changes,
            } => {
                self.artifact = Some(artifact.clone());
                self.environment = *environment;
                self.purpose = *purpose;
                if *answer == Word::Allow {
                    self.allowed_at = self.allowed_at.or(Some(stamp.at));
                }
                self.answered = Some(Answered {
                    answer: *answer,
                    reasons: reasons.clone(),
                    policy: *policy,
                    at: stamp.at,
                    releases: releases.clone(),
                    changes: changes.clone(),
                });
            }
            E::DeploymentSeen {
                artifact,
                environment,
                ci,
                deployed_by,
                deployed_at,
                unauthorised,
            } => {
                self.artifact = Some(artifact.clone());
                self.environment = *environment;
                self.keep(Seen {
                    ci: ci.clone(),
                    deployed_by: deployed_by.clone(),
                    deployed_at: *deployed_at,
                    unauthorised: *unauthorised,
                });
            }
        }
        self
    }
}

impl Verdict {
    /// Whether it says what was answered last: the word, why, and the records behind it. Sentences
    /// and times may move without the answer changing.
    pub fn repeats(&self, before: &Answered) -> bool {
        let key = |reason: &Reason| (reason.code, reason.record.clone());
        let (before_why, why) = (before.reasons.iter().map(key), self.reasons.iter().map(key));
        before.answer == self.word && before_why.eq(why)
    }
}

/// What follows from a verdict: nothing when it was answered so before.
pub fn answer(
    gate: &Gate,
    (artifact, environment, purpose): (&Artifact, Environment, Purpose),
    verdict: &Verdict,
    policy: i64,
    (releases, changes): (Vec<ReleaseId>, Vec<ChangeId>),
) -> Vec<GateEvent> {
    if gate.answered.as_ref().is_some_and(|before| verdict.repeats(before)) {
        return Vec::new();
    }
    vec![GateEvent::Answered {
        artifact: artifact.clone(),
        environment,
        purpose,
        answer: verdict.word,
        reasons: verdict.reasons.clone(),
        policy,
        releases,
        changes,
    }]
}

/// What follows from a deployment that was seen: nothing when it was told before. A deployment is
/// known by when and where it was.
pub fn seen(
    gate: &Gate,
    (artifact, environment): (&Artifact, Environment),
    seen: Seen,
) -> Vec<GateEvent> {
    let told = |before: &Seen| before.deployed_at >= seen.deployed_at;
    if gate.seen_on(seen.ci.as_deref()).is_some_and(told) {
        return Vec::new();
    }
    vec![GateEvent::DeploymentSeen {
        artifact: artifact.clone(),
        environment,
        ci: seen.ci,
        deployed_by: seen.deployed_by,
        deployed_at: seen.deployed_at,
        unauthorised: seen.unauthorised,
    }]
}
