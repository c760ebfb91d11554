//! The read model of delegations, and who is absent now.

use api::approval::Delegation as Shown;
use api::common::{Page, Ref};
use axum::Json;
use axum::extract::State;
use domain::approval::Delegation;
use domain::identity::Permission;
use kernel::{DelegationId, PersonId, Timestamp, Version};
use ports::{Fault, Query, Row, Tx, Value};

use crate::approval::ABSENT_MAX;
use crate::bus::{Record, Stop, who_is};
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::names::{Names, find_person};
use crate::problem::Answer;
use crate::read::{Statement, ask, present, refused};

impl Record for Delegation {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["delegations"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE delegations (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            person TEXT NOT NULL, deputy TEXT NOT NULL, from_at BIGINT NOT NULL, \
            until_at BIGINT NOT NULL, reason TEXT NOT NULL, revoked BIGINT NOT NULL)",
        "CREATE INDEX delegations_by_person ON delegations (person, id)",
        "CREATE INDEX delegations_by_deputy ON delegations (deputy, id)",
        "CREATE INDEX delegations_by_end ON delegations (until_at, id) WHERE revoked = 0",
    ];

    fn project(
        &self,
        id: DelegationId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let name = |person: Option<PersonId>| person.map(|id| id.to_string()).unwrap_or_default();
        tx.execute(
            "INSERT INTO delegations \
            (id, version, person, deputy, from_at, until_at, reason, revoked) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, revoked = excluded.revoked",
            &[
                id.to_string().into(),
                version.into(),
                name(self.person).into(),
                name(self.deputy).into(),
                self.from.map_or(Value::from(ALWAYS), Into::into),
                self.until.map_or(Value::from(FOR_EVER), Into::into),
                (&self.reason).into(),
                self.revoked.into(),
            ],
        )
        .map(|_| ())
    }

    fn search_text(&self) -> String {
        String::new()
    }
}

/// What stands for a span without beginning.
const ALWAYS: i64 = i64::MIN;
/// What stands for a span without end.
const FOR_EVER: i64 = i64::MAX;

/// The beginning of a span, as it is kept.
pub(super) fn from_of(micros: i64) -> Option<Timestamp> {
    (micros != ALWAYS).then(|| Timestamp::from_micros(micros))
}

/// The end of a span, as it is kept.
pub(super) fn until_of(micros: i64) -> Option<Timestamp> {
    (micros != FOR_EVER).then(|| Timestamp::from_micros(micros))
}

/// Someone who is absent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Absent {
    /// Who.
    pub(super) person: PersonId,
    /// Who votes in their place.
    pub(super) deputy: PersonId,
    /// Until when.
    pub(super) until: Option<Timestamp>,
}

/// Who is absent now, with a deputy who is not gone.
pub(super) fn absent_now(db: &mut dyn Query, now: Timestamp) -> Result<Vec<Absent>, Fault> {
    let sql = "SELECT delegations.person, delegations.deputy, delegations.until_at \
        FROM delegations JOIN people ON people.id = delegations.deputy \
        WHERE delegations.revoked = 0 AND delegations.until_at > $1 \
        AND delegations.from_at <= $2 AND people.inactive = 0 \
        ORDER BY delegations.until_at, delegations.id LIMIT $3";
    let rows = db.query(sql, &[now.into(), now.into(), Value::from(ABSENT_MAX)])?;
    let absent = |row: &Row| {
        let until = until_of(row.int(2)?);
        Ok(Absent { person: row.parsed(0)?, deputy: row.parsed(1)?, until })
    };
    rows.iter().map(absent).collect()
}

const COLUMNS: &str = "id, version, person, deputy, from_at, until_at, reason, revoked";

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Shown>>, Answer> {
    let limit = query.limit()?;
    if !matches!(query.get("state"), None | Some("all" | "live")) {
        return Err(wrong_parameter("state", "is `live` or `all`"));
    }
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        let who = who_is(db, &signed.actor, now)?;
        let keeper = who.permissions.contains(&Permission::IdentityWrite);
        let reader = Reader { person: who.person, keeper, now };
        refused(page(db, &query, limit, &reader))
    });
    Ok(Json(found.await??))
}

/// Who reads, and when.
struct Reader {
    person: Option<PersonId>,
    keeper: bool,
    now: Timestamp,
}

fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    reader: &Reader,
) -> Result<Page<Shown>, Stop> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM delegations WHERE 1 = 1"));
    for column in ["person", "deputy"] {
        if let Some(name) = query.get(column) {
            let person = match (name, reader.person) {
                ("me", Some(person)) => person,
                _ => find_person(db, name)?,
            };
            statement.bind(&format!(" AND {column} = ?"), [person.to_string().into()]);
        }
    }
    if query.get("state") != Some("all") {
        statement.bind(" AND revoked = 0 AND until_at > ?", [reader.now.into()]);
    }
    if let Some(after) = query.get("cursor") {
        statement.bind(" AND id < ?", [after.into()]);
    }
    statement.push(" ORDER BY id DESC");
    let page = statement.page(db, limit, |row| row.text(0).map(str::to_owned))?;
    let mut names = Names::default();
    Ok(present(page, |row| shown(db, &mut names, &row, reader))?)
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    reader: &Reader,
) -> Result<Shown, Fault> {
    let (from, until, revoked) = (from_of(row.int(4)?), until_of(row.int(5)?), row.bool(7)?);
    let state = match () {
        () if revoked => "revoked",
        () if until.is_some_and(|until| until <= reader.now) => "over",
        () if from.is_some_and(|from| from > reader.now) => "to_come",
        () => "in_force",
    };
    let (person, deputy): (PersonId, PersonId) = (row.parsed(2)?, row.parsed(3)?);
    let theirs = reader.person == Some(person) || reader.person == Some(deputy);
    Ok(Shown {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        person: named(db, names, person)?,
        deputy: named(db, names, deputy)?,
        from: from.map(|at| at.to_string()),
        until: until.map(|at| at.to_string()),
        reason: row.text(6)?.to_owned(),
        state: state.to_owned(),
        revocable: matches!(state, "in_force" | "to_come") && (theirs || reader.keeper),
    })
}

/// Someone, by name.
pub(super) fn named(db: &mut dyn Query, names: &mut Names, person: PersonId) -> Result<Ref, Fault> {
    let id = person.to_string();
    let found = names.get(db, &id)?;
    Ok(found.unwrap_or_else(|| Ref { name: id.clone(), id, number: None }))
}
