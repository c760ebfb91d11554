//! Creating a release, editing it, moving it through its model's states.

use kernel::{LONG_TEXT_MAX, NAME_MAX, PersonId};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar;
use crate::policy::ReleaseModel;
use crate::policy::ReleasePhase;
use crate::record::{ExtraCommand, ExtraEvent, settle};
use crate::refusal::Check;
use crate::release::facts::next_state;
use crate::release::scope::{admit, grown};
use crate::release::{
    Content, Edit, Facts, Milestone, Release, ReleaseEvent, Verb, approve, guard,
};

/// Creates a release of a model, with the model's tasks, and its timeline where the edit names no
/// milestones.
pub fn create(
    number: String,
    model: &ReleaseModel,
    edit: &Edit,
    requester: Option<PersonId>,
    tasks: Vec<ExtraEvent>,
) -> Decision<ReleaseEvent> {
    let mut content = Content::default();
    let planned = model.milestones.iter().map(|milestone| Milestone {
        name: milestone.name.clone(),
        at: None,
        by: Some(milestone.due),
        reached: false,
    });
    content.milestones = planned.collect();
    content.apply(edit);
    checked(&content).end()?;
    let created = ReleaseEvent::Created {
        number,
        model: model.name.clone(),
        model_version: model.version,
        states: model.states.clone(),
        content: Box::new(content),
        requester,
        occurrence: None,
    };
    let tasks = tasks.into_iter().map(ReleaseEvent::Annotated);
    Ok(std::iter::once(created).chain(tasks).collect())
}

/// Edits a release. Votes that covered what was edited are voided. A committed window is moved by
/// `schedule`, not here; a package grows in a frozen scope by an `exception` from the freeze only.
pub fn edit(
    release: &Release,
    edit: &Edit,
    exception: Option<String>,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::Edit, release, facts)?;
    let edit = edit.clone().against(&release.content);
    if edit.is_empty() {
        return Ok(vec![]);
    }
    if edit.window.is_some() && release.scheduled {
        return Err(calendar::Refusal::WindowCommitted.into());
    }
    let mut events = Vec::new();
    if edit.grows_package(&release.content.package) {
        let what = "what its package gains".to_owned();
        events = grown(None, admit(release, what, exception, facts.now)?);
    }
    let event = ReleaseEvent::Edited { edit: Box::new(edit) };
    let after = release.clone().evolve(&event, stamp);
    let mut check = checked(&after.content);
    if release.phase == ReleasePhase::Approval && after.content.owner.is_none() {
        let detail = "was asked for when this release was submitted: it may not be emptied now";
        check.wrong("/owner", detail);
    }
    check.end()?;
    events.push(event);
    events.extend(approve::reapprove(&after, facts)?);
    Ok(events)
}

/// Goes on to the model's next state before the go.
pub fn advance(release: &Release, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::Advance, release, facts)?;
    let (phase, state) = next_state(release)?;
    Ok(vec![ReleaseEvent::Advanced { phase, state }])
}

/// A task, remark, watcher or link.
pub fn extra(release: &Release, command: &ExtraCommand) -> Decision<ReleaseEvent> {
    if release.extras.settles(command) {
        settle(release.succeeded())?;
    }
    let events = release.extras.decide(command)?;
    Ok(events.into_iter().map(ReleaseEvent::Annotated).collect())
}

fn checked(content: &Content) -> Check {
    let mut check = Check::default();
    check.name("/title", &content.title, NAME_MAX);
    for (pointer, text) in [
        ("/description", &content.description),
        ("/resources", &content.resources),
        ("/rollout", &content.rollout),
        ("/contingency", &content.contingency),
        ("/rollback_note", &content.rollback_note),
    ] {
        check.text(pointer, text, LONG_TEXT_MAX);
    }
    check.count("/objectives", content.objectives.len(), 50);
    for (index, objective) in content.objectives.iter().enumerate() {
        check.text(&format!("/objectives/{index}"), objective, NAME_MAX * 5);
    }
    check.count("/kpis", content.kpis.len(), 50);
    for (index, kpi) in content.kpis.iter().enumerate() {
        check.name(&format!("/kpis/{index}/name"), &kpi.name, NAME_MAX);
        check.text(&format!("/kpis/{index}/target"), &kpi.target, NAME_MAX);
    }
    check.count("/milestones", content.milestones.len(), 50);
    for (index, milestone) in content.milestones.iter().enumerate() {
        check.name(&format!("/milestones/{index}/name"), &milestone.name, NAME_MAX);
        if milestone.at.is_none() && milestone.by.is_none() {
            check.wrong(&format!("/milestones/{index}/at"), "says when it is to be reached");
        }
    }
    check.count("/members", content.members.len(), 100);
    for (index, member) in content.members.iter().enumerate() {
        check.text(&format!("/members/{index}/role"), &member.role, NAME_MAX);
    }
    check.count("/package", content.package.len(), 200);
    for (index, item) in content.package.iter().enumerate() {
        check.name(&format!("/package/{index}/name"), &item.name, NAME_MAX);
        check.text(&format!("/package/{index}/version"), &item.version, NAME_MAX);
        let makes_available = item.service.is_some() || item.ci.is_some();
        if makes_available && item.version.trim().is_empty() {
            let what = "says which version the service or CI runs then";
            check.wrong(&format!("/package/{index}/version"), what);
        }
        let digest = item.digest.as_deref().unwrap_or_default();
        check.text(&format!("/package/{index}/digest"), digest, NAME_MAX);
    }
    check.count("/tags", content.tags.len(), 50);
    for tag in &content.tags {
        check.name("/tags", tag, 50);
    }
    check
}
