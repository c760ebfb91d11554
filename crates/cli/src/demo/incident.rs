//! The story of an incident: reported, worked on, resolved, closed.

use anyhow::bail;
use api::incident::IncidentFields;
use server::incident::{CommentIncident, SaveIncident};

use crate::demo::files::{Deed, IncidentPlan};
use crate::demo::replay::{Replay, Subject, Turn};

/// Minutes from its beginning until someone reports it.
const REPORT: i64 = 4;
/// Minutes from the end of the trouble until it is written down.
const RESOLVE: i64 = 5;

/// Plans its course.
pub(super) fn plan<'a>(replay: &mut Replay<'a>, incident: &'a IncidentPlan) -> anyhow::Result<()> {
    let on = Subject::Incident(incident);
    let opened = incident.opened.instant(&replay.today);
    replay.at(opened.plus_minutes(REPORT), &incident.by, on, Deed::Begin);
    if let Some(resolved) = incident.resolved {
        let at = resolved.instant(&replay.today).plus_minutes(RESOLVE);
        replay.at(at, &incident.assignee, on, Deed::Resolve);
    }
    if let Some(closed) = incident.closed {
        let at = closed.instant(&replay.today);
        replay.at(at, &incident.by, on, Deed::Close);
    }
    for also in &incident.also {
        replay.at(also.at.instant(&replay.today), &also.by, on, also.deed.clone());
    }
    Ok(())
}

/// Does one deed of it.
pub(super) fn act(
    replay: &mut Replay<'_>,
    plan: &IncidentPlan,
    turn: &Turn<'_>,
) -> anyhow::Result<()> {
    let fields = match &turn.deed {
        Deed::Begin => reported(replay, plan)?,
        Deed::Resolve => resolved(replay, plan)?,
        Deed::Close => {
            IncidentFields { state: Some("closed".to_owned()), ..IncidentFields::default() }
        }
        Deed::Comment(text) => {
            let (incident, text) = (replay.record(&plan.key)?.id.clone(), replay.named(text)?);
            return replay.act(&turn.by, CommentIncident { incident, text }).map(|_| ());
        }
        other => bail!("{other:?} is not done to an incident"),
    };
    let begins = matches!(turn.deed, Deed::Begin);
    let known = if begins { None } else { Some(replay.record(&plan.key)?.id.clone()) };
    let written = replay.act(&turn.by, SaveIncident { incident: known, fields })?;
    if begins { replay.keep(&plan.key, written) } else { Ok(()) }
}

fn reported(replay: &Replay<'_>, plan: &IncidentPlan) -> anyhow::Result<IncidentFields> {
    Ok(IncidentFields {
        title: Some(plan.title.clone()),
        description: Some(replay.named(&plan.description)?),
        priority: Some(plan.priority),
        opened_at: Some(plan.opened.instant(&replay.today).to_string()),
        cis: Some(plan.cis.clone()),
        services: Some(plan.services.clone()),
        assignee: Some(Some(plan.assignee.clone())),
        ..IncidentFields::default()
    })
}

fn resolved(replay: &Replay<'_>, plan: &IncidentPlan) -> anyhow::Result<IncidentFields> {
    let cause = plan.caused_by.as_ref().map(|key| replay.record(key)).transpose()?;
    Ok(IncidentFields {
        state: Some("resolved".to_owned()),
        resolved_at: Some(plan.resolved.map(|at| at.instant(&replay.today).to_string())),
        caused_by: cause.map(|change| Some(change.id.clone())),
        ..IncidentFields::default()
    })
}
