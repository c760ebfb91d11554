//! One release, whole: scope, plan and its way back, approvals, conflicts, deployment, and what may
//! be done.

use api::calendar::Conflict;
use api::common::{Action, Lamp, LampState, Ref, Rehearsals};
use api::deployment::{CarriedOut, Deployment, DeploymentStep, Rollback};
use api::release as wire;
use api::rollback::{CannotBeUndone, RollbackPlan, RollbackStep};
use domain::approval::RoundState;
use domain::deployment::{self, DeploymentState};
use domain::identity::Permission;
use domain::policy::ReleasePhase as Phase;
use domain::record::{DueBy, bundle_rehearsed_at};
use domain::release::{Facts, Milestone, Release, Verb, guard, possible_outcomes, ready_to_submit};
use domain::rollback::{WayBack, compile, does_not_fit};
use domain::vocabulary::Window;
use kernel::{ChangeId, ReleaseId};
use ports::{Fault, Query};

use crate::approval::{past_rounds, shown_extension, shown_round};
use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::calendar::{change_cis, conflicts_of};
use crate::change::{approval_lamp, clear, conflict_lamp, known_limits, lacks, lamp, rows};
use crate::deployment::shown_run;
use crate::extras::{self, extra_actions};
use crate::names::{Names, find_release, shown_window};
use crate::read::action;
use crate::release::agree::answers;
use crate::release::facts::gather;
use crate::release::save::hangs;
use crate::release::statement::owns_scope;
use crate::release::update::{shown_plan, shown_updates};
use crate::service::counted;
use crate::{review, risk};

/// The most conflicts on the page itself.
const CONFLICTS_SHOWN: u32 = 100;

/// The release of an id or a number.
pub(super) fn get(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<wire::Release, Stop> {
    let (loaded, facts) = load(db, name, asking)?;
    let id = loaded.id;
    let conflicts = conflicts_of(db, domain::calendar::Side::Release(id), CONFLICTS_SHOWN)?;
    let mut shown = shown(db, &loaded, &facts, conflicts, asking)?;
    if let Some((asked, window)) = loaded.state.extension.as_ref().zip(shown.window.as_ref()) {
        shown.extension = Some(shown_extension(db, &shown.number, window, asked, asking.now)?);
    }
    Ok(shown)
}

pub(super) fn load(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<(Loaded<Release>, Facts), Stop> {
    let id = find_release(db, name)?;
    let unknown = || domain::General::Unknown { kind: "release", name: name.to_owned() };
    let loaded: Loaded<Release> = find_state(db, id)?.ok_or_else(unknown)?;
    let facts = gather(db, asking, id, &loaded.state, None)?;
    Ok((loaded, facts))
}

/// The deployment of the release of an id or a number.
pub(super) fn deployment(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<CarriedOut, Stop> {
    let (loaded, facts) = load(db, name, asking)?;
    let (release, mut names) = (&loaded.state, Names::default());
    let none = || domain::General::Unknown { kind: "deployment", name: name.to_owned() };
    let deployment = shown_deployment(db, &mut names, release)?.ok_or_else(none)?;
    Ok(CarriedOut {
        release: Ref {
            id: loaded.id.to_string(),
            number: Some(release.number.clone()),
            name: release.content.title.clone(),
        },
        window: release.content.window.as_ref().map(shown_window),
        deployment,
        rollback_plan: rollback_plan(db, &mut names, release, &facts)?,
        rehearsals: rehearsals(db, &mut names, release, &facts)?,
        updates: shown_updates(db, &mut names, release, &facts)?,
        run: shown_run(db, &loaded, asking)?,
    })
}

fn shown(
    db: &mut dyn Query,
    loaded: &Loaded<Release>,
    facts: &Facts,
    conflicts: Vec<Conflict>,
    asking: &Asking,
) -> Result<wire::Release, Fault> {
    let (release, id) = (&loaded.state, loaded.id);
    let content = &release.content;
    let mut names = Names::default();
    let n = &mut names;
    let mut rounds = Vec::new();
    let past = past_rounds(db, id, release)?;
    for round in past.iter().chain(release.round()).rev() {
        rounds.push(shown_round(db, n, round, &facts.electorate)?);
    }
    let changes: Vec<String> = release.changes.iter().map(ChangeId::to_string).collect();
    let cis = change_cis(db, &changes)?;
    let risks: Vec<_> = facts.changes.iter().map(|change| change.risk.clone()).collect();
    Ok(wire::Release {
        id: id.to_string(),
        number: release.number.clone(),
        version: loaded.version.0,
        title: content.title.clone(),
        release_type: release.model.clone(),
        model_version: release.model_version.to_string(),
        phase: release.phase.word().to_owned(),
        state: release.state.clone(),
        states: release
            .states
            .iter()
            .map(|state| wire::ModelState {
                name: state.name.clone(),
                phase: state.phase.word().to_owned(),
            })
            .collect(),
        held: release.held.is_some(),
        hold: extras::shown_hold(db, n, release.held.as_ref())?,
        approved: release.is_approved(),
        scheduled: release.scheduled,
        description: content.description.clone(),
        objectives: content.objectives.clone(),
        kpis: content
            .kpis
            .iter()
            .map(|kpi| wire::Kpi { name: kpi.name.clone(), target: kpi.target.clone() })
            .collect(),
        milestones: content
            .milestones
            .iter()
            .map(|one| shown_milestone(one, content.window.as_ref()))
            .collect(),
        resources: content.resources.clone(),
        rollout: content.rollout.clone(),
        contingency: content.contingency.clone(),
        rollback_note: content.rollback_note.clone(),
        environment: content.environment.word().to_owned(),
        counts_as: counted(db, content.environment, &cis)?.shown(),
        requester: n.opt(db, release.requester)?,
        owner: n.opt(db, content.owner)?,
        release_manager: n.opt(db, content.release_manager)?,
        team: n.opt(db, content.team)?,
        members: members(db, n, release)?,
        package: package(db, n, release)?,
        tags: content.tags.iter().cloned().collect(),
        window: content.window.as_ref().map(shown_window),
        changes: rows(db, &changes)?,
        risk: risk::shown(&domain::risk::combine(&risks, &facts.scale), release.tier.is_some()),
        rounds,
        overdue_since: release.overdue_since.map(|at| at.to_string()),
        window_answers: answers(db, n, release, facts)?,
        extension: None,
        route: route(release, facts, &conflicts),
        conflicts,
        rollback_plan: rollback_plan(db, n, release, facts)?,
        deployment: shown_deployment(db, n, release)?,
        tasks: extras::shown_tasks(db, n, &release.extras, content.window.as_ref())?,
        comments: extras::shown_comments(db, n, &release.extras)?,
        watchers: extras::shown_watchers(db, n, &release.extras)?,
        watched: extras::is_watched(&release.extras, asking.who.person),
        links: extras::shown_links(&release.extras),
        rehearsals: rehearsals(db, n, release, facts)?,
        updates: shown_plan(release),
        outcome: release.outcome.map(|outcome| outcome.word().to_owned()),
        outcomes: outcomes(release),
        review: review::review_ref(db, &id.to_string())?,
        review_due_on: release.review_due_on.map(|date| date.to_string()),
        actions: actions(release, facts, asking),
        created_at: release.created_at.unwrap_or(facts.now).to_string(),
        updated_at: last_written(db, id)?,
    })
}

fn last_written(db: &mut dyn Query, id: ReleaseId) -> Result<String, Fault> {
    let sql = "SELECT updated_at FROM releases WHERE id = $1";
    let row = db.query_one(sql, &[id.to_string().into()])?;
    Ok(row.map(|row| row.time(0)).transpose()?.map_or_else(String::new, |at| at.to_string()))
}

fn members(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
) -> Result<Vec<wire::Member>, Fault> {
    let mut shown = Vec::new();
    for member in &release.content.members {
        let person = member.person.to_string();
        let name = names.get(db, &person)?.map(|found| found.name);
        shown.push(wire::Member { person, role: member.role.clone(), name });
    }
    Ok(shown)
}

fn package(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
) -> Result<Vec<wire::PackageItem>, Fault> {
    let mut shown = Vec::with_capacity(release.content.package.len());
    for item in &release.content.package {
        shown.push(wire::PackageItem {
            kind: item.kind.word().to_owned(),
            name: item.name.clone(),
            version: item.version.clone(),
            digest: item.digest.clone(),
            service: names.opt(db, item.service)?.map(|found| found.name),
            ci: names.opt(db, item.ci)?.map(|found| found.name),
        });
    }
    Ok(shown)
}

/// The rehearsals of the way back, as fresh as those of its changes where that is fresher.
fn rehearsals(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
    facts: &Facts,
) -> Result<Rehearsals, Fault> {
    let parts = facts.changes.iter().map(|change| change.rehearsed_at);
    let last = bundle_rehearsed_at(release.extras.rehearsed_at(), parts);
    extras::shown_rehearsals(db, names, &release.extras, last, facts.now)
}

/// Before deployment, what taking all of it back would do; after, what was reached.
fn rollback_plan(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
    facts: &Facts,
) -> Result<RollbackPlan, Fault> {
    let reached = release.deployment.as_ref().map(deployment::Deployment::reached);
    let is_reached = |id: &ChangeId| reached.as_ref().is_none_or(|reached| reached.contains(id));
    let ways: Vec<WayBack> = facts
        .changes
        .iter()
        .filter(|change| is_reached(&change.id))
        .map(|change| change.way_back.clone())
        .collect();
    let plan = compile(ways, release.content.window.as_ref());
    let mut shown = RollbackPlan {
        steps: Vec::new(),
        minutes: plan.minutes,
        latest_start: plan.latest_start.map(|at| at.to_string()),
        cannot_be_undone: Vec::new(),
        known_limits: known_limits(db, plan.steps.iter().map(|step| step.change))?,
        missing: Vec::new(),
    };
    for step in &plan.steps {
        let change = reference(db, names, step.change)?;
        if !step.cannot_be_undone.trim().is_empty() {
            let what = step.cannot_be_undone.clone();
            shown.cannot_be_undone.push(CannotBeUndone { change: change.clone(), what });
        }
        if !step.is_planned() {
            shown.missing.push(change.clone());
        }
        let minutes = step.minutes.unwrap_or(0);
        let running = release.deployment.as_ref();
        let uncertain = running.is_some_and(|running| running.is_uncertain(step.change));
        let plan = step.plan.clone();
        shown.steps.push(RollbackStep { change, plan, minutes, uncertain });
    }
    Ok(shown)
}

fn reference(db: &mut dyn Query, names: &mut Names, id: ChangeId) -> Result<Ref, Fault> {
    let id = id.to_string();
    let found = names.get(db, &id)?;
    Ok(found.unwrap_or(Ref { id, number: None, name: String::new() }))
}

fn shown_deployment(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
) -> Result<Option<Deployment>, Fault> {
    let Some(running) = &release.deployment else { return Ok(None) };
    let rollback = match &running.rollback {
        None => None,
        Some(rollback) => Some(Rollback {
            reason: rollback.reason.clone(),
            decided_by: names.actor(db, &rollback.decided_by)?,
            decided_at: rollback.decided_at.to_string(),
            steps: steps(db, names, running, &rollback.steps)?,
            given_up: rollback.given_up.clone(),
        }),
    };
    Ok(Some(Deployment {
        state: running.state.word().to_owned(),
        started_at: running.started_at.to_string(),
        started_by: names.actor(db, &running.started_by)?,
        finished_at: running.finished_at.map(|at| at.to_string()),
        steps: steps(db, names, running, &running.steps)?,
        rollback,
    }))
}

fn steps(
    db: &mut dyn Query,
    names: &mut Names,
    running: &deployment::Deployment,
    steps: &[deployment::Step],
) -> Result<Vec<DeploymentStep>, Fault> {
    let mut shown = Vec::with_capacity(steps.len());
    for step in steps {
        shown.push(DeploymentStep {
            change: reference(db, names, step.change)?,
            state: step.state.word().to_owned(),
            uncertain: running.is_uncertain(step.change),
            at: step.at.map(|at| at.to_string()),
            by: step.by.as_ref().map(|by| names.actor(db, by)).transpose()?,
            note: step.note.clone(),
        });
    }
    Ok(shown)
}

/// A milestone, with when it falls now.
fn shown_milestone(milestone: &Milestone, window: Option<&Window>) -> wire::Milestone {
    let (before, after) = match milestone.by {
        Some(DueBy::HoursBeforeStart(hours)) => (Some(hours), None),
        Some(DueBy::HoursAfterEnd(hours)) => (None, Some(hours)),
        None => (None, None),
    };
    wire::Milestone {
        name: milestone.name.clone(),
        at: milestone.due(window).map(|at| at.to_string()),
        hours_before_start: before,
        hours_after_end: after,
        reached: milestone.reached,
    }
}

/// Every verb with whether the reader may do it: the guard of its command, and their permission.
fn actions(release: &Release, facts: &Facts, asking: &Asking) -> Vec<Action> {
    let owns_scope = owns_scope(release, asking.who.person, &asking.actor);
    let in_person = matches!(asking.actor, kernel::Actor::Person { .. });
    let free = |verb: Verb| {
        let of_scope =
            [Verb::StateScope, Verb::NameScopeOwner, Verb::Freeze, Verb::Unfreeze].contains(&verb);
        let of_person = [Verb::AnswerWindow, Verb::SignOff, Verb::MeetCondition].contains(&verb);
        owns_scope && of_scope || in_person && of_person
    };
    let permitted = |verb: Verb| if free(verb) { Ok(()) } else { asking.permit(permission(verb)) };
    let shown = Verb::ALL.iter().map(|verb| {
        let guarded = guard(*verb, release, facts).and_then(|()| permitted(*verb));
        action(verb.word(), guarded)
    });
    shown.chain(extra_actions(asking, hangs, release.succeeded())).collect()
}

fn permission(verb: Verb) -> Permission {
    match verb {
        Verb::Approve
        | Verb::Reject
        | Verb::Abstain
        | Verb::AnswerWindow
        | Verb::SignOff
        | Verb::MeetCondition
        | Verb::GrantExtension
        | Verb::RefuseExtension => Permission::Approve,
        Verb::Extend => Permission::WindowExtend,
        Verb::Deploy
        | Verb::Step
        | Verb::SendUpdate
        | Verb::Verify
        | Verb::StepBack
        | Verb::GiveUp => Permission::ReleaseDeploy,
        Verb::Rollback => Permission::ReleaseRollback,
        _ => Permission::ReleaseWrite,
    }
}

/// The lamps from here to done.
fn route(release: &Release, facts: &Facts, conflicts: &[Conflict]) -> Vec<Lamp> {
    vec![
        scope(release, facts),
        rollback(release, facts),
        risk_lamp(release),
        conflicts_lamp(release, facts, conflicts),
        approvals(release),
        window(release),
        deployment_lamp(release, facts),
        review_lamp(release, facts),
    ]
}

fn with_action(lamp: Lamp, action: &str) -> Lamp {
    Lamp { action: Some(action.to_owned()), ..lamp }
}

fn scope(release: &Release, facts: &Facts) -> Lamp {
    let count = facts.changes.len();
    if release.phase > Phase::Approval {
        return clear("scope", format!("{count} changes, submitted"));
    }
    match ready_to_submit(release, facts) {
        Ok(()) if release.phase == Phase::Approval => {
            clear("scope", format!("{count} changes, submitted"))
        }
        Ok(()) => {
            let ready =
                lamp("scope", LampState::Waiting, format!("{count} changes, ready to submit"));
            with_action(ready, "submit")
        }
        Err(refusal) if facts.changes.is_empty() => {
            let detail =
                refusal.missing.first().map_or(refusal.detail.clone(), |m| m.detail.clone());
            with_action(lamp("scope", LampState::Stop, detail), "scope")
        }
        Err(refusal) => lacks("scope", LampState::Stop, &refusal),
    }
}

fn rollback(release: &Release, facts: &Facts) -> Lamp {
    match release.deployment.as_ref().map(|deployment| deployment.state) {
        Some(DeploymentState::RollingBack) => {
            return lamp("rollback", LampState::Waiting, "under way: follow the checklist");
        }
        Some(DeploymentState::RolledBack) => {
            return clear("rollback", "all that was reached is taken back");
        }
        Some(DeploymentState::RollbackFailed) => {
            return lamp("rollback", LampState::Stop, "given up: part of the release stands");
        }
        _ => {}
    }
    if facts.changes.is_empty() {
        return lamp("rollback", LampState::Waiting, "compiled once changes are attached");
    }
    let missing: Vec<&str> = facts
        .changes
        .iter()
        .filter(|change| !change.way_back.is_planned())
        .map(|change| change.number.as_str())
        .collect();
    if missing.is_empty() {
        let minutes = facts.minutes_back();
        if let Some(words) = does_not_fit(minutes, release.content.window.as_ref()) {
            return lamp("rollback", LampState::Waiting, words);
        }
        clear("rollback", format!("every change can be taken back, {minutes} minutes in all"))
    } else {
        lamp("rollback", LampState::Stop, format!("{} lack a backout plan", missing.join(", ")))
    }
}

fn risk_lamp(release: &Release) -> Lamp {
    match release.tier {
        Some(tier) => clear("risk", format!("{} for the bundle", tier.word().replace('_', " "))),
        None => lamp("risk", LampState::Waiting, "recorded when it is submitted"),
    }
}

fn conflicts_lamp(release: &Release, facts: &Facts, conflicts: &[Conflict]) -> Lamp {
    if matches!(release.phase, Phase::Review | Phase::Closed | Phase::Cancelled) {
        return lamp("conflicts", LampState::NotNeeded, "the work is over");
    }
    let accepted = conflicts.iter().filter(|conflict| conflict.state == "accepted").count();
    let lamp = conflict_lamp(release.content.window.is_some(), &facts.blocking);
    if lamp.state == LampState::Clear && accepted > 0 {
        return clear(
            "conflicts",
            format!("{accepted} accepted with a reason, nothing else blocks"),
        );
    }
    lamp
}

fn approvals(release: &Release) -> Lamp {
    match release.round() {
        Some(round) if round.state != RoundState::Rejected || release.phase >= Phase::Approval => {
            approval_lamp(round)
        }
        _ => lamp("approvals", LampState::Waiting, "asked for when it is submitted"),
    }
}

fn window(release: &Release) -> Lamp {
    match (&release.content.window, release.scheduled) {
        (None, _) => with_action(lamp("window", LampState::Stop, "no window is set"), "edit"),
        (Some(_), false) if release.phase == Phase::Approval => {
            let planned = lamp("window", LampState::Waiting, "planned, not yet committed");
            with_action(planned, "schedule")
        }
        (Some(_), false) if release.is_over() => lamp("window", LampState::NotNeeded, "it is over"),
        (Some(_), false) => {
            lamp("window", LampState::Waiting, "planned; committed after submission")
        }
        (Some(_), true) => clear("window", "committed"),
    }
}

fn deployment_lamp(release: &Release, facts: &Facts) -> Lamp {
    match release.deployment.as_ref().map(|deployment| deployment.state) {
        None if release.is_over() => lamp("deployment", LampState::NotNeeded, "it is over"),
        None => match guard(Verb::Deploy, release, facts) {
            Ok(()) => {
                with_action(lamp("deployment", LampState::Waiting, "may be deployed now"), "deploy")
            }
            Err(refusal) => lamp("deployment", LampState::Waiting, refusal.detail),
        },
        Some(DeploymentState::Running | DeploymentState::Finished) if has_failed(release) => {
            let detail = "a change of it failed: take it back, or go on without it";
            with_action(lamp("deployment", LampState::Stop, detail), "rollback")
        }
        Some(DeploymentState::Running) => {
            lamp("deployment", LampState::Waiting, "steps are being carried out")
        }
        Some(DeploymentState::Finished) => with_action(
            lamp("deployment", LampState::Waiting, "carried out; verification is awaited"),
            "verify",
        ),
        Some(DeploymentState::Verified) => clear("deployment", "carried out and verified"),
        Some(DeploymentState::RollingBack) => {
            lamp("deployment", LampState::Stop, "being taken back: follow the checklist")
        }
        Some(DeploymentState::RolledBack) => {
            lamp("deployment", LampState::Stop, "rolled back: nothing of it is in effect")
        }
        Some(DeploymentState::RollbackFailed) => {
            lamp("deployment", LampState::Stop, "its rollback was given up: part of it stands")
        }
    }
}

fn outcomes(release: &Release) -> Vec<String> {
    let possible = release.deployment.as_ref().map(|deployment| possible_outcomes(deployment).0);
    let words = possible.unwrap_or_default().iter().map(|outcome| outcome.word().to_owned());
    words.collect()
}

fn has_failed(release: &Release) -> bool {
    release.deployment.as_ref().is_some_and(deployment::Deployment::has_failed)
}

fn review_lamp(release: &Release, facts: &Facts) -> Lamp {
    match (facts.review_completed, release.phase) {
        (true, _) => clear("review", "completed"),
        (false, Phase::Review) => lamp("review", LampState::Stop, "owed before it can be closed"),
        (false, Phase::Cancelled) => lamp("review", LampState::NotNeeded, "cancelled"),
        (false, _) => lamp("review", LampState::Waiting, "every release ends in one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix;

    #[test]
    fn who_may_do_what_to_a_release() {
        insta::assert_snapshot!(matrix::of(Verb::ALL.iter().map(|v| (v.word(), permission(*v)))));
    }
}
