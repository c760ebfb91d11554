//! The shape of a model.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::approval::{ExtensionRoles, Quorum, StagePlan};
use crate::identity::{Permission, Role, permissions};
use crate::vocabulary::words;

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

/// A stage that is asked for always, or under a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionalStage {
    /// When: an expression over the record's facts. Always, when absent.
    pub when: Option<String>,
    /// Whether it is only observed: recorded where it holds, and not asked for.
    pub observe: bool,
    /// The stage.
    pub stage: StagePlan,
}

/// A kind of release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseModel {
    /// The word that a release's type is.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Raised with every edit of the file.
    pub version: u32,
    /// Who answers for it, in words.
    pub owner: Option<String>,
    /// When it is to be looked at again.
    pub review_on: Option<Date>,
    /// How long its window is when nothing is said, in minutes.
    pub window_minutes: u32,
    /// How many days after its window its review is due.
    pub review_days: u16,
    /// Its states in order.
    pub states: Vec<ModelState>,
    /// The approval it asks for.
    pub approval: Vec<ConditionalStage>,
    /// The roles that decide about a longer window of running work.
    pub extension: ExtensionRoles,
    /// The tasks it begins with.
    pub tasks: Vec<TaskTemplate>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeModel {
    /// The type it is for.
    pub name: ChangeType,
    /// For people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Raised with every edit of the file.
    pub version: u32,
    /// Who answers for it, in words.
    pub owner: Option<String>,
    /// When it is to be looked at again.
    pub review_on: Option<Date>,
    /// What becomes of one that customers meet and that travels in no release.
    pub outside_release_when_customers_are_hit: OutsideRelease,
    /// The approval it asks for.
    pub approval: Vec<ConditionalStage>,
    /// The roles that decide about a longer window of running work.
    pub extension: ExtensionRoles,
    /// The tasks it begins with.
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
    /// Two states have one name.
    #[error("two states are named \"{0}\"")]
    StateTwice(String),
    /// No model leads to a cancelled release: people cancel it.
    #[error("state \"{0}\" belongs to the phase cancelled, to which no model leads")]
    Cancelled(String),
    /// A stage without groups decides nothing.
    #[error("stage \"{0}\" has no group")]
    EmptyStage(String),
    /// Nobody could answer for the group.
    #[error("group \"{0}\" names no role: nobody could answer for it")]
    NoRole(String),
    /// Someone is asked who may not vote.
    #[error("group \"{0}\" asks the role {1}, which may not vote: a round would wait for ever")]
    MayNotVote(String, Role),
    /// A quorum that is reached by nobody, or never.
    #[error("group \"{0}\" asks for a quorum that cannot be: count from 1, percent from 1 to 100")]
    Quorum(String),
    /// Nobody could decide about a longer window.
    #[error("`extension` names no role: nobody could let running work go on for longer")]
    NoExtension,
    /// A time limit that cannot be.
    #[error("group \"{0}\": {1}")]
    WrongLimit(String, &'static str),
}

impl ReleaseModel {
    /// The first state of a phase.
    pub fn first_state(&self, phase: ReleasePhase) -> String {
        let found = self.states.iter().find(|state| state.phase == phase);
        found.map_or_else(|| phase.word().to_owned(), |state| state.name.clone())
    }

    /// What is wrong with it.
    pub fn check(&self) -> Vec<ModelError> {
        use ReleasePhase as P;
        let mut wrong = Vec::new();
        for pair in self.states.windows(2).filter(|pair| pair[0].phase > pair[1].phase) {
            wrong.push(ModelError::OutOfOrder(pair[1].name.clone()));
        }
        for (place, state) in self.states.iter().enumerate() {
            if self.states[..place].iter().any(|before| before.name == state.name) {
                wrong.push(ModelError::StateTwice(state.name.clone()));
            }
            if state.phase == P::Cancelled {
                wrong.push(ModelError::Cancelled(state.name.clone()));
            }
        }
        let phases =
            [P::Planning, P::Approval, P::Deployment, P::Verification, P::Review, P::Closed];
        let has = |phase: &P| self.states.iter().any(|state| state.phase == *phase);
        wrong.extend(phases.into_iter().filter(|phase| !has(phase)).map(ModelError::PhaseMissing));
        wrong.extend(check_stages(&self.approval));
        wrong.extend(self.extension.is_empty().then_some(ModelError::NoExtension));
        wrong
    }
}

impl ChangeModel {
    /// What is wrong with it.
    pub fn check(&self) -> Vec<ModelError> {
        let mut wrong = check_stages(&self.approval);
        wrong.extend(self.extension.is_empty().then_some(ModelError::NoExtension));
        wrong
    }
}

fn check_stages(stages: &[ConditionalStage]) -> Vec<ModelError> {
    let mut wrong = Vec::new();
    for stage in stages.iter().map(|stage| &stage.stage) {
        if stage.groups.is_empty() {
            wrong.push(ModelError::EmptyStage(stage.name.clone()));
        }
        for group in &stage.groups {
            if group.roles.is_empty() {
                wrong.push(ModelError::NoRole(group.name.clone()));
            }
            for role in group.roles.union(&group.escalate_to) {
                if !permissions(*role).contains(&Permission::Approve) {
                    wrong.push(ModelError::MayNotVote(group.name.clone(), *role));
                }
            }
            let possible = match group.quorum {
                Quorum::Count(count) => count > 0,
                Quorum::Percent(share) => (1..=100).contains(&share),
                Quorum::First | Quorum::Majority | Quorum::All => true,
            };
            if !possible {
                wrong.push(ModelError::Quorum(group.name.clone()));
            }
            if let Some(limit) = group.wrong_limit() {
                wrong.push(ModelError::WrongLimit(group.name.clone(), limit));
            }
        }
    }
    wrong
}
