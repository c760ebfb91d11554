//! A review and the fold of its events.

use jiff::civil::Date;
use kernel::{Actor, ChangeId, PersonId, ReleaseId, ReviewId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::{editable, is_default};
use crate::review::ReviewEvent;
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

impl Subject {
    /// The id as text.
    pub fn id(&self) -> String {
        match self {
            Self::Change(id) => id.to_string(),
            Self::Release(id) => id.to_string(),
        }
    }

    /// `change` or `release`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Change(_) => "change",
            Self::Release(_) => "release",
        }
    }
}

/// An action item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// What is to be done.
    pub title: String,
    /// Who does it.
    pub owner: Option<PersonId>,
    /// By when.
    pub due_on: Option<Date>,
    /// Whether it is done.
    pub done: bool,
}

/// An action item on the day that it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueItem {
    /// Its number, from 1.
    pub item: usize,
    /// What is to be done.
    pub title: String,
    /// Who is reminded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owner: Option<PersonId>,
}

/// A remark at an instant of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The instant.
    pub at: Timestamp,
    /// What is to be known about it.
    pub text: String,
    /// Who says so.
    pub by: Actor,
}

/// A measure of success that was set at planning, as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpi {
    /// What is measured.
    pub name: String,
    /// The value that counts as success.
    pub target: String,
    /// The value that was reached.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reached: String,
    /// Whether the target was met; absent until someone has judged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub met: Option<bool>,
}

/// What was set before for a review: by when it is due, and what it judges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// By when.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due_on: Option<Date>,
    /// The measures of success.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kpis: Vec<Kpi>,
    /// What the record says already, where that is enough.
    #[serde(default, skip_serializing_if = "is_default")]
    pub short: Option<Short>,
}

/// A short review: what the record says, for its owner to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// Who confirms it.
    pub owner: PersonId,
    /// What went well.
    pub went_well: String,
    /// What went wrong.
    pub went_wrong: String,
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
        /// The measures of success, judged.
        kpis: Vec<Kpi>,
        /// What users say.
        user_feedback: String,
        /// The value for the business that was reached.
        business_value: String,
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
    /// Who confirms what was filled in from the record; nobody in particular once it was written
    /// by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirmer: Option<PersonId>,
    /// Remarks on its timeline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub annotations: Vec<Annotation>,
    /// The action items whose owners were reminded, as they were then: one that is moved, or given
    /// to somebody else, is reminded of again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reminded: Vec<ActionItem>,
    /// By when it is due.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due_on: Option<Date>,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opened_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed_by: Option<Actor>,
}

impl Review {
    /// Whether it is completed.
    pub fn is_completed(&self) -> bool {
        self.completed_at.is_some()
    }

    /// `open` or `completed`.
    pub fn state(&self) -> &'static str {
        if self.is_completed() { "completed" } else { "open" }
    }

    /// Action items not yet done.
    pub fn actions_open(&self) -> usize {
        self.content.actions.iter().filter(|action| !action.done).count()
    }

    /// Whether it looks back on something that did not go as planned.
    pub(super) fn is_of_failure(&self) -> bool {
        matches!(self.why, Some(Why::RolledBack | Why::Failed))
    }
}

impl Aggregate for Review {
    type Id = ReviewId;
    type Event = ReviewEvent;
    const KIND: &'static str = "review";
    const FORMAT: i64 = 3;

    fn evolve(mut self, event: &ReviewEvent, stamp: &Stamp) -> Self {
        match event {
            ReviewEvent::Opened { number, subject, why, planned } => {
                self.number.clone_from(number);
                self.subject = Some(*subject);
                self.why = Some(*why);
                self.due_on = planned.due_on;
                self.content.kpis.clone_from(&planned.kpis);
                if let Some(short) = &planned.short {
                    self.content.went_well.clone_from(&short.went_well);
                    self.content.went_wrong.clone_from(&short.went_wrong);
                    self.confirmer = Some(short.owner);
                }
                self.opened_at = Some(stamp.at);
            }
            ReviewEvent::Edited { edit } => {
                self.content.apply(edit);
                if edit.went_well.is_some() || edit.went_wrong.is_some() {
                    self.confirmer = None;
                }
                let actions = &self.content.actions;
                self.reminded.retain(|then| actions.iter().any(|item| item.is_as_due(then)));
            }
            ReviewEvent::Remarked { at, text } => self.annotations.push(Annotation {
                at: *at,
                text: text.clone(),
                by: stamp.by.clone(),
            }),
            ReviewEvent::ActionsDue { items, .. } => {
                let actions = &self.content.actions;
                let due = items.iter().filter_map(|due| actions.get(due.item.checked_sub(1)?));
                self.reminded.extend(due.cloned());
            }
            ReviewEvent::Completed {} => {
                self.completed_at = Some(stamp.at);
                self.completed_by = Some(stamp.by.clone());
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let causeless = self.content.root_cause.trim().is_empty();
        if self.is_completed() && self.is_of_failure() && causeless {
            return Some("it is completed and names no root cause of a failure".to_owned());
        }
        None
    }
}
