//! An article and the fold of its events.

use std::collections::BTreeSet;

use kernel::{Actor, ArticleId, PersonId, ReleaseId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::{editable, is_default};
use crate::knowledge::ArticleEvent;
use crate::record::Standing;
use crate::vocabulary::words;

words! {
    /// What an article is.
    Kind {
        /// How something is done.
        Guide = "guide",
        /// What a release brings.
        ReleaseNotes = "release_notes",
        /// How to live with something that is broken.
        Workaround = "workaround",
        /// What does not work, and is known not to.
        KnownLimitation = "known_limitation",
    }
}

words! {
    /// For whom an article is.
    Audience {
        /// People who work here.
        Internal = "internal",
        /// Those who use the services.
        Customers = "customers",
    }
}

words! {
    /// Where an article stands.
    State {
        /// It is being written.
        Draft = "draft",
        /// It may be published.
        Approved = "approved",
        /// Its newest text can be read by its audience.
        Published = "published",
        /// It does not hold any more.
        Retired = "retired",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Kind {
    fn default() -> Self {
        Self::Guide
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Audience {
    fn default() -> Self {
        Self::Internal
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for State {
    fn default() -> Self {
        Self::Draft
    }
}

editable! {
    /// What an article says.
    Content, Edit {
        /// What it is.
        kind: Kind,
        /// For whom.
        audience: Audience,
        /// What it is called.
        title: String,
        /// What it says, in Markdown.
        body: String,
        /// The services that it is about.
        services: BTreeSet<ServiceId>,
        /// The release that it is about.
        release: Option<ReleaseId>,
    }
}

/// Who approved a draft, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which, from 1.
    pub version: u32,
    /// What it says.
    pub content: Content,
    /// Who approved it.
    pub approved_by: Option<PersonId>,
    /// Who published it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// An article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// `KB-…`.
    pub number: String,
    /// Where its newest text stands.
    pub state: State,
    /// Its newest text.
    pub content: Content,
    /// Who wrote in it since it was last published.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authors: BTreeSet<PersonId>,
    /// Who approved the newest text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub approved: Option<Approved>,
    /// What was published, the first version first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub versions: Vec<Published>,
    /// Why it does not hold any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retired: Option<Standing>,
    /// When it was written down.
    #[serde(default, skip_serializing_if = "is_default")]
    pub written_at: Option<Timestamp>,
}

impl Article {
    /// What its audience reads: the newest version, until it is retired.
    pub fn in_force(&self) -> Option<&Published> {
        self.versions.last().filter(|_| self.state != State::Retired)
    }

    fn authored(mut self, stamp: &Stamp) -> Self {
        if self.state == State::Published {
            self.authors.clear();
        }
        self.authors.extend(stamp.by.person());
        self.state = State::Draft;
        self.approved = None;
        self
    }
}

impl Aggregate for Article {
    type Id = ArticleId;
    type Event = ArticleEvent;
    const KIND: &'static str = "article";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ArticleEvent, stamp: &Stamp) -> Self {
        use ArticleEvent as E;
        match event {
            E::Written { number, content } => {
                self = self.authored(stamp);
                self.number.clone_from(number);
                self.content = (**content).clone();
                self.written_at = Some(stamp.at);
            }
            E::Edited { edit } => {
                self = self.authored(stamp);
                self.content.apply(edit);
            }
            E::Approved { by } => {
                self.state = State::Approved;
                self.approved = Some(Approved { by: *by, at: stamp.at });
            }
            E::Published { version } => {
                self.state = State::Published;
                self.versions.push(Published {
                    version: *version,
                    content: self.content.clone(),
                    approved_by: self.approved.as_ref().map(|approved| approved.by),
                    by: stamp.by.clone(),
                    at: stamp.at,
                });
            }
            E::Retired { reason } => {
                self.state = State::Retired;
                self.retired = Some(Standing::new(reason, stamp));
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        let own = self.approved.as_ref().is_some_and(|one| self.authors.contains(&one.by));
        let numbered = (1..).zip(&self.versions).all(|(place, one)| one.version == place);
        match (own, numbered) {
            (true, _) => Some("it was approved by one of its authors".to_owned()),
            (_, false) => Some("its versions are not numbered from 1".to_owned()),
            _ => None,
        }
    }
}
