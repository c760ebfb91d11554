//! The plan of what is told about a release, who is reached, and how a text would read now.

use std::collections::{BTreeMap, BTreeSet};

use api::common::{Page, Written};
use api::notice::{
    AudienceCount, Communication as Shown, CommunicationFields, GroupReached, MomentPlan,
    NoticePreview, PreviewNotice, Reader as ShownReader, ResponsibleField,
};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::Permission;
use domain::notice::{Communication, PlanEdit, Reached, believed, plan};
use domain::vocabulary::{Audience, Moment};
use domain::{Aggregate as _, General, Missing};
use kernel::{PersonId, ReleaseId, Timestamp, Zone};
use ports::{Fault, Query};

use crate::asking::{Asking, Reader};
use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, ListQuery, Signed, Write};
use crate::listing::word;
use crate::names::{Names, Resolver, find_person, find_release, shown_window};
use crate::notice::archive::{counts_of, notices_of};
use crate::notice::audience::{Circle, circle};
use crate::notice::format::Letter;
use crate::notice::group::find_group;
use crate::notice::tell::{Standing, text};
use crate::notice::view::{Story, Telling, measures, responsible, rollback};
use crate::policy::{in_force, tried};
use crate::problem::Answer;
use crate::read::{action, ask, refused};

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(whole(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

fn standing(db: &mut dyn Query, name: &str) -> Result<(ReleaseId, Standing), Stop> {
    let id = find_release(db, name)?;
    let unknown = || General::Unknown { kind: "release", name: name.to_owned() };
    Ok((id, Standing::of(db, id)?.ok_or_else(unknown)?))
}

fn whole(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Shown, Stop> {
    let (id, standing) = standing(db, name)?;
    let (release, plan) = (&standing.release, &standing.plan.state.content);
    let circle = circle(db, release, plan)?;
    let mut names = Names::default();
    let notices = notices_of(db, &id.to_string())?;
    let moments = moments(db, &mut names, &standing, &notices, asking.now)?;
    let (waiting, dead) = counts_of(db, &id.to_string())?;
    let content = &release.content;
    let unknown = || Fault::permanent("reading a release", "its row is gone");
    Ok(Shown {
        release: names.get(db, &id.to_string())?.ok_or_else(unknown)?,
        version: standing.plan.version.0,
        what: content.title.clone(),
        window: content.window.as_ref().map(shown_window),
        committed: standing.window.is_some(),
        why: content.description.clone(),
        impact: plan.impact.clone(),
        action: plan.action.clone(),
        downtime_minutes: plan.downtime_minutes,
        contact: plan.contact.clone(),
        rollback: rollback(release),
        measures: measures(release),
        moments,
        services: names.all(db, &circle.services)?,
        groups: groups(&circle),
        audience: counted(&circle.reached),
        people: u32::try_from(circle.reached.len()).unwrap_or(u32::MAX),
        waiting,
        dead,
        notices,
        actions: vec![
            action("edit", asking.permit(Permission::NoticeWrite)),
            action("retry", asking.permit(Permission::NoticeWrite)),
        ],
    })
}

fn groups(circle: &Circle) -> Vec<GroupReached> {
    let shown = |group: &crate::notice::group::Group| GroupReached {
        group: api::common::Ref { id: group.id.clone(), number: None, name: group.name.clone() },
        audience: group.audience.word().to_owned(),
        members: group.members,
        added: group.is_added,
    };
    circle.groups.iter().map(shown).collect()
}

fn counted(reached: &[Reached]) -> Vec<AudienceCount> {
    let mut counts: BTreeMap<Audience, u32> = BTreeMap::new();
    for one in reached {
        *counts.entry(one.audience).or_default() += 1;
    }
    shown_counts(&counts)
}

/// How many of each audience, as it is shown.
pub(super) fn shown_counts(counts: &BTreeMap<Audience, u32>) -> Vec<AudienceCount> {
    let count = |(audience, people): (&Audience, &u32)| AudienceCount {
        audience: audience.word().to_owned(),
        people: *people,
    };
    counts.iter().map(count).collect()
}

/// How each moment stands, by the rule that tells it.
fn moments(
    db: &mut dyn Query,
    names: &mut Names,
    standing: &Standing,
    notices: &[api::notice::Notice],
    now: Timestamp,
) -> Result<Vec<MomentPlan>, Fault> {
    let next = standing.next(now);
    let plan = &standing.plan.state.content;
    let mut shown = Vec::with_capacity(Moment::ALL.len());
    for moment in Moment::ALL {
        let last = notices.iter().find(|notice| notice.moment == moment.word());
        let is_due = next.tell.iter().any(|telling| telling.moment == *moment);
        let wake = next.wake.filter(|_| *moment == Moment::Before);
        let state = if is_due {
            "due"
        } else if wake.is_some() {
            "waits"
        } else if last.is_some() {
            "told"
        } else if plan.off.contains(moment) {
            "off"
        } else if waits(standing, *moment) {
            "waits"
        } else {
            "not_needed"
        };
        shown.push(MomentPlan {
            moment: moment.word().to_owned(),
            state: state.to_owned(),
            due_at: wake.map(|at| at.to_string()),
            told_at: last.map(|notice| notice.at.clone()),
            responsible: names.opt(db, responsible(plan, *moment, &standing.release))?,
            named: plan.responsible.contains_key(moment),
            optional: matches!(moment, Moment::Before | Moment::Start | Moment::Success),
            off: plan.off.contains(moment),
        });
    }
    Ok(shown)
}

/// Whether a moment that was not told may still come.
fn waits(standing: &Standing, moment: Moment) -> bool {
    let release = &standing.release;
    match moment {
        Moment::Before => !release.is_under_way(),
        Moment::Start | Moment::Success => {
            !release.is_over() && release.phase < domain::policy::ReleasePhase::Review
        }
        Moment::Moved | Moment::Rollback | Moment::Cancelled => false,
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<CommunicationFields>,
) -> Result<Json<Written>, Answer> {
    let command = PlanCommunication { release: id, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Plans what is told about a release.
pub struct PlanCommunication {
    /// The release, by id or number.
    pub release: String,
    /// The new values.
    pub fields: CommunicationFields,
}

impl Command for PlanCommunication {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "communication.plan"
    }

    fn permission(&self) -> Permission {
        Permission::NoticeWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Communication::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let id = find_release(work.tx, &self.release)?;
        work.peek::<domain::release::Release>(id)?;
        let mut loaded: Loaded<Communication> = work.load_single(id)?;
        let events = plan(&loaded.state, &edit)?;
        work.append(&mut loaded, events)?;
        Ok(Written { id: id.to_string(), number: None, version: loaded.version.0 })
    }
}

impl PlanCommunication {
    fn edit(&self, work: &mut Work<'_>) -> Result<PlanEdit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let r = &mut resolver;
        let responsible = match &fields.responsible {
            Some(named) => Some(named_people(work.tx, r, named)?),
            None => None,
        };
        let off = fields.off.as_ref().map(|words| {
            let word = |(at, word): (usize, &String)| r.parse(&format!("/off/{at}"), Some(word));
            words.iter().enumerate().filter_map(word).collect::<BTreeSet<Moment>>()
        });
        let groups = match &fields.groups {
            Some(names) => Some(r.many(work.tx, "/groups", names, find_group)?),
            None => None,
        };
        resolver.end()?;
        Ok(PlanEdit {
            impact: fields.impact.clone(),
            action: fields.action.clone(),
            downtime_minutes: fields.downtime_minutes,
            contact: fields.contact.clone(),
            responsible,
            off,
            groups: groups.map(|found| found.into_iter().collect()),
        })
    }
}

fn named_people(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    named: &[ResponsibleField],
) -> Result<BTreeMap<Moment, PersonId>, Stop> {
    let mut found = BTreeMap::new();
    for (at, one) in named.iter().take(Moment::ALL.len()).enumerate() {
        let moment = resolver.parse(&format!("/responsible/{at}/moment"), Some(&one.moment));
        let pointer = format!("/responsible/{at}/person");
        let person = resolver.one(db, &pointer, &one.person, find_person)?;
        found.extend(moment.zip(person));
    }
    Ok(found)
}

/// Lists who is reached, each once.
pub(super) async fn readers(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Page<ShownReader>>, Answer> {
    let (reader, limit) = (Reader::of(&app, &signed), query.limit()?);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(reached(db, &id, &asking, &query, limit))
    });
    Ok(Json(found.await??))
}

fn reached(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
    query: &ListQuery,
    limit: u32,
) -> Result<Page<ShownReader>, Stop> {
    asking.permit(Permission::NoticeWrite)?;
    let (_, standing) = standing(db, name)?;
    let circle = circle(db, &standing.release, &standing.plan.state.content)?;
    let wanted: Option<Audience> = word(query, "audience")?;
    let after = query.get("cursor").unwrap_or_default();
    let fits = |one: &&Reached| {
        one.key().as_str() > after && wanted.is_none_or(|audience| audience == one.audience)
    };
    let size = limit as usize;
    let mut found: Vec<&Reached> = circle.reached.iter().filter(fits).take(size + 1).collect();
    let more = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| more).map(|one| one.key());
    let mut names = Names::default();
    let people = found.iter().filter_map(|one| one.person).map(|person| person.to_string());
    names.load(db, &people.collect::<Vec<_>>())?;
    let mut items = Vec::with_capacity(found.len());
    for one in found {
        items.push(ShownReader {
            person: names.opt(db, one.person)?,
            address: one.address.clone(),
            audience: one.audience.word().to_owned(),
            zone: one.zone.name().to_owned(),
        });
    }
    Ok(Page { items, next })
}

/// Writes a text out as it would be sent now, and sends nothing.
pub(super) async fn preview(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<PreviewNotice>,
) -> Result<Json<NoticePreview>, Answer> {
    // A draft is read as if it were to be put in force; what is in force, anyone may ask.
    let needed =
        if write.body.files.is_some() { Permission::PolicyWrite } else { Permission::Read };
    write.signed.permit(&app, needed).await?;
    let (body, address) = (write.body, app.address.clone());
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        refused(previewed(db, &id, &body, (address.as_deref(), now)))
    });
    Ok(Json(found.await??))
}

fn previewed(
    db: &mut dyn Query,
    name: &str,
    body: &PreviewNotice,
    (address, now): (Option<&str>, Timestamp),
) -> Result<NoticePreview, Stop> {
    let mut resolver = Resolver::default();
    let moment = resolver.parse("/moment", Some(body.moment.as_deref().unwrap_or("before")));
    let audience =
        resolver.parse("/audience", Some(body.audience.as_deref().unwrap_or("customers")));
    let zone: Option<Zone> = resolver.parse("/zone", body.zone.as_deref());
    resolver.end()?;
    let (moment, audience) = (moment.unwrap_or(Moment::Before), audience.unwrap_or_default());
    let (id, standing) = standing(db, name)?;
    let (release, plan) = (&standing.release, &standing.plan.state.content);
    let facts = standing.facts(now);
    let window = match moment {
        // Of a release that is delayed the date is none.
        Moment::Moved if standing.window.is_some() => facts.stands(),
        // Before the window is committed, the one that is planned is shown.
        _ => standing.window.as_ref().or(release.content.window.as_ref()),
    };
    let zone = zone.or_else(|| window.map(|window| window.zone.clone())).unwrap_or(Zone::utc());
    let believed = believed(&standing.told);
    let telling = Telling { id, release, plan, moment, window, believed };
    let services = crate::notice::audience::services_of(db, release)?;
    let story = Story::of(db, &telling, services)?;
    let set = tried(&in_force(db)?, body.files.as_ref())?;
    let rules = set.notices();
    if body.files.is_some() {
        // One in force that fails over a release names it all the same; a draft is told its flaw.
        let draft = rules.text(moment, audience, &release.model).write(&story.in_zone(&zone));
        draft.map_err(|error| {
            let file = format!("/files/notices~1{moment}.toml");
            General::Invalid(vec![Missing::new(file, error)])
        })?;
    }
    let written = text(rules, release, &story, moment, audience, zone.clone());
    let link = address.map(|address| format!("{address}/releases/{}/notices", release.number));
    let (subject, body) = (&written.subject, &written.body);
    let letter = Letter { subject, body, link: link.as_deref(), address: None };
    Ok(NoticePreview {
        moment: moment.word().to_owned(),
        audience: audience.word().to_owned(),
        zone: zone.name().to_owned(),
        subject: written.subject.clone(),
        text: letter.plain(),
        html: letter.html(),
        slack: pretty(&letter.slack()),
        teams: pretty(&letter.teams()),
    })
}

fn pretty(json: &serde_json::Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}
