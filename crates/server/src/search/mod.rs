//! Finding records by their words, or by their number.

use std::collections::BTreeMap;

use api::common::Page;
use api::search::Found;
use axum::Json;
use axum::extract::State;
use ports::{Fault, Query, Value};

use crate::http::{App, ListQuery, Routes, Signed, wrong_parameter};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, ask};

/// The kinds of record that are found: the start of their numbers, and where they and their state
/// are.
const KINDS: &[Kind] = &[
    Kind { name: "change", number: Some("CHG-"), table: "changes", state: "phase" },
    Kind { name: "release", number: Some("REL-"), table: "releases", state: "phase" },
    Kind { name: "incident", number: Some("INC-"), table: "incidents", state: "state" },
    Kind { name: "review", number: Some("PIR-"), table: "reviews", state: "state" },
    Kind { name: "meeting", number: Some("CAB-"), table: "meetings", state: "state" },
    Kind { name: "article", number: Some("KB-"), table: "articles", state: "state" },
    Kind { name: "exception", number: Some("EXC-"), table: "exceptions", state: "state" },
    Kind { name: "board", number: None, table: "boards", state: "''" },
    Kind { name: "service", number: None, table: "services", state: "''" },
    Kind { name: "ci", number: None, table: "cis", state: "kind" },
    Kind { name: "person", number: None, table: "people", state: "login" },
    Kind { name: "team", number: None, table: "teams", state: "''" },
];

struct Kind {
    name: &'static str,
    number: Option<&'static str>,
    table: &'static str,
    state: &'static str,
}

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    routes.get::<Page<Found>, _, _>(
        "/search",
        "Finds records by their words, the best first",
        "q,kind,limit",
        search,
    )
}

async fn search(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Found>>, Answer> {
    let limit = query.limit()?;
    let kind = query.get("kind");
    if kind.is_some_and(|kind| KINDS.iter().all(|known| known.name != kind)) {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        return Err(wrong_parameter("kind", &format!("is one of {}", names.join(", "))));
    }
    let items = ask(&*app.bus.world().store, move |db| {
        let words = query.get("q").unwrap_or_default();
        find(db, words, query.get("kind"), limit as usize)
    });
    Ok(Json(Page { items: items.await?, next: None }))
}

fn find(
    db: &mut dyn Query,
    words: &str,
    only: Option<&str>,
    limit: usize,
) -> Result<Vec<Found>, Fault> {
    let mut hits: Vec<(&'static Kind, String)> = Vec::new();
    hits.extend(by_number(db, words)?.filter(|(kind, _)| only.is_none_or(|o| o == kind.name)));
    for stream in db.search(only, words, limit)? {
        let Some((name, id)) = stream.split_once(':') else { continue };
        let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else { continue };
        if !hits.iter().any(|(_, known)| known == id) {
            hits.push((kind, id.to_owned()));
        }
    }
    hits.truncate(limit);
    shown(db, &hits)
}

/// The record of a number, when the words are one.
fn by_number(
    db: &mut dyn Query,
    words: &str,
) -> Result<impl Iterator<Item = (&'static Kind, String)> + use<>, Fault> {
    let number = words.trim().to_uppercase();
    let is_of = |kind: &&Kind| kind.number.is_some_and(|start| number.starts_with(start));
    let mut found = None;
    if let Some(kind) = KINDS.iter().find(is_of) {
        let sql = format!("SELECT id FROM {} WHERE number = $1", kind.table);
        if let Some(row) = db.query_one(&sql, &[(&number).into()])? {
            found = Some((kind, row.text(0)?.to_owned()));
        }
    }
    Ok(found.into_iter())
}

fn shown(db: &mut dyn Query, hits: &[(&'static Kind, String)]) -> Result<Vec<Found>, Fault> {
    let mut names = Names::default();
    let ids: Vec<String> = hits.iter().map(|(_, id)| id.clone()).collect();
    names.load(db, &ids)?;
    let states = states(db, hits)?;
    let mut found = Vec::with_capacity(hits.len());
    for (kind, id) in hits {
        if let (Some(named), Some(state)) = (names.get(db, id)?, states.get(id)) {
            found.push(Found {
                kind: kind.name.to_owned(),
                id: id.clone(),
                number: named.number,
                title: named.name,
                state: state.clone(),
            });
        }
    }
    Ok(found)
}

fn states(
    db: &mut dyn Query,
    hits: &[(&'static Kind, String)],
) -> Result<BTreeMap<String, String>, Fault> {
    let mut states = BTreeMap::new();
    for kind in KINDS {
        let ids: Vec<&String> =
            hits.iter().filter(|(of, _)| of.name == kind.name).map(|(_, id)| id).collect();
        for slice in ids.chunks(ANY_MAX) {
            let sql = format!("SELECT id, {} FROM {} WHERE ", kind.state, kind.table);
            let mut statement = Statement::new(&sql);
            statement.bind_any("id", slice.iter().map(|id| Value::from(*id)));
            for row in statement.query(db)? {
                states.insert(row.text(0)?.to_owned(), row.text(1)?.to_owned());
            }
        }
    }
    Ok(states)
}
