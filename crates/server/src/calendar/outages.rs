//! The projected service outage: which service is expected to be interrupted when, by which change,
//! and for how long.

use std::collections::{BTreeMap, BTreeSet};

use api::calendar::{Outages, ProjectedOutage, ServiceOutage};
use kernel::ServiceId;
use ports::{Fault, Query, Row, Value};

use crate::calendar::overlap::{Asked, Kind, overlapping};
use crate::calendar::window;
use crate::names::{Names, shown_window};
use crate::read::of_any;

/// The most outages of one answer.
pub(super) const OUTAGES_MAX: usize = 2_000;

/// A change that interrupts a service, and the record whose window says when.
struct Interruption {
    change: String,
    service: ServiceId,
    minutes: u32,
    /// Where its record stands among those that were read.
    record: usize,
}

/// The outages of one service, or of all.
pub(super) fn outages(
    db: &mut dyn Query,
    asked: &Asked,
    service: Option<ServiceId>,
) -> Result<Outages, Fault> {
    let mut records: Vec<(Kind, Row)> = Vec::new();
    for kind in [Kind::Change, Kind::Release] {
        let rows = overlapping(db, asked, kind)?;
        records.extend(rows.into_iter().map(|row| (kind, row)));
    }
    let mut truncated = records.len() > OUTAGES_MAX;
    records.sort_by(|(_, one), (_, other)| (&one.0[5], &one.0[0]).cmp(&(&other.0[5], &other.0[0])));
    records.truncate(OUTAGES_MAX);
    let mut found = interruptions(db, &records)?;
    found.retain(|one| service.is_none_or(|wanted| wanted == one.service));
    found.sort_by_key(|one| one.record);
    truncated |= found.len() > OUTAGES_MAX;
    found.truncate(OUTAGES_MAX);
    show(db, &records, &found, truncated)
}

fn interruptions(db: &mut dyn Query, records: &[(Kind, Row)]) -> Result<Vec<Interruption>, Fault> {
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    for (index, (_, row)) in records.iter().enumerate() {
        place.insert(row.text(0)?.to_owned(), index);
    }
    let of_kind = |wanted: Kind| {
        let of_kind = records.iter().filter(move |(kind, _)| *kind == wanted);
        of_kind.map(|(_, row)| row.text(0).map(Value::from)).collect::<Result<Vec<_>, _>>()
    };
    let mut found = Vec::new();
    for (ids, column, sql) in [
        (
            of_kind(Kind::Change)?,
            "change",
            "SELECT change, change, service, minutes FROM change_outages WHERE ",
        ),
        (
            of_kind(Kind::Release)?,
            "release_changes.release",
            "SELECT release_changes.release, release_changes.change, change_outages.service, \
            change_outages.minutes FROM release_changes JOIN change_outages \
            ON change_outages.change = release_changes.change WHERE ",
        ),
    ] {
        for row in of_any(db, sql, column, ids.iter().cloned())? {
            let Some(record) = place.get(row.text(0)?).copied() else { continue };
            let minutes = u32::try_from(row.int(3)?).unwrap_or(u32::MAX);
            let change = row.text(1)?.to_owned();
            found.push(Interruption { change, service: row.parsed(2)?, minutes, record });
        }
    }
    Ok(found)
}

fn show(
    db: &mut dyn Query,
    records: &[(Kind, Row)],
    found: &[Interruption],
    truncated: bool,
) -> Result<Outages, Fault> {
    let mut names = Names::default();
    let beside: BTreeSet<String> =
        found.iter().flat_map(|one| [one.change.clone(), one.service.to_string()]).collect();
    names.load(db, &beside.into_iter().collect::<Vec<_>>())?;
    let mut items = Vec::with_capacity(found.len());
    let mut totals: BTreeMap<ServiceId, ServiceOutage> = BTreeMap::new();
    for one in found {
        let (kind, row) = &records[one.record];
        let service = names.get(db, &one.service.to_string())?;
        let (Some(service), Some(window)) = (service, window(row, 5)?) else { continue };
        let (change, subject) = (names.get(db, &one.change)?, names.get(db, row.text(0)?)?);
        let (Some(change), Some(subject)) = (change, subject) else { continue };
        let total = totals.entry(one.service).or_insert_with(|| ServiceOutage {
            service: service.clone(),
            minutes: 0,
            changes: 0,
        });
        total.minutes = total.minutes.saturating_add(one.minutes);
        total.changes += 1;
        let item = ProjectedOutage {
            service,
            minutes: one.minutes,
            change,
            subject,
            kind: kind.word().to_owned(),
            committed: row.bool(8)?,
            phase: row.text(4)?.to_owned(),
            window: shown_window(&window),
            environment: row.text(9)?.to_owned(),
            team: names.opt(db, row.opt_text(10)?)?,
        };
        items.push((one.record, item));
    }
    // The records stand in the order of their windows.
    items.sort_by(|(one, first), (other, second)| {
        (one, &first.service.name, &first.change.id).cmp(&(
            other,
            &second.service.name,
            &second.change.id,
        ))
    });
    let items = items.into_iter().map(|(_, item)| item).collect();
    let mut totals: Vec<ServiceOutage> = totals.into_values().collect();
    totals.sort_by(|one, other| {
        (other.minutes, &one.service.name).cmp(&(one.minutes, &other.service.name))
    });
    Ok(Outages { items, totals, truncated })
}
