//! Checks a pack by itself: the signature under the tree, the proof of each event, that each stream
//! holds as many events as the pack says, that each record is what its events lead to, and that no
//! change is missing which the release names. Whether a stream was left out with its count, or the
//! end of one, only the log can tell.

use std::collections::{BTreeMap, BTreeSet};

use api::audit::{Evidence, Pack, PackChecked};
use api::export::{Logged, Record};
use domain::canonical;

use super::FORMAT;
use crate::audit::tree::envelope::{Envelope, is_sealed};
use crate::audit::tree::merkle::{self, Hash, is_included};
use crate::audit::tree::note::{Head, Verifier};
use crate::records::{KINDS, folded};

/// Checks a pack; with a key that is known from elsewhere, also that this one signed it.
pub fn check(pack: &Pack, known: Option<&Verifier>) -> PackChecked {
    let mut checked = PackChecked {
        release: pack.release.number.clone().unwrap_or_else(|| pack.release.id.clone()),
        at: pack.at.clone(),
        events: 0,
        records: 0,
        size: 0,
        key: pack.key.clone(),
        wrong: None,
    };
    checked.wrong = find_wrong(pack, known, &mut checked).err();
    checked
}

fn find_wrong(
    pack: &Pack,
    known: Option<&Verifier>,
    checked: &mut PackChecked,
) -> Result<(), String> {
    if pack.format != FORMAT {
        return Err(format!("it is a `{}`, and this reads `{FORMAT}`", pack.format));
    }
    let Some(own) = Verifier::parse(&pack.key) else {
        return Err("its key cannot be read".to_owned());
    };
    if known.is_some_and(|known| *known != own) {
        return Err(format!("it was signed by another log: its key is {}", pack.key));
    }
    let head = Head::open(&pack.note, &own).map_err(|wrong| format!("its checkpoint: {wrong}"))?;
    checked.size = head.size;
    let mut streams: BTreeMap<&str, Vec<&Logged>> = BTreeMap::new();
    let mut last = 0;
    for one in &pack.events {
        let event = &one.event;
        if event.position <= last {
            return Err(named(event, "it does not stand in the order of the log"));
        }
        last = event.position;
        is_proved(one, &head).map_err(|wrong| named(event, &wrong))?;
        let stream = streams.entry(&event.stream).or_default();
        if event.version != i64::try_from(stream.len()).unwrap_or(i64::MAX) + 1 {
            return Err(named(event, "an event before it is missing in its stream"));
        }
        stream.push(event);
        checked.events += 1;
    }
    are_as_many(&streams, &pack.streams)?;
    let release = format!("release:{}", pack.release.id);
    let mut seen = BTreeSet::new();
    for record in &pack.records {
        let stream = format!("{}:{}", record.kind, record.id);
        let name = name_of(record);
        if stream == release && record.state["number"].as_str() != pack.release.number.as_deref() {
            return Err(format!("{name}: it is another release than the pack is of"));
        }
        if !seen.insert(stream.clone()) {
            return Err(format!("{name}: it stands in the pack twice"));
        }
        let events = streams.get(stream.as_str()).map_or(&[][..], Vec::as_slice);
        is_folded(record, &stream, events).map_err(|wrong| format!("{name}: {wrong}"))?;
        checked.records += 1;
    }
    if !seen.contains(&release) {
        return Err("the release itself is missing".to_owned());
    }
    let missing = changes(pack).find(|change| !seen.contains(&format!("change:{change}")));
    missing.map_or(Ok(()), |change| {
        Err(format!("the change {change}, which the release carries, is missing"))
    })
}

/// The changes that the release carries, by what its record says.
pub(super) fn changes(pack: &Pack) -> impl Iterator<Item = &str> {
    let is_own = |record: &&Record| record.kind == "release" && record.id == pack.release.id;
    let record = pack.records.iter().find(is_own);
    let changes = record.and_then(|record| record.state["changes"].as_array());
    changes.into_iter().flatten().filter_map(serde_json::Value::as_str)
}

/// Whether the streams hold the events that the pack counts.
fn are_as_many(
    held: &BTreeMap<&str, Vec<&Logged>>,
    counted: &BTreeMap<String, u64>,
) -> Result<(), String> {
    let all: BTreeSet<&str> =
        held.keys().copied().chain(counted.keys().map(String::as_str)).collect();
    for stream in all {
        let stand = held.get(stream).map_or(0, |events| events.len() as u64);
        let said = counted.get(stream).copied().unwrap_or_default();
        if stand != said {
            return Err(format!("of {stream} it counts {said} events, and {stand} stand in it"));
        }
    }
    Ok(())
}

fn named(event: &Logged, wrong: &str) -> String {
    format!("event {} at position {}: {wrong}", event.id, event.position)
}

fn name_of(record: &Record) -> String {
    let number = record.state["number"].as_str();
    number.map_or_else(|| format!("{} {}", record.kind, record.id), str::to_owned)
}

/// Whether an event is in the tree.
fn is_proved(one: &Evidence, head: &Head) -> Result<(), String> {
    let leaf = leaf_of(&one.event)?;
    let hashes: Option<Vec<Hash>> = one.hashes.iter().map(|text| merkle::hash_of(text)).collect();
    let index = u64::try_from(one.event.position - 1).ok();
    let holds = hashes
        .zip(index)
        .is_some_and(|(hashes, index)| is_included(leaf, index, head.size, &hashes, &head.root));
    if holds { Ok(()) } else { Err("its proof does not lead to the signed tree".to_owned()) }
}

/// The leaf of an event whose payload has its digest.
pub(in crate::audit) fn leaf_of(event: &Logged) -> Result<Hash, String> {
    let payload = canonical::checked_text(&event.payload);
    if !payload.is_some_and(|payload| is_sealed(&event.salt, &payload, &event.digest)) {
        return Err("its payload is not what was written".to_owned());
    }
    let at = event.at.parse().map_err(|_| "its time cannot be read".to_owned())?;
    let envelope = Envelope {
        id: &event.id,
        stream: &event.stream,
        version: event.version,
        name: &event.name,
        at,
        actor: &event.actor,
        correlation: &event.correlation,
        digest: &event.digest,
    };
    if at.to_string() != event.at {
        return Err("its time is not as it was written".to_owned());
    }
    Ok(envelope.leaf())
}

/// Whether a record is what its events lead to, where this version knows its format.
fn is_folded(record: &Record, stream: &str, events: &[&Logged]) -> Result<(), String> {
    if record.version != i64::try_from(events.len()).unwrap_or(i64::MAX) {
        return Err(format!("it is at version {}, after {} events", record.version, events.len()));
    }
    let known = KINDS.iter().find(|kind| kind.name == record.kind);
    if known.is_none_or(|kind| kind.format != record.format) {
        return Err(
            "this program knows another format of it: check it with the version that made \
            the pack"
                .to_owned(),
        );
    }
    let folded = folded(stream, events).map_err(|fault| fault.to_string())?;
    let same = folded.is_some_and(|folded| {
        canonical::checked_text(&record.state).is_some_and(|state| state == folded)
    });
    if same { Ok(()) } else { Err("it is not what its events lead to".to_owned()) }
}
