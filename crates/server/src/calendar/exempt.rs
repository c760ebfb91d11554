//! Whether an exception lets a record pass a rule. Exceptions know the calendar and not the other
//! way round: only their table is read here, as the tables of changes and releases are.

use api::calendar::Exempt;
use domain::calendar::Side;
use kernel::{Interval, Timestamp};
use ports::{Fault, Query};

const FIND: &str = "SELECT id, number, until_at FROM exceptions \
    WHERE subject = $1 AND other = $2 AND rule = $3 AND state = 'granted' AND until_at ";

/// A granted exception that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// `EXC-…`.
    pub number: String,
    /// When it ends.
    pub until: Timestamp,
}

impl Exemption {
    /// Whether it lasts as long as the whole of a window; neither holds at its end any more.
    pub fn lasts(&self, window: Interval) -> bool {
        self.until >= window.end
    }
}

/// The granted exception by which `subject` passes a rule against `with` now, the one that lasts
/// longest.
pub fn exemption(
    db: &mut dyn Query,
    rule: &str,
    (subject, with): (Side, Side),
    now: Timestamp,
) -> Result<Option<Exemption>, Fault> {
    let sql = format!("{FIND} > $4 ORDER BY until_at DESC LIMIT 1");
    let params = [subject.id().into(), with.id().into(), rule.into(), now.into()];
    let row = db.query_one(&sql, &params)?;
    row.map(|row| Ok(Exemption { number: row.text(1)?.to_owned(), until: row.time(2)? }))
        .transpose()
}

/// The same to be shown beside a conflict, where it lasts until `end`.
pub(super) fn shown_exempt(
    db: &mut dyn Query,
    rule: &str,
    (subject, with): (Side, Side),
    end: Timestamp,
) -> Result<Option<Exempt>, Fault> {
    let sql = format!("{FIND} >= $4 ORDER BY until_at DESC LIMIT 1");
    let params = [subject.id().into(), with.id().into(), rule.into(), end.into()];
    let row = db.query_one(&sql, &params)?;
    row.map(|row| {
        let (id, number) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
        Ok(Exempt { id, number, until: row.time(2)?.to_string() })
    })
    .transpose()
}
