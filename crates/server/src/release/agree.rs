//! Asking the teams that own the affected services about the window, and what they answer.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Page;
use api::release::{self as wire, AnswerWindow, AskWindow, AskedWindow, TakeWindow};
use domain::release::{
    self, Agreement, Answering, Contribution, Facts, OwningTeam, PartFact, Release, ReleaseEvent,
    WindowAnswer,
};
use domain::vocabulary::Window;
use domain::{Decision, Stamp};
use kernel::{ChangeId, PersonId, ServiceId, TeamId};
use ports::{Fault, Query, Row, Value};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::listing::check_cursor;
use crate::names::{Names, Resolver, parse_window, shown_window};
use crate::placement::touched;
use crate::read::{ANY_MAX, Statement, cursor_parts, cursor_text, of_any};
use crate::team::find_team;

/// The teams that own what some changes touch, by name.
pub(super) fn owning(
    db: &mut dyn Query,
    person: Option<PersonId>,
    changes: impl IntoIterator<Item = ChangeId>,
) -> Result<Vec<OwningTeam>, Fault> {
    let services: Vec<String> = touched(db, changes)?.iter().map(ToString::to_string).collect();
    let mut owned: BTreeMap<(String, TeamId), BTreeSet<ServiceId>> = BTreeMap::new();
    let sql = "SELECT services.id, teams.id, teams.name FROM services \
            JOIN teams ON teams.id = services.team WHERE ";
    for row in of_any(db, sql, "services.id", services.iter().map(Value::from))? {
        let team = (row.text(2)?.to_owned(), row.parsed(1)?);
        owned.entry(team).or_default().insert(row.parsed(0)?);
    }
    if owned.is_empty() {
        return Ok(Vec::new());
    }
    let mine: BTreeSet<TeamId> = teams_of(db, person)?.into_iter().collect();
    let owning = owned.into_iter().map(|((name, id), services)| {
        let yours = mine.contains(&id);
        OwningTeam { id, name, services, yours }
    });
    Ok(owning.collect())
}

fn teams_of(db: &mut dyn Query, person: Option<PersonId>) -> Result<Vec<TeamId>, Fault> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let sql = "SELECT team FROM team_members WHERE person = $1";
    let rows = db.query(sql, &[person.to_string().into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// The teams whose parts are stated, each with its changes.
pub(super) fn parts(
    db: &mut dyn Query,
    person: Option<PersonId>,
    release: &Release,
    of_team: &BTreeMap<TeamId, BTreeSet<ChangeId>>,
) -> Result<Vec<PartFact>, Fault> {
    let stated = &release.statement.teams;
    if stated.is_empty() {
        return Ok(Vec::new());
    }
    let mine = teams_of(db, person)?;
    let mut parts = Vec::with_capacity(stated.len());
    for Contribution { team, .. } in stated {
        let row =
            db.query_one("SELECT name FROM teams WHERE id = $1", &[team.to_string().into()])?;
        let Some(row) = row else { continue };
        parts.push(PartFact {
            team: *team,
            name: row.text(0)?.to_owned(),
            changes: of_team.get(team).cloned().unwrap_or_default(),
            yours: mine.contains(team),
        });
    }
    Ok(parts)
}

/// Decides what asking means.
pub(super) fn ask(
    db: &mut dyn Query,
    release: &Release,
    body: &AskWindow,
    facts: &Facts,
) -> Result<Decision<ReleaseEvent>, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let window = body.window.as_ref().and_then(|window| parse_window(r, "/window", window));
    let named: Vec<String> = body.teams.iter().take(release::TEAMS_MAX + 1).cloned().collect();
    let teams = r.many(db, "/teams", &named, find_team)?.into_iter().collect();
    resolver.end()?;
    Ok(release::ask_window(release, window.as_ref(), &teams, &body.note, facts))
}

/// Decides what an answer means.
pub(super) fn answer(
    db: &mut dyn Query,
    release: &Release,
    said: WindowAnswer,
    body: &AnswerWindow,
    facts: &Facts,
) -> Result<Decision<ReleaseEvent>, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let team = match &body.team {
        Some(name) => r.one(db, "/team", name, find_team)?,
        None => None,
    };
    let seen = parse_window(r, "/seen", &body.seen);
    let instead = body.window.as_ref().and_then(|window| parse_window(r, "/window", window));
    resolver.end()?;
    let Some(seen) = &seen else { return Ok(Ok(vec![])) };
    let (instead, reason) = (instead.as_ref(), body.reason.as_str());
    let answering = Answering { team, seen, said, instead, reason };
    Ok(release::answer_window(release, &answering, facts))
}

/// The window that the named team proposes, for which facts are gathered.
pub(super) fn proposed(
    db: &mut dyn Query,
    release: &Release,
    body: &TakeWindow,
) -> Result<Option<Window>, Stop> {
    let ask = release.asked.get(&find_team(db, &body.team)?);
    Ok(ask.and_then(|ask| ask.answer.as_ref()?.instead.clone()))
}

/// Decides what taking the window of a team means.
pub(super) fn take(
    db: &mut dyn Query,
    release: &Release,
    body: &TakeWindow,
    facts: &Facts,
    stamp: &Stamp,
) -> Result<Decision<ReleaseEvent>, Stop> {
    let team = find_team(db, &body.team)?;
    Ok(release::take_window(release, team, facts, stamp))
}

/// What the teams say, as it is shown.
pub(super) fn answers(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
    facts: &Facts,
) -> Result<Vec<wire::WindowAgreement>, Fault> {
    let mine: BTreeSet<TeamId> = match release::guard(release::Verb::AnswerWindow, release, facts) {
        Ok(()) => release::answerable(release, facts).map_or_else(
            |_| BTreeSet::new(),
            |teams| teams.into_iter().map(|team| team.id).collect(),
        ),
        Err(_) => BTreeSet::new(),
    };
    let mut shown = Vec::with_capacity(facts.owning.len());
    for team in &facts.owning {
        let Some(named) = names.get(db, &team.id.to_string())? else { continue };
        let ask = release.asked.get(&team.id);
        let answer = ask.and_then(|ask| ask.answer.as_ref());
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        shown.push(wire::WindowAgreement {
            team: named,
            services: names.all(db, &team.services)?,
            state: release::agreement(release, team).word().to_owned(),
            window: ask.map(|ask| shown_window(&ask.window)),
            asked_by: ask.map(|ask| names.actor(db, &ask.asked.by)).transpose()?,
            asked_at: ask.map(|ask| ask.asked.at.to_string()),
            note: ask.and_then(|ask| said(&ask.asked.reason)),
            answered_by: answer.map(|answer| names.actor(db, &answer.given.by)).transpose()?,
            answered_at: answer.map(|answer| answer.given.at.to_string()),
            reason: answer.and_then(|answer| said(&answer.given.reason)),
            instead: answer.and_then(|answer| answer.instead.as_ref()).map(shown_window),
            yours: mine.contains(&team.id),
        });
    }
    Ok(shown)
}

/// A page of the windows that are asked of the reader's teams, the soonest first. What lapsed
/// because the services changed is left out.
pub(super) fn asked(
    db: &mut dyn Query,
    cursor: Option<&str>,
    limit: u32,
    asking: &Asking,
) -> Result<Page<AskedWindow>, Stop> {
    check_cursor(cursor)?;
    let teams = teams_of(db, asking.who.person)?;
    if teams.is_empty() {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let mut statement = Statement::new("SELECT start_at, release, team FROM release_asks WHERE ");
    let teams = teams.iter().take(ANY_MAX).map(|team| team.to_string().into());
    statement.bind_any("team", teams);
    if let Some((at, place)) = cursor.and_then(cursor_parts) {
        let (release, team) = place.split_once('.').unwrap_or((place, ""));
        let place = [at.into(), release.into(), team.into()];
        statement.bind(" AND (start_at, release, team) > (?, ?, ?)", place);
    }
    statement.push(" ORDER BY start_at, release, team");
    let rows = statement.page(db, limit, |row| {
        Ok(cursor_text(row.int(0)?, &format!("{}.{}", row.text(1)?, row.text(2)?)))
    })?;
    let (mut names, mut items) = (Names::default(), Vec::with_capacity(rows.items.len()));
    for row in &rows.items {
        items.extend(asked_row(db, &mut names, row, asking)?);
    }
    Ok(Page { items, next: rows.next })
}

fn asked_row(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    asking: &Asking,
) -> Result<Option<AskedWindow>, Fault> {
    let (id, team): (kernel::ReleaseId, TeamId) = (row.parsed(1)?, row.parsed(2)?);
    let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
    let Loaded { state: release, .. } = found;
    let owning = owning(db, asking.who.person, release.changes.iter().copied())?;
    let waits =
        |one: &&OwningTeam| one.id == team && release::agreement(&release, one) == Agreement::Asked;
    let waits = owning.iter().find(waits).and_then(|one| release::standing(&release, one));
    let Some((ask, named)) = waits.zip(names.get(db, &team.to_string())?) else { return Ok(None) };
    Ok(Some(AskedWindow {
        release: api::common::Ref {
            id: id.to_string(),
            number: Some(release.number.clone()),
            name: release.content.title.clone(),
        },
        team: named,
        window: shown_window(&ask.window),
        asked_by: names.actor(db, &ask.asked.by)?,
        asked_at: ask.asked.at.to_string(),
        note: ask.asked.reason.clone(),
    }))
}
