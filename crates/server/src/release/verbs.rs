//! The verbs of a release. Each says which step it means for the changes it carries; all are
//! written, or none.

use std::collections::BTreeSet;

use api::approval;
use api::change::{Extend, Schedule};
use api::common::{Reason, Written};
use api::deployment::StepReport;
use api::release::{AnswerWindow, AskWindow, Close, TakeWindow, Verify};
use domain::Aggregate;
use domain::approval::Answer;
use domain::calendar::Side;
use domain::change::{self, Change, Outcome, Step};
use domain::deployment::{Deployment, DeploymentState, Fate, StepState};
use domain::identity::Permission;
use domain::policy::ReleasePhase as Phase;
use domain::release::{self, Facts, Release, ReleaseEvent, WindowAnswer};
use domain::review::{Subject, Why};
use domain::vocabulary::{Environment, Window};
use kernel::{ChangeId, ReleaseId, Timestamp};
use orchestrator::{Input, Scope};
use ports::Query;

use crate::approval::{cast, voter};
use crate::asking::Asking;
use crate::bulk::BulkVerb;
use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::refresh;
use crate::deployment::{self, is_run};
use crate::names::{Names, Resolver, find_change, find_release, parse_window};
use crate::release::agree::{answer, ask, proposed, take};
use crate::release::facts::gather;
use crate::release::look_back::planned;
use crate::release::save::{stamp, written};
use crate::release::scope::plan_alone;
use crate::review;
use crate::service::{Made, make_available};

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Go on to the model's next state.
    Advance,
    /// Ask for the go.
    Submit,
    /// Vote.
    Vote(Answer, approval::Vote),
    /// Mark the condition of an approval met.
    MeetCondition(approval::MeetCondition),
    /// Commit or move the window.
    Schedule(Schedule),
    /// Ask the teams that own the affected services about the window.
    AskWindow(AskWindow),
    /// Answer for such a team.
    AnswerWindow(WindowAnswer, AnswerWindow),
    /// Take the window that such a team proposes.
    TakeWindow(TakeWindow),
    /// Lengthen the running window.
    Extend(Extend),
    /// Let the longer window have its way.
    GrantExtension(approval::GrantExtension),
    /// Turn the longer window down.
    RefuseExtension(Reason),
    /// Begin the deployment.
    Deploy,
    /// Report a step of it.
    Step(String, StepReport),
    /// End the deployment, then its verification.
    Verify(Verify),
    /// Take it back.
    Rollback(Reason),
    /// Report a step back.
    StepBack(String, StepReport),
    /// End a rollback that cannot be completed.
    GiveUp(Reason),
    /// End it.
    Close(Close),
    /// Let it wait.
    Hold(Reason),
    /// Let it go on.
    Resume,
    /// Give it up.
    Cancel(Reason),
}

impl From<BulkVerb> for Verb {
    fn from(verb: BulkVerb) -> Self {
        match verb {
            BulkVerb::Submit => Self::Submit,
            BulkVerb::Hold(reason) => Self::Hold(reason),
            BulkVerb::Resume => Self::Resume,
            BulkVerb::Cancel(reason) => Self::Cancel(reason),
        }
    }
}

/// The command.
pub struct MoveRelease {
    /// The release.
    pub release: String,
    /// The verb.
    pub verb: Verb,
}

impl Command for MoveRelease {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match &self.verb {
            Verb::Advance => "release.advance",
            Verb::Submit => "release.submit",
            Verb::Vote(Answer::Approve, _) => "release.approve",
            Verb::Vote(Answer::Reject, _) => "release.reject",
            Verb::Vote(Answer::Abstain, _) => "release.abstain",
            Verb::MeetCondition(_) => "release.meet_condition",
            Verb::Schedule(_) => "release.schedule",
            Verb::AskWindow(_) => "release.ask_window",
            Verb::AnswerWindow(..) => "release.answer_window",
            Verb::TakeWindow(_) => "release.take_window",
            Verb::Extend(_) => "release.extend",
            Verb::GrantExtension(_) => "release.grant_extension",
            Verb::RefuseExtension(_) => "release.refuse_extension",
            Verb::Deploy => "release.deploy",
            Verb::Step(..) => "release.step",
            Verb::Verify(_) => "release.verify",
            Verb::Rollback(_) => "release.rollback",
            Verb::StepBack(..) => "release.step_back",
            Verb::GiveUp(_) => "release.give_up",
            Verb::Close(_) => "release.close",
            Verb::Hold(_) => "release.hold",
            Verb::Resume => "release.resume",
            Verb::Cancel(_) => "release.cancel",
        }
    }

    fn permission(&self) -> Permission {
        permission(&self.verb)
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        if !matches!(self.verb, Verb::Advance | Verb::Hold(_) | Verb::Resume) {
            work.lock(Lock::calendar())?;
        }
        let id = find_release(work.tx, &self.release)?;
        let mut loaded: Loaded<Release> = work.load_subject(id)?;
        if matches!(self.verb, Verb::AnswerWindow(..) | Verb::MeetCondition(_)) {
            work.permit_program(Permission::Approve)?;
        }
        if is_run(&loaded.state) && self.steer(work, &mut loaded)? {
            return Ok(written(&loaded));
        }
        let window = self.window(work.tx, &loaded.state)?;
        let interval = window.as_ref().map(|window| window.interval);
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &loaded.state, interval)?;
        let events = self.decide(work, &loaded.state, window.as_ref(), &facts)?;
        if events.is_empty() {
            return Ok(written(&loaded));
        }
        let before = loaded.state.clone();
        work.append(&mut loaded, events)?;
        follow(work, id, &before, &loaded.state)?;
        if before.deployment.is_none() && is_run(&loaded.state) {
            deployment::begin(work, &mut loaded)?;
        }
        if is_run(&loaded.state) && !before.is_verified() && loaded.state.is_verified() {
            deployment::tell(work, &mut loaded, &Input::EndWatch)?;
        }
        if !matches!(self.verb, Verb::Advance | Verb::Hold(_) | Verb::Resume) {
            refresh(work, Side::Release(id))?;
        }
        Ok(written(&loaded))
    }
}

fn permission(verb: &Verb) -> Permission {
    match verb {
        Verb::Vote(..) | Verb::GrantExtension(_) | Verb::RefuseExtension(_) => Permission::Approve,
        // Who belongs to the team, or is named, answers whatever their roles.
        Verb::AnswerWindow(..) | Verb::MeetCondition(_) => Permission::Read,
        Verb::Extend(_) => Permission::WindowExtend,
        Verb::Deploy | Verb::Step(..) | Verb::Verify(_) | Verb::StepBack(..) => {
            Permission::ReleaseDeploy
        }
        Verb::Rollback(_) | Verb::GiveUp(_) => Permission::ReleaseRollback,
        _ => Permission::ReleaseWrite,
    }
}

impl MoveRelease {
    /// What a verb says to the run that carries the release out, if it is one of the run's.
    fn steer(&self, work: &mut Work<'_>, release: &mut Loaded<Release>) -> Result<bool, Stop> {
        let input = match &self.verb {
            Verb::Rollback(reason) => {
                Input::Rollback { scope: Scope::Whole, reason: text(reason).to_owned() }
            }
            Verb::GiveUp(reason) => Input::GiveUp { reason: text(reason).to_owned() },
            Verb::Step(..) | Verb::StepBack(..) => {
                deployment::by_hand(work.tx, release.id)?;
                return Ok(false);
            }
            _ => return Ok(false),
        };
        deployment::tell(work, release, &input)?;
        Ok(true)
    }

    /// The window that the verb asks about, where it is not the planned one.
    fn window(&self, db: &mut dyn Query, release: &Release) -> Result<Option<Window>, Stop> {
        let mut resolver = Resolver::default();
        let window = match &self.verb {
            Verb::Schedule(Schedule { window: Some(window) }) => {
                parse_window(&mut resolver, "/window", window)
            }
            Verb::TakeWindow(body) => proposed(db, release, body)?,
            Verb::Extend(extend) => {
                let end: Option<Timestamp> = resolver.parse("/end", Some(&extend.end));
                let longer = |mut window: Window| {
                    window.interval.end = end?;
                    Some(window)
                };
                release.content.window.clone().and_then(longer)
            }
            Verb::GrantExtension(_) => {
                let asked = release.extension.as_ref();
                release.content.window.clone().zip(asked).map(|(mut window, asked)| {
                    window.interval.end = asked.end;
                    window
                })
            }
            _ => None,
        };
        resolver.end()?;
        Ok(window)
    }

    fn decide(
        &self,
        work: &mut Work<'_>,
        release: &Release,
        window: Option<&Window>,
        facts: &Facts,
    ) -> Result<Vec<ReleaseEvent>, Stop> {
        let stamp = stamp(work);
        let events = match &self.verb {
            Verb::Advance => release::advance(release, facts),
            Verb::Submit => release::submit(release, facts, &stamp),
            Verb::Vote(answer, vote) => {
                release::cast(release, &cast(work.tx, facts.person, *answer, vote)?, facts)
            }
            Verb::MeetCondition(body) => {
                let voter = voter(work.tx, body)?;
                release::meet_condition(release, voter, &body.note, facts)
            }
            Verb::Schedule(_) => release::schedule(release, window, facts, &stamp),
            Verb::AskWindow(body) => ask(work.tx, release, body, facts)?,
            Verb::AnswerWindow(said, body) => answer(work.tx, release, *said, body, facts)?,
            Verb::TakeWindow(body) => take(work.tx, release, body, facts, &stamp)?,
            Verb::Extend(extend) => {
                let end = window.map_or(stamp.at, |window| window.interval.end);
                release::extend(release, end, &extend.reason, facts)
            }
            Verb::GrantExtension(grant) => {
                let mut resolver = Resolver::default();
                let end: Option<Timestamp> = resolver.parse("/end", Some(&grant.end));
                resolver.end()?;
                release::grant_extension(release, end.unwrap_or(facts.now), facts)
            }
            Verb::RefuseExtension(reason) => {
                release::refuse_extension(release, text(reason), facts)
            }
            Verb::Deploy => release::deploy(release, facts),
            Verb::Step(change, report) => {
                let (change, number, state) = step(work, change, report)?;
                let named = (change, number.as_str());
                release::step(release, named, state, report.note.as_deref(), facts)
            }
            Verb::Verify(verify) => {
                release::verify(release, verify.passed, verify.note.as_deref(), facts)
            }
            Verb::Rollback(reason) => release::roll_back(release, text(reason), facts),
            Verb::StepBack(change, report) => {
                let (change, number, state) = step(work, change, report)?;
                let named = (change, number.as_str());
                release::back(release, named, state, report.note.as_deref(), facts)
            }
            Verb::GiveUp(reason) => release::give_up(release, text(reason), facts),
            Verb::Close(close) => close_with(release, close, facts)?,
            Verb::Hold(reason) => release::hold(release, text(reason), facts),
            Verb::Resume => release::resume(release, facts),
            Verb::Cancel(reason) => release::cancel(release, text(reason), facts),
        };
        Ok(events?)
    }
}

fn text(reason: &Reason) -> &str {
    reason.reason.as_deref().unwrap_or_default()
}

fn close_with(
    release: &Release,
    close: &Close,
    facts: &Facts,
) -> Result<domain::Decision<ReleaseEvent>, Stop> {
    let mut resolver = Resolver::default();
    let outcome = resolver.parse("/outcome", close.outcome.as_deref());
    resolver.end()?;
    Ok(release::close(release, outcome, close.note.as_deref(), facts))
}

fn step(
    work: &mut Work<'_>,
    change: &str,
    report: &StepReport,
) -> Result<(ChangeId, String, StepState), Stop> {
    let mut resolver = Resolver::default();
    let state = resolver.parse("/result", Some(&report.result));
    resolver.end()?;
    let id = find_change(work.tx, change)?;
    let known = Names::default().get(work.tx, &id.to_string())?.and_then(|found| found.number);
    let number = known.unwrap_or_else(|| change.to_owned());
    Ok((id, number, state.unwrap_or(StepState::Waiting)))
}

/// What the release's step means for its changes, its review and its people.
pub(crate) fn follow(
    work: &mut Work<'_>,
    id: ReleaseId,
    before: &Release,
    after: &Release,
) -> Result<(), Stop> {
    lock_changes(work, after)?;
    let step = match (before, after) {
        _ if after.phase == Phase::Cancelled => return let_go(work, after),
        _ if before.phase < Phase::Deployment && after.phase == Phase::Deployment => {
            Some(Step::Deployed)
        }
        _ if after.phase == Phase::Closed => Some(Step::Closed),
        _ if after.phase < Phase::Deployment && after.scheduled => Some(Step::Scheduled),
        _ if before.scheduled && !after.scheduled => Some(Step::Unscheduled),
        _ => None,
    };
    if let Some(step) = step {
        for change in &after.changes {
            move_change(work, *change, step)?;
        }
    }
    let verified = state(before) != state(after) && state(after) == Some(DeploymentState::Verified);
    let failed = after.deployment.as_ref().is_some_and(Deployment::has_failed);
    // A service runs what production runs; of a bundle that failed in part nobody knows which.
    if verified && !failed && after.content.environment == Environment::Production {
        let items = after.content.package.iter();
        let items = items.map(|item| Made { version: &item.version, on: (item.service, item.ci) });
        make_available(work, id, items)?;
    }
    if before.phase < Phase::Review && after.phase == Phase::Review {
        end_changes(work, after)?;
        let why = match state(after) {
            Some(DeploymentState::RolledBack) => Why::RolledBack,
            Some(DeploymentState::RollbackFailed) => Why::Failed,
            _ if failed => Why::Failed,
            _ => Why::Release,
        };
        let planned = planned(work.tx, id, after, why)?;
        review::open_review(work, Subject::Release(id), why, planned)?;
    }
    Ok(())
}

/// Takes the locks of all changes in their one order, so that none has to be asked for again.
fn lock_changes(work: &mut Work<'_>, release: &Release) -> Result<(), Stop> {
    let changes: BTreeSet<ChangeId> = release.changes.iter().copied().collect();
    changes.into_iter().try_for_each(|id| work.lock(Lock::stream(&Change::stream(id))))
}

fn state(release: &Release) -> Option<DeploymentState> {
    release.deployment.as_ref().map(|deployment| deployment.state)
}

fn move_change(work: &mut Work<'_>, change: ChangeId, step: Step) -> Result<(), Stop> {
    let mut change: Loaded<Change> = work.load(change)?;
    let events = change::follow(&change.state, step);
    work.append(&mut change, events)
}

/// Each change ends as its own step did: carried out, failed, taken back, or never begun.
fn end_changes(work: &mut Work<'_>, release: &Release) -> Result<(), Stop> {
    let Some(deployment) = &release.deployment else { return Ok(()) };
    for step in &deployment.steps {
        let end = match deployment.fate(step.change) {
            Fate::CarriedOut => Step::Ended(Outcome::Successful),
            Fate::Stands => Step::Ended(Outcome::FailedNotBackedOut),
            Fate::TakenBack => Step::Ended(Outcome::FailedBackedOut),
            Fate::NotBegun => Step::NotBegun,
        };
        move_change(work, step.change, end)?;
    }
    Ok(())
}

/// A cancelled release lets its changes go: they keep their approval, and may travel otherwise.
fn let_go(work: &mut Work<'_>, release: &Release) -> Result<(), Stop> {
    for id in &release.changes {
        let mut change: Loaded<Change> = work.load(*id)?;
        let events = change::detach(&change.state, &plan_alone(work, &change.state)?);
        work.append(&mut change, events)?;
    }
    Ok(())
}
