//! The shape of a model.

use serde::{Deserialize, Serialize};

use crate::approval::StagePlan;
use crate::vocabulary::{Tier, words};

words! {
    /// The phases of a release. Guards belong to phases; a model names its own states.
    ReleasePhase {
        /// Scope and plan are written.
        Planning = "planning",
        /// The changes are built.
        Build = "build",
        /// They are tested.
        Test = "test",
        /// The go or no-go is awaited.
        Approval = "approval",
        /// It is carried out.
        Deployment = "deployment",
        /// Its effect is checked.
        Verification = "verification",
        /// It is looked back on.
        Review = "review",
        /// It is over.
        Closed = "closed",
        /// It was given up.
        Cancelled = "cancelled",
    }
}

words! {
    /// The types of change (ITIL 4).
    ChangeType {
        /// Pre-authorised, low risk, well understood.
        Standard = "standard",
        /// Assessed and authorised one by one.
        Normal = "normal",
        /// Must be done as soon as possible.
        Emergency = "emergency",
    }
}

/// A state of a release model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelState {
    /// What it is called.
    pub name: String,
    /// The phase it belongs to.
    pub phase: ReleasePhase,
}

words! {
    /// Whom a task is given to when it is made.
    Assign {
        /// Nobody.
        Nobody = "nobody",
        /// Who asked.
        Requester = "requester",
        /// Who carries it out.
        Implementer = "implementer",
        /// Who answers for the release.
        Owner = "owner",
        /// Who leads the release.
        ReleaseManager = "release_manager",
    }
}

/// A task that a model begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplate {
    /// What is to be done.
    pub title: String,
    /// Whom it is given to.
    pub assign: Assign,
    /// Whether the work may not complete without it.
    #[serde(default)]
    pub required: bool,
    /// The tasks before it, by their place in the list, from 1.
    #[serde(default)]
    pub after: Vec<u32>,
}

/// A kind of release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseModel {
    /// The word that a release's type is.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Raised with every edit of the file.
    pub version: u32,
    /// How long its window is when nothing is said, in minutes.
    pub window_minutes: u32,
    /// How many days after its window its review is due.
    #[serde(default = "review_days")]
    pub review_days: u16,
    /// Its states in order.
    pub states: Vec<ModelState>,
    /// The approval it asks for.
    pub approval: Vec<StagePlan>,
    /// The tasks it begins with.
    #[serde(default)]
    pub tasks: Vec<TaskTemplate>,
}

/// What a model that says nothing means: two weeks.
fn review_days() -> u16 {
    14
}

/// When a stage of a change model is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// From this tier up.
    #[serde(default)]
    pub tier_at_least: Option<Tier>,
    /// Only outside a release: within one, the bundle is judged.
    #[serde(default)]
    pub outside_release: bool,
}

/// A stage that is asked for under a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionalStage {
    /// When.
    #[serde(default)]
    pub when: Condition,
    /// The stage.
    #[serde(flatten)]
    pub stage: StagePlan,
}

words! {
    /// What becomes of a change that customers meet and that travels in no release.
    OutsideRelease {
        /// It may.
        Allow = "allow",
        /// It is marked, and stands on the report of traceability.
        Flag = "flag",
        /// Its window is not committed and its work does not begin until it joins one.
        Refuse = "refuse",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for OutsideRelease {
    fn default() -> Self {
        Self::Allow
    }
}

/// A kind of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeModel {
    /// The type it is for.
    pub name: ChangeType,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Raised with every edit of the file.
    pub version: u32,
    /// What becomes of one that customers meet and that travels in no release.
    #[serde(default)]
    pub outside_release_when_customers_are_hit: OutsideRelease,
    /// The approval it asks for.
    pub approval: Vec<ConditionalStage>,
    /// The tasks it begins with.
    #[serde(default)]
    pub tasks: Vec<TaskTemplate>,
}

/// What is wrong with a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// States are out of order.
    #[error("state \"{0}\" comes after a state of a later phase")]
    OutOfOrder(String),
    /// A phase that every release passes has no state.
    #[error("no state belongs to the phase {0}")]
    PhaseMissing(ReleasePhase),
    /// A stage without groups decides nothing.
    #[error("stage \"{0}\" has no group")]
    EmptyStage(String),
    /// A time limit that cannot be.
    #[error("group \"{0}\": {1}")]
    WrongLimit(String, &'static str),
}

impl ReleaseModel {
    /// The model with its version, as it is pinned on records.
    pub fn reference(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// The first state of a phase.
    pub fn first_state(&self, phase: ReleasePhase) -> String {
        let found = self.states.iter().find(|state| state.phase == phase);
        found.map_or_else(|| phase.word().to_owned(), |state| state.name.clone())
    }

    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), ModelError> {
        use ReleasePhase as P;
        if let Some(pair) = self.states.windows(2).find(|pair| pair[0].phase > pair[1].phase) {
            return Err(ModelError::OutOfOrder(pair[1].name.clone()));
        }
        let phases =
            [P::Planning, P::Approval, P::Deployment, P::Verification, P::Review, P::Closed];
        let has = |phase: &P| self.states.iter().any(|state| state.phase == *phase);
        if let Some(phase) = phases.iter().find(|phase| !has(phase)) {
            return Err(ModelError::PhaseMissing(*phase));
        }
        check_stages(&self.approval)
    }
}

fn check_stages<'a>(stages: impl IntoIterator<Item = &'a StagePlan>) -> Result<(), ModelError> {
    for stage in stages {
        if stage.groups.is_empty() {
            return Err(ModelError::EmptyStage(stage.name.clone()));
        }
        for group in &stage.groups {
            if let Some(wrong) = group.wrong_limit() {
                return Err(ModelError::WrongLimit(group.name.clone(), wrong));
            }
        }
    }
    Ok(())
}

impl ChangeModel {
    /// The model with its version, as it is pinned on records.
    pub fn reference(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), ModelError> {
        check_stages(self.approval.iter().map(|stage| &stage.stage))
    }
}
