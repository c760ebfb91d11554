//! One registry of typed ids: a type per kind of record, a UUIDv7 inside, prefixed text outside.
//! Append only, alphabetical. People see a number (`CHG-1042`), which is a separate attribute.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a {kind} id: expected `{prefix}_` and 32 hexadecimal digits")]
pub struct IdError {
    /// The kind of id that was expected.
    pub kind: &'static str,
    /// The prefix it starts with.
    pub prefix: &'static str,
}

/// What all typed ids share.
pub trait Id: Copy + Ord + fmt::Display + FromStr<Err = IdError> + fmt::Debug {
    /// The prefix of the text form, without the underscore.
    const PREFIX: &'static str;
    /// Wraps a UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = IdError { kind: stringify!($name), prefix: $prefix };
                let hex = text
                    .strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .filter(|hex| hex.len() == 32)
                    .ok_or_else(|| error.clone())?;
                Uuid::try_parse(hex).map(Self).map_err(|_| error)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An article of the knowledge base.
    ArticleId = "art";
    /// A board, such as the change advisory board.
    BoardId = "brd";
    /// A change.
    ChangeId = "chg";
    /// A channel by which notices go out.
    ChannelId = "chn";
    /// A configuration item.
    CiId = "ci";
    /// A conflict between two records on the calendar.
    ConflictId = "cfl";
    /// A delegation of someone who is absent.
    DelegationId = "dlg";
    /// One event of the log.
    EventId = "evt";
    /// A permission to deviate from a rule.
    ExceptionId = "exc";
    /// A calendar that is kept elsewhere.
    ExternalId = "ext";
    /// A feed that calendar programs read.
    FeedId = "fed";
    /// A gate: an artifact at an environment, for a purpose.
    GateId = "gat";
    /// A request to a gate that is answered by calling back.
    GateRequestId = "gtr";
    /// An incident.
    IncidentId = "inc";
    /// A job of a runner.
    JobId = "job";
    /// A meeting of a board.
    MeetingId = "mtg";
    /// A notice about a release.
    NoticeId = "ntc";
    /// A period of the calendar: a maintenance window or a blackout.
    PeriodId = "prd";
    /// A person with an account.
    PersonId = "per";
    /// The policy; there is one.
    PolicyId = "pol";
    /// A release.
    ReleaseId = "rel";
    /// A post-implementation review.
    ReviewId = "rev";
    /// A runner on a target machine.
    RunnerId = "rnr";
    /// A service.
    ServiceId = "svc";
    /// A signed-in session.
    SessionId = "ses";
    /// The question after a release.
    SurveyId = "srv";
    /// A team.
    TeamId = "tem";
    /// A durable timer.
    TimerId = "tmr";
    /// An API token.
    TokenId = "tok";
    /// A group of people who use a service or work with it.
    UserGroupId = "ugr";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        let id = ChangeId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "chg_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let release = ReleaseId::from_uuid(Uuid::from_u128(7)).to_string();
        assert!(release.parse::<ChangeId>().is_err());
        assert!("chg_7".parse::<ChangeId>().is_err());
    }
}
