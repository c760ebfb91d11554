//! What happens to people and tokens. Secrets are in no event.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::{Content, Edit, Permission, SavedFilter};

/// An event of a person's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum PersonEvent {
    /// The account was made.
    #[serde(rename = "person.created.v1")]
    Created {
        /// What is known of the person.
        content: Content,
    },
    /// Some of it was edited.
    #[serde(rename = "person.edited.v1")]
    Edited {
        /// The new values.
        edit: Edit,
    },
    /// The password was set; sessions elsewhere ended.
    #[serde(rename = "person.password_set.v1")]
    PasswordSet {},
    /// The person signed in.
    #[serde(rename = "person.signed_in.v1")]
    SignedIn {},
    /// The person signed out.
    #[serde(rename = "person.signed_out.v1")]
    SignedOut {},
    /// The saved filters were replaced.
    #[serde(rename = "person.filters_saved.v1")]
    FiltersSaved {
        /// All of them.
        filters: Vec<SavedFilter>,
    },
}

/// An event of a token's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum TokenEvent {
    /// It was made.
    #[serde(rename = "token.created.v1")]
    Created {
        /// What it is for.
        name: String,
        /// Whose it is.
        person: PersonId,
        /// What it may do.
        scopes: BTreeSet<Permission>,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// It was taken back.
    #[serde(rename = "token.revoked.v1")]
    Revoked {},
}
