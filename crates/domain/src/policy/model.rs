//! The shape of a model.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::approval::{ExtensionRoles, GroupPlan, PartName, Quorum, StagePlan};
use crate::identity::{Permission, Role, permissions};
use crate::record::DueBy;
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
        /// The team that owns it.
        Team = "team",
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
    /// By when, as seen from the window.
    #[serde(default)]
    pub due: Option<DueBy>,
}

/// A milestone that a model begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MilestoneTemplate {
    /// What is reached.
    pub name: String,
    /// By when, as seen from the window.
    pub due: DueBy,
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

words! {
    /// What the word of a team means for a release.
    TeamSay {
        /// It is shown.
        Informs = "informs",
        /// Without it the release does not go on.
        Required = "required",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for TeamSay {
    fn default() -> Self {
        Self::Informs
    }
}

words! {
    /// What becomes of a release without release notes.
    NotesRule {
        /// Nothing.
        Optional = "optional",
        /// It is not deployed until they are published.
        Required = "required",
    }
}

words! {
    /// Whether a plan may hold steps that cannot be taken back.
    IrreversibleSteps {
        /// With a reason.
        Allowed = "allowed",
        /// Not at all: every step has its inverse.
        Refused = "refused",
    }
}

words! {
    /// Who writes the review of a release that nobody had to approve.
    ReviewForm {
        /// People, as of any other.
        Full = "full",
        /// The record, for its owner to confirm.
        Short = "short",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for ReviewForm {
    fn default() -> Self {
        Self::Full
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for NotesRule {
    fn default() -> Self {
        Self::Optional
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for IrreversibleSteps {
    fn default() -> Self {
        Self::Allowed
    }
}

/// Something that refuses the go: a condition, and what is then to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuses {
    /// When: an expression over the record's facts.
    pub when: String,
    /// What is then to be done, in a sentence that may name facts in braces.
    pub sentence: String,
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
    /// Who writes it where the release was asked no approval for.
    pub review: ReviewForm,
    /// What the answer of the teams that own the affected services means for its window.
    pub window_answer: TeamSay,
    /// What becomes of it without release notes.
    pub notes: NotesRule,
    /// What it means that teams sign off their parts.
    pub sign_off: TeamSay,
    /// When it is proposed for a release: an expression over the release's facts. Never, when
    /// absent.
    pub applies_when: Option<String>,
    /// Its timeline: the milestones that it begins with.
    pub milestones: Vec<MilestoneTemplate>,
    /// Whether its plan may hold steps that cannot be taken back.
    pub irreversible_steps: IrreversibleSteps,
    /// What refuses its go.
    pub refuses: Vec<Refuses>,
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
    /// A change has no such part: no edit would void the approval.
    #[error(
        "group \"{0}\" covers `package`, which only releases have: a change's artifacts belong \
        to `bundle`"
    )]
    NoPackage(String),
    /// A time limit that cannot be.
    #[error("group \"{0}\": {1}")]
    WrongLimit(String, &'static str),
}

/// What is wrong with a model, and where: a JSON pointer into it, in which a member of a list of
/// words is named by the word.
pub type ModelFlaw = (String, ModelError);

impl ReleaseModel {
    /// The first state of a phase.
    pub fn first_state(&self, phase: ReleasePhase) -> String {
        let found = self.states.iter().find(|state| state.phase == phase);
        found.map_or_else(|| phase.word().to_owned(), |state| state.name.clone())
    }

    /// What is wrong with it, and where.
    pub fn check(&self) -> Vec<ModelFlaw> {
        use ReleasePhase as P;
        let mut wrong = Vec::new();
        for (place, pair) in (1..).zip(self.states.windows(2)) {
            if pair[0].phase > pair[1].phase {
                let error = ModelError::OutOfOrder(pair[1].name.clone());
                wrong.push((format!("/states/{place}/phase"), error));
            }
        }
        for (place, state) in self.states.iter().enumerate() {
            if self.states[..place].iter().any(|before| before.name == state.name) {
                let error = ModelError::StateTwice(state.name.clone());
                wrong.push((format!("/states/{place}/name"), error));
            }
            if state.phase == P::Cancelled {
                let error = ModelError::Cancelled(state.name.clone());
                wrong.push((format!("/states/{place}/phase"), error));
            }
        }
        let phases =
            [P::Planning, P::Approval, P::Deployment, P::Verification, P::Review, P::Closed];
        let has = |phase: &P| self.states.iter().any(|state| state.phase == *phase);
        let missing = phases.into_iter().filter(|phase| !has(phase));
        wrong.extend(missing.map(|phase| ("/states".to_owned(), ModelError::PhaseMissing(phase))));
        wrong.extend(check_approval(&self.approval, &self.extension));
        wrong
    }
}

impl ChangeModel {
    /// What is wrong with it, and where.
    pub fn check(&self) -> Vec<ModelFlaw> {
        let mut wrong = check_approval(&self.approval, &self.extension);
        for (stage, one) in self.approval.iter().enumerate() {
            for (place, group) in one.stage.groups.iter().enumerate() {
                if group.covers.contains(&PartName::Package) {
                    let pointer = format!("/approval/{stage}/groups/{place}/covers/package");
                    wrong.push((pointer, ModelError::NoPackage(group.name.clone())));
                }
            }
        }
        wrong
    }
}

fn check_approval(stages: &[ConditionalStage], extension: &ExtensionRoles) -> Vec<ModelFlaw> {
    let mut wrong = Vec::new();
    for (number, stage) in stages.iter().map(|stage| &stage.stage).enumerate() {
        let groups = format!("/approval/{number}/groups");
        for (number, group) in stage.groups.iter().enumerate() {
            let flaws = check_group(group).into_iter();
            wrong.extend(flaws.map(|(key, error)| (format!("{groups}/{number}/{key}"), error)));
        }
        if stage.groups.is_empty() {
            wrong.push((groups, ModelError::EmptyStage(stage.name.clone())));
        }
    }
    if extension.is_empty() {
        wrong.push(("/extension".to_owned(), ModelError::NoExtension));
    }
    wrong
}

fn check_group(group: &GroupPlan) -> Vec<ModelFlaw> {
    let mut wrong = Vec::new();
    let name = || group.name.clone();
    if group.roles.is_empty() {
        wrong.push(("roles".to_owned(), ModelError::NoRole(name())));
    }
    for (key, roles) in [("roles", &group.roles), ("escalate_to", &group.escalate_to)] {
        let may_not = |role: &&Role| !permissions(**role).contains(&Permission::Approve);
        let flaw = |role: &Role| (format!("{key}/{role}"), ModelError::MayNotVote(name(), *role));
        wrong.extend(roles.iter().filter(may_not).map(flaw));
    }
    let possible = match group.quorum {
        Quorum::Count(count) => count > 0,
        Quorum::Percent(share) => (1..=100).contains(&share),
        Quorum::First | Quorum::Majority | Quorum::All => true,
    };
    if !possible {
        wrong.push(("quorum".to_owned(), ModelError::Quorum(name())));
    }
    if let Some((key, limit)) = group.wrong_limit() {
        wrong.push((key.to_owned(), ModelError::WrongLimit(name(), limit)));
    }
    wrong
}
