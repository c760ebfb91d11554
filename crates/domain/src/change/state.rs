//! A change and the fold of its events.

use std::collections::BTreeSet;

use kernel::{ChangeId, PersonId, ReleaseId, ServiceId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::aggregate::{Aggregate, Stamp};
use crate::approval::{self, Extension, PartName, Round, RoundState};
use crate::artifact::Artifact;
use crate::change::{ChangeEvent, Origin};
use crate::edit::{editable, is_default};
use crate::policy::ChangeType;
use crate::record::{Extras, Standing};
use crate::risk::{Assessment, CustomerImpact};
use crate::rollback::WayBack;
use crate::vocabulary::{Environment, Window, words};

/// The most CIs of one change.
pub const CIS_MAX: usize = 2_000;
/// The most services of one change.
pub const SERVICES_MAX: usize = 200;
/// The longest time that a change may state, in minutes (a year).
pub const MINUTES_MAX: u32 = 365 * 24 * 60;
/// The most tags of one change.
pub const TAGS_MAX: usize = 50;
/// The most artifacts of one change.
pub const ARTIFACTS_MAX: usize = 100;

words! {
    /// Where a change is on its way.
    Phase {
        /// Being written.
        Draft = "draft",
        /// Its risk is being judged.
        Assess = "assess",
        /// Its approval is awaited.
        Authorise = "authorise",
        /// Its window is committed.
        Scheduled = "scheduled",
        /// Work is under way.
        Implement = "implement",
        /// It is looked back on.
        Review = "review",
        /// It is over.
        Closed = "closed",
        /// It was given up.
        Cancelled = "cancelled",
    }
}

words! {
    /// What a change alters.
    Category {
        /// Software.
        Application = "application",
        /// Servers, networks, platforms.
        Infrastructure = "infrastructure",
        /// Machines.
        Hardware = "hardware",
        /// Data.
        Data = "data",
        /// Settings.
        Configuration = "configuration",
        /// Something of a supplier.
        ThirdParty = "third_party",
    }
}

words! {
    /// How a change ended.
    Outcome {
        /// As planned.
        Successful = "successful",
        /// As planned in the end.
        SuccessfulWithIssues = "successful_with_issues",
        /// In part.
        PartiallySuccessful = "partially_successful",
        /// It failed and was taken back.
        FailedBackedOut = "failed_backed_out",
        /// It failed and stands.
        FailedNotBackedOut = "failed_not_backed_out",
    }
}

impl Outcome {
    /// Whether the change does what it was meant to.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Successful | Self::SuccessfulWithIssues)
    }
}

/// The expected outage of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Which.
    pub service: ServiceId,
    /// How long.
    pub minutes: u32,
}

editable! {
    /// What people write about a change.
    Content, Edit {
        /// What, in one line.
        title: String,
        /// Its type.
        change_type: Option<ChangeType>,
        /// What is done.
        description: String,
        /// Why.
        reason: String,
        /// What it alters.
        category: Option<Category>,
        /// Services touched.
        services: BTreeSet<ServiceId>,
        /// CIs touched, in the order given.
        cis: Vec<kernel::CiId>,
        /// Where.
        environment: Environment,
        /// What customers meet.
        customer_impact: Option<CustomerImpact>,
        /// Expected outages.
        outages: Vec<Outage>,
        /// People needed.
        people_needed: Option<u32>,
        /// Effort in minutes.
        effort_minutes: Option<u32>,
        /// Who does it.
        implementer: Option<PersonId>,
        /// The team that owns it.
        team: Option<TeamId>,
        /// How it is done.
        implementation_plan: String,
        /// How success is checked.
        test_plan: String,
        /// How it is taken back.
        backout_plan: String,
        /// How long that takes.
        backout_minutes: Option<u32>,
        /// What cannot be undone.
        cannot_be_undone: String,
        /// Regulatory tags.
        tags: BTreeSet<String>,
        /// What it ships, to the byte.
        artifacts: Vec<Artifact>,
        /// The planned window.
        window: Option<Window>,
    }
}

impl Edit {
    /// Whether it is writing: more than when, and by whom.
    fn writes(&self) -> bool {
        let planning = ["window", "implementer", "team", "people_needed", "effort_minutes"];
        self.fields().iter().any(|field| !planning.contains(field))
    }
}

/// A change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `CHG-…`.
    pub number: String,
    /// Where it is.
    pub phase: Phase,
    /// What people wrote.
    pub content: Content,
    /// That it is on hold, and why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub held: Option<Standing>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requester: Option<PersonId>,
    /// Who wrote what is approved of it, or handed it in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authors: BTreeSet<PersonId>,
    /// The release it travels in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub release: Option<ReleaseId>,
    /// The recorded risk.
    #[serde(default, skip_serializing_if = "is_default")]
    pub risk: Option<Assessment>,
    /// The newest round of its approval; those before it stay in their events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round: Option<Round>,
    /// The longer window that is asked for while work is under way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extension: Option<Extension>,
    /// The end of the window, where work is still under way after it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overdue_since: Option<Timestamp>,
    /// Tasks, remarks, watchers, links.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extras: Extras,
    /// When work began.
    #[serde(default, skip_serializing_if = "is_default")]
    pub started_at: Option<Timestamp>,
    /// When work ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: Option<Outcome>,
    /// The remark at the end, or why it was given up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome_note: Option<String>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origin: Option<Origin>,
    /// How many incidents the system that it came from counted as brought by it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub incidents: Option<u32>,
    /// The window that was planned before this one, or before it was taken away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_window: Option<Window>,
    /// That it was found done without anyone having authorised it, and how.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unauthorised: Option<Standing>,
    /// When it was raised.
    #[serde(default, skip_serializing_if = "is_default")]
    pub created_at: Option<Timestamp>,
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Phase {
    fn default() -> Self {
        Self::Draft
    }
}

impl Change {
    /// Its type; normal until it is said.
    pub fn change_type(&self) -> ChangeType {
        self.content.change_type.unwrap_or(ChangeType::Normal)
    }

    /// The newest round.
    pub fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    /// Whether its approval stands. What came from another system as scheduled was approved
    /// there, until it is edited here.
    pub fn is_approved(&self) -> bool {
        match self.round() {
            Some(round) => round.state == RoundState::Approved,
            None => self.origin.is_some() && self.phase >= Phase::Authorise,
        }
    }

    /// Refuses whoever approved it, or vouches for an approval elsewhere: they do not carry it out.
    pub fn not_by_its_approver(&self, person: Option<PersonId>) -> Result<(), approval::Refusal> {
        match self.round() {
            Some(round) => round.not_by_its_approver(person),
            None if person.is_some_and(|person| self.authors.contains(&person)) => {
                Err(approval::Refusal::ApprovedByYou)
            }
            None => Ok(()),
        }
    }

    /// Whether nothing can happen to it any more.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Closed | Phase::Cancelled)
    }

    /// Whether it does what it was meant to.
    pub fn succeeded(&self) -> bool {
        self.outcome.is_some_and(Outcome::is_success)
    }

    /// When work was done, and when it ended; nothing as long as there was none. Of an imported
    /// change whose source tells no times its window counts.
    pub fn worked(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let over = self.is_over() || self.phase == Phase::Review;
        if let Some(began) = self.started_at.or(self.finished_at) {
            return Some((began, self.finished_at.or(over.then_some(began))));
        }
        let past = self.origin.is_some() && self.phase == Phase::Closed;
        let window = self.content.window.as_ref().filter(|_| past)?;
        Some((window.interval.start, Some(window.interval.end)))
    }

    /// Whether customers meet it.
    pub fn hits_customers(&self) -> bool {
        self.content.customer_impact.is_some_and(|impact| impact != CustomerImpact::None)
    }

    fn hold(mut self, held: Option<Standing>, at: Timestamp) -> Self {
        self.round = approval::pause(self.round, held.is_some(), at);
        self.held = held;
        self
    }

    /// Whether its window binds others on the calendar.
    pub fn is_committed(&self) -> bool {
        matches!(self.phase, Phase::Scheduled | Phase::Implement)
    }

    /// The end of its own window that work under way has still to meet.
    pub fn runs_until(&self) -> Option<Timestamp> {
        let under_way = self.phase == Phase::Implement && self.release.is_none();
        let window = self.content.window.as_ref().filter(|_| under_way);
        window.filter(|_| self.overdue_since.is_none()).map(|window| window.interval.end)
    }

    /// Whether its window is certain: it is committed, or the work was carried out in it.
    pub fn is_certain(&self) -> bool {
        self.is_committed() || matches!(self.phase, Phase::Review | Phase::Closed)
    }

    /// What is known of its way back.
    pub fn way_back(&self, id: ChangeId) -> WayBack {
        WayBack {
            change: id,
            plan: self.content.backout_plan.clone(),
            minutes: self.content.backout_minutes,
            cannot_be_undone: self.content.cannot_be_undone.clone(),
        }
    }

    /// How it is done, tested and taken back: the part that technical approval covers.
    pub fn plans(&self) -> serde_json::Value {
        let content = &self.content;
        json!({
            "implementation": content.implementation_plan,
            "test": content.test_plan,
            "backout": content.backout_plan,
            "backout_minutes": content.backout_minutes,
            "cannot_be_undone": content.cannot_be_undone,
            "implementer": content.implementer,
        })
    }

    /// What it does, where, and whom it touches.
    pub fn scope(&self) -> serde_json::Value {
        let content = &self.content;
        let mut scope = json!({
            "title": content.title,
            "description": content.description,
            "reason": content.reason,
            "category": content.category,
            "tags": content.tags,
            "services": content.services,
            "cis": content.cis,
            "environment": content.environment,
            "customer_impact": content.customer_impact,
            "outages": content.outages,
        });
        // What was approved before changes had artifacts hashes as it did then.
        if !content.artifacts.is_empty() {
            scope["artifacts"] = json!(content.artifacts);
        }
        scope
    }

    /// What is approved, with the tier as recorded.
    pub fn approval_content(&self) -> approval::Content {
        let content = &self.content;
        approval::Content::new([
            (PartName::Bundle, self.scope()),
            (PartName::Plans, self.plans()),
            (PartName::Risk, json!(self.risk.as_ref().map(|risk| risk.tier))),
            (PartName::Window, json!(content.window)),
        ])
    }
}

impl Aggregate for Change {
    type Id = ChangeId;
    type Event = ChangeEvent;
    const KIND: &'static str = "change";
    const FORMAT: i64 = 8;

    fn evolve(mut self, event: &ChangeEvent, stamp: &Stamp) -> Self {
        use ChangeEvent as E;
        let planned = self.content.window.clone();
        match event {
            E::Raised { number, content, requester } => {
                self.number.clone_from(number);
                self.content.clone_from(content);
                self.requester = *requester;
                self.created_at = Some(stamp.at);
            }
            E::Imported(imported) => {
                self = imported.clone().into_change();
                self.created_at = self.created_at.or(Some(stamp.at));
                // What is still to come: who takes it over vouches that it was approved there.
                if !self.is_over() {
                    self.authors.extend(stamp.by.person());
                }
            }
            E::Edited { edit } => {
                self.content.apply(edit);
                if edit.writes() {
                    self.authors.extend(stamp.by.person());
                }
            }
            E::Submitted {} => {
                self.authors.extend(stamp.by.person());
                self.phase = Phase::Assess;
            }
            E::RiskRecorded { risk } => {
                self.risk = Some(risk.clone());
                self.phase = Phase::Authorise;
            }
            E::Round(event) => {
                self.round =
                    approval::evolve_held(self.round, event, self.held.is_some(), stamp.at);
            }
            E::ReturnedToDraft { .. } => self.phase = Phase::Draft,
            E::Scheduled { window, .. } => {
                if let Some(window) = window {
                    self.content.window = Some(window.clone());
                }
                self.phase = Phase::Scheduled;
            }
            E::Unscheduled { .. } => self.phase = Phase::Authorise,
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
            E::Started { window, .. } => {
                if window.is_some() {
                    self.content.window.clone_from(window);
                }
                self.phase = Phase::Implement;
                self.started_at = Some(stamp.at);
            }
            E::Completed { outcome, note } => {
                self.phase = Phase::Review;
                self.extension = None;
                self.overdue_since = None;
                self.finished_at = Some(stamp.at);
                self.outcome = Some(*outcome);
                self.outcome_note.clone_from(note);
            }
            E::Closed {} => self.phase = Phase::Closed,
            E::Held { reason } => self = self.hold(Some(Standing::new(reason, stamp)), stamp.at),
            E::Resumed {} => self = self.hold(None, stamp.at),
            E::Cancelled { reason } => {
                self.phase = Phase::Cancelled;
                self.outcome_note = Some(reason.clone());
            }
            E::Attached { release } => self.release = Some(*release),
            E::Detached { .. } => self.release = None,
            E::FoundUnauthorised { reason } => {
                self.unauthorised = Some(Standing::new(reason, stamp));
            }
            E::Annotated(event) => self.extras = self.extras.evolve(event, stamp),
        }
        if self.content.window != planned {
            self.last_window = planned.or(self.last_window);
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        if self.phase == Phase::Scheduled && !self.is_approved() {
            return Some("it is scheduled and its approval does not stand".to_owned());
        }
        if self.outcome.is_some() && self.phase < Phase::Review {
            return Some("it has an outcome before work ended".to_owned());
        }
        None
    }
}
