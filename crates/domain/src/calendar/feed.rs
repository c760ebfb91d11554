//! A feed: an address under which a calendar program reads what is planned, or a news reader what
//! was told, for the person who made it. The address holds a secret, and only the secret's hash is
//! kept, outside the log.

use kernel::{BoardId, FeedId, NAME_MAX, PersonId, ServiceId, TeamId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar::FeedEvent;
use crate::edit::is_default;
use crate::refusal::Check;
use crate::vocabulary::{Environment, words};

/// The most feeds that a person has at a time.
pub const FEEDS_MAX: usize = 20;

words! {
    /// What a feed tells of.
    FeedKind {
        /// Changes that travel alone.
        Change = "change",
        /// Releases.
        Release = "release",
        /// The notices to whoever made it, and nothing else.
        Notice = "notice",
    }
}

/// What a feed is narrowed down to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFilter {
    /// Touching this service.
    #[serde(default, skip_serializing_if = "is_default")]
    pub service: Option<ServiceId>,
    /// Owned by this team.
    #[serde(default, skip_serializing_if = "is_default")]
    pub team: Option<TeamId>,
    /// In this environment.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: Option<Environment>,
    /// Of this kind alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: Option<FeedKind>,
    /// The meetings of this board, and nothing else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub board: Option<BoardId>,
}

/// A feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// What it is called in the programs that read it.
    pub name: String,
    /// Whose it is.
    pub person: Option<PersonId>,
    /// What it is narrowed down to.
    pub filter: FeedFilter,
    /// Whether it was taken back.
    pub revoked: bool,
}

impl Aggregate for Feed {
    type Id = FeedId;
    type Event = FeedEvent;
    const KIND: &'static str = "feed";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &FeedEvent, _: &Stamp) -> Self {
        match event {
            FeedEvent::Created { name, person, filter } => {
                self.name.clone_from(name);
                self.person = Some(*person);
                self.filter.clone_from(filter);
            }
            FeedEvent::Revoked {} => self.revoked = true,
        }
        self
    }
}

/// Makes a feed for a person who has so many.
pub fn create_feed(
    name: &str,
    person: PersonId,
    filter: &FeedFilter,
    has: usize,
) -> Decision<FeedEvent> {
    let mut check = Check::default();
    check.name("/name", name, NAME_MAX);
    if has >= FEEDS_MAX {
        check.wrong("/name", format!("would be one more than {FEEDS_MAX} feeds: revoke one first"));
    }
    let meetings_alone = FeedFilter { board: filter.board, ..FeedFilter::default() };
    if filter.board.is_some() && *filter != meetings_alone {
        let detail = "tells of the meetings of a board alone: leave service, team, environment and \
            kind out, or make two feeds";
        check.wrong("/board", detail);
    }
    let notices_alone = FeedFilter { kind: filter.kind, ..FeedFilter::default() };
    if filter.kind == Some(FeedKind::Notice) && *filter != notices_alone {
        let detail = "tells of all notices to you: leave service, team, environment and board out";
        check.wrong("/kind", detail);
    }
    check.end()?;
    let (name, filter) = (name.to_owned(), filter.clone());
    Ok(vec![FeedEvent::Created { name, person, filter }])
}

/// Takes a feed back.
pub fn revoke_feed(feed: &Feed) -> Decision<FeedEvent> {
    Ok(if feed.revoked { vec![] } else { vec![FeedEvent::Revoked {}] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Id, Timestamp};

    fn created(name: &str, has: usize) -> Decision<FeedEvent> {
        let person = PersonId::from_uuid(uuid::Uuid::from_u128(1));
        create_feed(name, person, &FeedFilter::default(), has)
    }

    #[test]
    fn a_feed_has_a_name_and_a_person_only_so_many() {
        assert!(created("On call", FEEDS_MAX - 1).is_ok());
        let refusal = created(" ", FEEDS_MAX).expect_err("refused");
        assert_eq!(refusal.missing.len(), 2);
    }

    #[test]
    fn a_feed_of_a_board_is_narrowed_down_no_further() {
        let person = PersonId::from_uuid(uuid::Uuid::from_u128(1));
        let board = Some(BoardId::from_uuid(uuid::Uuid::from_u128(2)));
        let filter = FeedFilter { board, ..FeedFilter::default() };
        assert!(create_feed("CAB", person, &filter, 0).is_ok());
        let both = FeedFilter { kind: Some(FeedKind::Release), ..filter };
        let refusal = create_feed("CAB", person, &both, 0).expect_err("refused");
        assert_eq!(refusal.missing[0].pointer, "/board");
    }

    #[test]
    fn a_feed_of_notices_tells_all_of_them() {
        let person = PersonId::from_uuid(uuid::Uuid::from_u128(1));
        let filter = FeedFilter { kind: Some(FeedKind::Notice), ..FeedFilter::default() };
        assert!(create_feed("Notices", person, &filter, 0).is_ok());
        let environment = Some(Environment::default());
        let refusal = create_feed("Notices", person, &FeedFilter { environment, ..filter }, 0);
        assert_eq!(refusal.expect_err("refused").missing[0].pointer, "/kind");
    }

    #[test]
    fn a_feed_is_taken_back_once() {
        let stamp =
            Stamp { at: Timestamp::from_micros(0), by: Actor::System { part: "test".to_owned() } };
        let events = created("On call", 0).expect("made");
        let feed = events.iter().fold(Feed::default(), |feed, event| feed.evolve(event, &stamp));
        let revoked = revoke_feed(&feed).expect("revoked");
        assert_eq!(revoked, [FeedEvent::Revoked {}]);
        let feed = feed.evolve(&revoked[0], &stamp);
        assert_eq!(revoke_feed(&feed), Ok(vec![]));
    }
}
