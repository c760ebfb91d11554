//! An incident and the fold of its events.

use kernel::{ChangeId, CiId, IncidentId, PersonId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::change::Origin;
use crate::edit::{editable, is_default};
use crate::incident::{Alerts, IncidentEvent};
use crate::record::{ExtraEvent, Extras};
use crate::vocabulary::words;

words! {
    /// Where an incident stands.
    State {
        /// Someone works on it.
        Open = "open",
        /// Service is restored.
        Resolved = "resolved",
        /// It is over.
        Closed = "closed",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for State {
    fn default() -> Self {
        Self::Open
    }
}

/// How bad, from 1 (worst) to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    /// The number, from 1 to 5.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// 3, when nobody said otherwise.
impl Default for Priority {
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u8> for Priority {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1..=5 => Ok(Self(number)),
            _ => Err(format!("is {number}; it goes from 1 (worst) to 5")),
        }
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

editable! {
    /// What is known of an incident.
    Content, Edit {
        /// What happened, in one line.
        title: String,
        /// What is known.
        description: String,
        /// How bad.
        priority: Priority,
        /// When it began.
        opened_at: Option<Timestamp>,
        /// CIs hit, the first one first.
        cis: Vec<CiId>,
        /// Services hit.
        services: Vec<ServiceId>,
        /// Who works on it.
        assignee: Option<PersonId>,
        /// The change that caused it.
        caused_by: Option<ChangeId>,
    }
}

/// An incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// `INC-…`.
    pub number: String,
    /// What is known of it.
    pub content: Content,
    /// Where it stands.
    pub state: State,
    /// When service was restored.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resolved_at: Option<Timestamp>,
    /// Remarks and links.
    #[serde(default, skip_serializing_if = "is_default")]
    pub extras: Extras,
    /// The alerts that monitoring told of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alerts: Option<Alerts>,
    /// Where it came from, when it was imported.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origin: Option<Origin>,
}

impl Aggregate for Incident {
    type Id = IncidentId;
    type Event = IncidentEvent;
    const KIND: &'static str = "incident";
    const FORMAT: i64 = 2;

    fn evolve(mut self, event: &IncidentEvent, stamp: &Stamp) -> Self {
        use IncidentEvent as E;
        match event {
            E::Reported { number, content } => {
                self.number.clone_from(number);
                self.content = (**content).clone();
            }
            E::Imported(imported) => self = imported.clone().into_incident(),
            E::Alerted { group, alerts } => {
                self.alerts = Some(self.alerts.unwrap_or_default().told(group, alerts));
            }
            E::Edited { edit } => self.content.apply(edit),
            E::Resolved { resolved_at } => {
                self.state = State::Resolved;
                self.resolved_at = Some(*resolved_at);
            }
            E::ResolutionCorrected { resolved_at } => self.resolved_at = Some(*resolved_at),
            E::Closed {} => self.state = State::Closed,
            E::Reopened {} => {
                self.state = State::Open;
                self.resolved_at = None;
            }
            E::CommentAdded { text } => {
                let added = ExtraEvent::CommentAdded { text: text.clone() };
                self.extras = self.extras.evolve(&added, stamp);
            }
            E::LinksSet { links } => {
                let set = ExtraEvent::LinksSet { links: links.clone() };
                self.extras = self.extras.evolve(&set, stamp);
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let began = self.content.opened_at?;
        let early = self.origin.is_none() && self.resolved_at.is_some_and(|end| end < began);
        early.then(|| "it was resolved before it began".to_owned())
    }
}
