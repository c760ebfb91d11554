//! A longer window for work that is under way: asked for by one person, decided by another, over
//! the end that was seen.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::vote::role_words;
use crate::approval::{Refusal, Why};
use crate::edit::is_default;
use crate::identity::{IdentityRefusal, Role};

/// Who decides where a model does not say it: the release manager, the release authority, or
/// whoever of the emergency board is on call.
pub const EXTENSION_ROLES: [Role; 3] =
    [Role::ReleaseManager, Role::EcabMember, Role::ReleaseAuthority];

/// The roles that decide about a longer window.
pub type ExtensionRoles = BTreeSet<Role>;

/// A longer window that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The new end.
    pub end: Timestamp,
    /// Why.
    pub reason: String,
    /// Who asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked_by: Option<PersonId>,
    /// When.
    pub asked_at: Timestamp,
}

/// Who is about to decide.
#[derive(Debug, Clone)]
pub struct Decider<'a> {
    /// Who.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: &'a BTreeSet<Role>,
    /// The roles that decide.
    pub deciding: &'a ExtensionRoles,
    /// Those who carry the work out.
    pub implementers: Vec<PersonId>,
}

/// Whether someone may decide about the longer window that is asked for: not about what they asked
/// for, nor about work that they carry out.
pub fn decides<'a>(
    asked: Option<&'a Extension>,
    decider: &Decider<'_>,
) -> Result<&'a Extension, crate::Refusal> {
    let asked = asked.ok_or(Refusal::NoExtension)?;
    let person = decider.person.ok_or(IdentityRefusal::PeopleOnly)?;
    if asked.asked_by == Some(person) {
        return Err(Refusal::OwnWork { why: Why::Requested }.into());
    }
    if decider.implementers.contains(&person) {
        return Err(Refusal::OwnWork { why: Why::Implements }.into());
    }
    if decider.deciding.is_disjoint(decider.roles) {
        let (stage, roles) = ("longer window".to_owned(), role_words(decider.deciding));
        return Err(Refusal::NotAVoter { stage, roles }.into());
    }
    Ok(asked)
}

/// Refuses a decision about another end than the one that is asked for now.
pub fn decided_as_seen(asked: &Extension, seen: Timestamp) -> Result<(), Refusal> {
    if asked.end == seen { Ok(()) } else { Err(Refusal::ExtensionMoved { end: asked.end }) }
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn asked() -> Extension {
        Extension {
            end: Timestamp::from_micros(9),
            reason: "the copy is slow".to_owned(),
            asked_by: Some(person(1)),
            asked_at: Timestamp::from_micros(0),
        }
    }

    fn code(who: Option<u128>, roles: &[Role], asked: Option<&Extension>) -> String {
        let (roles, deciding) = (roles.iter().copied().collect(), EXTENSION_ROLES.into());
        let implementers = vec![person(2)];
        let person = who.map(person);
        let decider = Decider { person, roles: &roles, deciding: &deciding, implementers };
        let decided = decides(asked, &decider);
        decided.map_or_else(|refusal| refusal.code.to_owned(), |_| "decides".to_owned())
    }

    #[test]
    fn it_is_decided_by_another_who_holds_the_role() {
        let asked = asked();
        let manager = [Role::ReleaseManager];
        assert_eq!(code(Some(3), &manager, Some(&asked)), "decides");
        assert_eq!(code(Some(3), &[Role::EcabMember], Some(&asked)), "decides");
        assert_eq!(code(Some(3), &[Role::CabMember], Some(&asked)), "approval.not_a_voter");
        assert_eq!(code(Some(1), &manager, Some(&asked)), "approval.own_work");
        assert_eq!(code(Some(2), &manager, Some(&asked)), "approval.own_work");
        assert_eq!(code(None, &manager, Some(&asked)), "identity.people_only");
        assert_eq!(code(Some(3), &manager, None), "approval.no_extension");
    }

    #[test]
    fn a_decision_names_the_end_that_was_seen() {
        assert_eq!(decided_as_seen(&asked(), Timestamp::from_micros(9)), Ok(()));
        assert!(decided_as_seen(&asked(), Timestamp::from_micros(8)).is_err());
    }
}
