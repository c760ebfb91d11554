//! From ids, numbers and subjects to reviews. A change or release is known here by its id alone.

use api::common::Ref;
use domain::General;
use domain::review::Refusal;
use kernel::ReviewId;
use ports::{Fault, Query};

use crate::bus::Stop;

/// The review of an id or a number.
pub fn find_review(db: &mut dyn Query, name: &str) -> Result<ReviewId, Stop> {
    let sql = "SELECT id FROM reviews WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "review", name: name.to_owned() }.into()),
    }
}

/// The review of a subject, by the subject's id.
pub(super) fn review_of(db: &mut dyn Query, subject: &str) -> Result<Option<ReviewId>, Fault> {
    let row = db.query_one("SELECT id FROM reviews WHERE subject = $1", &[subject.into()])?;
    row.map(|row| row.parsed(0)).transpose()
}

/// The review of the release of an id or a number.
pub(super) fn review_of_release(db: &mut dyn Query, name: &str) -> Result<ReviewId, Stop> {
    let sql = "SELECT id, number FROM releases WHERE id = $1 OR number = $2";
    review_of_row(db, sql, "release", name)
}

/// The review of the change of an id or a number.
pub(super) fn review_of_change(db: &mut dyn Query, name: &str) -> Result<ReviewId, Stop> {
    let sql = "SELECT id, number FROM changes WHERE id = $1 OR number = $2";
    review_of_row(db, sql, "change", name)
}

fn review_of_row(
    db: &mut dyn Query,
    sql: &str,
    kind: &'static str,
    name: &str,
) -> Result<ReviewId, Stop> {
    let unknown = || General::Unknown { kind, name: name.to_owned() };
    let row = db.query_one(sql, &[name.into(), name.to_uppercase().into()])?;
    let row = row.ok_or_else(unknown)?;
    let review = review_of(db, row.text(0)?)?;
    let subject = row.text(1)?.to_owned();
    review.ok_or_else(|| Stop::Refused(Refusal::NotOpened { subject }.into()))
}

/// Whether a subject's review is completed; false while there is none.
pub fn is_completed(db: &mut dyn Query, subject_id: &str) -> Result<bool, Fault> {
    let sql = "SELECT completed_at FROM reviews WHERE subject = $1";
    let row = db.query_one(sql, &[subject_id.into()])?;
    Ok(row.map(|row| row.opt_time(0)).transpose()?.flatten().is_some())
}

/// How a subject's review is shown beside it.
pub fn review_ref(db: &mut dyn Query, subject_id: &str) -> Result<Option<Ref>, Fault> {
    let sql = "SELECT id, number FROM reviews WHERE subject = $1";
    let row = db.query_one(sql, &[subject_id.into()])?;
    row.map(|row| {
        let number = row.text(1)?.to_owned();
        Ok(Ref { id: row.text(0)?.to_owned(), number: Some(number.clone()), name: number })
    })
    .transpose()
}
