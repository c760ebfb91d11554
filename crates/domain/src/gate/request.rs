//! A request that is answered by calling back: once for good, and until then with why it waits,
//! when that changes. Sending it again changes nothing.

use kernel::{GateRequestId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Stamp};
use crate::artifact::Artifact;
use crate::edit::is_default;
use crate::gate::{GateRequestEvent, Word};
use crate::vocabulary::words;

/// The most reports of why it waits that a sender is told; GitHub takes ten.
pub const STATUSES_MAX: usize = 10;
/// The longest comment, in characters.
const COMMENT_MAX: usize = 1_000;

words! {
    /// Where a request stands.
    Pending {
        /// It is still to be answered.
        Waiting = "waiting",
        /// It was let through.
        Allowed = "allowed",
        /// It was turned down.
        Denied = "denied",
        /// Nobody can be answered any more.
        GivenUp = "given_up",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Pending {
    fn default() -> Self {
        Self::Waiting
    }
}

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRequest {
    /// The sender's name of the delivery.
    pub delivery: String,
    /// What it asks about.
    pub artifact: Option<Artifact>,
    /// Where that is to go, as the sender calls it.
    pub environment: String,
    /// The address that is answered to.
    pub callback: String,
    /// As what application.
    #[serde(default, skip_serializing_if = "is_default")]
    pub installation: Option<u64>,
    /// Where the artifact comes from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repository: Option<String>,
    /// Where it stands.
    pub state: Pending,
    /// What was told last.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: Option<String>,
    /// How often it was told why it waits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub statuses: usize,
    /// When it came in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub received_at: Option<Timestamp>,
}

impl Aggregate for GateRequest {
    type Id = GateRequestId;
    type Event = GateRequestEvent;
    const KIND: &'static str = "gate_request";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &GateRequestEvent, stamp: &Stamp) -> Self {
        use GateRequestEvent as E;
        match event {
            E::Received { delivery, artifact, environment, callback, installation, repository } => {
                self.delivery.clone_from(delivery);
                self.artifact = Some(artifact.clone());
                self.environment.clone_from(environment);
                self.callback.clone_from(callback);
                self.installation = *installation;
                self.repository.clone_from(repository);
                self.received_at = Some(stamp.at);
            }
            E::Told { answer, comment } => {
                self.told = Some(comment.clone());
                match answer {
                    Word::Allow => self.state = Pending::Allowed,
                    Word::Deny => self.state = Pending::Denied,
                    Word::Wait => self.statuses += 1,
                }
            }
            E::GivenUp { .. } => self.state = Pending::GivenUp,
        }
        self
    }
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The answer; a wait is a report and ends nothing.
    pub answer: Word,
    /// In words.
    pub comment: String,
}

/// What follows from a delivery: nothing when it came before.
pub fn receive(request: &GateRequest, received: GateRequestEvent) -> Vec<GateRequestEvent> {
    if request.received_at.is_some() { Vec::new() } else { vec![received] }
}

/// What an answer is to be told as: one that ends it, once; why it waits, where that is news and
/// there were not too many reports.
pub fn tell(request: &GateRequest, answer: Word, comment: &str) -> Option<Telling> {
    if request.state != Pending::Waiting {
        return None;
    }
    let comment: String = comment.chars().take(COMMENT_MAX).collect();
    let news = request.told.as_ref() != Some(&comment) && request.statuses < STATUSES_MAX;
    (answer != Word::Wait || news).then_some(Telling { answer, comment })
}

/// What follows once it was told: nothing when it was told for good before.
pub fn told(request: &GateRequest, telling: Telling) -> Vec<GateRequestEvent> {
    if request.state != Pending::Waiting {
        return Vec::new();
    }
    vec![GateRequestEvent::Told { answer: telling.answer, comment: telling.comment }]
}

/// Ends one that cannot be answered.
pub fn give_up(request: &GateRequest, reason: &str) -> Vec<GateRequestEvent> {
    if request.state != Pending::Waiting {
        return Vec::new();
    }
    vec![GateRequestEvent::GivenUp { reason: reason.to_owned() }]
}

#[cfg(test)]
mod tests {
    use kernel::Actor;

    use super::*;

    fn after(request: GateRequest, events: &[GateRequestEvent]) -> GateRequest {
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: Timestamp::from_micros(0), by };
        events.iter().fold(request, |request, event| request.evolve(event, &stamp))
    }

    fn received() -> GateRequest {
        let received = GateRequestEvent::Received {
            delivery: "d-1".to_owned(),
            artifact: Artifact { name: None, digest: "gitcommit:0b1c".parse().expect("a digest") },
            environment: "production".to_owned(),
            callback: "https://api.github.com/x".to_owned(),
            installation: None,
            repository: None,
        };
        let request =
            after(GateRequest::default(), &receive(&GateRequest::default(), received.clone()));
        assert_eq!(receive(&request, received), Vec::new(), "a delivery comes once");
        request
    }

    fn told_so(request: GateRequest, word: Word, sentence: &str) -> (bool, GateRequest) {
        match tell(&request, word, sentence) {
            Some(telling) => {
                let events = told(&request, telling);
                (true, after(request, &events))
            }
            None => (false, request),
        }
    }

    #[test]
    fn why_it_waits_is_told_when_it_is_news_and_at_most_ten_times() {
        let mut request = received();
        for number in 0..STATUSES_MAX {
            let (was_told, next) = told_so(request, Word::Wait, &format!("reason {number}"));
            assert!(was_told);
            let (again, next) = told_so(next, Word::Wait, &format!("reason {number}"));
            assert!(!again, "the same is no news");
            request = next;
        }
        let (was_told, request) = told_so(request, Word::Wait, "one more");
        assert!(!was_told);
        let (was_told, request) = told_so(request, Word::Allow, "open");
        assert!(was_told, "an answer is always told");
        assert_eq!(request.state, Pending::Allowed);
    }

    #[test]
    fn it_is_answered_once() {
        let (_, denied) = told_so(received(), Word::Deny, "cancelled");
        assert_eq!(denied.state, Pending::Denied);
        assert_eq!(tell(&denied, Word::Allow, "open"), None);
        let late = Telling { answer: Word::Allow, comment: "open".to_owned() };
        assert_eq!(told(&denied, late), Vec::new());
        assert_eq!(give_up(&denied, "gone"), Vec::new());
        let gone = after(received(), &give_up(&received(), "gone"));
        assert_eq!(gone.state, Pending::GivenUp);
    }

    #[test]
    fn a_comment_is_bounded() {
        let telling = tell(&received(), Word::Wait, &"x".repeat(5_000)).expect("news");
        assert_eq!(telling.comment.chars().count(), COMMENT_MAX);
    }
}
