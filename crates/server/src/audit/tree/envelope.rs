//! What of an event is a leaf of the tree: its envelope, with the salted digest in the place of the
//! payload, so that a payload can be erased by law with the proof kept.

use domain::canonical;
use kernel::Timestamp;
use ports::{Fault, NewEvent, Row, from_hex};
use serde::Serialize;

use super::merkle::{self, Hash};

/// The columns that an envelope is read from, in the order of [`Envelope::of`].
pub(crate) const COLUMNS: &str = "events.id, events.stream, events.version, events.name, \
    events.at, events.actor, events.correlation, events.digest";

/// The envelope of an event. Its canonical JSON (RFC 8785) is the data of the leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Envelope<'a> {
    /// The event.
    pub(crate) id: &'a str,
    /// Its stream.
    pub(crate) stream: &'a str,
    /// Its place in the stream.
    pub(crate) version: i64,
    /// Its name.
    pub(crate) name: &'a str,
    /// When, RFC 3339.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) actor: &'a str,
    /// What all events of one command share.
    pub(crate) correlation: &'a str,
    /// The salted digest of the payload.
    pub(crate) digest: &'a str,
}

impl<'a> Envelope<'a> {
    /// From a row that holds [`COLUMNS`] from a column on.
    pub(crate) fn of(row: &'a Row, from: usize) -> Result<Self, Fault> {
        Ok(Self {
            id: row.text(from)?,
            stream: row.text(from + 1)?,
            version: row.int(from + 2)?,
            name: row.text(from + 3)?,
            at: row.time(from + 4)?,
            actor: row.text(from + 5)?,
            correlation: row.text(from + 6)?,
            digest: row.text(from + 7)?,
        })
    }

    /// The hash of the leaf.
    pub(crate) fn leaf(&self) -> Hash {
        merkle::leaf(canonical::text(self).as_bytes())
    }
}

/// Whether a digest is that of a payload under a salt, each written exactly as it was sealed.
pub(crate) fn is_sealed(salt: &str, payload: &str, digest: &str) -> bool {
    let bytes = from_hex(salt).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    bytes.is_some_and(|bytes| NewEvent::seal(bytes, payload) == (salt.into(), digest.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_the_canonical_envelope() {
        let envelope = Envelope {
            id: "evt_1",
            stream: "team:tem_1",
            version: 2,
            name: "team.edited.v1",
            at: "2026-11-21T08:00:00.25Z".parse().unwrap(),
            actor: "operator:root",
            correlation: "cmd_1",
            digest: "00ff",
        };
        let data = "{\"actor\":\"operator:root\",\"at\":\"2026-11-21T08:00:00.25Z\",\
            \"correlation\":\"cmd_1\",\"digest\":\"00ff\",\"id\":\"evt_1\",\
            \"name\":\"team.edited.v1\",\"stream\":\"team:tem_1\",\"version\":2}";
        assert_eq!(canonical::text(&envelope), data);
        assert_eq!(envelope.leaf(), merkle::leaf(data.as_bytes()));
    }

    #[test]
    fn a_seal_is_exact_in_every_letter() {
        let (salt, digest) = NewEvent::seal([0xab; 16], "{}");
        assert!(is_sealed(&salt, "{}", &digest));
        assert!(!is_sealed(&salt, "{ }", &digest));
        assert!(!is_sealed(&salt.to_uppercase(), "{}", &digest), "the same bytes, another text");
        assert!(!is_sealed(&salt, "{}", &digest.to_uppercase()));
        assert!(!is_sealed("xy", "{}", &digest));
        assert!(!is_sealed(&"zz".repeat(16), "{}", &digest));
        assert!(!is_sealed(&"+1".repeat(16), "{}", &digest));
    }
}
