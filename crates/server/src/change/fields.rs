//! From what a request says of a change to an edit of it: names are looked up, words and times
//! parsed; everything that is wrong is named at once.

use std::collections::BTreeSet;

use api::change::ChangeFields;
use domain::Artifact;
use domain::change::{Edit, Outage};
use ports::Query;

use crate::bus::Stop;
use crate::names::{Resolver, find_person, parse_window};
use crate::service::{find_service, known_cis};
use crate::team::find_team;

/// The edit that a request asks for.
pub(super) fn edit(db: &mut dyn Query, fields: &ChangeFields) -> Result<Edit, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let window = match &fields.window {
        None => None,
        Some(None) => Some(None),
        Some(Some(window)) => Some(parse_window(r, "/window", window)),
    };
    let tags = fields.tags.as_ref().map(|tags| tags.iter().cloned().collect());
    let edit = Edit {
        title: fields.title.clone(),
        change_type: r.parse("/type", fields.change_type.as_deref()).map(Some),
        description: fields.description.clone(),
        reason: fields.reason.clone(),
        category: r.parse_patch("/category", fields.category.as_ref()),
        services: services(db, r, fields)?,
        cis: fields.cis.as_ref().map(|names| known_cis(db, r, names)).transpose()?,
        environment: r.parse("/environment", fields.environment.as_deref()),
        customer_impact: r.parse_patch("/customer_impact", fields.customer_impact.as_ref()),
        outages: outages(db, r, fields)?,
        people_needed: fields.people_needed,
        effort_minutes: fields.effort_minutes,
        implementer: r.patch(db, "/implementer", fields.implementer.as_ref(), find_person)?,
        team: r.patch(db, "/team", fields.team.as_ref(), find_team)?,
        implementation_plan: fields.implementation_plan.clone(),
        test_plan: fields.test_plan.clone(),
        backout_plan: fields.backout_plan.clone(),
        backout_minutes: fields.backout_minutes,
        cannot_be_undone: fields.cannot_be_undone.clone(),
        tags,
        artifacts: artifacts(r, fields),
        window,
    };
    resolver.end()?;
    Ok(edit)
}

fn services(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    fields: &ChangeFields,
) -> Result<Option<BTreeSet<kernel::ServiceId>>, Stop> {
    let Some(names) = &fields.services else { return Ok(None) };
    let found = resolver.many(db, "/services", names, find_service)?;
    Ok(Some(found.into_iter().collect()))
}

fn artifacts(resolver: &mut Resolver, fields: &ChangeFields) -> Option<Vec<Artifact>> {
    let given = fields.artifacts.as_ref()?;
    let artifact = |(index, artifact): (usize, &api::common::Artifact)| {
        let pointer = format!("/artifacts/{index}/digest");
        let digest = resolver.parse(&pointer, Some(&artifact.digest))?;
        let name = artifact.name.clone().filter(|name| !name.trim().is_empty());
        Some(Artifact { name, digest })
    };
    Some(given.iter().enumerate().filter_map(artifact).collect())
}

fn outages(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    fields: &ChangeFields,
) -> Result<Option<Vec<Outage>>, Stop> {
    let Some(outages) = &fields.outages else { return Ok(None) };
    let mut found = Vec::with_capacity(outages.len());
    for (index, outage) in outages.iter().enumerate() {
        let pointer = format!("/outages/{index}/service");
        let service = resolver.one(db, &pointer, &outage.service, find_service)?;
        found.extend(service.map(|service| Outage { service, minutes: outage.minutes }));
    }
    Ok(Some(found))
}
