//! Reading people and tokens.

use std::collections::BTreeSet;

use api::common::{Page, Ref};
use api::identity::{Me, Person, QuietHours, ReleaseDigest, Token};
use domain::General;
use domain::identity::Role;
use kernel::{Actor, PersonId, Timestamp, TokenId};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Stop, who_is};
use crate::http::ListQuery;
use crate::names::Names;
use crate::read::{Statement, found, of_any, prefix_range, present};
use crate::team::team_refs;

const PERSON: &str = "people.id, people.version, people.login, people.name, people.email, \
    people.roles, people.zone, people.inactive, people.name_key, people.quiet, \
    people.digest";
const TOKEN: &str = "id, version, name, person, scopes, expires_at, revoked";
const CURSOR: char = '\u{1F}';

/// True while there is no account.
pub(super) fn nobody_yet(db: &mut dyn Query) -> Result<bool, Fault> {
    Ok(db.query_one("SELECT 1 FROM people LIMIT 1", &[])?.is_none())
}

/// The logins that an account has, of those asked for.
pub fn logins_exist(db: &mut dyn Query, logins: &[String]) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    let sql = "SELECT login FROM people WHERE ";
    for row in of_any(db, sql, "login", logins.iter().map(|login| login.to_lowercase().into()))? {
        found.insert(row.text(0)?.to_owned());
    }
    Ok(found)
}

/// The active people who hold a role, at most `max`.
pub fn holders_of(db: &mut dyn Query, role: Role, max: u32) -> Result<Vec<PersonId>, Fault> {
    let sql = "SELECT people.id FROM people_roles CROSS JOIN people \
        WHERE people.id = people_roles.person \
        AND people_roles.role = $1 AND people.inactive = 0 \
        ORDER BY people_roles.name_key LIMIT $2";
    let rows = db.query(sql, &[role.word().into(), i64::from(max).into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

pub(super) fn login_taken(db: &mut dyn Query, login: &str, by: PersonId) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM people WHERE login = $1 AND id <> $2";
    let row = db.query_one(sql, &[login.to_lowercase().into(), by.to_string().into()])?;
    Ok(row.is_some())
}

/// Whether someone else is an active administrator.
pub(super) fn other_administrator(db: &mut dyn Query, but: PersonId) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM people_roles CROSS JOIN people \
        WHERE people.id = people_roles.person AND people_roles.role = $1 \
        AND people.inactive = 0 AND people.id <> $2 LIMIT 1";
    let role = Role::Administrator.word();
    Ok(db.query_one(sql, &[role.into(), but.to_string().into()])?.is_some())
}

/// The hash of a secret's subject: a person's password, a token.
pub(super) fn secret_of(db: &mut dyn Query, subject: &str) -> Result<Option<String>, Fault> {
    let row = db.query_one("SELECT hash FROM secrets WHERE subject = $1", &[subject.into()])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// An active person with a password, by login.
pub(super) fn credentials(
    db: &mut dyn Query,
    login: &str,
) -> Result<Option<(PersonId, String)>, Fault> {
    let sql = "SELECT people.id, secrets.hash FROM people \
        JOIN secrets ON secrets.subject = people.id \
        WHERE people.login = $1 AND people.inactive = 0";
    let row = db.query_one(sql, &[login.to_lowercase().into()])?;
    row.map(|row| Ok((row.parsed(0)?, row.text(1)?.to_owned()))).transpose()
}

/// Who is signed in; nothing when the account is gone.
pub(super) fn me(db: &mut dyn Query, actor: &Actor, now: Timestamp) -> Result<Option<Me>, Fault> {
    let Some(person) = actor.person() else { return Ok(None) };
    let id = person.to_string();
    let sql = format!("SELECT {PERSON} FROM people WHERE id = $1");
    let Some(row) = db.query_one(&sql, &[(&id).into()])? else { return Ok(None) };
    let who = who_is(db, actor, now)?;
    Ok(Some(Me {
        person: Ref { id: id.clone(), number: None, name: row.text(3)?.to_owned() },
        login: row.text(2)?.to_owned(),
        roles: who.roles.iter().map(ToString::to_string).collect(),
        permissions: who.permissions.iter().map(ToString::to_string).collect(),
        teams: team_refs(db, &id)?,
        zone: row.text(6)?.to_owned(),
    }))
}

/// The filters of a list of people.
pub(super) struct PeopleFilter {
    role: Option<Role>,
    active: Option<bool>,
    words: Option<String>,
    cursor: Option<String>,
}

impl PeopleFilter {
    pub(super) fn of(query: &ListQuery) -> Result<Self, crate::problem::Answer> {
        let what = "is a role, such as `cab_member`";
        Ok(Self {
            role: query.parsed("role", what)?,
            active: query.parsed("active", "is `true` or `false`")?,
            words: query.get("q").map(str::to_owned),
            cursor: query.get("cursor").map(str::to_owned),
        })
    }
}

/// A page of people by name. With words: first those whose name or login starts with them, then
/// those in whose name they occur.
pub(super) fn list(
    db: &mut dyn Query,
    filter: &PeopleFilter,
    limit: u32,
) -> Result<Page<Person>, Fault> {
    let mut page = by_name(db, filter, limit)?;
    if let (Some(words), None, None) = (&filter.words, &filter.cursor, &page.next) {
        add_found(db, filter, words, limit, &mut page.items)?;
    }
    present(page, |row| person(db, &row))
}

fn by_name(db: &mut dyn Query, filter: &PeopleFilter, limit: u32) -> Result<Page<Row>, Fault> {
    let (table, id) = match filter.role {
        Some(_) => ("people_roles", "people_roles.person"),
        None => ("people", "people.id"),
    };
    let mut statement = Statement::new(&format!("SELECT {PERSON} FROM "));
    match filter.role {
        Some(role) => statement.bind(
            "people_roles CROSS JOIN people \
            WHERE people.id = people_roles.person AND people_roles.role = ?",
            [role.word().into()],
        ),
        None => statement.push("people WHERE 1 = 1"),
    }
    if let Some(active) = filter.active {
        statement.bind(" AND people.inactive = ?", [Value::from(!active)]);
    }
    if let Some(words) = &filter.words {
        let range = format!(" AND {table}.name_key >= ? AND {table}.name_key < ?");
        statement.bind(&range, prefix_range(&words.to_lowercase()));
    }
    if let Some((name_key, last)) = filter.cursor.as_ref().and_then(|at| at.split_once(CURSOR)) {
        let after = format!(" AND ({table}.name_key, {id}) > (?, ?)");
        statement.bind(&after, [name_key.into(), last.into()]);
    }
    statement.push(&format!(" ORDER BY {table}.name_key, {id}"));
    statement.page(db, limit, |row| Ok(format!("{}{CURSOR}{}", row.text(8)?, row.text(0)?)))
}

/// Adds the people that the search index or the login finds, as far as the page has room.
fn add_found(
    db: &mut dyn Query,
    filter: &PeopleFilter,
    words: &str,
    limit: u32,
    rows: &mut Vec<Row>,
) -> Result<(), Fault> {
    let mut ids = found(db, "person", words, limit)?;
    let login = words.to_lowercase();
    let sql = "SELECT id FROM people WHERE login >= $1 AND login < $2 ORDER BY login LIMIT $3";
    let [from, to] = prefix_range(&login);
    for row in db.query(sql, &[from, to, i64::from(limit).into()])? {
        ids.push(row.text(0)?.to_owned());
    }
    let sql = format!("SELECT {PERSON} FROM people WHERE id = $1");
    for id in ids {
        let known = rows.iter().any(|row| row.text(0).is_ok_and(|other| other == id));
        if known || rows.len() >= limit as usize {
            continue;
        }
        if let Some(row) = db.query_one(&sql, &[id.into()])? {
            let roles: BTreeSet<Role> = crate::bus::words(row.text(5)?);
            let fits = filter.role.is_none_or(|role| roles.contains(&role))
                && filter
                    .active
                    .map_or(Ok(true), |active| row.bool(7).map(|gone| gone != active))?;
            rows.extend(fits.then_some(row));
        }
    }
    Ok(())
}

/// A person by id or login.
pub(super) fn get(db: &mut dyn Query, name: &str) -> Result<Result<Person, General>, Fault> {
    let sql = format!("SELECT {PERSON} FROM people WHERE id = $1 OR login = $2");
    match db.query_one(&sql, &[name.into(), name.to_lowercase().into()])? {
        Some(row) => person(db, &row).map(Ok),
        None => Ok(Err(General::Unknown { kind: "person", name: name.to_owned() })),
    }
}

fn person(db: &mut dyn Query, row: &Row) -> Result<Person, Fault> {
    Ok(Person {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        login: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        email: row.text(4)?.to_owned(),
        roles: split(row.text(5)?),
        teams: team_refs(db, row.text(0)?)?,
        zone: row.text(6)?.to_owned(),
        active: !row.bool(7)?,
        quiet: row.opt_text(9)?.map(quiet_hours).transpose()?.map(shown_quiet),
        digest: row.opt_text(10)?.map(shown_digest).transpose()?,
    })
}

/// Quiet hours as a row keeps them.
pub fn quiet_hours(text: &str) -> Result<domain::identity::QuietHours, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::permanent("reading quiet hours", error))
}

fn shown_quiet(quiet: domain::identity::QuietHours) -> QuietHours {
    let shown = |at: jiff::civil::Time| at.strftime("%H:%M").to_string();
    QuietHours { from: shown(quiet.from), to: shown(quiet.to), digest: quiet.digest }
}

fn shown_digest(text: &str) -> Result<ReleaseDigest, Fault> {
    let digest: domain::identity::ReleaseDigest = serde_json::from_str(text)
        .map_err(|error| Fault::permanent("reading a digest of releases", error))?;
    Ok(ReleaseDigest {
        types: digest.types.into_iter().collect(),
        weekday: digest.weekday.word().to_owned(),
        hour: u32::from(digest.hour),
    })
}

/// A page of a person's tokens, newest first.
pub(super) fn tokens(
    db: &mut dyn Query,
    person: PersonId,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<Token>, Fault> {
    let mut statement = Statement::new(&format!("SELECT {TOKEN} FROM tokens"));
    statement.bind(" WHERE person = ?", [person.to_string().into()]);
    if let Some(after) = after {
        statement.bind(" AND id < ?", [after.into()]);
    }
    statement.push(" ORDER BY id DESC");
    let page = statement.page(db, limit, |row| row.text(0).map(str::to_owned))?;
    let mut names = Names::default();
    present(page, |row| token(db, &mut names, &row))
}

/// A token.
pub(super) fn get_token(db: &mut dyn Query, id: &str) -> Result<Option<Token>, Fault> {
    let sql = format!("SELECT {TOKEN} FROM tokens WHERE id = $1");
    let row = db.query_one(&sql, &[id.into()])?;
    row.map(|row| token(db, &mut Names::default(), &row)).transpose()
}

/// The id of a token that exists.
pub(super) fn find_token(db: &mut dyn Query, id: &str) -> Result<TokenId, Stop> {
    let row = db.query_one("SELECT id FROM tokens WHERE id = $1", &[id.into()])?;
    let unknown = || General::Unknown { kind: "token", name: id.to_owned() };
    Ok(row.ok_or_else(unknown)?.parsed(0)?)
}

fn token(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Token, Fault> {
    let owner = row.text(3)?;
    let unnamed = Ref { id: owner.to_owned(), number: None, name: owner.to_owned() };
    Ok(Token {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        person: names.get(db, owner)?.unwrap_or(unnamed),
        scopes: split(row.text(4)?),
        expires_at: row.time(5)?.to_string(),
        revoked: row.bool(6)?,
        secret: None,
    })
}

fn split(words: &str) -> Vec<String> {
    words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
