//! The register of the kinds of record: their tables, and what is done to any of them by stream.

use api::export::Logged;
use domain::{Aggregate, Stamp};
use kernel::{Actor, Timestamp};
use ports::{Fault, Query, Tx};

use crate::bus::{Record, decode, find_state, fold};
use crate::follow::followers::text_of;

/// Calls a macro or function for the kind of record that a stream belongs to.
macro_rules! each_kind {
    ($($record:ty,)*) => {
        /// Every kind: its name, the version of its read model, its tables.
        pub const KINDS: &[Kind] = &[$(Kind {
            name: <$record as Aggregate>::KIND,
            model: <$record as Record>::MODEL,
            tables: <$record as Record>::TABLES,
            table_names: <$record as Record>::TABLE_NAMES,
            format: <$record as Aggregate>::FORMAT,
        },)*];

        /// The searchable text of a stream; nothing for streams that are no record.
        pub fn search_text(db: &mut dyn Query, stream: &str) -> Result<Option<String>, Fault> {
            let Some((kind, id)) = stream.split_once(':') else { return Ok(None) };
            $(if kind == <$record as Aggregate>::KIND {
                return text_of::<$record>(db, id);
            })*
            Ok(None)
        }

        /// Writes the rows of a stream's record anew.
        pub fn project(tx: &mut dyn Tx, stream: &str, at: Timestamp) -> Result<(), Fault> {
            let Some((kind, id)) = stream.split_once(':') else { return Ok(()) };
            $(if kind == <$record as Aggregate>::KIND {
                return project_one::<$record>(tx, id, at);
            })*
            Ok(())
        }

        /// The state of a stream's record as canonical JSON, in today's format.
        pub fn state_text(db: &mut dyn Query, stream: &str) -> Result<Option<String>, Fault> {
            let Some((kind, id)) = stream.split_once(':') else { return Ok(None) };
            $(if kind == <$record as Aggregate>::KIND {
                return text_of_one::<$record>(db, id);
            })*
            Ok(None)
        }

        /// The state that the events of a stream lead to, as canonical JSON; nothing for streams
        /// that are no record.
        pub fn folded(stream: &str, events: &[&Logged]) -> Result<Option<String>, Fault> {
            let Some((kind, _)) = stream.split_once(':') else { return Ok(None) };
            $(if kind == <$record as Aggregate>::KIND {
                return folded_one::<$record>(events).map(Some);
            })*
            Ok(None)
        }

        /// What is wrong with the cached state of a stream, compared with the fold of its events.
        pub fn compare(db: &mut dyn Query, stream: &str) -> Result<Option<String>, Fault> {
            let Some((kind, id)) = stream.split_once(':') else { return Ok(None) };
            $(if kind == <$record as Aggregate>::KIND {
                return compare_one::<$record>(db, id);
            })*
            Ok(None)
        }

        /// What the rules make of one event alone: the state after it, as it is cached.
        #[cfg(test)]
        pub(crate) fn after_event(name: &str, payload: &serde_json::Value) -> serde_json::Value {
            let kind = name.split('.').next().unwrap_or_default();
            $(if kind == <$record as Aggregate>::KIND {
                return after_one::<$record>(name, payload);
            })*
            panic!("{name} is of no kind of record")
        }
    };
}

/// A kind of record.
pub struct Kind {
    /// The first part of its streams' names.
    pub name: &'static str,
    /// The version of its read model.
    pub model: i64,
    /// The statements that make its tables.
    pub tables: &'static [&'static str],
    /// The names of its tables.
    pub table_names: &'static [&'static str],
    /// The format of its cached states.
    pub format: i64,
}

each_kind! {
    domain::approval::Delegation,
    domain::cab::Board,
    domain::cab::Meeting,
    domain::calendar::Conflict,
    domain::calendar::External,
    domain::calendar::Feed,
    domain::calendar::Period,
    domain::change::Change,
    domain::exception::Exception,
    domain::gate::Gate,
    domain::gate::GateRequest,
    domain::identity::Person,
    domain::identity::Token,
    domain::incident::Incident,
    domain::knowledge::Article,
    domain::notice::Channel,
    domain::notice::Communication,
    domain::notice::Notice,
    domain::notice::UserGroup,
    domain::policy::Policy,
    domain::release::Release,
    domain::report::Survey,
    domain::review::Review,
    crate::deployment::Run,
    domain::runner::Job,
    domain::runner::Runner,
    domain::service::Ci,
    domain::service::Service,
    domain::team::Team,
}

/// What followers of the log keep in tables of their own.
pub const FOLLOWED: &[Followed] = &[crate::report::KEPT];

/// Tables that a follower keeps. At another version they are made anew, empty, and it follows the
/// log from its beginning.
pub struct Followed {
    /// The name of the follower.
    pub name: &'static str,
    /// The version of the tables.
    pub model: i64,
    /// The statements that make them.
    pub tables: &'static [&'static str],
    /// Their names.
    pub table_names: &'static [&'static str],
}

fn project_one<A: Record>(tx: &mut dyn Tx, id: &str, at: Timestamp) -> Result<(), Fault> {
    let Ok(id) = id.parse::<A::Id>() else { return Ok(()) };
    match find_state::<A>(tx, id)? {
        Some(loaded) => {
            loaded.state.project(id, loaded.version, at, tx)?;
            loaded.state.project_past(id, tx)
        }
        None => Ok(()),
    }
}

fn text_of_one<A: Record>(db: &mut dyn Query, id: &str) -> Result<Option<String>, Fault> {
    let Ok(id) = id.parse::<A::Id>() else { return Ok(None) };
    let found = find_state::<A>(db, id)?;
    Ok(found.map(|loaded| domain::canonical::text(&loaded.state)))
}

fn folded_one<A: Record>(events: &[&Logged]) -> Result<String, Fault> {
    let mut state = A::default();
    for event in events {
        let at = event.at.parse();
        let at = at.map_err(|error| Fault::permanent("reading the time of an event", error))?;
        let stamp = Stamp { at, by: Actor::of_label(&event.actor) };
        state = state.evolve(&decode::<A>(&event.name, event.payload.clone())?, &stamp);
    }
    Ok(domain::canonical::text(&state))
}

fn compare_one<A: Record>(db: &mut dyn Query, id: &str) -> Result<Option<String>, Fault> {
    let Ok(id) = id.parse::<A::Id>() else { return Ok(Some("not an id".to_owned())) };
    let Some(cached) = find_state::<A>(db, id)? else {
        return Ok(Some("there is no cached state".to_owned()));
    };
    let folded = fold::<A>(db, id)?;
    let same = domain::canonical::text(&cached.state) == domain::canonical::text(&folded.state)
        && cached.version == folded.version;
    Ok((!same).then(|| {
        format!("the cached state at version {} is not the fold of its events", cached.version)
    }))
}

#[cfg(test)]
fn after_one<A: Record>(name: &str, payload: &serde_json::Value) -> serde_json::Value {
    let event = serde_json::json!({"type": name, "data": payload});
    let event: A::Event = serde_json::from_value(event).expect("an event of its kind");
    let by = Actor::System { part: "test".to_owned() };
    let stamp = Stamp { at: Timestamp::from_micros(0), by };
    serde_json::to_value(A::default().evolve(&event, &stamp)).expect("a state")
}
