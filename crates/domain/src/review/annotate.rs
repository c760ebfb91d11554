//! A remark at an instant of the timeline.

use kernel::{NOTE_MAX, Timestamp};

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::review::{Refusal, Review, ReviewEvent};

/// The most remarks on one timeline.
pub const ANNOTATIONS_MAX: usize = 200;

/// Whether the timeline may be remarked on: asked by `actions` too.
pub fn guard_annotate(review: &Review) -> Result<(), crate::Refusal> {
    if review.is_completed() { Err(Refusal::Completed.into()) } else { Ok(()) }
}

/// Remarks on what happened at an instant.
pub fn annotate(
    review: &Review,
    at: Timestamp,
    text: &str,
    now: Timestamp,
) -> Decision<ReviewEvent> {
    guard_annotate(review)?;
    let mut check = Check::default();
    check.name("/text", text, NOTE_MAX);
    check.count("/text", review.annotations.len() + 1, ANNOTATIONS_MAX);
    if at > now {
        check.wrong("/at", "has not come yet: a review looks back");
    }
    check.end()?;
    Ok(vec![ReviewEvent::Remarked { at, text: text.to_owned() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    #[test]
    fn a_remark_is_about_something_that_was_while_the_review_is_open() {
        let review = Review::default();
        let said = ReviewEvent::Remarked { at: at(5), text: "the pager was off".to_owned() };
        assert_eq!(annotate(&review, at(5), "the pager was off", at(5)), Ok(vec![said]));
        let early = annotate(&review, at(6), "x", at(5)).expect_err("to come");
        assert_eq!(early.missing[0].pointer, "/at");
        let empty = annotate(&review, at(5), " ", at(5)).expect_err("empty");
        assert_eq!(empty.missing[0].pointer, "/text");
        let completed = Review { completed_at: Some(at(1)), ..Review::default() };
        let refusal = annotate(&completed, at(0), "x", at(5)).expect_err("fixed");
        assert_eq!(refusal.code, "review.completed");
    }
}
