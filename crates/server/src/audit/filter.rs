//! Which events of the log are asked for, and how they are found. Something with an index leads:
//! who did it, the name of the event, or the time without sign-ins. Each lead is read in the order
//! of time and the leads are merged, so that a page costs a few index entries for each lead
//! however long the log is. What does not lead is tried on what the lead finds, and is written as
//! `(… OR 1 = 0)`, which no engine takes an index for.

use api::common::Page;
use domain::{General, Missing};
use kernel::{PersonId, Timestamp};
use ports::{Fault, Query, Value};

use crate::audit::themes::{ATTEMPTS, Asked, GOVERNANCE, SIGN_INS, THEMES, asked, names};
use crate::bus::Stop;
use crate::http::ListQuery;
use crate::listing::wrong_cursor;
use crate::names::find_person;
use crate::read::{Statement, cursor_parts, cursor_text, wrong_name};
use crate::records::KINDS;

/// The most tokens of a person whose doings are found, the newest first.
const TOKENS_MAX: i64 = 200;
/// What the index without sign-ins says of its rows, word for word.
const WITHOUT_SIGN_INS: &str = "events.name NOT IN ('person.signed_in.v1', 'person.signed_out.v1')";

/// What the events asked for have in common.
#[derive(Debug, Default)]
pub(super) struct Filter {
    kind: Option<&'static str>,
    event: Option<Asked>,
    /// The actors of whom it was done by; none when it may be anyone.
    actors: Vec<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// The place of an event, and what decides who sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) at: i64,
    pub(super) position: i64,
    pub(super) id: String,
    pub(super) stream: String,
    pub(super) name: String,
    pub(super) actor: String,
}

/// A condition with an index that goes on in the order of time.
type Lead = (&'static str, Option<Value>);

impl Filter {
    /// Out of the parameters of a list.
    pub(super) fn of(
        db: &mut dyn Query,
        query: &ListQuery,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Self, Stop> {
        let person = query.get("person").map(|name| find_person(db, name)).transpose();
        let kind = query.get("kind").map(kind).transpose()?;
        let event = query.get("event").map(event).transpose()?;
        let actors = match wrong_name("person", person)? {
            Some(person) => actors(db, person)?,
            None => Vec::new(),
        };
        Ok(Self { kind, event, actors, from, to })
    }

    /// A page of them, the latest first.
    pub(super) fn page(
        &self,
        db: &mut dyn Query,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Found>, Stop> {
        let after = cursor.map(|cursor| place(cursor).ok_or_else(wrong_cursor)).transpose()?;
        let mut found = Vec::new();
        for lead in self.leads() {
            self.read(db, &lead, after, limit, &mut found)?;
        }
        found.sort_by_key(|one: &Found| std::cmp::Reverse((one.at, one.position)));
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor_text(last.at, &last.position.to_string()));
        Ok(Page { items: found, next })
    }

    fn leads(&self) -> Vec<Lead> {
        if !self.actors.is_empty() {
            let lead = |actor| ("events.actor = ?", Some(Value::from(actor)));
            return self.actors.iter().map(lead).collect();
        }
        let names = match (&self.event, self.kind) {
            (Some(Asked::Names(names)), _) => names.clone(),
            (Some(Asked::Governance), None) => return vec![(WITHOUT_SIGN_INS, None)],
            (Some(Asked::Governance), Some(_)) => {
                names().filter(|name| !SIGN_INS.contains(name)).collect()
            }
            (None, Some(_)) => names().collect(),
            (None, None) => SIGN_INS.to_vec(),
        };
        let mut leads: Vec<Lead> = names
            .into_iter()
            .filter(|name| self.kind.is_none_or(|kind| may_stand_on(name, kind)))
            .map(|name| ("events.name = ?", Some(name.into())))
            .collect();
        if self.event.is_none() && self.kind.is_none() {
            leads.push((WITHOUT_SIGN_INS, None));
        }
        leads
    }

    fn read(
        &self,
        db: &mut dyn Query,
        (lead, value): &Lead,
        after: Option<(i64, i64)>,
        limit: u32,
        found: &mut Vec<Found>,
    ) -> Result<(), Fault> {
        let mut statement = Statement::new(
            "SELECT events.at, log.position, events.id, events.stream, events.name, events.actor \
            FROM events JOIN log ON log.event_id = events.id WHERE ",
        );
        statement.bind(lead, value.clone());
        self.narrow(&mut statement);
        if let Some((at, position)) = after {
            let piece = " AND events.at <= ? AND (events.at < ? OR log.position < ?)";
            statement.bind(piece, [at.into(), at.into(), position.into()]);
        }
        statement.push(" ORDER BY events.at DESC, log.position DESC");
        statement.bind(" LIMIT ?", [Value::from(i64::from(limit) + 1)]);
        for row in statement.query(db)? {
            let text = |column| row.text(column).map(str::to_owned);
            found.push(Found {
                at: row.int(0)?,
                position: row.int(1)?,
                id: text(2)?,
                stream: text(3)?,
                name: text(4)?,
                actor: text(5)?,
            });
        }
        Ok(())
    }

    /// Adds everything that is asked for to a statement on events, led by another index.
    pub(super) fn narrow(&self, statement: &mut Statement) {
        match &self.event {
            Some(Asked::Names(names)) => {
                statement.push(" AND (");
                statement.bind_any("events.name", names.iter().map(|name| Value::from(*name)));
                statement.push(" OR 1 = 0)");
            }
            Some(Asked::Governance) => statement.push(&format!(" AND {WITHOUT_SIGN_INS}")),
            None => {}
        }
        if let Some(kind) = self.kind {
            let (own, tried) = (format!("{kind}:"), format!("attempt:{kind}:"));
            let (long, longer) = (own.len(), tried.len());
            let piece = format!(
                " AND (substr(events.stream, 1, {long}) = ? \
                OR substr(events.stream, 1, {longer}) = ?)"
            );
            statement.bind(&piece, [own.into(), tried.into()]);
        }
        if let Some(from) = self.from {
            statement.bind(" AND events.at >= ?", [from.into()]);
        }
        if let Some(to) = self.to {
            statement.bind(" AND events.at < ?", [to.into()]);
        }
    }

    /// Adds who did it, where the person's index does not lead.
    pub(super) fn narrow_to_person(&self, statement: &mut Statement) {
        let Some((person, tokens)) = self.actors.split_first() else { return };
        statement.bind(" AND (events.actor = ?", [person.into()]);
        for token in tokens {
            statement.bind(" OR events.actor = ?", [token.into()]);
        }
        statement.push(" OR 1 = 0)");
    }
}

/// Whether an event of that name stands on a record of that kind, or beside it.
fn may_stand_on(name: &str, kind: &str) -> bool {
    ATTEMPTS.contains(&name) || name.split('.').next() == Some(kind)
}

fn place(cursor: &str) -> Option<(i64, i64)> {
    let (at, position) = cursor_parts(cursor)?;
    Some((at, position.parse().ok()?))
}

fn kind(word: &str) -> Result<&'static str, Stop> {
    let known = KINDS.iter().map(|kind| kind.name).find(|kind| *kind == word);
    known.ok_or_else(|| wrong("/kind", word, KINDS.iter().map(|kind| kind.name)))
}

fn event(word: &str) -> Result<Asked, Stop> {
    let words = || [GOVERNANCE].into_iter().chain(THEMES.iter().map(|(theme, _)| *theme));
    asked(word).ok_or_else(|| wrong("/event", word, words()))
}

fn wrong(pointer: &str, word: &str, known: impl Iterator<Item = &'static str>) -> Stop {
    let known: Vec<&str> = known.collect();
    let detail = format!("`{word}` is not one of {}", known.join(", "));
    General::Invalid(vec![Missing::new(pointer, detail)]).into()
}

/// The actors of whom a person is: signed in, and by each token.
fn actors(db: &mut dyn Query, person: PersonId) -> Result<Vec<String>, Fault> {
    let sql = "SELECT id FROM tokens WHERE person = $1 ORDER BY id DESC LIMIT $2";
    let tokens = db.query(sql, &[person.to_string().into(), TOKENS_MAX.into()])?;
    let mut actors = vec![format!("person:{person}")];
    for row in tokens {
        actors.push(format!("token:{}:{person}", row.text(0)?));
    }
    Ok(actors)
}
