//! A user group: who uses some services, or has to do with them.

use std::collections::BTreeSet;

use kernel::{NAME_MAX, PersonId, ServiceId, UserGroupId, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::editable;
use crate::notice::{MEMBERS_MAX, SERVICES_MAX, UserGroupEvent};
use crate::refusal::{Check, General, Refusal};
use crate::vocabulary::Audience;

/// The longest e-mail address (RFC 5321, 4.5.3.1.3).
const EMAIL_MAX: usize = 254;

editable! {
    /// What is known of a user group.
    GroupContent, GroupEdit {
        /// Unique.
        name: String,
        /// In whose words they are told.
        audience: Audience,
        /// The zone that those read times in who have no account; UTC when absent.
        zone: Option<Zone>,
        /// The services that they use or have to do with.
        services: BTreeSet<ServiceId>,
        /// Those of them who have an account.
        people: BTreeSet<PersonId>,
        /// The e-mail addresses of the others, in lower case.
        addresses: BTreeSet<String>,
    }
}

/// A user group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// What is known of it.
    pub content: GroupContent,
}

impl Aggregate for UserGroup {
    type Id = UserGroupId;
    type Event = UserGroupEvent;
    const KIND: &'static str = "user_group";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &UserGroupEvent, _: &Stamp) -> Self {
        match event {
            UserGroupEvent::Created { content } => self.content = content.clone(),
            UserGroupEvent::Edited { edit } => self.content.apply(edit),
        }
        self
    }
}

/// What saving needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct GroupFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another group has the name.
    pub name_taken: bool,
}

/// An e-mail address as it is kept and compared; nothing for what is none. It holds no blank and
/// no sign by which a header could be broken or a second address begun.
pub fn address_of(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, host) = address.rsplit_once('@')?;
    let fits = address.chars().count() <= EMAIL_MAX && !local.is_empty() && !host.is_empty();
    let is_odd = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "<>()[]\\,;:\"@".contains(letter)
    };
    let is_plain = !local.chars().any(is_odd) && !host.chars().any(is_odd);
    (fits && is_plain && !host.starts_with('.') && !host.ends_with('.')).then_some(address)
}

/// Sets a user group up when it is new, edits it otherwise.
pub fn save_group(
    group: &UserGroup,
    edit: &GroupEdit,
    facts: &GroupFacts,
) -> Decision<UserGroupEvent> {
    let edit = if facts.exists { edit.clone().against(&group.content) } else { edit.clone() };
    let mut content = group.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "user group", name: content.name }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![UserGroupEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![UserGroupEvent::Edited { edit }],
    })
}

fn check(content: &GroupContent) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.count("/services", content.services.len(), SERVICES_MAX);
    check.count("/people", content.people.len(), MEMBERS_MAX);
    check.count("/addresses", content.addresses.len(), MEMBERS_MAX);
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> GroupEdit {
        GroupEdit { name: Some(name.to_owned()), ..GroupEdit::default() }
    }

    #[test]
    fn a_group_needs_a_name_of_its_own() {
        let save = |name, name_taken| {
            let facts = GroupFacts { exists: false, name_taken };
            save_group(&UserGroup::default(), &named(name), &facts)
        };
        assert_eq!(save(" ", false).expect_err("no name").missing[0].pointer, "/name");
        assert_eq!(save("Traders", true).expect_err("taken").code, "request.name_taken");
        assert!(matches!(save("Traders", false).as_deref(), Ok([UserGroupEvent::Created { .. }])));
    }

    #[test]
    fn saving_the_same_again_is_no_event() {
        let content = GroupContent { name: "Traders".to_owned(), ..GroupContent::default() };
        let facts = GroupFacts { exists: true, name_taken: false };
        assert_eq!(save_group(&UserGroup { content }, &named("Traders"), &facts), Ok(vec![]));
    }

    #[test]
    fn an_address_has_one_spelling_and_breaks_no_header() {
        assert_eq!(address_of(" Eve@Example.ORG ").as_deref(), Some("eve@example.org"));
        for wrong in [
            "",
            "eve",
            "@example.org",
            "eve@",
            "eve@example.org\r\nBcc: all@example.org",
            "eve@example.org, bob@example.org",
            "Eve <eve@example.org>",
            "eve@a@example.org",
            "eve @example.org",
            "eve@.example.org",
            &format!("{}@example.org", "x".repeat(EMAIL_MAX)),
        ] {
            assert_eq!(address_of(wrong), None, "{wrong:?}");
        }
    }
}
