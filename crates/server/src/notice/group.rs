//! User groups: setting one up, editing and reading it.

use std::collections::{BTreeMap, BTreeSet};

use api::common::{Page, Ref, Written};
use api::notice::{UserGroup as Shown, UserGroupFields};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::notice::{GroupEdit, GroupFacts, MEMBERS_MAX, UserGroup, address_of, save_group};
use kernel::UserGroupId;
use ports::{Fault, Query, Row, Value};

use crate::asking::{Asking, Reader};
use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::http::{App, ListQuery, Signed, Write};
use crate::names::{Named, Names, Resolver, find_person};
use crate::problem::Answer;
use crate::read::{
    ANY_MAX, Statement, action, ask, of_any, prefix_range, present, refused, wrong_name,
};
use crate::service::{find_service, name_key};

const GROUPS: Named =
    Named { kind: "user group", table: "user_groups", key: "name_key", shown: "name" };
/// How many wrong addresses are named at most.
const WRONG_MAX: usize = 20;
const COLUMNS: &str = "id, version, name, audience, zone, members, name_key";

/// The user group of an id or a name.
pub(super) fn find_group(db: &mut dyn Query, name: &str) -> Result<UserGroupId, Stop> {
    let sql = "SELECT id FROM user_groups WHERE id = $1 OR name_key = $2";
    match db.query_one(sql, &[name.into(), name_key(name).into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(GROUPS.unknown(db, name)?.into()),
    }
}

pub(super) async fn create(
    State(app): State<App>,
    write: Write<UserGroupFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveUserGroup { group: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<UserGroupFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveUserGroup { group: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Sets a user group up, or edits it.
pub struct SaveUserGroup {
    /// The group to edit, by id or name; a new one when absent.
    pub group: Option<String>,
    /// The new values.
    pub fields: UserGroupFields,
}

impl Command for SaveUserGroup {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "user_group.save"
    }

    fn permission(&self) -> Permission {
        Permission::NoticeWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.group else { return Ok(None) };
        Ok(Some(UserGroup::stream(find_group(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let mut group: Loaded<UserGroup> = match &self.group {
            Some(name) => {
                let id = find_group(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&group.state.content.name).clone();
        work.lock(Lock::name("user group", &name_key(&name)))?;
        let sql = "SELECT 1 FROM user_groups WHERE name_key = $1 AND id <> $2";
        let params = [name_key(&name).into(), group.id.to_string().into()];
        let name_taken = work.tx.query_one(sql, &params)?.is_some();
        let facts = GroupFacts { exists: self.group.is_some(), name_taken };
        let events = save_group(&group.state, &edit, &facts)?;
        work.append(&mut group, events)?;
        Ok(Written { id: group.id.to_string(), number: None, version: group.version.0 })
    }
}

impl SaveUserGroup {
    fn edit(&self, work: &mut Work<'_>) -> Result<GroupEdit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let r = &mut resolver;
        let audience = r.parse("/audience", fields.audience.as_deref());
        let zone = r.parse_patch("/zone", fields.zone.as_ref());
        let services = match &fields.services {
            Some(names) => Some(r.many(work.tx, "/services", names, find_service)?),
            None => None,
        };
        let people = match &fields.people {
            Some(names) => Some(r.many(work.tx, "/people", names, find_person)?),
            None => None,
        };
        let addresses = fields.addresses.as_ref().map(|texts| addresses(r, texts));
        resolver.end()?;
        Ok(GroupEdit {
            name: fields.name.clone(),
            audience,
            zone,
            services: services.map(|found| found.into_iter().collect()),
            people: people.map(|found| found.into_iter().collect()),
            addresses,
        })
    }
}

/// The addresses as they are kept; what is none is gathered.
fn addresses(resolver: &mut Resolver, texts: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if texts.len() > MEMBERS_MAX {
        resolver.wrong("/addresses", format!("lists {}; at most {MEMBERS_MAX} fit", texts.len()));
        return found;
    }
    let mut wrong = 0;
    for (index, text) in texts.iter().enumerate() {
        match address_of(text) {
            Some(address) => drop(found.insert(address)),
            None if wrong == WRONG_MAX => break,
            None => {
                wrong += 1;
                let detail = "is no e-mail address: write one alone, such as eve@example.org";
                resolver.wrong(&format!("/addresses/{index}"), detail);
            }
        }
    }
    found
}

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Shown>>, Answer> {
    let limit = query.limit()?;
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, limit))).await?;
    Ok(Json(page?))
}

fn page(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<Shown>, Stop> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM user_groups WHERE 1 = 1"));
    if let Some(prefix) = query.get("q").map(name_key) {
        statement.bind(" AND name_key >= ? AND name_key < ?", prefix_range(&prefix));
    }
    if let Some(service) = query.get("service") {
        let service = wrong_name("service", find_service(db, service))?;
        statement.bind(
            " AND id IN (SELECT user_group FROM user_group_services WHERE service = ?)",
            [service.to_string().into()],
        );
    }
    if let Some(cursor) = query.get("cursor") {
        statement.bind(" AND name_key > ?", [cursor.into()]);
    }
    statement.push(" ORDER BY name_key");
    let page = statement.page(db, limit, |row| row.text(6).map(str::to_owned))?;
    let mut services = services_of(db, &page.items)?;
    let mut names = Names::default();
    Ok(present(page, |row| {
        let of = services.remove(row.text(0)?).unwrap_or_default();
        shown(db, &mut names, &row, of)
    })?)
}

fn services_of(db: &mut dyn Query, rows: &[Row]) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for slice in rows.chunks(ANY_MAX) {
        let mut statement =
            Statement::new("SELECT user_group, service FROM user_group_services WHERE ");
        statement.bind_any("user_group", slice.iter().map(|row| row.0[0].clone()));
        statement.push(" ORDER BY user_group, service");
        for row in statement.query(db)? {
            found.entry(row.text(0)?.to_owned()).or_default().push(row.text(1)?.to_owned());
        }
    }
    Ok(found)
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    services: Vec<String>,
) -> Result<Shown, Fault> {
    Ok(Shown {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        audience: row.text(3)?.to_owned(),
        zone: row.opt_text(4)?.map(str::to_owned),
        services: names.all(db, services)?,
        members: u32::try_from(row.int(5)?).unwrap_or(u32::MAX),
        people: None,
        addresses: None,
        actions: None,
    })
}

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

fn whole(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Shown, Stop> {
    let id = find_group(db, name)?;
    let gone = || Fault::permanent("reading a user group", "its state is gone");
    let group: Loaded<UserGroup> = find_state(db, id)?.ok_or_else(gone)?;
    let content = &group.state.content;
    let mut names = Names::default();
    let people: Vec<Ref> = names.all(db, &content.people)?;
    let members = content.people.len() + content.addresses.len();
    Ok(Shown {
        id: id.to_string(),
        version: group.version.0,
        name: content.name.clone(),
        audience: content.audience.word().to_owned(),
        zone: content.zone.as_ref().map(|zone| zone.name().to_owned()),
        services: names.all(db, &content.services)?,
        members: u32::try_from(members).unwrap_or(u32::MAX),
        people: Some(people),
        // Addresses are for those who keep them.
        addresses: asking
            .permit(Permission::NoticeWrite)
            .is_ok()
            .then(|| content.addresses.iter().cloned().collect()),
        actions: Some(vec![action("edit", asking.permit(Permission::NoticeWrite))]),
    })
}

/// The groups of some services, and those that are named beside them: id, name, audience, zone, how
/// many members, and whether it was named.
pub(super) fn groups_of(
    db: &mut dyn Query,
    services: &BTreeSet<kernel::ServiceId>,
    named: &BTreeSet<UserGroupId>,
) -> Result<Vec<Group>, Fault> {
    let mut ids: BTreeMap<String, bool> =
        named.iter().map(|group| (group.to_string(), true)).collect();
    let services: Vec<Value> = services.iter().map(|id| id.to_string().into()).collect();
    let sql = "SELECT DISTINCT user_group FROM user_group_services WHERE ";
    for row in of_any(db, sql, "service", services.iter().cloned())? {
        ids.insert(row.text(0)?.to_owned(), false);
    }
    let keys: Vec<Value> = ids.keys().map(Value::from).collect();
    let mut found = Vec::with_capacity(keys.len());
    let sql = &format!("SELECT {COLUMNS} FROM user_groups WHERE ");
    for row in of_any(db, sql, "id", keys.iter().cloned())? {
        found.push(Group {
            id: row.text(0)?.to_owned(),
            name: row.text(2)?.to_owned(),
            audience: row.parsed(3)?,
            zone: row.opt_text(4)?.unwrap_or("UTC").parse().unwrap_or(kernel::Zone::utc()),
            members: u32::try_from(row.int(5)?).unwrap_or(u32::MAX),
            is_added: ids.get(row.text(0)?).copied().unwrap_or_default(),
        });
    }
    found.sort_by(|one, other| (one.audience, &one.name).cmp(&(other.audience, &other.name)));
    Ok(found)
}

/// A user group as it is read for a release.
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) audience: domain::vocabulary::Audience,
    pub(super) zone: kernel::Zone,
    pub(super) members: u32,
    pub(super) is_added: bool,
}
