//! From what a request says of a release to an edit of it.

use api::release::ReleaseFields;
use domain::record::DueBy;
use domain::release::{Edit, Kpi, Member, Milestone, PackageItem};
use ports::Query;

use crate::bus::Stop;
use crate::names::{Resolver, find_person, parse_window};
use crate::service::{find_ci, find_service};
use crate::team::find_team;

/// The edit that a request asks for.
pub(super) fn edit(db: &mut dyn Query, fields: &ReleaseFields) -> Result<Edit, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let window = match &fields.window {
        None => None,
        Some(None) => Some(None),
        Some(Some(window)) => Some(parse_window(r, "/window", window)),
    };
    let edit = Edit {
        title: fields.title.clone(),
        description: fields.description.clone(),
        objectives: fields.objectives.clone(),
        kpis: fields.kpis.as_ref().map(|kpis| {
            let kpi = |kpi: &api::release::Kpi| Kpi {
                name: kpi.name.clone(),
                target: kpi.target.clone(),
            };
            kpis.iter().map(kpi).collect()
        }),
        milestones: milestones(r, fields),
        resources: fields.resources.clone(),
        rollout: fields.rollout.clone(),
        contingency: fields.contingency.clone(),
        rollback_note: fields.rollback_note.clone(),
        environment: r.parse("/environment", fields.environment.as_deref()),
        owner: r.patch(db, "/owner", fields.owner.as_ref(), find_person)?,
        release_manager: r.patch(
            db,
            "/release_manager",
            fields.release_manager.as_ref(),
            find_person,
        )?,
        team: r.patch(db, "/team", fields.team.as_ref(), find_team)?,
        members: members(db, r, fields)?,
        package: package(db, r, fields)?,
        tags: fields.tags.as_ref().map(|tags| tags.iter().cloned().collect()),
        window,
    };
    resolver.end()?;
    Ok(edit)
}

fn milestones(resolver: &mut Resolver, fields: &ReleaseFields) -> Option<Vec<Milestone>> {
    let given = fields.milestones.as_ref()?;
    let mut parsed = Vec::with_capacity(given.len());
    for (index, milestone) in given.iter().enumerate() {
        let by = match (milestone.hours_before_start, milestone.hours_after_end) {
            (Some(hours), None) => Some(DueBy::HoursBeforeStart(hours)),
            (None, Some(hours)) => Some(DueBy::HoursAfterEnd(hours)),
            (None, None) => None,
            (Some(_), Some(_)) => {
                let pointer = format!("/milestones/{index}/hours_after_end");
                resolver.wrong(&pointer, "is before the window or after it, not both");
                continue;
            }
        };
        let at = milestone.at.as_deref().filter(|_| by.is_none());
        let at = resolver.parse(&format!("/milestones/{index}/at"), at);
        let (name, reached) = (milestone.name.clone(), milestone.reached);
        parsed.push(Milestone { name, at, by, reached });
    }
    Some(parsed)
}

fn members(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    fields: &ReleaseFields,
) -> Result<Option<Vec<Member>>, Stop> {
    let Some(given) = &fields.members else { return Ok(None) };
    let mut found = Vec::with_capacity(given.len());
    for (index, member) in given.iter().enumerate() {
        let pointer = format!("/members/{index}/person");
        let person = resolver.one(db, &pointer, &member.person, find_person)?;
        found.extend(person.map(|person| Member { person, role: member.role.clone() }));
    }
    Ok(Some(found))
}

fn package(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    fields: &ReleaseFields,
) -> Result<Option<Vec<PackageItem>>, Stop> {
    let Some(given) = &fields.package else { return Ok(None) };
    let mut parsed = Vec::with_capacity(given.len());
    for (index, item) in given.iter().enumerate() {
        let pointer = format!("/package/{index}");
        let kind = resolver.parse(&format!("{pointer}/kind"), Some(&item.kind));
        let named = |text: &Option<String>| text.clone().filter(|name| !name.is_empty());
        let service = match named(&item.service) {
            Some(name) => resolver.one(db, &format!("{pointer}/service"), &name, find_service)?,
            None => None,
        };
        let ci = match named(&item.ci) {
            Some(name) => resolver.one(db, &format!("{pointer}/ci"), &name, find_ci)?,
            None => None,
        };
        let Some(kind) = kind else { continue };
        parsed.push(PackageItem {
            kind,
            name: item.name.clone(),
            version: item.version.clone(),
            digest: item.digest.clone().filter(|digest| !digest.is_empty()),
            service,
            ci,
        });
    }
    Ok(Some(parsed))
}
