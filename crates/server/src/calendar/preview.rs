//! What a draft of a period would hit: the changes and releases still to come are held against it
//! by the rule that finds conflicts, before it is saved.

use api::calendar::{BandDraft, BandHit, BandPreview};
use api::common::Ref;
use domain::General;
use domain::calendar::{
    ConflictKind, Content, Found, Period, PeriodFact, PeriodKind, Side, detect,
};
use domain::vocabulary::Window;
use kernel::{Id, Interval, PeriodId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Stop, find_state};
use crate::calendar::bands::next;
use crate::calendar::find::{judged, periods};
use crate::calendar::period::{called, edit};
use crate::calendar::slots::{Drafted, next_free};
use crate::names::shown_window;
use crate::placement::{Placement, placement};

/// The most records that a draft is held against.
const SUBJECTS_MAX: i64 = 2_000;
/// The most hits of one answer.
const HITS_MAX: usize = 500;
/// For how many of them the next free slot is looked for, those that come first.
const NEXT_FREE_MAX: usize = 10;

/// What a draft would hit.
pub(super) fn preview(
    db: &mut dyn Query,
    kind: PeriodKind,
    draft: &BandDraft,
    now: Timestamp,
) -> Result<BandPreview, Stop> {
    let (id, content) = content(db, kind, draft)?;
    let schedule = domain::calendar::drafted(&content, kind)?;
    let (coming, mut truncated) =
        if kind.collides() { still_to_come(db, now)? } else { (Vec::new(), false) };
    let mut hits = Vec::new();
    for record in coming {
        let elsewhere = kind != PeriodKind::MaintenanceWindow
            && schedule.occurrences(record.interval).is_empty();
        if elsewhere {
            continue;
        }
        let Some(placement) = placement(db, record.side)? else { continue };
        let fact = PeriodFact {
            id,
            kind,
            services: content.services.clone(),
            environment: content.environment,
            occurrences: schedule.occurrences(record.interval),
        };
        if let Some(found) = hit(db, &placement, record.interval, fact)? {
            hits.push((record.side, shown(&record, &placement, &found)));
        }
    }
    hits.sort_by(|one, other| one.1.window.start.cmp(&other.1.window.start));
    truncated |= hits.len() > HITS_MAX;
    hits.truncate(HITS_MAX);
    let Content { services, environment, .. } = &content;
    let draft = Drafted { id, kind, services, environment: *environment, schedule: &schedule };
    let blocked = hits.iter_mut().filter(|(_, hit)| hit.severity == "blocking");
    for (side, hit) in blocked.take(NEXT_FREE_MAX) {
        match next_free(db, *side, &draft, now) {
            Ok(found) => hit.next_free = found,
            // Where there is more than can be looked at, no slot is promised.
            Err(Stop::Refused(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    let hits: Vec<BandHit> = hits.into_iter().map(|(_, hit)| hit).collect();
    let blocking = hits.iter().filter(|hit| hit.severity == "blocking").count();
    let blocking = u32::try_from(blocking).unwrap_or(u32::MAX);
    Ok(BandPreview { next: next(&schedule, now), hits, blocking, truncated })
}

/// What is known of the draft: its fields over those of the one it would replace.
fn content(
    db: &mut dyn Query,
    kind: PeriodKind,
    draft: &BandDraft,
) -> Result<(PeriodId, Content), Stop> {
    let edit = edit(db, &draft.fields)?;
    let (id, mut content) = match &draft.replaces {
        None => (PeriodId::from_uuid(uuid::Uuid::nil()), Content::default()),
        Some(name) => {
            let unknown = || General::Unknown { kind: called(kind), name: name.clone() };
            let id: PeriodId = name.parse().map_err(|_| unknown())?;
            let there = find_state::<Period>(db, id)?.map(|found| found.state);
            let there = there.filter(|period| period.kind == Some(kind) && !period.removed);
            (id, there.ok_or_else(unknown)?.content)
        }
    };
    content.apply(&edit);
    Ok((id, content))
}

/// The collision of a record with the draft, if there is one. A maintenance window is judged beside
/// the others of its services; what lies outside all of them without it is no hit of the draft.
fn hit(
    db: &mut dyn Query,
    placement: &Placement,
    interval: Interval,
    draft: PeriodFact,
) -> Result<Option<Found>, Fault> {
    let placed = judged(db, placement.placed(interval))?;
    if draft.kind != PeriodKind::MaintenanceWindow {
        return Ok(detect(&placed, &[], &[], &[draft]).pop());
    }
    let outside = |facts: &[PeriodFact]| {
        let mut found = detect(&placed, &[], &[], facts).into_iter();
        found.find(|found| found.kind == ConflictKind::OutsideWindow)
    };
    let (before, _) = periods(db, interval)?;
    let before: Vec<PeriodFact> = before.into_iter().map(|period| period.fact).collect();
    let mut after = before.clone();
    after.retain(|fact| fact.id != draft.id);
    after.push(draft);
    Ok(if outside(&before).is_some() { None } else { outside(&after) })
}

/// A change or release with the window it has now.
struct Coming {
    side: Side,
    interval: Interval,
    subject: Ref,
    committed: bool,
}

/// The records still to come, by the end of their windows; and whether there are more.
fn still_to_come(db: &mut dyn Query, now: Timestamp) -> Result<(Vec<Coming>, bool), Fault> {
    let mut coming = Vec::new();
    let mut more = false;
    for table in ["changes", "releases"] {
        let sql = format!(
            "SELECT id, number, title, start_at, end_at, committed FROM {table} \
            WHERE live = 1 AND end_at > $1 ORDER BY end_at LIMIT $2"
        );
        let rows = db.query(&sql, &[now.into(), SUBJECTS_MAX.into()])?;
        more |= i64::try_from(rows.len()).is_ok_and(|found| found == SUBJECTS_MAX);
        for row in rows {
            let changes = table == "changes";
            let side =
                if changes { Side::Change(row.parsed(0)?) } else { Side::Release(row.parsed(0)?) };
            let Some(start) = row.opt_time(3)? else { continue };
            let interval = Interval { start, end: row.time(4)? };
            let id = row.text(0)?.to_owned();
            let number = Some(row.text(1)?.to_owned());
            let subject = Ref { id, number, name: row.text(2)?.to_owned() };
            coming.push(Coming { side, interval, subject, committed: row.bool(5)? });
        }
    }
    Ok((coming, more))
}

fn shown(record: &Coming, placement: &Placement, found: &Found) -> BandHit {
    let zone = placement.window.as_ref().map_or_else(kernel::Zone::utc, |w| w.zone.clone());
    let window = |interval| shown_window(&Window { interval, zone: zone.clone() });
    BandHit {
        subject: record.subject.clone(),
        committed: record.committed,
        window: window(record.interval),
        overlap: window(found.overlap),
        kind: found.kind.word().to_owned(),
        severity: if found.blocking { "blocking" } else { "warning" }.to_owned(),
        next_free: None,
    }
}
