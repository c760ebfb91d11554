//! Reading conflicts. A conflict is one record with two sides, and is shown as the side sees it
//! that the reader looks from: what is upstream for one is downstream for the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use api::calendar as shown;
use api::common::{Page, Ref, Window};
use domain::calendar::{
    Acceptance, Conflict, ConflictKind, ConflictState, Found, Hit, PathStep, Side, may_accept,
};
use domain::identity::Permission;
use domain::service::RelationKind;
use domain::{Aggregate, General};
use kernel::{ConflictId, Interval, Timestamp, Zone};
use ports::{Fault, Query, Row, Value};

use crate::asking::Asking;
use crate::bus::{Stop, find_state};
use crate::calendar::accept::whose;
use crate::calendar::exempt::shown_exempt;
use crate::calendar::find::{detail, hit_words, side_ref};
use crate::http::ListQuery;
use crate::listing::{order, wrong_cursor};
use crate::names::Names;
use crate::placement::environments;
use crate::policy::{CONFLICTS, ConflictCase, ConflictRecord, PolicySet, in_force, of_side};
use crate::read::{ANY_MAX, Statement, action, of_any};

/// A conflict with its id.
pub(super) type Known = (ConflictId, Conflict);

/// What is looked up once for many conflicts.
#[derive(Debug, Default)]
pub(super) struct Shower {
    names: Names,
    sides: BTreeMap<String, Standing>,
    policy: Option<Arc<PolicySet>>,
    /// What is told of something that is not stored.
    draft: ConflictRecord,
}

/// How a record stands on the calendar now.
#[derive(Debug, Clone)]
struct Standing {
    committed: bool,
    /// In the environment that counts for it.
    record: ConflictRecord,
    zone: Option<Zone>,
    /// The end of its window.
    end: Option<Timestamp>,
}

impl Shower {
    /// For something that is placed and not stored.
    pub(super) fn of_draft(draft: ConflictRecord) -> Self {
        Self { draft, ..Self::default() }
    }

    /// Looks up what showing some conflicts asks for, as one of their sides sees them; as either
    /// may when none is named.
    pub(super) fn load<'a>(
        &mut self,
        db: &mut dyn Query,
        all: impl Iterator<Item = &'a Found>,
        from: Option<&str>,
    ) -> Result<(), Fault> {
        let set = in_force(db)?.set;
        let (mut names, mut ruled) = (BTreeSet::new(), BTreeSet::new());
        let mut sides: BTreeMap<&str, BTreeMap<String, Side>> = BTreeMap::new();
        for found in all {
            for side in [found.subject, found.with] {
                let id = side.id();
                // The rules are told of whoever looks, and of the order of releases nothing.
                if found.kind != ConflictKind::ReleaseOrder && from.is_none_or(|from| from == id) {
                    ruled.insert(id.clone());
                }
                names.insert(id);
                if let Some(table) = table(side) {
                    sides.entry(table).or_default().insert(side.id(), side);
                }
            }
            let on_the_way = found.hits.iter().flat_map(|hit| &hit.path).map(|step| step.ci);
            let hit = found.hits.iter().map(|hit| hit.ci);
            names.extend(hit.chain(on_the_way).map(|ci| ci.to_string()));
        }
        self.names.load(db, &names.into_iter().collect::<Vec<_>>())?;
        for (table, sides) in sides {
            let ids: Vec<String> = sides.keys().cloned().collect();
            let environments = environments(db, &ids)?;
            for slice in ids.chunks(ANY_MAX) {
                let model = if table == "changes" { "change_type" } else { "model" };
                let sql =
                    format!("SELECT id, committed, zone, end_at, {model} FROM {table} WHERE ");
                let mut statement = Statement::new(&sql);
                statement.bind_any("id", slice.iter().map(Value::from));
                for row in statement.query(db)? {
                    let id = row.text(0)?;
                    let environment = environments.get(id).copied().unwrap_or_default();
                    let Some(side) = sides.get(id) else { continue };
                    let emergency = row.text(4)? == "emergency";
                    let record = if ruled.contains(id) {
                        of_side(db, &set, *side, (environment, emergency))?
                    } else {
                        ConflictRecord::at(environment, emergency)
                    };
                    self.sides.insert(id.to_owned(), standing(&row, record)?);
                }
            }
        }
        self.policy = Some(set);
        Ok(())
    }

    /// A conflict that is a record, as one of its sides sees it; as it was found when no side is
    /// named.
    pub(super) fn show(
        &mut self,
        db: &mut dyn Query,
        (id, conflict): &Known,
        from: Option<&str>,
    ) -> Result<Option<shown::Conflict>, Fault> {
        let Some(found) = &conflict.found else { return Ok(None) };
        let turned = from.is_some_and(|from| found.with.id() == from);
        let found = if turned { turn(found) } else { found.clone() };
        let decides = match from {
            None if !self.blocks(&found) => turn(&found),
            _ => found.clone(),
        };
        let blocking = self.blocks(&decides);
        let accepted = conflict.accepted.as_ref();
        let end = self.sides.get(&found.subject.id()).and_then(|side| side.end);
        let end = end.unwrap_or(found.overlap.end);
        let shown = self.of_found(db, &found, end, blocking, accepted)?;
        let (id, state) = (Some(id.to_string()), conflict.state().word().to_owned());
        let rule = self.rule(if blocking { &decides } else { &found });
        Ok(Some(shown::Conflict { id, state, rule, ..shown }))
    }

    /// What the rules are told of a conflict, as its subject sees it.
    fn case(&self, found: &Found) -> ConflictCase {
        let subject = self.sides.get(&found.subject.id());
        let record = subject.map_or(&self.draft, |side| &side.record).clone();
        let committed = match found.with {
            Side::Period(_) => true,
            Side::Change(_) | Side::Release(_) => {
                self.sides.get(&found.with.id()).is_some_and(|side| side.committed)
            }
        };
        let (kind, relations) = (found.kind, found.relations());
        ConflictCase { kind, committed, relations, record }
    }

    /// The rule that makes it block or warn. The order of releases is no rule of a policy.
    fn rule(&self, found: &Found) -> Option<shown::ConflictRule> {
        let policy = self.policy.as_ref().filter(|_| found.kind != ConflictKind::ReleaseOrder)?;
        let rule = policy.conflict_rule(&self.case(found))?;
        Some(shown::ConflictRule {
            name: rule.name.clone(),
            file: CONFLICTS.to_owned(),
            line: u32::try_from(rule.line()).unwrap_or(u32::MAX),
            when: rule.expression().to_owned(),
            blocks: rule.blocks,
        })
    }

    /// Whether a conflict blocks its subject as things stand.
    fn blocks(&self, found: &Found) -> bool {
        let stands = Stands { as_found: found.blocking, case: self.case(found) };
        self.policy.as_ref().is_some_and(|policy| blocks(policy, &stands))
    }

    /// What was found, for a draft too, in a window that lasts until `end`.
    pub(super) fn of_found(
        &mut self,
        db: &mut dyn Query,
        found: &Found,
        end: Timestamp,
        blocking: bool,
        accepted: Option<&Acceptance>,
    ) -> Result<shown::Conflict, Fault> {
        let rule = self.rule(found);
        let names = &mut self.names;
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            let id = hit.ci.to_string();
            let ci = names.get(db, &id)?;
            let ci = ci.unwrap_or_else(|| Ref { name: id.clone(), id, number: None });
            hits.push(shown::Hit { ci, path: hit_words(db, names, hit)? });
        }
        let zone = self.sides.get(&found.subject.id()).and_then(|side| side.zone.clone());
        let exempt = if blocking {
            shown_exempt(db, found.kind.class(), (found.subject, found.with), end)?
        } else {
            None
        };
        let state = if accepted.is_some() { ConflictState::Accepted } else { ConflictState::Open };
        Ok(shown::Conflict {
            id: None,
            kind: found.kind.word().to_owned(),
            severity: if blocking { "blocking" } else { "warning" }.to_owned(),
            state: state.word().to_owned(),
            subject: names.get(db, &found.subject.id())?,
            with: side_ref(db, names, found.with)?,
            with_kind: with_kind(found).to_owned(),
            overlap: window_of(found.overlap, zone),
            detail: detail(db, names, found)?,
            hits,
            accepted: accepted.map(|one| shown_acceptance(db, names, one)).transpose()?,
            exempt,
            rule,
            actions: Vec::new(),
        })
    }
}

/// What it hangs on whether a conflict blocks one of its sides now.
pub(super) struct Stands {
    /// Whether it blocked when it was found.
    pub(super) as_found: bool,
    /// What the rules are told of it now.
    pub(super) case: ConflictCase,
}

/// Whether a conflict blocks as things stand: with a record that is by whether the other is
/// committed now; with a period, and out of order, as it was found.
pub(super) fn blocks(policy: &PolicySet, stands: &Stands) -> bool {
    if blocks_as_found(stands.case.kind) { stands.as_found } else { policy.blocks(&stands.case) }
}

/// Whether a conflict blocks as it was found, whatever the rules would be told of it now.
pub(super) fn blocks_as_found(kind: ConflictKind) -> bool {
    use ConflictKind as K;
    match kind {
        K::Blackout | K::OutsideWindow | K::PeakHours | K::BusinessEvent | K::ReleaseOrder => true,
        K::SameCi | K::UpstreamCi | K::DownstreamCi => false,
    }
}

fn table(side: Side) -> Option<&'static str> {
    match side {
        Side::Change(_) => Some("changes"),
        Side::Release(_) => Some("releases"),
        Side::Period(_) => None,
    }
}

fn standing(row: &Row, record: ConflictRecord) -> Result<Standing, Fault> {
    let zone = row.opt_text(2)?.and_then(|zone| zone.parse().ok());
    let (committed, end) = (row.bool(1)?, row.opt_time(3)?);
    Ok(Standing { committed, record, zone, end })
}

fn with_kind(found: &Found) -> &'static str {
    match (found.with, found.kind) {
        (Side::Change(_), _) => "change",
        (Side::Release(_), _) => "release",
        (Side::Period(_), ConflictKind::OutsideWindow) => "window",
        (Side::Period(_), ConflictKind::PeakHours) => "peak",
        (Side::Period(_), ConflictKind::BusinessEvent) => "event",
        (Side::Period(_), _) => "blackout",
    }
}

fn window_of(interval: Interval, zone: Option<Zone>) -> Window {
    let zone = zone.unwrap_or_else(Zone::utc);
    Window {
        start: interval.start.to_string(),
        end: interval.end.to_string(),
        zone: zone.name().to_owned(),
    }
}

fn shown_acceptance(
    db: &mut dyn Query,
    names: &mut Names,
    accepted: &Acceptance,
) -> Result<shown::Acceptance, Fault> {
    Ok(shown::Acceptance {
        by: names.actor(db, &accepted.by)?,
        reason: accepted.reason.clone(),
        at: accepted.at.to_string(),
        until: accepted.until.map(|until| until.to_string()),
    })
}

/// The same conflict as the other side sees it.
pub(super) fn turn(found: &Found) -> Found {
    let kind = found.kind.turned();
    Found {
        kind,
        subject: found.with,
        with: found.subject,
        hits: found.hits.iter().map(turn_hit).collect(),
        // An order is kept by the one that follows, and by no one else.
        blocking: found.blocking != (kind == ConflictKind::ReleaseOrder),
        ..found.clone()
    }
}

fn turn_hit(hit: &Hit) -> Hit {
    let mut path = Vec::with_capacity(hit.path.len());
    let mut cis = vec![hit.ci];
    cis.extend(hit.path.iter().map(|step| step.ci));
    for (step, back_to) in hit.path.iter().zip(&cis).rev() {
        let back = RelationKind::turned(&step.relation);
        let relation = back.map_or_else(|| step.relation.clone(), str::to_owned);
        path.push(PathStep { relation, ci: *back_to });
    }
    let ci = cis.last().copied().unwrap_or(hit.ci);
    Hit { ci, path }
}

/// Conflicts by id, in that order.
fn load(db: &mut dyn Query, ids: &[ConflictId]) -> Result<Vec<Known>, Fault> {
    let mut found = BTreeMap::new();
    let sql = "SELECT stream, format, state FROM states WHERE ";
    for row in of_any(db, sql, "stream", ids.iter().map(|id| Conflict::stream(*id).into()))? {
        if row.int(1)? == Conflict::FORMAT {
            let conflict: Conflict = serde_json::from_str(row.text(2)?)
                .map_err(|error| Fault::permanent("reading a cached state", error))?;
            found.insert(row.text(0)?.to_owned(), conflict);
        }
    }
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let cached = found.remove(&Conflict::stream(*id));
        let conflict = match cached {
            Some(conflict) => Some(conflict),
            None => find_state::<Conflict>(db, *id)?.map(|found| found.state),
        };
        all.extend(conflict.map(|conflict| (*id, conflict)));
    }
    Ok(all)
}

/// Conflicts by id, in that order, as one of their sides sees them; as they were found when no side
/// is named.
pub(super) fn show_all(
    db: &mut dyn Query,
    ids: &[ConflictId],
    from: Option<&str>,
) -> Result<Vec<shown::Conflict>, Fault> {
    let all = load(db, ids)?;
    let mut shower = Shower::default();
    shower.load(db, all.iter().filter_map(|(_, conflict)| conflict.found.as_ref()), from)?;
    let mut shown = Vec::with_capacity(all.len());
    for known in &all {
        shown.extend(shower.show(db, known, from)?);
    }
    Ok(shown)
}

/// The orders of conflicts of one state.
const ORDERS: &[(&str, &str)] =
    &[("updated_at", "conflicts.updated_at"), ("start_at", "conflicts.start_at")];
/// The one that moved last first.
const LAST_MOVED: (&str, bool) = ("conflicts.updated_at", true);

/// A page of conflicts: open ones first, then accepted ones, then those that are no more; in each
/// the one that moved last first when nothing else is said. A change that travels in a release has
/// its release's.
pub(super) fn conflicts(
    db: &mut dyn Query,
    query: &ListQuery,
    state: Option<ConflictState>,
    limit: u32,
) -> Result<Page<shown::Conflict>, Stop> {
    let (subject, cursor) = (query.get("subject"), query.get("cursor"));
    let (column, descending) = order(query, ORDERS, "-updated_at")?;
    let sorted = (*column, descending);
    let side = subject.map(|name| find_side(db, name)).transpose()?;
    let side = side.map(|side| side.id());
    let after = cursor.map(|cursor| parse_cursor(cursor).ok_or_else(wrong_cursor)).transpose()?;
    let all = [ConflictState::Open, ConflictState::Accepted, ConflictState::Resolved];
    let states = all.into_iter().filter(|one| state.is_none_or(|wanted| wanted == *one));
    let mut rows: Vec<(ConflictState, i64, ConflictId)> = Vec::new();
    for state in states.filter(|one| after.as_ref().is_none_or(|after| after.0 <= *one)) {
        let room = limit + 1 - u32::try_from(rows.len()).unwrap_or(limit + 1);
        if room > 0 {
            let after = after.filter(|after| after.0 == state);
            rows.extend(in_state(db, side.as_deref(), state, sorted, after, room)?);
        }
    }
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more);
    let next = next.map(|(state, at, id)| format!("{state}.{at}.{id}"));
    let ids: Vec<ConflictId> = rows.iter().map(|(_, _, id)| *id).collect();
    Ok(Page { items: show_all(db, &ids, side.as_deref())?, next })
}

type Place = (ConflictState, i64, ConflictId);

fn parse_cursor(cursor: &str) -> Option<Place> {
    let mut parts = cursor.splitn(3, '.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn in_state(
    db: &mut dyn Query,
    side: Option<&str>,
    state: ConflictState,
    (column, descending): (&str, bool),
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Place>, Fault> {
    let mut statement = Statement::new(&format!("SELECT {column}, conflicts.id FROM "));
    match side {
        Some(side) => statement.bind(
            "conflict_sides CROSS JOIN conflicts WHERE conflicts.id = conflict_sides.conflict \
            AND conflict_sides.side = ? AND conflict_sides.state = ?",
            [side.into(), state.word().into()],
        ),
        None => statement.bind("conflicts WHERE conflicts.state = ?", [state.word().into()]),
    }
    if let Some((_, at, id)) = after {
        let than = if descending { "<" } else { ">" };
        let piece = format!(" AND ({column}, conflicts.id) {than} (?, ?)");
        statement.bind(&piece, [at.into(), id.to_string().into()]);
    }
    let way = if descending { " DESC" } else { "" };
    statement.push(&format!(" ORDER BY {column}{way}, conflicts.id{way}"));
    statement.bind(" LIMIT ?", [Value::from(i64::from(limit))]);
    let place = |row: &Row| Ok((state, row.int(0)?, row.parsed(1)?));
    statement.query(db)?.iter().map(place).collect()
}

/// The conflicts of a record that are in force, open ones first, as it sees them.
pub fn conflicts_of(
    db: &mut dyn Query,
    side: Side,
    limit: u32,
) -> Result<Vec<shown::Conflict>, Fault> {
    let id = side.id();
    let mut places = in_state(db, Some(&id), ConflictState::Open, LAST_MOVED, None, limit)?;
    places.extend(in_state(db, Some(&id), ConflictState::Accepted, LAST_MOVED, None, limit)?);
    places.truncate(limit as usize);
    let ids: Vec<ConflictId> = places.into_iter().map(|(_, _, id)| id).collect();
    show_all(db, &ids, Some(&id))
}

/// A conflict, as it was found, with what the reader may do about it.
pub(super) fn conflict(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<shown::Conflict, Stop> {
    let unknown = || General::Unknown { kind: "conflict", name: name.to_owned() };
    let id: ConflictId = name.parse().map_err(|_| unknown())?;
    let found = show_all(db, &[id], None)?.pop().ok_or_else(unknown)?;
    let state = find_state::<Conflict>(db, id)?.ok_or_else(unknown)?.state;
    let own = whose(db, &state)?;
    let accept = may_accept(&state, asking.who.person, &own)
        .and_then(|()| asking.permit(Permission::ConflictAccept));
    Ok(shown::Conflict { actions: vec![action("accept", accept)], ..found })
}

/// The side that a record is, by id or number: a change that travels in a release is its release.
pub fn find_side(db: &mut dyn Query, name: &str) -> Result<Side, Stop> {
    let number = name.to_uppercase();
    let params = [name.into(), number.as_str().into()];
    let sql = "SELECT id, release FROM changes WHERE id = $1 OR number = $2";
    if let Some(row) = db.query_one(sql, &params)? {
        return Ok(match row.opt_text(1)? {
            Some(_) => Side::Release(row.parsed(1)?),
            None => Side::Change(row.parsed(0)?),
        });
    }
    let sql = "SELECT id FROM releases WHERE id = $1 OR number = $2";
    if let Some(row) = db.query_one(sql, &params)? {
        return Ok(Side::Release(row.parsed(0)?));
    }
    match name.parse() {
        Ok(period) => Ok(Side::Period(period)),
        Err(_) => Err(General::Unknown { kind: "record", name: name.to_owned() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{ChangeId, CiId, Id};

    fn ci(number: u128) -> CiId {
        CiId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn side(number: u128) -> Side {
        Side::Change(ChangeId::from_uuid(uuid::Uuid::from_u128(number)))
    }

    fn found() -> Found {
        let start = Timestamp::from_micros(0);
        let step =
            |relation: &str, number| PathStep { relation: relation.to_owned(), ci: ci(number) };
        Found {
            kind: ConflictKind::UpstreamCi,
            subject: side(1),
            with: side(2),
            overlap: Interval { start, end: start.plus_minutes(60) },
            fingerprint: "a".to_owned(),
            hits: vec![Hit { ci: ci(1), path: vec![step("runs on", 2), step("uses", 3)] }],
            blocking: false,
        }
    }

    #[test]
    fn the_other_side_reads_the_path_from_its_own_ci() {
        let turned = turn(&found());
        assert_eq!((turned.kind, turned.subject), (ConflictKind::DownstreamCi, side(2)));
        let [hit] = &turned.hits[..] else { panic!("one hit") };
        assert_eq!(hit.ci, ci(3));
        let steps: Vec<(&str, CiId)> =
            hit.path.iter().map(|step| (step.relation.as_str(), step.ci)).collect();
        assert_eq!(steps, [("is used by", ci(2)), ("carries", ci(1))]);
    }

    #[test]
    fn turning_twice_changes_nothing() {
        assert_eq!(turn(&turn(&found())), found());
    }

    #[test]
    fn a_cursor_reads_back() {
        let id: ConflictId = "cfl_00000000000000000000000000000007".parse().unwrap();
        let place = (ConflictState::Accepted, -3, id);
        assert_eq!(parse_cursor(&format!("{}.{}.{}", place.0, place.1, place.2)), Some(place));
        assert_eq!(parse_cursor("open.x"), None);
    }
}
