//! What the rules of a release need to know of the world, and the guard of each verb.

use std::collections::BTreeSet;

use kernel::{ChangeId, PersonId, ReleaseId, Timestamp};

use crate::approval::{self, Decider, Electorate, Extension, ExtensionRoles, Plan, Round};
use crate::calendar::{self, Stands};
use crate::deployment::{self, DeploymentState};
use crate::identity::Role;
use crate::policy::ReleasePhase as P;
use crate::refusal::{Missing, told};
use crate::release::agree::{agreed, answerable, may_ask, may_take};
use crate::release::parts::{signable, unsigned};
use crate::release::{Content, ItemKind, OwningTeam, PartFact, Refusal, Release};
use crate::risk::{Assessment, Scale};
use crate::rollback::WayBack;
use crate::vocabulary::words;

words! {
    /// What can be done to a release.
    Verb {
        /// Edit its fields.
        Edit = "edit",
        /// Attach or detach a change, or order them.
        Scope = "scope",
        /// State what it leaves to others and out, and who answers for what.
        StateScope = "state_scope",
        /// Say who decides about the scope between the teams.
        NameScopeOwner = "name_scope_owner",
        /// Sign off the part of a team.
        SignOff = "sign_off",
        /// Let nothing join any more without an exception.
        Freeze = "freeze",
        /// Let changes join again.
        Unfreeze = "unfreeze",
        /// Say which releases must be over before it.
        Depend = "depend",
        /// Say how it is carried out by itself.
        SetPlan = "set_plan",
        /// Say how status updates are given while it is carried out.
        PlanUpdates = "plan_updates",
        /// Go on to the model's next state.
        Advance = "advance",
        /// Ask for the go.
        Submit = "submit",
        /// Vote yes.
        Approve = "approve",
        /// Vote no.
        Reject = "reject",
        /// Vote neither.
        Abstain = "abstain",
        /// Mark the condition of an approval met.
        MeetCondition = "meet_condition",
        /// Commit or move the window.
        Schedule = "schedule",
        /// Ask the teams that own what it touches about the window.
        AskWindow = "ask_window",
        /// Answer for such a team.
        AnswerWindow = "answer_window",
        /// Take the window that such a team proposes.
        TakeWindow = "take_window",
        /// Begin the deployment.
        Deploy = "deploy",
        /// Report a step.
        Step = "step",
        /// Give a status update.
        SendUpdate = "send_update",
        /// Lengthen the running window.
        Extend = "extend",
        /// Let the longer window have its way.
        GrantExtension = "grant_extension",
        /// Turn the longer window down.
        RefuseExtension = "refuse_extension",
        /// End the deployment, then its verification.
        Verify = "verify",
        /// Take it back.
        Rollback = "rollback",
        /// Report a step back.
        StepBack = "step_back",
        /// End a rollback that cannot be completed.
        GiveUp = "give_up",
        /// End it.
        Close = "close",
        /// Let it wait.
        Hold = "hold",
        /// Let it go on.
        Resume = "resume",
        /// Give it up.
        Cancel = "cancel",
    }
}

/// What a release needs to know of a change it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFact {
    /// Which.
    pub id: ChangeId,
    /// `CHG-…`.
    pub number: String,
    /// Whether its technical approval stands.
    pub approved: bool,
    /// By whom that is missing, where it is asked for.
    pub awaits: Vec<Missing>,
    /// How it is taken back.
    pub way_back: WayBack,
    /// How it is done, tested and taken back, as its approvers saw it.
    pub plans: serde_json::Value,
    /// What it does, where, and whom it touches, as its approvers saw it.
    pub scope: serde_json::Value,
    /// Each condition of its approval that stands open.
    pub conditions: Vec<Missing>,
    /// Whether it is on hold.
    pub held: bool,
    /// Its risk: recorded, or as it is now.
    pub risk: Assessment,
    /// Who asked for it, and who carries it out.
    pub requester: Option<PersonId>,
    /// Who carries it out.
    pub implementer: Option<PersonId>,
    /// When its own way back was rehearsed last, and passed.
    pub rehearsed_at: Option<Timestamp>,
    /// Whose yes to it counts.
    pub approvers: BTreeSet<PersonId>,
}

impl ChangeFact {
    /// Whether it lacks nothing that its release waits for.
    pub fn is_ready(&self) -> bool {
        lacks(self).is_empty()
    }

    /// Who approved it does not carry it out, in a release no more than alone.
    pub(super) fn not_by_its_approver(
        &self,
        person: Option<PersonId>,
    ) -> Result<(), approval::Refusal> {
        let said_yes = person.is_some_and(|person| self.approvers.contains(&person));
        if said_yes { Err(approval::Refusal::ApprovedByYou) } else { Ok(()) }
    }
}

/// A release that must be over first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Which.
    pub id: ReleaseId,
    /// `REL-…`.
    pub number: String,
    /// Where it is.
    pub phase: P,
    /// Whether it was carried out and verified.
    pub verified: bool,
    /// The exception from the order that is held, `EXC-…`.
    pub exception: Option<String>,
}

impl Before {
    /// Whether it is still to be waited for; one that was given up is not.
    pub fn holds_up(&self) -> bool {
        !self.verified && self.phase != P::Cancelled
    }
}

/// What the rules need to know, gathered inside the transaction.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Now.
    pub now: Timestamp,
    /// The person who asks.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// The changes in deploy order.
    pub changes: Vec<ChangeFact>,
    /// Each conflict that blocks its window, in words.
    pub blocking: Vec<String>,
    /// How the window that was looked at stands to its own.
    pub stands: Stands,
    /// The exceptions without which more would block, `EXC-…`.
    pub under: Vec<String>,
    /// The releases that must be over before it.
    pub before: Vec<Before>,
    /// The teams that own the services which it touches.
    pub owning: Vec<OwningTeam>,
    /// Whether its release notes are published, where its model asks for them.
    pub notes_published: Option<bool>,
    /// Whether its model asks that they agree to its window.
    pub window_answer_required: bool,
    /// The teams whose parts are stated.
    pub parts: Vec<PartFact>,
    /// Whether its model asks that they sign them off.
    pub sign_off_required: bool,
    /// The approval that its model asks for.
    pub plan: Plan,
    /// How the risks of its changes add up.
    pub scale: Scale,
    /// The roles that decide about a longer window, by its model.
    pub extension_roles: ExtensionRoles,
    /// Who holds the roles that the plan, or the open round, names.
    pub electorate: Electorate,
    /// Whether its review is completed.
    pub review_completed: bool,
    /// What is wrong with its plan, as its changes are now.
    pub plan_flaws: Vec<Missing>,
    /// What the run that carries it out still does or waits for.
    pub run_open: Vec<Missing>,
    /// What its model refuses its go for.
    pub refused: Vec<Missing>,
    /// How many days after its window its review is due, by its model.
    pub review_days: u16,
}

impl Facts {
    /// Minutes that taking every change back takes, one after the other.
    pub fn minutes_back(&self) -> u32 {
        self.changes.iter().filter_map(|change| change.way_back.minutes).sum()
    }
}

/// Whether a verb may be done now. A refusal names everything that is missing.
pub fn guard(verb: Verb, release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    if release.is_over() {
        return Err(Refusal::Ended { phase: release.phase }.into());
    }
    in_phase(verb, release)?;
    if release.held.is_some()
        && !matches!(
            verb,
            Verb::Resume
                | Verb::Cancel
                | Verb::Edit
                | Verb::Scope
                | Verb::StateScope
                | Verb::NameScopeOwner
                | Verb::Freeze
                | Verb::Unfreeze
                | Verb::Depend
                | Verb::SetPlan
                | Verb::MeetCondition
                | Verb::PlanUpdates
        )
    {
        return Err(Refusal::Held.into());
    }
    match verb {
        Verb::Advance => next_state(release).map(|_| ()),
        Verb::Submit => ready_to_submit(release, facts),
        Verb::Approve | Verb::Reject | Verb::Abstain => {
            approval::seat(release.round(), facts.person, &facts.roles, &facts.electorate)?;
            // The bundle is judged when each change of it is approved, and no sooner.
            if verb == Verb::Approve { ready_to_submit(release, facts) } else { Ok(()) }
        }
        Verb::GrantExtension | Verb::RefuseExtension => {
            decides_extension(release, facts).map(|_| ())
        }
        Verb::MeetCondition => approval::markable(release.round(), facts.person).map(|_| ()),
        Verb::Schedule => may_schedule(release, facts),
        Verb::SignOff => signable(release, facts).map(|_| ()),
        Verb::AskWindow => may_ask(release, facts),
        Verb::AnswerWindow => answerable(release, facts).map(|_| ()),
        Verb::TakeWindow => Ok(may_take(release, facts)?),
        Verb::Deploy => may_deploy(release, facts),
        Verb::Verify => may_verify(release, facts),
        Verb::Rollback => may_roll_back(release),
        Verb::Step => {
            not_by_its_approver(release, facts)?;
            under_way(release, &[DeploymentState::Running])
        }
        Verb::StepBack => under_way(release, &[DeploymentState::RollingBack]),
        Verb::SendUpdate => under_way(
            release,
            &[DeploymentState::Running, DeploymentState::Finished, DeploymentState::RollingBack],
        ),
        Verb::StateScope => decides_scope(release, facts),
        Verb::NameScopeOwner => names_scope_owner(release, facts),
        Verb::Freeze if release.is_frozen(facts.now) => Err(Refusal::FrozenAlready.into()),
        Verb::Unfreeze
            if !release.is_frozen(facts.now) && release.statement.freeze_at.is_none() =>
        {
            Err(Refusal::NotFrozen.into())
        }
        Verb::Freeze | Verb::Unfreeze => decides_scope(release, facts),
        Verb::GiveUp => may_give_up(release),
        Verb::Close if !facts.review_completed => Err(Refusal::ReviewMissing.into()),
        Verb::Edit
        | Verb::Scope
        | Verb::Depend
        | Verb::SetPlan
        | Verb::PlanUpdates
        | Verb::Extend
        | Verb::Close
        | Verb::Hold
        | Verb::Resume
        | Verb::Cancel => Ok(()),
    }
}

fn in_phase(verb: Verb, release: &Release) -> Result<(), Refusal> {
    const PLANNED: &[P] = &[P::Planning, P::Build, P::Test, P::Approval];
    const OPEN: &[P] =
        &[P::Planning, P::Build, P::Test, P::Approval, P::Deployment, P::Verification];
    let allowed: &[P] = match verb {
        Verb::Scope | Verb::StateScope | Verb::NameScopeOwner | Verb::Freeze | Verb::Unfreeze
            if release.is_under_way() =>
        {
            return Err(Refusal::ScopeFixed);
        }
        Verb::Scope
        | Verb::StateScope
        | Verb::NameScopeOwner
        | Verb::Freeze
        | Verb::Unfreeze
        | Verb::Depend
        | Verb::SetPlan
        | Verb::Edit
        | Verb::SignOff
        | Verb::AskWindow
        | Verb::AnswerWindow
        | Verb::TakeWindow
        | Verb::Hold
        | Verb::Cancel => PLANNED,
        Verb::Advance | Verb::Submit => &[P::Planning, P::Build, P::Test],
        Verb::Approve
        | Verb::Reject
        | Verb::Abstain
        | Verb::MeetCondition
        | Verb::Schedule
        | Verb::Deploy => &[P::Approval],
        Verb::Step => &[P::Deployment],
        Verb::PlanUpdates => OPEN,
        Verb::Extend
        | Verb::GrantExtension
        | Verb::RefuseExtension
        | Verb::Verify
        | Verb::Rollback
        | Verb::StepBack
        | Verb::SendUpdate
        | Verb::GiveUp => &[P::Deployment, P::Verification],
        Verb::Close => &[P::Review],
        Verb::Resume if release.held.is_some() => return Ok(()),
        Verb::Resume => return Err(Refusal::NotHeld),
    };
    if allowed.contains(&release.phase) {
        return Ok(());
    }
    Err(Refusal::WrongPhase { verb, phase: release.phase, allowed: allowed.to_vec() })
}

/// One named person decides about the scope between the teams; as long as nobody is named, whoever
/// plans the release.
fn decides_scope(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    match release.statement.owner {
        Some(owner) if facts.person != Some(owner) => Err(Refusal::ScopeOwner.into()),
        _ => Ok(()),
    }
}

/// The longer window that is asked for, where the person may decide about it.
pub(super) fn decides_extension<'a>(
    release: &'a Release,
    facts: &Facts,
) -> Result<&'a Extension, crate::Refusal> {
    let implementers = facts.changes.iter().filter_map(|change| change.implementer).collect();
    let (person, roles, deciding) = (facts.person, &facts.roles, &facts.extension_roles);
    let decider = Decider { person, roles, deciding, implementers };
    approval::decides(release.extension.as_ref(), &decider)
}

/// Whoever is named is replaced by themselves, by those who answer for the release, or by the
/// release authority: nobody takes the place to open a frozen scope.
fn names_scope_owner(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    let Release { content: Content { owner, release_manager, .. }, statement, .. } = release;
    let answers = [statement.owner, *owner, *release_manager].into_iter().flatten();
    let may = facts.roles.contains(&Role::ReleaseAuthority)
        || answers.into_iter().any(|person| facts.person == Some(person));
    if statement.owner.is_none() || may { Ok(()) } else { Err(Refusal::ScopeOwner.into()) }
}

/// The model's next state before the go.
pub(super) fn next_state(release: &Release) -> Result<(P, String), crate::Refusal> {
    let place = release.states.iter().position(|state| state.name == release.state);
    let next = place.and_then(|place| release.states.get(place + 1));
    match next {
        Some(next) if next.phase <= P::Test => Ok((next.phase, next.name.clone())),
        _ => Err(Refusal::NoNextState.into()),
    }
}

/// What a submission needs, and a vote and a deployment still: a change may have been edited since.
pub fn ready_to_submit(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    let mut missing = scope_lacks(release, facts);
    missing.extend(facts.changes.iter().flat_map(lacks));
    missing.extend(package_lacks(release));
    missing.extend(facts.plan_flaws.iter().cloned());
    missing.extend(unsigned(release, facts));
    missing.extend(facts.refused.iter().cloned());
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(missing).into()) }
}

/// What the release itself lacks.
pub(super) fn scope_lacks(release: &Release, facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut need = |there: bool, pointer: String, detail: String| {
        if !there {
            missing.push(Missing::new(pointer, detail));
        }
    };
    let content = &release.content;
    need(
        !facts.changes.is_empty(),
        "/changes".to_owned(),
        "no change is attached: attach at least one".to_owned(),
    );
    need(content.owner.is_some(), "/owner".to_owned(), "name who answers for it".to_owned());
    missing
}

/// What the package lacks.
pub(super) fn package_lacks(release: &Release) -> Vec<Missing> {
    let items = release.content.package.iter().enumerate();
    let nameless =
        items.filter(|(_, item)| item.kind == ItemKind::Artifact && item.digest.is_none());
    let missing = nameless.map(|(index, item)| {
        let detail = format!("\"{}\" is an artifact without a digest", item.name);
        Missing::new(format!("/package/{index}/digest"), detail)
    });
    missing.collect()
}

/// What a change of it lacks.
pub(super) fn lacks(change: &ChangeFact) -> Vec<Missing> {
    let (number, pointer) = (&change.number, format!("/changes/{}", change.number));
    let mut missing = Vec::new();
    if !change.way_back.is_planned() {
        let detail = format!("{number} has no backout plan with its minutes");
        missing.push(Missing::new(format!("{pointer}/backout_plan"), detail));
    }
    if !change.approved {
        let asked = if change.awaits.is_empty() { ": submit it first" } else { "" };
        let awaits = told(&change.awaits);
        let detail = format!("{number} is not technically approved{asked}{awaits}");
        missing.push(Missing::new(pointer.clone(), detail));
    }
    if change.held {
        let detail = format!("{number} is on hold: resume it, or detach it");
        missing.push(Missing::new(pointer, detail));
    }
    missing
}

fn may_schedule(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    let window = release.content.window.as_ref().ok_or(Refusal::WindowMissing)?;
    if window.interval.end <= facts.now {
        return Err(Refusal::WindowPast.into());
    }
    calendar::not_blocked(&facts.blocking, facts.stands)?;
    Ok(agreed(release, facts)?)
}

fn may_deploy(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    if !release.is_approved() {
        let awaits = release.round().map(Round::awaits).unwrap_or_default();
        return Err(Refusal::NotApproved(awaits).into());
    }
    conditions_met(release, facts)?;
    not_by_its_approver(release, facts)?;
    facts.changes.iter().try_for_each(|change| change.not_by_its_approver(facts.person))?;
    let window = release.content.window.as_ref().filter(|_| release.scheduled);
    let window = window.ok_or(Refusal::NotScheduled)?.interval;
    if !window.includes(facts.now) {
        return Err(Refusal::WindowNotOpen { start: window.start, end: window.end }.into());
    }
    ready_to_submit(release, facts)?;
    tasks_done(release)?;
    if facts.notes_published == Some(false) {
        return Err(Refusal::NotesMissing.into());
    }
    calendar::not_blocked(&facts.blocking, facts.stands)?;
    agreed(release, facts)?;
    in_order(facts)
}

/// Each condition that stands open, of its go and of the approval of a change.
pub(super) fn conditions(release: &Release, facts: &Facts) -> Vec<Missing> {
    let mut open = release.round().map(Round::conditions_open).unwrap_or_default();
    for change in &facts.changes {
        open.extend(change.conditions.iter().map(|one| {
            let pointer = format!("/changes/{}{}", change.number, one.pointer);
            Missing::new(pointer, format!("{}: {}", change.number, one.detail))
        }));
    }
    open
}

fn conditions_met(release: &Release, facts: &Facts) -> Result<(), approval::Refusal> {
    let open = conditions(release, facts);
    if open.is_empty() { Ok(()) } else { Err(approval::Refusal::ConditionsOpen(open)) }
}

/// What it depends on was carried out and verified, or an exception is held.
fn in_order(facts: &Facts) -> Result<(), crate::Refusal> {
    let waits = |before: &&Before| before.holds_up() && before.exception.is_none();
    let missing: Vec<Missing> = facts
        .before
        .iter()
        .filter(waits)
        .map(|before| {
            let detail = format!("{} is in {} and not verified", before.number, before.phase);
            Missing::new(format!("/after/{}", before.number), detail)
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::OutOfOrder(missing).into()) }
}

fn not_by_its_approver(release: &Release, facts: &Facts) -> Result<(), approval::Refusal> {
    release.round().map_or(Ok(()), |round| round.not_by_its_approver(facts.person))
}

fn tasks_done(release: &Release) -> Result<(), Refusal> {
    let open = release.extras.tasks_missing();
    if open.is_empty() {
        return Ok(());
    }
    let missing = open.into_iter().map(|(number, task)| {
        Missing::new(format!("/tasks/{number}"), format!("\"{}\" is not done", task.title))
    });
    Err(Refusal::TasksOpen(missing.collect()))
}

fn under_way(release: &Release, states: &[DeploymentState]) -> Result<(), crate::Refusal> {
    let state = release.deployment.as_ref().map(|deployment| deployment.state);
    match state {
        Some(state) if states.contains(&state) => Ok(()),
        Some(state) => Err(deployment::Refusal::WrongState(state).into()),
        None => Err(deployment::Refusal::NotDecided.into()),
    }
}

/// What its run still does may fail, and turn it back: only what is over is verified.
fn may_verify(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    under_way(release, &[DeploymentState::Running, DeploymentState::Finished])?;
    if !facts.run_open.is_empty() {
        return Err(Refusal::RunOpen(facts.run_open.clone()).into());
    }
    match &release.deployment {
        Some(running) if release.phase == P::Deployment => deployment::finish(running).map(|_| ()),
        _ => Ok(()),
    }
}

fn may_roll_back(release: &Release) -> Result<(), crate::Refusal> {
    match &release.deployment {
        Some(running) => deployment::decide_rollback(running, "asked").map(|_| ()),
        None => Err(Refusal::NotScheduled.into()),
    }
}

fn may_give_up(release: &Release) -> Result<(), crate::Refusal> {
    match &release.deployment {
        Some(running) => deployment::give_up(running, "asked").map(|_| ()),
        None => Err(deployment::Refusal::NotDecided.into()),
    }
}
