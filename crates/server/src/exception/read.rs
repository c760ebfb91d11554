//! Reading exceptions: one with what may be done, or a page of them.

use api::common::{Action, Page, Ref};
use api::exception as wire;
use domain::General;
use domain::calendar::Side;
use domain::exception::{Decided, Exception, Judge, Rule, State, Verb, guard};
use domain::identity::Permission;
use kernel::{ExceptionId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::calendar::{find_side, people_of, side_ref};
use crate::http::ListQuery;
use crate::listing::{word, wrong_cursor};
use crate::names::Names;
use crate::read::{Statement, action, wrong_name};

/// The exception of an id or a number.
pub(super) fn find_exception(db: &mut dyn Query, name: &str) -> Result<ExceptionId, Stop> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let sql = "SELECT id FROM exceptions WHERE number = $1";
    match db.query_one(sql, &[name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "exception", name: name.to_owned() }.into()),
    }
}

/// One exception, with what the reader may do.
pub(super) fn get(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<wire::Exception, Stop> {
    let id = find_exception(db, name)?;
    let loaded: Option<Loaded<Exception>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "exception", name: name.to_owned() };
    let loaded = loaded.ok_or_else(unknown)?;
    let own = match loaded.state.subject {
        Some(subject) => people_of(db, subject)?,
        None => Vec::new(),
    };
    let judge = Judge { now: asking.now, person: asking.who.person, own };
    let shown = shown(db, &mut Names::default(), &loaded, asking.now)?;
    Ok(wire::Exception { actions: actions(&loaded.state, &judge, asking), ..shown })
}

fn actions(exception: &Exception, judge: &Judge, asking: &Asking) -> Vec<Action> {
    let own = exception.asked_by.is_some() && exception.asked_by == judge.person;
    let shown = Verb::ALL.iter().map(|verb| {
        let free = *verb == Verb::Revoke && own;
        let needed = if free { Permission::ExceptionRequest } else { Permission::ExceptionDecide };
        action(verb.word(), guard(*verb, exception, judge).and_then(|()| asking.permit(needed)))
    });
    shown.collect()
}

/// A page of exceptions, newest first: of one record as either side, in one state, or all.
pub(super) fn list(
    db: &mut dyn Query,
    query: &ListQuery,
    limit: u32,
    now: Timestamp,
) -> Result<Page<wire::Exception>, Stop> {
    let side = query.get("subject").map(|name| wrong_name("subject", find_side(db, name)));
    let side = side.transpose()?;
    let state: Option<State> = word(query, "state")?;
    let after = query.get("cursor").map(|text| text.parse::<i64>().map_err(|_| wrong_cursor()));
    let after = after.transpose()?;
    let mut statement = match side {
        Some(side) => {
            let mut of_side =
                Statement::new("SELECT exception, serial FROM exception_sides WHERE ");
            of_side.bind("side = ?", [side.id().into()]);
            of_side
        }
        None => Statement::new("SELECT id, serial FROM exceptions WHERE serial > 0"),
    };
    if let Some(state) = state {
        statement.bind(" AND state = ?", [state.word().into()]);
    }
    if let Some(after) = after {
        statement.bind(" AND serial < ?", [after.into()]);
    }
    statement.push(" ORDER BY serial DESC");
    let page = statement.page(db, limit, |row| Ok(row.int(1)?.to_string()))?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        let loaded: Option<Loaded<Exception>> = find_state(db, row.parsed(0)?)?;
        if let Some(loaded) = loaded {
            items.push(shown(db, &mut names, &loaded, now)?);
        }
    }
    Ok(Page { items, next: page.next })
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    loaded: &Loaded<Exception>,
    now: Timestamp,
) -> Result<wire::Exception, Fault> {
    let exception = &loaded.state;
    let time = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
    Ok(wire::Exception {
        id: loaded.id.to_string(),
        number: exception.number.clone(),
        version: loaded.version.0,
        rule: exception.rule.map_or("", Rule::word).to_owned(),
        state: exception.state_at(now).word().to_owned(),
        subject: reference(db, names, exception.subject)?,
        with: reference(db, names, exception.with)?,
        reason: exception.reason.clone(),
        until: time(exception.until),
        asked_by: names.opt(db, exception.asked_by)?,
        asked_at: time(exception.asked_at),
        decided: decided(db, names, exception.decided.as_ref())?,
        revoked: decided(db, names, exception.revoked.as_ref())?,
        actions: Vec::new(),
    })
}

fn reference(db: &mut dyn Query, names: &mut Names, side: Option<Side>) -> Result<Ref, Fault> {
    match side {
        Some(side) => side_ref(db, names, side),
        None => Ok(Ref { id: String::new(), number: None, name: String::new() }),
    }
}

fn decided(
    db: &mut dyn Query,
    names: &mut Names,
    decided: Option<&Decided>,
) -> Result<Option<wire::Decided>, Fault> {
    let Some(decided) = decided else { return Ok(None) };
    let by = names.actor(db, &decided.by)?;
    Ok(Some(wire::Decided { by, at: decided.at.to_string(), note: decided.note.clone() }))
}
