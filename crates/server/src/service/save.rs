//! Sets a service up, or edits it.

use api::common::Written;
use api::service::ServiceFields;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::service::{Criticality, Edit, SaveFacts, Service, save};
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::http::{App, Write};
use crate::names::{Resolver, find_person};
use crate::problem::Answer;
use crate::service::find::{find_service, name_key, service_name_taken};
use crate::team::find_team;

pub(super) async fn create(
    State(app): State<App>,
    write: Write<ServiceFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveService { service: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ServiceFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveService { service: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct SaveService {
    /// The service to edit, by id or name; a new one when absent.
    pub service: Option<String>,
    /// The new values.
    pub fields: ServiceFields,
}

impl Command for SaveService {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "service.save"
    }

    fn permission(&self) -> Permission {
        Permission::ServiceWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.service else { return Ok(None) };
        Ok(Some(Service::stream(find_service(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let mut service: Loaded<Service> = match &self.service {
            Some(name) => {
                let id = find_service(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&service.state.content.name).clone();
        work.lock(Lock::name("service", &name_key(&name)))?;
        let exists = self.service.is_some();
        let name_taken = service_name_taken(work.tx, &name, service.id)?;
        let events = save(&service.state, &edit, &SaveFacts { exists, name_taken })?;
        work.append(&mut service, events)?;
        Ok(Written { id: service.id.to_string(), number: None, version: service.version.0 })
    }
}

impl SaveService {
    fn edit(&self, work: &mut Work<'_>) -> Result<Edit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let owner = resolver.patch(work.tx, "/owner", fields.owner.as_ref(), find_person)?;
        let team = resolver.patch(work.tx, "/team", fields.team.as_ref(), find_team)?;
        let criticality = criticality(&mut resolver, fields.criticality);
        resolver.end()?;
        Ok(Edit {
            name: fields.name.clone(),
            description: fields.description.clone(),
            criticality,
            owner,
            team,
            data_loss_minutes: fields.data_loss_minutes,
            known_limits: fields.known_limits.clone(),
            region: fields.region.clone(),
        })
    }
}

pub(super) fn criticality(resolver: &mut Resolver, field: Option<u8>) -> Option<Criticality> {
    match field.map(Criticality::try_from)? {
        Ok(criticality) => Some(criticality),
        Err(detail) => {
            resolver.wrong("/criticality", detail);
            None
        }
    }
}
