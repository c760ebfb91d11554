//! A notice: the texts of one moment of a release, of a move of a record, of work that someone
//! waited for, or of a digest of releases, as they were sent. It is never edited.

use std::collections::BTreeMap;

use kernel::{NoticeId, ReleaseId, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::edit::is_default;
use crate::notice::NoticeEvent;
use crate::record::Awaited;
use crate::vocabulary::{Audience, Moment, Window};

/// What a notice tells that is about no moment of a release: that its record moved on, or that the
/// work is done for which someone waited.
const MOVED_ON: &str = "moved_on";
const WORK_DONE: &str = "work_done";
/// What a notice is that tells one person where releases stand.
pub const DIGEST: &str = "digest";

/// What is told to one audience in one zone: plain text, of which each channel makes its own form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In whose words.
    pub audience: Audience,
    /// The zone that its times are in.
    pub zone: Zone,
    /// In one line.
    pub subject: String,
    /// In full.
    pub body: String,
}

/// Who waited for a piece of work, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The link of the record.
    pub link: Awaited,
    /// Their name, or their address.
    pub whom: String,
}

/// A notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The release whose moment it tells.
    pub release: Option<ReleaseId>,
    /// The id of the change or the release that it says has moved on, or is done; of a digest, of
    /// the person whom it is for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub record: Option<String>,
    /// Who waited for that to be done.
    #[serde(default, skip_serializing_if = "is_default")]
    pub waiting: Option<Waiting>,
    /// The releases that it lists, where it is a digest of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub releases: Vec<ReleaseId>,
    /// Its place among the notices of the release, or the digests of the person; of a move, the
    /// place of that in the log.
    pub place: u32,
    /// What happened, or is about to.
    pub moment: Option<Moment>,
    /// The window as it was then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub window: Option<Window>,
    /// The texts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub texts: Vec<Text>,
    /// How many it is for, by audience.
    #[serde(default, skip_serializing_if = "is_default")]
    pub people: BTreeMap<Audience, u32>,
    /// When it was written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prepared_at: Option<Timestamp>,
}

impl Notice {
    /// Under what the moves of a record stand: apart from the moments of a release, which correct
    /// each other and are told to others.
    pub fn key_of_moves(record: &str) -> String {
        format!("moves:{record}")
    }

    /// Under what it stands that someone was told of a link of a record: told once, it is there.
    pub fn key_of_wait(record: &str, link: &Awaited) -> String {
        let Awaited { kind, target, tell } = link;
        format!("waits:{kind}:{target:?}:{tell:?}:{record}")
    }

    /// Under what the digests of a person stand.
    pub fn key_of_digests(person: &str) -> String {
        format!("digest:{person}")
    }

    /// Under what it stands: the id of its release, or the key of the moves of its record, of the
    /// link of which it tells, or of the digests of its person.
    pub fn key(&self) -> Option<String> {
        let key = |record| match &self.waiting {
            Some(waiting) => Self::key_of_wait(record, &waiting.link),
            None if self.is_digest() => Self::key_of_digests(record),
            None => Self::key_of_moves(record),
        };
        let moves = || self.record.as_deref().map(key);
        self.release.map(|release| release.to_string()).or_else(moves)
    }

    /// Whether it is a digest of releases: one without any is not written.
    pub fn is_digest(&self) -> bool {
        !self.releases.is_empty()
    }

    /// The id of the record that it is of.
    pub fn about(&self) -> Option<String> {
        self.release.map(|release| release.to_string()).or_else(|| self.record.clone())
    }

    /// What it tells, in a word.
    pub fn word(&self) -> &'static str {
        let of_record = match &self.waiting {
            Some(_) => WORK_DONE,
            None if self.is_digest() => DIGEST,
            None => MOVED_ON,
        };
        self.moment.map_or(of_record, Moment::word)
    }

    /// The text of an audience in a zone; where that zone has none, that of the audience.
    pub fn text(&self, audience: Audience, zone: &Zone) -> Option<&Text> {
        let of = |text: &&Text| text.audience == audience;
        let exact = self.texts.iter().filter(of).find(|text| text.zone == *zone);
        exact.or_else(|| self.texts.iter().find(of))
    }
}

impl Aggregate for Notice {
    type Id = NoticeId;
    type Event = NoticeEvent;
    const KIND: &'static str = "notice";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &NoticeEvent, stamp: &Stamp) -> Self {
        match event {
            NoticeEvent::Prepared { release, place, moment, window, texts, people } => {
                self.release = Some(*release);
                self.place = *place;
                self.moment = Some(*moment);
                self.window.clone_from(window);
                self.texts.clone_from(texts);
                self.people.clone_from(people);
                self.prepared_at = Some(stamp.at);
            }
            NoticeEvent::MovedOn { record, place, state: _, texts, people } => {
                self.record = Some(record.clone());
                self.place = *place;
                self.texts.clone_from(texts);
                self.people.clone_from(people);
                self.prepared_at = Some(stamp.at);
            }
            NoticeEvent::WorkDone { record, link, whom, texts, people } => {
                self.record = Some(record.clone());
                self.waiting = Some(Waiting { link: link.clone(), whom: whom.clone() });
                self.place = 1;
                self.texts.clone_from(texts);
                self.people.clone_from(people);
                self.prepared_at = Some(stamp.at);
            }
            NoticeEvent::DigestWritten { person, place, releases, texts, people } => {
                self.record = Some(person.to_string());
                self.releases.clone_from(releases);
                self.place = *place;
                self.texts.clone_from(texts);
                self.people.clone_from(people);
                self.prepared_at = Some(stamp.at);
            }
        }
        self
    }

    fn broken_invariant(&self) -> Option<String> {
        self.prepared_at.is_none().then(|| "it was never written".to_owned())
    }
}
