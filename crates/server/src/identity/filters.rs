//! The reader's own saved filters.

use api::common::Written;
use api::identity::{Filter, Filters, SavedFilters};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::General;
use domain::identity::{IdentityRefusal, Permission, Person, SavedFilter, save_filters};
use kernel::{Actor, PersonId};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work, find_state};
use crate::http::{App, Signed, Write, etag};
use crate::problem::Answer;
use crate::read::ask;

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
) -> Result<impl IntoResponse, Answer> {
    let id = signed.person().ok_or_else(people_only)?;
    let found = ask(&*app.bus.world().store, move |db| find_state::<Person>(db, id)).await?;
    let person = found.ok_or(General::Unknown { kind: "person", name: id.to_string() })?;
    let filters = person.state.filters.into_iter().map(shown).collect();
    let version = person.version.0;
    Ok((etag(version), Json(SavedFilters { version, filters })))
}

pub(super) async fn put(
    State(app): State<App>,
    write: Write<Filters>,
) -> Result<Json<Written>, Answer> {
    let command = SaveFilters { filters: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// What is answered to a program that asks for what only a person has.
pub fn people_only() -> domain::Refusal {
    IdentityRefusal::PeopleOnly.into()
}

fn shown(filter: SavedFilter) -> Filter {
    Filter { list: filter.list, name: filter.name, query: filter.query }
}

/// Replaces one's own saved filters.
struct SaveFilters {
    filters: Filters,
}

impl Command for SaveFilters {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "person.save_filters"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let mut person: Loaded<Person> = work.load_subject(signed_in(work)?)?;
        let kept = |filter: &Filter| SavedFilter {
            list: filter.list.clone(),
            name: filter.name.clone(),
            query: filter.query.clone(),
        };
        let filters: Vec<SavedFilter> = self.filters.filters.iter().map(kept).collect();
        let events = save_filters(&person.state, &filters)?;
        work.append(&mut person, events)?;
        Ok(Written { id: person.id.to_string(), number: None, version: person.version.0 })
    }
}

/// The person who is signed in; machines are refused.
pub(super) fn signed_in(work: &Work<'_>) -> Result<PersonId, Stop> {
    match work.actor {
        Actor::Person { id } => Ok(id),
        _ => Err(Stop::Refused(people_only())),
    }
}
