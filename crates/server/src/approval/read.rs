//! Listing approvals: the rounds that wait for someone, and those that were decided.

use std::collections::{BTreeMap, BTreeSet};

use api::approval::ApprovalRow;
use api::common::{Page, Ref, Window};
use axum::Json;
use axum::extract::State;
use domain::approval::{Call, Electorate, OnLimit, Round, RoundState, Seat, Vote, limit_at, seat};
use domain::change::Change;
use domain::identity::Role;
use domain::release::Release;
use kernel::{Actor, PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::approval::delegations::{Absent, absent_now, named};
use crate::approval::projection::{last_said, waits_since};
use crate::approval::shown::needed;
use crate::approval::{self, CHANGE_ROUNDS, RELEASE_ROUNDS, RoundTables, electorate, past_rounds};
use crate::bus::{Stop, find_state, who_is};
use crate::calendar::window;
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::listing::check_cursor;
use crate::names::{Names, shown_window};
use crate::problem::Answer;
use crate::read::{Statement, ask, cursor_parts, cursor_text, refused};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Pending,
    Decided,
    Ended(RoundState),
}

/// Whose.
#[derive(Debug, Clone)]
struct Reader {
    person: Option<PersonId>,
    roles: BTreeSet<Role>,
    mine: bool,
    now: Timestamp,
    /// Those the reader stands in for, with their roles.
    absent: Vec<(Absent, BTreeSet<Role>)>,
}

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<ApprovalRow>>, Answer> {
    let limit = query.limit()?;
    let wanted = match query.get("state") {
        None | Some("pending") => Wanted::Pending,
        Some("decided") => Wanted::Decided,
        Some("approved") => Wanted::Ended(RoundState::Approved),
        Some("rejected") => Wanted::Ended(RoundState::Rejected),
        Some(_) => {
            let what = "is `pending`, `decided`, `approved` or `rejected`";
            return Err(wrong_parameter("state", what));
        }
    };
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        let reader = reader(db, &signed.actor, query.flag("mine"), now)?;
        refused(page(db, wanted, &reader, query.get("cursor"), limit))
    });
    Ok(Json(found.await??))
}

fn reader(db: &mut dyn Query, actor: &Actor, mine: bool, now: Timestamp) -> Result<Reader, Fault> {
    let who = who_is(db, actor, now)?;
    let mut absent = Vec::new();
    if let Some(person) = who.person.filter(|_| mine) {
        for each in absent_now(db, now)?.into_iter().filter(|absent| absent.deputy == person) {
            let held = who_is(db, &Actor::Person { id: each.person }, now)?.roles;
            absent.push((each, held));
        }
    }
    Ok(Reader { person: who.person, roles: who.roles, mine, now, absent })
}

/// A round by its place in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: i64,
    subject: String,
    round: u32,
}

fn page(
    db: &mut dyn Query,
    wanted: Wanted,
    reader: &Reader,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<ApprovalRow>, Stop> {
    check_cursor(cursor)?;
    let mut places = BTreeSet::new();
    for tables in [CHANGE_ROUNDS, RELEASE_ROUNDS] {
        for source in sources(wanted, reader, tables) {
            places.extend(read(db, source, wanted, cursor, limit)?);
        }
    }
    let mut places: Vec<Place> = places.into_iter().collect();
    if wanted != Wanted::Pending {
        places.reverse();
    }
    let more = places.len() > limit as usize;
    places.truncate(limit as usize);
    let last = places.last().filter(|_| more);
    let next = last.map(|place| cursor_text(place.at, &place.subject));
    let (mut electorates, mut names) = (BTreeMap::new(), Names::default());
    let mut items = Vec::new();
    for place in &places {
        items.extend(shown(db, &mut electorates, &mut names, wanted, reader, place)?);
    }
    Ok(Page { items, next })
}

/// A statement to which the place after the cursor and the order are to be added, and the columns
/// that are ordered by.
struct Source {
    statement: Statement,
    at: &'static str,
    subject: &'static str,
}

fn sources(wanted: Wanted, reader: &Reader, tables: RoundTables) -> Vec<Source> {
    match (wanted, reader.mine) {
        (Wanted::Pending, true) => {
            let own = reader.roles.iter().map(|role| asked(reader, *role, None, tables));
            let theirs = reader.absent.iter().flat_map(|(absent, roles)| {
                roles.iter().map(|role| asked(reader, *role, Some(absent.person), tables))
            });
            own.chain(theirs).collect()
        }
        (Wanted::Pending, false) => vec![rounds(RoundState::Open, tables)],
        (Wanted::Ended(state), false) => vec![rounds(state, tables)],
        (Wanted::Decided, false) => {
            vec![rounds(RoundState::Approved, tables), rounds(RoundState::Rejected, tables)]
        }
        (Wanted::Decided, true) => vec![answered(reader, None, tables)],
        (Wanted::Ended(state), true) => vec![answered(reader, Some(state), tables)],
    }
}

fn rounds(state: RoundState, tables: RoundTables) -> Source {
    let sql = format!("SELECT at, subject, round FROM {} WHERE ", tables.rounds);
    let mut statement = Statement::new(&sql);
    statement.bind("state = ?", [state.word().into()]);
    Source { statement, at: "at", subject: "subject" }
}

/// The rounds that ask a role, but for those where the reader, or the person they stand in for,
/// answered or may not.
fn asked(reader: &Reader, role: Role, absent: Option<PersonId>, tables: RoundTables) -> Source {
    let RoundTables { seats, votes, .. } = tables;
    let mut statement = Statement::new(&format!(
        "SELECT seats.since, seats.subject, seats.round FROM {seats} AS seats WHERE "
    ));
    statement.bind("seats.role = ?", [role.word().into()]);
    let nobody = format!(
        " AND NOT EXISTS (SELECT 1 FROM {votes} AS votes WHERE votes.subject = seats.subject \
        AND votes.round = seats.round AND votes.person = ?)"
    );
    statement.bind(&nobody, [person(reader)]);
    if let Some(absent) = absent {
        statement.bind(&nobody, [absent.to_string().into()]);
    }
    Source { statement, at: "seats.since", subject: "seats.subject" }
}

/// The rounds in which the reader answered.
fn answered(reader: &Reader, state: Option<RoundState>, tables: RoundTables) -> Source {
    let RoundTables { rounds, votes, .. } = tables;
    let mut statement = Statement::new(&format!(
        "SELECT votes.at, votes.subject, votes.round FROM {votes} AS votes \
        CROSS JOIN {rounds} AS rounds WHERE rounds.subject = votes.subject \
        AND rounds.round = votes.round AND votes.answer <> 'barred'"
    ));
    statement.bind(" AND votes.person = ?", [person(reader)]);
    if let Some(state) = state {
        statement.bind(" AND rounds.state = ?", [state.word().into()]);
    }
    Source { statement, at: "votes.at", subject: "votes.subject" }
}

fn person(reader: &Reader) -> Value {
    reader.person.map(|person| person.to_string()).into()
}

fn read(
    db: &mut dyn Query,
    source: Source,
    wanted: Wanted,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Vec<Place>, Fault> {
    let Source { mut statement, at, subject } = source;
    let (than, way) = if wanted == Wanted::Pending { (">", "") } else { ("<", " DESC") };
    if let Some((micros, last)) = cursor.and_then(cursor_parts) {
        let after = format!(" AND ({at}, {subject}) {than} (?, ?)");
        statement.bind(&after, [micros.into(), last.into()]);
    }
    statement.push(&format!(" ORDER BY {at}{way}, {subject}{way}"));
    statement.bind(" LIMIT ?", [Value::from(i64::from(limit) + 1)]);
    let place = |row: &ports::Row| {
        let round = u32::try_from(row.int(2)?).unwrap_or(u32::MAX);
        Ok(Place { at: row.int(0)?, subject: row.text(1)?.to_owned(), round })
    };
    statement.query(db)?.iter().map(place).collect()
}

/// What a round is about.
struct Subject {
    refers: Ref,
    kind: &'static str,
    subject_type: String,
    tier: Option<String>,
    window: Option<Window>,
    round: Round,
    held: bool,
}

fn subject(db: &mut dyn Query, place: &Place) -> Result<Option<Subject>, Fault> {
    if let Ok(id) = place.subject.parse() {
        let Some(found) = find_state::<Change>(db, id)? else { return Ok(None) };
        let change = found.state;
        let Some(round) = round(db, id, &change, place.round)? else { return Ok(None) };
        let window = match change.release {
            Some(release) => release_window(db, &release.to_string())?,
            None => change.content.window.as_ref().map(shown_window),
        };
        let refers = reference(id.to_string(), &change.number, &change.content.title);
        let subject_type = change.change_type().word().to_owned();
        let tier = change.risk.as_ref().map(|risk| risk.tier.word().to_owned());
        let kind = CHANGE_ROUNDS.kind;
        let held = change.held.is_some();
        return Ok(Some(Subject { refers, kind, subject_type, tier, window, round, held }));
    }
    let Ok(id) = place.subject.parse() else { return Ok(None) };
    let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
    let release = found.state;
    let Some(round) = round(db, id, &release, place.round)? else { return Ok(None) };
    let refers = reference(id.to_string(), &release.number, &release.content.title);
    Ok(Some(Subject {
        refers,
        kind: RELEASE_ROUNDS.kind,
        subject_type: release.model,
        tier: release.tier.map(|tier| tier.word().to_owned()),
        window: release.content.window.as_ref().map(shown_window),
        round,
        held: release.held.is_some(),
    }))
}

/// A round of a subject: the newest, which its state holds, or one before it.
fn round<S: approval::Subject>(
    db: &mut dyn Query,
    id: S::Id,
    state: &S,
    number: u32,
) -> Result<Option<Round>, Fault> {
    let wanted = |round: &Round| round.number == number;
    match state.newest_round().cloned().filter(wanted) {
        Some(newest) => Ok(Some(newest)),
        None => Ok(past_rounds(db, id, state)?.into_iter().find(wanted)),
    }
}

fn reference(id: String, number: &str, title: &str) -> Ref {
    Ref { id, number: Some(number.to_owned()), name: title.to_owned() }
}

fn release_window(db: &mut dyn Query, id: &str) -> Result<Option<Window>, Fault> {
    let sql = "SELECT start_at, end_at, zone FROM releases WHERE id = $1";
    let Some(row) = db.query_one(sql, &[id.into()])? else { return Ok(None) };
    Ok(window(&row, 0)?.as_ref().map(shown_window))
}

type Electorates = BTreeMap<BTreeSet<Role>, Electorate>;

fn shown(
    db: &mut dyn Query,
    electorates: &mut Electorates,
    names: &mut Names,
    wanted: Wanted,
    reader: &Reader,
    place: &Place,
) -> Result<Option<ApprovalRow>, Fault> {
    let Some(subject) = subject(db, place)? else { return Ok(None) };
    let round = &subject.round;
    let roles = round.plan.roles();
    if !electorates.contains_key(&roles) {
        let electorate = electorate(db, &roles, reader.now)?;
        electorates.insert(roles.clone(), electorate);
    }
    let asked = &electorates[&roles];
    let mine = seat(Some(round), reader.person, &reader.roles, asked).ok();
    let seats = seats(wanted, reader, round, mine);
    let my_vote = round.votes.iter().find(|vote| vote.counts() && is_mine(reader, vote));
    let behalf = mine.and_then(|seat| seat.on_behalf_of).filter(|_| reader.mine);
    let absent = reader.absent.iter().find(|(absent, _)| Some(absent.person) == behalf);
    let called = |limit: Option<OnLimit>| {
        let here = |call: &&Call| seats.contains(&(call.stage, call.group));
        round.calls.iter().filter(here).any(|call| call.limit == limit)
    };
    let limit_at = seats.iter().filter_map(|seat| limit_at(round, *seat)).min();
    let group =
        |(stage, group): &(usize, usize)| round.plan.stages[*stage].groups[*group].name.as_str();
    let groups: Vec<&str> = seats.iter().map(group).collect();
    let stage = seats.first().map(|(stage, _)| round.plan.stages[*stage].name.clone());
    let since = match round.state {
        RoundState::Open => waits_since(round),
        _ => last_said(round),
    };
    Ok(Some(ApprovalRow {
        subject: subject.refers,
        subject_kind: subject.kind.to_owned(),
        subject_type: subject.subject_type,
        round: round.number,
        stage: stage.unwrap_or_default(),
        group: groups.join(", "),
        needed: seats.iter().map(|seat| needed(round, asked, *seat)).sum(),
        content_hash: round.content.hash(),
        tier: subject.tier,
        window: subject.window,
        state: match round.state {
            RoundState::Open => "pending".to_owned(),
            ended => ended.word().to_owned(),
        },
        my_vote: my_vote.map(|vote| vote.answer.word().to_owned()),
        since: since.to_string(),
        on_behalf_of: behalf.map(|person| named(db, names, person)).transpose()?,
        absent_until: absent.and_then(|(absent, _)| absent.until).map(|at| at.to_string()),
        limit_at: limit_at.map(|at| at.to_string()),
        reminded: called(None) || called(Some(OnLimit::Remind)),
        escalated: called(Some(OnLimit::Escalate)),
        held: subject.held,
    }))
}

/// The groups that a line is about: the reader's own where it is theirs; else those that wait, or
/// those that spoke last.
fn seats(
    wanted: Wanted,
    reader: &Reader,
    round: &Round,
    mine: Option<Seat>,
) -> Vec<(usize, usize)> {
    if wanted == Wanted::Pending && reader.mine {
        return mine.map(|seat| (seat.stage, seat.group)).into_iter().collect();
    }
    let cast = |vote: &&Vote| vote.counts() && is_mine(reader, vote);
    if let Some(vote) = round.votes.iter().find(cast).filter(|_| reader.mine) {
        return vec![(vote.stage, vote.group)];
    }
    let last = round.votes.iter().rev().find(|vote| vote.counts());
    let stage = match round.state {
        RoundState::Open => round.stage(),
        RoundState::Rejected => last.map(|vote| vote.stage),
        _ => round.plan.stages.len().checked_sub(1),
    };
    let Some(stage) = stage else { return Vec::new() };
    let groups = (0..round.plan.stages[stage].groups.len()).map(|group| (stage, group));
    let waits =
        |seat: &(usize, usize)| round.state != RoundState::Open || !round.approved.contains(seat);
    groups.filter(waits).collect()
}

/// Whether a vote is the reader's: cast by them, or in their place.
fn is_mine(reader: &Reader, vote: &Vote) -> bool {
    reader.person.is_some_and(|person| vote.uses_up(person))
}
