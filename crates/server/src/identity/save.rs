//! Makes an account, or edits a person.

use std::collections::BTreeSet;

use api::common::Written;
use api::identity::{self as wire, PersonFields};
use domain::identity::{
    Content, Edit, Permission, Person, QuietHours, ReleaseDigest, Role, SaveFacts, check_password,
    faults, save,
};
use domain::{Aggregate as _, General, Missing, Refusal};
use jiff::civil::Time;
use kernel::{Actor, PersonId, Zone};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::follow::timers;
use crate::identity::DIGEST_DUE;
use crate::identity::password::hash_password;
use crate::identity::read::{login_taken, other_administrator};
use crate::identity::session::end_sessions;
use crate::names::{Resolver, find_person};
use crate::policy::in_force;

/// The command.
pub struct SavePerson {
    /// The person to edit, by id or login; a new one when absent.
    pub person: Option<String>,
    /// The new values; the password in them is not read.
    pub fields: PersonFields,
    /// The hash of the first password, only for a new person. Without one nobody can sign in as
    /// them until a password is set.
    pub hash: Option<String>,
}

/// The first administrator of an installation, made by an operator.
pub fn first_administrator(login: &str, name: &str, password: &str) -> Result<SavePerson, Stop> {
    SavePerson::account(PersonFields {
        login: Some(login.to_owned()),
        name: Some(name.to_owned()),
        roles: Some(vec![Role::Administrator.word().to_owned()]),
        password: Some(password.to_owned()),
        ..PersonFields::default()
    })
}

impl SavePerson {
    /// A new account. The password is checked and hashed here, which takes a moment.
    pub fn account(fields: PersonFields) -> Result<Self, Stop> {
        valid(account_faults(&fields))?;
        let hash = fields.password.as_deref().map(hash_password).transpose()?;
        Ok(Self { person: None, fields, hash })
    }
}

/// Everything that is wrong with the fields of a new account and with its password, if it is given.
pub(super) fn account_faults(fields: &PersonFields) -> Vec<Missing> {
    let (edit, mut wrong) = read(fields);
    let mut content = Content::default();
    content.apply(&edit);
    wrong.extend(faults(&content));
    let login = fields.login.as_deref().unwrap_or_default();
    let given = fields.password.as_ref();
    let refused = given.and_then(|given| check_password("/password", given, login).err());
    wrong.extend(refused.into_iter().flat_map(|refusal| refusal.missing));
    wrong
}

/// Refuses what is wrong, all of it at once.
pub(super) fn valid(wrong: Vec<Missing>) -> Result<(), Refusal> {
    if wrong.is_empty() { Ok(()) } else { Err(General::Invalid(wrong).into()) }
}

/// The new values as the rules take them, and what cannot be read of them.
fn read(fields: &PersonFields) -> (Edit, Vec<Missing>) {
    let mut resolver = Resolver::default();
    let roles = fields.roles.as_ref().map(|words| roles(&mut resolver, words));
    let zone = resolver.parse("/zone", fields.zone.as_deref());
    let quiet = match &fields.quiet {
        None => None,
        Some(None) => Some(None),
        Some(Some(wanted)) => quiet(&mut resolver, wanted).map(Some),
    };
    let digest = match &fields.digest {
        None => None,
        Some(None) => Some(None),
        Some(Some(wanted)) => digest(&mut resolver, wanted).map(Some),
    };
    let edit = Edit {
        login: fields.login.clone(),
        name: fields.name.clone(),
        email: fields.email.clone(),
        roles,
        zone: zone.map(Some),
        inactive: fields.active.map(|active| !active),
        quiet,
        digest,
    };
    (edit.normalised(), resolver.found())
}

fn quiet(resolver: &mut Resolver, wanted: &wire::QuietHours) -> Option<QuietHours> {
    let mut time = |pointer: &str, text: &str| {
        let at = Time::strptime("%H:%M", text).ok();
        if at.is_none() {
            resolver.wrong(pointer, "is a time of the day such as 22:00");
        }
        at
    };
    let (from, to) = (time("/quiet/from", &wanted.from), time("/quiet/to", &wanted.to));
    Some(QuietHours { from: from?, to: to?, digest: wanted.digest })
}

fn digest(resolver: &mut Resolver, wanted: &wire::ReleaseDigest) -> Option<ReleaseDigest> {
    let weekday = resolver.parse("/digest/weekday", Some(&wanted.weekday));
    // What no hour is, is told with the other fields.
    let hour = u8::try_from(wanted.hour).unwrap_or(u8::MAX);
    Some(ReleaseDigest { types: wanted.types.iter().cloned().collect(), weekday: weekday?, hour })
}

/// The most types of a digest of which it is said that there are none such.
const WRONG_TYPES_MAX: usize = 20;

/// The types of a digest that no release can have, each with those that there are.
fn unknown_types(db: &mut dyn Query, digest: &ReleaseDigest) -> Result<Vec<Missing>, Fault> {
    let policy = in_force(db)?.set;
    let known = policy.release_types();
    let unknown = digest.types.iter().filter(|name| !known.contains(&name.as_str()));
    let wrong = |name: &String| {
        let detail = format!("`{name}` is no type of release: there are {}", known.join(", "));
        Missing::new("/digest/types", detail)
    };
    Ok(unknown.map(wrong).collect())
}

impl Command for SavePerson {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "person.save"
    }

    /// People keep their own name, address, zone, quiet hours and digest; the rest is asked for in
    /// `run`.
    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.person else { return Ok(None) };
        Ok(Some(Person::stream(find_person(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let mut person: Loaded<Person> = match &self.person {
            Some(name) => {
                let id = find_person(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let (edit, mut wrong) = read(&self.fields);
        permit(work, &person, &edit)?;
        if self.person.is_some() && self.fields.password.is_some() {
            wrong.push(Missing::new("/password", "is set with `PUT /people/{id}/password`"));
        }
        let mut content = person.state.content.clone();
        content.apply(&edit);
        wrong.extend(faults(&content));
        if let Some(Some(digest)) = &edit.digest {
            // Where there are too many, that is said already.
            wrong.extend(unknown_types(work.tx, digest)?.into_iter().take(WRONG_TYPES_MAX));
        }
        valid(wrong)?;
        let removes_administrator = edit.removes_administrator(&person.state.content);
        let login = edit.login.as_ref().unwrap_or(&person.state.content.login).clone();
        work.lock(Lock::name("login", &login))?;
        if removes_administrator {
            work.lock(Lock::name("role", Role::Administrator.word()))?;
        }
        let facts = SaveFacts {
            exists: self.person.is_some(),
            login_taken: login_taken(work.tx, &login, person.id)?,
            other_administrator: removes_administrator && other_administrator(work.tx, person.id)?,
        };
        let events = save(&person.state, &edit, &facts)?;
        let is_edited = !events.is_empty();
        work.append(&mut person, events)?;
        let is_moved = edit.zone.is_some() || edit.inactive.is_some();
        if is_edited && (edit.digest.is_some() || (content.digest.is_some() && is_moved)) {
            keep_digest(work, person.id, &person.state.content)?;
        }
        if let (Some(hash), None) = (&self.hash, &self.person) {
            keep_secret(work, &person.id.to_string(), hash)?;
        }
        if person.state.content.inactive {
            end_sessions(work, person.id, None)?;
        }
        Ok(Written { id: person.id.to_string(), number: None, version: person.version.0 })
    }
}

/// Someone edits what is their own to edit, or keeps accounts.
fn permit(work: &Work<'_>, person: &Loaded<Person>, edit: &Edit) -> Result<(), Stop> {
    let own = matches!(work.actor, Actor::Person { id } if id == person.id);
    if own && !edit.needs_keeper(&person.state.content) {
        return Ok(());
    }
    work.permit(Permission::IdentityWrite)
}

fn roles(resolver: &mut Resolver, words: &[String]) -> BTreeSet<Role> {
    let parse =
        |(index, word): (usize, &String)| resolver.parse(&format!("/roles/{index}"), Some(word));
    words.iter().enumerate().filter_map(parse).collect()
}

/// Sets the timer of a person's digest to when it is due next, or takes it away.
pub fn keep_digest(work: &mut Work<'_>, person: PersonId, content: &Content) -> Result<(), Fault> {
    let wanted = content.digest.as_ref().filter(|_| !content.inactive);
    let zone = content.zone.clone().unwrap_or_else(Zone::utc);
    let due = wanted.and_then(|digest| digest.next(&zone, work.now));
    timers::keep(work.tx, &Person::stream(person), DIGEST_DUE, due)
}

/// Keeps the hash of a password or a token, outside the log.
pub fn keep_secret(work: &mut Work<'_>, subject: &str, hash: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO secrets (subject, hash) VALUES ($1, $2) \
        ON CONFLICT (subject) DO UPDATE SET hash = excluded.hash";
    work.tx.execute(sql, &[subject.into(), hash.into()])?;
    work.touched();
    Ok(())
}

/// That a new account has no password, for those who sign in by one.
pub(super) fn password_missing() -> Missing {
    Missing::new("/password", "is missing: give the first password, at least 10 characters")
}
