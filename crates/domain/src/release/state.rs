//! A release and the fold of its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{ChangeId, CiId, PersonId, ReleaseId, ServiceId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::approval::{self, Extension, Round, RoundState};
use crate::deployment::{self, Deployment, UpdatePlan};
use crate::edit::{editable, is_default};
use crate::policy::{ModelState, ReleasePhase};
use crate::record::{DueBy, Extras, Standing};
use crate::release::agree::asked;
use crate::release::{ReleaseEvent, SignOff, TeamAnswer, WindowAsk};
use crate::vocabulary::{Environment, Tier, Window, words};

/// The most changes of one release.
pub const CHANGES_MAX: usize = 200;

words! {
    /// How a release ended.
    Outcome {
        /// As planned.
        Successful = "successful",
        /// As planned in the end.
        SuccessfulWithIssues = "successful_with_issues",
        /// In part.
        PartiallySuccessful = "partially_successful",
        /// It was taken back.
        RolledBack = "rolled_back",
        /// It failed and stands.
        Failed = "failed",
    }
}

words! {
    /// What an item of the package is.
    ItemKind {
        /// Software, with a digest.
        Artifact = "artifact",
        /// A machine.
        Hardware = "hardware",
        /// Settings.
        Configuration = "configuration",
    }
}

/// A measure of success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpi {
    /// What is measured.
    pub name: String,
    /// The value that counts as success.
    pub target: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What is reached.
    pub name: String,
    /// When, where that is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// When, as seen from the window: it moves along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DueBy>,
    /// Whether it was.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reached: bool,
}

impl Milestone {
    /// When it is to be reached, once that is known.
    pub fn due(&self, window: Option<&Window>) -> Option<Timestamp> {
        self.at.or_else(|| Some(self.by?.at(window?)))
    }
}

/// A member of the release team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: String,
}

/// An item of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageItem {
    /// What it is.
    pub kind: ItemKind,
    /// What it is called.
    pub name: String,
    /// The version it makes available.
    pub version: String,
    /// Which bytes exactly.
    pub digest: Option<String>,
    /// The service whose version it makes available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The CI whose version it makes available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<CiId>,
}

editable! {
    /// What people write about a release.
    Content, Edit {
        /// What, in one line.
        title: String,
        /// What it is for.
        description: String,
        /// Its objectives.
        objectives: Vec<String>,
        /// Its measures of success.
        kpis: Vec<Kpi>,
        /// Its milestones.
        milestones: Vec<Milestone>,
        /// People and things needed.
        resources: String,
        /// How it is rolled out.
        rollout: String,
        /// What is done when it does not go as planned.
        contingency: String,
        /// How the bundle as a whole is taken back.
        rollback_note: String,
        /// Where.
        environment: Environment,
        /// Who answers for it.
        owner: Option<PersonId>,
        /// Who leads it.
        release_manager: Option<PersonId>,
        /// The team that owns it.
        team: Option<TeamId>,
        /// Who else takes part.
        members: Vec<Member>,
        /// What is shipped.
        package: Vec<PackageItem>,
        /// Regulatory tags.
        tags: BTreeSet<String>,
        /// The window.
        window: Option<Window>,
    }
}

impl PackageItem {
    /// Whether it ships nothing that another item did not: its version and digest are its own.
    fn is_covered_by(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.name == other.name
            && (self.service.is_none() || self.service == other.service)
            && (self.ci.is_none() || self.ci == other.ci)
    }
}

impl Edit {
    /// Whether the package holds more than before.
    pub fn grows_package(&self, before: &[PackageItem]) -> bool {
        let mut known: Vec<&PackageItem> = before.iter().collect();
        self.package.iter().flatten().any(|item| {
            let found = known.iter().position(|other| item.is_covered_by(other));
            found.map(|at| known.swap_remove(at)).is_none()
        })
    }
}

/// What a release leaves to others, or leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// The change that it is, when there is a record of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub change: Option<ChangeId>,
    /// What it is, in words.
    pub what: String,
    /// Why it is left out.
    pub reason: String,
}

/// What a team contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Which team.
    pub team: TeamId,
    /// What it owns.
    pub owns: String,
    /// What it signs off.
    pub signs_off: String,
}

editable! {
    /// What people state about the scope beside the changes themselves.
    Statement, StatementEdit {
        /// Who decides about it between the teams.
        owner: Option<PersonId>,
        /// What is needed, and done independently of this release.
        independent: Vec<Outside>,
        /// What is left out on purpose.
        excluded: Vec<Outside>,
        /// The teams, and what each owns and signs off.
        teams: Vec<Contribution>,
        /// From when on nothing joins without an exception.
        freeze_at: Option<Timestamp>,
    }
}

/// A release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// `REL-…`.
    pub number: String,
    /// Its model, such as `major`.
    pub model: String,
    /// The model's version, pinned.
    pub model_version: u32,
    /// The model's states, pinned.
    pub states: Vec<ModelState>,
    /// Where it is.
    pub phase: Phase,
    /// The model's own state within the phase.
    pub state: String,
    /// What people wrote.
    pub content: Content,
    /// Who created it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requester: Option<PersonId>,
    /// Who wrote what is approved of it, or handed it in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authors: BTreeSet<PersonId>,
    /// The changes in deploy order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changes: Vec<ChangeId>,
    /// What is stated about the scope beside them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub statement: Statement,
    /// What the teams signed off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signed: BTreeMap<TeamId, SignOff>,
    /// Its scope was frozen by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frozen: Option<Standing>,
    /// The releases that must be over before it begins.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after: Vec<ReleaseId>,
    /// How it is carried out by itself, as a file; by hand when there is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub plan: Option<String>,
    /// How status updates are given while it is carried out; none where nothing is said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub updates: Option<UpdatePlan>,
    /// That it is on hold, and why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub held: Option<Standing>,
    /// Whether its window is committed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduled: bool,
    /// The recorded tier of the bundle.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tier: Option<Tier>,
    /// By when its review is due, set when it was submitted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub review_due_on: Option<Date>,
    /// The newest round of its approval; those before it stay in their events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round: Option<Round>,
    /// Its deployment.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deployment: Option<Deployment>,
    /// What the teams that own what it touches were asked about its window, and said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked: BTreeMap<TeamId, WindowAsk>,
    /// The longer window that is asked for while work is under way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extension: Option<Extension>,
    /// The end of the window, where work is still under way after it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overdue_since: Option<Timestamp>,
    /// Tasks, remarks, watchers, links.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extras: Extras,
    /// How it ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: Option<Outcome>,
    /// The window that was planned before this one, or before it was taken away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_window: Option<Window>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "is_default")]
    pub created_at: Option<Timestamp>,
    /// The start of the window for which the cadence of its model opened it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub occurrence: Option<Timestamp>,
}

/// The phase of a release; planning at first.
pub(super) type Phase = ReleasePhase;

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for ReleasePhase {
    fn default() -> Self {
        Self::Planning
    }
}

impl Release {
    /// The newest round.
    pub fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    /// Whether the go is given.
    pub fn is_approved(&self) -> bool {
        self.round().is_some_and(|round| round.state == RoundState::Approved)
    }

    /// Whether it does what it was meant to.
    pub fn succeeded(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Successful | Outcome::SuccessfulWithIssues))
    }

    /// Whether nothing can happen to it any more.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Closed | Phase::Cancelled)
    }

    /// Whether nothing may join it any more without an exception.
    pub fn is_frozen(&self, now: Timestamp) -> bool {
        self.frozen.is_some() || self.statement.freeze_at.is_some_and(|at| at <= now)
    }

    /// Whether what depends on it may be deployed.
    pub fn is_verified(&self) -> bool {
        let state = self.deployment.as_ref().map(|deployment| deployment.state);
        state == Some(deployment::DeploymentState::Verified)
    }

    /// Whether its window binds others on the calendar.
    pub fn is_committed(&self) -> bool {
        self.scheduled && self.phase <= Phase::Verification
    }

    /// Whether its window is certain: it is committed, or the work was carried out in it.
    pub fn is_certain(&self) -> bool {
        self.scheduled && self.phase != Phase::Cancelled
    }

    /// Whether it is being carried out or later.
    pub fn is_under_way(&self) -> bool {
        self.phase >= Phase::Deployment
    }

    /// The end of its window that a deployment under way has still to meet.
    pub fn runs_until(&self) -> Option<Timestamp> {
        let under_way = matches!(self.phase, Phase::Deployment | Phase::Verification);
        let window = self.content.window.as_ref().filter(|_| under_way);
        window.filter(|_| self.overdue_since.is_none()).map(|window| window.interval.end)
    }

    /// The window moved: what the teams were asked and said about another one is over.
    fn let_answers_lapse(&mut self) {
        for ask in self.asked.values_mut() {
            ask.lapsed |= self.content.window.as_ref() != Some(ask.about());
        }
    }

    fn hold(mut self, held: Option<Standing>, at: Timestamp) -> Self {
        self.round = approval::pause(self.round, held.is_some(), at);
        self.held = held;
        self
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.extension = None;
        self.overdue_since = self.overdue_since.filter(|_| phase == Phase::Verification);
        let state = self.states.iter().find(|state| state.phase == phase);
        self.state = state.map_or_else(|| phase.word().to_owned(), |state| state.name.clone());
    }
}

impl Aggregate for Release {
    type Id = ReleaseId;
    type Event = ReleaseEvent;
    const KIND: &'static str = "release";
    const FORMAT: i64 = 9;

    fn evolve(mut self, event: &ReleaseEvent, stamp: &Stamp) -> Self {
        use ReleaseEvent as E;
        if event.writes() {
            self.authors.extend(stamp.by.person());
        }
        let planned = self.content.window.clone();
        match event {
            E::Created { number, model, model_version, states, content, requester, occurrence } => {
                self.number.clone_from(number);
                self.model.clone_from(model);
                self.model_version = *model_version;
                self.states.clone_from(states);
                self.content = (**content).clone();
                self.requester = *requester;
                self.occurrence = *occurrence;
                self.created_at = Some(stamp.at);
                self.enter(Phase::Planning);
            }
            E::Edited { edit } => self.content.apply(edit),
            E::ChangeAttached { change, .. } => self.changes.push(*change),
            E::ChangeDetached { change } => self.changes.retain(|known| known != change),
            E::Reordered { changes } => self.changes.clone_from(changes),
            E::ScopeStated { edit } => self.statement.apply(edit),
            E::PartSignedOff { part, changes, note } => {
                let (changes, given) = (changes.clone(), Standing::new(note, stamp));
                self.signed.insert(part.team, SignOff { part: part.clone(), changes, given });
            }
            E::ScopeFrozen { reason } => {
                self.frozen = Some(Standing::new(reason, stamp));
            }
            E::ScopeReopened { .. } => {
                self.frozen = None;
                self.statement.freeze_at = None;
            }
            // The growth itself is an edit, of a change or of this release.
            E::ScopeGrown { .. } => {}
            E::DependenciesSet { after } => self.after.clone_from(after),
            E::PlanSet { text } => self.plan.clone_from(text),
            E::UpdatesPlanned { plan } => self.updates.clone_from(plan),
            E::Advanced { phase, state } => {
                self.phase = *phase;
                self.state.clone_from(state);
            }
            E::Submitted { tier, review_due_on } => {
                self.tier = Some(*tier);
                self.review_due_on = *review_due_on;
                self.enter(Phase::Approval);
            }
            E::TierRecorded { tier } => self.tier = Some(*tier),
            E::Round(event) => {
                self.round =
                    approval::evolve_held(self.round, event, self.held.is_some(), stamp.at);
            }
            E::ReturnedToPlanning { .. } => {
                self.scheduled = false;
                self.enter(Phase::Planning);
            }
            E::Scheduled { window, .. } => {
                self.content.window = Some(window.clone());
                self.scheduled = true;
            }
            E::Unscheduled { .. } => self.scheduled = false,
            E::WindowAsked { window, teams, note } => {
                self.asked.extend(asked(window, teams, &Standing::new(note, stamp)));
            }
            E::WindowAnswered { team, answer, instead, reason } => {
                if let Some(ask) = self.asked.get_mut(team) {
                    let (said, given) = (*answer, Standing::new(reason, stamp));
                    ask.answer = Some(TeamAnswer { said, instead: instead.clone(), given });
                }
            }
            E::ExtensionAsked { end, reason, asked_by } => {
                let (end, asked_by, asked_at) = (*end, *asked_by, stamp.at);
                let reason = reason.clone();
                self.extension = Some(Extension { end, reason, asked_by, asked_at });
            }
            E::ExtensionRefused { .. } => self.extension = None,
            E::Extended { window, .. } => {
                self.content.window = Some(window.clone());
                self.extension = None;
                self.overdue_since = None;
            }
            E::WindowOverrun { end } => self.overdue_since = Some(*end),
            E::Deployment(event) => self = self.deployed(event, stamp),
            E::Closed { outcome, .. } => {
                self.outcome = Some(*outcome);
                self.enter(Phase::Closed);
            }
            E::Held { reason } => self = self.hold(Some(Standing::new(reason, stamp)), stamp.at),
            E::Resumed {} => self = self.hold(None, stamp.at),
            E::Cancelled { .. } => {
                self.scheduled = false;
                self.enter(Phase::Cancelled);
            }
            E::Annotated(event) => self.extras = self.extras.evolve(event, stamp),
        }
        if self.content.window != planned {
            self.last_window = planned.or(self.last_window);
            self.let_answers_lapse();
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let unique: BTreeSet<_> = self.changes.iter().collect();
        if unique.len() != self.changes.len() {
            return Some("a change is in it twice".to_owned());
        }
        let ready = self.is_approved() && self.content.window.is_some();
        if self.phase == Phase::Deployment && !ready {
            return Some("it is deployed without a go or a window".to_owned());
        }
        None
    }
}

impl Release {
    fn deployed(mut self, event: &deployment::DeploymentEvent, stamp: &Stamp) -> Self {
        use deployment::DeploymentEvent as D;
        self.deployment = deployment::evolve(self.deployment.take(), event, stamp);
        match event {
            D::Started { .. } => self.enter(Phase::Deployment),
            D::Finished {} => self.enter(Phase::Verification),
            D::Verified { .. } | D::RolledBack {} | D::RollbackFailed { .. } => {
                self.enter(Phase::Review);
            }
            D::StepReported { .. }
            | D::RollbackDecided { .. }
            | D::StepBackReported { .. }
            | D::UpdateSent { .. }
            | D::UpdateOverdue { .. } => {}
        }
        self
    }
}
