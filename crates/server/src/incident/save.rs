//! Reports an incident, or edits and moves it.

use api::change::Link as ApiLink;
use api::common::Written;
use api::incident::IncidentFields;
use axum::Json;
use axum::extract::{Path, State as Shared};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::incident::{Edit, Incident, Priority, Request, SaveFacts, save};
use domain::record::Link;
use kernel::{CiId, ServiceId, Timestamp};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::extras::parsed_link;
use crate::http::{App, Write};
use crate::incident::find::{find_change, find_incident};
use crate::names::{Resolver, find_person};
use crate::problem::Answer;
use crate::service::{find_service, known_cis};

pub(super) async fn create(
    Shared(app): Shared<App>,
    write: Write<IncidentFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveIncident { incident: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    Shared(app): Shared<App>,
    Path(id): Path<String>,
    write: Write<IncidentFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveIncident { incident: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct SaveIncident {
    /// The incident to edit, by id or number; a new one when absent.
    pub incident: Option<String>,
    /// The new values.
    pub fields: IncidentFields,
}

impl Command for SaveIncident {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "incident.save"
    }

    fn permission(&self) -> Permission {
        Permission::IncidentWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.incident else { return Ok(None) };
        Ok(Some(Incident::stream(find_incident(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let request = self.request(work)?;
        let mut incident: Loaded<Incident> = match &self.incident {
            Some(name) => {
                let id = find_incident(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let number = match self.incident {
            Some(_) => None,
            None => Some(format!("INC-{}", work.tx.next_number("INC")?)),
        };
        let facts = SaveFacts { number, now: work.now };
        let events = save(&incident.state, &request, &facts)?;
        work.append(&mut incident, events)?;
        Ok(written(&incident))
    }
}

pub(super) fn written(incident: &Loaded<Incident>) -> Written {
    Written {
        id: incident.id.to_string(),
        number: Some(incident.state.number.clone()),
        version: incident.version.0,
    }
}

impl SaveIncident {
    fn request(&self, work: &mut Work<'_>) -> Result<Request, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let edit = Edit {
            title: fields.title.clone(),
            description: fields.description.clone(),
            priority: priority(&mut resolver, fields.priority),
            opened_at: time(&mut resolver, "/opened_at", fields.opened_at.as_deref()).map(Some),
            cis: self.cis(work, &mut resolver)?,
            services: self.services(work, &mut resolver)?,
            assignee: resolver.patch(
                work.tx,
                "/assignee",
                fields.assignee.as_ref(),
                find_person,
            )?,
            caused_by: resolver.patch(
                work.tx,
                "/caused_by",
                fields.caused_by.as_ref(),
                find_change,
            )?,
        };
        let state = resolver.parse("/state", fields.state.as_deref());
        let resolved_at = fields.resolved_at.as_ref().map(|field| {
            let text = field.as_deref();
            time(&mut resolver, "/resolved_at", text)
        });
        let links = fields.links.as_ref().map(|links| resolved_links(&mut resolver, links));
        resolver.end()?;
        Ok(Request { edit, links, state, resolved_at })
    }

    fn cis(&self, work: &mut Work<'_>, resolver: &mut Resolver) -> Result<Option<Vec<CiId>>, Stop> {
        let Some(names) = &self.fields.cis else { return Ok(None) };
        let mut found = Vec::new();
        for id in known_cis(work.tx, resolver, names)? {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(Some(found))
    }

    fn services(
        &self,
        work: &mut Work<'_>,
        resolver: &mut Resolver,
    ) -> Result<Option<Vec<ServiceId>>, Stop> {
        let Some(names) = &self.fields.services else { return Ok(None) };
        let mut found = Vec::new();
        for id in resolver.many(work.tx, "/services", names, find_service)? {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(Some(found))
    }
}

fn time(resolver: &mut Resolver, pointer: &str, text: Option<&str>) -> Option<Timestamp> {
    resolver.parse(pointer, text)
}

fn priority(resolver: &mut Resolver, field: Option<u8>) -> Option<Priority> {
    match field.map(Priority::try_from)? {
        Ok(priority) => Some(priority),
        Err(detail) => {
            resolver.wrong("/priority", detail);
            None
        }
    }
}

fn resolved_links(resolver: &mut Resolver, links: &[ApiLink]) -> Vec<Link> {
    let link = |(index, link): (usize, &ApiLink)| {
        let kind = resolver.parse(&format!("/links/{index}/kind"), Some(&link.kind))?;
        Some(parsed_link(kind, link))
    };
    links.iter().enumerate().filter_map(link).collect()
}
