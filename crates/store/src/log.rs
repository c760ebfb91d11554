//! What both engines do alike with the log and the cached states, in one portable SQL text.

use kernel::Version;
use ports::{Fault, LoggedEvent, NewEvent, Query, Row, StoredState, Tx};

const LOAD_STATE: &str = "SELECT version, format, state FROM states WHERE stream = $1";
const SAVE_STATE: &str = "INSERT INTO states (stream, version, format, state) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (stream) DO UPDATE SET \
     version = excluded.version, format = excluded.format, state = excluded.state";
const EVENTS: &str = "SELECT stream, version, id, name, payload, actor, at, correlation, salt, \
     digest FROM events WHERE stream = $1 AND version > $2 ORDER BY version";
/// The last position of the log.
pub(crate) const HEAD: &str = "SELECT coalesce(max(position), 0) FROM log";

pub(crate) fn load_state(tx: &mut dyn Query, stream: &str) -> Result<Option<StoredState>, Fault> {
    tx.query_one(LOAD_STATE, &[stream.into()])?
        .map(|row| {
            Ok(StoredState {
                version: Version(row.int(0)?),
                format: row.int(1)?,
                text: row.text(2)?.to_owned(),
            })
        })
        .transpose()
}

pub(crate) fn save_state(tx: &mut dyn Tx, stream: &str, state: &StoredState) -> Result<(), Fault> {
    let params =
        [stream.into(), state.version.into(), state.format.into(), state.text.as_str().into()];
    tx.execute(SAVE_STATE, &params).map(drop)
}

pub(crate) fn events(
    tx: &mut dyn Query,
    stream: &str,
    after: Version,
) -> Result<Vec<LoggedEvent>, Fault> {
    tx.query(EVENTS, &[stream.into(), after.into()])?.iter().map(event).collect()
}

pub(crate) fn head(tx: &mut dyn Query) -> Result<i64, Fault> {
    tx.query_one(HEAD, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// The kind of a stream: what stands before its colon.
pub(crate) fn kind(stream: &str) -> &str {
    stream.split_once(':').map_or(stream, |(kind, _)| kind)
}

fn event(row: &Row) -> Result<LoggedEvent, Fault> {
    Ok(LoggedEvent {
        stream: row.text(0)?.to_owned(),
        version: Version(row.int(1)?),
        event: NewEvent {
            id: row.parsed(2)?,
            name: row.text(3)?.to_owned(),
            payload: row.text(4)?.to_owned(),
            actor: row.text(5)?.to_owned(),
            at: row.time(6)?,
            correlation: row.text(7)?.to_owned(),
            salt: row.text(8)?.to_owned(),
            digest: row.text(9)?.to_owned(),
        },
    })
}
