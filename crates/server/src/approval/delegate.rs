//! Naming a deputy, and taking the delegation back: people for themselves, keepers of accounts for
//! someone who cannot.

use api::approval::NewDelegation;
use api::common::Written;
use axum::Json;
use axum::extract::{Path, State};
use domain::approval::{
    DELEGATIONS_MAX, Delegation, SetFacts, Wanted, revoke as take_back, set as name,
};
use domain::identity::Permission;
use domain::{Aggregate as _, General};
use kernel::{Actor, DelegationId, PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::approval::delegations::{from_of, until_of};
use crate::bus::{Command, Loaded, Lock, Stop, Work, who_is};
use crate::http::{App, Write};
use crate::names::{Resolver, find_person};
use crate::problem::Answer;

pub(super) async fn set(
    State(app): State<App>,
    write: Write<NewDelegation>,
) -> Result<Json<Written>, Answer> {
    let command = SetDelegation { delegation: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<serde::de::IgnoredAny>,
) -> Result<Json<Written>, Answer> {
    let command = RevokeDelegation { delegation: id };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Names a deputy.
pub struct SetDelegation {
    /// Who is absent, who votes in their place, when and why.
    pub delegation: NewDelegation,
}

impl Command for SetDelegation {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "delegation.set"
    }

    /// People name their own deputy; the rest is asked for in `run`.
    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.permit_program(Permission::DelegationWrite)?;
        let wanted = self.wanted(work)?;
        permit(work, &[wanted.person])?;
        work.lock(Lock::name("delegation", &wanted.person.to_string()))?;
        let facts = SetFacts {
            now: work.now,
            asked_by: work.person(),
            person_votes: votes(work, wanted.person)?,
            deputy_votes: votes(work, wanted.deputy)?,
            others: others(work.tx, wanted.person, work.now)?,
        };
        let events = name(&wanted, &facts)?;
        let mut delegation: Loaded<Delegation> = work.fresh();
        work.append(&mut delegation, events)?;
        Ok(written(&delegation))
    }
}

impl SetDelegation {
    fn wanted(&self, work: &mut Work<'_>) -> Result<Wanted, Stop> {
        let asked = &self.delegation;
        let mut resolver = Resolver::default();
        let from = resolver.parse("/from", asked.from.as_deref());
        let until = resolver.parse("/until", asked.until.as_deref());
        let own = work.person().filter(|_| asked.person.is_none());
        let person = match &asked.person {
            Some(name) => resolver.one(work.tx, "/person", name, find_person)?,
            None => own,
        };
        if asked.person.is_none() && own.is_none() {
            resolver.wrong("/person", "is missing: name who is absent");
        }
        let deputy = resolver.one(work.tx, "/deputy", &asked.deputy, find_person)?;
        resolver.end()?;
        let (Some(person), Some(deputy)) = (person, deputy) else {
            return Err(General::Invalid(vec![]).into());
        };
        Ok(Wanted { person, deputy, from, until, reason: asked.reason.clone() })
    }
}

/// Someone acts for themselves, or keeps accounts.
fn permit(work: &Work<'_>, theirs: &[PersonId]) -> Result<(), Stop> {
    match work.person() {
        Some(person) if theirs.contains(&person) => Ok(()),
        _ => work.permit(Permission::IdentityWrite),
    }
}

/// Whether someone is active and holds a role that votes.
fn votes(work: &mut Work<'_>, person: PersonId) -> Result<bool, Fault> {
    let who = who_is(work.tx, &Actor::Person { id: person }, work.now)?;
    Ok(who.permissions.contains(&Permission::Approve))
}

type Span = (Option<Timestamp>, Option<Timestamp>);

/// The delegations of a person that are in force or to come.
fn others(db: &mut dyn Query, person: PersonId, now: Timestamp) -> Result<Vec<Span>, Fault> {
    let sql = "SELECT from_at, until_at FROM delegations \
        WHERE person = $1 AND revoked = 0 AND until_at > $2 ORDER BY until_at LIMIT $3";
    let most = i64::try_from(DELEGATIONS_MAX).unwrap_or(i64::MAX);
    let rows = db.query(sql, &[person.to_string().into(), now.into(), Value::from(most)])?;
    rows.iter().map(|row| Ok((from_of(row.int(0)?), until_of(row.int(1)?)))).collect()
}

/// Takes a delegation back.
pub struct RevokeDelegation {
    /// Its id.
    pub delegation: String,
}

impl Command for RevokeDelegation {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "delegation.revoke"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(self.delegation.parse().ok().map(Delegation::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.permit_program(Permission::DelegationWrite)?;
        let name = &self.delegation;
        let unknown = || General::Unknown { kind: "delegation", name: name.clone() };
        let id: DelegationId = name.parse().map_err(|_| unknown())?;
        let mut delegation: Loaded<Delegation> = work.load_subject(id)?;
        let state = &delegation.state;
        let theirs: Vec<PersonId> = state.person.into_iter().chain(state.deputy).collect();
        permit(work, &theirs)?;
        let events = take_back(&delegation.state);
        work.append(&mut delegation, events)?;
        Ok(written(&delegation))
    }
}

fn written(delegation: &Loaded<Delegation>) -> Written {
    Written { id: delegation.id.to_string(), number: None, version: delegation.version.0 }
}
