//! A person with an account: who they are, which roles they hold, how they like their lists.

use std::collections::BTreeSet;

use kernel::{NAME_MAX, PersonId, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::{editable, is_default};
use crate::identity::{PersonEvent, Role};
use crate::refusal::{Check, General};

/// The fewest characters of a password (NIST SP 800-63B asks for at least 8).
pub const PASSWORD_MIN: usize = 10;
/// The most saved filters of a person.
pub const FILTERS_MAX: usize = 100;

editable! {
    /// What is known of a person.
    Content, Edit {
        /// Unique; what they sign in with.
        login: String,
        /// The full name.
        name: String,
        /// An e-mail address.
        email: String,
        /// The roles held.
        roles: BTreeSet<Role>,
        /// The zone they read times in; UTC when absent.
        zone: Option<Zone>,
        /// True for someone who left.
        inactive: bool,
    }
}

/// A saved filter of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// The list it is for.
    pub list: String,
    /// What it is called.
    pub name: String,
    /// The query of the address.
    pub query: String,
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What is known of them.
    pub content: Content,
    /// Their saved filters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filters: Vec<SavedFilter>,
}

impl Aggregate for Person {
    type Id = PersonId;
    type Event = PersonEvent;
    const KIND: &'static str = "person";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &PersonEvent, _: &Stamp) -> Self {
        match event {
            PersonEvent::Created { content } => self.content = content.clone(),
            PersonEvent::Edited { edit } => self.content.apply(edit),
            PersonEvent::FiltersSaved { filters } => self.filters.clone_from(filters),
            PersonEvent::PasswordSet {} | PersonEvent::SignedIn {} | PersonEvent::SignedOut {} => {}
        }
        self
    }
}

/// What saving a person needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another person has the login.
    pub login_taken: bool,
}

/// Makes an account when it is new, edits it otherwise.
pub fn save(person: &Person, edit: &Edit, facts: &SaveFacts) -> Decision<PersonEvent> {
    let edit = if facts.exists { edit.clone().against(&person.content) } else { edit.clone() };
    let mut content = person.content.clone();
    content.apply(&edit);
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.name("/login", &content.login, 100);
    if !content.login.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c)) {
        check.wrong("/login", "may hold letters, digits, `.`, `-`, `_` and `@` only");
    }
    check.text("/email", &content.email, 320);
    if !content.email.is_empty() && !content.email.contains('@') {
        check.wrong("/email", "is not an e-mail address");
    }
    check.end()?;
    if facts.login_taken {
        return Err(General::NameTaken { kind: "person", name: content.login }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![PersonEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![PersonEvent::Edited { edit }],
    })
}

/// Replaces the saved filters.
pub fn save_filters(person: &Person, filters: &[SavedFilter]) -> Decision<PersonEvent> {
    let mut check = Check::default();
    check.count("/filters", filters.len(), FILTERS_MAX);
    for (index, filter) in filters.iter().enumerate() {
        check.name(&format!("/filters/{index}/list"), &filter.list, 50);
        check.name(&format!("/filters/{index}/name"), &filter.name, NAME_MAX);
        check.text(&format!("/filters/{index}/query"), &filter.query, 2_000);
    }
    check.end()?;
    let unchanged = person.filters == filters;
    let saved = PersonEvent::FiltersSaved { filters: filters.to_vec() };
    Ok(if unchanged { vec![] } else { vec![saved] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_with_spaces_is_refused() {
        let edit = Edit {
            login: Some("anna smith".to_owned()),
            name: Some("Anna".to_owned()),
            ..Edit::default()
        };
        let refusal = save(&Person::default(), &edit, &SaveFacts::default());
        assert_eq!(refusal.expect_err("spaces").missing[0].pointer, "/login");
    }
}
