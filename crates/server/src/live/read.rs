//! From the log to what is told of it.

use api::live::Moved;
use ports::{Fault, Query, Value};

use crate::live::SLICE_MAX;
use crate::names::Names;

/// Kinds that are told to nobody: what was refused is evidence, and a token is its owner's own.
const UNTOLD: &[&str] = &["attempt", "gate_request", "token"];
/// What a person does alone, and what it means for their connections.
const OWN: &[&str] = &[
    "person.filters_saved.v1",
    "person.password_set.v1",
    "person.signed_in.v1",
    "person.signed_out.v1",
];

/// Something that moved, and whether it is anybody's business.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) moved: Moved,
    /// False for what only ends connections.
    pub(super) open: bool,
}

impl Told {
    /// Whether whoever is called so, a person or a token, must prove anew who they are.
    pub(super) fn questions(&self, ids: &[String]) -> bool {
        const ENDS: &[&str] = &[
            "person.signed_out.v1",
            "person.password_set.v1",
            "person.edited.v1",
            "token.revoked.v1",
        ];
        ENDS.contains(&self.moved.name.as_str()) && ids.contains(&self.moved.id)
    }
}

/// A slice of the log after a position, and the position of its end.
pub(super) fn slice(db: &mut dyn Query, after: i64) -> Result<(Vec<Told>, i64), Fault> {
    let sql = "SELECT log.position, events.stream, events.name, events.version FROM log \
        JOIN events ON events.id = log.event_id WHERE log.position > $1 \
        ORDER BY log.position LIMIT $2";
    let rows = db.query(sql, &[Value::from(after), Value::from(SLICE_MAX)])?;
    let mut told = Vec::with_capacity(rows.len());
    let mut last = after;
    for row in &rows {
        last = row.int(0)?;
        // What stands beside a record, `attempt:person:per_…`, is still about it.
        let stream = row.text(1)?;
        let (kind, id) = (stream.split(':').next(), stream.rsplit(':').next());
        let (Some(kind), Some(id)) = (kind, id) else { continue };
        let name = row.text(2)?.to_owned();
        let open = !UNTOLD.contains(&kind) && !OWN.contains(&name.as_str());
        let (kind, id, version) = (kind.to_owned(), id.to_owned(), row.int(3)?);
        told.push(Told {
            moved: Moved { position: last, kind, id, number: None, version, name },
            open,
        });
    }
    let mut names = Names::default();
    let ids: Vec<String> = told.iter().map(|one| one.moved.id.clone()).collect();
    names.load(db, &ids)?;
    for one in &mut told {
        one.moved.number = names.get(db, &one.moved.id)?.and_then(|found| found.number);
    }
    Ok((told, last))
}

#[cfg(test)]
mod tests {
    use api::live::MovedKind;

    use super::*;
    use crate::records::KINDS;

    #[test]
    fn every_kind_that_is_told_is_named_in_the_contract() {
        for kind in KINDS.iter().filter(|kind| !UNTOLD.contains(&kind.name)) {
            let named = serde_json::from_value::<MovedKind>(kind.name.into());
            assert!(named.is_ok(), "{}: add it to `MovedKind`, then to the page", kind.name);
        }
    }
}
