//! Opening a review, and writing into it.

use kernel::{LONG_TEXT_MAX, NAME_MAX};

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::review::{
    ACTIONS_MAX, ActionItem, Content, Edit, Kpi, Planned, Refusal, Review, ReviewEvent, Subject,
    Why,
};

/// Opens a review.
pub fn open(number: String, subject: Subject, why: Why, planned: Planned) -> Vec<ReviewEvent> {
    vec![ReviewEvent::Opened { number, subject, why, planned }]
}

/// Writes into a review. Once it is completed, only its action items are ticked off.
pub fn edit(review: &Review, edit: &Edit) -> Decision<ReviewEvent> {
    let edit = edit.clone().against(&review.content);
    if edit.is_empty() {
        return Ok(vec![]);
    }
    if review.is_completed() && !only_ticks(review, &edit) {
        return Err(Refusal::Completed.into());
    }
    let mut content = review.content.clone();
    content.apply(&edit);
    check(&review.content.kpis, &content)?;
    Ok(vec![ReviewEvent::Edited { edit }])
}

fn only_ticks(review: &Review, edit: &Edit) -> bool {
    let before = &review.content.actions;
    let same = |(before, after): (&ActionItem, &ActionItem)| {
        ActionItem { done: after.done, ..before.clone() } == *after
    };
    let ticks =
        |after: &Vec<ActionItem>| after.len() == before.len() && before.iter().zip(after).all(same);
    edit.fields() == ["actions"] && edit.actions.as_ref().is_some_and(ticks)
}

fn check(planned: &[Kpi], content: &Content) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    let set = |kpis: &[Kpi]| -> Vec<(String, String)> {
        kpis.iter().map(|kpi| (kpi.name.clone(), kpi.target.clone())).collect()
    };
    if set(planned) != set(&content.kpis) {
        check.wrong("/kpis", "judges the measures that were set at planning, and no others");
    }
    for (index, kpi) in content.kpis.iter().enumerate() {
        check.text(&format!("/kpis/{index}/reached"), &kpi.reached, NAME_MAX);
    }
    for (pointer, text) in [
        ("/went_well", &content.went_well),
        ("/went_wrong", &content.went_wrong),
        ("/root_cause", &content.root_cause),
        ("/objectives_met", &content.objectives_met),
        ("/user_feedback", &content.user_feedback),
        ("/business_value", &content.business_value),
    ] {
        check.text(pointer, text, LONG_TEXT_MAX);
    }
    check.count("/actions", content.actions.len(), ACTIONS_MAX);
    for (index, action) in content.actions.iter().enumerate() {
        check.name(&format!("/actions/{index}/title"), &action.title, NAME_MAX);
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;

    fn action(title: &str) -> ActionItem {
        ActionItem { title: title.to_owned(), owner: None, due_on: None, done: false }
    }

    fn completed(actions: Vec<ActionItem>) -> Review {
        let content = Content { actions, ..Content::default() };
        let completed_at = Some(Timestamp::from_micros(1));
        Review { content, completed_at, ..Review::default() }
    }

    #[test]
    fn a_completed_review_is_not_rewritten() {
        let review = completed(vec![action("add an alert")]);
        let rewrite = Edit { went_well: Some("else".to_owned()), ..Edit::default() };
        assert_eq!(edit(&review, &rewrite).expect_err("fixed").code, "review.completed");
        let renamed = Edit { actions: Some(vec![action("nothing")]), ..Edit::default() };
        assert_eq!(edit(&review, &renamed).expect_err("fixed").code, "review.completed");
        let dropped = Edit { actions: Some(vec![]), ..Edit::default() };
        assert_eq!(edit(&review, &dropped).expect_err("fixed").code, "review.completed");
    }

    #[test]
    fn the_actions_of_a_completed_review_are_ticked_off() {
        let review = completed(vec![action("add an alert")]);
        let ticked = vec![ActionItem { done: true, ..action("add an alert") }];
        let wanted = Edit { actions: Some(ticked), ..Edit::default() };
        let edited = ReviewEvent::Edited { edit: wanted.clone() };
        assert_eq!(edit(&review, &wanted), Ok(vec![edited]));
    }

    #[test]
    fn writing_the_same_again_is_no_event() {
        let review = completed(vec![action("add an alert")]);
        let same = Edit { actions: Some(vec![action("add an alert")]), ..Edit::default() };
        assert_eq!(edit(&review, &same), Ok(vec![]));
    }

    #[test]
    fn the_measures_set_at_planning_are_judged_and_not_rewritten() {
        let kpi = |target: &str, met| Kpi {
            name: "errors".to_owned(),
            target: target.to_owned(),
            reached: String::new(),
            met,
        };
        let content = Content { kpis: vec![kpi("below 1 %", None)], ..Content::default() };
        let review = Review { content, ..Review::default() };
        let judged = Edit { kpis: Some(vec![kpi("below 1 %", Some(true))]), ..Edit::default() };
        assert!(edit(&review, &judged).is_ok());
        for other in [vec![kpi("below 9 %", Some(true))], vec![]] {
            let rewritten = Edit { kpis: Some(other), ..Edit::default() };
            let refusal = edit(&review, &rewritten).expect_err("rewritten");
            assert_eq!(refusal.missing[0].pointer, "/kpis");
        }
    }

    #[test]
    fn an_action_item_says_what_is_to_be_done() {
        let nameless = Edit { actions: Some(vec![action(" ")]), ..Edit::default() };
        let refusal = edit(&Review::default(), &nameless).expect_err("nameless");
        assert_eq!(refusal.missing[0].pointer, "/actions/0/title");
    }
}
