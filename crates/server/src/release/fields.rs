//! From what a request says of a release to an edit of it.

use api::release::{PlannedWindow, ReleaseFields};
use domain::record::DueBy;
use domain::release::{Edit, Kpi, Member, Milestone, PackageItem};
use domain::vocabulary::Window;
use kernel::Timestamp;
use ports::Query;

use crate::bus::Stop;
use crate::names::{Resolver, find_person, parse_window};
use crate::policy::{PolicySet, in_force};
use crate::service::{find_ci, find_service};
use crate::team::find_team;

/// The edit that a request asks for, of a release of a model.
pub(super) fn edit(
    db: &mut dyn Query,
    fields: &ReleaseFields,
    model: Option<&str>,
) -> Result<Edit, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let window = match &fields.window {
        None => None,
        Some(None) => Some(None),
        Some(Some(window)) => Some(planned(db, r, window, model)?),
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

/// What is said of a type that no model has.
pub(super) fn one_of_types(policy: &PolicySet) -> String {
    format!("is one of {}", policy.release_types().join(", "))
}

/// The planned window; one without an end is as long as the model has it.
fn planned(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    window: &PlannedWindow,
    model: Option<&str>,
) -> Result<Option<Window>, Stop> {
    let PlannedWindow { start, zone, .. } = window.clone();
    if let Some(end) = window.end.clone() {
        let window = api::common::Window { start, end, zone };
        return Ok(parse_window(resolver, "/window", &window));
    }
    let policy = in_force(db)?.set;
    let Some(name) = model else {
        resolver.wrong("/window/end", "say when it ends: no model says how long it is");
        return Ok(None);
    };
    let Some(model) = policy.release(name) else {
        resolver.wrong("/type", one_of_types(&policy));
        return Ok(None);
    };
    let begins: Option<Timestamp> = resolver.parse("/window/start", Some(&start));
    let Some(begins) = begins else { return Ok(None) };
    let end = begins.plus_minutes(i64::from(model.window_minutes)).to_string();
    Ok(parse_window(resolver, "/window", &api::common::Window { start, end, zone }))
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
