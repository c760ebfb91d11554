//! Reading one incident.

use api::change::Imported;
use api::common::Action;
use api::incident::Incident as Shown;
use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::Refusal;
use domain::identity::Permission;
use domain::incident::{Incident, IncidentRefusal, State, may_move};
use kernel::{Actor, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Loaded, Stop, find_state, who_is};
use crate::extras::{shown_comments, shown_links};
use crate::http::{App, Signed};
use crate::incident::find::find_incident;
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{action, ask, refused};

pub(super) async fn get(
    Shared(app): Shared<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Answer> {
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| refused(whole(db, &id, &signed.actor, now)));
    Ok(Json(found.await??))
}

fn whole(db: &mut dyn Query, name: &str, actor: &Actor, now: Timestamp) -> Result<Shown, Stop> {
    let id = find_incident(db, name)?;
    let found: Option<Loaded<Incident>> = find_state(db, id)?;
    let found = found.ok_or(Fault::permanent("reading an incident", "its state is gone"))?;
    let permitted = who_is(db, actor, now)?.permit(Permission::IncidentWrite, actor);
    let actions = actions(&found.state, &permitted.map_err(Into::into));
    Ok(shown(db, found, actions)?)
}

fn shown(
    db: &mut dyn Query,
    found: Loaded<Incident>,
    actions: Vec<Action>,
) -> Result<Shown, Fault> {
    let mut names = Names::default();
    let (state, content) = (found.state.state, found.state.content);
    let comments = shown_comments(db, &mut names, &found.state.extras)?;
    let links = shown_links(&found.state.extras);
    let imported = found.state.origin.map(|origin| Imported {
        source: origin.source,
        number: origin.number,
        zone: origin.zone.to_string(),
    });
    Ok(Shown {
        id: found.id.to_string(),
        number: found.state.number,
        version: found.version.0,
        title: content.title,
        description: content.description,
        priority: content.priority.number(),
        state: state.to_string(),
        opened_at: content.opened_at.map(|at| at.to_string()).unwrap_or_default(),
        resolved_at: found.state.resolved_at.map(|at| at.to_string()),
        cis: names.all(db, content.cis)?,
        services: names.all(db, content.services)?,
        assignee: names.opt(db, content.assignee)?,
        caused_by: names.opt(db, content.caused_by)?,
        links,
        comments,
        imported,
        actions,
    })
}

/// What may be done now: the moves are edits of the state.
fn actions(incident: &Incident, permitted: &Result<(), Refusal>) -> Vec<Action> {
    let go = |wanted: State| {
        permitted.clone()?;
        if incident.state == wanted {
            let mend = "it is there already";
            return Err(IncidentRefusal::WrongState { is: wanted, wanted, mend }.into());
        }
        may_move(incident, wanted)
    };
    vec![
        action("edit", permitted.clone()),
        action("resolve", go(State::Resolved)),
        action("close", go(State::Closed)),
        action("reopen", go(State::Open)),
        action("comments", permitted.clone()),
    ]
}
