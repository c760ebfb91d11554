//! Notices on the wire. `POST/GET /user-groups`, `GET/PATCH /user-groups/{id}`,
//! `POST/GET /channels`, `GET/PATCH /channels/{id}`, `POST /channels/{id}/test`,
//! `GET/PATCH /releases/{id}/communication`, `GET /releases/{id}/communication/audience`,
//! `POST /releases/{id}/communication/preview`, `GET /notices`, `GET /notices/{id}`,
//! `GET /notices/{id}/deliveries`, `POST /notices/{id}/retry`, `GET /inbox`, `POST /inbox/read`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, Window, patch};

/// The fields of a user group. A new one needs `name`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UserGroupFields {
    /// Unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// `team`, `support`, `operations`, `customers`, `partners` or `marketing`.
    pub audience: Option<String>,
    /// The IANA zone of those who have no account.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub zone: Option<Option<String>>,
    /// The services that they have to do with, by id or name; replaces the list.
    #[schema(max_items = 500)]
    pub services: Option<Vec<String>>,
    /// Those who have an account, by id or login; replaces the list.
    #[schema(max_items = 2000)]
    pub people: Option<Vec<String>>,
    /// The e-mail addresses of the others; replaces the list.
    #[schema(max_items = 10000)]
    pub addresses: Option<Vec<String>>,
}

/// A user group.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UserGroup {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// In whose words they are told.
    pub audience: String,
    /// The zone of those who have no account; UTC when absent.
    pub zone: Option<String>,
    /// The services that they have to do with.
    pub services: Vec<Ref>,
    /// How many are in it.
    pub members: u32,
    /// Those who have an account; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub people: Option<Vec<Ref>>,
    /// The addresses of the others; absent in lists, and for those who do not keep them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub addresses: Option<Vec<String>>,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// The fields of a channel. What is secret goes in and never comes out.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelFields {
    /// Unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// `email`, `slack`, `teams` or `webhook`; it stays what it is.
    pub kind: Option<String>,
    /// The host of a mail server.
    #[schema(max_length = 200)]
    pub host: Option<String>,
    /// The port of a mail server.
    pub port: Option<u16>,
    /// How a mail server is spoken with: `starttls`, `tls` or `none`.
    pub security: Option<String>,
    /// Whom a mail server knows us as.
    #[schema(max_length = 200)]
    pub user: Option<String>,
    /// The password of that user; secret.
    #[schema(max_length = 1000)]
    pub password: Option<String>,
    /// The address that mails are from.
    #[schema(max_length = 254)]
    pub from: Option<String>,
    /// The address that a chat or a program is reached at; secret.
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// The key that requests to a program are signed with, `whsec_…` (Standard Webhooks); secret.
    #[schema(max_length = 1000)]
    pub secret: Option<String>,
    /// In whose words a chat or a program is told.
    pub audience: Option<String>,
    /// The IANA zone that a chat or a program is told times in.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub zone: Option<Option<String>>,
    /// The services whose releases a chat or a program is told of; all when empty.
    #[schema(max_items = 500)]
    pub services: Option<Vec<String>>,
    /// Whether nothing goes out by it.
    pub off: Option<bool>,
}

impl std::fmt::Debug for ChannelFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelFields").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A channel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// `email`, `slack`, `teams` or `webhook`.
    pub kind: String,
    /// The host that it reaches.
    pub host: String,
    /// The port of a mail server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
    /// How a mail server is spoken with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<String>,
    /// Whom a mail server knows us as.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<String>,
    /// The address that mails are from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// In whose words a chat or a program is told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audience: Option<String>,
    /// The zone that a chat or a program is told times in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub zone: Option<String>,
    /// The services whose releases it is told of; all when empty.
    pub services: Vec<Ref>,
    /// Whether a password or a key is kept.
    pub has_secret: bool,
    /// Whether nothing goes out by it.
    pub off: bool,
    /// How many deliveries wait.
    pub waiting: u32,
    /// How many were given up.
    pub dead: u32,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// Where a test message goes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TestChannel {
    /// The e-mail address, for a mail server; that of whoever asks when absent.
    #[schema(max_length = 254)]
    pub to: Option<String>,
}

/// What became of a test message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelTested {
    /// Whether it was taken.
    pub delivered: bool,
    /// What happened, in a sentence.
    pub detail: String,
}

/// Who is responsible that a moment is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponsibleField {
    /// `before`, `moved`, `start`, `success`, `rollback` or `cancelled`.
    pub moment: String,
    /// The person, by id or login.
    pub person: String,
}

/// What is planned to be told, beside what the record says.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CommunicationFields {
    /// What users will notice.
    #[schema(max_length = 4000)]
    pub impact: Option<String>,
    /// What users are asked to do.
    #[schema(max_length = 4000)]
    pub action: Option<String>,
    /// For how many minutes they cannot use it.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub downtime_minutes: Option<Option<u32>>,
    /// Whom they ask.
    #[schema(max_length = 200)]
    pub contact: Option<String>,
    /// Who is responsible for which moment; replaces the list.
    #[schema(max_items = 6)]
    pub responsible: Option<Vec<ResponsibleField>>,
    /// The moments that nothing is told at: `before`, `start` or `success`; replaces the list.
    #[schema(max_items = 6)]
    pub off: Option<Vec<String>>,
    /// The user groups that are told in addition, by id or name; replaces the list.
    #[schema(max_items = 50)]
    pub groups: Option<Vec<String>>,
}

/// What is told about a release: the plan, who is reached, and what was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Communication {
    /// The release.
    pub release: Ref,
    /// The version of the plan; 0 before it was first written.
    pub version: i64,
    /// What: from the record.
    pub what: String,
    /// When: the window, where there is one.
    pub window: Option<Window>,
    /// Whether the window is committed.
    pub committed: bool,
    /// Why: from the record.
    pub why: String,
    /// What users will notice.
    pub impact: String,
    /// What users are asked to do.
    pub action: String,
    /// For how many minutes they cannot use it.
    pub downtime_minutes: Option<u32>,
    /// Whom they ask.
    pub contact: String,
    /// How it is taken back: from the record.
    pub rollback: String,
    /// By what success is measured: from the record.
    pub measures: Vec<String>,
    /// The moments, in the order in which they come.
    pub moments: Vec<MomentPlan>,
    /// The services that it touches.
    pub services: Vec<Ref>,
    /// The groups that are told.
    pub groups: Vec<GroupReached>,
    /// How many are reached, each once, by audience.
    pub audience: Vec<AudienceCount>,
    /// How many are reached in all.
    pub people: u32,
    /// How many deliveries wait.
    pub waiting: u32,
    /// How many were given up.
    pub dead: u32,
    /// What was told, the latest first.
    pub notices: Vec<Notice>,
    /// What may be done now.
    pub actions: Vec<Action>,
}

/// A moment of a release, and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MomentPlan {
    /// `before`, `moved`, `start`, `success`, `rollback` or `cancelled`.
    pub moment: String,
    /// `told`, `due`, `waits`, `off`, or `not_needed`.
    pub state: String,
    /// When it is due, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due_at: Option<String>,
    /// When it was told last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub told_at: Option<String>,
    /// Who is responsible; who answers for the release where nobody is named.
    pub responsible: Option<Ref>,
    /// Whether somebody was named.
    pub named: bool,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is left out, whatever was told before that was decided.
    pub off: bool,
}

/// A user group that is told of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GroupReached {
    /// The group.
    pub group: Ref,
    /// In whose words.
    pub audience: String,
    /// How many are in it.
    pub members: u32,
    /// Whether the plan adds it; else it has to do with a service.
    pub added: bool,
}

/// How many are told in the words of an audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AudienceCount {
    /// `team`, `support`, `operations`, `customers`, `partners` or `marketing`.
    pub audience: String,
    /// How many.
    pub people: u32,
}

/// Someone who is told of a release.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reader {
    /// Their account.
    pub person: Option<Ref>,
    /// Their e-mail address.
    pub address: Option<String>,
    /// In whose words.
    pub audience: String,
    /// In which zone.
    pub zone: String,
}

/// Which text is looked at before it is sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewNotice {
    /// `before` when absent.
    pub moment: Option<String>,
    /// `customers` when absent.
    pub audience: Option<String>,
    /// An IANA zone; that of the window when absent.
    pub zone: Option<String>,
    /// A whole policy that has the text, every file by path; the one in force when absent. It needs
    /// `policy.write`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<BTreeMap<String, String>>,
}

/// A text as it would be sent now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticePreview {
    /// The moment.
    pub moment: String,
    /// In whose words.
    pub audience: String,
    /// The zone of its times.
    pub zone: String,
    /// In one line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As the body of a mail.
    pub html: String,
    /// As Slack is sent it.
    pub slack: String,
    /// As Microsoft Teams is sent it.
    pub teams: String,
}

/// A notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// The release that it tells of, or the change; of a digest of releases, whom it is for.
    pub record: Ref,
    /// Its place among the notices of the release.
    pub place: u32,
    /// What happened, or is about to.
    pub moment: String,
    /// The window as it was then.
    pub window: Option<Window>,
    /// When it was written.
    pub at: String,
    /// How many it was for, by audience.
    pub audience: Vec<AudienceCount>,
    /// How many it was for in all.
    pub people: u32,
    /// How many deliveries were made.
    pub sent: u32,
    /// How many wait.
    pub waiting: u32,
    /// Of how many nobody knows, so that they are sent again under the same id.
    pub in_doubt: u32,
    /// How many were given up.
    pub dead: u32,
    /// How many were left, because a later notice says otherwise.
    pub superseded: u32,
    /// The texts as they were sent; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub texts: Option<Vec<NoticeText>>,
    /// What may be done now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actions: Option<Vec<Action>>,
}

/// A text as it was sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoticeText {
    /// In whose words.
    pub audience: String,
    /// The zone of its times.
    pub zone: String,
    /// In one line.
    pub subject: String,
    /// In full.
    pub body: String,
}

/// What became of a notice for one reader.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The notice.
    pub notice: String,
    /// By which channel; absent for the page, and where there was none.
    pub channel: Option<Ref>,
    /// `page`, `email`, `slack`, `teams`, `webhook` or `none`.
    pub by: String,
    /// The address, for a mail.
    pub address: Option<String>,
    /// The account.
    pub person: Option<Ref>,
    /// In whose words.
    pub audience: String,
    /// In which zone.
    pub zone: String,
    /// `waiting`, `sending`, `sent`, `dead` or `superseded`.
    pub state: String,
    /// Whether nobody knows if an earlier try arrived.
    pub in_doubt: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was sent.
    pub sent_at: Option<String>,
    /// When it is tried again.
    pub next_at: Option<String>,
    /// Whether it waits for the end of its reader's quiet hours.
    pub quiet: bool,
    /// Why it was not delivered, the last time.
    pub reason: Option<String>,
}

/// How many deliveries are sent again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// How many.
    pub deliveries: u32,
}

/// The notices of whoever reads, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// The notices.
    pub items: Vec<InboxItem>,
    /// How many were not read.
    pub unread: u32,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// A notice in the page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InboxItem {
    /// Its id.
    pub id: String,
    /// The release that it tells of, or the change; of a digest of releases, whom it is for.
    pub record: Ref,
    /// What happened, or is about to.
    pub moment: String,
    /// In one line.
    pub subject: String,
    /// In full.
    pub body: String,
    /// When it was told.
    pub at: String,
    /// Whether it was read.
    pub read: bool,
}

/// Which notices were read.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadNotices {
    /// Their ids; all when absent.
    #[schema(max_items = 200)]
    pub notices: Option<Vec<String>>,
}
