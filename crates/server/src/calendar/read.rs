//! What the calendar shows between two instants: changes that travel alone, releases, the meetings
//! of boards, each occurrence of a period, and the conflicts among them.

use std::collections::{BTreeMap, BTreeSet};

use api::calendar::{Actual, Band, Calendar, Conflict, Entry};
use api::common::Ref;
use domain::calendar::PeriodKind;
use domain::vocabulary::Window;
use kernel::{ConflictId, Interval, PeriodId, ServiceId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::calendar::conflict::show_all;
use crate::calendar::meetings::meetings;
use crate::calendar::overlap::{Asked, Kind, Line, lines};
use crate::calendar::{conflicts_open, window};
use crate::names::{Names, shown_window};
use crate::placement::schedule;
use crate::read::{ANY_MAX, Statement, of_any};
use crate::service::region_services;

/// The most occurrences of one kind of period of one answer.
pub(super) const BANDS_MAX: usize = 2_000;
/// The most conflicts of one answer.
pub(super) const SHOWN_CONFLICTS_MAX: usize = 500;

/// The calendar.
pub(super) fn calendar(db: &mut dyn Query, asked: &Asked) -> Result<Calendar, Fault> {
    let (lines, mut truncated) = lines(db, asked)?;
    let mut names = Names::default();
    let entries = entries(db, &mut names, &lines)?;
    let region = match &asked.region {
        Some(region) => region_services(db, region)?,
        None => None,
    };
    let mut bands_of = |db: &mut dyn Query, kind| {
        let (bands, more) = bands(db, &mut names, asked, region.as_ref(), kind)?;
        truncated |= more;
        Ok::<_, Fault>(bands)
    };
    let blackouts = bands_of(db, PeriodKind::Blackout)?;
    let windows = bands_of(db, PeriodKind::MaintenanceWindow)?;
    let peaks = bands_of(db, PeriodKind::PeakHours)?;
    let events = bands_of(db, PeriodKind::BusinessEvent)?;
    let sprints = bands_of(db, PeriodKind::Sprint)?;
    let (external, more_external) = external(db, asked.range)?;
    let (meetings, more_meetings) = meetings(db, asked.range)?;
    let (conflicts, more_conflicts) = among(db, asked.range, &entries)?;
    truncated |= more_external || more_meetings || more_conflicts;
    Ok(Calendar {
        entries,
        meetings,
        blackouts,
        windows,
        peaks,
        events,
        sprints,
        external,
        conflicts,
        truncated,
    })
}

fn entries(db: &mut dyn Query, names: &mut Names, lines: &[Line]) -> Result<Vec<Entry>, Fault> {
    let ids: Vec<String> =
        lines.iter().map(|line| line.row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
    let open = conflicts_open(db, &ids)?;
    let (services, outages) = touched(db, lines)?;
    let mut beside: BTreeSet<String> = services.values().flatten().cloned().collect();
    for line in lines {
        beside.extend(line.row.opt_text(10)?.map(str::to_owned));
    }
    names.load(db, &beside.into_iter().collect::<Vec<_>>())?;
    let mut entries = Vec::with_capacity(lines.len());
    for Line { kind, row } in lines {
        let id = row.text(0)?;
        let Some(window) = window(row, 5)? else { continue };
        let outage = match kind {
            Kind::Change => row.int(12)?,
            Kind::Release => outages.get(id).copied().unwrap_or(0),
        };
        entries.push(Entry {
            subject: Ref {
                id: id.to_owned(),
                number: Some(row.text(1)?.to_owned()),
                name: row.text(2)?.to_owned(),
            },
            kind: kind.word().to_owned(),
            subject_type: row.text(3)?.to_owned(),
            phase: row.text(4)?.to_owned(),
            committed: row.bool(8)?,
            awaits_approval: row.bool(18)?,
            window: shown_window(&window),
            actual: actual(row)?,
            environment: row.text(9)?.to_owned(),
            services: names.all(db, services.get(id).into_iter().flatten())?,
            team: names.opt(db, row.opt_text(10)?)?,
            changes: whole(row.int(13)?),
            tier: row.opt_text(11)?.map(str::to_owned),
            conflicts_open: open.get(id).map_or(0, |open| open.all),
            conflicts_blocking: open.get(id).map_or(0, |open| open.blocking),
            outage_minutes: whole(outage),
        });
    }
    Ok(entries)
}

/// When work began and ended; a release that is taken back is under way until that is over.
fn actual(row: &Row) -> Result<Option<Actual>, Fault> {
    let Some(start) = row.opt_time(16)? else { return Ok(None) };
    let end = row.opt_time(17)?.map(|end| end.to_string());
    Ok(Some(Actual { start: start.to_string(), end }))
}

fn whole(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The services of each entry, and the longest outage of each release.
type Touched = (BTreeMap<String, BTreeSet<String>>, BTreeMap<String, i64>);

fn touched(db: &mut dyn Query, lines: &[Line]) -> Result<Touched, Fault> {
    let mut of_change: BTreeMap<String, String> = BTreeMap::new();
    let mut releases = Vec::new();
    for line in lines {
        let id = line.row.text(0)?.to_owned();
        match line.kind {
            Kind::Change => drop(of_change.insert(id.clone(), id)),
            Kind::Release => releases.push(id),
        }
    }
    let mut outages: BTreeMap<String, i64> = BTreeMap::new();
    let sql = "SELECT release_changes.release, changes.id, changes.outage_minutes \
            FROM release_changes JOIN changes ON changes.id = release_changes.change WHERE ";
    for row in of_any(db, sql, "release_changes.release", releases.iter().map(Value::from))? {
        let (release, minutes) = (row.text(0)?.to_owned(), row.int(2)?);
        of_change.insert(row.text(1)?.to_owned(), release.clone());
        let longest = outages.entry(release).or_default();
        *longest = minutes.max(*longest);
    }
    Ok((services(db, &of_change)?, outages))
}

/// The services of entries, by name or through CIs, from those of their changes.
fn services(
    db: &mut dyn Query,
    of_change: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let sources = [
        ("SELECT change, service FROM change_services WHERE ", "change"),
        (
            "SELECT DISTINCT change_cis.change, cis.service FROM change_cis \
            CROSS JOIN cis WHERE cis.id = change_cis.ci AND cis.service IS NOT NULL AND ",
            "change_cis.change",
        ),
    ];
    let changes: Vec<&String> = of_change.keys().collect();
    let mut services: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (sql, column) in sources {
        for row in of_any(db, sql, column, changes.iter().map(|change| Value::from(*change)))? {
            if let Some(entry) = of_change.get(row.text(0)?) {
                services.entry(entry.clone()).or_default().insert(row.text(1)?.to_owned());
            }
        }
    }
    Ok(services)
}

/// The periods of a kind, each occurrence within the range; and whether there were more. One for
/// all services is of every region.
fn bands(
    db: &mut dyn Query,
    names: &mut Names,
    asked: &Asked,
    region: Option<&BTreeSet<ServiceId>>,
    kind: PeriodKind,
) -> Result<(Vec<Band>, bool), Fault> {
    let mut statement = Statement::new(
        "SELECT id, name, reason, services, environment, start_at, end_at, zone, repeats, \
        except_on, also_on FROM periods WHERE ",
    );
    let Interval { start, end } = asked.range;
    let values = [start.into(), end.into(), kind.word().into()];
    statement.bind("last_end > ? AND start_at < ? AND (kind = ? OR 1 = 0)", values);
    if let Some(environment) = asked.environment {
        let piece = " AND (environment IS NULL OR environment = ?)";
        statement.bind(piece, [environment.word().into()]);
    }
    statement.push(" ORDER BY last_end, id");
    statement.bind(" LIMIT ?", [Value::from(i64::try_from(BANDS_MAX).unwrap_or(i64::MAX))]);
    let mut bands: Vec<Band> = Vec::new();
    for row in statement.query(db)? {
        let services: BTreeSet<ServiceId> = crate::bus::words(row.text(3)?);
        let concerned = services.is_empty()
            || asked.service.is_none_or(|service| services.contains(&service))
                && region.is_none_or(|region| !services.is_disjoint(region));
        let Some(schedule) = schedule(&row, 5)?.filter(|_| concerned) else { continue };
        let services = names.all(db, &services)?;
        for interval in schedule.occurrences(asked.range) {
            let window = Window { interval, zone: schedule.window.zone.clone() };
            bands.push(Band {
                id: row.text(0)?.to_owned(),
                name: row.text(1)?.to_owned(),
                window: shown_window(&window),
                services: services.clone(),
                environment: row.opt_text(4)?.map(str::to_owned),
                reason: Some(row.text(2)?.to_owned()).filter(|reason| !reason.is_empty()),
            });
        }
    }
    Ok(first_of(bands))
}

/// The occurrences of what is kept in other calendars; and whether there were more. What they are
/// about is not known, so no filter but time leaves any out.
fn external(db: &mut dyn Query, range: Interval) -> Result<(Vec<Band>, bool), Fault> {
    let sql = "SELECT external_entries.external, external_entries.title, externals.name, start_at, \
        end_at, zone, repeats, except_on, also_on FROM external_entries \
        JOIN externals ON externals.id = external_entries.external \
        WHERE last_end > $1 AND start_at < $2 ORDER BY last_end, external, uid LIMIT $3";
    let most = i64::try_from(BANDS_MAX).unwrap_or(i64::MAX);
    let mut bands = Vec::new();
    for row in db.query(sql, &[range.start.into(), range.end.into(), most.into()])? {
        let Some(schedule) = schedule(&row, 3)? else { continue };
        for interval in schedule.occurrences(range) {
            let window = Window { interval, zone: schedule.window.zone.clone() };
            bands.push(Band {
                id: row.text(0)?.to_owned(),
                name: row.text(1)?.to_owned(),
                window: shown_window(&window),
                services: Vec::new(),
                environment: None,
                reason: Some(row.text(2)?.to_owned()),
            });
        }
    }
    Ok(first_of(bands))
}

/// As many bands as an answer carries, by their beginning; and whether there were more.
fn first_of(mut bands: Vec<Band>) -> (Vec<Band>, bool) {
    bands.sort_by(|one, other| (&one.window.start, &one.id).cmp(&(&other.window.start, &other.id)));
    let more = bands.len() > BANDS_MAX;
    bands.truncate(BANDS_MAX);
    (bands, more)
}

/// The conflicts in force between entries, or between one and a period, that fall into the range,
/// by their beginning; and whether there were more.
fn among(
    db: &mut dyn Query,
    range: Interval,
    entries: &[Entry],
) -> Result<(Vec<Conflict>, bool), Fault> {
    // From both of its sides a conflict is read twice.
    const ROWS: usize = 2 * (SHOWN_CONFLICTS_MAX + 1);
    let shown: BTreeSet<&str> = entries.iter().map(|entry| entry.subject.id.as_str()).collect();
    let here = |other: &str| shown.contains(other) || other.parse::<PeriodId>().is_ok();
    let sides: Vec<&str> = shown.iter().copied().collect();
    let mut places: BTreeSet<(Timestamp, ConflictId)> = BTreeSet::new();
    for slice in sides.chunks(ANY_MAX) {
        let (mut after, mut found): (Option<Row>, usize) = (None, 0);
        loop {
            let mut statement = Statement::new(
                "SELECT start_at, conflict, side, other FROM conflict_sides \
                WHERE state IN ('open', 'accepted') AND ",
            );
            statement.bind_any("side", slice.iter().map(|side| Value::from(*side)));
            let piece = " AND end_at > ? AND start_at < ?";
            statement.bind(piece, [range.start.into(), range.end.into()]);
            if let Some(Row(place)) = after {
                let piece = " AND (start_at, conflict, side) > (?, ?, ?)";
                statement.bind(piece, place.into_iter().take(3));
            }
            let rows = i64::try_from(ROWS).unwrap_or(i64::MAX);
            statement.bind(" ORDER BY start_at, conflict, side LIMIT ?", [rows.into()]);
            let rows = statement.query(db)?;
            for row in &rows {
                if here(row.text(3)?) {
                    found += 1;
                    places.insert((row.time(0)?, row.parsed(1)?));
                }
            }
            after = rows.into_iter().nth(ROWS - 1);
            if after.is_none() || found >= ROWS {
                break;
            }
        }
    }
    let more = places.len() > SHOWN_CONFLICTS_MAX;
    let ids: Vec<ConflictId> =
        places.into_iter().map(|(_, id)| id).take(SHOWN_CONFLICTS_MAX).collect();
    Ok((show_all(db, &ids, None)?, more))
}
