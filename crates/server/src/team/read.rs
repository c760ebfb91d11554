//! Reading teams.

use api::common::{Page, Ref};
use api::team::Team;
use domain::{General, Refusal};
use kernel::TeamId;
use ports::{Fault, Query, Row, Value};

use crate::http::ListQuery;

const COLUMNS: &str = "id, version, name, description";

pub(super) fn name_taken(db: &mut dyn Query, name: &str, by: TeamId) -> Result<bool, Fault> {
    let sql = "SELECT id FROM teams WHERE name_key = $1 AND id <> $2";
    let row = db.query_one(sql, &[name.to_lowercase().into(), by.to_string().into()])?;
    Ok(row.is_some())
}

/// A page of teams by name.
pub(super) fn list(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<Team>, Fault> {
    let prefix = query.get("q").unwrap_or_default().to_lowercase();
    let after = query.get("cursor").unwrap_or_default();
    let sql = format!(
        "SELECT {COLUMNS}, name_key FROM teams \
        WHERE name_key >= $1 AND name_key < $2 AND name_key > $3 ORDER BY name_key LIMIT $4"
    );
    let end = format!("{prefix}\u{10FFFF}");
    let params = [(&prefix).into(), end.into(), after.into(), Value::from(i64::from(limit) + 1)];
    let mut rows = db.query(&sql, &params)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| row.text(4).map(str::to_owned)) } else { None };
    let items = rows.iter().map(|row| team(db, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: next.transpose()? })
}

/// A team by id or name.
pub(super) fn get(db: &mut dyn Query, name: &str) -> Result<Result<Team, Refusal>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM teams WHERE id = $1 OR name_key = $2");
    let row = db.query_one(&sql, &[name.into(), name.to_lowercase().into()])?;
    match row {
        Some(row) => team(db, &row).map(Ok),
        None => Ok(Err(General::Unknown { kind: "team", name: name.to_owned() }.into())),
    }
}

fn team(db: &mut dyn Query, row: &Row) -> Result<Team, Fault> {
    let members = db.query(
        "SELECT people.id, people.name FROM team_members \
        JOIN people ON people.id = team_members.person \
        WHERE team_members.team = $1 ORDER BY people.name LIMIT 500",
        &[row.text(0)?.into()],
    )?;
    Ok(Team {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        members: members.iter().map(reference).collect::<Result<_, _>>()?,
    })
}

fn reference(row: &Row) -> Result<Ref, Fault> {
    Ok(Ref { id: row.text(0)?.to_owned(), number: None, name: row.text(1)?.to_owned() })
}

/// The teams a person belongs to.
pub fn team_refs(db: &mut dyn Query, person: &str) -> Result<Vec<Ref>, Fault> {
    let rows = db.query(
        "SELECT teams.id, teams.name FROM team_members \
        JOIN teams ON teams.id = team_members.team \
        WHERE team_members.person = $1 ORDER BY teams.name LIMIT 200",
        &[person.into()],
    )?;
    rows.iter().map(reference).collect()
}
