//! What the server adds to a kind of record: its read model, its searchable text; and how a record
//! is read, from the cached state or, where that is of another format, from its events.

use domain::{Aggregate, Stamp};
use kernel::{Actor, Timestamp, Version};
use ports::{Fault, Query, Tx, Value};
use serde_json::{Value as Json, json};

use crate::bus::Loaded;

/// A kind of record with its read model. Rows are keyed by the record and written from its state
/// alone, in the command's own transaction, so they can always be written again.
pub trait Record: Aggregate {
    /// The version of the read model: raise it when the tables or the rows change.
    const MODEL: i64;
    /// The statements that make its tables and indexes.
    const TABLES: &'static [&'static str];
    /// The names of its tables.
    const TABLE_NAMES: &'static [&'static str];

    /// Writes the record's rows. `at` is when it was last written.
    fn project(
        &self,
        id: Self::Id,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault>;

    /// Writes the rows of what its state does not hold any more, from its events. Asked only when
    /// the read model is filled: as records are written, such rows stay.
    fn project_past(&self, _: Self::Id, _: &mut dyn Tx) -> Result<(), Fault> {
        Ok(())
    }

    /// The words by which people find it; empty for none.
    fn search_text(&self) -> String {
        String::new()
    }
}

const SELECT_STATE: &str = "SELECT version, format, state FROM states WHERE stream = $1";
const SELECT_EVENTS: &str =
    "SELECT name, payload, actor, at, version FROM events WHERE stream = $1 ORDER BY version";

/// A record, if it exists.
pub fn find_state<A: Aggregate>(db: &mut dyn Query, id: A::Id) -> Result<Option<Loaded<A>>, Fault> {
    let stream = A::stream(id);
    let Some(row) = db.query_one(SELECT_STATE, &[Value::from(&stream)])? else {
        return Ok(None);
    };
    if row.int(1)? != A::FORMAT {
        return fold(db, id).map(Some);
    }
    let state = serde_json::from_str(row.text(2)?)
        .map_err(|error| Fault::permanent("reading a cached state", error))?;
    Ok(Some(Loaded { id, version: Version(row.int(0)?), state }))
}

/// A record folded anew from its events.
pub fn fold<A: Aggregate>(db: &mut dyn Query, id: A::Id) -> Result<Loaded<A>, Fault> {
    fold_watched(db, id, |_: &A, _, _| {})
}

/// A record as it stood at an instant, what happened then included; of version none where it was
/// not there yet.
pub fn fold_until<A: Aggregate>(
    db: &mut dyn Query,
    id: A::Id,
    until: Timestamp,
) -> Result<Loaded<A>, Fault> {
    fold_while(db, id, |_: &A, _, stamp| stamp.at <= until)
}

/// A record folded anew; `watch` is shown the state before each event, the event, and its stamp.
pub fn fold_watched<A: Aggregate>(
    db: &mut dyn Query,
    id: A::Id,
    mut watch: impl FnMut(&A, &A::Event, &Stamp),
) -> Result<Loaded<A>, Fault> {
    fold_while(db, id, |state, event, stamp| {
        watch(state, event, stamp);
        true
    })
}

fn fold_while<A: Aggregate>(
    db: &mut dyn Query,
    id: A::Id,
    mut goes_on: impl FnMut(&A, &A::Event, &Stamp) -> bool,
) -> Result<Loaded<A>, Fault> {
    let mut loaded = Loaded { id, version: Version::NONE, state: A::default() };
    for row in db.query(SELECT_EVENTS, &[Value::from(A::stream(id))])? {
        let payload = serde_json::from_str(row.text(1)?)
            .map_err(|error| Fault::permanent("reading an event", error))?;
        let event = decode::<A>(row.text(0)?, payload)?;
        let stamp = Stamp { by: Actor::of_label(row.text(2)?), at: row.time(3)? };
        if !goes_on(&loaded.state, &event, &stamp) {
            break;
        }
        loaded.state = loaded.state.evolve(&event, &stamp);
        loaded.version = Version(row.int(4)?);
    }
    Ok(loaded)
}

/// An event as it is stored: its name and its payload.
pub(super) fn encode<A: Aggregate>(event: &A::Event) -> Result<(String, Json), Fault> {
    let mut value =
        serde_json::to_value(event).map_err(|error| Fault::permanent("writing an event", error))?;
    let name = value["type"].as_str().unwrap_or_default().to_owned();
    let payload = value.get_mut("data").map(Json::take);
    Ok((name, payload.unwrap_or_default()))
}

/// An event from its name and what it says.
pub(crate) fn decode<A: Aggregate>(name: &str, data: Json) -> Result<A::Event, Fault> {
    serde_json::from_value(json!({"type": name, "data": data}))
        .map_err(|error| Fault::permanent("reading an event", error))
}
