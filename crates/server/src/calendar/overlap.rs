//! The changes and releases whose windows overlap a range. Windows that are not long are found by
//! their start, looking back no further than such a window lasts; the few long ones by their end.
//! Where a service or a team has few changes in all, those are looked at instead. `(… OR 1 = 0)` is
//! a condition that must not lead, as in lists.

use domain::vocabulary::Environment;
use kernel::{Interval, ServiceId, TeamId};
use ports::{Fault, Query, Row, Value};

use crate::calendar::LONG_MINUTES;
use crate::listing::GATHER_MAX;
use crate::read::Statement;

/// The most changes and releases of one answer.
pub(super) const ENTRIES_MAX: usize = 2_000;

/// What is asked of the calendar.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Between which instants.
    pub(super) range: Interval,
    /// Of which service.
    pub(super) service: Option<ServiceId>,
    /// Of which team.
    pub(super) team: Option<TeamId>,
    /// Where.
    pub(super) environment: Option<Environment>,
    /// In which region, as it is compared.
    pub(super) region: Option<String>,
    /// `change` or `release`; both when absent.
    pub(super) kind: Option<Kind>,
    /// Only what has its window committed and is not closed: the forward schedule of change.
    pub(super) committed: bool,
    /// Only what is expected to interrupt a service.
    pub(super) interrupting: bool,
    /// Whether those that were cancelled are wanted too.
    pub(super) cancelled: bool,
}

/// What stands for the phase of a record whose window was taken away.
pub(super) const GONE: &str = "window taken away";

/// A kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Change,
    Release,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Release => "release",
        }
    }
}

/// A record of either kind, with the columns that [`overlapping`] reads.
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) row: Row,
}

/// The records of the kinds that are asked for, by start, and whether there are more of them than
/// an answer holds.
pub(super) fn lines(db: &mut dyn Query, asked: &Asked) -> Result<(Vec<Line>, bool), Fault> {
    let mut lines: Vec<Line> = Vec::new();
    for kind in [Kind::Change, Kind::Release] {
        if asked.kind.is_none_or(|wanted| wanted == kind) {
            let rows = overlapping(db, asked, kind)?;
            lines.extend(rows.into_iter().map(|row| Line { kind, row }));
        }
    }
    lines.sort_by(|one, other| {
        (&one.row.0[5], &one.row.0[0]).cmp(&(&other.row.0[5], &other.row.0[0]))
    });
    let truncated = lines.len() > ENTRIES_MAX;
    lines.truncate(ENTRIES_MAX);
    Ok((lines, truncated))
}

/// The records of a kind whose window in the range was taken away, and that have none now. Columns
/// as of [`overlapping`].
pub(super) fn gone(db: &mut dyn Query, asked: &Asked, kind: Kind) -> Result<Vec<Row>, Fault> {
    let (columns, from) = match kind {
        Kind::Change => (CHANGE, "changes WHERE release IS NULL"),
        Kind::Release => (RELEASE, "releases WHERE 1 = 1"),
    };
    let columns = ["start_at", "end_at"]
        .iter()
        .fold(columns.replace("changes.", ""), |all, name| {
            all.replace(name, &format!("gone_{name}"))
        })
        .replace(" phase,", &format!(" '{GONE}',"))
        .replace(" zone,", " 'UTC',");
    let mut statement = Statement::new(&format!("SELECT {columns} FROM {from}"));
    let Interval { start, end } = asked.range;
    let piece = " AND gone_start_at < ? AND (gone_end_at > ? OR 1 = 0)";
    statement.bind(piece, [end.into(), start.into()]);
    if let Some(team) = asked.team {
        statement.bind(" AND (team = ? OR 1 = 0)", [team.to_string().into()]);
    }
    if let Some(environment) = asked.environment {
        statement.bind(" AND (environment = ? OR 1 = 0)", [environment.word().into()]);
    }
    if let Some(service) = asked.service {
        let service = Value::from(service.to_string());
        statement.bind(touches(kind), [service.clone(), service]);
    }
    statement.push(" ORDER BY gone_start_at, id");
    statement.bind(" LIMIT ?", [Value::from(i64::try_from(ENTRIES_MAX).unwrap_or(i64::MAX))]);
    statement.query(db)
}

/// Which index leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// That of starts or, for long windows, that of their ends.
    Window,
    /// That of a team.
    Team,
    /// Those of a service and of its CIs.
    Service,
}

const CHANGE: &str = "changes.id, changes.number, changes.title, changes.change_type, \
    changes.phase, changes.start_at, changes.end_at, changes.zone, changes.committed, \
    changes.environment, changes.team, changes.tier, changes.outage_minutes, 0, \
    changes.version, changes.updated_at, changes.started_at, changes.finished_at, 0";
const RELEASE: &str = "id, number, title, model, phase, start_at, end_at, zone, committed, \
    environment, team, tier, 0, changes, version, updated_at, deployed_at, deployment_ended_at, \
    CASE WHEN committed = 1 AND approved = 0 THEN 1 ELSE 0 END";

/// The changes of a service, by name or through a CI.
const OF_SERVICE: &str = "SELECT change_services.change FROM change_services \
    WHERE change_services.service = ? UNION SELECT change_cis.change FROM cis \
    CROSS JOIN change_cis WHERE change_cis.ci = cis.id AND cis.service = ?";

/// The records of a kind that overlap the range, one more than an answer holds. Columns: id,
/// number, title, type, phase, start, end, zone, committed, environment, team, tier, outage in
/// minutes, changes inside, version, when it was written last, when work began and ended, whether
/// its window is committed and its go not given.
pub(super) fn overlapping(
    db: &mut dyn Query,
    asked: &Asked,
    kind: Kind,
) -> Result<Vec<Row>, Fault> {
    let lead = match kind {
        Kind::Change => lead(db, asked)?,
        Kind::Release => Lead::Window,
    };
    if lead != Lead::Window {
        return read(db, asked, kind, lead, None);
    }
    let mut rows = read(db, asked, kind, lead, Some(false))?;
    rows.extend(read(db, asked, kind, lead, Some(true))?);
    Ok(rows)
}

fn lead(db: &mut dyn Query, asked: &Asked) -> Result<Lead, Fault> {
    if let Some(service) = asked.service {
        let service = Value::from(service.to_string());
        let mut statement = Statement::new("SELECT COUNT(*) FROM (SELECT * FROM (");
        statement.bind(OF_SERVICE, [service.clone(), service]);
        statement.bind(") AS touched LIMIT ?) AS some_of_them", [Value::from(GATHER_MAX + 1)]);
        if count(db, &statement)? <= GATHER_MAX {
            return Ok(Lead::Service);
        }
    }
    if let Some(team) = asked.team {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM changes WHERE team = ?";
        let mut statement = Statement::new("");
        statement.bind(sql, [team.to_string().into()]);
        statement.bind(" LIMIT ?) AS some_of_them", [Value::from(GATHER_MAX + 1)]);
        if count(db, &statement)? <= GATHER_MAX {
            return Ok(Lead::Team);
        }
    }
    Ok(Lead::Window)
}

fn count(db: &mut dyn Query, statement: &Statement) -> Result<i64, Fault> {
    statement.query(db)?.first().map_or(Ok(0), |row| row.int(0))
}

fn read(
    db: &mut dyn Query,
    asked: &Asked,
    kind: Kind,
    lead: Lead,
    long: Option<bool>,
) -> Result<Vec<Row>, Fault> {
    let mut statement = from(asked, kind, lead);
    let Interval { start, end } = asked.range;
    match long {
        None => statement.bind(
            " AND (end_at > ? OR 1 = 0) AND (start_at < ? OR 1 = 0)",
            [start.into(), end.into()],
        ),
        Some(true) => statement.bind(
            " AND long = 1 AND end_at > ? AND (start_at < ? OR 1 = 0)",
            [start.into(), end.into()],
        ),
        Some(false) => {
            let back = start.plus_minutes(-LONG_MINUTES);
            let piece = " AND start_at >= ? AND (long = 0 OR 1 = 0) AND (end_at > ? OR 1 = 0) AND start_at < ?";
            statement.bind(piece, [back.into(), start.into(), end.into()]);
        }
    }
    if let Some(team) = asked.team {
        let piece = if lead == Lead::Team { " AND team = ?" } else { " AND (team = ? OR 1 = 0)" };
        statement.bind(piece, [team.to_string().into()]);
    }
    if let Some(environment) = asked.environment {
        statement.bind(" AND (environment = ? OR 1 = 0)", [environment.word().into()]);
    }
    if asked.committed {
        statement.push(" AND (committed = 1 OR 1 = 0) AND phase <> 'closed'");
    }
    if asked.interrupting {
        statement.push(interrupts(kind));
    }
    if let Some(service) = asked.service.filter(|_| lead != Lead::Service) {
        let service = Value::from(service.to_string());
        statement.bind(touches(kind), [service.clone(), service]);
    }
    if let Some(region) = &asked.region {
        statement.bind(stands(kind), [region.into(), region.into()]);
    }
    let walks = long == Some(false);
    statement.push(if walks { " ORDER BY start_at, id" } else { " ORDER BY start_at + 0, id" });
    statement.bind(" LIMIT ?", [Value::from(i64::try_from(ENTRIES_MAX + 1).unwrap_or(i64::MAX))]);
    statement.query(db)
}

fn from(asked: &Asked, kind: Kind, lead: Lead) -> Statement {
    let mut statement = Statement::new("SELECT ");
    match (kind, lead, asked.service) {
        (Kind::Release, _, _) => {
            statement.push(&format!("{RELEASE} FROM releases WHERE 1 = 1"));
        }
        (Kind::Change, Lead::Service, Some(service)) => {
            let service = Value::from(service.to_string());
            statement.push(&format!("{CHANGE} FROM ("));
            statement.bind(OF_SERVICE, [service.clone(), service]);
            statement.push(") AS touched CROSS JOIN changes WHERE changes.id = touched.change");
            statement.push(" AND changes.release IS NULL");
        }
        (Kind::Change, _, _) => {
            statement.push(&format!("{CHANGE} FROM changes WHERE changes.release IS NULL"));
        }
    }
    if !asked.cancelled {
        statement.push(" AND phase <> 'cancelled'");
    }
    statement
}

fn interrupts(kind: Kind) -> &'static str {
    match kind {
        Kind::Change => " AND (outage_minutes > 0 OR 1 = 0)",
        Kind::Release => {
            " AND EXISTS (SELECT 1 FROM release_changes \
            JOIN change_outages ON change_outages.change = release_changes.change \
            WHERE release_changes.release = releases.id)"
        }
    }
}

/// By name, or through a CI.
fn touches(kind: Kind) -> &'static str {
    match kind {
        Kind::Change => {
            " AND (EXISTS (SELECT 1 FROM change_services \
            WHERE change_services.change = changes.id AND change_services.service = ?) \
            OR EXISTS (SELECT 1 FROM change_cis JOIN cis ON cis.id = change_cis.ci \
            WHERE change_cis.change = changes.id AND cis.service = ?))"
        }
        Kind::Release => {
            " AND (EXISTS (SELECT 1 FROM release_changes \
            JOIN change_services ON change_services.change = release_changes.change \
            WHERE release_changes.release = releases.id AND change_services.service = ?) \
            OR EXISTS (SELECT 1 FROM release_changes \
            JOIN change_cis ON change_cis.change = release_changes.change \
            JOIN cis ON cis.id = change_cis.ci \
            WHERE release_changes.release = releases.id AND cis.service = ?))"
        }
    }
}

/// Through a service that is named, or a CI; one that says nothing of its own stands where its
/// service does.
fn stands(kind: Kind) -> &'static str {
    match kind {
        Kind::Change => {
            " AND (EXISTS (SELECT 1 FROM change_services CROSS JOIN services \
            WHERE change_services.change = changes.id AND services.id = change_services.service \
            AND services.region_key = ?) \
            OR EXISTS (SELECT 1 FROM change_cis JOIN cis ON cis.id = change_cis.ci \
            LEFT JOIN services ON services.id = cis.service WHERE change_cis.change = changes.id \
            AND COALESCE(NULLIF(cis.region_key, ''), services.region_key) = ?))"
        }
        Kind::Release => {
            " AND (EXISTS (SELECT 1 FROM release_changes CROSS JOIN change_services \
            CROSS JOIN services WHERE release_changes.release = releases.id \
            AND change_services.change = release_changes.change \
            AND services.id = change_services.service AND services.region_key = ?) \
            OR EXISTS (SELECT 1 FROM release_changes \
            JOIN change_cis ON change_cis.change = release_changes.change \
            JOIN cis ON cis.id = change_cis.ci LEFT JOIN services ON services.id = cis.service \
            WHERE release_changes.release = releases.id \
            AND COALESCE(NULLIF(cis.region_key, ''), services.region_key) = ?))"
        }
    }
}
