//! One command's view of its transaction: who asks, what time it is, records to load and append to.

use std::collections::BTreeSet;

use domain::identity::{Permission, Role, permissions};
use domain::{Aggregate, General, Stamp, canonical};
use kernel::{Actor, EventId, Id, PersonId, Timestamp, Version};
use ports::{Chance, Fault, NewEvent, Query, StoredState, Tx, Value};

use crate::bus::record::{Record, encode, find_state};
use crate::bus::{Lock, Stop, World, pin};
use crate::policy::version_in_force;

/// A record with the version it is at.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<A: Aggregate> {
    /// Its id.
    pub id: A::Id,
    /// How many events it has.
    pub version: Version,
    /// Its state.
    pub state: A,
}

/// Who asks, with what their roles and scopes permit.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// The person who answers for it.
    pub person: Option<PersonId>,
    /// The roles held.
    pub roles: BTreeSet<Role>,
    /// What they permit, scopes applied.
    pub permissions: BTreeSet<Permission>,
}

impl Who {
    /// Refuses unless a permission is held.
    pub fn permit(&self, needed: Permission, actor: &Actor) -> Result<(), General> {
        if self.permissions.contains(&needed) {
            return Ok(());
        }
        let who = match actor {
            Actor::Token { .. } => "this token".to_owned(),
            _ => "your account".to_owned(),
        };
        Err(General::NotPermitted { permission: needed.word(), who })
    }

    /// Whether nothing is permitted that changes a record of anybody else.
    pub fn only_reads(&self) -> bool {
        let reading = [Permission::Read, Permission::TokenWrite];
        self.permissions.iter().all(|held| reading.contains(held))
    }
}

/// The transaction of one command.
pub struct Work<'a> {
    /// The transaction.
    pub tx: &'a mut dyn Tx,
    /// Who asks.
    pub actor: Actor,
    /// Who that is.
    pub who: Who,
    /// When the command is decided.
    pub now: Timestamp,
    pub(super) held: BTreeSet<Lock>,
    pub(super) world: &'a World,
    pub(super) expected: Option<Version>,
    pub(super) subject: Option<String>,
    pub(super) first_event: Option<EventId>,
    pub(super) wrote: bool,
    pub(super) correlation: String,
    pub(super) policy: Option<i64>,
}

const SELECT_LAST: &str = "SELECT at FROM events WHERE stream = $1 AND version = $2";
const SELECT_ROLES: &str = "SELECT roles, inactive FROM people WHERE id = $1";
const SELECT_SCOPES: &str = "SELECT scopes, expires_at, revoked FROM tokens WHERE id = $1";

impl<'a> Work<'a> {
    /// Chance, for new ids and secrets.
    pub fn chance(&self) -> &'a dyn Chance {
        &*self.world.chance
    }

    /// A new id.
    pub fn new_id<I: Id>(&self) -> I {
        self.chance().id(self.now)
    }

    /// Says that rows were written without an event, so that the transaction is kept.
    pub fn touched(&mut self) {
        self.wrote = true;
    }

    /// Takes a lock; out of order, the command starts again with it.
    pub fn lock(&mut self, lock: Lock) -> Result<(), Stop> {
        if self.held.contains(&lock) {
            return Ok(());
        }
        if self.held.last().is_some_and(|last| *last > lock) {
            return Err(Stop::Again(lock));
        }
        self.tx.lock(&[lock.as_str().to_owned()])?;
        self.held.insert(lock);
        Ok(())
    }

    /// Takes several locks in one step, in their order.
    pub fn lock_all(&mut self, mut locks: BTreeSet<Lock>) -> Result<(), Stop> {
        locks.retain(|lock| !self.held.contains(lock));
        let Some(first) = locks.first() else { return Ok(()) };
        if self.held.last().is_some_and(|last| last > first) {
            return Err(Stop::Again(first.clone()));
        }
        let names: Vec<String> = locks.iter().map(|lock| lock.as_str().to_owned()).collect();
        self.tx.lock(&names)?;
        self.held.append(&mut locks);
        Ok(())
    }

    /// Names the record that the command is about: the expected version is asked of it, and a
    /// refusal is recorded on it.
    pub fn about<A: Aggregate>(&mut self, id: A::Id) {
        self.subject = Some(A::stream(id));
    }

    /// The record the command is about, locked for writing.
    pub fn load_subject<A: Record>(&mut self, id: A::Id) -> Result<Loaded<A>, Stop> {
        self.about::<A>(id);
        let loaded = self.load::<A>(id)?;
        self.as_expected(loaded)
    }

    /// The same for a record of which there is one: before its first event it is empty.
    pub fn load_single<A: Record>(&mut self, id: A::Id) -> Result<Loaded<A>, Stop> {
        self.about::<A>(id);
        self.lock(Lock::stream(&A::stream(id)))?;
        let found = find_state::<A>(self.tx, id)?;
        let empty = || Loaded { id, version: Version::NONE, state: A::default() };
        self.as_expected(found.unwrap_or_else(empty))
    }

    fn as_expected<A: Record>(&self, loaded: Loaded<A>) -> Result<Loaded<A>, Stop> {
        match self.expected {
            Some(expected) if expected != loaded.version => {
                let (expected, is) = (expected.0, loaded.version.0);
                Err(General::Stale { expected, is }.into())
            }
            _ => Ok(loaded),
        }
    }

    /// A record, locked for writing.
    pub fn load<A: Record>(&mut self, id: A::Id) -> Result<Loaded<A>, Stop> {
        self.lock(Lock::stream(&A::stream(id)))?;
        self.peek::<A>(id)
    }

    /// A record, only to be read as a fact.
    pub fn peek<A: Record>(&mut self, id: A::Id) -> Result<Loaded<A>, Stop> {
        let found = find_state::<A>(self.tx, id)?;
        found.ok_or_else(|| General::Unknown { kind: A::KIND, name: id.to_string() }.into())
    }

    /// A record that does not exist yet.
    pub fn fresh<A: Record>(&mut self) -> Loaded<A> {
        let id = self.new_id();
        Loaded { id, version: Version::NONE, state: A::default() }
    }

    /// Appends what was decided, and projects the state that follows. `loaded` becomes it.
    pub fn append<A: Record>(
        &mut self,
        loaded: &mut Loaded<A>,
        events: Vec<A::Event>,
    ) -> Result<(), Stop> {
        if events.is_empty() {
            return Ok(());
        }
        let stream = A::stream(loaded.id);
        let stamp = Stamp { at: self.now, by: self.actor.clone() };
        let mut stored = Vec::with_capacity(events.len());
        let mut state = std::mem::take(&mut loaded.state);
        for event in &events {
            stored.push(self.seal::<A>(event)?);
            state = state.evolve(event, &stamp);
        }
        if let Some(broken) = state.broken_invariant() {
            panic!("events that would break an invariant of {stream}: {broken}");
        }
        self.tx.append(&stream, loaded.version, &stored)?;
        loaded.version = loaded.version.plus(events.len());
        let text = canonical::text(&state);
        let cached = StoredState { version: loaded.version, format: A::FORMAT, text };
        self.tx.save_state(&stream, &cached)?;
        state.project(loaded.id, loaded.version, self.now, self.tx)?;
        loaded.state = state;
        Ok(())
    }

    /// Writes a record's rows anew, where they also show something of another record. It was last
    /// written when its last event was, not now.
    pub fn project<A: Record>(&mut self, loaded: &Loaded<A>) -> Result<(), Stop> {
        let stream = A::stream(loaded.id);
        let last = self.tx.query_one(SELECT_LAST, &[stream.into(), loaded.version.into()])?;
        let at = last.map_or(Ok(self.now), |row| row.time(0))?;
        Ok(loaded.state.project(loaded.id, loaded.version, at, self.tx)?)
    }

    /// Appends an event beside a record: to a stream of its own, whose version is not the record's.
    pub(crate) fn append_loose(
        &mut self,
        stream: &str,
        name: &str,
        payload: &str,
    ) -> Result<(), Stop> {
        let row = self.tx.query_one(
            "SELECT MAX(version) FROM events WHERE stream = $1",
            &[Value::from(stream)],
        )?;
        let version = row.map(|row| row.opt_int(0)).transpose()?.flatten().unwrap_or(0);
        let event = self.sealed(name.to_owned(), payload.to_owned());
        self.tx.append(stream, Version(version), &[event])?;
        Ok(())
    }

    fn seal<A: Record>(&mut self, event: &A::Event) -> Result<NewEvent, Stop> {
        let (name, mut payload) = encode::<A>(event)?;
        if let Some(place) = pin::place(&name, &mut payload) {
            place.insert(pin::POLICY.to_owned(), self.policy()?.into());
        }
        Ok(self.sealed(name, canonical::text(&payload)))
    }

    /// The version of the policy in force. A policy is put in force under the calendar's lock, so
    /// that it is the one by which this command decides.
    fn policy(&mut self) -> Result<i64, Stop> {
        if let Some(known) = self.policy {
            return Ok(known);
        }
        self.lock(Lock::calendar())?;
        let version = version_in_force(self.tx)?;
        self.policy = Some(version);
        Ok(version)
    }

    fn sealed(&mut self, name: String, payload: String) -> NewEvent {
        let id: EventId = self.new_id();
        self.first_event.get_or_insert(id);
        self.wrote = true;
        let (salt, digest) = NewEvent::seal(self.chance().bytes16(), &payload);
        NewEvent {
            id,
            name,
            payload,
            actor: self.actor.label(),
            at: self.now,
            correlation: self.correlation.clone(),
            salt,
            digest,
        }
    }

    /// Finds out who the actor is, and that they hold a permission.
    pub(super) fn authorise(&mut self, needed: Permission) -> Result<(), Stop> {
        self.who = who_is(self.tx, &self.actor, self.now)?;
        self.permit(needed)
    }

    /// Refuses unless the actor holds a permission.
    pub fn permit(&self, needed: Permission) -> Result<(), Stop> {
        Ok(self.who.permit(needed, &self.actor)?)
    }

    /// Refuses a program that lacks a scope for what people may do for themselves.
    pub fn permit_program(&self, needed: Permission) -> Result<(), Stop> {
        match self.actor {
            Actor::Token { .. } => self.permit(needed),
            _ => Ok(()),
        }
    }

    /// The person behind the actor; a machine of ours or an operator has none.
    pub fn person(&self) -> Option<PersonId> {
        self.who.person
    }
}

/// Who an actor is, and what they may do now. Nobody who left, no token that ended.
pub fn who_is(db: &mut dyn Query, actor: &Actor, now: Timestamp) -> Result<Who, Fault> {
    match actor {
        Actor::System { .. } => Ok(Who { permissions: all_but_votes(), ..Who::default() }),
        Actor::Operator { .. } => Ok(Who { permissions: all_but_votes(), ..Who::default() }),
        Actor::Person { id } => person(db, *id),
        Actor::Token { id, person: owner } => {
            let mut who = person(db, *owner)?;
            let row = db.query_one(SELECT_SCOPES, &[Value::from(id.to_string())])?;
            let scopes = match row {
                Some(row) if !row.bool(2)? && row.time(1)? > now => words(row.text(0)?),
                _ => BTreeSet::new(),
            };
            who.permissions = who.permissions.intersection(&scopes).copied().collect();
            Ok(who)
        }
    }
}

fn person(db: &mut dyn Query, id: PersonId) -> Result<Who, Fault> {
    let row = db.query_one(SELECT_ROLES, &[Value::from(id.to_string())])?;
    let roles: BTreeSet<Role> = match row {
        Some(row) if !row.bool(1)? => words(row.text(0)?),
        _ => return Ok(Who { person: Some(id), ..Who::default() }),
    };
    let mut granted: BTreeSet<Permission> =
        roles.iter().flat_map(|role| permissions(*role)).collect();
    granted.insert(Permission::Read);
    Ok(Who { person: Some(id), roles, permissions: granted })
}

/// Words separated by spaces, as the read models keep sets.
pub(crate) fn words<T: std::str::FromStr + Ord>(text: &str) -> BTreeSet<T> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn all_but_votes() -> BTreeSet<Permission> {
    let all = Permission::ALL.iter().copied();
    all.filter(|permission| *permission != Permission::Approve).collect()
}
