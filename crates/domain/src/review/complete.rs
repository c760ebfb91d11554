//! Completing a review.

use kernel::PersonId;

use crate::aggregate::Decision;
use crate::refusal::Missing;
use crate::review::{Refusal, Review, ReviewEvent};

/// Whether someone may complete it: asked by `actions` too.
pub fn guard_complete(review: &Review, by: Option<PersonId>) -> Result<(), crate::Refusal> {
    if review.is_completed() {
        return Err(Refusal::Completed.into());
    }
    if review.confirmer.is_some() && review.confirmer != by {
        return Err(Refusal::OwnerConfirms.into());
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
pub fn complete(review: &Review, by: Option<PersonId>) -> Decision<ReviewEvent> {
    guard_complete(review, by)?;
    Ok(vec![ReviewEvent::Completed {}])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregate, Stamp};
    use crate::review::{ActionItem, Content, Edit, Kpi, Planned, Short, Subject, Why, open};
    use kernel::{Actor, Id as _, ReleaseId, Timestamp};

    fn written(why: Why) -> Review {
        let content = Content {
            went_well: "all steps in time".to_owned(),
            went_wrong: "nothing".to_owned(),
            ..Content::default()
        };
        Review { why: Some(why), content, ..Review::default() }
    }

    fn pointers(review: &Review) -> Vec<String> {
        let refusal = complete(review, None).expect_err("incomplete");
        assert_eq!(refusal.code, "review.incomplete");
        refusal.missing.into_iter().map(|missing| missing.pointer).collect()
    }

    #[test]
    fn a_written_review_is_completed() {
        assert_eq!(complete(&written(Why::Release), None), Ok(vec![ReviewEvent::Completed {}]));
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
        assert!(complete(&review, None).is_ok());
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
        assert_eq!(complete(&review, None).expect_err("twice").code, "review.completed");
    }

    #[test]
    fn what_the_record_filled_in_is_confirmed_by_its_owner_or_written_by_hand() {
        let owner = PersonId::from_uuid(uuid::Uuid::from_u128(7));
        let (went_well, went_wrong) = ("All of it.".to_owned(), "Nothing.".to_owned());
        let short = Some(Short { owner, went_well, went_wrong });
        let planned = Planned { short, ..Planned::default() };
        let subject = Subject::Release(ReleaseId::from_uuid(uuid::Uuid::from_u128(1)));
        let [opened] = &open("PIR-1".to_owned(), subject, Why::Release, planned)[..] else {
            panic!("one event");
        };
        let stamp = Stamp { at: Timestamp::from_micros(1), by: Actor::Person { id: owner } };
        let review = Review::default().evolve(opened, &stamp);
        let other = Some(PersonId::from_uuid(uuid::Uuid::from_u128(8)));
        for by in [None, other] {
            assert_eq!(complete(&review, by).expect_err("a guess").code, "review.owner_confirms");
        }
        assert!(complete(&review, Some(owner)).is_ok());
        let edit = Edit { went_wrong: Some("A late start.".to_owned()), ..Edit::default() };
        let review = review.evolve(&ReviewEvent::Edited { edit }, &stamp);
        assert!(complete(&review, other).is_ok());
    }
}
