//! A token: what a machine carries to act for the person who made it.

use std::collections::BTreeSet;

use kernel::{NAME_MAX, PersonId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::identity::{Permission, TokenEvent};
use crate::refusal::Check;

/// The most scopes of a token.
pub const SCOPES_MAX: usize = 50;
/// The longest that a token may live, in days.
pub const TOKEN_DAYS_MAX: i64 = 366;

/// A token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What it is for.
    pub name: String,
    /// Whose it is.
    pub person: Option<PersonId>,
    /// What it may do.
    pub scopes: BTreeSet<Permission>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Whether it was taken back.
    pub revoked: bool,
}

impl Aggregate for Token {
    type Id = TokenId;
    type Event = TokenEvent;
    const KIND: &'static str = "token";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &TokenEvent, _: &Stamp) -> Self {
        match event {
            TokenEvent::Created { name, person, scopes, expires_at } => {
                self.name.clone_from(name);
                self.person = Some(*person);
                self.scopes.clone_from(scopes);
                self.expires_at = Some(*expires_at);
            }
            TokenEvent::Revoked {} => self.revoked = true,
        }
        self
    }
}

/// Makes a token for a person who holds `held`.
pub fn create_token(
    name: &str,
    person: PersonId,
    scopes: &BTreeSet<Permission>,
    held: &BTreeSet<Permission>,
    (now, expires_at): (Timestamp, Timestamp),
) -> Decision<TokenEvent> {
    let mut check = Check::default();
    check.name("/name", name, NAME_MAX);
    check.count("/scopes", scopes.len(), SCOPES_MAX);
    if scopes.is_empty() {
        check.wrong("/scopes", "lists nothing: name at least one permission, such as `read`");
    }
    for scope in scopes.difference(held) {
        check.wrong("/scopes", format!("`{scope}` is more than your own roles permit"));
    }
    if expires_at <= now {
        check.wrong("/expires_at", "must be in the future");
    }
    if expires_at > now.plus_minutes(TOKEN_DAYS_MAX * 24 * 60) {
        check.wrong("/expires_at", "must be within a year");
    }
    check.end()?;
    let (name, scopes) = (name.to_owned(), scopes.clone());
    Ok(vec![TokenEvent::Created { name, person, scopes, expires_at }])
}

/// Takes a token back.
pub fn revoke_token(token: &Token) -> Decision<TokenEvent> {
    Ok(if token.revoked { vec![] } else { vec![TokenEvent::Revoked {}] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn a_token_never_permits_more_than_its_owner() {
        let person = PersonId::from_uuid(uuid::Uuid::from_u128(1));
        let (asked, held) = ([Permission::Approve].into(), [Permission::Read].into());
        let now = Timestamp::from_micros(0);
        let refusal = create_token("ci", person, &asked, &held, (now, now.plus_minutes(60)));
        assert_eq!(refusal.expect_err("too much").missing[0].pointer, "/scopes");
    }
}
