//! What the rules of a change need to know of the world, and the guard of each verb: the commands
//! ask it before they decide, the page asks it to say what may be done.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};

use crate::approval::{self, Decider, Electorate, Extension, ExtensionRoles, Plan, Round};
use crate::calendar::{self, Stands};
use crate::change::{Change, Phase, Refusal, owes_review};
use crate::identity::Role;
use crate::policy::{ChangeType, OutsideRelease};
use crate::refusal::Missing;
use crate::risk::Assessment;
use crate::vocabulary::{Window, words};

words! {
    /// What can be done to a change.
    Verb {
        /// Edit its fields.
        Edit = "edit",
        /// Hand it in.
        Submit = "submit",
        /// Record its risk and ask for approval.
        Assess = "assess",
        /// Vote yes.
        Approve = "approve",
        /// Vote no.
        Reject = "reject",
        /// Vote neither.
        Abstain = "abstain",
        /// Mark the condition of an approval met.
        MeetCondition = "meet_condition",
        /// Commit or move its window.
        Schedule = "schedule",
        /// Begin work.
        Start = "start",
        /// Lengthen its running window.
        Extend = "extend",
        /// Let the longer window have its way.
        GrantExtension = "grant_extension",
        /// Turn the longer window down.
        RefuseExtension = "refuse_extension",
        /// End work.
        Complete = "complete",
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

/// The release a change travels in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFact {
    /// `REL-…`.
    pub number: String,
    /// Its window.
    pub window: Option<Window>,
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
    /// The release the change travels in.
    pub release: Option<ReleaseFact>,
    /// Each conflict that blocks its window, in words.
    pub blocking: Vec<String>,
    /// How the window that was looked at stands to its own.
    pub stands: Stands,
    /// The exceptions without which more would block, `EXC-…`.
    pub under: Vec<String>,
    /// What an emergency that begins now, outside its window, meets and nobody can accept.
    pub blocking_now: Vec<String>,
    /// The exceptions without which more would stand there.
    pub under_now: Vec<String>,
    /// The approval that policy asks for.
    pub plan: Plan,
    /// The roles that decide about a longer window, by its model.
    pub extension_roles: ExtensionRoles,
    /// Who holds the roles that the plan, or the open round, names.
    pub electorate: Electorate,
    /// The risk as it is now.
    pub risk: Assessment,
    /// Whether its review is completed.
    pub review_completed: bool,
    /// What policy says of one that customers meet outside any release.
    pub outside_release: OutsideRelease,
    /// Whether an edit leads to another approval than the change needed before it.
    pub rerouted: bool,
    /// Whether any of the services that it names has CIs; asked where it names none itself.
    pub services_have_cis: bool,
}

impl Facts {
    /// The window in force: the release's for a change that travels in one.
    pub fn window(&self, change: &Change) -> Option<Window> {
        match &self.release {
            Some(release) => release.window.clone(),
            None => change.content.window.clone(),
        }
    }
}

/// What policy says of a change as it travels: nothing unless customers meet it, and it travels in
/// no release.
pub fn outside_release(change: &Change, facts: &Facts) -> OutsideRelease {
    if change.hits_customers() && facts.release.is_none() {
        facts.outside_release
    } else {
        OutsideRelease::Allow
    }
}

/// Whether a verb may be done now. A refusal names everything that is missing.
pub fn guard(verb: Verb, change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    if change.is_over() {
        return Err(Refusal::Ended { phase: change.phase }.into());
    }
    in_phase(verb, change)?;
    if change.held.is_some() && !waits_for_nothing(verb) {
        return Err(Refusal::Held.into());
    }
    let alone = matches!(
        verb,
        Verb::Schedule
            | Verb::Start
            | Verb::Extend
            | Verb::GrantExtension
            | Verb::RefuseExtension
            | Verb::Complete
            | Verb::Close
            | Verb::Cancel
    );
    if let Some(release) = facts.release.as_ref().filter(|_| alone) {
        return Err(Refusal::InRelease { release: release.number.clone() }.into());
    }
    let begins = matches!(verb, Verb::Schedule | Verb::Start);
    if begins && outside_release(change, facts) == OutsideRelease::Refuse {
        return Err(Refusal::OutsideRelease.into());
    }
    match verb {
        Verb::Submit => complete_enough(change, facts),
        Verb::Approve | Verb::Reject | Verb::Abstain => {
            approval::seat(change.round(), facts.person, &facts.roles, &facts.electorate)?;
            Ok(())
        }
        Verb::MeetCondition => approval::markable(change.round(), facts.person).map(|_| ()),
        Verb::Schedule => may_schedule(change, facts),
        Verb::Start => may_start(change, facts),
        Verb::Extend if facts.window(change).is_none() => Err(Refusal::WindowMissing.into()),
        Verb::GrantExtension | Verb::RefuseExtension => {
            decides_extension(change, facts).map(|_| ())
        }
        Verb::Complete => tasks_done(change),
        Verb::Close => review_done(change, facts),
        Verb::Edit | Verb::Assess | Verb::Extend | Verb::Hold | Verb::Resume | Verb::Cancel => {
            Ok(())
        }
    }
}

/// What is done even on hold.
fn waits_for_nothing(verb: Verb) -> bool {
    matches!(verb, Verb::Resume | Verb::Cancel | Verb::Edit | Verb::MeetCondition)
}

fn in_phase(verb: Verb, change: &Change) -> Result<(), Refusal> {
    use Phase as P;
    let emergency = change.change_type() == ChangeType::Emergency;
    let allowed: &[Phase] = match verb {
        Verb::Edit | Verb::Cancel => &[P::Draft, P::Assess, P::Authorise, P::Scheduled],
        Verb::Submit => &[P::Draft],
        Verb::Assess => &[P::Assess],
        Verb::Approve | Verb::Reject | Verb::Abstain => &[P::Authorise],
        Verb::Schedule | Verb::MeetCondition => &[P::Authorise, P::Scheduled],
        Verb::Start if emergency => &[P::Authorise, P::Scheduled],
        Verb::Start => &[P::Scheduled],
        Verb::Extend | Verb::GrantExtension | Verb::RefuseExtension | Verb::Complete => {
            &[P::Implement]
        }
        Verb::Close => &[P::Review],
        Verb::Hold => &[P::Assess, P::Authorise, P::Scheduled],
        Verb::Resume if change.held.is_some() => return Ok(()),
        Verb::Resume => return Err(Refusal::NotHeld),
    };
    if allowed.contains(&change.phase) {
        return Ok(());
    }
    Err(Refusal::WrongPhase { verb, phase: change.phase, allowed: allowed.to_vec() })
}

/// What a submission needs, by type. An emergency may be completed later, in its review.
pub(super) fn missing(change: &Change) -> Vec<Missing> {
    let content = &change.content;
    let emergency = change.change_type() == ChangeType::Emergency;
    let mut missing = Vec::new();
    let mut need = |there: bool, pointer: &str, detail: &str| {
        if !there {
            missing.push(Missing::new(pointer, detail));
        }
    };
    let said = |text: &str| !text.trim().is_empty();
    need(said(&content.reason), "/reason", "say why it is needed");
    need(
        !content.cis.is_empty() || !content.services.is_empty(),
        "/cis",
        "name the CIs or services that are touched",
    );
    need(content.implementer.is_some(), "/implementer", "name who carries it out");
    need(said(&content.backout_plan), "/backout_plan", "say how it is taken back");
    need(content.backout_minutes.is_some(), "/backout_minutes", "say how long that takes");
    if !emergency {
        need(said(&content.description), "/description", "say what is done");
        need(content.category.is_some(), "/category", "say what kind of thing is altered");
        need(content.customer_impact.is_some(), "/customer_impact", "say what customers meet");
        need(said(&content.implementation_plan), "/implementation_plan", "say how it is done");
        need(said(&content.test_plan), "/test_plan", "say how success is checked");
    }
    missing
}

/// Conflicts and risk are found by CIs, so a service that has some does not stand in for them.
fn complete_enough(change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    let mut missing = missing(change);
    if change.content.cis.is_empty() && facts.services_have_cis {
        let detail = "name which CIs of its services are touched";
        missing.push(Missing::new("/cis", detail));
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete { missing }.into()) }
}

fn approved(change: &Change) -> Result<(), Refusal> {
    let awaits = || change.round().map(Round::awaits).unwrap_or_default();
    if change.is_approved() { Ok(()) } else { Err(Refusal::NotApproved(awaits())) }
}

fn may_schedule(change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    approved(change)?;
    let window = facts.window(change).ok_or(Refusal::WindowMissing)?;
    if window.interval.end <= facts.now {
        return Err(Refusal::WindowPast.into());
    }
    not_blocked(facts)
}

pub(super) fn not_blocked(facts: &Facts) -> Result<(), crate::Refusal> {
    calendar::not_blocked(&facts.blocking, facts.stands).map_err(Into::into)
}

/// The longer window that is asked for, where the person may decide about it.
pub(super) fn decides_extension<'a>(
    change: &'a Change,
    facts: &Facts,
) -> Result<&'a Extension, crate::Refusal> {
    let implementers = change.content.implementer.into_iter().collect();
    let (person, roles, deciding) = (facts.person, &facts.roles, &facts.extension_roles);
    let decider = Decider { person, roles, deciding, implementers };
    approval::decides(change.extension.as_ref(), &decider)
}

fn may_start(change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    approved(change)?;
    approval::conditions_met(change.round())?;
    change.not_by_its_approver(facts.person)?;
    // An emergency need not wait for its window; what blocks it is accepted with a reason.
    if change.phase == Phase::Authorise {
        calendar::not_blocked(&facts.blocking_now, Stands::Ahead)?;
        return not_blocked(facts);
    }
    let window = facts.window(change).ok_or(Refusal::WindowMissing)?;
    if !window.interval.includes(facts.now) {
        let (start, end) = (window.interval.start, window.interval.end);
        return Err(Refusal::WindowNotOpen { start, end }.into());
    }
    not_blocked(facts)
}

fn tasks_done(change: &Change) -> Result<(), crate::Refusal> {
    let open = change.extras.tasks_missing();
    if open.is_empty() {
        return Ok(());
    }
    let missing = open.into_iter().map(|(number, task)| {
        Missing::new(format!("/tasks/{number}"), format!("\"{}\" is not done", task.title))
    });
    Err(Refusal::TasksOpen { missing: missing.collect() }.into())
}

fn review_done(change: &Change, facts: &Facts) -> Result<(), crate::Refusal> {
    if owes_review(change) && !facts.review_completed {
        return Err(Refusal::ReviewMissing.into());
    }
    Ok(())
}
