//! Opening a review: done by the command that ends its subject's work, in the same transaction.

use domain::review::{Planned, Review, Subject, Why, open};

use crate::bus::{Loaded, Stop, Work};
use crate::review::find::review_of;

/// Opens the review of a subject that has none. The caller holds the subject's lock, so that two
/// cannot open one at once.
pub fn open_review(
    work: &mut Work<'_>,
    subject: Subject,
    why: Why,
    planned: Planned,
) -> Result<(), Stop> {
    if review_of(work.tx, &subject.id())?.is_some() {
        return Ok(());
    }
    let number = format!("PIR-{}", work.tx.next_number("PIR")?);
    let mut review: Loaded<Review> = work.fresh();
    work.append(&mut review, open(number, subject, why, planned))
}
