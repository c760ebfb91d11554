//! Keeping conflicts in step when a period, a CI, its relations, a service or the rules changed:
//! every record still to come that this concerns is held against the calendar anew, page after
//! page, behind what people wait for.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::Aggregate as _;
use domain::calendar::{Period, PeriodKind, Schedule, Side};
use domain::identity::Permission;
use domain::service::Ci;
use kernel::{CiId, Interval, PeriodId, ServiceId, Timestamp};
use ports::{Fault, Lane, Query, Row, Value};
use serde_json::Value as Json;

use crate::bus::{Bus, Command, Envelope, Failure, Stop, Work, find_state};
use crate::calendar::find::REACH_MAX;
use crate::calendar::refresh::refresh;
use crate::follow::followers::{Follower, Seen};
use crate::placement::placement;
use crate::policy::in_force;
use crate::read::{ANY_MAX, Statement, wait};
use crate::service::neighbourhood;

/// How many records one question reads.
const PAGE: usize = 500;
/// The most events of a CI or a period that are read to learn what it touched before. Where there
/// are more, every record is looked at.
const HISTORY_MAX: usize = 200;

/// Holds one record against the calendar anew.
struct Refresh {
    side: Side,
}

impl Command for Refresh {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "calendar.refresh"
    }

    fn permission(&self) -> Permission {
        Permission::CalendarWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        refresh(work, self.side)
    }
}

/// Holds every record that is still to come against a calendar whose periods, CIs, relations,
/// services or rules changed.
pub struct CalendarReactor;

impl Follower for CalendarReactor {
    fn name(&self) -> &'static str {
        "calendar"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let moved = Moved::by(events);
        if moved == Moved::default() {
            return Ok(());
        }
        let now = bus.world().clock.now();
        let looks =
            wait(&*bus.world().store, move |db| looks(db, &moved)).map_err(Failure::Fault)?;
        for look in looks.into_iter().map(Arc::new) {
            for table in look.tables() {
                walk(bus, &look, table, now)?;
            }
        }
        Ok(())
    }
}

/// What moved, of all that conflicts rest on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Moved {
    rules: bool,
    cis: BTreeSet<CiId>,
    periods: BTreeSet<PeriodId>,
    /// Those of which moved what rules about conflicts may read.
    services: BTreeSet<ServiceId>,
}

impl Moved {
    fn by(events: &[Seen]) -> Self {
        let mut moved = Self::default();
        for seen in events {
            let (kind, id) = seen.stream.split_once(':').unwrap_or_default();
            match (kind, seen.name.as_str()) {
                ("policy", _) => moved.rules = true,
                // A name, a version or a region is no fact of a conflict, nor is a reason.
                ("ci", "ci.edited.v1") if !edits(seen, OF_A_CI) => {}
                ("ci", "ci.edited.v1" | "ci.relations_set.v1") => {
                    moved.cis.extend(id.parse::<CiId>());
                }
                ("service", "service.edited.v1") if edits(seen, OF_A_SERVICE) => {
                    moved.services.extend(id.parse::<ServiceId>());
                }
                ("period", "period.edited.v1") if !edits(seen, WHEN_AND_FOR_WHOM) => {}
                ("period", _) => moved.periods.extend(id.parse::<PeriodId>()),
                _ => {}
            }
        }
        moved
    }
}

/// The fields of a CI that conflicts rest on.
const OF_A_CI: &[&str] = &["service", "environment", "criticality"];
/// The fields of a service that rules about conflicts may read.
const OF_A_SERVICE: &[&str] = &["name", "criticality"];
/// The fields of a period that conflicts rest on.
const WHEN_AND_FOR_WHOM: &[&str] =
    &["services", "environment", "window", "repeats", "except", "also"];

fn edits(seen: &Seen, fields: &[&str]) -> bool {
    let payload: Json = serde_json::from_str(&seen.payload).unwrap_or_default();
    fields.iter().any(|field| payload["edit"].get(field).is_some())
}

/// Where records are looked for.
#[derive(Debug)]
enum Look {
    /// All that are still to come.
    All,
    /// Those on some CIs.
    On(Vec<CiId>),
    /// Those that stand in a conflict with a period now.
    Against(PeriodId),
    /// Those that an occurrence of a period touches.
    During(Box<(Schedule, BTreeSet<ServiceId>)>),
    /// Those of services, at any time.
    Of(BTreeSet<ServiceId>),
}

fn looks(db: &mut dyn Query, moved: &Moved) -> Result<Vec<Look>, Fault> {
    if moved.rules {
        return Ok(vec![Look::All]);
    }
    let mut looks = Vec::new();
    if !moved.services.is_empty() && !in_force(db)?.set.conflicts_read().is_empty() {
        looks.push(Look::Of(moved.services.clone()));
    }
    let mut cis = BTreeSet::new();
    for ci in &moved.cis {
        let Some(history) = history(db, &Ci::stream(*ci))? else { return Ok(vec![Look::All]) };
        cis.insert(*ci);
        for payload in history {
            let relations = payload["relations"].as_array().cloned().unwrap_or_default();
            let to = relations.iter().filter_map(|one| one["to"].as_str()?.parse::<CiId>().ok());
            cis.extend(to);
        }
    }
    if !cis.is_empty() {
        // A way of two relations through one of these ends at most one relation away from it.
        let ends: Vec<CiId> = cis.iter().copied().collect();
        let near = neighbourhood(db, &ends, 1, REACH_MAX)?;
        if !near.nearest_whole {
            return Ok(vec![Look::All]);
        }
        cis.extend(near.reaches.into_iter().map(|reach| reach.ci));
        let cis: Vec<CiId> = cis.into_iter().collect();
        looks.extend(cis.chunks(ANY_MAX).map(|slice| Look::On(slice.to_vec())));
    }
    for id in &moved.periods {
        let Some(period) = find_state::<Period>(db, *id)?.map(|found| found.state) else {
            continue;
        };
        looks.push(Look::Against(*id));
        let schedule = period.content.schedule().filter(|_| !period.removed);
        match (period.kind, schedule) {
            // What lies outside of it, or lay outside before, may lie anywhere.
            (Some(PeriodKind::MaintenanceWindow), _) => {
                let Some(history) = history(db, &Period::stream(*id))? else {
                    return Ok(vec![Look::All]);
                };
                looks.push(Look::Of(history.iter().flat_map(services).collect()));
            }
            (_, Some(schedule)) => {
                looks.push(Look::During(Box::new((schedule, period.content.services))));
            }
            (_, None) => {}
        }
    }
    Ok(looks)
}

/// What the events of a stream say; nothing when there are too many.
fn history(db: &mut dyn Query, stream: &str) -> Result<Option<Vec<Json>>, Fault> {
    let sql = "SELECT payload FROM events WHERE stream = $1 ORDER BY version LIMIT $2";
    let rows = db.query(sql, &[stream.into(), count(HISTORY_MAX + 1)])?;
    if rows.len() > HISTORY_MAX {
        return Ok(None);
    }
    let read = |row: &Row| {
        serde_json::from_str(row.text(0)?)
            .map_err(|error| Fault::permanent("reading an event", error))
    };
    rows.iter().map(read).collect::<Result<_, _>>().map(Some)
}

/// The services that an event of a period names.
fn services(payload: &Json) -> Vec<ServiceId> {
    let named =
        ["content", "edit"].into_iter().filter_map(|part| payload[part]["services"].as_array());
    named.flatten().filter_map(|id| id.as_str()?.parse().ok()).collect()
}

fn count(many: usize) -> Value {
    Value::from(i64::try_from(many).unwrap_or(i64::MAX))
}

impl Look {
    fn tables(&self) -> &'static [&'static str] {
        match self {
            Self::All | Self::During(_) | Self::Of(_) => &["changes", "releases"],
            Self::On(_) => &["change_claims", "release_claims"],
            Self::Against(_) => &["conflict_sides"],
        }
    }

    /// The next rows of a table, from after the last row that was read before: the columns of the
    /// place, which is also their order.
    fn page(
        &self,
        db: &mut dyn Query,
        table: &str,
        now: Timestamp,
        after: Option<Row>,
    ) -> Result<Vec<Row>, Fault> {
        let (mut statement, place) = match self {
            Self::All | Self::During(_) | Self::Of(_) => {
                let columns = "end_at, id, start_at";
                let mut statement = Statement::new(&format!("SELECT {columns} FROM {table}"));
                statement.bind(" WHERE live = 1 AND end_at > ?", [now.into()]);
                (statement, "end_at, id")
            }
            Self::On(cis) => {
                let mut statement =
                    Statement::new(&format!("SELECT ci, end_at, subject FROM {table} WHERE "));
                statement.bind_any("ci", cis.iter().map(|ci| Value::from(ci.to_string())));
                statement.bind(" AND end_at > ?", [now.into()]);
                (statement, "ci, end_at, subject")
            }
            Self::Against(period) => {
                let mut statement = Statement::new(
                    "SELECT here.conflict, other.side FROM conflict_sides AS here \
                    JOIN conflict_sides AS other ON other.conflict = here.conflict",
                );
                let period = Value::from(period.to_string());
                let piece = " WHERE here.side = ? AND here.state IN ('open', 'accepted') AND other.side <> ?";
                statement.bind(piece, [period.clone(), period]);
                (statement, "here.conflict, other.side")
            }
        };
        let columns = place.split(',').count();
        if let Some(Row(values)) = after {
            let marks = vec!["?"; columns].join(", ");
            statement
                .bind(&format!(" AND ({place}) > ({marks})"), values.into_iter().take(columns));
        }
        statement.push(&format!(" ORDER BY {place}"));
        statement.bind(" LIMIT ?", [count(PAGE)]);
        statement.query(db)
    }

    /// The record of a row, where it is concerned.
    fn side(&self, db: &mut dyn Query, table: &str, row: &Row) -> Result<Option<Side>, Fault> {
        let column = if matches!(self, Self::On(_)) { 2 } else { 1 };
        let side = match table {
            "changes" | "change_claims" => Side::Change(row.parsed(column)?),
            "releases" | "release_claims" => Side::Release(row.parsed(column)?),
            _ => match (row.text(column)?.parse(), row.text(column)?.parse()) {
                (Ok(change), _) => Side::Change(change),
                (_, Ok(release)) => Side::Release(release),
                _ => return Ok(None),
            },
        };
        let serves = |db: &mut dyn Query, services: &BTreeSet<ServiceId>| {
            let placement = placement(db, side)?;
            Ok::<_, Fault>(placement.is_some_and(|one| !one.services.is_disjoint(services)))
        };
        let concerned = match self {
            Self::All | Self::On(_) | Self::Against(_) => true,
            Self::Of(services) => serves(db, services)?,
            Self::During(during) => {
                let (schedule, services) = &**during;
                let touched = match row.opt_time(2)? {
                    Some(start) => {
                        let interval = Interval { start, end: row.time(0)? };
                        !schedule.occurrences(interval).is_empty()
                    }
                    None => false,
                };
                touched && (services.is_empty() || serves(db, services)?)
            }
        };
        Ok(Some(side).filter(|_| concerned))
    }
}

/// Refreshes the records that a table shows, page after page until there is none.
fn walk(bus: &Bus, look: &Arc<Look>, table: &'static str, now: Timestamp) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let look = Arc::clone(look);
        let page = wait(&*bus.world().store, move |db| {
            let rows = look.page(db, table, now, after)?;
            let mut sides = BTreeSet::new();
            for row in &rows {
                sides.extend(look.side(db, table, row)?);
            }
            Ok((sides, rows.into_iter().nth(PAGE - 1)))
        });
        let (sides, last) = page.map_err(Failure::Fault)?;
        for side in sides {
            let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system("calendar") };
            bus.call(envelope, Refresh { side })?;
        }
        after = last;
        if after.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Actor;

    use super::*;

    fn seen(stream: &str, name: &str, payload: &str) -> Seen {
        let (stream, name, payload) = (stream.to_owned(), name.to_owned(), payload.to_owned());
        let by = Actor::System { part: "test".to_owned() };
        Seen { position: 1, stream, name, payload, by, at: Timestamp::from_micros(0) }
    }

    #[test]
    fn what_no_conflict_rests_on_moves_nothing() {
        let ci = "ci:ci_00000000000000000000000000000001";
        let period = "period:prd_00000000000000000000000000000001";
        let service = "service:svc_00000000000000000000000000000001";
        let still = [
            seen(
                ci,
                "ci.edited.v1",
                r#"{"edit":{"name":"a","version_running":"2","region":"eu"}}"#,
            ),
            seen(ci, "ci.created.v1", "{}"),
            seen(period, "period.edited.v1", r#"{"edit":{"name":"b","reason":"c"}}"#),
            seen(service, "service.edited.v1", r#"{"edit":{"description":"b","team":null}}"#),
            seen("change:chg_1", "change.edited.v1", "{}"),
        ];
        assert_eq!(Moved::by(&still), Moved::default());
        let moves = [
            seen(ci, "ci.edited.v1", r#"{"edit":{"service":null}}"#),
            seen(period, "period.edited.v1", r#"{"edit":{"repeats":"none"}}"#),
        ];
        let moved = Moved::by(&moves);
        assert_eq!((moved.cis.len(), moved.periods.len(), moved.rules), (1, 1, false));
        let moves = [
            seen(ci, "ci.edited.v1", r#"{"edit":{"criticality":1}}"#),
            seen(service, "service.edited.v1", r#"{"edit":{"criticality":1}}"#),
        ];
        let moved = Moved::by(&moves);
        assert_eq!((moved.cis.len(), moved.services.len()), (1, 1));
        assert!(Moved::by(&[seen("policy:pol_1", "policy.activated.v1", "{}")]).rules);
    }
}
