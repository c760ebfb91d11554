//! The post-implementation review (PIR): what went well, what went wrong, what follows. Every
//! release ends with one; so do emergency and failed changes.
//!
//! Invariants: 1. a completed review is not edited, only its action items are ticked off; 2. after a
//! failure or a rollback it names a root cause.

use std::collections::BTreeSet;

use kernel::{ChangeId, LONG_TEXT_MAX, NAME_MAX, PersonId, ReleaseId, ReviewId, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::{editable, is_default};
use crate::refusal::{Check, Missing, Refuse};
use crate::vocabulary::words;

/// The most action items of a review.
pub const ACTIONS_MAX: usize = 100;

words! {
    /// Why a review is owed.
    Why {
        /// Every release is looked back on.
        Release = "release",
        /// A release that was taken back.
        RolledBack = "rolled_back",
        /// An emergency.
        Emergency = "emergency",
        /// A change that failed, or succeeded only in part.
        Failed = "failed",
    }
}

/// What a review looks back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A change.
    Change(ChangeId),
    /// A release.
    Release(ReleaseId),
}

/// An action item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub owner: Option<PersonId>,
    /// By when.
    pub due_on: Option<jiff::civil::Date>,
    /// Whether it is done.
    pub done: bool,
}

editable! {
    /// What people write into a review.
    Content, Edit {
        /// What went well.
        went_well: String,
        /// What went wrong.
        went_wrong: String,
        /// The root cause.
        root_cause: String,
        /// Whether the objectives were met.
        objectives_met: String,
        /// What follows.
        actions: Vec<ActionItem>,
    }
}

/// A review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// `PIR-…`.
    pub number: String,
    /// What it looks back on.
    pub subject: Option<Subject>,
    /// Why it is owed.
    pub why: Option<Why>,
    /// What people wrote.
    pub content: Content,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opened_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed_by: Option<kernel::Actor>,
}

/// An event of a review's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ReviewEvent {
    /// It was opened by its subject.
    #[serde(rename = "review.opened.v1")]
    Opened {
        /// `PIR-…`.
        number: String,
        /// What it looks back on.
        subject: Subject,
        /// Why.
        why: Why,
    },
    /// Something was written.
    #[serde(rename = "review.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
    /// It was completed.
    #[serde(rename = "review.completed.v1")]
    Completed {},
}

impl Aggregate for Review {
    type Id = ReviewId;
    type Event = ReviewEvent;
    const KIND: &'static str = "review";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ReviewEvent, stamp: &Stamp) -> Self {
        match event {
            ReviewEvent::Opened { number, subject, why } => {
                self.number.clone_from(number);
                self.subject = Some(*subject);
                self.why = Some(*why);
                self.opened_at = Some(stamp.at);
            }
            ReviewEvent::Edited { edit } => self.content.apply(edit),
            ReviewEvent::Completed {} => {
                self.completed_at = Some(stamp.at);
                self.completed_by = Some(stamp.by.clone());
            }
        }
        self
    }
}

/// Why a review does not move.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Something must be written first.
    #[error("this review is not complete; see `errors`")]
    Incomplete(Vec<Missing>),
    /// Its text is fixed.
    #[error("this review is completed: only its action items may be ticked off")]
    Completed,
}

impl Refusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &["review.incomplete", "review.completed"];
}

impl Refuse for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Incomplete(_) => "review.incomplete",
            Self::Completed => "review.completed",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Incomplete(missing) => missing.clone(),
            Self::Completed => Vec::new(),
        }
    }
}

impl Review {
    /// Whether it is completed.
    pub fn is_completed(&self) -> bool {
        self.completed_at.is_some()
    }

    /// Action items not yet done.
    pub fn actions_open(&self) -> usize {
        self.content.actions.iter().filter(|action| !action.done).count()
    }
}

/// Opens a review.
pub fn open(number: String, subject: Subject, why: Why) -> Vec<ReviewEvent> {
    vec![ReviewEvent::Opened { number, subject, why }]
}

/// Writes into a review.
pub fn edit(review: &Review, edit: &Edit) -> Decision<ReviewEvent> {
    let edit = edit.clone().against(&review.content);
    if edit.is_empty() {
        return Ok(vec![]);
    }
    if review.is_completed() {
        only_ticks(review, &edit)?;
    }
    let mut content = review.content.clone();
    content.apply(&edit);
    let mut check = Check::default();
    for (pointer, text) in [
        ("/went_well", &content.went_well),
        ("/went_wrong", &content.went_wrong),
        ("/root_cause", &content.root_cause),
        ("/objectives_met", &content.objectives_met),
    ] {
        check.text(pointer, text, LONG_TEXT_MAX);
    }
    check.count("/actions", content.actions.len(), ACTIONS_MAX);
    for (index, action) in content.actions.iter().enumerate() {
        check.name(&format!("/actions/{index}/title"), &action.title, NAME_MAX);
    }
    check.end()?;
    Ok(vec![ReviewEvent::Edited { edit }])
}

fn only_ticks(review: &Review, edit: &Edit) -> Result<(), crate::Refusal> {
    let fields: BTreeSet<&str> = edit.fields().into_iter().collect();
    let same = |(before, after): (&ActionItem, &ActionItem)| {
        ActionItem { done: after.done, ..before.clone() } == *after
    };
    let ticks = edit.actions.as_ref().is_some_and(|after| {
        after.len() == review.content.actions.len()
            && review.content.actions.iter().zip(after).all(same)
    });
    if fields == ["actions"].into() && ticks { Ok(()) } else { Err(Refusal::Completed.into()) }
}

/// Whether it may be completed: asked by `actions` too.
pub fn guard_complete(review: &Review) -> Result<(), crate::Refusal> {
    if review.is_completed() {
        return Err(Refusal::Completed.into());
    }
    let content = &review.content;
    let failed = matches!(review.why, Some(Why::RolledBack | Why::Failed));
    let mut missing = Vec::new();
    let mut need = |needed: bool, text: &str, pointer: &str, detail: &str| {
        if needed && text.trim().is_empty() {
            missing.push(Missing::new(pointer, detail));
        }
    };
    need(true, &content.went_well, "/went_well", "says what went well");
    need(true, &content.went_wrong, "/went_wrong", "says what went wrong, or that nothing did");
    need(failed, &content.root_cause, "/root_cause", "names the root cause of the failure");
    for (index, action) in content.actions.iter().enumerate() {
        if action.owner.is_none() {
            let pointer = format!("/actions/{index}/owner");
            missing.push(Missing::new(pointer, "names who does it"));
        }
        if action.due_on.is_none() {
            let pointer = format!("/actions/{index}/due_on");
            missing.push(Missing::new(pointer, "says by when"));
        }
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

    fn written(why: Why) -> Review {
        let content = Content {
            went_well: "all steps in time".to_owned(),
            went_wrong: "nothing".to_owned(),
            ..Content::default()
        };
        Review { why: Some(why), content, ..Review::default() }
    }

    #[test]
    fn a_rollback_needs_a_root_cause() {
        assert!(complete(&written(Why::Release)).is_ok());
        let refusal = complete(&written(Why::RolledBack)).expect_err("no cause");
        assert_eq!(refusal.missing[0].pointer, "/root_cause");
    }

    #[test]
    fn an_action_item_needs_an_owner_and_a_date() {
        let mut review = written(Why::Release);
        let title = "add an alert".to_owned();
        review.content.actions.push(ActionItem { title, owner: None, due_on: None, done: false });
        assert_eq!(complete(&review).expect_err("nobody").missing.len(), 2);
    }

    #[test]
    fn a_completed_review_is_not_rewritten_but_its_actions_are_ticked_off() {
        let mut review = written(Why::Release);
        review.completed_at = Some(Timestamp::from_micros(1));
        let title = "add an alert".to_owned();
        let action = ActionItem { title, owner: None, due_on: None, done: false };
        review.content.actions.push(action.clone());
        let rewrite = Edit { went_well: Some("else".to_owned()), ..Edit::default() };
        assert_eq!(edit(&review, &rewrite).expect_err("fixed").code, "review.completed");
        let ticked = vec![ActionItem { done: true, ..action }];
        assert!(edit(&review, &Edit { actions: Some(ticked), ..Edit::default() }).is_ok());
    }
}
