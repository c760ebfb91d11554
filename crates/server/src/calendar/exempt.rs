//! Whether an exception lets a record pass a rule. Exceptions know the calendar and not the other
//! way round: only their table is read here, as the tables of changes and releases are.

use api::calendar::Exempt;
use domain::calendar::Side;
use kernel::Timestamp;
use ports::{Fault, Query, Row};

const FIND: &str = "SELECT id, number, until_at FROM exceptions \
    WHERE subject = $1 AND other = $2 AND rule = $3 AND state = 'granted'";

fn exempt(row: &Row) -> Result<Exempt, Fault> {
    let (id, number) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
    Ok(Exempt { id, number, until: row.time(2)?.to_string() })
}

/// The number of the granted exception by which `subject` passes a rule against `with` now.
pub fn exemption(
    db: &mut dyn Query,
    rule: &str,
    (subject, with): (Side, Side),
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    let sql = format!("{FIND} AND until_at > $4 ORDER BY until_at DESC LIMIT 1");
    let params = [subject.id().into(), with.id().into(), rule.into(), now.into()];
    Ok(db.query_one(&sql, &params)?.map(|row| exempt(&row)).transpose()?.map(|one| one.number))
}

/// The same to be shown beside a conflict; its end is said with it.
pub(super) fn shown_exempt(
    db: &mut dyn Query,
    rule: &str,
    (subject, with): (Side, Side),
) -> Result<Option<Exempt>, Fault> {
    let sql = format!("{FIND} ORDER BY until_at DESC LIMIT 1");
    let row = db.query_one(&sql, &[subject.id().into(), with.id().into(), rule.into()])?;
    row.map(|row| exempt(&row)).transpose()
}
