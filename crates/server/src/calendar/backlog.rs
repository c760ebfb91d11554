//! A plan for what waits for a date: the changes and releases without a window, or whose window
//! passed unused, in the order of the backlog, each with the slot that the domain finds for it.

use std::collections::{BTreeMap, BTreeSet};

use api::calendar as shown;
use domain::calendar::{BACKLOG_MAX, Placing, Side, Waiting, Wanted, plan_backlog};
use domain::policy::ReleasePhase;
use domain::{General, Missing};
use kernel::{Interval, ServiceId, Timestamp, Zone};
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::calendar::conflict::{Shower, find_side};
use crate::calendar::find::{around, judged, side_ref};
use crate::calendar::order::followers;
use crate::calendar::slots::{DURATION_MAX, Question, facts, refused, slot, usual_minutes, wanted};
use crate::names::{Names, Resolver};
use crate::placement::{Placement, placement};
use crate::read::{Statement, of_any};

/// How long a change is planned for where nothing else is said, in minutes.
const MINUTES_DEFAULT: i64 = 60;
/// The most records of the backlog that are looked at.
const LOOKED_MAX: i64 = 400;

/// A record of the backlog, and why it stands where it does.
struct Entry {
    placement: Placement,
    version: i64,
    held: bool,
    committed: bool,
    rank: Rank,
}

/// The order of the backlog: what is named comes as it is named; then emergencies, the most
/// critical services, the oldest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    named: usize,
    planned: bool,
    criticality: i64,
    created: i64,
    number: String,
}

impl Rank {
    fn words(&self) -> String {
        match self {
            Self { named, .. } if *named < usize::MAX => "as you ordered it".to_owned(),
            Self { planned: false, .. } => "an emergency".to_owned(),
            Self { criticality, .. } if *criticality < i64::MAX => {
                format!("its most critical service is of criticality {criticality}")
            }
            _ => "by its age: it touches no service".to_owned(),
        }
    }
}

/// The plan.
pub(super) fn plan(
    db: &mut dyn Query,
    asked: &shown::Backlog,
    now: Timestamp,
) -> Result<shown::BacklogPlan, Stop> {
    let minutes = asked.minutes.unwrap_or(MINUTES_DEFAULT);
    if !(1..=DURATION_MAX).contains(&minutes) {
        let detail = format!("is from 1 to {DURATION_MAX} minutes");
        return Err(General::Invalid(vec![Missing::new("/minutes", detail)]).into());
    }
    let (entries, truncated) = backlog(db, asked, now)?;
    let mut names = Names::default();
    let (mut waiting, mut items, mut left) = (Vec::new(), BTreeMap::new(), Vec::new());
    for entry in entries {
        let mut item = item(db, &mut names, &entry)?;
        match prepared(db, asked, &entry, minutes, now)? {
            Ok(one) => {
                let before = one.ahead.before.iter().map(|(id, _)| *id);
                item.after = names.all(db, before)?;
                items.insert(entry.placement.side, (item, one.wanted.zone.clone()));
                waiting.push(one);
            }
            Err(why) => left.push(shown::BacklogItem { why: Some(why), ..item }),
        }
    }
    let mut shower = Shower::default();
    let mut shown = Vec::with_capacity(waiting.len() + left.len());
    for placing in plan_backlog(&waiting) {
        let Some((mut item, zone)) = items.remove(&placing.subject) else { continue };
        fill(db, &mut names, &mut shower, &mut item, &placing, &zone)?;
        shown.push(item);
    }
    shown.extend(left);
    Ok(shown::BacklogPlan { items: shown, truncated })
}

/// The backlog in its order, and whether more waits than one plan holds.
fn backlog(
    db: &mut dyn Query,
    asked: &shown::Backlog,
    now: Timestamp,
) -> Result<(Vec<Entry>, bool), Stop> {
    let named = named(db, &asked.order)?;
    let (mut sides, mut truncated) = if asked.only { (Vec::new(), false) } else { rows(db, now)? };
    let known: BTreeSet<Side> = sides.iter().copied().collect();
    sides.extend(named.keys().filter(|side| !known.contains(side)));
    let (mut entries, mut wrong) = (Vec::with_capacity(sides.len()), Vec::new());
    for side in sides {
        let place = named.get(&side).copied();
        match (entry(db, side, place, now)?, place) {
            (Ok(entry), _) => entries.push(entry),
            (Err(why), Some(place)) => wrong.push(Missing::new(format!("/order/{place}"), why)),
            (Err(_), None) => {}
        }
    }
    if !wrong.is_empty() {
        return Err(General::Invalid(wrong).into());
    }
    entries.sort_by(|one, other| one.rank.cmp(&other.rank));
    truncated |= entries.len() > BACKLOG_MAX;
    entries.truncate(BACKLOG_MAX);
    Ok((entries, truncated))
}

fn fill(
    db: &mut dyn Query,
    names: &mut Names,
    shower: &mut Shower,
    item: &mut shown::BacklogItem,
    placing: &Placing,
    zone: &Zone,
) -> Result<(), Fault> {
    let warned = placing.slot.iter().flat_map(|slot| &slot.warnings);
    shower.load(db, warned.chain(placing.refused.iter().flat_map(|refused| &refused.why)), None)?;
    if let Some(found) = &placing.slot {
        item.slot = Some(slot(db, names, shower, found, zone)?);
    } else {
        item.why = Some(format!("no slot is free before {}", placing.until));
    }
    for one in &placing.refused {
        let mut told = refused(db, shower, one, zone)?;
        // The rules speak of what is committed; a plan keeps clear of what is only planned, too.
        for conflict in &mut told.conflicts {
            if matches!(conflict.with_kind.as_str(), "change" | "release") {
                conflict.rule = None;
            }
        }
        item.refused.push(told);
    }
    Ok(())
}

/// The places of what is named, in that order.
fn named(db: &mut dyn Query, names: &[String]) -> Result<BTreeMap<Side, usize>, Stop> {
    let mut resolver = Resolver::default();
    if names.len() > BACKLOG_MAX {
        let detail = format!("names {}; at most {BACKLOG_MAX} fit", names.len());
        resolver.wrong("/order", detail);
        resolver.end()?;
        return Ok(BTreeMap::new());
    }
    let sides = resolver.many(db, "/order", names, find_side)?;
    resolver.end()?;
    Ok(sides.into_iter().enumerate().map(|(place, side)| (side, place)).collect())
}

/// The phases of a change, as its table has them, in which it may still wait for a date. Changes
/// know the calendar and not the other way round.
const CHANGES_WAIT: [&str; 4] = ["draft", "assess", "authorise", "scheduled"];

/// What waits for a date, and whether there is more than is looked at.
fn rows(db: &mut dyn Query, now: Timestamp) -> Result<(Vec<Side>, bool), Fault> {
    let changes = CHANGES_WAIT.to_vec();
    let before = |phase: &&ReleasePhase| **phase <= ReleasePhase::Approval;
    let releases: Vec<&str> =
        ReleasePhase::ALL.iter().filter(before).map(|phase| phase.word()).collect();
    let mut found = Vec::new();
    let mut truncated = false;
    for (from, phases, change) in [
        ("releases WHERE ", &releases, false),
        ("changes WHERE release IS NULL AND ", &changes, true),
    ] {
        let side = |row: &Row| -> Result<Side, Fault> {
            Ok(if change { Side::Change(row.parsed(0)?) } else { Side::Release(row.parsed(0)?) })
        };
        for lapsed in [false, true] {
            let mut statement = Statement::new(&format!("SELECT id FROM {from}"));
            if lapsed {
                statement.bind("live = 1 AND end_at <= ?", [now.into()]);
                statement.push(" AND ");
            } else {
                statement.push("start_at IS NULL AND ");
            }
            statement.bind_any("phase", phases.iter().map(|phase| Value::from(*phase)));
            statement.bind(" AND (held = ? OR 1 = 0)", [false.into()]);
            statement.push(" ORDER BY id");
            statement.bind(" LIMIT ?", [Value::from(LOOKED_MAX + 1)]);
            let rows = statement.query(db)?;
            let most = usize::try_from(LOOKED_MAX).unwrap_or(usize::MAX);
            truncated |= rows.len() > most;
            for row in rows.iter().take(most) {
                found.push(side(row)?);
            }
        }
    }
    Ok((found, truncated))
}

/// A record as it stands in the backlog, or why it waits for no date.
fn entry(
    db: &mut dyn Query,
    side: Side,
    named: Option<usize>,
    now: Timestamp,
) -> Result<Result<Entry, String>, Fault> {
    let Some(placement) = placement(db, side)? else {
        return Ok(Err("is no change or release".to_owned()));
    };
    let number = placement.number.clone();
    let (table, inside) = match side {
        Side::Change(_) => ("changes", "release"),
        Side::Release(_) => ("releases", "NULL"),
        Side::Period(_) => return Ok(Err("is no change or release".to_owned())),
    };
    let sql = format!(
        "SELECT version, held, created_at, phase, {inside}, committed FROM {table} WHERE id = $1"
    );
    let Some(row) = db.query_one(&sql, &[side.id().into()])? else {
        return Ok(Err("is no change or release".to_owned()));
    };
    if row.opt_text(4)?.is_some() {
        return Ok(Err(format!("{number} travels in a release: plan that")));
    }
    let planned = match side {
        Side::Change(_) => CHANGES_WAIT.contains(&row.text(3)?),
        _ => row.parsed::<ReleasePhase>(3)? <= ReleasePhase::Approval,
    };
    let coming = placement.window.as_ref().is_some_and(|window| window.interval.end > now);
    if !planned || coming {
        let why = if planned { "has a window already" } else { "is under way or over" };
        return Ok(Err(format!("{number} {why}")));
    }
    let rank = Rank {
        named: named.unwrap_or(usize::MAX),
        planned: !placement.emergency,
        criticality: criticality(db, &placement.services)?,
        created: row.int(2)?,
        number,
    };
    let (version, held, committed) = (row.int(0)?, row.bool(1)?, row.bool(5)?);
    Ok(Ok(Entry { placement, version, held, committed, rank }))
}

/// Of the most critical of some services.
fn criticality(db: &mut dyn Query, services: &BTreeSet<ServiceId>) -> Result<i64, Fault> {
    let services: Vec<String> = services.iter().map(ServiceId::to_string).collect();
    let mut most = i64::MAX;
    let sql = "SELECT criticality FROM services WHERE ";
    for row in of_any(db, sql, "id", services.iter().map(Value::from))? {
        most = most.min(row.int(0)?);
    }
    Ok(most)
}

/// How long it is by its own: as its window was, or as its model has it.
fn length(db: &mut dyn Query, placement: &Placement) -> Result<Option<i64>, Fault> {
    match &placement.window {
        Some(window) => Ok(Some(window.interval.minutes())),
        None => usual_minutes(db, placement.side),
    }
}

/// What the domain must know to place a record, or why it cannot be placed.
fn prepared(
    db: &mut dyn Query,
    asked: &shown::Backlog,
    entry: &Entry,
    minutes: i64,
    now: Timestamp,
) -> Result<Result<Waiting, String>, Stop> {
    if entry.held {
        return Ok(Err("it is on hold: resume it first".to_owned()));
    }
    let length = length(db, &entry.placement)?.unwrap_or(minutes);
    let question = Question {
        subject: Some(entry.placement.side.id()),
        duration: Some(length.to_string()),
        after: asked.after.clone(),
        zone: asked.zone.clone(),
        ..Question::default()
    };
    let wanted = wanted(db, &question, now)?;
    let wanted = Wanted { placed: judged(db, wanted.placed.clone())?, ..wanted };
    let placed = &wanted.placed;
    let interval = Interval { start: placed.interval.start, end: wanted.until };
    let around = around(db, &placed.cis, interval)?;
    if let Some(why) = around.beyond {
        return Ok(Err(why));
    }
    let mut ahead = facts(db, placed.subject, around)?;
    if let Side::Release(release) = placed.subject {
        ahead.followers = followers(db, release)?;
    }
    Ok(Ok(Waiting { wanted, ahead }))
}

fn item(db: &mut dyn Query, names: &mut Names, entry: &Entry) -> Result<shown::BacklogItem, Fault> {
    let side = entry.placement.side;
    let kind = if matches!(side, Side::Change(_)) { "change" } else { "release" };
    Ok(shown::BacklogItem {
        subject: side_ref(db, names, side)?,
        kind: kind.to_owned(),
        version: entry.version,
        committed: entry.committed,
        rank: entry.rank.words(),
        after: Vec::new(),
        slot: None,
        refused: Vec::new(),
        why: None,
    })
}
