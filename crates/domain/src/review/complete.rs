//! Completing a review.

use crate::aggregate::Decision;
use crate::refusal::Missing;
use crate::review::{Refusal, Review, ReviewEvent};

/// Whether it may be completed: asked by `actions` too.
pub fn guard_complete(review: &Review) -> Result<(), crate::Refusal> {
    if review.is_completed() {
        return Err(Refusal::Completed.into());
    }
    let content = &review.content;
    let mut missing = Vec::new();
    let mut need = |there: bool, pointer: &str, detail: &str| {
        if !there {
            missing.push(Missing::new(pointer, detail));
        }
    };
    let said = |text: &str| !text.trim().is_empty();
    let caused = said(&content.root_cause) || !review.is_of_failure();
    need(said(&content.went_well), "/went_well", "say what went well");
    let detail = "say what went wrong, or that nothing did";
    need(said(&content.went_wrong), "/went_wrong", detail);
    need(caused, "/root_cause", "name the root cause of the failure");
    for (index, kpi) in content.kpis.iter().enumerate() {
        let detail = format!("say whether \"{}\" met its target", kpi.name);
        need(kpi.met.is_some(), &format!("/kpis/{index}/met"), &detail);
    }
    for (index, action) in content.actions.iter().enumerate() {
        let pointer = format!("/actions/{index}");
        need(action.owner.is_some(), &format!("{pointer}/owner"), "name who does it");
        need(action.due_on.is_some(), &format!("{pointer}/due_on"), "say by when");
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(missing).into()) }
}

/// Completes a review.
pub fn complete(review: &Review) -> Decision<ReviewEvent> {
    guard_complete(review)?;
    Ok(vec![ReviewEvent::Completed {}])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{ActionItem, Content, Kpi, Why};
    use kernel::Timestamp;

    fn written(why: Why) -> Review {
        let content = Content {
            went_well: "all steps in time".to_owned(),
            went_wrong: "nothing".to_owned(),
            ..Content::default()
        };
        Review { why: Some(why), content, ..Review::default() }
    }

    fn pointers(review: &Review) -> Vec<String> {
        let refusal = complete(review).expect_err("incomplete");
        assert_eq!(refusal.code, "review.incomplete");
        refusal.missing.into_iter().map(|missing| missing.pointer).collect()
    }

    #[test]
    fn a_written_review_is_completed() {
        assert_eq!(complete(&written(Why::Release)), Ok(vec![ReviewEvent::Completed {}]));
    }

    #[test]
    fn it_says_what_went_well_and_what_went_wrong() {
        assert_eq!(pointers(&Review::default()), ["/went_well", "/went_wrong"]);
    }

    #[test]
    fn a_failure_and_a_rollback_need_a_root_cause() {
        assert_eq!(pointers(&written(Why::RolledBack)), ["/root_cause"]);
        assert_eq!(pointers(&written(Why::Failed)), ["/root_cause"]);
    }

    #[test]
    fn every_measure_set_at_planning_is_judged() {
        let kpi = Kpi {
            name: "errors".to_owned(),
            target: "below 1 %".to_owned(),
            reached: "0.4 %".to_owned(),
            met: None,
        };
        let mut review = written(Why::Release);
        review.content.kpis = vec![kpi];
        assert_eq!(pointers(&review), ["/kpis/0/met"]);
        review.content.kpis[0].met = Some(false);
        assert!(complete(&review).is_ok());
    }

    #[test]
    fn an_action_item_needs_an_owner_and_a_date() {
        let mut review = written(Why::Release);
        let title = "add an alert".to_owned();
        review.content.actions.push(ActionItem { title, owner: None, due_on: None, done: false });
        assert_eq!(pointers(&review), ["/actions/0/owner", "/actions/0/due_on"]);
    }

    #[test]
    fn it_is_completed_once() {
        let completed_at = Some(Timestamp::from_micros(1));
        let review = Review { completed_at, ..written(Why::Release) };
        assert_eq!(complete(&review).expect_err("twice").code, "review.completed");
    }
}
