//! What gates answered last.

use api::common::{Artifact, Page};
use api::gate as wire;
use axum::Json;
use axum::extract::{Path, State};
use domain::General;
use domain::gate::{Gate, Word};
use domain::vocabulary::Environment;
use kernel::{GateId, PersonId};
use ports::{Fault, Query};

use crate::bus::{Loaded, Stop, find_state};
use crate::calendar::find_side;
use crate::gate::answer::{shown_artifact, shown_reason};
use crate::http::{App, ListQuery, Signed};
use crate::listing::{word, wrong_cursor};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{Statement, ask, cursor_parts, cursor_text, refused, wrong_name};

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<wire::Gate>>, Answer> {
    let (limit, me) = (query.limit()?, signed.person());
    let unauthorised = query.parsed("unauthorised", "is `open` or `mine`")?;
    let found =
        ask(&*app.bus.world().store, move |db| refused(page(db, &query, unauthorised, limit, me)));
    Ok(Json(found.await??))
}

pub(super) async fn get(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<wire::Gate>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| refused(one(db, &id)));
    Ok(Json(found.await??))
}

fn one(db: &mut dyn Query, name: &str) -> Result<wire::Gate, Stop> {
    let unknown = || General::Unknown { kind: "gate", name: name.to_owned() };
    let id: GateId = name.parse().map_err(|_| unknown())?;
    let loaded: Option<Loaded<Gate>> = find_state(db, id)?;
    Ok(shown(db, &loaded.ok_or_else(unknown)?)?)
}

/// Which deployments without authority are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unauthorised {
    /// Those whose change nobody has handed in yet.
    Open,
    /// Those of them whose service the reader answers for.
    Mine,
}

impl std::str::FromStr for Unauthorised {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "open" => Ok(Self::Open),
            "mine" => Ok(Self::Mine),
            _ => Err(()),
        }
    }
}

const STILL_OPEN: &str = " AND gates.unauthorised IS NOT NULL AND EXISTS \
    (SELECT 1 FROM changes WHERE changes.id = gates.unauthorised AND changes.phase = 'draft')";
const OWN: &str = " AND (EXISTS (SELECT 1 FROM change_services JOIN services \
    ON services.id = change_services.service \
    WHERE change_services.change = gates.unauthorised AND services.owner = ?) \
    OR EXISTS (SELECT 1 FROM change_cis JOIN cis ON cis.id = change_cis.ci \
    JOIN services ON services.id = cis.service \
    WHERE change_cis.change = gates.unauthorised AND services.owner = ?))";

/// A page of last answers, the latest first: of one record, at one environment, of one word.
fn page(
    db: &mut dyn Query,
    query: &ListQuery,
    unauthorised: Option<Unauthorised>,
    limit: u32,
    me: Option<PersonId>,
) -> Result<Page<wire::Gate>, Stop> {
    let record = query.get("record").map(|name| wrong_name("record", find_side(db, name)));
    let record = record.transpose()?;
    let environment: Option<Environment> = word(query, "environment")?;
    let verdict: Option<Word> = word(query, "verdict")?;
    let mut statement = match record {
        Some(side) => {
            let mut of_record = Statement::new(
                "SELECT gate_records.gate, gate_records.updated_at FROM gate_records \
                CROSS JOIN gates WHERE gates.id = gate_records.gate AND ",
            );
            of_record.bind("gate_records.record = ?", [side.id().into()]);
            of_record
        }
        None => Statement::new("SELECT gates.id, gates.updated_at FROM gates WHERE 1 = 1"),
    };
    let (time, id) = match record {
        Some(_) => ("gate_records.updated_at", "gate_records.gate"),
        None => ("gates.updated_at", "gates.id"),
    };
    if let Some(environment) = environment {
        statement.bind(" AND gates.environment = ?", [environment.word().into()]);
    }
    if let Some(verdict) = verdict {
        statement.bind(" AND gates.verdict = ?", [verdict.word().into()]);
    }
    if let Some(which) = unauthorised {
        statement.push(STILL_OPEN);
        if which == Unauthorised::Mine {
            let me = me.map_or_else(String::new, |me| me.to_string());
            statement.bind(OWN, [(&me).into(), (&me).into()]);
        }
    }
    if let Some(cursor) = query.get("cursor") {
        let (micros, last) = cursor_parts(cursor).ok_or_else(wrong_cursor)?;
        let before = format!(" AND ({time}, {id}) < (?, ?)");
        statement.bind(&before, [micros.into(), last.into()]);
    }
    statement.push(&format!(" ORDER BY {time} DESC, {id} DESC"));
    let found = statement.page(db, limit, |row| Ok(cursor_text(row.int(1)?, row.text(0)?)))?;
    let mut items = Vec::with_capacity(found.items.len());
    for row in found.items {
        let loaded: Option<Loaded<Gate>> = find_state(db, row.parsed(0)?)?;
        if let Some(loaded) = loaded {
            items.push(shown(db, &loaded)?);
        }
    }
    Ok(Page { items, next: found.next })
}

fn shown(db: &mut dyn Query, loaded: &Loaded<Gate>) -> Result<wire::Gate, Fault> {
    let gate = &loaded.state;
    let answered = gate.answered.as_ref();
    let reasons = answered.map(|one| one.reasons.iter().map(shown_reason).collect());
    let releases = answered.iter().flat_map(|one| one.releases.iter().map(ToString::to_string));
    let changes = answered.iter().flat_map(|one| one.changes.iter().map(ToString::to_string));
    let behind: Vec<String> = releases.chain(changes).collect();
    let mut names = Names::default();
    let seen = match gate.shown() {
        Some(seen) => Some(wire::SeenRow {
            ci: seen.ci.clone(),
            by: seen.deployed_by.clone(),
            at: seen.deployed_at.to_string(),
            unauthorised: names.opt(db, seen.unauthorised)?,
        }),
        None => None,
    };
    let nothing = || Artifact { name: None, digest: String::new() };
    Ok(wire::Gate {
        id: loaded.id.to_string(),
        artifact: gate.artifact.as_ref().map_or_else(nothing, shown_artifact),
        environment: gate.environment.word().to_owned(),
        purpose: gate.purpose.word().to_owned(),
        verdict: answered.map(|one| one.answer.word().to_owned()),
        reasons: reasons.unwrap_or_default(),
        records: names.all(db, behind)?,
        since: answered.map(|one| one.at.to_string()),
        seen,
    })
}
