//! Who is told of a release: the user groups of the services that it touches, those that its plan
//! adds, and its own people; each once, and by which channel.

use std::collections::{BTreeMap, BTreeSet};

use domain::notice::{ChannelKind, PlanContent, Reached, address_of, once};
use domain::release::Release;
use domain::vocabulary::{Audience, Window};
use kernel::{ChannelId, PersonId, ServiceId, Zone};
use ports::{Fault, Query, Row, Value};

use crate::bus::find_state;
use crate::notice::group::{Group, groups_of};
use crate::notice::{NO_CHANNEL, PAGE};
use crate::placement::touched;
use crate::read::of_any;

/// What a release touches, and who has to do with that.
pub(super) struct Circle {
    pub(super) services: BTreeSet<ServiceId>,
    pub(super) groups: Vec<Group>,
    pub(super) reached: Vec<Reached>,
}

/// One reader by one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addressee {
    pub(super) channel: String,
    pub(super) recipient: String,
    pub(super) person: Option<String>,
    pub(super) audience: Audience,
    pub(super) zone: Zone,
}

impl Addressee {
    /// What tells one reader from another by one way: whoever is written to is written to once,
    /// though the mail server may be another one by now.
    pub(super) fn key(&self) -> (bool, String) {
        (self.channel == PAGE, self.recipient.clone())
    }

    /// Who that is, whatever the way.
    pub(super) fn who(&self) -> &str {
        self.person.as_deref().unwrap_or(&self.recipient)
    }
}

/// The services that the changes of a release touch.
pub(super) fn services_of(
    db: &mut dyn Query,
    release: &Release,
) -> Result<BTreeSet<ServiceId>, Fault> {
    touched(db, release.changes.iter().copied())
}

/// Who has to do with a release now.
pub(super) fn circle(
    db: &mut dyn Query,
    release: &Release,
    plan: &PlanContent,
) -> Result<Circle, Fault> {
    let services = services_of(db, release)?;
    let groups = groups_of(db, &services, &plan.groups)?;
    let mut members = team(db, release)?;
    for group in &groups {
        members.extend(members_of(db, group)?);
    }
    Ok(Circle { services, groups, reached: once(members) })
}

/// Those who carry a release out, and who watch it.
fn team(db: &mut dyn Query, release: &Release) -> Result<Vec<Reached>, Fault> {
    accounts(db, &people_of(release))
}

/// The same, by their ids.
pub(super) fn people_of(release: &Release) -> BTreeSet<PersonId> {
    let content = &release.content;
    let named = [content.owner, content.release_manager, release.requester];
    let members = content.members.iter().map(|member| member.person);
    let watchers = release.extras.watchers.iter().copied();
    named.into_iter().flatten().chain(members).chain(watchers).collect()
}

/// People by their accounts, as a team; without those who left.
pub(super) fn accounts(
    db: &mut dyn Query,
    people: &BTreeSet<PersonId>,
) -> Result<Vec<Reached>, Fault> {
    let people: Vec<Value> = people.iter().map(|id| id.to_string().into()).collect();
    let mut found = Vec::with_capacity(people.len());
    let sql = "SELECT id, email, zone, inactive FROM people WHERE ";
    for row in of_any(db, sql, "id", people.iter().cloned())? {
        found.extend(account(&row, 0, Audience::Team)?);
    }
    Ok(found)
}

fn members_of(db: &mut dyn Query, group: &Group) -> Result<Vec<Reached>, Fault> {
    let sql = "SELECT members.member, people.id, people.email, people.zone, people.inactive \
        FROM user_group_members AS members LEFT JOIN people ON people.id = members.person \
        WHERE members.user_group = $1";
    let mut found = Vec::new();
    for row in db.query(sql, &[(&group.id).into()])? {
        if row.opt_text(1)?.is_some() {
            found.extend(account(&row, 1, group.audience)?);
        } else {
            let address = Some(row.text(0)?.to_owned());
            let (audience, zone) = (group.audience, group.zone.clone());
            found.push(Reached { person: None, address, audience, zone });
        }
    }
    Ok(found)
}

/// Someone with an account, from the columns id, e-mail, zone and inactive; nobody who left.
fn account(row: &Row, from: usize, audience: Audience) -> Result<Option<Reached>, Fault> {
    if row.bool(from + 3)? {
        return Ok(None);
    }
    Ok(Some(Reached {
        person: Some(row.parsed(from)?),
        address: address_of(row.text(from + 1)?),
        audience,
        zone: row.text(from + 2)?.parse().unwrap_or(Zone::utc()),
    }))
}

/// By which channels a circle is told: who has an account in the page, who has an address by mail,
/// and each chat and program that listens to one of the services.
pub(super) fn addressees(db: &mut dyn Query, circle: &Circle) -> Result<Vec<Addressee>, Fault> {
    let channels = channels(db)?;
    let is_mail = |(_, channel): &&(ChannelId, domain::notice::ChannelContent)| {
        channel.kind == ChannelKind::Email
    };
    let mail = channels.iter().find(is_mail).map(|(id, _)| id.to_string());
    let mut found = by_person(&circle.reached, mail.as_ref());
    for (id, channel) in channels.iter().filter(|one| !is_mail(one)) {
        let listens =
            channel.services.is_empty() || !channel.services.is_disjoint(&circle.services);
        if listens {
            found.push(Addressee {
                channel: id.to_string(),
                recipient: id.to_string(),
                person: None,
                audience: channel.audience,
                zone: channel.zone.clone().unwrap_or(Zone::utc()),
            });
        }
    }
    Ok(found)
}

/// People and addresses alone: in the page, and by the mail server, where there is one.
pub(super) fn by_person(reached: &[Reached], mail: Option<&String>) -> Vec<Addressee> {
    let mut found = Vec::with_capacity(reached.len());
    for one in reached {
        let person = one.person.map(|person| person.to_string());
        let to = |channel: String, recipient: String| Addressee {
            channel,
            recipient,
            person: person.clone(),
            audience: one.audience,
            zone: one.zone.clone(),
        };
        if let Some(person) = &person {
            found.push(to(PAGE.to_owned(), person.clone()));
        }
        match (&one.address, mail) {
            (Some(address), Some(mail)) => found.push(to(mail.clone(), address.clone())),
            // Nobody is told who cannot be reached: that is seen, and mended by hand.
            (Some(address), None) if person.is_none() => {
                found.push(to(NO_CHANNEL.to_owned(), address.clone()));
            }
            _ => {}
        }
    }
    found
}

/// The channels by which something goes out, by name.
fn channels(db: &mut dyn Query) -> Result<Vec<(ChannelId, domain::notice::ChannelContent)>, Fault> {
    let rows = db.query("SELECT id FROM channels WHERE is_off = 0 ORDER BY name_key", &[])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let id: ChannelId = row.parsed(0)?;
        if let Some(channel) = find_state::<domain::notice::Channel>(db, id)? {
            found.push((id, channel.state.content));
        }
    }
    Ok(found)
}

/// The mail server by which mails go out.
pub(super) fn mail_in_force(db: &mut dyn Query) -> Result<Option<String>, Fault> {
    let sql = "SELECT id FROM channels WHERE kind = 'email' AND is_off = 0 \
        ORDER BY name_key LIMIT 1";
    db.query_one(sql, &[])?.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Those who were told something of a release, or may have been, as they were told last; by mail
/// through the server that is in force now.
pub(super) fn told(db: &mut dyn Query, release: &str) -> Result<Vec<Addressee>, Fault> {
    let sql = "SELECT channel, recipient, person, audience, zone FROM deliveries \
        WHERE release = $1 AND (state IN ('sent', 'sending') OR in_doubt = 1) ORDER BY place";
    let mut told = by_key(&db.query(sql, &[release.into()])?)?;
    if let Some(mail) = mail_in_force(db)? {
        let mut mails = BTreeSet::new();
        for row in db.query("SELECT id FROM channels WHERE kind = 'email'", &[])? {
            mails.insert(row.text(0)?.to_owned());
        }
        for one in told.iter_mut().filter(|one| mails.contains(&one.channel)) {
            one.channel.clone_from(&mail);
        }
    }
    Ok(told)
}

/// Those who were told of a window, or are about to be.
pub(super) fn told_of(
    db: &mut dyn Query,
    release: &str,
    window: &Window,
) -> Result<BTreeSet<(bool, String)>, Fault> {
    let sql = "SELECT deliveries.channel, deliveries.recipient, deliveries.person, \
        deliveries.audience, deliveries.zone FROM notices \
        JOIN deliveries ON deliveries.notice = notices.id \
        WHERE notices.release = $1 AND notices.window_start = $2 AND notices.window_end = $3 \
        AND deliveries.state <> 'superseded' ORDER BY deliveries.place";
    let interval = window.interval;
    let rows = db.query(sql, &[release.into(), interval.start.into(), interval.end.into()])?;
    Ok(by_key(&rows)?.iter().map(Addressee::key).collect())
}

fn by_key(rows: &[Row]) -> Result<Vec<Addressee>, Fault> {
    let mut found = BTreeMap::new();
    for row in rows {
        let one = Addressee {
            channel: row.text(0)?.to_owned(),
            recipient: row.text(1)?.to_owned(),
            person: row.opt_text(2)?.map(str::to_owned),
            audience: row.parsed(3)?,
            zone: row.text(4)?.parse().unwrap_or(Zone::utc()),
        };
        found.insert(one.key(), one);
    }
    Ok(found.into_values().collect())
}
