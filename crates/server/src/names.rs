//! From what people write to ids, and from ids to what people read.

use std::collections::BTreeMap;

use api::common::Ref;
use domain::{General, Missing};
use kernel::{BoardId, ChangeId, PersonId, ReleaseId, TeamId};
use ports::{Fault, Query, Row, Value};

use crate::bus::Stop;
use crate::nearest::nearest;
use crate::read::of_any;

/// The most names that one field holds; rules ask for fewer.
pub const NAMES_MAX: usize = 2_000;
/// The most unknown names of one request for which it is looked what was meant.
const MEANT_MAX: usize = 20;
/// How many names before and behind a mistyped one, in their order, are compared with it.
const NEIGHBOURS: i64 = 40;
/// The longest name, in bytes, for which it is looked what was meant.
const WORD_MAX: usize = 60;
/// How many names are proposed that begin with what was typed.
const PROPOSED_MAX: usize = 3;

/// Finds records by the names in a request, and gathers the ones that do not exist, so that all of
/// them are named at once.
#[derive(Debug, Default)]
pub struct Resolver {
    unknown: Vec<Missing>,
}

impl Resolver {
    /// One record.
    pub fn one<I>(
        &mut self,
        db: &mut dyn Query,
        pointer: &str,
        name: &str,
        find: impl Fn(&mut dyn Query, &str) -> Result<I, Stop>,
    ) -> Result<Option<I>, Stop> {
        match find(db, name) {
            Ok(id) => Ok(Some(id)),
            Err(Stop::Refused(refusal)) => {
                self.unknown.push(Missing::new(pointer, refusal.detail));
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Several records.
    pub fn many<I>(
        &mut self,
        db: &mut dyn Query,
        pointer: &str,
        names: &[String],
        find: impl Fn(&mut dyn Query, &str) -> Result<I, Stop>,
    ) -> Result<Vec<I>, Stop> {
        // Counted before they are looked up: a long list would hold up the writer.
        if names.len() > NAMES_MAX {
            self.wrong(pointer, format!("names at most {NAMES_MAX}"));
            return Ok(Vec::new());
        }
        let mut found = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if self.unknown.len() >= MEANT_MAX {
                self.wrong(pointer, format!("is looked at no further than item {index}"));
                return Ok(found);
            }
            found.extend(self.one(db, &format!("{pointer}/{index}"), name, &find)?);
        }
        Ok(found)
    }

    /// A field that may be absent, null or named.
    pub fn patch<I>(
        &mut self,
        db: &mut dyn Query,
        pointer: &str,
        field: Option<&Option<String>>,
        find: impl Fn(&mut dyn Query, &str) -> Result<I, Stop>,
    ) -> Result<Option<Option<I>>, Stop> {
        match field {
            None => Ok(None),
            Some(None) => Ok(Some(None)),
            Some(Some(name)) => Ok(Some(self.one(db, pointer, name, find)?)),
        }
    }

    /// The same for a field that null clears.
    pub fn parse_patch<T: std::str::FromStr>(
        &mut self,
        pointer: &str,
        field: Option<&Option<String>>,
    ) -> Option<Option<T>>
    where
        T::Err: std::fmt::Display,
    {
        match field? {
            None => Some(None),
            Some(text) => self.parse(pointer, Some(text)).map(Some),
        }
    }

    /// Parses a field that may be absent; what cannot be parsed is gathered.
    pub fn parse<T: std::str::FromStr>(&mut self, pointer: &str, field: Option<&str>) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match field.map(str::parse) {
            None => None,
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => {
                self.unknown.push(Missing::new(pointer, error.to_string()));
                None
            }
        }
    }

    /// A name that nothing has, with what may have been meant.
    pub fn unknown(
        &mut self,
        db: &mut dyn Query,
        pointer: &str,
        of: &Named,
        name: &str,
    ) -> Result<(), Fault> {
        let refusal = if self.unknown.len() < MEANT_MAX {
            of.unknown(db, name)?
        } else {
            General::Unknown { kind: of.kind, name: name.to_owned() }
        };
        self.wrong(pointer, refusal.to_string());
        Ok(())
    }

    /// Something else that is wrong.
    pub fn wrong(&mut self, pointer: &str, detail: impl Into<String>) {
        self.unknown.push(Missing::new(pointer, detail));
    }

    /// Everything that was not found.
    pub fn found(self) -> Vec<Missing> {
        self.unknown
    }

    /// Fine, or the refusal that names everything that was not found.
    pub fn end(self) -> Result<(), Stop> {
        if self.unknown.is_empty() { Ok(()) } else { Err(General::Invalid(self.unknown).into()) }
    }
}

/// The release that somebody names by its number or id. It stands here and not with the releases
/// because lists of changes name releases too.
pub fn find_release(db: &mut dyn Query, name: &str) -> Result<ReleaseId, Stop> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let sql = "SELECT id FROM releases WHERE number = $1";
    match db.query_one(sql, &[name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "release", name: name.to_owned() }.into()),
    }
}

/// The change of an id or a number; here for the same reason.
pub fn find_change(db: &mut dyn Query, name: &str) -> Result<ChangeId, Stop> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let sql = "SELECT id FROM changes WHERE number = $1";
    match db.query_one(sql, &[name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "change", name: name.to_owned() }.into()),
    }
}

/// Records that are known by a name: what they are called, and where their names are.
#[derive(Debug)]
pub struct Named {
    /// What one is called.
    pub kind: &'static str,
    /// The table.
    pub table: &'static str,
    /// The column that names are compared by; it has an index.
    pub key: &'static str,
    /// The column with the name as it is shown.
    pub shown: &'static str,
}

/// People, by what they sign in with.
const PEOPLE: Named = Named { kind: "person", table: "people", key: "login", shown: "login" };
const NAMES_OF_PEOPLE: Named = Named { key: "name_key", ..PEOPLE };
const TEAMS: Named = Named { kind: "team", table: "teams", key: "name_key", shown: "name" };
const BOARDS: Named = Named { kind: "board", table: "boards", key: "name_key", shown: "name" };

impl Named {
    /// Why a name finds nothing, with what may have been meant. Only the neighbours of the name in
    /// the order of names are compared with it.
    pub fn unknown(&self, db: &mut dyn Query, name: &str) -> Result<General, Fault> {
        let (kind, word) = (self.kind, name.trim().to_lowercase());
        let near =
            if word.is_empty() || word.len() > WORD_MAX { None } else { self.near(db, &word)? };
        let name = name.to_owned();
        Ok(match near {
            Some(near) => General::Misspelt { kind, name, near },
            None => General::Unknown { kind, name },
        })
    }

    fn near(&self, db: &mut dyn Query, word: &str) -> Result<Option<String>, Fault> {
        let Self { table, key, shown, .. } = self;
        let mut known = Vec::new();
        for (than, way) in [(">", ""), ("<", " DESC")] {
            let sql = format!(
                "SELECT {key}, {shown} FROM {table} WHERE {key} {than} $1 \
                ORDER BY {key}{way} LIMIT $2"
            );
            for row in db.query(&sql, &[word.into(), NEIGHBOURS.into()])? {
                known.push((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
            }
        }
        if let Some(near) = nearest(word, known.iter().map(|(key, _)| key.as_str())) {
            let found = known.iter().find(|(key, _)| key == near);
            return Ok(found.map(|(_, shown)| format!("`{shown}`")));
        }
        let begin = known.iter().filter(|(key, _)| key.starts_with(word)).take(PROPOSED_MAX);
        let proposed: Vec<String> = begin.map(|(_, shown)| format!("`{shown}`")).collect();
        Ok((!proposed.is_empty()).then(|| proposed.join(" or ")))
    }
}

/// The person of an id or a login.
pub fn find_person(db: &mut dyn Query, name: &str) -> Result<PersonId, Stop> {
    let sql = "SELECT id FROM people WHERE id = $1 OR login = $2";
    match db.query_one(sql, &[name.into(), name.to_lowercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(match PEOPLE.unknown(db, name)? {
            General::Unknown { .. } => NAMES_OF_PEOPLE.unknown(db, name)?.into(),
            known => known.into(),
        }),
    }
}

/// The team of an id or a name.
pub fn find_team(db: &mut dyn Query, name: &str) -> Result<TeamId, Stop> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let sql = "SELECT id FROM teams WHERE name_key = $1";
    let row = db.query_one(sql, &[name.to_lowercase().into()])?;
    match row {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(TEAMS.unknown(db, name)?.into()),
    }
}

/// The board of an id or a name.
pub fn find_board(db: &mut dyn Query, name: &str) -> Result<BoardId, Stop> {
    let sql = "SELECT id FROM boards WHERE id = $1 OR name_key = $2";
    match db.query_one(sql, &[name.into(), name.to_lowercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(BOARDS.unknown(db, name)?.into()),
    }
}

/// Names of records, looked up once each.
#[derive(Debug, Default)]
pub struct Names {
    known: BTreeMap<String, Option<Ref>>,
}

impl Names {
    /// How a record is shown beside another.
    pub fn get(&mut self, db: &mut dyn Query, id: &str) -> Result<Option<Ref>, Fault> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let found = look_up(db, id)?;
        self.known.insert(id.to_owned(), found.clone());
        Ok(found)
    }

    /// The same for an id that may be absent.
    pub fn opt<I: std::fmt::Display>(
        &mut self,
        db: &mut dyn Query,
        id: Option<I>,
    ) -> Result<Option<Ref>, Fault> {
        id.map_or(Ok(None), |id| self.get(db, &id.to_string()))
    }

    /// The same for several ids; those that are not found are left out.
    pub fn all<I: std::fmt::Display>(
        &mut self,
        db: &mut dyn Query,
        ids: impl IntoIterator<Item = I>,
    ) -> Result<Vec<Ref>, Fault> {
        let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
        self.load(db, &ids)?;
        let mut refs = Vec::new();
        for id in ids {
            refs.extend(self.get(db, &id)?);
        }
        Ok(refs)
    }

    /// Looks up at once what some rows name in these columns.
    pub fn load_named<'a>(
        &mut self,
        db: &mut dyn Query,
        rows: impl IntoIterator<Item = &'a Row>,
        columns: &[usize],
    ) -> Result<(), Fault> {
        let mut ids = Vec::new();
        for row in rows {
            for column in columns {
                ids.extend(row.opt_text(*column)?.map(str::to_owned));
            }
        }
        self.load(db, &ids)
    }

    /// Looks many records up at once, so that showing them asks nothing more.
    pub fn load(&mut self, db: &mut dyn Query, ids: &[String]) -> Result<(), Fault> {
        let mut wanted: BTreeMap<&'static str, Vec<&String>> = BTreeMap::new();
        for id in ids.iter().filter(|id| !self.known.contains_key(*id)) {
            if let Some(source) = source(id) {
                wanted.entry(source).or_default().push(id);
            }
        }
        for (source, ids) in wanted {
            let sql = &format!("{source} WHERE ");
            for row in of_any(db, sql, "id", ids.iter().map(|id| Value::from(*id)))? {
                let found = reference(&row)?;
                self.known.insert(found.id.clone(), Some(found));
            }
        }
        Ok(())
    }

    /// The number of a record that was looked up, or its id.
    pub fn number(&self, id: &str) -> String {
        let known = self.known.get(id).and_then(Option::as_ref);
        known.and_then(|known| known.number.clone()).unwrap_or_else(|| id.to_owned())
    }

    /// How an actor is called: a person's name, a token's, or what the machine is.
    pub fn actor(&mut self, db: &mut dyn Query, actor: &kernel::Actor) -> Result<String, Fault> {
        use kernel::Actor;
        let named = match actor {
            Actor::Person { id } => self.get(db, &id.to_string())?.map(|found| found.name),
            Actor::Token { id, person } => {
                let token = self.get(db, &id.to_string())?.map(|found| found.name);
                let owner = self.get(db, &person.to_string())?.map(|found| found.name);
                token.zip(owner).map(|(token, owner)| format!("{token} (token of {owner})"))
            }
            Actor::Operator { name } => Some(format!("operator {name}")),
            Actor::System { .. } => Some("Interlock".to_owned()),
        };
        Ok(named.unwrap_or_else(|| actor.label()))
    }
}

fn look_up(db: &mut dyn Query, id: &str) -> Result<Option<Ref>, Fault> {
    let Some(source) = source(id) else { return Ok(None) };
    let row = db.query_one(&format!("{source} WHERE id = $1"), &[Value::from(id)])?;
    row.as_ref().map(reference).transpose()
}

/// Where the records with such an id are: id, number and name of each.
fn source(id: &str) -> Option<&'static str> {
    Some(match id.split('_').next()? {
        "art" => "SELECT id, number, title FROM articles",
        "chg" => "SELECT id, number, title FROM changes",
        "rel" => "SELECT id, number, title FROM releases",
        "exc" => "SELECT id, number, number FROM exceptions",
        "inc" => "SELECT id, number, title FROM incidents",
        "rev" => "SELECT id, number, number FROM reviews",
        "brd" => "SELECT id, NULL, name FROM boards",
        "mtg" => "SELECT id, number, number FROM meetings",
        "per" => "SELECT id, NULL, name FROM people",
        "tem" => "SELECT id, NULL, name FROM teams",
        "ugr" => "SELECT id, NULL, name FROM user_groups",
        "chn" => "SELECT id, NULL, name FROM channels",
        "svc" => "SELECT id, NULL, name FROM services",
        "ci" => "SELECT id, NULL, name FROM cis",
        "tok" => "SELECT id, NULL, name FROM tokens",
        "prd" => "SELECT id, NULL, name FROM periods",
        "rnr" => "SELECT id, NULL, name FROM runners",
        "job" => "SELECT id, NULL, key FROM jobs",
        _ => return None,
    })
}

fn reference(row: &Row) -> Result<Ref, Fault> {
    Ok(Ref {
        id: row.text(0)?.to_owned(),
        number: row.opt_text(1)?.map(str::to_owned),
        name: row.text(2)?.to_owned(),
    })
}

/// A window as it is written in a request; what is wrong with it is gathered.
pub fn parse_window(
    resolver: &mut Resolver,
    pointer: &str,
    window: &api::common::Window,
) -> Option<domain::vocabulary::Window> {
    let start = resolver.parse(&format!("{pointer}/start"), Some(&window.start));
    let end = resolver.parse(&format!("{pointer}/end"), Some(&window.end));
    let zone = resolver.parse(&format!("{pointer}/zone"), Some(&window.zone));
    let parsed = domain::vocabulary::Window::try_new(start?, end?, zone?);
    parsed.map_err(|error| resolver.wrong(&format!("{pointer}/end"), error.to_string())).ok()
}

/// A window as it is shown.
pub fn shown_window(window: &domain::vocabulary::Window) -> api::common::Window {
    api::common::Window {
        start: window.interval.start.to_string(),
        end: window.interval.end.to_string(),
        zone: window.zone.name().to_owned(),
    }
}
