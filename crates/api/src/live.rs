//! What `GET /events` streams, as server-sent events: that something moved, never what it says.
//! Each carries its position in the log as its id; `Last-Event-ID`, or `?after=` where a client
//! cannot set it, resumes behind it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something moved. The name of the event is `moved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// Its position in the log.
    pub position: i64,
    /// What kind of record.
    #[schema(value_type = MovedKind)]
    pub kind: String,
    /// The record.
    pub id: String,
    /// Its number, for records that have one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
    /// The version it is at now.
    pub version: i64,
    /// The name of what happened, such as `release.approval_moved.v1`.
    pub name: String,
}

/// The kinds of record whose moves are told. A page that listens knows where each is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovedKind {
    /// An article of the knowledge base.
    Article,
    /// A board.
    Board,
    /// A change.
    Change,
    /// A channel by which notices go out.
    Channel,
    /// A CI.
    Ci,
    /// What is planned to be told of a release; it goes by the id of that release.
    Communication,
    /// A conflict.
    Conflict,
    /// A deputy's time.
    Delegation,
    /// An exception.
    Exception,
    /// A calendar that is kept elsewhere.
    External,
    /// A calendar feed.
    Feed,
    /// A gate.
    Gate,
    /// An incident.
    Incident,
    /// A job of a runner.
    Job,
    /// A meeting.
    Meeting,
    /// A notice.
    Notice,
    /// A period of the calendar, such as a blackout or a maintenance window.
    Period,
    /// A person.
    Person,
    /// The policy.
    Policy,
    /// A release.
    Release,
    /// A review.
    Review,
    /// A run of a deployment; it goes by the id of its release.
    Run,
    /// A runner on a target machine.
    Runner,
    /// A service.
    Service,
    /// The question after a release.
    Survey,
    /// A team.
    Team,
    /// A user group.
    UserGroup,
}
