//! Whether a change fits into a release or goes alone: what is planned on its CIs, on those
//! connected with them, or by its team in the same night, as far as it takes part in no release;
//! and the releases that still take changes in.

use std::collections::{BTreeMap, BTreeSet};

use api::change::{Advice, AdvisedWith};
use domain::calendar::Side;
use domain::change::{
    APART_MAX_MINUTES, Advised, Candidate, Change, Fit, NIGHT_MINUTES, Tied, advise,
    outside_release,
};
use domain::release::Release;
use kernel::{ChangeId, CiId, Interval, ReleaseId, Timestamp};
use ports::{Fault, Query, Row, Value};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::change::facts::gather;
use crate::names::{Names, find_change};
use crate::reactions::may_attach;
use crate::read::{ANY_MAX, Statement, action};
use crate::service::neighbourhood;

/// The most connected CIs that are looked at.
const CONNECTED_MAX: usize = 500;
/// The most claims that are read of a slice of CIs, and the most changes of a night's team.
const CLAIMS_MAX: i64 = 500;
/// The most releases that take changes in, those written last.
const RELEASES_MAX: i64 = 50;
/// The most CIs that are read of these releases.
const RELEASE_CIS_MAX: i64 = 10_000;
/// The most records that are named.
const NAMED_MAX: usize = 10;
/// How many CIs a sentence names.
const CIS_NAMED: usize = 3;

/// The advice for a change of an id or a number.
pub(super) fn advice(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Advice, Stop> {
    let id = find_change(db, name)?;
    let unknown = || domain::General::Unknown { kind: "change", name: name.to_owned() };
    let loaded: Loaded<Change> = find_state(db, id)?.ok_or_else(unknown)?;
    let change = &loaded.state;
    let facts = gather(db, asking, id, change, None)?;
    let own: Vec<CiId> = change.content.cis.clone();
    let near = neighbourhood(db, &own, 1, CONNECTED_MAX)?;
    let cis: BTreeSet<CiId> = own.into_iter().collect();
    let connected = near.reaches.into_iter().map(|reach| reach.ci);
    let advised = Advised {
        connected: connected.filter(|ci| !cis.contains(ci)).collect(),
        cis,
        team: change.content.team,
        interval: facts.window(change).map(|window| window.interval),
        outside: outside_release(change, &facts),
    };
    let mut candidates = releases(db, &advised, asking.now)?;
    candidates.extend(changes(db, id, &advised, asking.now)?);
    let (fit, mut tied) = advise(&advised, &candidates);
    tied.truncate(NAMED_MAX);
    shown(db, fit, &tied, &loaded, asking)
}

/// The drafts in no release that claim one of the CIs near in time, or that the team does then.
fn changes(
    db: &mut dyn Query,
    id: ChangeId,
    advised: &Advised,
    now: Timestamp,
) -> Result<Vec<Candidate>, Fault> {
    let mut touched: BTreeMap<ChangeId, BTreeSet<CiId>> = BTreeMap::new();
    let cis: Vec<CiId> = advised.cis.union(&advised.connected).copied().collect();
    let near = advised.interval.map(|at| around(at, APART_MAX_MINUTES));
    for slice in cis.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT subject, ci FROM change_claims WHERE ");
        statement.bind_any("ci", slice.iter().map(|ci| ci.to_string().into()));
        statement.bind(" AND end_at >= ?", [now.max(near.map_or(now, |near| near.start)).into()]);
        if let Some(near) = near {
            statement.bind(" AND start_at <= ?", [near.end.into()]);
        }
        statement.bind(" ORDER BY ci, end_at LIMIT ?", [CLAIMS_MAX.into()]);
        for row in statement.query(db)? {
            touched.entry(row.parsed(0)?).or_default().insert(row.parsed(1)?);
        }
    }
    if let (Some(team), Some(interval)) = (advised.team, advised.interval) {
        let Interval { start, end } = around(interval, NIGHT_MINUTES);
        let mut statement = Statement::new("SELECT id FROM changes WHERE ");
        statement.bind("start_at >= ? AND start_at <= ?", [start.into(), end.into()]);
        statement.bind(" AND (team = ? OR 1 = 0)", [team.to_string().into()]);
        statement.bind(" ORDER BY start_at, id LIMIT ?", [CLAIMS_MAX.into()]);
        for row in statement.query(db)? {
            touched.entry(row.parsed(0)?).or_default();
        }
    }
    touched.remove(&id);
    let ids: Vec<ChangeId> = touched.keys().copied().collect();
    let mut found = Vec::new();
    for slice in ids.chunks(ANY_MAX) {
        let mut statement =
            Statement::new("SELECT id, team, start_at, end_at FROM changes WHERE release IS NULL");
        statement.push(" AND phase = 'draft' AND ");
        statement.bind_any("id", slice.iter().map(|id| id.to_string().into()));
        for row in statement.query(db)? {
            let id: ChangeId = row.parsed(0)?;
            let cis = touched.get(&id).cloned().unwrap_or_default();
            found.push(candidate(Side::Change(id), cis, &row)?);
        }
    }
    Ok(found)
}

/// The releases that are planned, built or tested and whose scope is not frozen.
fn releases(
    db: &mut dyn Query,
    advised: &Advised,
    now: Timestamp,
) -> Result<Vec<Candidate>, Fault> {
    let mut rows: BTreeMap<ReleaseId, Row> = BTreeMap::new();
    for phase in ["planning", "build", "test"] {
        let sql = "SELECT id, team, start_at, end_at FROM releases WHERE phase = $1 \
            ORDER BY updated_at DESC, id DESC LIMIT $2";
        for row in db.query(sql, &[phase.into(), RELEASES_MAX.into()])? {
            rows.insert(row.parsed(0)?, row);
        }
    }
    let ids: Vec<ReleaseId> = rows.keys().copied().collect();
    let mut touched: BTreeMap<ReleaseId, BTreeSet<CiId>> = BTreeMap::new();
    for slice in ids.chunks(ANY_MAX) {
        let mut statement = Statement::new(
            "SELECT release_changes.release, change_cis.ci FROM release_changes \
            CROSS JOIN change_cis WHERE change_cis.change = release_changes.change AND ",
        );
        let ids = slice.iter().map(|id| Value::from(id.to_string()));
        statement.bind_any("release_changes.release", ids);
        statement.bind(" LIMIT ?", [RELEASE_CIS_MAX.into()]);
        for row in statement.query(db)? {
            let ci: CiId = row.parsed(1)?;
            if advised.cis.contains(&ci) || advised.connected.contains(&ci) {
                touched.entry(row.parsed(0)?).or_default().insert(ci);
            }
        }
    }
    let mut found = Vec::new();
    for (id, row) in &rows {
        let cis = touched.remove(id).unwrap_or_default();
        let other = candidate(Side::Release(*id), cis, row)?;
        // Only the few that are tied are read whole.
        if !advise(advised, std::slice::from_ref(&other)).1.is_empty() {
            let release = find_state::<Release>(db, *id)?;
            let open = release.is_some_and(|loaded| !loaded.state.is_frozen(now));
            found.extend(Some(other).filter(|_| open));
        }
    }
    Ok(found)
}

fn candidate(subject: Side, cis: BTreeSet<CiId>, row: &Row) -> Result<Candidate, Fault> {
    let team = row.opt_text(1)?.and_then(|team| team.parse().ok());
    let interval = match (row.opt_time(2)?, row.opt_time(3)?) {
        (Some(start), Some(end)) => Some(Interval { start, end }),
        _ => None,
    };
    Ok(Candidate { subject, cis, team, interval })
}

/// A window with so much before and after it.
fn around(interval: Interval, minutes: i64) -> Interval {
    let Interval { start, end } = interval;
    Interval { start: start.plus_minutes(-minutes), end: end.plus_minutes(minutes) }
}

fn shown(
    db: &mut dyn Query,
    fit: Fit,
    tied: &[Tied],
    change: &Loaded<Change>,
    asking: &Asking,
) -> Result<Advice, Stop> {
    let mut names = Names::default();
    let mut with = Vec::with_capacity(tied.len());
    for one in tied {
        let Some(record) = names.get(db, &one.subject.id())? else { continue };
        let actions = match one.subject {
            Side::Release(release) => {
                vec![action("attach", may_attach(db, release, change, asking)?)]
            }
            Side::Change(_) | Side::Period(_) => Vec::new(),
        };
        with.push(AdvisedWith { because: because(db, &mut names, one)?, record, actions });
    }
    let first = with.first().map_or_else(String::new, |with| {
        with.record.number.clone().unwrap_or_else(|| with.record.name.clone())
    });
    let detail = match fit {
        Fit::Join => format!("attach it to {first}, which still takes changes in"),
        Fit::Bundle => {
            format!("create a release for it and {first}: one window, one approval, one way back")
        }
        Fit::Release => "customers meet it, and policy wants such changes in a release".to_owned(),
        Fit::Unknown => "cannot tell yet: name CIs and a window".to_owned(),
        Fit::Single => "nothing planned near it depends on it: it can go alone".to_owned(),
    };
    Ok(Advice { fits: fit.word().to_owned(), detail, with })
}

fn because(db: &mut dyn Query, names: &mut Names, tied: &Tied) -> Result<Vec<String>, Fault> {
    let mut because = Vec::new();
    if !tied.shared.is_empty() {
        let cis = list(db, names, &tied.shared)?;
        because.push(format!("both touch {cis}: taking one back takes back what the other needs"));
    }
    if !tied.connected.is_empty() {
        let cis = list(db, names, &tied.connected)?;
        because.push(format!("it touches {cis}, connected with a CI of this change"));
    }
    if tied.same_team {
        because.push("the same team does both".to_owned());
    }
    because.extend(tied.minutes_apart.map(|minutes| match minutes {
        0 => "the windows overlap or touch".to_owned(),
        1..=119 => format!("{minutes} minutes lie between the windows"),
        120..=2_879 => format!("{} hours lie between the windows", minutes / 60),
        _ => format!("{} days lie between the windows", minutes / 1_440),
    }));
    Ok(because)
}

fn list(db: &mut dyn Query, names: &mut Names, cis: &BTreeSet<CiId>) -> Result<String, Fault> {
    let named = names.all(db, cis.iter().take(CIS_NAMED))?;
    let named: Vec<String> = named.into_iter().map(|ci| ci.name).collect();
    let more = cis.len().saturating_sub(CIS_NAMED);
    let named = named.join(", ");
    Ok(if more > 0 { format!("{named} and {more} more") } else { named })
}
