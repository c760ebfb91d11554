//! People, sessions and tokens on the wire. `GET /about`, `POST/GET/DELETE /session`,
//! `POST/GET /people`, `GET/PATCH /people/{id}`, `PUT /people/{id}/password`, `GET/POST /tokens`,
//! `DELETE /tokens/{id}`, `GET/PUT /filters`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Ref, patch};

/// What this server is, for anyone who asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct About {
    /// Always `interlock`.
    pub product: String,
    /// The program's version.
    pub version: String,
    /// The server's clock, RFC 3339.
    pub now: String,
    /// The sign-ins of a demonstration; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub demonstration: Option<Vec<SignInHint>>,
    /// True while no account exists: the first one is made with `interlock user add`.
    pub empty: bool,
}

/// A sign-in of the demonstration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignInHint {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
    /// Who it is.
    pub name: String,
    /// What they do.
    pub title: String,
}

/// Signs a person in; answers `Me` and sets the session cookie.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login.
    #[schema(min_length = 1, max_length = 200)]
    pub login: String,
    /// The password.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The person.
    pub person: Ref,
    /// The login.
    pub login: String,
    /// The roles held.
    pub roles: Vec<String>,
    /// The permissions that follow from them, such as `release.write`.
    pub permissions: Vec<String>,
    /// The teams.
    pub teams: Vec<Ref>,
    /// The person's zone.
    pub zone: String,
}

/// The fields of a person. A new one needs `login`, `name`, `password`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PersonFields {
    /// Unique; letters, digits, `.`, `-`, `_`.
    #[schema(min_length = 1, max_length = 100)]
    pub login: Option<String>,
    /// The full name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// An e-mail address.
    #[schema(max_length = 320)]
    pub email: Option<String>,
    /// Roles: `requester`, `implementer`, `release_manager`, `cab_member`, `ecab_member`,
    /// `release_authority`, `product_owner`, `service_owner`, `auditor`, `administrator`.
    #[schema(max_items = 20)]
    pub roles: Option<Vec<String>>,
    /// IANA zone.
    pub zone: Option<String>,
    /// False for someone who left: no sign-in, no vote.
    pub active: Option<bool>,
    /// When their mails wait; null for never.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<QuietHours>)]
    pub quiet: Option<Option<QuietHours>>,
    /// The digest of releases that they get once a week; null for none.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReleaseDigest>)]
    pub digest: Option<Option<ReleaseDigest>>,
    /// The first password, at least 10 characters; only for a new person.
    #[schema(min_length = 10, max_length = 200)]
    pub password: Option<String>,
}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The version.
    pub version: i64,
    /// The login.
    pub login: String,
    /// The full name.
    pub name: String,
    /// An e-mail address.
    pub email: String,
    /// The roles held.
    pub roles: Vec<String>,
    /// The teams.
    pub teams: Vec<Ref>,
    /// The zone.
    pub zone: String,
    /// Whether they may sign in.
    pub active: bool,
    /// When their mails wait; absent for never.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quiet: Option<QuietHours>,
    /// The digest of releases that they get once a week; absent for none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<ReleaseDigest>,
}

/// The time of each day, in the person's zone, in which mails of notices wait. What cannot wait is
/// of an emergency, of a failure, or moves or cancels what begins within 24 hours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From which wall time: `22:00`.
    #[schema(max_length = 8)]
    pub from: String,
    /// Until which: `07:00`; of the next day where it is not later than the first.
    #[schema(max_length = 8)]
    pub to: String,
    /// Whether what waited comes in one mail.
    #[serde(default)]
    pub digest: bool,
}

/// When a person is told once a week, in one notice, where the open releases of some types stand:
/// those whose window begins within 90 days, those under way, and those that ended within the last
/// 7 days. A week without any tells nothing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDigest {
    /// The types of release; `major` when absent.
    #[serde(default = "major")]
    #[schema(min_items = 1, max_items = 20)]
    pub types: Vec<String>,
    /// The day of the week: `monday`.
    #[schema(max_length = 9)]
    pub weekday: String,
    /// The hour of that day, by the clock of the person's zone.
    #[schema(maximum = 23)]
    pub hour: u32,
}

fn major() -> Vec<String> {
    vec!["major".to_owned()]
}

/// A new password. People change their own with the old one; an administrator sets any.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The old one; not asked of an administrator for another person.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub old: Option<String>,
    /// The new one.
    #[schema(min_length = 10, max_length = 200)]
    pub new: String,
}

/// A new token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What it may do: permissions such as `change.write`, or `read`; never more than its owner.
    #[schema(min_items = 1, max_items = 50)]
    pub scopes: Vec<String>,
    /// When it ends, RFC 3339; at most a year from now.
    pub expires_at: String,
}

/// A token; `secret` is shown once, in the answer that made it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What it is for.
    pub name: String,
    /// Whose it is.
    pub person: Ref,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it ends, RFC 3339.
    pub expires_at: String,
    /// True when it was revoked.
    pub revoked: bool,
    /// The secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
}

/// The reader's own saved filters, all of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// The filters.
    #[schema(max_items = 100)]
    pub filters: Vec<Filter>,
}

/// The reader's saved filters, with the version to send as `If-Match` when they are replaced.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SavedFilters {
    /// The version.
    pub version: i64,
    /// The filters.
    pub filters: Vec<Filter>,
}

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// `changes`, `releases` or `incidents`.
    pub list: String,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The query of the address, such as `phase=draft&team=payments`.
    #[schema(max_length = 2000)]
    pub query: String,
}
