//! One change, whole: what is written, where it stands, what may be done.

use api::change::{Change as Shown, Imported, Outage};
use api::common::{Action, Lamp, LampState, Rehearsals};
use domain::approval::{GroupState, RoundState};
use domain::change::{Change, Facts, Outcome, Phase, Verb, guard, outside_release, owes_review};
use domain::identity::Permission;
use domain::policy::OutsideRelease;
use domain::release::Release;
use kernel::{ChangeId, Timestamp};
use ports::{Fault, Query};

use crate::approval::{past_rounds, shown_extension, shown_round};
use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::change::facts::gather;
use crate::extras;
use crate::names::{Names, find_change, shown_window};
use crate::problem::of_refusal;
use crate::read::action;
use crate::service::counted;
use crate::{review, risk};

/// The most CIs shown on the page itself.
const CIS_SHOWN: usize = 100;

/// The change of an id or a number.
pub(super) fn get(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Shown, Stop> {
    let id = find_change(db, name)?;
    let loaded: Option<Loaded<Change>> = find_state(db, id)?;
    let unknown = || domain::General::Unknown { kind: "change", name: name.to_owned() };
    let loaded = loaded.ok_or_else(unknown)?;
    let facts = gather(db, asking, id, &loaded.state, None)?;
    let mut shown = shown(db, &loaded, &facts, asking)?;
    if let Some((asked, window)) = loaded.state.extension.as_ref().zip(shown.window.as_ref()) {
        shown.extension = Some(shown_extension(db, &shown.number, window, asked, asking.now)?);
    }
    Ok(shown)
}

/// The rehearsals of its way back, as fresh as those of the release that it travels in where that
/// is fresher.
fn rehearsals(
    db: &mut dyn Query,
    names: &mut Names,
    change: &Change,
    now: Timestamp,
) -> Result<Rehearsals, Fault> {
    let release = match change.release {
        Some(id) => find_state::<Release>(db, id)?,
        None => None,
    };
    let of_release = release.and_then(|release| release.state.extras.rehearsed_at());
    let last = change.extras.rehearsed_at().max(of_release);
    extras::shown_rehearsals(db, names, &change.extras, last, now)
}

fn shown(
    db: &mut dyn Query,
    loaded: &Loaded<Change>,
    facts: &Facts,
    asking: &Asking,
) -> Result<Shown, Fault> {
    let (change, id) = (&loaded.state, loaded.id);
    let content = &change.content;
    let mut names = Names::default();
    let n = &mut names;
    let mut rounds = Vec::new();
    let past = past_rounds(db, id, change)?;
    for round in past.iter().chain(change.round()).rev() {
        rounds.push(shown_round(db, n, round, &facts.electorate)?);
    }
    let mut outages = Vec::new();
    for outage in &content.outages {
        let service = n.get(db, &outage.service.to_string())?;
        let service = service.map_or_else(|| outage.service.to_string(), |found| found.name);
        outages.push(Outage { service, minutes: outage.minutes });
    }
    let updated_at = last_written(db, id)?;
    Ok(Shown {
        id: id.to_string(),
        number: change.number.clone(),
        version: loaded.version.0,
        title: content.title.clone(),
        change_type: change.change_type().word().to_owned(),
        phase: change.phase.word().to_owned(),
        held: change.held.is_some(),
        hold: extras::shown_hold(db, n, change.held.as_ref())?,
        description: content.description.clone(),
        reason: content.reason.clone(),
        category: content.category.map(|category| category.word().to_owned()),
        services: n.all(db, &content.services)?,
        cis: n.all(db, content.cis.iter().take(CIS_SHOWN))?,
        cis_total: u32::try_from(content.cis.len()).unwrap_or(u32::MAX),
        environment: content.environment.word().to_owned(),
        counts_as: counted(db, content.environment, &content.cis)?.shown(),
        customer_impact: content.customer_impact.map(|impact| impact.word().to_owned()),
        outages,
        people_needed: content.people_needed,
        effort_minutes: content.effort_minutes,
        requester: n.opt(db, change.requester)?,
        implementer: n.opt(db, content.implementer)?,
        team: n.opt(db, content.team)?,
        implementation_plan: content.implementation_plan.clone(),
        test_plan: content.test_plan.clone(),
        backout_plan: content.backout_plan.clone(),
        backout_minutes: content.backout_minutes,
        cannot_be_undone: content.cannot_be_undone.clone(),
        tags: content.tags.iter().cloned().collect(),
        artifacts: content.artifacts.iter().map(shown_artifact).collect(),
        unauthorised: change.unauthorised.as_ref().map(|found| found.reason.clone()),
        window: facts.window(change).as_ref().map(shown_window),
        release: n.opt(db, change.release)?,
        risk: risk::shown(&facts.risk, change.risk.is_some()),
        rounds,
        overdue_since: change.overdue_since.map(|at| at.to_string()),
        extension: None,
        tasks: extras::shown_tasks(db, n, &change.extras, facts.window(change).as_ref())?,
        comments: extras::shown_comments(db, n, &change.extras)?,
        watchers: extras::shown_watchers(db, n, &change.extras)?,
        watched: extras::is_watched(&change.extras, asking.who.person),
        links: extras::shown_links(&change.extras),
        rehearsals: rehearsals(db, n, change, asking.now)?,
        started_at: change.started_at.map(|at| at.to_string()),
        finished_at: change.finished_at.map(|at| at.to_string()),
        outcome: change.outcome.map(|outcome| outcome.word().to_owned()),
        outcome_note: change.outcome_note.clone(),
        review: review::review_ref(db, &id.to_string())?,
        imported: imported(change),
        route: route(change, facts),
        actions: actions(change, facts, asking),
        created_at: change.created_at.unwrap_or(facts.now).to_string(),
        updated_at,
    })
}

fn shown_artifact(artifact: &domain::Artifact) -> api::common::Artifact {
    api::common::Artifact { name: artifact.name.clone(), digest: artifact.digest.to_string() }
}

fn last_written(db: &mut dyn Query, id: ChangeId) -> Result<String, Fault> {
    let sql = "SELECT updated_at FROM changes WHERE id = $1";
    let row = db.query_one(sql, &[id.to_string().into()])?;
    Ok(row.map(|row| row.time(0)).transpose()?.map_or_else(String::new, |at| at.to_string()))
}

fn imported(change: &Change) -> Option<Imported> {
    change.origin.as_ref().map(|origin| Imported {
        source: origin.source.clone(),
        number: origin.number.clone(),
        zone: origin.zone.name().to_owned(),
    })
}

/// Every verb with whether the reader may do it: the guard of its command, and their permission.
fn actions(change: &Change, facts: &Facts, asking: &Asking) -> Vec<Action> {
    let in_person = matches!(asking.actor, kernel::Actor::Person { .. });
    let permitted = |verb: Verb| match verb {
        Verb::MeetCondition if in_person => Ok(()),
        _ => asking.permit(permission(verb)),
    };
    let shown = Verb::ALL.iter().map(|verb| {
        let guarded = guard(*verb, change, facts).and_then(|()| permitted(*verb));
        action(verb.word(), guarded)
    });
    let write = |_| Permission::ChangeWrite;
    shown.chain(extras::extra_actions(asking, write, change.succeeded())).collect()
}

fn permission(verb: Verb) -> Permission {
    match verb {
        Verb::Approve
        | Verb::Reject
        | Verb::Abstain
        | Verb::MeetCondition
        | Verb::GrantExtension
        | Verb::RefuseExtension => Permission::Approve,
        Verb::Start | Verb::Complete | Verb::Close => Permission::ChangeImplement,
        Verb::Extend => Permission::WindowExtend,
        _ => Permission::ChangeWrite,
    }
}

/// The lamps from here to done.
fn route(change: &Change, facts: &Facts) -> Vec<Lamp> {
    if change.origin.is_some() {
        return vec![clear("record", "taken over as history from another system")];
    }
    let mut lamps = vec![
        plans(change, facts),
        risk_lamp(change),
        approvals(change),
        conflicts(change, facts),
        window(change, facts),
        work(change, facts),
        review_lamp(change, facts),
    ];
    // What travels in a release, and what customers do not meet, has no such lamp.
    if let Some(lamp) = outside(change, facts) {
        lamps.push(lamp);
    }
    lamps
}

fn outside(change: &Change, facts: &Facts) -> Option<Lamp> {
    let (state, detail) = match outside_release(change, facts) {
        OutsideRelease::Allow => return None,
        OutsideRelease::Flag => {
            (LampState::Waiting, "customers meet it outside any release: it is on the report")
        }
        OutsideRelease::Refuse => {
            (LampState::Stop, "customers meet it: attach it to a release before its window")
        }
    };
    Some(lamp("release", state, detail))
}

pub(crate) fn lamp(name: &str, state: LampState, detail: impl Into<String>) -> Lamp {
    Lamp { name: name.to_owned(), state, detail: detail.into(), action: None, missing: Vec::new() }
}

pub(crate) fn clear(name: &str, detail: impl Into<String>) -> Lamp {
    lamp(name, LampState::Clear, detail)
}

fn plans(change: &Change, facts: &Facts) -> Lamp {
    if change.phase != Phase::Draft {
        return clear("plans", "handed in with all its type asks for");
    }
    match guard(Verb::Submit, change, facts) {
        Ok(()) => Lamp {
            action: Some("submit".to_owned()),
            ..lamp("plans", LampState::Waiting, "complete: submit it")
        },
        Err(refusal) => {
            Lamp { action: Some("edit".to_owned()), ..lacks("plans", LampState::Stop, &refusal) }
        }
    }
}

/// A lamp that shows a refusal, with what is missing field by field.
pub(crate) fn lacks(name: &str, state: LampState, refusal: &domain::Refusal) -> Lamp {
    let problem = of_refusal(refusal);
    Lamp { missing: problem.errors, ..lamp(name, state, words(refusal)) }
}

/// A refusal in one line, with what is missing: a field of the record by its name, what lies
/// deeper by what is said of it.
fn words(refusal: &domain::Refusal) -> String {
    let missing = refusal.missing.iter().map(|missing| match missing.pointer.get(1..) {
        Some(field) if !field.contains('/') => field.replace('_', " "),
        _ => missing.detail.clone(),
    });
    let missing: Vec<String> = missing.collect();
    if missing.is_empty() {
        refusal.detail.clone()
    } else {
        format!("still missing: {}", missing.join(", "))
    }
}

fn risk_lamp(change: &Change) -> Lamp {
    match (&change.risk, change.phase) {
        (Some(risk), _) => {
            let tier = risk.tier.word().replace('_', " ");
            clear("risk", format!("{tier}, {} of 100 points", risk.points))
        }
        (None, Phase::Assess) => Lamp {
            action: Some("assess".to_owned()),
            ..lamp("risk", LampState::Waiting, "to be assessed")
        },
        (None, _) => lamp("risk", LampState::Waiting, "recorded when it is assessed"),
    }
}

fn approvals(change: &Change) -> Lamp {
    let Some(round) = change.round() else {
        return lamp("approvals", LampState::Waiting, "asked for once the risk is recorded");
    };
    approval_lamp(round)
}

/// Where a round stands, as a lamp.
pub(crate) fn approval_lamp(round: &domain::approval::Round) -> Lamp {
    let open = round.conditions_open();
    if let Some(first) = open.first().filter(|_| round.state == RoundState::Approved) {
        let held = lamp("approvals", LampState::Stop, first.detail.clone());
        return Lamp { action: Some("meet_condition".to_owned()), ..held };
    }
    match round.state {
        RoundState::Approved => clear("approvals", format!("round {} approved", round.number)),
        RoundState::Rejected => {
            lamp("approvals", LampState::Stop, format!("round {} was rejected", round.number))
        }
        RoundState::Withdrawn => lamp("approvals", LampState::Waiting, "taken back"),
        RoundState::Open => {
            let stage = round.stage().unwrap_or(0);
            let plan = &round.plan.stages[stage];
            let open = |group: &usize| round.group_state(stage, *group) == GroupState::Open;
            let groups: Vec<&str> = (0..plan.groups.len())
                .filter(open)
                .map(|group| plan.groups[group].name.as_str())
                .collect();
            let detail = format!("waiting for {}", groups.join(" and "));
            Lamp {
                action: Some("approve".to_owned()),
                ..lamp("approvals", LampState::Waiting, detail)
            }
        }
    }
}

fn conflicts(change: &Change, facts: &Facts) -> Lamp {
    if facts.release.is_some() {
        return lamp("conflicts", LampState::NotNeeded, "its release is held against the calendar");
    }
    if matches!(change.phase, Phase::Review | Phase::Closed | Phase::Cancelled) {
        return lamp("conflicts", LampState::NotNeeded, "the work is over");
    }
    conflict_lamp(facts.window(change).is_some(), &facts.blocking)
}

/// What the calendar says, as a lamp.
pub(crate) fn conflict_lamp(has_window: bool, blocking: &[String]) -> Lamp {
    match (has_window, blocking) {
        (false, _) => lamp("conflicts", LampState::Waiting, "looked for once a window is set"),
        (true, []) => clear("conflicts", "nothing blocks this window"),
        (true, [one]) => lamp("conflicts", LampState::Stop, one.clone()),
        (true, [one, rest @ ..]) => {
            lamp("conflicts", LampState::Stop, format!("{one}; and {} more", rest.len()))
        }
    }
}

fn window(change: &Change, facts: &Facts) -> Lamp {
    match (facts.window(change), change.phase) {
        (None, Phase::Implement | Phase::Review | Phase::Closed) => {
            lamp("window", LampState::NotNeeded, "work began without one")
        }
        (None, _) => Lamp {
            action: Some("edit".to_owned()),
            ..lamp("window", LampState::Stop, "no window is set")
        },
        (Some(_), Phase::Draft | Phase::Assess | Phase::Authorise) => Lamp {
            action: Some("schedule".to_owned()),
            ..lamp("window", LampState::Waiting, "planned, not yet committed")
        },
        (Some(_), _) => clear("window", "committed"),
    }
}

fn work(change: &Change, facts: &Facts) -> Lamp {
    match change.phase {
        Phase::Implement => Lamp {
            action: Some("complete".to_owned()),
            ..lamp("work", LampState::Waiting, "under way")
        },
        Phase::Review | Phase::Closed => {
            let failed = [Outcome::FailedBackedOut, Outcome::FailedNotBackedOut];
            let is_failed = change.outcome.is_some_and(|outcome| failed.contains(&outcome));
            let state = if is_failed { LampState::Stop } else { LampState::Clear };
            let outcome = change.outcome.map_or("done", |outcome| outcome.word());
            lamp("work", state, outcome.replace('_', " "))
        }
        Phase::Cancelled => {
            let why = change.outcome_note.as_deref();
            let why = why.map_or("cancelled".to_owned(), |why| format!("cancelled: {why}"));
            lamp("work", LampState::NotNeeded, why)
        }
        _ => match guard(Verb::Start, change, facts) {
            Ok(()) => Lamp {
                action: Some("start".to_owned()),
                ..lamp("work", LampState::Waiting, "may start now")
            },
            Err(refusal) => lamp("work", LampState::Waiting, refusal.detail),
        },
    }
}

fn review_lamp(change: &Change, facts: &Facts) -> Lamp {
    let emergency = change.change_type() == domain::policy::ChangeType::Emergency;
    match (facts.review_completed, owes_review(change)) {
        (true, _) => clear("review", "completed"),
        (false, true) if change.phase >= Phase::Review => {
            lamp("review", LampState::Stop, "owed before it can be closed")
        }
        (false, true) => lamp("review", LampState::Waiting, "owed after the work"),
        (false, false) if emergency => lamp("review", LampState::NotNeeded, "its release has one"),
        (false, false) => lamp("review", LampState::NotNeeded, "owed only if it fails"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix;

    #[test]
    fn who_may_do_what_to_a_change() {
        insta::assert_snapshot!(matrix::of(Verb::ALL.iter().map(|v| (v.word(), permission(*v)))));
    }
}
